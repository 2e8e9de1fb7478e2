//! Batches, for the screens and the API: how far one is, how fast it goes, and what is done to it. What screens show of it in words.

use jiff::Timestamp;
use sohoa_domain::FileState;
use sohoa_store::{BatchFiles, BatchId, BatchRow, Ledger, Rerun};

use crate::app::App;
use crate::error::WebError;
use crate::estimate::{LOOK_BACK, Pace};
use crate::format;
use crate::labels::{self, Badge};
use crate::messages::msg;
use crate::page::Page;
use crate::visitor::Visitor;

/// Files that are put into the queue again together: while that is written nothing else is.
pub(crate) const MOST_AGAIN: u32 = 1_000;

/// The batch of this number.
pub(crate) async fn find(app: &App, batch: i64) -> Result<BatchRow, WebError> {
    app.records().batch(BatchId(batch)).await?.ok_or(WebError::NotFound)
}

/// How far a batch is, in numbers.
pub(crate) struct Standing {
    pub(crate) row: BatchRow,
    /// Files that still lie in the folder, while it is being taken in.
    pub(crate) to_take: Option<u64>,
    pub(crate) in_work: u64,
    /// `running`, `paused` or `ended`.
    pub(crate) state: &'static str,
    /// Of the last minutes; `None` before a whole minute was seen, and when nothing runs.
    pub(crate) pages_a_minute: Option<u64>,
    /// The fewest and the most minutes that it will take; `None` while too little was seen, and when nothing runs.
    pub(crate) minutes_left: Option<(u64, u64)>,
}

impl Standing {
    pub(crate) async fn of(app: &App, row: BatchRow) -> Result<Self, WebError> {
        let to_take = app.services.backlogs.to_take(row.id);
        let state = match row.files.pending > 0 || to_take.is_some() {
            false => "ended",
            true if row.paused_at.is_some() => "paused",
            true => "running",
        };
        let (mut in_work, mut pages_a_minute, mut minutes_left) = (0, None, None);
        if state != "ended" {
            in_work = app.records().batch_in_work(row.id).await?;
        }
        if state == "running" {
            let now = app.now().as_second() / 60;
            let pace = Pace::of(&app.records().batch_minutes(row.id, now - LOOK_BACK).await?, now);
            pages_a_minute = pace.pages_a_minute();
            minutes_left = pace.minutes_for(row.files.pending + to_take.unwrap_or_default());
        }
        Ok(Self { row, to_take, in_work, state, pages_a_minute, minutes_left })
    }
}

/// How far a batch is, in words.
pub(crate) struct Progress {
    pub(crate) batch: i64,
    /// What it is called.
    pub(crate) label: String,
    pub(crate) agency: String,
    pub(crate) opened: String,
    /// It came from a scan folder: somebody waits for its papers.
    pub(crate) of_inbox: bool,
    /// `running`, `paused` or `ended`.
    pub(crate) standing: &'static str,
    pub(crate) badge: Badge,
    pub(crate) files: Ledger,
    pub(crate) done: u64,
    /// Files that still lie in the folder, while it is being taken in.
    pub(crate) to_take: Option<u64>,
    pub(crate) in_work: u64,
    pub(crate) pages: u64,
    /// Pages a minute of the last minutes, in words; empty when nothing runs.
    pub(crate) pace: String,
    /// How long it will take, in words; empty when nothing is left.
    pub(crate) left: String,
}

impl Progress {
    pub(crate) async fn of(app: &App, page: &Page, row: BatchRow) -> Result<Self, WebError> {
        let Standing { row, to_take, in_work, state, pages_a_minute, minutes_left } = Standing::of(app, row).await?;
        let (files, paused) = (row.files, row.paused_at.is_some());
        let (mut pace, mut left) = (String::new(), String::new());
        if state == "running" {
            let unknown = || page.t("batch-pace-unknown");
            pace = pages_a_minute.map_or_else(unknown, |pages| page.t1("batch-pace", "pages", pages));
            left = time_left(page, minutes_left);
        }
        Ok(Self {
            batch: row.id.0,
            label: row.label,
            agency: row.agency,
            opened: format::instant(row.opened_at),
            of_inbox: row.kind == "inbox",
            standing: state,
            badge: labels::batch(files, state != "ended", paused),
            done: files.seen - files.pending,
            files,
            to_take,
            in_work,
            pages: row.pages.input,
            pace,
            left,
        })
    }

