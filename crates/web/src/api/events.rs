//! What was done to a dossier.

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sohoa_domain::{DossierCode, EventKind, Outcome};
use utoipa::{IntoParams, ToSchema};

use super::responses::Reading;
use super::{page_size, tagged};
use crate::app::App;
use crate::error::WebError;

/// Which events.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The `next` of the answer before.
    #[serde(default)]
    after: usize,
    /// At most so many, 1 to 200.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    most: Option<u32>,
}

/// Something that was done to a dossier.
#[derive(Serialize, ToSchema)]
pub(crate) struct DossierEvent {
    /// Its place among the events of the dossier, from 1; it never changes.
    number: usize,
    /// UTC, ISO 8601.
    at: String,
    /// What was done, e.g. `attached`.
    #[schema(value_type = String)]
    kind: EventKind,
    /// The term of the PREMIS 3 vocabulary for it.
    premis: &'static str,
    /// `success`, `warning` or `failure`.
    #[schema(value_type = String)]
    outcome: Outcome,
    /// Who: a user's name, or that of the program.
    agent: String,
    /// Number of the file concerned.
    file: Option<i64>,
    /// Id of the document concerned.
    document: Option<String>,
    /// One clause.
    detail: String,
}

/// Events of a dossier, the oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct DossierEvents {
    events: Vec<DossierEvent>,
    /// What to ask with `after` for those that follow, now or later.
    next: usize,
}

/// What was done to a dossier, by whom, when.
#[utoipa::path(
    get, path = "/api/v1/dossiers/{code}/events", operation_id = "events", tag = "dossiers",
    params(("code" = String, Path, description = "Dossier code"), Asked),
    responses((status = 200, body = DossierEvents), Reading)
)]
pub(crate) async fn list(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let most = page_size(asked.most)?;
    let events = app.records().events(Some(&code)).await?;
    if events.is_empty() && app.records().dossier(&code).await?.is_none() {
        return Err(WebError::NotFound);
    }
    let events = (1..).zip(events).skip(asked.after).take(most);
    let events: Vec<DossierEvent> = events
        .map(|(number, event)| DossierEvent {
            number,
            at: event.at.to_string(),
            kind: event.kind,
            premis: event.kind.premis(),
            outcome: event.outcome,
            agent: event.agent,
            file: event.file,
            document: event.document.map(|id| id.to_string()),
            detail: event.detail,
        })
        .collect();
    let next = events.last().map_or(asked.after, |event| event.number);
    tagged(&headers, &DossierEvents { events, next })
}
