//! `sohoa dossier show CODE`: what hangs on a dossier.

use std::path::Path;

use clap::Subcommand;
use serde::Serialize;
use sohoa_domain::{AttachmentState, DossierCode, Field};
use sohoa_store::{DocumentFile, DocumentRow, RenditionKind};

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Documents, components and what is missing
    Show {
        /// Dossier code
        code: DossierCode,
    },
}

#[derive(Serialize)]
struct Shown {
    dossier: DossierCode,
    in_register: bool,
    documents: Vec<Document>,
    missing: Vec<String>,
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
    /// What the paper says of itself.
    fields: Vec<Field>,
    state: AttachmentState,
    pdf: Option<String>,
    text: Option<String>,
    alto: Option<String>,
    original: Option<String>,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    let Command::Show { code } = command;
    let shown = block_on(async {
        let home = Home::open(home).await?;
        let entry = home.records.dossier(code).await?;
        let rows = home.records.documents(code).await?;
        let stands = |id| rows.iter().any(|r| r.component.as_ref() == Some(id) && r.state == AttachmentState::Attached);
        let components = entry.iter().flat_map(|e| &e.components);
        let missing = components.filter(|c| c.is_due() && !stands(&c.id)).map(|c| c.id.to_string()).collect();
        let root = home.packages.root();
        let documents = rows.iter().map(|row| document(row, root)).collect();
        Ok(Shown { dossier: code.clone(), in_register: entry.is_some(), documents, missing })
    })?;
    output.print(&shown, |s| {
        let known = if s.in_register { "" } else { " (not in the register)" };
        let mut lines = format!("dossier {}{known}: {} documents\n", s.dossier, s.documents.len());
        for d in &s.documents {
            let component = d.component.as_deref().unwrap_or("unassigned");
            let pdf = d.pdf.as_deref().unwrap_or("-");
            lines +=
                &format!("{}  {component}  {}  {} pages  {}\n    {pdf}\n", d.result_code, d.state, d.pages, d.source);
        }
        if !s.missing.is_empty() {
            lines += &format!("missing: {}\n", s.missing.join(", "));
        }
        lines
    })?;
    Ok(Exit::Done)
}

fn document(row: &DocumentRow, root: &Path) -> Document {
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
        fields: fields(row, root),
        state: row.state,
        pdf: path(RenditionKind::Pdf),
        text: path(RenditionKind::Text),
        alto: path(RenditionKind::Alto),
        original: path(RenditionKind::Original),
    }
}

/// The fields in the document's own description; none when it cannot be read, which verification tells.
fn fields(row: &DocumentRow, root: &Path) -> Vec<Field> {
    let description = row.renditions.iter().find(|r| r.kind == RenditionKind::Metadata);
    let bytes = description.and_then(|r| std::fs::read(root.join(&r.stored)).ok());
    bytes.and_then(|b| serde_json::from_slice::<DocumentFile>(&b).ok()).map(|file| file.fields).unwrap_or_default()
}
