//! What the pages do, for programs: JSON under `/api/v1`, described by the OpenAPI document that follows from the handlers.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sohoa_domain::Sha256Digest;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::error::WebError;

pub(crate) mod dossiers;
pub(crate) mod status;

#[derive(OpenApi)]
#[openapi(
    info(title = "sohoa", description = "Digitization of dossiers: what was received, what hangs on it, what is missing."),
    paths(status::get, dossiers::list, dossiers::get, dossiers::documents),
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

/// An answer with a tag of its content; nothing but the tag for who has the same already.
fn tagged(headers: &HeaderMap, answer: &impl Serialize) -> Result<Response, WebError> {
    let body = serde_json::to_vec(answer).map_err(|_| WebError::Defect)?;
    let tag = [(header::ETAG, format!("\"{}\"", Sha256Digest::of(&body)))];
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag[0].1.as_str());
    if known {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    Ok((tag, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}
