//! The register page by page, as screens ask for it.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use sohoa_domain::{DossierCode, DossierStatus};

use super::FileRow;

/// Which dossiers are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DossierPage {
    /// Of this agency; empty: of all.
    pub agency: String,
    /// Codes that begin so.
    pub begins: Option<String>,
    /// Those behind this one.
    pub after: Option<DossierCode>,
    /// At most so many.
    pub most: u32,
}

/// A file as a counter sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSeen {
    /// The file.
    pub file: FileRow,
    /// A worker has it just now.
    pub in_work: bool,
}

/// What a verification looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixityOf<'a> {
    /// Everything that is stored.
    Everything,
    /// Any one dossier.
    AnyDossier,
    /// This dossier alone, or as a part of everything when something was wrong with it.
    Dossier(&'a DossierCode),
}

/// A dossier in a list: no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierLine {
    /// Code.
    pub code: DossierCode,
    /// Agency that answers, may be empty.
    pub agency: String,
    /// Receiving counter, may be empty.
    pub counter: String,
    /// When it was received, local time.
    pub received: Option<DateTime>,
    /// When the answer is due.
    pub due: Option<DateTime>,
    /// The portal's state.
    pub status: Option<DossierStatus>,
}
