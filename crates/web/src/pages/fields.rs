//! Extraction check (kiểm tra dữ liệu): one doubtful field after the other, beside the place on the page where it stands. What a person
//! says is kept outside of the history, which names it by its digest.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::text::nfc;
use sohoa_domain::{DocumentId, Field, FieldKey, PageRecord, Sha256Digest};
use sohoa_store::{
    Confirmation, DocumentFile, DocumentRow, DoubtfulField, DoubtfulPage, FieldValue, FieldWord, StoreError,
};

use super::dossier::description;
use super::html;
use super::review_item::Notice;
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::labels;
use crate::messages::msg;
use crate::page::Page;
use crate::query::query;
use crate::secret::Secret;
use crate::visitor::Visitor;

/// How far what is left is counted.
const MOST_COUNTED: u32 = 1_000;
/// Fields that are looked at for one that can be shown.
const LOOKED_AT: u32 = 20;
/// Longest value, characters.
const LONGEST_VALUE: usize = 2_000;
/// Address that the browser shows from now on.
const PUSH_URL: HeaderName = HeaderName::from_static("hx-push-url");

#[derive(Template)]
#[template(path = "fields.html")]
struct Screen {
    page: Page,
    shown: Shown,
}

#[derive(Template)]
#[template(path = "fields_one.html")]
struct Part {
    page: Page,
    shown: Shown,
}

/// What the screen of one field shows.
struct Shown {
    /// The field; `None` when none is left.
    field: Option<ShownField>,
    notice: Option<Notice>,
    /// What was just confirmed: its path, digest of the value, words.
    done: Option<(String, String, String)>,
    /// How many were confirmed on the way, and how many are left.
    confirmed: u32,
    left: u64,
    /// Path of the next field; empty when there is none behind this one.
    next: String,
    preload: Vec<String>,
}

struct ShownField {
    path: String,
    dossier: String,
    document: String,
    name: String,
    /// What stands in the input.
    value: String,
    /// What was read, when a person said something else.
    read: String,
    issue: String,
    confidence: u32,
    /// Who confirmed it, and when.
    confirmed: String,
    /// Digest of the confirmed value, empty when there is none.
    seen: String,
    page: u32,
    picture: String,
    close_picture: String,
    place: Option<Place>,
    /// Long values get more lines.
    lines: usize,
}

/// Where the field stands: sizes of the page and of the box, px; and what is shown from close by.
struct Place {
    width: u32,
    height: u32,
    left: u32,
    top: u32,
    box_width: u32,
    box_height: u32,
    close: String,
}

impl Shown {
    fn total(&self) -> u64 {
        u64::from(self.confirmed) + self.left
    }

