//! Events in the words of the screens: what was done, by whom, to what.

use std::collections::HashMap;

use sohoa_domain::{Change, ComponentId, DocumentId, Event, EventKind, FileState, Move, Outcome};

use crate::labels::{self, Badge, badge};
use crate::messages::msg;
use crate::page::Page;

/// Who did it: a user, or the program.
pub(crate) fn who(page: &Page, event: &Event) -> String {
    if event.agent.starts_with("sohoa/") { page.t("agent-program") } else { event.agent.clone() }
}

/// What a verification found.
#[derive(Debug, Clone)]
pub(crate) struct Fixity {
    /// Nothing was wrong.
    pub(crate) right: bool,
    pub(crate) badge: Badge,
    /// How much was looked at and what was wrong.
    pub(crate) said: String,
}

/// Reads the event of a verification.
pub(crate) fn fixity(page: &Page, event: &Event) -> Fixity {
    let right = event.outcome == Outcome::Success;
    let badge = if right {
        badge(msg!("fixity-right"), "check", "good")
    } else {
        badge(msg!("fixity-wrong"), "missing", "bad")
    };
    Fixity { right, badge, said: fixity_said(page, &event.detail).unwrap_or_else(|| event.detail.clone()) }
}

/// `12 checked, 2 problems: mismatch, missing`, see `VerifyReport::events`.
fn fixity_said(page: &Page, detail: &str) -> Option<String> {
    let (figures, kinds) = detail.split_once(": ").unwrap_or((detail, ""));
    let (checked, problems) = figures.split_once(" checked, ")?;
    let (checked, problems): (u64, u64) = (checked.parse().ok()?, problems.split_once(' ')?.0.parse().ok()?);
    let said = page.t2("fixity-said", "checked", checked, "problems", problems);
    let kinds: Vec<String> = kinds.split(", ").filter(|k| !k.is_empty()).map(|kind| page.t(problem(kind))).collect();
    Some(if kinds.is_empty() { said } else { format!("{said}: {}", kinds.join(", ")) })
}

/// What is wrong with stored bytes or a row.
fn problem(kind: &str) -> &'static str {
    match kind {
        "mismatch" => msg!("problem-mismatch"),
        "missing" => msg!("problem-missing"),
        "extra" => msg!("problem-extra"),
        "unreadable" => msg!("problem-unreadable"),
        "bad-inventory" | "sidecar-mismatch" | "layout" => msg!("problem-package"),
        "row-without-package" | "row-without-blob" => msg!("problem-row-alone"),
        "package-without-row" | "blob-without-row" => msg!("problem-bytes-alone"),
        "event-missing" | "event-mismatch" | "checkpoint" => msg!("problem-history"),
        _ => msg!("problem-records"),
    }
}

/// An event as it is told.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) badge: Badge,
    /// More about it; may be empty.
    pub(crate) note: String,
}

/// What names in a dossier's events stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Components, by their ids.
    pub(crate) components: HashMap<ComponentId, String>,
    /// Result codes of documents.
    pub(crate) documents: HashMap<DocumentId, String>,
}

impl Names {
    fn component(&self, id: &ComponentId) -> String {
        let name = self.components.get(id).filter(|name| !name.is_empty());
        name.map_or_else(|| id.to_string(), |name| format!("{id} {name}"))
    }
}

/// Says what an event tells.
pub(crate) fn tell(page: &Page, event: &Event, names: &Names) -> Told {
    let document = event.document.as_ref().and_then(|id| names.documents.get(id));
    let file = event.file.map(|file| page.t1("event-file", "file", file.to_string()));
    let more =
        if event.kind == EventKind::FixityChecked { Some(fixity(page, event).said) } else { more(page, event, names) };
    let parts = [document.cloned(), file, more.filter(|more| !more.is_empty())];
    Told { badge: kind(event), note: parts.into_iter().flatten().collect::<Vec<_>>().join(" · ") }
}

