//! Hand-over of a dossier's documents to other systems: as the national portal's JSON with files beside it, as a bag, as an OCFL
//! storage root. `docs/EXCHANGE.md` describes each.
//!
//! Each is made beside its place, every file compared with its digest once copied, and moved there whole.

mod bag;
mod portal;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Serialize;
use sohoa_domain::{AttachmentState, ComponentId, DocumentId, DossierCode, DossierEntry, Sha256Digest};
use sohoa_store::{
    DiskPackages, DocumentRow, PackageError, Records, RenditionKind, StoreError, hash_file, ocfl::Inventory,
};

pub use portal::PortalDossier;

/// Forms of exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `hoso.json` in the field names of the national portal, PDFs beside it.
    PortalJson,
    /// BagIt 1.0 (RFC 8493) with all that is kept of each document.
    Bagit,
    /// An OCFL 1.1 storage root that holds a copy of the dossier's object.
    Ocfl,
}

impl Form {
    /// As typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PortalJson => "portal-json",
            Self::Bagit => "bagit",
            Self::Ocfl => "ocfl",
        }
    }
}

impl FromStr for Form {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::PortalJson, Self::Bagit, Self::Ocfl];
        all.into_iter().find(|f| f.as_str() == text).ok_or_else(|| "none of portal-json, bagit, ocfl".to_owned())
    }
}

/// Why a dossier could not be handed over. Nothing is left of it then.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The records cannot be read, or do not know the dossier.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The package cannot be read.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A stored file is not as its digest says: it is not handed over. Verification names all that is damaged.
    #[error("damaged: {}", .0.display())]
    Damaged(PathBuf),
    /// A file cannot be written, or something stands at its place.
    #[error("{}: {error}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the file system said.
        error: io::Error,
    },
}

/// A document that is handed over, as its own component or as one that it stands for.
#[derive(Debug, Clone)]
pub struct Handed {
    /// The document.
    pub row: DocumentRow,
    /// Component of the dossier that is handed over.
    pub component: Option<ComponentId>,
    /// It hangs on another dossier and is used again.
    pub reused: bool,
}

impl Handed {
    /// Name of its PDF: dossier code, a point, ordinal (Thông tư 02/2019/TT-BNV); of the dossier on which it hangs.
    fn name(&self) -> String {
        format!("{}.{}.pdf", self.row.dossier, self.row.ordinal)
    }
}

/// A dossier with its attached documents.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// The dossier as the register tells it.
    pub entry: DossierEntry,
    /// Its documents in order of ordinal, then those used again.
    pub documents: Vec<Handed>,
}

/// What was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandedOver {
    /// Dossier.
    pub dossier: DossierCode,
    /// Form.
    pub form: Form,
    /// Where it lies.
    pub path: PathBuf,
    /// Documents that went.
    pub documents: Vec<DocumentId>,
    /// Files of them.
    pub files: u64,
}

impl HandOver {
    /// Reads what there is to hand over of a dossier.
    ///
    /// # Errors
    /// `Store`: `Unknown` when the register does not list the dossier.
    pub async fn read(records: &dyn Records, code: &DossierCode) -> Result<Self, ExchangeError> {
        let entry = records.dossier(code).await?;
        let entry = entry.ok_or_else(|| StoreError::Unknown(format!("dossier {code} in the register")))?;
        let is_there = |row: &DocumentRow| row.state == AttachmentState::Attached;
        let own = records.documents(code).await?.into_iter().filter(is_there);
        let mut documents: Vec<Handed> =
            own.map(|row| Handed { component: row.component.clone(), row, reused: false }).collect();
        for (component, id) in records.reused(code).await? {
            let row = records.document(&id).await?.filter(is_there);
            documents.extend(row.map(|row| Handed { row, component: Some(component), reused: true }));
        }
        Ok(Self { entry, documents })
    }

    /// Writes it into the folder `to`, which may not stand yet or must be empty.
    ///
    /// # Errors
    /// [`ExchangeError`]
    pub fn write(&self, form: Form, packages: &DiskPackages, to: &Path) -> Result<HandedOver, ExchangeError> {
        let parent = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let scratch = tempfile::Builder::new().prefix(".sohoa-").tempdir_in(parent).map_err(io_error(parent))?;
        let made = scratch.path().join("made");
        let files = match form {
            Form::PortalJson => portal::write(self, packages, &made)?,
            Form::Bagit => bag::write(self, packages, &made)?,
            Form::Ocfl => self.write_ocfl(packages, &made)?,
        };
        fs::rename(&made, to).map_err(io_error(to))?;
        // Papers that are used again hang in the package of another dossier, which is not ours to give away.
        let gone = self.documents.iter().filter(|d| form != Form::Ocfl || !d.reused);
        Ok(HandedOver {
            dossier: self.entry.code.clone(),
            form,
            path: to.to_owned(),
            documents: gone.map(|d| d.row.id.clone()).collect(),
            files,
        })
    }

    fn write_ocfl(&self, packages: &DiskPackages, made: &Path) -> Result<u64, ExchangeError> {
        let code = &self.entry.code;
        let _hold = packages.hold(code)?;
        let target = DiskPackages::open(made)?;
        let inventory =
            packages.read(code)?.ok_or_else(|| StoreError::Unknown(format!("package of dossier {code}")))?;
        let (from, to) = (packages.object_root(code), target.object_root(code));
        for entry in walkdir::WalkDir::new(&from) {
            let entry = entry.map_err(|e| io_error(&from)(e.into()))?;
            let path = to.join(entry.path().strip_prefix(&from).unwrap_or(entry.path()));
            let done = if entry.file_type().is_dir() {
                fs::create_dir_all(&path)
            } else {
                fs::copy(entry.path(), &path).map(|_| ())
            };
            done.map_err(io_error(&path))?;
        }
        check(&inventory, &from, &to)
    }
}

/// Compares what was copied with the inventory; returns how many files there are.
fn check(inventory: &Inventory, from: &Path, to: &Path) -> Result<u64, ExchangeError> {
    let mut files = 0;
    for (content, digest) in inventory.contents() {
        let seen = hash_file(&to.join(content)).map(|(digest, _)| digest);
        if seen.ok() != Some(digest) {
            return Err(ExchangeError::Damaged(from.join(content)));
        }
        files += 1;
    }
    Ok(files)
}

/// Copies a file and compares the copy with its digest.
fn copy(from: &Path, digest: Sha256Digest, to: &Path) -> Result<u64, ExchangeError> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(io_error(folder))?;
    }
    let bytes = fs::copy(from, to).map_err(io_error(from))?;
    let (seen, _) = hash_file(to).map_err(io_error(to))?;
    if seen != digest {
        return Err(ExchangeError::Damaged(from.to_owned()));
    }
    Ok(bytes)
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> ExchangeError + use<> {
    let path = path.to_owned();
    move |error| ExchangeError::Io { path: path.clone(), error }
}

/// Where the searchable PDF of a document lies, and its digest.
fn pdf<'a>(packages: &DiskPackages, row: &'a DocumentRow) -> Option<(PathBuf, &'a sohoa_store::Rendition)> {
    let rendition = row.renditions.iter().find(|r| r.kind == RenditionKind::Pdf)?;
    Some((packages.root().join(&rendition.stored), rendition))
}
