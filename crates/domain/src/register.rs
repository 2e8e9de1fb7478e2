//! What the register (sổ tiếp nhận) says about received dossiers and their components.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::{ComponentId, DossierCode, ProcedureCode};

/// A value of a register that is not one of those allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// Not counter, online or post.
    #[error("channel must be counter, online or post")]
    Channel,
    /// Not 1 to 10.
    #[error("status must be a number from 1 to 10")]
    Status,
    /// Not component or result.
    #[error("kind must be component or result")]
    Kind,
}

/// How a dossier came in (kênh thực hiện).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// At the counter (trực tiếp), portal value 1.
    Counter,
    /// Online (trực tuyến), portal value 2.
    Online,
    /// By public post (bưu chính công ích), portal value 3.
    Post,
}

impl Channel {
    /// As written in the register.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Online => "online",
            Self::Post => "post",
        }
    }

    /// From the register.
    pub fn parse(s: &str) -> Result<Self, RegisterError> {
        [Self::Counter, Self::Online, Self::Post].into_iter().find(|c| c.as_str() == s).ok_or(RegisterError::Channel)
    }
}

/// State of a dossier at the national portal (TrangThaiHoSo), 1 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct DossierStatus(u8);

impl DossierStatus {
    /// From the portal's number.
    pub fn new(n: u8) -> Result<Self, RegisterError> {
        if (1..=10).contains(&n) { Ok(Self(n)) } else { Err(RegisterError::Status) }
    }

    /// The portal's number.
    pub fn number(self) -> u8 {
        self.0
    }

    /// Refused (3) and withdrawn (7) dossiers are outside the scope of coverage.
    pub fn in_scope(self) -> bool {
        !matches!(self.0, 3 | 7)
    }
}

impl TryFrom<u8> for DossierStatus {
    type Error = RegisterError;
    fn try_from(n: u8) -> Result<Self, RegisterError> {
        Self::new(n)
    }
}

impl From<DossierStatus> for u8 {
    fn from(s: DossierStatus) -> u8 {
        s.0
    }
}

/// Whether a paper came with the application or goes back to the applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ComponentKind {
    /// Part of the application (thành phần hồ sơ).
    Component,
    /// What the authority issues (kết quả).
    Result,
}

impl ComponentKind {
    /// As written in the register.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Result => "result",
        }
    }

    /// From the register.
    pub fn parse(s: &str) -> Result<Self, RegisterError> {
        [Self::Component, Self::Result].into_iter().find(|k| k.as_str() == s).ok_or(RegisterError::Kind)
    }
}

/// One component or result that a dossier has or should have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentEntry {
    /// Id within the dossier.
    pub id: ComponentId,
    /// Name for people, may be empty.
    pub name: String,
    /// Component or result.
    pub kind: ComponentKind,
    /// Has to be digitized (unless exempt).
    pub required: bool,
    /// Why it need not be digitized; `None` when it has to be.
    pub exempt_reason: Option<String>,
}

impl ComponentEntry {
    /// Whether full coverage asks for it.
    pub fn is_due(&self) -> bool {
        self.required && self.exempt_reason.is_none()
    }
}

/// One dossier as the register tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierEntry {
    /// Dossier code.
    pub code: DossierCode,
    /// Procedure, when given.
    pub procedure: Option<ProcedureCode>,
    /// Agency that answers (Sở), may be empty.
    pub agency: String,
    /// Receiving counter, may be empty.
    pub counter: String,
    /// How it came in.
    pub channel: Option<Channel>,
    /// Applicant: personal data, never in logs or errors. May be empty.
    pub applicant: String,
    /// When it was received, local time.
    pub received: Option<DateTime>,
    /// When the answer is due.
    pub due: Option<DateTime>,
    /// When it was finished.
    pub finished: Option<DateTime>,
    /// When the result was returned.
    pub returned: Option<DateTime>,
    /// How the result goes back: `counter`, `post` or `online`.
    pub return_channel: Option<Channel>,
    /// The portal's state.
    pub status: Option<DossierStatus>,
    /// Components and results.
    pub components: Vec<ComponentEntry>,
    /// First day of the catalogue version that they come from; `None` when the register lists them itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<Date>,
}

impl DossierEntry {
    /// The day that says which version of the procedure's catalogue holds: that of reception, else that in the code.
    pub fn day(&self) -> Date {
        self.received.map_or_else(|| self.code.day(), DateTime::date)
    }
}

/// The columns of the register in which two entries differ, `components` among them; their order says nothing.
pub fn differences(a: &DossierEntry, b: &DossierEntry) -> Vec<&'static str> {
    let by_id = |entry: &DossierEntry| {
        let mut components = entry.components.clone();
        components.sort_by(|x, y| x.id.cmp(&y.id));
        components
    };
    let differ = [
        ("procedure", a.procedure != b.procedure),
        ("agency", a.agency != b.agency),
        ("counter", a.counter != b.counter),
        ("channel", a.channel != b.channel),
        ("applicant", a.applicant != b.applicant),
        ("received", a.received != b.received),
        ("due", a.due != b.due),
        ("finished", a.finished != b.finished),
        ("returned", a.returned != b.returned),
        ("return_channel", a.return_channel != b.return_channel),
        ("status", a.status != b.status),
        ("components", a.components != b.components && by_id(a) != by_id(b)),
        ("catalogue", a.catalogue != b.catalogue),
    ];
    differ.into_iter().filter_map(|(column, differs)| differs.then_some(column)).collect()
}

/// A procedure (TTHC) with its components, as the catalogue has them from one day on until its next version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueVersion {
    /// Procedure.
    pub procedure: ProcedureCode,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Name for people, may be empty.
    pub name: String,
    /// Field of administration (lĩnh vực), may be empty.
    pub field: String,
    /// Agency that answers, may be empty.
    pub agency: String,
    /// Components and results of its dossiers.
    pub components: Vec<ComponentEntry>,
}

/// How the columns of register and catalogue files are understood. Kept with each import, so that the file means the same when it
/// is read again after the settings changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Headers of the file that differ from ours: theirs, ours.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Sheet of a workbook; empty: the first.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sheet: String,
    /// `15/06/2023` is a date in tables too: day, month, year.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub day_first: bool,
}
