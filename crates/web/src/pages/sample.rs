//! One audit sample: its documents, each beside its pages, and what the comparison with the paper finds.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::{DocumentId, Verdict};
use sohoa_report::render::checklist;
use sohoa_report::{SampleFigures, checklist_items};
use sohoa_store::{SampleItem, SampleRow};

use super::html;
use super::samples::{Line, sample_line};
use crate::app::App;
use crate::error::WebError;
use crate::export::download;
use crate::format;
use crate::labels::{self, Badge};
use crate::page::Page;
use crate::visitor::Visitor;

/// Longest note, characters.
const LONGEST_NOTE: usize = 500;
/// Documents of a sample that its screen lists; a file has them all.
const MOST: usize = 500;

#[derive(Template)]
#[template(path = "sample.html")]
struct Screen {
    page: Page,
    sample: Line,
    seed: String,
    by: String,
    population: String,
    list: String,
    items: Vec<Item>,
    left_out: usize,
    /// The first document that nobody has compared; empty when there is none.
    next: String,
}

struct Item {
    href: String,
    document: String,
    stratum: String,
    result: Option<Judged>,
}

/// What a comparison found.
struct Judged {
    badge: Badge,
    note: String,
    who: String,
    at: String,
}

#[derive(Template)]
#[template(path = "sample_item.html")]
struct ItemScreen {
    page: Page,
    sample: Line,
    /// Its place in the sample, from 1.
    place: usize,
    document: String,
    code: String,
    dossier: String,
    component: String,
    received: String,
    pages: usize,
    result: Option<Judged>,
    verdicts: Vec<Button>,
    /// The documents around it; empty at the ends.
    before: String,
    after: String,
    /// Pictures that are needed soon.
    preload: String,
}

/// What can be said of a document, with its key.
struct Button {
    number: usize,
    verdict: &'static str,
    badge: Badge,
}

async fn find(app: &App, sample: i64) -> Result<SampleRow, WebError> {
    app.records().samples().await?.into_iter().find(|s| s.number == sample).ok_or(WebError::NotFound)
}

fn judged(item: &SampleItem) -> Option<Judged> {
    item.result.as_ref().map(|result| Judged {
        badge: labels::verdict(result.verdict),
        note: result.note.clone(),
        who: result.agent.clone(),
        at: format::instant(result.at),
    })
}

fn address(sample: i64, document: &DocumentId) -> String {
    format!("/samples/{sample}/{document}")
}

/// The next document that nobody has compared, behind this one first.
fn next(items: &[SampleItem], after: Option<&DocumentId>) -> Option<DocumentId> {
    let place = after.and_then(|id| items.iter().position(|item| item.document == *id)).map_or(0, |i| i + 1);
    let (before, behind) = items.split_at(place);
    behind.iter().chain(before).find(|item| item.result.is_none()).map(|item| item.document.clone())
}

/// `/samples/{sample}`.
pub(crate) async fn page(State(app): State<App>, page: Page, Path(sample): Path<i64>) -> Result<Response, WebError> {
    let row = find(&app, sample).await?;
    let items = app.records().sample_items(sample).await?;
    let item = |item: &SampleItem| Item {
        href: address(sample, &item.document),
        document: item.document.to_string(),
        stratum: if item.stratum.is_empty() { page.t("group-unsaid") } else { item.stratum.clone() },
        result: judged(item),
    };
    let screen = Screen {
        seed: row.seed.clone(),
        by: page.t(labels::stratum(row.by)),
        population: row.population.to_string(),
        list: row.list.to_string(),
        items: items.iter().take(MOST).map(item).collect(),
        left_out: items.len().saturating_sub(MOST),
        next: next(&items, None).map(|id| address(sample, &id)).unwrap_or_default(),
        sample: sample_line(&page, &row.into()),
        page,
    };
    Ok(html(&screen)?.into_response())
}

/// `/samples/{sample}/export/{form}`: the checklist.
pub(crate) async fn export(
    State(app): State<App>,
    Path((sample, form)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let figures = SampleFigures::from(find(&app, sample).await?);
    let items = checklist_items(app.records(), sample, |stored| Some(stored.to_owned())).await?;
    download(checklist(&figures, &items, app.now()), &form, &format!("mau-doi-chieu-{sample}")).await
}

/// `/samples/{sample}/{document}`: one document beside its pages.
pub(crate) async fn item(
    State(app): State<App>,
    page: Page,
    Path((sample, document)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let row = find(&app, sample).await?;
    let items = app.records().sample_items(sample).await?;
    let place = items.iter().position(|item| item.document.as_str() == document).ok_or(WebError::NotFound)?;
    let item = &items[place];
    let shown = app.records().document(&item.document).await?.ok_or(WebError::NotFound)?;
    let dossier = app.records().dossier(&shown.dossier).await?;
    let component = shown.component.as_ref().map(|id| {
        let components = dossier.iter().flat_map(|entry| &entry.components);
        let name = components.filter(|c| c.id == *id).map(|c| c.name.as_str()).next().unwrap_or_default();
        format!("{id} {name}").trim().to_owned()
    });
    let around =
        |i: Option<usize>| i.and_then(|i| items.get(i)).map(|item| address(sample, &item.document)).unwrap_or_default();
    let next = next(&items, Some(&item.document)).filter(|id| *id != item.document);
    let button = |(number, verdict): (usize, Verdict)| Button {
        number,
        verdict: verdict.as_str(),
        badge: labels::verdict(verdict),
    };
    let screen = ItemScreen {
        place: place + 1,
        document: document.clone(),
        code: shown.result_code,
        dossier: shown.dossier.to_string(),
        component: component.unwrap_or_else(|| page.t("document-unassigned")),
        received: dossier.and_then(|d| d.received).map(format::date_time).unwrap_or_default(),
        pages: shown.physical_pages.len(),
        result: judged(item),
        verdicts: (1..).zip(Verdict::ALL).map(button).collect(),
        before: around(place.checked_sub(1)),
        after: around(Some(place + 1)),
        preload: next.map(|id| format!("/documents/{id}/pages/1?side=1200")).unwrap_or_default(),
        sample: sample_line(&page, &row.into()),
        page,
    };
    Ok(html(&screen)?.into_response())
}

#[derive(Deserialize)]
pub(crate) struct Found {
    verdict: String,
    #[serde(default)]
    note: String,
}

/// Records what the comparison found, and goes on to the next document.
pub(crate) async fn compare(
    State(app): State<App>,
    visitor: Visitor,
    Path((sample, document)): Path<(i64, String)>,
    Form(found): Form<Found>,
) -> Result<Response, WebError> {
    let document: DocumentId = document.parse().map_err(|_| WebError::NotFound)?;
    let (verdict, note) = (Verdict::parse(&found.verdict).ok_or(WebError::Invalid)?, found.note.trim());
    if note.chars().count() > LONGEST_NOTE || note.contains(|c: char| c.is_control() && c != '\n' && c != '\r') {
        return Err(WebError::Invalid);
    }
    app.records().compare(sample, &document, verdict, note, app.now(), visitor.user.name.as_str()).await?;
    let items = app.records().sample_items(sample).await?;
    let next = next(&items, Some(&document)).map_or_else(|| format!("/samples/{sample}"), |id| address(sample, &id));
    Ok(Redirect::to(&next).into_response())
}
