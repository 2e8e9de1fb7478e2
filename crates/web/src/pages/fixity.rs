//! Fixity (toàn vẹn): when stored bytes were last compared with their digests, and what was wrong.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use sohoa_domain::{DossierCode, Event};
use sohoa_store::FixityOf;

use super::html;
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::history::{Fixity, fixity, who};
use crate::page::Page;

/// Verifications of everything that are shown.
const MOST: u32 = 20;
/// Verifications of single dossiers that are looked at.
const MOST_DOSSIERS: u32 = 2_000;

#[derive(Template)]
#[template(path = "fixity.html")]
struct Screen {
    page: Page,
    /// Verifications of everything, the latest first.
    checks: Vec<Check>,
    /// The last verification of each dossier that was looked at by itself or had problems; those with problems first.
    dossiers: Vec<(String, Check)>,
    failing: usize,
    events: i64,
    sealed: i64,
}

struct Check {
    at: String,
    by: String,
    fixity: Fixity,
}

/// `/fixity`.
pub(crate) async fn page(State(app): State<App>, page: Page) -> Result<Response, WebError> {
    let records = app.records();
    let check =
        |event: &Event| Check { at: format::instant(event.at), by: who(&page, event), fixity: fixity(&page, event) };
    let checks: Vec<Check> = records.fixity_checks(FixityOf::Everything, MOST).await?.iter().map(check).collect();
    let mut last: BTreeMap<DossierCode, Event> = BTreeMap::new();
    for event in records.fixity_checks(FixityOf::AnyDossier, MOST_DOSSIERS).await? {
        if let Some(dossier) = event.dossier.clone() {
            last.entry(dossier).or_insert(event);
        }
    }
    let mut dossiers: Vec<(String, Check)> =
        last.iter().map(|(code, event)| (code.to_string(), check(event))).collect();
    dossiers.sort_by_key(|(_, check)| check.fixity.right);
    let failing = dossiers.iter().filter(|(_, check)| !check.fixity.right).count();
    let (events, sealed) = (records.last_event_number().await?, records.last_sealed().await?);
    Ok(html(&Screen { checks, dossiers, failing, events, sealed, page })?.into_response())
}
