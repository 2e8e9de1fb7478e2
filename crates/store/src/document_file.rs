//! `document.json`: what a document is, in words that need no database. It lies in the package beside the document's files.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sohoa_domain::{ComponentId, DocumentId, DossierCode, PageRecord, Sha256Digest};

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
    /// Pages in order.
    pub pages: Vec<PageRecord>,
    /// What recognized them.
    pub engine: String,
    /// What made the files.
    pub software: String,
    /// Evidence for dossier and component.
    pub evidence: serde_json::Value,
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

/// Name of the file within the document's folder of the package.
pub const DOCUMENT_FILE: &str = "document.json";
