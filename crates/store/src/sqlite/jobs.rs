//! The queue: reserving with a lease, prolonging it, giving a job back.

use jiff::{SignedDuration, Timestamp};
use sohoa_domain::{Change, Event, EventKind, FileState, Move, Outcome, Sha256Digest};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::SqliteRecords;
use super::values::{micros, small, unsigned};
use super::{accept, batches, decide, events};
use crate::records::{BatchId, FileId, IsGone, JobId, LONGEST_PAUSE, Lease, StoreError, Waiting};

/// `due_at` of a job that is due at once, whatever becomes of the clock.
const AT_ONCE: i64 = 0;

/// Files whose attempts are used up wait for a person under this code.
const EXHAUSTED: &str = "attempts-exhausted";

/// Puts a pending file into the queue, due at once. A person waits at the counter whose scanner fills an inbox; nobody waits
/// for a batch.
pub(super) async fn enqueue(conn: &mut SqliteConnection, file: FileId) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO job (file, state, priority, due_at, held) \
         SELECT file.id, 'queued', batch.kind = 'inbox', ?2, batch.paused_at IS NOT NULL FROM file JOIN batch ON batch.id = file.batch \
         WHERE file.id = ?1",
    )
    .bind(file.0)
    .bind(AT_ONCE)
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn reserve(
    db: &SqliteRecords,
    worker: &str,
    now: Timestamp,
    lease: SignedDuration,
    max_attempts: u32,
    only: Option<BatchId>,
) -> Result<Option<Lease>, StoreError> {
    let after =
        |span: SignedDuration| now.checked_add(span).map_err(|_| StoreError::Other("the lease is too long".to_owned()));
    let until = after(lease)?;
    let times = Times {
        now: micros(now),
        lease_end: micros(after(lease.saturating_mul(2))?),
        pause_end: micros(after(LONGEST_PAUSE)?),
    };
    let only = only.map(|b| b.0);
    let mut tx = db.write().await?;
    close_exhausted(&mut tx, now, &times, max_attempts, only).await?;
    let reserved = sqlx::query(
        "UPDATE job SET state = 'leased', attempts = attempts + 1, leased_until = ?2, \
                        token = id || '/' || (attempts + 1) || '/' || ?3 \
         WHERE id = (SELECT job.id FROM job JOIN file ON file.id = job.file \
                     WHERE job.state <> 'done' AND job.held = 0 \
                       AND ((job.state = 'queued' AND (job.due_at <= ?1 OR job.due_at > ?6)) \
                         OR (job.state = 'leased' AND (job.leased_until <= ?1 OR job.leased_until > ?5))) \
                       AND (?4 IS NULL OR file.batch = ?4) \
                       AND NOT EXISTS (SELECT 1 FROM file AS twin JOIN job AS held ON held.file = twin.id \
                                       WHERE twin.digest = file.digest AND twin.id <> file.id \
                                         AND held.state = 'leased' \
                                         AND held.leased_until > ?1 AND held.leased_until <= ?5) \
                     ORDER BY job.priority DESC, job.id LIMIT 1) \
         RETURNING id, file, attempts - excused AS attempts, token",
    )
    .bind(times.now)
    .bind(micros(until))
    .bind(worker)
    .bind(only)
    .bind(times.lease_end)
    .bind(times.pause_end)
    .fetch_optional(&mut *tx)
    .await?;
    let lease = match reserved {
        None => None,
        Some(row) => {
            let file = FileId(row.try_get("file")?);
            let file = accept::by_id(&mut tx, file).await?;
            Some(Lease {
                job: JobId(row.try_get("id")?),
                file: file.ok_or_else(|| StoreError::Corrupt("a job without its file".to_owned()))?,
                attempt: small(row.try_get("attempts")?)?,
                token: row.try_get("token")?,
            })
        }
    };
    tx.commit().await?;
    Ok(lease)
}

/// Now, and the latest that a lease and a pause can end that were begun by this clock.
struct Times {
    now: i64,
    lease_end: i64,
    pause_end: i64,
}

/// Hands the files of due jobs that have no attempt left to a person.
async fn close_exhausted(
    conn: &mut SqliteConnection,
    now: Timestamp,
    times: &Times,
    max_attempts: u32,
    only: Option<i64>,
) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT job.id, job.file, job.attempts - job.excused, job.state, job.failure, file.digest, file.state AS file_state \
         FROM job JOIN file ON file.id = job.file \
         WHERE job.state <> 'done' AND job.held = 0 AND job.attempts - job.excused >= ?2 \
           AND ((job.state = 'queued' AND (job.due_at <= ?1 OR job.due_at > ?5)) \
             OR (job.state = 'leased' AND (job.leased_until <= ?1 OR job.leased_until > ?4))) \
           AND (?3 IS NULL OR file.batch = ?3) ORDER BY job.id",
    )
    .bind(times.now)
    .bind(i64::from(max_attempts))
    .bind(only)
    .bind(times.lease_end)
    .bind(times.pause_end)
    .fetch_all(&mut *conn)
    .await?;
    for row in rows {
        let (job, file, attempts): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let died = row.try_get::<&str, _>(3)? == "leased";
        let failure: Option<&str> = row.try_get(4)?;
        let last = match failure {
            _ if died => "the worker of the last one did not come back",
            Some(failure) => failure,
            None => "none has told why",
        };
        let reason = format!("{attempts} attempts failed; {last}");
        super::values::state(&row, "file_state", FileState::parse)?.transition(FileState::Review)?;
        sqlx::query("UPDATE job SET state = 'done', token = NULL, leased_until = NULL WHERE id = ?1")
            .bind(job)
            .execute(&mut *conn)
            .await?;
        let source = super::values::parsed_opt::<Sha256Digest>(&row, "digest")?;
        let mut event = event(now, EventKind::SentToReview, source, file, format!("{EXHAUSTED}: {reason}"));
        let (code, reason) = (Some(EXHAUSTED.to_owned()), Some(reason));
        let to = Move { code, reason, ..Move::to(FileState::Review) };
        decide::move_file(conn, FileId(file), &to).await?;
        batches::ended(conn, FileId(file), event.at).await?;
        event.change = Some(Change::Moved(to));
        events::append(conn, &[event]).await?;
    }
    Ok(())
}

