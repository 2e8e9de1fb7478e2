//! Three scan folders at once, with everything in them that real ones have: slow writers, repeats, the same names, names in
//! NFD, links, pipes, sockets, folders that are named like papers, empty files. All of it is accounted for.
//!
//! `SOHOA_FOLDER_FILES` makes it longer, and adds writers that write a kilobyte a second.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{TestHome, jpeg, register_csv};

const FOLDERS: [&str; 3] = ["quầy 1", "quầy 2", "bưu chính"];
/// Of each folder, what is no paper: a link, a pipe, a socket, a folder with a paper's name, an empty file.
const ODD: u64 = 5;

#[test]
fn everything_in_three_folders_is_accounted_for() {
    account_for_everything(true);
}

#[test]
fn everything_in_three_folders_is_accounted_for_without_events() {
    account_for_everything(false);
}

fn account_for_everything(events: bool) {
    let begun = Instant::now();
    let files: u32 = std::env::var("SOHOA_FOLDER_FILES").ok().map_or(90, |v| v.parse().unwrap());
    let home = TestHome::new("fake");
    let codes: Vec<String> = (0..=files / 3 / 10).map(|d| format!("H41.20-230615-{:04}", d + 1)).collect();
    home.register(&register_csv(&codes.iter().map(|c| (c.as_str(), "")).collect::<Vec<_>>()));
    watch_three(&home, events);
    let serve = home.serve();
    let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut slow, mut trickling) = (Vec::new(), 0);
    for (f, folder) in FOLDERS.iter().enumerate() {
        let folder = home.path().join(folder);
        codes.iter().for_each(|code| std::fs::create_dir_all(folder.join(code)).unwrap());
        odd(&folder);
        *expected.entry("rejected").or_default() += ODD;
        for n in 0..files / 3 {
            // Every tenth has the bytes of another one, every name is there once in each folder.
            let seed = if n % 10 == 9 { n - 1 } else { n } * 3 + f as u32;
            *expected.entry(if n % 10 == 9 { "duplicate" } else { "attached" }).or_default() += 1;
            let path = folder.join(&codes[(n / 10) as usize]).join(name(n));
            if files > 300 && n % 60 == 7 {
                trickling += 1;
                slow.push(std::thread::spawn(move || trickle(&path, &small(seed))));
            } else if n % 15 == 7 {
                slow.push(std::thread::spawn(move || write_slowly(&path, &content(seed))));
            } else {
                std::fs::write(path, content(seed)).unwrap();
            }
        }
    }
    slow.into_iter().for_each(|writer| writer.join().unwrap());
    let total = expected.values().sum::<u64>();
    let ledger = home.wait_for(1200, |ledger| ledger["files"]["seen"] == total && ledger["files"]["pending"] == 0);
    for state in ["attached", "duplicate", "rejected", "review"] {
        assert_eq!(ledger["files"][state], expected.get(state).copied().unwrap_or(0), "{state}: {ledger}");
    }
    serve.stop();
    // What is no paper stays where it is; the papers are out of the way, each in its own folder.
    for folder in FOLDERS {
        let (folder, done) = (home.path().join(folder), home.path().join(folder).join("done"));
        let here = papers(&folder).into_iter().filter(|p| p.extension().is_some_and(|e| e == "pdf")).count();
        assert_eq!(here as u64, ODD - 1, "{}", folder.display());
        let moved: usize = codes.iter().map(|code| papers(&done.join(code)).len()).sum();
        assert_eq!(moved as u32, files / 3, "{}", done.display());
        assert!(done.join("empty.pdf").is_file());
    }
    let again = home.serve();
    std::thread::sleep(Duration::from_secs(4));
    again.stop();
    assert_eq!(home.ledger(), ledger, "a second start changed something");
    home.run(&["verify"]).ends_with(0);
    println!(
        "{total} entries in three folders, events {events}, {trickling} written at 1 KB/s, {} s: {}",
        begun.elapsed().as_secs(),
        ledger["files"]
    );
}

fn watch_three(home: &TestHome, events: bool) {
    let inbox = |folder: &&str| {
        format!(
            "[[inbox]]\npath = \"{folder}\"\npoll_seconds = 0.2\nsettle_seconds = 0.5\nsettle_max_seconds = 8\nevents = {events}\nchannel = \"{}\"\n",
            if *folder == FOLDERS[2] { "post" } else { "counter" }
        )
    };
    let inboxes: String = FOLDERS.iter().map(inbox).collect();
    home.set_inboxes(&inboxes);
}

fn name(n: u32) -> String {
    match n % 4 {
        // ờ and ê taken apart, as macOS writes them.
        0 => format!("to\u{31b}\u{300} khai te\u{302}n {n}.jpg"),
        1 => format!("Giấy tờ số {n} (bản chính).JPG"),
        // 255 bytes.
        2 => format!("{:ấ<80}{n:011}.jpg", ""),
        _ => format!("scan{n:04}.jpg"),
    }
}

fn content(seed: u32) -> Vec<u8> {
    let mut bytes = jpeg(seed);
    bytes.extend(format!("\n{seed}\n").bytes());
    bytes
}

/// Half of it, a pause that is longer than the settle time, the rest.
fn write_slowly(path: &Path, bytes: &[u8]) {
    let mut file = std::fs::File::create(path).unwrap();
    for half in bytes.chunks(bytes.len() / 2 + 1) {
        file.write_all(half).unwrap();
        file.sync_all().unwrap();
        std::thread::sleep(Duration::from_millis(2500));
    }
}

/// A page of some 10 KB.
fn small(seed: u32) -> Vec<u8> {
    let page = image::GrayImage::from_fn(160, 120, |x, y| image::Luma([(x * 37 + y * (91 + seed) + x * y % 13) as u8]));
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&page).unwrap();
    bytes.extend(format!("\n{seed}\n").bytes());
    bytes
}

/// A kilobyte a second, in small pieces.
fn trickle(path: &Path, bytes: &[u8]) {
    let mut file = std::fs::File::create(path).unwrap();
    for piece in bytes.chunks(100) {
        file.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn odd(folder: &Path) {
    std::fs::write(folder.join("empty.pdf"), b"").unwrap();
    std::fs::create_dir(folder.join("folder.pdf")).unwrap();
    symlink("/etc/hostname", folder.join("link.pdf")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe.pdf")).status().unwrap().success());
    // A socket's path may have 108 bytes: it is made elsewhere and moved.
    let short = tempfile::tempdir().unwrap();
    drop(UnixListener::bind(short.path().join("s")).unwrap());
    std::fs::rename(short.path().join("s"), folder.join("socket.pdf")).unwrap();
}

fn papers(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).map_or(Vec::new(), |entries| entries.map(|e| e.unwrap().path()).collect())
}
