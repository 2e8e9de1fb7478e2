//! From files to dossiers through the command line, with a fake recognizer.

use std::path::Path;

use crate::support::{TestHome, jpeg, pdf, register_csv};

const A: &str = "H41.20-230615-0001";
const B: &str = "000.20.41.H41-230615-0002";

/// Puts a file below a folder of scans and returns its path.
fn put(folder: &Path, relative: &str, bytes: &[u8]) -> String {
    let path = folder.join(relative);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn names_say_which_dossier_and_component() {
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(A, "TP01"), (A, "TP02"), (B, "TP01"), (B, "TP02")]));
    let scans = home.dir.path().join("scans");
    put(&scans, &format!("{A}_TP01.pdf"), &pdf(&[1, 2]));
    put(&scans, &format!("{A}/TP02 bản vẽ.jpg"), &jpeg(3));
    put(&scans, &format!("{B}/SCAN0001.jpg"), &jpeg(4));
    put(&scans, "register.csv", b"no paper");
    let report = home.json(&["ingest", scans.to_str().unwrap(), "--wait"]);
    assert_eq!((&report["accepted"], &report["skipped"]), (&3.into(), &1.into()));
    assert_eq!(report["states"]["attached"], 3);

    let shown = home.json(&["dossier", "show", A]);
    let components: Vec<_> = shown["documents"].as_array().unwrap().iter().map(|d| d["component"].clone()).collect();
    assert_eq!(components.len(), 2);
    assert!(components.contains(&"TP01".into()) && components.contains(&"TP02".into()));
    for document in shown["documents"].as_array().unwrap() {
        assert_eq!(document["state"], "attached");
        for file in ["pdf", "text", "alto", "original"] {
            assert!(Path::new(document[file].as_str().unwrap()).is_file(), "{document}");
        }
    }
    // A scan that names no component hangs on the dossier, and is counted as none.
    let shown = home.json(&["dossier", "show", B]);
    assert_eq!(shown["documents"][0]["component"], serde_json::Value::Null);

    let coverage = home.json(&["coverage"]);
    assert_eq!((&coverage["received"], &coverage["digitized_full"]), (&2.into(), &1.into()));
    assert_eq!(coverage["missing"][0]["dossier"], B);
    home.run(&["coverage"]).ends_with(1);
    home.run(&["coverage", "--min", "50"]).ends_with(0);
    let ledger = home.ledger();
    assert_eq!((&ledger["files"]["seen"], &ledger["pages"]["in"]), (&3.into(), &4.into()));
    assert_eq!(ledger["dossiers"]["digitized"], 1);
    home.run(&["verify"]).ends_with(0);
}

#[test]
fn a_second_import_changes_nothing_and_a_copy_is_a_duplicate() {
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(A, "TP01"), (B, "TP01")]));
    let scans = home.dir.path().join("scans");
    put(&scans, &format!("{A}_TP01.jpg"), &jpeg(1));
    let scans_arg = scans.to_str().unwrap();
    home.run(&["ingest", scans_arg, "--wait"]).ends_with(0);
    let before = (home.ledger(), home.json(&["dossier", "show", A]));
    let again = home.json(&["ingest", scans_arg, "--wait"]);
    assert_eq!((&again["accepted"], &again["known"]), (&0.into(), &1.into()));
    assert_eq!(before, (home.ledger(), home.json(&["dossier", "show", A])));

    // Another file with the same bytes: for the same dossier a duplicate, for another dossier a document of its own.
    let copy = put(&scans, &format!("{A}_TP01 copy.jpg"), &jpeg(1));
    let other = put(&scans, &format!("{B}_TP01.jpg"), &jpeg(1));
    home.run(&["ingest", &copy, &other, "--wait"]).ends_with(0);
    let ledger = home.ledger();
    assert_eq!((&ledger["files"]["attached"], &ledger["files"]["duplicate"]), (&2.into(), &1.into()));
    assert_eq!(home.json(&["dossier", "show", B])["documents"].as_array().unwrap().len(), 1);
    home.run(&["verify"]).ends_with(0);
}

