//! What is searched for, and what is found.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use sohoa_domain::{ComponentId, DocumentId, DossierCode, DossierStatus};

use crate::search_words::SnippetPart;

/// What a document is in its dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// A component that the applicant handed in.
    Component,
    /// A result of the procedure.
    Result,
    /// Nobody knows yet.
    Unassigned,
}

/// What is searched for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// What a person typed: a code, a name, number and symbol of a paper, words.
    pub words: String,
    /// Only what belongs to dossiers of this agency; empty: of all.
    pub agency: String,
    /// Codes, names of files, numbers and symbols only: neither names of people nor texts.
    pub impersonal: bool,
    /// Only documents of this kind.
    pub kind: Option<PaperKind>,
    /// Only dossiers received from this day on.
    pub from: Option<Date>,
    /// Only dossiers received until this day.
    pub to: Option<Date>,
    /// Only dossiers that the register knows, or does not know.
    pub registered: Option<bool>,
    /// Documents before those that are told.
    pub skip: u32,
    /// At most so many documents and so many dossiers are told.
    pub most: u32,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Found {
    /// Dossiers whose code begins so or whose applicant is called so; only with the first documents.
    pub dossiers: Vec<DossierHit>,
    /// There are more such dossiers.
    pub more_dossiers: bool,
    /// Documents, best first: by name or number, then those that have the words with just these accents, then with others; the whole
    /// phrase before single words, the latest first.
    pub documents: Vec<SearchHit>,
    /// How many documents were found.
    pub counted: u32,
    /// There may be more: no more are counted, or the search took too long to go on.
    pub more: bool,
}

/// A dossier that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DossierHit {
    /// Code.
    pub code: DossierCode,
    /// Agency that answers, may be empty.
    pub agency: String,
    /// The applicant. Personal data.
    pub applicant: String,
    /// When it was received, local time.
    pub received: Option<DateTime>,
    /// The portal's state.
    pub status: Option<DossierStatus>,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchHit {
    /// Document.
    pub document: DocumentId,
    /// Dossier.
    pub dossier: DossierCode,
    /// Component, `None` = unassigned.
    pub component: Option<ComponentId>,
    /// What the register calls the component, may be empty.
    pub component_name: String,
    /// Agency that answers for the dossier; empty when the register does not know it.
    pub agency: String,
    /// When the dossier was received, local time.
    pub received: Option<DateTime>,
    /// File name of the source.
    pub source_name: String,
    /// Page of the document on which the hit stands, from 1.
    pub page: u32,
    /// Text around the hit; empty for what was found by its name or number.
    pub snippet: Vec<SnippetPart>,
    /// What was searched for stands there with exactly these accents, or is its name or number.
    pub exact: bool,
}
