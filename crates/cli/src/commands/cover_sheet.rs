//! `sohoa cover-sheet CODE`: separator sheets with a QR code, a page a component.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use serde::Serialize;
use sohoa_domain::{ComponentId, DossierCode};
use sohoa_dossier::SheetMark;
use sohoa_pdf::{FontFolders, Fonts};
use sohoa_sheet::{CoverSheet, write_pdf};
use sohoa_store::StoreError;

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Dossier code
    code: DossierCode,
    /// A component of the dossier, once for each; without it one sheet for the whole dossier
    #[arg(long = "component", value_name = "ID")]
    components: Vec<ComponentId>,
    /// Where the sheets go
    #[arg(long, value_name = "FILE.pdf")]
    out: PathBuf,
}

#[derive(Serialize)]
struct Made {
    path: PathBuf,
    pages: u32,
    in_register: bool,
}

pub(crate) fn run(home: &Path, args: &Args, output: Output) -> anyhow::Result<Exit> {
    // Sheets are also printed where there is no home: then nothing is known of the dossier's components.
    let entry = if home.join("sohoa.toml").exists() {
        block_on(async { Ok(Home::open(home).await?.records.dossier(&args.code).await?) })?
    } else {
        None
    };
    let name_of = |id: &ComponentId| match &entry {
        Some(entry) => {
            let component = entry.components.iter().find(|c| &c.id == id);
            let unknown = || StoreError::Unknown(format!("component {id} of dossier {}", args.code));
            component.map(|c| c.name.clone()).ok_or_else(unknown)
        }
        None => Ok(String::new()),
    };
    let sheet = |component: Option<ComponentId>| {
        let component_name = component.as_ref().map(name_of).transpose()?.unwrap_or_default();
        let mark = SheetMark { dossier: args.code.clone(), component };
        Ok::<_, StoreError>(CoverSheet { mark, component_name })
    };
    let sheets = match &args.components[..] {
        [] => vec![sheet(None)?],
        ids => ids.iter().map(|id| sheet(Some(id.clone()))).collect::<Result<_, _>>()?,
    };
    let fonts = Arc::new(Fonts::open(&FontFolders::default())?);
    let finished = write_pdf(&args.out, &sheets, &fonts).with_context(|| args.out.display().to_string())?;
    let made = Made { path: args.out.clone(), pages: finished.pages, in_register: entry.is_some() };
    output.print(&made, |m| m.path.display().to_string())?;
    Ok(Exit::Done)
}