pub(super) async fn heartbeat(db: &SqliteRecords, lease: &Lease, until: Timestamp) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let done = sqlx::query("UPDATE job SET leased_until = ?3 WHERE id = ?1 AND token = ?2 AND state = 'leased'")
        .bind(lease.job.0)
        .bind(&lease.token)
        .bind(micros(until))
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::LeaseLost);
    }
    tx.commit().await?;
    Ok(())
}

pub(super) async fn give_back(
    db: &SqliteRecords,
    lease: &Lease,
    why: &str,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    held(&mut tx, lease, now).await?;
    let (file, digest) = (lease.file.id.0, lease.file.digest);
    let told = event(now, EventKind::Retried, digest, file, format!("attempt {}: {why}", lease.attempt));
    requeue(&mut tx, lease.job, why, micros(at_most(not_before, now)), told).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn put_off(
    db: &SqliteRecords,
    lease: &Lease,
    why: &str,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let done = sqlx::query("UPDATE job SET excused = excused + 1 WHERE id = ?1 AND token = ?2 AND state = 'leased'")
        .bind(lease.job.0)
        .bind(&lease.token)
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::LeaseLost);
    }
    let (file, digest) = (lease.file.id.0, lease.file.digest);
    let told = event(now, EventKind::Retried, digest, file, format!("attempt {} put off: {why}", lease.attempt));
    requeue(&mut tx, lease.job, why, micros(at_most(not_before, now)), told).await?;
    tx.commit().await?;
    Ok(())
}

fn at_most(not_before: Timestamp, now: Timestamp) -> Timestamp {
    not_before.min(now.saturating_add(LONGEST_PAUSE).unwrap_or(now))
}

pub(super) async fn waiting(db: &SqliteRecords) -> Result<Vec<Waiting>, StoreError> {
    let rows = sqlx::query(
        "SELECT failure, count(*) FROM job WHERE state <> 'done' AND failure IS NOT NULL \
         GROUP BY failure ORDER BY count(*) DESC, failure",
    )
    .fetch_all(&db.readers)
    .await?;
    let waiting = |row: &SqliteRow| Ok(Waiting { reason: row.try_get(0)?, files: unsigned(row.try_get(1)?)? });
    rows.iter().map(waiting).collect()
}

/// Puts a leased job back into the queue.
async fn requeue(
    conn: &mut SqliteConnection,
    job: JobId,
    why: &str,
    due_at: i64,
    told: Event,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE job SET state = 'queued', due_at = ?2, failure = ?3, token = NULL, leased_until = NULL WHERE id = ?1",
    )
    .bind(job.0)
    .bind(due_at)
    .bind(why)
    .execute(&mut *conn)
    .await?;
    events::append(conn, &[told]).await
}

pub(super) async fn release_leases(db: &SqliteRecords, is_gone: IsGone, now: Timestamp) -> Result<u64, StoreError> {
    const WHY: &str = "the worker of this attempt is gone";
    let mut tx = db.write().await?;
    let rows = sqlx::query(
        "SELECT job.id, job.attempts, job.token, job.file, file.digest FROM job JOIN file ON file.id = job.file \
         WHERE job.state = 'leased' ORDER BY job.id",
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut released = 0;
    for row in rows {
        let (job, attempt, token): (i64, i64, &str) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let file: i64 = row.try_get(3)?;
        // id/attempt/worker
        if !token.splitn(3, '/').nth(2).is_some_and(is_gone) {
            continue;
        }
        let source = super::values::parsed_opt::<Sha256Digest>(&row, "digest")?;
        let told = event(now, EventKind::Retried, source, file, format!("attempt {attempt}: {WHY}"));
        requeue(&mut tx, JobId(job), WHY, AT_ONCE, told).await?;
        released += 1;
    }
    tx.commit().await?;
    Ok(released)
}

/// Whether the lease still holds; the transaction of the caller keeps it so. Returns the file of the job.
pub(super) async fn held(conn: &mut SqliteConnection, lease: &Lease, now: Timestamp) -> Result<FileId, StoreError> {
    let file: Option<i64> = sqlx::query_scalar(
        "SELECT file FROM job WHERE id = ?1 AND token = ?2 AND state = 'leased' AND leased_until > ?3",
    )
    .bind(lease.job.0)
    .bind(&lease.token)
    .bind(micros(now))
    .fetch_optional(conn)
    .await?;
    file.map(FileId).ok_or(StoreError::LeaseLost)
}

fn event(at: Timestamp, kind: EventKind, source: Option<Sha256Digest>, file: i64, detail: String) -> Event {
    Event {
        at,
        kind,
        outcome: Outcome::Failure,
        agent: events::AGENT.to_owned(),
        source,
        dossier: None,
        document: None,
        detail,
        file: Some(file),
        change: None,
    }
}
