//! Verification: every stored byte against its digest; records, packages and received files against each other.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use sohoa_domain::{DossierCode, Event, EventKind, Outcome};
use sohoa_store::ocfl::Inventory;
use sohoa_store::{BlobEntry, BlobError, EventLogError, Objects, PackageError, Records, StoreError};

use crate::checkpoint::{CheckpointError, CheckpointFolders, PublicKey};

mod findings;
mod log;
mod objects;
mod rows;

use findings::Findings;
use rows::Rows;

/// Bytes are stored before their row is written. What has no row is looked for once more after this pause, so that
/// what is being received while verification runs is no finding.
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// Dossiers with problems that one verification puts on record.
const MOST_TOLD: usize = 1_000;

/// Everything that is compared with each other.
#[derive(Clone, Copy)]
pub struct Stores<'a> {
    /// Rows.
    pub records: &'a dyn Records,
    /// What they follow from.
    pub objects: Objects<'a>,
    /// Signed statements about the events.
    pub checkpoints: &'a CheckpointFolders,
    /// The key that they are signed with, `None` when there is none yet.
    pub key: Option<PublicKey>,
    /// Time.
    pub now: Timestamp,
}

/// What to verify, and how.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// Only this dossier's package and records, and the received files that its documents come from.
    pub dossier: Option<DossierCode>,
    /// Threads that hash; `None` is one a core.
    pub threads: Option<NonZero<usize>>,
    /// Hash only so many files, drawn anew each time. Everything else is looked at as always.
    pub sample: Option<usize>,
    /// Share of the time in which files are hashed, the rest is left to others; `None` is all of it.
    pub share: Option<f64>,
    /// Notes which files were in order; one that is there from an interrupted run is gone on from.
    pub journal: Option<PathBuf>,
}

/// What is wrong with a stored file or a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// Other bytes than its digest says.
    Mismatch,
    /// Not there.
    Missing,
    /// There, but nothing lists it.
    Extra,
    /// Cannot be read, or is no regular file.
    Unreadable,
    /// An inventory that is none, or not the one that it has to be.
    BadInventory,
    /// A sidecar that does not hold its inventory's digest.
    SidecarMismatch,
    /// A declaration or layout file that does not say what it has to, or an object in the wrong place.
    Layout,
    /// A recorded document whose file the package does not hold.
    RowWithoutPackage,
    /// A row that tells other digests or lengths than what is stored.
    RowMismatch,
    /// A packaged file that no row knows.
    PackageWithoutRow,
    /// A recorded file whose received bytes are gone.
    RowWithoutBlob,
    /// Received bytes that no row knows.
    BlobWithoutRow,
    /// The database contradicts itself or cannot be read.
    Database,
    /// A sealed event that the database does not have.
    EventMissing,
    /// An event that is not the same in the database and where it is sealed, or that does not follow the one before.
    EventMismatch,
    /// A signed checkpoint states other events than there are, or is not signed by our key.
    Checkpoint,
}

impl ProblemKind {
    /// As printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Unreadable => "unreadable",
            Self::BadInventory => "bad-inventory",
            Self::SidecarMismatch => "sidecar-mismatch",
            Self::Layout => "layout",
            Self::RowWithoutPackage => "row-without-package",
            Self::RowMismatch => "row-mismatch",
            Self::PackageWithoutRow => "package-without-row",
            Self::RowWithoutBlob => "row-without-blob",
            Self::BlobWithoutRow => "blob-without-row",
            Self::Database => "database",
            Self::EventMissing => "event-missing",
            Self::EventMismatch => "event-mismatch",
            Self::Checkpoint => "checkpoint",
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Dossier concerned, when one is.
    pub dossier: Option<DossierCode>,
    /// File, or for the database what it says.
    pub path: String,
    /// What is wrong.
    pub kind: ProblemKind,
}

impl Problem {
    fn new(dossier: Option<&DossierCode>, path: &Path, kind: ProblemKind) -> Self {
        Self { dossier: dossier.cloned(), path: path.display().to_string(), kind }
    }

    fn database(sentence: impl fmt::Display) -> Self {
        Self { dossier: None, path: format!("database: {sentence}"), kind: ProblemKind::Database }
    }
}

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Files and rows that were looked at, those that should have been there too.
    pub checked: u64,
    /// Those in order.
    pub ok: u64,
    /// Everything that is wrong, in order of dossier and path.
    pub problems: Vec<Problem>,
}

impl VerifyReport {
    /// What is put on record of it: one event for everything, or for the dossier that alone was looked at, and one for each dossier with
    /// a problem.
    pub fn events(&self, only: Option<&DossierCode>, at: Timestamp, agent: &str) -> Vec<Event> {
        let mut events = vec![self.event(only.cloned(), at, agent)];
        if only.is_none() {
            let with_problems: BTreeSet<&DossierCode> =
                self.problems.iter().filter_map(|p| p.dossier.as_ref()).collect();
            events.extend(with_problems.into_iter().take(MOST_TOLD).map(|dossier| {
                let of = |p: &&Problem| p.dossier.as_ref() == Some(dossier);
                let problems: Vec<Problem> = self.problems.iter().filter(of).cloned().collect();
                Self { checked: problems.len() as u64, ok: 0, problems }.event(Some(dossier.clone()), at, agent)
            }));
        }
        events
    }

