//! `sohoa catalogue`: procedures and the components that their dossiers need.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use jiff::civil::Date;
use sohoa_domain::{CatalogueVersion, ComponentKind, ProcedureCode};
use sohoa_store::StoreError;

use super::register::refused;
use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Take over procedures and their components, all or nothing
    Import {
        /// CSV or XLSX
        file: PathBuf,
    },
    /// The versions of a procedure
    Show {
        /// Procedure code
        procedure: ProcedureCode,
        /// Only the version that holds on this day
        #[arg(long, value_name = "DAY")]
        on: Option<Date>,
    },
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    match command {
        Command::Import { file } => {
            let summary = block_on(async {
                let home = Home::open(home).await?;
                let path = std::fs::canonicalize(file).unwrap_or_else(|_| file.clone());
                let imported = home.register_intake().import_catalogue(&path).await;
                let summary = imported.map_err(|error| refused(error, file))?;
                home.seal().await?;
                Ok(summary)
            })?;
            output.print(&summary, |s| {
                format!(
                    "{} versions: {} new, {} changed, {} unchanged; {} dossiers changed; {} waiting documents found their component",
                    s.new + s.changed + s.unchanged,
                    s.new,
                    s.changed,
                    s.unchanged,
                    s.dossiers,
                    s.resolved
                )
            })?;
        }
        Command::Show { procedure, on } => {
            let all = block_on(async { Ok(Home::open(home).await?.records.catalogue(procedure).await?) })?;
            let versions: Vec<CatalogueVersion> = match on {
                Some(day) => all.into_iter().rfind(|version| version.valid_from <= *day).into_iter().collect(),
                None => all,
            };
            if versions.is_empty() {
                return Err(StoreError::Unknown(format!("procedure {procedure} in the catalogue, on that day")).into());
            }
            output.print(&versions, |versions| versions.iter().map(lines).collect())?;
        }
    }
    Ok(Exit::Done)
}

fn lines(version: &CatalogueVersion) -> String {
    let CatalogueVersion { procedure, valid_from, name, field, agency, components } = version;
    let mut text = format!("{procedure} from {valid_from}  {name}\n    {field}, {agency}\n");
    for c in components {
        let kind = if c.kind == ComponentKind::Result { "result" } else { "component" };
        let due = match &c.exempt_reason {
            Some(reason) => format!("exempt: {reason}"),
            None if c.required => "required".to_owned(),
            None => "not required".to_owned(),
        };
        let _ = writeln!(text, "    {}  {kind}  {due}  {}", c.id, c.name);
    }
    text
}
