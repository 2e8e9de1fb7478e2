//! The documents of a file into the packages of their dossiers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sohoa_domain::{
    AttachmentState, Change, ComponentId, DocumentId, DossierCode, DossierEvidence, EventKind, Outcome, PageRecord,
    PageSubstitute, Part, paper_key,
};
use sohoa_dossier::{ComponentEvidence, ElectronicCopy, missing_numbers};
use sohoa_store::fault::{Point, reached};
use sohoa_store::{
    ALTO_FILE, ContentSource, DOCUMENT_FILE, DocumentFile, DocumentSource, NewContent, NewDocument, PDF_FILE,
    Rendition, RenditionKind, TEXT_FILE,
};

use super::judge::Filed;
use super::outcome::FileOutcome;
use super::{Job, ProcessError};
use crate::assemble::software;
use crate::convert::ConvertedPart;

/// Evidence as it is kept with the document.
#[derive(Debug, Clone, Serialize)]
struct Evidence<'a> {
    dossier: &'a [DossierEvidence],
    component: Option<ComponentEvidence>,
}

/// A document that is written and can be packaged.
pub(super) struct Ready {
    pub(super) part: ConvertedPart,
    pub(super) filed: Filed,
    pub(super) component: Option<(ComponentId, ComponentEvidence)>,
    /// It is all of the received file.
    pub(super) whole: bool,
    /// Where its files were written.
    pub(super) folder: PathBuf,
}

