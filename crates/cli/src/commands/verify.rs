//! `sohoa verify`: every stored byte against its digest, records against packages, events against signed statements.

use std::path::Path;

use sohoa_domain::DossierCode;
use sohoa_report::VerifyOptions;

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

/// Notes of a run that was interrupted, in the home.
const JOURNAL: &str = "verify.journal";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only this dossier's package and records
    #[arg(long, value_name = "CODE", conflicts_with = "all")]
    dossier: Option<DossierCode>,
    /// Everything (the default)
    #[arg(long)]
    all: bool,
    /// Hash only so many files, drawn anew each time
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    sample: Option<usize>,
    /// Go on where an interrupted run stopped: files that it found in order are not hashed again
    #[arg(long, conflicts_with = "dossier")]
    resume: bool,
}

pub(crate) fn run(home: &Path, args: &Args, output: Output) -> anyhow::Result<Exit> {
    let bar = output.progress(0, "files");
    let report = block_on(async {
        let home = Home::open(home).await?;
        let journal = home.path.join(JOURNAL);
        if !args.resume && journal.exists() {
            std::fs::remove_file(&journal)?;
        }
        let whole = args.dossier.is_none() && args.sample.is_none();
        let options = VerifyOptions {
            dossier: args.dossier.clone(),
            sample: args.sample,
            journal: whole.then_some(journal),
            ..VerifyOptions::default()
        };
        let progress = |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        };
        home.verify(&options, &progress).await
    });
    bar.finish_and_clear();
    let report = report?;
    output.print(&report, |r| {
        let mut lines = format!("checked {}, in order {}, problems {}\n", r.checked, r.ok, r.problems.len());
        for p in &r.problems {
            let dossier = p.dossier.as_ref().map_or("-", |d| d.as_str());
            lines += &format!("{}  {dossier}  {}\n", p.kind, p.path);
        }
        lines
    })?;
    Ok(if report.problems.is_empty() { Exit::Done } else { Exit::FallsShort })
}
