//! Documents and their files.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use sohoa_domain::DocumentId;
use sohoa_store::{DocumentRow, RenditionKind, Role};
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use super::responses::Reading;
use super::{quoted, tagged, tagged_as};
use crate::app::App;
use crate::error::WebError;
use crate::visitor::Visitor;

/// A document that hangs on a dossier.
#[derive(Serialize, ToSchema)]
pub(crate) struct Document {
    id: String,
    dossier: String,
    /// Component that it is, none when that is not known.
    component: Option<String>,
    /// Mã kết quả số hóa.
    result_code: String,
    /// `attached`, `awaiting_register`, `incomplete`, `removed`.
    state: &'static str,
    pages: usize,
    /// Number of the file that it was scanned in.
    file: i64,
    /// SHA-256 of what was received.
    source_digest: String,
    /// Version of the dossier's package that brought it.
    version: u32,
    /// Its files, to be had at `/api/v1/documents/{document}/renditions/{rendition}`.
    renditions: Vec<Rendition>,
}

/// A file of a document.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rendition {
    /// `original`, `pdf`, `alto` or `text`.
    kind: &'static str,
    bytes: u64,
    /// SHA-256; also the ETag of the download.
    digest: String,
}

impl Document {
    pub(super) fn of(row: DocumentRow) -> Self {
        let files = row.renditions.iter().filter(|file| media_type(file.kind).is_some());
        let rendition = |file: &sohoa_store::Rendition| Rendition {
            kind: file.kind.as_str(),
            bytes: file.bytes,
            digest: file.digest.to_string(),
        };
        Self {
            renditions: files.map(rendition).collect(),
            id: row.id.to_string(),
            dossier: row.dossier.to_string(),
            component: row.component.map(|c| c.to_string()),
            result_code: row.result_code,
            state: row.state.as_str(),
            pages: row.physical_pages.len(),
            file: row.source.0,
            source_digest: row.source_digest.to_string(),
            version: row.version,
        }
    }
}

/// The media type of what can be had; `document.json` cannot, its fields have routes of their own.
fn media_type(kind: RenditionKind) -> Option<&'static str> {
    match kind {
        RenditionKind::Original => Some("application/octet-stream"),
        RenditionKind::Pdf => Some("application/pdf"),
        RenditionKind::Alto => Some("application/xml"),
        RenditionKind::Text => Some("text/plain; charset=utf-8"),
        RenditionKind::Metadata => None,
    }
}

async fn row(app: &App, document: &str) -> Result<DocumentRow, WebError> {
    let id: DocumentId = document.parse().map_err(|_| WebError::NotFound)?;
    app.records().document(&id).await?.ok_or(WebError::NotFound)
}

/// One document, also one that was taken off its dossier.
#[utoipa::path(
    get, path = "/api/v1/documents/{document}", operation_id = "document", tag = "documents",
    params(("document" = String, Path, description = "Id of the document")),
    responses((status = 200, body = Document), Reading)
)]
pub(crate) async fn get(
    State(app): State<App>,
    Path(document): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    tagged(&headers, &Document::of(row(&app, &document).await?))
}

/// A file of a document: what was received, the searchable PDF/A, ALTO, or plain text.
///
/// The original is there when the document is all of what was received; a stack holds papers of other people too. Auditors, for whom
/// names in texts are masked, get what shows the paper (original and PDF/A) only.
#[utoipa::path(
    get, path = "/api/v1/documents/{document}/renditions/{rendition}", operation_id = "rendition", tag = "documents",
    params(
        ("document" = String, Path, description = "Id of the document"),
        ("rendition" = String, Path, description = "`original`, `pdf`, `alto` or `text`"),
    ),
    responses(
        (status = 200, description = "the file", content(
            ("application/octet-stream"), ("application/pdf"), ("application/xml"), ("text/plain"),
        )),
        Reading,
    )
)]
pub(crate) async fn rendition(
    State(app): State<App>,
    visitor: Visitor,
    Path((document, rendition)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let row = row(&app, &document).await?;
    let kind = RenditionKind::parse(&rendition).ok_or(WebError::NotFound)?;
    let media_type = media_type(kind).ok_or(WebError::NotFound)?;
    let is_text = matches!(kind, RenditionKind::Alto | RenditionKind::Text);
    let stored = row.renditions.iter().find(|file| file.kind == kind).ok_or(WebError::NotFound)?;
    if is_text && visitor.user.role == Role::Auditor {
        return Err(WebError::NotFound);
    }
    let file = app.services.renditions.open(stored).await?;
    let extension = stored.logical.rsplit_once('.').map_or("bin", |(_, extension)| extension);
    let name = format!("attachment; filename=\"{}.{extension}\"", row.id);
    let described = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_LENGTH, stored.bytes.to_string()),
        (header::CONTENT_DISPOSITION, name),
    ];
    let body = Body::from_stream(ReaderStream::new(file));
    tagged_as(&headers, &quoted(stored.digest), (described, body).into_response())
}