impl Job<'_> {
    /// Packages the documents of one dossier as one version of its package.
    pub(super) async fn attach(
        &mut self,
        dossier: &DossierCode,
        items: Vec<Ready>,
        engine: &str,
        outcome: &mut FileOutcome,
    ) -> Result<(), ProcessError> {
        let mut contents = Vec::new();
        let mut documents = Vec::new();
        let mut told = Vec::new();
        for Ready { part, filed, component, whole, folder } in items {
            let why = Evidence { dossier: &filed.evidence, component: component.as_ref().map(|(_, why)| *why) };
            let evidence = serde_json::to_value(&why).map_err(|e| ProcessError::Output(e.to_string()))?;
            let component = component.map(|(id, _)| id);
            let name = self.file.relative.rsplit('/').next().unwrap_or_default();
            let profile = self.context.profiles.of(Path::new(&self.file.origin));
            let by_rule = format!("{dossier}.{}", filed.ordinal);
            let copy = ElectronicCopy {
                sides: part.read.last - part.read.first + 1,
                pages: &part.pages,
                printed: &part.read.printed,
                pdf_version: sohoa_pdf::PDF_VERSION,
                name: (&filed.result_code, &by_rule),
            };
            let warnings = profile.map(|profile| profile.rules.check(copy)).unwrap_or_default();
            let paper = paper_key(&part.fields);
            let metadata = DocumentFile {
                id: filed.id.clone(),
                dossier: dossier.clone(),
                component: component.clone(),
                result_code: filed.result_code.clone(),
                ordinal: filed.ordinal,
                source: DocumentSource {
                    name: name.to_owned(),
                    digest: self.source,
                    bytes: self.file.bytes,
                    accepted: self.file.accepted_at,
                },
                part: part.read.first - 1,
                pages: part.pages.clone(),
                replaced: self.replaced_among(&part),
                engine: engine.to_owned(),
                software: software(),
                evidence: evidence.clone(),
                fields: part.fields.clone(),
                profile: profile.map(|profile| profile.name.clone()),
                warnings: warnings.clone(),
                missing_numbers: missing_numbers(&part.read.printed, part.read.counted),
            };
            let metadata = serde_json::to_vec_pretty(&metadata).map_err(|e| ProcessError::Output(e.to_string()))?;
            let text = std::fs::read_to_string(folder.join(TEXT_FILE))?;
            self.contents(&filed.id, &folder, metadata, whole, &mut contents);
            let state = if part.failed_pages() == 0 { filed.state } else { AttachmentState::Incomplete };
            documents.push(NewDocument {
                id: filed.id,
                dossier: dossier.clone(),
                component,
                state,
                ordinal: filed.ordinal,
                result_code: filed.result_code,
                source: self.file.id,
                source_digest: self.source,
                part: part.read.first - 1,
                version: 0,
                pages: part.pages,
                renditions: Vec::new(),
                text,
                evidence: evidence.to_string(),
                paper,
                fields: part.fields,
            });
            told.push(warnings.len());
            outcome.parts.push(Part {
                first: part.read.first,
                last: part.read.last,
                document: documents.last().map(|d| d.id.clone()),
                evidence: filed.evidence,
                doubts: Vec::new(),
                code: None,
                candidates: Vec::new(),
            });
        }
        self.package(dossier, contents, &mut documents).await?;
        reached(Point::Packaged);
        for (document, warnings) in documents.into_iter().zip(told) {
            self.tell_of(&document, warnings);
            outcome.documents.push(document);
        }
        Ok(())
    }

    /// The pages of a document that come from other files.
    fn replaced_among(&self, part: &ConvertedPart) -> BTreeMap<u32, PageSubstitute> {
        let replaced = &self.file.layout.pages.replaced;
        let by = |page: &PageRecord| Some((page.number, replaced.get(&page.number)?.clone()));
        part.pages.iter().filter_map(by).collect()
    }

    /// The files of a document. The received file lies with it only when it is that one document: a stack holds papers of
    /// other people.
    pub(super) fn contents(
        &self,
        id: &DocumentId,
        folder: &Path,
        metadata: Vec<u8>,
        whole: bool,
        contents: &mut Vec<NewContent>,
    ) {
        let mut add =
            |name: &str, source| contents.push(NewContent { logical: format!("{}{name}", folder_of(id)), source });
        if whole {
            let original = self.context.blobs.path(&self.source);
            let name = format!("original.{}", extension_of(&self.file.relative));
            add(&name, ContentSource::Copy(original, self.source));
        }
        for name in [PDF_FILE, ALTO_FILE, TEXT_FILE] {
            add(name, ContentSource::Move(folder.join(name)));
        }
        add(DOCUMENT_FILE, ContentSource::Bytes(metadata));
    }

    /// Writes the documents into their dossier's package and says in each where its files lie.
    pub(super) async fn package(
        &self,
        dossier: &DossierCode,
        contents: Vec<NewContent>,
        documents: &mut [NewDocument],
    ) -> Result<(), ProcessError> {
        let (packages, dossier) = (self.context.packages.clone(), dossier.clone());
        let (agent, now) = (self.context.agent.clone(), self.context.clock.now());
        let ids: Vec<&str> = documents.iter().map(|d| d.id.as_str()).collect();
        let message = format!("document {}", ids.join(", "));
        // What a document had before and has no more, as the received file of one that was split since, leaves the package's head.
        let folders: Vec<String> = documents.iter().map(|d| folder_of(&d.id)).collect();
        let write = move || packages.add_version(&dossier, contents, &folders, &message, &agent, now);
        let version = tokio::task::spawn_blocking(write).await.map_err(|_| ProcessError::Task)??;
        for document in documents.iter_mut() {
            let folder = folder_of(&document.id);
            let mine = version.stored.iter().filter_map(|file| Some((file, file.logical.strip_prefix(&folder)?)));
            document.renditions = mine
                .map(|(file, name)| Rendition {
                    kind: RenditionKind::of_file(name),
                    logical: file.logical.clone(),
                    stored: file.stored.clone(),
                    digest: file.digest,
                    bytes: file.bytes,
                })
                .collect();
            // One that stands already has the version that brought it, not the one of those beside it.
            let held = document.renditions.iter().map(|r| (r.logical.as_str(), r.digest));
            document.version = version.inventory.first_with(held).map_or(version.number, |number| number.get());
        }
        Ok(())
    }

    /// The events of a document that was packaged; `warnings` of its profile.
    fn tell_of(&mut self, document: &NewDocument, warnings: usize) {
        let (id, dossier) = (&document.id, &document.dossier);
        let pages = document.pages.len();
        let failed = document.pages.iter().filter(|p| p.outcome.is_failure()).count();
        let tell = |n| format!("{n} of {pages} pages");
        let recognized = document.pages.iter().filter(|p| !p.own_text && !p.outcome.is_failure()).count();
        let ok = if failed == 0 { Outcome::Success } else { Outcome::Warning };
        self.event(EventKind::Recognized, ok, Some(dossier), Some(id), tell(recognized));
        self.event(EventKind::Converted, Outcome::Success, Some(dossier), Some(id), tell(pages));
        let packaged = format!("version {}", document.version);
        self.event(EventKind::Packaged, Outcome::Success, Some(dossier), Some(id), packaged);
        if let Some(packaged) = self.events.last_mut() {
            let (state, component) = (document.state, document.component.clone());
            packaged.change = Some(Change::Attachment { state, component });
        }
        let unassigned = if document.component.is_none() { "; component unassigned" } else { "" };
        let short = if warnings == 0 { String::new() } else { format!("; {warnings} warnings of its profile") };
        let ok = if warnings == 0 { ok } else { Outcome::Warning };
        let detail = format!("{}{unassigned}{short}", document.result_code);
        self.event(EventKind::Attached, ok, Some(dossier), Some(id), detail);
    }
}

/// The document's folder in its package.
fn folder_of(id: &DocumentId) -> String {
    format!("documents/{id}/")
}

/// The extension of the received name when it is a plain one, else `bin`.
fn extension_of(name: &str) -> String {
    let extension = PathBuf::from(name).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    if (1..=5).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric()) {
        extension
    } else {
        "bin".to_owned()
    }
}
