//! Nothing is left of a child that was killed. In a file, thus a process, of its own: it looks at all children.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use sohoa_domain::{Dpi, PixelLayout, Raster};
use sohoa_ocr::{ChildEngine, ChildOptions, Engine as _, EngineChoice, OcrError};

/// States of all children of this process, as in `/proc/PID/stat`: `Z` has ended but was not waited for.
fn children() -> Vec<String> {
    let me = std::process::id().to_string();
    let stats = std::fs::read_dir("/proc").unwrap().flatten();
    let stats = stats.filter_map(|e| std::fs::read_to_string(e.path().join("stat")).ok());
    let fields = stats.filter_map(|s| Some(s.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect()));
    fields.filter(|f: &Vec<String>| f.get(1) == Some(&me)).filter_map(|f| f.into_iter().next()).collect()
}

#[test]
fn a_child_that_hangs_is_killed_at_the_limit_and_waited_for() {
    let mut engine = ChildEngine::new(ChildOptions {
        program: env!("CARGO_BIN_EXE_ocr-child-for-tests").into(),
        args: Vec::new(),
        engine: EngineChoice::FakeHang,
        lang: "vie".to_owned(),
        tessdata: None,
        page_seconds: 1,
        memory_mib: 512,
    });
    let page = Raster::new(10, 10, PixelLayout::Grey8, vec![255; 100]).unwrap();
    let start = Instant::now();
    for _ in 0..2 {
        assert_eq!(engine.recognize(&page, Dpi::square(300.0)), Err(OcrError::TimedOut { seconds: 1 }));
    }
    assert!(start.elapsed() >= Duration::from_secs(2) && start.elapsed() < Duration::from_secs(20));
    drop(engine);
    assert_eq!(children(), Vec::<String>::new());
}
