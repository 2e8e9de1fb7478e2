//! The decision: attach, await the register, or ask a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sohoa_domain::{AttachmentState, Candidate, DossierCode, DossierEvidence, EvidenceSource};

/// Which evidence is enough. Every source that is in none of the lists only ranks candidates for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchingRules {
    /// Enough to attach, when the register knows the dossier.
    pub attach: Vec<EvidenceSource>,
    /// Enough to attach to a dossier that the register does not know yet. Has to be in `attach` too.
    pub await_register: Vec<EvidenceSource>,
}

impl Default for MatchingRules {
    fn default() -> Self {
        use EvidenceSource::{FileName, FolderName, Person, Session, Sheet, Sticker, SystemCode, Text};
        Self {
            attach: vec![Person, Sheet, Session, FolderName, FileName, Sticker, SystemCode, Text],
            await_register: vec![Person, Sheet, Session, FolderName, FileName],
        }
    }
}

/// What becomes of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It hangs on this dossier.
    Attach {
        /// The dossier.
        dossier: DossierCode,
        /// Attached, or awaiting the register.
        state: AttachmentState,
    },
    /// A person decides.
    Review {
        /// Stable code: `no-dossier`, `dossier-conflict` or `dossier-unknown`.
        code: &'static str,
        /// One sentence.
        reason: String,
        /// Dossiers that may be meant, the likeliest first.
        candidates: Vec<Candidate>,
    },
}

/// Decides on all evidence. `in_register` says which of the codes the register knows.
///
/// What a person said is believed. Else all evidence that is enough to attach has to name the same dossier, and a code that
/// was read with doubt contradicts only when the register knows it: a misread code seldom is one of a real dossier.
pub fn decide(
    evidence: &[DossierEvidence],
    in_register: impl Fn(&DossierCode) -> bool,
    rules: &MatchingRules,
) -> Decision {
    let by_person: Vec<&DossierEvidence> = evidence.iter().filter(|e| e.source == EvidenceSource::Person).collect();
    let heard: Vec<&DossierEvidence> = if by_person.is_empty() { evidence.iter().collect() } else { by_person };
    let enough = |e: &&&DossierEvidence| rules.attach.contains(&e.source);
    let mut named: Vec<&DossierCode> = heard.iter().filter(enough).map(|e| &e.code).collect();
    named.sort();
    named.dedup();
    let contradicts = |e: &&&DossierEvidence| {
        e.source == EvidenceSource::DoubtfulText && !named.contains(&&e.code) && in_register(&e.code)
    };
    let review = |code, reason| Decision::Review { code, reason, candidates: candidates(&heard, &in_register) };
    let list = |codes: &[&DossierCode]| codes.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(", ");
    match named[..] {
        [] if heard.is_empty() => review("no-dossier", "nothing says which dossier it belongs to".to_owned()),
        [] => review("no-dossier", "what points to a dossier is not sure enough".to_owned()),
        [one] => {
            if let Some(other) = heard.iter().find(contradicts) {
                let reason = format!("the evidence names 2 dossiers: {}", list(&[one, &other.code]));
                return review("dossier-conflict", reason);
            }
            if in_register(one) {
                return Decision::Attach { dossier: one.clone(), state: AttachmentState::Attached };
            }
            if heard.iter().any(|e| rules.await_register.contains(&e.source) && e.code == *one) {
                return Decision::Attach { dossier: one.clone(), state: AttachmentState::AwaitingRegister };
            }
            review("dossier-unknown", format!("the register does not know dossier {one}"))
        }
        _ => review("dossier-conflict", format!("the evidence names {} dossiers: {}", named.len(), list(&named))),
    }
}

