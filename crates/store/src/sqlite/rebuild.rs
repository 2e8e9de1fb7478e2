//! The records made anew from what they are derived from: events, packages, received bytes and kept register files. And the
//! comparison of the records that stand with those.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use jiff::Timestamp;
use sohoa_domain::text::fold;
use sohoa_domain::{
    Arrival, AttachmentState, Change, ComponentId, DocumentId, DossierCode, Event, EventKind, FileState, PageState,
    Reading, Sha256Digest, local_day, paper_key,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use super::accept::name_of;
use super::register::Imported;
use super::values::{micros, signed};
use super::{
    SqliteRecords, audit, batches, catalogue, complete, decide, events, fields, hand_over, jobs, register, reuse,
    sessions,
};
use crate::blobs::BlobEntry;
use crate::document_file::{DOCUMENT_FILE, DocumentFile};
use crate::durable;
use crate::event_log::{CHAIN_START, EventLine, chain_link};
use crate::field_value::FieldValue;
use crate::ocfl::{Inventory, dossier_of_directory};
use crate::packages::PackageEntry;
use crate::records::{
    FileId, KeptFile, NewDocument, NewFile, Objects, Rebuilt, Records as _, Rendition, RenditionKind, StoreError,
};
use crate::register::{RegisterEntries, read_catalogue};

/// Events that are read together.
const STRETCH: i64 = 10_000;
/// Differences of one table that are told.
const TOLD: u32 = 100;

/// A new database at `path` from the sealed events and what lies in the stores.
pub(super) async fn from_log(path: &Path, objects: &Objects<'_>, now: Timestamp) -> Result<Rebuilt, StoreError> {
    let target = SqliteRecords::open(path).await?;
    let mut tx = target.write().await?;
    let mut rebuild = Rebuild::new(objects);
    let (firsts, _) = objects.log.list().map_err(other)?;
    let mut segments = Vec::new();
    for first in firsts {
        let (segment, lines) = objects.log.read(first).map_err(other)?;
        segments.push(segment);
        for line in lines {
            rebuild.take(&mut tx, &line).await?;
        }
    }
    let mut rebuilt = rebuild.finish(&mut tx, now).await?;
    for segment in &segments {
        events::insert_segment(&mut tx, segment).await?;
    }
    let known: i64 = sqlx::query_scalar("SELECT count(*) FROM event").fetch_one(&mut *tx).await?;
    rebuilt.events = u64::try_from(known).unwrap_or_default();
    tx.commit().await?;
    rebuilt.adopted = adopt(&target, objects, now).await?;
    target.close().await;
    Ok(rebuilt)
}

/// Takes in received bytes that no event tells of: what came in the last seconds before the database was lost. A document
/// that was packaged from them says where they belong; else a person does. They are processed again, with the same result.
async fn adopt(target: &SqliteRecords, objects: &Objects<'_>, now: Timestamp) -> Result<u64, StoreError> {
    let mut known: HashSet<Sha256Digest> = target.register_sources().await?.into_iter().collect();
    known.extend(target.files(None, None).await?.into_iter().filter_map(|file| file.digest));
    let mut orphans = Vec::new();
    for entry in objects.blobs.list() {
        match entry.map_err(other)? {
            BlobEntry::Blob(digest) if !known.contains(&digest) && !FieldValue::is_at(objects.blobs, &digest) => {
                orphans.push(digest);
            }
            _ => {}
        }
    }
    if orphans.is_empty() {
        return Ok(0);
    }
    // With each, whether it is all of its received file: a paper of a stack says nothing of the others.
    let mut packaged: HashMap<Sha256Digest, (bool, DocumentFile)> = HashMap::new();
    for entry in objects.packages.objects() {
        let PackageEntry::Object(root) = entry.map_err(other)? else { continue };
        let dossier = root.file_name().and_then(|name| dossier_of_directory(name.to_str()?));
        let Some(inventory) = dossier.and_then(|d| objects.packages.read(&d).ok().flatten()) else { continue };
        for (content, _) in inventory.contents().filter(|(content, _)| content.ends_with(DOCUMENT_FILE)) {
            let read = durable::read_file(&root.join(content)).ok();
            let document: Option<DocumentFile> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let Some(document) = document else { continue };
            let folder = format!("documents/{}/", document.id);
            let source = document.source.digest;
            let whole = inventory.files().any(|(file, digest)| digest == source && file.starts_with(&folder));
            packaged.insert(source, (whole, document));
        }
    }
    let batch = target.open_batch("ingest", "found when the database was made anew", "", now).await?;
    for digest in &orphans {
        let path = objects.blobs.path(digest);
        let bytes = std::fs::metadata(&path).map_err(other)?.len();
        let document = packaged.get(digest);
        let name = document.map_or_else(|| digest.to_string(), |(_, d)| d.source.name.clone());
        let file = NewFile {
            batch,
            origin: path.to_string_lossy().into_owned(),
            relative: name,
            inode: 0,
            modified_ns: 0,
            digest: *digest,
            bytes,
            dossier: document.filter(|(whole, _)| *whole).map(|(_, d)| d.dossier.clone()),
            desk: None,
        };
        target.accept(&file, now, events::AGENT).await?;
    }
    Ok(orphans.len() as u64)
}

/// Makes the records anew in `scratch` from the events that stand in the database and tells every row that differs.
pub(super) async fn differences(
    live: &SqliteRecords,
    objects: &Objects<'_>,
    scratch: &Path,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let made = SqliteRecords::open(scratch).await?;
    made.close().await;
    let options = SqliteConnectOptions::new().filename(scratch).foreign_keys(true);
    let mut conn = options.connect().await?;
    sqlx::query("ATTACH DATABASE ?1 AS live").bind(live.path.to_string_lossy().into_owned()).execute(&mut conn).await?;
    let mut tx = conn.begin().await?;
    let mut rebuild = Rebuild::new(objects);
    let mut last = 0;
    let mut differ = Vec::new();
    loop {
        let rows = sqlx::query("SELECT id, chain, event FROM live.event WHERE id > ?1 ORDER BY id LIMIT ?2")
            .bind(last)
            .bind(STRETCH)
            .fetch_all(&mut *tx)
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let line = EventLine { number: row.try_get(0)?, chain: row.try_get(1)?, text: row.try_get(2)? };
            last = line.number;
            if let Err(error) = rebuild.take(&mut tx, &line).await {
                // What cannot be followed any more is told once; the rest would differ for that reason alone.
                differ.push(format!("event {}: {error}", line.number));
                return Ok(differ);
            }
        }
    }
    match rebuild.finish(&mut tx, now).await {
        Ok(rebuilt) => differ.extend(rebuilt.problems),
        Err(error) => return Ok(vec![format!("the records do not follow from the events: {error}")]),
    }
    for (table, key, columns) in TABLES {
        for (here, there, what) in [
            ("live", "main", "says other than what is stored"),
            ("main", "live", "is not what follows from what is stored"),
        ] {
            let sql = format!(
                "SELECT {key} AS key FROM (SELECT {columns} FROM {here}.{table} EXCEPT SELECT {columns} FROM \
                 {there}.{table}) LIMIT {TOLD}"
            );
            let keys: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *tx).await?;
            differ.extend(keys.into_iter().map(|k| format!("{table} {k} {what}")));
        }
    }
    tx.rollback().await?;
    conn.close().await?;
    // A changed row is missing on one side and too many on the other: once is enough.
    let mut seen = HashSet::new();
    differ.retain(|d| seen.insert(d.split(' ').take(2).collect::<Vec<_>>().join(" ")));
    Ok(differ)
}

