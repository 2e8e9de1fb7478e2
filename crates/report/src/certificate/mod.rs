//! Certificates of coverage: a signed statement of a period that others check without a home and without trust.
//!
//! `docs/AUDIT.md` is the description of the files; `docs/verify_certificate.py` is a second verifier that was written from it.

use std::io;
use std::path::{Path, PathBuf};

use sohoa_domain::DossierCode;
use sohoa_store::StoreError;

use crate::checkpoint::CheckpointError;
use crate::verify::VerifyError;

mod check;
mod kept;
mod leaf;
mod make;
mod proof;
mod stamp;
mod statement;

pub use check::{CheckReport, Finding, Given, check_certificate};
pub use kept::Kept;
pub use leaf::Figures;
pub use make::{Made, Making};
pub use stamp::TrustedRoots;
pub use statement::Statement;

/// Why a certificate could not be made, used or looked at.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The records cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] CheckpointError),
    /// A file cannot be used.
    #[error("{}: {error}", path.display())]
    Io {
        /// Certificate, proof, snapshot or what is kept of one.
        path: PathBuf,
        /// What the file system said.
        error: io::Error,
    },
    /// A file that does not even begin like a certificate.
    #[error("{}: no certificate of coverage", .0.display())]
    NoCertificate(PathBuf),
    /// A file without a certificate of an authority for time stamps.
    #[error("{}: no certificate in PEM form", .0.display())]
    NoRoot(PathBuf),
    /// A certificate of which the home keeps nothing.
    #[error("this home keeps nothing of this certificate: it was made elsewhere, or the folder `certificates` lost it")]
    NotKept,
    /// What is kept gives another root or digest than the certificate states.
    #[error("{}: not what the certificate was made from", .0.display())]
    Damaged(PathBuf),
    /// A dossier that the certificate does not speak of.
    #[error("dossier {0} is not in this certificate")]
    NotIn(DossierCode),
    /// The authority for time stamps gave none.
    #[error("no time stamp: {0}")]
    Stamp(String),
    /// A package cannot be looked at.
    #[error(transparent)]
    Package(#[from] VerifyError),
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> CertificateError + use<> {
    let path = path.to_owned();
    move |error| CertificateError::Io { path: path.clone(), error }
}
