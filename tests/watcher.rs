//! `sohoa serve`: a file that lands in a scan folder hangs on its dossier without any further command.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use sohoa_domain::Sha256Digest;
use sohoa_store::{DiskBlobs, Records as _, SqliteRecords};

use crate::support::{TestHome, jpeg, pdf, register_csv};

#[test]
fn what_lands_in_the_inbox_ends_on_its_dossier() {
    let code = "H41.20-230615-0007";
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(code, "TP01")]));
    let inbox = home.path().join("inbox");
    let serve = home.serve();
    std::fs::create_dir(inbox.join(code)).unwrap();
    std::fs::write(inbox.join(code).join("TP01.pdf"), pdf(&[1, 2])).unwrap();
    std::fs::write(inbox.join("SCAN0001.jpg"), jpeg(9)).unwrap();
    std::fs::write(inbox.join("half.jpg.part"), b"half").unwrap();
    home.wait_for(60, |ledger| ledger["files"]["attached"] == 1 && ledger["files"]["review"] == 1);
    // The received files are out of the way, byte for byte; what is half-written is left alone.
    assert_eq!(std::fs::read(inbox.join("done").join(code).join("TP01.pdf")).unwrap(), pdf(&[1, 2]));
    assert!(inbox.join("done/SCAN0001.jpg").is_file() && inbox.join("half.jpg.part").is_file());
    serve.stop();
    assert_eq!(home.ledger()["files"]["seen"], 2);
    home.run(&["verify"]).ends_with(0);
}

/// An inbox that is looked at every hour only: what is claimed in it before the test ends was told by events.
const HOURLY: &str = "[[inbox]]\npath = \"inbox\"\npoll_seconds = 3600\nsettle_max_seconds = 3600\n";

#[test]
fn a_whole_file_is_claimed_when_it_is_closed_and_a_partial_one_is_not() {
    let home = TestHome::new("fake");
    home.set_inboxes(&format!("{HOURLY}settle_seconds = 3600\n"));
    let (inbox, other) = (home.path().join("inbox"), home.dir.path().join("moved.jpg"));
    let serve = home.serve();
    // Once one is claimed, the folder is being watched.
    let mut watched = 0;
    home.wait_for(60, |ledger| {
        watched += 1;
        std::fs::write(inbox.join(format!("{watched}.jpg")), jpeg(watched)).unwrap();
        ledger["files"]["seen"].as_u64() > Some(0)
    });
    std::fs::write(inbox.join("half.jpg"), &jpeg(1001)[..9000]).unwrap();
    let mut open = std::fs::File::create(inbox.join("open.jpg")).unwrap();
    open.write_all(&jpeg(1002)).unwrap();
    std::fs::write(&other, jpeg(1003)).unwrap();
    std::fs::rename(&other, inbox.join("moved.jpg")).unwrap();
    wait_until(|| inbox.join("done/moved.jpg").exists());
    // Events come in order: these two were looked at before.
    assert!(inbox.join("half.jpg").exists() && inbox.join("open.jpg").exists());
    drop(open);
    std::fs::write(inbox.join("half.jpg"), jpeg(1001)).unwrap();
    wait_until(|| inbox.join("done/open.jpg").exists() && inbox.join("done/half.jpg").exists());
    serve.stop();
}

#[test]
fn new_folders_are_watched_and_a_root_that_is_a_link_is_followed() {
    let home = TestHome::new("fake");
    let (real, inbox) = (home.dir.path().join("share"), home.path().join("inbox"));
    std::fs::create_dir_all(real.join("old")).unwrap();
    std::fs::remove_dir(&inbox).ok();
    std::os::unix::fs::symlink(&real, &inbox).unwrap();
    std::fs::write(real.join("old/start.jpg"), jpeg(1)).unwrap();
    home.set_inboxes(&format!("{HOURLY}settle_seconds = 0.5\n"));
    let serve = home.serve();
    wait_until(|| real.join("done/old/start.jpg").exists());
    std::fs::create_dir_all(real.join("a/b/c")).unwrap();
    std::fs::write(real.join("a/b/c/deep.jpg"), jpeg(2)).unwrap();
    wait_until(|| real.join("done/a/b/c/deep.jpg").exists());
    // A tree that is moved here with what is in it; then a file in it, and one that no event tells the end of.
    std::fs::create_dir_all(home.dir.path().join("tree/d")).unwrap();
    std::fs::write(home.dir.path().join("tree/d/moved.jpg"), jpeg(3)).unwrap();
    std::fs::rename(home.dir.path().join("tree"), real.join("tree")).unwrap();
    wait_until(|| real.join("done/tree/d/moved.jpg").exists());
    std::fs::write(real.join("tree/d/later.jpg"), jpeg(4)).unwrap();
    std::fs::hard_link(real.join("done/a/b/c/deep.jpg"), real.join("tree/d/linked.jpg")).unwrap();
    wait_until(|| real.join("done/tree/d/later.jpg").exists() && real.join("done/tree/d/linked.jpg").exists());
    home.wait_for(60, |ledger| ledger["files"]["pending"] == 0 && ledger["files"]["seen"] == 5);
    serve.stop();
}

