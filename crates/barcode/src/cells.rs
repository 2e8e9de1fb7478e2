//! The page as cells of half a millimetre: how much of each is ink.

use sohoa_domain::{Dpi, InkMap};

/// Aimed side of a cell, mm.
const SIDE_MM: f32 = 0.5;

/// Ink by cells, row by row.
pub(crate) struct Cells {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Side of a cell, px of the ink map.
    pub(crate) side: usize,
    /// Side of a cell, mm.
    pub(crate) mm: f32,
    /// 0 no ink to 255 all ink.
    pub(crate) ink: Vec<u8>,
}

impl Cells {
    /// `dpi` is that of the page as loaded.
    pub(crate) fn of(map: &InkMap, dpi: Dpi) -> Self {
        let per_mm = (dpi.x + dpi.y) / 2.0 / 25.4 / map.scale.max(1) as f32;
        let side = ((per_mm * SIDE_MM).round() as usize).clamp(1, 15);
        let (width, height) = (map.width / side, map.height / side);
        let mut ink = Vec::with_capacity(width * height);
        let full = (side * side) as u32;
        let mut columns = vec![0u8; map.width];
        for rows in map.contrast.chunks_exact((map.width * side).max(1)) {
            columns.fill(0);
            for row in rows.chunks_exact(map.width) {
                columns.iter_mut().zip(row).for_each(|(c, &v)| *c += u8::from(v >= map.threshold));
            }
            let sums = columns.chunks_exact(side).map(|c| c.iter().map(|&v| u32::from(v)).sum::<u32>());
            ink.extend(sums.map(|n| (n * 255 / full) as u8));
        }
        ink.truncate(width * height);
        Self { width, height, side, mm: side as f32 / per_mm, ink }
    }

    /// Rows and columns exchanged.
    pub(crate) fn transposed(&self) -> Self {
        let mut ink = vec![0; self.ink.len()];
        for (y, row) in self.ink.chunks_exact(self.width.max(1)).enumerate() {
            row.iter().enumerate().for_each(|(x, &v)| ink[x * self.height + y] = v);
        }
        Self { width: self.height, height: self.width, ink, ..*self }
    }

    /// So many cells, at least one.
    pub(crate) fn count(&self, mm: f32) -> usize {
        ((mm / self.mm).round() as usize).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_the_share_of_ink_and_can_be_turned() {
        // 150 dpi: a cell has 3 × 3 px. Two cells side by side, and a row and a column left over.
        let mut contrast = vec![0; 7 * 4];
        (0..3).for_each(|y| contrast[y * 7] = 200);
        (0..3).for_each(|y| (3..6).for_each(|x| contrast[y * 7 + x] = 50));
        let map = InkMap { width: 7, height: 4, scale: 2, contrast, threshold: 50 };
        let cells = Cells::of(&map, Dpi::square(300.0));
        assert_eq!((cells.width, cells.height, cells.side), (2, 1, 3));
        assert_eq!(cells.ink, [85, 255]);
        let turned = cells.transposed();
        assert_eq!((turned.width, turned.height, &turned.ink), (1, 2, &vec![85, 255]));
    }
}
