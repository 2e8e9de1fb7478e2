//! A document's files in its package: their names, and `document.json`, which says what the document is in words that need
//! no database.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sohoa_domain::{
    ComponentId, DocumentId, DossierCode, Field, PageRecord, PageSubstitute, ProfileWarning, Sha256Digest,
};

use crate::records::RenditionKind;

/// The content of `document.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentFile {
    /// Id.
    pub id: DocumentId,
    /// Dossier it hangs on.
    pub dossier: DossierCode,
    /// Component that it was taken for, `None` = unassigned.
    pub component: Option<ComponentId>,
    /// Result code of the digitization (mã kết quả số hóa).
    pub result_code: String,
    /// Ordinal within the dossier.
    pub ordinal: u32,
    /// What was received.
    pub source: DocumentSource,
    /// Which part of the received file it is: its first page there, from 0.
    #[serde(default)]
    pub part: u32,
    /// Pages in order, numbered as in the received file.
    pub pages: Vec<PageRecord>,
    /// Those of them that come from another received file, since a person said so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<u32, PageSubstitute>,
    /// What recognized them.
    pub engine: String,
    /// What made the files.
    pub software: String,
    /// Evidence for dossier and component.
    pub evidence: serde_json::Value,
    /// What the paper says of itself. Personal data.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// The profile of rules that the copy was checked by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// What of it falls short.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ProfileWarning>,
    /// Numbers of pages that are missing by the page numbers printed on the others, rising.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_numbers: Vec<u32>,
}

/// The received file that a document comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentSource {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub digest: Sha256Digest,
    /// Number of its bytes.
    pub bytes: u64,
    /// When it was accepted.
    pub accepted: Timestamp,
}

/// Name of [`RenditionKind::Metadata`] in the document's folder of the package.
pub const DOCUMENT_FILE: &str = "document.json";
/// Name of [`RenditionKind::Pdf`].
pub const PDF_FILE: &str = "document.pdf";
/// Name of [`RenditionKind::Alto`].
pub const ALTO_FILE: &str = "document.alto.xml";
/// Name of [`RenditionKind::Text`].
pub const TEXT_FILE: &str = "document.txt";

impl RenditionKind {
    /// What the file of this name in a document's folder is. The received bytes have whatever name is no other's.
    pub fn of_file(name: &str) -> Self {
        match name {
            DOCUMENT_FILE => Self::Metadata,
            PDF_FILE => Self::Pdf,
            ALTO_FILE => Self::Alto,
            TEXT_FILE => Self::Text,
            _ => Self::Original,
        }
    }
}
