//! Poppler's programs as confined child processes with limits of time and memory.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use sohoa_domain::{InputError, Limits, PixelLayout, Raster, RefusalCode};
use sohoa_sandbox::{Confinement, find_program};

const TIME_LIMIT: Duration = Duration::from_secs(30);

/// What poppler says when it leaves something out of what it paints. Other complaints lose nothing.
const LOST: &[&str] =
    &["Unknown filter", "Bad image", "end of file", "Couldn't", "orrupt", "nsufficient", "Invalid XRef", "Bad stream"];

/// Runs a program with so many mebibytes of address space and returns what it printed, stdout and stderr. At most `limit`
/// bytes of stdout are kept. It can read `input` and what came with the system, write nowhere, and reach no network.
pub(crate) fn run(
    program: &str,
    args: &[&OsStr],
    input: &Path,
    limit: u64,
    mib: u64,
) -> Result<(Vec<u8>, String), String> {
    let not_started = |why: &dyn std::fmt::Display| format!("{program} cannot be started: {why}");
    let file = find_program(program).ok_or_else(|| not_started(&"not installed"))?;
    let mut command = Command::new(&file);
    command.args(args).env("LC_ALL", "C");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let confinement = Confinement::of_program(file).reading(input);
    let mut child = confinement.spawn(&mut command).map_err(|error| match error.kind() {
        io::ErrorKind::Other => not_started(&error),
        kind => not_started(&kind),
    })?;
    if let Err(error) = restrain(&child, mib) {
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("{program} cannot be given its limits: {}", error.kind()));
    }
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (send, done) = mpsc::channel();
    let errors = thread::spawn(move || read_all(stderr, 64 << 10));
    let reader = thread::spawn(move || {
        let out = read_all(stdout, limit);
        // The other end is gone when time was up.
        let _ = send.send(());
        out
    });
    let started = Instant::now();
    let in_time =
        done.recv_timeout(TIME_LIMIT).is_ok() && ends(&mut child, TIME_LIMIT.saturating_sub(started.elapsed()));
    if !in_time {
        // It may have ended in between, which is as good.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|e| format!("{program}: {}", e.kind()))?;
    let out = reader.join().unwrap_or_default();
    let errors = String::from_utf8_lossy(&errors.join().unwrap_or_default()).into_owned();
    if !in_time {
        return Err(format!("{program} took longer than {} s", TIME_LIMIT.as_secs()));
    }
    if !status.success() {
        return Err(format!("{program} failed"));
    }
    Ok((out, errors))
}

