//! The accounts in a SQLite file of their own.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use async_trait::async_trait;
use jiff::Timestamp;
use sohoa_domain::Sha256Digest;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row as _, Sqlite, Transaction};

use crate::accounts::{AccountError, Accounts, ApiToken, Failures, Role, Scope, Session, User, UserName};
use crate::records::StoreError;
use crate::sqlite::open_small;
use crate::sqlite::values::{micros, parsed, small, timestamp};

const TABLES: &str = include_str!("../migrations/accounts/0001_accounts.sql");

/// Columns of a user, as [`user_of`] reads them.
const USER: &str = "u.name, u.role, u.agency, u.language, u.password, u.disabled";

/// Accounts in one SQLite file. There is one connection: what is asked of it is little, and rows are found by key.
#[derive(Debug, Clone)]
pub struct SqliteAccounts {
    pool: SqlitePool,
}

impl SqliteAccounts {
    /// Opens the file, and makes it when it is missing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be used.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        // Hashes are nobody else's business; what SQLite makes beside the file has the same mode.
        let made = std::fs::File::options().write(true).create(true).truncate(false).mode(0o600).open(path);
        made.map_err(|e| StoreError::Unavailable(format!("the accounts: {e}")))?;
        Ok(Self { pool: open_small(path, &[TABLES]).await? })
    }

    async fn write(&self) -> Result<Transaction<'static, Sqlite>, AccountError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// A user under a condition on `?1`.
    async fn one(&self, rest: &str, key: &str) -> Result<Option<SqliteRow>, AccountError> {
        let sql = format!("SELECT {USER}, x.* FROM {rest}");
        Ok(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(key).fetch_optional(&self.pool).await?)
    }
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Exists,
            _ => Self::Store(error.into()),
        }
    }
}

fn user_of(row: &SqliteRow) -> Result<User, AccountError> {
    Ok(User {
        name: parsed(row, "name")?,
        role: parsed(row, "role")?,
        agency: row.try_get("agency")?,
        language: row.try_get("language")?,
        password: row.try_get("password")?,
        disabled: row.try_get("disabled")?,
    })
}

fn token_of(row: &SqliteRow) -> Result<ApiToken, AccountError> {
    let scopes: &str = row.try_get("scopes")?;
    let scopes: Result<Vec<Scope>, _> = scopes.split_whitespace().map(str::parse).collect();
    let scopes = scopes.map_err(|_| StoreError::Corrupt("column scopes".to_owned()))?;
    Ok(ApiToken { user: user_of(row)?, name: row.try_get("token")?, scopes })
}

/// That one row was changed: the user is there.
fn changed(rows: u64) -> Result<(), AccountError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Unknown("user of this name".to_owned()).into()) }
}

