//! `sohoa review`: what waits for a person, and what the person decides.

use std::path::Path;

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;
use sohoa_domain::{
    ComponentId, DossierCode, DossierEvidence, Event, FileState, PageEdit, PageSubstitute, Part, Rotation, Sha256Digest,
};
use sohoa_dossier::{Choice, Todo, choices, known_before, pages_in_question};
use sohoa_store::{Decision, FileId, FileRow};

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

/// Pictures that are made for one file.
const MOST_THUMBNAILS: usize = 20;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Files in review, oldest first
    List,
    /// One file: why it waits, what was done to it, what can be decided
    Show {
        /// Number of the file
        file: i64,
    },
    /// Put a file on a dossier; it is processed again
    Assign {
        /// Number of the file
        file: i64,
        /// Code of the dossier
        #[arg(long)]
        dossier: DossierCode,
        /// Component that it is
        #[arg(long)]
        component: Option<ComponentId>,
        /// Only the document that begins on this page
        #[arg(long)]
        page: Option<u32>,
        #[command(flatten)]
        by: Person,
    },
    /// A document begins on each of these pages too
    Split {
        /// Number of the file
        file: i64,
        /// Pages, as 4 or 4,8
        #[arg(long, value_delimiter = ',', required = true)]
        at: Vec<u32>,
        #[command(flatten)]
        by: Person,
    },
    /// Each of these pages goes on with the document before it, also when it looks like a separator
    Merge {
        /// Number of the file
        file: i64,
        /// Pages, as 4 or 4,8
        #[arg(long, value_delimiter = ',', required = true)]
        at: Vec<u32>,
        #[command(flatten)]
        by: Person,
    },
    /// A page is upright after this clockwise turn of what was received
    Turn {
        /// Number of the file
        file: i64,
        /// Page, from 1
        #[arg(long)]
        page: u32,
        /// Degrees: 0, 90, 180 or 270
        #[arg(long, value_parser = rotation)]
        to: Rotation,
        #[command(flatten)]
        by: Person,
    },
    /// Nothing is written on a page, or something is although it looks blank
    Blank {
        /// Number of the file
        file: i64,
        /// Page, from 1
        #[arg(long)]
        page: u32,
        /// It is not blank
        #[arg(long)]
        not: bool,
        #[command(flatten)]
        by: Person,
    },
    /// A page of another received file takes the place of a page
    Replace {
        /// Number of the file
        file: i64,
        /// Page, from 1
        #[arg(long)]
        page: u32,
        /// Number of the file with the better page
        #[arg(long)]
        with: i64,
        /// Page there, from 1
        #[arg(long, default_value_t = 1)]
        with_page: u32,
        #[command(flatten)]
        by: Person,
    },
    /// The pages of a file stand in this order
    Order {
        /// Number of the file
        file: i64,
        /// All pages, as 2,1,3
        #[arg(long, value_delimiter = ',', required = true)]
        pages: Vec<u32>,
        #[command(flatten)]
        by: Person,
    },
    /// A file is no paper, or not ours; its bytes stay
    Reject {
        /// Number of the file
        file: i64,
        /// Why, one clause without personal data
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: Person,
    },
    /// Process a file once more
    Retry {
        /// Number of the file
        file: i64,
        #[command(flatten)]
        by: Person,
    },
    /// Take the last decision about a file back
    Undo {
        /// Number of the file
        file: i64,
        #[command(flatten)]
        by: Person,
    },
}

#[derive(clap::Args)]
pub(crate) struct Person {
    /// Who decides, for the history [default: the user of the system]
    #[arg(id = "by", long = "by", value_name = "NAME")]
    name: Option<String>,
}

impl Person {
    pub(super) fn name(&self) -> String {
        named(self.name.as_deref())
    }
}

/// This person, or the user of the system.
pub(super) fn named(person: Option<&str>) -> String {
    let user = || std::env::var("USER").ok().filter(|u| !u.is_empty());
    person.map(str::to_owned).or_else(user).unwrap_or_else(|| "unknown".to_owned())
}

#[derive(Serialize)]
struct Item {
    file: i64,
    source: String,
    code: String,
    reason: String,
    todo: &'static str,
}

#[derive(Serialize)]
struct Shown {
    file: i64,
    source: String,
    state: FileState,
    code: Option<String>,
    reason: Option<String>,
    todo: &'static str,
    digest: Option<Sha256Digest>,
    /// Where the received bytes lie.
    stored: Option<String>,
    /// What is known of the dossier before a page is read.
    evidence: Vec<DossierEvidence>,
    /// Its documents, and the parts that wait.
    parts: Vec<Part>,
    /// Small pictures of the pages that something has to be decided about.
    thumbnails: Vec<Thumbnail>,
    history: Vec<Event>,
}

