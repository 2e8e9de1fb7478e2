//! A page drawn by the fuzzer: lines with sensible measures come out, whatever the ink.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sohoa_fuzz::recognizer::checks::lines(bytes));
