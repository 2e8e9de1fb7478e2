//! The pixels of letters, in the frame in which their lines run from left to right.

use crate::components::Component;

/// Larger groups are rules, frames, pictures or shadows, mm: the shorter and the longer side.
const MAX_LETTER: (f32, f32) = (9.0, 30.0);
/// Smaller groups are noise, px.
const MIN_AREA: u32 = 3;

/// Pixels of groups that may be letters, marks or words, one bit of memory a pixel being too little to gain.
pub(super) struct TextPixels {
    width: usize,
    height: usize,
    mask: Vec<bool>,
    count: usize,
    letter: usize,
}

/// Which way lines run on the page as loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    /// Along rows: the page is upright or upside down.
    Rows,
    /// Along columns. The frame is the page after a clockwise quarter turn.
    Columns,
}

impl TextPixels {
    pub(super) fn of(groups: &[Component], width: usize, height: usize, per_mm: f32) -> Self {
        let mut mask = vec![false; width * height];
        let (mut count, mut sizes) = (0, Vec::new());
        let letter = |c: &&Component| {
            let (short, long) = (c.width().min(c.height()) as f32, c.width().max(c.height()) as f32);
            c.area >= MIN_AREA && short <= MAX_LETTER.0 * per_mm && long <= MAX_LETTER.1 * per_mm
        };
        for group in groups.iter().filter(letter) {
            for &(y, from, to) in &group.runs {
                mask[y as usize * width + from as usize..y as usize * width + to as usize].fill(true);
            }
            count += group.area as usize;
            // Dots and marks are no letters.
            if group.area >= 4 * MIN_AREA {
                sizes.push(group.width().max(group.height()));
            }
        }
        sizes.sort_unstable();
        let letter = sizes.get(sizes.len() / 2).copied().unwrap_or(1);
        Self { width, height, mask, count, letter }
    }

    /// Longer side of the letter in the middle when all are sorted by size, px. It is measured rather than taken from
    /// the resolution, which may be wrong.
    pub(super) fn letter(&self) -> f32 {
        self.letter as f32
    }

    /// Number of pixels.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Size of the frame: along lines, across lines.
    pub(super) fn frame(&self, axis: Axis) -> (usize, usize) {
        match axis {
            Axis::Rows => (self.width, self.height),
            Axis::Columns => (self.height, self.width),
        }
    }

    fn to_frame(&self, axis: Axis, x: usize, y: usize) -> (u32, u32) {
        match axis {
            Axis::Rows => (x as u32, y as u32),
            Axis::Columns => ((self.height - 1 - y) as u32, x as u32),
        }
    }

    /// Pixels with nothing below them in the frame: they lie on the lower edges of letters, where a straight line is
    /// sharpest.
    pub(super) fn lower_edges(&self, axis: Axis) -> Vec<(u32, u32)> {
        let below = match axis {
            Axis::Rows => self.width,
            Axis::Columns => 1,
        };
        let mut out = Vec::new();
        for (y, row) in self.mask.chunks_exact(self.width.max(1)).enumerate() {
            for (x, _) in row.iter().enumerate().filter(|(_, on)| **on) {
                let at = y * self.width + x;
                let at_edge = axis == Axis::Columns && x + 1 == self.width;
                if at_edge || !self.mask.get(at + below).copied().unwrap_or_default() {
                    out.push(self.to_frame(axis, x, y));
                }
            }
        }
        out
    }

    /// Calls `each` with every pixel in the frame.
    pub(super) fn for_each(&self, axis: Axis, mut each: impl FnMut(u32, u32)) {
        for (y, row) in self.mask.chunks_exact(self.width.max(1)).enumerate() {
            for (x, _) in row.iter().enumerate().filter(|(_, on)| **on) {
                let (u, v) = self.to_frame(axis, x, y);
                each(u, v);
            }
        }
    }
}
