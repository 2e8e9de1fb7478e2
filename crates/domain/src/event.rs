//! Events: what was done to what, by whom, when. The vocabulary is PREMIS 3 event types where one exists.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AttachmentState, AuditSample, ComponentId, DocumentId, DossierCode, FieldKey, FileState, PageState, Part,
    PartLayout, Reading, Sha256Digest, Verdict,
};

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
    /// A catalogue of procedures was imported.
    CatalogueImported,
    /// An awaiting document found its dossier in a new register.
    RegisterResolved,
    /// Stored bytes were compared with their digests.
    FixityChecked,
    /// A person decided what becomes of a file: by hand on a dossier, rejected, tried again, undone.
    Decided,
    /// A decision was taken back.
    Undone,
    /// A clerk opened a dossier at a counter.
    SessionOpened,
    /// A clerk closed the dossier at a counter.
    SessionClosed,
    /// A document of another dossier stands for a component, or does so no more.
    Reused,
    /// Documents of a dossier were handed over to another system.
    HandedOver,
    /// A certificate of coverage was made; the event's source is the digest of its file.
    Certified,
    /// A sample of documents was drawn to be compared with paper.
    Sampled,
    /// A document of a sample was compared with its paper.
    Compared,
    /// A user signed in.
    SignedIn,
    /// A user signed out.
    SignedOut,
    /// Somebody tried to sign in and was not let in.
    SignInFailed,
    /// A user, password, link or token was made, changed or switched off.
    UserChanged,
    /// Personal data that are masked for the user were shown, for the reason given.
    Unmasked,
    /// A person looked at a doubtful field and said what stands on the paper, or took that back.
    FieldConfirmed,
    /// A clerk handed the papers of a dossier over; the detail says why although something is missing.
    HandedOn,
    /// A batch was paused: its files wait until it is resumed.
    BatchPaused,
    /// A batch goes on.
    BatchResumed,
    /// A user took a file of a document out of the system; the detail says which.
    Downloaded,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 32] = [
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
        Self::CatalogueImported,
        Self::RegisterResolved,
        Self::FixityChecked,
        Self::Decided,
        Self::Undone,
        Self::SessionOpened,
        Self::SessionClosed,
        Self::Reused,
        Self::HandedOver,
        Self::Certified,
        Self::Sampled,
        Self::Compared,
        Self::SignedIn,
        Self::SignedOut,
        Self::SignInFailed,
        Self::UserChanged,
        Self::Unmasked,
        Self::FieldConfirmed,
        Self::HandedOn,
        Self::BatchPaused,
        Self::BatchResumed,
        Self::Downloaded,
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
            Self::CatalogueImported => "catalogue_imported",
            Self::RegisterResolved => "register_resolved",
            Self::FixityChecked => "fixity_checked",
            Self::Decided => "decided",
            Self::Undone => "undone",
            Self::SessionOpened => "session_opened",
            Self::SessionClosed => "session_closed",
            Self::Reused => "reused",
            Self::HandedOver => "handed_over",
            Self::Certified => "certified",
            Self::Sampled => "sampled",
            Self::Compared => "compared",
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::SignInFailed => "sign_in_failed",
            Self::UserChanged => "user_changed",
            Self::Unmasked => "unmasked",
            Self::FieldConfirmed => "field_confirmed",
            Self::HandedOn => "handed_on",
            Self::BatchPaused => "batch_paused",
            Self::BatchResumed => "batch_resumed",
            Self::Downloaded => "downloaded",
        }
    }

    /// The term of the PREMIS 3 event type vocabulary (id.loc.gov/vocabulary/preservation/eventType). It has none for users and
    /// what they may see: `access control` is ours.
    pub fn premis(self) -> &'static str {
        match self {
            Self::Accepted => "ingestion",
            Self::Rejected | Self::SentToReview | Self::Duplicate | Self::Retried => "validation",
            Self::Recognized => "metadata extraction",
            Self::Converted => "normalization",
            Self::Packaged => "information package creation",
            Self::Attached => "accession",
            Self::RegisterImported
            | Self::CatalogueImported
            | Self::RegisterResolved
            | Self::Decided
            | Self::Undone
            | Self::SessionOpened
            | Self::SessionClosed
            | Self::Reused
            | Self::FieldConfirmed
            | Self::BatchPaused
            | Self::BatchResumed => "metadata modification",
            Self::FixityChecked => "fixity check",
            Self::HandedOver | Self::Downloaded => "dissemination",
            Self::Certified => "digital signature generation",
            Self::Sampled | Self::Compared => "quality review",
            Self::SignedIn | Self::SignedOut | Self::SignInFailed | Self::UserChanged | Self::Unmasked => {
                "access control"
            }
            Self::HandedOn => "transfer",
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
    /// Digest of the source file, or of the certificate, concerned.
    pub source: Option<Sha256Digest>,
    /// Dossier concerned.
    pub dossier: Option<DossierCode>,
    /// Document concerned.
    pub document: Option<DocumentId>,
    /// One clause without personal data.
    pub detail: String,
    /// Number of the file concerned, from 1 in order of arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<i64>,
    /// What it changed, so that the records can be made anew from the events, the packages and the received bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// What an event changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A file was seen for the first time.
    Seen(Arrival),
    /// A file moved to another state.
    Moved(Move),
    /// A document's attachment changed.
    Attachment {
        /// Its state now.
        state: AttachmentState,
        /// The component it is now.
        component: Option<ComponentId>,
    },
    /// A register or catalogue file was imported.
    Imported {
        /// What the file was called.
        name: String,
        /// How it was read.
        reading: Reading,
    },
    /// The dossier of the event is open at this counter now, or none is.
    Session(Desk),
    /// A document of another dossier stands for this component of the event's dossier; `None`: none does any more.
    Reused {
        /// The component.
        component: ComponentId,
        /// The document.
        document: Option<DocumentId>,
    },
    /// The event's dossier was handed over to another system.
    HandedOver {
        /// In which form, e.g. `portal-json`.
        form: String,
        /// How many documents hung on it then.
        documents: u64,
    },
    /// A sample was drawn.
    Sampled(AuditSample),
    /// The document of the event was compared with its paper.
    Compared {
        /// Number of the sample.
        sample: i64,
        /// What was found.
        verdict: Verdict,
        /// What else there is to say.
        note: String,
    },
    /// What a person says that a field of the event's document is.
    Confirmed {
        /// The field.
        field: FieldKey,
        /// Physical page on which it stands.
        page: u32,
        /// Digest of the stored value, see `FieldValue` of the stores: personal data stay out of the chain. `None` takes it back.
        value: Option<Sha256Digest>,
    },
    /// The jobs of a batch are not reserved any more, or are again.
    Paused {
        /// Number of the batch.
        batch: i64,
        /// They are not.
        paused: bool,
    },
}

