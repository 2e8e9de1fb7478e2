//! Coverage and verification.

mod coverage;
mod verify;

pub use coverage::{Coverage, Missing, coverage};
pub use verify::{Problem, ProblemKind, VerifyError, VerifyOptions, VerifyReport, verify};
