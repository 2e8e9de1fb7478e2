//! Batches: how far each is, pausing, files that went wrong, the report, and the start of one.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sohoa_domain::{FileState, Sha256Digest};
use sohoa_store::{BatchFiles, BatchId, BatchPage, BatchReason, FileId};
use utoipa::{IntoParams, ToSchema};

use super::files::File;
use super::responses::{Reading, Writing};
use super::status::{FilesByState, PagesByState};
use super::{page_size, quoted, tagged, tagged_as};
use crate::app::App;
use crate::batch::{self, Standing, find};
use crate::error::WebError;
use crate::page::Page;
use crate::pages::batch_report;
use crate::visitor::Visitor;

/// Which batches.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// `ingest`: papers of former years; `inbox`: those of a scan folder.
    #[serde(default)]
    kind: Option<String>,
    /// The `next` of the answer before.
    #[serde(default)]
    after: Option<i64>,
    /// At most so many, 1 to 200.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    most: Option<u32>,
}

/// A batch and how far it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Batch {
    /// Number.
    batch: i64,
    /// `ingest` or `inbox`.
    kind: String,
    /// The folder that it came from.
    label: String,
    /// Empty when it was no agency's folder.
    agency: String,
    /// UTC, ISO 8601.
    opened_at: String,
    /// Since when it is paused.
    paused_at: Option<String>,
    /// `running`, `paused`, or `ended` when nothing is left to do.
    state: &'static str,
    files: FilesByState,
    pages: PagesByState,
    /// Files that still lie in the folder, while it is being taken in.
    to_take: Option<u64>,
    /// Files that are in work now.
    in_work: u64,
    /// Of the last 15 minutes; none before a whole minute was seen, and when nothing is left.
    pages_a_minute: Option<u64>,
    /// How long it will take; none while too little was seen, while it is paused, and when nothing is left.
    minutes_left: Option<MinutesLeft>,
}

/// A range.
#[derive(Serialize, ToSchema)]
pub(crate) struct MinutesLeft {
    fewest: u64,
    most: u64,
}

impl From<Standing> for Batch {
    fn from(standing: Standing) -> Self {
        let Standing { row, to_take, in_work, state, pages_a_minute, minutes_left } = standing;
        Self {
            batch: row.id.0,
            kind: row.kind,
            label: row.label,
            agency: row.agency,
            opened_at: row.opened_at.to_string(),
            paused_at: row.paused_at.map(|at| at.to_string()),
            state,
            files: row.files.into(),
            pages: row.pages.into(),
            to_take,
            in_work,
            pages_a_minute,
            minutes_left: minutes_left.map(|(fewest, most)| MinutesLeft { fewest, most }),
        }
    }
}

/// Some of the batches, the latest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Batches {
    batches: Vec<Batch>,
    /// What to ask with `after` for those that follow; none when these are the last.
    next: Option<i64>,
}

/// Batches that the caller may see. Those without files are left out.
#[utoipa::path(
    get, path = "/api/v1/batches", operation_id = "batches", tag = "batches", params(Asked),
    responses((status = 200, body = Batches), Reading)
)]
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let most = page_size(asked.most)?;
    let kind = asked.kind.unwrap_or_default();
    if !["", "ingest", "inbox"].contains(&kind.as_str()) {
        return Err(WebError::Invalid);
    }
    let (agency, before) = (visitor.user.agency, asked.after.map(BatchId));
    let wanted = BatchPage { agency, kind, paused: false, before, most: most as u32 + 1 };
    let mut rows = app.records().batches(&wanted).await?;
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|row| row.id.0);
    let mut batches = Vec::new();
    for row in rows {
        batches.push(Standing::of(&app, row).await?.into());
    }
    tagged(&headers, &Batches { batches, next })
}

/// A folder of papers of former years that can become a batch.
#[derive(Serialize, ToSchema)]
pub(crate) struct Folder {
    /// What the start of a batch names.
    folder: String,
    /// What people call it.
    name: String,
}

/// Folders that can become a batch.
#[derive(Serialize, ToSchema)]
pub(crate) struct Folders {
    folders: Vec<Folder>,
}

