//! Fields that a person has to look at, and what people said of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sohoa_domain::{DocumentId, DossierCode, FieldKey, Sha256Digest};

/// A doubtful field of a document that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoubtfulField {
    /// The document.
    pub document: DocumentId,
    /// Its dossier.
    pub dossier: DossierCode,
    /// The field.
    pub field: FieldKey,
    /// Place among the document's fields.
    pub position: u32,
    /// Physical page on which it stands.
    pub page: u32,
}

/// Which doubtful fields are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoubtfulPage {
    /// Of dossiers of this agency; empty: of all.
    pub agency: String,
    /// Those behind this place.
    pub after: Option<(DocumentId, u32)>,
    /// At most so many.
    pub most: u32,
}

/// What a person said that a field is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The document.
    pub document: DocumentId,
    /// The field.
    pub field: FieldKey,
    /// Digest of the stored value.
    pub value: Sha256Digest,
    /// Who.
    pub person: String,
    /// When.
    pub at: Timestamp,
}

/// A person's word about a field, for the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldWord {
    /// The document.
    pub document: DocumentId,
    /// The field.
    pub field: FieldKey,
    /// Physical page on which it stands.
    pub page: u32,
    /// Digest of the stored value that was confirmed when the person looked.
    pub seen: Option<Sha256Digest>,
    /// Digest of the stored value; `None` takes back what was confirmed.
    pub value: Option<Sha256Digest>,
    /// It is not what was read.
    pub corrected: bool,
}
