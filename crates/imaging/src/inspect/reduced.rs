//! A smaller picture of the page, made in one pass, on which everything but sharpness is measured.

use std::borrow::Cow;

use sohoa_domain::{Dpi, PixelLayout, Raster};

use crate::bitonal::spread;

/// Resolution that the reduction aims at. Letters of 10 pt are 10 px high there, and a page of A4 has 2 million px.
const TARGET_DPI: f32 = 150.0;

/// The page by areas of whole pixels.
pub(super) struct Reduced {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Side of an area, px of the page.
    pub(super) factor: usize,
    /// Pixels a millimetre, horizontally and vertically alike.
    pub(super) per_mm: f32,
    /// Red channel of colour pages, so that red seals stay out of the measures; grey value of others.
    pub(super) red: Vec<u8>,
    /// Green and blue; empty for pages without colour channels.
    pub(super) green: Vec<u8>,
    pub(super) blue: Vec<u8>,
}

impl Reduced {
    /// Reduces to about [`TARGET_DPI`].
    pub(super) fn of(page: &Raster, dpi: Dpi) -> Self {
        let factor = (dpi.x.min(dpi.y) / TARGET_DPI).round().max(1.0) as usize;
        Self::by(page, factor, (dpi.x + dpi.y) / 2.0 / 25.4)
    }

    /// Reduces by a whole factor; `per_mm` are px of the page. Pixels at the right and bottom edge that fill no whole
    /// area are left out.
    pub(super) fn by(page: &Raster, factor: usize, per_mm: f32) -> Self {
        let (w, h) = (page.width() as usize, page.height() as usize);
        // Sums of 8-bit values over a column of an area have to fit 16 bits.
        let factor = factor.min(w).min(h).clamp(1, 128);
        let (width, height) = (w / factor, h / factor);
        let channels = if page.layout() == PixelLayout::Rgb8 { 3 } else { 1 };
        let mut planes = [Vec::new(), Vec::new(), Vec::new()];
        planes.iter_mut().take(channels).for_each(|p| p.reserve_exact(width * height));
        let mut sums = vec![0u16; w * channels];
        let area = (factor * factor) as u32;
        for y in 0..height {
            sums.fill(0);
            for row in 0..factor {
                let line = page.row((y * factor + row) as u32);
                let line = match page.layout() {
                    PixelLayout::Bitonal => Cow::Owned(spread(line, w)),
                    _ => Cow::Borrowed(line),
                };
                sums.iter_mut().zip(line.iter()).for_each(|(s, v)| *s += u16::from(*v));
            }
            average(&sums, factor, area, &mut planes[..channels]);
        }
        let [red, green, blue] = planes;
        Self { width, height, factor, per_mm: per_mm / factor as f32, red, green, blue }
    }

    /// How much redder than green a pixel is; 0 on pages without colour.
    pub(super) fn redness(&self, at: usize) -> u8 {
        match self.green.get(at) {
            Some(g) => self.red[at].saturating_sub(*g),
            None => 0,
        }
    }
}

/// Appends the averages of one row of areas to each plane.
fn average(sums: &[u16], factor: usize, area: u32, planes: &mut [Vec<u8>]) {
    match (planes, factor) {
        // The two cases of almost every scan, without inner loops.
        ([grey], 2) => grey.extend(sums.chunks_exact(2).map(|s| ((u32::from(s[0]) + u32::from(s[1])) / 4) as u8)),
        ([red, green, blue], 2) => {
            for s in sums.chunks_exact(6) {
                red.push(((u32::from(s[0]) + u32::from(s[3])) / 4) as u8);
                green.push(((u32::from(s[1]) + u32::from(s[4])) / 4) as u8);
                blue.push(((u32::from(s[2]) + u32::from(s[5])) / 4) as u8);
            }
        }
        (planes, _) => {
            let channels = planes.len();
            for s in sums.chunks_exact(factor * channels) {
                for (c, plane) in planes.iter_mut().enumerate() {
                    let sum: u32 = s.iter().skip(c).step_by(channels).map(|&v| u32::from(v)).sum();
                    plane.push((sum / area) as u8);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_averaged() {
        let grey = Raster::new(5, 2, PixelLayout::Grey8, vec![0, 10, 20, 20, 9, 10, 20, 20, 20, 9]).unwrap();
        let half = Reduced::of(&grey, Dpi::square(300.0));
        assert_eq!((half.width, half.height, half.red), (2, 1, vec![10, 20]));
        let rgb = Raster::new(3, 3, PixelLayout::Rgb8, (0..27).collect()).unwrap();
        let third = Reduced::of(&rgb, Dpi::square(450.0));
        assert_eq!((third.red, third.green, third.blue), (vec![12], vec![13], vec![14]));
        let bits = Raster::new(4, 2, PixelLayout::Bitonal, vec![0b1100_0000, 0b1000_0000]).unwrap();
        assert_eq!(Reduced::of(&bits, Dpi::square(300.0)).red, vec![63, 255]);
    }
}
