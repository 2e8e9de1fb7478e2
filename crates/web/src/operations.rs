//! For whoever keeps the server running: is it alive, is it ready, how much does it do. No sign-in is needed.

use std::fmt::Write as _;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::App;
use crate::error::WebError;

/// `/healthz`: it answers.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    lacking: Vec<&'static str>,
}

/// `/readyz`: database, accounts, stores and language model can be used; else 503, and which cannot.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let mut lacking = app.services.readiness.lacking().await;
    if app.records().last_event_number().await.is_err() {
        lacking.push("database");
    }
    if app.accounts().is_empty().await.is_err() {
        lacking.push("accounts");
    }
    let status = if lacking.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready: lacking.is_empty(), lacking })).into_response()
}

/// `/metrics`: Prometheus text.
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, WebError> {
    let (files, pages) = (app.records().ledger().await?, app.records().page_ledger().await?);
    let mut text = "# TYPE sohoa_files gauge\n".to_owned();
    for (state, n) in [
        ("pending", files.pending),
        ("attached", files.attached),
        ("review", files.review),
        ("rejected", files.rejected),
        ("duplicate", files.duplicate),
    ] {
        let _ = writeln!(text, "sohoa_files{{state=\"{state}\"}} {n}");
    }
    text += "# TYPE sohoa_pages gauge\n";
    for (state, n) in
        [("kept", pages.kept), ("separator", pages.separator), ("blank", pages.blank), ("failed", pages.failed)]
    {
        let _ = writeln!(text, "sohoa_pages{{state=\"{state}\"}} {n}");
    }
    let retried: u64 = app.records().waiting().await?.iter().map(|w| w.files).sum();
    text += "# TYPE sohoa_jobs gauge\n";
    let _ = writeln!(text, "sohoa_jobs{{state=\"open\"}} {}", files.pending);
    let _ = writeln!(text, "sohoa_jobs{{state=\"retried\"}} {retried}");
    text += "# TYPE sohoa_live_streams gauge\n";
    let _ = writeln!(text, "sohoa_live_streams {}", app.live.open());
    text += &app.metrics.text();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}
