//! The screens that a user finds in the navigation: those that are there and that the role may open.

use sohoa_store::Role;

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
const SCREENS: [(&str, &str, &str, &str); 8] = [
    ("/counter", msg!("nav-counter"), msg!("nav-counter-about"), "inbox"),
    ("/review", msg!("nav-review"), msg!("nav-review-about"), "question"),
    ("/fields", msg!("nav-fields"), msg!("nav-fields-about"), "check"),
    ("/batches", msg!("nav-batches"), msg!("nav-batches-about"), "layers"),
    ("/audit", msg!("nav-audit"), msg!("nav-audit-about"), "shield"),
    ("/dossiers", msg!("nav-dossiers"), msg!("nav-dossiers-about"), "folder"),
    ("/search", msg!("nav-search"), msg!("nav-search-about"), "search"),
    ("/admin/users", msg!("nav-users"), msg!("nav-users-about"), "people"),
];

/// The entries of a role, on this path.
pub(crate) fn entries(role: Role, path: &str) -> Vec<Entry> {
    let path = path.split('?').next().unwrap_or_default();
    let is_current = |screen: &str| path.strip_prefix(screen).is_some_and(|r| r.is_empty() || r.starts_with('/'));
    let entry = |(path, name, about, icon)| Entry { path, name, about, icon, current: is_current(path) };
    SCREENS.into_iter().filter(|screen| access::may_open(role, screen.0)).map(entry).collect()
}
