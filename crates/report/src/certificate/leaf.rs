//! One dossier in a certificate: what the register says of it, what stands on it, and the figures over all of them.
//!
//! A leaf is three lines: the salt, the register's line, the documents' line. The register's lines of all dossiers are the
//! snapshot of the register. The applicant is personal data and in neither.

use std::collections::HashSet;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use sohoa_domain::{
    Channel, ComponentEntry, ComponentId, ComponentKind, DossierCode, DossierEntry, DossierStatus, ProcedureCode,
};
use sohoa_store::StandingDocument;

/// The register's line: one JSON object. The code stands first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RegisterLine {
    pub(crate) dossier: DossierCode,
    procedure: Option<ProcedureCode>,
    agency: String,
    counter: String,
    channel: Option<Channel>,
    received: Option<DateTime>,
    due: Option<DateTime>,
    finished: Option<DateTime>,
    returned: Option<DateTime>,
    return_channel: Option<Channel>,
    pub(crate) status: Option<DossierStatus>,
    pub(crate) components: Vec<ComponentEntry>,
}

impl From<DossierEntry> for RegisterLine {
    fn from(entry: DossierEntry) -> Self {
        Self {
            dossier: entry.code,
            procedure: entry.procedure,
            agency: entry.agency,
            counter: entry.counter,
            channel: entry.channel,
            received: entry.received,
            due: entry.due,
            finished: entry.finished,
            returned: entry.returned,
            return_channel: entry.return_channel,
            status: entry.status,
            components: entry.components,
        }
    }
}

/// The documents' line: one JSON object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DocumentsLine {
    /// Whether it counts: refused and withdrawn dossiers are in the tree too, and do not.
    pub(crate) in_scope: bool,
    /// Components and results that are due and not attached.
    pub(crate) missing: Vec<ComponentId>,
    /// What is attached.
    pub(crate) documents: Vec<StandingDocument>,
}

impl DocumentsLine {
    pub(crate) fn new(register: &RegisterLine, documents: Vec<StandingDocument>) -> Self {
        let attached: HashSet<_> = documents.iter().filter_map(|d| d.component.as_ref()).collect();
        let lacks = |c: &&ComponentEntry| c.is_due() && !attached.contains(&c.id);
        let missing = register.components.iter().filter(lacks).map(|c| c.id.clone()).collect();
        Self { in_scope: register.status.is_none_or(DossierStatus::in_scope), missing, documents }
    }
}

/// Counts over the dossiers of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    /// Dossiers in scope.
    pub received: u64,
    /// Those with every due component and result attached.
    pub full: u64,
    /// Those with a component attached and, where a result is due, a result.
    pub any: u64,
    /// Those that are not full.
    pub incomplete: u64,
    /// Their components and results that are due.
    pub due: u64,
    /// Those of these that are not attached.
    pub missing: u64,
    /// Their components and results that are exempt with a reason.
    pub exempt: u64,
    /// Refused and withdrawn dossiers.
    pub out_of_scope: u64,
    /// Dossiers of the register without a day of reception, which are in no period.
    pub undated: u64,
}

impl Figures {
    /// Counts what the register alone tells of a dossier.
    pub(crate) fn count_register(&mut self, line: &RegisterLine) {
        if !line.status.is_none_or(DossierStatus::in_scope) {
            self.out_of_scope += 1;
            return;
        }
        self.received += 1;
        self.due += line.components.iter().filter(|c| c.is_due()).count() as u64;
        self.exempt += line.components.iter().filter(|c| c.exempt_reason.is_some()).count() as u64;
    }

    /// Counts a dossier.
    pub(crate) fn count(&mut self, register: &RegisterLine, hung: &DocumentsLine) {
        self.count_register(register);
        if !hung.in_scope {
            return;
        }
        let has = |kind| {
            let mut of_kind = register.components.iter().filter(|c| c.kind == kind);
            of_kind.any(|c| hung.documents.iter().any(|d| d.component.as_ref() == Some(&c.id)))
        };
        let result_due = register.components.iter().any(|c| c.kind == ComponentKind::Result && c.is_due());
        self.any += u64::from(has(ComponentKind::Component) && (!result_due || has(ComponentKind::Result)));
        self.missing += hung.missing.len() as u64;
        if hung.missing.is_empty() {
            self.full += 1;
        } else {
            self.incomplete += 1;
        }
    }

