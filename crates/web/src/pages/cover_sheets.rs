//! Cover sheets of a dossier, as a PDF to be printed: one for the whole dossier and one a component, or one of them.

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sohoa_domain::DossierCode;

use crate::app::App;
use crate::error::WebError;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    /// Only the sheet of this component.
    component: Option<String>,
}

pub(crate) async fn print(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let components = app.records().dossier(&code).await?.map(|entry| entry.components).unwrap_or_default();
    let of_components = components.into_iter().map(|component| (Some(component.id), component.name));
    let sheets: Vec<_> = match &wanted.component {
        Some(only) => of_components.filter(|(id, _)| id.as_ref().is_some_and(|id| id.as_str() == only)).collect(),
        None => std::iter::once((None, String::new())).chain(of_components).collect(),
    };
    if sheets.is_empty() {
        return Err(WebError::NotFound);
    }
    let pdf = app.services.cover_sheets.print(&code, &sheets).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{code}-to-phan-tach.pdf\"")),
    ];
    Ok((headers, pdf).into_response())
}
