//! The first screen after sign-in: what there is to do, by role.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use sohoa_store::{Ledger, Role};

use super::html;
use crate::access;
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::page::Page;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    page: Page,
    name: String,
    /// Whether the user may look dossiers up.
    dossiers: bool,
    /// The ledger of all files, for who may see all.
    ledger: Option<Vec<(String, String)>>,
    /// Dossiers that are open at counters of the user's agency.
    open: Vec<OpenDossier>,
}

struct OpenDossier {
    code: String,
    counter: String,
    since: String,
}

pub(crate) async fn page(State(app): State<App>, page: Page, visitor: Visitor) -> Result<Response, WebError> {
    let role = visitor.user.role;
    let dossiers = access::may_open(&visitor.user, "/dossiers");
    let open = if dossiers { app.records().open_sessions().await? } else { Vec::new() };
    let open = open.into_iter().filter(|s| visitor.sees(Some(&s.desk.agency)));
    let open = open.map(|s| OpenDossier {
        code: s.dossier.to_string(),
        counter: s.desk.counter,
        since: format::instant(s.opened_at),
    });
    let all = visitor.user.agency.is_empty() && role != Role::Counter;
    let ledger = if all { Some(figures(&page, app.records().ledger().await?)) } else { None };
    let (open, name) = (open.collect(), visitor.user.name.to_string());
    Ok(html(&Home { page, name, dossiers, ledger, open })?.into_response())
}

/// The sum of the ledger: name and figure.
fn figures(page: &Page, ledger: Ledger) -> Vec<(String, String)> {
    let figure = |name: String, n: u64| (name, format::number(i64::try_from(n).unwrap_or(i64::MAX)));
    vec![
        figure(page.t("file-seen"), ledger.seen),
        figure(page.t("file-pending"), ledger.pending),
        figure(page.t("file-attached"), ledger.attached),
        figure(page.t("file-review"), ledger.review),
        figure(page.t("file-rejected"), ledger.rejected),
        figure(page.t("file-duplicate"), ledger.duplicate),
    ]
}
