//! The switch of languages.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::local;
use crate::app::App;
use crate::error::WebError;
use crate::language::Language;
use crate::sign_in::cookie;
use crate::visitor::{Visitor, is_secure};

/// How long a browser remembers the language: a year, seconds.
const REMEMBERED: u32 = 365 * 24 * 3600;

#[derive(Deserialize)]
pub(crate) struct Choice {
    language: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit(
    State(app): State<App>,
    visitor: Option<Visitor>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Result<Response, WebError> {
    let language = Language::parse(&choice.language).ok_or(WebError::Invalid)?;
    if let Some(visitor) = visitor {
        app.accounts().set_language(&visitor.user.name, language.as_str()).await?;
    }
    let cookie = cookie(Language::COOKIE, language.as_str(), Some(REMEMBERED), is_secure(&app, &headers))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(local(&choice.next))).into_response())
}