#[test]
fn doubt_goes_to_review_and_bad_files_are_rejected_beside_good_ones() {
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(A, "TP01")]));
    let scans = home.dir.path().join("scans");
    put(&scans, "SCAN0001.jpg", &jpeg(1));
    put(&scans, &format!("{A}/{B}.jpg"), &jpeg(2));
    put(&scans, &format!("{A}_TP01.jpg"), &jpeg(3));
    put(&scans, &format!("{A}_cut.jpg"), &jpeg(4)[..3000]);
    put(&scans, &format!("{A}_empty.pdf"), b"");
    std::os::unix::fs::symlink("SCAN0001.jpg", scans.join("link.jpg")).unwrap();
    let rejects = home.dir.path().join("rejects.csv");
    let ran = home.run(&["ingest", scans.to_str().unwrap(), "--wait", "--rejects", rejects.to_str().unwrap()]);
    ran.ends_with(1);
    let ledger = home.ledger();
    let files = &ledger["files"];
    assert_eq!((&files["attached"], &files["review"], &files["rejected"]), (&1.into(), &2.into(), &3.into()));
    let rejects = std::fs::read_to_string(rejects).unwrap();
    for code in ["truncated", "empty-file", "not-a-regular-file"] {
        assert!(rejects.contains(code), "{rejects}");
    }
    let review = home.run(&["--json", "review", "list"]).ends_with(1).json();
    let codes: Vec<&str> = review.as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"no-dossier") && codes.contains(&"dossier-conflict"), "{codes:?}");
    home.run(&["verify"]).ends_with(0);
}

#[test]
fn a_dossier_that_the_register_does_not_know_yet_waits_for_it() {
    let home = TestHome::new("fake");
    let scan = put(home.dir.path(), &format!("{A}_TP01.jpg"), &jpeg(1));
    home.run(&["ingest", &scan, "--wait"]).ends_with(0);
    let state = |home: &TestHome| home.json(&["dossier", "show", A])["documents"][0]["state"].clone();
    assert_eq!(state(&home), "awaiting_register");
    assert_eq!(home.ledger()["dossiers"]["digitized"], 0);
    home.register(&register_csv(&[(A, "TP01")]));
    assert_eq!(state(&home), "attached");
}

#[test]
fn a_page_that_fails_leaves_the_document_visibly_incomplete() {
    let home = TestHome::new("fake-crash");
    home.register(&register_csv(&[(A, "TP01")]));
    let scan = put(home.dir.path(), &format!("{A}_TP01.pdf"), &pdf(&[1, 2]));
    home.run(&["ingest", &scan, "--wait"]).ends_with(1);
    let shown = home.json(&["dossier", "show", A]);
    assert_eq!(shown["documents"][0]["state"], "incomplete");
    let ledger = home.ledger();
    assert_eq!((&ledger["files"]["review"], &ledger["pages"]["failed"]), (&1.into(), &2.into()));
    home.run(&["coverage"]).ends_with(1);
}

#[test]
fn search_finds_with_and_without_accents() {
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(A, "TP01")]));
    let scan = put(home.dir.path(), &format!("{A}_TP01.jpg"), &jpeg(1));
    home.run(&["ingest", &scan, "--wait"]).ends_with(0);
    let text = home.json(&["dossier", "show", A])["documents"][0]["text"].as_str().unwrap().to_owned();
    let text = std::fs::read_to_string(text).unwrap();
    let word = text.split_whitespace().find(|w| w.chars().count() > 3).unwrap().to_owned();
    assert_eq!(home.json(&["search", &word])[0]["dossier"], A);
    assert_eq!(home.json(&["search", "khôngcótừnày"]).as_array().unwrap().len(), 0);
}

#[test]
fn a_dry_run_takes_nothing_and_a_missing_path_is_refused() {
    let home = TestHome::new("fake");
    let scan = put(home.dir.path(), &format!("{A}.jpg"), &jpeg(1));
    assert_eq!(home.json(&["ingest", &scan, "--dry-run"])["found"], 1);
    assert_eq!(home.ledger()["files"]["seen"], 0);
    home.run(&["ingest", "/nonexistent"]).ends_with(3);
    home.run(&["ingest"]).ends_with(2);
}

#[test]
fn without_a_home_the_environment_is_not_ready() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = dir.path().join("nowhere");
    let ran = crate::support::run(crate::support::sohoa("fake").arg("--home").arg(&nowhere).arg("status"));
    assert!(ran.ends_with(4).stderr.contains("sohoa init"));
    assert!(!nowhere.exists());
}

#[test]
fn without_a_language_model_no_page_is_tried() {
    let home = TestHome::new("tesseract");
    let scan = put(home.dir.path(), &format!("{A}_TP01.jpg"), &jpeg(1));
    let mut ingest = home.command(&["ingest", &scan, "--wait"]);
    let ran = crate::support::run(ingest.env("SOHOA_OCR__TESSDATA", "/nonexistent")).ends_with(4);
    assert!(ran.stderr.contains("[language-missing]"), "{}", ran.stderr);
    // The file is accepted and waits; with the model there it is processed.
    assert_eq!(home.ledger()["files"]["pending"], 1);
    home.run(&["ingest", &scan, "--wait"]);
    assert_eq!(home.ledger()["files"]["pending"], 0);
}
