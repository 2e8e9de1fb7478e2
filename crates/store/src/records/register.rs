//! What imports of register and catalogue files did.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sohoa_domain::{DossierCode, Reading, Sha256Digest};

use super::ImportSummary;

/// A register or catalogue file that lies among the received bytes.
#[derive(Debug, Clone)]
pub struct KeptFile {
    /// Digest of its bytes.
    pub digest: Sha256Digest,
    /// What it was called.
    pub name: String,
    /// How its columns are understood.
    pub reading: Reading,
}

/// What an import of the register did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ImportReport {
    /// How many dossiers.
    #[serde(flatten)]
    pub summary: ImportSummary,
    /// In how many dossiers each column changed.
    pub columns: BTreeMap<&'static str, u64>,
    /// The first of the dossiers that are new or changed.
    pub shown: Vec<ChangedDossier>,
}

/// A dossier that is new or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedDossier {
    /// Dossier code.
    pub dossier: DossierCode,
    /// The register did not have it.
    pub new: bool,
    /// Columns that changed.
    pub columns: Vec<&'static str>,
}

/// What an import of a catalogue did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CatalogueSummary {
    /// Versions of procedures that were new.
    pub new: u64,
    /// Versions that changed.
    pub changed: u64,
    /// Versions that are as they were.
    pub unchanged: u64,
    /// Dossiers whose components are others now.
    pub dossiers: u64,
    /// Documents that were awaiting their component and are attached now.
    pub resolved: u64,
}

/// What one import changed in a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DossierChange {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub agent: String,
    /// Digest of the kept file.
    pub source: Sha256Digest,
    /// What that file was called when it first came; may be empty.
    pub file: String,
    /// What changed.
    pub fields: Vec<FieldChange>,
}

/// A field that changed. That of the applicant, who is personal data, has no values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Column of the register, `component TP1` or `component TP1 required`.
    pub field: String,
    /// What it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// What it is since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// One import of a register or catalogue file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportRow {
    /// When.
    pub at: Timestamp,
    /// `register` or `catalogue`.
    pub kind: &'static str,
    /// By whom.
    pub agent: String,
    /// Digest of the kept file.
    pub source: Option<Sha256Digest>,
    /// What the file was called; may be empty.
    pub file: String,
    /// What it did, in one clause.
    pub detail: String,
}

/// A file in the watched folder that could not be imported, as it looked then.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct RefusedRegister {
    /// Where it lies.
    pub path: String,
    /// Number of its bytes.
    pub bytes: u64,
    /// Modification time, ns since 1970.
    pub modified_ns: i64,
    /// Stable code why.
    pub code: String,
    /// How many of its places are bad.
    pub bad_lines: u64,
}
