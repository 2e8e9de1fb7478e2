//! `sohoa batch`: batches, and pausing them.

use std::path::Path;

use clap::Subcommand;
use sohoa_store::{BatchId, BatchPage, BatchRow, StoreError};

use super::review::Person;
use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Batches, the latest first
    List {
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 20)]
        most: u32,
    },
    /// Let the files of a batch wait; those in work are finished
    Pause {
        /// Number of the batch
        batch: i64,
        #[command(flatten)]
        by: Person,
    },
    /// Let a paused batch go on
    Resume {
        /// Number of the batch
        batch: i64,
        #[command(flatten)]
        by: Person,
    },
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    block_on(async {
        let home = Home::open(home).await?;
        match command {
            Command::List { most } => {
                let page = BatchPage { most: *most, ..BatchPage::default() };
                let batches = home.records.batches(&page).await?;
                output.print(&batches, |batches| batches.iter().map(line).collect())?;
            }
            Command::Pause { batch, by } => pause(&home, *batch, true, by, output).await?,
            Command::Resume { batch, by } => pause(&home, *batch, false, by, output).await?,
        }
        Ok(Exit::Done)
    })
}

async fn pause(home: &Home, batch: i64, paused: bool, by: &Person, output: Output) -> anyhow::Result<()> {
    home.records.pause_batch(BatchId(batch), paused, home.clock.now(), &by.name()).await?;
    home.seal().await?;
    let row = home.records.batch(BatchId(batch)).await?;
    let row = row.ok_or_else(|| StoreError::Unknown(format!("batch {batch}")))?;
    output.print(&row, line)
}

fn line(batch: &BatchRow) -> String {
    let files = batch.files;
    let paused = if batch.paused_at.is_some() { ", paused" } else { "" };
    format!(
        "{}  {}: {} files, attached {}, review {}, rejected {}, duplicate {}, pending {}{paused}\n",
        batch.id.0,
        batch.label,
        files.seen,
        files.attached,
        files.review,
        files.rejected,
        files.duplicate,
        files.pending
    )
}
