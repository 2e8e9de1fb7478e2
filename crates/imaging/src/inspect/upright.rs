//! Which way up a page is.

use sohoa_domain::Rotation;

use super::lines::{Axis, TextPixels};
use super::skew::{self, Skew};

/// Fewer pixels of letters tell nothing, px.
const MIN_PIXELS: usize = 400;
/// How much more the lines have to pile up one way than the other way.
const AXIS_RATIO: f32 = 1.15;
/// How much higher the profile has to be at the skew than at other angles.
const SKEW_RATIO: f32 = 1.1;
/// Width of the strips in which lines are looked for, letters. Narrow enough that columns do not mix much.
const STRIP: f32 = 20.0;
/// Height of printed lines with their marks, letters.
const LINE: (f32, f32) = (0.8, 4.5);

/// How a page lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Upright {
    pub(super) rotation: Rotation,
    pub(super) skew_degrees: f32,
    pub(super) sure: bool,
}

pub(super) fn find(text: &TextPixels) -> Upright {
    if text.count() < MIN_PIXELS {
        return Upright { rotation: Rotation::None, skew_degrees: 0.0, sure: text.count() == 0 };
    }
    let measured = |axis| {
        let (along, across) = text.frame(axis);
        skew::measure(&text.lower_edges(axis), along, across)
    };
    let (rows, columns) = (measured(Axis::Rows), measured(Axis::Columns));
    let (axis, skew, ratio) = if columns.peak > rows.peak * AXIS_RATIO {
        (Axis::Columns, columns, columns.peak / rows.peak)
    } else {
        (Axis::Rows, rows, rows.peak / columns.peak)
    };
    let degrees = if clear(skew) { skew.degrees } else { 0.0 };
    let balance = Balance::of(text, axis, degrees);
    let rotation = match (axis, balance.flipped()) {
        (Axis::Rows, false) => Rotation::None,
        (Axis::Rows, true) => Rotation::Half,
        (Axis::Columns, false) => Rotation::Quarter,
        (Axis::Columns, true) => Rotation::ThreeQuarter,
    };
    Upright { rotation, skew_degrees: degrees, sure: ratio >= AXIS_RATIO && clear(skew) && balance.is_clear() }
}

fn clear(skew: Skew) -> bool {
    skew.peak >= skew.usual * SKEW_RATIO
}

/// How much ink lies above and below the bodies of letters. Ascenders, capitals and most Vietnamese marks are above;
/// descenders and the dot of the heavy tone are fewer.
#[derive(Debug, Clone, Copy, Default)]
struct Balance {
    above: f32,
    below: f32,
    lines_above: u32,
    lines_below: u32,
}

impl Balance {
    fn of(text: &TextPixels, axis: Axis, degrees: f32) -> Self {
        let (along, across) = text.frame(axis);
        let strip = (STRIP * text.letter()).max(16.0) as usize;
        let slope = degrees.to_radians().tan();
        let strips = along.div_ceil(strip);
        let mut profiles = vec![vec![0f32; across]; strips];
        let middle = along as f32 / 2.0;
        text.for_each(axis, |u, v| {
            let row = v as f32 - (u as f32 - middle) * slope + 0.5;
            if row >= 0.0
                && let Some(bin) = profiles[u as usize / strip].get_mut(row as usize)
            {
                *bin += 1.0;
            }
        });
        let mut balance = Self::default();
        for profile in &profiles {
            for line in profile.split(|&p| p == 0.0) {
                if (LINE.0 * text.letter()..=LINE.1 * text.letter()).contains(&(line.len() as f32)) {
                    balance.add(line);
                }
            }
        }
        balance
    }

    /// Adds one line: its body are the rows with at least half of the fullest row's ink.
    fn add(&mut self, line: &[f32]) {
        let half = line.iter().copied().fold(0.0, f32::max) / 2.0;
        let first = line.iter().position(|&p| p >= half).unwrap_or_default();
        let last = line.iter().rposition(|&p| p >= half).unwrap_or_default();
        let (above, below): (f32, f32) = (line[..first].iter().sum(), line[last + 1..].iter().sum());
        self.above += above;
        self.below += below;
        if above > below {
            self.lines_above += 1;
        } else if below > above {
            self.lines_below += 1;
        }
    }

    fn flipped(&self) -> bool {
        self.below > self.above && self.lines_below > self.lines_above
    }

    /// Enough lines, and both the ink and the lines say the same.
    fn is_clear(&self) -> bool {
        let (more, less) = (self.lines_above.max(self.lines_below), self.lines_above.min(self.lines_below));
        let (much, little) = (self.above.max(self.below), self.above.min(self.below));
        let agree = (self.above > self.below) == (self.lines_above > self.lines_below);
        agree && more >= 6 && more as f32 >= 1.5 * less as f32 && much >= 1.2 * little
    }
}
