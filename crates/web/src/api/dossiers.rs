//! Dossiers and what hangs on them.

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sohoa_domain::DossierCode;
use sohoa_store::{DocumentRow, DossierPage};
use utoipa::{IntoParams, ToSchema};

use super::tagged;
use crate::app::App;
use crate::checklist::{ComponentState, Holdings, Item};
use crate::error::{Problem, WebError};
use crate::visitor::Visitor;

/// Dossiers of an answer when the caller does not say, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 200;

/// Which dossiers.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// How their codes begin.
    #[serde(default)]
    begins: Option<String>,
    /// The `next` of the answer before.
    #[serde(default)]
    after: Option<String>,
    /// At most so many, 1 to 200.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    most: Option<u32>,
}

/// A dossier in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct DossierLine {
    code: String,
    agency: String,
    counter: String,
    /// Local time, ISO 8601.
    received: Option<String>,
    due: Option<String>,
    /// State of the national portal, 1 to 10.
    status: Option<u8>,
}

/// Some of the dossiers, in order of code.
#[derive(Serialize, ToSchema)]
pub(crate) struct Dossiers {
    dossiers: Vec<DossierLine>,
    /// What to ask with `after` for those that follow; none when these are the last.
    next: Option<String>,
}

/// Dossiers of the register that the caller may see.
#[utoipa::path(
    get, path = "/api/v1/dossiers", operation_id = "dossiers", params(Asked),
    responses(
        (status = 200, body = Dossiers),
        (status = 304, description = "as it was"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let most = asked.most.unwrap_or(USUAL);
    let after = asked.after.as_deref().map(str::parse::<DossierCode>).transpose().map_err(|_| WebError::Invalid)?;
    if !(1..=MOST).contains(&most) {
        return Err(WebError::Invalid);
    }
    let wanted = DossierPage { agency: visitor.user.agency, begins: asked.begins, after, most: most + 1 };
    let mut found = app.records().dossiers(&wanted).await?;
    let more = found.len() > most as usize;
    found.truncate(most as usize);
    let next = if more { found.last().map(|d| d.code.to_string()) } else { None };
    let line = |d: sohoa_store::DossierLine| DossierLine {
        code: d.code.to_string(),
        agency: d.agency,
        counter: d.counter,
        received: d.received.map(|at| at.to_string()),
        due: d.due.map(|at| at.to_string()),
        status: d.status.map(sohoa_domain::DossierStatus::number),
    };
    tagged(&headers, &Dossiers { dossiers: found.into_iter().map(line).collect(), next })
}

/// A component and how it stands with it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Component {
    id: String,
    name: String,
    /// `component` or `result`.
    kind: &'static str,
    /// `attached`, `missing`, `exempt`, `awaiting`, `in_review`, `not_due`.
    state: &'static str,
    exempt_reason: Option<String>,
}

/// A dossier, without its applicant.
#[derive(Serialize, ToSchema)]
pub(crate) struct Dossier {
    code: String,
    /// The register knows it.
    in_register: bool,
    agency: Option<String>,
    received: Option<String>,
    due: Option<String>,
    status: Option<u8>,
    components: Vec<Component>,
    /// Nothing that is due is missing.
    complete: bool,
    documents: usize,
}

/// One dossier: what is due, and what of it is digitized.
#[utoipa::path(
    get, path = "/api/v1/dossiers/{code}", operation_id = "dossier",
    params(("code" = String, Path, description = "Dossier code")),
    responses(
        (status = 200, body = Dossier),
        (status = 304, description = "as it was"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let holdings = Holdings::read(app.records(), &code).await?.ok_or(WebError::NotFound)?;
    let open = [ComponentState::Missing, ComponentState::InReview, ComponentState::Awaiting];
    let complete = holdings.entry.is_some() && open.iter().all(|state| holdings.count(*state) == 0);
    let Holdings { entry, documents, items, .. } = holdings;
    let component = |i: Item| Component {
        id: i.id.to_string(),
        name: i.name,
        kind: if i.is_result { "result" } else { "component" },
        state: i.state.as_str(),
        exempt_reason: i.reason,
    };
    let dossier = Dossier {
        code: code.to_string(),
        in_register: entry.is_some(),
        agency: entry.as_ref().map(|e| e.agency.clone()),
        received: entry.as_ref().and_then(|e| e.received).map(|at| at.to_string()),
        due: entry.as_ref().and_then(|e| e.due).map(|at| at.to_string()),
        status: entry.as_ref().and_then(|e| e.status).map(sohoa_domain::DossierStatus::number),
        components: items.into_iter().map(component).collect(),
        complete,
        documents: documents.len(),
    };
    tagged(&headers, &dossier)
}

/// A document that hangs on a dossier.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentLine {
    id: String,
    /// Component that it is, none when that is not known.
    component: Option<String>,
    /// Mã kết quả số hóa.
    result_code: String,
    /// `attached`, `awaiting_register`, `incomplete`.
    state: &'static str,
    pages: usize,
    /// SHA-256 of what was received.
    source_digest: String,
}

/// Documents of a dossier, in order.
#[derive(Serialize, ToSchema)]
pub(crate) struct Documents {
    documents: Vec<DocumentLine>,
}

/// The documents of a dossier.
#[utoipa::path(
    get, path = "/api/v1/dossiers/{code}/documents", operation_id = "documents",
    params(("code" = String, Path, description = "Dossier code")),
    responses(
        (status = 200, body = Documents),
        (status = 304, description = "as it was"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn documents(
    State(app): State<App>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let holdings = Holdings::read(app.records(), &code).await?.ok_or(WebError::NotFound)?;
    let line = |d: DocumentRow| DocumentLine {
        id: d.id.as_str().to_owned(),
        component: d.component.map(|c| c.to_string()),
        result_code: d.result_code,
        state: d.state.as_str(),
        pages: d.physical_pages.len(),
        source_digest: d.source_digest.to_string(),
    };
    tagged(&headers, &Documents { documents: holdings.documents.into_iter().map(line).collect() })
}
