//! `sohoa audit`: reproducible samples of documents that are compared with paper.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::{DocumentId, StratumBy, Verdict, local_day};
use sohoa_report::render::{ChecklistItem, checklist, percentage};
use sohoa_report::{MOST_DRAWN, SampleFigures, SampleRequest, SampleSize, checklist_items, listed, number};
use sohoa_store::{SampleRow, StoreError};

use super::review::{Person, named};
use crate::exit::Exit;
use crate::files::Files;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Draw a sample of attached documents
    Sample(SampleArgs),
    /// All samples and what their comparison found so far
    List,
    /// The checklist of a sample
    Show {
        /// Number or name of the sample
        sample: String,
        #[command(flatten)]
        files: Files,
    },
    /// Put on record what the comparison of a document with its paper found
    Record {
        /// Number or name of the sample
        sample: String,
        /// Document
        document: DocumentId,
        /// match, differs, missing-paper, missing-page or unreadable
        #[arg(long, value_parser = verdict)]
        result: Verdict,
        /// What else there is to say; no personal data
        #[arg(long, default_value = "")]
        note: String,
        #[command(flatten)]
        by: Person,
    },
}

#[derive(clap::Args)]
pub(crate) struct SampleArgs {
    /// First day of reception of the documents' dossiers
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// Last day
    #[arg(long, value_name = "DAY")]
    to: Date,
    /// So many documents
    #[arg(long, value_name = "N", required_unless_present = "percent", conflicts_with = "percent", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// So many of a hundred, rounded up
    #[arg(long, value_name = "P")]
    percent: Option<SampleSize>,
    /// What it is drawn with: the same seed and the same documents make the same sample
    #[arg(long)]
    seed: String,
    /// Strata, each with one document at least: agency, counter, procedure, channel, month or none
    #[arg(long, value_name = "WHAT", default_value = "agency", value_parser = stratum)]
    by: StratumBy,
    /// Name of the sample [default: mau- and its number]
    #[arg(long, default_value = "")]
    name: String,
    /// Where the list of all documents goes that it is drawn from
    #[arg(long, value_name = "FILE.csv")]
    population: Option<PathBuf>,
    /// Who draws it, for the history [default: the user of the system]
    #[arg(long, value_name = "NAME")]
    drawn_by: Option<String>,
}

fn verdict(text: &str) -> Result<Verdict, String> {
    Verdict::parse(text).ok_or_else(|| "none of match, differs, missing-paper, missing-page, unreadable".to_owned())
}

fn stratum(text: &str) -> Result<StratumBy, String> {
    StratumBy::parse(text).ok_or_else(|| "none of agency, counter, procedure, channel, month, none".to_owned())
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    figures: SampleFigures,
    items: Vec<ChecklistItem>,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    block_on(async {
        let home = Home::open(home).await?;
        let number = match command {
            Command::List => {
                let figures: Vec<_> = home.records.samples().await?.into_iter().map(SampleFigures::from).collect();
                output.print(&figures, |all| all.iter().map(line).collect())?;
                return Ok(Exit::Done);
            }
            Command::Sample(args) => sample(&home, args).await?,
            Command::Show { sample, .. } => find(&home, sample).await?.number,
            Command::Record { sample, document, result, note, by } => {
                let number = find(&home, sample).await?.number;
                home.records.compare(number, document, *result, note, home.clock.now(), &by.name()).await?;
                home.seal().await?;
                number
            }
        };
        let shown = show(&home, number).await?;
        if let Command::Show { files, .. } = command {
            files.write(&shown, || checklist(&shown.figures, &shown.items, home.clock.now()))?;
        }
        output.print(&shown, lines)?;
        Ok(Exit::Done)
    })
}

async fn find(home: &Home, sample: &str) -> anyhow::Result<SampleRow> {
    let samples = home.records.samples().await?;
    let found = samples.into_iter().find(|s| s.name == sample || s.number.to_string() == sample);
    Ok(found.ok_or_else(|| StoreError::Unknown(format!("sample {sample}")))?)
}

/// Draws and records; returns the number.
async fn sample(home: &Home, args: &SampleArgs) -> anyhow::Result<i64> {
    let population = home.records.audit_population(args.from, args.to, args.by).await?;
    if population.is_empty() {
        return Err(
            StoreError::Unknown("attached document of a dossier that was received in these days".to_owned()).into()
        );
    }
    let request = SampleRequest {
        name: args.name.clone(),
        seed: args.seed.clone(),
        from: args.from,
        to: args.to,
        batch: None,
        size: args.percent.unwrap_or(SampleSize::Count(args.count.unwrap_or(1))),
        by: args.by,
    };
    let sample = request.draw(&population);
    if sample.drawn() > MOST_DRAWN {
        return Err(
            StoreError::Unknown(format!("sample of more than {MOST_DRAWN} documents, which nobody compares")).into()
        );
    }
    if let Some(path) = &args.population {
        let all = listed(population.iter().map(|(d, s)| (d, s.as_str())));
        std::fs::write(path, all).with_context(|| path.display().to_string())?;
    }
    let number = home.records.add_sample(&sample, home.clock.now(), &named(args.drawn_by.as_deref())).await?;
    home.seal().await?;
    Ok(number)
}

async fn show(home: &Home, number: i64) -> anyhow::Result<Shown> {
    let sample = find(home, &number.to_string()).await?;
    let root = home.packages.root();
    let place = |stored: &str| Some(root.join(stored).display().to_string());
    let items = checklist_items(&*home.records, number, place).await?;
    Ok(Shown { figures: sample.into(), items })
}

fn line(figures: &SampleFigures) -> String {
    let (s, wrong) = (&figures.sample, &figures.wrong);
    format!(
        "{}  {}  {} to {}, drawn {}: {} of {} documents, {} compared, {} right, {} wrong ({} of {}; of all at most {}, {})\n",
        s.number,
        s.name,
        s.from,
        s.to,
        local_day(s.drawn_at),
        number(s.drawn),
        number(s.documents),
        number(s.compared),
        number(s.right),
        number(wrong.count),
        percentage(wrong.count, wrong.of),
        number(wrong.of),
        figures.bound_in_print(),
        figures.method
    )
}

fn lines(shown: &Shown) -> String {
    let s = &shown.figures.sample;
    let mut lines = line(&shown.figures);
    lines += &format!("seed {}, strata by {}\npopulation {}\nlist {}\n", s.seed, s.by.as_str(), s.population, s.list);
    for item in &shown.items {
        let component = item.component.as_ref().map_or("unassigned", |c| c.as_str());
        let result = item.result.as_ref().map_or("-", |r| r.verdict.as_str());
        lines += &format!("{}  {}  {component}  {} pages  {result}\n", item.document, item.result_code, item.pages);
        lines += &format!("    {}\n", item.pdf.as_deref().unwrap_or("-"));
    }
    lines
}
