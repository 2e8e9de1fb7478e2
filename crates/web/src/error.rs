//! What goes wrong, as a page for people or as problem+json (RFC 9457) for programs. The codes are stable.
//!
//! A handler only returns a [`WebError`]; [`render`], which knows who asked and how, makes the answer.

use askama::Template;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use sohoa_store::{AccountError, StoreError};
use utoipa::ToSchema;

use crate::messages::msg;
use crate::observe::RequestId;
use crate::page::Page;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WebError {
    /// It is not there, or not for this user to see.
    NotFound,
    /// Nobody has signed in.
    SignInNeeded,
    /// The request does not come from one of our own pages, or from one of an earlier session.
    NotOurs,
    /// The token is not meant for this.
    ScopeMissing,
    /// What was sent cannot be understood.
    Invalid,
    /// It is not the way to use this address.
    MethodNotAllowed,
    /// Too much was sent.
    TooLarge,
    /// Too many requests; try again after so many seconds.
    TooMany(u32),
    /// What was asked for does not go with how things stand.
    Conflict,
    /// The database is busy or its disk full: try again.
    Unavailable,
    /// A defect.
    Defect,
}

impl WebError {
    /// Stable code, status, and the keys of title and help.
    fn words(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        match self {
            Self::NotFound => {
                ("not-found", StatusCode::NOT_FOUND, msg!("error-not-found"), msg!("error-not-found-help"))
            }
            Self::SignInNeeded => {
                ("sign-in-needed", StatusCode::UNAUTHORIZED, msg!("error-sign-in"), msg!("error-sign-in-help"))
            }
            Self::NotOurs => ("not-ours", StatusCode::FORBIDDEN, msg!("error-not-ours"), msg!("error-not-ours-help")),
            Self::ScopeMissing => {
                ("scope-missing", StatusCode::FORBIDDEN, msg!("error-scope"), msg!("error-scope-help"))
            }
            Self::Invalid => ("invalid", StatusCode::BAD_REQUEST, msg!("error-invalid"), msg!("error-invalid-help")),
            Self::MethodNotAllowed => (
                "method-not-allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                msg!("error-invalid"),
                msg!("error-invalid-help"),
            ),
            Self::TooLarge => {
                ("too-large", StatusCode::PAYLOAD_TOO_LARGE, msg!("error-too-large"), msg!("error-too-large-help"))
            }
            Self::TooMany(_) => (
                "too-many-requests",
                StatusCode::TOO_MANY_REQUESTS,
                msg!("error-too-many"),
                msg!("error-too-many-help"),
            ),
            Self::Conflict => ("conflict", StatusCode::CONFLICT, msg!("error-conflict"), msg!("error-conflict-help")),
            Self::Unavailable => (
                "unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                msg!("error-unavailable"),
                msg!("error-unavailable-help"),
            ),
            Self::Defect => {
                ("defect", StatusCode::INTERNAL_SERVER_ERROR, msg!("error-defect"), msg!("error-defect-help"))
            }
        }
    }

    fn status(self) -> StatusCode {
        self.words().1
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unknown(_) => return Self::NotFound,
            StoreError::State(_) | StoreError::Changed(_) | StoreError::NeverPaused(_) => return Self::Conflict,
            _ => {}
        }
        // Logged here, once: what becomes of it no longer knows the reason.
        if error.is_temporary() {
            tracing::warn!(%error, "the records could not be had");
            Self::Unavailable
        } else {
            tracing::error!(%error, "the records failed");
            Self::Defect
        }
    }
}

impl From<AccountError> for WebError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => error.into(),
            AccountError::Exists | AccountError::LastAdmin => Self::Conflict,
        }
    }
}

impl From<std::io::Error> for WebError {
    fn from(error: std::io::Error) -> Self {
        tracing::error!(kind = ?error.kind(), "a file could not be used");
        Self::Defect
    }
}

impl From<askama::Error> for WebError {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page could not be made");
        Self::Defect
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The body of an answer of the API that says what went wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Name of the kind of problem: `/problems/` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// Stable code.
    code: &'static str,
    /// Status.
    status: u16,
    /// One clause for people.
    title: String,
    /// What to do.
    detail: String,
    /// Number of the request, for whoever looks into the log.
    request: String,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    title: String,
    detail: String,
    request: String,
}

/// Whether the answer goes to a program: the API, live changes, or htmx, which shows what went wrong in a corner of the page.
fn to_program(path: &str, headers: &HeaderMap) -> bool {
    path.starts_with("/api/") || path.starts_with("/live/") || headers.contains_key("hx-request")
}

/// The error that an answer stands for: what a handler returned, or what the framework refused in plain text.
fn error_of(response: &Response) -> Option<WebError> {
    if let Some(error) = response.extensions().get::<WebError>() {
        return Some(*error);
    }
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.is_empty() && !kind.starts_with("text/plain") {
        return None;
    }
    match response.status() {
        StatusCode::NOT_FOUND => Some(WebError::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(WebError::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => Some(WebError::TooLarge),
        status if status.is_client_error() => Some(WebError::Invalid),
        StatusCode::SERVICE_UNAVAILABLE => None,
        status if status.is_server_error() => Some(WebError::Defect),
        _ => None,
    }
}

/// Makes the answer of what went wrong.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), |p| p.as_str().to_owned());
    let program = to_program(&path, &parts.headers);
    // What was sent is lost with the session; the way back leads to a page.
    let back = if parts.method == Method::GET { path } else { "/".to_owned() };
    let id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let mut page = Page::before_sign_in(&parts);
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(error) = error_of(&response) else { return response };
    if error == WebError::SignInNeeded && !program {
        return crate::pages::sign_in::to_sign_in(&back);
    }
    if let Some(visitor) = response.extensions().get::<crate::visitor::Visitor>() {
        page = page.of(visitor.clone());
    }
    let (code, status, title, help) = error.words();
    let seconds = if let WebError::TooMany(seconds) = error { seconds } else { 0 };
    let (title, detail) = (page.t(title), page.t1(help, "seconds", seconds));
    let mut made = if program {
        let kind = format!("/problems/{code}");
        let problem = Problem { kind, code, status: status.as_u16(), title, detail, request: id };
        let mut response = (status, Json(problem)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    } else {
        let rendered = ErrorPage { page, title, detail, request: id }.render();
        match rendered {
            Ok(html) => (status, Html(html)).into_response(),
            Err(_) => status.into_response(),
        }
    };
    if let WebError::TooMany(seconds) = error {
        made.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        made.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(allow) = response.headers().get(header::ALLOW) {
        made.headers_mut().insert(header::ALLOW, allow.clone());
    }
    made
}
