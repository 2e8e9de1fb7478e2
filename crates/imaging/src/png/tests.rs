//! Tests of PNG reading.

use std::io::Write as _;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use sohoa_domain::{PixelLayout, RefusalCode};

use super::*;

fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(body);
    [&(body.len() as u32).to_be_bytes()[..], kind, body, &crc.sum().to_be_bytes()].concat()
}

fn header(width: u32, height: u32, bits: u8, colour: u8, interlace: u8) -> Vec<u8> {
    let tail = [bits, colour, 0, 0, interlace];
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &tail].concat())
}

fn zlib(rows: &[u8]) -> Vec<u8> {
    let mut z = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    z.write_all(rows).unwrap();
    z.finish().unwrap()
}

fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
}

fn code(bytes: &[u8]) -> Option<RefusalCode> {
    load(bytes, &Limits::default()).err().map(|e| e.code)
}

#[test]
fn compressed_rows_pass_through() {
    // 10 px of one bit: the data lie in two chunks, the PDF gets them as one stream.
    let data = zlib(&[0, 0b1010_0000, 0x40, 2, 0, 0]);
    let (first, second) = data.split_at(5);
    let phys = [&11811u32.to_be_bytes()[..], &11811u32.to_be_bytes(), &[1]].concat();
    let bytes = file(&[
        header(10, 2, 1, 0, 0),
        chunk(b"pHYs", &phys),
        chunk(b"IDAT", first),
        chunk(b"IDAT", second),
        chunk(b"IEND", b""),
        b"trailing".to_vec(),
    ]);
    let page = load(&bytes, &Limits::default()).unwrap();
    assert_eq!(*page.embed.bytes, data);
    assert_eq!(page.embed.codec, Codec::Flate { components: 1, bits: 1, png_predictors: true, palette: None });
    assert_eq!(page.raster.layout(), PixelLayout::Bitonal);
    assert_eq!(page.raster.data(), &[0b0101_1111, 0x80, 0b0101_1111, 0x80]);
    assert!((page.dpi.unwrap().x - 300.0).abs() < 0.01);
    assert_eq!(crate::decode(&page.embed, &Limits::default()).unwrap(), page.raster);
}

#[test]
fn palettes_pass_through() {
    let palette = [200, 10, 10, 255, 255, 255];
    let data = zlib(&[0, 0b1000_0000]);
    let bytes = file(&[header(2, 1, 1, 3, 0), chunk(b"PLTE", &palette), chunk(b"IDAT", &data), chunk(b"IEND", b"")]);
    let page = load(&bytes, &Limits::default()).unwrap();
    assert_eq!(page.raster.data(), &[255, 255, 255, 200, 10, 10]);
    assert!(matches!(&page.embed.codec, Codec::Flate { palette: Some(p), .. } if p == &palette));
    assert_eq!(*page.embed.bytes, data);
}

#[test]
fn eight_and_sixteen_bits_pass_through() {
    for (kind, samples, bytes) in
        [(ExtendedColorType::L8, 1, 1), (ExtendedColorType::Rgb8, 3, 1), (ExtendedColorType::Rgb16, 3, 2)]
    {
        let pixels: Vec<u8> = (0..20 * 30 * samples * bytes).map(|i| (i * 7 % 251) as u8).collect();
        let mut out = Vec::new();
        PngEncoder::new(&mut out).write_image(&pixels, 20, 30, kind).unwrap();
        let page = load(&out, &Limits::default()).unwrap();
        assert_eq!((page.raster.width(), page.raster.height()), (20, 30));
        if bytes == 1 {
            assert_eq!(page.raster.data(), pixels);
        }
        assert_eq!(crate::decode(&page.embed, &Limits::default()).unwrap(), page.raster);
        assert!(out.windows(page.embed.bytes.len()).any(|w| w == &page.embed.bytes[..]), "the file's own bytes");
    }
}

#[test]
fn what_is_transparent_lies_on_white() {
    let mut out = Vec::new();
    let pixels = [10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128];
    PngEncoder::new(&mut out).write_image(&pixels, 3, 1, ExtendedColorType::Rgba8).unwrap();
    let page = load(&out, &Limits::default()).unwrap();
    assert_eq!(page.raster.data(), &[10, 20, 30, 255, 255, 255, 127, 127, 127]);
    assert_eq!(crate::decode(&page.embed, &Limits::default()).unwrap(), page.raster);
}

#[test]
fn interlaced_files_are_read() {
    // One pixel: the first pass holds it, the others are empty.
    let bytes = file(&[header(1, 1, 8, 0, 1), chunk(b"IDAT", &zlib(&[0, 77])), chunk(b"IEND", b"")]);
    let page = load(&bytes, &Limits::default()).unwrap();
    assert_eq!(page.raster.data(), &[77]);
    assert_eq!(crate::decode(&page.embed, &Limits::default()).unwrap().data(), &[77]);
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let rows = vec![0; 7501 * 4000];
    let bytes = file(&[header(60_000, 60_000, 1, 0, 0), chunk(b"IDAT", &zlib(&rows)), chunk(b"IEND", b"")]);
    assert!(bytes.len() < 500_000);
    assert_eq!(code(&bytes), Some(RefusalCode::TooManyPixels));
}

#[test]
fn a_cut_file_is_truncated() {
    let pixels: Vec<u8> = (0..100 * 100).map(|i| (i * i % 253) as u8).collect();
    let mut out = Vec::new();
    PngEncoder::new(&mut out).write_image(&pixels, 100, 100, ExtendedColorType::L8).unwrap();
    for percent in [10, 50, 90, 99] {
        assert_eq!(code(&out[..out.len() * percent / 100]), Some(RefusalCode::Truncated), "{percent} %");
    }
    // Fewer rows than the header says.
    let bytes = file(&[header(10, 50, 8, 0, 0), chunk(b"IDAT", &zlib(&[0; 110])), chunk(b"IEND", b"")]);
    assert_eq!(code(&bytes), Some(RefusalCode::Truncated));
    assert_eq!(code(&file(&[header(10, 50, 8, 0, 0)])), Some(RefusalCode::Truncated));
    assert_eq!(code(&file(&[chunk(b"IEND", b"")])), Some(RefusalCode::Malformed));
}
