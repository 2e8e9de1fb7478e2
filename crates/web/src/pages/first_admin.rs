//! The first administrator, made by whoever has the link that the program printed. It holds once.

use std::sync::PoisonError;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::{EventKind, Outcome};
use sohoa_store::{Role, User, UserName};

use super::html;
use super::password::{Typed, problem};
use crate::app::App;
use crate::error::WebError;
use crate::events::tell;
use crate::page::Page;
use crate::secret;
use crate::sign_in::open_session;
use crate::visitor::is_secure;

#[derive(Template)]
#[template(path = "first_admin.html")]
struct FirstAdmin {
    page: Page,
    name: String,
    name_error: Option<String>,
    password_error: Option<String>,
}

/// Whether this is the secret of the link that holds.
fn holds(app: &App, shown: &str) -> bool {
    let link = app.first_admin.lock().unwrap_or_else(PoisonError::into_inner);
    *link == Some(secret::digest(shown))
}

pub(crate) async fn form(State(app): State<App>, page: Page, Path(secret): Path<String>) -> Result<Response, WebError> {
    if !holds(&app, &secret) {
        return Err(WebError::NotFound);
    }
    Ok(html(&FirstAdmin { page, name: String::new(), name_error: None, password_error: None })?.into_response())
}

#[derive(Deserialize)]
pub(crate) struct Chosen {
    name: String,
    #[serde(flatten)]
    typed: Typed,
}

pub(crate) async fn submit(
    State(app): State<App>,
    page: Page,
    Path(secret): Path<String>,
    headers: HeaderMap,
    Form(chosen): Form<Chosen>,
) -> Result<Response, WebError> {
    if !holds(&app, &secret) {
        return Err(WebError::NotFound);
    }
    let typed_name = chosen.name.trim().to_lowercase();
    let name = typed_name.parse::<UserName>();
    let hash = chosen.typed.hash().await;
    let (Ok(name), Ok(hash)) = (&name, &hash) else {
        let name_error = name.is_err().then(|| page.t("user-name-wrong"));
        let password_error = hash.err().map(|e| problem(&page, e));
        let again = FirstAdmin { page, name: typed_name, name_error, password_error };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&again)?).into_response());
    };
    let user = User {
        name: name.clone(),
        role: Role::Admin,
        agency: String::new(),
        language: page.lang().to_owned(),
        password: Some(hash.clone()),
        disabled: false,
    };
    let added = app.accounts().add_first_user(&user, app.now()).await?;
    *app.first_admin.lock().unwrap_or_else(PoisonError::into_inner) = None;
    if !added {
        return Err(WebError::NotFound);
    }
    let detail = format!("first administrator {name}");
    tell(&app, EventKind::UserChanged, Outcome::Success, name.as_str(), None, &detail).await?;
    let cookie = open_session(&app, name, is_secure(&app, &headers)).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}
