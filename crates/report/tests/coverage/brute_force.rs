//! The definitions of coverage, with sets and loops over plain rows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::tz::offset;
use sohoa_domain::{
    AttachmentState, Change, ComponentEntry, ComponentId, ComponentKind, DocumentId, DossierCode, DossierEntry,
    FileState,
};
use sohoa_store::{
    CoverageBy, CoverageCounts, CoverageScope, DocumentRow, ExemptPaper, FileId, FileRow, LateAfter, LatePaper,
    MissingPaper, MissingPapers, MissingReason, Orphan, Records as _, SqliteRecords,
};

use super::history::{DOSSIERS, code};

/// All rows.
pub struct Plain {
    entries: Vec<DossierEntry>,
    documents: Vec<DocumentRow>,
    files: Vec<FileRow>,
    /// Dossier, component, document.
    reused: Vec<(DossierCode, ComponentId, DocumentId)>,
    /// Dossiers of which a document was handed over.
    handed_over: BTreeSet<DossierCode>,
}

impl Plain {
    pub async fn read(records: &SqliteRecords) -> Self {
        let (mut entries, mut reused) = (Vec::new(), Vec::new());
        for code in (0..=DOSSIERS).map(code) {
            entries.extend(records.dossier(&code).await.unwrap());
            let of = records.reused(&code).await.unwrap();
            reused.extend(of.into_iter().map(|(component, document)| (code.clone(), component, document)));
        }
        // In order of reception.
        entries.sort_by_key(|e| (e.received.map(DateTime::date), e.code.clone()));
        let events = records.events(None).await.unwrap();
        let handed_over =
            events.iter().filter(|e| matches!(&e.change, Some(Change::HandedOver { documents: 1.., .. })));
        Self {
            entries,
            documents: records.all_documents().await.unwrap(),
            files: records.files(None, None).await.unwrap(),
            reused,
            handed_over: handed_over.map(|e| e.dossier.clone().unwrap()).collect(),
        }
    }

    fn scope<'a>(&'a self, scope: &'a CoverageScope) -> impl Iterator<Item = &'a DossierEntry> {
        self.entries.iter().filter(|e| {
            let day = e.received.map(DateTime::date);
            scope.from.is_none_or(|from| day.is_some_and(|day| day >= from))
                && scope.to.is_none_or(|to| day.is_some_and(|day| day <= to))
                && scope.agency.as_ref().is_none_or(|agency| *agency == e.agency)
                && scope.counter.as_ref().is_none_or(|counter| *counter == e.counter)
                && scope.procedure.as_ref().is_none_or(|procedure| Some(procedure) == e.procedure.as_ref())
                && scope.channel.is_none_or(|channel| Some(channel) == e.channel)
        })
    }

    fn in_scope<'a>(&'a self, scope: &'a CoverageScope) -> impl Iterator<Item = &'a DossierEntry> {
        self.scope(scope).filter(|e| !matches!(e.status.map(|s| s.number()), Some(3 | 7)))
    }

    fn of_component(&self, e: &DossierEntry, c: &ComponentEntry, state: AttachmentState) -> Vec<&DocumentRow> {
        let is_it = |d: &&DocumentRow| d.dossier == e.code && d.component.as_ref() == Some(&c.id) && d.state == state;
        self.documents.iter().filter(is_it).collect()
    }

    /// Components for which a document was reused that hangs on no dossier any more.
    pub fn reused_in_vain(&self) -> usize {
        let stands =
            |id: &DocumentId| self.documents.iter().any(|d| d.id == *id && d.state == AttachmentState::Attached);
        self.reused.iter().filter(|(_, _, id)| !stands(id)).count()
    }

    fn is_reused(&self, e: &DossierEntry, c: &ComponentEntry) -> bool {
        let stands =
            |id: &DocumentId| self.documents.iter().any(|d| d.id == *id && d.state == AttachmentState::Attached);
        self.reused.iter().any(|(dossier, component, id)| *dossier == e.code && *component == c.id && stands(id))
    }

    fn is_there(&self, e: &DossierEntry, c: &ComponentEntry) -> bool {
        !self.of_component(e, c, AttachmentState::Attached).is_empty() || self.is_reused(e, c)
    }

    fn accepted(&self, file: FileId) -> jiff::Timestamp {
        self.files.iter().find(|f| f.id == file).unwrap().accepted_at
    }

    /// When the first scan came in, of a due component that was received at a known time and scanned too late.
    fn late_scan(&self, e: &DossierEntry, c: &ComponentEntry, late: LateAfter) -> Option<(DateTime, DateTime)> {
        let of = self.of_component(e, c, AttachmentState::Attached);
        let first = of.into_iter().map(|d| self.accepted(d.source)).min()?;
        let received = e.received?;
        let after = first.duration_since(offset(7).to_timestamp(received).unwrap());
        let is_late = c.kind == ComponentKind::Component && c.is_due() && after > late;
        is_late.then(|| (received, offset(7).to_datetime(first)))
    }

