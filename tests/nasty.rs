//! Files that want to crash, fill or stall whoever opens them, beside a good paper: each ends in one state, with the code
//! that `tests/generator/nasty.py` expects, and the good paper is attached.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{TestHome, jpeg, register_csv, root, run};

const DOSSIER: &str = "H41.20-230615-0001";
/// It takes about ten seconds; one that hangs is ended then.
const PATIENCE: Duration = Duration::from_secs(240);
/// Two streams of `limits.stream_bytes` at a time and what else is needed.
const MOST_KIB: u64 = 1800 << 10;

/// What became of a run.
struct Ended {
    code: Option<i32>,
    stderr: String,
    /// Highest resident memory that was seen.
    kib: u64,
}

#[test]
fn every_nasty_file_is_refused_by_its_code_or_attached() {
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(DOSSIER, "")]));
    let (folder, truth) = (home.dir.path().join(DOSSIER), home.dir.path().join("truth.json"));
    std::fs::create_dir(&folder).unwrap();
    let generator = root().join("tests/generator/nasty.py");
    run(Command::new("python3").arg(generator).arg(&folder).arg(&truth)).ends_with(0);
    // Good ones first, last, and in between.
    let mut expected: BTreeMap<String, String> = serde_json::from_slice(&std::fs::read(&truth).unwrap()).unwrap();
    for (seed, name) in [(1, "0 good.jpg"), (2, "pdf-good.jpg"), (3, "ỹ good.jpg")] {
        std::fs::write(folder.join(name), jpeg(seed)).unwrap();
        expected.insert(name.to_owned(), "attached".to_owned());
    }

    let rejects = home.dir.path().join("rejects.csv");
    let ended = ingest(&home, &folder, &rejects);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert!(ended.kib < MOST_KIB, "{} KiB", ended.kib);

    let refused: BTreeMap<&String, &String> = expected.iter().filter(|(_, ends)| *ends != "attached").collect();
    let files = &home.ledger()["files"];
    for (state, count) in [
        ("seen", expected.len()),
        ("attached", expected.len() - refused.len()),
        ("rejected", refused.len()),
        ("pending", 0),
        ("review", 0),
        ("duplicate", 0),
    ] {
        assert_eq!(files[state], count, "{state}: {files}\n{}", ended.stderr);
    }
    let told = std::fs::read_to_string(rejects).unwrap();
    for (name, code) in &refused {
        assert!(told.contains(&format!("/{name}\",\"{code}\",\"[{code}] ")), "{name}: {code}\n{told}");
    }
    assert_eq!(told.matches(&format!("/{DOSSIER}/")).count(), refused.len());
    home.run(&["verify"]).ends_with(0);
    println!("{} files, at most {} MiB", expected.len(), ended.kib >> 10);
}

/// Imports the folder and waits. Fails when that does not end by itself, or when a child of it is left.
fn ingest(home: &TestHome, folder: &Path, rejects: &Path) -> Ended {
    let log = home.dir.path().join("stderr");
    let args = ["ingest", folder.to_str().unwrap(), "--wait", "--rejects", rejects.to_str().unwrap()];
    let mut command = home.command(&args);
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(&log).unwrap());
    let mut child = command.spawn().unwrap();
    let group = format!("-{}", child.id());
    let (begun, mut kib) = (Instant::now(), 0);
    let status = loop {
        kib = kib.max(peak_kib(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if begun.elapsed() > PATIENCE {
            break None;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    // Signal 0 reaches a group as long as it has a member.
    let left = Command::new("kill").args(["-0", "--", &group]).stderr(Stdio::null()).status().unwrap().success();
    if left {
        Command::new("kill").args(["-KILL", "--", &group]).status().unwrap();
    }
    if status.is_none() {
        child.wait().unwrap();
    }
    let stderr = std::fs::read_to_string(log).unwrap();
    assert!(status.is_some(), "it did not end: {stderr}");
    assert!(!left, "a child process is left");
    Ended { code: status.and_then(|s| s.code()), stderr, kib }
}

fn peak_kib(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|kib| kib.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or_default()
}
