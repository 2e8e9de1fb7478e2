//! What the records tell of coverage: figures of a scope, and the papers behind them.

use std::ops::Add;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sohoa_domain::{Channel, ComponentId, ComponentKind, DossierCode, ProcedureCode};

use super::FileId;

/// Which dossiers are looked at: all conditions hold. Refused and withdrawn ones are only counted as excluded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CoverageScope {
    /// First day of reception. With a period, a dossier without a day of reception is in none.
    pub from: Option<Date>,
    /// Last day of reception.
    pub to: Option<Date>,
    /// Agency that handles it, as the register writes it.
    pub agency: Option<String>,
    /// Receiving counter, as the register writes it.
    pub counter: Option<String>,
    /// Procedure.
    pub procedure: Option<ProcedureCode>,
    /// How it was filed.
    pub channel: Option<Channel>,
}

/// What dossiers are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CoverageBy {
    /// Agency that handles them.
    Agency,
    /// Receiving counter, with its agency.
    Counter,
    /// Day of reception.
    Day,
    /// Month of reception, `2023-06`.
    Month,
    /// Quarter of reception, `2023-Q2`.
    Quarter,
    /// Procedure.
    Procedure,
    /// How they were filed.
    Channel,
}

impl CoverageBy {
    /// All, with the words of the command line.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Agency, "agency"),
        (Self::Counter, "counter"),
        (Self::Day, "day"),
        (Self::Month, "month"),
        (Self::Quarter, "quarter"),
        (Self::Procedure, "procedure"),
        (Self::Channel, "channel"),
    ];
}

impl FromStr for CoverageBy {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|(_, word)| *word == text);
        known.map(|(by, _)| by).ok_or_else(|| format!("not one of {}", Self::ALL.map(|(_, word)| word).join(", ")))
    }
}

/// Figures of a set of dossiers. All but `excluded` are of those in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CoverageCounts {
    /// Refused or withdrawn: out of scope.
    pub excluded: u64,
    /// Dossiers in scope.
    pub received: u64,
    /// With a component there and, where a result is due, a result.
    pub digitized_any: u64,
    /// With every due component and result there; one with nothing due is full.
    pub digitized_full: u64,
    /// Components and results that are exempt with a reason.
    pub exempt: u64,
    /// Components and results that are due.
    pub due: u64,
    /// Those of them that are there.
    pub there: u64,
    /// Results among the due ones.
    pub results_due: u64,
    /// Those of them that are there.
    pub results_there: u64,
    /// Dossiers that are done and have a due result.
    pub done: u64,
    /// Those of them with a result that is there.
    pub done_with_result: u64,
    /// Dossiers with a component that a document of another dossier stands for.
    pub reused: u64,
    /// Digitized dossiers (`digitized_any`) of which documents went to another system.
    pub handed_over: u64,
    /// Dossiers with a due component that was scanned too late after reception.
    pub late: u64,
}

impl Add for CoverageCounts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            excluded: self.excluded + other.excluded,
            received: self.received + other.received,
            digitized_any: self.digitized_any + other.digitized_any,
            digitized_full: self.digitized_full + other.digitized_full,
            exempt: self.exempt + other.exempt,
            due: self.due + other.due,
            there: self.there + other.there,
            results_due: self.results_due + other.results_due,
            results_there: self.results_there + other.results_there,
            done: self.done + other.done,
            done_with_result: self.done_with_result + other.done_with_result,
            reused: self.reused + other.reused,
            handed_over: self.handed_over + other.handed_over,
            late: self.late + other.late,
        }
    }
}

/// The counts of one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageGroup {
    /// What its dossiers have in common; empty when the register does not say.
    pub key: String,
    /// Its counts.
    #[serde(flatten)]
    pub counts: CoverageCounts,
}