/// Limits the memory of a program that has just been started. No core file: it would hold the page.
fn restrain(child: &Child, mib: u64) -> io::Result<()> {
    let most = |n| Rlimit { current: Some(n), maximum: Some(n) };
    for (resource, limit) in [(Resource::As, mib.saturating_mul(1 << 20)), (Resource::Core, 0)] {
        match prlimit(Some(Pid::from_child(child)), resource, most(limit)) {
            // It has ended already, or has been given less by whoever started us.
            Ok(_) | Err(Errno::SRCH | Errno::PERM) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Reads up to `limit` bytes and then drops the pipe, so that a program that prints without end fails.
fn read_all(pipe: Option<impl Read>, limit: u64) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(pipe) = pipe {
        // What was read until an error is what there is; the caller checks that it is whole.
        let _ = pipe.take(limit).read_to_end(&mut out);
    }
    out
}

fn ends(child: &mut Child, within: Duration) -> bool {
    let until = Instant::now() + within;
    loop {
        match child.try_wait() {
            Ok(Some(_)) => return true,
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(2)),
            _ => return false,
        }
    }
}

/// Renders page `index` of a file; `size_pt` is its size as displayed.
pub(crate) fn render(
    path: &Path,
    index: u32,
    dpi: f32,
    size_pt: (f64, f64),
    user_unit: f64,
    limits: &Limits,
    hide_annotations: bool,
) -> Result<Raster, InputError> {
    let number = index.saturating_add(1);
    let pixels = |pt: f64| (pt * f64::from(dpi) / 72.0).ceil().max(1.0) as u64;
    let (w, h) = (pixels(size_pt.0), pixels(size_pt.1));
    let max_pixels = limits.page_pixels;
    if w.saturating_mul(h) > max_pixels || !(1.0..=9600.0).contains(&dpi) {
        let detail = format!("{w} × {h} pixels at {dpi} dpi, limit {max_pixels}");
        return Err(InputError::page(RefusalCode::TooManyPixels, number, detail));
    }
    let failed = |why: String| InputError::page(RefusalCode::Malformed, number, why);
    // Poppler does not know UserUnit, so the resolution has to make up for it.
    let (page, dpi) = (number.to_string(), (f64::from(dpi) * user_unit).to_string());
    let mut args: Vec<&OsStr> = ["-f", &page, "-l", &page, "-r", &dpi, "-cropbox"].map(OsStr::new).to_vec();
    if hide_annotations {
        args.push(OsStr::new("-hide-annotations"));
    }
    args.push(path.as_os_str());
    let most = w * h * 3 + (w + h + 16) * 6 + 64;
    let (out, errors) = run("pdftoppm", &args, path, most, limits.child_mib).map_err(failed)?;
    if let Some(line) = errors.lines().find(|l| LOST.iter().any(|s| l.contains(s))) {
        tracing::debug!(page = number, "pdftoppm lost content: {line}");
        return Err(failed("the renderer could not show all of it".into()));
    }
    portable_pixmap(&out).ok_or_else(|| failed("the renderer gave no image".into()))
}

/// A binary PPM; grey when no pixel has a colour. `None` when it is none, or cut short.
pub fn portable_pixmap(bytes: &[u8]) -> Option<Raster> {
    let mut at = 0;
    let mut word = || {
        let start = at + bytes.get(at..)?.iter().position(|b| !b.is_ascii_whitespace())?;
        let end = start + bytes.get(start..)?.iter().position(u8::is_ascii_whitespace)?;
        at = end;
        std::str::from_utf8(bytes.get(start..end)?).ok()
    };
    let magic = word()?;
    let (width, height): (u32, u32) = (word()?.parse().ok()?, word()?.parse().ok()?);
    let depth = word()?;
    let data = bytes.get(at + 1..)?;
    if magic != "P6" || depth != "255" {
        return None;
    }
    let grey = data.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]);
    if grey && data.len() == width as usize * height as usize * 3 {
        let data = data.iter().step_by(3).copied().collect();
        return Raster::new(width, height, PixelLayout::Grey8, data);
    }
    Raster::new(width, height, PixelLayout::Rgb8, data.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For programs that are not given any file.
    const NO_FILE: &str = "/nonexistent/file";

    #[test]
    fn a_child_that_hangs_or_fails_is_an_error() {
        let run = |program, args: &[&OsStr]| run(program, args, Path::new(NO_FILE), 10, 256);
        assert_eq!(run("false", &[]), Err("false failed".to_owned()));
        assert_eq!(run("no-such", &[]), Err("no-such cannot be started: not installed".to_owned()));
        assert_eq!(run("echo", &[OsStr::new("a")]).unwrap().0, b"a\n");
    }

    #[test]
    fn a_child_cannot_take_more_memory_than_its_limit() {
        // It waits until it sees a limit, then takes 128 MiB in one piece.
        let script = "while [ \"$(ulimit -v)\" = unlimited ]; do :; done; printf -v much '%134217728s'";
        let eat = |mib| run("bash", &["-c", script].map(OsStr::new), Path::new(NO_FILE), 10, mib);
        assert_eq!(eat(64), Err("bash failed".to_owned()));
        assert!(eat(1024).is_ok());
    }

    #[test]
    fn a_child_reads_its_file_and_nothing_else_and_changes_nothing() {
        let in_force = sohoa_sandbox::trial().unwrap();
        if !in_force.is_whole() {
            let mut terminal = io::stderr();
            let why = format!("\n*** SKIPPED: confinement of children: {in_force}, nothing was tested ***\n\n");
            io::Write::write_all(&mut terminal, why.as_bytes()).unwrap();
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("paper.pdf"), "paper\n").unwrap();
        std::fs::write(at("sohoa.db"), "secret\n").unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let script = r#"
            { read -r line < "$1/paper.pdf" && echo "$line"; } 2>&-
            { read -r line < "$1/sohoa.db" && echo "$line"; } 2>&-
            { echo x > "$1/new" && echo created; } 2>&-
            { echo x >> "$1/paper.pdf" && echo changed; } 2>&-
            { : 3<> "/dev/tcp/127.0.0.1/$2" && echo connected; } 2>&-
            echo done"#;
        let args = [OsStr::new("-c"), OsStr::new(script), OsStr::new("bash"), folder.path().as_os_str()];
        let args = [&args[..], &[OsStr::new(&port)]].concat();
        let (out, _) = run("bash", &args, &at("paper.pdf"), 1000, 256).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "paper\ndone\n");
        // What it tried is possible here.
        let plain = Command::new("bash").args(&args).output().unwrap();
        assert_eq!(String::from_utf8(plain.stdout).unwrap(), "paper\nsecret\ncreated\nchanged\nconnected\ndone\n");
    }

    #[test]
    fn pixmaps() {
        let grey = portable_pixmap(b"P6\n2 1\n255\n\x01\x01\x01\x02\x02\x02").unwrap();
        assert_eq!((grey.layout(), grey.data()), (PixelLayout::Grey8, [1u8, 2].as_slice()));
        let colour = portable_pixmap(b"P6\n1 1\n255\n\x01\x0a\x20").unwrap();
        assert_eq!((colour.layout(), colour.data()), (PixelLayout::Rgb8, [1u8, 10, 32].as_slice()));
        assert!(portable_pixmap(b"P6\n2 2\n255\n\x01\x01\x01").is_none(), "cut short");
    }
}
