//! The dossiers behind a figure of coverage: what each of them lacks, why, and since when.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sohoa_domain::DossierCode;
use sohoa_report::number;
use sohoa_store::{CoverageCounts, CoverageList, CoveragePage, CoveredDossier, LateAfter, MissingPaper};

use super::html;
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::labels::{self, Badge};
use crate::messages::msg;
use crate::page::Page;
use crate::scope::{Asked, Choice, Scoped};
use crate::visitor::Visitor;

/// Dossiers on a screen.
const MOST: u32 = 50;

#[derive(Deserialize)]
pub(crate) struct Listed {
    /// Which of them, a word of [`LISTS`].
    #[serde(default)]
    list: String,
    /// Key of the group, when only one is asked for.
    group: Option<String>,
    /// The last one of the screen before.
    #[serde(default)]
    after: String,
}

/// Words of the lists with their names.
const LISTS: [(&str, &str); 12] = [
    ("received", msg!("list-received")),
    ("missing", msg!("list-missing")),
    ("result-missing", msg!("list-result-missing")),
    ("full", msg!("list-full")),
    ("any", msg!("list-any")),
    ("not-any", msg!("list-not-any")),
    ("late", msg!("list-late")),
    ("exempt", msg!("list-exempt")),
    ("done-with-result", msg!("list-done-with-result")),
    ("reused", msg!("list-reused")),
    ("handed-over", msg!("list-handed-over")),
    ("excluded", msg!("list-excluded")),
];

fn list(word: &str, late: LateAfter) -> Option<CoverageList> {
    Some(match word {
        "received" => CoverageList::Received,
        "missing" => CoverageList::Missing,
        "result-missing" => CoverageList::ResultMissing,
        "full" => CoverageList::Full,
        "any" => CoverageList::Any,
        "not-any" => CoverageList::NotAny,
        "late" => CoverageList::Late(late),
        "exempt" => CoverageList::Exempt,
        "done-with-result" => CoverageList::DoneWithResult,
        "reused" => CoverageList::Reused,
        "handed-over" => CoverageList::HandedOver,
        "excluded" => CoverageList::Excluded,
        _ => return None,
    })
}

/// How many dossiers a list has; `None` when the figures count papers instead.
fn count(word: &str, c: &CoverageCounts) -> Option<u64> {
    Some(match word {
        "received" => c.received,
        "missing" => c.received - c.digitized_full,
        "full" => c.digitized_full,
        "any" => c.digitized_any,
        "not-any" => c.received - c.digitized_any,
        "late" => c.late,
        "done-with-result" => c.done_with_result,
        "reused" => c.reused,
        "handed-over" => c.handed_over,
        "excluded" => c.excluded,
        _ => return None,
    })
}

#[derive(Template)]
#[template(path = "coverage_list.html")]
struct Screen {
    page: Page,
    title: String,
    /// How many there are, when that is known.
    total: String,
    period: String,
    filters: String,
    back: String,
    /// The other lists of the same scope.
    lists: Vec<Choice>,
    dossiers: Vec<Line>,
    first: String,
    next: String,
}

struct Line {
    code: String,
    agency: String,
    counter: String,
    received: String,
    there: String,
    due: String,
    full: bool,
    slowest: String,
    papers: Vec<Paper>,
}

/// A paper that is not there, or need not be.
struct Paper {
    name: String,
    badge: Badge,
    since: String,
    note: String,
}

