//! Tests of WebP reading.

use image::ExtendedColorType;
use image::codecs::webp::WebPEncoder;
use sohoa_domain::{Codec, PixelLayout, RefusalCode};

use super::*;

fn lossless() -> (Vec<u8>, Vec<u8>) {
    let pixels: Vec<u8> = (0..40 * 30 * 3).map(|i| (i * 11 % 256) as u8).collect();
    let mut out = Vec::new();
    WebPEncoder::new_lossless(&mut out).encode(&pixels, 40, 30, ExtendedColorType::Rgb8).unwrap();
    (out, pixels)
}

#[test]
fn lossless_files_stay_lossless() {
    let (bytes, pixels) = lossless();
    let page = load(&bytes, &Limits::default()).unwrap();
    assert_eq!((page.raster.layout(), page.raster.data()), (PixelLayout::Rgb8, &pixels[..]));
    assert!(matches!(page.embed.codec, Codec::Flate { components: 3, .. }));
    assert_eq!(crate::decode(&page.embed, &Limits::default()).unwrap(), page.raster);
}

#[test]
fn the_kind_of_coding_is_found_behind_other_chunks() {
    let container = |chunks: &[(&[u8; 4], usize)]| {
        let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
        for (name, len) in chunks {
            out.extend(*name);
            out.extend((*len as u32).to_le_bytes());
            out.resize(out.len() + len.next_multiple_of(2), 0);
        }
        out
    };
    assert!(is_lossless(&container(&[(b"VP8X", 10), (b"ICCP", 7), (b"VP8L", 4)])));
    assert!(!is_lossless(&container(&[(b"VP8X", 10), (b"ALPH", 3), (b"VP8 ", 4)])));
    assert!(!is_lossless(&container(&[])));
}

#[test]
fn refusals() {
    let (bytes, _) = lossless();
    let code = |b: &[u8], limits: &Limits| load(b, limits).err().map(|e| e.code);
    for percent in [10, 50, 90, 99] {
        let cut = &bytes[..bytes.len() * percent / 100];
        assert_eq!(code(cut, &Limits::default()), Some(RefusalCode::Truncated), "{percent} %");
    }
    let limits = Limits { page_pixels: 1199, ..Limits::default() };
    assert_eq!(code(&bytes, &limits), Some(RefusalCode::TooManyPixels));
}