/// Tables that follow from what is stored: name, what names a row, columns.
const TABLES: [(&str, &str, &str); 23] = [
    (
        "file",
        "CAST(id AS TEXT)",
        "id, batch, origin, relative, name_key, inode, modified_ns, digest, bytes, dossier, state, reason_code, reason, \
         duplicate_of, accepted_at, decided, component, layout, parts, session, ended_at",
    ),
    ("batch_with_files", "CAST(id AS TEXT)", "id, kind, label, agency, paused_at"),
    ("batch_files", "batch || '/' || state || '/' || code", "*"),
    ("batch_pages", "batch || '/' || state", "*"),
    ("batch_minutes", "batch || '/' || minute", "*"),
    (
        "document",
        "id",
        "id, dossier, component, state, ordinal, result_code, source, source_digest, part, version, evidence, paper",
    ),
    ("rendition", "document || '/' || kind", "document, logical, kind, stored, digest, bytes, position"),
    ("page", "file || '/' || number", "file, number, state, document, record"),
    (
        "dossier",
        "code",
        "code, procedure, agency, counter, channel, applicant, received, due, finished, returned, return_channel, status, \
         applicant_key, catalogue",
    ),
    ("component", "dossier || '/' || id", "dossier, id, position, name, kind, required, exempt_reason"),
    ("doubtful_field", "document || '/' || name", "document, position, name, nth, page"),
    ("field_confirmation", "document || '/' || name", "document, name, nth, value, person, confirmed_at"),
    ("reuse", "dossier || '/' || component", "dossier, component, document"),
    ("hand_over", "CAST(id AS TEXT)", "id, dossier, form, documents, at"),
    ("coverage", "dossier", "*"),
    ("orphan", "dossier", "*"),
    (
        "audit_sample",
        "CAST(number AS TEXT)",
        "number, name, seed, first_day, last_day, stratified_by, documents, population_digest, list_digest, drawn_at, agent, \
         batch",
    ),
    ("audit_item", "sample || '/' || document", "sample, position, document, stratum"),
    ("audit_result", "sample || '/' || document", "sample, document, verdict, note, compared_at, agent"),
    ("catalogue", "procedure || '/' || valid_from", "procedure, valid_from, name, field, agency, components"),
    ("register_import", "source", "source, imported_at, kind, name"),
    ("session", "CAST(id AS TEXT)", "id, agency, counter, dossier, opened_at, closed_at"),
    ("dossier_history", "CAST(id AS TEXT)", "id, dossier, changed_at, agent, source, before, after, applicant_changed"),
];

