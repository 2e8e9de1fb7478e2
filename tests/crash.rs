//! The whole process tree is killed again and again while files come in; in the end nothing is lost, doubled or half done.
//!
//! `SOHOA_CRASH_KILLS`, `SOHOA_CRASH_FILES` and `SOHOA_CRASH_ENGINE` make it longer (`make crash`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sohoa_domain::Sha256Digest;
use sohoa_store::fault::Point;
use walkdir::WalkDir;

use crate::demo::the_packages_are_ocfl;
use crate::support::{TestHome, jpeg, pdf, register_csv};

/// Dossiers over which the files are spread.
const DOSSIERS: u32 = 7;

fn setting(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).ok().map_or(otherwise, |v| v.parse().unwrap())
}

/// A home in which files are taken at once, so that most kills fall into the work, and no file is given up for being hit too
/// often; and the dossiers of its register.
fn home(engine: &str) -> (TestHome, Vec<String>) {
    let home = TestHome::new(engine);
    let codes: Vec<String> = (0..DOSSIERS).map(|d| format!("H41.20-230615-{:04}", d + 1)).collect();
    let rows: Vec<(&str, &str)> = codes.iter().map(|c| (c.as_str(), "")).collect();
    home.register(&register_csv(&rows));
    home.change_settings(|text| {
        let still = text.replace("settle_seconds = 2\n", "settle_seconds = 0\n");
        let quick = still.replace("poll_seconds = 1\n", "poll_seconds = 0.05\n");
        quick.replace("max_attempts = 5\n", "max_attempts = 100000\n")
    });
    (home, codes)
}

#[test]
fn killed_at_any_moment_nothing_is_lost_or_doubled() {
    let (kills, files) = (setting("SOHOA_CRASH_KILLS", 25), setting("SOHOA_CRASH_FILES", 40));
    let engine = std::env::var("SOHOA_CRASH_ENGINE").unwrap_or_else(|_| "fake-slow:40".to_owned());
    let window = if engine.starts_with("fake") { 700 } else { 3000 };
    let (home, codes) = home(&engine);
    let mut random = Random(u64::from(kills) << 32 | u64::from(files));
    let mut dropped: Vec<Dropped> = Vec::new();
    for kill in 0..kills {
        while (dropped.len() as u32) < files * (kill + 1) / kills {
            dropped.push(Dropped::new(&home, &codes, dropped.len() as u32));
        }
        let serve = home.serve();
        // From before the first folder is opened to well into the work.
        std::thread::sleep(Duration::from_millis(random.below(window)));
        serve.kill();
    }
    let before = home.ledger();
    finish(&home, dropped.len() as u64);
    check(&home, &codes, &dropped);
    let claimed = &before["files"]["seen"];
    let pending = &before["files"]["pending"];
    println!(
        "{kills} kills over {} files, {claimed} claimed and {pending} still in work after the last; all accounted for",
        dropped.len()
    );
    assert!(claimed.as_u64().unwrap() * 2 > dropped.len() as u64, "the kills came before anything was done");
}

/// At each durable step the process dies once, and once more some steps later; in the end everything is there once.
#[test]
fn killed_at_every_durable_step_nothing_is_lost_or_doubled() {
    let (home, codes) = home("fake");
    let mut dropped: Vec<Dropped> = Vec::new();
    let mut deaths = 0;
    for point in Point::ALL {
        for times in [1, 3] {
            // What happens once in a run of the program happens once.
            let once = matches!(point, Point::SegmentWritten | Point::SegmentSealed | Point::CheckpointWritten);
            if once && times > 1 {
                continue;
            }
            // Of every kind some.
            for _ in 0..10 {
                dropped.push(Dropped::new(&home, &codes, dropped.len() as u32));
            }
            let serve = home.serve_with(&[("SOHOA_DIE_AT", &format!("{point:?}:{times}"))]);
            if point == Point::CheckpointWritten {
                std::thread::sleep(Duration::from_millis(500));
                serve.ask_to_stop();
            }
            assert!(serve.dies_within(60), "{point:?} was not reached {times} times");
            deaths += 1;
        }
    }
    finish(&home, dropped.len() as u64);
    check(&home, &codes, &dropped);
    println!("{deaths} deaths at {} steps over {} files; all accounted for", Point::ALL.len(), dropped.len());
}

