//! Quarter turns and mirror images of rasters, and the orientation numbers of Exif and TIFF.

use sohoa_domain::{InkMap, PixelLayout, Raster, Rotation};

/// Splits an orientation (TIFF 6.0, tag 274; Exif has the same numbers) into a mirror image left to right, which is
/// applied to pixels, and the clockwise turn that follows it.
pub(crate) fn split(orientation: u16) -> (bool, Rotation) {
    match orientation {
        2 => (true, Rotation::None),
        3 => (false, Rotation::Half),
        4 => (true, Rotation::Half),
        5 => (true, Rotation::ThreeQuarter),
        6 => (false, Rotation::Quarter),
        7 => (true, Rotation::Quarter),
        8 => (false, Rotation::ThreeQuarter),
        _ => (false, Rotation::None),
    }
}

/// The raster with left and right exchanged.
pub(crate) fn mirrored(raster: &Raster) -> Raster {
    let w = raster.width() as usize;
    let mut out = vec![0; raster.data().len()];
    let rows = raster.data().chunks_exact(raster.row_bytes()).zip(out.chunks_exact_mut(raster.row_bytes()));
    for (from, to) in rows {
        match raster.layout() {
            PixelLayout::Bitonal => (0..w).for_each(|x| set(to, x, bit(from, w - 1 - x))),
            PixelLayout::Grey8 => to.iter_mut().zip(from.iter().rev()).for_each(|(t, f)| *t = *f),
            PixelLayout::Rgb8 => {
                to.chunks_exact_mut(3).zip(from.chunks_exact(3).rev()).for_each(|(t, f)| t.copy_from_slice(f));
            }
        }
    }
    keep(Raster::new(raster.width(), raster.height(), raster.layout(), out), raster)
}

/// The raster after a clockwise quarter turn or more.
pub fn turned(raster: &Raster, rotation: Rotation) -> Raster {
    if rotation == Rotation::None {
        return raster.clone();
    }
    let (w, h) = (raster.width(), raster.height());
    let (ow, oh) = if rotation.swaps_sides() { (h, w) } else { (w, h) };
    let data = match raster.layout() {
        PixelLayout::Bitonal => turn_bits(raster, rotation, ow as usize, oh as usize),
        PixelLayout::Grey8 => turn_bytes::<1>(raster.data(), w as usize, h as usize, rotation),
        PixelLayout::Rgb8 => turn_bytes::<3>(raster.data(), w as usize, h as usize, rotation),
    };
    keep(Raster::new(ow, oh, raster.layout(), data), raster)
}

/// The ink of a page after the same turn.
pub(crate) fn turned_ink(ink: &InkMap, rotation: Rotation) -> InkMap {
    let contrast = match rotation {
        Rotation::None => ink.contrast.clone(),
        _ => turn_bytes::<1>(&ink.contrast, ink.width, ink.height, rotation),
    };
    let (width, height) = if rotation.swaps_sides() { (ink.height, ink.width) } else { (ink.width, ink.height) };
    InkMap { width, height, contrast, ..*ink }
}

/// The sizes agree by construction; should they ever not, the unturned page is the honest picture.
fn keep(turned: Option<Raster>, original: &Raster) -> Raster {
    debug_assert!(turned.is_some(), "a turn keeps the number of pixels");
    turned.unwrap_or_else(|| original.clone())
}

/// Turns pixels of `N` bytes, in square tiles so that both the rows read and the rows written stay in the cache.
fn turn_bytes<const N: usize>(from: &[u8], w: usize, h: usize, rotation: Rotation) -> Vec<u8> {
    const TILE: usize = 32;
    let mut out = vec![0; from.len()];
    if rotation == Rotation::Half {
        out.chunks_exact_mut(N).zip(from.chunks_exact(N).rev()).for_each(|(t, f)| t.copy_from_slice(f));
        return out;
    }
    for ty in (0..h).step_by(TILE) {
        for tx in (0..w).step_by(TILE) {
            for x in tx..(tx + TILE).min(w) {
                for y in ty..(ty + TILE).min(h) {
                    let to = match rotation {
                        Rotation::Quarter => x * h + (h - 1 - y),
                        _ => (w - 1 - x) * h + y,
                    };
                    let (to, at) = (to * N, (y * w + x) * N);
                    out[to..to + N].copy_from_slice(&from[at..at + N]);
                }
            }
        }
    }
    out
}

