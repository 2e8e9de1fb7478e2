//! A file that waits, as it is shown: why, what points where and what against, what can be chosen, who decided what before.

use sohoa_domain::{DossierCode, DossierEvidence, Event, EventKind, FileState};
use sohoa_dossier::{Choice, Todo, choices, known_before, pages_in_question};
use sohoa_store::{Decision, FileId, FileRow};

use crate::app::App;
use crate::checklist::{Holdings, Item as ChecklistItem};
use crate::error::WebError;
use crate::format;
use crate::labels::{self, Badge};
use crate::page::Page;
use crate::visitor::Visitor;

/// Dossiers that can be chosen by a number key.
pub(super) const MOST_CHOICES: usize = 9;
/// Keys of components: letters that mean nothing else on the screen.
const LETTERS: &str = "abcdefhijklopqvwxyz";
/// Events that are listed.
const MOST_EVENTS: usize = 12;

/// One file.
pub(super) struct Item {
    pub(super) id: i64,
    /// Number of its last event: what was seen is decided, nothing else.
    pub(super) seen: i64,
    /// It waits for a person.
    pub(super) waits: bool,
    pub(super) source: String,
    pub(super) label: String,
    pub(super) reason: String,
    pub(super) todo: String,
    pub(super) batch: i64,
    pub(super) accepted: String,
    /// How many pages it has, and which is shown first.
    pub(super) pages: u32,
    pub(super) first: u32,
    /// The part that is asked about: first and last page, when the file has several.
    pub(super) part: Option<(u32, u32)>,
    /// The page before is shown beside the page: does a document begin here?
    pub(super) pair: bool,
    pub(super) doubts: Vec<ShownDoubt>,
    pub(super) choices: Vec<ShownChoice>,
    /// A decision about it stands.
    pub(super) decided: bool,
    pub(super) history: Vec<String>,
    /// Who decided last, when, and what.
    last: Option<(String, String, String)>,
}

/// A page that may begin another document.
pub(super) struct ShownDoubt {
    pub(super) page: u32,
    pub(super) cues: String,
}

/// A dossier that can be chosen.
pub(super) struct ShownChoice {
    pub(super) number: usize,
    pub(super) code: String,
    /// Empty when the register does not know it, or the user may not see it.
    pub(super) applicant: String,
    pub(super) procedure: String,
    pub(super) in_register: bool,
    /// It belongs to an agency whose dossiers the user does not see.
    pub(super) foreign: bool,
    pub(super) points_to: Vec<String>,
    pub(super) against: Vec<String>,
    pub(super) components: Vec<ShownComponent>,
}

/// A component that can be chosen.
pub(super) struct ShownComponent {
    pub(super) letter: String,
    /// Dossier and component.
    pub(super) value: String,
    pub(super) name: String,
    pub(super) badge: Badge,
}

/// What has to be known first.
pub(super) struct Notice {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) text: String,
}

impl Notice {
    pub(super) fn bad(text: String) -> Self {
        Self { tone: "bad", icon: "warning", text }
    }

    pub(super) fn good(text: String) -> Self {
        Self { tone: "good", icon: "check", text }
    }
}

/// What was just decided, with the way back.
pub(super) struct Done {
    pub(super) file: i64,
    pub(super) seen: i64,
    pub(super) text: String,
}

impl Done {
    pub(super) async fn of(app: &App, page: &Page, file: FileId, decision: &Decision) -> Result<Self, WebError> {
        let number = file.0.to_string();
        let text = match decision {
            Decision::Assign { dossier, .. } => {
                page.t2("review-assigned", "file", &number, "dossier", dossier.to_string())
            }
            Decision::Split { .. } => page.t1("review-split-done", "file", &number),
            Decision::Merge { .. } => page.t1("review-merge-done", "file", &number),
            Decision::Reject { .. } => page.t1("review-rejected", "file", &number),
            Decision::Edit { .. } => page.t1("review-edit-done", "file", &number),
            Decision::Retry | Decision::Undo => page.t1("review-retried", "file", &number),
        };
        Ok(Self { file: file.0, seen: app.records().last_event_of_file(file).await?, text })
    }
}

/// The part of a file that the next decision is about, when the file has several.
pub(crate) fn part_in_question(row: &FileRow) -> Option<u32> {
    let first = row.parts.iter().find(|part| part.document.is_none())?.first;
    (row.parts.len() > 1).then_some(first)
}

/// The page of a file that is shown first.
pub(super) fn first_page(row: &FileRow) -> u32 {
    let pages = pages_in_question(&row.parts);
    let part = row.parts.iter().find(|part| part.document.is_none());
    // Where a document may begin says more than where the doubtful one does.
    let doubt = part.and_then(|part| part.doubts.first()).map(|doubt| doubt.page);
    doubt.or_else(|| pages.first().copied()).unwrap_or(1)
}

/// Path of a page's picture.
pub(super) fn picture(file: FileId, page: u32) -> String {
    format!("/files/{}/pages/{page}?side=1200", file.0)
}

