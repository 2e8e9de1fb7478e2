//! Coverage (tỷ lệ số hóa): both definitions side by side, the ratios of the index, groups as bars; every figure leads to the dossiers
//! behind it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use sohoa_domain::local_day;
use sohoa_report::render::{Bar, BarChart, chart_svg, percentage};
use sohoa_report::{CoverageReport, Group, Ratio, coverage, number};
use sohoa_store::{CoverageBy, CoverageCounts, MissingPapers};

use super::html;
use crate::app::App;
use crate::error::WebError;
use crate::export::download;
use crate::messages::msg;
use crate::page::Page;
use crate::scope::{Asked, Choice, Scoped, data_time};
use crate::visitor::Visitor;

/// Bars of a chart; the table beside it has all groups.
const MOST_BARS: usize = 30;
/// Rows of the table of groups.
const MOST_GROUPS: usize = 400;
/// Dossiers that a file lists as missing something.
const MOST_MISSING: usize = 20_000;
/// Width of a chart, px: two stand side by side on an office PC.
const CHART: f32 = 640.0;

#[derive(Template)]
#[template(path = "coverage.html")]
struct Screen {
    page: Page,
    scoped: Scoped,
    presets: Vec<Choice>,
    channels: Vec<Choice>,
    groupings: Vec<Choice>,
    /// Suggestions for what is typed: agencies, counters or procedures, as far as the groups name them.
    suggestions: Vec<String>,
    /// `None` when the address asks for something that cannot be.
    shown: Option<Shown>,
    /// The address of the same figures as a file, without the form.
    query: String,
}

struct Shown {
    period: String,
    filters: String,
    data_time: String,
    full: Definition,
    any: Definition,
    figures: Vec<Figure>,
    ratios: Vec<ShownRatio>,
    /// Nothing was received.
    empty: bool,
    charts: Vec<String>,
    /// Bars that were left out of the charts.
    bars_left_out: usize,
    grouping: String,
    groups: Vec<ShownGroup>,
    groups_left_out: usize,
    total: ShownGroup,
}

/// One of the two definitions with its figure.
struct Definition {
    percent: String,
    count: String,
    of: String,
    href: String,
    /// Dossiers that do not meet it, and where they are listed.
    lacking: String,
    lacking_href: String,
}

/// A number of something, and the dossiers behind it.
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) figure: String,
    pub(super) note: String,
    pub(super) href: String,
}

struct ShownRatio {
    name: String,
    said: String,
    percent: String,
    count: String,
    of: String,
    href: String,
}

struct ShownGroup {
    name: String,
    href: String,
    /// The same figures of this agency by counter.
    closer: String,
    received: String,
    full: String,
    full_percent: String,
    any: String,
    any_percent: String,
    missing: String,
    missing_href: String,
    exempt: String,
}

/// `/coverage`: the figures.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let scoped = Scoped::read(&app, &visitor, asked).await?;
    let report = if scoped.wrong.is_empty() { Some(report(&app, &visitor, &scoped).await?) } else { None };
    let named = [CoverageBy::Agency, CoverageBy::Counter, CoverageBy::Procedure].contains(&scoped.by);
    let groups = report.iter().filter(|_| named).flat_map(|r| r.groups.iter().flatten());
    let suggestions = groups.filter(|g| !g.key.is_empty()).map(|g| scoped.group(&page, &g.key)).collect();
    let screen = Screen {
        presets: scoped.presets(&app, &page),
        channels: scoped.channels(&page),
        groupings: scoped.groupings(&page),
        suggestions,
        shown: report.map(|report| shown(&page, &scoped, &report)),
        query: scoped.query(&[("by", scoped.by_word())]),
        page,
        scoped,
    };
    Ok(html(&screen)?.into_response())
}

