//! The decoder in a process of its own: it can be killed, and its death costs no more than a crop.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use sohoa_sandbox::child::how_it_died;

use crate::crop::Crop;
use crate::decode::Decoded;
use crate::frame::{read_answer, write_crop};

/// How the child is started and how long it may take.
#[derive(Debug, Clone)]
pub struct ChildOptions {
    /// The program, usually this very one.
    pub program: PathBuf,
    /// Its first arguments, before those of [`crate::child_main`].
    pub args: Vec<String>,
    /// Seconds for one crop.
    pub crop_seconds: u64,
    /// Mebibytes of address space.
    pub memory_mib: u64,
}

/// Why nothing is known of a crop.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// The process could not be started.
    #[error("the barcode decoder could not be started: {0}")]
    NotStarted(io::Error),
    /// It took too long, and was ended.
    #[error("the barcode decoder took longer than {0} s and was ended")]
    TimedOut(u64),
    /// It died.
    #[error("the barcode decoder died: {0}")]
    Crashed(String),
}

/// A decoder in a child process, started with its first crop and again after it died.
pub struct ChildDecoder {
    options: ChildOptions,
    running: Option<Running>,
}

struct Running {
    child: Child,
    crops: ChildStdin,
    answers: ChildStdout,
}

impl ChildDecoder {
    /// Starts nothing yet.
    pub fn new(options: ChildOptions) -> Self {
        Self { options, running: None }
    }

    /// Reads what is in a crop, as [`crate::decode_crop`] does.
    ///
    /// # Errors
    /// `NotStarted`; `TimedOut` and `Crashed`, after which the next crop gets a new process.
    pub fn decode(&mut self, crop: &Crop) -> Result<Vec<Decoded>, ChildError> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start().map_err(ChildError::NotStarted)?,
        };
        let until = Instant::now() + Duration::from_secs(self.options.crop_seconds);
        // The child reads a whole crop before it does anything with it, so writing never waits for the decoder.
        let answer = write_crop(&mut running.crops, crop)
            .and_then(|()| read_answer(&mut Within { answers: &mut running.answers, until }));
        match answer {
            Ok(decoded) => {
                self.running = Some(running);
                Ok(decoded)
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                Err(ChildError::TimedOut(self.options.crop_seconds))
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(ChildError::Crashed(error.to_string())),
            Err(_) => Err(ChildError::Crashed(how_it_died(&mut running.child))),
        }
    }

    fn start(&self) -> io::Result<Running> {
        let o = &self.options;
        let mut command = Command::new(&o.program);
        command.args(&o.args).args(["--memory-mib", &o.memory_mib.to_string()]);
        // What it says beside its answers might quote the page.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(crops), Some(answers)) => Ok(Running { child, crops, answers }),
            _ => Err(io::Error::other("no pipes")),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Killing a dead child is no error, and waiting leaves no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers, until a point in time.
struct Within<'a> {
    answers: &'a mut ChildStdout,
    until: Instant,
}

impl Read for Within<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.until.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).map_err(io::Error::other)?;
            let mut watched = [PollFd::new(&*self.answers, PollFlags::IN)];
            match poll(&mut watched, Some(&timeout)) {
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) => return self.answers.read(buffer),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