#[derive(Serialize)]
struct Thumbnail {
    page: u32,
    path: String,
}

#[derive(Serialize)]
struct Decided {
    file: i64,
    state: FileState,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    match command {
        Command::List => list(home, output),
        Command::Show { file } => show(home, FileId(*file), output),
        Command::Assign { file, dossier, component, page, by } => {
            let (dossier, component) = (dossier.clone(), component.clone());
            let decision = Decision::Assign { dossier, component, part: *page };
            decide(home, FileId(*file), &decision, by, output)
        }
        Command::Split { file, at, by } => {
            decide(home, FileId(*file), &Decision::Split { pages: at.clone() }, by, output)
        }
        Command::Merge { file, at, by } => {
            decide(home, FileId(*file), &Decision::Merge { pages: at.clone() }, by, output)
        }
        Command::Turn { file, page, to, by } => edit(home, *file, PageEdit::Turn { page: *page, to: *to }, by, output),
        Command::Blank { file, page, not, by } => {
            edit(home, *file, PageEdit::Blank { page: *page, blank: !not }, by, output)
        }
        Command::Replace { file, page, with, with_page, by } => {
            replace(home, (*file, *page), (*with, *with_page), by, output)
        }
        Command::Order { file, pages, by } => edit(home, *file, PageEdit::Order { pages: pages.clone() }, by, output),
        Command::Reject { file, reason, by } => {
            decide(home, FileId(*file), &Decision::Reject { reason: reason.clone() }, by, output)
        }
        Command::Retry { file, by } => decide(home, FileId(*file), &Decision::Retry, by, output),
        Command::Undo { file, by } => decide(home, FileId(*file), &Decision::Undo, by, output),
    }
}

fn list(home: &Path, output: Output) -> anyhow::Result<Exit> {
    let items: Vec<Item> = block_on(async {
        let home = Home::open(home).await?;
        Ok(home.records.files(None, Some(FileState::Review)).await?.into_iter().map(item).collect())
    })?;
    output.print(&items, |items| {
        let line = |i: &Item| format!("{}  {}  {}\n    {}; {}\n", i.file, i.code, i.source, i.reason, i.todo);
        if items.is_empty() { "nothing waits for a person".to_owned() } else { items.iter().map(line).collect() }
    })?;
    Ok(if items.is_empty() { Exit::Done } else { Exit::FallsShort })
}

fn show(home: &Path, id: FileId, output: Output) -> anyhow::Result<Exit> {
    let shown = block_on(async {
        let home = Home::open(home).await?;
        let row = home.records.file(id).await?.ok_or_else(|| unknown(id))?;
        let history = home.records.events_of_file(id).await?;
        let stored = row.digest.map(|d| home.blobs.path(&d).display().to_string());
        let (evidence, _) = known_before(&row.relative, row.dossier.as_ref(), row.decided, row.session.as_ref());
        let thumbnails = thumbnails(&home, &row);
        Ok(Shown {
            file: id.0,
            todo: todo(row.reason_code.as_deref().unwrap_or_default()),
            source: row.relative,
            state: row.state,
            code: row.reason_code,
            reason: row.reason,
            digest: row.digest,
            stored,
            evidence,
            parts: row.parts,
            thumbnails,
            history,
        })
    })?;
    output.print(&shown, |s| {
        let mut lines = format!("file {}  {}\nstate {}", s.file, s.source, s.state);
        if let (Some(code), Some(reason)) = (&s.code, &s.reason) {
            lines += &format!(": {code}, {reason}\n{}", s.todo);
        }
        lines += &format!("\nreceived bytes {}\n", s.stored.as_deref().unwrap_or("none could be stored"));
        for e in &s.evidence {
            lines += &format!("evidence: {} says {}\n", e.source.as_str(), e.code);
        }
        for p in &s.parts {
            lines += &part(p);
        }
        for t in &s.thumbnails {
            lines += &format!("picture of page {}: {}\n", t.page, t.path);
        }
        for e in &s.history {
            lines += &format!("{}  {}  {}  {}\n", e.at, e.agent, e.kind.as_str(), e.detail);
        }
        lines
    })?;
    Ok(Exit::Done)
}

/// Pictures of the first pages of what waits, and of pages that may begin another document; they can be deleted at any time. What
/// cannot be shown has none.
fn thumbnails(home: &Home, row: &FileRow) -> Vec<Thumbnail> {
    let (FileState::Review, Some(digest)) = (row.state, row.digest) else { return Vec::new() };
    let mut pages = pages_in_question(&row.parts);
    if pages.is_empty() {
        pages.push(1);
    }
    pages.truncate(MOST_THUMBNAILS);
    let (received, folder) = (home.blobs.path(&digest), home.thumbnails(&digest));
    let drawn =
        sohoa_pipeline::pictures(&received, &pages, &folder, sohoa_pipeline::READABLE_SIDE, None, &home.config.limits);
    let thumbnail = |(page, path): (u32, std::path::PathBuf)| Thumbnail { page, path: path.display().to_string() };
    drawn.unwrap_or_default().into_iter().map(thumbnail).collect()
}

