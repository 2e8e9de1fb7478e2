//! The application as a browser or program meets it, without a socket: one file a subject.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod accounts;
mod api;
mod api_batches;
mod api_writes;
mod audit;
mod batches;
mod catalogue;
mod counter;
mod headers;
mod live;
mod pages;
mod review;
mod search;
mod services;
mod sign_in;
mod support;
mod systems;
mod viewer;
mod webhooks;
