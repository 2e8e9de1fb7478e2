//! A dossier as the counter sees it: what is missing beside the files as they come, with what is wrong with their pages, and the
//! button that hands the dossier over.

use std::collections::HashMap;
use std::time::Duration;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::{
    DossierCode, EventKind, FileState, Outcome, PageFault, PageRecord, Part, ProfileRule, ProfileWarning, Rotation,
};
use sohoa_store::{DocumentFile, DocumentRow, FileRow, FileSeen};

use super::counter::{close_at, name_of};
use super::dossier::{Shown, description, summary, warnings_of};
use super::html;
use crate::app::App;
use crate::checklist::{ComponentState, Holdings, Item};
use crate::desk::desk;
use crate::error::WebError;
use crate::events::tell;
use crate::format;
use crate::labels::{self, Badge};
use crate::messages::msg;
use crate::page::Page;
use crate::page_quality::faults_of_all;
use crate::pictures::address_of_file;
use crate::visitor::Visitor;

/// Files that are shown, the latest first.
const MOST_FILES: u32 = 60;
/// Thumbnails that are shown of a document, and as many again of pages that something is wrong with; the rest is a number.
const MOST_THUMBNAILS: usize = 12;
/// A file that cannot be opened so soon shows its first page only, until it is read.
const OPENING: Duration = Duration::from_millis(300);

#[derive(Template)]
#[template(path = "counter_dossier.html")]
struct Screen {
    page: Page,
    dossier: Shown,
    desk: Option<Seat>,
    files: Vec<Card>,
    lacks: Vec<String>,
    /// Why it was not handed over.
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "counter_contents.html")]
struct Contents {
    page: Page,
    dossier: Shown,
    files: Vec<Card>,
    lacks: Vec<String>,
    error: Option<String>,
}

/// The counter where the user sits.
struct Seat {
    name: String,
    /// This dossier is open there.
    open: bool,
}

/// A received file.
struct Card {
    id: i64,
    name: String,
    at: String,
    badge: Badge,
    /// What a person has to know or do.
    notes: Vec<String>,
    papers: Vec<Paper>,
    /// A decision about it can be taken back.
    undo: bool,
}

/// A document of a file, or pages that are none yet.
struct Paper {
    title: String,
    about: String,
    warnings: Vec<String>,
    pages: Vec<Thumbnail>,
    /// Pages that are not among them, and the first of these.
    more: usize,
    next: Option<u32>,
}

struct Thumbnail {
    page: u32,
    /// Where it stands, from 1.
    number: u32,
    /// Address of its picture, upright; when that is not known, as it seems to be.
    picture: String,
    faulty: bool,
}

struct View {
    dossier: Shown,
    desk: Option<Seat>,
    files: Vec<Card>,
    lacks: Vec<String>,
}

pub(super) async fn page(
    app: &App,
    page: Page,
    visitor: &Visitor,
    headers: &HeaderMap,
    code: &str,
) -> Result<Response, WebError> {
    screen(app, page, visitor, headers, code, None).await
}

async fn screen(
    app: &App,
    page: Page,
    visitor: &Visitor,
    headers: &HeaderMap,
    code: &str,
    error: Option<String>,
) -> Result<Response, WebError> {
    let View { dossier, desk, files, lacks } = view(app, &page, visitor, headers, code).await?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, html(&Screen { page, dossier, desk, files, lacks, error })?).into_response())
}

pub(super) async fn contents(
    app: &App,
    page: Page,
    visitor: &Visitor,
    headers: &HeaderMap,
    code: &str,
) -> Result<Response, WebError> {
    let View { dossier, files, lacks, .. } = view(app, &page, visitor, headers, code).await?;
    Ok(html(&Contents { page, dossier, files, lacks, error: None })?.into_response())
}

async fn view(app: &App, page: &Page, visitor: &Visitor, headers: &HeaderMap, code: &str) -> Result<View, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let holdings = Holdings::read(app.records(), &code).await?.ok_or(WebError::NotFound)?;
    let open = app.records().open_sessions().await?;
    let seat = desk(app, visitor, headers).map(|desk| Seat {
        name: name_of(&desk),
        open: open.iter().any(|session| session.desk == desk && session.dossier == code),
    });
    let mut files = Vec::new();
    for seen in app.records().files_of_dossier(&code, MOST_FILES).await? {
        // A person sent it back, or it was scanned again: it has no place here any more.
        let rejected = seen.file.reason_code.as_deref() == Some("rejected-by-person");
        let mut card = card(app, page, &seen, &holdings).await;
        if rejected {
            card.papers.clear();
        }
        files.push(card);
    }
    let lacks = lacks(page, &holdings);
    Ok(View { dossier: summary(page, &code, &holdings, false), desk: seat, files, lacks })
}