    /// More are left than were counted.
    fn capped(&self) -> bool {
        self.left >= u64::from(MOST_COUNTED)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Way {
    done: u32,
}

/// `/fields`: on to the first field that waits.
pub(crate) async fn first(State(app): State<App>, page: Page, visitor: Visitor) -> Result<Response, WebError> {
    if let Some((next, _)) = next(&app, &visitor, None).await? {
        return Ok(Redirect::to(&path(&next.document, &next.field, 0)).into_response());
    }
    let shown = show(&app, &page, &visitor, None, 0).await?;
    Ok(html(&Screen { page, shown })?.into_response())
}

/// `/fields/{document}/{field}`: one field.
pub(crate) async fn item(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Path((document, field)): Path<(String, String)>,
    Query(way): Query<Way>,
) -> Result<Response, WebError> {
    let at = Some(place(&document, &field)?);
    let shown = show(&app, &page, &visitor, at, way.done).await?;
    if headers.contains_key("hx-request") && !headers.contains_key("hx-history-restore-request") {
        return Ok(html(&Part { page, shown })?.into_response());
    }
    Ok(html(&Screen { page, shown })?.into_response())
}

pub(crate) fn place(document: &str, field: &str) -> Result<(DocumentId, FieldKey), WebError> {
    Ok((document.parse().map_err(|_| WebError::NotFound)?, field.parse().map_err(|_| WebError::NotFound)?))
}

fn path(document: &DocumentId, field: &FieldKey, done: u32) -> String {
    let done = if done == 0 { String::new() } else { done.to_string() };
    format!("/fields/{document}/{field}{}", query(&[("done", &done)]))
}

/// The next field that waits behind this place. A document whose description cannot be read, which verification tells, is passed over.
async fn next(
    app: &App,
    visitor: &Visitor,
    after: Option<(DocumentId, u32)>,
) -> Result<Option<(DoubtfulField, DocumentRow)>, WebError> {
    let page = DoubtfulPage { agency: visitor.user.agency.clone(), after, most: LOOKED_AT };
    for field in app.records().doubtful_fields(&page).await? {
        let row = app.records().document(&field.document).await?;
        if let Some(row) = row.filter(|row| row.id == field.document)
            && description(app, &row).await.is_some()
        {
            return Ok(Some((field, row)));
        }
    }
    Ok(None)
}

/// A field, with its document.
pub(crate) struct Found {
    row: DocumentRow,
    description: DocumentFile,
    position: u32,
    confirmation: Option<Confirmation>,
    /// The confirmed value.
    said: Option<FieldValue>,
}

/// A document with its description.
pub(crate) async fn described(app: &App, document: &DocumentId) -> Result<(DocumentRow, DocumentFile), WebError> {
    let row = app.records().document(document).await?.ok_or(WebError::NotFound)?;
    let description = description(app, &row).await.ok_or(WebError::Conflict)?;
    Ok((row, description))
}

impl Found {
    pub(crate) async fn of(app: &App, document: &DocumentId, key: &FieldKey) -> Result<Self, WebError> {
        let (row, description) = described(app, document).await?;
        let keys = FieldKey::of(&description.fields);
        let position = keys.iter().position(|(there, _)| there == key).ok_or(WebError::NotFound)?;
        let confirmations = app.records().confirmations(&row.dossier).await?;
        let confirmation = confirmations.into_iter().find(|c| c.document == *document && c.field == *key);
        let said = match &confirmation {
            Some(confirmation) => app.services.values.read(&confirmation.value).await?,
            None => None,
        };
        let position = u32::try_from(position).unwrap_or_default();
        Ok(Self { row, description, position, confirmation, said })
    }

    fn field(&self) -> Result<&Field, WebError> {
        self.description.fields.get(self.position as usize).ok_or(WebError::NotFound)
    }
}

async fn show(
    app: &App,
    page: &Page,
    visitor: &Visitor,
    at: Option<(DocumentId, FieldKey)>,
    confirmed: u32,
) -> Result<Shown, WebError> {
    let agency = visitor.user.agency.clone();
    let left = app.records().count_doubtful_fields(&DoubtfulPage { agency, after: None, most: MOST_COUNTED }).await?;
    let mut shown =
        Shown { field: None, notice: None, done: None, confirmed, left, next: String::new(), preload: Vec::new() };
    let Some((document, key)) = at else { return Ok(shown) };
    let found = Found::of(app, &document, &key).await?;
    let after = Some((document.clone(), found.position));
    if let Some((behind, row)) = next(app, visitor, after).await? {
        shown.next = path(&behind.document, &behind.field, confirmed);
        shown.preload = pictures(&row, behind.page).into();
    }
    shown.field = Some(shown_field(page, &found, &key)?);
    Ok(shown)
}

fn shown_field(page: &Page, found: &Found, key: &FieldKey) -> Result<ShownField, WebError> {
    let Found { row, description, confirmation, said, .. } = found;
    let field = found.field()?;
    let [picture, close_picture] = pictures(row, field.page);
    let value = said.as_ref().map_or(&field.value, |said| &said.value);
    let confirmed = confirmation.as_ref().filter(|_| said.is_some());
    let record = description.pages.iter().find(|record| record.number == field.page);
    Ok(ShownField {
        path: format!("/fields/{}/{key}", row.id),
        dossier: row.dossier.to_string(),
        document: row.source_name.clone(),
        name: labels::field(page, &field.name),
        value: value.clone(),
        read: if *value == field.value { String::new() } else { field.value.clone() },
        issue: field.issue.map(|issue| page.t(labels::issue(issue))).unwrap_or_default(),
        confidence: (field.confidence.clamp(0.0, 1.0) * 100.0).round() as u32,
        confirmed: confirmed
            .map(|c| page.t2("field-confirmed-by", "who", &c.person, "at", format::instant(c.at)))
            .unwrap_or_default(),
        seen: confirmation.as_ref().map(|c| c.value.to_string()).unwrap_or_default(),
        page: field.page,
        picture,
        close_picture,
        place: record.and_then(|record| place_of(record, field)),
        lines: value.chars().count() / 50 + 1,
    })
}

/// The page's picture, to see it as a whole and from close by.
fn pictures(row: &DocumentRow, physical: u32) -> [String; 2] {
    let number = row.physical_pages.iter().position(|page| *page == physical).map_or(1, |i| i + 1);
    [1200, 2400].map(|side| format!("/documents/{}/pages/{number}?side={side}", row.id))
}

/// Where a field stands on its upright page.
fn place_of(record: &PageRecord, field: &Field) -> Option<Place> {
    let inspection = record.inspection.as_ref()?;
    let (width, height) = match inspection.rotation.swaps_sides() {
        true => (inspection.height, inspection.width),
        false => (inspection.width, inspection.height),
    };
    let rect = field.rect;
    if rect.right <= rect.left || rect.bottom <= rect.top {
        return None;
    }
    let px = |value: f32| value.max(0.0).round() as u32;
    let (left, top) = (px(rect.left), px(rect.top));
    let (box_width, box_height) = (px(rect.right) - left, px(rect.bottom) - top);
    // From close by: the box with what stands around it, over the whole width when it is long.
    let (around_x, around_y) = (box_height.max(width / 12), box_height.max(height / 60));
    let (x, y) = (left.saturating_sub(around_x), top.saturating_sub(around_y));
    let close = format!("{x} {y} {} {}", (box_width + 2 * around_x).min(width), box_height + 2 * around_y);
    Some(Place { width, height, left, top, box_width, box_height, close })
}

#[derive(Deserialize)]
pub(crate) struct Said {
    /// `confirm`, `absent` or `undo`.
    action: String,
    #[serde(default)]
    value: String,
    /// Digest of the value that was confirmed when the person looked.
    seen: String,
    #[serde(default)]
    done: u32,
}

/// Keeps what a person says and answers with the next field.
pub(crate) async fn confirm(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Path((document, field)): Path<(String, String)>,
    Form(said): Form<Said>,
) -> Result<Response, WebError> {
    let (document, key) = place(&document, &field)?;
    let found = Found::of(&app, &document, &key).await?;
    let word = match said.action.as_str() {
        "confirm" => match Word::parse(&said.value) {
            Some(Word::Absent) => {
                return lacking(&app, page, &visitor, (document, key), said.done, msg!("field-empty")).await;
            }
            Some(word) => word,
            None => return lacking(&app, page, &visitor, (document, key), said.done, msg!("field-long")).await,
        },
        "absent" => Word::Absent,
        "undo" => Word::TakenBack,
        _ => return Err(WebError::Invalid),
    };
    let seen = match said.seen.as_str() {
        "" => None,
        digest => Some(digest.parse::<Sha256Digest>().map_err(|_| WebError::Invalid)?),
    };
    let (undone, corrected) = (word == Word::TakenBack, word.corrects(found.field()?));
    let kept = match say(&app, &visitor, &found, &key, word, seen).await {
        Err(WebError::Changed) => {
            return lacking(&app, page, &visitor, (document, key), said.done, msg!("field-changed")).await;
        }
        said => said?,
    };
    if undone {
        let done = said.done.saturating_sub(1);
        let mut shown = show(&app, &page, &visitor, Some((document, key)), done).await?;
        shown.notice = Some(Notice::good(page.t("field-undone")));
        return answer(page, shown);
    }
    let done = said.done + 1;
    let next = next(&app, &visitor, Some((document.clone(), found.position))).await?;
    let next = next.map(|(next, _)| (next.document, next.field));
    let mut shown = show(&app, &page, &visitor, next, done).await?;
    let words = if corrected { msg!("field-corrected") } else { msg!("field-confirmed") };
    let words = page.t1(words, "name", labels::field(&page, &key.name));
    let digest = kept.map(|digest| digest.to_string()).unwrap_or_default();
    shown.done = Some((format!("/fields/{document}/{key}"), digest, words));
    answer(page, shown)
}

/// What a person says of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// It is this, which is not empty.
    Value(String),
    /// It is not on the paper.
    Absent,
    /// What was confirmed is taken back.
    TakenBack,
}

impl Word {
    /// What was typed, with single spaces; nothing means that it is not there. `None` when it cannot be a value.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let value: String = nfc(typed).split_whitespace().collect::<Vec<_>>().join(" ");
        match value {
            value if value.is_empty() => Some(Self::Absent),
            value if value.chars().count() > LONGEST_VALUE || value.contains(char::is_control) => None,
            value => Some(Self::Value(value)),
        }
    }

