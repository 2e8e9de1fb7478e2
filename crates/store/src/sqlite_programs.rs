//! What is kept for programs, in a SQLite file of its own.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use async_trait::async_trait;
use jiff::Timestamp;
use sohoa_domain::DossierCode;
use sqlx::Row as _;
use sqlx::sqlite::{SqlitePool, SqliteRow};

use crate::accounts::UserName;
use crate::programs::{
    Delivery, DeliveryPage, DeliveryState, KeptAnswer, NewDelivery, NewWebhook, Programs, Topic, Webhook,
};
use crate::records::StoreError;
use crate::sqlite::open_small;
use crate::sqlite::values::{micros, parsed, small, state, timestamp, unsigned};

const STEPS: [&str; 2] =
    [include_str!("../migrations/programs/0001_programs.sql"), include_str!("../migrations/programs/0002_paused.sql")];

/// One SQLite file with one connection: what is asked of it is little, and rows are found by key.
#[derive(Debug, Clone)]
pub struct SqlitePrograms {
    pool: SqlitePool,
}

impl SqlitePrograms {
    /// Opens the file, and makes it when it is missing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be used.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        // Secrets are nobody else's business; what SQLite makes beside the file has the same mode.
        let made = std::fs::File::options().write(true).create(true).truncate(false).mode(0o600).open(path);
        made.map_err(|e| StoreError::Unavailable(format!("what is kept for programs: {e}")))?;
        Ok(Self { pool: open_small(path, &STEPS).await? })
    }
}

fn webhook_of(row: &SqliteRow) -> Result<Webhook, StoreError> {
    let topics: &str = row.try_get("topics")?;
    let topics: Result<Vec<Topic>, _> = topics.split_whitespace().map(str::parse).collect();
    Ok(Webhook {
        id: row.try_get("id")?,
        address: row.try_get("address")?,
        secret: row.try_get("secret")?,
        agency: row.try_get("agency")?,
        topics: topics.map_err(|_| StoreError::Corrupt("column topics".to_owned()))?,
        seen: row.try_get("seen")?,
        added_at: timestamp(row.try_get("added_at")?)?,
        paused_at: row.try_get::<Option<i64>, _>("paused_at")?.map(timestamp).transpose()?,
    })
}

fn delivery_of(row: &SqliteRow) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: row.try_get("id")?,
        webhook: row.try_get("webhook")?,
        event: row.try_get("event")?,
        topic: parsed(row, "topic")?,
        body: row.try_get("body")?,
        state: state(row, "state", DeliveryState::parse)?,
        attempts: small(row.try_get("attempts")?)?,
        next_at: timestamp(row.try_get("next_at")?)?,
        last_error: row.try_get("last_error")?,
    })
}

/// That one row was changed: it is there.
fn changed(what: &str, rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Unknown(format!("{what} of this number"))) }
}

