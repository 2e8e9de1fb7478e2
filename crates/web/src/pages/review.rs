//! What needs a decision (cần xử lý): the queue, and one decision a screen. What was just decided can be taken back, and what somebody
//! else decided meanwhile is not decided again.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sohoa_domain::{ComponentId, DossierCode};
use sohoa_store::{Decision, DossierPage, FileId, FileRow, StoreError};

use super::html;
use super::review_item::{Done, Item, MOST_CHOICES, Notice, ShownChoice};
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::labels;
use crate::messages::msg;
use crate::page::Page;
use crate::queue::{Filter, Queue};
use crate::visitor::Visitor;

/// Lines of the queue that are listed.
const MOST_LINES: usize = 50;
/// Address that the browser shows from now on.
const PUSH_URL: HeaderName = HeaderName::from_static("hx-push-url");

#[derive(Template)]
#[template(path = "review.html")]
struct QueueScreen {
    page: Page,
    /// Where the first decision is made; empty when nothing waits.
    start: String,
    all: usize,
    wanted: usize,
    lines: Vec<Line>,
    codes: Vec<(String, String, usize)>,
    batches: Vec<(String, String, usize)>,
    agencies: Vec<(String, String, usize)>,
    filter: Filter,
}

struct Line {
    path: String,
    source: String,
    label: String,
    agency: String,
    accepted: String,
}

#[derive(Template)]
#[template(path = "review_item.html")]
struct ItemScreen {
    page: Page,
    shown: Shown,
    /// The last event that is in it.
    as_of: i64,
}

#[derive(Template)]
#[template(path = "review_one.html")]
struct ItemPart {
    page: Page,
    shown: Shown,
}

#[derive(Template)]
#[template(path = "review_standing.html")]
struct Standing {
    page: Page,
    shown: Shown,
}

#[derive(Template)]
#[template(path = "review_choices.html")]
struct Choices {
    page: Page,
    choices: Vec<ShownChoice>,
}

/// What the screen of one decision shows.
struct Shown {
    /// The file; `None` when nothing waits any more.
    item: Option<Item>,
    /// What went wrong, or has to be known.
    notice: Option<Notice>,
    /// What was just decided.
    done: Option<Done>,
    filter: Filter,
    /// How many wait.
    left: usize,
    /// Path of the next one; empty when there is none.
    next: String,
    /// Pictures that are needed soon.
    preload: Vec<String>,
}

impl Shown {
    fn position(&self) -> u32 {
        self.filter.done + u32::from(self.item.as_ref().is_some_and(|item| item.waits))
    }

    fn total(&self) -> usize {
        self.filter.done as usize + self.left
    }
}

