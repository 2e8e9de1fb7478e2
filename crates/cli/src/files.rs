//! `--out FILE`: what a command prints, as files of the forms that their endings ask for.

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;
use sohoa_report::render::{Format, Report, write};

#[derive(clap::Args)]
pub(crate) struct Files {
    /// Write it to a file too, once for each; the ending says how: .xlsx, .csv, .svg, .pdf (PDF/A) or .json
    #[arg(long = "out", value_name = "FILE", value_parser = named)]
    paths: Vec<(PathBuf, Format)>,
}

fn named(path: &str) -> Result<(PathBuf, Format), String> {
    let path = PathBuf::from(path);
    let format = Format::of(&path).ok_or("its ending is none of .xlsx, .csv, .svg, .pdf, .json")?;
    Ok((path, format))
}

impl Files {
    /// Whether any is asked for.
    pub(crate) fn any(&self) -> bool {
        !self.paths.is_empty()
    }

    /// Writes all that were asked for; `value` is what `--json` prints.
    pub(crate) fn write<T: Serialize>(&self, value: &T, report: impl FnOnce() -> Report) -> anyhow::Result<()> {
        if !self.any() {
            return Ok(());
        }
        let (report, json) = (report(), serde_json::to_value(value)?);
        for (path, format) in &self.paths {
            write(&report, &json, *format, path).with_context(|| path.display().to_string())?;
        }
        Ok(())
    }
}
