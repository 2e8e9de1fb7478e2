//! What confinement adds to the start of a program, ms: medians over many starts of the smallest one, in turn.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::process::Command;
use std::time::Instant;

use sohoa_sandbox::Confinement;

const STARTS: usize = 400;

fn main() {
    println!("in force: {}", sohoa_sandbox::trial().unwrap());
    let program = sohoa_sandbox::find_program("true").unwrap();
    let confinement = Confinement::of_program(&program).reading("/etc/hostname");
    let (mut plain, mut confined) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let begun = Instant::now();
        assert!(Command::new(&program).spawn().unwrap().wait().unwrap().success());
        plain.push(begun.elapsed());
        let begun = Instant::now();
        assert!(confinement.spawn(&mut Command::new(&program)).unwrap().wait().unwrap().success());
        confined.push(begun.elapsed());
    }
    let median = |times: &mut Vec<std::time::Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1e3
    };
    let (plain, confined) = (median(&mut plain), median(&mut confined));
    println!("plain {plain:.2} ms, confined {confined:.2} ms, added {:.2} ms", confined - plain);
}
