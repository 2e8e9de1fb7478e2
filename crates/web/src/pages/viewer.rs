//! One document: a page of it at any zoom, its words over the picture to be selected, what was searched for marked; its files, its
//! earlier versions, what the paper says of itself.

use std::collections::HashSet;
use std::io::BufReader;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sohoa_domain::{DocumentId, PageRecord};
use sohoa_store::{DocumentRow, Rendition, RenditionKind, SearchWords};
use tokio::io::AsyncReadExt as _;

use super::dossier::{self, ShownDocument};
use super::html;
use crate::alto::{self, AltoPage, AltoWord};
use crate::app::App;
use crate::checklist::Holdings;
use crate::error::WebError;
use crate::format;
use crate::messages::msg;
use crate::page::Page;
use crate::pictures;
use crate::query::query;
use crate::visitor::Visitor;

/// Longer sides of the pictures of a page, px: as it is shown first, and when it is looked at closely.
const SIDE: u32 = 1200;
const CLOSE_SIDE: u32 = 2400;
/// Dots per inch that the browser counts with, and the longer side of A4 in them, which a page has when it is not known.
const CSS_DPI: f32 = 96.0;
const A4_SIDE: f32 = 1122.5;
/// Share of a word's height above its base line.
const ABOVE_BASE_LINE: f32 = 0.8;
/// Longest search that is marked, characters.
const LONGEST_QUERY: usize = 200;
/// Files that can be taken, in the order of the screen, with their names.
const FILES: [(RenditionKind, &str); 4] = [
    (RenditionKind::Pdf, msg!("file-kind-pdf")),
    (RenditionKind::Original, msg!("file-kind-original")),
    (RenditionKind::Text, msg!("file-kind-text")),
    (RenditionKind::Alto, msg!("file-kind-alto")),
];

#[derive(Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    page: usize,
    /// What was searched for.
    q: String,
}

impl Default for Asked {
    fn default() -> Self {
        Self { page: 1, q: String::new() }
    }
}

#[derive(Template)]
#[template(path = "viewer.html")]
struct Screen {
    page: Page,
    sheet: Sheet,
    document: ShownDocument,
    dossier: String,
    /// Name and address of each file that can be taken, with its size.
    files: Vec<File>,
    versions: Vec<ShownVersion>,
    thumbnails: Vec<Thumbnail>,
}

#[derive(Template)]
#[template(path = "viewer_sheet.html")]
struct Part {
    page: Page,
    sheet: Sheet,
}

/// One page with its words.
struct Sheet {
    id: String,
    number: usize,
    count: usize,
    q: String,
    /// Addresses of pages; empty where there is none.
    before: String,
    after: String,
    next_hit: String,
    /// Pages with hits, and how many marks this one has.
    hit_pages: usize,
    marks: usize,
    picture: String,
    close_picture: String,
    width: f32,
    height: f32,
    /// Width of the paper as the browser measures, px.
    paper_width: u32,
    lines: Vec<Line>,
}

/// A line of one size, so that what is selected lies even.
struct Line {
    size: f32,
    words: Vec<Word>,
}

/// A word where it stands; the space behind it is part of it, so that what is selected is words and lines.
struct Word {
    x: f32,
    y: f32,
    length: f32,
    text: String,
    /// Place of the mark around it.
    mark: Option<(f32, f32, f32, f32)>,
}

struct File {
    name: &'static str,
    path: String,
    size: String,
}

struct ShownVersion {
    number: u32,
    created: String,
    agent: String,
    files: Vec<File>,
}

struct Thumbnail {
    number: usize,
    path: String,
    picture: String,
    hit: bool,
}

