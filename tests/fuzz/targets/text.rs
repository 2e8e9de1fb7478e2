//! Codes, names, registers, inventories, events, what recognizers say: refused, or read as they are written.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sohoa_fuzz::texts::text(bytes));
