//! `sohoa coverage`: digitized against received, by both definitions, and the papers behind the figures.

use std::io::Write as _;
use std::path::Path;

use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::{Channel, ComponentKind, ProcedureCode};
use sohoa_report::{CoverageReport, Missing, coverage, missing_line, number, result_line, time};
use sohoa_store::{CoverageBy, CoverageScope, ExemptPaper, LateAfter, LatePaper, MissingPapers};

use crate::exit::Exit;
use crate::files::Files;
use crate::home::{Home, block_on};
use crate::output::Output;

/// Lines of one list that a terminal gets; `--json` has them all.
const MOST: usize = 50;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// First day of reception
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Last day of reception
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// Only dossiers of this agency
    #[arg(long)]
    agency: Option<String>,
    /// Only dossiers of this receiving counter
    #[arg(long)]
    counter: Option<String>,
    /// Only dossiers of this procedure
    #[arg(long, value_name = "CODE")]
    procedure: Option<ProcedureCode>,
    /// Only dossiers filed so: counter, online or post
    #[arg(long, value_parser = Channel::parse)]
    channel: Option<Channel>,
    /// Figures for each of these too: agency, counter, day, month, quarter, procedure or channel
    #[arg(long, value_name = "WHAT")]
    by: Option<CoverageBy>,
    /// List only due results without a scan among what is missing
    #[arg(long)]
    results: bool,
    /// List what is exempt, with the reasons
    #[arg(long)]
    exempt: bool,
    /// List what was scanned too late after reception
    #[arg(long)]
    late: bool,
    /// Lowest acceptable percentage, full definition
    #[arg(long, default_value_t = 100.0, value_parser = percentage)]
    min: f64,
    #[command(flatten)]
    files: Files,
}

fn percentage(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&value) { Ok(value) } else { Err("not between 0 and 100".to_owned()) }
}

impl Args {
    fn scope(&self) -> CoverageScope {
        CoverageScope {
            from: self.from,
            to: self.to,
            agency: self.agency.clone(),
            counter: self.counter.clone(),
            procedure: self.procedure.clone(),
            channel: self.channel,
        }
    }
}

/// All but what is missing.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    coverage: CoverageReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    exempt_papers: Option<Vec<ExemptPaper>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    late_papers: Option<Vec<LatePaper>>,
}

/// The same with what is missing.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    report: &'a Report,
    missing: Vec<Missing>,
}

pub(crate) fn run(home: &Path, args: &Args, output: Output) -> anyhow::Result<Exit> {
    block_on(async {
        let home = Home::open(home).await?;
        let scope = args.scope();
        let late = LateAfter::from_hours(i64::from(home.config.coverage.late_hours));
        let coverage = coverage(&*home.records, &scope, args.by, late).await?;
        let exempt_papers = if args.exempt { Some(home.records.exempt(&scope).await?) } else { None };
        let late_papers = if args.late { Some(home.records.late(&scope, late).await?) } else { None };
        let report = Report { coverage, exempt_papers, late_papers };
        if args.files.any() {
            write_files(&home, &report, args).await?;
        }
        let printed =
            if output.json { document(&home, &report, args).await } else { lines(&home, &report, args).await };
        output.unless_closed(printed)?;
        // Compared without rounding: 99.999 % is not 100 %. Nothing received falls short of nothing.
        let c = &report.coverage.coverage.counts;
        let enough = c.digitized_full as f64 * 100.0 >= args.min * c.received as f64;
        Ok(if enough { Exit::Done } else { Exit::FallsShort })
    })
}

/// Writes the files that were asked for, with all that is missing.
async fn write_files(home: &Home, report: &Report, args: &Args) -> anyhow::Result<()> {
    let mut all = Vec::new();
    missing(home, args, |dossier| {
        all.push(dossier);
        Ok(true)
    })
    .await?;
    let told = Told { report, missing: all.iter().cloned().map(Missing::from).collect() };
    args.files.write(&told, || report.coverage.render(&all))
}

/// Tells `each` dossier that is not full, or only those without a due result, until it wants no more or fails.
async fn missing(
    home: &Home,
    args: &Args,
    mut each: impl FnMut(MissingPapers) -> std::io::Result<bool> + Send,
) -> anyhow::Result<()> {
    let mut failed = None;
    let kind = args.results.then_some(ComponentKind::Result);
    let mut tell = |dossier| {
        each(dossier).unwrap_or_else(|error| {
            failed = Some(error);
            false
        })
    };
    home.records.missing(&args.scope(), kind, &mut tell).await?;
    Ok(failed.map_or(Ok(()), Err)?)
}

/// One JSON document. What is missing may be very much: it is written as it is read.
async fn document(home: &Home, report: &Report, args: &Args) -> anyhow::Result<()> {
    let head = serde_json::to_string(report)?;
    let mut out = std::io::BufWriter::new(std::io::stdout());
    write!(out, "{},\"missing\":[", head.strip_suffix('}').unwrap_or(&head))?;
    let mut comma = "";
    missing(home, args, |dossier| {
        write!(out, "{comma}")?;
        comma = ",";
        serde_json::to_writer(&mut out, &Missing::from(dossier))?;
        Ok(true)
    })
    .await?;
    writeln!(out, "]}}")?;
    Ok(out.flush()?)
}

/// The figures and the beginning of each list.
async fn lines(home: &Home, report: &Report, args: &Args) -> anyhow::Result<()> {
    let counts = &report.coverage.coverage.counts;
    let mut text = report.coverage.lines();
    let mut list = |title: &str, total: usize, told: Vec<String>| {
        if total == 0 {
            return;
        }
        text += &format!("\n{title}: {}\n{}", number(total as u64), told.concat());
        if total > told.len() {
            let more = number((total - told.len()) as u64);
            text += &format!("... và {more} nữa: thêm --json để có đủ, hoặc lọc theo kỳ, --agency, --counter\n");
        }
    };
    let mut told = Vec::new();
    missing(home, args, |dossier| {
        if args.results {
            told.extend(dossier.papers.iter().map(|paper| result_line(&dossier, paper)));
        } else {
            told.push(missing_line(&dossier));
        }
        Ok(told.len() < MOST)
    })
    .await?;
    if args.results {
        list("Kết quả phải số hóa còn thiếu", (counts.results_due - counts.results_there) as usize, told);
    } else {
        list("Hồ sơ còn thiếu", (counts.received - counts.digitized_full) as usize, told);
    }
    let orphans = &report.coverage.orphans;
    let line = |o: &sohoa_store::Orphan| {
        let since = time(sohoa_domain::local_time(o.since));
        format!("{}  {} văn bản, từ {since}\n", o.dossier, number(o.documents))
    };
    list("Có giấy tờ nhưng không có trong sổ tiếp nhận", orphans.len(), orphans.iter().take(MOST).map(line).collect());
    if let Some(papers) = &report.exempt_papers {
        let line = |p: &ExemptPaper| format!("{}  {}: {}\n", p.dossier, p.component, p.reason);
        list("Được miễn", papers.len(), papers.iter().take(MOST).map(line).collect());
    }
    if let Some(papers) = &report.late_papers {
        let line = |p: &LatePaper| {
            let (received, accepted) = (time(p.received), time(p.accepted));
            format!("{}  {}: tiếp nhận {received}, quét {accepted}\n", p.dossier, p.component)
        };
        list("Số hóa chậm", papers.len(), papers.iter().take(MOST).map(line).collect());
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    Ok(())
}
