//! What imports changed: in one dossier, field by field, and which there were.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sohoa_domain::{Change, DossierCode, Event, EventKind};
use sqlx::Row as _;

use crate::records::{DossierChange, FieldChange, ImportRow, StoreError};
use crate::sqlite::SqliteRecords;
use crate::sqlite::values::{json, parsed, timestamp};

/// What imports changed in a dossier, in order.
pub(in crate::sqlite) async fn history(
    db: &SqliteRecords,
    code: &DossierCode,
) -> Result<Vec<DossierChange>, StoreError> {
    let rows = sqlx::query(
        "SELECT changed_at, agent, dossier_history.source AS source, before, after, applicant_changed, \
                coalesce(name, '') AS name \
         FROM dossier_history LEFT JOIN register_import ON register_import.source = dossier_history.source \
         WHERE dossier = ?1 ORDER BY dossier_history.id",
    )
    .bind(code.as_str())
    .fetch_all(&db.readers)
    .await?;
    rows.iter()
        .map(|row| {
            let mut fields = changes(&json(row, "before")?, &json(row, "after")?);
            if row.try_get("applicant_changed")? {
                fields.push(FieldChange { field: "applicant".to_owned(), from: None, to: None });
            }
            Ok(DossierChange {
                at: timestamp(row.try_get("changed_at")?)?,
                agent: row.try_get("agent")?,
                source: parsed(row, "source")?,
                file: row.try_get("name")?,
                fields,
            })
        })
        .collect()
}

/// The fields that differ between two forms of a dossier; components are told one by one.
fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<FieldChange> {
    let mut changes = different("", before, after);
    changes.retain(|change| change.field != "components");
    let [old, new] = [before, after].map(|entry| {
        let components = entry.get("components").and_then(Value::as_array).into_iter().flatten();
        components.filter_map(|c| Some((c.get("id")?.as_str()?, c.as_object()?))).collect::<BTreeMap<_, _>>()
    });
    for id in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let whole = |c: Option<&&Map<String, Value>>| Some(c.map_or(Value::Null, |c| Value::Object((*c).clone())));
        match (old.get(id), new.get(id)) {
            (Some(old), Some(new)) => changes.extend(different(&format!("component {id} "), old, new)),
            (old, new) => {
                changes.push(FieldChange { field: format!("component {id}"), from: whole(old), to: whole(new) });
            }
        }
    }
    changes
}

fn different(prefix: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<FieldChange> {
    let value = |entry: &Map<String, Value>, key: &str| Some(entry.get(key).cloned().unwrap_or(Value::Null));
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = keys.into_iter().filter(|key| value(before, key) != value(after, key));
    changed
        .map(|key| FieldChange { field: format!("{prefix}{key}"), from: value(before, key), to: value(after, key) })
        .collect()
}

/// Imports of registers and catalogues that changed something or brought a new file, in order.
pub(in crate::sqlite) async fn imports(db: &SqliteRecords) -> Result<Vec<ImportRow>, StoreError> {
    let rows =
        sqlx::query("SELECT event FROM event WHERE kind IN ('register_imported', 'catalogue_imported') ORDER BY id")
            .fetch_all(&db.readers)
            .await?;
    rows.iter()
        .map(|row| {
            let event: Event = json(row, "event")?;
            let file = match event.change {
                Some(Change::Imported { name, .. }) => name,
                _ => String::new(),
            };
            let kind = if event.kind == EventKind::CatalogueImported { "catalogue" } else { "register" };
            Ok(ImportRow { at: event.at, kind, agent: event.agent, source: event.source, file, detail: event.detail })
        })
        .collect()
}
