//! The decoder's own process: its limits and confinement, then crop after crop.

use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::process::ExitCode;
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Resource, Rlimit, Signal, getpid, kill_process, setrlimit};
use sohoa_sandbox::Confinement;

use crate::decode::decode_crop;
use crate::frame::{read_crop, write_answer};

/// The child process: reads crops from stdin, writes what they say to stdout, ends when stdin does.
///
/// Arguments: `--memory-mib N`.
pub fn child_main(args: &[String]) -> ExitCode {
    match serve(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sohoa barcode-child: {error}");
            ExitCode::from(5)
        }
    }
}

fn serve(args: &[String]) -> io::Result<()> {
    let mib = match args {
        [flag, mib] if flag == "--memory-mib" => mib.parse::<u64>().ok(),
        _ => None,
    };
    let mib = mib.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "--memory-mib N"))?;
    limit(Resource::As, mib.saturating_mul(1 << 20))?;
    // A core file would hold the page.
    limit(Resource::Core, 0)?;
    // Before any other thread is started: confinement is of this one and of those that it starts.
    Confinement::default().enforce().map_err(io::Error::other)?;
    thread::Builder::new().spawn(die_with_the_parent)?;
    // Answers have a descriptor of their own: a stray print of a C++ library goes to stderr and breaks no frame.
    let mut out = BufWriter::new(File::from(rustix::io::dup(rustix::stdio::stdout())?));
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    let mut input = BufReader::new(io::stdin().lock());
    while let Some(crop) = read_crop(&mut input)? {
        write_answer(&mut out, &decode_crop(&crop))?;
    }
    Ok(())
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// Waits until the parent's end of stdin is closed and ends this process, whatever it does at the time. The kernel's own
/// signal for this comes when the *thread* that started this process ends, which may be long before the parent does.
fn die_with_the_parent() {
    let stdin = rustix::stdio::stdin();
    // No events asked for: only a hang-up or an error wakes it.
    let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
    while poll(&mut watched, None) == Err(rustix::io::Errno::INTR) {}
    let _ = kill_process(getpid(), Signal::KILL);
}
