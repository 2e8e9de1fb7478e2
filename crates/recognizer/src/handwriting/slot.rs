//! The picture of a blank in a line, as the net wants it.

use sohoa_domain::{Raster, Rect};

use crate::lines::TextLine;

/// Rows of the picture.
pub(super) const ROWS: usize = 32;
/// How far it reaches above the baseline and below, in heights of a capital.
const ABOVE: f32 = 1.5;
const BELOW: f32 = 0.6;
/// Height of a capital in heights of x: of Times, of which papers are set.
const CAPITAL: f32 = 1.47;
/// Widest picture, columns: no number is as long.
const MAX_WIDTH: usize = 400;
/// Points of the page that a pixel is the mean of, along each side.
const POINTS: usize = 4;
/// Greys of the line that count as paper and as ink, as shares of its pixels from the darkest on.
const PAPER: f32 = 0.8;
const INK: f32 = 0.01;
/// Ink is darker than paper by so much at least: what differs less is the paper's grain.
const FAINTEST: f32 = 60.0;
/// Darkness from which on a pixel is ink.
const DARK: u8 = 128;

/// How dark a blank is, row by row: 0 paper, 255 the darkest ink of its line.
pub(super) struct Slot {
    /// Columns.
    pub(super) width: usize,
    pub(super) darkness: Vec<u8>,
    /// Where its ink is on the page, px; `None` without any.
    pub(super) ink: Option<Rect>,
}

/// Height of a capital letter of a line, px.
pub(super) fn capital(line: &TextLine) -> f32 {
    line.x_height * CAPITAL
}

impl Slot {
    /// What stands between two places of a line, x in px of the page. `None` when that is nothing, or too wide.
    pub(super) fn cut(page: &Raster, line: &TextLine, left: f32, right: f32) -> Option<Self> {
        let capital = capital(line);
        let scale = (ABOVE + BELOW) * capital / ROWS as f32;
        let width = ((right - left) / scale).round() as usize;
        if !(scale.is_finite() && scale > 0.0) || right <= left || !(1..=MAX_WIDTH).contains(&width) {
            return None;
        }
        let (w, h) = (page.width() as usize, page.height() as usize);
        let at = |x: f32, y: f32| page.data()[(y.max(0.0) as usize).min(h - 1) * w + (x.max(0.0) as usize).min(w - 1)];
        let (paper, ink) = contrast(page, line)?;
        let part = |i: usize| (i as f32 + 0.5) / POINTS as f32;
        let mut darkness = Vec::with_capacity(ROWS * width);
        for (row, column) in (0..ROWS).flat_map(|row| (0..width).map(move |column| (row, column))) {
            let mut sum = 0.0;
            for i in 0..POINTS {
                let x = left + (column as f32 + part(i)) * scale;
                let top = line.baseline.at(x) - ABOVE * capital;
                let column = (0..POINTS).map(|j| f32::from(at(x, top + (row as f32 + part(j)) * scale)));
                sum += column.sum::<f32>();
            }
            let grey = sum / (POINTS * POINTS) as f32;
            let grey = if line.inverted { 255.0 - grey } else { grey };
            darkness.push(((paper - grey) / (paper - ink) * 255.0).clamp(0.0, 255.0) as u8);
        }
        let middle = line.baseline.at((left + right) / 2.0) - ABOVE * capital;
        let ink = ink_box(&darkness, width).map(|(x0, y0, x1, y1)| Rect {
            left: left + x0 as f32 * scale,
            top: middle + y0 as f32 * scale,
            right: left + x1 as f32 * scale,
            bottom: middle + y1 as f32 * scale,
        });
        Some(Self { width, darkness, ink })
    }
}

/// Greys of the paper and of the darkest ink around a line.
fn contrast(page: &Raster, line: &TextLine) -> Option<(f32, f32)> {
    let (w, h) = (page.width() as usize, page.height() as usize);
    let (left, right) = ((line.left.max(0.0) as usize).min(w), (line.right.max(0.0) as usize).min(w));
    let mut counts = [0u32; 256];
    for x in left..right {
        let base = line.baseline.at(x as f32);
        let (top, bottom) = ((base - line.ascent).max(0.0) as usize, (base + line.descent).max(0.0) as usize);
        for y in top.min(h)..bottom.min(h) {
            let grey = page.data()[y * w + x];
            counts[usize::from(if line.inverted { 255 - grey } else { grey })] += 1;
        }
    }
    let all: u32 = counts.iter().sum();
    let quantile = |share: f32| {
        let mut left = (share * all as f32) as u32;
        counts.iter().position(|n| {
            let found = *n > left;
            left = left.saturating_sub(*n);
            found
        })
    };
    let (paper, ink) = (quantile(PAPER)? as f32, quantile(INK)? as f32);
    Some((paper, ink.min(paper - FAINTEST)))
}

/// Left, top, right and bottom of what is dark.
fn ink_box(darkness: &[u8], width: usize) -> Option<(usize, usize, usize, usize)> {
    let dark = || darkness.iter().enumerate().filter(|(_, v)| **v >= DARK).map(|(i, _)| (i % width, i / width));
    let (x0, x1) = (dark().map(|(x, _)| x).min()?, dark().map(|(x, _)| x).max()?);
    let (y0, y1) = (dark().map(|(_, y)| y).min()?, dark().map(|(_, y)| y).max()?);
    Some((x0, y0, x1 + 1, y1 + 1))
}
