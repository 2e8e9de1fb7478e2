//! The conservation ledger.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::responses::Reading;
use super::tagged;
use crate::app::App;
use crate::error::WebError;

/// Files by state: `seen` is the sum of the others.
#[derive(Serialize, ToSchema)]
pub(crate) struct FilesByState {
    seen: u64,
    pending: u64,
    attached: u64,
    review: u64,
    rejected: u64,
    duplicate: u64,
}

/// Pages by state: `in` is the sum of the others.
#[derive(Serialize, ToSchema)]
pub(crate) struct PagesByState {
    #[serde(rename = "in")]
    input: u64,
    kept: u64,
    separator: u64,
    blank: u64,
    failed: u64,
}

/// Files and pages.
#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    files: FilesByState,
    pages: PagesByState,
}

/// The conservation ledger: every file ever seen is in exactly one state, and so is every page.
///
/// Of all agencies: who may see one only gets 404.
#[utoipa::path(
    get, path = "/api/v1/status", operation_id = "status", tag = "coverage",
    responses(
        (status = 200, body = Status),
        Reading,
    )
)]
pub(crate) async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Response, WebError> {
    let (f, p) = (app.records().ledger().await?, app.records().page_ledger().await?);
    let files = FilesByState {
        seen: f.seen,
        pending: f.pending,
        attached: f.attached,
        review: f.review,
        rejected: f.rejected,
        duplicate: f.duplicate,
    };
    let pages = PagesByState { input: p.input, kept: p.kept, separator: p.separator, blank: p.blank, failed: p.failed };
    tagged(&headers, &Status { files, pages })
}
