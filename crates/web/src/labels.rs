//! The words for states, roles and warnings: from the domain's values to keys of the catalogue.

use sohoa_domain::{AttachmentState, Channel, DossierStatus, ProfileRule, ProfileWarning};
use sohoa_store::Role;

use crate::checklist::ComponentState;
use crate::messages::msg;
use crate::page::Page;

/// How a state is shown: never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Badge {
    /// Key of its words.
    pub(crate) name: &'static str,
    /// Name of its icon.
    pub(crate) icon: &'static str,
    /// `good`, `bad`, `wait`, `quiet`: a class of the style sheet.
    pub(crate) tone: &'static str,
}

const fn badge(name: &'static str, icon: &'static str, tone: &'static str) -> Badge {
    Badge { name, icon, tone }
}

/// Of a component.
pub(crate) fn component(state: ComponentState) -> Badge {
    match state {
        ComponentState::Attached => badge(msg!("component-attached"), "check", "good"),
        ComponentState::Missing => badge(msg!("component-missing"), "missing", "bad"),
        ComponentState::Exempt => badge(msg!("component-exempt"), "dash", "quiet"),
        ComponentState::Awaiting => badge(msg!("component-awaiting"), "clock", "wait"),
        ComponentState::InReview => badge(msg!("component-in-review"), "question", "wait"),
        ComponentState::NotDue => badge(msg!("component-not-due"), "dash", "quiet"),
    }
}

/// Of a document.
pub(crate) fn document(state: AttachmentState) -> Badge {
    match state {
        AttachmentState::Attached => badge(msg!("document-attached"), "check", "good"),
        AttachmentState::AwaitingRegister => badge(msg!("document-awaiting"), "clock", "wait"),
        AttachmentState::Incomplete => badge(msg!("document-incomplete"), "question", "wait"),
        AttachmentState::Removed => badge(msg!("document-removed"), "dash", "quiet"),
    }
}

/// What a user does.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Counter => msg!("role-counter"),
        Role::Archivist => msg!("role-archivist"),
        Role::Auditor => msg!("role-auditor"),
        Role::Admin => msg!("role-admin"),
    }
}

/// How a dossier came in.
pub(crate) fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Counter => msg!("channel-counter"),
        Channel::Online => msg!("channel-online"),
        Channel::Post => msg!("channel-post"),
    }
}

/// The portal's state of a dossier (TrangThaiHoSo).
pub(crate) fn status(status: DossierStatus) -> &'static str {
    match status.number() {
        1 => msg!("status-filed"),
        2 => msg!("status-received"),
        3 => msg!("status-refused"),
        4 => msg!("status-in-process"),
        5 => msg!("status-supplement"),
        6 => msg!("status-payment"),
        7 => msg!("status-withdrawn"),
        8 => msg!("status-stopped"),
        9 => msg!("status-done"),
        _ => msg!("status-returned"),
    }
}

/// What a warning says, with the pages in front.
pub(crate) fn warning(page: &Page, warning: &ProfileWarning) -> String {
    let rule = match &warning.rule {
        ProfileRule::Resolution { found, asked } => page.t2("warning-resolution", "found", found, "asked", asked),
        ProfileRule::ResolutionUnstated => page.t("warning-resolution-unstated"),
        ProfileRule::NotInColour => page.t("warning-not-in-colour"),
        ProfileRule::PageCount { found, asked } => page.t2("warning-page-count", "found", found, "asked", asked),
        ProfileRule::PageMissing => page.t("warning-page-missing"),
        ProfileRule::PageOrder => page.t("warning-page-order"),
        ProfileRule::PdfVersion { found, asked } => {
            page.t2("warning-pdf-version", "found", found.to_string(), "asked", asked.to_string())
        }
        ProfileRule::Name => page.t("warning-name"),
    };
    let pages = match &warning.pages[..] {
        [] => return rule,
        [one] => page.t1("warning-on-page", "page", one),
        [first, rest @ ..] => page.t2("warning-on-pages", "page", first, "more", rest.len()),
    };
    format!("{pages}: {rule}")
}
