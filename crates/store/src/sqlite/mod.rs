//! The records in a SQLite file that several processes share.

mod accept;
mod audit;
mod batches;
mod browse;
mod catalogue;
mod claims;
mod complete;
mod connect;
mod coverage;
mod decide;
mod documents;
mod error;
mod events;
mod facts;
mod fields;
mod hand_over;
mod jobs;
mod ledger;
mod migrate;
mod period;
mod rebuild;
mod register;
mod reuse;
mod review;
mod search;
mod sessions;
mod survey;
pub(crate) mod values;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp, civil::Date};
use sohoa_domain::{
    AuditSample, CatalogueVersion, ComponentId, ComponentKind, Desk, DocumentId, DossierCode, DossierEntry, Event,
    FileState, ProcedureCode, Reading, Sha256Digest, StratumBy, Verdict,
};
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, Transaction};

pub(crate) use self::connect::open_small;
use self::connect::{connect_options, open_writer, pool};
use self::register::Imported;
use crate::event_log::{EventLine, Segment};
use crate::records::{
    Accepted, BatchFiles, BatchId, BatchMinute, BatchPage, BatchReason, BatchRow, CatalogueSummary, Completion,
    Confirmation, CoverageBy, CoverageGroup, CoveragePage, CoverageScope, CoveredDossier, DataTime, Decision,
    DocumentRow, DossierChange, DossierLine, DossierPage, DoubtfulField, DoubtfulPage, ExemptPaper, FieldWord, FileId,
    FileRow, FileSeen, FixityOf, Found, ImportReport, ImportRow, ImportSummary, IsGone, KeptFile, LateAfter, LatePaper,
    Lease, Ledger, MissingPapers, NewFile, NewRefusal, Objects, OpenSession, Orphan, PageLedger, PeriodCount, Rebuilt,
    Records, RefusedRegister, Rerun, ReviewLine, SamePaper, SampleItem, SampleRow, SearchQuery, StoreError,
    Unaccounted, Waiting, Witness,
};
use crate::register::RegisterEntries;

/// Pages that the connection that writes keeps in memory, as SQLite wants it (-KiB): an import of a large register would
/// write the same pages again and again.
const WRITER_CACHE: &str = "-65536";

/// Connections that read, while one writes.
const READERS: u32 = 4;

/// Records and queue in one SQLite file.
///
/// Within a process one connection writes and its users queue for it in order; between processes SQLite's lock
/// decides. Readers see the last committed state and are never blocked.
#[derive(Debug, Clone)]
pub struct SqliteRecords {
    path: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteRecords {
    /// Opens the database file, makes it when it is missing and brings its tables up to date.
    ///
    /// The folder has to exist and to be on a local disk, since several processes map the same memory beside it.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = connect_options(path);
        let writer = open_writer(&options.clone().pragma("cache_size", WRITER_CACHE)).await?;
        migrate::run(&writer).await?;
        let readers = pool().max_connections(READERS).connect_lazy_with(options.pragma("query_only", "ON"));
        Ok(Self { path: path.to_owned(), writer, readers })
    }

    /// Makes a new database at `path`, where none may be, from sealed events and what is stored.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the events do not follow from each other or a register file is gone.
    pub async fn rebuild(path: &Path, objects: &Objects<'_>, now: Timestamp) -> Result<Rebuilt, StoreError> {
        rebuild::from_log(path, objects, now).await
    }

    /// Computes what coverage is counted from and what is searched anew, for rows that were not written by these records: so many
    /// dossiers at a time that the log of a large database stays small.
    pub async fn recount(&self) -> Result<(), StoreError> {
        let mut last = String::new();
        loop {
            let mut tx = self.write().await?;
            let more = facts::refresh_next(&mut tx, &mut last).await?;
            tx.commit().await?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Waits for running statements and closes the file. Without it the operating system does, with the same result.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Starts a transaction that holds the write lock from its first statement, so that it can never fail half-way
    /// because another one wrote in between.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Starts a transaction that sees one state of the database throughout.
    async fn read(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.readers.begin().await?)
    }
}

#[async_trait]
impl Records for SqliteRecords {
    async fn open_batch(&self, kind: &str, label: &str, agency: &str, now: Timestamp) -> Result<BatchId, StoreError> {
        accept::open_batch(self, kind, label, agency, now).await
    }

