//! Reads line crops (binary PGM) without dictionaries and prints a line `FILE<tab>TEXT` for each.
//!
//!     read_lines MODEL.traineddata reference|avx2|avx512vnni CROP.pgm...

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use sohoa_recognizer::{Arithmetic, GreyLine, LineImage, LineModel};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut model = LineModel::open(Path::new(&arguments.next().ok_or("no model")?))?;
    let arithmetic = match arguments.next().as_deref() {
        Some("reference") => Arithmetic::Reference,
        Some("avx2") => Arithmetic::Avx2,
        Some("avx512vnni") => Arithmetic::Avx512Vnni,
        other => return Err(format!("no arithmetic {other:?}").into()),
    };
    if !model.use_arithmetic(arithmetic) {
        return Err(format!("this machine has no {arithmetic}").into());
    }
    let mut lines: Vec<(String, LineImage)> = Vec::new();
    for path in arguments {
        let line = pgm(&std::fs::read(&path)?).and_then(|line| line.into_image(model.height(), 3));
        lines.push((path, line.ok_or("a crop is no PGM or too narrow")?));
    }
    let (paths, images): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
    let start = Instant::now();
    let posteriors = model.forward(&images);
    let steps: usize = posteriors.iter().map(|p| p.steps().len()).sum();
    eprintln!("{arithmetic}: {} lines, {steps} steps, {:.0?}", images.len(), start.elapsed());
    for (path, posteriors) in paths.iter().zip(&posteriors) {
        println!("{path}\t{}", model.plain_text(posteriors).trim());
    }
    Ok(())
}

/// A binary PGM without comments.
fn pgm(bytes: &[u8]) -> Option<GreyLine> {
    let mut fields = bytes.splitn(4, |b| b.is_ascii_whitespace());
    let mut number = || str::from_utf8(fields.next()?).ok();
    let (magic, width, height) = (number()?, number()?.parse().ok()?, number()?.parse().ok()?);
    let rest = fields.next()?;
    let data = &rest[rest.iter().position(|b| b.is_ascii_whitespace())? + 1..];
    (magic == "P5").then(|| GreyLine { width, height, pixels: data.to_vec() })
}