/// What stands against handing the dossier over. A result is due once the matter is decided.
pub(crate) fn lacks(page: &Page, holdings: &Holdings) -> Vec<String> {
    let finished = holdings.entry.as_ref().is_some_and(|entry| entry.finished.is_some());
    let missing = |item: &&Item| item.state == ComponentState::Missing && (finished || !item.is_result);
    let mut lacks: Vec<String> = holdings.items.iter().filter(missing).map(|item| name(item).to_owned()).collect();
    let count = |state| holdings.files.iter().filter(|file: &&FileRow| file.state == state).count();
    let (pending, review) = (count(FileState::Pending), count(FileState::Review));
    if pending > 0 {
        lacks.push(page.t1("files-pending", "count", pending));
    }
    if review > 0 {
        lacks.push(page.t1("files-review", "count", review));
    }
    lacks
}

fn name(item: &Item) -> &str {
    if item.name.is_empty() { item.id.as_str() } else { &item.name }
}

async fn card(app: &App, page: &Page, seen: &FileSeen, holdings: &Holdings) -> Card {
    let file = &seen.file;
    let documents: Vec<&DocumentRow> = holdings.documents.iter().filter(|row| row.source == file.id).collect();
    let mut notes = Vec::new();
    let mut papers = Vec::new();
    for row in &documents {
        papers.push(of_document(app, page, file, row, &holdings.items).await);
    }
    let waiting: Vec<&Part> = file.parts.iter().filter(|part| part.document.is_none()).collect();
    for part in &waiting {
        let mut paper = loose(page, file, part.first..=part.last, part.code.as_deref());
        paper.title = if part.first == part.last {
            page.t1("paper-page", "page", part.first)
        } else {
            page.t2("paper-pages", "first", part.first, "last", part.last)
        };
        for doubt in &part.doubts {
            let at = doubt.page.checked_sub(part.first).and_then(|i| paper.pages.get_mut(i as usize));
            at.into_iter().for_each(|shown| shown.faulty = true);
        }
        papers.push(paper);
    }
    match file.state {
        FileState::Pending => {
            let opened = tokio::time::timeout(OPENING, pages_of(app, file)).await;
            papers.push(loose(page, file, 1..=opened.unwrap_or(1), None));
        }
        FileState::Attached if documents.is_empty() => notes.push(page.t("file-elsewhere")),
        FileState::Attached if documents.len() < file.parts.len() => notes.push(page.t("file-partly-elsewhere")),
        FileState::Review if waiting.is_empty() => {
            notes.extend(file.reason_code.as_deref().map(|code| page.t(reason(code))));
            if documents.is_empty() {
                papers.push(loose(page, file, 1..=1, None));
            }
        }
        FileState::Rejected => notes.extend(file.reason_code.as_deref().map(|code| page.t(reason(code)))),
        FileState::Duplicate => notes.push(page.t("file-repeats")),
        FileState::Attached | FileState::Review => {}
    }
    let by_person = file.reason_code.as_deref() == Some("rejected-by-person");
    Card {
        id: file.id.0,
        name: file.relative.rsplit('/').next().unwrap_or_default().to_owned(),
        at: format::instant(file.accepted_at),
        badge: badge(file.state, seen.in_work),
        notes,
        papers,
        undo: file.decided || !file.layout.is_empty() || by_person,
    }
}

/// How many pages a received file has; 1 when it cannot be opened.
pub(super) async fn pages_of(app: &App, file: &FileRow) -> u32 {
    match &file.digest {
        Some(digest) => app.services.pictures.pages(digest).await.ok().flatten().unwrap_or(1),
        None => 1,
    }
}

fn badge(state: FileState, in_work: bool) -> Badge {
    let (name, icon, tone) = match (state, in_work) {
        (FileState::Pending, false) => (msg!("file-received"), "inbox", "wait"),
        (FileState::Pending, true) => (msg!("file-reading"), "clock", "wait"),
        (FileState::Attached, _) => (msg!("file-attached"), "check", "good"),
        (FileState::Review, _) => (msg!("file-in-review"), "question", "bad"),
        (FileState::Rejected, _) => (msg!("file-rejected"), "missing", "quiet"),
        (FileState::Duplicate, _) => (msg!("file-duplicate"), "dash", "quiet"),
    };
    Badge { name, icon, tone }
}

/// What a reason code means at the counter, and what to do.
fn reason(code: &str) -> &'static str {
    match code {
        "no-dossier" => msg!("reason-no-dossier"),
        "dossier-conflict" => msg!("reason-conflict"),
        "dossier-unknown" => msg!("reason-unknown"),
        "sheet-unread" => msg!("reason-sheet-unread"),
        "doubtful-split" => msg!("reason-doubtful-split"),
        "only-separators" => msg!("reason-only-separators"),
        "page-failed" => msg!("reason-page-failed"),
        "attempts-exhausted" => msg!("reason-exhausted"),
        "rejected-by-person" => msg!("reason-by-person"),
        _ => msg!("reason-unreadable"),
    }
}

