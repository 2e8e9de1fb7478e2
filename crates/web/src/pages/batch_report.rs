//! What came of a batch, with sums that close: as a screen, to be printed, and as a file.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use sohoa_domain::local_day;
use sohoa_report::SampleFigures;
use sohoa_report::render::{Block, Cell, Report, Row, Table, percentage};
use sohoa_store::{BatchRow, PageLedger};

use super::html;
use crate::app::App;
use crate::batch::{self, by_state, find};
use crate::error::WebError;
use crate::export::{self, Described};
use crate::format;
use crate::labels;
use crate::page::Page;

#[derive(Template)]
#[template(path = "batch_report.html")]
struct Screen {
    page: Page,
    batch: i64,
    /// Files are still being processed: it is not the last word.
    unfinished: bool,
    report: Report,
    tables: Vec<ShownTable>,
}

struct ShownTable {
    title: String,
    /// Headings, and whether numbers stand below.
    columns: Vec<(String, bool)>,
    rows: Vec<ShownRow>,
}

struct ShownRow {
    strong: bool,
    part: bool,
    /// Words, and whether they are a number.
    cells: Vec<(String, bool)>,
}

fn shown(table: &Table) -> ShownTable {
    let cell = |cell: &Cell| match cell {
        Cell::Empty => (String::new(), false),
        Cell::Text(text) => (text.clone(), false),
        Cell::Count(n) => (format::number(n.cast_signed()), true),
        Cell::Percent { part, of } => (percentage(*part, *of), true),
        Cell::Day(day) => (format::date_time(day.at(0, 0, 0, 0)), true),
    };
    let row =
        |row: &Row| ShownRow { strong: row.strong, part: row.level > 0, cells: row.cells.iter().map(cell).collect() };
    let rows: Vec<ShownRow> = table.rows.iter().map(row).collect();
    let number = |n: usize| rows.first().and_then(|row| row.cells.get(n)).is_some_and(|(_, number)| *number);
    let columns = table.columns.iter().enumerate().map(|(n, name)| (name.clone(), number(n))).collect();
    ShownTable { title: table.title.clone(), columns, rows }
}

/// `/batches/{batch}/report`.
pub(crate) async fn page(State(app): State<App>, page: Page, Path(batch): Path<i64>) -> Result<Html<String>, WebError> {
    let row = find(&app, batch).await?;
    let report = report(&app, &page, &row).await?;
    let tables = report.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(shown(table)),
        Block::Chart(_) => None,
    });
    html(&Screen { tables: tables.collect(), page, batch, unfinished: row.files.pending > 0, report })
}

