//! A PDF: refused, or its pages surveyed and copied, with bounded memory. Programs of others are not run.
#![no_main]

use std::alloc::System;

use cap::Cap;
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes that a file of `len` bytes may take: every stream of it inflated up to the limit and parsed, and 128 MiB of
/// copies of objects that several references lead to.
fn allowed(len: usize) -> usize {
    256 * sohoa_fuzz::documents::limits().stream_bytes as usize + 1024 * len + (192 << 20)
}

fuzz_target!(
    init: {
        // SAFETY: nothing else runs yet.
        unsafe { std::env::set_var("PATH", "/nonexistent") };
    },
    |bytes: &[u8]| {
        let _ = MEMORY.set_limit(MEMORY.allocated() + allowed(bytes.len()));
        sohoa_fuzz::documents::pdf(bytes);
        let _ = MEMORY.set_limit(usize::MAX);
    }
);
