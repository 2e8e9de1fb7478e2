//! Users: who may sign in, as what, for which agency. An administrator of one agency keeps that agency's users only.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::{EventKind, Outcome};
use sohoa_store::{AccountError, Role, User, UserName};

use super::html;
use crate::app::App;
use crate::error::WebError;
use crate::events::tell;
use crate::labels;
use crate::page::Page;
use crate::sign_in::{LINK_LIFE, password_path};
use crate::visitor::{Visitor, is_secure};

/// Longest name of an agency, characters.
const LONGEST_AGENCY: usize = 200;

#[derive(Template)]
#[template(path = "users.html")]
struct Users {
    page: Page,
    users: Vec<Line>,
    /// Agencies of the scan folders, to choose from.
    agencies: Vec<String>,
    /// The agency that new users get; empty: any can be typed.
    own_agency: String,
    roles: Vec<(&'static str, &'static str)>,
    form: NewUser,
    errors: Errors,
    /// A link that was just made: for whom, address.
    link: Option<(String, String)>,
    hours: i64,
}

struct Line {
    name: String,
    role: &'static str,
    agency: String,
    disabled: bool,
    no_password: bool,
    /// It is the one who looks.
    oneself: bool,
}

/// What was typed about a new user.
#[derive(Deserialize, Default)]
pub(crate) struct NewUser {
    name: String,
    role: String,
    #[serde(default)]
    agency: String,
}

#[derive(Default)]
struct Errors {
    name: Option<String>,
    role: Option<String>,
    agency: Option<String>,
}

async fn screen(
    app: &App,
    page: Page,
    visitor: &Visitor,
    (form, errors): (NewUser, Errors),
    link: Option<(String, String)>,
) -> Result<Response, WebError> {
    let users = app.accounts().users().await?.into_iter().filter(|u| visitor.sees(Some(&u.agency)));
    let users = users.map(|u| Line {
        role: labels::role(u.role),
        agency: u.agency,
        disabled: u.disabled,
        no_password: u.password.is_none(),
        oneself: u.name == visitor.user.name,
        name: u.name.to_string(),
    });
    let wrong = errors.name.is_some() || errors.role.is_some() || errors.agency.is_some();
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let screen = Users {
        users: users.collect(),
        agencies: agencies(app),
        own_agency: visitor.user.agency.clone(),
        roles: Role::ALL.map(|r| (r.as_str(), labels::role(r))).to_vec(),
        form,
        errors,
        link,
        hours: LINK_LIFE.as_hours(),
        page,
    };
    Ok((status, html(&screen)?).into_response())
}

/// Agencies of the scan folders.
pub(super) fn agencies(app: &App) -> Vec<String> {
    let mut agencies: Vec<String> = app.services.inboxes.iter().map(|i| i.desk.agency.clone()).collect();
    agencies.retain(|agency| !agency.is_empty());
    agencies.sort();
    agencies.dedup();
    agencies
}

pub(crate) async fn page(State(app): State<App>, page: Page, visitor: Visitor) -> Result<Response, WebError> {
    screen(&app, page, &visitor, Default::default(), None).await
}

pub(crate) async fn add(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Form(mut form): Form<NewUser>,
) -> Result<Response, WebError> {
    form.name = form.name.trim().to_lowercase();
    if !visitor.user.agency.is_empty() {
        form.agency.clone_from(&visitor.user.agency);
    }
    form.agency = form.agency.trim().to_owned();
    let (name, role) = (form.name.parse::<UserName>(), form.role.parse::<Role>());
    let agency_fits = form.agency.chars().count() <= LONGEST_AGENCY && !form.agency.contains(char::is_control);
    let mut errors = Errors {
        name: name.is_err().then(|| page.t("user-name-wrong")),
        role: role.is_err().then(|| page.t("user-role-wrong")),
        agency: (!agency_fits).then(|| page.t("user-agency-wrong")),
    };
    let (Ok(name), Ok(role), true) = (name, role, agency_fits) else {
        return screen(&app, page, &visitor, (form, errors), None).await;
    };
    let (agency, language) = (form.agency.clone(), String::new());
    let user = User { name, role, agency, language, password: None, disabled: false };
    match app.accounts().add_user(&user, app.now()).await {
        Err(AccountError::Exists) => {
            errors.name = Some(page.t("user-name-taken"));
            return screen(&app, page, &visitor, (form, errors), None).await;
        }
        other => other?,
    }
    told(&app, &visitor, &format!("user {} added, role {role}", user.name)).await?;
    let link = address(&app, &headers, &user.name).await?;
    screen(&app, page, &visitor, Default::default(), Some((user.name.to_string(), link))).await
}

pub(crate) async fn link(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response, WebError> {
    let name = known(&app, &name).await?;
    told(&app, &visitor, &format!("user {name}: link to set a password")).await?;
    let link = address(&app, &headers, &name).await?;
    screen(&app, page, &visitor, Default::default(), Some((name.to_string(), link))).await
}

pub(crate) async fn disable(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, WebError> {
    switch(&app, &visitor, &name, true).await
}

pub(crate) async fn enable(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, WebError> {
    switch(&app, &visitor, &name, false).await
}

async fn switch(app: &App, visitor: &Visitor, name: &str, off: bool) -> Result<Response, WebError> {
    let name = known(app, name).await?;
    app.accounts().set_disabled(&name, off).await?;
    told(app, visitor, &format!("user {name} switched {}", if off { "off" } else { "on" })).await?;
    Ok(Redirect::to("/admin/users").into_response())
}

async fn known(app: &App, name: &str) -> Result<UserName, WebError> {
    let name: UserName = name.parse().map_err(|_| WebError::NotFound)?;
    app.accounts().user(&name).await?.map(|user| user.name).ok_or(WebError::NotFound)
}

async fn told(app: &App, visitor: &Visitor, detail: &str) -> Result<(), WebError> {
    let agent = visitor.user.name.as_str();
    Ok(tell(app, EventKind::UserChanged, Outcome::Success, agent, None, detail).await?)
}

/// The whole address of a link that lets a user set the password, as the browser knows us.
async fn address(app: &App, headers: &HeaderMap, name: &UserName) -> Result<String, WebError> {
    let path = password_path(app.accounts(), app.now(), name).await?;
    let public = &app.services.settings.public_url;
    if !public.is_empty() {
        return Ok(format!("{public}{path}"));
    }
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let scheme = if is_secure(app, headers) { "https" } else { "http" };
    Ok(format!("{scheme}://{host}{path}"))
}
