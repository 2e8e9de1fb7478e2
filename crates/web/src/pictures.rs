//! Pages as pictures: of received files, and of documents.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sohoa_domain::{DocumentId, PageRecord, Rotation, Sha256Digest};
use sohoa_store::{DocumentRow, FileId, FileRow};

use crate::app::App;
use crate::error::WebError;
use crate::query::query;

/// Longer sides that can be asked for, px: a thumbnail, a page to read, a page to look at closely. Only these, so that nobody can
/// fill the disk with others.
const SIDES: [u32; 3] = [240, 1200, 2400];

/// What a picture is asked for with.
#[derive(Deserialize)]
pub(crate) struct Size {
    #[serde(default = "thumbnail")]
    side: u32,
    /// Clockwise turn of what was received, degrees; without it the page is shown as it seems to be upright.
    turn: Option<Rotation>,
    /// Version of the document, in addresses of its pages: what lies there never changes.
    v: Option<u32>,
}

fn thumbnail() -> u32 {
    SIDES[0]
}

/// Address of a picture of a document's page (from 1), which may be kept for good; `turn` in degrees, when it is known.
pub(crate) fn address(document: &DocumentRow, number: usize, side: u32, turn: Option<u16>) -> String {
    let turn = turn.map(|turn| turn.to_string()).unwrap_or_default();
    let (side, version) = (side.to_string(), document.version.to_string());
    let query = query(&[("side", &side), ("turn", &turn), ("v", &version)]);
    format!("/documents/{}/pages/{number}{query}", document.id)
}

/// The same of a thumbnail, turned like the page was when it was recognized, of which these are the records.
pub(crate) fn thumbnail_of(document: &DocumentRow, number: usize, records: &[PageRecord]) -> String {
    let physical = number.checked_sub(1).and_then(|i| document.physical_pages.get(i));
    let record = records.iter().find(|record| Some(&record.number) == physical);
    address(document, number, thumbnail(), record.map(turn_of))
}

/// The turn by which a page was upright when it was recognized, degrees. One that was not looked at, since it has text of its own, lies
/// as it came.
pub(crate) fn turn_of(record: &PageRecord) -> u16 {
    record.inspection.as_ref().map_or(0, |inspection| inspection.rotation.degrees())
}

/// `/files/{file}/pages/{page}?side=`: a page (from 1) of what was received.
pub(crate) async fn of_file(
    State(app): State<App>,
    Path((file, page)): Path<(i64, u32)>,
    Query(size): Query<Size>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let file = app.records().file(FileId(file)).await?.ok_or(WebError::NotFound)?;
    let (digest, page) = shown(&file, page).ok_or(WebError::NotFound)?;
    picture(&app, &digest, page, &size, &headers).await
}

/// The bytes and the page in them that stand at a page of a file: another file's when a person replaced it.
pub(crate) fn shown(file: &FileRow, page: u32) -> Option<(Sha256Digest, u32)> {
    match file.layout.pages.replaced.get(&page) {
        Some(by) => Some((by.digest, by.page)),
        None => Some((file.digest?, page)),
    }
}

/// Address of the picture of a page of a file. It is another one when the page is replaced, so that a browser may keep both.
pub(crate) fn address_of_file(file: &FileRow, page: u32, side: Option<u32>, turn: Option<Rotation>) -> String {
    let by = file.layout.pages.replaced.get(&page).map(|by| format!("by={}-{}", by.file, by.page));
    let side = side.map(|side| format!("side={side}"));
    let turn = turn.map(|turn| format!("turn={}", turn.degrees()));
    let query: Vec<String> = [by, side, turn].into_iter().flatten().collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/files/{}/pages/{page}{mark}{}", file.id.0, query.join("&"))
}

/// `/documents/{document}/pages/{page}?side=`: a page (from 1) of a document.
pub(crate) async fn of_document(
    State(app): State<App>,
    Path((document, page)): Path<(String, usize)>,
    Query(size): Query<Size>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let id: DocumentId = document.parse().map_err(|_| WebError::NotFound)?;
    let document = app.records().document(&id).await?.ok_or(WebError::NotFound)?;
    let physical = page.checked_sub(1).and_then(|i| document.physical_pages.get(i)).ok_or(WebError::NotFound)?;
    let source = app.records().file(document.source).await?.ok_or(WebError::NotFound)?;
    let (digest, page) = shown(&source, *physical).ok_or(WebError::NotFound)?;
    picture(&app, &digest, page, &size, &headers).await
}

async fn picture(
    app: &App,
    received: &Sha256Digest,
    page: u32,
    size: &Size,
    headers: &HeaderMap,
) -> Result<Response, WebError> {
    if !SIDES.contains(&size.side) {
        return Err(WebError::Invalid);
    }
    // What was received never changes, so neither does its picture.
    let turned = size.turn.map(|turn| format!("-{}", turn.degrees())).unwrap_or_default();
    let tag = format!("\"{received}-{page}-{}{turned}\"", size.side);
    let life = if size.v.is_some() { "private, max-age=31536000, immutable" } else { "private, max-age=3600" };
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, life.to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let pictures = &app.services.pictures;
    let drawn = match size.turn {
        Some(turn) => pictures.turned(received, page, size.side, turn).await?,
        None => pictures.picture(received, page, size.side).await?,
    };
    let bytes = tokio::fs::read(drawn.ok_or(WebError::NotFound)?).await?;
    Ok((kept, [(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response())
}