/// A counter (quầy) of an agency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Desk {
    /// Agency, as the scan folder and the register call it.
    pub agency: String,
    /// Counter.
    pub counter: String,
}

/// Where a file came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Absolute path where it was found.
    pub origin: String,
    /// Path below the scan folder or the named root.
    pub relative: String,
    /// Inode and modification time (ns), `None` for what could not be stored.
    pub inode: Option<u64>,
    /// Modification time, ns since 1970.
    pub modified_ns: Option<i64>,
    /// Number of its bytes.
    pub bytes: u64,
    /// The batch it came with: number, kind, label.
    pub batch: (i64, String, String),
    /// The agency from whose folder the batch came, empty when it was no agency's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub agency: String,
    /// Why it was refused at once: code and clause.
    pub refused: Option<(String, String)>,
    /// The dossier that was open at the counter of its scan folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<DossierCode>,
}

/// The state that a file came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// State.
    pub state: FileState,
    /// Stable code why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// One clause for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The earlier file that it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<i64>,
    /// Component that a person named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<ComponentId>,
    /// Its pages outside every document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loose_pages: Vec<(u32, PageState)>,
    /// Its documents, and the parts of it that wait for a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What a person said about where its documents begin.
    #[serde(default, skip_serializing_if = "PartLayout::is_empty")]
    pub layout: PartLayout,
}

impl Move {
    /// To this state, with nothing more to say.
    pub fn to(state: FileState) -> Self {
        Self {
            state,
            code: None,
            reason: None,
            duplicate_of: None,
            component: None,
            loose_pages: Vec::new(),
            parts: Vec::new(),
            layout: PartLayout::default(),
        }
    }
}