#[test]
fn a_file_replaced_or_deleted_while_it_settles() {
    for events in [true, false] {
        let home = TestHome::new("fake");
        home.set_inboxes(&format!(
            "[[inbox]]\npath = \"inbox\"\nevents = {events}\npoll_seconds = 0.1\nsettle_seconds = 0.3\nsettle_max_seconds = 3600\n"
        ));
        let inbox = home.path().join("inbox");
        let serve = home.serve();
        std::fs::write(inbox.join("deleted.jpg"), &jpeg(1)[..9000]).unwrap();
        std::fs::write(inbox.join("replaced.jpg"), &jpeg(2)[..9000]).unwrap();
        // When this one is claimed, the others have been looked at.
        std::fs::write(inbox.join("first.jpg"), jpeg(3)).unwrap();
        wait_until(|| inbox.join("done/first.jpg").exists());
        std::fs::remove_file(inbox.join("deleted.jpg")).unwrap();
        std::fs::write(inbox.join("new.part"), jpeg(4)).unwrap();
        std::fs::rename(inbox.join("new.part"), inbox.join("replaced.jpg")).unwrap();
        wait_until(|| inbox.join("done/replaced.jpg").exists());
        assert_eq!(std::fs::read(inbox.join("done/replaced.jpg")).unwrap(), jpeg(4));
        home.wait_for(60, |ledger| ledger["files"]["pending"] == 0 && ledger["files"]["seen"] == 2);
        serve.stop();
        home.run(&["verify"]).ends_with(0);
    }
}

#[test]
fn a_file_that_is_never_finished_is_claimed_late_and_says_why() {
    let home = TestHome::new("fake");
    home.set_inboxes("[[inbox]]\npath = \"inbox\"\npoll_seconds = 0.1\nsettle_seconds = 0.1\nsettle_max_seconds = 1\n");
    let inbox = home.path().join("inbox");
    let serve = home.serve();
    std::fs::write(inbox.join("half.jpg"), &jpeg(1)[..9000]).unwrap();
    std::fs::write(inbox.join("empty.pdf"), b"").unwrap();
    let ledger = home.wait_for(60, |ledger| ledger["files"]["seen"] == 2 && ledger["files"]["pending"] == 0);
    let ended = |state: &str| ledger["files"][state].as_u64().unwrap();
    assert_eq!(ended("rejected") + ended("review"), 2, "{ledger}");
    serve.stop();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rows = runtime.block_on(async {
        let records = SqliteRecords::open(&home.path().join("sohoa.db")).await.unwrap();
        records.files(None, None).await.unwrap()
    });
    let mut reasons: Vec<_> = rows.iter().map(|row| row.reason_code.as_deref().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["empty-file", "truncated"]);
}

