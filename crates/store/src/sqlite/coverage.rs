//! What coverage is counted from: dossiers of a period with their components and what is attached.

use std::collections::HashMap;

use jiff::civil::Date;
use sohoa_domain::{ComponentId, DossierEntry};
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::SqliteRecords;
use super::register::{component_of, dossier_of};
use super::values::parsed;
use crate::records::StoreError;

/// The part of a query that keeps dossiers received within the period, by day.
fn within(query: &mut QueryBuilder<Sqlite>, from: Option<Date>, to: Option<Date>) {
    query.push(" WHERE true");
    if let Some(from) = from {
        query.push(" AND substr(dossier.received, 1, 10) >= ").push_bind(from.to_string());
    }
    if let Some(to) = to {
        query.push(" AND substr(dossier.received, 1, 10) <= ").push_bind(to.to_string());
    }
}

pub(super) async fn dossiers_with_attachments(
    db: &SqliteRecords,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<Vec<(DossierEntry, Vec<ComponentId>)>, StoreError> {
    let mut tx = db.read().await?;
    let mut query = QueryBuilder::new("SELECT * FROM dossier");
    within(&mut query, from, to);
    query.push(" ORDER BY code");
    let rows = query.build().fetch_all(&mut *tx).await?;
    let mut found = Vec::with_capacity(rows.len());
    let mut place = HashMap::with_capacity(rows.len());
    for row in &rows {
        let entry = dossier_of(row)?;
        place.insert(entry.code.as_str().to_owned(), found.len());
        found.push((entry, Vec::new()));
    }

    let mut query =
        QueryBuilder::new("SELECT component.* FROM component JOIN dossier ON dossier.code = component.dossier");
    within(&mut query, from, to);
    query.push(" ORDER BY component.dossier, component.position");
    for row in query.build().fetch_all(&mut *tx).await? {
        if let Some(at) = place.get(row.try_get::<&str, _>("dossier")?) {
            found[*at].0.components.push(component_of(&row)?);
        }
    }

    let mut query = QueryBuilder::new(
        "SELECT DISTINCT document.dossier, document.component FROM document \
         JOIN dossier ON dossier.code = document.dossier",
    );
    within(&mut query, from, to);
    query.push(" AND document.state = 'attached' AND document.component IS NOT NULL");
    query.push(" ORDER BY document.dossier, document.component");
    for row in query.build().fetch_all(&mut *tx).await? {
        if let Some(at) = place.get(row.try_get::<&str, _>("dossier")?) {
            found[*at].1.push(parsed(&row, "component")?);
        }
    }
    Ok(found)
}
