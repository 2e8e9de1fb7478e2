//! Files that were received for dossiers, and how they are sent.

use std::io;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sohoa_domain::{DossierCode, Hasher, Sha256Digest};
use sohoa_store::{FileId, FileRow, KeptAnswer};
use tokio_stream::StreamExt as _;
use utoipa::{IntoParams, ToSchema};

use super::responses::{Reading, Writing};
use super::{json_type, tagged};
use crate::app::App;
use crate::error::WebError;
use crate::pages::upload::plain_name;
use crate::stores::{Chunks, Received, Upload};
use crate::visitor::Visitor;

/// How long an answer to a key is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Longest key, bytes.
const LONGEST_KEY: usize = 200;
/// Files that a list shows.
const MOST_FILES: u32 = 200;

/// A file that was received.
#[derive(Serialize, ToSchema)]
pub(crate) struct File {
    /// Number, from 1 in order of arrival.
    file: i64,
    /// `pending`, `attached`, `review`, `rejected` or `duplicate`.
    state: &'static str,
    /// Stable code why it is in review or rejected.
    reason_code: Option<String>,
    /// One clause for it.
    reason: Option<String>,
    /// The earlier file that it repeats.
    duplicate_of: Option<i64>,
    /// The dossier that it was sent for.
    dossier: Option<String>,
    bytes: u64,
    /// SHA-256 of what was received; none when it could not be stored.
    digest: Option<String>,
    /// UTC, ISO 8601.
    accepted_at: String,
}

impl File {
    pub(super) fn of(row: FileRow) -> Self {
        Self {
            file: row.id.0,
            state: row.state.as_str(),
            reason_code: row.reason_code,
            reason: row.reason,
            duplicate_of: row.duplicate_of.map(|file| file.0),
            dossier: row.dossier.map(|code| code.to_string()),
            bytes: row.bytes,
            digest: row.digest.map(|digest| digest.to_string()),
            accepted_at: row.accepted_at.to_string(),
        }
    }
}

/// Files of a dossier, the latest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Files {
    files: Vec<File>,
}

/// The files that were received for a dossier, the latest two hundred.
#[utoipa::path(
    get, path = "/api/v1/dossiers/{code}/files", operation_id = "files", tag = "files",
    params(("code" = String, Path, description = "Dossier code")),
    responses((status = 200, body = Files), Reading)
)]
pub(crate) async fn list(
    State(app): State<App>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let files = app.records().files_of_dossier(&code, MOST_FILES).await?;
    if files.is_empty() && app.records().dossier(&code).await?.is_none() {
        return Err(WebError::NotFound);
    }
    tagged(&headers, &Files { files: files.into_iter().map(|seen| File::of(seen.file)).collect() })
}

/// One file: what became of it.
#[utoipa::path(
    get, path = "/api/v1/files/{file}", operation_id = "file", tag = "files",
    params(("file" = i64, Path, description = "Number of the file")),
    responses((status = 200, body = File), Reading)
)]
pub(crate) async fn get(
    State(app): State<App>,
    Path(file): Path<i64>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    tagged(&headers, &File::of(app.records().file(FileId(file)).await?.ok_or(WebError::NotFound)?))
}

/// What the file is called.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Named {
    /// Name of the file, as evidence; folders before it are left out.
    name: String,
}

/// A file that is in the queue.
#[derive(Serialize, ToSchema)]
pub(crate) struct Taken {
    /// Its number; what becomes of it is told by `/api/v1/files/{file}`.
    pub(super) file: i64,
}

/// Send a file to a dossier.
///
/// The body is the file. With an `Idempotency-Key` the same request again, within seven days, is answered
/// the same and takes nothing twice; the same key with anything else is refused.
#[utoipa::path(
    post, path = "/api/v1/dossiers/{code}/files", operation_id = "send_file", tag = "files",
    params(
        ("code" = String, Path, description = "Dossier code"),
        Named,
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 200 printable characters of the caller's choice"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 202, body = Taken, description = "it is in the queue"), Writing)
)]
pub(crate) async fn upload(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    Query(named): Query<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let name = plain_name(&named.name).ok_or(WebError::Invalid)?;
    let user = &visitor.user.name;
    let upload = Upload { name, dossier: &code, desk: None, by: user.as_str() };
    let Some(key) = key(&headers)? else {
        return taken(&app, upload, chunks(body)).await.map(accepted);
    };
    let _busy = app.busy.enter(format!("{user} {key}")).ok_or(WebError::Conflict)?;
    let programs = &app.services.programs;
    let mut hasher = Hasher::default();
    hasher.update(format!("{code}\n{name}\n").as_bytes());
    if let Some(kept) = programs.answer(user, key).await? {
        let request = digest(hasher, chunks(body)).await?;
        return if request == kept.request { Ok(accepted(kept.body)) } else { Err(WebError::KeyReused) };
    }
    let mut bytes = chunks(body);
    let hashed = (&mut bytes).map(|chunk| chunk.inspect(|chunk| hasher.update(chunk)));
    let body = taken(&app, upload, Box::pin(hashed)).await?;
    let answer = KeptAnswer { request: hasher.finish(), body };
    let now = app.now();
    programs.keep_answer(user, key, &answer, now, now - KEPT).await?;
    Ok(accepted(answer.body))
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, WebError> {
    let Some(sent) = headers.get("idempotency-key") else { return Ok(None) };
    let key = sent.to_str().map_err(|_| WebError::Invalid)?.trim();
    if key.is_empty() || key.len() > LONGEST_KEY { Err(WebError::Invalid) } else { Ok(Some(key)) }
}

/// Takes a file and gives the body of the answer.
async fn taken(app: &App, upload: Upload<'_>, bytes: Chunks<'_>) -> Result<String, WebError> {
    match app.services.uploads.receive(upload, bytes).await? {
        Received::Accepted(file) => serde_json::to_string(&Taken { file: file.0 }).map_err(|_| WebError::Defect),
        Received::Refused(code) => Err(WebError::Refused(code)),
    }
}

fn accepted(body: String) -> Response {
    (StatusCode::ACCEPTED, json_type(), body).into_response()
}

async fn digest(mut hasher: Hasher, mut bytes: Chunks<'_>) -> Result<Sha256Digest, WebError> {
    while let Some(chunk) = bytes.next().await {
        hasher.update(&chunk?);
    }
    Ok(hasher.finish())
}

/// A body as it comes.
pub(super) fn chunks(body: Body) -> Chunks<'static> {
    let lost = |error| io::Error::new(io::ErrorKind::ConnectionAborted, error);
    Box::pin(body.into_data_stream().map(move |chunk| chunk.map_err(lost)))
}
