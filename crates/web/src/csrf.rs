//! Whether a request that changes something comes from one of our own pages: by what the browser says of its origin, and by a
//! secret of the session that only our pages know.

use axum::body::{Body, to_bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use crate::app::App;
use crate::error::WebError;
use crate::secret;

/// Name of the field in forms.
const FIELD: &str = "csrf";
/// Header that scripts send it in; the only way with a body that is no form.
const HEADER: &str = "x-csrf-token";

/// Most bytes of a form.
const MOST_BYTES: usize = 256 * 1024;

/// Whether the method changes something.
pub(crate) fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether the browser says that the request comes from one of our pages. One that says nothing is no browser of today, and
/// programs use tokens.
pub(crate) fn is_from_here(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = text("origin") else { return false };
    let public = &app.services.settings.public_url;
    let authority = |url: &str| url.split_once("://").map(|(_, rest)| rest.to_owned());
    !public.is_empty() && origin == public || authority(origin).as_deref() == text(header::HOST.as_str())
}

/// Looks for the session's secret in the header or the form; gives the body back as it was.
pub(crate) async fn check(parts: &Parts, body: Body, secret: &str) -> Result<Body, WebError> {
    if let Some(sent) = parts.headers.get(HEADER) {
        let right = sent.to_str().is_ok_and(|sent| secret::same(sent, secret));
        return if right { Ok(body) } else { Err(WebError::NotOurs) };
    }
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(WebError::NotOurs);
    }
    let bytes = to_bytes(body, MOST_BYTES).await.map_err(|_| WebError::TooLarge)?;
    let mut fields = bytes.split(|b| *b == b'&').filter_map(|pair| std::str::from_utf8(pair).ok()?.split_once('='));
    // The secret is hexadecimal: nothing in it is ever escaped.
    let right = fields.any(|(name, value)| name == FIELD && secret::same(value, secret));
    if right { Ok(Body::from(bytes)) } else { Err(WebError::NotOurs) }
}