/// `/coverage/export/{form}`: the figures as a file, with the dossiers that lack something.
pub(crate) async fn export(
    State(app): State<App>,
    visitor: Visitor,
    Path(form): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let scoped = Scoped::read(&app, &visitor, asked).await?;
    if !scoped.wrong.is_empty() {
        return Err(WebError::Invalid);
    }
    let report = report(&app, &visitor, &scoped).await?;
    let mut missing: Vec<MissingPapers> = Vec::new();
    let mut each = |dossier| {
        missing.push(dossier);
        missing.len() < MOST_MISSING
    };
    app.records().missing(&scoped.scope, None, &mut each).await?;
    let counts = &report.coverage.counts;
    let lacking = counts.received - counts.digitized_full;
    let mut rendered = report.render(&missing);
    if missing.len() as u64 != lacking {
        // Said in the language of the report.
        let listed = format!("{} hồ sơ đầu tiên trên {} hồ sơ", number(missing.len() as u64), number(lacking));
        rendered.statements.push(("Danh sách còn thiếu".to_owned(), listed));
    }
    download(rendered, &form, &format!("ty-le-so-hoa-{}", local_day(app.now()))).await
}

/// The figures of a scope, as far as this user may see them.
pub(super) async fn report(app: &App, visitor: &Visitor, scoped: &Scoped) -> Result<CoverageReport, WebError> {
    let late = app.services.settings.late;
    let mut report = coverage(app.records(), &scoped.scope, Some(scoped.by), late).await?;
    report.orphans = app.orphans_of(visitor).await?;
    Ok(report)
}

fn shown(page: &Page, scoped: &Scoped, report: &CoverageReport) -> Shown {
    let c = &report.coverage.counts;
    let list = |word: &str| format!("/coverage/dossiers{}", scoped.query(&[("list", word)]));
    let definition = |count: u64, list_met: &str, list_lacking: &str| Definition {
        percent: percentage(count, c.received),
        count: number(count),
        of: number(c.received),
        href: list(list_met),
        lacking: number(c.received - count),
        lacking_href: list(list_lacking),
    };
    let groups = report.groups.as_deref().unwrap_or_default();
    let barred = barred(groups);
    let charts = [
        (msg!("coverage-chart-full"), "missing", (|c| c.digitized_full) as fn(&CoverageCounts) -> u64),
        (msg!("coverage-chart-any"), "not-any", |c| c.digitized_any),
    ];
    let grouping = scoped.groupings(page).into_iter().find(|g| g.chosen).map(|g| g.name).unwrap_or_default();
    let charts = charts.map(|(title, list, part)| {
        let bar = |g: &&Group| {
            let (part, of) = (part(&g.coverage.counts), g.coverage.counts.received);
            // Where nothing is missing, those that are digitized are behind the bar.
            let list = if part == of { "received" } else { list };
            Bar { label: scoped.group(page, &g.key), part, of, href: Some(group_list(scoped, &g.key, list)) }
        };
        let chart = BarChart {
            title: page.t1(title, "by", grouping.to_lowercase()),
            description: page.t("coverage-chart-help"),
            bars: barred.iter().map(bar).collect(),
        };
        chart_svg(&chart, CHART)
    });
    let row = |name: String, key: Option<&str>, c: &CoverageCounts| shown_group(scoped, name, key, c);
    Shown {
        period: scoped.period(page),
        filters: scoped.filters(page),
        data_time: data_time(page, &report.data_time),
        full: definition(c.digitized_full, "full", "missing"),
        any: definition(c.digitized_any, "any", "not-any"),
        figures: figures(page, report, &list),
        ratios: ratios(page, report, &list),
        empty: groups.is_empty(),
        charts: if groups.is_empty() { Vec::new() } else { charts.into() },
        bars_left_out: groups.len() - barred.len(),
        groups: groups
            .iter()
            .take(MOST_GROUPS)
            .map(|g| row(scoped.group(page, &g.key), Some(&g.key), &g.coverage.counts))
            .collect(),
        groups_left_out: groups.len().saturating_sub(MOST_GROUPS),
        total: row(page.t("coverage-total"), None, c),
        grouping,
    }
}

/// The groups that get bars: all, or those with the most dossiers that lack something, in the order of all.
fn barred(groups: &[Group]) -> Vec<&Group> {
    let lacking = |g: &Group| g.coverage.counts.received - g.coverage.counts.digitized_full;
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(lacking(&groups[*i])));
    order.truncate(MOST_BARS);
    order.sort_unstable();
    order.into_iter().map(|i| &groups[i]).collect()
}

