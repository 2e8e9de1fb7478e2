//! What every implementation of `Records` has to do. Each function gets an empty store.

pub mod batches;
pub mod completion;
pub mod decisions;
pub mod files;
pub mod queue;
pub mod random;
pub mod register;
pub mod search;
pub mod support;
