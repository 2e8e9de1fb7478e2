//! The recognizer's process seen from its parent: whatever it does, it costs a page at most, and nothing is left of it.

use std::time::{Duration, Instant};

use sohoa_domain::{Dpi, PixelLayout, Raster};
use sohoa_ocr::{ChildEngine, ChildOptions, Engine as _, EngineChoice, OcrError};

fn engine(choice: EngineChoice) -> ChildEngine {
    ChildEngine::new(options(choice))
}

fn options(engine: EngineChoice) -> ChildOptions {
    ChildOptions {
        program: env!("CARGO_BIN_EXE_ocr-child-for-tests").into(),
        args: Vec::new(),
        engine,
        lang: "vie".to_owned(),
        tessdata: None,
        page_seconds: 30,
        memory_mib: 1024,
    }
}

fn page() -> Raster {
    Raster::new(600, 400, PixelLayout::Grey8, vec![255; 240_000]).unwrap()
}

fn recognize(engine: &mut ChildEngine) -> Result<Vec<String>, OcrError> {
    let page = engine.recognize(&page(), Dpi::square(300.0))?;
    Ok(page.words().map(|w| w.text.clone()).collect())
}

/// Children of this process that have ended but were not waited for.
fn zombies() -> usize {
    let me = std::process::id().to_string();
    let stats = std::fs::read_dir("/proc").unwrap().flatten();
    let stats = stats.filter_map(|e| std::fs::read_to_string(e.path().join("stat")).ok());
    stats
        .filter_map(|stat| {
            let rest: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
            (rest.first() == Some(&"Z") && rest.get(1) == Some(&me.as_str())).then_some(())
        })
        .count()
}

#[test]
fn one_child_reads_page_after_page() {
    let mut engine = engine(EngineChoice::Fake { millis: 0 });
    for _ in 0..3 {
        assert_eq!(recognize(&mut engine).unwrap(), ["Giấy", "tờ", "thử", "nghiệm"]);
    }
    assert_eq!(engine.name(), "fake");
}

#[test]
fn a_child_that_dies_is_tried_once_more_and_then_told() {
    let mut engine = engine(EngineChoice::FakeCrash);
    for _ in 0..2 {
        let Err(OcrError::Crashed { how }) = recognize(&mut engine) else { panic!("no crash") };
        assert_eq!(how, "signal 6");
    }
}

#[test]
fn a_child_that_hangs_is_killed_at_the_limit() {
    let mut engine = ChildEngine::new(ChildOptions { page_seconds: 1, ..options(EngineChoice::FakeHang) });
    let start = Instant::now();
    assert_eq!(recognize(&mut engine), Err(OcrError::TimedOut { seconds: 1 }));
    assert!(start.elapsed() >= Duration::from_secs(1));
    drop(engine);
    assert_eq!(zombies(), 0);
}

#[test]
fn garbage_is_told_apart_from_a_page() {
    assert!(matches!(recognize(&mut engine(EngineChoice::FakeGarbage)), Err(OcrError::Garbage(_))));
}

#[test]
fn a_child_cannot_take_more_memory_than_its_limit() {
    let mut engine = ChildEngine::new(ChildOptions { memory_mib: 256, ..options(EngineChoice::FakeEatMemory) });
    assert!(matches!(recognize(&mut engine), Err(OcrError::Crashed { .. })));
}

#[test]
fn a_missing_language_or_program_is_named() {
    let mut engine = ChildEngine::new(ChildOptions { lang: "xyz".to_owned(), ..options(EngineChoice::Tesseract) });
    assert_eq!(recognize(&mut engine), Err(OcrError::LanguageMissing("xyz".to_owned())));
    let program = "/nonexistent/sohoa".into();
    let mut engine = ChildEngine::new(ChildOptions { program, ..options(EngineChoice::Tesseract) });
    assert!(matches!(recognize(&mut engine), Err(OcrError::NotStarted(_))));
    assert!(sohoa_ocr::probe("vie", None).unwrap().starts_with("tesseract 5"));
    assert_eq!(sohoa_ocr::probe("../vie", None), Err(OcrError::LanguageMissing("../vie".to_owned())));
}

#[test]
fn the_real_recognizer_reads_nothing_on_a_white_page() {
    assert_eq!(recognize(&mut engine(EngineChoice::Tesseract)).unwrap(), Vec::<String>::new());
}
