//! `sohoa report`: what was received and handled in a period, with every sum checked.

use std::path::Path;

use anyhow::bail;
use jiff::civil::Date;
use sohoa_report::{MonthlyReport, coverage};

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// First day
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// Last day
    #[arg(long, value_name = "DAY")]
    to: Date,
}

pub(crate) fn run(home: &Path, args: &Args, output: Output) -> anyhow::Result<Exit> {
    let (from, to) = (args.from, args.to);
    if from > to {
        bail!("the first day is behind the last one");
    }
    let report = block_on(async {
        let home = Home::open(home).await?;
        let counts = home.records.handled(from, to).await?;
        let unaccounted = home.records.unaccounted(from, to).await?;
        let digitized = coverage(&home.records.dossiers_with_attachments(Some(from), Some(to)).await?);
        Ok(MonthlyReport::new((from, to), &counts, unaccounted, &digitized))
    })?;
    output.print(&report, MonthlyReport::lines)?;
    Ok(if report.remainder() == 0 { Exit::Done } else { Exit::FallsShort })
}