    /// The key of the words for where it came from.
    pub(crate) fn kind(&self) -> &'static str {
        kind(self.of_inbox)
    }

    /// Files that are done of all, as words for a bar.
    pub(crate) fn so_far(&self, page: &Page) -> String {
        page.t2("batch-so-far", "done", self.done, "all", self.all())
    }

    /// All files, those that are still to be taken in too.
    pub(crate) fn all(&self) -> u64 {
        self.files.seen + self.to_take.unwrap_or_default()
    }
}

/// A range of minutes, or of hours when it is long.
fn time_left(page: &Page, range: Option<(u64, u64)>) -> String {
    match range {
        None => page.t("batch-left-unknown"),
        Some((_, most)) if most <= 1 => page.t("batch-left-soon"),
        Some((fewest, most)) if most > 180 => page.t2("batch-left-hours", "from", fewest / 60, "to", most.div_ceil(60)),
        Some((fewest, most)) => page.t2("batch-left-minutes", "from", fewest, "to", most),
    }
}

/// The states of files with how many are in each, in the order of the ledger.
pub(crate) fn by_state(files: Ledger) -> [(FileState, u64); 5] {
    FileState::ALL.map(|state| {
        let files = match state {
            FileState::Pending => files.pending,
            FileState::Attached => files.attached,
            FileState::Review => files.review,
            FileState::Rejected => files.rejected,
            FileState::Duplicate => files.duplicate,
        };
        (state, files)
    })
}

/// The time of day at the beginning of a minute that is counted from 1970, with the day.
pub(crate) fn minute(minute: i64) -> String {
    Timestamp::from_second(minute.saturating_mul(60)).map(format::instant).unwrap_or_default()
}

/// The key of the words for where a batch came from.
pub(crate) fn kind(of_inbox: bool) -> &'static str {
    if of_inbox { msg!("batch-of-inbox") } else { msg!("batch-of-backlog") }
}

/// A sub-folder of the backlog that can be taken in.
pub(crate) struct Folder {
    /// Number of the folder, a slash, name of the sub-folder.
    pub(crate) value: String,
    pub(crate) name: String,
}

/// Those of which this user may start a batch.
pub(crate) async fn folders(app: &App, visitor: &Visitor) -> Result<Vec<Folder>, WebError> {
    let mut shown = Vec::new();
    for (number, folder) in app.services.backlogs.folders().await?.into_iter().enumerate() {
        if visitor.sees(Some(&folder.agency).filter(|agency| !agency.is_empty()).map(String::as_str)) {
            let parts = folder.parts.into_iter();
            shown.extend(
                parts.map(|part| Folder {
                    name: format!("{} / {part}", folder.name),
                    value: format!("{number}/{part}"),
                }),
            );
        }
    }
    Ok(shown)
}

/// Starts a batch of one sub-folder. Only what is offered to this user can be named.
pub(crate) async fn start(app: &App, visitor: &Visitor, folder: &str) -> Result<BatchId, WebError> {
    if !folders(app, visitor).await?.iter().any(|offered| offered.value == folder) {
        return Err(WebError::Conflict);
    }
    let (number, part) = folder.split_once('/').ok_or(WebError::Invalid)?;
    let number = number.parse().map_err(|_| WebError::Invalid)?;
    Ok(app.services.backlogs.start(number, part, visitor.user.name.as_str()).await?)
}

/// Pauses a batch: what is in work is finished, the rest waits. Or lets it go on.
pub(crate) async fn set_paused(app: &App, visitor: &Visitor, batch: i64, paused: bool) -> Result<(), WebError> {
    Ok(app.records().pause_batch(BatchId(batch), paused, app.now(), visitor.user.name.as_str()).await?)
}

/// Puts files that went wrong into the queue again, each by a decision of its own: those in this state, for this reason when one is
/// named.
pub(crate) async fn rerun(
    app: &App,
    visitor: &Visitor,
    batch: BatchId,
    state: FileState,
    code: Option<String>,
) -> Result<Rerun, WebError> {
    let wanted = BatchFiles { batch, state: Some(state), code, after: None, most: MOST_AGAIN };
    Ok(app.records().rerun_batch(&wanted, app.now(), visitor.user.name.as_str()).await?)
}
