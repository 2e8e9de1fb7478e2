//! Tests of JPEG reading on streams made here.

use sohoa_domain::{PixelLayout, RefusalCode};

use super::*;
use crate::encode::encode_jpeg;

/// A page with structure everywhere, so that a missing part shows.
fn page(layout: PixelLayout) -> Raster {
    let (w, h) = (317u32, 411u32);
    let data = match layout {
        PixelLayout::Rgb8 => (0..w * h)
            .flat_map(|i| {
                let (x, y) = (i % w, i / w);
                [(x ^ y) as u8, (x * 3) as u8, (y * 2) as u8]
            })
            .collect(),
        _ => (0..w * h).map(|i| ((i % w) ^ (i / w)) as u8).collect(),
    };
    Raster::new(w, h, layout, data).unwrap()
}

fn code(bytes: &[u8]) -> Option<RefusalCode> {
    load(bytes.to_vec(), &Limits::default()).err().map(|e| e.code)
}

#[test]
fn the_bytes_pass_through() {
    for layout in [PixelLayout::Grey8, PixelLayout::Rgb8] {
        let page = page(layout);
        let mut bytes = encode_jpeg(&page, 90).bytes.to_vec();
        bytes.extend(b"trailing bytes are allowed");
        let loaded = load(bytes.clone(), &Limits::default()).unwrap();
        assert_eq!(*loaded.embed.bytes, bytes);
        assert_eq!((loaded.embed.width, loaded.embed.height), (317, 411));
        assert_eq!(loaded.raster.layout(), layout);
    }
}

#[test]
fn a_cut_stream_is_truncated_wherever_it_is_cut() {
    let bytes = encode_jpeg(&page(PixelLayout::Rgb8), 90).bytes.to_vec();
    for percent in [1, 3, 10, 50, 90, 99] {
        assert_eq!(code(&bytes[..bytes.len() * percent / 100]), Some(RefusalCode::Truncated), "{percent} %");
    }
    // An end marker behind half a picture does not make it whole.
    let half = [&bytes[..bytes.len() / 2], b"\xff\xd9"].concat();
    assert!(matches!(code(&half), Some(RefusalCode::Truncated | RefusalCode::Malformed)));
    // Only the end marker is missing: every pixel is there.
    let loaded = load(bytes[..bytes.len() - 2].to_vec(), &Limits::default()).unwrap();
    let whole = load(bytes, &Limits::default()).unwrap();
    assert_eq!(loaded.raster, whole.raster);
}

#[test]
fn orientation_and_resolution_come_from_exif() {
    let jpeg = encode_jpeg(&page(PixelLayout::Grey8), 80).bytes.to_vec();
    let exif = |orientation: u8| {
        let mut block = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        block.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        let mut out = b"\xff\xd8\xff\xe1".to_vec();
        out.extend((block.len() as u16 + 2).to_be_bytes());
        out.extend(block);
        out.extend(&jpeg[2..]);
        out
    };
    let loaded = load(exif(6), &Limits::default()).unwrap();
    assert_eq!(loaded.rotation, Rotation::Quarter);
    assert_eq!(*loaded.embed.bytes, exif(6));
    // A mirror image has no turn: its pixels are exchanged and encoded anew.
    let plain = load(jpeg.clone(), &Limits::default()).unwrap();
    let mirrored = load(exif(2), &Limits::default()).unwrap();
    assert_eq!(mirrored.rotation, Rotation::None);
    assert_eq!(mirrored.raster, crate::orient::mirrored(&plain.raster));
    assert_ne!(*mirrored.embed.bytes, exif(2));
}

#[test]
fn size_is_checked_before_decoding() {
    let bytes = encode_jpeg(&page(PixelLayout::Grey8), 80).bytes.to_vec();
    let limits = Limits { page_pixels: 1000, ..Limits::default() };
    assert_eq!(load(bytes, &limits).unwrap_err().code, RefusalCode::TooManyPixels);
}

#[test]
fn damaged_streams_never_panic() {
    let bytes = encode_jpeg(&page(PixelLayout::Rgb8), 50).bytes.to_vec();
    let mut x = 12345u32;
    for _ in 0..60 {
        let mut damaged = bytes.clone();
        for _ in 0..4 {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = x as usize % damaged.len();
            damaged[at] = (x >> 24) as u8;
        }
        let _ = code(&damaged);
    }
}
