//! Findings while they grow, and the hashing of files on all cores.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, ErrorKind, Write as _};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use sohoa_domain::{DossierCode, Sha256Digest};
use sohoa_store::{hash_file, read_file};

use super::{Problem, ProblemKind, VerifyOptions, VerifyReport};

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

    pub(super) fn has_problems(&self) -> bool {
        !self.problems.is_empty()
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

    /// Hashes every expected file, or a sample. `progress` hears of one after the other, from any of the threads.
    pub(super) fn hash_all(
        &mut self,
        options: &VerifyOptions,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> io::Result<()> {
        let threads = options.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
        let mut expected = std::mem::take(&mut self.expected);
        if let Some(most) = options.sample.filter(|most| *most < expected.len()) {
            draw(&mut expected, most);
        }
        let journal = options.journal.as_deref().map(Journal::open).transpose()?;
        let (next, done) = (AtomicUsize::new(0), Mutex::new(0));
        let total = expected.len() as u64;
        let work = || {
            if options.share.is_some() {
                // Others come first; where the system does not let us, the pauses have to do.
                let _ = rustix::process::nice(19);
            }
            let mut mine = Self::default();
            while let Some(file) = expected.get(next.fetch_add(1, Ordering::Relaxed)) {
                let started = Instant::now();
                let kind = if journal.as_ref().is_some_and(|j| j.has(file)) {
                    None
                } else {
                    let kind = bytes_problem(&file.path, &file.digest);
                    if let (None, Some(journal)) = (kind, &journal) {
                        journal.note(file);
                    }
                    kind
                };
                mine.item(kind.map(|kind| Problem::new(file.dossier.as_ref(), &file.path, kind)));
                {
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    *done += 1;
                    progress(*done, total);
                }
                if let Some(share) = options.share {
                    std::thread::sleep(started.elapsed().mul_f64((1.0 / share.clamp(0.01, 1.0)) - 1.0));
                }
            }
            mine
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            for other in others {
                match other.join() {
                    Ok(found) => self.append(found),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
        if let Some(journal) = options.journal.as_deref() {
            std::fs::remove_file(journal)?;
        }
        Ok(())
    }

    pub(super) fn report(self) -> VerifyReport {
        VerifyReport { checked: self.checked, ok: self.ok, problems: self.problems.into_iter().collect() }
    }
}

/// Keeps so many, drawn by the random keys that the standard library gives its hash maps.
fn draw(expected: &mut Vec<Expected>, most: usize) {
    let random = RandomState::new();
    expected.sort_by_cached_key(|file| random.hash_one(&file.path));
    expected.truncate(most);
}

/// The files that an interrupted run found in order, a line each: digest and path.
struct Journal {
    done: HashSet<String>,
    file: Mutex<File>,
}

impl Journal {
    fn open(path: &Path) -> io::Result<Self> {
        let done = match std::fs::read_to_string(path) {
            // The last line may be cut.
            Ok(text) => text.split_inclusive('\n').filter_map(|l| Some(l.strip_suffix('\n')?.to_owned())).collect(),
            Err(error) if error.kind() == ErrorKind::NotFound => HashSet::new(),
            Err(error) => return Err(error),
        };
        Ok(Self { done, file: Mutex::new(File::options().create(true).append(true).open(path)?) })
    }

    fn line(file: &Expected) -> String {
        format!("{} {}", file.digest, file.path.display())
    }

    fn has(&self, file: &Expected) -> bool {
        !self.done.is_empty() && self.done.contains(&Self::line(file))
    }

    /// A note that gets lost costs hashing the file again.
    fn note(&self, file: &Expected) {
        let mut journal = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = journal.write_all(format!("{}\n", Self::line(file)).as_bytes());
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
