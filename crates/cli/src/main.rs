//! `sohoa`
fn main() {}
