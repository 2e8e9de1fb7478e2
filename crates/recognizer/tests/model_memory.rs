//! A model file takes memory in proportion to its size, whatever lengths it claims. Alone in its process: what is
//! measured is the peak of the whole process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "../../../tests/fuzz/src/recognizer/tiny_model.rs"]
mod tiny_model;

use sohoa_recognizer::LineModel;
use tiny_model::TinyModel;

/// Most that it may add to the process, bytes: what the allocator reserves at a time, and far below what the lengths ask
/// for.
const MOST: u64 = 64 << 20;

/// Largest address space that the process ever had, bytes: reserved memory counts before it is touched.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix("VmPeak:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn lengths_that_lie_take_no_memory() {
    let valid = TinyModel { seed: 1, height: 6, channels: 2, pool: 3, cells: 16 }.bytes();
    // The process has all that it needs for a valid one.
    LineModel::read(&valid).unwrap();
    let before = peak();
    for at in 0..valid.len() - 4 {
        for length in [i32::MAX, 1 << 24, 1 << 20, 1 << 14] {
            let mut bytes = valid.clone();
            bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
            let _ = LineModel::read(&bytes);
        }
    }
    let taken = peak() - before;
    assert!(taken <= MOST, "{taken} bytes");
    // The measure itself sees a buffer that is reserved and not touched.
    let reserved: Vec<u8> = Vec::with_capacity(4 * MOST as usize);
    std::hint::black_box(&reserved);
    assert!(peak() - before > 3 * MOST, "nothing was measured");
}
