//! A file's pages as documents: where each begins, what is doubtful about it, and what a person said.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Candidate, ComponentId, DocumentId, DossierCode, DossierEvidence, PageEdits};

/// Why a page may be the first of another document although no separator stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoundaryCue {
    /// It has the head of a paper: the national title (Quốc hiệu) at its top.
    Letterhead,
    /// It begins with a title of its own, in capitals.
    Title,
    /// The printed page numbers start again.
    Numbering,
    /// It has another paper size than the page before, or lies across.
    PaperSize,
    /// The page before it is blank, as no other back in this document is.
    BlankBefore,
    /// It shows the code of another dossier.
    OtherDossier,
    /// It, or the page before it, may be a separator sheet that could not be read.
    UnreadSheet,
}

impl BoundaryCue {
    /// As stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Letterhead => "letterhead",
            Self::Title => "title",
            Self::Numbering => "numbering",
            Self::PaperSize => "paper_size",
            Self::BlankBefore => "blank_before",
            Self::OtherDossier => "other_dossier",
            Self::UnreadSheet => "unread_sheet",
        }
    }
}

/// A page that may begin another document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// Physical page, from 1.
    pub page: u32,
    /// Why.
    pub cues: Vec<BoundaryCue>,
}

/// A run of pages of a source file that is one document, or is proposed as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// First physical page, from 1.
    pub first: u32,
    /// Last physical page.
    pub last: u32,
    /// The document that it became; `None` while it waits for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
    /// What says which dossier it belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<DossierEvidence>,
    /// Pages of it that may begin another document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Doubt>,
    /// Why it waits: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Dossiers that a person may mean, the likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
}

/// The dossier that a person named for a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// Dossier.
    pub dossier: DossierCode,
    /// Component, when one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<ComponentId>,
}

/// What a person said about where documents begin in a file, and about its pages. Pages are physical ones, from 1; where a person
/// put them in another order, documents begin and go on at places in that order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PartLayout {
    /// Pages that begin a document.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub begins: BTreeSet<u32>,
    /// Pages that go on with the document before, also when they look like a separator.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub joins: BTreeSet<u32>,
    /// Dossiers by the first page of the part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assigned: BTreeMap<u32, Assigned>,
    /// Pages that are turned, blank or in another order.
    #[serde(default, skip_serializing_if = "PageEdits::is_empty")]
    pub pages: PageEdits,
}

impl PartLayout {
    /// Nobody has said anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A document begins at each of these pages.
    pub fn split(&mut self, pages: &[u32]) {
        for page in pages {
            self.joins.remove(page);
            self.begins.insert(*page);
        }
    }

    /// Each of these pages goes on with the document before it.
    pub fn join(&mut self, pages: &[u32]) {
        for page in pages {
            self.begins.remove(page);
            self.assigned.remove(page);
            self.joins.insert(*page);
        }
    }

    /// The part that begins at this page belongs on a dossier.
    pub fn assign(&mut self, first: u32, to: Assigned) {
        self.assigned.insert(first, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_about_a_page_counts() {
        let mut layout = PartLayout::default();
        layout.split(&[3, 5]);
        layout.assign(3, Assigned { dossier: "H41-230615-0001".parse().unwrap(), component: None });
        layout.join(&[3]);
        assert_eq!((layout.begins.len(), layout.joins.contains(&3), layout.assigned.len()), (1, true, 0));
        layout.split(&[3]);
        assert!(layout.begins.contains(&3) && layout.joins.is_empty());
        assert!(!layout.is_empty());
        assert_eq!(serde_json::to_string(&PartLayout::default()).unwrap(), "{}");
    }
}
