//! A raster file of any kind: refused or loaded, and never more memory than the limits and its size justify.
#![no_main]

use std::alloc::System;

use cap::Cap;
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes that a file of `len` bytes may take: its pixels in the few forms that are alive at a time, its own bytes a few
/// times over, and some that does not grow with either: the crate `tiff` reserves up to 256 MiB for the values of a tag,
/// and touches what it reads of them.
fn allowed(len: usize) -> usize {
    64 * sohoa_fuzz::documents::limits().page_pixels as usize + 32 * len + (288 << 20)
}

fuzz_target!(|bytes: &[u8]| {
    // What is over the limit aborts, which is a finding.
    let _ = MEMORY.set_limit(MEMORY.allocated() + allowed(bytes.len()));
    sohoa_fuzz::documents::image(bytes);
    let _ = MEMORY.set_limit(usize::MAX);
});