    fn event(&self, dossier: Option<DossierCode>, at: Timestamp, agent: &str) -> Event {
        let kinds: BTreeSet<&str> = self.problems.iter().map(|p| p.kind.as_str()).collect();
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        let kinds = if kinds.is_empty() { kinds } else { format!(": {kinds}") };
        Event {
            at,
            kind: EventKind::FixityChecked,
            outcome: if self.problems.is_empty() { Outcome::Success } else { Outcome::Failure },
            agent: agent.to_owned(),
            source: None,
            dossier,
            document: None,
            detail: format!("{} checked, {} problems{kinds}", self.checked, self.problems.len()),
            file: None,
            change: None,
        }
    }
}

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The records cannot be used now.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store of received files cannot be listed.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// The packages cannot be listed.
    #[error(transparent)]
    Packages(#[from] PackageError),
    /// The sealed events cannot be listed.
    #[error(transparent)]
    Log(#[from] EventLogError),
    /// The checkpoints cannot be listed.
    #[error(transparent)]
    Checkpoints(#[from] CheckpointError),
    /// The journal, or the folder in which the records are made anew, cannot be used.
    #[error("a working file of this verification: {0}")]
    WorkingFile(std::io::Error),
}

/// Verifies everything, or one dossier. The calling thread is blocked while files are read, here and on further threads.
///
/// `progress` hears the number of files hashed and of all files to be hashed.
///
/// # Errors
/// When the stores cannot even be listed or the database is busy or away. What is wrong with stored data, a database
/// that cannot be read included, is a [`Problem`].
pub async fn verify(
    stores: Stores<'_>,
    options: &VerifyOptions,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<VerifyReport, VerifyError> {
    let Stores { records, objects: Objects { blobs, packages, .. }, .. } = stores;
    let only = options.dossier.as_ref();
    let mut findings = Findings::default();

    // Files are listed before rows are read: bytes are stored first, so whatever is listed soon has its row.
    let mut received = BTreeSet::new();
    if only.is_none() {
        for entry in blobs.list() {
            match entry? {
                BlobEntry::Blob(digest) => {
                    received.insert(digest);
                    findings.expect(None, blobs.path(&digest), digest);
                }
                BlobEntry::Stray(path) => findings.item([Problem::new(None, &path, ProblemKind::Extra)]),
            }
        }
    }
    let inventories = objects::check(packages, only, &mut findings)?;
    if only.is_none() {
        log::segments(&stores, &mut findings).await?;
    }
    findings.hash_all(options, progress).map_err(VerifyError::WorkingFile)?;

    let mut compared = match look(records, only).await? {
        Ok(rows) => rows::compare(&rows, blobs, packages, &received, &inventories)?,
        Err(problem) => Findings::of(problem),
    };
    if compared.has_orphans() {
        tokio::time::sleep(SECOND_LOOK).await;
        if let Ok(rows) = look(records, only).await? {
            compared = rows::compare(&rows, blobs, packages, &received, &inventories)?;
        }
    }
    findings.append(compared);
    if only.is_none() {
        log::events(&stores, &mut findings).await?;
        match unless_away(records.self_check().await)? {
            Ok(sentences) => findings.item(sentences.into_iter().map(Problem::database)),
            Err(problem) => findings.item([problem]),
        }
        if findings.has_problems() {
            // Rows are compared with what they follow from when that is in order.
            return Ok(findings.report());
        }
        let scratch = tempfile::tempdir().map_err(VerifyError::WorkingFile)?;
        let made = scratch.path().join("records.db");
        match unless_away(records.differences(&stores.objects, &made, stores.now).await)? {
            Ok(rows) => findings.item(rows.into_iter().map(Problem::database)),
            Err(problem) => findings.item([problem]),
        }
    }
    Ok(findings.report())
}

/// Checks one dossier's package wherever it lies, every byte of it, by itself alone. Gives its inventory when it has one.
///
/// # Errors
/// [`VerifyError::WorkingFile`].
pub(crate) fn package(root: &Path, dossier: &DossierCode) -> Result<(Vec<Problem>, Option<Inventory>), VerifyError> {
    let mut findings = Findings::default();
    let inventory = objects::object(root, dossier, &mut findings);
    findings.hash_all(&VerifyOptions::default(), &|_, _| {}).map_err(VerifyError::WorkingFile)?;
    Ok((findings.report().problems, inventory))
}

async fn look(records: &dyn Records, only: Option<&DossierCode>) -> Result<Result<Rows, Problem>, VerifyError> {
    unless_away(Rows::read(records, only).await)
}

/// A database that cannot be read is a finding; one that is only busy or away is none.
fn unless_away<T>(result: Result<T, StoreError>) -> Result<Result<T, Problem>, VerifyError> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error @ (StoreError::Busy(_) | StoreError::Unavailable(_))) => Err(error.into()),
        Err(error) => Ok(Err(Problem::database(error))),
    }
}

#[cfg(test)]
mod tests;
