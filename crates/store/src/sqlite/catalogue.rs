//! The catalogue of procedures: its versions, and the dossiers whose components follow from it.

use std::collections::HashMap;

use jiff::civil::Date;
use serde_json::json;
use sohoa_domain::{
    CatalogueVersion, ComponentEntry, DossierCode, DossierEntry, EventKind, ProcedureCode, differences,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::register::{Changed, Imported, apply, keep, resolve_awaiting, standing};
use super::values::{json, parsed};
use super::{SqliteRecords, events};
use crate::records::{CatalogueSummary, StoreError};

/// Dossiers that are compared together.
const CHUNK: usize = 500;

/// Components of all versions, the earliest first.
pub(super) struct Catalogue(HashMap<ProcedureCode, Vec<(Date, Vec<ComponentEntry>)>>);

impl Catalogue {
    pub(super) async fn load(conn: &mut SqliteConnection) -> Result<Self, StoreError> {
        let rows =
            sqlx::query("SELECT procedure, valid_from, components FROM catalogue ORDER BY procedure, valid_from")
                .fetch_all(conn)
                .await?;
        let mut versions: HashMap<ProcedureCode, Vec<_>> = HashMap::new();
        for row in &rows {
            let version = (parsed(row, "valid_from")?, json(row, "components")?);
            versions.entry(parsed(row, "procedure")?).or_default().push(version);
        }
        Ok(Self(versions))
    }

    /// Gives a dossier of which the register lists no component those of its procedure, as they were on the day of its
    /// reception.
    pub(super) fn fill(&self, entry: &mut DossierEntry) {
        if !entry.components.is_empty() {
            return;
        }
        let versions = entry.procedure.as_ref().and_then(|procedure| self.0.get(procedure));
        let day = entry.day();
        let version = versions.and_then(|all| all.iter().rfind(|(valid_from, _)| *valid_from <= day));
        if let Some((valid_from, components)) = version {
            entry.catalogue = Some(*valid_from);
            entry.components.clone_from(components);
        }
    }
}

pub(super) async fn import(
    db: &SqliteRecords,
    imported: Imported<'_>,
    versions: &[CatalogueVersion],
) -> Result<CatalogueSummary, StoreError> {
    let mut tx = db.write().await?;
    let (mut summary, is_new) = import_versions(&mut tx, imported, versions).await?;
    let CatalogueSummary { new, changed, unchanged, dossiers, .. } = summary;
    if is_new || new + changed > 0 {
        let detail =
            format!("{new} new, {changed} changed, {unchanged} unchanged versions; {dossiers} dossiers changed");
        events::append(&mut tx, &[imported.event(EventKind::CatalogueImported, detail)]).await?;
    }
    summary.resolved = resolve_awaiting(&mut tx, imported.now, imported.agent).await?;
    tx.commit().await?;
    Ok(summary)
}

/// Puts the versions to what a file says, and the dossiers that follow from them. Returns whether the file is new, too. Says
/// nothing.
pub(super) async fn import_versions(
    tx: &mut SqliteConnection,
    imported: Imported<'_>,
    versions: &[CatalogueVersion],
) -> Result<(CatalogueSummary, bool), StoreError> {
    let mut summary = CatalogueSummary::default();
    let mut procedures: Vec<&ProcedureCode> = Vec::new();
    for version in versions {
        match self::version(&mut *tx, &version.procedure, version.valid_from).await? {
            Some(standing) if standing == *version => {
                summary.unchanged += 1;
                continue;
            }
            Some(_) => summary.changed += 1,
            None => summary.new += 1,
        }
        sqlx::query(
            "INSERT OR REPLACE INTO catalogue (procedure, valid_from, name, field, agency, components) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .bind(version.procedure.as_str())
        .bind(version.valid_from.to_string())
        .bind(&version.name)
        .bind(&version.field)
        .bind(&version.agency)
        .bind(json!(version.components).to_string())
        .execute(&mut *tx)
        .await?;
        procedures.push(&version.procedure);
    }
    summary.dossiers = follow(&mut *tx, imported, &procedures).await?;
    Ok((summary, keep(tx, imported, "catalogue").await?))
}

/// Puts the components of the dossiers of these procedures to what the catalogue says now, where the register lists none.
/// Returns how many changed.
async fn follow(
    tx: &mut SqliteConnection,
    imported: Imported<'_>,
    procedures: &[&ProcedureCode],
) -> Result<u64, StoreError> {
    if procedures.is_empty() {
        return Ok(0);
    }
    let catalogue = Catalogue::load(&mut *tx).await?;
    let codes: Vec<String> = sqlx::query_scalar(
        "SELECT code FROM dossier WHERE procedure IN (SELECT value FROM json_each(?1)) AND (catalogue IS NOT NULL \
         OR NOT EXISTS (SELECT 1 FROM component WHERE component.dossier = dossier.code)) ORDER BY code",
    )
    .bind(json!(procedures).to_string())
    .fetch_all(&mut *tx)
    .await?;
    let corrupt = |_| StoreError::Corrupt("the code of a dossier".to_owned());
    let codes: Vec<DossierCode> = codes.iter().map(|code| code.parse()).collect::<Result<_, _>>().map_err(corrupt)?;
    let mut count = 0;
    for chunk in codes.chunks(CHUNK) {
        let mut standing = standing(&mut *tx, chunk.iter()).await?;
        let mut changed = Vec::new();
        for before in chunk.iter().filter_map(|code| standing.remove(code.as_str())) {
            let mut after = before.clone();
            (after.components, after.catalogue) = (Vec::new(), None);
            catalogue.fill(&mut after);
            // The catalogue says in which order they come.
            if !differences(&before, &after).is_empty() {
                changed.push(Changed { before: Some(before), after });
            }
        }
        count += changed.len() as u64;
        apply(&mut *tx, imported, &changed).await?;
    }
    Ok(count)
}

async fn version(
    conn: &mut SqliteConnection,
    procedure: &ProcedureCode,
    valid_from: Date,
) -> Result<Option<CatalogueVersion>, StoreError> {
    let row = sqlx::query("SELECT * FROM catalogue WHERE procedure = ?1 AND valid_from = ?2")
        .bind(procedure.as_str())
        .bind(valid_from.to_string())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// All versions of a procedure, the earliest first.
pub(super) async fn versions(
    db: &SqliteRecords,
    procedure: &ProcedureCode,
) -> Result<Vec<CatalogueVersion>, StoreError> {
    let rows = sqlx::query("SELECT * FROM catalogue WHERE procedure = ?1 ORDER BY valid_from")
        .bind(procedure.as_str())
        .fetch_all(&db.readers)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<CatalogueVersion, StoreError> {
    Ok(CatalogueVersion {
        procedure: parsed(row, "procedure")?,
        valid_from: parsed(row, "valid_from")?,
        name: row.try_get("name")?,
        field: row.try_get("field")?,
        agency: row.try_get("agency")?,
        components: json(row, "components")?,
    })
}
