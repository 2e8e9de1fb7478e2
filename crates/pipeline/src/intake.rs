//! Claiming files: stream once into the blob store while hashing, fsync, re-read, commit the row, only then move.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sohoa_domain::{Clock, Desk, DossierCode, Limits, RefusalCode};
use sohoa_store::fault::{Point, reached};
use sohoa_store::{Accepted, BatchId, BlobError, DiskBlobs, FileId, NewFile, NewRefusal, Records, StoreError};
use walkdir::WalkDir;

/// How long the scan of a stack may take.
const SCAN: Duration = Duration::from_secs(120);

/// Something found in a scan folder or named to `ingest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// The names that are evidence: folders below (and including) the named root, then the file name, `/` between.
    pub relative: String,
}

/// What claiming a file did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Its bytes are stored, its row and job are committed.
    Accepted(FileId),
    /// The very same file was accepted before.
    Known(FileId),
    /// It is no file that could be stored; recorded as rejected.
    Refused {
        /// Row of the refusal.
        file: FileId,
        /// Stable code.
        code: RefusalCode,
        /// One clause.
        detail: String,
    },
    /// It changed while it was read, or is gone or away; to be tried again later.
    Unsettled,
}

/// Why nothing could be claimed: not the fault of the file.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Blob store.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// Records.
    #[error(transparent)]
    Records(#[from] StoreError),
    /// The blocking task died.
    #[error("the task that reads files died of a defect")]
    Task,
}

/// The claim of files, shared by the watcher and `ingest`.
#[derive(Clone)]
pub struct Intake {
    /// Rows and queue.
    pub records: Arc<dyn Records>,
    /// Received bytes.
    pub blobs: Arc<DiskBlobs>,
    /// Limits.
    pub limits: Limits,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Who does it, for events.
    pub agent: String,
}

impl Intake {
    /// Claims one file. The file itself is only read. `desk` is the counter whose scan folder it came to.
    ///
    /// # Errors
    /// Only what concerns the whole intake (disk full, database away); what is wrong with the file is a [`Claim`].
    pub async fn claim(
        &self,
        batch: BatchId,
        found: &Found,
        dossier: Option<&DossierCode>,
        desk: Option<&Desk>,
    ) -> Result<Claim, IntakeError> {
        let facts = match Facts::of(&found.path) {
            Ok(facts) if facts.bytes > self.limits.file_bytes => {
                let detail = format!("{} bytes, limit {}", facts.bytes, self.limits.file_bytes);
                return self.refuse(batch, found, RefusalCode::TooManyBytes, detail).await;
            }
            Ok(facts) => facts,
            Err(Odd::Away) => return Ok(Claim::Unsettled),
            Err(Odd::Refused(code, detail)) => return self.refuse(batch, found, code, detail).await,
        };
        let (blobs, path) = (self.blobs.clone(), found.path.clone());
        let stored = tokio::task::spawn_blocking(move || blobs.put_file(&path)).await.map_err(|_| IntakeError::Task)?;
        let stored = match stored {
            Ok(stored) => stored,
            Err(BlobError::Changed) => return Ok(Claim::Unsettled),
            Err(BlobError::Source(error)) if is_away(&error) => return Ok(Claim::Unsettled),
            Err(BlobError::Source(error)) => {
                return self.refuse(batch, found, RefusalCode::Unreadable, error.kind().to_string()).await;
            }
            Err(error) => return Err(error.into()),
        };
        let file = NewFile {
            batch,
            origin: found.path.to_string_lossy().into_owned(),
            relative: found.relative.clone(),
            inode: facts.inode,
            modified_ns: facts.modified_ns,
            digest: stored.digest,
            bytes: stored.bytes,
            dossier: dossier.cloned(),
            desk: desk.cloned().zip(facts.begun),
        };
        Ok(match self.records.accept(&file, self.clock.now(), &self.agent).await? {
            Accepted::New(id) => {
                reached(Point::Accepted);
                Claim::Accepted(id)
            }
            Accepted::Known(id) => Claim::Known(id),
        })
    }

    /// The row of a file that lies where and as it did when it was claimed, without reading it. To be asked for files that
    /// are left in place only: what is moved is compared by its digest.
    pub(crate) async fn standing(&self, path: &Path) -> Result<Option<FileId>, IntakeError> {
        let Ok(facts) = Facts::of(path) else { return Ok(None) };
        let origin = path.to_string_lossy();
        Ok(self.records.standing(&origin, facts.inode, facts.modified_ns, facts.bytes).await?)
    }

    async fn refuse(
        &self,
        batch: BatchId,
        found: &Found,
        code: RefusalCode,
        detail: String,
    ) -> Result<Claim, IntakeError> {
        let refusal = NewRefusal {
            batch,
            origin: found.path.to_string_lossy().into_owned(),
            relative: found.relative.clone(),
            code: code.as_str().to_owned(),
            detail: detail.clone(),
        };
        let file = self.records.refuse(&refusal, self.clock.now(), &self.agent).await?;
        Ok(Claim::Refused { file, code, detail })
    }
}

/// What the file system says about a file before it is opened.
struct Facts {
    inode: u64,
    modified_ns: i64,
    bytes: u64,
    /// When it was begun, where the file system knows: else as long before its last change as a scan takes.
    begun: Option<Timestamp>,
}

/// Why there are no facts.
enum Odd {
    /// Gone, or on a share that is away.
    Away,
    Refused(RefusalCode, String),
}