/// What the events say of a document.
struct Told {
    dossier: DossierCode,
    file: i64,
    state: AttachmentState,
    component: Option<ComponentId>,
}

/// Records on their way.
struct Rebuild<'a> {
    objects: &'a Objects<'a>,
    chain: String,
    /// Pages outside every document.
    loose: BTreeMap<i64, Vec<(u32, PageState)>>,
    documents: Vec<DocumentId>,
    told: HashMap<DocumentId, Told>,
}

impl<'a> Rebuild<'a> {
    fn new(objects: &'a Objects<'a>) -> Self {
        Self {
            objects,
            chain: CHAIN_START.to_owned(),
            loose: BTreeMap::new(),
            documents: Vec::new(),
            told: HashMap::new(),
        }
    }

    /// Takes the next event.
    async fn take(&mut self, conn: &mut SqliteConnection, line: &EventLine) -> Result<(), StoreError> {
        let link = chain_link(&self.chain, &line.text).to_string();
        if link != line.chain {
            return Err(StoreError::Corrupt(format!("event {} or one before it was changed", line.number)));
        }
        self.chain = link;
        let event: Event =
            serde_json::from_str(&line.text).map_err(|_| StoreError::Corrupt(format!("event {}", line.number)))?;
        sqlx::query("INSERT INTO main.event (id, event, chain) VALUES (?1, ?2, ?3)")
            .bind(line.number)
            .bind(&line.text)
            .bind(&line.chain)
            .execute(&mut *conn)
            .await?;
        if matches!(event.kind, EventKind::RegisterImported | EventKind::CatalogueImported) {
            self.import(conn, &event).await?;
        }
        match (&event.change, event.file) {
            (Some(Change::Seen(arrival)), Some(file)) => seen(conn, file, arrival, &event).await,
            (Some(Change::Moved(to)), Some(file)) => {
                decide::move_file(conn, FileId(file), to).await?;
                decide::heed(conn, FileId(file), event.kind, event.dossier.as_ref(), to).await?;
                if batches::is_end(event.kind) {
                    batches::ended(conn, FileId(file), event.at).await?;
                }
                self.loose.insert(file, to.loose_pages.clone());
                Ok(())
            }
            (Some(Change::Attachment { state, component }), Some(file)) => {
                if let (Some(document), Some(dossier)) = (event.document, event.dossier) {
                    if !self.told.contains_key(&document) {
                        self.documents.push(document.clone());
                    }
                    let told = Told { dossier, file, state: *state, component: component.clone() };
                    self.told.insert(document, told);
                }
                Ok(())
            }
            (Some(Change::Reused { component, document }), _) => match &event.dossier {
                Some(dossier) => reuse::record(conn, dossier, component, document.as_ref()).await,
                None => Ok(()),
            },
            (Some(Change::HandedOver { form, documents }), _) => match &event.dossier {
                Some(dossier) => hand_over::record(conn, dossier, form, *documents, event.at).await,
                None => Ok(()),
            },
            (Some(Change::Sampled(sample)), _) => audit::record(conn, sample, &event).await,
            (Some(Change::Compared { sample, verdict, note }), _) => match &event.document {
                Some(document) => audit::record_result(conn, *sample, document, (*verdict, note), &event).await,
                None => Ok(()),
            },
            (Some(Change::Confirmed { field, value, .. }), _) => match &event.document {
                Some(document) => fields::record(conn, document, field, value.as_ref(), event.at, &event.agent).await,
                None => Ok(()),
            },
            (Some(Change::Paused { batch, paused }), _) => batches::record(conn, *batch, *paused, event.at).await,
            (Some(Change::Session(desk)), _) => sessions::record(conn, desk, event.dossier.as_ref(), event.at).await,
            _ => Ok(()),
        }
    }

