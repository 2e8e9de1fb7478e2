//! What the examples that draw share.

use std::path::Path;

use image::{Rgb, RgbImage};
use sohoa_domain::{Limits, PixelLayout, Raster};
use sohoa_recognizer::{Layout, TextLine};

pub(crate) type Failure = Box<dyn std::error::Error>;

/// An image file, or a binary PGM or PPM.
pub(crate) fn load(path: &Path) -> Result<Raster, Failure> {
    let bytes = std::fs::read(path)?;
    if bytes.starts_with(b"P5") || bytes.starts_with(b"P6") {
        return netpbm(&bytes).ok_or_else(|| "damaged PGM or PPM".into());
    }
    let limits = Limits::default();
    let kind = sohoa_imaging::sniff(path, &limits)?;
    Ok(sohoa_imaging::ImageFile::open(path, kind, &limits)?.load(0)?.raster)
}

/// Binary PGM or PPM without comments.
fn netpbm(bytes: &[u8]) -> Option<Raster> {
    let mut at = 2;
    let mut number = || {
        at += bytes[at..].iter().position(u8::is_ascii_digit)?;
        let end = at + bytes[at..].iter().position(|b| !b.is_ascii_digit())?;
        let value: u32 = std::str::from_utf8(&bytes[at..end]).ok()?.parse().ok()?;
        at = end;
        Some(value)
    };
    let (w, h, _) = (number()?, number()?, number()?);
    let layout = if bytes[1] == b'5' { PixelLayout::Grey8 } else { PixelLayout::Rgb8 };
    Raster::new(w, h, layout, bytes.get(at + 1..)?.to_vec())
}

/// The page in pale grey, so that what is drawn over it stands out.
pub(crate) fn faded(raster: &Raster) -> RgbImage {
    let (w, h) = (raster.width(), raster.height());
    let pale = |v: u8| 90 + (u32::from(v) * 165 / 255) as u8;
    let mut picture = RgbImage::new(w, h);
    for (y, row) in (0..h).map(|y| (y, raster.row(y))) {
        for x in 0..w {
            let i = x as usize;
            let v = match raster.layout() {
                PixelLayout::Bitonal => 255 * (row[i / 8] >> (7 - i % 8) & 1),
                PixelLayout::Grey8 => row[i],
                PixelLayout::Rgb8 => row[3 * i],
            };
            picture.put_pixel(x, y, Rgb([pale(v); 3]));
        }
    }
    picture
}

/// Draws every line of a page, in a colour for each block, with its number in reading order from 1.
pub(crate) fn draw_lines(picture: &mut RgbImage, layout: &Layout) {
    let blocks = layout.blocks.iter().enumerate();
    let lines = blocks.flat_map(|(b, block)| block.lines.iter().map(move |line| (b, line)));
    for (i, (b, line)) in lines.enumerate() {
        draw_line(picture, line, colour(b), i + 1);
    }
}

fn colour(block: usize) -> Rgb<u8> {
    const COLOURS: [[u8; 3]; 6] =
        [[220, 40, 40], [30, 90, 220], [20, 150, 60], [190, 60, 200], [230, 130, 0], [0, 150, 170]];
    Rgb(COLOURS[block % COLOURS.len()])
}

fn draw_line(picture: &mut RgbImage, line: &TextLine, ink: Rgb<u8>, number: usize) {
    for x in line.left as u32..line.right as u32 {
        let y = line.baseline.at(x as f32);
        for at in [y - line.ascent, y + line.descent] {
            dot(picture, x as f32, at, ink, 2);
        }
        dot(picture, x as f32, y, Rgb([255, 0, 0]), 1);
        if x % 12 < 3 {
            dot(picture, x as f32, y - line.x_height, ink, 1);
        }
    }
    for x in [line.left, line.right] {
        let y = line.baseline.at(x);
        (-line.ascent as i32..line.descent as i32).for_each(|d| dot(picture, x, y + d as f32, ink, 2));
    }
    let mut x = line.left - 30.0 * number.to_string().len() as f32 - 6.0;
    for digit in number.to_string().bytes() {
        draw_digit(picture, x, line.baseline.at(line.left), digit, ink);
        x += 30.0;
    }
}

/// A digit of 5 by 3 squares.
fn draw_digit(picture: &mut RgbImage, x: f32, y: f32, digit: u8, ink: Rgb<u8>) {
    const SHAPES: [u16; 10] =
        [0o75557, 0o22222, 0o71747, 0o71717, 0o55711, 0o74717, 0o74757, 0o71111, 0o75757, 0o75717];
    let shape = SHAPES[usize::from(digit - b'0') % 10];
    for bit in 0..15u16 {
        if shape >> (14 - bit) & 1 == 1 {
            let (column, row) = (f32::from(bit % 3), f32::from(bit / 3));
            dot(picture, x + column * 8.0, y - 40.0 + row * 8.0, ink, 8);
        }
    }
}

fn dot(picture: &mut RgbImage, x: f32, y: f32, ink: Rgb<u8>, side: u32) {
    if x < 0.0 || y < 0.0 {
        return;
    }
    for j in 0..side {
        for i in 0..side {
            if let Some(px) = picture.get_pixel_mut_checked(x as u32 + i, y as u32 + j) {
                *px = ink;
            }
        }
    }
}
