//! Places of a page that could be a barcode: areas of half ink and half paper that are larger than a line of text is high.
//!
//! Text has a third of that ink, photos and shadows have more, and rules and frames are thin. The ink is averaged over two
//! sizes of window, because the modules of a sticker are a tenth as large as those of a printed sheet.

use sohoa_imaging::{Component, components};

use crate::cells::Cells;

/// Sides of the windows, mm, with the smallest side and the largest side of what is looked for in each.
const WINDOWS: [(f32, f32, f32); 2] = [(3.0, 5.0, 160.0), (8.0, 16.0, 190.0)];
/// Share of ink in a window inside a barcode, of 255. Its edge is where half the window is outside.
const WINDOW_INK: (u32, u32) = (66, 215);
/// Share of ink in a whole region, of 255.
const REGION_INK: (u32, u32) = (84, 200);
/// Share of its box that a region fills. A barcode that is askew by 5° fills two thirds even when it is long.
const FILLED: f32 = 0.5;
/// More regions are not looked at, the largest first; nor are more of them compared before they are put together.
const MOST: usize = 16;
const MOST_PARTS: usize = 400;

/// A box of cells, ends exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) right: usize,
    pub(crate) bottom: usize,
}

impl Region {
    fn area(&self) -> usize {
        (self.right - self.left) * (self.bottom - self.top)
    }

    fn touches(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn around(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// The places, largest first.
pub(crate) fn regions(cells: &Cells) -> Vec<Region> {
    let sums = Sums::of(cells);
    let mut found: Vec<Region> = Vec::new();
    for (window, smallest, largest) in WINDOWS {
        let radius = (cells.count(window) / 2).max(1);
        let mask = sums.mask(radius);
        for group in components(&mask, cells.width, 1) {
            let region = Region { left: group.left, top: group.top, right: group.right, bottom: group.bottom };
            let (w, h) =
                ((region.right - region.left) as f32 * cells.mm, (region.bottom - region.top) as f32 * cells.mm);
            if w.min(h) >= smallest && w.max(h) <= largest && is_full(&group, &region) && sums.is_half_ink(&region) {
                found.push(region);
            }
        }
    }
    largest_first(&mut found, MOST_PARTS);
    let mut merged: Vec<Region> = Vec::new();
    for mut region in found {
        while let Some(i) = merged.iter().position(|m| m.touches(&region)) {
            region = region.around(&merged.swap_remove(i));
        }
        merged.push(region);
    }
    largest_first(&mut merged, MOST);
    merged
}

fn largest_first(regions: &mut Vec<Region>, most: usize) {
    regions.sort_by_key(|r| std::cmp::Reverse((r.area(), r.top, r.left)));
    regions.truncate(most);
}

fn is_full(group: &Component, region: &Region) -> bool {
    group.area as f32 >= FILLED * region.area() as f32
}

/// Sums of all cells above and left of a corner. They may wrap; the sum of a region does not.
struct Sums {
    width: usize,
    height: usize,
    sums: Vec<u32>,
}

impl Sums {
    fn of(cells: &Cells) -> Self {
        let stride = cells.width + 1;
        let mut sums = vec![0u32; stride * (cells.height + 1)];
        for (y, row) in cells.ink.chunks_exact(cells.width.max(1)).enumerate() {
            let (above, below) = sums.split_at_mut((y + 1) * stride);
            let above = &above[y * stride..];
            let mut line = 0u32;
            for (x, &v) in row.iter().enumerate() {
                line = line.wrapping_add(u32::from(v));
                below[x + 1] = above[x + 1].wrapping_add(line);
            }
        }
        Self { width: cells.width, height: cells.height, sums }
    }

    fn sum(&self, r: &Region) -> u32 {
        let at = |x: usize, y: usize| self.sums[y * (self.width + 1) + x];
        (at(r.right, r.bottom).wrapping_sub(at(r.left, r.bottom)))
            .wrapping_sub(at(r.right, r.top))
            .wrapping_add(at(r.left, r.top))
    }

    /// 1 where a window of `2 * radius + 1` cells around the cell is neither paper nor all dark.
    fn mask(&self, radius: usize) -> Vec<u8> {
        let mut mask = vec![0; self.width * self.height];
        let stride = self.width + 1;
        for (y, row) in mask.chunks_exact_mut(self.width.max(1)).enumerate() {
            let (top, bottom) = (y.saturating_sub(radius), (y + radius + 1).min(self.height));
            let (above, below) = (&self.sums[top * stride..][..stride], &self.sums[bottom * stride..][..stride]);
            // What lies outside of the page counts as paper.
            let area = ((2 * radius + 1) * (2 * radius + 1)) as u32;
            let (least, most) = (WINDOW_INK.0 * area, WINDOW_INK.1 * area);
            for (x, px) in row.iter_mut().enumerate() {
                let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(self.width));
                let sum = below[right].wrapping_sub(below[left]).wrapping_sub(above[right]).wrapping_add(above[left]);
                *px = u8::from((least..=most).contains(&sum));
            }
        }
        mask
    }

    fn is_half_ink(&self, region: &Region) -> bool {
        let mean = self.sum(region) / region.area().max(1) as u32;
        (REGION_INK.0..=REGION_INK.1).contains(&mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_full_of_places_is_cut_to_the_largest_before_they_are_compared() {
        // Places of 2 × 2 cells, 2 cells apart.
        let (side, mm) = (2400, 2.5);
        let blob = |i: usize| u8::from(i % side % 4 < 2 && i / side % 4 < 2) * 190;
        let cells = Cells { width: side, height: side, side: 1, mm, ink: (0..side * side).map(blob).collect() };
        let begun = std::time::Instant::now();
        let found = regions(&cells);
        assert_eq!((found.len(), found[0].area()), (MOST, 4));
        assert!(begun.elapsed().as_secs() < 15, "{:?}", begun.elapsed());
    }

    #[test]
    fn the_ink_of_a_dark_page_may_be_more_than_a_sum_holds() {
        let side = 4200;
        let sums = Sums::of(&Cells { width: side, height: side, side: 1, mm: 0.5, ink: vec![255; side * side] });
        let corner = Region { left: side - 10, top: side - 10, right: side, bottom: side };
        assert_eq!(sums.sum(&corner), 25_500);
    }
}