/// `/review`: the queue.
pub(crate) async fn queue(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, WebError> {
    let filter = Filter { done: 0, ..filter };
    let Queue { all, wanted } = Queue::of(&app, &visitor, &filter).await?;
    let mut codes = Vec::new();
    let mut batches = Vec::new();
    let mut agencies = Vec::new();
    for waiting in &all {
        let line = &waiting.line;
        count(&mut codes, &line.code, || page.t(labels::review_code(&line.code)));
        let label = line.batch_label.rsplit('/').next().unwrap_or_default();
        count(&mut batches, &line.batch.0.to_string(), || format!("{} · {label}", line.batch.0));
        count(&mut agencies, &waiting.agency, || waiting.agency.clone());
    }
    agencies.retain(|(agency, ..)| !agency.is_empty());
    let path = |file: FileId| format!("/review/{}{}", file.0, filter.query());
    let lines = wanted.iter().take(MOST_LINES).map(|waiting| Line {
        path: path(waiting.line.file),
        source: waiting.line.relative.clone(),
        label: page.t(labels::review_code(&waiting.line.code)),
        agency: waiting.agency.clone(),
        accepted: format::instant(waiting.line.accepted_at),
    });
    let screen = QueueScreen {
        start: wanted.first().map(|waiting| path(waiting.line.file)).unwrap_or_default(),
        all: all.len(),
        wanted: wanted.len(),
        lines: lines.collect(),
        codes,
        batches,
        agencies,
        filter,
        page,
    };
    Ok(html(&screen)?.into_response())
}

/// One more of these: value, words, number.
fn count(counts: &mut Vec<(String, String, usize)>, value: &str, words: impl Fn() -> String) {
    match counts.iter_mut().find(|(counted, ..)| counted == value) {
        Some((_, _, number)) => *number += 1,
        None => counts.push((value.to_owned(), words(), 1)),
    }
}

/// `/review/{file}`: one decision.
pub(crate) async fn item(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Path(file): Path<i64>,
    Query(filter): Query<Filter>,
) -> Result<Response, WebError> {
    let as_of = app.records().last_event_number().await?;
    let shown = show(&app, &page, &visitor, Some(FileId(file)), filter).await?;
    // htmx asks for the part; after "back" it needs the whole page.
    if headers.contains_key("hx-request") && !headers.contains_key("hx-history-restore-request") {
        return Ok(html(&ItemPart { page, shown })?.into_response());
    }
    Ok(html(&ItemScreen { page, shown, as_of })?.into_response())
}

async fn show(
    app: &App,
    page: &Page,
    visitor: &Visitor,
    file: Option<FileId>,
    filter: Filter,
) -> Result<Shown, WebError> {
    let queue = Queue::of(app, visitor, &filter).await?;
    let item = match file {
        Some(file) => Some(Item::of(app, page, visitor, file).await?),
        None => None,
    };
    let next = file.and_then(|file| queue.next(file));
    let mut preload = Vec::new();
    if let Some(next) = next
        && let Some(row) = app.records().file(next).await?
    {
        preload.push(super::review_item::picture(next, super::review_item::first_page(&row)));
    }
    let next = next.map(|next| format!("/review/{}{}", next.0, filter.query())).unwrap_or_default();
    Ok(Shown { item, notice: None, done: None, filter, left: queue.wanted.len(), next, preload })
}

/// `/review/{file}/standing`: how far one is, and whether somebody else was faster.
pub(crate) async fn standing(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Path(file): Path<i64>,
    Query(sent): Query<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let sent = Sent(sent);
    let mut shown = show(&app, &page, &visitor, Some(FileId(file)), sent.filter()).await?;
    let seen: i64 = sent.value("seen").parse().unwrap_or_default();
    if let Some(item) = &mut shown.item
        && item.seen != seen
    {
        shown.notice = Some(item.changed(&page));
        // What the form sends stays what the person saw.
        item.seen = seen;
    }
    Ok(html(&Standing { page, shown })?.into_response())
}

/// `/review/{file}/dossiers?typed=`: dossiers whose code begins so, or whose applicant has this name.
pub(crate) async fn dossiers(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Path(_): Path<i64>,
    Query(asked): Query<Typed>,
) -> Result<Response, WebError> {
    let found = typed_dossiers(&app, &visitor, &asked.typed, MOST_CHOICES.saturating_sub(asked.shown)).await?;
    let mut choices = Vec::new();
    for (code, number) in found.into_iter().zip(asked.shown + 1..) {
        choices.push(ShownChoice::found(&app, &page, &visitor, code, number).await?);
    }
    Ok(html(&Choices { page, choices })?.into_response())
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Typed {
    typed: String,
    /// Choices that are shown already.
    shown: usize,
}

async fn typed_dossiers(app: &App, visitor: &Visitor, typed: &str, most: usize) -> Result<Vec<DossierCode>, WebError> {
    let typed = typed.trim();
    let most = u32::try_from(most).unwrap_or_default();
    if typed.chars().count() < 3 || most == 0 {
        return Ok(Vec::new());
    }
    let begins = Some(typed.to_uppercase());
    let agency = visitor.user.agency.clone();
    let by_code = app.records().dossiers(&DossierPage { agency, begins, after: None, most }).await?;
    if !by_code.is_empty() {
        return Ok(by_code.into_iter().map(|line| line.code).collect());
    }
    let mut found = Vec::new();
    for code in app.records().dossiers_of_applicant(typed, most).await? {
        if visitor.sees(app.agency_of_dossier(&code).await?.as_deref()) {
            found.push(code);
        }
    }
    Ok(found)
}

/// What the form of a decision says.
struct Sent(Vec<(String, String)>);

impl Sent {
    fn value(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }

    fn pages(&self) -> Vec<u32> {
        let mut pages: Vec<u32> =
            self.0.iter().filter(|(n, _)| n == "pages").filter_map(|(_, v)| v.parse().ok()).collect();
        pages.sort_unstable();
        pages.dedup();
        pages
    }

    fn filter(&self) -> Filter {
        let own = |name| self.value(name).to_owned();
        let done = self.value("done").parse().unwrap_or_default();
        Filter { code: own("code"), batch: own("batch"), agency: own("agency"), done }
    }
}

/// A decision, or the key of what is missing for one.
async fn decision(
    app: &App,
    visitor: &Visitor,
    row: &FileRow,
    sent: &Sent,
) -> Result<Result<Decision, &'static str>, WebError> {
    let decision = match sent.value("action") {
        "assign" => {
            let dossier = match chosen(app, visitor, sent).await? {
                Ok(dossier) => dossier,
                Err(lacking) => return Ok(Err(lacking)),
            };
            // A component counts for the dossier beside which it was chosen.
            let component = sent.value("component").split_once(' ').filter(|(of, _)| *of == dossier.as_str());
            let component = match component.map(|(_, id)| id.parse::<ComponentId>()) {
                Some(Ok(id)) => Some(id),
                Some(Err(_)) => return Err(WebError::Invalid),
                None => None,
            };
            Decision::Assign { dossier, component, part: super::review_item::part_in_question(row) }
        }
        action @ ("split" | "merge") => {
            let last = app.records().pages_of_file(row.id).await?;
            let pages: Vec<u32> = sent.pages().into_iter().filter(|page| (2..=last).contains(page)).collect();
            if pages.is_empty() {
                return Ok(Err(msg!("review-no-page")));
            }
            if action == "split" { Decision::Split { pages } } else { Decision::Merge { pages } }
        }
        "reject" => {
            let Some(reason) = crate::reason::reason(sent.value("reason")) else {
                return Ok(Err(msg!("review-no-reason")));
            };
            Decision::Reject { reason: reason.to_owned() }
        }
        "retry" => Decision::Retry,
        "undo" => Decision::Undo,
        _ => return Err(WebError::Invalid),
    };
    Ok(Ok(decision))
}

/// The dossier that was typed or chosen. One of another agency is not there.
async fn chosen(app: &App, visitor: &Visitor, sent: &Sent) -> Result<Result<DossierCode, &'static str>, WebError> {
    let (typed, marked) = (sent.value("typed"), sent.value("dossier"));
    let code = if !typed.is_empty() && marked.is_empty() { typed.to_uppercase() } else { marked.to_owned() };
    if code.is_empty() {
        return Ok(Err(msg!("review-no-choice")));
    }
    let code: DossierCode = match code.parse() {
        Ok(code) => code,
        // The beginning of a code, or a name, is enough when it says which.
        Err(_) => match &typed_dossiers(app, visitor, typed, 2).await?[..] {
            [one] => one.clone(),
            [] => return Ok(Err(msg!("review-typed-none"))),
            _ => return Ok(Err(msg!("review-typed-many"))),
        },
    };
    let agency = app.agency_of_dossier(&code).await?;
    // One that nobody knows yet waits for the register.
    if agency.is_some() && !visitor.sees(agency.as_deref()) {
        return Ok(Err(msg!("review-typed-none")));
    }
    Ok(Ok(code))
}

