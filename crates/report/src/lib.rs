//! Coverage, verification, reports as files, and what proves coverage and that history was not rewritten.

mod certificate;
mod checkpoint;
mod coverage;
pub mod exchange;
mod figures;
pub mod merkle;
mod monthly;
mod publish;
pub mod render;
mod sample;
mod verify;

pub use certificate::{
    CertificateError, CheckReport, Figures, Finding, Given, Kept, Made, Making, Statement, TrustedRoots,
    check_certificate,
};
pub use checkpoint::{Checkpoint, CheckpointError, CheckpointFolders, CheckpointKey, FoundCheckpoint, PublicKey};
pub use coverage::{
    Coverage, CoverageReport, Definitions, Group, Missing, Ratio, Ratios, coverage, missing_line, reason, result_line,
};
pub use figures::{Share, day, number, time};
pub use monthly::{Department, Identity, MonthlyReport};
pub use publish::{Address, NoAddress, Receivers, Unpublished, unpublished};
pub use sample::{MOST_DRAWN, SampleFigures, SampleRequest, SampleSize, checklist_items, listed};
pub use verify::{Problem, ProblemKind, Stores, VerifyError, VerifyOptions, VerifyReport, verify};
