//! Audit samples: documents that were drawn to be compared with paper, and what the comparison found.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{DocumentId, Sha256Digest};

/// What documents are put into strata by, before a sample is drawn from each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StratumBy {
    /// All are one stratum.
    None,
    /// Agency of the dossier.
    Agency,
    /// Receiving counter, with its agency.
    Counter,
    /// Procedure.
    Procedure,
    /// How the dossier was filed.
    Channel,
    /// Month of reception.
    Month,
}

impl StratumBy {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::None, Self::Agency, Self::Counter, Self::Procedure, Self::Channel, Self::Month];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Agency => "agency",
            Self::Counter => "counter",
            Self::Procedure => "procedure",
            Self::Channel => "channel",
            Self::Month => "month",
        }
    }

    /// The stored form back.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == s)
    }
}

/// The documents of a stratum and those of them that were drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// What they have in common; empty when the register does not say.
    pub name: String,
    /// How many there are.
    pub documents: u64,
    /// Those drawn, in the order of the list.
    pub drawn: Vec<DocumentId>,
}

/// A sample as it was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSample {
    /// Its number, from 1.
    pub number: i64,
    /// Its name, no other's.
    pub name: String,
    /// What it was drawn with.
    pub seed: String,
    /// First day of reception of the documents' dossiers; of a batch, the day on which it was opened.
    pub from: Date,
    /// Last day; of a batch, the day on which it was drawn.
    pub to: Date,
    /// The batch whose documents it was drawn from, when not those of a period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<i64>,
    /// What the strata are.
    pub by: StratumBy,
    /// The strata in order of name.
    pub strata: Vec<Stratum>,
    /// Digest of the list of all documents that it was drawn from.
    pub population: Sha256Digest,
    /// Digest of the list of those drawn.
    pub list: Sha256Digest,
}

impl AuditSample {
    /// How many documents it was drawn from.
    pub fn documents(&self) -> u64 {
        self.strata.iter().map(|s| s.documents).sum()
    }

    /// How many were drawn.
    pub fn drawn(&self) -> u64 {
        self.strata.iter().map(|s| s.drawn.len() as u64).sum()
    }
}

/// What the comparison of a document with its paper found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// They are the same.
    Match,
    /// They differ.
    Differs,
    /// The paper is not there.
    MissingPaper,
    /// The document lacks a page of the paper.
    MissingPage,
    /// The document cannot be read.
    Unreadable,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Match, Self::Differs, Self::MissingPaper, Self::MissingPage, Self::Unreadable];

    /// As stored and typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Differs => "differs",
            Self::MissingPaper => "missing-paper",
            Self::MissingPage => "missing-page",
            Self::Unreadable => "unreadable",
        }
    }

    /// The stored form back.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.as_str() == s)
    }
}
