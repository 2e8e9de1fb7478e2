//! `sohoa register import FILE`: dossiers and their components from the register.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;
use sohoa_domain::{InputError, RefusalCode};
use sohoa_store::{ImportSummary, read_register_csv};

use crate::exit::Exit;
use crate::home::{AGENT, Home, block_on};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Take over dossiers, components and their state, all or nothing
    Import {
        /// CSV file
        file: PathBuf,
    },
}

#[derive(Serialize)]
struct Imported {
    dossiers: usize,
    #[serde(flatten)]
    summary: ImportSummary,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    let Command::Import { file } = command;
    let bytes = std::fs::read(file)
        .map_err(|e| InputError::file(RefusalCode::Unreadable, e.kind()))
        .with_context(|| file.display().to_string())?;
    let imported = block_on(async {
        let home = Home::open(home).await?;
        let entries = read_register_csv(bytes.as_slice(), &home.config.register.headers)
            .map_err(|e| InputError::file(RefusalCode::Malformed, e))
            .with_context(|| format!("{} was not imported, nothing was changed", file.display()))?;
        let kept = home.blobs.put_bytes(&bytes)?;
        let summary = home.records.import_register(&kept.digest, &entries, home.clock.now(), AGENT).await?;
        home.seal().await?;
        Ok(Imported { dossiers: entries.len(), summary })
    })?;
    output.print(&imported, |i| {
        let s = i.summary;
        format!(
            "{} dossiers: {} new, {} changed, {} unchanged; {} waiting documents found their dossier",
            i.dossiers, s.new, s.changed, s.unchanged, s.resolved
        )
    })?;
    Ok(Exit::Done)
}