    /// What of these counts contradicts itself, a clause each.
    pub(crate) fn contradictions(&self) -> Vec<&'static str> {
        let Self { received, full, any, incomplete, due, missing, .. } = *self;
        let rules = [
            (full.checked_add(incomplete) == Some(received), "full + incomplete = received"),
            (any <= received, "any ≤ received"),
            (missing <= due, "missing ≤ due"),
            (incomplete <= missing, "incomplete ≤ missing"),
            ((incomplete == 0) == (missing == 0), "incomplete = 0 ⇔ missing = 0"),
        ];
        rules.into_iter().filter(|(holds, _)| !holds).map(|(_, rule)| rule).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use sohoa_domain::{DocumentId, Sha256Digest};

    use super::*;

    proptest! {
        /// The definitions once more, by sets in place of loops.
        #[test]
        fn figures_are_as_defined(rows in proptest::collection::vec(
            (proptest::option::of(1u8..=10), proptest::collection::vec(any::<(bool, bool, bool, bool)>(), 0..5)), 0..30)
        ) {
            let mut figures = Figures::default();
            for (number, (status, parts)) in rows.iter().enumerate() {
                let id = |i: usize| -> ComponentId { format!("C{i}").parse().unwrap() };
                let component = |(i, (is_result, required, exempt, _)): (usize, &(bool, bool, bool, bool))| ComponentEntry {
                    id: id(i),
                    name: String::new(),
                    kind: if *is_result { ComponentKind::Result } else { ComponentKind::Component },
                    required: *required,
                    exempt_reason: exempt.then(String::new),
                };
                let register = RegisterLine {
                    dossier: format!("H41-230615-{number:04}").parse().unwrap(),
                    procedure: None,
                    agency: String::new(),
                    counter: String::new(),
                    channel: None,
                    received: None,
                    due: None,
                    finished: None,
                    returned: None,
                    return_channel: None,
                    status: status.map(|s| DossierStatus::new(s).unwrap()),
                    components: parts.iter().enumerate().map(component).collect(),
                };
                let document = |i: usize| StandingDocument {
                    id: DocumentId::derive(&register.dossier, &Sha256Digest::of(b""), i as u32),
                    component: Some(id(i)),
                    dossier: register.dossier.clone(),
                    source: Sha256Digest::of(b""),
                    files: BTreeMap::new(),
                };
                let hung = DocumentsLine::new(&register, (0..parts.len()).filter(|i| parts[*i].3).map(document).collect());
                figures.count(&register, &hung);
            }
            let in_scope: Vec<_> = rows.iter().filter(|(s, _)| !matches!(s, Some(3 | 7))).map(|(_, parts)| parts).collect();
            let of = |rule: fn(&&(bool, bool, bool, bool)) -> bool| in_scope.iter().flat_map(|p| p.iter()).filter(rule).count() as u64;
            let lacks = |parts: &&&Vec<(bool, bool, bool, bool)>| parts.iter().any(|(_, q, e, there)| *q && !e && !there);
            let has_any = |parts: &&&Vec<(bool, bool, bool, bool)>| {
                let has = |result| parts.iter().any(|(r, _, _, there)| *r == result && *there);
                has(false) && (has(true) || !parts.iter().any(|(r, q, e, _)| *r && *q && !e))
            };
            let incomplete = in_scope.iter().filter(lacks).count() as u64;
            let expected = Figures {
                received: in_scope.len() as u64,
                full: in_scope.len() as u64 - incomplete,
                any: in_scope.iter().filter(has_any).count() as u64,
                incomplete,
                due: of(|(_, q, e, _)| *q && !e),
                missing: of(|(_, q, e, there)| *q && !e && !there),
                exempt: of(|(_, _, e, _)| *e),
                out_of_scope: (rows.len() - in_scope.len()) as u64,
                undated: 0,
            };
            prop_assert_eq!(figures, expected);
            prop_assert!(figures.contradictions().is_empty());
        }
    }
}