/// `/coverage/dossiers`.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    Query(listed): Query<Listed>,
) -> Result<Response, WebError> {
    let scoped = Scoped::read(&app, &visitor, asked).await?;
    let word = if listed.list.is_empty() { "missing" } else { &listed.list };
    let late = app.services.settings.late;
    let (wanted, name) = match (list(word, late), LISTS.iter().find(|(there, _)| *there == word)) {
        (Some(wanted), Some((_, name))) if scoped.wrong.is_empty() => (wanted, *name),
        _ => return Err(WebError::Invalid),
    };
    let group = listed.group.as_ref().map(|key| (scoped.by, key.clone()));
    let counted = app.records().coverage(&scoped.scope, group.as_ref().map(|(by, _)| *by), late).await?;
    let of_group = |key: &String| listed.group.as_ref().is_none_or(|wanted| wanted == key);
    let counts = counted.iter().find(|g| of_group(&g.key)).map(|g| g.counts).unwrap_or_default();
    let asked = CoveragePage {
        scope: scoped.scope.clone(),
        group,
        list: wanted,
        after: listed.after.parse::<DossierCode>().ok(),
        most: MOST + 1,
    };
    let mut found = app.records().covered(&asked).await?;
    let more = found.len() > MOST as usize;
    found.truncate(MOST as usize);
    let at = |word: &str, after: &str| address(&scoped, &listed, word, after);
    let last = found.last().filter(|_| more).map(|d| d.missing.dossier.to_string());
    let lists = LISTS.iter().filter(|(other, _)| *other == word || count(other, &counts) != Some(0));
    let choice = |(other, name): &(&str, &str)| {
        let counted = count(other, &counts).map(|n| format!(" ({})", number(n))).unwrap_or_default();
        Choice { value: at(other, ""), name: format!("{}{counted}", page.t(name)), chosen: *other == word }
    };
    let of = listed.group.as_ref().map(|key| format!("{} · ", scoped.group(&page, key))).unwrap_or_default();
    let screen = Screen {
        title: page.t(name),
        total: count(word, &counts).map(number).unwrap_or_default(),
        period: format!("{of}{}", scoped.period(&page)),
        filters: scoped.filters(&page),
        back: format!("/coverage{}", scoped.query(&[("by", scoped.by_word())])),
        lists: lists.map(choice).collect(),
        dossiers: found.iter().map(|dossier| line(&page, dossier, late)).collect(),
        first: if listed.after.is_empty() { String::new() } else { at(word, "") },
        next: last.map(|code| at(word, &code)).unwrap_or_default(),
        page,
    };
    Ok(html(&screen)?.into_response())
}

fn address(scoped: &Scoped, listed: &Listed, list: &str, after: &str) -> String {
    let group = listed.group.as_deref();
    let by = if group.is_some() { scoped.by_word() } else { "" };
    let mut more = vec![("list", list), ("by", by), ("after", after)];
    more.extend(group.map(|key| ("group", key)));
    // A group without a name has an empty key, which an address leaves out.
    let unsaid = if group == Some("") { "&group=" } else { "" };
    format!("/coverage/dossiers{}{unsaid}", scoped.query(&more))
}

fn line(page: &Page, dossier: &CoveredDossier, late: LateAfter) -> Line {
    let CoveredDossier { missing: of, due, there, slowest, exempt, .. } = dossier;
    let missing = of.papers.iter().map(|paper| missing_paper(page, paper));
    let exempt = exempt.iter().map(|paper| Paper {
        name: paper.component.to_string(),
        badge: labels::component(crate::checklist::ComponentState::Exempt),
        since: String::new(),
        note: paper.reason.clone(),
    });
    Line {
        code: of.dossier.to_string(),
        agency: of.agency.clone(),
        counter: of.counter.clone(),
        received: of.received.map(format::date_time).unwrap_or_default(),
        there: number(*there),
        due: number(*due),
        full: there == due,
        slowest: slowest.filter(|time| *time > late).map(|time| delay(page, time)).unwrap_or_default(),
        papers: missing.chain(exempt).collect(),
    }
}

/// How long after reception the last scan came.
fn delay(page: &Page, time: LateAfter) -> String {
    page.t2("late-by", "days", time.as_hours() / 24, "hours", time.as_hours() % 24)
}

fn missing_paper(page: &Page, paper: &MissingPaper) -> Paper {
    Paper {
        name: format!("{} {}", paper.component, paper.name).trim().to_owned(),
        badge: labels::missing(paper.reason),
        since: paper.since.map(|at| page.t1("missing-since", "since", format::date_time(at))).unwrap_or_default(),
        note: paper.file.map(|file| page.t1("missing-file", "file", file.0.to_string())).unwrap_or_default(),
    }
}
