//! A batch as screens show it: how far it is, how fast it goes, what went wrong.

use jiff::Timestamp;
use sohoa_domain::FileState;
use sohoa_store::{BatchRow, Ledger};

use crate::app::App;
use crate::error::WebError;
use crate::estimate::{LOOK_BACK, Pace};
use crate::format;
use crate::labels::{self, Badge};
use crate::messages::msg;
use crate::page::Page;

/// How far a batch is.
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
        let to_take = app.services.backlogs.to_take(row.id);
        let (files, paused) = (row.files, row.paused_at.is_some());
        let runs = files.pending > 0 || to_take.is_some();
        let standing = if !runs {
            "ended"
        } else if paused {
            "paused"
        } else {
            "running"
        };
        let (mut pace, mut left, mut in_work) = (String::new(), String::new(), 0);
        if runs {
            in_work = app.records().batch_in_work(row.id).await?;
            let now = app.now().as_second() / 60;
            let seen = Pace::of(&app.records().batch_minutes(row.id, now - LOOK_BACK).await?, now);
            if !paused {
                pace = seen
                    .pages_a_minute()
                    .map_or_else(|| page.t("batch-pace-unknown"), |n| page.t1("batch-pace", "pages", n));
                left = time_left(page, seen.minutes_for(files.pending + to_take.unwrap_or_default()));
            }
        }
        Ok(Self {
            batch: row.id.0,
            label: row.label,
            agency: row.agency,
            opened: format::instant(row.opened_at),
            of_inbox: row.kind == "inbox",
            standing,
            badge: labels::batch(files, runs, paused),
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