/// What the event changed, or what was said with it.
fn more(page: &Page, event: &Event, names: &Names) -> Option<String> {
    Some(match event.change.as_ref() {
        Some(Change::Seen(arrival)) => arrival.relative.clone(),
        Some(Change::Moved(moved)) => moved_to(page, moved, names),
        Some(Change::Attachment { state, component }) => {
            let component = component.as_ref().map(|id| format!("{}: ", names.component(id))).unwrap_or_default();
            format!("{component}{}", page.t(labels::document(*state).name))
        }
        Some(Change::Session(desk)) => [&desk.agency, &desk.counter].map(String::as_str).join(" "),
        Some(Change::Reused { component, document }) => {
            let component = names.component(component);
            match document {
                Some(_) => page.t1("event-reused-for", "component", component),
                None => page.t1("event-reused-no-more", "component", component),
            }
        }
        Some(Change::HandedOver { form, documents }) => page.t2("event-handed-over", "count", *documents, "form", form),
        Some(Change::Compared { sample, verdict, note }) => {
            let said = page.t1("event-sample", "sample", *sample);
            format!("{said}: {}. {note}", page.t(labels::verdict(*verdict).name))
        }
        Some(Change::Confirmed { field, page: on, value }) => {
            let name = labels::field(page, &field.name);
            match value {
                Some(_) => page.t2("event-field", "name", name, "page", *on),
                None => page.t2("event-field-taken-back", "name", name, "page", *on),
            }
        }
        Some(Change::Imported { name, .. }) => name.clone(),
        Some(Change::Sampled(_) | Change::Paused { .. }) => String::new(),
        // What a person wrote.
        None if matches!(event.kind, EventKind::Unmasked | EventKind::HandedOn) => event.detail.clone(),
        None => return None,
    })
}

fn moved_to(page: &Page, moved: &Move, names: &Names) -> String {
    let component = moved.component.as_ref().map(|id| format!("{}: ", names.component(id))).unwrap_or_default();
    let reason = match (&moved.code, moved.state) {
        (Some(code), FileState::Review) => format!(" – {}", page.t(labels::review_code(code))),
        _ => String::new(),
    };
    format!("{component}{}{reason}", page.t(labels::file(moved.state)))
}

/// What was done.
fn kind(event: &Event) -> Badge {
    let (name, icon) = match event.kind {
        EventKind::Accepted => (msg!("event-accepted"), "inbox"),
        EventKind::Rejected => (msg!("event-rejected"), "missing"),
        EventKind::Duplicate => (msg!("event-duplicate"), "layers"),
        EventKind::Recognized => (msg!("event-recognized"), "search"),
        EventKind::Converted => (msg!("event-converted"), "layers"),
        EventKind::Packaged => (msg!("event-packaged"), "folder"),
        EventKind::Attached => (msg!("event-attached"), "check"),
        EventKind::SentToReview => (msg!("event-sent-to-review"), "question"),
        EventKind::Retried => (msg!("event-retried"), "clock"),
        EventKind::RegisterImported => (msg!("event-register-imported"), "inbox"),
        EventKind::CatalogueImported => (msg!("event-catalogue-imported"), "inbox"),
        EventKind::RegisterResolved => (msg!("event-register-resolved"), "check"),
        EventKind::FixityChecked => (msg!("event-fixity-checked"), "shield"),
        EventKind::Decided => (msg!("event-decided"), "people"),
        EventKind::Undone => (msg!("event-undone"), "people"),
        EventKind::SessionOpened => (msg!("event-session-opened"), "folder"),
        EventKind::SessionClosed => (msg!("event-session-closed"), "folder"),
        EventKind::Reused => (msg!("event-reused"), "layers"),
        EventKind::HandedOver => (msg!("event-handed-over-kind"), "inbox"),
        EventKind::Certified => (msg!("event-certified"), "shield"),
        EventKind::Sampled => (msg!("event-sampled"), "search"),
        EventKind::Compared => (msg!("event-compared"), "search"),
        EventKind::SignedIn => (msg!("event-signed-in"), "people"),
        EventKind::SignedOut => (msg!("event-signed-out"), "people"),
        EventKind::SignInFailed => (msg!("event-sign-in-failed"), "people"),
        EventKind::UserChanged => (msg!("event-user-changed"), "people"),
        EventKind::Unmasked => (msg!("event-unmasked"), "people"),
        EventKind::FieldConfirmed => (msg!("event-field-confirmed"), "check"),
        EventKind::BatchPaused => (msg!("event-batch-paused"), "clock"),
        EventKind::BatchResumed => (msg!("event-batch-resumed"), "clock"),
        EventKind::Downloaded => (msg!("event-downloaded"), "inbox"),
        EventKind::HandedOn => (msg!("event-handed-on"), "check"),
    };
    let tone = match event.outcome {
        Outcome::Success => "quiet",
        Outcome::Warning => "wait",
        Outcome::Failure => "bad",
    };
    badge(name, icon, tone)
}