/// Folders of papers of former years that the caller may start a batch of.
#[utoipa::path(
    get, path = "/api/v1/backlog", operation_id = "backlog", tag = "batches",
    responses((status = 200, body = Folders), Reading)
)]
pub(crate) async fn backlog(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let folders = batch::folders(&app, &visitor).await?.into_iter();
    let folders = folders.map(|folder| Folder { folder: folder.value, name: folder.name });
    tagged(&headers, &Folders { folders: folders.collect() })
}

/// Of what a batch is started.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartOfBatch {
    /// A `folder` of `/api/v1/backlog`.
    folder: String,
}

/// A batch that was started.
#[derive(Serialize, ToSchema)]
pub(crate) struct Started {
    /// Its number.
    batch: i64,
}

/// Start a batch of a folder of papers of former years.
///
/// Its files are taken in from then on. While a batch of the same folder is being taken in, that is the answer. 409: there is no such
/// folder for this caller.
#[utoipa::path(
    post, path = "/api/v1/batches", operation_id = "start_batch", tag = "batches", request_body = StartOfBatch,
    responses((status = 201, body = Started, headers(("Location" = String))), Writing)
)]
pub(crate) async fn start(
    State(app): State<App>,
    visitor: Visitor,
    Json(sent): Json<StartOfBatch>,
) -> Result<Response, WebError> {
    let BatchId(batch) = batch::start(&app, &visitor, &sent.folder).await?;
    let place = [(header::LOCATION, format!("/api/v1/batches/{batch}"))];
    Ok((StatusCode::CREATED, place, Json(Started { batch })).into_response())
}

/// Files of a batch that went wrong for one reason.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reason {
    /// `review` or `rejected`.
    state: &'static str,
    /// Stable code why.
    code: String,
    files: u64,
}

/// One batch.
#[derive(Serialize, ToSchema)]
pub(crate) struct OneBatch {
    #[serde(flatten)]
    batch: Batch,
    /// Why files wait for a person or are rejected: review first, the most frequent first.
    reasons: Vec<Reason>,
}

/// One batch: how far it is, how fast it goes, what went wrong.
#[utoipa::path(
    get, path = "/api/v1/batches/{batch}", operation_id = "batch", tag = "batches",
    params(("batch" = i64, Path, description = "Number of the batch")),
    responses((status = 200, body = OneBatch), Reading)
)]
pub(crate) async fn get(
    State(app): State<App>,
    Path(batch): Path<i64>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let row = find(&app, batch).await?;
    let reason = |BatchReason { state, code, files }: BatchReason| Reason { state: state.as_str(), code, files };
    let reasons = app.records().batch_reasons(row.id).await?.into_iter().map(reason).collect();
    tagged(&headers, &OneBatch { batch: Standing::of(&app, row).await?.into(), reasons })
}

/// Pause a batch: files in work are finished, the others wait.
///
/// Batches of scan folders are never paused (409): somebody waits for their papers.
#[utoipa::path(
    post, path = "/api/v1/batches/{batch}/pause", operation_id = "pause_batch", tag = "batches",
    params(("batch" = i64, Path, description = "Number of the batch")),
    responses((status = 204, description = "it is paused"), Writing)
)]
pub(crate) async fn pause(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
) -> Result<StatusCode, WebError> {
    batch::set_paused(&app, &visitor, batch, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a batch that was paused go on.
#[utoipa::path(
    post, path = "/api/v1/batches/{batch}/resume", operation_id = "resume_batch", tag = "batches",
    params(("batch" = i64, Path, description = "Number of the batch")),
    responses((status = 204, description = "it goes on"), Writing)
)]
pub(crate) async fn resume(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
) -> Result<StatusCode, WebError> {
    batch::set_paused(&app, &visitor, batch, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which files of a batch.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedFiles {
    /// `pending`, `attached`, `review`, `rejected` or `duplicate`.
    #[serde(default)]
    state: Option<String>,
    /// Stable code why they are in review or rejected.
    #[serde(default)]
    code: Option<String>,
    /// The `next` of the answer before.
    #[serde(default)]
    after: Option<i64>,
    /// At most so many, 1 to 200.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    most: Option<u32>,
}

/// Files of a batch in order of arrival.
#[derive(Serialize, ToSchema)]
pub(crate) struct FilesOfBatch {
    files: Vec<File>,
    /// What to ask with `after` for those that follow; none when these are the last.
    next: Option<i64>,
}

/// The files of a batch.
#[utoipa::path(
    get, path = "/api/v1/batches/{batch}/files", operation_id = "files_of_batch", tag = "batches",
    params(("batch" = i64, Path, description = "Number of the batch"), AskedFiles),
    responses((status = 200, body = FilesOfBatch), Reading)
)]
pub(crate) async fn files(
    State(app): State<App>,
    Path(batch): Path<i64>,
    Query(asked): Query<AskedFiles>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let most = page_size(asked.most)?;
    let state = asked.state.map(|word| FileState::parse(&word).ok_or(WebError::Invalid)).transpose()?;
    let batch = find(&app, batch).await?.id;
    let wanted = BatchFiles { batch, state, code: asked.code, after: asked.after.map(FileId), most: most as u32 + 1 };
    let mut files = app.records().batch_files(&wanted).await?;
    let more = files.len() > most;
    files.truncate(most);
    let next = files.last().filter(|_| more).map(|file| file.id.0);
    tagged(&headers, &FilesOfBatch { files: files.into_iter().map(File::of).collect(), next })
}

