//! `sohoa verify`: every stored byte against its digest, records against packages, both ways.

use std::path::Path;

use sohoa_domain::DossierCode;
use sohoa_report::{VerifyOptions, verify};

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only this dossier's package and records
    #[arg(long, value_name = "CODE", conflicts_with = "all")]
    dossier: Option<DossierCode>,
    /// Everything (the default)
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(home: &Path, args: &Args, output: Output) -> anyhow::Result<Exit> {
    let bar = output.progress(0, "files");
    let report = block_on(async {
        let home = Home::open(home).await?;
        let options = VerifyOptions { dossier: args.dossier.clone(), ..VerifyOptions::default() };
        let progress = |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        };
        Ok(verify(&*home.records, &home.blobs, &home.packages, &options, &progress).await?)
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
