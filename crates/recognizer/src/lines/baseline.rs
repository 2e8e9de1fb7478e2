//! The line on which letters stand, and the height of x.

use super::glyphs::Glyph;

/// Height of capitals and of h, l, in heights of x, for the faces of printed papers.
pub(super) const CAPITAL: f32 = 1.45;

/// Fewer letters say nothing of a page's slope: one descender at the end of the only word would be one.
const ENOUGH: usize = 15;

/// A baseline in px of the map.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Base {
    pub(super) x0: f32,
    pub(super) y0: f32,
    pub(super) slope: f32,
}

impl Base {
    pub(super) fn at(&self, x: f32) -> f32 {
        self.y0 + self.slope * (x - self.x0)
    }
}

/// Fits a baseline to the bottoms of letters. `slope` is that of the page; a line long enough has one of its own, near
/// that of the page when `page_is_sure`.
pub(super) fn fit(letters: &[Glyph], slope: f32, free: f32) -> Base {
    let size = median(letters.iter().map(Glyph::height)).unwrap_or(1.0);
    let x0 = letters.first().map_or(0.0, |g| g.left);
    let tolerance = (0.12 * size).max(1.2);
    let mut base = Base { x0, y0: lowest_common(letters, x0, slope, tolerance), slope };
    let span = letters.last().map_or(0.0, |g| g.right) - x0;
    for _ in 0..3 {
        let near = letters
            .iter()
            .map(|g| (g.middle().0 - x0, g.bottom))
            .filter(|p| (p.1 - base.at(p.0 + x0)).abs() <= tolerance);
        let (mut n, mut sx, mut sy, mut sxx, mut sxy) = (0.0f32, 0.0f32, 0.0f32, 0.0f32, 0.0f32);
        for (x, y) in near {
            (n, sx, sy, sxx, sxy) = (n + 1.0, sx + x, sy + y, sxx + x * x, sxy + x * y);
        }
        if n < 1.0 {
            break;
        }
        let spread = sxx - sx * sx / n;
        if n >= 6.0 && span >= 8.0 * size && spread > 0.0 {
            base.slope = ((sxy - sx * sy / n) / spread).clamp(slope - free, slope + free);
        }
        base.y0 = (sy - base.slope * sx) / n;
    }
    base
}

/// Where most bottoms lie when the slope is taken out; of two nearly equal heaps the upper, as the lower are descenders.
fn lowest_common(letters: &[Glyph], x0: f32, slope: f32, tolerance: f32) -> f32 {
    let mut bottoms: Vec<f32> = letters.iter().map(|g| g.bottom - slope * (g.middle().0 - x0)).collect();
    bottoms.sort_by(f32::total_cmp);
    let (mut best, mut most, mut end) = (0.0, 0usize, 0usize);
    for start in 0..bottoms.len() {
        while end < bottoms.len() && bottoms[end] <= bottoms[start] + 2.0 * tolerance {
            end += 1;
        }
        if end - start > most {
            most = end - start;
            best = bottoms[start..end].iter().sum::<f32>() / most as f32;
        }
    }
    best
}

/// The slope that most long chains have.
pub(super) fn page_slope(chains: &[Vec<Glyph>]) -> f32 {
    let mut slopes: Vec<(f32, f32)> = Vec::new();
    let long = chains.iter().filter(|c| c.len() >= 5);
    if long.clone().map(Vec::len).sum::<usize>() < ENOUGH {
        return 0.0;
    }
    for chain in long {
        let span = chain[chain.len() - 1].right - chain[0].left;
        let rough = rough_slope(chain);
        slopes.push((fit(chain, rough, 0.02).slope, span));
    }
    weighted_median(&mut slopes).filter(|s| s.abs() < 0.15).unwrap_or(0.0)
}

/// Slope from the bottoms at the two ends of a chain, by medians.
fn rough_slope(chain: &[Glyph]) -> f32 {
    let part = (chain.len() / 3).max(2);
    let mean = |glyphs: &[Glyph]| {
        let x = median(glyphs.iter().map(|g| g.middle().0)).unwrap_or_default();
        let mut bottoms: Vec<f32> = glyphs.iter().map(|g| g.bottom).collect();
        bottoms.sort_by(f32::total_cmp);
        // The upper of the two in the middle, for the other may be a descender.
        (x, bottoms[(bottoms.len() - 1) / 2])
    };
    let (a, b) = (mean(&chain[..part]), mean(&chain[chain.len() - part..]));
    if b.0 - a.0 > 1.0 { ((b.1 - a.1) / (b.0 - a.0)).clamp(-0.15, 0.15) } else { 0.0 }
}

/// Heights of the letters that stand on the baseline.
pub(super) fn heights(letters: &[Glyph], base: &Base) -> Vec<f32> {
    let mut heights: Vec<f32> = letters
        .iter()
        .filter(|g| g.bottom >= base.at(g.middle().0) - 2.0)
        .map(|g| base.at(g.middle().0) - g.top)
        .filter(|h| *h >= 3.0)
        .collect();
    heights.sort_by(f32::total_cmp);
    heights
}

/// Height of x of a line. `usual` is that of most lines of the page: a line whose letters are all of one height may be
/// of capitals or of small letters, and that which is nearer to the usual is believed.
pub(super) fn x_height(heights: &[f32], usual: f32) -> f32 {
    let Some(peak) = lowest_peak(heights) else { return usual };
    let near = |h: f32| heights.iter().filter(|v| (**v / h - 1.0).abs() <= 0.11).count() as f32;
    let (low, high) = (near(peak), near(peak * CAPITAL));
    // Where a fifth of the letters is as high as h and d, the others are small letters.
    let share = high / (low + high).max(1.0);
    let small = (peak / usual).ln().abs() - if share > 0.15 && high >= 2.0 { 0.12 } else { 0.0 };
    let capital = (peak / CAPITAL / usual).ln().abs() - if share < 0.06 && low >= 6.0 { 0.12 } else { 0.0 };
    if small <= capital { peak } else { peak / CAPITAL }
}

/// The lowest height that many letters have.
fn lowest_peak(heights: &[f32]) -> Option<f32> {
    let most = heights.iter().map(|h| around(heights, *h).0).max()?;
    let first = heights.iter().find(|h| around(heights, **h).0 * 5 >= most * 2)?;
    // The heap begins here; its middle is where it is thickest within reach.
    let within = heights.iter().filter(|h| **h <= first * 1.2).map(|h| around(heights, *h));
    within.max_by_key(|a| a.0).map(|a| a.1)
}

/// How many heights are within a tenth of `h`, and their mean.
fn around(heights: &[f32], h: f32) -> (usize, f32) {
    let reach = (0.08 * h).max(1.0);
    let from = heights.partition_point(|v| *v < h - reach);
    let to = heights.partition_point(|v| *v <= h + reach);
    let near = &heights[from..to];
    (near.len(), near.iter().sum::<f32>() / near.len().max(1) as f32)
}

pub(super) fn median(values: impl Iterator<Item = f32>) -> Option<f32> {
    let mut values: Vec<f32> = values.collect();
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

fn weighted_median(values: &mut [(f32, f32)]) -> Option<f32> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut left = values.iter().map(|v| v.1).sum::<f32>() / 2.0;
    values
        .iter()
        .find(|v| {
            left -= v.1;
            left <= 0.0
        })
        .map(|v| v.0)
}
