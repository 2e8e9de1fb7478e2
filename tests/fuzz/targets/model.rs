//! A damaged or hostile model file: refused or usable, and never more memory than its size justifies.
#![no_main]

use std::alloc::System;

use cap::Cap;
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes that reading a model file of `len` bytes may take: its parts as they are and packed for the hardware (padded to
/// whole registers), and some that does not grow with the file.
fn allowed(len: usize) -> usize {
    32 * len + (2 << 20)
}

fuzz_target!(|bytes: &[u8]| {
    // What is over the limit aborts, which is a finding.
    let _ = MEMORY.set_limit(MEMORY.allocated() + allowed(bytes.len()));
    let model = sohoa_fuzz::recognizer::checks::read_model(bytes);
    let _ = MEMORY.set_limit(usize::MAX);
    if let Some(model) = model {
        sohoa_fuzz::recognizer::checks::run_model(model);
    }
});