    fn value(&self) -> Option<&str> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent => Some(""),
            Self::TakenBack => None,
        }
    }

    /// It is not what was read.
    fn corrects(&self, field: &Field) -> bool {
        self.value().is_some_and(|value| value != field.value)
    }
}

/// Puts on record what a person says of a field, unless somebody else said something since it was seen: [`WebError::Changed`]. Gives the
/// digest of the stored value.
pub(crate) async fn say(
    app: &App,
    visitor: &Visitor,
    found: &Found,
    key: &FieldKey,
    word: Word,
    seen: Option<Sha256Digest>,
) -> Result<Option<Sha256Digest>, WebError> {
    let document = &found.row.id;
    let field = found.field()?;
    let kept = match word.value() {
        Some(value) => {
            let salt = Secret::new()?.reveal().to_owned();
            let value = FieldValue::new(document.clone(), key.clone(), value.to_owned(), salt);
            Some(app.services.values.keep(value).await?)
        }
        None => None,
    };
    let corrected = word.corrects(field);
    let said =
        FieldWord { document: document.clone(), field: key.clone(), page: field.page, seen, value: kept, corrected };
    match app.records().confirm_field(&said, app.now(), visitor.user.name.as_str()).await {
        Err(StoreError::Changed(_)) => Err(WebError::Changed),
        said => Ok(said.map(|()| kept)?),
    }
}

/// The same field again, with what is wrong.
async fn lacking(
    app: &App,
    page: Page,
    visitor: &Visitor,
    at: (DocumentId, FieldKey),
    done: u32,
    key: &'static str,
) -> Result<Response, WebError> {
    let mut shown = show(app, &page, visitor, Some(at), done).await?;
    shown.notice = Some(Notice::bad(page.t(key)));
    answer(page, shown)
}

fn answer(page: Page, shown: Shown) -> Result<Response, WebError> {
    let done = if shown.confirmed == 0 { String::new() } else { shown.confirmed.to_string() };
    let address = match &shown.field {
        Some(field) => format!("{}{}", field.path, query(&[("done", &done)])),
        None => "/fields".to_owned(),
    };
    let mut response = html(&Part { page, shown })?.into_response();
    response.headers_mut().insert(PUSH_URL, HeaderValue::try_from(address).map_err(|_| WebError::Defect)?);
    Ok(response)
}
