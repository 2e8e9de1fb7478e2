//! What the pages do, for programs: JSON under `/api/v1`, described by the OpenAPI document that follows from the handlers.
//! docs/API.md tells the developer of another system how it is used.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sohoa_domain::Sha256Digest;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::error::{Problem, WebError};

pub(crate) mod batch_samples;
pub(crate) mod batches;
pub(crate) mod coverage;
pub(crate) mod documents;
pub(crate) mod dossiers;
pub(crate) mod events;
pub(crate) mod fields;
pub(crate) mod files;
pub(crate) mod hand_over;
pub(crate) mod register;
mod responses;
pub(crate) mod resumable;
pub(crate) mod review;
pub(crate) mod search;
pub(crate) mod status;

#[derive(OpenApi)]
#[openapi(
    info(title = "sohoa", description = "Digitization of dossiers: what was received, what hangs on it, what is missing."),
    paths(
        status::get,
        dossiers::list,
        dossiers::get,
        dossiers::documents,
        events::list,
        register::push,
        hand_over::submit,
        documents::get,
        documents::rendition,
        files::list,
        files::get,
        files::upload,
        resumable::begin,
        resumable::get,
        resumable::append,
        resumable::end,
        review::list,
        review::get,
        review::decide,
        fields::waiting,
        fields::list,
        fields::confirm,
        fields::take_back,
        coverage::figures,
        coverage::missing,
        search::search,
        batches::list,
        batches::backlog,
        batches::start,
        batches::get,
        batches::pause,
        batches::resume,
        batches::files,
        batches::rerun,
        batches::undo,
        batches::report,
        batch_samples::list,
        batch_samples::draw,
        batch_samples::get,
        batch_samples::compare,
    ),
    components(schemas(Problem)),
    modifiers(&Token),
    security(("token" = []))
)]
struct Document;

/// Programs sign in with a token.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// The OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// `/api/v1/openapi.json`.
pub(crate) async fn openapi_json() -> Json<utoipa::openapi::OpenApi> {
    Json(openapi())
}

/// Things of a page of a list when the caller does not say, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 200;

/// How many things are asked for.
fn page_size(most: Option<u32>) -> Result<usize, WebError> {
    let most = most.unwrap_or(USUAL);
    if (1..=MOST).contains(&most) { Ok(most as usize) } else { Err(WebError::Invalid) }
}

/// An answer with a tag of its content; nothing but the tag for who has the same already.
fn tagged(headers: &HeaderMap, answer: &impl Serialize) -> Result<Response, WebError> {
    let body = serde_json::to_vec(answer).map_err(|_| WebError::Defect)?;
    let tag = quoted(Sha256Digest::of(&body));
    tagged_as(headers, &tag, (json_type(), body))
}

/// The same with a tag that the caller knows.
fn tagged_as(headers: &HeaderMap, tag: &str, answer: impl IntoResponse) -> Result<Response, WebError> {
    let tag = [(header::ETAG, tag.to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag[0].1.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    Ok((tag, answer).into_response())
}

fn json_type() -> [(header::HeaderName, &'static str); 1] {
    [(header::CONTENT_TYPE, "application/json")]
}

/// A tag as headers write it.
fn quoted(tag: impl std::fmt::Display) -> String {
    format!("\"{tag}\"")
}

/// The tag of what the program saw before it changes something, from `If-Match`, without its quotes.
fn seen(headers: &HeaderMap) -> Result<&str, WebError> {
    let sent = headers.get(header::IF_MATCH).ok_or(WebError::IfMatchNeeded)?;
    let tag = sent.to_str().ok().and_then(|sent| sent.strip_prefix('"')?.strip_suffix('"'));
    tag.ok_or(WebError::Invalid)
}
