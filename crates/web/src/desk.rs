//! The counter at which a user sits: chosen once in a browser, since a PC stands at one counter, and asked for again every time.

use axum::http::HeaderMap;
use sohoa_domain::{Desk, Sha256Digest};

use crate::app::App;
use crate::visitor::{Visitor, cookie};

/// Name of the cookie that remembers the counter.
pub(crate) const COOKIE: &str = "sohoa_desk";

/// Digits of a counter's id.
const DIGITS: usize = 16;

/// A short name of a counter that needs no escapes in addresses and folders.
pub fn desk_id(desk: &Desk) -> String {
    let mut id = Sha256Digest::of(format!("{}\n{}", desk.agency, desk.counter).as_bytes()).to_string();
    id.truncate(DIGITS);
    id
}

/// The counters that have a scan folder and that this user may sit at. One of no agency is everybody's.
pub(crate) fn desks(app: &App, visitor: &Visitor) -> Vec<Desk> {
    let sees = |desk: &Desk| desk.agency.is_empty() || visitor.sees(Some(&desk.agency));
    let named = app.services.inboxes.iter().map(|inbox| &inbox.desk).filter(|desk| !desk.counter.is_empty());
    let mut desks: Vec<Desk> = named.filter(|desk| sees(desk)).cloned().collect();
    desks.sort();
    desks.dedup();
    desks
}

/// The counter at which the user sits: the one that was chosen, or the only one.
pub(crate) fn desk(app: &App, visitor: &Visitor, headers: &HeaderMap) -> Option<Desk> {
    let mut desks = desks(app, visitor);
    let chosen = cookie(headers, COOKIE);
    let place = desks.iter().position(|desk| chosen == Some(&desk_id(desk)));
    match place {
        Some(place) => Some(desks.swap_remove(place)),
        None if desks.len() == 1 => desks.pop(),
        None => None,
    }
}
