//! Damaged and hostile models and pages: errors or sensible results, never a panic. Inputs that the fuzzer found are
//! replayed here for good.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../tests/fuzz/src/recognizer/mod.rs"]
mod fuzz;

use std::path::Path;

use fuzz::checks;
use fuzz::tiny_model::TinyModel;
use proptest::prelude::*;

fn tiny() -> Vec<u8> {
    TinyModel { seed: 1, height: 6, channels: 2, pool: 3, cells: 16 }.bytes()
}

/// A model that is installed with the product.
fn installed(lang: &str) -> Vec<u8> {
    std::fs::read(format!("/usr/share/tesseract-ocr/5/tessdata/{lang}.traineddata")).unwrap()
}

#[test]
fn tiny_and_installed_models_are_read() {
    for bytes in [tiny(), installed("vie"), installed("eng")] {
        checks::run_model(checks::read_model(&bytes).expect("a valid model"));
    }
}

#[test]
fn a_model_cut_off_before_its_last_part_is_refused() {
    let bytes = tiny();
    // The last part is the version, which may have any length.
    for len in 0..bytes.len() - "tiny".len() {
        assert!(checks::read_model(&bytes[..len]).is_none(), "cut off at {len} of {}", bytes.len());
    }
    for lang in ["vie", "eng"] {
        let bytes = installed(lang);
        for i in 0..200 {
            assert!(checks::read_model(&bytes[..bytes.len() * i / 200]).is_none(), "{lang} cut off at {i} of 200");
        }
    }
}

#[test]
fn lengths_that_lie_are_refused_or_harmless() {
    let valid = tiny();
    for at in 0..valid.len() - 4 {
        for length in [u32::MAX, 1 << 31, i32::MAX as u32, 1 << 24, 1 << 14, 0] {
            let mut bytes = valid.clone();
            bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
            checks::read_model(&bytes);
        }
    }
}

#[test]
fn an_installed_model_with_flipped_bytes_is_refused_or_runs() {
    let valid = installed("vie");
    // The table and the first layers byte by byte, the rest here and there.
    for at in (0..512).chain((512..valid.len()).step_by(valid.len() / 60)) {
        let mut bytes = valid.clone();
        bytes[at] ^= 0x81;
        checks::model(&bytes);
    }
}

proptest! {
    #[test]
    fn a_tiny_model_with_some_bytes_changed_is_refused_or_runs(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let mut bytes = tiny();
        for (at, value) in edits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        checks::model(&bytes);
    }

    #[test]
    fn any_page_gives_sensible_lines(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        checks::lines(&bytes);
    }
}

#[test]
fn a_model_runs_with_any_number_of_cells() {
    for cells in [1, 8, 24, 40] {
        checks::model(&TinyModel { seed: 2, height: 6, channels: 2, pool: 3, cells }.bytes());
    }
}

#[test]
fn what_the_fuzzer_found_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/regressions");
    let mut replayed = 0;
    for (name, check) in [("model", checks::model as fn(&[u8])), ("lines", checks::lines), ("page", checks::page)] {
        for entry in std::fs::read_dir(folder.join(name)).into_iter().flatten() {
            let path = entry.unwrap().path();
            eprintln!("replaying {}", path.display());
            check(&std::fs::read(path).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed > 0, "nothing was replayed");
}
