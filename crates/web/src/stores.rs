//! What the application needs of the stores beside the records: the binary provides it.

use std::io;
use std::path::PathBuf;

use async_trait::async_trait;
use sohoa_domain::Sha256Digest;
use sohoa_store::{FieldValue, Rendition};

/// Stored files of documents.
#[async_trait]
pub trait Renditions: Send + Sync {
    /// Opens one for reading.
    async fn open(&self, rendition: &Rendition) -> io::Result<tokio::fs::File>;
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
}

/// Whether work can be done.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// What is not ready, by short names: `blobs`, `packages`, `events`, `model`.
    async fn lacking(&self) -> Vec<&'static str>;
}