impl Item {
    pub(super) async fn of(app: &App, page: &Page, visitor: &Visitor, file: FileId) -> Result<Self, WebError> {
        let records = app.records();
        let row = records.file(file).await?.ok_or(WebError::NotFound)?;
        // Before the events: what comes between is noticed when it is decided.
        let seen = records.last_event_of_file(file).await?;
        let events = records.events_of_file(file).await?;
        let code = row.reason_code.clone().filter(|_| row.state == FileState::Review).unwrap_or_default();
        let part = row.parts.iter().find(|part| part.document.is_none());
        let (before, _) = known_before(&row.relative, row.dossier.as_ref(), row.decided, row.session.as_ref());
        let of_part = part.filter(|part| !part.evidence.is_empty()).map(|part| part.evidence.clone());
        let evidence = of_part.unwrap_or(before);
        let candidates = part.map(|part| part.candidates.as_slice()).unwrap_or_default();
        let mut shown = Vec::new();
        for (choice, number) in choices(candidates, &evidence).into_iter().take(MOST_CHOICES).zip(1..) {
            shown.push(ShownChoice::of(app, page, visitor, choice, number).await?);
        }
        let doubts = part.map(|part| part.doubts.as_slice()).unwrap_or_default();
        let doubt = |doubt: &sohoa_domain::Doubt| ShownDoubt {
            page: doubt.page,
            cues: doubt.cues.iter().map(|cue| page.t(labels::cue(*cue))).collect::<Vec<_>>().join(", "),
        };
        let pages = records.pages_of_file(file).await?.max(1);
        let first = first_page(&row);
        let undone = events.iter().filter(|event| event.kind == EventKind::Undone).count();
        let by_person = |event: &&Event| event.kind == EventKind::Decided && event.document.is_none();
        Ok(Self {
            id: file.0,
            seen,
            waits: row.state == FileState::Review,
            label: if code.is_empty() { page.t(labels::file(row.state)) } else { page.t(labels::review_code(&code)) },
            reason: row.reason.clone().unwrap_or_default(),
            todo: page.t(labels::todo(Todo::of(&code))),
            batch: row.batch.0,
            accepted: format::instant(row.accepted_at),
            pages,
            first,
            part: part.filter(|_| row.parts.len() > 1).map(|part| (part.first, part.last)),
            pair: !doubts.is_empty() && first > 1,
            doubts: doubts.iter().map(doubt).collect(),
            choices: shown,
            decided: events.iter().filter(by_person).count() > undone,
            history: events.iter().rev().take(MOST_EVENTS).map(told).collect(),
            last: events
                .iter()
                .rev()
                .find(|event| matches!(event.kind, EventKind::Decided | EventKind::Undone))
                .map(|event| (event.agent.clone(), format::instant(event.at), event.detail.clone())),
            source: row.relative,
        })
    }

    /// That it is no more as it was seen, and who decided.
    pub(super) fn changed(&self, page: &Page) -> Notice {
        let text = match &self.last {
            Some((who, at, _)) => page.t2("review-changed-by", "who", who, "at", at),
            None => page.t("review-changed"),
        };
        Notice { tone: "wait", icon: "people", text }
    }
}

fn told(event: &Event) -> String {
    let detail = if event.detail.is_empty() { event.kind.as_str() } else { event.detail.as_str() };
    format!("{} · {} · {detail}", format::instant(event.at), event.agent)
}

impl ShownChoice {
    /// A dossier that was looked up.
    pub(super) async fn found(
        app: &App,
        page: &Page,
        visitor: &Visitor,
        dossier: DossierCode,
        number: usize,
    ) -> Result<Self, WebError> {
        let choice = Choice { dossier, in_register: None, points_to: Vec::new(), against: Vec::new() };
        Self::of(app, page, visitor, choice, number).await
    }

    pub(super) async fn of(
        app: &App,
        page: &Page,
        visitor: &Visitor,
        choice: Choice,
        number: usize,
    ) -> Result<Self, WebError> {
        let code = &choice.dossier;
        let entry = app.records().dossier(code).await?;
        let foreign = match &entry {
            Some(entry) => !visitor.sees(Some(&entry.agency)),
            None => app.agency_of_dossier(code).await?.is_some_and(|agency| !visitor.sees(Some(&agency))),
        };
        let mut shown = Self {
            number,
            code: code.to_string(),
            applicant: String::new(),
            procedure: String::new(),
            in_register: entry.is_some(),
            foreign,
            points_to: choice.points_to.iter().map(|e| evidence(page, e, false)).collect(),
            against: choice.against.iter().map(|e| evidence(page, e, true)).collect(),
            components: Vec::new(),
        };
        shown.points_to.dedup();
        shown.against.dedup();
        let Some(entry) = entry.filter(|_| !foreign) else { return Ok(shown) };
        let items = Holdings::read(app.records(), code).await?.map(|holdings| holdings.items).unwrap_or_default();
        let component = |(item, letter): (ChecklistItem, char)| ShownComponent {
            letter: letter.to_string(),
            value: format!("{code} {}", item.id),
            name: if item.name.is_empty() { item.id.to_string() } else { item.name },
            badge: labels::component(item.state),
        };
        shown.components = items.into_iter().zip(LETTERS.chars()).map(component).collect();
        shown.procedure = entry.procedure.map(|p| p.to_string()).unwrap_or_default();
        shown.applicant = entry.applicant;
        Ok(shown)
    }
}

/// What says something, where, and, when it speaks of another dossier, of which.
fn evidence(page: &Page, evidence: &DossierEvidence, other: bool) -> String {
    let what = page.t(labels::evidence(evidence.source));
    let what = match evidence.page {
        Some(number) => page.t2("evidence-on-page", "what", &what, "page", number),
        None => what,
    };
    if other { page.t2("evidence-says", "what", &what, "dossier", evidence.code.to_string()) } else { what }
}