    async fn import(&self, conn: &mut SqliteConnection, event: &Event) -> Result<(), StoreError> {
        let Some(digest) = event.source else { return Ok(()) };
        let (name, reading) = match &event.change {
            Some(Change::Imported { name, reading }) => (name.clone(), reading.clone()),
            _ => (String::new(), Reading { headers: self.objects.headers.clone(), ..Reading::default() }),
        };
        let bytes = self.objects.blobs.open_blob(&digest).map_err(other)?;
        let file = KeptFile { digest, name, reading };
        let imported = Imported { file: &file, now: event.at, agent: &event.agent };
        if event.kind == EventKind::CatalogueImported {
            let versions = read_catalogue(bytes, &file.reading).map_err(other)?;
            catalogue::import_versions(conn, imported, &versions).await?;
        } else {
            let entries = RegisterEntries::read(bytes, file.reading.clone());
            register::import_entries(conn, imported, entries, 0).await?;
        }
        Ok(())
    }

    /// Documents and pages, and work for what is pending.
    async fn finish(self, conn: &mut SqliteConnection, now: Timestamp) -> Result<Rebuilt, StoreError> {
        let mut rebuilt = Rebuilt::default();
        let mut packages: HashMap<DossierCode, Option<Inventory>> = HashMap::new();
        for id in &self.documents {
            let told = &self.told[id];
            if !packages.contains_key(&told.dossier) {
                let inventory = self.objects.packages.read(&told.dossier).ok().flatten();
                packages.insert(told.dossier.clone(), inventory);
            }
            let document = packages[&told.dossier].as_ref().and_then(|inventory| self.document(id, told, inventory));
            match document {
                Some(document) => {
                    sqlx::query("INSERT INTO main.ordinal (dossier, document, ordinal) VALUES (?1, ?2, ?3)")
                        .bind(document.dossier.as_str())
                        .bind(document.id.as_str())
                        .bind(i64::from(document.ordinal))
                        .execute(&mut *conn)
                        .await?;
                    complete::record(conn, &document, now).await?;
                    rebuilt.documents += 1;
                }
                None => rebuilt.problems.push(format!("document {id}: its package does not hold it")),
            }
        }
        for (file, pages) in &self.loose {
            for (number, state) in pages {
                complete::insert_page(conn, FileId(*file), *number, *state, None, None).await?;
            }
        }
        let pending: Vec<i64> = sqlx::query_scalar("SELECT id FROM main.file WHERE state = 'pending' ORDER BY id")
            .fetch_all(&mut *conn)
            .await?;
        for file in pending {
            jobs::enqueue(conn, FileId(file)).await?;
        }
        let files: i64 = sqlx::query_scalar("SELECT count(*) FROM main.file").fetch_one(&mut *conn).await?;
        rebuilt.files = u64::try_from(files).unwrap_or_default();
        Ok(rebuilt)
    }

