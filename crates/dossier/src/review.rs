//! What a person is shown who has to decide about a file: what can be done, dossiers with what points to each and what against, and
//! the pages that matter.

use std::collections::BTreeSet;

use sohoa_domain::{Candidate, DossierCode, DossierEvidence, Part};

/// What a person can do about a file that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Todo {
    /// Say which dossier it is.
    NameDossier,
    /// Say where documents begin.
    SayBoundaries,
    /// Scan the papers behind the sheets, or give the file up.
    ScanPapers,
    /// Look at the page; scan it again, or try again.
    LookAtPage,
    /// Mend what the reason names, then try again.
    Mend,
    /// Scan the paper again, or give it up.
    ScanAgain,
    /// Nothing.
    Nothing,
}

impl Todo {
    /// Of the code for which a file waits; empty when it does not.
    pub fn of(code: &str) -> Self {
        match code {
            "" => Self::Nothing,
            "no-dossier" | "dossier-conflict" | "dossier-unknown" | "sheet-unread" | "undone" => Self::NameDossier,
            "doubtful-split" => Self::SayBoundaries,
            "only-separators" => Self::ScanPapers,
            "page-failed" => Self::LookAtPage,
            "attempts-exhausted" => Self::Mend,
            _ => Self::ScanAgain,
        }
    }
}

/// A dossier that a person may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The dossier.
    pub dossier: DossierCode,
    /// Whether the register knows it; `None` when that was not asked.
    pub in_register: Option<bool>,
    /// What points to it.
    pub points_to: Vec<DossierEvidence>,
    /// What points to another dossier.
    pub against: Vec<DossierEvidence>,
}

/// The dossiers that evidence speaks of, the likeliest first: in the order of the candidates, then what only evidence names.
pub fn choices(candidates: &[Candidate], evidence: &[DossierEvidence]) -> Vec<Choice> {
    let mut seen = BTreeSet::new();
    let told = candidates.iter().map(|c| (&c.dossier, Some(c.in_register)));
    let mut named: Vec<&DossierEvidence> = evidence.iter().collect();
    named.sort_by_key(|e| e.source);
    told.chain(named.into_iter().map(|e| (&e.code, None)))
        .filter(|(dossier, _)| seen.insert((*dossier).clone()))
        .map(|(dossier, in_register)| {
            let (points_to, against) = evidence.iter().cloned().partition(|e| e.code == *dossier);
            Choice { dossier: dossier.clone(), in_register, points_to, against }
        })
        .collect()
}

/// The pages that something has to be decided about: the first of each part that waits, and those that may begin another document.
pub fn pages_in_question(parts: &[Part]) -> Vec<u32> {
    let waiting = parts.iter().filter(|part| part.document.is_none());
    waiting.flat_map(|part| [part.first].into_iter().chain(part.doubts.iter().map(|doubt| doubt.page))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_domain::{BoundaryCue, Doubt, EvidenceSource};

    fn code(n: u32) -> DossierCode {
        format!("H41-230615-{n:04}").parse().unwrap()
    }

    #[test]
    fn each_choice_has_what_points_to_it_and_what_against() {
        let evidence = [(EvidenceSource::Text, 1), (EvidenceSource::FileName, 2), (EvidenceSource::Text, 3)];
        let evidence = evidence.map(|(source, n)| DossierEvidence::new(source, code(n)));
        let candidates = [Candidate { dossier: code(3), in_register: true, because: vec![EvidenceSource::Text] }];
        let choices = choices(&candidates, &evidence);
        let told: Vec<_> = choices.iter().map(|c| (c.dossier.clone(), c.points_to.len(), c.against.len())).collect();
        assert_eq!(told, [(code(3), 1, 2), (code(2), 1, 2), (code(1), 1, 2)]);
        assert_eq!((choices[0].in_register, choices[1].in_register), (Some(true), None));
    }

    #[test]
    fn what_has_become_a_document_is_not_in_question() {
        let part = |first, last, document: Option<&str>, doubts: &[u32]| Part {
            first,
            last,
            document: document
                .map(|_| sohoa_domain::DocumentId::derive(&code(1), &sohoa_domain::Sha256Digest::of(b""), 0)),
            evidence: Vec::new(),
            doubts: doubts.iter().map(|page| Doubt { page: *page, cues: vec![BoundaryCue::Title] }).collect(),
            code: None,
            candidates: Vec::new(),
        };
        let parts = [part(1, 3, Some("x"), &[]), part(4, 9, None, &[6, 8]), part(10, 10, None, &[])];
        assert_eq!(pages_in_question(&parts), [4, 6, 8, 10]);
    }

    #[test]
    fn every_code_says_what_to_do() {
        assert_eq!(Todo::of(""), Todo::Nothing);
        assert_eq!(Todo::of("dossier-conflict"), Todo::NameDossier);
        assert_eq!(Todo::of("encrypted"), Todo::ScanAgain);
    }
}
