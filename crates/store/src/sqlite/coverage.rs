//! Coverage: figures, summed over the facts of dossiers, and the papers behind them.

pub(super) mod sums;

use std::collections::{BTreeMap, HashMap};

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use sohoa_domain::{ComponentId, ComponentKind, DossierCode, DossierEntry, local_time};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::claims::Claim;
use super::register::{DOSSIER, entry};
use super::values::{parsed, parsed_opt, timestamp, unsigned};
use super::{SqliteRecords, claims};
use crate::records::{
    CoverageBy, CoverageCounts, CoverageGroup, CoverageList, CoveragePage, CoverageScope, CoveredDossier, DataTime,
    ExemptPaper, LateAfter, LatePaper, MissingPaper, MissingPapers, MissingReason, Orphan, StoreError,
};
use sums::Stretches;

/// Dossiers whose missing papers are looked up together.
const PAGE: i64 = 2000;

/// Ids of the components with a document in state attached, their own or one of another dossier that is reused, as a JSON
/// array.
const ATTACHED: &str = ", (SELECT json_group_array(component ORDER BY component) FROM ( \
                            SELECT component FROM document WHERE document.dossier = dossier.code \
                               AND document.state = 'attached' AND document.component IS NOT NULL \
                            UNION SELECT reuse.component FROM reuse JOIN document ON document.id = reuse.document \
                             WHERE reuse.dossier = dossier.code AND document.state = 'attached')) AS attached \
                        FROM dossier WHERE true";

pub(super) async fn dossiers_with_attachments(
    db: &SqliteRecords,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<Vec<(DossierEntry, Vec<ComponentId>)>, StoreError> {
    let mut query = QueryBuilder::new(DOSSIER);
    query.push(ATTACHED);
    // Times are text that begins with the day, so a day is before each of its times and the next day behind them.
    if let Some(from) = from {
        query.push(" AND received >= ").push_bind(from.to_string());
    }
    if let Some(to) = to {
        // Behind the last day of the calendar there is nothing that could be left out.
        let end = to.tomorrow().map_or_else(|_| "a".to_owned(), |day| day.to_string());
        query.push(" AND received < ").push_bind(end);
    }
    query.push(" ORDER BY code");
    let rows = query.build().fetch_all(&db.readers).await?;
    rows.iter()
        .map(|row| {
            let attached = serde_json::from_str(row.try_get("attached")?);
            Ok((entry(row)?, attached.map_err(|_| StoreError::Corrupt("the id of a component".to_owned()))?))
        })
        .collect()
}

/// Narrows a look at `coverage` to a scope.
fn within(query: &mut QueryBuilder<Sqlite>, scope: &CoverageScope) {
    received(query, scope.from, scope.to);
    of(query, scope);
}

/// Narrows a look at `coverage` to days of reception.
fn received(query: &mut QueryBuilder<Sqlite>, from: Option<Date>, to: Option<Date>) {
    if let Some(from) = from {
        query.push(" AND coverage.day >= ").push_bind(from.to_string());
    }
    if let Some(to) = to {
        query.push(" AND coverage.day <> '' AND coverage.day <= ").push_bind(to.to_string());
    }
}

/// Narrows a look at `coverage` to what a scope says beside its period.
fn of(query: &mut QueryBuilder<Sqlite>, scope: &CoverageScope) {
    let texts = [
        (" AND coverage.agency = ", scope.agency.clone()),
        (" AND coverage.counter = ", scope.counter.clone()),
        (" AND coverage.procedure = ", scope.procedure.as_ref().map(ToString::to_string)),
        (" AND coverage.channel = ", scope.channel.map(|channel| channel.as_str().to_owned())),
    ];
    for (condition, text) in texts {
        if let Some(text) = text {
            query.push(condition).push_bind(text);
        }
    }
}

fn key(by: Option<CoverageBy>) -> &'static str {
    match by {
        None => "''",
        Some(CoverageBy::Agency) => "coverage.agency",
        Some(CoverageBy::Counter) => {
            "iif(coverage.agency = '', coverage.counter, coverage.agency || ', ' || coverage.counter)"
        }
        Some(CoverageBy::Day) => "day",
        Some(CoverageBy::Month) => "substr(day, 1, 7)",
        Some(CoverageBy::Quarter) => "iif(day = '', '', substr(day, 1, 4) || '-Q' || ((substr(day, 6, 2) + 2) / 3))",
        Some(CoverageBy::Procedure) => "coalesce(coverage.procedure, '')",
        Some(CoverageBy::Channel) => "coalesce(coverage.channel, '')",
    }
}

