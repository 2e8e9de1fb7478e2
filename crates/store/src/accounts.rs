//! Who may sign in: users, their sessions, links and tokens. The trait that SQLite implements.
//!
//! Secrets are kept as their SHA-256 only, passwords as whatever hash the caller made; neither is ever part of an error.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sohoa_domain::Sha256Digest;

use crate::records::StoreError;

/// What a user does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Receives papers at a counter.
    Counter,
    /// Digitizes backlogs and decides what waits.
    Archivist,
    /// Checks, and changes nothing; personal data are masked.
    Auditor,
    /// Keeps users.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Counter, Self::Archivist, Self::Auditor, Self::Admin];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Archivist => "archivist",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Not a word of its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of {0}")]
pub struct UnknownWord(pub(crate) &'static str);

impl FromStr for Role {
    type Err = UnknownWord;
    fn from_str(s: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|r| r.as_str() == s).ok_or(UnknownWord("counter, archivist, auditor, admin"))
    }
}

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// To look.
    Read,
    /// To change.
    Write,
}

impl Scope {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownWord;
    fn from_str(s: &str) -> Result<Self, UnknownWord> {
        [Self::Read, Self::Write].into_iter().find(|scope| scope.as_str() == s).ok_or(UnknownWord("read, write"))
    }
}

/// The name that a user signs in with: 2 to 40 of `a`–`z`, `0`–`9`, `.`, `-`, `_`. It stands in events, for good.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct UserName(String);

impl UserName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

/// A name that no user may have. The message never repeats it: somebody may have typed a password there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user's name is 2 to 40 of a to z, 0 to 9, point, hyphen and underscore")]
pub struct UserNameError;

impl FromStr for UserName {
    type Err = UserNameError;
    fn from_str(s: &str) -> Result<Self, UserNameError> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b);
        let ok = (2..=40).contains(&s.len()) && s.bytes().all(fits);
        if ok { Ok(Self(s.to_owned())) } else { Err(UserNameError) }
    }
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// Name, the agent of events.
    pub name: UserName,
    /// What the user does.
    pub role: Role,
    /// The agency whose dossiers the user may see; empty: all.
    pub agency: String,
    /// Language of the screens, empty until chosen.
    pub language: String,
    /// Hash of the password, `None` until it is set.
    #[serde(skip)]
    pub password: Option<String>,
    /// May not sign in.
    pub disabled: bool,
}

/// A session that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub user: User,
    /// When the user signed in.
    pub opened_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
}

/// A token of the API. It acts as its user, within its scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiToken {
    /// Whose.
    pub user: User,
    /// What the user calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
}

/// Attempts to sign in that failed in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// The last one.
    pub last_at: Timestamp,
}

/// Why the accounts were not changed or read.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// There is one of this name already.
    #[error("there is one of this name already")]
    Exists,
    /// Nobody would be left who can keep users.
    #[error("the last administrator cannot be switched off")]
    LastAdmin,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Users, sessions, links, tokens. Every method is one transaction.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Whether there is no user.
    async fn is_empty(&self) -> Result<bool, AccountError>;

    /// Adds a user. [`AccountError::Exists`] when there is one of this name.
    async fn add_user(&self, user: &User, now: Timestamp) -> Result<(), AccountError>;

    /// Adds the first user; false, and nothing is written, when there is one already.
    async fn add_first_user(&self, user: &User, now: Timestamp) -> Result<bool, AccountError>;

    /// One user.
    async fn user(&self, name: &UserName) -> Result<Option<User>, AccountError>;

    /// All users in order of name.
    async fn users(&self) -> Result<Vec<User>, AccountError>;

    /// Sets the hash of a password; every session and link of the user ends.
    async fn set_password(&self, name: &UserName, hash: &str) -> Result<(), AccountError>;

    /// Sets the language of the screens.
    async fn set_language(&self, name: &UserName, language: &str) -> Result<(), AccountError>;

    /// Switches a user off or on again; off, every session, link and token ends. [`AccountError::LastAdmin`] when nobody would be
    /// left who can keep users.
    async fn set_disabled(&self, name: &UserName, disabled: bool) -> Result<(), AccountError>;

    /// Makes a link by which the user sets the password, in place of those made before.
    async fn add_link(&self, secret: &Sha256Digest, name: &UserName, ends_at: Timestamp) -> Result<(), AccountError>;

    /// The user of a link that stands.
    async fn link(&self, secret: &Sha256Digest, now: Timestamp) -> Result<Option<User>, AccountError>;

    /// Uses a link up and sets the password of its user, who is returned; `None`, and nothing is written, when it does not stand.
    async fn use_link(&self, secret: &Sha256Digest, hash: &str, now: Timestamp) -> Result<Option<User>, AccountError>;

    /// Opens a session. Sessions last used before `stale` are forgotten.
    async fn open_session(
        &self,
        secret: &Sha256Digest,
        name: &UserName,
        now: Timestamp,
        stale: Timestamp,
    ) -> Result<(), AccountError>;

    /// A session of a user who is not switched off.
    async fn session(&self, secret: &Sha256Digest) -> Result<Option<Session>, AccountError>;

    /// Records that a session was used.
    async fn touch_session(&self, secret: &Sha256Digest, now: Timestamp) -> Result<(), AccountError>;

    /// Ends a session.
    async fn close_session(&self, secret: &Sha256Digest) -> Result<(), AccountError>;

    /// Adds a token. [`AccountError::Exists`] when the user has one of this name.
    async fn add_token(
        &self,
        secret: &Sha256Digest,
        user: &UserName,
        name: &str,
        scopes: &[Scope],
        now: Timestamp,
    ) -> Result<(), AccountError>;

    /// A token of a user who is not switched off.
    async fn token(&self, secret: &Sha256Digest) -> Result<Option<ApiToken>, AccountError>;

    /// All tokens, by user and name.
    async fn tokens(&self) -> Result<Vec<ApiToken>, AccountError>;

    /// Ends a token.
    async fn remove_token(&self, user: &UserName, name: &str) -> Result<(), AccountError>;

    /// Failed attempts of a user or address.
    async fn failures(&self, subject: &str) -> Result<Option<Failures>, AccountError>;

    /// Counts a failed attempt. Those last counted before `stale` are forgotten.
    async fn count_failure(&self, subject: &str, now: Timestamp, stale: Timestamp) -> Result<(), AccountError>;

    /// Forgets the failed attempts of a user or address.
    async fn forget_failures(&self, subject: &str) -> Result<(), AccountError>;

    /// Writes a copy that holds together to a file that is not there yet.
    async fn copy_to(&self, path: &Path) -> Result<(), AccountError>;
}
