//! Who asks: a user with a session, or a program with a token that acts as its user.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use sohoa_domain::Sha256Digest;
use sohoa_store::{Scope, User};

use crate::app::App;
use crate::error::WebError;
use crate::secret;

/// Name of the cookie that holds the secret of a session.
pub(crate) const COOKIE: &str = "sohoa_session";

/// A session is recorded as used only this often, seconds, so that not every picture of a page writes a row.
const TOUCH_SECONDS: f64 = 60.0;

/// Somebody who has signed in.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) user: User,
    pub(crate) by: By,
}

/// How somebody signed in.
#[derive(Debug, Clone)]
pub(crate) enum By {
    /// With a session.
    Session {
        /// What is stored of its secret.
        digest: Sha256Digest,
        /// What our own pages send with everything that changes something.
        csrf: String,
    },
    /// With a token.
    Token {
        /// What it is called, among those of its user.
        name: String,
        /// What it may be used for.
        scopes: Vec<Scope>,
    },
}

impl Visitor {
    /// Who sent this request; `None` when nobody has signed in or the session has ended.
    pub(crate) async fn identify(app: &App, parts: &Parts) -> Result<Option<Self>, WebError> {
        let path = parts.uri.path();
        if path.starts_with("/api/")
            && let Some(token) = bearer(&parts.headers)
        {
            let token = app.accounts().token(&secret::digest(token)).await?;
            return Ok(token.map(|t| Self { user: t.user, by: By::Token { name: t.name, scopes: t.scopes } }));
        }
        let Some(shown) = cookie(&parts.headers, COOKIE) else { return Ok(None) };
        let digest = secret::digest(shown);
        let Some(session) = app.accounts().session(&digest).await? else { return Ok(None) };
        let (now, settings) = (app.now(), &app.services.settings);
        let idle = now.duration_since(session.used_at);
        if idle >= settings.session_idle || now.duration_since(session.opened_at) >= settings.session_life {
            app.accounts().close_session(&digest).await?;
            return Ok(None);
        }
        // Live changes come without anybody touching a key.
        if idle.as_secs_f64() >= TOUCH_SECONDS && !path.starts_with("/live/") {
            app.accounts().touch_session(&digest, now).await?;
        }
        Ok(Some(Self { user: session.user, by: By::Session { digest, csrf: csrf_of(shown) } }))
    }

    /// Who it is in the eyes of limits: each token of a user is somebody of its own.
    pub(crate) fn caller(&self) -> String {
        match &self.by {
            By::Session { .. } => self.user.name.to_string(),
            By::Token { name, .. } => format!("{} {name}", self.user.name),
        }
    }

    /// Whether this user may see what belongs to this agency; `None` is an agency that is not known.
    pub(crate) fn sees(&self, agency: Option<&str>) -> bool {
        self.user.agency.is_empty() || agency == Some(&self.user.agency)
    }
}

/// The secret behind forms: it follows from the session's, which is stored nowhere.
fn csrf_of(session: &str) -> String {
    secret::digest(&format!("csrf:{session}")).to_string()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split("; ")).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// Whether the browser reached us, or the proxy before us, with TLS.
pub(crate) fn is_secure(app: &App, headers: &HeaderMap) -> bool {
    let settings = &app.services.settings;
    let forwarded = || headers.get("x-forwarded-proto").is_some_and(|v| v == "https");
    settings.tls || settings.public_url.starts_with("https:") || settings.behind_proxy && forwarded()
}

/// Address of the client, as the proxy tells it when there is one: the last it names, since it added that itself.
pub(crate) fn address(app: &App, parts: &Parts) -> String {
    let forwarded = || parts.headers.get("x-forwarded-for")?.to_str().ok()?.rsplit(',').next().map(str::trim);
    if app.services.settings.behind_proxy
        && let Some(address) = forwarded()
    {
        return address.to_owned();
    }
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or_else(|| "unknown".to_owned(), |c| c.ip().to_string())
}

impl FromRequestParts<App> for Visitor {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, WebError> {
        parts.extensions.get::<Self>().cloned().ok_or(WebError::SignInNeeded)
    }
}

impl OptionalFromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
