//! The main job on the sample papers with the real recognizer, then every promise about its result, checked by
//! independent judges where there are some.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

use crate::support::{TestHome, root, run, samples};

#[test]
fn the_samples_end_digitized_searchable_and_proven() {
    let home = TestHome::new("sohoa");
    demo(&home);
    every_sample_is_attached(&home);
    let pdfs = documents(&home);
    the_pdfs_are_pdfa(&pdfs);
    crate::accuracy::texts_match_the_papers(&pdfs);
    crate::accuracy::words_lie_on_their_words(&pdfs);
    the_packages_are_ocfl(&home);
    a_second_run_changes_nothing(&home);
    a_flipped_byte_is_named(&home);
}

/// Runs the very script that `make demo` runs.
fn demo(home: &TestHome) {
    let mut script = Command::new("sh");
    script.current_dir(root()).arg("config/demo.sh").arg(env!("CARGO_BIN_EXE_sohoa")).arg(home.path());
    run(&mut script).ends_with(0);
}

fn every_sample_is_attached(home: &TestHome) {
    let ledger = home.ledger();
    let papers = paper_files().len() as u64;
    assert!(papers >= 14, "{papers} files");
    assert_eq!(ledger["files"]["seen"], papers);
    assert_eq!(ledger["files"]["attached"], papers);
    assert!(ledger["pages"]["in"].as_u64().unwrap() >= 40, "{ledger}");
    assert_eq!(ledger["pages"]["failed"], 0);
    assert!(ledger["pages"]["blank"].as_u64().unwrap() >= 1, "a blank back is among the samples");
    let coverage = home.json(&["coverage"]);
    assert_eq!(coverage["received"], coverage["digitized_full"]);
    assert_eq!(coverage["missing"].as_array().unwrap().len(), 0);
}

/// The sample papers.
pub fn paper_files() -> Vec<PathBuf> {
    let all = std::fs::read_dir(samples()).unwrap().map(|e| e.unwrap().path());
    let is_paper = |p: &PathBuf| {
        let name = p.file_name().unwrap().to_string_lossy().into_owned();
        !name.starts_with('.') && !["md", "csv", "txt", "json"].iter().any(|x| name.ends_with(&format!(".{x}")))
    };
    all.filter(is_paper).collect()
}

/// PDF/A and text of each sample, by the sample's stem.
fn documents(home: &TestHome) -> BTreeMap<String, Document> {
    let mut found = BTreeMap::new();
    let codes: std::collections::BTreeSet<String> = std::fs::read_to_string(samples().join("register.csv"))
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap().to_owned())
        .collect();
    for code in codes {
        for document in home.json(&["dossier", "show", &code])["documents"].as_array().unwrap() {
            let path = |key: &str| PathBuf::from(document[key].as_str().unwrap());
            let source = document["source"].as_str().unwrap();
            let stem = source.rsplit_once('.').unwrap().0.to_owned();
            found.insert(stem, Document { pdf: path("pdf"), text: path("text") });
        }
    }
    assert_eq!(found.len(), paper_files().len());
    found
}

/// Where the results of one sample lie.
pub struct Document {
    pub pdf: PathBuf,
    pub text: PathBuf,
}

fn the_pdfs_are_pdfa(pdfs: &BTreeMap<String, Document>) {
    let mut judge = Command::new("sh");
    judge.arg(root().join("tests/judges/pdfa")).args(pdfs.values().map(|d| &d.pdf));
    run(&mut judge).ends_with(0);
    for document in pdfs.values() {
        run(Command::new("qpdf").arg("--check").arg(&document.pdf)).ends_with(0);
    }
}

pub fn the_packages_are_ocfl(home: &TestHome) {
    a_storage_root_is_ocfl(&home.path().join("ocfl"));
}

pub fn a_storage_root_is_ocfl(storage: &Path) {
    let mut judge = Command::new("sh");
    judge.arg(root().join("tests/judges/ocfl")).arg(storage);
    run(&mut judge).ends_with(0);
}

/// Every stored file below the home that has to stay as it is, with its bytes.
fn stored_files(home: &TestHome) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for part in ["blobs", "ocfl"] {
        for entry in WalkDir::new(home.path().join(part)).into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                files.insert(entry.path().to_owned(), std::fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

fn a_second_run_changes_nothing(home: &TestHome) {
    let before = (home.ledger(), stored_files(home));
    demo(home);
    assert!(before == (home.ledger(), stored_files(home)), "the second run changed something");
}

/// One byte of one file of each kind: the first of each file name.
fn a_flipped_byte_is_named(home: &TestHome) {
    let mut kinds: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in stored_files(home).into_keys() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let kind = if path.starts_with(home.path().join("blobs")) { "blob".to_owned() } else { name };
        if std::fs::metadata(&path).unwrap().len() > 0 {
            kinds.entry(kind).or_insert(path);
        }
    }
    assert!(kinds.len() >= 9, "{kinds:?}");
    for path in kinds.values() {
        let good = std::fs::read(path).unwrap();
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        overwrite(path, &bad);
        let report = home.run(&["--json", "verify"]).ends_with(1).json();
        let name = path.file_name().unwrap().to_str().unwrap();
        let named = report["problems"].as_array().unwrap().iter().any(|p| p["path"].as_str().unwrap().contains(name));
        assert!(named, "{} is not named: {report}", path.display());
        overwrite(path, &good);
    }
    home.run(&["verify"]).ends_with(0);
}

/// Replaces the bytes of a write-protected file.
fn overwrite(path: &Path, bytes: &[u8]) {
    let mode = std::fs::metadata(path).unwrap().permissions();
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
    std::fs::set_permissions(path, mode).unwrap();
}
