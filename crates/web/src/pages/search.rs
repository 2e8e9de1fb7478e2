//! Search (tra cứu): one field for codes, applicants, numbers, issuers and texts. Who sees one agency finds what is its own.
//!
//! For auditors names are masked, and a search that finds a person by the name would undo that: they find codes, names of files and
//! numbers of papers, and the rest when they give a reason, which is on record.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use sohoa_domain::{DossierCode, EventKind, Outcome};
use sohoa_store::{DossierHit, PaperKind, SearchHit, SearchQuery, SnippetPart};

use super::{dossier, html};
use crate::app::App;
use crate::error::WebError;
use crate::events::tell;
use crate::format;
use crate::labels;
use crate::messages::msg;
use crate::page::Page;
use crate::query::query;
use crate::visitor::Visitor;

/// Hits on a screen.
const MOST: u32 = 20;
/// Longest search, characters.
const LONGEST: usize = 200;
/// Kinds of documents that can be asked for: value and name.
const KINDS: [(&str, &str, PaperKind); 3] = [
    ("component", msg!("search-component"), PaperKind::Component),
    ("result", msg!("search-result"), PaperKind::Result),
    ("unassigned", msg!("document-unassigned"), PaperKind::Unassigned),
];
const REGISTERED: [(&str, &str, bool); 2] =
    [("yes", msg!("search-registered"), true), ("no", msg!("search-unregistered"), false)];

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    agency: String,
    kind: String,
    /// Days as they are written: 31/12/2025.
    from: String,
    to: String,
    register: String,
    skip: u32,
}

impl Asked {
    /// Names and values, as forms send them.
    fn pairs(&self) -> [(&'static str, &str); 6] {
        [
            ("q", &self.q),
            ("agency", &self.agency),
            ("kind", &self.kind),
            ("from", &self.from),
            ("to", &self.to),
            ("register", &self.register),
        ]
    }

    /// The address of the hits behind so many.
    fn address(&self, skip: u32) -> String {
        let skip = if skip == 0 { String::new() } else { skip.to_string() };
        let mut pairs = self.pairs().to_vec();
        pairs.push(("skip", &skip));
        format!("/search{}", query(&pairs))
    }
}

#[derive(Template)]
#[template(path = "search.html")]
struct Screen {
    page: Page,
    asked: Asked,
    /// What can be chosen: value, name, chosen.
    kinds: Vec<(&'static str, &'static str, bool)>,
    registered: Vec<(&'static str, &'static str, bool)>,
    agencies: Vec<String>,
    filtered: bool,
    results: Results,
}

#[derive(Template)]
#[template(path = "search_results.html")]
struct Part {
    page: Page,
    asked: Asked,
    results: Results,
}

/// What was found, or that nothing was asked for yet.
struct Results {
    searched: bool,
    wrong_day: bool,
    /// Names and texts were left out: the user may give a reason to have them searched.
    impersonal: bool,
    dossiers: Vec<ShownDossier>,
    more_dossiers: bool,
    documents: Vec<ShownHit>,
    /// How many documents, as it is told: `12`, `10.000+`.
    counted: String,
    found: bool,
    first: String,
    next: String,
}

struct ShownDossier {
    code: String,
    applicant: String,
    agency: String,
    received: String,
    status: &'static str,
}

struct ShownHit {
    path: String,
    title: String,
    dossier: String,
    agency: String,
    received: String,
    source: String,
    page: u32,
    exact: bool,
    snippet: Vec<SnippetPart>,
}

/// `/search`.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let live = headers.contains_key("hx-request") && !headers.contains_key("hx-history-restore-request");
    if !live && let Some(code) = known_code(&app, &visitor, &asked.q).await? {
        return Ok(Redirect::to(&format!("/dossiers/{code}")).into_response());
    }
    let impersonal = dossier::masks(&visitor);
    let results = results(&app, &page, &visitor, &asked, impersonal).await?;
    if live {
        return Ok(html(&Part { page, asked, results })?.into_response());
    }
    screen(&app, page, &visitor, asked, results).await
}

#[derive(Deserialize)]
pub(crate) struct Unmasked {
    #[serde(flatten)]
    asked: Asked,
    reason: String,
}

/// `/search/unmask`: names and texts too, for a reason, which is on record. What was searched for is not: it may be a name.
pub(crate) async fn unmask(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Form(Unmasked { asked, reason }): Form<Unmasked>,
) -> Result<Response, WebError> {
    let reason = crate::reason::reason(&reason).ok_or(WebError::Invalid)?;
    let detail = format!("search: {reason}");
    tell(&app, EventKind::Unmasked, Outcome::Success, visitor.user.name.as_str(), None, &detail).await?;
    let results = results(&app, &page, &visitor, &asked, false).await?;
    screen(&app, page, &visitor, asked, results).await
}

