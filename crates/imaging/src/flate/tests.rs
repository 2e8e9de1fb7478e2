//! Tests of reading and writing zlib-coded pixels.

use std::io::Write as _;

use proptest::prelude::*;
use sohoa_domain::{Limits, PixelLayout, Raster, RefusalCode};

use super::*;

fn zlib(rows: &[u8]) -> Vec<u8> {
    let mut z = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    z.write_all(rows).unwrap();
    z.finish().unwrap()
}

fn samples(components: u8, bits: u8) -> Samples<'static> {
    Samples { components, bits, png_predictors: false, palette: None }
}

#[test]
fn every_depth() {
    let limits = Limits::default();
    let read = |w, h, s, rows: &[u8]| decode(&zlib(rows), w, h, s, &limits).unwrap();
    let bits = read(3, 2, samples(1, 1), &[0b1010_0000, 0b0111_1111]);
    assert_eq!((bits.layout(), bits.data()), (PixelLayout::Bitonal, &[0b0100_0000, 0b1000_0000][..]));
    assert_eq!(read(3, 1, samples(1, 2), &[0b0001_1000]).data(), &[0, 85, 170]);
    assert_eq!(read(3, 1, samples(1, 4), &[0x0f, 0x80]).data(), &[0, 255, 136]);
    assert_eq!(read(2, 1, samples(1, 8), &[7, 9]).data(), &[7, 9]);
    assert_eq!(read(2, 1, samples(1, 16), &[7, 1, 9, 2]).data(), &[7, 9]);
    assert_eq!(read(1, 1, samples(3, 8), &[1, 2, 3]).data(), &[1, 2, 3]);
    assert_eq!(read(1, 1, samples(3, 4), &[0x0f, 0x10]).data(), &[0, 255, 17]);
    let palette = |p: &'static [u8], bits| Samples { palette: Some(p), ..samples(1, bits) };
    assert_eq!(read(2, 1, palette(&[9, 8, 7, 1, 2, 3], 1), &[0b0100_0000]).data(), &[9, 8, 7, 1, 2, 3]);
    assert_eq!(read(2, 1, palette(&[9, 9, 9, 1, 1, 1], 8), &[1, 0]).data(), &[1, 9]);
    let two = read(2, 1, palette(&[255, 255, 255, 0, 0, 0], 1), &[0b0100_0000]);
    assert_eq!((two.layout(), two.data()), (PixelLayout::Bitonal, &[0b0100_0000][..]));
    let over = decode(&zlib(&[2]), 1, 1, palette(&[1, 2, 3, 4, 5, 6], 8), &limits);
    assert_eq!(over.unwrap_err().code, RefusalCode::Malformed);
}

#[test]
fn a_short_stream_is_truncated() {
    let stream = zlib(&vec![77; 4000]);
    let read = |bytes: &[u8], h| decode(bytes, 40, h, samples(1, 8), &Limits::default()).map_err(|e| e.code);
    assert!(read(&stream, 100).is_ok());
    assert_eq!(read(&stream, 101), Err(RefusalCode::Truncated));
    assert_eq!(read(&stream[..8], 100), Err(RefusalCode::Truncated));
    assert_eq!(read(b"not zlib at all", 100), Err(RefusalCode::Malformed));
    let limits = Limits { page_pixels: 3999, ..Limits::default() };
    assert_eq!(decode(&stream, 40, 100, samples(1, 8), &limits).unwrap_err().code, RefusalCode::TooManyPixels);
}

proptest! {
    #[test]
    fn filters_undo_themselves(w in 1usize..40, bpp in prop::sample::select(vec![1usize, 3]), rows in 1usize..6, seed in any::<u64>()) {
        let mut x = seed | 1;
        let data: Vec<u8> = (0..w * bpp * rows).map(|_| { x ^= x << 13; x ^= x >> 7; x ^= x << 17; (x % 7) as u8 * 3 }).collect();
        let layout = if bpp == 1 { PixelLayout::Grey8 } else { PixelLayout::Rgb8 };
        let page = Raster::new(w as u32, rows as u32, layout, data).unwrap();
        let image = continuous(&page);
        let back = crate::decode(&image, &Limits::default()).unwrap();
        prop_assert_eq!(back.width(), page.width());
        if back.layout() == page.layout() {
            prop_assert_eq!(&back, &page);
        } else {
            let grey: Vec<u8> = page.data().iter().copied().step_by(3).collect();
            prop_assert_eq!(back.data(), &grey[..]);
        }
    }

    #[test]
    fn every_filter_type_is_undone(kind in 0u8..5, rows in prop::collection::vec(prop::collection::vec(any::<u8>(), 6), 1..5)) {
        // The reference applies the filter definition pixel by pixel.
        let bpp = 3;
        let mut filtered = Vec::new();
        for (y, row) in rows.iter().enumerate() {
            filtered.push(kind);
            for x in 0..row.len() {
                let a = if x >= bpp { row[x - bpp] } else { 0 };
                let b = if y > 0 { rows[y - 1][x] } else { 0 };
                let c = if y > 0 && x >= bpp { rows[y - 1][x - bpp] } else { 0 };
                let p = i32::from(a) + i32::from(b) - i32::from(c);
                let near = [a, b, c].into_iter().min_by_key(|&v| (p - i32::from(v)).abs()).unwrap();
                let guess = [0, a, b, ((u16::from(a) + u16::from(b)) / 2) as u8, near][usize::from(kind)];
                filtered.push(row[x].wrapping_sub(guess));
            }
        }
        let s = Samples { png_predictors: true, ..samples(3, 8) };
        let page = decode(&zlib(&filtered), 2, rows.len() as u32, s, &Limits::default()).unwrap();
        prop_assert_eq!(page.data(), &rows.concat()[..]);
    }
}
