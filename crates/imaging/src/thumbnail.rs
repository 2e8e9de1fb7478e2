//! Small pictures of pages.

use sohoa_domain::{PixelLayout, Raster, Rotation};

use crate::{bitonal, orient};

/// A picture of the upright page whose longer side is at most `longest_side` px (at least 1), by averaging areas.
/// Grey for bitonal and grey pages, RGB for RGB pages. A smaller page keeps its size.
pub fn thumbnail(raster: &Raster, rotation: Rotation, longest_side: u32) -> Raster {
    let (w, h) = (raster.width(), raster.height());
    let longest = longest_side.max(1);
    let scale = (f64::from(longest) / f64::from(w.max(h))).min(1.0);
    let size = |side: u32| ((f64::from(side) * scale).round() as u32).clamp(1, side);
    let (tw, th) = (size(w), size(h));
    let page = if raster.layout() == PixelLayout::Bitonal { bitonal::expanded(raster) } else { raster.clone() };
    let small = match page.layout() {
        PixelLayout::Rgb8 => shrunk::<3>(page.data(), w as usize, h as usize, tw as usize, th as usize),
        _ => shrunk::<1>(page.data(), w as usize, h as usize, tw as usize, th as usize),
    };
    let small = Raster::new(tw, th, page.layout(), small);
    debug_assert!(small.is_some(), "one value a pixel was made");
    orient::turned(&small.unwrap_or(page), rotation)
}

/// Averages over the area of each target pixel, to whole source pixels.
fn shrunk<const N: usize>(from: &[u8], w: usize, h: usize, tw: usize, th: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(tw * th * N);
    let mut sums = vec![0u32; tw * N];
    for ty in 0..th {
        let (y0, y1) = (ty * h / th, ((ty + 1) * h / th).max(ty * h / th + 1));
        sums.fill(0);
        for row in from[y0 * w * N..y1 * w * N].chunks_exact(w * N) {
            for (tx, sum) in sums.chunks_exact_mut(N).enumerate() {
                let (x0, x1) = (tx * w / tw, ((tx + 1) * w / tw).max(tx * w / tw + 1));
                for px in row[x0 * N..x1 * N].chunks_exact(N) {
                    sum.iter_mut().zip(px).for_each(|(s, p)| *s += u32::from(*p));
                }
            }
        }
        for (tx, sum) in sums.chunks_exact(N).enumerate() {
            let (x0, x1) = (tx * w / tw, ((tx + 1) * w / tw).max(tx * w / tw + 1));
            let area = ((x1 - x0) * (y1 - y0)) as u32;
            out.extend(sum.iter().map(|s| ((s + area / 2) / area) as u8));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_averaged_and_the_page_is_upright() {
        let page = Raster::new(4, 2, PixelLayout::Grey8, vec![0, 100, 200, 200, 0, 100, 200, 200]).unwrap();
        let small = thumbnail(&page, Rotation::None, 2);
        assert_eq!((small.width(), small.height(), small.data()), (2, 1, &[50, 200][..]));
        let turned = thumbnail(&page, Rotation::Quarter, 2);
        assert_eq!((turned.width(), turned.height(), turned.data()), (1, 2, &[50, 200][..]));
        assert_eq!(thumbnail(&page, Rotation::None, 100), page);
    }

    #[test]
    fn bitonal_pages_become_grey() {
        let page = Raster::new(16, 2, PixelLayout::Bitonal, vec![0xff, 0, 0xff, 0]).unwrap();
        let small = thumbnail(&page, Rotation::None, 4);
        assert_eq!((small.layout(), small.data()), (PixelLayout::Grey8, &[0, 0, 255, 255][..]));
    }
}
