//! Signing in: the password, how long to wait after wrong ones, the session's cookie.

use axum::http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use sohoa_domain::{EventKind, Outcome};
use sohoa_store::{AccountError, Accounts, Failures, StoreError, User, UserName};

use crate::app::App;
use crate::error::WebError;
use crate::events::tell;
use crate::password;
use crate::secret::{self, Secret};
use crate::visitor::COOKIE;

/// How long a link to set a password holds.
pub const LINK_LIFE: SignedDuration = SignedDuration::from_hours(72);

/// Wrong passwords in a row that cost no time: of one user, and of one address, behind which many may sit.
const FREE_OF_USER: u32 = 5;
const FREE_OF_ADDRESS: u32 = 20;
/// What the first wrong one after that costs; each further one twice as much, up to the longest.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(15);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// After so long without an attempt everything is forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

/// Why somebody was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Name or password are wrong, or the user is switched off: which, is not told.
    Wrong,
    /// Too many wrong ones; so many seconds have to pass.
    Wait(u32),
}

/// Seconds still to wait.
fn wait(failures: Option<Failures>, free: u32, now: Timestamp) -> u32 {
    let Some(Failures { count, last_at }) = failures.filter(|f| f.count >= free) else { return 0 };
    let doubled = FIRST_WAIT.checked_mul(1 << (count - free).min(10)).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    // A clock that was set back lets nobody wait longer than that.
    let passed = now.duration_since(last_at).max(SignedDuration::ZERO);
    let left = (doubled - passed).as_secs_f64().max(0.0).ceil();
    left as u32
}

/// Checks a name and password. An attempt counts as failed until it proves right, so that many at once help nobody.
pub(crate) async fn attempt(
    app: &App,
    name: &str,
    password: String,
    address: &str,
) -> Result<Result<User, Refused>, WebError> {
    let (now, accounts) = (app.now(), app.accounts());
    // What was typed as a name may be a password: only its digest is kept.
    let subjects =
        [(format!("user:{}", secret::digest(name)), FREE_OF_USER), (format!("address:{address}"), FREE_OF_ADDRESS)];
    for (subject, free) in &subjects {
        let seconds = wait(accounts.failures(subject).await?, *free, now);
        if seconds > 0 {
            return Ok(Err(Refused::Wait(seconds)));
        }
    }
    for (subject, _) in &subjects {
        accounts.count_failure(subject, now, now - FORGOTTEN).await?;
    }
    let user = match name.parse::<UserName>() {
        Ok(name) => accounts.user(&name).await?,
        Err(_) => None,
    };
    let stored = user.as_ref().filter(|u| !u.disabled).and_then(|u| u.password.clone());
    let right = password::is_right(password, stored).await;
    match user {
        Some(user) if right => {
            for (subject, _) in &subjects {
                accounts.forget_failures(subject).await?;
            }
            tell(app, EventKind::SignedIn, Outcome::Success, user.name.as_str(), None, "").await?;
            Ok(Ok(user))
        }
        user => {
            let (agent, detail) = match &user {
                Some(user) => (user.name.as_str(), "wrong password or switched off"),
                None => (app.services.agent.as_str(), "unknown name"),
            };
            tell(app, EventKind::SignInFailed, Outcome::Failure, agent, None, detail).await?;
            Ok(Err(Refused::Wrong))
        }
    }
}

/// Opens a session for a user and returns the cookie that holds its secret.
pub(crate) async fn open_session(app: &App, name: &UserName, secure: bool) -> Result<HeaderValue, WebError> {
    let (secret, now) = (Secret::new()?, app.now());
    let stale = now - app.services.settings.session_idle;
    app.accounts().open_session(&secret.digest(), name, now, stale).await?;
    cookie(COOKIE, secret.reveal(), None, secure)
}

/// The cookie that ends a session in the browser.
pub(crate) fn forget(secure: bool) -> Result<HeaderValue, WebError> {
    cookie(COOKIE, "", Some(0), secure)
}

/// A cookie that scripts do not see and other sites do not send along; until the browser is closed without `seconds`.
pub(crate) fn cookie(name: &str, value: &str, seconds: Option<u32>, secure: bool) -> Result<HeaderValue, WebError> {
    let age = seconds.map(|s| format!("; Max-Age={s}")).unwrap_or_default();
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
    HeaderValue::from_str(&text).map_err(|_| WebError::Defect)
}

/// Makes a link, below the address of the application, by which a user sets the password.
///
/// # Errors
/// [`AccountError`] when there is no such user, or no random bytes.
pub async fn password_path(accounts: &dyn Accounts, now: Timestamp, name: &UserName) -> Result<String, AccountError> {
    let secret = Secret::new().map_err(|e| StoreError::Other(e.to_string()))?;
    accounts.add_link(&secret.digest(), name, now + LINK_LIFE).await?;
    Ok(format!("/password/{}", secret.reveal()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let at = |seconds: i64| Timestamp::from_second(1_700_000_000 + seconds).unwrap();
        let failed = |count| Some(Failures { count, last_at: at(0) });
        assert_eq!((wait(None, 5, at(0)), wait(failed(4), 5, at(0))), (0, 0));
        let waits = [5, 6, 7, 11, 12, 500].map(|count| wait(failed(count), 5, at(0)));
        assert_eq!(waits, [15, 30, 60, 900, 900, 900]);
        assert_eq!((wait(failed(5), 5, at(14)), wait(failed(5), 5, at(15))), (1, 0));
        assert_eq!(wait(failed(5), 5, at(-3600)), 15);
    }
}
