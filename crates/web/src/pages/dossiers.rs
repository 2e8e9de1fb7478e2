//! The list of dossiers, and the way to one by its code, which a barcode reader types too.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::DossierCode;
use sohoa_store::DossierPage;

use super::html;
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::labels;
use crate::page::Page;
use crate::visitor::Visitor;

/// Dossiers on a screen.
const MOST: u32 = 50;

#[derive(Deserialize)]
pub(crate) struct Asked {
    /// A code, or how it begins.
    #[serde(default)]
    code: String,
    /// The last one of the screen before.
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "dossiers.html")]
struct Dossiers {
    page: Page,
    code: String,
    lines: Vec<Line>,
    /// Addresses of the first and the next part of the list; empty where this is the first or the last.
    first: String,
    next: String,
}

struct Line {
    code: String,
    agency: String,
    received: String,
    due: String,
    status: &'static str,
}

pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let code = asked.code.trim().to_uppercase();
    // A whole code that is there leads on to its dossier.
    if let Ok(whole) = code.parse::<DossierCode>() {
        let known =
            app.records().dossier(&whole).await?.is_some() || !app.records().documents(&whole).await?.is_empty();
        if known && visitor.sees(app.agency_of_dossier(&whole).await?.as_deref()) {
            return Ok(Redirect::to(&format!("/dossiers/{whole}")).into_response());
        }
    }
    let wanted = DossierPage {
        agency: visitor.user.agency.clone(),
        begins: (!code.is_empty()).then(|| code.clone()),
        after: asked.after.parse().ok(),
        most: MOST + 1,
    };
    let mut found = app.records().dossiers(&wanted).await?;
    let more = found.len() > MOST as usize;
    found.truncate(MOST as usize);
    // What was typed goes into an address only when it is made of what codes are made of: nothing there has to be escaped.
    let plain = code.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
    let typed = if plain { code.as_str() } else { "" };
    let last = found.last().filter(|_| more);
    let next = last.map(|d| format!("/dossiers?code={typed}&after={}", d.code)).unwrap_or_default();
    let first = if asked.after.is_empty() { String::new() } else { format!("/dossiers?code={typed}") };
    let line = |d: sohoa_store::DossierLine| Line {
        code: d.code.to_string(),
        agency: d.agency,
        received: d.received.map(format::date_time).unwrap_or_default(),
        due: d.due.map(format::date_time).unwrap_or_default(),
        status: d.status.map(labels::status).unwrap_or_default(),
    };
    let lines = found.into_iter().map(line).collect();
    Ok(html(&Dossiers { page, code, lines, first, next })?.into_response())
}
