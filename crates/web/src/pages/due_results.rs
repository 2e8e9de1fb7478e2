//! Results that went back, or are about to, and were never scanned: the counter's list of what is still to be digitized.

use jiff::ToSpan as _;
use sohoa_domain::{ComponentKind, Desk, local_time};
use sohoa_store::{CoverageScope, MissingPapers};

use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::visitor::Visitor;

/// Dossiers that are listed.
const MOST: usize = 12;
/// Dossiers that were received longer ago, days, are the auditor's: the list is of what a counter still has at hand.
const RECEIVED_WITHIN: i64 = 180;

/// A dossier whose result is due and was not scanned.
pub(super) struct DueResult {
    pub(super) code: String,
    /// What the results are called.
    pub(super) names: String,
    /// Since when.
    pub(super) since: String,
}

/// What is listed, and whether there is more.
pub(super) async fn due_results(
    app: &App,
    visitor: &Visitor,
    desk: Option<&Desk>,
) -> Result<(Vec<DueResult>, bool), WebError> {
    // A counter of no agency serves users of several: each sees their own.
    let own = &visitor.user.agency;
    let agency = if own.is_empty() { desk.map_or(own, |desk| &desk.agency) } else { own };
    let scope = CoverageScope {
        from: local_time(app.now()).date().checked_sub(RECEIVED_WITHIN.days()).ok(),
        agency: (!agency.is_empty()).then(|| agency.clone()),
        counter: desk.map(|desk| desk.counter.clone()),
        ..CoverageScope::default()
    };
    let mut found = Vec::new();
    let mut each = |lacking: MissingPapers| {
        // There is none before the matter is decided.
        if lacking.finished.is_some() {
            found.push(lacking);
        }
        found.len() <= MOST
    };
    app.records().missing(&scope, Some(ComponentKind::Result), &mut each).await?;
    let more = found.len() > MOST;
    let shown = found.into_iter().take(MOST).map(|lacking| DueResult {
        code: lacking.dossier.to_string(),
        names: lacking.papers.iter().map(|paper| paper.name.as_str()).collect::<Vec<_>>().join(", "),
        since: lacking.papers.iter().find_map(|paper| paper.since).map(format::date_time).unwrap_or_default(),
    });
    Ok((shown.collect(), more))
}
