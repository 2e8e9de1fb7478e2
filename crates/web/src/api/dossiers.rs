//! Dossiers and what hangs on them.

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sohoa_domain::DossierCode;
use sohoa_store::DossierPage;
use utoipa::{IntoParams, ToSchema};

use super::documents::Document;
use super::responses::Reading;
use super::{page_size, tagged};
use crate::app::App;
use crate::checklist::{Holdings, Item};
use crate::error::WebError;
use crate::visitor::Visitor;

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
    get, path = "/api/v1/dossiers", operation_id = "dossiers", tag = "dossiers", params(Asked),
    responses(
        (status = 200, body = Dossiers),
        Reading,
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let most = page_size(asked.most)?;
    let after = asked.after.as_deref().map(str::parse::<DossierCode>).transpose().map_err(|_| WebError::Invalid)?;
    let wanted = DossierPage { agency: visitor.user.agency, begins: asked.begins, after, most: most as u32 + 1 };
    let mut found = app.records().dossiers(&wanted).await?;
    let more = found.len() > most;
    found.truncate(most);
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
    /// Ids of the documents that hang on it.
    documents: Vec<String>,
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
    /// Files that are in work or wait for a person.
    open_files: usize,
}

/// One dossier: what is due, and what of it is digitized.
#[utoipa::path(
    get, path = "/api/v1/dossiers/{code}", operation_id = "dossier", tag = "dossiers",
    params(("code" = String, Path, description = "Dossier code")),
    responses(
        (status = 200, body = Dossier),
        Reading,
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let holdings = Holdings::read(app.records(), &code).await?.ok_or(WebError::NotFound)?;
    let complete = holdings.is_complete();
    let Holdings { entry, documents, items, files, .. } = holdings;
    let component = |i: Item| Component {
        documents: documents.iter().filter(|d| d.component.as_ref() == Some(&i.id)).map(|d| d.id.to_string()).collect(),
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
        open_files: files.len(),
    };
    tagged(&headers, &dossier)
}

/// Documents of a dossier, in order.
#[derive(Serialize, ToSchema)]
pub(crate) struct Documents {
    documents: Vec<Document>,
}

/// The documents of a dossier.
#[utoipa::path(
    get, path = "/api/v1/dossiers/{code}/documents", operation_id = "documents", tag = "dossiers",
    params(("code" = String, Path, description = "Dossier code")),
    responses(
        (status = 200, body = Documents),
        Reading,
    )
)]
pub(crate) async fn documents(
    State(app): State<App>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let holdings = Holdings::read(app.records(), &code).await?.ok_or(WebError::NotFound)?;
    tagged(&headers, &Documents { documents: holdings.documents.into_iter().map(Document::of).collect() })
}
