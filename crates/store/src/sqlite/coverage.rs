//! What coverage is counted from: dossiers of a period with their components and what is attached.

use jiff::civil::Date;
use sohoa_domain::{ComponentId, DossierEntry};
use sqlx::{QueryBuilder, Row as _};

use super::SqliteRecords;
use super::register::{DOSSIER, entry};
use crate::records::StoreError;

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
