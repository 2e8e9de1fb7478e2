//! Inputs that the fuzzer found are replayed here for good. Those of the recognizer are replayed in its own tests.

#[path = "fuzz/src/documents.rs"]
mod documents;
#[path = "fuzz/src/texts.rs"]
mod texts;

use crate::support::root;

#[test]
fn what_the_fuzzer_found_stays_mended() {
    let mut replayed = 0;
    for (name, check) in [("image", documents::image as fn(&[u8])), ("pdf", documents::pdf), ("text", texts::text)] {
        for entry in std::fs::read_dir(root().join("tests/fuzz/regressions").join(name)).into_iter().flatten() {
            let path = entry.unwrap().path();
            eprintln!("replaying {}", path.display());
            check(&std::fs::read(path).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed > 0, "nothing was replayed");
}
