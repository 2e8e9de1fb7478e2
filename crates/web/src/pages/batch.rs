//! One batch: how far it is, how fast it went, what went wrong, and pausing it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use sohoa_domain::FileState;
use sohoa_store::BatchReason;

use super::html;
use crate::app::App;
use crate::batch::{self, Progress, by_state, find};
use crate::error::WebError;
use crate::labels;
use crate::page::Page;
use crate::query::query;
use crate::throughput::{self, Chart};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "batch.html")]
struct Screen {
    page: Page,
    shown: Shown,
    /// The last event when this was looked up.
    as_of: i64,
}

#[derive(Template)]
#[template(path = "batch_contents.html")]
struct Contents {
    page: Page,
    shown: Shown,
}

/// What is shown of a batch.
struct Shown {
    progress: Progress,
    states: Vec<Count>,
    reasons: Vec<Reason>,
    chart: Option<Chart>,
}

struct Count {
    name: &'static str,
    path: String,
    files: u64,
}

/// Files that went wrong for one reason.
struct Reason {
    code: String,
    name: &'static str,
    state: &'static str,
    path: String,
    /// Where they are decided one after the other; empty for those that are rejected.
    review: String,
    files: u64,
}

/// Address of the list of a batch's files in a state, for a reason when one is named.
pub(super) fn files_path(batch: i64, state: &str, code: &str) -> String {
    format!("/batches/{batch}/files{}", query(&[("state", state), ("code", code)]))
}

async fn show(app: &App, page: &Page, batch: i64) -> Result<Shown, WebError> {
    let row = find(app, batch).await?;
    let states = by_state(row.files).map(|(state, files)| Count {
        name: labels::batch_file(state),
        path: files_path(batch, state.as_str(), ""),
        files,
    });
    let reason = |BatchReason { state, code, files }: BatchReason| Reason {
        name: labels::file_code(&code),
        state: labels::batch_file(state),
        path: files_path(batch, state.as_str(), &code),
        review: match state {
            FileState::Review => format!("/review{}", query(&[("code", &code), ("batch", &batch.to_string())])),
            _ => String::new(),
        },
        code,
        files,
    };
    let id = row.id;
    let progress = Progress::of(app, page, row).await?;
    Ok(Shown {
        progress,
        states: states.into(),
        reasons: app.records().batch_reasons(id).await?.into_iter().map(reason).collect(),
        chart: Chart::of(&app.records().batch_minutes(id, 0).await?),
    })
}

/// `/batches/{batch}`.
pub(crate) async fn page(State(app): State<App>, page: Page, Path(batch): Path<i64>) -> Result<Html<String>, WebError> {
    let as_of = app.records().last_event_number().await?;
    let shown = show(&app, &page, batch).await?;
    html(&Screen { page, shown, as_of })
}

/// `/batches/{batch}/contents`: what changes while it runs.
pub(crate) async fn contents(
    State(app): State<App>,
    page: Page,
    Path(batch): Path<i64>,
) -> Result<Html<String>, WebError> {
    let shown = show(&app, &page, batch).await?;
    html(&Contents { page, shown })
}

/// Pauses a batch: what is in work is finished, the rest waits.
pub(crate) async fn pause(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
) -> Result<Redirect, WebError> {
    batch::set_paused(&app, &visitor, batch, true).await?;
    Ok(Redirect::to(&format!("/batches/{batch}")))
}

/// Lets it go on.
pub(crate) async fn resume(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
) -> Result<Redirect, WebError> {
    batch::set_paused(&app, &visitor, batch, false).await?;
    Ok(Redirect::to(&format!("/batches/{batch}")))
}
