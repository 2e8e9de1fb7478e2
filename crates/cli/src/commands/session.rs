//! `sohoa session`: the dossier that a clerk has open at a counter. What the counter's scan folder receives meanwhile belongs to
//! it.

use std::path::Path;

use clap::Subcommand;
use sohoa_domain::{Desk, DossierCode};
use sohoa_store::{OpenSession, StoreError};

use super::review::Person;
use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Open a dossier at a counter, in place of the one that is open there
    Open {
        /// Dossier code
        code: DossierCode,
        #[command(flatten)]
        at: Counter,
        #[command(flatten)]
        by: Person,
    },
    /// Close the dossier at a counter
    Close {
        #[command(flatten)]
        at: Counter,
        #[command(flatten)]
        by: Person,
    },
    /// Dossiers that are open
    List,
}

#[derive(clap::Args)]
pub(crate) struct Counter {
    /// Counter, as the settings of its scan folder call it
    #[arg(long)]
    counter: String,
    /// Agency of the counter, as the settings call it
    #[arg(long, default_value = "")]
    agency: String,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    let open = block_on(async {
        let home = Home::open(home).await?;
        let switch = match command {
            Command::Open { code, at, by } => Some((at, Some(code), by)),
            Command::Close { at, by } => Some((at, None, by)),
            Command::List => None,
        };
        if let Some((at, code, by)) = switch {
            let desk = Desk { agency: at.agency.clone(), counter: at.counter.clone() };
            if !home.config.inbox.iter().any(|inbox| inbox.desk().as_ref() == Some(&desk)) {
                return Err(
                    StoreError::Unknown("scan folder of this counter and agency in the settings".to_owned()).into()
                );
            }
            home.records.switch_session(&desk, code, home.clock.now(), &by.name()).await?;
            home.seal().await?;
        }
        Ok(home.records.open_sessions().await?)
    })?;
    output.print(&open, |open| {
        let line = |s: &OpenSession| {
            let agency = if s.desk.agency.is_empty() { String::new() } else { format!("{}, ", s.desk.agency) };
            format!("{agency}{}: {} since {}\n", s.desk.counter, s.dossier, s.opened_at)
        };
        if open.is_empty() { "no dossier is open at any counter".to_owned() } else { open.iter().map(line).collect() }
    })?;
    Ok(Exit::Done)
}
