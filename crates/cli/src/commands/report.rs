//! `sohoa report`: what was received and handled in a period, with every sum checked.

use std::path::Path;

use anyhow::bail;
use jiff::civil::Date;
use sohoa_report::{MonthlyReport, coverage};
use sohoa_store::{CoverageScope, LateAfter};

use crate::exit::Exit;
use crate::files::Files;
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
    #[command(flatten)]
    files: Files,
}

pub(crate) fn run(home: &Path, args: &Args, output: Output) -> anyhow::Result<Exit> {
    let (from, to) = (args.from, args.to);
    if from > to {
        bail!("the first day is behind the last one");
    }
    let (report, at) = block_on(async {
        let home = Home::open(home).await?;
        let at = home.clock.now();
        let counts = home.records.handled(from, to).await?;
        let unaccounted = home.records.unaccounted(from, to).await?;
        let scope = CoverageScope { from: Some(from), to: Some(to), ..CoverageScope::default() };
        let late = LateAfter::from_hours(i64::from(home.config.coverage.late_hours));
        let digitized = coverage(&*home.records, &scope, None, late).await?;
        let report = MonthlyReport::new((from, to), &counts, unaccounted, &digitized);
        Ok((report.with_audits(home.records.samples().await?), at))
    })?;
    args.files.write(&report, || report.render(at))?;
    output.print(&report, MonthlyReport::lines)?;
    Ok(if report.closes() { Exit::Done } else { Exit::FallsShort })
}
