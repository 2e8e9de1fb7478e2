//! Received bytes and register files, each stored once under its digest.
//!
//! `root/aa/bb/<digest>` holds the bytes, read-only; `root/tmp` what is being written. A blob is never changed and
//! never deleted here. When bytes come again whose stored file turns out to be damaged, the good bytes take its place
//! and the caller is told ([`StoredBlob::repaired`]): the damaged ones hold nothing that the good ones do not.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sohoa_domain::Sha256Digest;
use tempfile::NamedTempFile;
use walkdir::{DirEntry, WalkDir};

use crate::durable::{self, CopyError};
use crate::fault::{Point, reached};

const TMP: &str = "tmp";

/// Why bytes could not be stored or read. Names paths of the store, never of the received file.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The source changed, moved or went while it was read: not settled yet, try again.
    #[error("the file changed while it was read")]
    Changed,
    /// The source cannot be read, or is no regular file.
    #[error("the file cannot be read: {0}")]
    Source(io::Error),
    /// Disk or quota is full: try again when there is space.
    #[error("no space left for received files")]
    NoSpace,
    /// What was written reads back as something else: the disk or memory of this machine is failing.
    #[error("stored bytes read back differently from what was written")]
    ReadBack,
    /// The store's own files cannot be used.
    #[error("{}: {error}", path.display())]
    Store {
        /// Path in the store.
        path: PathBuf,
        /// What the file system said.
        error: io::Error,
    },
}

/// Bytes that are durably stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredBlob {
    /// Their digest, which is their name.
    pub digest: Sha256Digest,
    /// How many.
    pub bytes: u64,
    /// They lay here damaged and were put right by this call: to be logged.
    pub repaired: bool,
}

/// What a stored file's bytes say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixity {
    /// Its bytes are those of its digest.
    Intact,
    /// Its bytes are others, or it is no regular file.
    Damaged,
    /// It is not there.
    Missing,
}

/// Something found in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobEntry {
    /// A file that is named and placed like a blob. Its bytes have not been looked at.
    Blob(Sha256Digest),
    /// Anything else.
    Stray(PathBuf),
}

/// Bytes of a file that are on their way into the store.
#[derive(Debug)]
pub struct BlobCopy {
    temp: NamedTempFile,
    digest: Sha256Digest,
    bytes: u64,
}

/// The blob store on a local disk.
#[derive(Debug, Clone)]
pub struct DiskBlobs {
    root: PathBuf,
}

impl DiskBlobs {
    /// Opens the store, making its folders when they are missing.
    ///
    /// # Errors
    /// [`BlobError::Store`] or [`BlobError::NoSpace`].
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, BlobError> {
        let root = root.into();
        let tmp = root.join(TMP);
        fs::create_dir_all(&tmp).and_then(|()| durable::sync_dir(&root)).map_err(store_error(&tmp))?;
        Ok(Self { root })
    }

    /// The folder that holds everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Stores the bytes of a file, reading it once. When this returns they are on disk under their digest.
    ///
    /// # Errors
    /// Those of [`DiskBlobs::copy_file`] and of the store.
    pub fn put_file(&self, source: &Path) -> Result<StoredBlob, BlobError> {
        self.put_copy(self.copy_file(source)?)
    }

    /// Copies the bytes of a file beside the store, reading it once. They are gone again with what this returns, unless that is put.
    ///
    /// # Errors
    /// [`BlobError::Changed`] when size, modification time or inode differ before and after, or the path names
    /// another file by then; [`BlobError::Source`] when it is no readable regular file; else those of the store.
    pub fn copy_file(&self, source: &Path) -> Result<BlobCopy, BlobError> {
        let mut file = durable::open_regular(source).map_err(BlobError::Source)?;
        let before = Stamp::of(&file.metadata().map_err(BlobError::Source)?);
        let mut temp = self.temp()?;
        let (digest, bytes) = durable::copy(&mut file, temp.as_file_mut()).map_err(|error| match error {
            CopyError::Read(error) => BlobError::Source(error),
            CopyError::Write(error) => store_error(temp.path())(error),
        })?;
        let after = Stamp::of(&file.metadata().map_err(BlobError::Source)?);
        let named = match fs::symlink_metadata(source) {
            Ok(meta) => Stamp::of(&meta),
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(BlobError::Changed),
            Err(error) => return Err(BlobError::Source(error)),
        };
        if before != after || before != named || before.bytes != bytes {
            return Err(BlobError::Changed);
        }
        Ok(BlobCopy { temp, digest, bytes })
    }

    /// Stores bytes that are in memory.
    ///
    /// # Errors
    /// Those of the store.
    pub fn put_bytes(&self, bytes: &[u8]) -> Result<StoredBlob, BlobError> {
        let mut temp = self.temp()?;
        temp.write_all(bytes).map_err(store_error(temp.path()))?;
        self.put_copy(BlobCopy { temp, digest: Sha256Digest::of(bytes), bytes: bytes.len() as u64 })
    }

