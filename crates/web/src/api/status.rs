//! The conservation ledger.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::tagged;
use crate::app::App;
use crate::error::{Problem, WebError};

/// Files by state: `seen` is the sum of the others.
#[derive(Serialize, ToSchema)]
pub(crate) struct Files {
    seen: u64,
    pending: u64,
    attached: u64,
    review: u64,
    rejected: u64,
    duplicate: u64,
}

/// Pages by state: `in` is the sum of the others.
#[derive(Serialize, ToSchema)]
pub(crate) struct Pages {
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
    files: Files,
    pages: Pages,
}

/// The conservation ledger: every file ever seen is in exactly one state, and so is every page. Of all agencies: who may see one
/// only gets 404.
#[utoipa::path(
    get, path = "/api/v1/status", operation_id = "status",
    responses(
        (status = 200, body = Status),
        (status = 304, description = "as it was"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Response, WebError> {
    let (f, p) = (app.records().ledger().await?, app.records().page_ledger().await?);
    let files = Files {
        seen: f.seen,
        pending: f.pending,
        attached: f.attached,
        review: f.review,
        rejected: f.rejected,
        duplicate: f.duplicate,
    };
    let pages = Pages { input: p.input, kept: p.kept, separator: p.separator, blank: p.blank, failed: p.failed };
    tagged(&headers, &Status { files, pages })
}
