//! A line while it is being put together, in px of the map.

use super::baseline::{self, Base, median};
use super::glyphs::Glyph;

/// What a line reaches above and below its baseline at least and at most, in heights of x: h and p in small faces, Ấ and
/// ự in large ones.
const ASCENT: (f32, f32) = (1.5, 2.15);
const DESCENT: (f32, f32) = (0.38, 0.6);
/// How far from the ends of a line its punctuation may stand, in heights of x.
const BESIDE: f32 = 1.2;

/// Letters on one baseline.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// From left to right.
    pub(super) letters: Vec<Glyph>,
    pub(super) base: Base,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) x_height: f32,
    /// Usual height of its letters, whatever they are.
    pub(super) letter_height: f32,
    /// Highest and lowest ink of the line above and below the baseline.
    pub(super) above: f32,
    pub(super) below: f32,
    /// Light letters on dark ground.
    pub(super) inverted: bool,
}

impl Line {
    /// `letters` is not empty. The line's slope is `slope` or differs from it by at most `free`.
    pub(super) fn new(mut letters: Vec<Glyph>, slope: f32, free: f32, usual: f32) -> Self {
        letters.sort_by(|a, b| a.left.total_cmp(&b.left));
        let base = baseline::fit(&letters, slope, free);
        let x_height = baseline::x_height(&baseline::heights(&letters, &base), usual);
        let left = letters.iter().map(|g| g.left).fold(f32::MAX, f32::min);
        let right = letters.iter().map(|g| g.right).fold(f32::MIN, f32::max);
        let letter_height = median(letters.iter().map(Glyph::height)).unwrap_or(x_height);
        let mut line =
            Self { letters, base, left, right, x_height, letter_height, above: 0.0, below: 0.0, inverted: false };
        for g in line.letters.clone() {
            line.reach(&g);
        }
        line
    }

    fn reach(&mut self, g: &Glyph) {
        let y = self.base.at(g.middle().0);
        self.above = self.above.max((y - g.top).min(ASCENT.1 * self.x_height));
        self.below = self.below.max((g.bottom - y).min(DESCENT.1 * self.x_height));
    }

    /// How well a small piece fits to the line as one of its marks or dots, 0 best; `None` when it does not.
    pub(super) fn fits(&self, g: &Glyph) -> Option<f32> {
        let (x, y) = g.middle();
        let beside = BESIDE * self.x_height;
        let height = (self.base.at(x) - y) / self.x_height;
        let inside = (self.left - beside..=self.right + beside).contains(&x) && (-0.55..=2.0).contains(&height);
        (inside && g.height() <= 1.6 * self.x_height).then(|| (height - 0.6).abs())
    }

    /// Takes a small piece in.
    pub(super) fn take(&mut self, g: &Glyph) {
        self.left = self.left.min(g.left);
        self.right = self.right.max(g.right);
        self.reach(g);
    }

    /// Takes in a letter, or a mark as large as one.
    pub(super) fn take_letter(&mut self, g: Glyph) {
        self.take(&g);
        let at = self.letters.partition_point(|l| l.left < g.left);
        self.letters.insert(at, g);
    }

    pub(super) fn ascent(&self) -> f32 {
        (self.above + 0.5).max(ASCENT.0 * self.x_height)
    }

    pub(super) fn descent(&self) -> f32 {
        (self.below + 0.5).max(DESCENT.0 * self.x_height)
    }

    /// Usual gap between words.
    pub(super) fn word_gap(&self) -> f32 {
        let gaps = self.letters.windows(2).map(|w| w[1].left - w[0].right).filter(|g| *g > 0.35 * self.x_height);
        median(gaps).unwrap_or(0.55 * self.x_height)
    }

    /// Ink of its letters, px.
    pub(super) fn ink(&self) -> f32 {
        self.letters.iter().map(|g| g.area).sum()
    }

    pub(super) fn middle(&self) -> (f32, f32) {
        let x = (self.left + self.right) / 2.0;
        (x, self.base.at(x) - 0.5 * self.x_height)
    }

    /// y of the baseline where it would meet the left edge of the map on a page of that slope: the same for all lines
    /// of one row.
    pub(super) fn level(&self, slope: f32) -> f32 {
        let x = (self.left + self.right) / 2.0;
        self.base.at(x) - slope * x
    }
}
