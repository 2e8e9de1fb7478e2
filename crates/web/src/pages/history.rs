//! The history of a dossier: who did what and when, the latest first, stretch by stretch; and whether its bytes are still what they were.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::{DossierCode, Event, local_day};
use sohoa_store::{FixityOf, Role};

use super::html;
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::history::{Fixity, Names, Told, fixity, tell, who};
use crate::page::Page;
use crate::visitor::Visitor;

/// Events on a screen.
const MOST: u32 = 100;

#[derive(Deserialize)]
pub(crate) struct Asked {
    /// Those before the event of this number.
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "history.html")]
struct Screen {
    page: Page,
    code: String,
    days: Vec<Day>,
    first: String,
    next: String,
    /// The last verification that this dossier had a part in.
    checked: Option<Checked>,
    /// It can be verified from here.
    may_verify: bool,
}

/// A verification.
struct Checked {
    at: String,
    by: String,
    /// Everything was verified, not this dossier alone.
    everything: bool,
    fixity: Fixity,
}

/// The events of a day, the latest first.
struct Day {
    day: String,
    events: Vec<Line>,
}

struct Line {
    time: String,
    who: String,
    told: Told,
}

/// `/dossiers/{code}/history`.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let mut events = app.records().history(&code, asked.before, MOST + 1).await?;
    let entry = app.records().dossier(&code).await?;
    let documents = app.records().documents(&code).await?;
    if events.is_empty() && entry.is_none() && documents.is_empty() {
        return Err(WebError::NotFound);
    }
    let more = events.len() > MOST as usize;
    events.truncate(MOST as usize);
    let names = Names {
        components: entry.into_iter().flat_map(|e| e.components).map(|c| (c.id, c.name)).collect(),
        documents: documents.into_iter().map(|d| (d.id, d.result_code)).collect(),
    };
    let path = format!("/dossiers/{code}/history");
    let next = events.last().filter(|_| more).map(|(number, _)| format!("{path}?before={number}"));
    let checked = checked(&app, &code).await?;
    let screen = Screen {
        days: days(&page, &events, &names),
        first: if asked.before.is_some() { path } else { String::new() },
        next: next.unwrap_or_default(),
        checked: checked.map(|event| Checked {
            at: format::instant(event.at),
            by: who(&page, &event),
            everything: event.dossier.is_none(),
            fixity: fixity(&page, &event),
        }),
        may_verify: visitor.user.role == Role::Auditor,
        code: code.to_string(),
        page,
    };
    Ok(html(&screen)?.into_response())
}

/// `/dossiers/{code}/verify`: compares the dossier's bytes with their digests, and puts on record what was found.
pub(crate) async fn verify(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let report = app.services.verification.verify(&code).await?;
    app.records().tell(&report.events(Some(&code), app.now(), visitor.user.name.as_str())).await?;
    Ok(Redirect::to(&format!("/dossiers/{code}/history")).into_response())
}

/// The last verification of the dossier, by itself or with everything. Of one of everything in which something was wrong, those
/// dossiers that it concerns have events of their own.
async fn checked(app: &App, code: &DossierCode) -> Result<Option<Event>, WebError> {
    let everything = app.records().fixity_checks(FixityOf::Everything, 1).await?;
    let own = app.records().fixity_checks(FixityOf::Dossier(code), 1).await?;
    Ok(own.into_iter().chain(everything).max_by_key(|event| (event.at, event.dossier.is_some())))
}

fn days(page: &Page, events: &[(i64, Event)], names: &Names) -> Vec<Day> {
    let all: BTreeSet<_> = events.iter().map(|(_, event)| local_day(event.at)).collect();
    let line = |event: &Event| Line {
        time: format::time_of_day(event.at),
        who: who(page, event),
        told: tell(page, event, names),
    };
    let of_day = |day| Day {
        day: sohoa_report::day(day),
        events: events.iter().filter(|(_, e)| local_day(e.at) == day).map(|(_, e)| line(e)).collect(),
    };
    all.into_iter().rev().map(of_day).collect()
}