fn turn_bits(raster: &Raster, rotation: Rotation, ow: usize, oh: usize) -> Vec<u8> {
    let (w, h) = (raster.width() as usize, raster.height() as usize);
    let stride = ow.div_ceil(8);
    let mut out = vec![0; stride * oh];
    for y in 0..h {
        let row = raster.row(y as u32);
        for (i, &byte) in row.iter().enumerate() {
            // Most bytes of a page are white.
            let mut rest = byte;
            while rest != 0 {
                let b = rest.leading_zeros() as usize;
                rest &= !(0x80 >> b);
                let x = i * 8 + b;
                if x >= w {
                    break;
                }
                let (tx, ty) = match rotation {
                    Rotation::Quarter => (h - 1 - y, x),
                    Rotation::Half => (w - 1 - x, h - 1 - y),
                    _ => (y, w - 1 - x),
                };
                out[ty * stride + tx / 8] |= 0x80 >> (tx % 8);
            }
        }
    }
    out
}

fn bit(row: &[u8], x: usize) -> bool {
    row[x / 8] & (0x80 >> (x % 8)) != 0
}

fn set(row: &mut [u8], x: usize, on: bool) {
    if on {
        row[x / 8] |= 0x80 >> (x % 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grey(w: u32, h: u32, data: &[u8]) -> Raster {
        Raster::new(w, h, PixelLayout::Grey8, data.to_vec()).unwrap()
    }

    #[test]
    fn a_quarter_turn_is_clockwise() {
        // 1 2 3      4 1
        // 4 5 6  →   5 2
        //            6 3
        let page = grey(3, 2, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(turned(&page, Rotation::Quarter), grey(2, 3, &[4, 1, 5, 2, 6, 3]));
        assert_eq!(turned(&page, Rotation::Half), grey(3, 2, &[6, 5, 4, 3, 2, 1]));
        assert_eq!(turned(&page, Rotation::ThreeQuarter), grey(2, 3, &[3, 6, 2, 5, 1, 4]));
        assert_eq!(mirrored(&page), grey(3, 2, &[3, 2, 1, 6, 5, 4]));
    }

    /// The eight orientations of TIFF 6.0 say where row 0 and column 0 lie; shown on a 2 × 1 picture.
    #[test]
    fn orientations() {
        let stored = grey(3, 2, &[1, 2, 3, 4, 5, 6]);
        let shown = |o| {
            let (mirror, turn) = split(o);
            turned(&if mirror { mirrored(&stored) } else { stored.clone() }, turn)
        };
        assert_eq!(shown(1), stored);
        assert_eq!(shown(2), grey(3, 2, &[3, 2, 1, 6, 5, 4]));
        assert_eq!(shown(3), grey(3, 2, &[6, 5, 4, 3, 2, 1]));
        assert_eq!(shown(4), grey(3, 2, &[4, 5, 6, 1, 2, 3]));
        // 5: row 0 is the visual left side, column 0 the visual top: a transposition.
        assert_eq!(shown(5), grey(2, 3, &[1, 4, 2, 5, 3, 6]));
        assert_eq!(shown(6), grey(2, 3, &[4, 1, 5, 2, 6, 3]));
        assert_eq!(shown(7), grey(2, 3, &[6, 3, 5, 2, 4, 1]));
        assert_eq!(shown(8), grey(2, 3, &[3, 6, 2, 5, 1, 4]));
    }

    proptest! {
        #[test]
        fn turns_add_up(w in 1u32..70, h in 1u32..70, seed in any::<u64>(), which in 0usize..3) {
            let layout = [PixelLayout::Bitonal, PixelLayout::Grey8, PixelLayout::Rgb8][which];
            let stride = match layout { PixelLayout::Bitonal => w.div_ceil(8), PixelLayout::Grey8 => w, PixelLayout::Rgb8 => w * 3 };
            let mut x = seed | 1;
            let mut data: Vec<u8> = (0..stride * h).map(|_| { x ^= x << 13; x ^= x >> 7; x ^= x << 17; x as u8 }).collect();
            if layout == PixelLayout::Bitonal && w % 8 != 0 {
                data.chunks_exact_mut(stride as usize).for_each(|r| r[stride as usize - 1] &= 0xff << (8 - w % 8));
            }
            let page = Raster::new(w, h, layout, data).unwrap();
            let quarter = turned(&page, Rotation::Quarter);
            prop_assert_eq!(&turned(&quarter, Rotation::Quarter), &turned(&page, Rotation::Half));
            prop_assert_eq!(&turned(&quarter, Rotation::ThreeQuarter), &page);
            prop_assert_eq!(mirrored(&mirrored(&page)), page);
        }
    }
}
