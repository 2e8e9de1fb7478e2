//! Disks that are full, and a scan folder that vanishes.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{
    CODE, PATIENCE, PAUSES, UNCLAIMED, UNMOVED, ends_well, home, inbox, put, told_once, wait_for, wait_for_files,
    wait_until,
};
use crate::demo::a_storage_root_is_ocfl;
use crate::support::{TestHome, jpeg, pdf, register_csv};

/// A disk in memory that only the processes of one test see: it is mounted in a namespace that ends with its holder.
struct SmallDisk {
    holder: Child,
    enter: &'static [&'static str],
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts it at a folder and lets the home's commands see it. `None`, told on the terminal, where that is not permitted.
    fn mount(home: &mut TestHome, at: &str, options: &str) -> Option<Self> {
        const MOUNT: &str = r#"mount -t tmpfs -o "$1" none "$0" && echo ready && exec cat"#;
        let path = home.path().join(at);
        fs::create_dir_all(&path).unwrap();
        for (unshare, enter) in [("-m", &["-m"][..]), ("-rm", &["-m", "-U", "--preserve-credentials"])] {
            let holder = Command::new("unshare")
                .args([unshare, "sh", "-c", MOUNT])
                .arg(&path)
                .arg(options)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn();
            let Ok(mut holder) = holder else { continue };
            let mut said = String::new();
            BufReader::new(holder.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
            if said == "ready\n" {
                let pid = holder.id().to_string();
                home.within = ["nsenter", "-t", &pid].iter().chain(enter).map(|s| (*s).to_owned()).collect();
                home.within.push("--".to_owned());
                return Some(Self { holder, enter, path });
            }
            holder.wait().unwrap();
        }
        // Not by a macro whose words the test's runner would keep to itself.
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        let mut terminal = std::io::stderr();
        writeln!(terminal, "\n*** SKIPPED: {name}: no disk may be mounted here, nothing was tested ***\n").unwrap();
        None
    }

    /// Where this process sees it.
    fn here(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.path.strip_prefix("/").unwrap())
    }

    /// Fills it to the last byte but so many.
    fn fill(&self, but: u64) {
        let path = self.here().join(".filler");
        let mut filler = fs::File::create(&path).unwrap();
        while filler.write_all(&[1; 4096]).is_ok() {}
        let length = filler.metadata().unwrap().len();
        filler.set_len(length - but).unwrap();
        assert!(length > 0 && self.enter.contains(&"-m"));
    }

    fn free(&self) {
        fs::remove_file(self.here().join(".filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Its input ends, and so does it; the disk goes with the last process that sees it.
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}

fn place(home: &TestHome, default: &str, elsewhere: &str) {
    home.change_settings(|text| text.replace(default, elsewhere));
}

#[test]
fn a_scan_folder_without_room_for_done_keeps_its_files_and_their_work_goes_on() {
    let mut home = home("fake");
    let Some(disk) = SmallDisk::mount(&mut home, "inbox", "size=4m,nr_inodes=40") else { return };
    home.register(&register_csv(&[(CODE, "")]));
    put(&disk.here(), "1.jpg", &jpeg(1));
    put(&disk.here(), "2.jpg", &jpeg(2));
    let fillers: Vec<PathBuf> =
        (0..40).map(|n| disk.here().join(format!(".{n}"))).take_while(|path| fs::write(path, b"").is_ok()).collect();
    assert!(fillers.len() < 40, "the disk is not full");
    let serve = home.serve();
    let ledger = wait_for_files(&home, "attached", 2);
    assert_eq!(ledger["inboxes"][0]["files"], 2, "{ledger}");
    home.wait_for_log(PATIENCE, UNMOVED, 1);
    assert!(!disk.here().join("done").exists());
    fillers.iter().for_each(|path| fs::remove_file(path).unwrap());
    ends_well(&home, 2);
    serve.stop();
    told_once(&home, UNMOVED);
    for (name, seed) in [("1.jpg", 1), ("2.jpg", 2)] {
        assert_eq!(fs::read(disk.here().join("done").join(CODE).join(name)).unwrap(), jpeg(seed));
    }
}

#[test]
fn a_full_store_of_received_files_takes_what_fits_and_the_rest_when_there_is_room() {
    let mut home = home("fake");
    let Some(disk) = SmallDisk::mount(&mut home, "vault", "size=6m") else { return };
    place(&home, "file:blobs", "file:vault/blobs");
    home.register(&register_csv(&[(CODE, "")]));
    let (small, large) = (jpeg(1), pdf(&[2, 3, 4, 5, 6, 7]));
    let room = small.len() as u64 + 64 * 1024;
    assert!(large.len() as u64 > room + 64 * 1024);
    let serve = home.serve();
    wait_until("the store", || disk.here().join("blobs/tmp").is_dir());
    disk.fill(room);
    put(&inbox(&home), "1 large.pdf", &large);
    home.wait_for_log(PATIENCE, UNCLAIMED, 1);
    put(&inbox(&home), "2 small.jpg", &small);
    let ledger = wait_for_files(&home, "attached", 1);
    assert_eq!((&ledger["files"]["seen"], &ledger["inboxes"][0]["files"]), (&1.into(), &1.into()), "{ledger}");
    assert_eq!(ledger["low_on_space"], serde_json::json!(["blobs"]));
    disk.free();
    ends_well(&home, 2);
    serve.stop();
    told_once(&home, UNCLAIMED);
    assert!(home.log().contains("no space left for received files"), "{}", home.log());
    assert_eq!(home.status()["low_on_space"], serde_json::json!([]));
}

#[test]
fn full_packages_make_the_work_pause_and_cost_no_attempt() {
    let mut home = home("fake");
    let Some(disk) = SmallDisk::mount(&mut home, "vault", "size=6m") else { return };
    place(&home, "file:ocfl", "file:vault/ocfl");
    home.register(&register_csv(&[(CODE, "")]));
    let serve = home.serve();
    put(&inbox(&home), "1.jpg", &jpeg(1));
    wait_for_files(&home, "attached", 1);
    disk.fill(0);
    for n in 2..=4 {
        put(&inbox(&home), &format!("{n}.jpg"), &jpeg(n));
    }
    let ledger = wait_for(&home, |ledger| ledger["waiting"][0]["files"].as_u64() >= Some(2));
    assert!(ledger["waiting"][0]["reason"].as_str().unwrap().contains("no space left"), "{ledger}");
    assert_eq!((&ledger["files"]["pending"], &ledger["files"]["review"]), (&3.into(), &0.into()), "{ledger}");
    assert_eq!(ledger["low_on_space"], serde_json::json!(["packages"]));
    disk.free();
    ends_well(&home, 4);
    serve.stop();
    told_once(&home, PAUSES);
    a_storage_root_is_ocfl(&disk.here().join("ocfl"));
}

#[test]
fn a_full_disk_under_the_database_makes_everything_wait() {
    let mut home = home("fake-slow:1500");
    let Some(disk) = SmallDisk::mount(&mut home, "vault", "size=6m") else { return };
    place(&home, "sqlite:sohoa.db", "sqlite:vault/sohoa.db");
    home.register(&register_csv(&[(CODE, "")]));
    let serve = home.serve();
    put(&inbox(&home), "1.jpg", &jpeg(1));
    put(&inbox(&home), "2.jpg", &jpeg(2));
    wait_for_files(&home, "pending", 2);
    disk.fill(0);
    for n in 3..=12 {
        put(&inbox(&home), &format!("{n}.jpg"), &jpeg(n));
    }
    home.wait_for_log(PATIENCE, PAUSES, 1);
    home.wait_for_log(PATIENCE, UNCLAIMED, 1);
    // What is known can be seen while nothing can be written.
    let ledger = home.status();
    assert!(ledger["inboxes"][0]["files"].as_u64() > Some(0), "{ledger}");
    assert_eq!(ledger["low_on_space"], serde_json::json!(["database"]));
    disk.free();
    ends_well(&home, 12);
    serve.stop();
    assert!(home.log().contains("the database cannot be used"), "{}", home.log());
}

#[test]
fn a_scan_folder_that_vanishes_is_told_and_picked_up_when_it_is_back() {
    let home = home("fake");
    home.register(&register_csv(&[(CODE, "")]));
    let (folder, away) = (inbox(&home), home.dir.path().join("away"));
    let serve = home.serve();
    put(&folder, "1.jpg", &jpeg(1));
    wait_for_files(&home, "attached", 1);
    fs::rename(&folder, &away).unwrap();
    home.wait_for_log(PATIENCE, "the scan folder cannot be read", 1);
    assert_eq!(home.status()["inboxes"][0]["files"], Value::Null);
    put(&away, "2.jpg", &jpeg(2));
    fs::rename(&away, &folder).unwrap();
    home.wait_for_log(PATIENCE, "the scan folder is back", 1);
    ends_well(&home, 2);
    serve.stop();
    told_once(&home, "the scan folder cannot be read");
}
