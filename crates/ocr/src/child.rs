//! The recognizer in a process of its own: it can be killed, and its death costs no more than a page.

use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use sohoa_domain::{Dpi, OcrPage, Raster};

use crate::engine::{Engine, EngineChoice, OcrError};
use crate::fake::FakeEngine;
use crate::frame::{Answer, read_answer, read_page, write_answer, write_page};
use crate::tesseract::Tesseract;

/// How long a child may take to load its model.
const START_SECONDS: u64 = 30;

/// How a child is started and how long it may take.
#[derive(Debug, Clone)]
pub struct ChildOptions {
    /// The program, usually this very one.
    pub program: PathBuf,
    /// Its first arguments, before those of [`child_main`].
    pub args: Vec<String>,
    /// Which recognizer it runs.
    pub engine: EngineChoice,
    /// Language model.
    pub lang: String,
    /// Where the models lie, if not where the system's package puts them.
    pub tessdata: Option<PathBuf>,
    /// Seconds for one page.
    pub page_seconds: u64,
    /// Mebibytes of address space.
    pub memory_mib: u64,
}

/// A recognizer in a child process, started with its first page and again after it died.
pub struct ChildEngine {
    options: ChildOptions,
    running: Option<Running>,
}

struct Running {
    child: Child,
    pages: BufWriter<ChildStdin>,
    answers: Receiver<std::io::Result<Answer>>,
    name: String,
}

impl ChildEngine {
    /// Starts nothing yet.
    pub fn new(options: ChildOptions) -> Self {
        Self { options, running: None }
    }

    fn start(&self) -> Result<Running, OcrError> {
        let o = &self.options;
        let mut command = Command::new(&o.program);
        command.args(&o.args).args(["--engine", &o.engine.to_string(), "--lang", &o.lang]);
        command.args(["--memory-mib", &o.memory_mib.to_string()]);
        if let Some(path) = &o.tessdata {
            command.arg("--tessdata").arg(path);
        }
        // One thread a page: pages are what is worked on in parallel.
        command.env("OMP_THREAD_LIMIT", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let not_started = |why: &dyn std::fmt::Display| OcrError::NotStarted(why.to_string());
        let mut child = command.spawn().map_err(|e| not_started(&e))?;
        let (Some(stdin), Some(stdout), Some(mut stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(not_started(&"no pipes"));
        };
        let (send, answers) = sync_channel(1);
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(answer) = read_answer(&mut stdout).transpose() {
                let broken = answer.is_err();
                if send.send(answer).is_err() || broken {
                    break;
                }
            }
        });
        std::thread::spawn(move || {
            // Drained so that the child never blocks on it. Only its length is told: it might quote the page.
            let mut sink = [0; 4096];
            while let Ok(n @ 1..) = stderr.read(&mut sink) {
                tracing::debug!(bytes = n, "the recognizer's process wrote to stderr");
            }
        });
        let mut running = Running { child, pages: BufWriter::new(stdin), answers, name: String::new() };
        match running.answer(START_SECONDS)? {
            Answer::Ready(name) => {
                running.name = name;
                Ok(running)
            }
            Answer::Error(error) => Err(error),
            Answer::Page(_) => Err(OcrError::Garbage("a page before the greeting".to_owned())),
        }
    }

    fn attempt(&mut self, grey: &Raster, dpi: Dpi) -> Result<OcrPage, OcrError> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        if write_page(&mut running.pages, grey, dpi).is_err() {
            return Err(running.how_it_died());
        }
        match running.answer(self.options.page_seconds)? {
            Answer::Page(page) => {
                self.running = Some(running);
                Ok(page)
            }
            Answer::Error(error) => {
                self.running = Some(running);
                Err(error)
            }
            Answer::Ready(_) => Err(OcrError::Garbage("a greeting in place of a page".to_owned())),
        }
    }
}

impl Engine for ChildEngine {
    fn name(&self) -> String {
        self.running.as_ref().map_or_else(|| self.options.engine.to_string(), |r| r.name.clone())
    }

    fn recognize(&mut self, grey: &Raster, dpi: Dpi) -> Result<OcrPage, OcrError> {
        match self.attempt(grey, dpi) {
            // One odd death does not cost a page.
            Err(OcrError::Crashed { .. } | OcrError::Garbage(_)) => self.attempt(grey, dpi),
            other => other,
        }
    }
}

impl Running {
    fn answer(&mut self, seconds: u64) -> Result<Answer, OcrError> {
        match self.answers.recv_timeout(Duration::from_secs(seconds)) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(self.how_it_died()),
            Ok(Err(error)) => Err(OcrError::Garbage(error.to_string())),
            Err(RecvTimeoutError::Timeout) => Err(OcrError::TimedOut { seconds }),
            Err(RecvTimeoutError::Disconnected) => Err(self.how_it_died()),
        }
    }

    fn how_it_died(&mut self) -> OcrError {
        use std::os::unix::process::ExitStatusExt as _;
        // Its pipe is closed: it is dead or about to be.
        std::thread::sleep(Duration::from_millis(20));
        let how = match self.child.try_wait() {
            Ok(Some(status)) => match (status.signal(), status.code()) {
                (Some(signal), _) => format!("signal {signal}"),
                (None, Some(code)) => format!("exit {code}"),
                (None, None) => "unknown end".to_owned(),
            },
            _ => "closed its pipe".to_owned(),
        };
        OcrError::Crashed { how }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Killing a dead child is no error, and waiting leaves no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The child process: reads pages from stdin, writes answers to stdout, ends when stdin does.
///
/// Arguments: `--engine NAME --lang LANG --memory-mib N [--tessdata DIR]`.
pub fn child_main(args: &[String]) -> ExitCode {
    // Whoever started it waits for its answers; without that parent it has no purpose.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    match serve(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sohoa ocr-child: {error}");
            ExitCode::from(5)
        }
    }
}

fn serve(args: &[String]) -> std::io::Result<()> {
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1));
    let wrong = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidInput, what.to_owned());
    let mib: u64 = value("--memory-mib").and_then(|n| n.parse().ok()).ok_or_else(|| wrong("--memory-mib"))?;
    let limit = Some(mib.saturating_mul(1 << 20));
    rustix::process::setrlimit(
        rustix::process::Resource::As,
        rustix::process::Rlimit { current: limit, maximum: limit },
    )?;
    let choice: EngineChoice = value("--engine").and_then(|name| name.parse().ok()).ok_or_else(|| wrong("--engine"))?;
    let lang = value("--lang").ok_or_else(|| wrong("--lang"))?;
    let (mut input, mut out) = (BufReader::new(std::io::stdin().lock()), BufWriter::new(std::io::stdout().lock()));
    let started: Result<Box<dyn Engine>, OcrError> = match &choice {
        EngineChoice::Tesseract => {
            Tesseract::open(lang, value("--tessdata").map(std::path::Path::new)).map(|t| Box::new(t) as Box<dyn Engine>)
        }
        _ => Ok(Box::new(FakeEngine(choice.clone()))),
    };
    let mut engine = match started {
        Ok(engine) => engine,
        Err(error) => return write_answer(&mut out, &Answer::Error(error)),
    };
    write_answer(&mut out, &Answer::Ready(engine.name()))?;
    while let Some((grey, dpi)) = read_page(&mut input)? {
        if choice == EngineChoice::FakeGarbage {
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
