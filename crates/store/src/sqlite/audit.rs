//! Audit samples: what they are drawn from, what was drawn, what comparison with paper found.

use jiff::Timestamp;
use jiff::civil::Date;
use sohoa_domain::{AuditSample, Change, DocumentId, Event, EventKind, Outcome, StratumBy, Verdict};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::values::{micros, parsed, signed, state, timestamp, unsigned};
use super::{SqliteRecords, documents, events};
use crate::records::{BatchId, Comparison, SampleItem, SampleRow, StoreError};

/// Attached documents of dossiers that were received in a period (inclusive days), each with its stratum, in order of id.
pub(super) async fn population(
    db: &SqliteRecords,
    from: Date,
    to: Date,
    by: StratumBy,
) -> Result<Vec<(DocumentId, String)>, StoreError> {
    let stratum = match by {
        StratumBy::None => "''",
        StratumBy::Agency => "dossier.agency",
        StratumBy::Counter => "iif(dossier.agency = '', dossier.counter, dossier.agency || ', ' || dossier.counter)",
        StratumBy::Procedure => "coalesce(dossier.procedure, '')",
        StratumBy::Channel => "coalesce(dossier.channel, '')",
        StratumBy::Month => "substr(dossier.received, 1, 7)",
    };
    let sql = format!(
        "SELECT document.id AS id, {stratum} AS stratum FROM document JOIN dossier ON dossier.code = document.dossier \
         WHERE document.state = 'attached' AND dossier.received >= ?1 AND dossier.received < ?2 ORDER BY document.id"
    );
    // Times are text that begins with the day. Behind the last day of the calendar there is nothing that could be left out.
    let end = to.tomorrow().map_or_else(|_| "a".to_owned(), |day| day.to_string());
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(from.to_string()).bind(end).fetch_all(&db.readers).await?;
    rows.iter().map(|row| Ok((parsed(row, "id")?, row.try_get("stratum")?))).collect()
}

/// Records a sample under the next number, which is returned.
pub(super) async fn add(
    db: &SqliteRecords,
    sample: &AuditSample,
    now: Timestamp,
    person: &str,
) -> Result<i64, StoreError> {
    let mut tx = db.write().await?;
    let number: i64 =
        sqlx::query_scalar("SELECT coalesce(max(number), 0) + 1 FROM audit_sample").fetch_one(&mut *tx).await?;
    let name = if sample.name.is_empty() { format!("mau-{number}") } else { sample.name.clone() };
    let taken: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM audit_sample WHERE name = ?1)")
        .bind(&name)
        .fetch_one(&mut *tx)
        .await?;
    if taken {
        return Err(StoreError::Unknown("second sample of this name".to_owned()));
    }
    let sample = AuditSample { number, name, ..sample.clone() };
    let event = Event {
        at: now,
        kind: EventKind::Sampled,
        outcome: Outcome::Success,
        agent: person.to_owned(),
        source: None,
        dossier: None,
        document: None,
        detail: format!("{} of {} documents, list {}", sample.drawn(), sample.documents(), sample.list),
        file: None,
        change: Some(Change::Sampled(sample.clone())),
    };
    record(&mut tx, &sample, &event).await?;
    events::append(&mut tx, &[event]).await?;
    tx.commit().await?;
    Ok(number)
}

/// Writes the rows of a sample.
pub(super) async fn record(conn: &mut SqliteConnection, sample: &AuditSample, event: &Event) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_sample (number, name, seed, first_day, last_day, stratified_by, documents, population_digest, \
         list_digest, drawn_at, agent, batch) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )
    .bind(sample.number)
    .bind(&sample.name)
    .bind(&sample.seed)
    .bind(sample.from.to_string())
    .bind(sample.to.to_string())
    .bind(sample.by.as_str())
    .bind(signed(sample.documents())?)
    .bind(sample.population.to_string())
    .bind(sample.list.to_string())
    .bind(micros(event.at))
    .bind(&event.agent)
    .bind(sample.batch)
    .execute(&mut *conn)
    .await?;
    let mut position = 0i64;
    for stratum in &sample.strata {
        for document in &stratum.drawn {
            position += 1;
            sqlx::query("INSERT INTO audit_item (sample, position, document, stratum) VALUES (?1, ?2, ?3, ?4)")
                .bind(sample.number)
                .bind(position)
                .bind(document.as_str())
                .bind(&stratum.name)
                .execute(&mut *conn)
                .await?;
        }
    }
    Ok(())
}

