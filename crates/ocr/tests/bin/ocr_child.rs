//! The recognizer's process alone, so that tests of this crate need no other binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    sohoa_ocr::child_main(&args)
}
