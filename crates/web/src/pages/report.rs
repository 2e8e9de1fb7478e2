//! The report of a period: what was received and handled, where each dossier stood at its end, and whether every sum closes.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use sohoa_report::render::{Bar, BarChart, chart_svg, percentage};
use sohoa_report::{MonthlyReport, Share, coverage, number};
use sohoa_store::CoverageScope;

use super::html;
use super::samples::{Line as SampleLine, sample_line};
use crate::app::App;
use crate::error::WebError;
use crate::export::download;
use crate::messages::msg;
use crate::page::Page;
use crate::scope::{Asked, Choice, Scoped, data_time};
use crate::visitor::Visitor;

/// Bars and rows of departments; dossiers that stand nowhere that are listed.
const MOST: usize = 200;
/// Width of a chart, px.
const CHART: f32 = 640.0;

#[derive(Template)]
#[template(path = "report.html")]
struct Screen {
    page: Page,
    scoped: Scoped,
    presets: Vec<Choice>,
    shown: Option<Shown>,
    query: String,
}

struct Shown {
    period: String,
    data_time: String,
    rows: Vec<Row>,
    identities: Vec<Identity>,
    closes: bool,
    standings: String,
    departments: Vec<(String, Share, String)>,
    departments_chart: String,
    departments_left_out: usize,
    /// Dossiers that stand nowhere, and why.
    unaccounted: Vec<(String, String)>,
    unaccounted_left_out: usize,
    audits: Vec<SampleLine>,
}

/// A row of the report.
struct Row {
    name: String,
    count: String,
    of: String,
    percent: String,
    part: bool,
    strong: bool,
}

/// A sum that has to close.
struct Identity {
    name: String,
    whole: String,
    parts: String,
    /// What is left over; empty when it closes.
    remainder: String,
}

/// `/report`.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let (scoped, period) = read(&app, &visitor, asked).await?;
    let shown = match period {
        Some(period) => {
            let report = made(&app, period).await?;
            let time = data_time(&page, &app.records().data_time().await?);
            Some(shown(&page, &scoped, time, report))
        }
        None => None,
    };
    let presets = scoped.presets(&app, &page).into_iter().filter(|p| !p.value.contains("period=all")).collect();
    let query = scoped.query(&[]);
    Ok(html(&Screen { page, scoped, presets, shown, query })?.into_response())
}

/// `/report/export/{form}`.
pub(crate) async fn export(
    State(app): State<App>,
    visitor: Visitor,
    Path(form): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let (_, period) = read(&app, &visitor, asked).await?;
    let (from, to) = period.ok_or(WebError::Invalid)?;
    let report = made(&app, (from, to)).await?;
    download(report.render(app.now()), &form, &format!("bao-cao-{from}-{to}")).await
}

/// The period has two ends; an open one is an error of the form.
async fn read(app: &App, visitor: &Visitor, asked: Asked) -> Result<(Scoped, Option<(Date, Date)>), WebError> {
    let mut scoped = Scoped::read(app, visitor, asked).await?;
    for (field, end) in [("from", scoped.scope.from), ("to", scoped.scope.to)] {
        if end.is_none() && scoped.wrong.iter().all(|(name, _)| *name != field) {
            scoped.wrong.push((field, msg!("period-needed")));
        }
    }
    let period = scoped.scope.from.zip(scoped.scope.to).filter(|_| scoped.wrong.is_empty());
    Ok((scoped, period))
}

async fn made(app: &App, (from, to): (Date, Date)) -> Result<MonthlyReport, WebError> {
    let records = app.records();
    let counts = records.handled(from, to).await?;
    let unaccounted = records.unaccounted(from, to).await?;
    let scope = CoverageScope { from: Some(from), to: Some(to), ..CoverageScope::default() };
    let digitized = coverage(records, &scope, None, app.services.settings.late).await?;
    let report = MonthlyReport::new((from, to), &counts, unaccounted, &digitized);
    Ok(report.with_audits(records.samples().await?))
}

