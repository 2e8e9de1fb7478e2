//! Reads line crops (binary PGM) with the plain network and prints a line `FILE<tab>TEXT` for each.
//!
//!     read_lines MODEL.traineddata reference CROP.pgm...

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;

use sohoa_recognizer::{GreyLine, LineModel};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let model = LineModel::open(Path::new(&arguments.next().ok_or("no model")?))?;
    let kind = arguments.next().ok_or("no kind of arithmetic")?;
    for path in arguments {
        let Some(image) = pgm(&std::fs::read(&path)?).and_then(|line| line.into_image(model.height(), 3)) else {
            println!("{path}\t");
            continue;
        };
        let posteriors = match kind.as_str() {
            "reference" => model.forward_reference(&image),
            other => return Err(format!("no arithmetic {other:?}").into()),
        };
        println!("{path}\t{}", model.greedy_text(&posteriors).trim());
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
