//! `sohoa register`: dossiers and their components from the register, and what imports changed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;
use serde_json::Value;
use sohoa_domain::{DossierCode, InputError, local_time};
use sohoa_pipeline::RegisterError;
use sohoa_store::{ChangedDossier, DossierChange, ImportReport, ImportRow};

use crate::exit::{Exit, NotReady};
use crate::home::{Home, block_on};
use crate::output::Output;

/// Dossiers that `--json` names.
const NAMED: usize = 1000;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Take over dossiers, components and their state, all or nothing
    Import {
        /// CSV, XLSX, or JSON of the national portal
        file: PathBuf,
        /// Only say what would change
        #[arg(long)]
        dry_run: bool,
        /// Name so many of the dossiers that are new or changed [default: 0, with --json 1000]
        #[arg(long, value_name = "N")]
        show: Option<usize>,
    },
    /// What imports changed in a dossier
    History {
        /// Dossier code
        code: DossierCode,
    },
    /// Imports of registers and catalogues, with the files that they came from
    Imports,
}

#[derive(Serialize)]
struct Imported {
    dry_run: bool,
    dossiers: u64,
    #[serde(flatten)]
    report: ImportReport,
}

#[derive(Serialize)]
struct History {
    dossier: DossierCode,
    changes: Vec<DossierChange>,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    match command {
        Command::Import { file, dry_run, show } => {
            let show = show.unwrap_or(if output.json { NAMED } else { 0 });
            let report = block_on(import(home, file, *dry_run, show))?;
            let summary = report.summary;
            let dossiers = summary.new + summary.changed + summary.unchanged;
            output.print(&Imported { dry_run: *dry_run, dossiers, report }, imported)?;
        }
        Command::History { code } => {
            let changes = block_on(async { Ok(Home::open(home).await?.records.register_history(code).await?) })?;
            output.print(&History { dossier: code.clone(), changes }, history)?;
        }
        Command::Imports => {
            let rows = block_on(async { Ok(Home::open(home).await?.records.imports().await?) })?;
            output.print(&rows, imports)?;
        }
    }
    Ok(Exit::Done)
}

async fn import(home: &Path, file: &Path, dry_run: bool, show: usize) -> anyhow::Result<ImportReport> {
    let home = Home::open(home).await?;
    let intake = home.register_intake();
    // A link is followed when a person names it.
    let path = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let done = if dry_run { intake.preview(&path, show).await } else { intake.import(&path, show).await };
    let report = done.map_err(|error| refused(error, file))?;
    if !dry_run {
        home.seal().await?;
    }
    Ok(report)
}

/// The error for people: which file was not imported, and where it is wrong.
pub(super) fn refused(error: RegisterError, file: &Path) -> anyhow::Error {
    let error = match (error.refusal(), error) {
        (Some(code), error) => InputError::file(code, error).into(),
        (None, RegisterError::Records(error)) => anyhow::Error::from(error),
        (None, RegisterError::Blobs(error)) => error.into(),
        (None, error) => NotReady(error.to_string()).into(),
    };
    error.context(format!("{} was not imported, nothing was changed", file.display()))
}

fn imported(imported: &Imported) -> String {
    let ImportReport { summary: s, columns, shown } = &imported.report;
    let mut text =
        format!("{} dossiers: {} new, {} changed, {} unchanged", imported.dossiers, s.new, s.changed, s.unchanged);
    if imported.dry_run {
        text += "; nothing was written";
    } else {
        let _ = write!(text, "; {} waiting documents found their dossier", s.resolved);
    }
    if !columns.is_empty() {
        let columns: Vec<String> = columns.iter().map(|(column, count)| format!("{column} {count}")).collect();
        let _ = write!(text, "\nchanged since the last time: {}", columns.join(", "));
    }
    for ChangedDossier { dossier, new, columns } in shown {
        let what = if *new { "new".to_owned() } else { columns.join(", ") };
        let _ = write!(text, "\n    {dossier}  {what}");
    }
    text
}

fn history(history: &History) -> String {
    if history.changes.is_empty() {
        return format!("dossier {}: no import changed it", history.dossier);
    }
    let mut text = format!("dossier {}\n", history.dossier);
    for change in &history.changes {
        let source = change.source.to_string();
        let time = local_time(change.at).strftime("%Y-%m-%d %H:%M:%S");
        let _ = writeln!(text, "{time}  {}  {} ({})", change.agent, change.file, &source[..12]);
        for field in &change.fields {
            let _ = match (&field.from, &field.to) {
                (Some(from), Some(to)) => writeln!(text, "    {}: {} → {}", field.field, plain(from), plain(to)),
                _ => writeln!(text, "    {}: changed", field.field),
            };
        }
    }
    text
}

/// A value for people.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn imports(rows: &Vec<ImportRow>) -> String {
    let mut text = String::new();
    for row in rows {
        let time = local_time(row.at).strftime("%Y-%m-%d %H:%M:%S");
        let digest = row.source.map(|digest| digest.to_string()).unwrap_or_default();
        let short = digest.get(..12).unwrap_or_default();
        let _ = writeln!(text, "{time}  {}  {short}  {}  {}", row.kind, row.file, row.detail);
    }
    text
}
