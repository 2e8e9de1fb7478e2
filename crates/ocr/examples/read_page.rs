//! Reads one binary PGM (P5) with Tesseract in this process and prints text, or with `--blocks` the blocks' boxes.
//! usage: read_page PAGE.pgm DPI [--blocks]

use std::error::Error;
use std::process::ExitCode;

use sohoa_domain::{Dpi, PixelLayout, Raster};
use sohoa_ocr::{ChildEngine, ChildOptions, Engine as _, EngineChoice};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|a| a == "ocr-child") {
        return Ok(sohoa_ocr::child_main(&args[1..]));
    }
    let bytes = std::fs::read(args.first().ok_or("no page")?)?;
    let dpi: f32 = args.get(1).ok_or("no dpi")?.parse()?;
    let header = String::from_utf8_lossy(&bytes[..bytes.len().min(64)]).into_owned();
    let sides: Vec<u32> = header.split_whitespace().skip(1).take(2).filter_map(|n| n.parse().ok()).collect();
    let (width, height) = (sides[0], sides[1]);
    let pixels = bytes[bytes.len() - (width * height) as usize..].to_vec();
    let raster = Raster::new(width, height, PixelLayout::Grey8, pixels).ok_or("no PGM")?;
    let mut engine = ChildEngine::new(ChildOptions {
        program: std::env::current_exe()?,
        args: vec!["ocr-child".to_owned()],
        engine: EngineChoice::Tesseract,
        lang: "vie".to_owned(),
        tessdata: None,
        page_seconds: 120,
        memory_mib: 2048,
    });
    let page = engine.recognize(&raster, Dpi::square(dpi))?;
    let blocks = args.iter().any(|a| a == "--blocks");
    let mut out = std::io::stdout().lock();
    use std::io::Write as _;
    for block in &page.blocks {
        if blocks {
            let r = block.rect;
            writeln!(out, "== {:.0},{:.0} – {:.0},{:.0}", r.left, r.top, r.right, r.bottom)?;
        }
        for line in &block.lines {
            let text: Vec<&str> = line.words.iter().map(|w| w.text.as_str()).collect();
            writeln!(out, "{}", text.join(" "))?;
        }
        writeln!(out)?;
    }
    Ok(ExitCode::SUCCESS)
}
