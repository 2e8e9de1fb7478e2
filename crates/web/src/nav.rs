//! The screens that a user finds in the navigation: those that are there and that the user may open.

use sohoa_store::User;

use crate::access;
use crate::messages::msg;

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) path: &'static str,
    /// Keys of its name and of a sentence about it.
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Name of its icon.
    pub(crate) icon: &'static str,
    /// The user is there now.
    pub(crate) current: bool,
}

/// Path, name, sentence, icon. A screen that is not in the table of routes yet is not shown.
const SCREENS: [(&str, &str, &str, &str); 10] = [
    ("/counter", msg!("nav-counter"), msg!("nav-counter-about"), "inbox"),
    ("/review", msg!("nav-review"), msg!("nav-review-about"), "question"),
    ("/fields", msg!("nav-fields"), msg!("nav-fields-about"), "check"),
    ("/batches", msg!("nav-batches"), msg!("nav-batches-about"), "layers"),
    ("/coverage", msg!("nav-audit"), msg!("nav-audit-about"), "shield"),
    ("/certificates", msg!("nav-certificates"), msg!("nav-certificates-about"), "seal"),
    ("/dossiers", msg!("nav-dossiers"), msg!("nav-dossiers-about"), "folder"),
    ("/search", msg!("nav-search"), msg!("nav-search-about"), "search"),
    ("/admin/users", msg!("nav-users"), msg!("nav-users-about"), "people"),
    ("/admin/webhooks", msg!("nav-webhooks"), msg!("nav-webhooks-about"), "send"),
];

/// The auditor's screens, which belong together: the first of them stands in the navigation for all. Path, name.
const AUDIT: [(&str, &str); 5] = [
    ("/coverage", msg!("audit-coverage")),
    ("/reconciliation", msg!("audit-reconciliation")),
    ("/report", msg!("audit-report")),
    ("/fixity", msg!("audit-fixity")),
    ("/samples", msg!("audit-samples")),
];

/// One of the screens that belong together.
#[derive(Debug, Clone)]
pub(crate) struct Tab {
    pub(crate) path: &'static str,
    /// Key of its name.
    pub(crate) name: &'static str,
    pub(crate) current: bool,
}

/// Whether an address is that of a screen, or of one below it.
fn is_at(address: &str, screen: &str) -> bool {
    let path = address.split('?').next().unwrap_or_default();
    path.strip_prefix(screen).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The entries of a user, at this address.
pub(crate) fn entries(user: &User, address: &str) -> Vec<Entry> {
    let audit = AUDIT.iter().any(|(path, _)| is_at(address, path));
    let is_current = |screen: &str| is_at(address, screen) || screen == AUDIT[0].0 && audit;
    let entry = |(path, name, about, icon)| Entry { path, name, about, icon, current: is_current(path) };
    SCREENS.into_iter().filter(|screen| access::may_open(user, screen.0)).map(entry).collect()
}

/// The auditor's screens of a user, at this address.
pub(crate) fn audit_tabs(user: &User, address: &str) -> Vec<Tab> {
    let tab = |(path, name)| Tab { path, name, current: is_at(address, path) };
    AUDIT.into_iter().filter(|(path, _)| access::may_open(user, path)).map(tab).collect()
}
