//! The counter (quầy tiếp nhận): a code that is typed or scanned opens its dossier there, and what is scanned meanwhile belongs to it.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::{Desk, DossierCode};
use sohoa_dossier::SheetMark;

use super::due_results::{DueResult, due_results};
use super::html;
use crate::app::App;
use crate::desk::{self, desk, desk_id, desks};
use crate::error::WebError;
use crate::format;
use crate::page::Page;
use crate::sign_in::cookie;
use crate::visitor::{Visitor, is_secure};

/// How long a browser remembers its counter: a year, seconds.
const REMEMBERED: u32 = 365 * 24 * 3600;

#[derive(Template)]
#[template(path = "counter.html")]
struct Counter {
    page: Page,
    /// Ids and names of the counters to choose from.
    desks: Vec<(String, String)>,
    /// Id and name of the counter where the user sits.
    desk: Option<(String, String)>,
    /// What was typed, and what is wrong with it.
    typed: String,
    error: Option<String>,
    /// The dossier that was just handed over.
    handed: Option<String>,
    /// The dossier that is open here, since when.
    here: Option<(String, String)>,
    /// Those at other counters: counter, dossier, since when.
    elsewhere: Vec<(String, String, String)>,
    /// Results of this counter that are due and were not scanned, and whether there are more of them.
    due: Vec<DueResult>,
    more_due: bool,
}

/// What the address tells.
#[derive(Deserialize, Default)]
pub(crate) struct Told {
    /// The dossier that was just handed over.
    #[serde(default)]
    handed: String,
}

/// A counter as people call it.
pub(super) fn name_of(desk: &Desk) -> String {
    if desk.agency.is_empty() { desk.counter.clone() } else { format!("{}, {}", desk.counter, desk.agency) }
}

pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Result<Response, WebError> {
    let handed = told.handed.parse::<DossierCode>().ok().map(|code| code.to_string());
    screen(&app, page, &visitor, &headers, (String::new(), None), handed).await
}

async fn screen(
    app: &App,
    page: Page,
    visitor: &Visitor,
    headers: &HeaderMap,
    (typed, error): (String, Option<String>),
    handed: Option<String>,
) -> Result<Response, WebError> {
    let mine = desk(app, visitor, headers);
    let all = desks(app, visitor);
    let (mut here, mut elsewhere) = (None, Vec::new());
    for session in app.records().open_sessions().await?.into_iter().filter(|session| all.contains(&session.desk)) {
        // At a counter of no agency dossiers of others may be open.
        let agency = app.agency_of_dossier(&session.dossier).await?;
        if !visitor.sees(agency.as_deref()) {
            continue;
        }
        let (code, since) = (session.dossier.to_string(), format::instant(session.opened_at));
        if mine.as_ref() == Some(&session.desk) {
            here = Some((code, since));
        } else {
            elsewhere.push((session.desk.counter, code, since));
        }
    }
    let (due, more_due) = due_results(app, visitor, mine.as_ref()).await?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = |desk: &Desk| (desk_id(desk), name_of(desk));
    let screen = Counter {
        desks: all.iter().map(shown).collect(),
        desk: mine.as_ref().map(shown),
        typed,
        error,
        handed,
        here,
        elsewhere,
        due,
        more_due,
        page,
    };
    Ok((status, html(&screen)?).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Choice {
    desk: String,
}

/// The user sits down at a counter.
pub(crate) async fn sit_down(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Result<Response, WebError> {
    let there = desks(&app, &visitor).iter().any(|desk| desk_id(desk) == choice.desk);
    if !there {
        return Err(WebError::Invalid);
    }
    let cookie = cookie(desk::COOKIE, &choice.desk, Some(REMEMBERED), is_secure(&app, &headers))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/counter")).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Scanned {
    code: String,
}

/// The dossier that a typed or scanned text means: its code, or the code of a cover sheet.
fn meant(text: &str) -> Option<DossierCode> {
    let text = text.trim();
    match SheetMark::parse(text) {
        Ok(mark) => Some(mark.dossier),
        Err(_) => text.to_uppercase().parse().ok(),
    }
}

/// Opens a dossier at the user's counter, in place of the one that is open there.
pub(crate) async fn open(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Form(Scanned { code: typed }): Form<Scanned>,
) -> Result<Response, WebError> {
    let wrong = |error: String| (typed.trim().to_owned(), Some(error));
    let Some(code) = meant(&typed) else {
        let error = wrong(page.t("counter-no-code"));
        return screen(&app, page, &visitor, &headers, error, None).await;
    };
    let records = app.records();
    let known = records.dossier(&code).await?.is_some() || !records.documents(&code).await?.is_empty();
    if !known || !visitor.sees(app.agency_of_dossier(&code).await?.as_deref()) {
        let error = wrong(page.t("counter-unknown"));
        return screen(&app, page, &visitor, &headers, error, None).await;
    }
    match desk(&app, &visitor, &headers) {
        Some(desk) => {
            let open = records.open_sessions().await?.into_iter().find(|session| session.desk == desk);
            if open.is_none_or(|session| session.dossier != code) {
                records.switch_session(&desk, Some(&code), app.now(), visitor.user.name.as_str()).await?;
            }
        }
        None if desks(&app, &visitor).is_empty() => {}
        None => {
            let error = wrong(page.t("counter-choose-first"));
            return screen(&app, page, &visitor, &headers, error, None).await;
        }
    }
    Ok(Redirect::to(&format!("/dossiers/{code}")).into_response())
}

/// Closes what is open at the user's counter.
pub(crate) async fn close(State(app): State<App>, visitor: Visitor, headers: HeaderMap) -> Result<Response, WebError> {
    if let Some(desk) = desk(&app, &visitor, &headers) {
        close_at(&app, &visitor, &desk, None).await?;
    }
    Ok(Redirect::to("/counter").into_response())
}

/// Closes what is open at a counter, or only this dossier.
pub(super) async fn close_at(
    app: &App,
    visitor: &Visitor,
    desk: &Desk,
    only: Option<&DossierCode>,
) -> Result<(), WebError> {
    let open = app.records().open_sessions().await?.into_iter().find(|session| session.desk == *desk);
    if open.is_some_and(|session| only.is_none_or(|code| session.dossier == *code)) {
        app.records().switch_session(desk, None, app.now(), visitor.user.name.as_str()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_types_a_code_or_what_stands_on_a_sheet() {
        let code: DossierCode = "H41.20-230615-0001".parse().unwrap();
        let sheet = SheetMark { dossier: code.clone(), component: Some("TP01".parse().unwrap()) }.encode();
        for text in ["H41.20-230615-0001", " h41.20-230615-0001\r\n", &sheet] {
            assert_eq!(meant(text).as_ref(), Some(&code), "{text}");
        }
        // A sheet that was misread is no code.
        assert_eq!(meant(&sheet.replace("TP01", "TP02")), None);
        assert_eq!(meant("H41"), None);
    }
}
