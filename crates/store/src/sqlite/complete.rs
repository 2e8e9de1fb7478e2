//! The end of a job: documents, pages, file state and events in one transaction.

use jiff::Timestamp;
use sohoa_domain::{AttachmentState, Change, Event, EventKind, FileState, Move, Outcome, PageState};
use sqlx::SqliteConnection;

use super::SqliteRecords;
use super::values::{micros, signed, state};
use super::{accept, batches, decide, events, facts, fields, jobs, register, search};
use crate::records::{Completion, FileId, Lease, NewDocument, StoreError};

pub(super) async fn complete(
    db: &SqliteRecords,
    lease: &Lease,
    completion: &Completion,
    told: &[Event],
    now: Timestamp,
) -> Result<FileState, StoreError> {
    let (to, documents): (Move, &[NewDocument]) = match completion {
        Completion::Attached { documents, .. } if documents.is_empty() => {
            return Err(StoreError::Other("a file without documents cannot be attached".to_owned()));
        }
        Completion::Attached { documents, loose_pages, parts } => {
            let (loose_pages, parts) = (loose_pages.clone(), parts.clone());
            (Move { loose_pages, parts, ..Move::to(FileState::Attached) }, documents)
        }
        Completion::Review { code, reason, documents, loose_pages, parts } => {
            let (code, reason) = (Some(code.clone()), Some(reason.clone()));
            let (loose_pages, parts) = (loose_pages.clone(), parts.clone());
            (Move { code, reason, loose_pages, parts, ..Move::to(FileState::Review) }, documents)
        }
        Completion::Rejected { code, reason } => {
            let (code, reason) = (Some(code.clone()), Some(reason.clone()));
            (Move { code, reason, ..Move::to(FileState::Rejected) }, &[])
        }
        Completion::Duplicate { of } => (duplicate(*of), &[]),
    };
    every_page_once(documents, &to.loose_pages)?;

    let mut tx = db.write().await?;
    let file = jobs::held(&mut tx, lease, now).await?;
    if documents.iter().any(|d| d.source != file) {
        return Err(StoreError::Other("a document names another source file than that of its job".to_owned()));
    }
    let state = match standing_elsewhere(&mut tx, documents, file).await? {
        Some((of, document)) => {
            let event = Event {
                at: now,
                kind: EventKind::Duplicate,
                outcome: Outcome::Success,
                agent: told.first().map_or_else(|| events::AGENT.to_owned(), |e| e.agent.clone()),
                source: Some(document.source_digest),
                dossier: Some(document.dossier.clone()),
                document: Some(document.id.clone()),
                detail: format!("the document of file {} was attached first", of.0),
                file: Some(file.0),
                change: None,
            };
            let to = duplicate(of);
            settle(&mut tx, file, &to, now).await?;
            events::append(&mut tx, &with_move(&[event], &to, file, now)).await?;
            to.state
        }
        None => {
            // The time of the event that tells of the move.
            settle(&mut tx, file, &to, told.last().map_or(now, |event| event.at)).await?;
            for document in documents {
                record(&mut tx, document, now).await?;
            }
            for (number, page) in &to.loose_pages {
                insert_page(&mut tx, file, *number, *page, None, None).await?;
            }
            events::append(&mut tx, &with_move(told, &to, file, now)).await?;
            // A register that came while the file was in work did not see these documents.
            if documents.iter().any(|d| d.state == AttachmentState::AwaitingRegister) {
                register::resolve_awaiting(&mut tx, now, events::AGENT).await?;
            }
            to.state
        }
    };
    sqlx::query("UPDATE job SET state = 'done', token = NULL, leased_until = NULL WHERE id = ?1")
        .bind(lease.job.0)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(state)
}

fn duplicate(of: FileId) -> Move {
    Move { duplicate_of: Some(of.0), ..Move::to(FileState::Duplicate) }
}

/// The events that were told, the last of them with what became of the file.
fn with_move(told: &[Event], to: &Move, file: FileId, now: Timestamp) -> Vec<Event> {
    let mut told: Vec<Event> = told.to_vec();
    if told.is_empty() {
        let kind = match to.state {
            FileState::Attached | FileState::Pending => EventKind::Attached,
            FileState::Review => EventKind::SentToReview,
            FileState::Rejected => EventKind::Rejected,
            FileState::Duplicate => EventKind::Duplicate,
        };
        told.push(Event {
            at: now,
            kind,
            outcome: Outcome::Success,
            agent: events::AGENT.to_owned(),
            source: None,
            dossier: None,
            document: None,
            detail: String::new(),
            file: None,
            change: None,
        });
    }
    told.iter_mut().for_each(|event| event.file = Some(file.0));
    if let Some(last) = told.last_mut() {
        last.change = Some(Change::Moved(to.clone()));
    }
    told
}

/// The pages of documents and the loose ones together are 1, 2, … to the last, each exactly once.
fn every_page_once(documents: &[NewDocument], loose: &[(u32, PageState)]) -> Result<(), StoreError> {
    let mut numbers: Vec<u32> =
        documents.iter().flat_map(|d| d.pages.iter().map(|p| p.number)).chain(loose.iter().map(|(n, _)| *n)).collect();
    numbers.sort_unstable();
    let whole = numbers.iter().zip(1..).all(|(have, want)| *have == want);
    if !whole || documents.iter().any(|d| d.pages.is_empty()) {
        return Err(StoreError::Other(
            "the pages of a file do not add up: each belongs in exactly one place".to_owned(),
        ));
    }
    Ok(())
}