/// Where the dossiers of a group are listed.
fn group_list(scoped: &Scoped, key: &str, list: &str) -> String {
    let query = scoped.query(&[("list", list), ("by", scoped.by_word()), ("group", key)]);
    // A group without a name has an empty key, which an address leaves out.
    let unsaid = if key.is_empty() { "&group=" } else { "" };
    format!("/coverage/dossiers{query}{unsaid}")
}

fn shown_group(scoped: &Scoped, name: String, key: Option<&str>, c: &CoverageCounts) -> ShownGroup {
    let list = |list: &str| match key {
        Some(key) => group_list(scoped, key, list),
        None => format!("/coverage/dossiers{}", scoped.query(&[("list", list)])),
    };
    let closer = match key {
        Some(key) if scoped.by == CoverageBy::Agency && !key.is_empty() && !scoped.own_agency => {
            let mut of_agency = scoped.clone();
            of_agency.scope.agency = Some(key.to_owned());
            format!("/coverage{}", of_agency.query(&[("by", "counter")]))
        }
        _ => String::new(),
    };
    ShownGroup {
        name,
        href: list("received"),
        closer,
        received: number(c.received),
        full: number(c.digitized_full),
        full_percent: percentage(c.digitized_full, c.received),
        any: number(c.digitized_any),
        any_percent: percentage(c.digitized_any, c.received),
        missing: number(c.received - c.digitized_full),
        missing_href: list("missing"),
        exempt: number(c.exempt),
    }
}

/// What there is to know beside the two definitions.
fn figures(page: &Page, report: &CoverageReport, list: &dyn Fn(&str) -> String) -> Vec<Figure> {
    let c = &report.coverage.counts;
    let part = |part, of| format!("{} / {}", number(part), number(of));
    let figure = |name: String, figure: String, note: String, href: String| Figure { name, figure, note, href };
    vec![
        figure(page.t("coverage-received"), number(c.received), String::new(), list("received")),
        figure(page.t("coverage-papers"), part(c.there, c.due), percentage(c.there, c.due), list("missing")),
        figure(
            page.t("coverage-results"),
            part(c.results_there, c.results_due),
            percentage(c.results_there, c.results_due),
            list("result-missing"),
        ),
        figure(page.t("coverage-exempt"), number(c.exempt), String::new(), list("exempt")),
        figure(
            page.t1("coverage-late", "hours", report.late_hours),
            number(c.late),
            percentage(c.late, c.received),
            list("late"),
        ),
        figure(page.t("coverage-excluded"), number(c.excluded), String::new(), list("excluded")),
        figure(
            page.t("coverage-orphans"),
            number(report.orphans.len() as u64),
            page.t("coverage-orphans-note"),
            "/reconciliation#orphans".to_owned(),
        ),
    ]
}

/// The ratios of the index, in the words of docs/COVERAGE.md.
fn ratios(page: &Page, report: &CoverageReport, list: &dyn Fn(&str) -> String) -> Vec<ShownRatio> {
    let ratios = &report.coverage.ratios;
    let all: [(String, String, &Ratio, &str); 4] = [
        (page.t("ratio-results"), page.t("ratio-results-said"), &ratios.electronic_results, "done-with-result"),
        (page.t("ratio-digitized"), page.t("ratio-digitized-said"), &ratios.digitized, "any"),
        (page.t("ratio-reused"), page.t("ratio-reused-said"), &ratios.reused, "reused"),
        (page.t("ratio-shared"), page.t("ratio-shared-said"), &ratios.shared, "handed-over"),
    ];
    let ratio = |(name, said, ratio, word): (String, String, &Ratio, &str)| ShownRatio {
        name,
        said,
        percent: percentage(ratio.share.count, ratio.share.of),
        count: number(ratio.share.count),
        of: number(ratio.share.of),
        href: list(word),
    };
    all.map(ratio).into()
}
