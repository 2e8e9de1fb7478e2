//! What the records tell of a period: how many dossiers were handled, and where they stood at its end.

use serde::{Deserialize, Serialize};
use sohoa_domain::{Channel, DossierCode};

/// Where a dossier stood at the end of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Done in the period, on its due day or before.
    OnTime,
    /// Done in the period, behind its due day.
    Late,
    /// In process, its due day not over.
    InProcess,
    /// In process, its due day over.
    Overdue,
    /// A supplement was asked for.
    Waiting,
    /// Refused or withdrawn.
    Returned,
    /// Stopped.
    Stopped,
    /// The register does not say.
    Unaccounted,
}

impl Standing {
    /// All, in the order of the report.
    pub const ALL: [Self; 8] = [
        Self::OnTime,
        Self::Late,
        Self::InProcess,
        Self::Overdue,
        Self::Waiting,
        Self::Returned,
        Self::Stopped,
        Self::Unaccounted,
    ];

    /// As printed in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::InProcess => "in_process",
            Self::Overdue => "overdue",
            Self::Waiting => "waiting",
            Self::Returned => "returned",
            Self::Stopped => "stopped",
            Self::Unaccounted => "unaccounted",
        }
    }

    /// The printed form back.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|x| x.as_str() == s)
    }
}

/// How many dossiers of one kind were handled in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeriodCount {
    /// Agency.
    pub agency: String,
    /// How they were filed.
    pub channel: Option<Channel>,
    /// Received in the period; else carried over from before.
    pub new: bool,
    /// The post brought or returned something.
    pub post: bool,
    /// Where they stood at its end.
    pub standing: Standing,
    /// How many.
    pub dossiers: u64,
}

/// A dossier of which the register does not say where it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unaccounted {
    /// The dossier.
    pub dossier: DossierCode,
    /// Why: `no-state`, `finished-before-reception`, `done-at-no-day`, `left-at-no-day`, `open-and-finished`.
    pub code: String,
}
