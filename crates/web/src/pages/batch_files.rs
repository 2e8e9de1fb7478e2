//! The files of a batch, and putting those that went wrong into the queue again.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Redirect};
use serde::Deserialize;
use sohoa_domain::FileState;
use sohoa_store::{BatchFiles, BatchId, FileId, FileRow};

use super::batch::files_path;
use super::html;
use crate::app::App;
use crate::batch::{self, MOST_AGAIN, by_state, find};
use crate::error::WebError;
use crate::format;
use crate::labels::{self, Badge};
use crate::page::Page;
use crate::query::query;
use crate::visitor::Visitor;

/// Files on a screen.
const MOST: u32 = 50;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Asked {
    state: String,
    code: String,
    /// The last one of the screen before.
    after: Option<i64>,
    /// What was just put into the queue again: first and last event, and how many files.
    first: Option<i64>,
    last: Option<i64>,
    again: Option<u64>,
    /// Of how many files that was just taken back.
    undone: Option<u64>,
}

#[derive(Template)]
#[template(path = "batch_files.html")]
struct Screen {
    page: Page,
    batch: i64,
    label: String,
    states: Vec<Choice>,
    codes: Vec<Choice>,
    asked: Asked,
    lines: Vec<Line>,
    /// How many are under the filter.
    count: u64,
    /// How many of them are put into the queue by one press; none when the filter is of other states.
    most_again: u64,
    /// Where they are decided one after the other.
    review: String,
    first: String,
    next: String,
}

struct Choice {
    value: String,
    name: String,
    files: u64,
}

struct Line {
    source: String,
    /// Where it is decided about; empty when it does not wait.
    path: String,
    badge: Badge,
    reason: &'static str,
    accepted: String,
}

impl Line {
    fn of(file: &FileRow) -> Self {
        let failed = matches!(file.state, FileState::Review | FileState::Rejected);
        Self {
            source: file.relative.clone(),
            path: if failed && file.digest.is_some() { format!("/review/{}", file.id.0) } else { String::new() },
            badge: labels::batch_file_badge(file.state),
            reason: file.reason_code.as_deref().map(labels::file_code).unwrap_or_default(),
            accepted: format::instant(file.accepted_at),
        }
    }
}

/// `/batches/{batch}/files?state=&code=`.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    Path(batch): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, WebError> {
    let row = find(&app, batch).await?;
    let state = FileState::parse(&asked.state);
    let choice = |(state, files): (FileState, u64)| Choice {
        value: state.as_str().to_owned(),
        name: page.t(labels::batch_file(state)),
        files,
    };
    let states: Vec<Choice> = by_state(row.files).into_iter().filter(|(_, files)| *files > 0).map(choice).collect();
    let mut codes: Vec<Choice> = Vec::new();
    let mut count = state.map_or(row.files.seen, |_| 0);
    count += states.iter().filter(|choice| choice.value == asked.state).map(|choice| choice.files).sum::<u64>();
    for reason in app.records().batch_reasons(row.id).await? {
        if state.is_some_and(|state| state != reason.state) {
            continue;
        }
        if reason.code == asked.code {
            count = reason.files;
        }
        let name = page.t(labels::file_code(&reason.code));
        codes.push(Choice { value: reason.code, name, files: reason.files });
    }
    let wanted = BatchFiles {
        batch: row.id,
        state,
        code: Some(asked.code.clone()).filter(|code| !code.is_empty()),
        after: asked.after.map(FileId),
        most: MOST + 1,
    };
    let mut files = app.records().batch_files(&wanted).await?;
    let more = files.len() > MOST as usize;
    files.truncate(MOST as usize);
    let address = |after: &str| {
        let pairs = [("state", asked.state.as_str()), ("code", &asked.code), ("after", after)];
        format!("/batches/{batch}/files{}", query(&pairs))
    };
    let again = matches!(state, Some(FileState::Review | FileState::Rejected));
    let last = files.last().filter(|_| more).map(|file| file.id.0.to_string());
    html(&Screen {
        first: asked.after.map(|_| address("")).unwrap_or_default(),
        next: last.map(|last| address(&last)).unwrap_or_default(),
        lines: files.iter().map(Line::of).collect(),
        most_again: if again { count.min(MOST_AGAIN.into()) } else { 0 },
        review: match state {
            Some(FileState::Review) if count > 0 => {
                format!("/review{}", query(&[("code", &asked.code), ("batch", &batch.to_string())]))
            }
            _ => String::new(),
        },
        page,
        batch,
        label: row.label,
        states,
        codes,
        asked,
        count,
    })
}

/// Which files are to be processed again.
#[derive(Deserialize)]
pub(crate) struct Again {
    state: String,
    #[serde(default)]
    code: String,
}

/// Puts files that went wrong into the queue again, each by a decision of its own.
pub(crate) async fn rerun(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
    Form(sent): Form<Again>,
) -> Result<Redirect, WebError> {
    let state = FileState::parse(&sent.state).ok_or(WebError::Invalid)?;
    let code = Some(sent.code.clone()).filter(|code| !code.is_empty());
    let done = batch::rerun(&app, &visitor, BatchId(batch), state, code).await?;
    let (first, last) = (done.events.0.to_string(), done.events.1.to_string());
    let again = done.files.to_string();
    let pairs =
        [("state", sent.state.as_str()), ("code", &sent.code), ("first", &first), ("last", &last), ("again", &again)];
    Ok(Redirect::to(&format!("/batches/{batch}/files{}", query(&pairs))))
}

/// What is to be taken back.
#[derive(Deserialize)]
pub(crate) struct TakenBack {
    first: i64,
    last: i64,
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

/// Takes back what was put into the queue again.
pub(crate) async fn undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
    Form(sent): Form<TakenBack>,
) -> Result<Redirect, WebError> {
    let events = (sent.first, sent.last);
    let by = visitor.user.name.as_str();
    let undone = app.records().undo_rerun(BatchId(batch), events, app.now(), by).await?.to_string();
    let back = files_path(batch, &sent.state, &sent.code);
    let joint = if back.contains('?') { '&' } else { '?' };
    Ok(Redirect::to(&format!("{back}{joint}undone={undone}")))
}
