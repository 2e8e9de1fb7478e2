//! What people say that fields are. The values are personal data and stand in no row and no event, which can never be erased:
//! each lies among the received bytes as an object of its own, named by its digest, and the event names that.

use std::io::{self, Read as _};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sohoa_domain::{DocumentId, Field, FieldKey, Sha256Digest};

use crate::blobs::{BlobError, DiskBlobs};
use crate::records::Confirmation;

/// How every stored value begins, which tells it from what was received.
const MARK: &[u8] = br#"{"confirmed_value":1,"#;
/// Most bytes of one.
const MOST_BYTES: u64 = 64 * 1024;

/// What a person said that a field of a document is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    confirmed_value: u8,
    /// The document.
    pub document: DocumentId,
    /// The field.
    pub field: FieldKey,
    /// What it is; empty: there is no such field on the paper.
    pub value: String,
    /// Random, so that nobody finds out from the digest which date or number it was once the value is erased.
    salt: String,
}

impl FieldValue {
    /// A value with something random that has at least 128 bits.
    #[must_use]
    pub fn new(document: DocumentId, field: FieldKey, value: String, salt: String) -> Self {
        Self { confirmed_value: 1, document, field, value, salt }
    }

    /// Stores it durably and returns its digest.
    ///
    /// # Errors
    /// Those of the store.
    pub fn keep(&self, blobs: &DiskBlobs) -> Result<Sha256Digest, BlobError> {
        let bytes = serde_json::to_vec(self).map_err(|e| BlobError::Source(io::Error::other(e)))?;
        Ok(blobs.put_bytes(&bytes)?.digest)
    }

    /// Reads one; `None` when it is not there, or is none.
    pub fn read(blobs: &DiskBlobs, digest: &Sha256Digest) -> Option<Self> {
        let mut bytes = Vec::new();
        blobs.open_blob(digest).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Whether this is a stored value and nothing that was received.
    pub(crate) fn is_at(blobs: &DiskBlobs, digest: &Sha256Digest) -> bool {
        let mut begins = [0; MARK.len()];
        let read = blobs.open_blob(digest).ok().map(|mut file| file.read_exact(&mut begins));
        matches!(read, Some(Ok(()))) && begins == MARK && Self::read(blobs, digest).is_some()
    }
}

/// A field as it stands: as it was read, or as a person confirmed it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckedField {
    /// The field, with the value that counts.
    #[serde(flatten)]
    pub field: Field,
    /// What was read, when a person said something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// Who confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
}

/// The fields of a document with what people said of them. `value_of` reads a stored value; one that was erased leaves the field as
/// it was read.
pub fn checked_fields(
    fields: &[Field],
    confirmations: &[Confirmation],
    value_of: impl Fn(&Sha256Digest) -> Option<FieldValue>,
) -> Vec<CheckedField> {
    let checked = |(key, field): (FieldKey, &Field)| {
        let mut checked = CheckedField { field: field.clone(), read: None, confirmed_by: None, confirmed_at: None };
        let Some(said) = confirmations.iter().find(|c| c.field == key) else { return checked };
        let Some(value) = value_of(&said.value).filter(|v| v.document == said.document && v.field == key) else {
            return checked;
        };
        checked.confirmed_by = Some(said.person.clone());
        checked.confirmed_at = Some(said.at);
        checked.field.confident = true;
        if value.value != field.value {
            checked.read = Some(std::mem::replace(&mut checked.field.value, value.value));
        }
        checked
    };
    FieldKey::of(fields).into_iter().map(checked).collect()
}
