//! Events: what was done to what, by whom, when. The vocabulary is PREMIS 3 event types where one exists.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DocumentId, DossierCode, Sha256Digest};

/// Kind of an event. The PREMIS `eventType` term is in [`EventKind::premis`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A source file's bytes are stored and its row committed.
    Accepted,
    /// A source file was refused, its bytes kept.
    Rejected,
    /// A source file is the same bytes for the same dossier as an earlier one.
    Duplicate,
    /// Text was recognized.
    Recognized,
    /// A PDF/A was made.
    Converted,
    /// A document was written into its package.
    Packaged,
    /// A document was attached to its dossier.
    Attached,
    /// A part of a source file was handed to a person.
    SentToReview,
    /// An attempt to process a source file failed and will be repeated.
    Retried,
    /// A register was imported.
    RegisterImported,
    /// An awaiting document found its dossier in a new register.
    RegisterResolved,
    /// Stored bytes were compared with their digests.
    FixityChecked,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Accepted,
        Self::Rejected,
        Self::Duplicate,
        Self::Recognized,
        Self::Converted,
        Self::Packaged,
        Self::Attached,
        Self::SentToReview,
        Self::Retried,
        Self::RegisterImported,
        Self::RegisterResolved,
        Self::FixityChecked,
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Duplicate => "duplicate",
            Self::Recognized => "recognized",
            Self::Converted => "converted",
            Self::Packaged => "packaged",
            Self::Attached => "attached",
            Self::SentToReview => "sent_to_review",
            Self::Retried => "retried",
            Self::RegisterImported => "register_imported",
            Self::RegisterResolved => "register_resolved",
            Self::FixityChecked => "fixity_checked",
        }
    }

    /// The term of the PREMIS 3 event type vocabulary (id.loc.gov/vocabulary/preservation/eventType).
    pub fn premis(self) -> &'static str {
        match self {
            Self::Accepted => "ingestion",
            Self::Rejected | Self::SentToReview | Self::Duplicate | Self::Retried => "validation",
            Self::Recognized => "metadata extraction",
            Self::Converted => "normalization",
            Self::Packaged => "information package creation",
            Self::Attached => "accession",
            Self::RegisterImported | Self::RegisterResolved => "metadata modification",
            Self::FixityChecked => "fixity check",
        }
    }
}

/// How what the event tells of ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As meant.
    Success,
    /// Done, but something falls short.
    Warning,
    /// Not done.
    Failure,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// How it ended.
    pub outcome: Outcome,
    /// Who: `sohoa/0.1.0` or a user's name.
    pub agent: String,
    /// Digest of the source file concerned.
    pub source: Option<Sha256Digest>,
    /// Dossier concerned.
    pub dossier: Option<DossierCode>,
    /// Document concerned.
    pub document: Option<DocumentId>,
    /// One clause without personal data.
    pub detail: String,
}
