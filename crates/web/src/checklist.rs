//! The components of a dossier, and which of them are missing.

use sohoa_domain::{AttachmentState, ComponentEntry, ComponentId, ComponentKind, DossierCode, DossierEntry, FileState};
use sohoa_store::{DocumentRow, FileRow, Records, StoreError};

/// How it stands with a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ComponentState {
    /// A document hangs on it.
    Attached,
    /// It is due and there is nothing.
    Missing,
    /// It need not be digitized, for a reason.
    Exempt,
    /// A document waits for the register.
    Awaiting,
    /// Something is there and a person has to look at it.
    InReview,
    /// It may be there and is not.
    NotDue,
}

impl ComponentState {
    /// As the API tells it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Attached => "attached",
            Self::Missing => "missing",
            Self::Exempt => "exempt",
            Self::Awaiting => "awaiting",
            Self::InReview => "in_review",
            Self::NotDue => "not_due",
        }
    }
}

/// A component and how it stands with it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: ComponentId,
    pub(crate) name: String,
    pub(crate) is_result: bool,
    pub(crate) state: ComponentState,
    /// Why it is exempt.
    pub(crate) reason: Option<String>,
    /// Documents of this dossier that hang on it.
    pub(crate) documents: usize,
    /// A document of another dossier stands for it.
    pub(crate) reused: bool,
}

/// A dossier with what hangs on it.
pub(crate) struct Holdings {
    /// As the register tells it.
    pub(crate) entry: Option<DossierEntry>,
    /// Documents that were not taken off again.
    pub(crate) documents: Vec<DocumentRow>,
    /// Files that are in work or wait for a person.
    pub(crate) files: Vec<FileRow>,
    /// The checklist; empty for a dossier that the register does not know.
    pub(crate) items: Vec<Item>,
    /// The last event when they were read; what comes after may not be in them.
    pub(crate) as_of: i64,
}

impl Holdings {
    /// Reads them; `None` when nobody has heard of this dossier.
    pub(crate) async fn read(records: &dyn Records, code: &DossierCode) -> Result<Option<Self>, StoreError> {
        let as_of = records.last_event_number().await?;
        let entry = records.dossier(code).await?;
        let mut documents = records.documents(code).await?;
        documents.retain(|d| d.state != AttachmentState::Removed);
        let files = records.open_files(code).await?;
        if entry.is_none() && documents.is_empty() && files.is_empty() {
            return Ok(None);
        }
        let mut reused = Vec::new();
        for (component, id) in records.reused(code).await? {
            let standing = records.document(&id).await?;
            reused.extend(standing.filter(|d| d.state == AttachmentState::Attached).map(|_| component));
        }
        let items = entry.as_ref().map(|e| checklist(e, &documents, &reused, &files)).unwrap_or_default();
        Ok(Some(Self { entry, documents, files, items, as_of }))
    }

    /// The register knows the dossier, and nothing that is due is missing.
    pub(crate) fn is_complete(&self) -> bool {
        let open = [ComponentState::Missing, ComponentState::InReview, ComponentState::Awaiting];
        self.entry.is_some() && open.iter().all(|state| self.count(*state) == 0)
    }

    /// How many components are in this state.
    pub(crate) fn count(&self, state: ComponentState) -> usize {
        self.items.iter().filter(|item| item.state == state).count()
    }
}

/// The components in the order of the register. `reused` are those that a document of another dossier stands for, `files` those
/// that are not done yet.
pub(crate) fn checklist(
    entry: &DossierEntry,
    documents: &[DocumentRow],
    reused: &[ComponentId],
    files: &[FileRow],
) -> Vec<Item> {
    let item = |component: &ComponentEntry| {
        let of = |state| {
            documents.iter().filter(move |d| d.component.as_ref() == Some(&component.id) && d.state == state).count()
        };
        let reused = reused.contains(&component.id);
        let attached = of(AttachmentState::Attached);
        let waits = |f: &FileRow| f.state == FileState::Review && f.component.as_ref() == Some(&component.id);
        let state = if attached > 0 || reused {
            ComponentState::Attached
        } else if of(AttachmentState::Incomplete) > 0 || files.iter().any(waits) {
            ComponentState::InReview
        } else if of(AttachmentState::AwaitingRegister) > 0 {
            ComponentState::Awaiting
        } else if component.exempt_reason.is_some() {
            ComponentState::Exempt
        } else if component.required {
            ComponentState::Missing
        } else {
            ComponentState::NotDue
        };
        Item {
            id: component.id.clone(),
            name: component.name.clone(),
            is_result: component.kind == ComponentKind::Result,
            state,
            reason: component.exempt_reason.clone(),
            documents: attached,
            reused,
        }
    };
    entry.components.iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A document that hangs on this component.
    fn document(component: &str, state: &str) -> DocumentRow {
        let row = json!({
            "id": "0".repeat(24), "dossier": "H41.20-230615-0001", "component": component, "state": state, "ordinal": 1,
            "result_code": "x", "source": 1, "source_name": "x", "source_digest": "0".repeat(64), "version": 1,
            "pages": {"in": 1, "kept": 1, "separator": 0, "blank": 0, "failed": 0}, "physical_pages": [1], "renditions": [],
        });
        serde_json::from_value(row).unwrap()
    }

    /// A file that a person named this component for.
    fn file(component: &str, state: &str) -> FileRow {
        let row = json!({
            "id": 1, "batch": 1, "origin": "x", "relative": "x", "digest": null, "bytes": 1, "dossier": null, "state": state,
            "reason_code": null, "reason": null, "duplicate_of": null, "accepted_at": "2023-06-15T01:30:00Z",
            "released": false, "decided": true, "component": component, "layout": {}, "parts": [], "session": null,
        });
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn every_component_is_in_one_state_and_only_what_is_attached_counts() {
        let component = |id: &str, required: bool, exempt: Option<&str>| ComponentEntry {
            id: id.parse().unwrap(),
            name: String::new(),
            kind: ComponentKind::Component,
            required,
            exempt_reason: exempt.map(str::to_owned),
        };
        let ids = ["there", "twice", "failed", "waits", "asked", "work", "none", "free", "exempt", "reused"];
        let mut entry: DossierEntry = serde_json::from_value(json!({
            "code": "H41.20-230615-0001", "procedure": null, "agency": "", "counter": "", "channel": null, "applicant": "",
            "received": null, "due": null, "finished": null, "returned": null, "return_channel": null, "status": null,
            "components": [],
        }))
        .unwrap();
        entry.components =
            ids.map(|id| component(id, id != "free", (id == "exempt").then_some("a shared copy"))).to_vec();
        let documents = [
            document("there", "attached"),
            document("twice", "attached"),
            document("twice", "incomplete"),
            document("failed", "incomplete"),
            document("waits", "awaiting_register"),
            document("none", "removed"),
        ];
        let files = [file("asked", "review"), file("work", "pending")];
        let items = checklist(&entry, &documents, &["reused".parse().unwrap()], &files);
        let states: Vec<_> = items.iter().map(|i| (i.id.as_str(), i.state.as_str())).collect();
        let expected = [
            ("there", "attached"),
            ("twice", "attached"),
            ("failed", "in_review"),
            ("waits", "awaiting"),
            ("asked", "in_review"),
            ("work", "missing"),
            ("none", "missing"),
            ("free", "not_due"),
            ("exempt", "exempt"),
            ("reused", "attached"),
        ];
        assert_eq!(states, expected);
    }
}