    fn digitized(&self, e: &DossierEntry) -> bool {
        let there = |kind| e.components.iter().any(|c| c.kind == kind && self.is_there(e, c));
        let result_due = e.components.iter().any(|c| c.kind == ComponentKind::Result && c.is_due());
        there(ComponentKind::Component) && (there(ComponentKind::Result) || !result_due)
    }

    fn count(&self, all: &[&DossierEntry], late: LateAfter) -> CoverageCounts {
        let mut counts = CoverageCounts::default();
        for e in all {
            if matches!(e.status.map(|s| s.number()), Some(3 | 7)) {
                counts.excluded += 1;
                continue;
            }
            counts.received += 1;
            let due: Vec<_> = e.components.iter().filter(|c| c.is_due()).collect();
            let there: Vec<_> = due.iter().copied().filter(|c| self.is_there(e, c)).collect();
            let results = |of: &[&ComponentEntry]| of.iter().filter(|c| c.kind == ComponentKind::Result).count() as u64;
            counts.digitized_any += u64::from(self.digitized(e));
            counts.digitized_full += u64::from(due.len() == there.len());
            counts.exempt += e.components.iter().filter(|c| c.exempt_reason.is_some()).count() as u64;
            counts.due += due.len() as u64;
            counts.there += there.len() as u64;
            counts.results_due += results(&due);
            counts.results_there += results(&there);
            if matches!(e.status.map(|s| s.number()), Some(9 | 10)) && results(&due) > 0 {
                counts.done += 1;
                let result = e.components.iter().any(|c| c.kind == ComponentKind::Result && self.is_there(e, c));
                counts.done_with_result += u64::from(result);
            }
            counts.reused += u64::from(e.components.iter().any(|c| self.is_reused(e, c)));
            counts.handed_over += u64::from(self.digitized(e) && self.handed_over.contains(&e.code));
            counts.late += u64::from(e.components.iter().any(|c| self.late_scan(e, c, late).is_some()));
        }
        counts
    }

    pub fn counts(&self, scope: &CoverageScope, late: LateAfter) -> CoverageCounts {
        self.count(&self.scope(scope).collect::<Vec<_>>(), late)
    }

    pub fn groups(&self, scope: &CoverageScope, by: CoverageBy, late: LateAfter) -> Vec<(String, CoverageCounts)> {
        let mut groups: BTreeMap<String, Vec<&DossierEntry>> = BTreeMap::new();
        for e in self.in_scope(scope) {
            groups.entry(key_of(e, by)).or_default();
        }
        // What is out of scope is counted with its group when that has anything in scope.
        for (key, group) in &mut groups {
            group.extend(self.scope(scope).filter(|e| key_of(e, by) == *key));
        }
        groups.into_iter().map(|(key, group)| (key, self.count(&group, late))).collect()
    }

    pub fn ratios(&self, scope: &CoverageScope) -> [(u64, u64); 4] {
        let all: Vec<_> = self.in_scope(scope).collect();
        let n = |is: &dyn Fn(&DossierEntry) -> bool| all.iter().filter(|e| is(e)).count() as u64;
        let result = |e: &DossierEntry, is: &dyn Fn(&ComponentEntry) -> bool| {
            e.components.iter().any(|c| c.kind == ComponentKind::Result && is(c))
        };
        let done = |e: &DossierEntry| {
            matches!(e.status.map(|s| s.number()), Some(9 | 10))
                && result(e, &|c| c.required && c.exempt_reason.is_none())
        };
        let received = all.len() as u64;
        [
            (n(&|e| done(e) && result(e, &|c| self.is_there(e, c))), n(&done)),
            (n(&|e| self.digitized(e)), received),
            (n(&|e| e.components.iter().any(|c| self.is_reused(e, c))), received),
            (n(&|e| self.digitized(e) && self.handed_over.contains(&e.code)), n(&|e| self.digitized(e))),
        ]
    }

    /// Files that wait or were rejected and name the dossier.
    fn claims(&self, e: &DossierEntry) -> Vec<&FileRow> {
        let names = |f: &&FileRow| {
            let by_name = f.relative.split('/').any(|name| name.starts_with(e.code.as_str()));
            let of_part =
                f.parts.iter().any(|p| p.document.is_none() && p.candidates.iter().any(|c| c.dossier == e.code));
            f.dossier.as_ref() == Some(&e.code) || (!f.decided && (by_name || of_part))
        };
        let mut claims: Vec<_> = self.files.iter().filter(names).collect();
        claims.sort_by_key(|f| (f.accepted_at, f.id));
        claims
    }

