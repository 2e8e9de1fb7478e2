//! Tests of the product: they run the binary as its users do, on generated papers. One file a subject.

mod accuracy;
mod demo;
mod ingest;
mod memory;
mod refusals;
mod repository;
mod support;
mod watcher;
