//! Files that hang on no dossier and name one: why a paper of it is missing although something came in.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::DateTime;
use sohoa_domain::{ComponentId, ComponentKind, DossierCode, FileState, Part, local_time};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::values::{json, parsed_opt, state, timestamp};
use crate::records::{FileId, MissingPaper, MissingReason, StoreError};

/// A file that names a dossier.
#[derive(Debug)]
pub(super) struct Claim {
    reason: MissingReason,
    since: DateTime,
    file: FileId,
    /// The only component that it can be, when a person named one.
    component: Option<ComponentId>,
}

/// Files that wait or were rejected, by the dossiers that they name, the oldest first.
pub(super) async fn of_files(conn: &mut SqliteConnection) -> Result<HashMap<DossierCode, Vec<Claim>>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, relative, state, dossier, component, session, decided, parts, accepted_at FROM file \
         WHERE state IN ('review', 'pending', 'rejected') ORDER BY accepted_at, id",
    )
    .fetch_all(conn)
    .await?;
    let mut claims: HashMap<DossierCode, Vec<Claim>> = HashMap::new();
    for row in &rows {
        let reason = match state(row, "state", FileState::parse)? {
            FileState::Review => MissingReason::InReview,
            FileState::Pending => MissingReason::Pending,
            _ => MissingReason::Rejected,
        };
        for dossier in named(row)? {
            let claim = Claim {
                reason,
                since: local_time(timestamp(row.try_get("accepted_at")?)?),
                file: FileId(row.try_get("id")?),
                component: parsed_opt(row, "component")?,
            };
            claims.entry(dossier).or_default().push(claim);
        }
    }
    Ok(claims)
}

/// Dossiers that a file names. What a person decided outweighs names and papers; else every code that points somewhere does, since
/// nothing is attached by it.
fn named(row: &SqliteRow) -> Result<BTreeSet<DossierCode>, StoreError> {
    let mut codes: BTreeSet<DossierCode> = parsed_opt(row, "dossier")?.into_iter().collect();
    if row.try_get("decided")? {
        return Ok(codes);
    }
    codes.extend(parsed_opt::<DossierCode>(row, "session")?);
    let relative: &str = row.try_get("relative")?;
    codes.extend(relative.split('/').filter_map(|name| Some(DossierCode::at_start_of(name)?.0)));
    for part in json::<Vec<Part>>(row, "parts")?.into_iter().filter(|part| part.document.is_none()) {
        codes.extend(part.evidence.into_iter().map(|evidence| evidence.code));
        codes.extend(part.candidates.into_iter().map(|candidate| candidate.dossier));
    }
    Ok(codes)
}

/// Says why a paper is missing when a file tells more than the documents do, see [`MissingReason`] for what comes first.
pub(super) fn explain(
    paper: &mut MissingPaper,
    claims: &[Claim],
    received: Option<DateTime>,
    finished: Option<DateTime>,
) {
    let may_be = |claim: &&Claim| claim.component.as_ref().is_none_or(|id| *id == paper.component);
    let best = claims.iter().filter(may_be).min_by_key(|claim| claim.reason);
    match best {
        Some(claim) if claim.reason < paper.reason => {
            (paper.reason, paper.since, paper.file) = (claim.reason, Some(claim.since), Some(claim.file));
        }
        _ if paper.reason == MissingReason::NotScanned => {
            paper.since = match paper.kind {
                ComponentKind::Component => received,
                ComponentKind::Result => finished.or(received),
            };
        }
        _ => {}
    }
}