/// `/documents/{document}?page=&q=`.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Path(document): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let id: DocumentId = document.parse().map_err(|_| WebError::NotFound)?;
    let row = app.records().document(&id).await?.ok_or(WebError::NotFound)?;
    let q: String = asked.q.chars().take(LONGEST_QUERY).collect();
    let words = SearchWords::of(&q);
    let hit_pages = hit_pages(&app, &row, &words).await;
    let description = dossier::description(&app, &row).await;
    let records = description.as_ref().map(|description| description.pages.as_slice()).unwrap_or_default();
    let sheet = sheet(&app, &row, records, asked.page, (q, &words, &hit_pages)).await?;
    if headers.contains_key("hx-request") && !headers.contains_key("hx-history-restore-request") {
        return Ok(html(&Part { page, sheet })?.into_response());
    }
    let holdings = Holdings::read(app.records(), &row.dossier).await?.ok_or(WebError::NotFound)?;
    let confirmations = app.records().confirmations(&row.dossier).await?;
    let masked = dossier::masks(&visitor);
    let document = dossier::document(&app, &page, &row, &holdings.items, &confirmations, masked).await?;
    let hit_pages: HashSet<usize> = hit_pages.into_iter().collect();
    let thumbnail = |(number, picture): (usize, String)| Thumbnail {
        number,
        path: path(&id, number, &sheet.q),
        picture,
        hit: hit_pages.contains(&number),
    };
    let thumbnails = (1..=sheet.count).map(|number| (number, pictures::thumbnail_of(&row, number, records)));
    let screen = Screen {
        document,
        dossier: row.dossier.to_string(),
        files: files(&id, &row.renditions, None),
        versions: versions(&app, &row).await,
        thumbnails: thumbnails.map(thumbnail).collect(),
        page,
        sheet,
    };
    Ok(html(&screen)?.into_response())
}

/// Address of a page.
fn path(id: &DocumentId, number: usize, q: &str) -> String {
    let number = if number == 1 { String::new() } else { number.to_string() };
    format!("/documents/{id}{}", query(&[("page", &number), ("q", q)]))
}

fn rendition(row: &DocumentRow, kind: RenditionKind) -> Option<&Rendition> {
    row.renditions.iter().find(|rendition| rendition.kind == kind)
}

/// Pages on which something of the search stands; none when the text cannot be read, which verification tells.
async fn hit_pages(app: &App, row: &DocumentRow, words: &SearchWords) -> Vec<usize> {
    let mut text = String::new();
    let (false, Some(rendition)) = (words.is_empty(), rendition(row, RenditionKind::Text)) else { return Vec::new() };
    let Ok(mut file) = app.services.renditions.open(rendition).await else { return Vec::new() };
    if file.read_to_string(&mut text).await.is_err() {
        return Vec::new();
    }
    words.pages(&text)
}

/// Words of a page, from the ALTO file; `None` when there is none, or it cannot be read, which verification tells.
async fn alto_page(app: &App, row: &DocumentRow, physical: u32) -> Option<AltoPage> {
    let file = app.services.renditions.open(rendition(row, RenditionKind::Alto)?).await.ok()?.into_std().await;
    tokio::task::spawn_blocking(move || alto::read_page(BufReader::new(file), physical)).await.ok()?
}