#[async_trait]
impl Programs for SqlitePrograms {
    async fn answer(&self, user: &UserName, key: &str) -> Result<Option<KeptAnswer>, StoreError> {
        let row = sqlx::query("SELECT request, body FROM answer WHERE user = ?1 AND key = ?2")
            .bind(user.as_str())
            .bind(key)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok(KeptAnswer { request: parsed(&row, "request")?, body: row.try_get("body")? })).transpose()
    }

    async fn keep_answer(
        &self,
        user: &UserName,
        key: &str,
        answer: &KeptAnswer,
        now: Timestamp,
        stale: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM answer WHERE at < ?1").bind(micros(stale)).execute(&mut *tx).await?;
        sqlx::query("INSERT OR REPLACE INTO answer (user, key, request, body, at) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(user.as_str())
            .bind(key)
            .bind(answer.request.to_string())
            .bind(&answer.body)
            .bind(micros(now))
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn add_webhook(&self, webhook: &NewWebhook, now: Timestamp) -> Result<i64, StoreError> {
        let topics: Vec<&str> = webhook.topics.iter().map(|topic| topic.as_str()).collect();
        Ok(sqlx::query_scalar(
            "INSERT INTO webhook (address, secret, agency, topics, seen, added_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             RETURNING id",
        )
        .bind(&webhook.address)
        .bind(&webhook.secret)
        .bind(&webhook.agency)
        .bind(topics.join(" "))
        .bind(webhook.seen)
        .bind(micros(now))
        .fetch_one(&self.pool)
        .await?)
    }

    async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows = sqlx::query("SELECT * FROM webhook ORDER BY id").fetch_all(&self.pool).await?;
        rows.iter().map(webhook_of).collect()
    }

    async fn remove_webhook(&self, id: i64) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM webhook WHERE id = ?1").bind(id).execute(&self.pool).await?;
        changed("webhook", done.rows_affected())
    }

    async fn pause_webhook(&self, id: i64, paused: Option<Timestamp>) -> Result<(), StoreError> {
        let done = sqlx::query("UPDATE webhook SET paused_at = ?2 WHERE id = ?1")
            .bind(id)
            .bind(paused.map(micros))
            .execute(&self.pool)
            .await?;
        changed("webhook", done.rows_affected())
    }

    async fn was_complete(&self, webhook: i64, dossier: &DossierCode) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM complete WHERE webhook = ?1 AND dossier = ?2)")
            .bind(webhook)
            .bind(dossier.as_str())
            .fetch_one(&self.pool)
            .await?)
    }

    async fn look_at(
        &self,
        webhook: i64,
        seen: i64,
        deliveries: &[NewDelivery],
        complete: &[(DossierCode, bool)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let done = sqlx::query("UPDATE webhook SET seen = ?2 WHERE id = ?1")
            .bind(webhook)
            .bind(seen)
            .execute(&mut *tx)
            .await?;
        changed("webhook", done.rows_affected())?;
        for NewDelivery { event, topic, body } in deliveries {
            sqlx::query(
                "INSERT OR IGNORE INTO delivery (webhook, event, topic, body, state, next_at) \
                 VALUES (?1, ?2, ?3, ?4, 'waiting', ?5)",
            )
            .bind(webhook)
            .bind(event)
            .bind(topic.as_str())
            .bind(body)
            .bind(micros(now))
            .execute(&mut *tx)
            .await?;
        }
        for (dossier, is_complete) in complete {
            let sql = match is_complete {
                true => "INSERT OR IGNORE INTO complete (webhook, dossier) VALUES (?1, ?2)",
                false => "DELETE FROM complete WHERE webhook = ?1 AND dossier = ?2",
            };
            sqlx::query(sql).bind(webhook).bind(dossier.as_str()).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<Delivery>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM delivery WHERE state = 'waiting' AND next_at <= ?1 \
             AND webhook IN (SELECT id FROM webhook WHERE paused_at IS NULL) ORDER BY next_at, id LIMIT ?2",
        )
        .bind(micros(now))
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(delivery_of).collect()
    }

    async fn delivered(&self, id: i64, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE delivery SET state = 'delivered', attempts = attempts + 1, next_at = ?2, last_error = '' WHERE id = ?1",
        )
        .bind(id)
        .bind(micros(now))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn failed(&self, id: i64, why: &str, next: Option<Timestamp>, now: Timestamp) -> Result<(), StoreError> {
        let state = if next.is_some() { DeliveryState::Waiting } else { DeliveryState::Dead };
        sqlx::query(
            "UPDATE delivery SET state = ?2, attempts = attempts + 1, next_at = ?3, last_error = ?4 WHERE id = ?1",
        )
        .bind(id)
        .bind(state.as_str())
        .bind(micros(next.unwrap_or(now)))
        .bind(why)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn deliveries(&self, page: &DeliveryPage) -> Result<Vec<Delivery>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM delivery WHERE (?1 IS NULL OR webhook = ?1) AND (?2 IS NULL OR state = ?2) \
             AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4",
        )
        .bind(page.webhook)
        .bind(page.state.map(DeliveryState::as_str))
        .bind(page.before)
        .bind(page.most)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(delivery_of).collect()
    }

    async fn count_deliveries(&self) -> Result<Vec<(i64, DeliveryState, u64)>, StoreError> {
        let rows = sqlx::query("SELECT webhook, state, count(*) AS messages FROM delivery GROUP BY webhook, state")
            .fetch_all(&self.pool)
            .await?;
        let count = |row: &SqliteRow| {
            let messages = unsigned(row.try_get("messages")?)?;
            Ok((row.try_get("webhook")?, state(row, "state", DeliveryState::parse)?, messages))
        };
        rows.iter().map(count).collect()
    }

    async fn resend(&self, id: i64, now: Timestamp) -> Result<i64, StoreError> {
        let sql = "UPDATE delivery SET state = 'waiting', attempts = 0, next_at = ?2 WHERE id = ?1 RETURNING webhook";
        let webhook = sqlx::query_scalar(sql).bind(id).bind(micros(now)).fetch_optional(&self.pool).await?;
        webhook.ok_or_else(|| StoreError::Unknown("message of this number".to_owned()))
    }

    async fn resend_dead(&self, webhook: i64, now: Timestamp) -> Result<u64, StoreError> {
        let sql =
            "UPDATE delivery SET state = 'waiting', attempts = 0, next_at = ?2 WHERE webhook = ?1 AND state = 'dead'";
        Ok(sqlx::query(sql).bind(webhook).bind(micros(now)).execute(&self.pool).await?.rows_affected())
    }

    async fn forget_delivered(&self, before: Timestamp) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM delivery WHERE state = 'delivered' AND next_at < ?1")
            .bind(micros(before))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let path = path.to_str().ok_or_else(|| StoreError::Other("a path that is no text".to_owned()))?;
        sqlx::query("VACUUM INTO ?1").bind(path).execute(&self.pool).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn webhooks_of_an_older_file_are_not_paused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("programs.db");
        let old = open_small(&path, &STEPS[..1]).await.unwrap();
        sqlx::raw_sql("INSERT INTO webhook VALUES (1, 'http://a.test/', 'x', '', 'document.attached', 7, 0)")
            .execute(&old)
            .await
            .unwrap();
        old.close().await;
        let programs = SqlitePrograms::open(&path).await.unwrap();
        let webhooks = programs.webhooks().await.unwrap();
        assert_eq!((webhooks.len(), webhooks[0].seen, webhooks[0].paused_at), (1, 7, None));
        assert!(open_small(&path, &STEPS[..1]).await.is_err());
    }
}
