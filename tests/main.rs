//! Tests of the product: they run the binary as its users do, on generated papers. One file a subject.

// A test that cannot go on has failed, and what it measured is printed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod accuracy;
mod api;
mod audit;
mod certificate;
mod confinement;
mod crash;
mod demo;
mod export;
mod faults;
mod fields;
mod folders;
mod history;
mod ingest;
mod memory;
mod nasty;
mod outputs;
mod page_edits;
mod refusals;
mod register;
mod report;
mod repository;
mod reuse;
mod sheets;
mod stacks;
mod support;
mod untrusted;
mod users;
mod watcher;
