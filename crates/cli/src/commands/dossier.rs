//! `sohoa dossier`: what hangs on a dossier, what is missing, and what need not be scanned again.

use std::path::Path;

use clap::Subcommand;
use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::{
    AttachmentState, ComponentEntry, ComponentId, DocumentId, DossierCode, DossierEntry, PageFault, PageRecord,
    ProfileWarning,
};
use sohoa_dossier::reusable_for;
use sohoa_store::{
    CheckedField, Confirmation, DocumentFile, DocumentRow, FieldValue, RenditionKind, SamePaper, checked_fields,
};

use super::review::Person;
use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

/// Dossiers of the same applicant that are looked through.
const MOST_DOSSIERS: u32 = 50;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Documents, components and what is missing
    Show {
        /// Dossier code
        code: DossierCode,
    },
    /// Let a paper that was digitized for another dossier stand for a component
    Reuse {
        /// Dossier code
        code: DossierCode,
        /// Component that needs no scan of its own
        #[arg(long)]
        component: ComponentId,
        /// Document of another dossier, as `dossier show` offers it
        #[arg(long, required_unless_present = "drop")]
        document: Option<DocumentId>,
        /// Take it back
        #[arg(long, conflicts_with = "document")]
        drop: bool,
        #[command(flatten)]
        by: Person,
    },
}

#[derive(Serialize)]
struct Shown {
    dossier: DossierCode,
    in_register: bool,
    /// First day of the catalogue version that the components come from; none when the register lists them.
    catalogue: Option<Date>,
    documents: Vec<Document>,
    missing: Vec<String>,
    /// Components that a document of another dossier stands for.
    reused: Vec<Reused>,
    /// Papers of the same applicant that could stand for what is missing.
    reusable: Vec<Reused>,
    /// Other documents that are the same paper as one of these.
    same_papers: Vec<SamePaper>,
}

#[derive(Serialize)]
struct Document {
    id: String,
    component: Option<String>,
    result_code: String,
    source: String,
    /// The received file, and which of its pages these are, from 1.
    source_digest: String,
    physical_pages: Vec<u32>,
    pages: u64,
    /// What the paper says of itself, with what people confirmed.
    fields: Vec<CheckedField>,
    /// Profile of rules that the copy was checked by, and what of it falls short.
    profile: Option<String>,
    warnings: Vec<ProfileWarning>,
    /// What is wrong with its pages.
    faults: Vec<Faulty>,
    /// Numbers of pages that are missing by the page numbers printed on the others.
    missing_numbers: Vec<u32>,
    state: AttachmentState,
    pdf: Option<String>,
    text: Option<String>,
    alto: Option<String>,
    original: Option<String>,
}

/// What is wrong with a page.
#[derive(Serialize)]
struct Faulty {
    /// Of the received file, from 1.
    page: u32,
    #[serde(flatten)]
    fault: PageFault,
}

/// A document of another dossier and the component that it stands for.
#[derive(Serialize)]
struct Reused {
    component: ComponentId,
    document: DocumentId,
    dossier: DossierCode,
    result_code: String,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    let shown = block_on(async {
        let home = Home::open(home).await?;
        let code = match command {
            Command::Show { code } => code,
            Command::Reuse { code, component, document, by, .. } => {
                home.records.reuse(code, component, document.as_ref(), home.clock.now(), &by.name()).await?;
                home.seal().await?;
                code
            }
        };
        show(&home, code).await
    })?;
    output.print(&shown, lines)?;
    Ok(Exit::Done)
}

async fn show(home: &Home, code: &DossierCode) -> anyhow::Result<Shown> {
    let entry = home.records.dossier(code).await?;
    let confirmations = home.records.confirmations(code).await?;
    let rows = home.records.documents(code).await?;
    let mut reused = Vec::new();
    for (component, id) in home.records.reused(code).await? {
        let standing = home.records.document(&id).await?.filter(|d| d.state == AttachmentState::Attached);
        reused.extend(standing.map(|row| standing_for(component, &row)));
    }
    let stands = |id: &ComponentId| {
        rows.iter().any(|r| r.component.as_ref() == Some(id) && r.state == AttachmentState::Attached)
            || reused.iter().any(|r| r.component == *id)
    };
    let components = entry.iter().flat_map(|e| &e.components);
    let missing: Vec<ComponentEntry> = components.filter(|c| c.is_due() && !stands(&c.id)).cloned().collect();
    let reusable = match &entry {
        Some(entry) if !missing.is_empty() => reusable(home, entry, &missing).await?,
        _ => Vec::new(),
    };
    Ok(Shown {
        dossier: code.clone(),
        in_register: entry.is_some(),
        catalogue: entry.as_ref().and_then(|entry| entry.catalogue),
        documents: rows.iter().map(|row| document(home, row, &confirmations)).collect(),
        missing: missing.iter().map(|c| c.id.to_string()).collect(),
        reused,
        reusable,
        same_papers: home.records.same_papers(code).await?,
    })
}

