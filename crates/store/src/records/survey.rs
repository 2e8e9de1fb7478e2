//! One state of the records as a certificate has to see it: all events and all dossiers of a period, one after the other.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};
use sohoa_domain::{ComponentId, DocumentId, DossierCode, DossierEntry, Sha256Digest};

use super::RenditionKind;

/// A document that stands on a dossier, its own or one of another dossier that is reused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingDocument {
    /// Id.
    pub id: DocumentId,
    /// The component that it is here, `None` = unassigned.
    pub component: Option<ComponentId>,
    /// The dossier in whose package it lies.
    pub dossier: DossierCode,
    /// Digest of the received file that it comes from.
    pub source: Sha256Digest,
    /// Digests of its files in that package. The received file is among them only when the document is all of it.
    pub files: BTreeMap<RenditionKind, Sha256Digest>,
}

/// Who looks at the records; a failure ends the look.
pub trait Witness: Send {
    /// The text of the next event.
    ///
    /// # Errors
    /// What it writes to failed.
    fn event(&mut self, text: &str) -> io::Result<()>;

    /// How many dossiers of the register have no day of reception and are in no period therefore.
    fn undated(&mut self, dossiers: u64);

    /// The next dossier of the period, with the documents in state attached in order of id.
    ///
    /// # Errors
    /// What it writes to failed.
    fn dossier(&mut self, entry: DossierEntry, documents: Vec<StandingDocument>) -> io::Result<()>;
}
