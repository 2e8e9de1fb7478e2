//! `sohoa config check`: whether the settings can be used.

use std::path::Path;

use clap::Subcommand;
use serde::Serialize;

use crate::config::Config;
use crate::exit::{Exit, NotReady};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check sohoa.toml and the SOHOA_ variables
    Check,
}

#[derive(Serialize)]
struct Checked {
    settings: String,
    inboxes: usize,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    let Command::Check = command;
    let config = Config::load(home).map_err(NotReady::from)?;
    config.store.database(home).map_err(NotReady::from)?;
    config.store.blobs(home).map_err(NotReady::from)?;
    config.store.packages(home).map_err(NotReady::from)?;
    config.ocr.engines()?;
    let checked = Checked { settings: home.join("sohoa.toml").display().to_string(), inboxes: config.inbox.len() };
    output.print(&checked, |c| format!("{} is in order, {} scan folders", c.settings, c.inboxes))?;
    Ok(Exit::Done)
}
