//! The recognizer in a process of its own: it can be killed, and its death costs no more than a page.

use std::io::{self, BufReader, BufWriter, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use sohoa_domain::{Dpi, OcrPage, PixelLayout, Raster};
use sohoa_sandbox::child::how_it_died;

use crate::engine::{Engine, EngineChoice, OcrError};
use crate::frame::{Answer, read_answer, write_page};

/// How long a child may take to load its model.
const START_SECONDS: u64 = 30;

/// How a child is started and how long it may take.
#[derive(Debug, Clone)]
pub struct ChildOptions {
    /// The program, usually this very one.
    pub program: PathBuf,
    /// Its first arguments, before those of [`child_main`](crate::child_main).
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
    answers: BufReader<ChildStdout>,
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
        let mut child = command.spawn().map_err(not_started)?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(OcrError::NotStarted("no pipes".to_owned()));
        };
        thread::Builder::new().spawn(move || drain(stderr)).map_err(not_started)?;
        let (pages, answers) = (BufWriter::new(stdin), BufReader::new(stdout));
        let mut running = Running { child, pages, answers, name: String::new() };
        match running.within(START_SECONDS, |_, answers| read_answer(answers))? {
            Answer::Ready(name) => {
                running.name = name;
                Ok(running)
            }
            Answer::Error(error) => Err(error),
            Answer::Page(_) => Err(OcrError::Garbage("a page before the greeting".to_owned())),
        }
    }

    /// One page through a running child. A child that misbehaves is not kept.
    fn attempt(&mut self, grey: &Raster, dpi: Dpi) -> Result<OcrPage, OcrError> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        let answer = running.within(self.options.page_seconds, |pages, answers| {
            write_page(pages, grey, dpi)?;
            read_answer(answers)
        })?;
        match answer {
            Answer::Page(page) if (page.width, page.height) == (grey.width(), grey.height()) => {
                self.running = Some(running);
                Ok(page)
            }
            Answer::Error(error) => {
                self.running = Some(running);
                Err(error)
            }
            Answer::Page(_) => Err(OcrError::Garbage("another page than the one that was sent".to_owned())),
            Answer::Ready(_) => Err(OcrError::Garbage("a greeting in place of a page".to_owned())),
        }
    }
}

impl Engine for ChildEngine {
    fn name(&self) -> String {
        self.running.as_ref().map_or_else(|| self.options.engine.to_string(), |r| r.name.clone())
    }

    fn recognize(&mut self, grey: &Raster, dpi: Dpi) -> Result<OcrPage, OcrError> {
        if grey.layout() != PixelLayout::Grey8 {
            return Err(OcrError::Failed("the page is not 8-bit grey".to_owned()));
        }
        match self.attempt(grey, dpi) {
            // One odd death does not cost a page.
            Err(error @ (OcrError::Crashed { .. } | OcrError::Garbage(_))) => {
                tracing::warn!(%error, "the recognizer's process is started anew");
                self.attempt(grey, dpi)
            }
            other => other,
        }
    }
}

impl Running {
    /// Talks to the child, which is killed when that takes longer than `seconds`: then its pipes close, and whatever
    /// `talk` waits for, to write or to read, ends.
    fn within(
        &mut self,
        seconds: u64,
        talk: impl FnOnce(&mut BufWriter<ChildStdin>, &mut BufReader<ChildStdout>) -> io::Result<Option<Answer>>,
    ) -> Result<Answer, OcrError> {
        let Self { child, pages, answers, .. } = self;
        let (done, waiting) = channel::<()>();
        let (said, overran) = thread::scope(|scope| {
            let watchdog = thread::Builder::new().spawn_scoped(scope, move || {
                let overran = waiting.recv_timeout(Duration::from_secs(seconds)) == Err(RecvTimeoutError::Timeout);
                if overran {
                    let _ = child.kill();
                }
                overran
            });
            let watchdog = watchdog.map_err(not_started)?;
            let said = talk(pages, answers);
            drop(done);
            Ok::<_, OcrError>((said, watchdog.join().unwrap_or(false)))
        })?;
        match said {
            _ if overran => Err(OcrError::TimedOut { seconds }),
            Ok(Some(answer)) => Ok(answer),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(OcrError::Garbage(error.to_string())),
            Ok(None) | Err(_) => Err(self.how_it_died()),
        }
    }

    /// Its pipe is closed: it is dead, or about to be and is helped. How it ended was settled before its pipes closed.
    fn how_it_died(&mut self) -> OcrError {
        OcrError::Crashed { how: how_it_died(&mut self.child) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Killing a dead child is no error, and waiting leaves no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads what the child says beside its answers, so that it never blocks on it. Only the length is told: the words might
/// quote the page.
fn drain(mut stderr: ChildStderr) {
    let mut sink = [0; 4096];
    while let Ok(n @ 1..) = stderr.read(&mut sink) {
        tracing::debug!(bytes = n, "the recognizer's process wrote to stderr");
    }
}

fn not_started(error: io::Error) -> OcrError {
    OcrError::NotStarted(error.to_string())
}
