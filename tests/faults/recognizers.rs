//! Recognizers that crash, hang, eat memory and say garbage.

use serde_json::Value;

use super::{CODE, home, inbox, put, wait_for};
use crate::support::{jpeg, register_csv};

/// A page that is wider than high, with bars on it that look like lines of text.
fn wide_jpeg() -> Vec<u8> {
    let page = image::GrayImage::from_fn(1165, 500, |x, y| {
        let line = y % 40 < 18 && (80..1080).contains(&x) && (60..440).contains(&y);
        image::Luma([if line && (x * 7 + y * 3) % 11 < 6 { 30 } else { 245 }])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(&page).unwrap();
    bytes
}

/// The recognizer does this on one page. That file goes to a person who is told why, the others are attached.
fn misbehaves(engine: &str, told: &str) {
    let home = home(&format!("fake-on-wide:{engine}"));
    home.change_settings(|text| {
        text.replace("page_seconds = 120\n", "page_seconds = 3\n").replace("child_mib = 1536\n", "child_mib = 256\n")
    });
    home.register(&register_csv(&[(CODE, "")]));
    put(&inbox(&home), "1 wide.jpg", &wide_jpeg());
    (2..=4).for_each(|n| put(&inbox(&home), &format!("{n}.jpg"), &jpeg(n)));
    let serve = home.serve();
    let whole = |ledger: &Value| ledger["files"]["attached"] == 3 && ledger["files"]["review"] == 1;
    let ledger = wait_for(&home, whole);
    assert_eq!((&ledger["files"]["seen"], &ledger["pages"]["failed"]), (&4.into(), &1.into()), "{ledger}");
    serve.stop();
    let review = home.run(&["--json", "review", "list"]).ends_with(1).json();
    assert_eq!((&review[0]["code"], review.as_array().unwrap().len()), (&"page-failed".into(), 1), "{review}");
    assert!(review[0]["source"].as_str().unwrap().contains("wide"), "{review}");
    assert!(review[0]["reason"].as_str().unwrap().contains(told), "{review}");
    let documents = home.json(&["dossier", "show", CODE])["documents"].clone();
    let incomplete = documents.as_array().unwrap().iter().filter(|d| d["state"] == "incomplete").count();
    assert_eq!(incomplete, 1, "{documents}");
    home.run(&["verify"]).ends_with(0);
}

#[test]
fn a_recognizer_that_crashes_costs_its_page_only() {
    misbehaves("fake-crash", "[recognizer-crashed]");
}

#[test]
fn a_recognizer_that_hangs_costs_its_page_only() {
    misbehaves("fake-hang", "[page-timed-out]");
}

#[test]
fn a_recognizer_that_eats_memory_costs_its_page_only() {
    misbehaves("fake-eat-memory", "[recognizer-crashed]");
}

#[test]
fn a_recognizer_that_says_garbage_costs_its_page_only() {
    misbehaves("fake-garbage", "[recognizer-garbage]");
}
