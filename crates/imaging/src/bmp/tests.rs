//! Tests of bitmap reading.

use image::ExtendedColorType;
use image::codecs::bmp::BmpEncoder;
use sohoa_domain::RefusalCode;

use super::*;

fn bmp(pixels: &[u8], w: u32, h: u32, kind: ExtendedColorType) -> Vec<u8> {
    let mut out = Vec::new();
    BmpEncoder::new(&mut out).encode(pixels, w, h, kind).unwrap();
    // 300 dpi, in pixels a metre.
    out[38..42].copy_from_slice(&11811i32.to_le_bytes());
    out[42..46].copy_from_slice(&11811i32.to_le_bytes());
    out
}

#[test]
fn pixels_and_resolution() {
    let pixels: Vec<u8> = (0..30 * 20 * 3).map(|i| (i * 7 % 256) as u8).collect();
    let page = load(&bmp(&pixels, 30, 20, ExtendedColorType::Rgb8), &Limits::default()).unwrap();
    assert_eq!((page.raster.layout(), page.raster.data()), (PixelLayout::Rgb8, &pixels[..]));
    assert!((page.dpi.unwrap().x - 300.0).abs() < 0.1);
    assert_eq!(crate::decode(&page.embed, &Limits::default()).unwrap(), page.raster);
    let grey = load(&bmp(&[1, 2, 3, 4], 2, 2, ExtendedColorType::L8), &Limits::default()).unwrap();
    assert_eq!((grey.raster.layout(), grey.raster.data()), (PixelLayout::Grey8, &[1, 2, 3, 4][..]));
}

/// A header and two palette entries, then rows from the bottom up.
fn one_bit(rows: &[[u8; 4]]) -> Vec<u8> {
    let mut out = b"BM".to_vec();
    out.extend((62 + rows.len() as u32 * 4).to_le_bytes());
    out.extend([0; 4]);
    out.extend(62u32.to_le_bytes());
    out.extend(40u32.to_le_bytes());
    out.extend(10i32.to_le_bytes());
    out.extend((rows.len() as i32).to_le_bytes());
    out.extend([1, 0, 1, 0]);
    out.extend([0; 24]);
    out.extend([0, 0, 0, 0, 255, 255, 255, 0]);
    rows.iter().for_each(|r| out.extend(r));
    out
}

#[test]
fn one_bit_stays_one_bit() {
    let page = load(&one_bit(&[[0xff, 0xff, 0, 0], [0x7f, 0x80, 0, 0]]), &Limits::default()).unwrap();
    assert_eq!(page.raster.layout(), PixelLayout::Bitonal);
    assert_eq!(page.raster.data(), &[0b1000_0000, 0b0100_0000, 0, 0]);
    assert_eq!(page.dpi, None);
}

#[test]
fn refusals() {
    let pixels = vec![9; 100 * 100 * 3];
    let bytes = bmp(&pixels, 100, 100, ExtendedColorType::Rgb8);
    let code = |b: &[u8], limits: &Limits| load(b, limits).err().map(|e| e.code);
    for percent in [10, 50, 90, 99] {
        let cut = &bytes[..bytes.len() * percent / 100];
        assert_eq!(code(cut, &Limits::default()), Some(RefusalCode::Truncated), "{percent} %");
    }
    assert_eq!(code(&bytes[..20], &Limits::default()), Some(RefusalCode::Truncated));
    let limits = Limits { page_pixels: 9999, ..Limits::default() };
    assert_eq!(code(&bytes, &limits), Some(RefusalCode::TooManyPixels));
}