    fn why(&self, e: &DossierEntry, c: &ComponentEntry) -> (MissingReason, Option<DateTime>, Option<FileId>) {
        let local = |at| offset(7).to_datetime(at);
        let oldest =
            |documents: Vec<&DocumentRow>| documents.into_iter().map(|d| self.accepted(d.source)).min().map(local);
        if let Some(since) = oldest(self.of_component(e, c, AttachmentState::Incomplete)) {
            return (MissingReason::Incomplete, Some(since), None);
        }
        if let Some(since) = oldest(self.of_component(e, c, AttachmentState::AwaitingRegister)) {
            return (MissingReason::AwaitingRegister, Some(since), None);
        }
        let file = |state: FileState| {
            let claims = self.claims(e);
            let claim =
                claims.into_iter().find(|f| f.state == state && f.component.as_ref().is_none_or(|id| *id == c.id));
            claim.map(|f| (Some(local(f.accepted_at)), Some(f.id)))
        };
        if let Some((since, file)) = file(FileState::Review) {
            return (MissingReason::InReview, since, file);
        }
        if let Some((since, file)) = file(FileState::Pending) {
            return (MissingReason::Pending, since, file);
        }
        let loose =
            |d: &&DocumentRow| d.dossier == e.code && d.component.is_none() && d.state == AttachmentState::Attached;
        if let Some(since) = oldest(self.documents.iter().filter(loose).collect()) {
            return (MissingReason::Unassigned, Some(since), None);
        }
        if let Some((since, file)) = file(FileState::Rejected) {
            return (MissingReason::Rejected, since, file);
        }
        let since = if c.kind == ComponentKind::Result { e.finished.or(e.received) } else { e.received };
        (MissingReason::NotScanned, since, None)
    }

    pub fn missing(&self, scope: &CoverageScope, kind: Option<ComponentKind>) -> Vec<MissingPapers> {
        let mut missing = Vec::new();
        for e in self.in_scope(scope) {
            let lacks =
                |c: &&ComponentEntry| c.is_due() && !self.is_there(e, c) && kind.is_none_or(|kind| kind == c.kind);
            let paper = |c: &ComponentEntry| {
                let (reason, since, file) = self.why(e, c);
                MissingPaper { component: c.id.clone(), name: c.name.clone(), kind: c.kind, reason, since, file }
            };
            let papers: Vec<_> = e.components.iter().filter(lacks).map(paper).collect();
            if !papers.is_empty() {
                missing.push(MissingPapers {
                    dossier: e.code.clone(),
                    agency: e.agency.clone(),
                    counter: e.counter.clone(),
                    received: e.received,
                    finished: e.finished,
                    papers,
                });
            }
        }
        missing
    }

    pub fn exempt(&self, scope: &CoverageScope) -> Vec<ExemptPaper> {
        let of = |e: &DossierEntry| {
            let paper = |c: &ComponentEntry| {
                let (dossier, component) = (e.code.clone(), c.id.clone());
                Some(ExemptPaper { dossier, component, reason: c.exempt_reason.clone()? })
            };
            e.components.iter().filter_map(paper).collect::<Vec<_>>()
        };
        self.in_scope(scope).flat_map(of).collect()
    }

    pub fn late(&self, scope: &CoverageScope, late: LateAfter) -> Vec<LatePaper> {
        let of = |e: &DossierEntry| {
            let paper = |c: &ComponentEntry| {
                let (received, accepted) = self.late_scan(e, c, late)?;
                Some(LatePaper { dossier: e.code.clone(), component: c.id.clone(), received, accepted })
            };
            e.components.iter().filter_map(paper).collect::<Vec<_>>()
        };
        self.in_scope(scope).flat_map(of).collect()
    }

    pub fn orphans(&self) -> Vec<Orphan> {
        let mut orphans: BTreeMap<&DossierCode, Vec<&DocumentRow>> = BTreeMap::new();
        for d in self.documents.iter().filter(|d| d.state != AttachmentState::Removed) {
            if self.entries.iter().all(|e| e.code != d.dossier) {
                orphans.entry(&d.dossier).or_default().push(d);
            }
        }
        let orphan = |(dossier, all): (&DossierCode, Vec<&DocumentRow>)| Orphan {
            dossier: dossier.clone(),
            documents: all.len() as u64,
            since: all.iter().map(|d| self.accepted(d.source)).min().unwrap(),
        };
        let mut orphans: Vec<_> = orphans.into_iter().map(orphan).collect();
        orphans.sort_by_key(|o| (o.since, o.dossier.clone()));
        orphans
    }
}

fn key_of(e: &DossierEntry, by: CoverageBy) -> String {
    let day = e.received.map(DateTime::date);
    match by {
        CoverageBy::Agency => e.agency.clone(),
        CoverageBy::Counter if e.agency.is_empty() => e.counter.clone(),
        CoverageBy::Counter => format!("{}, {}", e.agency, e.counter),
        CoverageBy::Day => day.map(|d| d.to_string()).unwrap_or_default(),
        CoverageBy::Month => day.map(|d| format!("{}-{:02}", d.year(), d.month())).unwrap_or_default(),
        CoverageBy::Quarter => day.map(|d| format!("{}-Q{}", d.year(), (d.month() + 2) / 3)).unwrap_or_default(),
        CoverageBy::Procedure => e.procedure.as_ref().map(ToString::to_string).unwrap_or_default(),
        CoverageBy::Channel => e.channel.map(|c| c.as_str().to_owned()).unwrap_or_default(),
    }
}
