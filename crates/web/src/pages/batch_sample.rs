//! Quality samples of a batch: drawn with a seed, so that nobody can choose them, and judged one document after the other.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::{DocumentId, Verdict};
use sohoa_report::SampleFigures;
use sohoa_store::{BatchRow, SampleItem, SampleRow};

use super::html;
use crate::app::App;
use crate::batch::find;
use crate::batch_samples::{self, NotDrawn};
use crate::error::WebError;
use crate::labels;
use crate::messages::msg;
use crate::page::Page;
use crate::visitor::Visitor;

/// Documents that a form proposes to draw.
const USUAL: u64 = 20;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Asked {
    /// Number of the sample; without one the latest.
    sample: Option<i64>,
    /// The document to judge; without one the first that nobody has judged.
    document: String,
}

#[derive(Template)]
#[template(path = "batch_sample.html")]
struct Screen {
    page: Page,
    batch: i64,
    label: String,
    /// Documents that a sample can be drawn from.
    documents: u64,
    draw: Draw,
    error: Option<String>,
    samples: Vec<SampleRow>,
    shown: Option<Shown>,
}

/// A sample.
struct Shown {
    figures: SampleFigures,
    lines: Vec<Line>,
    /// The document to judge; `None` when all were.
    item: Option<Item>,
}

struct Line {
    document: DocumentId,
    result_code: String,
    verdict: Option<&'static str>,
    right: bool,
    current: bool,
}

struct Item {
    document: DocumentId,
    dossier: String,
    component: String,
    source: String,
    pages: usize,
    position: usize,
    note: String,
    verdicts: Vec<(&'static str, &'static str, usize, bool)>,
}

/// What the form of a drawing says.
#[derive(Deserialize)]
pub(crate) struct Draw {
    count: String,
    seed: String,
}

/// `/batches/{batch}/sample?sample=&document=`.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    Path(batch): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, WebError> {
    let row = find(&app, batch).await?;
    let draw = Draw { count: USUAL.to_string(), seed: String::new() };
    screen(&app, page, row, &asked, draw, None).await
}

async fn screen(
    app: &App,
    page: Page,
    row: BatchRow,
    asked: &Asked,
    draw: Draw,
    error: Option<&'static str>,
) -> Result<Html<String>, WebError> {
    let samples = batch_samples::of(app, &row).await?;
    let chosen = match asked.sample {
        Some(number) => Some(samples.iter().find(|sample| sample.number == number).ok_or(WebError::NotFound)?),
        None => samples.last(),
    };
    let shown = match chosen {
        Some(sample) => Some(show(app, &page, sample, &asked.document).await?),
        None => None,
    };
    html(&Screen {
        batch: row.id.0,
        documents: app.records().batch_population(row.id).await?.len() as u64,
        label: row.label,
        draw,
        error: error.map(|key| page.t(key)),
        page,
        samples,
        shown,
    })
}

async fn show(app: &App, page: &Page, sample: &SampleRow, wanted: &str) -> Result<Shown, WebError> {
    let items = app.records().sample_items(sample.number).await?;
    let current = match wanted {
        "" => items.iter().position(|item| item.result.is_none()),
        wanted => Some(items.iter().position(|item| item.document.as_str() == wanted).ok_or(WebError::NotFound)?),
    };
    let mut lines = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let row = app.records().document(&item.document).await?.ok_or(WebError::NotFound)?;
        let verdict = item.result.as_ref().map(|result| result.verdict);
        lines.push(Line {
            document: item.document.clone(),
            result_code: row.result_code,
            verdict: verdict.map(|verdict| labels::verdict(verdict).name),
            right: verdict == Some(Verdict::Match),
            current: current == Some(n),
        });
    }
    let item = match current.and_then(|n| Some((n, items.get(n)?))) {
        Some((n, item)) => Some(shown_item(app, page, item, n + 1).await?),
        None => None,
    };
    Ok(Shown { figures: sample.clone().into(), lines, item })
}

async fn shown_item(app: &App, page: &Page, item: &SampleItem, position: usize) -> Result<Item, WebError> {
    let row = app.records().document(&item.document).await?.ok_or(WebError::NotFound)?;
    let entry = app.records().dossier(&row.dossier).await?;
    let component = match (&row.component, &entry) {
        (Some(id), Some(entry)) => entry.components.iter().find(|c| c.id == *id).map(|c| c.name.clone()),
        _ => None,
    };
    let unnamed = || row.component.as_ref().map_or_else(|| page.t("document-unassigned"), |id| id.to_string());
    let said = item.result.as_ref();
    let verdict = |(verdict, number): (Verdict, usize)| {
        (verdict.as_str(), labels::verdict(verdict).name, number, said.is_some_and(|said| said.verdict == verdict))
    };
    Ok(Item {
        document: item.document.clone(),
        component: component.unwrap_or_else(unnamed),
        dossier: row.dossier.to_string(),
        source: row.source_name,
        pages: row.physical_pages.len(),
        position,
        note: said.map(|said| said.note.clone()).unwrap_or_default(),
        verdicts: Verdict::ALL.into_iter().zip(1..).map(verdict).collect(),
    })
}

/// Draws a sample.
pub(crate) async fn draw(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Path(batch): Path<i64>,
    Form(sent): Form<Draw>,
) -> Result<Response, WebError> {
    let row = find(&app, batch).await?;
    let count: u64 = sent.count.trim().parse().unwrap_or_default();
    let number = match batch_samples::draw(&app, &visitor, &row, count, &sent.seed).await? {
        Ok(number) => number,
        Err(why) => {
            let wrong = match why {
                NotDrawn::Seed => msg!("sample-no-seed"),
                NotDrawn::Count => msg!("sample-no-count"),
                NotDrawn::Documents => msg!("sample-no-documents"),
            };
            return Ok(screen(&app, page, row, &Asked::default(), sent, Some(wrong)).await?.into_response());
        }
    };
    Ok(Redirect::to(&format!("/batches/{batch}/sample?sample={number}")).into_response())
}

/// What is said of a document.
#[derive(Deserialize)]
pub(crate) struct Said {
    sample: i64,
    document: String,
    verdict: String,
    #[serde(default)]
    note: String,
}

/// Puts on record what was found, and goes on to the next document.
pub(crate) async fn judge(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
    Form(said): Form<Said>,
) -> Result<Redirect, WebError> {
    let verdict = Verdict::parse(&said.verdict).ok_or(WebError::Invalid)?;
    let document: DocumentId = said.document.parse().map_err(|_| WebError::Invalid)?;
    let row = find(&app, batch).await?;
    batch_samples::compare(&app, &visitor, &row, said.sample, &document, (verdict, &said.note)).await?;
    Ok(Redirect::to(&format!("/batches/{batch}/sample?sample={}", said.sample)))
}
