//! Coverage, verification, and what proves that history was not rewritten.

mod checkpoint;
mod coverage;
pub mod merkle;
mod monthly;
mod publish;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError, CheckpointFolders, CheckpointKey, FoundCheckpoint, PublicKey};
pub use coverage::{By, Coverage, Group, Missing, coverage, coverage_by};
pub use monthly::{Department, MonthlyReport, Share};
pub use publish::{Address, NoAddress, Receivers, Unpublished, unpublished};
pub use verify::{Problem, ProblemKind, Stores, VerifyError, VerifyOptions, VerifyReport, verify};