/// Which dossiers of a scope are listed. All but `Excluded` are in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverageList {
    /// All of them.
    Received,
    /// Every due paper is there.
    Full,
    /// A due paper is not there.
    Missing,
    /// Digitized by the definition of the index.
    Any,
    /// Not so.
    NotAny,
    /// A due result is not there.
    ResultMissing,
    /// A paper is exempt with a reason.
    Exempt,
    /// A due component was scanned later than this after reception.
    Late(LateAfter),
    /// Done, with a due result that is there.
    DoneWithResult,
    /// A document of another dossier stands for a component.
    Reused,
    /// Digitized by the definition of the index, and its documents went to another system.
    HandedOver,
    /// Refused or withdrawn.
    Excluded,
}

/// A stretch of the dossiers of a scope, in order of reception and code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveragePage {
    /// The scope.
    pub scope: CoverageScope,
    /// Only this group of it.
    pub group: Option<(CoverageBy, String)>,
    /// Which of them.
    pub list: CoverageList,
    /// Those behind this one.
    pub after: Option<DossierCode>,
    /// At most so many.
    pub most: u32,
}

/// A dossier as coverage counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredDossier {
    /// The dossier with the due papers that it lacks.
    pub missing: MissingPapers,
    /// Papers that are due.
    pub due: u64,
    /// Those of them that are there.
    pub there: u64,
    /// Digitized by the definition of the index.
    pub digitized: bool,
    /// From reception to the first scan of the due component that came last.
    pub slowest: Option<SignedDuration>,
    /// Papers that need not be there.
    pub exempt: Vec<ExemptPaper>,
}

/// Why a due paper is not there, the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingReason {
    /// It was scanned, but a page of it failed.
    Incomplete,
    /// It was scanned and waits for a register that lists it.
    AwaitingRegister,
    /// A file that names the dossier waits for a person.
    InReview,
    /// A file that names the dossier waits to be processed.
    Pending,
    /// A paper hangs on the dossier of which nobody said which component it is.
    Unassigned,
    /// A file that names the dossier was refused or rejected.
    Rejected,
    /// No scan names the dossier.
    NotScanned,
}

/// A due component or result that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingPaper {
    /// Component.
    pub component: ComponentId,
    /// What the register calls it.
    pub name: String,
    /// Component or result.
    pub kind: ComponentKind,
    /// Why it is not there.
    pub reason: MissingReason,
    /// Since when, local time: since the file in question came in; of what was never scanned, since the dossier was received, and a
    /// result since the dossier was finished. `None` when the register does not say.
    pub since: Option<DateTime>,
    /// The file in question, for what waits for a person or its turn, or was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileId>,
}

/// A dossier that is not full, with what it lacks in the order of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingPapers {
    /// Dossier.
    pub dossier: DossierCode,
    /// Agency that handles it.
    pub agency: String,
    /// Receiving counter.
    pub counter: String,
    /// When it was received.
    pub received: Option<DateTime>,
    /// When it was finished.
    pub finished: Option<DateTime>,
    /// What it lacks.
    pub papers: Vec<MissingPaper>,
}

/// A component or result that need not be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExemptPaper {
    /// Dossier.
    pub dossier: DossierCode,
    /// Component.
    pub component: ComponentId,
    /// Why.
    pub reason: String,
}

/// A due component whose first scan came too late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LatePaper {
    /// Dossier.
    pub dossier: DossierCode,
    /// Component.
    pub component: ComponentId,
    /// When the dossier was received, local time.
    pub received: DateTime,
    /// When the file was accepted, local time.
    pub accepted: DateTime,
}

/// A code that documents hang on and the register does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Orphan {
    /// The code.
    pub dossier: DossierCode,
    /// How many documents.
    pub documents: u64,
    /// When the first of them came in.
    pub since: Timestamp,
}

/// How old the records are that figures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct DataTime {
    /// When a register was imported last.
    pub register: Option<Timestamp>,
    /// When anything was put on record last.
    pub event: Option<Timestamp>,
}

/// Behind this time after reception a scan is late.
pub type LateAfter = SignedDuration;
