//! Reconciliation (đối chiếu): papers against the register. What was scanned and is not in the register, what is in the register and was
//! not scanned, or too late, or need not be; and whether every file stands somewhere.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use sohoa_report::number;
use sohoa_store::Ledger;

use super::coverage::{Figure, report};
use super::html;
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::page::Page;
use crate::scope::{Asked, Choice, Scoped, data_time};
use crate::visitor::Visitor;

/// Codes that are listed.
const MOST_ORPHANS: usize = 200;
/// Reasons that are listed.
const MOST_REASONS: usize = 50;

#[derive(Template)]
#[template(path = "reconciliation.html")]
struct Screen {
    page: Page,
    scoped: Scoped,
    presets: Vec<Choice>,
    shown: Option<Shown>,
}

struct Shown {
    period: String,
    filters: String,
    data_time: String,
    figures: Vec<Figure>,
    /// Code, number of documents, since when.
    orphans: Vec<(String, String, String)>,
    orphans_left_out: usize,
    /// Reason, number of papers.
    reasons: Vec<(String, String)>,
    exempt_href: String,
    /// For who may see all files: name and figure of each state, and whether they add up.
    files: Option<(Vec<(String, String)>, bool)>,
}

/// `/reconciliation`.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let scoped = Scoped::read(&app, &visitor, asked).await?;
    let shown = if scoped.wrong.is_empty() { Some(show(&app, &page, &visitor, &scoped).await?) } else { None };
    let presets = scoped.presets(&app, &page);
    Ok(html(&Screen { page, scoped, presets, shown })?.into_response())
}

async fn show(app: &App, page: &Page, visitor: &Visitor, scoped: &Scoped) -> Result<Shown, WebError> {
    let report = report(app, visitor, scoped).await?;
    let reasons = app.records().exempt_reasons(&scoped.scope).await?;
    let all = visitor.user.agency.is_empty();
    let files = if all { Some(files(page, &app.records().ledger().await?)) } else { None };
    let c = &report.coverage.counts;
    let list = |word: &str| format!("/coverage/dossiers{}", scoped.query(&[("list", word)]));
    let figure = |name: String, n: u64, note: String, href: String| Figure { name, figure: number(n), note, href };
    let orphans = &report.orphans;
    Ok(Shown {
        period: scoped.period(page),
        filters: scoped.filters(page),
        data_time: data_time(page, &report.data_time),
        figures: vec![
            figure(page.t("list-missing"), c.received - c.digitized_full, page.t("missing-note"), list("missing")),
            figure(
                page.t("results-missing"),
                c.results_due - c.results_there,
                page.t("result-note"),
                list("result-missing"),
            ),
            figure(page.t1("coverage-late", "hours", report.late_hours), c.late, page.t("late-note"), list("late")),
            figure(
                page.t("coverage-orphans"),
                orphans.len() as u64,
                page.t("coverage-orphans-note"),
                "#orphans".to_owned(),
            ),
            figure(page.t("coverage-excluded"), c.excluded, page.t("excluded-note"), list("excluded")),
        ],
        orphans: orphans
            .iter()
            .take(MOST_ORPHANS)
            .map(|o| (o.dossier.to_string(), number(o.documents), format::instant(o.since)))
            .collect(),
        orphans_left_out: orphans.len().saturating_sub(MOST_ORPHANS),
        reasons: reasons.into_iter().take(MOST_REASONS).map(|(reason, n)| (reason, number(n))).collect(),
        exempt_href: list("exempt"),
        files,
    })
}

/// The states of all files, and whether every file is in one of them.
fn files(page: &Page, ledger: &Ledger) -> (Vec<(String, String)>, bool) {
    let parts = [
        (page.t("file-pending"), ledger.pending),
        (page.t("file-attached"), ledger.attached),
        (page.t("file-review"), ledger.review),
        (page.t("file-rejected"), ledger.rejected),
        (page.t("file-duplicate"), ledger.duplicate),
    ];
    let closes = parts.iter().map(|(_, n)| n).sum::<u64>() == ledger.seen;
    let all = [(page.t("file-seen"), ledger.seen)].into_iter().chain(parts);
    (all.map(|(name, n)| (name, number(n))).collect(), closes)
}
