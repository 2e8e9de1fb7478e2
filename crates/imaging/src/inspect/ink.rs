//! Which pixels of the reduced page are ink: darker than the paper around them.

use sohoa_domain::InkMap;

use super::reduced::Reduced;

/// Side of the tiles whose lightest part is taken for the paper, px.
const TILE: usize = 64;
/// Paper is never taken to be darker than this below the page's most frequent light value, so that a dark photo or
/// the lid of a scanner does not pass for paper.
const MAX_SHADE: u8 = 90;
/// Bounds of the threshold between paper and ink, grey levels of contrast.
const THRESHOLD: (u8, u8) = (40, 128);

/// Contrast of every pixel against the local paper, and the threshold above which it is ink.
pub(super) fn ink(page: &Reduced) -> InkMap {
    let contrast = against_paper(page);
    let threshold = threshold(&contrast).clamp(THRESHOLD.0, THRESHOLD.1);
    InkMap { width: page.width, height: page.height, scale: page.factor, contrast, threshold }
}

/// Share of ink pixels.
pub(super) fn share(ink: &InkMap) -> f32 {
    let count = ink.contrast.iter().filter(|&&c| c >= ink.threshold).count();
    count as f32 / ink.contrast.len().max(1) as f32
}

/// Paper value for each tile, then interpolated between the middles of tiles.
fn against_paper(page: &Reduced) -> Vec<u8> {
    let (across, down) = (page.width.div_ceil(TILE), page.height.div_ceil(TILE));
    let mut counts = vec![[0u32; 256]; across];
    let mut tiles = Vec::with_capacity(across * down);
    let mut whole = [0u32; 256];
    for y0 in (0..page.height).step_by(TILE) {
        counts.iter_mut().for_each(|c| c.fill(0));
        for y in (y0..(y0 + TILE).min(page.height)).step_by(2) {
            let row = &page.red[y * page.width..][..page.width];
            for (tile, count) in row.chunks(TILE).zip(&mut counts) {
                tile.iter().for_each(|&v| count[usize::from(v)] += 1);
            }
        }
        for count in &counts {
            tiles.push(percentile(count, 0.9));
            whole.iter_mut().zip(count).for_each(|(w, c)| *w += c);
        }
    }
    let darkest = percentile(&whole, 0.9).saturating_sub(MAX_SHADE);
    tiles.iter_mut().for_each(|t| *t = (*t).max(darkest));
    let mut contrast = Vec::with_capacity(page.red.len());
    for (y, row) in page.red.chunks_exact(page.width.max(1)).enumerate() {
        let (top, bottom, fy) = between(y, down);
        let mix = |tx: usize| {
            let (a, b) = (u32::from(tiles[top * across + tx]), u32::from(tiles[bottom * across + tx]));
            a * (2 * TILE as u32 - fy) + b * fy
        };
        let line: Vec<u32> = (0..across).map(mix).collect();
        for (half, part) in row.chunks(TILE / 2).enumerate() {
            let (left, right, start) = between(half * (TILE / 2), across);
            let (a, b) = (line[left], line[right]);
            contrast.extend(part.iter().enumerate().map(|(i, &v)| {
                let fx = start + 2 * i as u32;
                let paper = (a * (2 * TILE as u32 - fx) + b * fx) / (4 * (TILE * TILE) as u32);
                (paper as u8).saturating_sub(v)
            }));
        }
    }
    contrast
}

/// The tiles whose middles lie before and behind `at`, and how far behind the first it lies, in half pixels.
fn between(at: usize, tiles: usize) -> (usize, usize, u32) {
    let doubled = 2 * at + 1;
    let first = (doubled + TILE) / (2 * TILE);
    if first == 0 {
        return (0, 0, 0);
    }
    let fraction = doubled + TILE - first * 2 * TILE;
    (first - 1, first.min(tiles - 1), fraction as u32)
}

fn percentile(counts: &[u32; 256], share: f32) -> u8 {
    let total: u32 = counts.iter().sum();
    let mut left = (total as f32 * share) as u32;
    for (value, &n) in counts.iter().enumerate() {
        if n > left {
            return value as u8;
        }
        left -= n;
    }
    255
}

/// Half the contrast of ink. What is ink is told from smudges and shine-through by the split into two groups that
/// separates best (Otsu 1979), over pixels with some contrast: the paper outnumbers ink too much to take part.
fn threshold(contrast: &[u8]) -> u8 {
    const FLOOR: usize = 16;
    let mut counts = [0u32; 256];
    contrast.iter().for_each(|&c| counts[usize::from(c)] += 1);
    let counts = counts.map(f64::from);
    let total: f64 = counts[FLOOR..].iter().sum();
    let sum: f64 = counts.iter().enumerate().skip(FLOOR).map(|(i, n)| i as f64 * n).sum();
    let (mut n, mut s, mut widest, mut ink) = (0.0, 0.0, 0.0, sum / total.max(1.0));
    for (t, count) in counts.iter().enumerate().skip(FLOOR) {
        n += count;
        s += count * t as f64;
        let rest = total - n;
        if n > 0.0 && rest > 0.0 {
            let spread = n * rest * (s / n - (sum - s) / rest).powi(2);
            if spread > widest {
                (widest, ink) = (spread, (sum - s) / rest);
            }
        }
    }
    (ink / 2.0) as u8
}

#[cfg(test)]
mod tests {
    use sohoa_domain::{Dpi, PixelLayout, Raster};

    use super::*;

    #[test]
    fn ink_is_judged_against_the_paper_around_it() {
        // Paper from 240 on the left to 160 on the right, ink 100 darker: no single grey value separates the two.
        let (w, h) = (600u32, 300u32);
        let is_ink = |x: u32, y: u32| x % 20 < 3 && y % 20 < 15;
        let value = |x: u32, y: u32| (240 - x * 80 / w - if is_ink(x, y) { 100 } else { 0 }) as u8;
        let data = (0..w * h).map(|i| value(i % w, i / w)).collect();
        let page = Raster::new(w, h, PixelLayout::Grey8, data).unwrap();
        let ink = ink(&Reduced::of(&page, Dpi::square(150.0)));
        for (i, &c) in ink.contrast.iter().enumerate() {
            let (x, y) = (i as u32 % w, i as u32 / w);
            assert_eq!(c >= ink.threshold, is_ink(x, y), "{x} {y}: {c}, threshold {}", ink.threshold);
        }
    }
}