/// Every dossier of the scope is in exactly one group.
pub(super) async fn counts(
    db: &SqliteRecords,
    scope: &CoverageScope,
    by: Option<CoverageBy>,
    late: LateAfter,
) -> Result<Vec<CoverageGroup>, StoreError> {
    let mut tx = db.read().await?;
    let mut groups: BTreeMap<String, CoverageCounts> = BTreeMap::new();
    let mut query = QueryBuilder::new(format!("SELECT {} AS key, in_scope, {} FROM (", key(by), sums::totals()));
    let stretches = Stretches::of(scope, by);
    let mut before = "";
    if let Some((first, last)) = stretches.months {
        let sums = sums::names();
        query.push(format!(
            "SELECT day, agency, counter, NULL AS procedure, channel, in_scope, {sums} FROM coverage_sum AS coverage"
        ));
        query.push(" WHERE dossiers <> 0");
        if let Some(first) = first {
            query.push(" AND coverage.day >= ").push_bind(first);
        }
        if let Some(last) = last {
            query.push(" AND coverage.day <> '' AND coverage.day <= ").push_bind(last);
        }
        of(&mut query, scope);
        before = " UNION ALL ";
    }
    for (from, to) in stretches.days {
        let one = sums::of_one();
        query.push(before);
        query
            .push(format!("SELECT day, agency, counter, procedure, channel, in_scope, {one} FROM coverage WHERE true"));
        received(&mut query, from, to);
        of(&mut query, scope);
        before = " UNION ALL ";
    }
    for row in query.push(") AS coverage GROUP BY 1, 2").build().fetch_all(&mut *tx).await? {
        let group = groups.entry(row.try_get("key")?).or_default();
        if row.try_get("in_scope")? {
            *group = CoverageCounts { excluded: group.excluded, ..summed(&row)? };
        } else {
            group.excluded = unsigned(row.try_get("dossiers")?)?;
        }
    }
    let mut query = QueryBuilder::new(format!("SELECT {} AS key, count(*) AS late FROM coverage", key(by)));
    query.push(" WHERE in_scope AND slowest > ").push_bind(micros_of(late));
    within(&mut query, scope);
    // By columns that the index is in order of, where that is what is asked for.
    query.push(match by {
        None | Some(CoverageBy::Agency | CoverageBy::Counter) => " GROUP BY coverage.agency, coverage.counter",
        Some(_) => " GROUP BY 1",
    });
    for row in query.build().fetch_all(&mut *tx).await? {
        groups.entry(row.try_get("key")?).or_default().late += unsigned(row.try_get::<i64, _>("late")?)?;
    }
    Ok(groups.into_iter().map(|(key, counts)| CoverageGroup { key, counts }).collect())
}

fn micros_of(late: LateAfter) -> i64 {
    i64::try_from(late.as_micros()).unwrap_or(i64::MAX)
}

fn summed(row: &SqliteRow) -> Result<CoverageCounts, StoreError> {
    let n = |column: &str| unsigned(row.try_get(column)?);
    Ok(CoverageCounts {
        excluded: 0,
        received: n("dossiers")?,
        digitized_any: n("digitized")?,
        digitized_full: n("full")?,
        exempt: n("exempt")?,
        due: n("due")?,
        there: n("there")?,
        results_due: n("results_due")?,
        results_there: n("results_there")?,
        done: n("done")?,
        done_with_result: n("done_with_result")?,
        reused: n("reused")?,
        handed_over: n("handed_over")?,
        late: 0,
    })
}