/// Whether nothing can be said of a file now: it is gone, or the share it lies on is.
fn is_away(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::NotFound
            | Kind::StaleNetworkFileHandle
            | Kind::NotConnected
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::TimedOut
    )
}

impl Facts {
    /// Facts of a regular file, or why it is none. A FIFO or device is never opened.
    fn of(path: &Path) -> Result<Self, Odd> {
        use std::os::unix::fs::MetadataExt as _;
        let meta = std::fs::symlink_metadata(path).map_err(|error| match error {
            error if is_away(&error) => Odd::Away,
            error => Odd::Refused(RefusalCode::Unreadable, error.kind().to_string()),
        })?;
        if !meta.is_file() {
            let kind = if meta.is_dir() {
                "a folder"
            } else if meta.is_symlink() {
                "a symbolic link"
            } else {
                "a FIFO, socket or device"
            };
            return Err(Odd::Refused(RefusalCode::NotARegularFile, kind.to_owned()));
        }
        let modified_ns = meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec());
        let scan = || meta.modified().ok()?.checked_sub(SCAN);
        let begun = meta.created().ok().or_else(scan).and_then(|at| Timestamp::try_from(at).ok());
        Ok(Self { inode: meta.ino(), modified_ns, bytes: meta.len(), begun })
    }
}

/// Everything below a named root that is not skipped by name, in order of path, and how many were skipped.
///
/// A root that is a file is found itself, with its folder's name as evidence.
///
/// # Errors
/// The first folder or file that cannot be listed.
pub fn find(root: &Path) -> std::io::Result<(Vec<Found>, usize)> {
    let meta = std::fs::symlink_metadata(root)?;
    if !meta.is_dir() {
        let folder =
            std::path::absolute(root)?.parent().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
        let name = root.file_name().unwrap_or_default().to_string_lossy();
        let relative = folder.map_or_else(|| name.clone().into_owned(), |folder| format!("{folder}/{name}"));
        return Ok((vec![Found { path: root.to_owned(), relative }], 0));
    }
    let mut walk = Walk::default();
    walk.add(root, root, None)?;
    match walk.errors.into_iter().next() {
        Some(error) => Err(error.into()),
        None => Ok((walk.found, walk.skipped)),
    }
}

/// What lies below a folder.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// What may be papers, in order of path.
    pub(crate) found: Vec<Found>,
    /// The folders.
    pub(crate) folders: Vec<PathBuf>,
    /// How many files were skipped by name.
    skipped: usize,
    /// What could not be listed.
    pub(crate) errors: Vec<walkdir::Error>,
}

impl Walk {
    /// Adds `start`, which is `root` or lies below it, and what is below. `skip` and what is hidden are left out. Links are
    /// not followed, except the root when it is one: whoever set it up means what it points to.
    pub(crate) fn add(&mut self, root: &Path, start: &Path, skip: Option<&Path>) -> std::io::Result<()> {
        let root_name = std::path::absolute(root)?.file_name().map(|n| n.to_string_lossy().into_owned());
        let walk = WalkDir::new(start).follow_root_links(start == root).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|e| e.path() == root || (Some(e.path()) != skip && !is_hidden(e.file_name()))) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.errors.push(error);
                    continue;
                }
            };
            if entry.path() == root || entry.file_type().is_dir() {
                self.folders.push(entry.path().to_owned());
            }
            let paper_named_folder = entry.file_type().is_dir() && has_paper_extension(entry.path());
            if entry.path() == root || (entry.file_type().is_dir() && !paper_named_folder) {
                continue;
            }
            if !is_paper_by_name(entry.path()) {
                self.skipped += 1;
                continue;
            }
            let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let names = root_name.iter().cloned().chain(below.iter().map(|n| n.to_string_lossy().into_owned()));
            let relative = names.collect::<Vec<_>>().join("/");
            self.found.push(Found { path: entry.path().to_owned(), relative });
        }
        Ok(())
    }
}

/// Whether a name can be a paper's: not hidden, not half-written, not a text or table that lies beside papers.
fn is_paper_by_name(path: &Path) -> bool {
    let Some(name) = path.file_name() else { return false };
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    !is_hidden(name)
        && !matches!(
            extension.as_deref(),
            Some("md" | "csv" | "txt" | "json" | "part" | "tmp" | "crdownload" | "filepart")
        )
}

fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with('.')
}

fn has_paper_extension(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    matches!(extension.as_deref(), Some("pdf" | "jpg" | "jpeg" | "png" | "tif" | "tiff" | "webp" | "bmp"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_paper_by_name_is_skipped_and_counted() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("H41-230615-0001");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::create_dir_all(root.join("folder.pdf")).unwrap();
        for name in ["b.pdf", "a.PDF", "register.csv", "notes.md", ".hidden.pdf", "scan.part", "sub/c.tif"] {
            std::fs::write(root.join(name), b"x").unwrap();
        }
        let (found, skipped) = find(&root).unwrap();
        let names: Vec<&str> = found.iter().map(|f| f.relative.as_str()).collect();
        let code = "H41-230615-0001";
        let expect = ["a.PDF", "b.pdf", "folder.pdf", "sub/c.tif"].map(|n| format!("{code}/{n}"));
        assert_eq!(names, expect);
        assert_eq!(skipped, 3);
        let (one, _) = find(&root.join("b.pdf")).unwrap();
        assert_eq!(one[0].relative, format!("{code}/b.pdf"));
    }
}