/// Papers that hang on other dossiers of the same applicant and are what is missing here.
async fn reusable(home: &Home, entry: &DossierEntry, missing: &[ComponentEntry]) -> anyhow::Result<Vec<Reused>> {
    let mut offered = Vec::new();
    let codes = home.records.dossiers_of_applicant(&entry.applicant, MOST_DOSSIERS).await?;
    for code in codes.iter().filter(|code| **code != entry.code) {
        let components = home.records.dossier(code).await?.map(|e| e.components).unwrap_or_default();
        for row in home.records.documents(code).await?.iter().filter(|d| d.state == AttachmentState::Attached) {
            let was = components.iter().find(|c| Some(&c.id) == row.component.as_ref()).map(|c| c.name.as_str());
            let fields = description(row, home.packages.root()).map(|d| d.fields).unwrap_or_default();
            offered.extend(reusable_for(missing, was, &fields).map(|component| standing_for(component, row)));
        }
    }
    Ok(offered)
}

fn standing_for(component: ComponentId, row: &DocumentRow) -> Reused {
    Reused { component, document: row.id.clone(), dossier: row.dossier.clone(), result_code: row.result_code.clone() }
}

fn document(home: &Home, row: &DocumentRow, confirmations: &[Confirmation]) -> Document {
    let root = home.packages.root();
    let told = description(row, root);
    let faults_of = |record: &PageRecord| -> Vec<Faulty> {
        record.faults().into_iter().map(|fault| Faulty { page: record.number, fault }).collect()
    };
    let faults = told.iter().flat_map(|d| &d.pages).flat_map(faults_of).collect();
    let (fields, profile, warnings, missing_numbers) =
        told.map(|d| (d.fields, d.profile, d.warnings, d.missing_numbers)).unwrap_or_default();
    let said: Vec<Confirmation> = confirmations.iter().filter(|c| c.document == row.id).cloned().collect();
    let fields = checked_fields(&fields, &said, |digest| FieldValue::read(&home.blobs, digest));
    let path = |kind| {
        let rendition = row.renditions.iter().find(|r| r.kind == kind)?;
        Some(root.join(&rendition.stored).display().to_string())
    };
    Document {
        id: row.id.to_string(),
        component: row.component.as_ref().map(ToString::to_string),
        result_code: row.result_code.clone(),
        source: row.source_name.clone(),
        source_digest: row.source_digest.to_string(),
        physical_pages: row.physical_pages.clone(),
        pages: row.pages.kept + row.pages.blank,
        fields,
        profile,
        warnings,
        faults,
        missing_numbers,
        state: row.state,
        pdf: path(RenditionKind::Pdf),
        text: path(RenditionKind::Text),
        alto: path(RenditionKind::Alto),
        original: path(RenditionKind::Original),
    }
}

/// The document's own description; none when it cannot be read, which verification tells.
fn description(row: &DocumentRow, root: &Path) -> Option<DocumentFile> {
    let description = row.renditions.iter().find(|r| r.kind == RenditionKind::Metadata)?;
    let bytes = std::fs::read(root.join(&description.stored)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn lines(shown: &Shown) -> String {
    let known = if shown.in_register { "" } else { " (not in the register)" };
    let mut lines = format!("dossier {}{known}: {} documents\n", shown.dossier, shown.documents.len());
    if let Some(day) = shown.catalogue {
        lines += &format!("components from the catalogue of {day}\n");
    }
    for d in &shown.documents {
        let component = d.component.as_deref().unwrap_or("unassigned");
        let pdf = d.pdf.as_deref().unwrap_or("-");
        lines += &format!("{}  {component}  {}  {} pages  {}\n    {pdf}\n", d.result_code, d.state, d.pages, d.source);
        for warning in &d.warnings {
            lines += &format!("    warning: {}{} ({})\n", pages(&warning.pages), warning.rule, warning.source);
        }
        for Faulty { page, fault } in &d.faults {
            lines += &format!("    warning: page {page}: {fault}\n");
        }
        if !d.missing_numbers.is_empty() {
            let numbers: Vec<String> = d.missing_numbers.iter().map(u32::to_string).collect();
            lines += &format!("    warning: by the printed numbers these pages are missing: {}\n", numbers.join(", "));
        }
        for same in shown.same_papers.iter().filter(|same| same.document.as_str() == d.id) {
            let why = if same.same_bytes { "the same bytes" } else { "the same number, symbol and issuer" };
            lines += &format!("    warning: {why} as {} of dossier {}\n", same.result_code, same.dossier);
        }
    }
    for r in &shown.reused {
        lines += &format!("{}  reused from dossier {} ({})\n", r.component, r.dossier, r.result_code);
    }
    if !shown.missing.is_empty() {
        lines += &format!("missing: {}\n", shown.missing.join(", "));
    }
    for r in &shown.reusable {
        let Reused { component, document, dossier, .. } = r;
        lines += &format!(
            "    {component} may be reused from dossier {dossier}: sohoa dossier reuse {} --component {component} --document {document}\n",
            shown.dossier
        );
    }
    lines
}

/// The pages in front of a warning: `page 3: `, the first of many.
fn pages(pages: &[u32]) -> String {
    match pages {
        [] => String::new(),
        [one] => format!("page {one}: "),
        [first, rest @ ..] => format!("page {first} and {} more: ", rest.len()),
    }
}
