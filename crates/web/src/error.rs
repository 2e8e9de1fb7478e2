//! What goes wrong, as a page for people or as problem+json (RFC 9457) for programs. The codes are stable.
//!
//! A handler only returns a [`WebError`]; [`render`], which knows who asked and how, makes the answer.

use std::io::ErrorKind;

use askama::Template;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use sohoa_domain::RefusalCode;
use sohoa_store::{AccountError, RegisterFileError, StoreError};
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
    /// It is no more as the program saw it.
    Changed,
    /// The program has to say what it saw.
    IfMatchNeeded,
    /// The key was used with something else.
    KeyReused,
    /// What was sent was refused, with this stable code.
    Refused(RefusalCode),
    /// The dossier lacks something and no reason was given.
    Lacking,
    /// It is of another kind than what is taken here.
    MediaType,
    /// Uploads are taken by another version of the protocol.
    TusVersion,
    /// The bytes do not go on where the upload stands.
    WrongOffset,
    /// There is no such upload any more.
    UploadGone,
    /// No more uploads may be open, or they may not be larger.
    UploadsFull,
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
            Self::TooLarge | Self::Refused(RefusalCode::TooManyBytes) => {
                ("too-large", StatusCode::PAYLOAD_TOO_LARGE, msg!("error-too-large"), msg!("error-too-large-help"))
            }
            Self::TooMany(_) => (
                "too-many-requests",
                StatusCode::TOO_MANY_REQUESTS,
                msg!("error-too-many"),
                msg!("error-too-many-help"),
            ),
            Self::Conflict => ("conflict", StatusCode::CONFLICT, msg!("error-conflict"), msg!("error-conflict-help")),
            Self::Changed => {
                ("changed", StatusCode::PRECONDITION_FAILED, msg!("error-changed"), msg!("error-changed-help"))
            }
            Self::IfMatchNeeded => (
                "if-match-needed",
                StatusCode::PRECONDITION_REQUIRED,
                msg!("error-invalid"),
                msg!("error-if-match-help"),
            ),
            Self::KeyReused => {
                ("key-reused", StatusCode::UNPROCESSABLE_ENTITY, msg!("error-invalid"), msg!("error-key-reused-help"))
            }
            Self::Refused(code) => {
                (code.as_str(), StatusCode::UNPROCESSABLE_ENTITY, msg!("error-refused"), msg!("error-refused-help"))
            }
            Self::Lacking => ("lacking", StatusCode::CONFLICT, msg!("error-conflict"), msg!("error-lacking-help")),
            Self::MediaType => {
                ("media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, msg!("error-invalid"), msg!("error-invalid-help"))
            }
            Self::TusVersion => {
                ("tus-version", StatusCode::PRECONDITION_FAILED, msg!("error-invalid"), msg!("error-invalid-help"))
            }
            Self::WrongOffset => {
                ("wrong-offset", StatusCode::CONFLICT, msg!("error-conflict"), msg!("error-wrong-offset-help"))
            }
            Self::UploadGone => {
                ("upload-gone", StatusCode::GONE, msg!("error-not-found"), msg!("error-upload-gone-help"))
            }
            Self::UploadsFull => (
                "uploads-full",
                StatusCode::INSUFFICIENT_STORAGE,
                msg!("error-unavailable"),
                msg!("error-uploads-full-help"),
            ),
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
            StoreError::State(_) | StoreError::NeverPaused(_) => return Self::Conflict,
            StoreError::Changed(_) => return Self::Changed,
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
        match error.kind() {
            // Whoever sent it is gone.
            ErrorKind::ConnectionAborted => return Self::Invalid,
            ErrorKind::StorageFull => return Self::Unavailable,
            _ => {}
        }
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
    /// What is wrong where, in a register that was sent; the first hundred places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<WrongPlace>,
}

/// A wrong place in a register.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WrongPlace {
    /// What is counted: `dossier`, or `line` of a CSV file.
    unit: String,
    /// Its number, from 1.
    number: u64,
    /// What is wrong there.
    what: String,
}

/// The answer about a register in which places are wrong.
pub(crate) fn wrong_places(error: RegisterFileError) -> Response {
    let RegisterFileError { unit, lines, .. } = error;
    let place = |(number, what)| WrongPlace { unit: unit.clone(), number, what };
    let places: Vec<WrongPlace> = lines.into_iter().map(place).collect();
    let mut response = WebError::Refused(RefusalCode::Malformed).into_response();
    response.extensions_mut().insert(places);
    response
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
        let errors = response.extensions().get::<Vec<WrongPlace>>().cloned().unwrap_or_default();
        let problem = Problem { kind, code, status: status.as_u16(), title, detail, request: id, errors };
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
    if error == WebError::TusVersion {
        made.headers_mut().insert(HeaderName::from_static("tus-version"), HeaderValue::from_static("1.0.0"));
    }
    if let Some(allow) = response.headers().get(header::ALLOW) {
        made.headers_mut().insert(header::ALLOW, allow.clone());
    }
    made
}
