//! Batches (số hóa tồn đọng): all that the user may see, the latest first, and the start of one from a folder that the settings allow.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_store::{BatchId, BatchPage};

use super::html;
use crate::app::App;
use crate::batch::{self, Folder, Progress};
use crate::error::WebError;
use crate::page::Page;
use crate::query::query;
use crate::visitor::Visitor;

/// Batches on a screen.
const MOST: u32 = 20;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Asked {
    /// `ingest` or `inbox`; empty: both.
    kind: String,
    /// The last one of the screen before.
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "batches.html")]
struct Batches {
    page: Page,
    list: List,
    folders: Vec<Folder>,
    /// The last event when this was looked up.
    as_of: i64,
}

#[derive(Template)]
#[template(path = "batches_list.html")]
struct Part {
    page: Page,
    list: List,
}

struct List {
    kind: String,
    batches: Vec<Progress>,
    /// Address of this part of the list, and of the first and the next; empty where this is the first or the last.
    here: String,
    first: String,
    next: String,
}

/// `/batches`: all of them; htmx asks for the list alone.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let as_of = app.records().last_event_number().await?;
    let wanted = BatchPage {
        agency: visitor.user.agency.clone(),
        kind: asked.kind.clone(),
        paused: false,
        before: asked.before.map(BatchId),
        most: MOST + 1,
    };
    let mut rows = app.records().batches(&wanted).await?;
    let more = rows.len() > MOST as usize;
    rows.truncate(MOST as usize);
    let address = |before: &str| format!("/batches{}", query(&[("kind", &asked.kind), ("before", before)]));
    let last = rows.last().filter(|_| more).map(|row| row.id.0.to_string());
    let mut list = List {
        here: address(&asked.before.map(|id| id.to_string()).unwrap_or_default()),
        first: asked.before.map(|_| address("")).unwrap_or_default(),
        next: last.map(|last| address(&last)).unwrap_or_default(),
        kind: asked.kind.clone(),
        batches: Vec::new(),
    };
    for row in rows {
        list.batches.push(Progress::of(&app, &page, row).await?);
    }
    if headers.contains_key("hx-request") {
        return Ok(html(&Part { page, list })?.into_response());
    }
    let folders = batch::folders(&app, &visitor).await?;
    Ok(html(&Batches { page, list, folders, as_of })?.into_response())
}

/// What the form of a start says.
#[derive(Deserialize)]
pub(crate) struct Start {
    /// Number of the folder, a slash, name of the sub-folder.
    folder: String,
}

/// Starts a batch of one sub-folder. Only what the screen offers this user can be named.
pub(crate) async fn start(
    State(app): State<App>,
    visitor: Visitor,
    Form(sent): Form<Start>,
) -> Result<Redirect, WebError> {
    let batch = batch::start(&app, &visitor, &sent.folder).await?;
    Ok(Redirect::to(&format!("/batches/{}", batch.0)))
}
