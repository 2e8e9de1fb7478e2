//! What was handled in a period, dossier by dossier, and where each stood at its end.

use jiff::civil::Date;
use sohoa_domain::{Channel, DossierCode};
use sqlx::Row as _;

use super::SqliteRecords;
use super::values::{parsed, unsigned};
use crate::records::{PeriodCount, Standing, StoreError, Unaccounted};

/// Every dossier that was received before the end of the period (`?2`, exclusive) and not done before its first day (`?1`), or
/// received in it whatever else the register says, with where it stood at the end. Days are compared, not hours: what is due on a
/// day is in time all day. The register tells today's state only, so one that was finished behind the period was in process at
/// its end. Three stretches of indices: what is still open, what was finished since, and what cannot be.
const HANDLED: &str = "WITH handled AS (SELECT code, agency, channel, received >= ?1 AS new, \
       channel IS 'post' OR return_channel IS 'post' AS post, \
       CASE \
         WHEN finished < ?1 THEN 'finished-before-reception' \
         WHEN finished >= ?2 THEN iif(due IS NULL OR due >= ?3, 'in_process', 'overdue') \
         WHEN status IN (3, 7) AND (finished IS NOT NULL OR received >= ?1) THEN 'returned' \
         WHEN status IN (3, 7) THEN 'left-at-no-day' \
         WHEN status = 8 AND (finished IS NOT NULL OR received >= ?1) THEN 'stopped' \
         WHEN status = 8 THEN 'left-at-no-day' \
         WHEN status IN (9, 10) AND finished IS NULL THEN 'done-at-no-day' \
         WHEN status IN (9, 10) THEN iif(due IS NULL OR substr(finished, 1, 10) <= substr(due, 1, 10), 'on_time', 'late') \
         WHEN status IS NULL THEN 'no-state' \
         WHEN finished IS NOT NULL THEN 'open-and-finished' \
         WHEN status = 5 THEN 'waiting' \
         WHEN due IS NULL OR due >= ?3 THEN 'in_process' \
         ELSE 'overdue' \
       END AS standing \
     FROM (SELECT code, agency, channel, return_channel, status, received, due, finished \
             FROM dossier INDEXED BY dossier_finished WHERE finished IS NULL AND received < ?2 \
           UNION ALL SELECT code, agency, channel, return_channel, status, received, due, finished \
             FROM dossier INDEXED BY dossier_finished WHERE finished >= ?1 AND received < ?2 \
           UNION ALL SELECT code, agency, channel, return_channel, status, received, due, finished \
             FROM dossier INDEXED BY dossier_received WHERE received >= ?1 AND received < ?2 AND finished < ?1)) ";

/// Codes of what stands nowhere.
const NOWHERE: &str =
    "('finished-before-reception', 'left-at-no-day', 'done-at-no-day', 'no-state', 'open-and-finished')";

/// First day, the day behind the last, the last day, as the register writes times.
fn bounds(from: Date, to: Date) -> [String; 3] {
    // Behind the last day of the calendar there is nothing that could be left out.
    [from.to_string(), to.tomorrow().map_or_else(|_| "a".to_owned(), |day| day.to_string()), to.to_string()]
}

pub(super) async fn counts(db: &SqliteRecords, from: Date, to: Date) -> Result<Vec<PeriodCount>, StoreError> {
    let [first, end, last] = bounds(from, to);
    let sql = format!(
        "{HANDLED} SELECT agency, channel, new, post, iif(standing IN {NOWHERE}, 'unaccounted', standing) AS standing, \
         count(*) AS dossiers FROM handled GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(first).bind(end).bind(last).fetch_all(&db.readers).await?;
    let corrupt = |column: &str| StoreError::Corrupt(format!("column {column}: not one of its values"));
    rows.iter()
        .map(|row| {
            let channel: Option<&str> = row.try_get("channel")?;
            Ok(PeriodCount {
                agency: row.try_get("agency")?,
                channel: channel.map(|c| Channel::parse(c).map_err(|_| corrupt("channel"))).transpose()?,
                new: row.try_get("new")?,
                post: row.try_get("post")?,
                standing: Standing::parse(row.try_get("standing")?).ok_or_else(|| corrupt("standing"))?,
                dossiers: unsigned(row.try_get("dossiers")?)?,
            })
        })
        .collect()
}

pub(super) async fn unaccounted(db: &SqliteRecords, from: Date, to: Date) -> Result<Vec<Unaccounted>, StoreError> {
    let [first, end, last] = bounds(from, to);
    let sql = format!("{HANDLED} SELECT code, standing FROM handled WHERE standing IN {NOWHERE} ORDER BY code");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(first).bind(end).bind(last).fetch_all(&db.readers).await?;
    rows.iter()
        .map(|row| Ok(Unaccounted { dossier: parsed::<DossierCode>(row, "code")?, code: row.try_get("standing")? }))
        .collect()
}