/// Dossiers that are not full, or of which a paper of one kind is missing, each told to `each` until that says no, in order of
/// reception and code.
pub(super) async fn missing(
    db: &SqliteRecords,
    scope: &CoverageScope,
    kind: Option<ComponentKind>,
    each: &mut (dyn FnMut(MissingPapers) -> bool + Send),
) -> Result<(), StoreError> {
    let mut tx = db.read().await?;
    let claims = claims::of_files(&mut tx).await?;
    let mut last: Option<(String, String)> = None;
    loop {
        let mut query = QueryBuilder::new(
            "SELECT coverage.day, code, dossier.agency, dossier.counter, received, finished FROM coverage \
             CROSS JOIN dossier ON dossier.code = coverage.dossier WHERE in_scope",
        );
        query.push(match kind {
            None => " AND there < coverage.due",
            Some(ComponentKind::Result) => " AND results_there < results_due",
            Some(ComponentKind::Component) => " AND there - results_there < coverage.due - results_due",
        });
        within(&mut query, scope);
        if let Some((day, dossier)) = &last {
            query.push(" AND (coverage.day, coverage.dossier) > (").push_bind(day.clone());
            query.push(", ").push_bind(dossier.clone()).push(")");
        }
        query.push(" ORDER BY coverage.day, coverage.dossier LIMIT ").push_bind(PAGE);
        let rows = query.build().fetch_all(&mut *tx).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = Some((end.try_get("day")?, end.try_get("code")?));
        let mut papers = papers(&mut tx, &rows, kind).await?;
        for row in &rows {
            if !each(lacking(row, &mut papers, &claims)?) {
                return Ok(());
            }
        }
    }
}

/// A dossier with its share of the missing papers, and why each of them is missing.
fn lacking(
    row: &SqliteRow,
    papers: &mut HashMap<String, Vec<MissingPaper>>,
    claims: &HashMap<DossierCode, Vec<Claim>>,
) -> Result<MissingPapers, StoreError> {
    let dossier: DossierCode = parsed(row, "code")?;
    let mut lacking = MissingPapers {
        agency: row.try_get("agency")?,
        counter: row.try_get("counter")?,
        received: parsed_opt(row, "received")?,
        finished: parsed_opt(row, "finished")?,
        papers: papers.remove(dossier.as_str()).unwrap_or_default(),
        dossier,
    };
    let claims = claims.get(&lacking.dossier).map(Vec::as_slice).unwrap_or_default();
    let (received, finished) = (lacking.received, lacking.finished);
    lacking.papers.iter_mut().for_each(|paper| claims::explain(paper, claims, received, finished));
    Ok(lacking)
}

/// Narrows a look at `coverage` to a list.
fn listed(query: &mut QueryBuilder<Sqlite>, list: CoverageList) {
    query.push(match list {
        CoverageList::Excluded => " AND NOT in_scope",
        CoverageList::Received => " AND in_scope",
        CoverageList::Full => " AND in_scope AND there = coverage.due",
        CoverageList::Missing => " AND in_scope AND there < coverage.due",
        CoverageList::Any => " AND in_scope AND digitized",
        CoverageList::NotAny => " AND in_scope AND NOT digitized",
        CoverageList::ResultMissing => " AND in_scope AND results_there < results_due",
        CoverageList::Exempt => " AND in_scope AND coverage.exempt > 0",
        CoverageList::Late(_) => " AND in_scope AND slowest > ",
        CoverageList::DoneWithResult => " AND in_scope AND done AND results_due > 0 AND has_result",
        CoverageList::Reused => " AND in_scope AND reused > 0",
        CoverageList::HandedOver => " AND in_scope AND digitized AND handed_over",
    });
    if let CoverageList::Late(late) = list {
        query.push_bind(micros_of(late));
    }
}

/// Dossiers of a scope one by one, in order of reception and code.
pub(super) async fn covered(db: &SqliteRecords, page: &CoveragePage) -> Result<Vec<CoveredDossier>, StoreError> {
    let mut tx = db.read().await?;
    let mut query = QueryBuilder::new(
        "SELECT code, dossier.agency, dossier.counter, received, finished, coverage.due AS papers_due, there, digitized, \
         slowest FROM coverage CROSS JOIN dossier ON dossier.code = coverage.dossier WHERE true",
    );
    listed(&mut query, page.list);
    within(&mut query, &page.scope);
    if let Some((by, group)) = &page.group {
        query.push(format!(" AND {} = ", key(Some(*by)))).push_bind(group.clone());
    }
    if let Some(after) = &page.after {
        query.push(" AND (coverage.day, coverage.dossier) > ((SELECT day FROM coverage WHERE dossier = ");
        query.push_bind(after.as_str().to_owned()).push("), ").push_bind(after.as_str().to_owned()).push(")");
    }
    query.push(" ORDER BY coverage.day, coverage.dossier LIMIT ").push_bind(page.most);
    let rows = query.build().fetch_all(&mut *tx).await?;
    let mut papers = papers(&mut tx, &rows, None).await?;
    let mut exempt = exempt_of(&mut tx, &rows).await?;
    let claims = if papers.is_empty() { HashMap::new() } else { claims::of_files(&mut tx).await? };
    rows.iter()
        .map(|row| {
            let missing = lacking(row, &mut papers, &claims)?;
            let slowest: Option<i64> = row.try_get("slowest")?;
            Ok(CoveredDossier {
                due: unsigned(row.try_get("papers_due")?)?,
                there: unsigned(row.try_get("there")?)?,
                digitized: row.try_get("digitized")?,
                slowest: slowest.map(SignedDuration::from_micros),
                exempt: exempt.remove(missing.dossier.as_str()).unwrap_or_default(),
                missing,
            })
        })
        .collect()
}

