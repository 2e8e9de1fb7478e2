//! The recognizer's own process: its limits and confinement, its greeting, page after page.

use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;

use sohoa_sandbox::{Confinement, child};

use crate::engine::{Engine, EngineChoice, OcrError};
use crate::fake::FakeEngine;
use crate::frame::{Answer, read_page, write_answer};
use crate::tesseract::{Tesseract, model_files};

/// The child process: reads pages from stdin, writes answers to stdout, ends when stdin does.
///
/// Arguments: `--engine NAME --lang LANG --memory-mib N [--tessdata DIR]`.
pub fn child_main(args: &[String]) -> ExitCode {
    match serve(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sohoa ocr-child: {error}");
            ExitCode::from(5)
        }
    }
}

fn serve(args: &[String]) -> io::Result<()> {
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1));
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
    let mib: u64 = value("--memory-mib").and_then(|n| n.parse().ok()).ok_or_else(|| wrong("--memory-mib"))?;
    let choice: EngineChoice = value("--engine").and_then(|name| name.parse().ok()).ok_or_else(|| wrong("--engine"))?;
    let lang = value("--lang").ok_or_else(|| wrong("--lang"))?;
    let tessdata = value("--tessdata").map(Path::new);
    let readable = model_files(lang, tessdata).into_iter().flatten();
    let confinement = readable.fold(Confinement::default(), Confinement::reading);
    let mut out = BufWriter::new(child::begin(mib, &confinement)?);
    let mut input = BufReader::new(io::stdin().lock());
    let started: Result<Box<dyn Engine>, OcrError> = match &choice {
        EngineChoice::Tesseract => Tesseract::open(lang, tessdata).map(|t| Box::new(t) as Box<dyn Engine>),
        _ => Ok(Box::new(FakeEngine(choice.clone()))),
    };
    let mut engine = match started {
        Ok(engine) => engine,
        Err(error) => return write_answer(&mut out, &Answer::Error(error)),
    };
    write_answer(&mut out, &Answer::Ready(engine.name()))?;
    while let Some((grey, dpi)) = read_page(&mut input)? {
        if *choice.on(&grey) == EngineChoice::FakeGarbage {
            out.write_all(b"\x05\0\0\0this is no frame")?;
            out.flush()?;
            continue;
        }
        let answer = match engine.recognize(&grey, dpi) {
            Ok(page) => Answer::Page(page),
            Err(error) => Answer::Error(error),
        };
        write_answer(&mut out, &answer)?;
    }
    Ok(())
}
