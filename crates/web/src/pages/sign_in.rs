//! Sign-in and sign-out.

use askama::Template;
use axum::Form;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::{EventKind, Outcome};

use super::{html, local};
use crate::app::App;
use crate::error::WebError;
use crate::events::tell;
use crate::page::Page;
use crate::sign_in::{Refused, attempt, forget, open_session};
use crate::visitor::{By, Visitor, address, is_secure};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    page: Page,
    next: String,
    name: String,
    refused: Option<String>,
}

/// Where the user wanted to go.
#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

/// Sends whoever has not signed in to the form, and remembers where to.
pub(crate) fn to_sign_in(path: &str) -> Response {
    let escaped: String = path.bytes().fold(String::new(), |mut text, b| {
        if b.is_ascii_alphanumeric() || b"-._~/".contains(&b) {
            text.push(char::from(b));
        } else {
            text += &format!("%{b:02X}");
        }
        text
    });
    let to = if path == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={escaped}") };
    Redirect::to(&to).into_response()
}

pub(crate) async fn form(page: Page, visitor: Option<Visitor>, Query(next): Query<Next>) -> Result<Response, WebError> {
    if visitor.is_some() {
        return Ok(Redirect::to(local(&next.next)).into_response());
    }
    let next = local(&next.next).to_owned();
    Ok(html(&SignIn { page, next, name: String::new(), refused: None })?.into_response())
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit(State(app): State<App>, page: Page, request: Request) -> Result<Response, WebError> {
    let (parts, body) = request.into_parts();
    let (address, secure) = (address(&app, &parts), is_secure(&app, &parts.headers));
    let request = Request::from_parts(parts, body);
    let Form(form): Form<Credentials> = axum::RequestExt::extract(request).await.map_err(|_| WebError::Invalid)?;
    let name = form.name.trim().to_lowercase();
    let (status, refused) = match attempt(&app, &name, form.password, &address).await? {
        Ok(user) => {
            let cookie = open_session(&app, &user.name, secure).await?;
            return Ok(([(header::SET_COOKIE, cookie)], Redirect::to(local(&form.next))).into_response());
        }
        Err(Refused::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, page.t("sign-in-wrong")),
        Err(Refused::Wait(seconds)) => (StatusCode::TOO_MANY_REQUESTS, page.t1("sign-in-wait", "seconds", seconds)),
    };
    let next = local(&form.next).to_owned();
    Ok((status, html(&SignIn { page, next, name, refused: Some(refused) })?).into_response())
}

pub(crate) async fn sign_out(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    if let By::Session { digest, .. } = &visitor.by {
        app.accounts().close_session(digest).await?;
    }
    tell(&app, EventKind::SignedOut, Outcome::Success, visitor.user.name.as_str(), None, "").await?;
    let cookie = forget(is_secure(&app, &headers))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}