/// Papers of these dossiers that need not be there.
async fn exempt_of(
    conn: &mut SqliteConnection,
    dossiers: &[SqliteRow],
) -> Result<HashMap<String, Vec<ExemptPaper>>, StoreError> {
    let rows = sqlx::query(
        "SELECT dossier, id, exempt_reason FROM component WHERE dossier IN (SELECT value FROM json_each(?1)) \
         AND exempt_reason IS NOT NULL ORDER BY dossier, position",
    )
    .bind(codes(dossiers)?)
    .fetch_all(conn)
    .await?;
    let mut papers: HashMap<String, Vec<ExemptPaper>> = HashMap::new();
    for row in &rows {
        papers.entry(row.try_get("dossier")?).or_default().push(exempt_paper(row)?);
    }
    Ok(papers)
}

/// Their codes as a JSON array.
fn codes(dossiers: &[SqliteRow]) -> Result<String, StoreError> {
    let codes: Vec<&str> = dossiers.iter().map(|row| row.try_get("code")).collect::<Result<_, _>>()?;
    Ok(serde_json::json!(codes).to_string())
}

fn exempt_paper(row: &SqliteRow) -> Result<ExemptPaper, StoreError> {
    let reason = row.try_get("exempt_reason")?;
    Ok(ExemptPaper { dossier: parsed(row, "dossier")?, component: parsed(row, "id")?, reason })
}

pub(super) async fn exempt_reasons(
    db: &SqliteRecords,
    scope: &CoverageScope,
) -> Result<Vec<(String, u64)>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT exempt_reason, count(*) AS papers FROM coverage CROSS JOIN component ON component.dossier = coverage.dossier \
         WHERE in_scope AND coverage.exempt > 0 AND exempt_reason IS NOT NULL",
    );
    within(&mut query, scope);
    let rows = query.push(" GROUP BY 1 ORDER BY papers DESC, 1").build().fetch_all(&db.readers).await?;
    rows.iter().map(|row| Ok((row.try_get("exempt_reason")?, unsigned(row.try_get("papers")?)?))).collect()
}

pub(super) async fn last_reception(db: &SqliteRecords, until: Date) -> Result<Option<Date>, StoreError> {
    let row = sqlx::query("SELECT max(day) AS day FROM coverage WHERE day <> '' AND day <= ?1")
        .bind(until.to_string())
        .fetch_one(&db.readers)
        .await?;
    parsed_opt(&row, "day")
}

