//! Faults of what surrounds the work: full disks, a locked database, recognizers that misbehave, clocks that jump, workers
//! that freeze, folders that vanish. Each is seen by a person, costs no file, and is over by itself when its cause is gone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::TestHome;

mod clocks;
mod disks;
mod recognizers;
mod workers;

const CODE: &str = "H41.20-230615-0001";

/// For what has to come sooner or later: much longer than it takes on a busy machine.
const PATIENCE: u64 = 120;

/// How the log tells that the work pauses, and that files cannot be claimed or moved.
const PAUSES: &str = "the work pauses";
const UNCLAIMED: &str = "files cannot be claimed yet";
const UNMOVED: &str = "claimed files cannot be moved";

/// A home whose files are taken at once and have one attempt only, so that a fault that uses it up shows.
fn home(engine: &str) -> TestHome {
    let home = TestHome::new(engine);
    home.change_settings(|text| {
        let text = text.replace("settle_seconds = 2\n", "settle_seconds = 0\n");
        let text = text.replace("poll_seconds = 1\n", "poll_seconds = 0.1\n");
        let text = text.replace("retry_seconds = 5\n", "retry_seconds = 0.2\n");
        text.replace("max_attempts = 5\n", "max_attempts = 1\n")
    });
    home
}

fn inbox(home: &TestHome) -> PathBuf {
    home.path().join("inbox")
}

/// Puts a paper of the dossier into a scan folder, as a scanner does: under another name first.
fn put(inbox: &Path, name: &str, bytes: &[u8]) {
    let folder = inbox.join(CODE);
    fs::create_dir_all(&folder).unwrap();
    let half = folder.join(format!("{name}.part"));
    fs::write(&half, bytes).unwrap();
    fs::rename(half, folder.join(name)).unwrap();
}

#[track_caller]
fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(PATIENCE), "{what} did not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[track_caller]
fn wait_for(home: &TestHome, done: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let status = home.status();
        if done(&status) {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(PATIENCE), "{status}\n{}", home.log());
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[track_caller]
fn wait_for_files(home: &TestHome, state: &str, files: u64) -> Value {
    wait_for(home, |ledger| ledger["files"][state] == files)
}

/// Everything is attached, nothing is left in the scan folder, nothing doubled, all bytes as they should be.
#[track_caller]
fn ends_well(home: &TestHome, files: u64) {
    let whole = |ledger: &Value| ledger["files"]["attached"] == files && ledger["inboxes"][0]["files"] == 0;
    let ledger = wait_for(home, whole);
    assert_eq!((&ledger["files"]["seen"], &ledger["files"]["review"]), (&files.into(), &0.into()), "{ledger}");
    assert_eq!(ledger["waiting"], Value::Array(Vec::new()));
    let documents = home.json(&["dossier", "show", CODE])["documents"].as_array().unwrap().len();
    assert_eq!(documents as u64, files);
    home.run(&["verify"]).ends_with(0);
}

fn told_once(home: &TestHome, what: &str) {
    assert_eq!(home.logged(what), 1, "{}", home.log());
}

fn block_on<T>(body: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(body)
}
