//! `sohoa export`: hand-over of dossiers in the forms that other systems read.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::DossierCode;
use sohoa_report::exchange::{Form, HandOver, HandedOver};

use super::review::Person;
use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// One dossier, into DEST itself
    #[arg(long, value_name = "CODE", required_unless_present_all = ["from", "to"], conflicts_with_all = ["from", "to"])]
    dossier: Option<DossierCode>,
    /// First day of reception: every dossier with documents, each into a folder of its own in DEST
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
    /// portal-json, bagit or ocfl
    #[arg(long = "as", value_name = "FORM")]
    form: Form,
    /// Folder that does not stand yet, or is empty
    dest: PathBuf,
    #[command(flatten)]
    by: Person,
}

#[derive(Serialize)]
struct Exported {
    exported: Vec<HandedOver>,
    /// Dossiers of the period that have no document.
    empty: u64,
}

pub(crate) fn run(home: &Path, args: &Args, output: Output) -> anyhow::Result<Exit> {
    let exported = block_on(async {
        let home = Home::open(home).await?;
        let dest = std::path::absolute(&args.dest)?;
        let mut exported = Exported { exported: Vec::new(), empty: 0 };
        if let Some(code) = &args.dossier {
            let hand_over = HandOver::read(&*home.records, code).await?;
            exported.exported.push(export(&home, &hand_over, args, &dest).await?);
            return Ok(exported);
        }
        std::fs::create_dir_all(&dest).with_context(|| dest.display().to_string())?;
        for (entry, _) in home.records.dossiers_with_attachments(args.from, args.to).await? {
            let hand_over = HandOver::read(&*home.records, &entry.code).await?;
            if hand_over.documents.is_empty() {
                exported.empty += 1;
                continue;
            }
            let folder = dest.join(entry.code.as_str());
            exported.exported.push(export(&home, &hand_over, args, &folder).await?);
        }
        Ok(exported)
    })?;
    output.print(&exported, |e| {
        let line = |h: &HandedOver| format!("{}  {} documents  {}\n", h.dossier, h.documents.len(), h.path.display());
        let mut lines: String = e.exported.iter().map(line).collect();
        if e.empty > 0 {
            lines += &format!("{} dossiers of the period have no document and were left out\n", e.empty);
        }
        lines
    })?;
    Ok(Exit::Done)
}

async fn export(home: &Home, hand_over: &HandOver, args: &Args, dest: &Path) -> anyhow::Result<HandedOver> {
    let done = hand_over.write(args.form, &home.packages, dest)?;
    record(home, &done, &args.by.name()).await?;
    Ok(done)
}

/// Puts a hand-over on record. The one place that knows of it.
async fn record(home: &Home, done: &HandedOver, person: &str) -> anyhow::Result<()> {
    home.records.hand_over(&done.dossier, done.form.as_str(), home.clock.now(), person).await?;
    home.seal().await
}