async fn insert(tx: &mut Transaction<'static, Sqlite>, user: &User, now: Timestamp) -> Result<(), AccountError> {
    sqlx::query(
        "INSERT INTO user (name, role, agency, language, password, disabled, added_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(user.name.as_str())
    .bind(user.role.as_str())
    .bind(&user.agency)
    .bind(&user.language)
    .bind(&user.password)
    .bind(user.disabled)
    .bind(micros(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends what lets somebody in as this user without the password.
async fn end(tx: &mut Transaction<'static, Sqlite>, name: &str, tables: &[&str]) -> Result<(), AccountError> {
    for table in tables {
        let sql = format!("DELETE FROM {table} WHERE user = ?1");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(name).execute(&mut **tx).await?;
    }
    Ok(())
}

#[async_trait]
impl Accounts for SqliteAccounts {
    async fn is_empty(&self) -> Result<bool, AccountError> {
        Ok(sqlx::query_scalar("SELECT NOT EXISTS (SELECT 1 FROM user)").fetch_one(&self.pool).await?)
    }

    async fn add_user(&self, user: &User, now: Timestamp) -> Result<(), AccountError> {
        let mut tx = self.write().await?;
        insert(&mut tx, user, now).await?;
        Ok(tx.commit().await?)
    }

    async fn add_first_user(&self, user: &User, now: Timestamp) -> Result<bool, AccountError> {
        let mut tx = self.write().await?;
        let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM user)").fetch_one(&mut *tx).await?;
        if !there {
            insert(&mut tx, user, now).await?;
        }
        tx.commit().await?;
        Ok(!there)
    }

    async fn user(&self, name: &UserName) -> Result<Option<User>, AccountError> {
        self.one("user u, (SELECT 1 AS one) x WHERE u.name = ?1", name.as_str())
            .await?
            .as_ref()
            .map(user_of)
            .transpose()
    }

    async fn users(&self) -> Result<Vec<User>, AccountError> {
        let sql = format!("SELECT {USER} FROM user u ORDER BY u.name");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        rows.iter().map(user_of).collect()
    }

    async fn set_password(&self, name: &UserName, hash: &str) -> Result<(), AccountError> {
        let mut tx = self.write().await?;
        let done = sqlx::query("UPDATE user SET password = ?2 WHERE name = ?1")
            .bind(name.as_str())
            .bind(hash)
            .execute(&mut *tx)
            .await?;
        changed(done.rows_affected())?;
        end(&mut tx, name.as_str(), &["session", "link"]).await?;
        Ok(tx.commit().await?)
    }

    async fn set_language(&self, name: &UserName, language: &str) -> Result<(), AccountError> {
        let done = sqlx::query("UPDATE user SET language = ?2 WHERE name = ?1")
            .bind(name.as_str())
            .bind(language)
            .execute(&self.pool)
            .await?;
        changed(done.rows_affected())
    }

    async fn set_disabled(&self, name: &UserName, disabled: bool) -> Result<(), AccountError> {
        let mut tx = self.write().await?;
        let role: Option<String> = sqlx::query_scalar("UPDATE user SET disabled = ?2 WHERE name = ?1 RETURNING role")
            .bind(name.as_str())
            .bind(disabled)
            .fetch_optional(&mut *tx)
            .await?;
        changed(role.iter().len() as u64)?;
        let kept: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM user WHERE role = 'admin' AND NOT disabled)")
            .fetch_one(&mut *tx)
            .await?;
        if disabled && !kept && role.as_deref() == Some(Role::Admin.as_str()) {
            return Err(AccountError::LastAdmin);
        }
        if disabled {
            end(&mut tx, name.as_str(), &["session", "link", "token"]).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn add_link(&self, secret: &Sha256Digest, name: &UserName, ends_at: Timestamp) -> Result<(), AccountError> {
        let mut tx = self.write().await?;
        end(&mut tx, name.as_str(), &["link"]).await?;
        sqlx::query("INSERT INTO link (secret, user, ends_at) VALUES (?1, ?2, ?3)")
            .bind(secret.to_string())
            .bind(name.as_str())
            .bind(micros(ends_at))
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn link(&self, secret: &Sha256Digest, now: Timestamp) -> Result<Option<User>, AccountError> {
        let rest = "user u JOIN link x ON x.user = u.name WHERE x.secret = ?1 AND NOT u.disabled";
        let Some(row) = self.one(rest, &secret.to_string()).await? else { return Ok(None) };
        if timestamp(row.try_get("ends_at")?)? <= now {
            return Ok(None);
        }
        user_of(&row).map(Some)
    }

    async fn use_link(&self, secret: &Sha256Digest, hash: &str, now: Timestamp) -> Result<Option<User>, AccountError> {
        let Some(user) = self.link(secret, now).await? else { return Ok(None) };
        let mut tx = self.write().await?;
        let used = sqlx::query("DELETE FROM link WHERE secret = ?1").bind(secret.to_string()).execute(&mut *tx).await?;
        if used.rows_affected() != 1 {
            return Ok(None);
        }
        sqlx::query("UPDATE user SET password = ?2 WHERE name = ?1")
            .bind(user.name.as_str())
            .bind(hash)
            .execute(&mut *tx)
            .await?;
        end(&mut tx, user.name.as_str(), &["session"]).await?;
        tx.commit().await?;
        Ok(Some(user))
    }

    async fn open_session(
        &self,
        secret: &Sha256Digest,
        name: &UserName,
        now: Timestamp,
        stale: Timestamp,
    ) -> Result<(), AccountError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM session WHERE used_at < ?1").bind(micros(stale)).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO session (secret, user, opened_at, used_at) VALUES (?1, ?2, ?3, ?3)")
            .bind(secret.to_string())
            .bind(name.as_str())
            .bind(micros(now))
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn session(&self, secret: &Sha256Digest) -> Result<Option<Session>, AccountError> {
        let rest = "user u JOIN session x ON x.user = u.name WHERE x.secret = ?1 AND NOT u.disabled";
        let Some(row) = self.one(rest, &secret.to_string()).await? else { return Ok(None) };
        let (opened_at, used_at) = (timestamp(row.try_get("opened_at")?)?, timestamp(row.try_get("used_at")?)?);
        Ok(Some(Session { user: user_of(&row)?, opened_at, used_at }))
    }

    async fn touch_session(&self, secret: &Sha256Digest, now: Timestamp) -> Result<(), AccountError> {
        sqlx::query("UPDATE session SET used_at = max(used_at, ?2) WHERE secret = ?1")
            .bind(secret.to_string())
            .bind(micros(now))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn close_session(&self, secret: &Sha256Digest) -> Result<(), AccountError> {
        sqlx::query("DELETE FROM session WHERE secret = ?1").bind(secret.to_string()).execute(&self.pool).await?;
        Ok(())
    }

    async fn add_token(
        &self,
        secret: &Sha256Digest,
        user: &UserName,
        name: &str,
        scopes: &[Scope],
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        sqlx::query("INSERT INTO token (secret, user, name, scopes, added_at) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(secret.to_string())
            .bind(user.as_str())
            .bind(name)
            .bind(scopes.join(" "))
            .bind(micros(now))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn token(&self, secret: &Sha256Digest) -> Result<Option<ApiToken>, AccountError> {
        let from = "user u JOIN (SELECT secret, user, name AS token, scopes FROM token) x ON x.user = u.name";
        let row = self.one(&format!("{from} WHERE x.secret = ?1 AND NOT u.disabled"), &secret.to_string()).await?;
        row.as_ref().map(token_of).transpose()
    }

    async fn tokens(&self) -> Result<Vec<ApiToken>, AccountError> {
        let sql = format!(
            "SELECT {USER}, t.name AS token, t.scopes FROM user u JOIN token t ON t.user = u.name ORDER BY u.name, t.name"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        rows.iter().map(token_of).collect()
    }

    async fn remove_token(&self, user: &UserName, name: &str) -> Result<(), AccountError> {
        let done = sqlx::query("DELETE FROM token WHERE user = ?1 AND name = ?2")
            .bind(user.as_str())
            .bind(name)
            .execute(&self.pool)
            .await?;
        match done.rows_affected() {
            0 => Err(StoreError::Unknown("token of this name".to_owned()).into()),
            _ => Ok(()),
        }
    }

    async fn failures(&self, subject: &str) -> Result<Option<Failures>, AccountError> {
        let row = sqlx::query("SELECT count, last_at FROM failure WHERE subject = ?1")
            .bind(subject)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Failures { count: small(row.try_get("count")?)?, last_at: timestamp(row.try_get("last_at")?)? }))
    }

    async fn count_failure(&self, subject: &str, now: Timestamp, stale: Timestamp) -> Result<(), AccountError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM failure WHERE last_at < ?1").bind(micros(stale)).execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO failure (subject, count, last_at) VALUES (?1, 1, ?2) \
             ON CONFLICT (subject) DO UPDATE SET count = count + 1, last_at = ?2",
        )
        .bind(subject)
        .bind(micros(now))
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    async fn forget_failures(&self, subject: &str) -> Result<(), AccountError> {
        sqlx::query("DELETE FROM failure WHERE subject = ?1").bind(subject).execute(&self.pool).await?;
        Ok(())
    }

    async fn copy_to(&self, path: &Path) -> Result<(), AccountError> {
        let path = path.to_str().ok_or_else(|| StoreError::Other("a path that is no text".to_owned()))?;
        sqlx::query("VACUUM INTO ?1").bind(path).execute(&self.pool).await?;
        Ok(())
    }
}