/// A turn in degrees.
fn rotation(text: &str) -> Result<Rotation, &'static str> {
    let degrees: u16 = text.parse().map_err(|_| "not 0, 90, 180 or 270")?;
    Rotation::try_from(degrees)
}

fn replace(home: &Path, place: (i64, u32), with: (i64, u32), by: &Person, output: Output) -> anyhow::Result<Exit> {
    let other = block_on(async { Ok(Home::open(home).await?.records.file(FileId(with.0)).await?) })?;
    let digest = other.and_then(|file| file.digest).with_context(|| format!("file {} is not in the store", with.0))?;
    let by_page = PageSubstitute { file: with.0, digest, page: with.1 };
    edit(home, place.0, PageEdit::Replace { page: place.1, by: by_page }, by, output)
}

fn edit(home: &Path, file: i64, edit: PageEdit, by: &Person, output: Output) -> anyhow::Result<Exit> {
    decide(home, FileId(file), &Decision::Edit { edit }, by, output)
}

fn decide(home: &Path, file: FileId, decision: &Decision, by: &Person, output: Output) -> anyhow::Result<Exit> {
    let decided = block_on(async {
        let home = Home::open(home).await?;
        let state = home.records.decide(file, decision, home.clock.now(), &by.name()).await?;
        home.seal().await?;
        Ok(Decided { file: file.0, state })
    })?;
    output.print(&decided, |d| match d.state {
        FileState::Pending => format!("file {} is in the queue again", d.file),
        state => format!("file {} is {state} now", d.file),
    })?;
    Ok(Exit::Done)
}

/// A document or a part that waits, in a few lines: pages, why, what points where, what to decide.
fn part(p: &Part) -> String {
    let pages =
        if p.first == p.last { format!("page {}", p.first) } else { format!("pages {} to {}", p.first, p.last) };
    let fate = match (&p.document, &p.code) {
        (Some(id), _) => format!("document {id}"),
        (None, code) => format!("waits: {}", code.as_deref().unwrap_or("unknown")),
    };
    let mut lines = format!("{pages}  {fate}\n");
    for e in &p.evidence {
        let page = e.page.map(|page| format!(" on page {page}")).unwrap_or_default();
        lines += &format!("    {}{page} says {}\n", e.source.as_str(), e.code);
    }
    for d in &p.doubts {
        let cues: Vec<&str> = d.cues.iter().map(|c| c.as_str()).collect();
        lines += &format!("    page {} may begin another document: {}\n", d.page, cues.join(", "));
    }
    if p.document.is_none() {
        lines.extend(choices(&p.candidates, &p.evidence).iter().map(choice));
    }
    lines
}

/// A dossier that may be meant, what points to it, and what against.
fn choice(c: &Choice) -> String {
    let words = |evidence: &[DossierEvidence]| {
        let mut words: Vec<&str> = evidence.iter().map(|e| e.source.as_str()).collect();
        words.dedup();
        words.join(", ")
    };
    let against = if c.against.is_empty() { String::new() } else { format!("; against it: {}", words(&c.against)) };
    let known = if c.in_register == Some(false) { ", not in the register" } else { "" };
    format!("    candidate {} ({}{known}{against})\n", c.dossier, words(&c.points_to))
}

fn unknown(id: FileId) -> sohoa_store::StoreError {
    sohoa_store::StoreError::Unknown(format!("file {}", id.0))
}

fn item(row: FileRow) -> Item {
    let code = row.reason_code.unwrap_or_default();
    Item { file: row.id.0, source: row.relative, reason: row.reason.unwrap_or_default(), todo: todo(&code), code }
}

/// What a person can do about it.
fn todo(code: &str) -> &'static str {
    match Todo::of(code) {
        Todo::NameDossier => "say which dossier it is: review assign, with --page for one document of a stack",
        Todo::SayBoundaries => {
            "say where documents begin: review split at these pages, or review merge when it is one document"
        }
        Todo::ScanPapers => "scan the papers behind the sheets, or give the file up: review reject",
        Todo::LookAtPage => "look at the page; scan it again or try again: review retry",
        Todo::Mend => "mend what the reason names, then try again: review retry",
        Todo::Nothing => "nothing to do",
        Todo::ScanAgain => "scan the paper again, or give it up: review reject",
    }
}
