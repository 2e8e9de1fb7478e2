//! `sohoa ingest PATH…`: batch import of files and folders.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use sohoa_domain::{DossierCode, FileState, InputError, RefusalCode};
use sohoa_pipeline::{Claim, Found, find, work, worker_name};
use sohoa_store::{FileId, FileRow};
use tokio::task::JoinSet;

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

/// How often a pending file is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The dossier that all of them belong to
    #[arg(long, value_name = "CODE")]
    dossier: Option<DossierCode>,
    /// Also work the queue until these files are final
    #[arg(long)]
    wait: bool,
    /// Say what would be taken, and take nothing
    #[arg(long)]
    dry_run: bool,
    /// Write a line for each refused file
    #[arg(long, value_name = "F.csv")]
    rejects: Option<PathBuf>,
}

#[derive(Serialize, Default)]
struct Report {
    found: usize,
    skipped: usize,
    accepted: usize,
    known: usize,
    refused: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    states: Option<States>,
}

/// States of the files of this call, after `--wait`.
#[derive(Serialize, Default)]
struct States {
    pending: usize,
    attached: usize,
    review: usize,
    rejected: usize,
    duplicate: usize,
}

/// A line of the reject report.
struct Reject {
    path: String,
    code: String,
    reason: String,
}

pub(crate) fn run(home: &Path, args: &Args, output: Output) -> anyhow::Result<Exit> {
    let mut report = Report::default();
    let mut all = Vec::new();
    let paths = args.paths.iter().map(std::path::absolute).collect::<std::io::Result<Vec<_>>>()?;
    for root in &paths {
        let (found, skipped) = find(root).map_err(|e| unusable(root, &e))?;
        report.skipped += skipped;
        all.extend(found);
    }
    report.found = all.len();
    if args.dry_run {
        output.print(&report, |r| {
            let names: String = all.iter().map(|f| format!("{}\n", f.path.display())).collect();
            format!("{names}{} would be taken, {} skipped by name", r.found, r.skipped)
        })?;
        return Ok(Exit::Done);
    }
    let rejects = block_on(async {
        let home = Home::open(home).await?;
        home.recover().await?;
        let agency = home.agency_of(&paths);
        let rejects = take(&home, args, &agency, all, &mut report, output).await?;
        home.seal().await?;
        Ok(rejects)
    })?;
    if let Some(path) = &args.rejects {
        std::fs::write(path, reject_csv(&rejects)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    for reject in &rejects {
        eprintln!("sohoa: refused {}: {}", reject.path, reject.reason);
    }
    output.print(&report, |r| {
        let mut text = format!(
            "{} found, {} skipped by name, {} accepted, {} known already, {} refused\n",
            r.found, r.skipped, r.accepted, r.known, r.refused
        );
        if let Some(s) = &r.states {
            let _ = writeln!(
                text,
                "attached {}, review {}, rejected {}, duplicate {}, pending {}",
                s.attached, s.review, s.rejected, s.duplicate, s.pending
            );
        }
        text
    })?;
    let in_review = report.states.as_ref().is_some_and(|s| s.review > 0 || s.pending > 0);
    Ok(if rejects.is_empty() && !in_review { Exit::Done } else { Exit::FallsShort })
}

fn unusable(root: &Path, error: &std::io::Error) -> anyhow::Error {
    anyhow::Error::new(InputError::file(RefusalCode::Unreadable, error.kind())).context(root.display().to_string())
}

async fn take(
    home: &Home,
    args: &Args,
    agency: &str,
    all: Vec<Found>,
    report: &mut Report,
    output: Output,
) -> anyhow::Result<Vec<Reject>> {
    let intake = home.intake();
    let label = args.paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(" ");
    let batch = home.records.open_batch("ingest", &label, agency, home.clock.now()).await?;
    let (mut rejects, mut mine) = (Vec::new(), Vec::new());
    let bar = output.progress(all.len() as u64, "files taken");
    for found in &all {
        match intake.claim(batch, found, args.dossier.as_ref(), None).await? {
            Claim::Accepted(id) => {
                report.accepted += 1;
                mine.push(id);
            }
            Claim::Known(id) => {
                report.known += 1;
                mine.push(id);
            }
            Claim::Refused { code, detail, .. } => {
                let error = InputError::file(code, detail);
                rejects.push(Reject {
                    path: found.path.display().to_string(),
                    code: code.to_string(),
                    reason: error.to_string(),
                });
            }
            Claim::Unsettled => rejects.push(Reject {
                path: found.path.display().to_string(),
                code: "unsettled".to_owned(),
                reason: "[unsettled] it changed or went while it was read; run the same command again".to_owned(),
            }),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.wait {
        let mut states = States::default();
        for row in wait_for(home, &mine, output).await? {
            match row.state {
                FileState::Pending => states.pending += 1,
                FileState::Attached => states.attached += 1,
                FileState::Review => states.review += 1,
                FileState::Duplicate => states.duplicate += 1,
                FileState::Rejected => {
                    states.rejected += 1;
                    rejects.push(reject_of(row));
                }
            }
        }
        report.states = Some(states);
    }
    report.refused = rejects.len();
    Ok(rejects)
}

/// Works the queue, beside other workers, until none of these files is pending, and returns them as they ended.
async fn wait_for(home: &Home, mine: &[FileId], output: Output) -> anyhow::Result<Vec<FileRow>> {
    let context = home.worker_context()?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut workers: JoinSet<anyhow::Result<()>> = JoinSet::new();
    // One file more in work than recognizers keeps them busy while a file is packaged.
    for n in 0..=context.jobs {
        let (context, stopped) = (context.clone(), stopped.clone());
        workers.spawn(async move { Ok(work(context, &worker_name(n), stopped).await?) });
    }
    let bar = output.progress(mine.len() as u64, "files");
    let mut ended = Vec::with_capacity(mine.len());
    for id in mine {
        loop {
            let row = home.records.file(*id).await?.context("an accepted file has no row")?;
            if row.state != FileState::Pending {
                ended.push(row);
                bar.inc(1);
                break;
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                // A worker ends before it is told to only when it cannot go on.
                Some(dead) = workers.join_next() => dead??,
            }
        }
    }
    bar.finish_and_clear();
    let _ = stop.send(true);
    while let Some(joined) = workers.join_next().await {
        joined??;
    }
    Ok(ended)
}

fn reject_of(row: FileRow) -> Reject {
    Reject { path: row.origin, code: row.reason_code.unwrap_or_default(), reason: row.reason.unwrap_or_default() }
}

fn reject_csv(rejects: &[Reject]) -> String {
    let quote = |s: &str| format!("\"{}\"", s.replace('"', "\"\""));
    let mut text = "path,code,reason\n".to_owned();
    for r in rejects {
        let _ = writeln!(text, "{},{},{}", quote(&r.path), quote(&r.code), quote(&r.reason));
    }
    text
}
