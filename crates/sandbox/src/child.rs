//! What a process of our own does first that reads untrusted bytes for its parent: pages or crops on stdin, answers on stdout.

use std::fs::File;
use std::io;
use std::process::Child;
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Resource, Rlimit, Signal, getpid, kill_process, setrlimit};

use crate::Confinement;

/// Limits this process to so many mebibytes of address space, confines it, and lets it end when its parent does. Returns where
/// answers go: a stray print of a C library goes to stderr and breaks none. To be called before another thread is started:
/// confinement is of this one and of those that it starts.
///
/// # Errors
/// When a limit cannot be set or the confinement not be enforced.
pub fn begin(mib: u64, confinement: &Confinement) -> io::Result<File> {
    limit(Resource::As, mib.saturating_mul(1 << 20))?;
    // A core file would hold the page.
    limit(Resource::Core, 0)?;
    confinement.enforce().map_err(io::Error::other)?;
    thread::Builder::new().spawn(die_with_the_parent)?;
    let answers = File::from(rustix::io::dup(rustix::stdio::stdout())?);
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(answers)
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

/// Ends a child and says how it ended, or had before.
pub fn how_it_died(child: &mut Child) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    let _ = child.kill();
    match child.wait() {
        Ok(status) => match (status.signal(), status.code()) {
            (Some(signal), _) => format!("signal {signal}"),
            (None, Some(code)) => format!("exit {code}"),
            (None, None) => "unknown end".to_owned(),
        },
        Err(error) => error.to_string(),
    }
}
