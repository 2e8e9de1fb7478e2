//! What an electronic copy lacks of what a rule asks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Version of the PDF format, `1.7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PdfVersion {
    /// Before the point.
    pub major: u8,
    /// Behind it.
    pub minor: u8,
}

impl fmt::Display for PdfVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for PdfVersion {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a version of PDF is like 1.4";
        let (major, minor) = text.split_once('.').ok_or(WRONG)?;
        Ok(Self { major: major.parse().map_err(|_| WRONG)?, minor: minor.parse().map_err(|_| WRONG)? })
    }
}

impl TryFrom<String> for PdfVersion {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PdfVersion> for String {
    fn from(version: PdfVersion) -> Self {
        version.to_string()
    }
}

/// The rule that is not met, with what was found and what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case")]
pub enum ProfileRule {
    /// Pages are coarser than asked, dpi.
    Resolution {
        /// The coarsest.
        found: u32,
        /// The least.
        asked: u32,
    },
    /// The file does not state the resolution of pages; it was guessed from their size.
    ResolutionUnstated,
    /// Pages were scanned in grey or black and white.
    NotInColour,
    /// The copy does not show as many pages as the paper has sides.
    PageCount {
        /// Pages that can be seen.
        found: u32,
        /// Sides.
        asked: u32,
    },
    /// By the printed page numbers a page before these is missing.
    PageMissing,
    /// By the printed page numbers these lie in the wrong order.
    PageOrder,
    /// The PDF is of too early a version.
    PdfVersion {
        /// Its version.
        found: PdfVersion,
        /// The earliest.
        asked: PdfVersion,
    },
    /// The copy is not called by the dossier's code and its ordinal.
    Name,
}

impl fmt::Display for ProfileRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolution { found, asked } => write!(f, "{found} dpi, at least {asked} are asked"),
            Self::ResolutionUnstated => f.write_str("the file does not state its resolution"),
            Self::NotInColour => f.write_str("not scanned in colour"),
            Self::PageCount { found, asked } => write!(f, "{found} pages can be seen, the paper has {asked} sides"),
            Self::PageMissing => f.write_str("by the printed numbers a page is missing before it"),
            Self::PageOrder => f.write_str("by the printed numbers it lies in the wrong order"),
            Self::PdfVersion { found, asked } => write!(f, "PDF {found}, at least {asked} is asked"),
            Self::Name => f.write_str("not named by dossier code and ordinal"),
        }
    }
}

/// Something that a rule asks of the electronic copy and that is not so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileWarning {
    /// The rule.
    #[serde(flatten)]
    pub rule: ProfileRule,
    /// Physical pages concerned, from 1; none when it is the whole copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<u32>,
    /// Where the rule stands.
    pub source: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_come_back_from_their_json() {
        let version: PdfVersion = "1.4".parse().unwrap();
        assert!(version < PdfVersion { major: 2, minor: 0 });
        for bad in ["", "1", "1.", "a.b", "1.400"] {
            assert!(bad.parse::<PdfVersion>().is_err(), "{bad}");
        }
        for rule in [ProfileRule::Resolution { found: 1, asked: 2 }, ProfileRule::Name] {
            let warning = ProfileWarning { rule, pages: vec![3], source: "TT".into() };
            let json = serde_json::to_string(&warning).unwrap();
            assert_eq!(serde_json::from_str::<ProfileWarning>(&json).unwrap(), warning, "{json}");
        }
        let rule = ProfileRule::PdfVersion { found: version, asked: version };
        let json = serde_json::to_value(ProfileWarning { rule, pages: vec![], source: "TT".into() }).unwrap();
        assert_eq!(json, serde_json::json!({"rule": "pdf-version", "found": "1.4", "asked": "1.4", "source": "TT"}));
    }
}
