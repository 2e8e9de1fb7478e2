//! What a person decides about a file, and how it is undone.

use jiff::Timestamp;
use serde::Serialize;
use sohoa_domain::{
    Assigned, AttachmentState, Change, ComponentId, DocumentId, DossierCode, Event, EventKind, FileState, Move,
    Outcome, PageEdit, PageState,
};
use sqlx::{Row as _, SqliteConnection};

use super::SqliteRecords;
use super::values::{parsed, parsed_opt, state};
use super::{accept, events, facts, jobs};
use crate::records::{Decision, FileId, FileRow, StoreError};

pub(super) async fn decide(
    db: &SqliteRecords,
    file: FileId,
    seen: Option<i64>,
    decision: &Decision,
    now: Timestamp,
    person: &str,
) -> Result<FileState, StoreError> {
    let mut tx = db.write().await?;
    let state = carry_out(&mut tx, file, seen, decision, now, person).await?;
    tx.commit().await?;
    Ok(state)
}

/// The same within the caller's transaction. When the file changed since `seen`, nothing was written.
pub(super) async fn carry_out(
    conn: &mut SqliteConnection,
    file: FileId,
    seen: Option<i64>,
    decision: &Decision,
    now: Timestamp,
    person: &str,
) -> Result<FileState, StoreError> {
    let row = known(conn, file).await?;
    if let Some(seen) = seen
        && events::of_file_since(conn, file, seen, *decision == Decision::Undo).await?
    {
        return Err(StoreError::Changed(format!("file {}", file.0)));
    }
    let event = |kind, dossier: Option<DossierCode>, detail: &str, to: Move| Event {
        at: now,
        kind,
        outcome: Outcome::Success,
        agent: person.to_owned(),
        source: row.digest,
        dossier,
        document: None,
        detail: detail.to_owned(),
        file: Some(file.0),
        change: Some(Change::Moved(to)),
    };
    let pages = take_off(conn, &row, now, person).await?;
    // What was said about where documents begin stands until it is undone.
    let stays = |to: FileState| Move { layout: row.layout.clone(), ..Move::to(to) };
    let told = match decision {
        Decision::Reject { reason } => {
            let (code, reason) = (Some("rejected-by-person".to_owned()), Some(reason.clone()));
            let to = Move { code, reason, loose_pages: pages, ..stays(FileState::Rejected) };
            event(EventKind::Decided, None, "rejected", to)
        }
        Decision::Retry => event(EventKind::Decided, None, "to be tried again", stays(FileState::Pending)),
        Decision::Assign { dossier, component, part: None } => {
            let to = Move { component: component.clone(), ..stays(FileState::Pending) };
            event(EventKind::Decided, Some(dossier.clone()), "put on a dossier", to)
        }
        Decision::Assign { dossier, component, part: Some(first) } => {
            let part = row.parts.iter().find(|part| part.first == *first);
            let part = part.ok_or_else(|| StoreError::Unknown(format!("document that begins on page {first}")))?;
            let mut to = stays(FileState::Pending);
            to.layout.join(&part.doubts.iter().map(|doubt| doubt.page).collect::<Vec<_>>());
            to.layout.assign(*first, Assigned { dossier: dossier.clone(), component: component.clone() });
            event(EventKind::Decided, None, &format!("the document on page {first} put on a dossier"), to)
        }
        Decision::Split { pages: at } => {
            let mut to = stays(FileState::Pending);
            to.layout.split(pages_of(&row, &pages, at)?);
            event(EventKind::Decided, None, &format!("split at page {}", list(at)), to)
        }
        Decision::Merge { pages: at } => {
            let mut to = stays(FileState::Pending);
            to.layout.join(pages_of(&row, &pages, at)?);
            event(EventKind::Decided, None, &format!("merged at page {}", list(at)), to)
        }
        Decision::Edit { edit } => {
            if let PageEdit::Replace { by, .. } = edit {
                let other = known(conn, FileId(by.file)).await?;
                if other.id == file || other.digest != Some(by.digest) {
                    return Err(StoreError::Unknown(format!("another file {} of these bytes", by.file)));
                }
            }
            let mut to = stays(FileState::Pending);
            to.layout.pages.apply(edit);
            event(EventKind::Decided, None, &edited(&row, &pages, edit)?, to)
        }
        Decision::Undo => {
            let LastDecision { number, before: mut to, named } = last_decision(conn, file).await?;
            let had_documents = to.parts.iter().any(|part| part.document.is_some());
            if matches!(to.state, FileState::Pending | FileState::Attached) || had_documents {
                // What hung on a dossier hangs there again when it is processed as it was.
                to = Move { layout: to.layout, ..Move::to(FileState::Pending) };
            } else if to.loose_pages.is_empty() {
                to.loose_pages = pages;
            }
            // What was said of the dossier before stands.
            let (dossier, component) = named.unzip();
            to.component = component.flatten();
            event(EventKind::Undone, dossier, &format!("event {number} is undone"), to)
        }
    };
    let Some(Change::Moved(to)) = &told.change else {
        return Err(StoreError::Other("a decision that moves nothing".to_owned()));
    };
    // What is in work is taken from its worker, whose lease is gone then.
    sqlx::query("UPDATE job SET state = 'done', token = NULL, leased_until = NULL WHERE file = ?1 AND state <> 'done'")
        .bind(file.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM page WHERE file = ?1 AND document IS NULL").bind(file.0).execute(&mut *conn).await?;
    for step in steps(row.state, to.state)? {
        let to = if step == to.state { to.clone() } else { Move { code: Some("undone".to_owned()), ..Move::to(step) } };
        move_file(conn, file, &to).await?;
    }
    for (number, page) in &to.loose_pages {
        super::complete::insert_page(conn, file, *number, *page, None, None).await?;
    }
    heed(conn, file, told.kind, told.dossier.as_ref(), to).await?;
    if to.state == FileState::Pending {
        jobs::enqueue(conn, file).await?;
    }
    let state = to.state;
    events::append(conn, &[told]).await?;
    Ok(state)
}

/// The pages that are named, when the file has them and each can begin or go on with a document.
fn pages_of<'a>(row: &FileRow, pages: &[(u32, PageState)], named: &'a [u32]) -> Result<&'a [u32], StoreError> {
    let last = pages.iter().map(|(number, _)| *number).max().unwrap_or_default();
    match named.iter().find(|page| !(2..=last).contains(page)) {
        Some(page) => Err(StoreError::Unknown(format!("page {page} behind the first in file {}", row.id.0))),
        None => Ok(named),
    }
}