    /// A document as its package holds it.
    fn document(&self, id: &DocumentId, told: &Told, inventory: &Inventory) -> Option<NewDocument> {
        let folder = format!("documents/{id}/");
        let packages = self.objects.packages;
        let object = packages.object_root(&told.dossier);
        let head = inventory.versions.get(&inventory.head)?;
        let mut renditions = Vec::new();
        for (logical, digest) in head.files().filter(|(logical, _)| logical.starts_with(&folder)) {
            let content = inventory.manifest.get(&digest)?.first()?;
            let path = object.join(content);
            renditions.push(Rendition {
                kind: RenditionKind::of_file(logical.strip_prefix(&folder)?),
                logical: logical.to_owned(),
                stored: path.strip_prefix(packages.root()).ok()?.to_string_lossy().into_owned(),
                digest,
                bytes: std::fs::metadata(&path).ok()?.len(),
            });
        }
        renditions.sort_by_key(|r| r.kind);
        let place = |kind| renditions.iter().find(|r| r.kind == kind).map(|r| packages.root().join(&r.stored));
        let bytes = durable::read_file(&place(RenditionKind::Metadata)?).ok()?;
        let file: DocumentFile = serde_json::from_slice(&bytes).ok()?;
        let text = String::from_utf8(durable::read_file(&place(RenditionKind::Text)?).ok()?).ok()?;
        let version = inventory.first_with(renditions.iter().map(|r| (r.logical.as_str(), r.digest)))?.get();
        (file.id == *id && file.dossier == told.dossier).then_some(NewDocument {
            id: file.id,
            dossier: file.dossier,
            component: told.component.clone(),
            state: told.state,
            ordinal: file.ordinal,
            result_code: file.result_code,
            source: FileId(told.file),
            source_digest: file.source.digest,
            part: file.part,
            version,
            pages: if told.state == AttachmentState::Removed { Vec::new() } else { file.pages },
            renditions,
            text,
            evidence: file.evidence.to_string(),
            paper: paper_key(&file.fields),
            fields: file.fields,
        })
    }
}

/// Writes the row of a file that was seen for the first time.
async fn seen(conn: &mut SqliteConnection, file: i64, from: &Arrival, event: &Event) -> Result<(), StoreError> {
    let (batch, kind, label) = &from.batch;
    sqlx::query(
        "INSERT INTO main.batch (id, kind, label, agency, opened_at, day) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT DO NOTHING",
    )
    .bind(batch)
    .bind(kind)
    .bind(label)
    .bind(&from.agency)
    .bind(micros(event.at))
    .bind(local_day(event.at).to_string())
    .execute(&mut *conn)
    .await?;
    let (state, (code, reason)) = match &from.refused {
        Some((code, reason)) => (FileState::Rejected, (Some(code), Some(reason))),
        None => (FileState::Pending, (None, None)),
    };
    sqlx::query(
        "INSERT INTO main.file (id, batch, origin, relative, name_key, inode, modified_ns, digest, bytes, dossier, state, \
         reason_code, reason, accepted_at, released, session) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )
    .bind(file)
    .bind(batch)
    .bind(&from.origin)
    .bind(&from.relative)
    .bind(fold(name_of(&from.relative)))
    .bind(from.inode.map(u64::cast_signed))
    .bind(from.modified_ns)
    .bind(event.source.map(|d| d.to_string()))
    .bind(signed(from.bytes)?)
    .bind(event.dossier.as_ref().map(|d| d.as_str()))
    .bind(state.as_str())
    .bind(code)
    .bind(reason)
    .bind(micros(event.at))
    .bind(!lies_there(from))
    .bind(from.session.as_ref().map(|d| d.as_str()))
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether the very file still lies where it was found: then it was not moved out of its folder.
fn lies_there(from: &Arrival) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let modified = |m: &std::fs::Metadata| m.mtime().checked_mul(1_000_000_000)?.checked_add(m.mtime_nsec());
    std::fs::symlink_metadata(&from.origin)
        .is_ok_and(|m| Some(m.ino()) == from.inode && modified(&m) == from.modified_ns)
}

fn other(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}
