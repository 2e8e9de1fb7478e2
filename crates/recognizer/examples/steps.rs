//! Draws each step of the recognizer for a part of a page, the pictures of `docs/RECOGNIZER.md`:
//! `steps MODEL.traineddata PAGE DPI TOP BOTTOM FOLDER`; rows TOP to BOTTOM of the page are drawn.
//!
//! `ink.png`, `lines.png`, `line.png` (the longest line there, as the network sees it), `network.png` (a row for each label
//! that was likely somewhere, time from left to right, dark is likely; the first row is "nothing new") and `words.png`
//! (boxes from red, doubtful, to green, sure).
#![allow(clippy::print_stdout)]

use std::path::Path;

use drawing::{Failure, draw_lines, faded, load};
use image::{GrayImage, Luma, Rgb, RgbImage, imageops};
use sohoa_domain::{Dpi, Raster, Rect, Rotation, Word};
use sohoa_imaging::{OcrRaster, for_ocr, inspect};
use sohoa_recognizer::{GreyLine, LineImage, LineModel, Posteriors, TextLine, find_lines};

mod drawing;

/// Width of the pictures, px.
const WIDTH: u32 = 900;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, page, dpi, top, bottom, folder] = args.as_slice() else {
        return Err("usage: steps MODEL PAGE DPI TOP BOTTOM FOLDER".into());
    };
    let model = LineModel::open(Path::new(model))?;
    let raster = load(Path::new(page))?;
    let seen = inspect(&raster, Some(Dpi::square(dpi.parse()?)));
    let OcrRaster { grey, ink, .. } = for_ocr(&raster, &seen.ink, Rotation::None, seen.page.skew_degrees);
    let (top, bottom): (u32, u32) = (top.parse()?, bottom.parse()?);
    let part = |picture: &RgbImage| imageops::crop_imm(picture, 0, top, picture.width(), bottom - top).to_image();
    let save = |picture: RgbImage, name: &str| {
        let height = picture.height() * WIDTH / picture.width().max(1);
        imageops::resize(&picture, WIDTH, height, imageops::FilterType::Triangle).save(Path::new(folder).join(name))
    };

    let on_page = |x: u32, y: u32| (y as usize / ink.scale * ink.width) + x as usize / ink.scale;
    let black = |x, y| ink.contrast.get(on_page(x, y)).is_some_and(|c| *c >= ink.threshold);
    let inked = |x, y| if black(x, y) { Rgb([0; 3]) } else { Rgb([255; 3]) };
    save(part(&RgbImage::from_fn(grey.width(), grey.height(), inked)), "ink.png")?;

    let layout = find_lines(&ink);
    let mut picture = faded(&grey);
    draw_lines(&mut picture, &layout);
    save(part(&picture), "lines.png")?;

    let lines = layout.blocks.iter().flat_map(|b| &b.lines);
    let shown = lines.filter(|l| (top as f32..bottom as f32).contains(&l.baseline.y0));
    let longest = shown.max_by(|a, b| (a.right - a.left).total_cmp(&(b.right - b.left))).ok_or("no line there")?;
    let image = level_cut(&grey, longest).into_image(model.height(), 3).ok_or("the line is too small")?;
    let posteriors = model.forward(std::slice::from_ref(&image)).remove(0);
    println!("{}", model.plain_text(&posteriors));
    let folder = Path::new(folder);
    let height = image.height as u32 * WIDTH / image.width as u32;
    imageops::resize(&as_grey(&image), WIDTH, height, imageops::FilterType::Triangle).save(folder.join("line.png"))?;
    heat(&posteriors).save(folder.join("network.png"))?;

    let mut picture = faded(&grey);
    let reading = model.read_page(&grey, &ink);
    for word in reading.blocks.iter().flat_map(|b| &b.lines).flat_map(|l| &l.words) {
        frame(&mut picture, word);
    }
    save(part(&picture), "words.png")?;
    Ok(())
}

/// The rectangle around a line that lies level.
fn level_cut(page: &Raster, line: &TextLine) -> GreyLine {
    let middle = line.baseline.at((line.left + line.right) / 2.0);
    let (left, right) = (line.left.max(0.0) as usize, (line.right as usize).min(page.width() as usize));
    let (top, bottom) = ((middle - line.ascent).max(0.0) as u32, ((middle + line.descent) as u32).min(page.height()));
    let pixels: Vec<u8> = (top..bottom).flat_map(|y| page.row(y)[left..right].iter().copied()).collect();
    GreyLine { width: right - left, height: (bottom - top) as usize, pixels }
}

fn as_grey(image: &LineImage) -> GrayImage {
    let grey =
        |x, y| Luma([(i16::from(image.pixels[y as usize * image.width + x as usize]) + 128).clamp(0, 255) as u8]);
    GrayImage::from_fn(image.width as u32, image.height as u32, grey)
}

fn heat(posteriors: &Posteriors) -> GrayImage {
    const ROW: u32 = 5;
    // Labels in the order in which they become likely.
    let mut labels: Vec<usize> = Vec::new();
    for step in posteriors.steps() {
        for (label, _) in step.iter().enumerate().filter(|(_, p)| **p > 0.3) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
    }
    let steps = posteriors.steps().len() as u32;
    GrayImage::from_fn(WIDTH, labels.len() as u32 * ROW, |x, y| {
        let step = posteriors.step((x * steps / WIDTH) as usize);
        Luma([255 - (step[labels[(y / ROW) as usize]] * 255.0) as u8])
    })
}

/// The box of a word, 3 px thick.
fn frame(picture: &mut RgbImage, word: &Word) {
    let Rect { left, top, right, bottom } = word.rect;
    let sure = ((word.confidence - 0.5) * 2.0).clamp(0.0, 1.0);
    let ink = Rgb([(220.0 * (1.0 - sure)) as u8, (160.0 * sure) as u8, 40]);
    for d in 0..3 {
        let (l, t, r, b) = (left as u32 + d, top as u32 + d, right as u32 + 2 - d, bottom as u32 + 2 - d);
        let level = (l..r).flat_map(|x| [(x, t), (x, b)]);
        for (x, y) in level.chain((t..b).flat_map(|y| [(l, y), (r, y)])) {
            if let Some(px) = picture.get_pixel_mut_checked(x, y) {
                *px = ink;
            }
        }
    }
}