/// A whole code of a dossier that is there and that the user may see.
async fn known_code(app: &App, visitor: &Visitor, typed: &str) -> Result<Option<DossierCode>, WebError> {
    let Ok(code) = typed.trim().to_uppercase().parse::<DossierCode>() else { return Ok(None) };
    let known = app.records().dossier(&code).await?.is_some() || !app.records().documents(&code).await?.is_empty();
    let seen = known && visitor.sees(app.agency_of_dossier(&code).await?.as_deref());
    Ok(seen.then_some(code))
}

async fn screen(
    app: &App,
    page: Page,
    visitor: &Visitor,
    asked: Asked,
    results: Results,
) -> Result<Response, WebError> {
    let agencies = if visitor.user.agency.is_empty() { app.records().agencies().await? } else { Vec::new() };
    let filters = [&asked.agency, &asked.kind, &asked.from, &asked.to, &asked.register];
    let screen = Screen {
        kinds: KINDS.iter().map(|(value, name, _)| (*value, *name, asked.kind == *value)).collect(),
        registered: REGISTERED.iter().map(|(value, name, _)| (*value, *name, asked.register == *value)).collect(),
        agencies,
        filtered: filters.iter().any(|filter| !filter.is_empty()),
        page,
        asked,
        results,
    };
    Ok(html(&screen)?.into_response())
}

async fn results(
    app: &App,
    page: &Page,
    visitor: &Visitor,
    asked: &Asked,
    impersonal: bool,
) -> Result<Results, WebError> {
    let words: String = asked.q.trim().chars().take(LONGEST).collect();
    let days = [&asked.from, &asked.to].map(|day| format::day_of(day));
    let wrong_day =
        days.iter().zip([&asked.from, &asked.to]).any(|(day, typed)| day.is_none() && !typed.trim().is_empty());
    let [from, to]: [Option<Date>; 2] = days;
    let wanted = SearchQuery {
        // Who sees one agency asks for no other.
        agency: if visitor.user.agency.is_empty() { asked.agency.clone() } else { visitor.user.agency.clone() },
        impersonal,
        kind: KINDS.iter().find(|kind| kind.0 == asked.kind).map(|kind| kind.2),
        from,
        to,
        registered: REGISTERED.iter().find(|known| known.0 == asked.register).map(|known| known.2),
        skip: asked.skip,
        most: MOST,
        words,
    };
    let found = if wrong_day { sohoa_store::Found::default() } else { app.records().search(&wanted).await? };
    let number = format::number(i64::from(found.counted));
    let behind = asked.skip.saturating_add(MOST);
    Ok(Results {
        searched: !wanted.words.is_empty(),
        wrong_day,
        impersonal,
        more_dossiers: found.more_dossiers,
        found: !found.documents.is_empty() || !found.dossiers.is_empty(),
        counted: if found.more { format!("{number}+") } else { number },
        first: if asked.skip == 0 { String::new() } else { asked.address(0) },
        next: if behind < found.counted { asked.address(behind) } else { String::new() },
        dossiers: found
            .dossiers
            .into_iter()
            .map(|hit| shown_dossier(hit, dossier::masks(visitor) && impersonal))
            .collect(),
        documents: found.documents.into_iter().map(|hit| shown_hit(page, visitor, hit, &wanted)).collect(),
    })
}

fn shown_dossier(hit: DossierHit, masked: bool) -> ShownDossier {
    ShownDossier {
        code: hit.code.to_string(),
        applicant: if masked { format::masked(&hit.applicant) } else { hit.applicant },
        agency: hit.agency,
        received: hit.received.map(format::date_time).unwrap_or_default(),
        status: hit.status.map(labels::status).unwrap_or_default(),
    }
}

fn shown_hit(page: &Page, visitor: &Visitor, hit: SearchHit, wanted: &SearchQuery) -> ShownHit {
    let component = hit.component.as_ref().map(ToString::to_string);
    let title = Some(hit.component_name).filter(|name| !name.is_empty()).or(component);
    // What was found by its name or number has nothing to be marked in its text.
    let q = if hit.snippet.is_empty() { "" } else { wanted.words.as_str() };
    let number = if hit.page == 1 { String::new() } else { hit.page.to_string() };
    ShownHit {
        path: format!("/documents/{}{}", hit.document, query(&[("page", &number), ("q", q)])),
        title: title.unwrap_or_else(|| page.t("document-unassigned")),
        dossier: hit.dossier.to_string(),
        agency: if visitor.user.agency.is_empty() { hit.agency } else { String::new() },
        received: hit.received.map(format::date_time).unwrap_or_default(),
        source: hit.source_name,
        page: hit.page,
        exact: hit.exact,
        snippet: hit.snippet,
    }
}
