//! What a process that reads untrusted bytes may still do: read what it was given, compute, and answer.
//!
//! Landlock says which files can be read, run and changed, and keeps TCP and signals in; a seccomp filter takes away the
//! system calls that make sockets, change files or reach into other processes. Each works alone where the kernel lacks the
//! other. Both hold for a thread and for all that it starts, for good: so [`Confinement::spawn`] confines a thread that
//! does nothing but start the program, which needs neither code between fork and exec nor another program in between.

mod calls;
pub mod child;
mod files;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;

/// Where programs have their libraries, and the loader that starts them.
const LIBRARIES: [&str; 5] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];
/// What else programs read that came with the system: data, fonts, where libraries and fonts are.
const OF_THE_SYSTEM: [&str; 5] = ["/usr", "/etc/fonts", "/var/cache/fontconfig", "/etc/ld.so.cache", "/dev/null"];

/// What may be opened from now on. Nothing can be changed, no socket be made, no other process be touched.
#[derive(Debug, Clone, Default)]
pub struct Confinement {
    read: Vec<PathBuf>,
    run: Vec<PathBuf>,
}

/// What the kernel holds a confined process to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InForce {
    /// The version of Landlock's interface; none where the kernel has no Landlock.
    pub landlock: Option<i32>,
    /// Whether system calls are filtered.
    pub seccomp: bool,
}

/// The kernel has what it takes, and it could not be used.
#[derive(Debug, thiserror::Error)]
#[error("a process cannot be confined: {0}")]
pub struct ConfineError(String);

impl Confinement {
    /// For a program: its own file may be run, and what came with the system be read.
    pub fn of_program(program: impl Into<PathBuf>) -> Self {
        let paths = |all: &[&str]| all.iter().map(PathBuf::from).collect::<Vec<_>>();
        let mut run = paths(&LIBRARIES);
        run.push(program.into());
        Self { read: paths(&OF_THE_SYSTEM), run }
    }

    /// Lets a file be read too, or a folder with all below it. One that is not there stays unreadable.
    #[must_use]
    pub fn reading(mut self, path: impl Into<PathBuf>) -> Self {
        self.read.push(path.into());
        self
    }

    /// Confines the calling thread and all that it starts, for good, as far as the kernel can.
    ///
    /// # Errors
    /// [`ConfineError`]; not for what the kernel lacks.
    pub fn enforce(&self) -> Result<InForce, ConfineError> {
        Ok(InForce { landlock: files::enforce(&self.read, &self.run)?, seccomp: calls::enforce()? })
    }

    /// Starts a program that is confined from its first instruction on.
    ///
    /// # Errors
    /// As [`Command::spawn`], and when it cannot be confined.
    pub fn spawn(&self, command: &mut Command) -> io::Result<Child> {
        on_a_thread(|| {
            self.enforce().map_err(io::Error::other)?;
            command.spawn()
        })?
    }
}

/// Tries what is in force here, on a thread that ends with it.
///
/// # Errors
/// [`ConfineError`].
pub fn trial() -> Result<InForce, ConfineError> {
    on_a_thread(|| Confinement::default().enforce()).map_err(|error| ConfineError(error.to_string()))?
}

fn on_a_thread<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let confined = thread::Builder::new().name("confined".to_owned()).spawn_scoped(scope, work)?;
        confined.join().map_err(|_| io::Error::other("a confined thread panicked"))
    })
}

/// The file of a program that is looked for where the system looks.
pub fn find_program(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(name.into());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

impl InForce {
    /// Whether nothing is lacking.
    pub fn is_whole(&self) -> bool {
        self.landlock.is_some() && self.seccomp
    }
}

impl fmt::Display for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.landlock {
            Some(abi) => write!(f, "Landlock (ABI {abi})")?,
            None => f.write_str("no Landlock")?,
        }
        f.write_str(if self.seccomp { ", seccomp" } else { ", no seccomp" })
    }
}
