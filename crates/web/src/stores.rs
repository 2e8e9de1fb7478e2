//! What the application needs of the stores beside the records: the binary provides it.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;

use async_trait::async_trait;
use axum::body::Bytes;
use sohoa_domain::{ComponentId, Desk, DocumentId, DossierCode, RefusalCode, Rotation, Sha256Digest};
use sohoa_store::{DocumentVersion, FieldValue, FileId, Rendition};
use tokio_stream::Stream;

/// Stored files of documents.
#[async_trait]
pub trait Renditions: Send + Sync {
    /// Opens one for reading.
    async fn open(&self, rendition: &Rendition) -> io::Result<tokio::fs::File>;

    /// The versions of a document, the earliest first.
    async fn versions(&self, dossier: &DossierCode, document: &DocumentId) -> io::Result<Vec<DocumentVersion>>;
}

/// What people say that fields are.
#[async_trait]
pub trait FieldValues: Send + Sync {
    /// Stores a value durably.
    async fn keep(&self, value: FieldValue) -> io::Result<Sha256Digest>;
    /// Reads one; `None` when it was erased.
    async fn read(&self, digest: &Sha256Digest) -> io::Result<Option<FieldValue>>;
}

/// Pages as pictures. They are drawn when they are asked for and kept; they can be deleted at any time.
#[async_trait]
pub trait PagePictures: Send + Sync {
    /// Where the picture (JPEG) of a page (from 1) of received bytes lies, upright, its longer side at most so many px; `None`
    /// when it cannot be shown.
    async fn picture(&self, received: &Sha256Digest, page: u32, longer_side: u32) -> io::Result<Option<PathBuf>>;

    /// The same after this clockwise turn of what was received, whatever the page looks like.
    async fn turned(
        &self,
        received: &Sha256Digest,
        page: u32,
        longer_side: u32,
        turn: Rotation,
    ) -> io::Result<Option<PathBuf>>;

    /// The turn by which [`PagePictures::picture`] shows a page upright.
    async fn upright(&self, received: &Sha256Digest, page: u32) -> io::Result<Option<Rotation>>;

    /// How many pages received bytes have; `None` when they cannot be opened.
    async fn pages(&self, received: &Sha256Digest) -> io::Result<Option<u32>>;
}

/// Whether work can be done.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// What is not ready, by short names: `blobs`, `packages`, `events`, `model`.
    async fn lacking(&self) -> Vec<&'static str>;
}

// Counter.

/// The bytes of a file as they come.
pub type Chunks<'a> = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send + 'a>>;

/// A file that a user sends.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    /// Its name, without folders.
    pub name: &'a str,
    /// The dossier that the user put it on.
    pub dossier: &'a DossierCode,
    /// The counter where the user sits.
    pub desk: Option<&'a Desk>,
    /// The user.
    pub by: &'a str,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is in the queue.
    Accepted(FileId),
    /// It was refused, which is on record.
    Refused(RefusalCode),
}

/// What takes files that are sent in: the same intake, with the same limits, as that of the scan folders.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// Takes a file. Nothing is left of one that does not come to its end.
    async fn receive(&self, upload: Upload<'_>, bytes: Chunks<'_>) -> io::Result<Received>;
}

/// What makes sheets that separate papers and say in a code where they belong.
#[async_trait]
pub trait CoverSheets: Send + Sync {
    /// A PDF with a page for each component and its name; `None` is a sheet for the whole dossier.
    async fn print(&self, dossier: &DossierCode, sheets: &[(Option<ComponentId>, String)]) -> io::Result<Vec<u8>>;
}
