//! The conservation ledger.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use sohoa_store::{Ledger, PageLedger};
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

impl From<Ledger> for FilesByState {
    fn from(files: Ledger) -> Self {
        Self {
            seen: files.seen,
            pending: files.pending,
            attached: files.attached,
            review: files.review,
            rejected: files.rejected,
            duplicate: files.duplicate,
        }
    }
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

impl From<PageLedger> for PagesByState {
    fn from(pages: PageLedger) -> Self {
        Self {
            input: pages.input,
            kept: pages.kept,
            separator: pages.separator,
            blank: pages.blank,
            failed: pages.failed,
        }
    }
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
    let (files, pages) = (app.records().ledger().await?.into(), app.records().page_ledger().await?.into());
    tagged(&headers, &Status { files, pages })
}
