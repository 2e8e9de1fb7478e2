//! What becomes of one document of a file: on a dossier, a repetition, or to a person.

use std::collections::BTreeSet;

use sohoa_domain::{
    AttachmentState, Candidate, ComponentId, DocumentId, DossierCode, DossierEntry, DossierEvidence, EventKind,
    EvidenceSource, Outcome,
};
use sohoa_dossier::{ComponentEvidence, Decision, decide, match_component};
use sohoa_store::{FileId, StoreError};

use super::{Job, ProcessError};
use crate::convert::ConvertedPart;

/// Dossiers of one applicant that are named to a person.
const MOST_CANDIDATES: u32 = 9;

/// What becomes of one document of a file.
pub(super) enum Verdict {
    Attach(Filed),
    Duplicate { of: FileId, dossier: DossierCode },
    Review { code: &'static str, reason: String, candidates: Vec<Candidate>, evidence: Vec<DossierEvidence> },
}

/// Where a document belongs and what it is called.
pub(super) struct Filed {
    pub(super) id: DocumentId,
    pub(super) dossier: DossierCode,
    pub(super) state: AttachmentState,
    pub(super) ordinal: u32,
    pub(super) result_code: String,
    pub(super) evidence: Vec<DossierEvidence>,
}

impl Job<'_> {
    /// The earlier file of the same bytes when the names alone say the dossier: then nothing has to be read.
    pub(super) async fn repeats_by_name(&mut self) -> Result<Option<FileId>, ProcessError> {
        let decision = self.decide(&self.names).await?;
        let Decision::Attach { dossier, .. } = decision else { return Ok(None) };
        let standing = self.context.records.document_of_source(&dossier, &self.source).await?;
        let Some(standing) = standing.filter(|standing| standing.source != self.file.id) else { return Ok(None) };
        self.event(EventKind::Duplicate, Outcome::Success, Some(&dossier), None, String::new());
        Ok(Some(standing.source))
    }

    pub(super) async fn decide(&self, evidence: &[DossierEvidence]) -> Result<Decision, StoreError> {
        let mut known = BTreeSet::new();
        for sighting in evidence {
            if self.context.records.dossier(&sighting.code).await?.is_some() {
                known.insert(sighting.code.clone());
            }
        }
        Ok(decide(evidence, |code| known.contains(code), &self.context.matching))
    }

    /// What becomes of one document, now that its pages are read.
    pub(super) async fn judge(&self, part: &ConvertedPart) -> Result<Verdict, ProcessError> {
        let records = &self.context.records;
        let mut evidence = match &part.read.assigned {
            Some(to) => vec![DossierEvidence::new(EvidenceSource::Person, to.dossier.clone())],
            None => self.names.iter().chain(&part.read.evidence).cloned().collect(),
        };
        let mut decision = self.decide(&evidence).await?;
        if matches!(decision, Decision::Review { code: "no-dossier", .. }) && !part.read.cards.is_empty() {
            for (card, ..) in &part.read.cards {
                for dossier in records.dossiers_of_applicant(&card.name, MOST_CANDIDATES).await? {
                    evidence.push(DossierEvidence::new(EvidenceSource::Applicant, dossier));
                }
            }
            decision = self.decide(&evidence).await?;
        }
        let person = evidence.iter().any(|e| e.source == EvidenceSource::Person);
        match decision {
            Decision::Attach { dossier, .. } if !part.read.doubts.is_empty() && !person => {
                let pages: Vec<String> = part.read.doubts.iter().map(|d| d.page.to_string()).collect();
                Ok(Verdict::Review {
                    code: "doubtful-split",
                    reason: format!("another document may begin on page {}", pages.join(", ")),
                    candidates: vec![Candidate {
                        in_register: records.dossier(&dossier).await?.is_some(),
                        because: evidence.iter().filter(|e| e.code == dossier).map(|e| e.source).collect(),
                        dossier,
                    }],
                    evidence,
                })
            }
            Decision::Attach { dossier, state } => {
                let id = DocumentId::derive(&dossier, &self.source, part.read.first - 1);
                let standing = records.document(&id).await?;
                if let Some(standing) =
                    standing.filter(|d| d.state != AttachmentState::Removed && d.source != self.file.id)
                {
                    return Ok(Verdict::Duplicate { of: standing.source, dossier });
                }
                let ordinal = records.ordinal(&dossier, &id).await?;
                let scheme = &self.context.result_code;
                let result_code =
                    scheme.replace("{dossier}", dossier.as_str()).replace("{ordinal}", &ordinal.to_string());
                Ok(Verdict::Attach(Filed { id, dossier, state, ordinal, result_code, evidence }))
            }
            Decision::Review { code: "no-dossier", candidates, .. } if part.read.sheet_unread => Ok(Verdict::Review {
                code: "sheet-unread",
                reason: "the sheet before it cannot be read".to_owned(),
                candidates,
                evidence,
            }),
            Decision::Review { code, reason, candidates } => Ok(Verdict::Review { code, reason, candidates, evidence }),
        }
    }

    /// The component that a document is. What the file's name says of it counts only when the file is one document.
    pub(super) async fn component(
        &self,
        dossier: &DossierCode,
        part: &ConvertedPart,
        name_rest: Option<&str>,
    ) -> Result<Option<(ComponentId, ComponentEvidence)>, StoreError> {
        let named = match &part.read.assigned {
            Some(to) => to.component.as_ref(),
            None => self.file.component.as_ref(),
        };
        if let Some(named) = named {
            return Ok(Some((named.clone(), ComponentEvidence::Person)));
        }
        let register = self.context.records.dossier(dossier).await?;
        if let Some(told) = &part.read.component {
            let lists = |entry: &DossierEntry| entry.components.iter().any(|c| c.id == *told);
            return Ok(register.as_ref().is_none_or(lists).then(|| (told.clone(), ComponentEvidence::Sheet)));
        }
        let components = register.map(|entry| entry.components).unwrap_or_default();
        let found = match_component(&components, name_rest.unwrap_or_default(), &part.first_page_text, &part.fields);
        // Several documents cannot all be the only one.
        Ok(found.filter(|(_, why)| name_rest.is_some() || *why != ComponentEvidence::OnlyOneListed))
    }
}
