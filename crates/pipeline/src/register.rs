//! Register and catalogue files: found to be right, kept among the received bytes, imported in one transaction.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use sohoa_domain::{Clock, Limits, Reading, RefusalCode};
use sohoa_store::{
    BlobCopy, BlobError, CatalogueSummary, Checked, DiskBlobs, ImportReport, KeptFile, Records, RegisterEntries,
    RegisterFileError, StoreError, check_register, read_catalogue,
};

use crate::settle::Look;

/// Why a register or catalogue file was not imported. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// It cannot be opened or read.
    #[error("the file cannot be read: {0}")]
    Unreadable(io::ErrorKind),
    /// A folder, a pipe, a device.
    #[error("not a regular file")]
    NotARegularFile,
    /// It is larger than `limits.file_bytes`.
    #[error("{0} bytes, limit {1}")]
    TooManyBytes(u64, u64),
    /// Places in it are wrong.
    #[error(transparent)]
    Wrong(#[from] RegisterFileError),
    /// It changed while it was read: to be tried again.
    #[error("the file changed while it was read; try again")]
    Changed,
    /// Received bytes cannot be kept.
    #[error(transparent)]
    Blobs(BlobError),
    /// Records.
    #[error(transparent)]
    Records(#[from] StoreError),
    /// The blocking task died.
    #[error("the task that reads the file died of a defect")]
    Task,
}

impl RegisterError {
    /// The stable code when it is the fault of the file.
    pub fn refusal(&self) -> Option<RefusalCode> {
        match self {
            Self::Unreadable(_) => Some(RefusalCode::Unreadable),
            Self::NotARegularFile => Some(RefusalCode::NotARegularFile),
            Self::TooManyBytes(..) => Some(RefusalCode::TooManyBytes),
            Self::Wrong(_) => Some(RefusalCode::Malformed),
            Self::Changed | Self::Blobs(_) | Self::Records(_) | Self::Task => None,
        }
    }
}

/// The import of register and catalogue files, shared by the watcher and the commands.
#[derive(Clone)]
pub struct RegisterIntake {
    /// Rows.
    pub records: Arc<dyn Records>,
    /// Where the files are kept.
    pub blobs: Arc<DiskBlobs>,
    /// How their columns are understood.
    pub reading: Reading,
    /// Limits.
    pub limits: Limits,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Who does it, for events.
    pub agent: String,
}

impl RegisterIntake {
    /// Imports a register file and names at most `show` of the dossiers that it changed. The file is read to its end before
    /// anything is recorded, so that a broken one holds nobody up.
    ///
    /// # Errors
    /// [`RegisterError`]; nothing was changed.
    pub async fn import(&self, path: &Path, show: usize) -> Result<ImportReport, RegisterError> {
        let look = self.measure(path)?;
        // What is wrong with the file is told before what is wrong with the disk.
        let (checked, copy) = tokio::join!(self.check(open(path)?), self.copy(path));
        let (checked, copy) = (checked?, copy?);
        let (file, bytes) = self.keep(path, look, copy).await?;
        let entries = RegisterEntries::read_checked(bytes, file.reading.clone(), checked);
        Ok(self.records.import_register_file(&file, entries, self.clock.now(), &self.agent, show).await?)
    }

    /// What an import of this file would do. Writes nothing.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub async fn preview(&self, path: &Path, show: usize) -> Result<ImportReport, RegisterError> {
        self.measure(path)?;
        let file = open(path)?;
        let again = file.try_clone().map_err(|error| RegisterError::Unreadable(error.kind()))?;
        let checked = self.check(file).await?;
        let entries = RegisterEntries::read_checked(again, self.reading.clone(), checked);
        Ok(self.records.preview_register(entries, show).await?)
    }

    /// Imports a catalogue of procedures.
    ///
    /// # Errors
    /// [`RegisterError`]; nothing was changed.
    pub async fn import_catalogue(&self, path: &Path) -> Result<CatalogueSummary, RegisterError> {
        let look = self.measure(path)?;
        let (file, reading) = (open(path)?, self.reading.clone());
        let versions = blocking(move || read_catalogue(file, &reading)).await??;
        let copy = self.copy(path).await?;
        let (file, _) = self.keep(path, look, copy).await?;
        Ok(self.records.import_catalogue(&file, &versions, self.clock.now(), &self.agent).await?)
    }

    /// Reads a register to its end.
    async fn check(&self, file: File) -> Result<Checked, RegisterError> {
        let reading = self.reading.clone();
        let checked = blocking(move || check_register(file, &reading)).await??;
        if !checked.ignored().is_empty() {
            tracing::warn!(columns = ?checked.ignored(), "the register has columns that are not known and were ignored");
        }
        Ok(checked)
    }

    fn measure(&self, path: &Path) -> Result<Look, RegisterError> {
        let meta = std::fs::symlink_metadata(path).map_err(|error| RegisterError::Unreadable(error.kind()))?;
        if !meta.is_file() {
            return Err(RegisterError::NotARegularFile);
        }
        let bytes = meta.len();
        if bytes > self.limits.file_bytes {
            return Err(RegisterError::TooManyBytes(bytes, self.limits.file_bytes));
        }
        Look::at(path).ok_or(RegisterError::Changed)
    }

    /// Copies a file to where it is to be kept.
    async fn copy(&self, path: &Path) -> Result<BlobCopy, RegisterError> {
        let (blobs, source) = (self.blobs.clone(), path.to_owned());
        blocking(move || blobs.copy_file(&source)).await?.map_err(|error| match error {
            BlobError::Changed => RegisterError::Changed,
            BlobError::Source(error) => RegisterError::Unreadable(error.kind()),
            error => RegisterError::Blobs(error),
        })
    }

    /// Keeps the copy of a file that was found to be right, if that still looks as it did before it was read and copied, and opens
    /// what is kept.
    async fn keep(&self, path: &Path, look: Look, copy: BlobCopy) -> Result<(KeptFile, File), RegisterError> {
        if Look::at(path) != Some(look) {
            return Err(RegisterError::Changed);
        }
        let blobs = self.blobs.clone();
        let stored = blocking(move || blobs.put_copy(copy)).await?.map_err(RegisterError::Blobs)?;
        let bytes = self.blobs.open_blob(&stored.digest).map_err(RegisterError::Blobs)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((KeptFile { digest: stored.digest, name, reading: self.reading.clone() }, bytes))
    }
}

fn open(path: &Path) -> Result<File, RegisterError> {
    File::open(path).map_err(|error| RegisterError::Unreadable(error.kind()))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, RegisterError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| RegisterError::Task)
}
