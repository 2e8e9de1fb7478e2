//! The decision: attach, await the register, or ask a person.

use serde::{Deserialize, Serialize};
use sohoa_domain::{AttachmentState, DossierCode};

use crate::DossierEvidence;

/// What becomes of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "decision")]
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
        /// Stable code: `no-dossier` or `dossier-conflict`.
        code: &'static str,
        /// One sentence.
        reason: String,
    },
}

/// Decides on all evidence. `in_register` says which of the codes the register knows.
///
/// Every sighting has to name the same dossier: two different codes are a conflict, whatever their strength.
pub fn decide(evidence: &[DossierEvidence], in_register: impl Fn(&DossierCode) -> bool) -> Decision {
    let Some(first) = evidence.first() else {
        return Decision::Review {
            code: "no-dossier",
            reason: "neither the folder nor the file name says which dossier it belongs to".to_owned(),
        };
    };
    let mut codes: Vec<&DossierCode> = evidence.iter().map(|e| &e.code).collect();
    codes.sort();
    codes.dedup();
    if codes.len() > 1 {
        let list: Vec<&str> = codes.iter().map(|c| c.as_str()).collect();
        return Decision::Review {
            code: "dossier-conflict",
            reason: format!("the evidence names {} dossiers: {}", codes.len(), list.join(", ")),
        };
    }
    let state = if in_register(&first.code) { AttachmentState::Attached } else { AttachmentState::AwaitingRegister };
    Decision::Attach { dossier: first.code.clone(), state }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_names;

    fn decide_for(relative: &str, known: bool) -> Decision {
        decide(&from_names(relative, None).0, |_| known)
    }

    #[test]
    fn agreement_attaches() {
        let dossier: DossierCode = "H41-230615-0001".parse().unwrap();
        let attach = |state| Decision::Attach { dossier: dossier.clone(), state };
        assert_eq!(decide_for("H41-230615-0001/H41-230615-0001_a.pdf", true), attach(AttachmentState::Attached));
        assert_eq!(decide_for("H41-230615-0001/a.pdf", false), attach(AttachmentState::AwaitingRegister));
    }

    #[test]
    fn a_conflict_never_attaches() {
        let Decision::Review { code, reason } = decide_for("H41-230615-0001/H41-230615-0002.pdf", true) else {
            panic!("attached")
        };
        assert_eq!(code, "dossier-conflict");
        assert!(reason.contains("H41-230615-0001") && reason.contains("H41-230615-0002"));
    }

    #[test]
    fn no_evidence_asks_a_person() {
        assert!(matches!(decide_for("SCAN0001.pdf", true), Decision::Review { code: "no-dossier", .. }));
    }
}
