//! `sohoa convert IN OUT.pdf`: one file, no home.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;
use sohoa_domain::{Clock as _, PageRecord, local_day};
use sohoa_pdf::DocumentInfo;
use sohoa_pipeline::{AssembleError, ConvertOptions, ConvertedPart, Filing, Outputs};

use crate::clock::SystemClock;
use crate::config::Config;
use crate::exit::{Exit, NotReady};
use crate::home::{bcp47, engines};
use crate::output::Output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// PDF, JPEG, PNG, TIFF, WebP or BMP
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Searchable PDF/A-2
    #[arg(value_name = "OUT.pdf")]
    output: PathBuf,
    /// Also write plain text
    #[arg(long, value_name = "F")]
    text: Option<PathBuf>,
    /// Also write ALTO 4 XML
    #[arg(long, value_name = "F")]
    alto: Option<PathBuf>,
    /// Also write the fields of the paper (number, date, subject, …) as JSON
    #[arg(long, value_name = "F")]
    fields: Option<PathBuf>,
    /// Language model [default: vie]
    #[arg(long)]
    lang: Option<String>,
    /// Pages recognized at the same time [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

#[derive(Serialize)]
struct Report {
    pages: Vec<PageRecord>,
    failed: usize,
    engine: String,
    bytes: u64,
    timings: BTreeMap<&'static str, u64>,
}

/// All pages become one document.
struct OneDocument {
    outputs: Outputs,
    info: DocumentInfo,
}

impl Filing for OneDocument {
    fn place(&mut self, _: u32) -> Result<Outputs, AssembleError> {
        Ok(self.outputs.clone())
    }

    fn name(&mut self, _: &ConvertedPart) -> Option<DocumentInfo> {
        Some(self.info.clone())
    }
}

pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let config = Config::without_home().map_err(NotReady::from)?;
    let lang = args.lang.as_deref().unwrap_or(&config.ocr.lang);
    let jobs = args.jobs.unwrap_or_else(|| config.ocr.jobs()).max(1);
    let engines = engines(&config, lang, jobs)?;
    let field_rules = config.fields.rules(Path::new("")).map_err(NotReady::from)?;
    let title = args.input.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let bar = output.progress(0, "pages");
    let mut filing = OneDocument {
        outputs: Outputs { pdf: args.output.clone(), text: args.text.clone(), alto: args.alto.clone() },
        info: DocumentInfo { title, identifier: None, language: bcp47(lang).to_owned() },
    };
    let options = ConvertOptions {
        engines: &engines,
        jobs,
        limits: &config.limits,
        split: None,
        source_name: &args.input.file_name().unwrap_or_default().to_string_lossy(),
        field_rules: &field_rules,
        received: local_day(SystemClock.now()),
    };
    let conversion = sohoa_pipeline::convert(&args.input, &mut filing, options, &mut |done, all| {
        bar.set_length(all.into());
        bar.set_position(done.into());
    });
    bar.finish_and_clear();
    let conversion = conversion
        .map_err(|error| anyhow::Error::new(error).context(format!("{} was not converted", args.input.display())))?;
    let document = conversion.parts.into_iter().next().unwrap_or_default();
    if let Some(path) = &args.fields {
        let json = serde_json::to_vec_pretty(&document.fields)?;
        std::fs::write(path, json).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let failed = document.failed_pages();
    for page in document.pages.iter().filter(|p| p.outcome.is_failure()) {
        let reason = page.reason.as_deref().unwrap_or("no reason given");
        eprintln!("sohoa: {}, page {}: no text: {reason}", args.input.display(), page.number);
    }
    let report = Report {
        failed,
        pages: document.pages,
        engine: conversion.engine,
        bytes: document.pdf_bytes,
        timings: conversion.timings,
    };
    output.print(&report, |r| {
        format!("{}: {} pages, {} of them without text", args.output.display(), r.pages.len(), r.failed)
    })?;
    Ok(if failed == 0 { Exit::Done } else { Exit::FallsShort })
}