/// A document that already stands for another file, with that file.
async fn standing_elsewhere<'a>(
    conn: &mut SqliteConnection,
    documents: &'a [NewDocument],
    file: FileId,
) -> Result<Option<(FileId, &'a NewDocument)>, StoreError> {
    for document in documents {
        let source: Option<i64> =
            sqlx::query_scalar("SELECT source FROM document WHERE id = ?1 AND state <> 'removed' AND source <> ?2")
                .bind(document.id.as_str())
                .bind(file.0)
                .fetch_optional(&mut *conn)
                .await?;
        if let Some(source) = source {
            return Ok(Some((FileId(source), document)));
        }
    }
    Ok(None)
}

/// Moves the file to its state, if it may, at this time.
async fn settle(conn: &mut SqliteConnection, file: FileId, to: &Move, at: Timestamp) -> Result<(), StoreError> {
    let now =
        accept::by_id(conn, file).await?.ok_or_else(|| StoreError::Corrupt("a job without its file".to_owned()))?;
    now.state.transition(to.state)?;
    decide::move_file(conn, file, to).await?;
    batches::ended(conn, file, at).await
}

/// Writes one document with its pages, stored files and text.
pub(super) async fn record(
    conn: &mut SqliteConnection,
    document: &NewDocument,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = document.id.as_str();
    let before = sqlx::query("SELECT state FROM document WHERE id = ?1").bind(id).fetch_optional(&mut *conn).await?;
    if let Some(row) = before {
        let from = state(&row, "state", AttachmentState::parse)?;
        if from != document.state {
            from.transition(document.state)?;
        }
    }
    // An ordinal that was never asked for is taken as it is; one that differs from the given one breaks the
    // foreign key of the document.
    sqlx::query("INSERT INTO ordinal (dossier, document, ordinal) VALUES (?1, ?2, ?3) ON CONFLICT (dossier, document) DO NOTHING")
        .bind(document.dossier.as_str())
        .bind(id)
        .bind(i64::from(document.ordinal))
        .execute(&mut *conn)
        .await?;
    let row: i64 = sqlx::query_scalar(
        "INSERT INTO document (id, dossier, component, state, ordinal, result_code, source, source_digest, part, \
                               version, evidence, recorded_at, paper) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
         ON CONFLICT (id) DO UPDATE SET dossier = excluded.dossier, component = excluded.component, \
             state = excluded.state, ordinal = excluded.ordinal, result_code = excluded.result_code, \
             source = excluded.source, source_digest = excluded.source_digest, part = excluded.part, \
             version = excluded.version, evidence = excluded.evidence, recorded_at = excluded.recorded_at, \
             paper = excluded.paper \
         RETURNING row",
    )
    .bind(id)
    .bind(document.dossier.as_str())
    .bind(document.component.as_ref().map(|c| c.as_str()))
    .bind(document.state.as_str())
    .bind(i64::from(document.ordinal))
    .bind(&document.result_code)
    .bind(document.source.0)
    .bind(document.source_digest.to_string())
    .bind(i64::from(document.part))
    .bind(i64::from(document.version))
    .bind(&document.evidence)
    .bind(micros(now))
    .bind(&document.paper)
    .fetch_one(&mut *conn)
    .await?;
    // The pages of a removed document's file stay in the ledger, outside every document.
    sqlx::query("UPDATE page SET document = NULL WHERE document = ?1").bind(id).execute(&mut *conn).await?;
    for page in &document.pages {
        let json = serde_json::to_string(page).map_err(|e| StoreError::Other(format!("a page: {e}")))?;
        insert_page(conn, document.source, page.number, page.outcome.state(), Some(id), Some(json)).await?;
    }
    sqlx::query("DELETE FROM rendition WHERE document = ?1").bind(id).execute(&mut *conn).await?;
    for (file, position) in document.renditions.iter().zip(1i64..) {
        sqlx::query(
            "INSERT INTO rendition (document, logical, kind, stored, digest, bytes, position) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(id)
        .bind(&file.logical)
        .bind(file.kind.as_str())
        .bind(&file.stored)
        .bind(file.digest.to_string())
        .bind(signed(file.bytes)?)
        .bind(position)
        .execute(&mut *conn)
        .await?;
    }
    facts::refresh_around(conn, document.dossier.as_str(), id).await?;
    fields::index(conn, &document.id, &document.fields).await?;
    search::index(conn, row, &document.text).await
}

pub(super) async fn insert_page(
    conn: &mut SqliteConnection,
    file: FileId,
    number: u32,
    state: PageState,
    document: Option<&str>,
    record: Option<String>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO page (file, number, state, document, record) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(file.0)
        .bind(i64::from(number))
        .bind(state.as_str())
        .bind(document)
        .bind(record)
        .execute(conn)
        .await?;
    Ok(())
}
