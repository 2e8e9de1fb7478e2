//! `sohoa review list`: what waits for a person.

use std::path::Path;

use clap::Subcommand;
use serde::Serialize;
use sohoa_domain::FileState;
use sohoa_store::FileRow;

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Files in review, oldest first
    List,
}

#[derive(Serialize)]
struct Item {
    file: i64,
    source: String,
    code: String,
    reason: String,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    let Command::List = command;
    let items: Vec<Item> = block_on(async {
        let home = Home::open(home).await?;
        Ok(home.records.files(None, Some(FileState::Review)).await?.into_iter().map(item).collect())
    })?;
    output.print(&items, |items| {
        let line = |i: &Item| format!("{}  {}  {}\n    {}\n", i.file, i.code, i.source, i.reason);
        if items.is_empty() { "nothing waits for a person".to_owned() } else { items.iter().map(line).collect() }
    })?;
    Ok(if items.is_empty() { Exit::Done } else { Exit::FallsShort })
}

fn item(row: FileRow) -> Item {
    Item {
        file: row.id.0,
        source: row.relative,
        code: row.reason_code.unwrap_or_default(),
        reason: row.reason.unwrap_or_default(),
    }
}
