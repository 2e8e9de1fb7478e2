//! Exit codes; the table stands in docs/CLI.md.

use std::process::ExitCode;

use sohoa_domain::InputError;
use sohoa_ocr::OcrError;
use sohoa_pipeline::{ConvertError, IntakeError, WorkError};
use sohoa_report::CheckpointError;
use sohoa_report::exchange::ExchangeError;
use sohoa_report::render::RenderError;
use sohoa_store::{AccountError, BlobError, EventLogError, PackageError, StoreError};
use sohoa_web::{PasswordError, ServerError};

use crate::commands::certificate;

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

impl From<anyhow::Error> for NotReady {
    /// The error with all its causes on one line.
    fn from(error: anyhow::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

impl Exit {
    /// The exit code for an error, by the first cause that is known.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        for cause in error.chain() {
            let account = cause.downcast_ref();
            if cause.is::<InputError>()
                || cause.is::<PasswordError>()
                || matches!(account, Some(AccountError::Exists | AccountError::LastAdmin))
            {
                return Self::Refused;
            }
            // These pass the text of their cause on as their own, so the cause is not in the chain.
            let store = match (cause.downcast_ref(), cause.downcast_ref(), cause.downcast_ref()) {
                (Some(ConvertError::Refused(_)), _, _) => return Self::Refused,
                (Some(ConvertError::Output(_)), _, _) => return Self::NotReady,
                (_, Some(IntakeError::Blobs(_)), _) => return Self::NotReady,
                (_, Some(IntakeError::Records(error)), _) => Some(error),
                (_, _, Some(WorkError::Store(error))) => Some(error),
                _ if let Some(ExchangeError::Store(error)) = cause.downcast_ref() => Some(error),
                _ if let Some(AccountError::Store(error)) = account => Some(error),
                _ => cause.downcast_ref::<StoreError>(),
            };
            if let Some(error) = store {
                return Self::of_store(error);
            }
            if let Some(error) = cause.downcast_ref() {
                return certificate::exit_of(error);
            }
            let environment = cause.is::<NotReady>()
                || cause.is::<toml::de::Error>()
                || cause.is::<BlobError>()
                || cause.is::<PackageError>()
                || cause.is::<EventLogError>()
                || cause.is::<CheckpointError>()
                || cause.is::<ExchangeError>()
                || cause.is::<RenderError>()
                || cause.is::<ServerError>()
                || cause.is::<std::io::Error>()
                || matches!(cause.downcast_ref(), Some(OcrError::LanguageMissing(_)));
            if environment {
                return Self::NotReady;
            }
        }
        Self::Defect
    }

    /// The exit code for a failure of the records.
    pub(crate) fn of_store(error: &StoreError) -> Self {
        match error {
            StoreError::Busy(_) | StoreError::Unavailable(_) => Self::NotReady,
            StoreError::Unknown(_) | StoreError::State(_) | StoreError::NeverPaused(_) => Self::Refused,
            _ => Self::Defect,
        }
    }
}