async fn sheet(
    app: &App,
    row: &DocumentRow,
    records: &[PageRecord],
    number: usize,
    (q, words, hit_pages): (String, &SearchWords, &[usize]),
) -> Result<Sheet, WebError> {
    let physical = number.checked_sub(1).and_then(|i| row.physical_pages.get(i)).ok_or(WebError::NotFound)?;
    let record = records.iter().find(|record| record.number == *physical);
    let alto = alto_page(app, row, *physical).await;
    let (width, height) = match (&alto, record) {
        (Some(alto), _) if alto.width > 0.0 && alto.height > 0.0 => (alto.width, alto.height),
        (_, record) => size(record).unwrap_or((1000.0, 1414.0)),
    };
    let dpi = record.and_then(|r| r.inspection.as_ref()).map(|inspection| inspection.dpi.x).filter(|dpi| *dpi > 0.0);
    let dpi = dpi.unwrap_or(width.max(height) / A4_SIDE * CSS_DPI);
    let turn = alto.as_ref().map(|alto| alto.turn).or(record.map(pictures::turn_of));
    let picture = |side| pictures::address(row, number, side, turn);
    let count = row.physical_pages.len();
    let to = |number: Option<usize>| number.map(|number| path(&row.id, number, &q)).unwrap_or_default();
    // Behind the last page with a hit comes the first again.
    let next_hit = hit_pages.iter().find(|page| **page > number).or(hit_pages.first()).filter(|page| **page != number);
    let lines = alto.map(|alto| placed(&alto, words)).unwrap_or_default();
    Ok(Sheet {
        id: row.id.to_string(),
        number,
        count,
        before: to((number > 1).then(|| number - 1)),
        after: to((number < count).then_some(number + 1)),
        next_hit: to(next_hit.copied()),
        hit_pages: hit_pages.len(),
        marks: lines.iter().flat_map(|line| &line.words).filter(|word| word.mark.is_some()).count(),
        picture: picture(SIDE),
        close_picture: picture(CLOSE_SIDE),
        paper_width: (width / dpi * CSS_DPI).round() as u32,
        width,
        height,
        lines,
        q,
    })
}

/// Size of the upright page as it was inspected, px.
fn size(record: Option<&PageRecord>) -> Option<(f32, f32)> {
    let inspection = record?.inspection.as_ref()?;
    let (width, height) = (inspection.width as f32, inspection.height as f32);
    Some(if inspection.rotation.swaps_sides() { (height, width) } else { (width, height) })
}

/// The words of a page in their places, those that were searched for marked.
fn placed(alto: &AltoPage, searched: &SearchWords) -> Vec<Line> {
    let pieces: Vec<&str> = alto.lines.iter().flatten().map(|word| word.text.as_str()).collect();
    let mut hits = searched.hits(&pieces).into_iter();
    let mut lines = Vec::new();
    for line in alto.lines.iter().filter(|line| !line.is_empty()) {
        let size = line.iter().map(|word| word.height).fold(0.0, f32::max);
        let mut words = Vec::new();
        for (place, AltoWord { left, top, width, height, text }) in line.iter().enumerate() {
            // A word reaches to the next one, if that stands on its right.
            let next = line.get(place + 1);
            let end =
                next.map(|next| next.left).filter(|next| *next > left + width).unwrap_or(left + width + size / 4.0);
            words.push(Word {
                x: *left,
                y: top + height * ABOVE_BASE_LINE,
                length: end - left,
                text: format!("{text}{}", if next.is_some() { ' ' } else { '\n' }),
                mark: hits.next().unwrap_or(false).then_some((*left, *top, *width, *height)),
            });
        }
        lines.push(Line { size, words });
    }
    lines
}

/// The files that can be taken, as a version holds them or as they stand.
fn files(id: &DocumentId, renditions: &[Rendition], version: Option<u32>) -> Vec<File> {
    let version = version.map(|number| number.to_string()).unwrap_or_default();
    let file = |(kind, name): &(RenditionKind, &'static str)| {
        let rendition = renditions.iter().find(|rendition| rendition.kind == *kind)?;
        let path = format!("/documents/{id}/files/{}{}", kind.as_str(), query(&[("version", &version)]));
        Some(File { name, path, size: format::bytes(rendition.bytes) })
    };
    FILES.iter().filter_map(file).collect()
}

/// Earlier versions, the latest first; none when the package cannot be read, which verification tells.
async fn versions(app: &App, row: &DocumentRow) -> Vec<ShownVersion> {
    let Ok(mut versions) = app.services.renditions.versions(&row.dossier, &row.id).await else { return Vec::new() };
    // The last one is what is shown.
    versions.pop();
    let shown = |version: sohoa_store::DocumentVersion| ShownVersion {
        number: version.number,
        created: format::instant(version.created),
        agent: version.agent,
        files: files(&row.id, &version.renditions, Some(version.number)),
    };
    versions.into_iter().rev().map(shown).collect()
}