    async fn accept(&self, file: &NewFile, now: Timestamp, agent: &str) -> Result<Accepted, StoreError> {
        accept::accept(self, file, now, agent).await
    }

    async fn standing(
        &self,
        origin: &str,
        inode: u64,
        modified_ns: i64,
        bytes: u64,
    ) -> Result<Option<FileId>, StoreError> {
        accept::standing(self, origin, inode, modified_ns, bytes).await
    }

    async fn refuse(&self, refusal: &NewRefusal, now: Timestamp, agent: &str) -> Result<FileId, StoreError> {
        accept::refuse(self, refusal, now, agent).await
    }

    async fn mark_released(&self, file: FileId) -> Result<(), StoreError> {
        accept::mark_released(self, file).await
    }

    async fn reserve(
        &self,
        worker: &str,
        now: Timestamp,
        lease: SignedDuration,
        max_attempts: u32,
        only: Option<BatchId>,
    ) -> Result<Option<Lease>, StoreError> {
        jobs::reserve(self, worker, now, lease, max_attempts, only).await
    }

    async fn heartbeat(&self, lease: &Lease, until: Timestamp) -> Result<(), StoreError> {
        jobs::heartbeat(self, lease, until).await
    }

    async fn release_leases(&self, is_gone: IsGone, now: Timestamp) -> Result<u64, StoreError> {
        jobs::release_leases(self, is_gone, now).await
    }

    async fn complete(
        &self,
        lease: &Lease,
        completion: &Completion,
        events: &[Event],
        now: Timestamp,
    ) -> Result<FileState, StoreError> {
        complete::complete(self, lease, completion, events, now).await
    }

    async fn give_back(
        &self,
        lease: &Lease,
        why: &str,
        not_before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        jobs::give_back(self, lease, why, not_before, now).await
    }