/// What an edit of pages does, in a clause, when the file has them.
fn edited(row: &FileRow, pages: &[(u32, PageState)], edit: &PageEdit) -> Result<String, StoreError> {
    let there = |page: &u32| match pages.iter().any(|(number, _)| number == page) {
        true => Ok(()),
        false => Err(StoreError::Unknown(format!("page {page} in file {}", row.id.0))),
    };
    Ok(match edit {
        PageEdit::Turn { page, to } => {
            there(page)?;
            format!("page {page} turned by {} degrees", to.degrees())
        }
        PageEdit::Blank { page, blank } => {
            there(page)?;
            format!("page {page} is {}blank", if *blank { "" } else { "not " })
        }
        PageEdit::Replace { page, by } => {
            there(page)?;
            format!("page {page} replaced by page {} of file {}", by.page, by.file)
        }
        PageEdit::Order { pages: order } => {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            if !sorted.iter().eq(pages.iter().map(|(number, _)| number)) {
                return Err(StoreError::Unknown(format!("order of all pages of file {}", row.id.0)));
            }
            format!("pages in the order {}", list(order))
        }
    })
}

fn list(pages: &[u32]) -> String {
    pages.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

async fn known(conn: &mut SqliteConnection, file: FileId) -> Result<FileRow, StoreError> {
    accept::by_id(conn, file).await?.ok_or_else(|| StoreError::Unknown(format!("file {}", file.0)))
}

/// The states on the way from one to another: a decision is undone over the states that lead back.
fn steps(from: FileState, to: FileState) -> Result<Vec<FileState>, StoreError> {
    if from == to {
        return Ok(vec![to]);
    }
    match from.transition(to) {
        Ok(to) => Ok(vec![to]),
        Err(illegal) => {
            let leads = |over: &FileState| from.transition(*over).and_then(|over| over.transition(to)).is_ok();
            let over = [FileState::Review, FileState::Pending].into_iter().find(leads).ok_or(illegal)?;
            Ok(vec![over, to])
        }
    }
}

/// Takes the documents of a file off their dossiers. Returns the states of all its pages.
async fn take_off(
    conn: &mut SqliteConnection,
    file: &FileRow,
    now: Timestamp,
    person: &str,
) -> Result<Vec<(u32, PageState)>, StoreError> {
    let rows =
        sqlx::query("SELECT id, dossier, component, state FROM document WHERE source = ?1 AND state <> 'removed'")
            .bind(file.id.0)
            .fetch_all(&mut *conn)
            .await?;
    let mut told = Vec::new();
    for row in rows {
        let id: DocumentId = parsed(&row, "id")?;
        let to = state(&row, "state", AttachmentState::parse)?.transition(AttachmentState::Removed)?;
        sqlx::query("UPDATE document SET state = ?2 WHERE id = ?1")
            .bind(id.as_str())
            .bind(to.as_str())
            .execute(&mut *conn)
            .await?;
        sqlx::query("UPDATE page SET document = NULL, record = NULL WHERE document = ?1")
            .bind(id.as_str())
            .execute(&mut *conn)
            .await?;
        facts::refresh_around(conn, row.try_get("dossier")?, id.as_str()).await?;
        told.push(Event {
            at: now,
            kind: EventKind::Decided,
            outcome: Outcome::Success,
            agent: person.to_owned(),
            source: file.digest,
            dossier: Some(parsed(&row, "dossier")?),
            document: Some(id),
            detail: "taken off its dossier".to_owned(),
            file: Some(file.id.0),
            change: Some(Change::Attachment { state: to, component: parsed_opt(&row, "component")? }),
        });
    }
    events::append(conn, &told).await?;
    let pages = sqlx::query("SELECT number, state FROM page WHERE file = ?1 ORDER BY number")
        .bind(file.id.0)
        .fetch_all(&mut *conn)
        .await?;
    pages
        .iter()
        .map(|row| Ok((super::values::small(row.try_get("number")?)?, state(row, "state", PageState::parse)?)))
        .collect()
}

/// A dossier that a person named for a whole file, with the component when one was named.
type Named = (DossierCode, Option<ComponentId>);

/// The last decision about a file that was not undone.
struct LastDecision {
    /// Number of its event.
    number: i64,
    /// What the file was before it.
    before: Move,
    /// The dossier that a person had named before it.
    named: Option<Named>,
}

async fn last_decision(conn: &mut SqliteConnection, file: FileId) -> Result<LastDecision, StoreError> {
    let mut standing: Vec<LastDecision> = Vec::new();
    let mut named: Option<Named> = None;
    let mut now = Move::to(FileState::Pending);
    for (number, event) in events::of_file(conn, file).await? {
        let (refused, moved) = match &event.change {
            Some(Change::Seen(arrival)) => (arrival.refused.clone(), None),
            Some(Change::Moved(to)) => (None, Some(to.clone())),
            _ => (None, None),
        };
        if let Some((code, reason)) = refused {
            now = Move { code: Some(code), reason: Some(reason), ..Move::to(FileState::Rejected) };
        }
        let Some(to) = moved else { continue };
        match event.kind {
            EventKind::Decided => {
                let before = named.clone();
                if let Some(dossier) = event.dossier {
                    named = Some((dossier, to.component.clone()));
                }
                standing.push(LastDecision { number, before: std::mem::replace(&mut now, to), named: before });
            }
            EventKind::Undone => {
                named = standing.pop().and_then(|undone| undone.named);
                now = to;
            }
            // Only a person says where documents begin.
            _ => now = Move { layout: now.layout, ..to },
        }
    }
    standing.pop().ok_or_else(|| StoreError::Unknown(format!("a decision about file {} that could be undone", file.0)))
}

/// Writes where a file moved to. What a person said of it stays: see [`heed`].
pub(super) async fn move_file(conn: &mut SqliteConnection, file: FileId, to: &Move) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE file SET state = ?2, reason_code = ?3, reason = ?4, duplicate_of = ?5, parts = ?6 WHERE id = ?1",
    )
    .bind(file.0)
    .bind(to.state.as_str())
    .bind(&to.code)
    .bind(&to.reason)
    .bind(to.duplicate_of)
    .bind(json(&to.parts)?)
    .execute(conn)
    .await?;
    Ok(())
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Other(format!("a part: {e}")))
}

