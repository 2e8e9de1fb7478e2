//! The recognizer's own process: its limits and confinement, its greeting, page after page.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Resource, Rlimit, Signal, getpid, kill_process, setrlimit};
use sohoa_sandbox::Confinement;

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
    limit(Resource::As, mib.saturating_mul(1 << 20))?;
    // A core file would hold the page.
    limit(Resource::Core, 0)?;
    let tessdata = value("--tessdata").map(Path::new);
    // Before any other thread is started: confinement is of this one and of those that it starts.
    let readable = model_files(lang, tessdata).into_iter().flatten();
    readable.fold(Confinement::default(), Confinement::reading).enforce().map_err(io::Error::other)?;
    thread::Builder::new().spawn(die_with_the_parent)?;
    // Answers have a descriptor of their own: a stray print of a C library goes to stderr and breaks no frame.
    let mut out = BufWriter::new(File::from(rustix::io::dup(rustix::stdio::stdout())?));
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
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

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// Waits until the parent's end of stdin is closed and ends this process, whatever it does at the time.
///
/// The kernel's own signal for this (`PR_SET_PDEATHSIG`) comes when the *thread* that started this process ends, which
/// may be long before the parent does.
fn die_with_the_parent() {
    let stdin = rustix::stdio::stdin();
    // No events asked for: only a hang-up or an error wakes it.
    let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
    while poll(&mut watched, None) == Err(rustix::io::Errno::INTR) {}
    let _ = kill_process(getpid(), Signal::KILL);
}