/// A document of this dossier.
async fn of_document(app: &App, page: &Page, file: &FileRow, row: &DocumentRow, items: &[Item]) -> Paper {
    let told = description(app, row).await;
    let records: HashMap<u32, &PageRecord> =
        told.iter().flat_map(|file| &file.pages).map(|record| (record.number, record)).collect();
    let mut warnings = told.as_ref().map(|file| warnings_of(page, file, &row.physical_pages)).unwrap_or_default();
    let mut found = Vec::new();
    let mut pages = Vec::new();
    let mut next = None;
    for (number, place) in row.physical_pages.iter().zip(1..) {
        let record = records.get(number).copied();
        let faults = record.map(PageRecord::faults).unwrap_or_default();
        let faulty = !faults.is_empty();
        found.push((place, faults));
        // Behind the first pages stand those that have to be looked at.
        if pages.len() < MOST_THUMBNAILS || (faulty && pages.len() < 2 * MOST_THUMBNAILS) {
            let turn = turn_of(file, *number, record);
            let picture = address_of_file(file, *number, None, turn);
            pages.push(Thumbnail { page: *number, number: place, picture, faulty });
        } else {
            next.get_or_insert(*number);
        }
    }
    if warned_of_resolution(told.as_ref()) {
        found.iter_mut().for_each(|(_, faults)| faults.retain(|fault| !matches!(fault, PageFault::Coarse { .. })));
    }
    warnings.extend(faults_of_all(page, &found));
    let item = items.iter().find(|item| Some(&item.id) == row.component.as_ref());
    let state = labels::document(row.state);
    let (count, component) = (row.physical_pages.len(), row.component.as_ref());
    let mut about = component.map(|id| format!("{id} · ")).unwrap_or_default();
    about += &format!("{} · {} · {}", row.result_code, page.t1("page-count", "count", count), page.t(state.name));
    Paper {
        title: item.map_or_else(|| page.t("document-unassigned"), |item| name(item).to_owned()),
        about,
        warnings,
        more: count - pages.len(),
        pages,
        next,
    }
}

/// The rules for copies, which ask for a resolution themselves, say already that it is too coarse.
fn warned_of_resolution(told: Option<&DocumentFile>) -> bool {
    let of_resolution = |warning: &ProfileWarning| matches!(warning.rule, ProfileRule::Resolution { .. });
    told.is_some_and(|file| file.warnings.iter().any(of_resolution))
}

/// Pages that are no document yet.
fn loose(page: &Page, file: &FileRow, places: std::ops::RangeInclusive<u32>, code: Option<&str>) -> Paper {
    let at = |place: u32| place.checked_sub(1).and_then(|i| file.layout.pages.order.get(i as usize)).copied();
    let all: Vec<u32> = places.map(|place| at(place).unwrap_or(place)).collect();
    let thumbnail = |(number, place): (&u32, u32)| Thumbnail {
        page: *number,
        number: place,
        picture: address_of_file(file, *number, None, turn_of(file, *number, None)),
        faulty: false,
    };
    Paper {
        title: String::new(),
        about: String::new(),
        warnings: code.map(|code| page.t(reason(code))).into_iter().collect(),
        pages: all.iter().zip(1..).take(MOST_THUMBNAILS).map(thumbnail).collect(),
        more: all.len().saturating_sub(MOST_THUMBNAILS),
        next: all.get(MOST_THUMBNAILS).copied(),
    }
}

/// The turn that makes a page upright: what a person said, else what reading found.
pub(super) fn turn_of(file: &FileRow, page: u32, record: Option<&PageRecord>) -> Option<Rotation> {
    let found = || record?.inspection.as_ref().map(|seen| seen.rotation);
    file.layout.pages.turned.get(&page).copied().or_else(found)
}

#[derive(Deserialize)]
pub(crate) struct HandOver {
    #[serde(default)]
    reason: String,
}

/// The papers go on to whoever works with them. What is missing has to have a reason, which is kept.
pub(crate) async fn hand_over(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Path(code): Path<String>,
    Form(HandOver { reason }): Form<HandOver>,
) -> Result<Response, WebError> {
    let dossier: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let holdings = Holdings::read(app.records(), &dossier).await?.ok_or(WebError::NotFound)?;
    let lacks = lacks(&page, &holdings).len();
    match hand_on(&app, &visitor, &dossier, lacks, &reason).await {
        Err(WebError::Lacking) => {
            let error = page.t("hand-over-refused");
            return screen(&app, page, &visitor, &headers, &code, Some(error)).await;
        }
        done => done?,
    }
    if let Some(desk) = desk(&app, &visitor, &headers) {
        close_at(&app, &visitor, &desk, Some(&dossier)).await?;
    }
    Ok(Redirect::to(&format!("/counter?handed={dossier}")).into_response())
}

/// Puts on record that a dossier was handed on. [`WebError::Lacking`] when so many things are lacking and no reason is given.
pub(crate) async fn hand_on(
    app: &App,
    visitor: &Visitor,
    dossier: &DossierCode,
    lacks: usize,
    reason: &str,
) -> Result<(), WebError> {
    let reason = match reason.trim() {
        "" => "",
        typed => crate::reason::reason(typed).ok_or(WebError::Invalid)?,
    };
    let (outcome, detail) = match lacks {
        0 => (Outcome::Success, String::new()),
        _ if reason.is_empty() => return Err(WebError::Lacking),
        n => (Outcome::Warning, format!("{n} lacking: {reason}")),
    };
    Ok(tell(app, EventKind::HandedOn, outcome, visitor.user.name.as_str(), Some(dossier), &detail).await?)
}
