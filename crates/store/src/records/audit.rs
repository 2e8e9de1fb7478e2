//! What the records tell of audit samples.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::{DocumentId, Sha256Digest, StratumBy, Verdict};

use super::BatchId;

/// A sample and how far its comparison has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SampleRow {
    /// Number.
    pub number: i64,
    /// Name.
    pub name: String,
    /// What it was drawn with.
    pub seed: String,
    /// First day of reception.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The batch whose documents it was drawn from, when not those of a period.
    pub batch: Option<BatchId>,
    /// What the strata are.
    pub by: StratumBy,
    /// Documents that it was drawn from.
    pub documents: u64,
    /// Digest of their list.
    pub population: Sha256Digest,
    /// Digest of the list of those drawn.
    pub list: Sha256Digest,
    /// When it was drawn.
    pub drawn_at: Timestamp,
    /// Who drew it.
    pub agent: String,
    /// How many were drawn.
    pub drawn: u64,
    /// How many of them were compared.
    pub compared: u64,
    /// How many of these are as their paper.
    pub right: u64,
}

/// A document of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SampleItem {
    /// Document.
    pub document: DocumentId,
    /// Its stratum.
    pub stratum: String,
    /// What the last comparison found, `None` before the first.
    pub result: Option<Comparison>,
}

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Verdict.
    pub verdict: Verdict,
    /// What else there is to say, may be empty.
    pub note: String,
    /// When.
    pub at: Timestamp,
    /// Who compared.
    pub agent: String,
}
