//! Writes the inputs that the fuzzer starts from: a few models and pages.
//!
//!     seeds CORPUS

use std::error::Error;
use std::path::Path;

use sohoa_fuzz::recognizer::tiny_model::TinyModel;

/// Twelve lines of letters, by [`sohoa_fuzz::recognizer::ink`].
const LINES: u8 = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = std::env::args().nth(1).ok_or("usage: seeds CORPUS")?;
    let corpus = Path::new(&corpus);
    for folder in ["model", "lines", "page"] {
        std::fs::create_dir_all(corpus.join(folder))?;
    }
    for (seed, cells) in [(1, 1), (2, 8), (3, 16)] {
        let bytes = TinyModel { seed, height: 6, channels: 2, pool: 3, cells }.bytes();
        std::fs::write(corpus.join(format!("model/tiny-{cells}")), bytes)?;
    }
    for (name, slope, rules) in [("level", 0, false), ("sloping", 10, false), ("table", 0, true)] {
        let page = page(slope, rules);
        std::fs::write(corpus.join("lines").join(name), &page)?;
        for (arithmetic, shape) in [(0, 36), (1, 9), (2, 18)] {
            let head = [7, 1, arithmetic, shape, shape, arithmetic];
            let bytes: Vec<u8> = head.iter().chain(&page).copied().collect();
            std::fs::write(corpus.join(format!("page/{name}-{arithmetic}")), bytes)?;
        }
    }
    Ok(())
}

/// The drawing program of a page.
fn page(slope: u8, rules: bool) -> Vec<u8> {
    let two = |v: u16| v.to_le_bytes();
    let mut out = [two(500), two(560)].concat();
    out.extend([1, 60]);
    for i in 0..LINES {
        let y = 60 + 40 * u16::from(i);
        out.push(1);
        out.extend([two(30 + u16::from(i % 3) * 10), two(y)].concat());
        out.extend([7, slope, 20 + 2 * i, i.wrapping_mul(37), i.wrapping_mul(91), 0x5a, i, 200]);
        if rules {
            out.push(3);
            out.extend([two(20), two(y + 12)].concat());
            out.push(0);
            out.extend(two(460));
            out.push(255);
        }
    }
    out
}