/// Records what a comparison found.
pub(super) async fn compare(
    db: &SqliteRecords,
    sample: i64,
    document: &DocumentId,
    (verdict, note): (Verdict, &str),
    now: Timestamp,
    person: &str,
) -> Result<(), StoreError> {
    let dossier = documents::by_id(db, document).await?.map(|d| d.dossier);
    let mut tx = db.write().await?;
    let drawn: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM audit_item WHERE sample = ?1 AND document = ?2)")
            .bind(sample)
            .bind(document.as_str())
            .fetch_one(&mut *tx)
            .await?;
    if !drawn {
        return Err(StoreError::Unknown(format!("document {document} in sample {sample}")));
    }
    let event = Event {
        at: now,
        kind: EventKind::Compared,
        outcome: if verdict == Verdict::Match { Outcome::Success } else { Outcome::Failure },
        agent: person.to_owned(),
        source: None,
        dossier,
        document: Some(document.clone()),
        detail: format!("sample {sample}: {}", verdict.as_str()),
        file: None,
        change: Some(Change::Compared { sample, verdict, note: note.to_owned() }),
    };
    record_result(&mut tx, sample, document, (verdict, note), &event).await?;
    events::append(&mut tx, &[event]).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes the row of a comparison.
pub(super) async fn record_result(
    conn: &mut SqliteConnection,
    sample: i64,
    document: &DocumentId,
    (verdict, note): (Verdict, &str),
    event: &Event,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_result (sample, document, verdict, note, compared_at, agent) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (sample, document) DO UPDATE SET verdict = excluded.verdict, note = excluded.note, \
         compared_at = excluded.compared_at, agent = excluded.agent",
    )
    .bind(sample)
    .bind(document.as_str())
    .bind(verdict.as_str())
    .bind(note)
    .bind(micros(event.at))
    .bind(&event.agent)
    .execute(conn)
    .await?;
    Ok(())
}

/// All samples in order.
pub(super) async fn samples(db: &SqliteRecords) -> Result<Vec<SampleRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT s.*, (SELECT count(*) FROM audit_item i WHERE i.sample = s.number) AS drawn, \
         (SELECT count(*) FROM audit_result r WHERE r.sample = s.number) AS compared, \
         (SELECT count(*) FROM audit_result r WHERE r.sample = s.number AND r.verdict = 'match') AS right_ones \
         FROM audit_sample s ORDER BY s.number",
    )
    .fetch_all(&db.readers)
    .await?;
    rows.iter().map(sample_row).collect()
}

fn sample_row(row: &SqliteRow) -> Result<SampleRow, StoreError> {
    Ok(SampleRow {
        number: row.try_get("number")?,
        name: row.try_get("name")?,
        seed: row.try_get("seed")?,
        from: parsed(row, "first_day")?,
        to: parsed(row, "last_day")?,
        batch: row.try_get::<Option<i64>, _>("batch")?.map(BatchId),
        by: state(row, "stratified_by", StratumBy::parse)?,
        documents: unsigned(row.try_get("documents")?)?,
        population: parsed(row, "population_digest")?,
        list: parsed(row, "list_digest")?,
        drawn_at: timestamp(row.try_get("drawn_at")?)?,
        agent: row.try_get("agent")?,
        drawn: unsigned(row.try_get("drawn")?)?,
        compared: unsigned(row.try_get("compared")?)?,
        right: unsigned(row.try_get("right_ones")?)?,
    })
}

/// The documents of a sample in the order of the list.
pub(super) async fn items(db: &SqliteRecords, sample: i64) -> Result<Vec<SampleItem>, StoreError> {
    let rows = sqlx::query(
        "SELECT i.document, i.stratum, r.verdict, r.note, r.compared_at, r.agent FROM audit_item i \
         LEFT JOIN audit_result r ON r.sample = i.sample AND r.document = i.document WHERE i.sample = ?1 ORDER BY i.position",
    )
    .bind(sample)
    .fetch_all(&db.readers)
    .await?;
    rows.iter()
        .map(|row| {
            let compared: Option<i64> = row.try_get("compared_at")?;
            let result = compared.map(|at| {
                Ok::<_, StoreError>(Comparison {
                    verdict: state(row, "verdict", Verdict::parse)?,
                    note: row.try_get("note")?,
                    at: timestamp(at)?,
                    agent: row.try_get("agent")?,
                })
            });
            Ok(SampleItem {
                document: parsed(row, "document")?,
                stratum: row.try_get("stratum")?,
                result: result.transpose()?,
            })
        })
        .collect()
}
