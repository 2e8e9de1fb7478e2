//! What confinement adds to the start of a program, ms: medians over many starts, plain and confined in turn.
//!
//! `cost` starts the smallest program there is; `cost FILE.pdf` lets poppler render the first page, small, and compares what
//! it prints.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::process::{Command, Stdio};
use std::time::Instant;

use sohoa_sandbox::Confinement;

const STARTS: usize = 200;

fn main() {
    println!("in force: {}", sohoa_sandbox::trial().unwrap());
    let file = std::env::args().nth(1);
    let program = sohoa_sandbox::find_program(if file.is_some() { "pdftoppm" } else { "true" }).unwrap();
    let mut confinement = Confinement::of_program(&program);
    let mut command = Command::new(&program);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    if let Some(file) = file {
        command.args(["-f", "1", "-l", "1", "-r", "20"]).arg(&file);
        confinement = confinement.reading(file);
    }
    let (mut plain, mut confined) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let begun = Instant::now();
        let out = command.spawn().unwrap().wait_with_output().unwrap();
        plain.push(begun.elapsed());
        let begun = Instant::now();
        let same = confinement.spawn(&mut command).unwrap().wait_with_output().unwrap();
        confined.push(begun.elapsed());
        assert!(out.status.success() && same == out, "what it prints differs");
    }
    let median = |times: &mut Vec<std::time::Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1e3
    };
    let (plain, confined) = (median(&mut plain), median(&mut confined));
    println!("plain {plain:.2} ms, confined {confined:.2} ms, added {:.2} ms", confined - plain);
}
