//! What the application needs of the stores beside the records: the binary provides it.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;

use async_trait::async_trait;
use axum::body::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use sohoa_domain::{ComponentId, Desk, DocumentId, DossierCode, RefusalCode, Rotation, Sha256Digest};
use sohoa_report::{CheckReport, Made, Statement, VerifyReport};
use sohoa_store::{BatchId, DocumentVersion, FieldValue, FileId, ImportReport, RegisterFileError, Rendition};
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

// Backlog (số hóa tồn đọng).

/// A folder of papers of former years that the settings name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BacklogFolder {
    /// Whose papers lie there; empty: nobody's in particular.
    pub agency: String,
    /// Its name.
    pub name: String,
    /// Names of its sub-folders, of which each can become a batch.
    pub parts: Vec<String>,
}

/// What takes in papers of former years.
#[async_trait]
pub trait Backlogs: Send + Sync {
    /// The folders, in the order of the settings.
    async fn folders(&self) -> io::Result<Vec<BacklogFolder>>;

    /// Opens a batch of a part of the folder of this number and takes its files in, which goes on afterwards. While one of the same part
    /// is being taken in, that is returned.
    async fn start(&self, folder: usize, part: &str, by: &str) -> io::Result<BatchId>;

    /// How many files of a batch are still to be taken in, while that goes on.
    fn to_take(&self, batch: BatchId) -> Option<u64>;
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

// Audit.

/// Certificates of coverage that the home has made, and the check of any.
#[async_trait]
pub trait Certificates: Send + Sync {
    /// What the home's own state, the latest first.
    async fn list(&self) -> io::Result<Vec<Statement>>;

    /// Makes that of a period (inclusive days of reception) for this user, with an event. It takes as long as reading all of it.
    async fn make(&self, from: Date, to: Date, by: &str) -> io::Result<Made>;

    /// The file of the home's own with this root.
    async fn read(&self, root: &Sha256Digest) -> io::Result<Option<Vec<u8>>>;

    /// The public key that the home signs with, as a file.
    async fn public_key(&self) -> io::Result<String>;

    /// Checks one with the home's public key, also against an earlier one; `None` when one of the files is no certificate.
    async fn check(&self, certificate: Vec<u8>, against: Option<Vec<u8>>) -> io::Result<Option<CheckReport>>;
}

/// The comparison of stored bytes with their digests.
#[async_trait]
pub trait Verification: Send + Sync {
    /// Verifies what is stored of one dossier.
    async fn verify(&self, dossier: &DossierCode) -> io::Result<VerifyReport>;
}

// Programs.

/// What became of dossiers that were pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// They were taken over, or would be.
    Done(ImportReport),
    /// Places in what was sent are wrong; nothing was changed.
    Wrong(RegisterFileError),
    /// It was refused as a whole; nothing was changed.
    Refused(RefusalCode),
}

/// What takes dossiers as other systems push them: the same import, with the same limits, as that of register files.
#[async_trait]
pub trait Registers: Send + Sync {
    /// Takes them over, or with `dry_run` only says what would change. `by` is the user.
    async fn push(&self, bytes: Chunks<'_>, dry_run: bool, by: &str) -> io::Result<Pushed>;
}

/// A large file that comes in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenUpload {
    /// Id, hexadecimal.
    pub id: String,
    /// Its name, without folders.
    pub name: String,
    /// The dossier that it is for.
    pub dossier: DossierCode,
    /// The user.
    pub by: String,
    /// Bytes of the whole file.
    pub length: u64,
    /// Bytes that are here.
    pub offset: u64,
    /// When it is removed unless bytes come.
    pub expires: Timestamp,
    /// What became of the whole file.
    pub outcome: Option<Received>,
}

/// Whether an upload could be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is open.
    Open(OpenUpload),
    /// The file is larger than files may be.
    TooLarge,
    /// Those that are unfinished take all the room there is for them.
    Full,
}

/// Whether bytes could be added to an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// They are there.
    Open(OpenUpload),
    /// They do not go on where it stands.
    WrongOffset,
    /// There are more than were announced.
    TooMuch,
}

/// What keeps large files until they are whole, also over a restart. Each upload is worked on by one caller at a time.
#[async_trait]
pub trait ResumableUploads: Send + Sync {
    /// Begins an upload of so many bytes.
    async fn begin(&self, upload: Upload<'_>, length: u64, now: Timestamp) -> io::Result<Begun>;
    /// How far it is; `None` when there is none, or its time is over.
    async fn look(&self, id: &str, now: Timestamp) -> io::Result<Option<OpenUpload>>;
    /// Adds bytes from `offset` on. What came of them before they broke off stays. One that is whole then goes into the queue.
    async fn append(&self, upload: OpenUpload, offset: u64, bytes: Chunks<'_>) -> io::Result<Appended>;
    /// Puts one that is whole into the queue.
    async fn finish(&self, upload: OpenUpload) -> io::Result<OpenUpload>;
    /// Removes it.
    async fn end(&self, upload: &OpenUpload) -> io::Result<()>;
}

/// What sends messages to webhooks.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Posts JSON with these headers; an answer of 2xx says that it was taken, everything else is a failure, told in a clause without
    /// what may be secret.
    async fn post(&self, address: &str, headers: &[(&'static str, String)], body: &str) -> Result<(), String>;
}
