//! Packages: an OCFL storage root with one object per dossier, each attachment a new version.
//!
//! Beside the storage root lies a working folder, `<root>.work`, on the same file system so that a rename moves what was
//! made there into the storage root: `staging` for files and versions in the making, `locks` for the locks of objects,
//! `pending` for the names of objects into which a version is just going. It holds nothing that has to be kept.
//! What a crash leaves half done is completed when packages are opened, and when the object is next written or read;
//! [`crate::ocfl`] says how.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use sohoa_domain::{DossierCode, Sha256Digest};
use walkdir::WalkDir;

use crate::durable;
use crate::fault::{Point, reached};
use crate::ocfl::object::{self, ObjectError};
use crate::ocfl::{self, Inventory, LogicalFile, VersionNote, VersionNumber};

mod stage;

/// Where the bytes of a new file come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentSource {
    /// A file that is copied, and has to have this digest still.
    Copy(PathBuf, Sha256Digest),
    /// A file below [`DiskPackages::staging_dir`] that is moved into the package. It stays where it is when the package
    /// has its bytes already, and may be gone when the version could not be made.
    Move(PathBuf),
    /// Bytes in memory.
    Bytes(Vec<u8>),
}

/// A file for a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContent {
    /// Logical path, `/` between, e.g. `documents/<id>/document.pdf`. At most 1,024 bytes, a segment at most 255; no
    /// empty, `.` or `..` segments, control characters or backslashes.
    pub logical: String,
    /// Its bytes.
    pub source: ContentSource,
}

/// A version that holds the files asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub number: u32,
    /// Where the bytes of each file lie, in the order in which they were given.
    pub stored: Vec<StoredContent>,
    /// All that the package holds now.
    pub inventory: Inventory,
}

/// A file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredContent {
    /// Logical path.
    pub logical: String,
    /// Path relative to the storage root.
    pub stored: String,
    /// Digest.
    pub digest: Sha256Digest,
    /// Bytes.
    pub bytes: u64,
}

/// Why a package could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Disk or quota is full: try again when there is space.
    #[error("no space left for packages")]
    NoSpace,
    /// A logical path that cannot be one, or that contradicts another.
    #[error("not a logical path of this package: {0}")]
    Path(String),
    /// The file at this place of the list cannot be read, or is no regular file.
    #[error("file {index} for the package cannot be read: {error}")]
    Source {
        /// Place in the list, from 0.
        index: usize,
        /// What the file system said.
        error: io::Error,
    },
    /// The file at this place of the list has other bytes once stored than before, or than its digest says.
    #[error("file {0} for the package changed while it was stored, or reads back differently")]
    Changed(usize),
    /// A stored file is not as it has to be. Nothing is written into such an object; verification names all of it.
    #[error("damaged: {}: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// One clause.
        why: String,
    },
    /// The folder holds something else, or a storage root with another layout.
    #[error("not a storage root of ours: {}", .0.display())]
    Foreign(PathBuf),
    /// The storage root's own files cannot be used.
    #[error("{}: {error}", path.display())]
    Io {
        /// Path in the storage root or its working folder.
        path: PathBuf,
        /// What the file system said.
        error: io::Error,
    },
}

/// Something found in the storage root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageEntry {
    /// A directory where an object has to lie.
    Object(PathBuf),
    /// A file outside of objects that does not belong to the storage root, or an empty directory.
    Stray(PathBuf),
}