/// A file as it was put into the inbox.
struct Dropped {
    bytes: Vec<u8>,
    expect: &'static str,
}

impl Dropped {
    /// Puts file number `n` into the inbox as a scanner does: under another name first.
    fn new(home: &TestHome, codes: &[String], n: u32) -> Self {
        let code = &codes[(n % DOSSIERS) as usize];
        let (bytes, expect, end) = match n % 10 {
            // The bytes of the file before for this dossier, once more.
            8 => (content(n - DOSSIERS), "duplicate", "jpg"),
            9 => (format!("no paper {n}").into_bytes(), "rejected", "pdf"),
            _ => (content(n), "attached", "jpg"),
        };
        let folder = home.path().join("inbox").join(code);
        std::fs::create_dir_all(&folder).unwrap();
        let half = folder.join(format!("{n}.part"));
        std::fs::write(&half, &bytes).unwrap();
        std::fs::rename(&half, folder.join(format!("tờ {n}.{end}"))).unwrap();
        Self { bytes, expect }
    }
}

fn content(n: u32) -> Vec<u8> {
    let mut bytes = if n.is_multiple_of(5) { pdf(&[n, n + 1]) } else { jpeg(n) };
    // The pictures repeat after some dozens; what follows the end of a file makes it another one.
    bytes.extend(format!("\n%{n}\n").bytes());
    bytes
}

/// Lets `serve` run until nothing is left to do.
fn finish(home: &TestHome, files: u64) {
    let serve = home.serve();
    home.wait_for(300, |ledger| {
        ledger["files"]["seen"] == files && ledger["files"]["pending"] == 0 && waiting(home).is_empty()
    });
    serve.stop();
}

/// Files that still lie in the inbox.
fn waiting(home: &TestHome) -> Vec<PathBuf> {
    let inbox = home.path().join("inbox");
    let done = inbox.join("done");
    files_below(&inbox).filter(|p| !p.starts_with(&done)).collect()
}

fn files_below(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = WalkDir::new(folder).into_iter().map(Result::unwrap);
    entries.filter(|e| e.file_type().is_file()).map(walkdir::DirEntry::into_path)
}

fn check(home: &TestHome, codes: &[String], dropped: &[Dropped]) {
    let ledger = home.ledger();
    let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
    dropped.iter().for_each(|d| *expected.entry(d.expect).or_default() += 1);
    for state in ["attached", "duplicate", "rejected", "review", "pending"] {
        assert_eq!(ledger["files"][state], expected.get(state).copied().unwrap_or(0), "{state}: {ledger}");
    }
    // Every received byte lies in the store and in `done`.
    let mut done: Vec<Sha256Digest> = digests(&home.path().join("inbox/done"));
    let mut sent: Vec<Sha256Digest> = dropped.iter().map(|d| Sha256Digest::of(&d.bytes)).collect();
    done.sort_unstable();
    sent.sort_unstable();
    assert!(done == sent, "what lies in done is not what was sent");
    let stored: BTreeSet<Sha256Digest> = digests(&home.path().join("blobs")).into_iter().collect();
    assert!(sent.iter().all(|d| stored.contains(d)), "received bytes are missing in the store");
    // As many documents as there are papers, each once.
    let mut ids = Vec::new();
    for code in codes {
        let documents = home.json(&["dossier", "show", code])["documents"].as_array().unwrap().clone();
        ids.extend(documents.iter().map(|d| d["id"].as_str().unwrap().to_owned()));
    }
    let papers = expected["attached"] as usize;
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (papers, papers));
    the_packages_are_ocfl(home);
    let verified = home.run(&["--json", "verify"]).ends_with(0).json();
    assert_eq!(verified["problems"].as_array().unwrap().len(), 0, "{verified}");
}

fn digests(folder: &Path) -> Vec<Sha256Digest> {
    files_below(folder).map(|p| Sha256Digest::of(&std::fs::read(p).unwrap())).collect()
}

/// Moments to kill at: a 64-bit linear congruential generator (Knuth, MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}
