//! A user sets the password, by a link that holds once and not for long.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::{EventKind, Outcome};

use super::html;
use crate::app::App;
use crate::error::WebError;
use crate::events::tell;
use crate::page::Page;
use crate::password::{FEWEST, PasswordError, hashed};
use crate::secret;

/// A new password, typed twice.
#[derive(Deserialize)]
pub(crate) struct Typed {
    password: String,
    again: String,
}

/// Why what was typed is not taken.
pub(crate) enum Wrong {
    /// It is no password.
    Password(PasswordError),
    /// The second is another one.
    Differs,
}

impl Typed {
    /// The hash of it.
    pub(crate) async fn hash(self) -> Result<String, Wrong> {
        if self.password != self.again {
            return Err(Wrong::Differs);
        }
        hashed(self.password).await.map_err(Wrong::Password)
    }
}

/// Why, in words.
pub(crate) fn problem(page: &Page, wrong: Wrong) -> String {
    match wrong {
        Wrong::Password(PasswordError::Short) => page.t1("password-short", "fewest", FEWEST),
        Wrong::Password(PasswordError::Long | PasswordError::Hash) => page.t("password-unusable"),
        Wrong::Differs => page.t("password-differs"),
    }
}

#[derive(Template)]
#[template(path = "password.html")]
struct Password {
    page: Page,
    name: String,
    error: Option<String>,
}

pub(crate) async fn form(State(app): State<App>, page: Page, Path(secret): Path<String>) -> Result<Response, WebError> {
    let user = app.accounts().link(&secret::digest(&secret), app.now()).await?.ok_or(WebError::NotFound)?;
    Ok(html(&Password { page, name: user.name.to_string(), error: None })?.into_response())
}

pub(crate) async fn submit(
    State(app): State<App>,
    page: Page,
    Path(secret): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, WebError> {
    let (digest, now) = (secret::digest(&secret), app.now());
    let user = app.accounts().link(&digest, now).await?.ok_or(WebError::NotFound)?;
    let hash = match typed.hash().await {
        Ok(hash) => hash,
        Err(wrong) => {
            let error = Some(problem(&page, wrong));
            let again = Password { page, name: user.name.to_string(), error };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&again)?).into_response());
        }
    };
    let user = app.accounts().use_link(&digest, &hash, now).await?.ok_or(WebError::NotFound)?;
    let name = user.name.as_str();
    tell(&app, EventKind::UserChanged, Outcome::Success, name, None, "password set by link").await?;
    Ok(Redirect::to("/sign-in").into_response())
}
