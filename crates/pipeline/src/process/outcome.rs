//! What a whole file comes to when its documents are decided.

use std::fmt::Write as _;

use sohoa_domain::{Candidate, DossierEvidence, EventKind, Outcome, PageRecord, PageState, Part};
use sohoa_store::{Completion, FileId, NewDocument};

use super::{Ended, Job};
use crate::convert::ConvertedPart;

/// What a file comes to, as its documents are decided.
#[derive(Default)]
pub(super) struct FileOutcome {
    pub(super) documents: Vec<NewDocument>,
    pub(super) loose_pages: Vec<(u32, PageState)>,
    pub(super) parts: Vec<Part>,
    /// Code and reason of each document that waits.
    pub(super) waiting: Vec<(&'static str, String)>,
    /// The file that one of the documents repeats.
    pub(super) repeats: Option<FileId>,
}

impl FileOutcome {
    pub(super) fn waits(
        &mut self,
        part: &ConvertedPart,
        code: &'static str,
        reason: String,
        candidates: Vec<Candidate>,
        evidence: Vec<DossierEvidence>,
    ) {
        self.loosen(part);
        self.waiting.push((code, reason));
        self.parts.push(Part {
            first: part.read.first,
            last: part.read.last,
            document: None,
            evidence,
            doubts: part.read.doubts.clone(),
            code: Some(code.to_owned()),
            candidates,
        });
    }

    pub(super) fn repeats(&mut self, part: &ConvertedPart, of: FileId) {
        self.loosen(part);
        self.repeats.get_or_insert(of);
    }

    /// Its pages are in no document.
    pub(super) fn loosen(&mut self, part: &ConvertedPart) {
        self.loose_pages.extend(part.pages.iter().map(|p| (p.number, p.outcome.state())));
    }
}

impl Job<'_> {
    /// What the file comes to, with all its documents decided.
    pub(super) fn conclude(mut self, mut outcome: FileOutcome) -> Ended {
        outcome.parts.sort_by_key(|part| part.first);
        let FileOutcome { documents, loose_pages, parts, waiting, repeats } = outcome;
        let failed: Vec<&PageRecord> =
            documents.iter().flat_map(|d| &d.pages).filter(|p| p.outcome.is_failure()).collect();
        let review = if let [(code, reason), ..] = &waiting[..] {
            let mut told = reason.clone();
            if parts.len() > 1 || !documents.is_empty() {
                told = format!("{} of {} documents wait for a person: {reason}", waiting.len(), parts.len());
            }
            Some((*code, told))
        } else if let Some(first) = failed.first() {
            let pages: usize = documents.iter().map(|d| d.pages.len()).sum();
            let mut reason = format!("{} of {pages} pages have no text", failed.len());
            if let Some(why) = &first.reason {
                let _ = write!(reason, "; page {}: {why}", first.number);
            }
            Some(("page-failed", reason))
        } else if documents.is_empty() && repeats.is_none() {
            Some(("only-separators", "there is nothing between the separator sheets".to_owned()))
        } else {
            None
        };
        match (review, repeats) {
            (Some((code, reason)), _) => {
                // Of a document that only lacks text its own events tell.
                if code != "page-failed" {
                    self.event(EventKind::SentToReview, Outcome::Warning, None, None, code.to_owned());
                }
                self.end(Completion::Review { code: code.to_owned(), reason, documents, loose_pages, parts })
            }
            (None, Some(of)) if documents.is_empty() => self.end(Completion::Duplicate { of }),
            (None, _) => {
                // Of a file that is one document everything is said with the document.
                let parts = if parts.len() > 1 || !loose_pages.is_empty() { parts } else { Vec::new() };
                self.end(Completion::Attached { documents, loose_pages, parts })
            }
        }
    }
}
