//! Handing a dossier on from the counter.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use sohoa_domain::DossierCode;
use utoipa::ToSchema;

use super::responses::Writing;
use crate::app::App;
use crate::checklist::Holdings;
use crate::error::WebError;
use crate::page::Page;
use crate::pages::counter_dossier::{hand_on, lacks};
use crate::visitor::Visitor;

/// Why a dossier is handed on although it lacks something.
#[derive(Deserialize, ToSchema)]
pub(crate) struct HandOver {
    /// One clause, without personal data; needed when something is lacking.
    #[serde(default)]
    #[schema(max_length = 200)]
    reason: String,
}

/// Hand a dossier on from the counter to whoever works on it.
///
/// While something is lacking a reason is needed; it is put on record.
#[utoipa::path(
    post, path = "/api/v1/dossiers/{code}/hand-over", operation_id = "hand_over", tag = "dossiers",
    params(("code" = String, Path, description = "Dossier code")),
    request_body = HandOver,
    responses((status = 204, description = "it is on record"), Writing)
)]
pub(crate) async fn submit(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Path(code): Path<String>,
    Json(HandOver { reason }): Json<HandOver>,
) -> Result<StatusCode, WebError> {
    let dossier: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let holdings = Holdings::read(app.records(), &dossier).await?.ok_or(WebError::NotFound)?;
    hand_on(&app, &visitor, &dossier, lacks(&page, &holdings).len(), &reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