    async fn decide(
        &self,
        file: FileId,
        decision: &Decision,
        now: Timestamp,
        person: &str,
    ) -> Result<FileState, StoreError> {
        decide::decide(self, file, None, decision, now, person).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<BatchRow>, StoreError> {
        batches::batch(self, id).await
    }

    async fn batches(&self, page: &BatchPage) -> Result<Vec<BatchRow>, StoreError> {
        batches::batches(self, page).await
    }

    async fn batch_reasons(&self, batch: BatchId) -> Result<Vec<BatchReason>, StoreError> {
        batches::reasons(self, batch).await
    }

    async fn batch_minutes(&self, batch: BatchId, from: i64) -> Result<Vec<BatchMinute>, StoreError> {
        batches::minutes(self, batch, from).await
    }

    async fn batch_in_work(&self, batch: BatchId) -> Result<u64, StoreError> {
        batches::in_work(self, batch).await
    }

    async fn batch_files(&self, wanted: &BatchFiles) -> Result<Vec<FileRow>, StoreError> {
        batches::files(self, wanted).await
    }

    async fn batch_population(&self, batch: BatchId) -> Result<Vec<(DocumentId, String)>, StoreError> {
        batches::population(self, batch).await
    }

    async fn pause_batch(&self, id: BatchId, paused: bool, now: Timestamp, person: &str) -> Result<(), StoreError> {
        batches::pause(self, id, paused, now, person).await
    }

    async fn rerun_batch(&self, wanted: &BatchFiles, now: Timestamp, person: &str) -> Result<Rerun, StoreError> {
        batches::rerun(self, wanted, now, person).await
    }

    async fn undo_rerun(
        &self,
        batch: BatchId,
        events: (i64, i64),
        now: Timestamp,
        person: &str,
    ) -> Result<u64, StoreError> {
        batches::undo_rerun(self, batch, events, now, person).await
    }

    async fn review_lines(&self) -> Result<Vec<ReviewLine>, StoreError> {
        review::lines(self).await
    }

    async fn last_event_of_file(&self, file: FileId) -> Result<i64, StoreError> {
        events::last_of_file(&mut *self.read().await?, file).await
    }

    async fn pages_of_file(&self, file: FileId) -> Result<u32, StoreError> {
        review::pages(self, file).await
    }

    async fn decide_as_seen(
        &self,
        file: FileId,
        seen: i64,
        decision: &Decision,
        now: Timestamp,
        person: &str,
    ) -> Result<FileState, StoreError> {
        decide::decide(self, file, Some(seen), decision, now, person).await
    }

    async fn doubtful_fields(&self, page: &DoubtfulPage) -> Result<Vec<DoubtfulField>, StoreError> {
        fields::doubtful(self, page).await
    }

    async fn count_doubtful_fields(&self, page: &DoubtfulPage) -> Result<u64, StoreError> {
        fields::count(self, page).await
    }

    async fn confirm_field(&self, word: &FieldWord, now: Timestamp, person: &str) -> Result<(), StoreError> {
        fields::confirm(self, word, now, person).await
    }

    async fn confirmations(&self, dossier: &DossierCode) -> Result<Vec<Confirmation>, StoreError> {
        fields::of_dossier(self, dossier).await
    }

    async fn confirmed_values(&self) -> Result<Vec<Sha256Digest>, StoreError> {
        fields::values(self).await
    }

    async fn put_off(&self, lease: &Lease, why: &str, not_before: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        jobs::put_off(self, lease, why, not_before, now).await
    }

    async fn waiting(&self) -> Result<Vec<Waiting>, StoreError> {
        jobs::waiting(self).await
    }

    async fn ordinal(&self, dossier: &DossierCode, document: &DocumentId) -> Result<u32, StoreError> {
        documents::ordinal(self, dossier, document).await
    }

    async fn file(&self, id: FileId) -> Result<Option<FileRow>, StoreError> {
        accept::file(self, id).await
    }

    async fn files(&self, batch: Option<BatchId>, state: Option<FileState>) -> Result<Vec<FileRow>, StoreError> {
        accept::files(self, batch, state).await
    }

    async fn pending(&self, batch: Option<BatchId>) -> Result<u64, StoreError> {
        accept::pending(self, batch).await
    }

    async fn dossier(&self, code: &DossierCode) -> Result<Option<DossierEntry>, StoreError> {
        register::dossier(self, code).await
    }

    async fn dossiers(&self, page: &DossierPage) -> Result<Vec<DossierLine>, StoreError> {
        browse::dossiers(self, page).await
    }

    async fn files_of_dossier(&self, code: &DossierCode, most: u32) -> Result<Vec<FileSeen>, StoreError> {
        browse::files_of_dossier(self, code, most).await
    }

    async fn open_files(&self, code: &DossierCode) -> Result<Vec<FileRow>, StoreError> {
        browse::open_files(self, code).await
    }

    async fn documents(&self, code: &DossierCode) -> Result<Vec<DocumentRow>, StoreError> {
        documents::of_dossier(self, code).await
    }

    async fn document(&self, id: &DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        documents::by_id(self, id).await
    }

    async fn dossiers_of_applicant(&self, name: &str, most: u32) -> Result<Vec<DossierCode>, StoreError> {
        register::of_applicant(self, name, most).await
    }

    async fn switch_session(
        &self,
        desk: &Desk,
        dossier: Option<&DossierCode>,
        now: Timestamp,
        person: &str,
    ) -> Result<(), StoreError> {
        sessions::switch(self, desk, dossier, now, person).await
    }

    async fn open_sessions(&self) -> Result<Vec<OpenSession>, StoreError> {
        sessions::open(self).await
    }

    async fn all_documents(&self) -> Result<Vec<DocumentRow>, StoreError> {
        documents::all(self).await
    }

    async fn document_of_source(
        &self,
        code: &DossierCode,
        source: &Sha256Digest,
    ) -> Result<Option<DocumentRow>, StoreError> {
        documents::of_source(self, code, source).await
    }

    async fn import_register_file(
        &self,
        file: &KeptFile,
        entries: RegisterEntries,
        now: Timestamp,
        agent: &str,
        show: usize,
    ) -> Result<ImportReport, StoreError> {
        register::import(self, Imported { file, now, agent }, entries, show).await
    }

    async fn preview_register(&self, entries: RegisterEntries, show: usize) -> Result<ImportReport, StoreError> {
        register::preview(self, entries, show).await
    }

    async fn import_register(
        &self,
        source: &Sha256Digest,
        entries: &[DossierEntry],
        now: Timestamp,
        agent: &str,
    ) -> Result<ImportSummary, StoreError> {
        let mut codes = HashSet::with_capacity(entries.len());
        if !entries.iter().all(|entry| codes.insert(entry.code.as_str())) {
            return Err(StoreError::Other("a register may name each dossier only once".to_owned()));
        }
        let file = KeptFile { digest: *source, name: String::new(), reading: Reading::default() };
        Ok(self.import_register_file(&file, RegisterEntries::of(entries), now, agent, 0).await?.summary)
    }

    async fn register_sources(&self) -> Result<Vec<Sha256Digest>, StoreError> {
        register::sources(self).await
    }

    async fn imports(&self) -> Result<Vec<ImportRow>, StoreError> {
        register::imports(self).await
    }

    async fn register_history(&self, dossier: &DossierCode) -> Result<Vec<DossierChange>, StoreError> {
        register::history(self, dossier).await
    }

    async fn import_catalogue(
        &self,
        file: &KeptFile,
        versions: &[CatalogueVersion],
        now: Timestamp,
        agent: &str,
    ) -> Result<CatalogueSummary, StoreError> {
        catalogue::import(self, Imported { file, now, agent }, versions).await
    }

    async fn catalogue(&self, procedure: &ProcedureCode) -> Result<Vec<CatalogueVersion>, StoreError> {
        catalogue::versions(self, procedure).await
    }

    async fn refuse_register(&self, file: &RefusedRegister) -> Result<(), StoreError> {
        register::refuse(self, file).await
    }

    async fn forget_refused_register(&self, path: &str) -> Result<(), StoreError> {
        register::forget_refused(self, path).await
    }

    async fn refused_registers(&self) -> Result<Vec<RefusedRegister>, StoreError> {
        register::refused(self).await
    }

    async fn dossiers_with_attachments(
        &self,
        from: Option<Date>,
        to: Option<Date>,
    ) -> Result<Vec<(DossierEntry, Vec<ComponentId>)>, StoreError> {
        coverage::dossiers_with_attachments(self, from, to).await
    }

    async fn coverage(
        &self,
        scope: &CoverageScope,
        by: Option<CoverageBy>,
        late: LateAfter,
    ) -> Result<Vec<CoverageGroup>, StoreError> {
        coverage::counts(self, scope, by, late).await
    }

    async fn missing(
        &self,
        scope: &CoverageScope,
        kind: Option<ComponentKind>,
        each: &mut (dyn FnMut(MissingPapers) -> bool + Send),
    ) -> Result<(), StoreError> {
        coverage::missing(self, scope, kind, each).await
    }

    async fn exempt(&self, scope: &CoverageScope) -> Result<Vec<ExemptPaper>, StoreError> {
        coverage::exempt(self, scope).await
    }

    async fn late(&self, scope: &CoverageScope, late: LateAfter) -> Result<Vec<LatePaper>, StoreError> {
        coverage::late(self, scope, late).await
    }

    async fn covered(&self, page: &CoveragePage) -> Result<Vec<CoveredDossier>, StoreError> {
        coverage::covered(self, page).await
    }

    async fn exempt_reasons(&self, scope: &CoverageScope) -> Result<Vec<(String, u64)>, StoreError> {
        coverage::exempt_reasons(self, scope).await
    }

    async fn last_reception(&self, until: Date) -> Result<Option<Date>, StoreError> {
        coverage::last_reception(self, until).await
    }

    async fn orphans(&self) -> Result<Vec<Orphan>, StoreError> {
        coverage::orphans(self).await
    }

    async fn data_time(&self) -> Result<DataTime, StoreError> {
        coverage::data_time(self).await
    }

    async fn hand_over(
        &self,
        dossier: &DossierCode,
        form: &str,
        now: Timestamp,
        person: &str,
    ) -> Result<(), StoreError> {
        hand_over::hand_over(self, dossier, form, now, person).await
    }

    async fn handled(&self, from: Date, to: Date) -> Result<Vec<PeriodCount>, StoreError> {
        period::counts(self, from, to).await
    }

    async fn unaccounted(&self, from: Date, to: Date) -> Result<Vec<Unaccounted>, StoreError> {
        period::unaccounted(self, from, to).await
    }

    async fn reuse(
        &self,
        dossier: &DossierCode,
        component: &ComponentId,
        document: Option<&DocumentId>,
        now: Timestamp,
        person: &str,
    ) -> Result<(), StoreError> {
        reuse::reuse(self, dossier, component, document, now, person).await
    }

    async fn reused(&self, dossier: &DossierCode) -> Result<Vec<(ComponentId, DocumentId)>, StoreError> {
        reuse::of_dossier(self, dossier).await
    }

    async fn same_papers(&self, dossier: &DossierCode) -> Result<Vec<SamePaper>, StoreError> {
        reuse::same_papers(self, dossier).await
    }

    async fn audit_population(
        &self,
        from: Date,
        to: Date,
        by: StratumBy,
    ) -> Result<Vec<(DocumentId, String)>, StoreError> {
        audit::population(self, from, to, by).await
    }

    async fn add_sample(&self, sample: &AuditSample, now: Timestamp, person: &str) -> Result<i64, StoreError> {
        audit::add(self, sample, now, person).await
    }

    async fn samples(&self) -> Result<Vec<SampleRow>, StoreError> {
        audit::samples(self).await
    }

    async fn sample_items(&self, sample: i64) -> Result<Vec<SampleItem>, StoreError> {
        audit::items(self, sample).await
    }

    async fn compare(
        &self,
        sample: i64,
        document: &DocumentId,
        verdict: Verdict,
        note: &str,
        now: Timestamp,
        person: &str,
    ) -> Result<(), StoreError> {
        audit::compare(self, sample, document, (verdict, note), now, person).await
    }

    async fn ledger(&self) -> Result<Ledger, StoreError> {
        ledger::files(self).await
    }

    async fn page_ledger(&self) -> Result<PageLedger, StoreError> {
        ledger::pages(self).await
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found, StoreError> {
        search::search(self, query).await
    }

    async fn agencies(&self) -> Result<Vec<String>, StoreError> {
        search::agencies(self).await
    }

    async fn events(&self, dossier: Option<&DossierCode>) -> Result<Vec<Event>, StoreError> {
        events::list(self, dossier).await
    }

    async fn history(
        &self,
        dossier: &DossierCode,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<(i64, Event)>, StoreError> {
        events::history(self, dossier, before, most).await
    }

    async fn fixity_checks(&self, of: FixityOf<'_>, most: u32) -> Result<Vec<Event>, StoreError> {
        events::fixity_checks(self, of, most).await
    }

    async fn events_of_file(&self, file: FileId) -> Result<Vec<Event>, StoreError> {
        let events = events::of_file(&mut *self.readers.acquire().await?, file).await?;
        Ok(events.into_iter().map(|(_, event)| event).collect())
    }

    async fn event_lines(&self, after: i64, most: u32) -> Result<Vec<EventLine>, StoreError> {
        events::lines(self, after, most).await
    }

    async fn last_event_number(&self) -> Result<i64, StoreError> {
        browse::last_event(self).await
    }

    async fn last_sealed(&self) -> Result<i64, StoreError> {
        events::last_sealed(self).await
    }

    async fn segments(&self) -> Result<Vec<Segment>, StoreError> {
        events::segments(self).await
    }

    async fn add_segment(&self, segment: &Segment) -> Result<(), StoreError> {
        events::add_segment(self, segment).await
    }

    async fn differences(
        &self,
        objects: &Objects<'_>,
        scratch: &Path,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        rebuild::differences(self, objects, scratch, now).await
    }

    async fn survey(&self, from: Date, to: Date, witness: &mut dyn Witness) -> Result<(), StoreError> {
        survey::survey(self, from, to, witness).await
    }

    async fn tell(&self, told: &[Event]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        events::append(&mut tx, told).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn self_check(&self) -> Result<Vec<String>, StoreError> {
        ledger::self_check(self).await
    }
}
