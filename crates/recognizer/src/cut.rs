//! Cuts a line out of its page.

use sohoa_domain::Raster;

use crate::line_image::GreyLine;
use crate::lines::TextLine;

/// Paper around a line, as a share of the height of x. Tesseract leaves 4 px, which is 0.17 at 300 dpi and 13 pt.
pub(crate) const PADDING: f32 = 0.2;
/// Longest line that is cut, px: several times the width of A3 at 600 dpi.
const MAX_WIDTH: usize = 40_000;
/// Greatest height, px.
const MAX_HEIGHT: usize = 4_000;

/// Pixels of a line, and where they come from.
pub(crate) struct Cut {
    pub(crate) grey: GreyLine,
    /// x of the first column on the page, px.
    pub(crate) left: f32,
    /// y of the first row above the baseline, px.
    pub(crate) above: f32,
}

/// Cuts `line` out of a grey page, with `padding` heights of x around it, along its baseline: column by column straight up
/// and down, so that a slope becomes level. Light letters on dark ground become dark ones. What lies outside of the page
/// repeats its edge. `None` when nothing of the line is on the page.
pub(crate) fn cut(page: &Raster, line: &TextLine, padding: f32) -> Option<Cut> {
    let (w, h) = (page.width() as usize, page.height() as usize);
    let pad = (padding * line.x_height).max(1.0);
    let left = (line.left - pad).floor().max(0.0);
    let right = (line.right + pad).ceil().min(w as f32);
    let (above, below) = ((line.ascent + pad).ceil(), (line.descent + pad).ceil());
    let width = (right - left) as usize;
    let height = (above + below) as usize;
    if right <= left || width > MAX_WIDTH || height == 0 || height > MAX_HEIGHT {
        return None;
    }
    let first = left as usize;
    let top = |x: usize| line.baseline.at((first + x) as f32 + 0.5) - above;
    let row = |y: isize| &page.data()[y.clamp(0, h as isize - 1) as usize * w..][..w];
    let mut pixels = Vec::with_capacity(width * height);
    if (top(0) - top(width - 1)).abs() < 1.0 {
        let start = top(width / 2).round() as isize;
        (0..height as isize).for_each(|y| pixels.extend_from_slice(&row(start + y)[first..first + width]));
    } else {
        // Between two rows, weighted in 1/256.
        let places: Vec<(isize, u16)> = (0..width)
            .map(|x| {
                let y = top(x);
                (y.floor() as isize, ((y - y.floor()) * 256.0) as u16)
            })
            .collect();
        let parts: Vec<u16> = places.iter().map(|(_, part)| *part).collect();
        for y in 0..height as isize {
            // Columns that begin in the same row of the page.
            for columns in places.chunk_by(|a, b| a.0 == b.0) {
                let x = pixels.len() % width;
                let of = |y| &row(y)[first + x..][..columns.len()];
                let (upper, lower) = (of(columns[0].0 + y), of(columns[0].0 + y + 1));
                pixels.extend(upper.iter().zip(lower).zip(&parts[x..]).map(|((upper, lower), part)| {
                    ((u16::from(*upper) * (256 - part) + u16::from(*lower) * part) >> 8) as u8
                }));
            }
        }
    }
    if line.inverted {
        pixels.iter_mut().for_each(|v| *v = 255 - *v);
    }
    Some(Cut { grey: GreyLine { width, height, pixels }, left, above })
}