/// Writes what an event says that a person said of a file: where documents begin, and which dossier the file belongs on. When a
/// decision is undone, `dossier` is what an earlier one named. Other events say nothing.
pub(super) async fn heed(
    conn: &mut SqliteConnection,
    file: FileId,
    kind: EventKind,
    dossier: Option<&DossierCode>,
    to: &Move,
) -> Result<(), StoreError> {
    match kind {
        EventKind::Decided => {}
        EventKind::Undone => forget_dossier(conn, file).await?,
        _ => return Ok(()),
    }
    name_dossier(conn, file, dossier, to).await?;
    sqlx::query("UPDATE file SET layout = ?2 WHERE id = ?1").bind(file.0).bind(json(&to.layout)?).execute(conn).await?;
    Ok(())
}

/// Writes the dossier that a person named, if one was.
async fn name_dossier(
    conn: &mut SqliteConnection,
    file: FileId,
    dossier: Option<&DossierCode>,
    to: &Move,
) -> Result<(), StoreError> {
    if let Some(dossier) = dossier {
        sqlx::query("UPDATE file SET dossier = ?2, component = ?3, decided = 1 WHERE id = ?1")
            .bind(file.0)
            .bind(dossier.as_str())
            .bind(to.component.as_ref().map(|c| c.as_str()))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Takes back what a person named: the file has the dossier that it came with, if any.
async fn forget_dossier(conn: &mut SqliteConnection, file: FileId) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE file SET component = NULL, decided = 0, \
         dossier = (SELECT dossier FROM event WHERE event.file = ?1 ORDER BY event.id LIMIT 1) WHERE id = ?1",
    )
    .bind(file.0)
    .execute(conn)
    .await?;
    Ok(())
}
