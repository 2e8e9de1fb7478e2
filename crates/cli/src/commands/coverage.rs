//! `sohoa coverage`: digitized against received, by both definitions.

use std::path::Path;

use jiff::civil::Date;
use serde::Serialize;
use sohoa_report::{By, Coverage, Group, coverage, coverage_by};

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// First day of reception
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Last day of reception
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// Figures for each of these too: agency, counter, day, month, quarter, procedure or channel
    #[arg(long, value_name = "WHAT")]
    by: Option<By>,
    /// Lowest acceptable percentage, full definition
    #[arg(long, default_value_t = 100.0, value_parser = percentage)]
    min: f64,
}

fn percentage(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&value) { Ok(value) } else { Err("not between 0 and 100".to_owned()) }
}

#[derive(Serialize)]
struct Report {
    from: Option<Date>,
    to: Option<Date>,
    #[serde(flatten)]
    coverage: Coverage,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<Group>>,
}

pub(crate) fn run(home: &Path, args: &Args, output: Output) -> anyhow::Result<Exit> {
    let rows = block_on(async {
        let home = Home::open(home).await?;
        Ok(home.records.dossiers_with_attachments(args.from, args.to).await?)
    })?;
    let groups = args.by.map(|by| coverage_by(&rows, by));
    let report = Report { from: args.from, to: args.to, coverage: coverage(&rows), groups };
    output.print(&report, |r| {
        let c = &r.coverage;
        let day = |d: Option<Date>, open: &str| d.map_or_else(|| open.to_owned(), |d| d.to_string());
        let mut lines = format!(
            "received {} to {}: {} dossiers (refused and withdrawn ones left out)\n\
             full  every due component and result attached    {} of {}  {} %\n\
             any   a component, and the result where due       {} of {}  {} %\n\
             exempt components: {}\n",
            day(r.from, "the beginning"),
            day(r.to, "now"),
            c.received,
            c.digitized_full,
            c.received,
            c.full_percent,
            c.digitized_any,
            c.received,
            c.any_percent,
            c.exempt
        );
        for Group { key, coverage: c } in r.groups.iter().flatten() {
            let key = if key.is_empty() { "(the register does not say)" } else { key };
            lines += &format!(
                "{key}: full {} of {}  {} %, any {}  {} %\n",
                c.digitized_full, c.received, c.full_percent, c.digitized_any, c.any_percent
            );
        }
        for m in &c.missing {
            let ids: Vec<&str> = m.components.iter().map(|c| c.as_str()).collect();
            lines += &format!("missing  {}  {}\n", m.dossier, ids.join(", "));
        }
        lines
    })?;
    // Compared without rounding: 99.999 % is not 100 %. Nothing received falls short of nothing.
    let c = &report.coverage;
    let enough = c.digitized_full as f64 * 100.0 >= args.min * c.received as f64;
    Ok(if enough { Exit::Done } else { Exit::FallsShort })
}
