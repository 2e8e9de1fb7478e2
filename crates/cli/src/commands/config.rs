//! `sohoa config check`: whether the settings can be used.

use std::path::Path;

use clap::Subcommand;
use serde::Serialize;

use crate::config::Config;
use crate::exit::{Exit, NotReady};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check sohoa.toml, the SOHOA_ variables and the rules of fields with their examples
    Check,
}

#[derive(Serialize)]
struct Checked {
    settings: String,
    inboxes: usize,
    field_examples: usize,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    let Command::Check = command;
    let config = Config::load(home).map_err(NotReady::from)?;
    config.store.database(home).map_err(NotReady::from)?;
    config.store.blobs(home).map_err(NotReady::from)?;
    config.store.packages(home).map_err(NotReady::from)?;
    config.ocr.engines()?;
    let rules = config.fields.rules(home).map_err(NotReady::from)?;
    let field_examples = rules.run_examples().map_err(|e| NotReady::from(anyhow::Error::new(e)))?;
    let settings = home.join("sohoa.toml").display().to_string();
    let checked = Checked { settings, inboxes: config.inbox.len(), field_examples };
    output.print(&checked, |c| {
        format!(
            "{} is in order, {} scan folders; {} examples of fields come out right",
            c.settings, c.inboxes, c.field_examples
        )
    })?;
    Ok(Exit::Done)
}
