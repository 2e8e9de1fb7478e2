//! Files of documents, as they are stored. Who takes one out of the system is on record.

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sohoa_domain::{DocumentId, Event, EventKind, Outcome};
use sohoa_store::{DocumentRow, Rendition, RenditionKind};
use tokio::io::AsyncReadExt as _;
use tokio_stream::wrappers::ReceiverStream;

use crate::app::App;
use crate::error::WebError;
use crate::visitor::Visitor;

/// Bytes that are read at a time, and pieces that wait for a slow browser.
const PIECE: usize = 64 * 1024;
const PIECES: usize = 4;

/// Which file.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    /// As this version of the package holds it; else as the document stands.
    version: Option<u32>,
}

/// `/documents/{document}/files/{kind}?version=`: a file of a document.
pub(crate) async fn of_document(
    State(app): State<App>,
    visitor: Visitor,
    Path((document, kind)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, WebError> {
    let id: DocumentId = document.parse().map_err(|_| WebError::NotFound)?;
    let kind = RenditionKind::parse(&kind).ok_or(WebError::NotFound)?;
    let document = app.records().document(&id).await?.ok_or(WebError::NotFound)?;
    let renditions = match wanted.version {
        None => document.renditions.clone(),
        Some(number) => {
            let versions = app.services.renditions.versions(&document.dossier, &id).await?;
            let version = versions.into_iter().find(|version| version.number == number);
            version.ok_or(WebError::NotFound)?.renditions
        }
    };
    let rendition = renditions.into_iter().find(|r| r.kind == kind).ok_or(WebError::NotFound)?;
    let mut file = app.services.renditions.open(&rendition).await?;
    let length = file.metadata().await?.len();
    let detail = match wanted.version {
        None => kind.as_str().to_owned(),
        Some(number) => format!("{} of version {number}", kind.as_str()),
    };
    let event = Event {
        at: app.now(),
        kind: EventKind::Downloaded,
        outcome: Outcome::Success,
        agent: visitor.user.name.to_string(),
        source: Some(document.source_digest),
        dossier: Some(document.dossier.clone()),
        document: Some(id),
        detail,
        file: None,
        change: None,
    };
    app.records().tell(&[event]).await?;
    let (pieces, body) = tokio::sync::mpsc::channel(PIECES);
    tokio::spawn(async move {
        loop {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece).await.map(|length| {
                piece.truncate(length);
                Bytes::from(piece)
            });
            let is_last = read.as_ref().map_or(true, Bytes::is_empty);
            if pieces.send(read).await.is_err() || is_last {
                return;
            }
        }
    });
    let headers = [
        (header::CONTENT_TYPE, content_type(&rendition).to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, disposition(&document, &rendition)),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(body))).into_response())
}

/// What the browser is told the bytes are: it shows none of them as a page of ours.
fn content_type(rendition: &Rendition) -> &'static str {
    match rendition.kind {
        RenditionKind::Pdf => "application/pdf",
        RenditionKind::Alto => "application/xml",
        RenditionKind::Text => "text/plain; charset=utf-8",
        RenditionKind::Metadata => "application/json",
        RenditionKind::Original => "application/octet-stream",
    }
}

/// The file is called like the result code of the document; its name in the package says what it is.
fn disposition(document: &DocumentRow, rendition: &Rendition) -> String {
    let name = rendition.logical.rsplit('/').next().unwrap_or_default();
    let end = name.split_once('.').map_or("", |(_, end)| end);
    let plain = end.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
    let name = if rendition.kind == RenditionKind::Original { "-original" } else { "" };
    let end = if plain && !end.is_empty() { format!(".{end}") } else { String::new() };
    let code: String =
        document.result_code.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '.' }).collect();
    format!("attachment; filename=\"{code}{name}{end}\"")
}
