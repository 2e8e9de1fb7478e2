//! Large files in parts, by the protocol of tus (tus.io, version 1.0.0, with creation, expiration and termination): an upload that
//! broke off goes on where it stands, after a restart too.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sohoa_domain::DossierCode;
use utoipa::ToSchema;

use super::files::chunks;
use super::responses::{Reading, Resuming, Writing};
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::pages::upload::plain_name;
use crate::stores::{Appended, Begun, OpenUpload, Received, Upload};
use crate::visitor::Visitor;

const VERSION: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// How far an upload is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Standing {
    /// Bytes that are here.
    offset: u64,
    /// Bytes of the whole file.
    length: u64,
    /// Number of the file once it is whole and in the queue.
    file: Option<i64>,
    /// Stable code why the whole file was refused.
    refused: Option<&'static str>,
}

/// Begin to send a large file to a dossier.
#[utoipa::path(
    post, path = "/api/v1/dossiers/{code}/uploads", operation_id = "begin_upload", tag = "uploads",
    params(
        ("code" = String, Path, description = "Dossier code"),
        ("Upload-Length" = u64, Header, description = "Bytes of the file"),
        ("Upload-Metadata" = String, Header, description = "`filename` and, behind a space, its name in Base64"),
    ),
    responses(
        (status = 201, description = "`Location` is where the bytes go", headers(
            ("Location" = String), ("Upload-Offset" = u64), ("Upload-Expires" = String, description = "RFC 9110 date"),
        )),
        (status = 412, body = Problem, content_type = "application/problem+json", description = "another version of tus"),
        (status = 507, body = Problem, content_type = "application/problem+json", description = "too much is unfinished"),
        Writing,
    )
)]
pub(crate) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let dossier: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    check_version(&headers)?;
    let length = number(&headers, &LENGTH)?;
    let name = file_name(&headers).ok_or(WebError::Invalid)?;
    let name = plain_name(&name).ok_or(WebError::Invalid)?;
    let upload = Upload { name, dossier: &dossier, desk: None, by: visitor.user.name.as_str() };
    match app.services.resumable.begin(upload, length, app.now()).await? {
        Begun::Open(open) => {
            let place = format!("/api/v1/dossiers/{dossier}/uploads/{}", open.id);
            Ok((StatusCode::CREATED, told(&open), [(header::LOCATION, place)]).into_response())
        }
        Begun::TooLarge => Err(WebError::TooLarge),
        Begun::Full => Err(WebError::UploadsFull),
    }
}

/// How far an upload is.
///
/// `HEAD` tells the same in `Upload-Offset` and `Upload-Length`.
#[utoipa::path(
    get, path = "/api/v1/dossiers/{code}/uploads/{upload}", operation_id = "upload", tag = "uploads",
    params(("code" = String, Path, description = "Dossier code"), ("upload" = String, Path, description = "Id of the upload")),
    responses(
        (status = 200, body = Standing, headers(("Upload-Offset" = u64), ("Upload-Length" = u64), ("Upload-Expires" = String))),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "there is no such upload any more"),
        Reading,
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    visitor: Visitor,
    Path((code, upload)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let open = own(&app, &visitor, &code, &upload).await?;
    // A process that ended between the last byte and the queue left it whole.
    let open = match open.offset == open.length && open.outcome.is_none() {
        true => {
            let _busy = app.busy.enter(format!("upload {upload}")).ok_or(WebError::Conflict)?;
            app.services.resumable.finish(open).await?
        }
        false => open,
    };
    let (file, refused) = match open.outcome {
        Some(Received::Accepted(file)) => (Some(file.0), None),
        Some(Received::Refused(code)) => (None, Some(code.as_str())),
        None => (None, None),
    };
    let standing = Standing { offset: open.offset, length: open.length, file, refused };
    Ok((told(&open), Json(standing)).into_response())
}

/// Send bytes of an upload, from where it stands.
///
/// With the last byte the file goes into the queue.
#[utoipa::path(
    patch, path = "/api/v1/dossiers/{code}/uploads/{upload}", operation_id = "append_to_upload", tag = "uploads",
    params(
        ("code" = String, Path, description = "Dossier code"),
        ("upload" = String, Path, description = "Id of the upload"),
        ("Upload-Offset" = u64, Header, description = "Bytes that are there already"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "they are there", headers(("Upload-Offset" = u64), ("Upload-Expires" = String))),
        Resuming,
        (status = 415, body = Problem, content_type = "application/problem+json", description = "not application/offset+octet-stream"),
        Writing,
    )
)]
pub(crate) async fn append(
    State(app): State<App>,
    visitor: Visitor,
    Path((code, upload)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, WebError> {
    check_version(&headers)?;
    let open = own(&app, &visitor, &code, &upload).await?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/offset+octet-stream") {
        return Err(WebError::MediaType);
    }
    let offset = number(&headers, &OFFSET)?;
    let _busy = app.busy.enter(format!("upload {upload}")).ok_or(WebError::Conflict)?;
    let open = match app.services.resumable.append(open, offset, chunks(body)).await? {
        Appended::Open(open) => open,
        Appended::WrongOffset => return Err(WebError::WrongOffset),
        Appended::TooMuch => return Err(WebError::TooLarge),
    };
    Ok((StatusCode::NO_CONTENT, told(&open)).into_response())
}

/// Give an upload up: what was sent is removed.
///
/// What is in the queue already stays there.
#[utoipa::path(
    delete, path = "/api/v1/dossiers/{code}/uploads/{upload}", operation_id = "end_upload", tag = "uploads",
    params(("code" = String, Path, description = "Dossier code"), ("upload" = String, Path, description = "Id of the upload")),
    responses(
        (status = 204, description = "it is gone"),
        Resuming,
        Writing,
    )
)]
pub(crate) async fn end(
    State(app): State<App>,
    visitor: Visitor,
    Path((code, upload)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    check_version(&headers)?;
    let open = own(&app, &visitor, &code, &upload).await?;
    let _busy = app.busy.enter(format!("upload {upload}")).ok_or(WebError::Conflict)?;
    app.services.resumable.end(&open).await?;
    Ok((StatusCode::NO_CONTENT, [(VERSION, HeaderValue::from_static("1.0.0"))]).into_response())
}

/// An upload of this user to this dossier.
async fn own(app: &App, visitor: &Visitor, code: &str, upload: &str) -> Result<OpenUpload, WebError> {
    let open = app.services.resumable.look(upload, app.now()).await?;
    let is_own = |open: &OpenUpload| open.dossier.as_str() == code && open.by == visitor.user.name.as_str();
    open.filter(is_own).ok_or(WebError::UploadGone)
}

/// What every answer about an upload tells.
fn told(open: &OpenUpload) -> [(HeaderName, String); 4] {
    [
        (VERSION, "1.0.0".to_owned()),
        (OFFSET, open.offset.to_string()),
        (LENGTH, open.length.to_string()),
        (EXPIRES, open.expires.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
    ]
}

/// Who says which version of the protocol it speaks has to speak ours.
fn check_version(headers: &HeaderMap) -> Result<(), WebError> {
    let other = headers.get(&VERSION).is_some_and(|version| version != "1.0.0");
    if other { Err(WebError::TusVersion) } else { Ok(()) }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, WebError> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.parse().ok()).ok_or(WebError::Invalid)
}

/// The name among the pairs of `Upload-Metadata`.
fn file_name(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get(&METADATA)?.to_str().ok()?;
    let name = pairs.split(',').find_map(|pair| pair.trim().strip_prefix("filename "))?;
    String::from_utf8(STANDARD.decode(name.trim()).ok()?).ok()
}