/// Due papers of these dossiers that are not there, with what documents say of why; what files say is still to come.
async fn papers(
    conn: &mut SqliteConnection,
    dossiers: &[SqliteRow],
    kind: Option<ComponentKind>,
) -> Result<HashMap<String, Vec<MissingPaper>>, StoreError> {
    let since = |state: &str| {
        format!(
            "(SELECT min(file.accepted_at) FROM document JOIN file ON file.id = document.source \
              WHERE document.dossier = component.dossier AND {state})"
        )
    };
    let sql = format!(
        "SELECT dossier, id, name, kind, {} AS incomplete, {} AS awaiting, {} AS unassigned FROM component \
         WHERE dossier IN (SELECT value FROM json_each(?1)) AND required AND exempt_reason IS NULL \
           AND (?2 IS NULL OR kind = ?2) AND NOT EXISTS (SELECT 1 FROM document WHERE document.dossier = component.dossier \
                AND document.component = component.id AND document.state = 'attached') \
           AND NOT EXISTS (SELECT 1 FROM reuse JOIN document ON document.id = reuse.document \
                WHERE reuse.dossier = component.dossier AND reuse.component = component.id AND document.state = 'attached') \
         ORDER BY dossier, position",
        since("document.component = component.id AND document.state = 'incomplete'"),
        since("document.component = component.id AND document.state = 'awaiting_register'"),
        since("document.component IS NULL AND document.state = 'attached'"),
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(codes(dossiers)?)
        .bind(kind.map(ComponentKind::as_str))
        .fetch_all(conn)
        .await?;
    let mut papers: HashMap<String, Vec<MissingPaper>> = HashMap::new();
    for row in &rows {
        use MissingReason::{AwaitingRegister, Incomplete, NotScanned, Unassigned};
        let told = [("incomplete", Incomplete), ("awaiting", AwaitingRegister), ("unassigned", Unassigned)];
        let (mut reason, mut since) = (NotScanned, None);
        for (column, why) in told {
            if let Some(micros) = row.try_get::<Option<i64>, _>(column)? {
                (reason, since) = (why, Some(local_time(timestamp(micros)?)));
                break;
            }
        }
        let kind = ComponentKind::parse(row.try_get("kind")?)
            .map_err(|_| StoreError::Corrupt("column kind: not one of its words".to_owned()))?;
        let paper =
            MissingPaper { component: parsed(row, "id")?, name: row.try_get("name")?, kind, reason, since, file: None };
        papers.entry(row.try_get("dossier")?).or_default().push(paper);
    }
    Ok(papers)
}

pub(super) async fn exempt(db: &SqliteRecords, scope: &CoverageScope) -> Result<Vec<ExemptPaper>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT component.dossier, id, exempt_reason FROM coverage CROSS JOIN component ON component.dossier = coverage.dossier \
         WHERE in_scope AND coverage.exempt > 0 AND exempt_reason IS NOT NULL",
    );
    within(&mut query, scope);
    let rows = query.push(" ORDER BY coverage.day, coverage.dossier, position").build().fetch_all(&db.readers).await?;
    rows.iter().map(exempt_paper).collect()
}

pub(super) async fn late(
    db: &SqliteRecords,
    scope: &CoverageScope,
    late: LateAfter,
) -> Result<Vec<LatePaper>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT dossier.code, component.id, received, min(file.accepted_at) AS accepted FROM coverage \
         CROSS JOIN dossier ON dossier.code = coverage.dossier CROSS JOIN component ON component.dossier = coverage.dossier \
         CROSS JOIN document ON document.dossier = coverage.dossier AND document.component = component.id \
         CROSS JOIN file ON file.id = document.source \
         WHERE in_scope AND required AND exempt_reason IS NULL AND kind = 'component' AND document.state = 'attached' \
           AND slowest > ",
    );
    query.push_bind(micros_of(late));
    within(&mut query, scope);
    query
        .push(" GROUP BY coverage.day, coverage.dossier, position HAVING accepted - unixepoch(received || '+07:00') * 1000000 > ")
        .push_bind(micros_of(late))
        .push(" ORDER BY coverage.day, coverage.dossier, position");
    let rows = query.build().fetch_all(&db.readers).await?;
    let paper = |row: &SqliteRow| {
        Ok(LatePaper {
            dossier: parsed(row, "code")?,
            component: parsed(row, "id")?,
            received: parsed::<DateTime>(row, "received")?,
            accepted: local_time(timestamp(row.try_get("accepted")?)?),
        })
    };
    rows.iter().map(paper).collect()
}

pub(super) async fn orphans(db: &SqliteRecords) -> Result<Vec<Orphan>, StoreError> {
    let rows = sqlx::query("SELECT dossier, documents, since FROM orphan ORDER BY since, dossier")
        .fetch_all(&db.readers)
        .await?;
    let orphan = |row: &SqliteRow| {
        let (documents, since) = (unsigned(row.try_get("documents")?)?, timestamp(row.try_get("since")?)?);
        Ok(Orphan { dossier: parsed(row, "dossier")?, documents, since })
    };
    rows.iter().map(orphan).collect()
}

pub(super) async fn data_time(db: &SqliteRecords) -> Result<DataTime, StoreError> {
    let last = async |sql: &'static str| -> Result<_, StoreError> {
        let text: Option<String> = sqlx::query_scalar(sql).fetch_optional(&db.readers).await?;
        text.map(|t| t.parse().map_err(|_| StoreError::Corrupt("the time of an event".to_owned()))).transpose()
    };
    Ok(DataTime {
        register: last("SELECT at FROM event WHERE kind = 'register_imported' ORDER BY id DESC LIMIT 1").await?,
        event: last("SELECT at FROM event ORDER BY id DESC LIMIT 1").await?,
    })
}
