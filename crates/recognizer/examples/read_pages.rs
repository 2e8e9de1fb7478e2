//! Reads page images with the fast recognizer and prints their text, or a line a word with confidence and box.
//!
//!     read_pages MODEL.traineddata DPI [--words] [--avx2] IMAGE...
//!
//! `--avx2` leaves AVX-512 aside, where the machine has it.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use sohoa_domain::{Dpi, Limits, Rotation};
use sohoa_imaging::{ImageFile, for_ocr, inspect, sniff};
use sohoa_recognizer::{Arithmetic, LineModel};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let mut model = LineModel::open(Path::new(&arguments.next().ok_or("no model")?))?;
    let dpi = Dpi::square(arguments.next().ok_or("no resolution")?.parse()?);
    let as_words = arguments.next_if_eq("--words").is_some();
    if arguments.next_if_eq("--avx2").is_some() && !model.use_arithmetic(Arithmetic::Avx2) {
        return Err("this machine has no AVX2".into());
    }
    for path in arguments {
        let (file, limits) = (Path::new(&path), Limits::default());
        let page = ImageFile::open(file, sniff(file, &limits)?, &limits)?.load(0)?;
        let seen = inspect(&page.raster, Some(dpi));
        let turned = for_ocr(&page.raster, &seen.ink, Rotation::None, seen.page.skew_degrees);
        let start = Instant::now();
        let reading = model.read_page(&turned.grey, &turned.ink);
        let words = reading.blocks.iter().flat_map(|b| &b.lines).flat_map(|l| &l.words);
        eprintln!("{path}: {} words, {:.3} missed, {:.0?}", words.clone().count(), reading.missed, start.elapsed());
        if as_words {
            for w in words {
                let r = w.rect;
                println!(
                    "{}\t{:.4}\t{:.0}\t{:.0}\t{:.0}\t{:.0}\t{}{}",
                    w.text,
                    w.confidence,
                    r.left,
                    r.top,
                    r.right,
                    r.bottom,
                    if w.strange { "strange " } else { "" },
                    w.alternatives.join(" ")
                );
            }
            continue;
        }
        for block in &reading.blocks {
            for line in &block.lines {
                let words: Vec<&str> = line.words.iter().map(|w| w.text.as_str()).collect();
                println!("{}", words.join(" "));
            }
            println!();
        }
    }
    Ok(())
}
