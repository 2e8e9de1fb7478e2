//! What users do is put on record, with their names as agents.

use sohoa_domain::{DossierCode, Event, EventKind, Outcome};
use sohoa_store::StoreError;

use crate::app::App;

/// Appends an event that changes nothing but the history. The detail is one clause without personal data.
pub(crate) async fn tell(
    app: &App,
    kind: EventKind,
    outcome: Outcome,
    agent: &str,
    dossier: Option<&DossierCode>,
    detail: &str,
) -> Result<(), StoreError> {
    let event = Event {
        at: app.now(),
        kind,
        outcome,
        agent: agent.to_owned(),
        source: None,
        dossier: dossier.cloned(),
        document: None,
        detail: detail.to_owned(),
        file: None,
        change: None,
    };
    app.records().tell(&[event]).await
}