    /// Makes a copy the blob of its digest, after it was read back.
    ///
    /// # Errors
    /// Those of the store.
    pub fn put_copy(&self, copy: BlobCopy) -> Result<StoredBlob, BlobError> {
        let BlobCopy { mut temp, digest, bytes } = copy;
        let seen = durable::seal(temp.as_file_mut()).map_err(store_error(temp.path()))?;
        if seen != (digest, bytes) {
            return Err(BlobError::ReadBack);
        }
        reached(Point::BlobWritten);
        let (folder, path) = (folder_of(&digest), self.path(&digest));
        let found = self.verify(&digest)?;
        if found != Fixity::Intact {
            fs::create_dir_all(self.root.join(&folder)).map_err(store_error(&path))?;
            temp.persist(&path).map_err(|error| store_error(&path)(error.error))?;
        }
        // Also when the blob was there: whoever put it may have stopped before its entry was durable.
        durable::sync_dirs(&self.root, &folder).map_err(store_error(&path))?;
        reached(Point::BlobInPlace);
        Ok(StoredBlob { digest, bytes, repaired: found == Fixity::Damaged })
    }

    fn temp(&self) -> Result<NamedTempFile, BlobError> {
        let tmp = self.root.join(TMP);
        tempfile::Builder::new().prefix("put-").tempfile_in(&tmp).map_err(store_error(&tmp))
    }

    /// Opens a blob for reading.
    ///
    /// # Errors
    /// [`BlobError::Store`], with `NotFound` when there is none.
    pub fn open_blob(&self, digest: &Sha256Digest) -> Result<File, BlobError> {
        let path = self.path(digest);
        durable::open_regular(&path).map_err(store_error(&path))
    }

    /// Where the blob lies, or would.
    pub fn path(&self, digest: &Sha256Digest) -> PathBuf {
        self.root.join(folder_of(digest)).join(digest.to_string())
    }

    /// Whether there is a file for this digest. Its bytes are not looked at.
    pub fn contains(&self, digest: &Sha256Digest) -> bool {
        fs::symlink_metadata(self.path(digest)).is_ok_and(|meta| meta.is_file())
    }

    /// Hashes a blob.
    ///
    /// # Errors
    /// [`BlobError::Store`] when it is there and cannot be read.
    pub fn verify(&self, digest: &Sha256Digest) -> Result<Fixity, BlobError> {
        let path = self.path(digest);
        match durable::hash_file(&path) {
            Ok((seen, _)) if seen == *digest => Ok(Fixity::Intact),
            Ok(_) => Ok(Fixity::Damaged),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Fixity::Missing),
            Err(error) if error.kind() == ErrorKind::InvalidInput || is_link(&path) => Ok(Fixity::Damaged),
            Err(error) => Err(store_error(&path)(error)),
        }
    }

    /// Everything in the store but what is being written, in order of path.
    pub fn list(&self) -> impl Iterator<Item = Result<BlobEntry, BlobError>> + '_ {
        let walk = WalkDir::new(&self.root).min_depth(1).sort_by_file_name().into_iter();
        walk.filter_entry(|e| !(e.depth() == 1 && e.file_name() == TMP)).filter_map(|entry| match entry {
            Ok(entry) if entry.file_type().is_dir() => None,
            Ok(entry) => Some(Ok(self.entry(&entry))),
            Err(error) => {
                let path = error.path().unwrap_or(&self.root).to_owned();
                Some(Err(store_error(&path)(error.into())))
            }
        })
    }

    fn entry(&self, entry: &DirEntry) -> BlobEntry {
        let digest = entry.file_name().to_str().and_then(|name| name.parse().ok());
        match digest {
            Some(digest) if entry.path() == self.path(&digest) => BlobEntry::Blob(digest),
            _ => BlobEntry::Stray(entry.path().to_owned()),
        }
    }

    /// Removes files of interrupted writes that were last touched before `before`. Returns how many.
    ///
    /// # Errors
    /// [`BlobError::Store`].
    pub fn sweep_temp(&self, before: SystemTime) -> Result<u64, BlobError> {
        let tmp = self.root.join(TMP);
        durable::sweep(&tmp, before).map_err(store_error(&tmp))
    }
}

/// `aa/bb`, from the first four hex digits: 65,536 folders keep each small.
fn folder_of(digest: &Sha256Digest) -> PathBuf {
    let [first, second, ..] = digest.as_bytes();
    PathBuf::from(format!("{first:02x}/{second:02x}"))
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink())
}

fn store_error(path: &Path) -> impl Fn(io::Error) -> BlobError + use<> {
    let path = path.to_owned();
    move |error| {
        if durable::is_no_space(&error) { BlobError::NoSpace } else { BlobError::Store { path: path.clone(), error } }
    }
}

/// What tells one state of a file from another.
#[derive(PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(meta: &fs::Metadata) -> Self {
        Self { device: meta.dev(), inode: meta.ino(), bytes: meta.len(), modified: (meta.mtime(), meta.mtime_nsec()) }
    }
}

#[cfg(test)]
mod tests;
