//! Bars of dark ground with light letters on it.

use sohoa_domain::InkMap;
use sohoa_imaging::{Component, components};

use super::glyphs::{Glyph, shift};

/// Share of ink from which on a cell of the size of a letter is dark ground; bold print stays below over several cells.
const DARK: f32 = 0.5;
/// Smallest dark ground, in usual letter heights: width and height.
const SIZE: (f32, f32) = (4.0, 1.8);
/// Mean height of its columns, as a share of the highest, at least.
const FILLED: f32 = 0.6;
/// Most grounds that are looked at.
const MOST: usize = 64;

/// A dark ground, px of the map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ground {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
    /// Side of a cell, and the first column of cells.
    cell: usize,
    first: usize,
    /// First and last dark row of each column of cells: a ground may slope.
    columns: Vec<(usize, usize)>,
}

impl Ground {
    /// `c` is a group of dark cells.
    fn of(c: &Component, cell: usize, ink: &InkMap) -> Self {
        let mut columns = vec![(usize::MAX, 0); c.width()];
        for &(y, from, to) in &c.runs {
            for column in &mut columns[from as usize - c.left..to as usize - c.left] {
                *column = (column.0.min(y as usize * cell), column.1.max((y as usize + 1) * cell));
            }
        }
        Self {
            left: c.left.saturating_sub(1) * cell,
            top: c.top.saturating_sub(1) * cell,
            right: ((c.right + 1) * cell).min(ink.width),
            bottom: ((c.bottom + 1) * cell).min(ink.height),
            cell,
            first: c.left,
            columns,
        }
    }

    /// Whether its columns are of about one height: a seal's are not.
    fn is_bar(&self) -> bool {
        let heights = self.columns.iter().map(|c| c.1.saturating_sub(c.0));
        let most = heights.clone().max().unwrap_or_default();
        heights.sum::<usize>() as f32 >= FILLED * (most * self.columns.len()) as f32
    }

    /// Whether a piece of ink lies on it.
    pub(super) fn holds(&self, g: &Glyph) -> bool {
        let (x, y) = g.middle();
        let column = (x as usize / self.cell).checked_sub(self.first).and_then(|i| self.columns.get(i));
        column.is_some_and(|c| (c.0 as f32..c.1 as f32).contains(&y))
    }

    /// The light groups on it. What reaches its edge is the paper around.
    pub(super) fn light(&self, ink: &InkMap) -> Vec<Component> {
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        let rows = (self.top..self.bottom).map(|y| &ink.contrast[y * ink.width..][self.left..self.right]);
        let darkest = {
            let (sum, n) = rows
                .clone()
                .flatten()
                .filter(|c| **c >= ink.threshold)
                .fold((0u64, 1u64), |(s, n), c| (s + u64::from(*c), n + 1));
            (sum / n) as u8
        };
        // Half the contrast between the ground and the paper, as for ink.
        let limit = (darkest / 2).max(1);
        let map: Vec<u8> = rows.flatten().map(|c| u8::from(*c < limit)).collect();
        let mut groups = components(&map, width, 1);
        groups.retain(|c| c.left > 0 && c.top > 0 && c.right < width && c.bottom < height);
        shift(&mut groups, self.left, self.top);
        groups.retain(|c| self.holds(&Glyph::of(c)));
        groups
    }
}

/// Finds dark grounds in groups much larger than a letter. `usual` is the usual letter height.
pub(super) fn grounds(groups: &[Component], ink: &InkMap, usual: f32) -> Vec<Ground> {
    let cell = (usual as usize).max(4);
    let (across, down) = (ink.width.div_ceil(cell), ink.height.div_ceil(cell));
    let mut counts = vec![0u32; across * down];
    let large = |c: &&Component| {
        let (w, h) = (c.width() as f32, c.height() as f32);
        w >= SIZE.0 * usual && h >= SIZE.1 * usual && c.area as f32 >= DARK * SIZE.0 * SIZE.1 * usual * usual
    };
    let mut any = false;
    for &(y, from, to) in groups.iter().filter(large).flat_map(|c| &c.runs) {
        let row = y as usize / cell * across;
        let (mut x, to) = (from as usize, to as usize);
        while x < to {
            let end = ((x / cell + 1) * cell).min(to);
            counts[row + x / cell] += (end - x) as u32;
            x = end;
        }
        any = true;
    }
    if !any {
        return Vec::new();
    }
    let enough = (DARK * (cell * cell) as f32) as u32;
    let map: Vec<u8> = counts.iter().map(|n| u8::from(*n >= enough)).collect();
    let is_ground = |c: &Component| {
        let (w, h) = ((c.width() * cell) as f32, (c.height() * cell) as f32);
        // A bar may lie across two rows of cells and fill none of the outer ones.
        w >= SIZE.0 * usual && h + cell as f32 >= SIZE.1 * usual && c.area as usize >= c.width()
    };
    let cells = components(&map, across, 1);
    let grounds = cells.iter().filter(|c| is_ground(c)).map(|c| Ground::of(c, cell, ink));
    grounds.filter(Ground::is_bar).take(MOST).collect()
}
