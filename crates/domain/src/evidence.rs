//! Evidence for the dossier that a paper belongs to, as it is kept with documents and shown to a person.

use serde::{Deserialize, Serialize};

use crate::DossierCode;

/// Where a dossier code was seen, or what else points to a dossier. In order of strength, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    /// A person named it.
    Person,
    /// The sheet in front of the paper says so in its QR code, and its check value is right.
    Sheet,
    /// The dossier was open at the counter whose folder received the file.
    Session,
    /// A folder on the way to the file has the code as its name (or starts with it).
    FolderName,
    /// The file name starts with it.
    FileName,
    /// A barcode on the paper says the code and nothing else.
    Sticker,
    /// The QR code of a paper that a system issued.
    SystemCode,
    /// The code is printed on the paper and was read without doubt.
    Text,
    /// The code was read with doubt, or stands in a sheet that is damaged.
    DoubtfulText,
    /// The applicant in the register has the name that stands on the paper.
    Applicant,
}

impl EvidenceSource {
    /// All sources, the strongest first.
    pub const ALL: [Self; 10] = [
        Self::Person,
        Self::Sheet,
        Self::Session,
        Self::FolderName,
        Self::FileName,
        Self::Sticker,
        Self::SystemCode,
        Self::Text,
        Self::DoubtfulText,
        Self::Applicant,
    ];

    /// As stored and as written in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Sheet => "sheet",
            Self::Session => "session",
            Self::FolderName => "folder_name",
            Self::FileName => "file_name",
            Self::Sticker => "sticker",
            Self::SystemCode => "system_code",
            Self::Text => "text",
            Self::DoubtfulText => "doubtful_text",
            Self::Applicant => "applicant",
        }
    }
}

/// One sighting of a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierEvidence {
    /// Where.
    pub source: EvidenceSource,
    /// Which dossier.
    pub code: DossierCode,
    /// Physical page that shows it, from 1; `None` for what is not on a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
}

impl DossierEvidence {
    /// Evidence that is not on a page.
    pub fn new(source: EvidenceSource, code: DossierCode) -> Self {
        Self { source, code, page: None }
    }
}

/// A dossier that a person may mean, the likeliest first in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The dossier.
    pub dossier: DossierCode,
    /// The register knows it.
    pub in_register: bool,
    /// What points to it, the strongest first.
    pub because: Vec<EvidenceSource>,
}