/// Carries out what was decided and answers with the next decision.
pub(crate) async fn decide(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Path(file): Path<i64>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let (sent, file) = (Sent(sent), FileId(file));
    let mut filter = sent.filter();
    let seen: i64 = sent.value("seen").parse().map_err(|_| WebError::Invalid)?;
    let row = app.records().file(file).await?.ok_or(WebError::NotFound)?;
    let decision = match decision(&app, &visitor, &row, &sent).await? {
        Ok(decision) => decision,
        Err(lacking) => {
            let mut shown = show(&app, &page, &visitor, Some(file), filter).await?;
            shown.notice = Some(Notice::bad(page.t(lacking)));
            return answer(page, shown);
        }
    };
    match app.records().decide_as_seen(file, seen, &decision, app.now(), visitor.user.name.as_str()).await {
        Err(StoreError::Changed(_)) => {
            let mut shown = show(&app, &page, &visitor, Some(file), filter).await?;
            shown.notice = shown.item.as_ref().map(|item| item.changed(&page));
            return answer(page, shown);
        }
        decided => decided?,
    };
    if decision == Decision::Undo {
        filter.done = filter.done.saturating_sub(1);
        let mut shown = show(&app, &page, &visitor, Some(file), filter).await?;
        shown.notice = Some(Notice::good(page.t1("review-undone", "file", file.0.to_string())));
        return answer(page, shown);
    }
    filter.done += 1;
    let next = Queue::of(&app, &visitor, &filter).await?.next(file);
    let mut shown = show(&app, &page, &visitor, next, filter).await?;
    shown.done = Some(Done::of(&app, &page, file, &decision).await?);
    answer(page, shown)
}

fn answer(page: Page, shown: Shown) -> Result<Response, WebError> {
    let address = match &shown.item {
        Some(item) => format!("/review/{}{}", item.id, shown.filter.query()),
        None => "/review".to_owned(),
    };
    let mut response = html(&ItemPart { page, shown })?.into_response();
    response.headers_mut().insert(PUSH_URL, HeaderValue::try_from(address).map_err(|_| WebError::Defect)?);
    Ok(response)
}