fn shown(page: &Page, scoped: &Scoped, data_time: String, r: MonthlyReport) -> Shown {
    let bar = |label: String, part, of| Bar { label, part, of, href: None };
    let standings = BarChart {
        title: page.t("report-standings"),
        description: page.t("report-standings-help"),
        bars: vec![
            bar(page.t("report-on-time"), r.on_time.count, r.handled),
            bar(page.t("report-late"), r.late.count, r.handled),
            bar(page.t("report-in-process"), r.in_process, r.handled),
            bar(page.t("report-overdue"), r.overdue, r.handled),
            bar(page.t("report-waiting"), r.waiting, r.handled),
            bar(page.t("report-returned"), r.returned, r.handled),
            bar(page.t("report-stopped"), r.stopped, r.handled),
            bar(page.t("report-unaccounted"), r.remainder(), r.handled),
        ],
    };
    let named = |agency: &str| if agency.is_empty() { page.t("group-unsaid") } else { agency.to_owned() };
    let departments = BarChart {
        title: page.t("report-departments"),
        description: page.t("report-departments-help"),
        bars: r.departments.iter().take(MOST).map(|d| bar(named(&d.agency), d.online.count, d.online.of)).collect(),
    };
    let department = |d: &sohoa_report::Department| {
        let online = &d.online;
        (named(&d.agency), online.clone(), percentage(online.count, online.of))
    };
    Shown {
        period: scoped.period(page),
        data_time,
        rows: rows(page, &r),
        // In the order in which the report makes them.
        identities: r
            .identities
            .iter()
            .zip([page.t("report-identity-handled"), page.t("report-identity-new")])
            .map(|(sum, name)| Identity {
                name,
                whole: number(sum.whole),
                parts: number(sum.parts),
                remainder: if sum.whole == sum.parts { String::new() } else { number(sum.whole.abs_diff(sum.parts)) },
            })
            .collect(),
        closes: r.closes(),
        standings: if r.handled == 0 { String::new() } else { chart_svg(&standings, CHART) },
        departments_chart: if departments.bars.is_empty() { String::new() } else { chart_svg(&departments, CHART) },
        departments: r.departments.iter().take(MOST).map(department).collect(),
        departments_left_out: r.departments.len().saturating_sub(MOST),
        unaccounted: r
            .unaccounted
            .iter()
            .take(MOST)
            .map(|u| (u.dossier.to_string(), page.t(unaccounted_reason(&u.code))))
            .collect(),
        unaccounted_left_out: r.unaccounted.len().saturating_sub(MOST),
        audits: r.audits.iter().map(|audit| sample_line(page, audit)).collect(),
    }
}

fn rows(page: &Page, r: &MonthlyReport) -> Vec<Row> {
    let row = |name: String, count: u64| Row {
        name,
        count: number(count),
        of: String::new(),
        percent: String::new(),
        part: false,
        strong: false,
    };
    let strong = |row: Row| Row { strong: true, ..row };
    let part = |row: Row| Row { part: true, ..row };
    let share = |name: String, share: &Share| Row {
        of: number(share.of),
        percent: percentage(share.count, share.of),
        ..row(name, share.count)
    };
    let unaccounted = row(page.t("report-unaccounted"), r.remainder());
    vec![
        strong(row(page.t("report-handled"), r.handled)),
        part(row(page.t("report-new"), r.new)),
        part(row(page.t("report-carried"), r.carried_over)),
        strong(row(page.t("report-resolved"), r.resolved)),
        part(share(page.t("report-on-time"), &r.on_time)),
        part(share(page.t("report-late"), &r.late)),
        row(page.t("report-in-process"), r.in_process),
        row(page.t("report-overdue"), r.overdue),
        row(page.t("report-waiting"), r.waiting),
        row(page.t("report-returned"), r.returned),
        row(page.t("report-stopped"), r.stopped),
        if r.remainder() > 0 { strong(unaccounted) } else { unaccounted },
        share(page.t("report-online"), &r.online),
        share(page.t("report-post"), &r.post),
        share(page.t("report-full"), &r.digitized_full),
        share(page.t("report-any"), &r.digitized_any),
        share(page.t("report-reused"), &r.reused),
        share(page.t1("coverage-late", "hours", r.late_hours), &r.digitized_late),
        row(page.t("coverage-orphans"), r.orphans),
    ]
}

/// Why a dossier stands nowhere.
fn unaccounted_reason(code: &str) -> &'static str {
    match code {
        "done-at-no-day" => msg!("unaccounted-done"),
        "left-at-no-day" => msg!("unaccounted-left"),
        "finished-before-reception" => msg!("unaccounted-before"),
        "open-and-finished" => msg!("unaccounted-open"),
        _ => msg!("unaccounted-no-state"),
    }
}