/// Each dossier that anything points to: those of the register first, then by the strength and number of what points to it.
fn candidates(evidence: &[&DossierEvidence], in_register: impl Fn(&DossierCode) -> bool) -> Vec<Candidate> {
    let mut by_code: BTreeMap<&DossierCode, Vec<EvidenceSource>> = BTreeMap::new();
    for e in evidence {
        by_code.entry(&e.code).or_default().push(e.source);
    }
    let mut found: Vec<Candidate> = by_code
        .into_iter()
        .map(|(code, mut because)| {
            because.sort_unstable();
            because.dedup();
            Candidate { dossier: code.clone(), in_register: in_register(code), because }
        })
        .collect();
    found.sort_by_key(|c| (!c.in_register, c.because.first().copied(), std::cmp::Reverse(c.because.len())));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_names;
    use EvidenceSource::{Applicant, DoubtfulText, FileName, Person, Session, Sheet, Sticker, SystemCode, Text};

    fn code(n: u32) -> DossierCode {
        format!("H41-230615-{n:04}").parse().unwrap()
    }

    /// The register knows dossiers 1 to 8.
    fn decided(evidence: &[(EvidenceSource, u32)]) -> Decision {
        let seen: Vec<_> = evidence.iter().map(|(source, n)| DossierEvidence::new(*source, code(*n))).collect();
        decide(&seen, |c| (1..=8).any(|n| code(n) == *c), &MatchingRules::default())
    }

    fn attached(n: u32) -> Decision {
        Decision::Attach { dossier: code(n), state: AttachmentState::Attached }
    }

    fn reviewed(evidence: &[(EvidenceSource, u32)]) -> (&'static str, Vec<DossierCode>) {
        match decided(evidence) {
            Decision::Review { code, candidates, .. } => (code, candidates.into_iter().map(|c| c.dossier).collect()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_source_that_is_enough_attaches_alone() {
        for source in MatchingRules::default().attach {
            assert_eq!(decided(&[(source, 1)]), attached(1), "{source:?}");
        }
    }

    #[test]
    fn agreement_attaches() {
        assert_eq!(decided(&[(Sheet, 1), (FileName, 1), (Text, 1), (DoubtfulText, 1)]), attached(1));
    }

    #[test]
    fn every_pair_of_sources_that_disagree_is_a_conflict() {
        let rules = MatchingRules::default();
        for a in &rules.attach {
            for b in rules.attach.iter().filter(|b| *a != Person && **b != Person) {
                assert_eq!(reviewed(&[(*a, 1), (*b, 2)]).0, "dossier-conflict", "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_conflict_with_a_code_that_the_register_does_not_know_is_one() {
        assert_eq!(reviewed(&[(Sheet, 1), (Text, 9)]), ("dossier-conflict", vec![code(1), code(9)]));
    }

    #[test]
    fn what_a_person_said_is_believed() {
        assert_eq!(decided(&[(Person, 2), (Sheet, 1), (FileName, 1)]), attached(2));
        assert_eq!(reviewed(&[(Person, 2), (Person, 1)]).0, "dossier-conflict");
    }

    #[test]
    fn an_unknown_code_awaits_the_register_when_its_source_may() {
        for source in MatchingRules::default().await_register {
            let awaiting = Decision::Attach { dossier: code(9), state: AttachmentState::AwaitingRegister };
            assert_eq!(decided(&[(source, 9)]), awaiting, "{source:?}");
        }
        for source in [Sticker, SystemCode, Text] {
            assert_eq!(reviewed(&[(source, 9)]), ("dossier-unknown", vec![code(9)]), "{source:?}");
        }
    }

    #[test]
    fn a_doubtful_code_contradicts_only_when_the_register_knows_it() {
        assert_eq!(reviewed(&[(Sheet, 1), (DoubtfulText, 2)]).0, "dossier-conflict");
        assert_eq!(decided(&[(Sheet, 1), (DoubtfulText, 9)]), attached(1));
    }

    #[test]
    fn doubtful_codes_and_names_never_attach_and_rank_candidates() {
        assert_eq!(reviewed(&[(DoubtfulText, 1)]).0, "no-dossier");
        let evidence = [(Applicant, 3), (DoubtfulText, 2), (Applicant, 2), (DoubtfulText, 9)];
        assert_eq!(reviewed(&evidence), ("no-dossier", vec![code(2), code(3), code(9)]));
    }

    #[test]
    fn no_evidence_asks_a_person() {
        assert_eq!(reviewed(&[]), ("no-dossier", vec![]));
    }

    #[test]
    fn candidates_are_ranked_by_register_then_strength() {
        assert_eq!(reviewed(&[(Text, 1), (Sheet, 9), (Session, 2), (Text, 2)]).1, [code(2), code(1), code(9)]);
    }

    #[test]
    fn names_that_disagree_never_attach() {
        let (evidence, _) = from_names("H41-230615-0001/H41-230615-0002.pdf", None);
        let Decision::Review { code, reason, .. } = decide(&evidence, |_| true, &MatchingRules::default()) else {
            panic!("attached")
        };
        assert_eq!(code, "dossier-conflict");
        assert!(reason.contains("H41-230615-0001") && reason.contains("H41-230615-0002"));
    }
}
