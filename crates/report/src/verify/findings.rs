//! Findings while they grow, and the hashing of files on all cores.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use sohoa_domain::{DossierCode, Sha256Digest};
use sohoa_store::{hash_file, read_file};

use super::{Problem, ProblemKind, VerifyReport};

/// A stored file and what its digest has to be.
struct Expected {
    dossier: Option<DossierCode>,
    path: PathBuf,
    digest: Sha256Digest,
}

/// What was looked at and what is wrong.
#[derive(Default)]
pub(super) struct Findings {
    checked: u64,
    ok: u64,
    problems: BTreeSet<Problem>,
    /// Files that still have to be hashed.
    expected: Vec<Expected>,
}

impl Findings {
    /// One thing that was looked at, with its problem.
    pub(super) fn of(problem: Problem) -> Self {
        let mut findings = Self::default();
        findings.item([problem]);
        findings
    }

    /// Counts one file or row that was looked at, with what is wrong about it.
    pub(super) fn item(&mut self, problems: impl IntoIterator<Item = Problem>) {
        let mut problems = problems.into_iter().peekable();
        self.checked += 1;
        self.ok += u64::from(problems.peek().is_none());
        self.problems.extend(problems);
    }

    /// Has a file hashed by [`Self::hash_all`].
    pub(super) fn expect(&mut self, dossier: Option<&DossierCode>, path: PathBuf, digest: Sha256Digest) {
        self.expected.push(Expected { dossier: dossier.cloned(), path, digest });
    }

    /// Compares a small file with all that it has to hold.
    pub(super) fn exact(&mut self, dossier: Option<&DossierCode>, path: &Path, bytes: &[u8], kind: ProblemKind) {
        let wrong = match read_file(path) {
            Ok(there) => (there != bytes).then_some(kind),
            Err(error) => Some(unread(&error)),
        };
        self.item(wrong.map(|kind| Problem::new(dossier, path, kind)));
    }

    /// Whether something lies in a store that no row knows.
    pub(super) fn has_orphans(&self) -> bool {
        let orphan = [ProblemKind::BlobWithoutRow, ProblemKind::PackageWithoutRow];
        self.problems.iter().any(|p| orphan.contains(&p.kind))
    }

    /// Takes over what was found elsewhere.
    pub(super) fn append(&mut self, other: Self) {
        self.checked += other.checked;
        self.ok += other.ok;
        self.problems.extend(other.problems);
        self.expected.extend(other.expected);
    }

    /// Hashes every expected file. `progress` hears of one after the other, from any of the threads.
    pub(super) fn hash_all(&mut self, threads: Option<NonZero<usize>>, progress: &(dyn Fn(u64, u64) + Send + Sync)) {
        let threads = threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
        let expected = std::mem::take(&mut self.expected);
        let (next, done) = (AtomicUsize::new(0), Mutex::new(0));
        let total = expected.len() as u64;
        let work = || {
            let mut mine = Self::default();
            while let Some(file) = expected.get(next.fetch_add(1, Ordering::Relaxed)) {
                let kind = bytes_problem(&file.path, &file.digest);
                mine.item(kind.map(|kind| Problem::new(file.dossier.as_ref(), &file.path, kind)));
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                *done += 1;
                progress(*done, total);
            }
            mine
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            self.append(work());
            for other in others {
                match other.join() {
                    Ok(found) => self.append(found),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
    }

    pub(super) fn report(self) -> VerifyReport {
        VerifyReport { checked: self.checked, ok: self.ok, problems: self.problems.into_iter().collect() }
    }
}

/// What is wrong with the bytes of a file, if anything.
pub(super) fn bytes_problem(path: &Path, digest: &Sha256Digest) -> Option<ProblemKind> {
    match hash_file(path) {
        Ok((seen, _)) => (seen != *digest).then_some(ProblemKind::Mismatch),
        Err(error) => Some(unread(&error)),
    }
}

/// Why a file that has to be there was not read.
pub(super) fn unread(error: &io::Error) -> ProblemKind {
    if error.kind() == ErrorKind::NotFound { ProblemKind::Missing } else { ProblemKind::Unreadable }
}