#[test]
fn a_folder_that_vanishes_is_picked_up_again() {
    let home = TestHome::new("fake");
    let (share, away) = (home.dir.path().join("share"), home.dir.path().join("away"));
    let rules = "poll_seconds = 0.1\nsettle_seconds = 0.2\n";
    home.set_inboxes(&format!(
        "[[inbox]]\npath = \"{}\"\n{rules}[[inbox]]\npath = \"inbox\"\n{rules}",
        share.display()
    ));
    let (unread, back) = ("the scan folder cannot be read", "the scan folder is back");
    let serve = home.serve();
    // Not there at the start: the other folder is served, and nothing is made at its place.
    home.wait_for_log(60, unread, 1);
    std::fs::write(home.path().join("inbox/other.jpg"), jpeg(1)).unwrap();
    wait_until(|| home.path().join("inbox/done/other.jpg").exists());
    assert!(!share.exists());
    std::fs::create_dir(&share).unwrap();
    home.wait_for_log(60, back, 1);
    std::fs::write(share.join("a.jpg"), jpeg(2)).unwrap();
    wait_until(|| share.join("done/a.jpg").exists());
    std::fs::rename(&share, &away).unwrap();
    home.wait_for_log(60, unread, 2);
    std::fs::write(away.join("b.jpg"), jpeg(3)).unwrap();
    std::fs::rename(&away, &share).unwrap();
    home.wait_for_log(60, back, 2);
    wait_until(|| share.join("done/b.jpg").exists());
    // Events tell of it again too.
    std::fs::write(share.join("c.jpg"), jpeg(4)).unwrap();
    wait_until(|| share.join("done/c.jpg").exists());
    home.wait_for(60, |ledger| ledger["files"]["pending"] == 0 && ledger["files"]["seen"] == 4);
    assert_eq!((home.logged(unread), home.logged(back)), (2, 2), "each time is reported once");
    serve.stop();
}

#[test]
fn a_read_only_folder_is_claimed_once_and_left_as_it_is() {
    let home = TestHome::new("fake");
    let share = home.dir.path().join("share");
    let rules = "poll_seconds = 0.1\nsettle_seconds = 0.2\n";
    home.set_inboxes(&format!(
        "[[inbox]]\npath = \"{}\"\n{rules}[[inbox]]\npath = \"inbox\"\n{rules}",
        share.display()
    ));
    std::fs::create_dir_all(share.join("sub")).unwrap();
    for (n, name) in ["a.jpg", "b.jpg", "sub/a.jpg"].into_iter().enumerate() {
        std::fs::write(share.join(name), jpeg(n as u32)).unwrap();
    }
    let writable = |mode| {
        for folder in [share.join("sub"), share.clone()] {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    writable(0o555);
    // Each time, a file in the other folder shows that there were looks at this one meanwhile.
    for start in 1..=2 {
        let serve = home.serve_with_permissions();
        home.wait_for(60, |ledger| ledger["files"]["seen"] == 1 + 2 * start && ledger["files"]["pending"] == 0);
        for n in 0..2 {
            let name = format!("{start}{n}.jpg");
            std::fs::write(home.path().join("inbox").join(&name), jpeg(9)).unwrap();
            wait_until(|| home.path().join("inbox/done").join(&name).exists());
        }
        let seen = 3 + 2 * start;
        let ledger = home.wait_for(60, |ledger| ledger["files"]["pending"] == 0 && ledger["files"]["seen"] == seen);
        serve.stop();
        assert_eq!(home.ledger(), ledger);
    }
    assert_eq!(home.logged("cannot be moved out of the scan folder"), 1);
    assert_eq!(home.logged("cannot be claimed"), 0);
    assert!(share.join("a.jpg").exists() && share.join("sub/a.jpg").exists() && !share.join("done").exists());
    // When it can be written to again, the next start moves them, and claims nothing anew.
    writable(0o755);
    let before = home.ledger();
    let serve = home.serve();
    wait_until(|| ["a.jpg", "b.jpg", "sub/a.jpg"].iter().all(|name| share.join("done").join(name).exists()));
    serve.stop();
    assert_eq!(home.ledger(), before);
    home.run(&["verify"]).ends_with(0);
}

/// The pause after a file that takes seconds to hash is minutes long at one percent.
#[test]
fn a_verification_that_would_take_long_does_not_hold_up_the_end() {
    let home = TestHome::new("fake");
    home.change_settings(|text| text.replace("percent = 25\n", "percent = 1\n"));
    let large = DiskBlobs::open(home.path().join("blobs")).unwrap().path(&Sha256Digest::of(b"large"));
    std::fs::create_dir_all(large.parent().unwrap()).unwrap();
    std::fs::File::create(&large).unwrap().set_len(4 << 30).unwrap();
    let large = large.canonicalize().unwrap();
    let serve = home.serve();
    wait_until(|| serve.has_open(&large));
    serve.ask_to_stop();
    assert!(serve.ends_within(60).is_some_and(|status| status.success()), "{}", home.log());
}

#[track_caller]
fn wait_until(done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
}
