//! The recognizer's process seen from its parent: whatever it does, it costs a page at most.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sohoa_domain::{Dpi, PixelLayout, Raster};
use sohoa_ocr::{ChildEngine, ChildOptions, Engine as _, EngineChoice, OcrError};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ocr-child-for-tests");

fn engine(choice: EngineChoice) -> ChildEngine {
    ChildEngine::new(options(choice))
}

fn options(engine: EngineChoice) -> ChildOptions {
    ChildOptions {
        program: PROGRAM.into(),
        args: Vec::new(),
        engine,
        lang: "vie".to_owned(),
        tessdata: None,
        page_seconds: 30,
        memory_mib: 1024,
    }
}

/// A shell script that stands for the program.
fn script(folder: &Path, body: &str) -> PathBuf {
    let path = folder.join("program");
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn recognize(engine: &mut ChildEngine) -> Result<Vec<String>, OcrError> {
    let page = Raster::new(600, 400, PixelLayout::Grey8, vec![255; 240_000]).unwrap();
    let page = engine.recognize(&page, Dpi::square(300.0))?;
    Ok(page.words().map(|w| w.text.clone()).collect())
}

#[test]
fn one_child_reads_page_after_page_whatever_thread_asks() {
    let folder = tempfile::tempdir().unwrap();
    let starts = folder.path().join("starts");
    let program = script(folder.path(), &format!("echo start >> {}\nexec {PROGRAM} \"$@\"", starts.display()));
    let mut engine = ChildEngine::new(ChildOptions { program, ..options(EngineChoice::Fake { millis: 0 }) });
    for _ in 0..3 {
        thread::scope(|s| {
            s.spawn(|| assert_eq!(recognize(&mut engine).unwrap(), ["Giấy", "tờ", "thử", "nghiệm"]));
        });
        // Long enough for a signal at the end of the thread to arrive.
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(engine.name(), "fake");
    assert_eq!(fs::read_to_string(starts).unwrap(), "start\n");
}

#[test]
fn a_child_that_always_dies_is_told_after_the_second_try() {
    let mut engine = engine(EngineChoice::FakeCrash);
    for _ in 0..2 {
        let Err(OcrError::Crashed { how }) = recognize(&mut engine) else { panic!("no crash") };
        assert_eq!(how, "signal 6");
    }
}

#[test]
fn one_death_costs_no_page() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("died");
    let body = format!("if mkdir {} 2>/dev/null; then kill -SEGV $$; fi\nexec {PROGRAM} \"$@\"", mark.display());
    let program = script(folder.path(), &body);
    let mut engine = ChildEngine::new(ChildOptions { program, ..options(EngineChoice::Fake { millis: 0 }) });
    assert_eq!(recognize(&mut engine).unwrap().len(), 4);
    assert!(mark.exists());
}

#[test]
fn a_child_that_does_not_even_read_is_stopped_at_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let greeting = r#"printf '\020\000\000\000{"Ready":"mute"}'; exec sleep 100"#;
    let program = script(folder.path(), greeting);
    let options = ChildOptions { program, page_seconds: 1, ..options(EngineChoice::Tesseract) };
    let (mut engine, start) = (ChildEngine::new(options), Instant::now());
    assert_eq!(recognize(&mut engine), Err(OcrError::TimedOut { seconds: 1 }));
    assert!((1..10).contains(&start.elapsed().as_secs()));
}

#[test]
fn other_pixels_than_grey_are_refused() {
    let colour = Raster::new(10, 10, PixelLayout::Rgb8, vec![255; 300]).unwrap();
    let answer = engine(EngineChoice::Fake { millis: 0 }).recognize(&colour, Dpi::square(300.0));
    assert!(matches!(answer, Err(OcrError::Failed(_))));
}

#[test]
fn a_slow_page_is_no_dead_one() {
    let mut engine = engine(EngineChoice::Fake { millis: 300 });
    let start = Instant::now();
    assert_eq!(recognize(&mut engine).unwrap().len(), 4);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn garbage_is_told_apart_from_a_page() {
    let Err(OcrError::Garbage(why)) = recognize(&mut engine(EngineChoice::FakeGarbage)) else { panic!("no garbage") };
    assert!(!why.contains("this is"), "{why}");
    assert!(recognize(&mut engine(EngineChoice::FakeEmpty)).unwrap().is_empty());
}

#[test]
fn a_child_cannot_take_more_memory_than_its_limit() {
    let mut engine = ChildEngine::new(ChildOptions { memory_mib: 256, ..options(EngineChoice::FakeEatMemory) });
    assert!(matches!(recognize(&mut engine), Err(OcrError::Crashed { .. })));
}

#[test]
fn a_child_reaches_neither_network_nor_files_nor_programs() {
    let in_force = sohoa_sandbox::trial().unwrap();
    if !in_force.is_whole() {
        let why = format!("\n*** SKIPPED: confinement of recognizers: {in_force}, nothing was tested ***\n\n");
        std::io::stderr().write_all(why.as_bytes()).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let choice = format!("fake-escape:{port}:{}", folder.path().display()).parse().unwrap();
    assert_eq!(recognize(&mut engine(choice)).unwrap(), ["tried"]);
    assert_eq!(fs::read_to_string(&secret).unwrap(), "secret");
    // It is only the child that cannot.
    TcpStream::connect(("127.0.0.1", port)).unwrap();
    fs::write(folder.path().join("new"), "").unwrap();
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

/// A parent that is killed closes its pipes; so does this one, while its child is busy.
#[test]
fn a_child_does_not_outlive_its_parent() {
    let mut child = Command::new(PROGRAM)
        .args(["--engine", "fake-hang", "--lang", "vie", "--memory-mib", "512"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let header = br#"{"width":1,"height":1,"dpi":{"x":300.0,"y":300.0}}"#;
    stdin.write_all(&(header.len() as u32).to_le_bytes()).unwrap();
    stdin.write_all(header).unwrap();
    stdin.write_all(&[255]).unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 4]).unwrap();
    thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "it hangs");
    drop(stdin);
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(10), "it lives on");
        thread::sleep(Duration::from_millis(20));
    }
}
