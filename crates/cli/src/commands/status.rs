//! `sohoa status`: the conservation ledger.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use sohoa_pipeline::Inbox;
use sohoa_report::{Unpublished, coverage};
use sohoa_store::{BatchPage, BatchRow, CoverageScope, LateAfter, Ledger, PageLedger, RefusedRegister, Waiting};

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Serialize)]
struct Status {
    files: Ledger,
    pages: PageLedger,
    dossiers: Dossiers,
    /// Pending files whose last attempt failed, by reason.
    waiting: Vec<Waiting>,
    /// Batches that are paused.
    paused: Vec<Paused>,
    inboxes: Vec<Folder>,
    /// Registers in the watched folder that cannot be imported.
    refused_registers: Vec<RefusedRegister>,
    /// Stores whose disk is nearly full.
    low_on_space: Vec<&'static str>,
    /// Places of publication that lack checkpoints.
    unpublished: Vec<Unpublished>,
}

/// A paused batch with the number of files that wait for it to go on.
#[derive(Serialize)]
struct Paused {
    batch: i64,
    label: String,
    files: u64,
}

/// A scan folder with the number of files that lie in it and not in its `done/`; none when it cannot be read.
#[derive(Serialize)]
struct Folder {
    path: String,
    files: Option<usize>,
}

#[derive(Serialize)]
struct Dossiers {
    received: u64,
    digitized: u64,
}

pub(crate) fn run(home: &Path, output: Output) -> anyhow::Result<Exit> {
    let status = block_on(async {
        let home = Home::open(home).await?;
        let coverage =
            coverage(&*home.records, &CoverageScope::default(), None, LateAfter::ZERO).await?.coverage.counts;
        Ok(Status {
            files: home.records.ledger().await?,
            pages: home.records.page_ledger().await?,
            dossiers: Dossiers { received: coverage.received, digitized: coverage.digitized_full },
            waiting: home.records.waiting().await?,
            paused: paused(&home).await?,
            inboxes: home.inboxes().iter().map(folder).collect(),
            refused_registers: match home.config.register.inbox(&home.path) {
                Some(_) => home.records.refused_registers().await?,
                None => Vec::new(),
            },
            low_on_space: home.low_on_space()?,
            unpublished: home.unpublished()?,
        })
    })?;
    let (f, p) = (status.files, status.pages);
    let files_close = f.seen == f.pending + f.attached + f.review + f.rejected + f.duplicate;
    let pages_close = p.input == p.kept + p.separator + p.blank + p.failed;
    output.print(&status, text)?;
    if !files_close || !pages_close {
        eprintln!("sohoa: the ledger does not close; run `sohoa verify`");
        return Ok(Exit::Defect);
    }
    Ok(Exit::Done)
}

async fn paused(home: &Home) -> anyhow::Result<Vec<Paused>> {
    let all = BatchPage { paused: true, most: u32::MAX, ..BatchPage::default() };
    let batches = home.records.batches(&all).await?;
    let paused = |row: BatchRow| Paused { batch: row.id.0, label: row.label, files: row.files.pending };
    Ok(batches.into_iter().map(paused).collect())
}

fn folder(inbox: &Inbox) -> Folder {
    Folder { path: inbox.path.display().to_string(), files: inbox.papers().ok() }
}

/// The ledger, and below it only what is amiss.
fn text(status: &Status) -> String {
    let (f, p, d) = (status.files, status.pages, &status.dossiers);
    let mut text = format!(
        "files     seen {} = pending {} + attached {} + review {} + rejected {} + duplicate {}\n\
         pages     in {} = kept {} + separator {} + blank {} + failed {}\n\
         dossiers  received {}, digitized in full {}",
        f.seen,
        f.pending,
        f.attached,
        f.review,
        f.rejected,
        f.duplicate,
        p.input,
        p.kept,
        p.separator,
        p.blank,
        p.failed,
        d.received,
        d.digitized
    );
    for waiting in &status.waiting {
        let _ = write!(text, "\nwaiting   {} files, tried again by themselves: {}", waiting.files, waiting.reason);
    }
    for Paused { batch, label, files } in &status.paused {
        let _ = write!(text, "\npaused    {files} files of batch {batch} ({label}) wait until it is resumed");
    }
    for folder in status.inboxes.iter().filter(|folder| folder.files.is_none()) {
        let _ = write!(text, "\ninbox     {} cannot be read", folder.path);
    }
    for RefusedRegister { path, code, bad_lines, .. } in &status.refused_registers {
        let _ = write!(text, "\nregister  {path} [{code}] {bad_lines} bad lines: not imported until it is replaced");
    }
    for store in &status.low_on_space {
        let _ = write!(text, "\nspace     the disk of the {store} is nearly full");
    }
    for Unpublished { place, checkpoints } in &status.unpublished {
        let _ = write!(text, "\npublish   {place} lacks {checkpoints} checkpoints; sent with the next");
    }
    text
}