/// While it lives, no version goes into the dossier's package.
#[derive(Debug)]
pub struct Hold(#[expect(dead_code, reason = "the lock ends when the file is closed")] File);

/// The packages on a local disk.
#[derive(Debug, Clone)]
pub struct DiskPackages {
    root: PathBuf,
    work: PathBuf,
}

impl DiskPackages {
    /// Opens the storage root, making it when there is none, and completes what a crash left half done.
    ///
    /// # Errors
    /// [`PackageError::Foreign`] when the folder holds something else, [`PackageError::Io`], [`PackageError::NoSpace`].
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, PackageError> {
        let root = root.into();
        let Some(name) = root.file_name() else { return Err(PackageError::Foreign(root)) };
        let mut work = name.to_owned();
        work.push(".work");
        let packages = Self { work: root.with_file_name(work), root };
        for folder in ["staging", "locks", "pending"] {
            let folder = packages.work.join(folder);
            fs::create_dir_all(&folder).map_err(io_error(&folder))?;
        }
        packages.make_root()?;
        packages.settle_pending()?;
        Ok(packages)
    }

    /// Makes the storage root beside its place and moves it there whole.
    fn make_root(&self) -> Result<(), PackageError> {
        let made = || -> io::Result<()> {
            let folder = tempfile::Builder::new().prefix("root-").tempdir_in(self.staging_dir())?;
            let tree = folder.path().join("root");
            for (name, text) in ocfl::STORAGE_FILES {
                let path = tree.join(name);
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                durable::write_new(&path, text.as_bytes())?;
            }
            durable::sync_tree(&tree)?;
            fs::rename(&tree, &self.root)?;
            self.root.parent().filter(|p| !p.as_os_str().is_empty()).map_or(Ok(()), durable::sync_dir)
        };
        if !self.root.join(ocfl::DECLARATION).exists() {
            match made() {
                // Another process was faster, or the folder holds something else: the next line tells.
                Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {}
                other => other.map_err(io_error(&self.root))?,
            }
        }
        let device = |path: &Path| fs::metadata(path).map(|meta| meta.dev()).map_err(io_error(path));
        if !self.root.join(ocfl::DECLARATION).exists() || device(&self.root)? != device(&self.work)? {
            return Err(PackageError::Foreign(self.root.clone()));
        }
        Ok(())
    }

    /// Completes the objects that were being written when a process ended. Objects that another process is writing are
    /// left to it, damaged ones to verification.
    fn settle_pending(&self) -> Result<(), PackageError> {
        let folder = self.work.join("pending");
        for entry in fs::read_dir(&folder).map_err(io_error(&folder))? {
            let note = entry.map_err(io_error(&folder))?.path();
            let Some(dossier) = note.file_name().and_then(|n| n.to_str()).and_then(|n| n.parse().ok()) else {
                continue;
            };
            let lock = self.lock_file(&dossier)?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(error)) => return Err(io_error(&note)(error)),
            }
            match self.settle(&dossier) {
                Ok(_) => remove_note(&note)?,
                Err(PackageError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The storage root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where files are made that go into packages by a rename. Each maker takes a folder of its own in it.
    pub fn staging_dir(&self) -> PathBuf {
        self.work.join("staging")
    }

    /// Removes what interrupted work left in the staging folder and last changed before `before`. Returns how much.
    ///
    /// # Errors
    /// [`PackageError::Io`].
    pub fn sweep_staging(&self, before: SystemTime) -> Result<u64, PackageError> {
        let staging = self.staging_dir();
        durable::sweep(&staging, before).map_err(io_error(&staging))
    }

    /// The files of the storage root that belong to no object, with all that each holds.
    pub fn storage_files(&self) -> impl Iterator<Item = (PathBuf, &'static [u8])> + '_ {
        ocfl::STORAGE_FILES.iter().map(|(name, text)| (self.root.join(name), text.as_bytes()))
    }

    /// Where the dossier's object lies, or would.
    pub fn object_root(&self, dossier: &DossierCode) -> PathBuf {
        self.root.join(ocfl::object_path(dossier))
    }

    /// Puts files into the dossier's package: the next version holds the files of the latest and these, a logical path
    /// that stands getting its new bytes. Of what the latest holds below one of `folders`, only these files stay. When this
    /// returns all is durable.
    ///
    /// When the package holds exactly these files already, as after a crash, no version is made; the bytes stored are
    /// compared with their digests and the first version that holds all these files is returned.
    ///
    /// # Errors
    /// [`PackageError`]; the package is then as it was, or the version stands whole and calling again returns it.
    pub fn add_version(
        &self,
        dossier: &DossierCode,
        files: Vec<NewContent>,
        folders: &[String],
        message: &str,
        user: &str,
        created: Timestamp,
    ) -> Result<Version, PackageError> {
        if let Some((path, _)) = self.storage_files().find(|(p, text)| durable::read_file(p).is_ok_and(|b| b != *text))
        {
            return Err(PackageError::Foreign(path));
        }
        let files = stage::measure(files)?;
        let _lock = self.lock(dossier)?;
        let head = self.settle(dossier)?;
        let logical: Vec<_> = files.iter().map(|f| LogicalFile { logical: &f.logical, digest: f.digest }).collect();
        let note = VersionNote { message, user, created };
        let inventory = match (Inventory::next(head.as_ref(), dossier, &logical, folders, &note), head) {
            (Some(next), head) => {
                next.check(dossier).map_err(PackageError::Path)?;
                self.check_standing(dossier, head.as_ref(), &logical)?;
                self.write(dossier, files.iter().collect(), &next)?;
                next
            }
            (None, Some(head)) => {
                self.check_standing(dossier, Some(&head), &logical)?;
                head
            }
            (None, None) => return Err(PackageError::Path("no files".to_owned())),
        };
        self.version_with(dossier, &files, inventory)
    }

    /// Compares stored bytes that new files are about to rely on with their digests.
    fn check_standing(
        &self,
        dossier: &DossierCode,
        head: Option<&Inventory>,
        files: &[LogicalFile<'_>],
    ) -> Result<(), PackageError> {
        let root = self.object_root(dossier);
        for (content, digest) in head.iter().flat_map(|head| head.contents()) {
            let path = root.join(content);
            if files.iter().any(|f| f.digest == digest)
                && durable::hash_file(&path).ok().is_none_or(|(seen, _)| seen != digest)
            {
                return Err(PackageError::Damaged { path, why: "its bytes are not those of its digest".to_owned() });
            }
        }
        Ok(())
    }

    /// Makes the version in the staging folder and moves it into its place. The caller holds the lock.
    fn write(&self, dossier: &DossierCode, files: Vec<&stage::Measured>, next: &Inventory) -> Result<(), PackageError> {
        let staging = self.staging_dir();
        let staged = tempfile::Builder::new().prefix("version-").tempdir_in(&staging).map_err(io_error(&staging))?;
        let object = PathBuf::from(ocfl::object_path(dossier));
        let is_new = next.head == VersionNumber::FIRST;
        let folder = if is_new { staged.path().join(&object) } else { staged.path().to_owned() };
        stage::version(&folder, &files, next)?;
        let write = || -> io::Result<()> {
            if is_new {
                durable::write_new(&folder.join(ocfl::OBJECT_DECLARATION), ocfl::OBJECT_DECLARATION_TEXT)?;
            }
            durable::sync_tree(staged.path())?;
            reached(Point::Staged);
            if is_new {
                return object::install_object(&self.root, staged.path(), &object);
            }
            // The note makes the next `open` complete the object, so that a crash leaves it half done no longer than that.
            let pending = self.work.join("pending");
            File::create(pending.join(dossier.as_str()))?.sync_all()?;
            durable::sync_dir(&pending)?;
            reached(Point::Noted);
            object::install_version(&self.root.join(&object), staged.path(), next.head)
        };
        write().map_err(io_error(&self.root.join(&object)))?;
        remove_note(&self.work.join("pending").join(dossier.as_str()))
    }

    /// The first version that holds all these files, with their places.
    fn version_with(
        &self,
        dossier: &DossierCode,
        files: &[stage::Measured],
        inventory: Inventory,
    ) -> Result<Version, PackageError> {
        let held = files.iter().map(|f| (f.logical.as_str(), f.digest));
        let number = inventory.first_with(held).unwrap_or(inventory.head).get();
        let object = ocfl::object_path(dossier);
        let stored = files.iter().map(|file| {
            let content = inventory.manifest.get(&file.digest).and_then(|paths| paths.first());
            let content = content.ok_or_else(|| PackageError::Path(format!("file {} is not stored", file.index)))?;
            Ok(StoredContent {
                logical: file.logical.clone(),
                stored: format!("{object}/{content}"),
                digest: file.digest,
                bytes: file.bytes,
            })
        });
        let stored = stored.collect::<Result<_, PackageError>>()?;
        Ok(Version { number, stored, inventory })
    }

    /// The inventory of the dossier's package, `None` when it has none.
    ///
    /// # Errors
    /// [`PackageError::Damaged`] or [`PackageError::Io`].
    pub fn read(&self, dossier: &DossierCode) -> Result<Option<Inventory>, PackageError> {
        let root = self.object_root(dossier);
        if !root.exists() {
            return Ok(None);
        }
        match object::read(&root, dossier) {
            Some(inventory) => Ok(Some(inventory)),
            None => {
                let _lock = self.lock(dossier)?;
                self.settle(dossier)
            }
        }
    }

    fn settle(&self, dossier: &DossierCode) -> Result<Option<Inventory>, PackageError> {
        let root = self.object_root(dossier);
        object::settle(&root, dossier, &self.staging_dir()).map_err(|error| match error {
            ObjectError::Io(error) => io_error(&root)(error),
            ObjectError::Damaged(path, why) => PackageError::Damaged { path: root.join(path), why },
        })
    }

    /// Everything in the storage root: objects, and what is neither object nor part of the storage root. In order of path.
    pub fn objects(&self) -> impl Iterator<Item = Result<PackageEntry, PackageError>> + '_ {
        let walk = WalkDir::new(&self.root).min_depth(1).max_depth(ocfl::DEPTH).sort_by_file_name();
        walk.into_iter().filter_map(|entry| {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(&self.root).to_owned();
                    return Some(Err(io_error(&path)(error.into())));
                }
            };
            let (path, is_dir) = (entry.path(), entry.file_type().is_dir());
            let is_lowest = entry.depth() == ocfl::DEPTH;
            if is_dir && is_lowest && !path.starts_with(self.root.join("extensions")) {
                return Some(Ok(PackageEntry::Object(path.to_owned())));
            }
            let leads_on = is_dir && !is_lowest && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
            let is_ours = leads_on || self.storage_files().any(|(file, _)| file == path);
            (!is_ours).then(|| Ok(PackageEntry::Stray(path.to_owned())))
        })
    }

    /// Keeps versions from going into the dossier's package while it is looked at. Others may look, too.
    ///
    /// # Errors
    /// [`PackageError::Io`].
    pub fn hold(&self, dossier: &DossierCode) -> Result<Hold, PackageError> {
        let lock = self.lock_file(dossier)?;
        lock.lock_shared().map_err(io_error(&self.work))?;
        Ok(Hold(lock))
    }

    /// Waits until nobody else, in this process or another, writes into the dossier's package or holds it.
    fn lock(&self, dossier: &DossierCode) -> Result<File, PackageError> {
        let lock = self.lock_file(dossier)?;
        lock.lock().map_err(io_error(&self.work))?;
        Ok(lock)
    }

    /// Dossiers share 256 lock files: none has ever to be removed, and few wait for each other without need.
    fn lock_file(&self, dossier: &DossierCode) -> Result<File, PackageError> {
        let digest = Sha256Digest::of(dossier.as_str().as_bytes());
        let [first, ..] = digest.as_bytes();
        let path = self.work.join("locks").join(format!("{first:02x}"));
        File::options().create(true).truncate(false).write(true).open(&path).map_err(io_error(&path))
    }
}

fn remove_note(path: &Path) -> Result<(), PackageError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io_error(path)(error)),
        _ => Ok(()),
    }
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> PackageError + use<> {
    let path = path.to_owned();
    move |error| {
        if durable::is_no_space(&error) {
            PackageError::NoSpace
        } else {
            PackageError::Io { path: path.clone(), error }
        }
    }
}

#[cfg(test)]
mod tests;
