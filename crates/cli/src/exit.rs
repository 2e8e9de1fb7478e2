//! Exit codes; the table stands in docs/CLI.md.

use std::process::ExitCode;

use sohoa_domain::InputError;
use sohoa_ocr::OcrError;
use sohoa_pipeline::{IntakeError, WorkError};
use sohoa_store::{BlobError, PackageError, StoreError};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, nothing to report.
    Done = 0,
    /// Done, and something falls short.
    FallsShort = 1,
    /// The input was refused.
    Refused = 3,
    /// The environment is not ready.
    NotReady = 4,
    /// A defect of sohoa itself.
    Defect = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Settings or home that cannot be used, or a program that is not installed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotReady(pub(crate) String);

impl Exit {
    /// The exit code for an error, by the first cause that is known.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        for cause in error.chain() {
            if cause.is::<InputError>() {
                return Self::Refused;
            }
            if cause.is::<NotReady>() || cause.is::<toml::de::Error>() {
                return Self::NotReady;
            }
            if let Some(error) = cause.downcast_ref::<StoreError>() {
                return match error {
                    StoreError::Busy(_) | StoreError::Unavailable(_) => Self::NotReady,
                    _ => Self::Defect,
                };
            }
            if matches!(cause.downcast_ref(), Some(OcrError::LanguageMissing(_))) {
                return Self::NotReady;
            }
            if cause.is::<BlobError>() || cause.is::<PackageError>() || cause.is::<std::io::Error>() {
                return Self::NotReady;
            }
            if cause.is::<IntakeError>() || cause.is::<WorkError>() {
                continue;
            }
        }
        Self::Defect
    }
}