/// `/batches/{batch}/report/{form}`: the same as a file, `csv`, `xlsx` or `pdf`.
pub(crate) async fn file(
    State(app): State<App>,
    page: Page,
    Path((batch, form)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    Ok(made(&app, &page, batch, &form).await?.into_response())
}

/// The report of a batch in the form of this word.
pub(crate) async fn made(app: &App, page: &Page, batch: i64, form: &str) -> Result<(Described, Vec<u8>), WebError> {
    let report = report(app, page, &find(app, batch).await?).await?;
    export::file(report, form, &format!("dot-quet-{batch}-{}", local_day(app.now()))).await
}

async fn report(app: &App, page: &Page, row: &BatchRow) -> Result<Report, WebError> {
    let minutes = app.records().batch_minutes(row.id, 0).await?;
    let mut statements = vec![
        (page.t("batch-kind"), page.t(batch::kind(row.kind == "inbox"))),
        (page.t("batch-opened"), format::instant(row.opened_at)),
    ];
    if !row.agency.is_empty() {
        statements.insert(0, (page.t("user-agency"), row.agency.clone()));
    }
    if let (Some(first), Some(last)) = (minutes.first(), minutes.last()) {
        let worked = minutes.iter().filter(|m| m.files > 0).count() as u64;
        let pages: u64 = minutes.iter().map(|m| m.pages).sum();
        statements.push((
            page.t("report-worked"),
            format!("{} – {}", batch::minute(first.minute), batch::minute(last.minute)),
        ));
        statements.push((
            page.t("report-pace"),
            page.t2("report-pace-of", "pages", pages / worked.max(1), "minutes", worked),
        ));
    }
    if let Some(since) = row.paused_at {
        statements.push((page.t("batch-paused"), format::instant(since)));
    }
    statements.push((page.t("report-at"), format::instant(app.now())));
    let mut blocks = vec![Block::Table(files(page, row)), Block::Table(pages(page, row.pages))];
    let reasons = app.records().batch_reasons(row.id).await?;
    if !reasons.is_empty() {
        let mut table = Table {
            title: page.t("report-reasons"),
            columns: vec![page.t("review-code"), page.t("report-code"), page.t("batch-state"), page.t("report-files")],
            rows: Vec::new(),
        };
        for reason in &reasons {
            table.rows.push(Row::new(vec![
                Cell::Text(page.t(labels::file_code(&reason.code))),
                Cell::Text(reason.code.clone()),
                Cell::Text(page.t(labels::batch_file(reason.state))),
                Cell::Count(reason.files),
            ]));
        }
        let all = reasons.iter().map(|reason| reason.files).sum();
        table.rows.push(sum(page, vec![Cell::Empty, Cell::Empty, Cell::Count(all)]));
        blocks.push(Block::Table(table));
    }
    let samples = app.records().samples().await?.into_iter().filter(|sample| sample.batch == Some(row.id));
    let samples: Vec<_> = samples.map(|sample| sample_row(sample.into())).collect();
    if !samples.is_empty() {
        blocks.push(Block::Table(Table {
            title: page.t("batch-samples"),
            columns: vec![
                page.t("sample-name"),
                page.t("sample-seed"),
                page.t("sample-documents"),
                page.t("sample-drawn"),
                page.t("sample-compared"),
                page.t("sample-wrong"),
                page.t("sample-bound"),
            ],
            rows: samples,
        }));
    }
    Ok(Report {
        title: page.t1("batch-report-title", "batch", row.id.0.to_string()),
        subtitle: row.label.clone(),
        statements,
        blocks,
        signers: vec![page.t("report-signer"), page.t("report-head")],
    })
}

/// The row that says that a table adds up.
fn sum(page: &Page, mut cells: Vec<Cell>) -> Row {
    cells.insert(0, Cell::Text(page.t("report-sum")));
    Row::new(cells).strong()
}

fn files(page: &Page, row: &BatchRow) -> Table {
    let seen = row.files.seen;
    let line =
        |name: String, part: u64| Row::new(vec![Cell::Text(name), Cell::Count(part), Cell::Percent { part, of: seen }]);
    let mut rows = vec![line(page.t("report-received"), seen).strong()];
    let states = by_state(row.files);
    rows.extend(states.iter().map(|(state, files)| line(page.t(labels::batch_file(*state)), *files).part()));
    let all = states.iter().map(|(_, files)| files).sum();
    rows.push(sum(page, vec![Cell::Count(all), Cell::Percent { part: all, of: seen }]));
    Table {
        title: page.t("report-of-files"),
        columns: vec![page.t("report-item"), page.t("report-files"), page.t("report-share")],
        rows,
    }
}

fn pages(page: &Page, pages: PageLedger) -> Table {
    let line = |name: String, part: u64| {
        Row::new(vec![Cell::Text(name), Cell::Count(part), Cell::Percent { part, of: pages.input }])
    };
    let all = pages.kept + pages.separator + pages.blank + pages.failed;
    Table {
        title: page.t("report-of-pages"),
        columns: vec![page.t("report-item"), page.t("report-pages"), page.t("report-share")],
        rows: vec![
            line(page.t("report-pages-in"), pages.input).strong(),
            line(page.t("report-kept"), pages.kept).part(),
            line(page.t("report-separator"), pages.separator).part(),
            line(page.t("report-blank"), pages.blank).part(),
            line(page.t("report-failed"), pages.failed).part(),
            sum(page, vec![Cell::Count(all), Cell::Percent { part: all, of: pages.input }]),
        ],
    }
}

fn sample_row(figures: SampleFigures) -> Row {
    let sample = &figures.sample;
    Row::new(vec![
        Cell::Text(sample.name.clone()),
        Cell::Text(sample.seed.clone()),
        Cell::Count(sample.documents),
        Cell::Count(sample.drawn),
        Cell::Count(sample.compared),
        Cell::Count(figures.wrong.count),
        Cell::Text(figures.bound_in_print()),
    ])
}
