//! Rules of the repository itself: what the documents name exists, what is there is listed.

use std::process::Command;

use crate::support::{root, samples};

/// Tracked files.
fn tracked() -> Vec<String> {
    let out = Command::new("git").current_dir(root()).args(["ls-files"]).output().unwrap();
    assert!(out.status.success(), "a checkout is needed");
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn every_path_that_the_architecture_page_names_exists() {
    let page = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let mut named = 0;
    for path in page.split('`').skip(1).step_by(2).filter(|p| p.contains('/') && !p.contains([' ', '<', '*', '{'])) {
        if ["crates/", "config/", "samples/", "tests/", "docs/"].iter().any(|top| path.starts_with(top)) {
            named += 1;
            assert!(root().join(path).exists(), "{path}");
        }
    }
    assert!(named >= 10, "{named}");
}

#[test]
fn every_sample_is_listed_with_source_and_purpose() {
    let readme = std::fs::read_to_string(samples().join("README.md")).unwrap();
    for entry in std::fs::read_dir(samples()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let stem = name.strip_suffix(".words.json").or(name.strip_suffix(".txt")).unwrap_or(&name).to_owned();
        assert!(name == "README.md" || readme.contains(&stem), "{name} is not in samples/README.md");
    }
}

#[test]
fn files_have_one_subject_and_say_which() {
    for path in tracked().into_iter().filter(|p| p.ends_with(".rs")) {
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        assert!(text.starts_with("//!"), "{path} does not say what it is about");
        assert!(text.lines().count() <= 700, "{path} is long: does it have one subject?");
    }
}

#[test]
fn the_samples_stay_small() {
    let bytes: u64 = std::fs::read_dir(samples()).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes < 25_000_000, "{bytes}");
}
