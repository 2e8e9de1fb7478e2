//! A page drawn by the fuzzer, read by a tiny model with weights of its choice: words with sensible boxes come out.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sohoa_fuzz::recognizer::checks::page(bytes));