/// Which files are processed once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Again {
    state: Wrong,
    /// Stable code why they are there; without one all of the state.
    #[serde(default)]
    code: Option<String>,
}

/// A state of files that went wrong.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Wrong {
    Review,
    Rejected,
}

/// Files that are in the queue again.
#[derive(Serialize, ToSchema)]
pub(crate) struct InQueueAgain {
    /// How many: at most a thousand at once. Those without bytes are left out.
    files: u64,
    /// What takes it back; none when there were no such files.
    events: Option<EventRange>,
}

/// Numbers of the first and the last event of what was done together.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventRange {
    first: i64,
    last: i64,
}

/// Process files of a batch once more that went wrong.
///
/// Each is a decision of its own, at most a thousand with one request. `events` of the answer takes them back.
#[utoipa::path(
    post, path = "/api/v1/batches/{batch}/rerun", operation_id = "rerun_batch", tag = "batches",
    params(("batch" = i64, Path, description = "Number of the batch")),
    request_body = Again,
    responses((status = 200, body = InQueueAgain), Writing)
)]
pub(crate) async fn rerun(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
    Json(sent): Json<Again>,
) -> Result<Response, WebError> {
    let batch = find(&app, batch).await?.id;
    let state = match sent.state {
        Wrong::Review => FileState::Review,
        Wrong::Rejected => FileState::Rejected,
    };
    let done = batch::rerun(&app, &visitor, batch, state, sent.code).await?;
    let (first, last) = done.events;
    let events = (done.files > 0).then_some(EventRange { first, last });
    Ok(Json(InQueueAgain { files: done.files, events }).into_response())
}

/// Files of which it was taken back.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenBack {
    files: u64,
}

/// Take back that files were put into the queue again.
///
/// Files of which something else was decided since, or that a worker has ended with, stay as they are.
#[utoipa::path(
    post, path = "/api/v1/batches/{batch}/rerun/undo", operation_id = "undo_rerun", tag = "batches",
    params(("batch" = i64, Path, description = "Number of the batch")),
    request_body = EventRange,
    responses((status = 200, body = TakenBack), Writing)
)]
pub(crate) async fn undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
    Json(EventRange { first, last }): Json<EventRange>,
) -> Result<Response, WebError> {
    let batch = find(&app, batch).await?.id;
    let by = visitor.user.name.as_str();
    let files = app.records().undo_rerun(batch, (first, last), app.now(), by).await?;
    Ok(Json(TakenBack { files }).into_response())
}

/// The report of a batch as a file, in the language of the caller: what came of its files and pages, with sums that close.
#[utoipa::path(
    get, path = "/api/v1/batches/{batch}/report/{form}", operation_id = "report_of_batch", tag = "batches",
    params(
        ("batch" = i64, Path, description = "Number of the batch"),
        ("form" = String, Path, description = "`pdf`, `xlsx` or `csv`"),
    ),
    responses(
        (status = 200, description = "the file", content(
            ("application/pdf"), ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), ("text/csv"),
        )),
        Reading,
    )
)]
pub(crate) async fn report(
    State(app): State<App>,
    page: Page,
    Path((batch, form)): Path<(i64, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let (described, bytes) = batch_report::made(&app, &page, batch, &form).await?;
    tagged_as(&headers, &quoted(Sha256Digest::of(&bytes)), (described, bytes))
}
