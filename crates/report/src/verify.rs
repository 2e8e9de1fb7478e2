//! Verification: every stored byte against its digest; records, packages and received files against each other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serde::Serialize;
use sohoa_domain::{DossierCode, Sha256Digest};
use sohoa_store::ocfl::{
    INVENTORY, Inventory, OBJECT_DECLARATION, OBJECT_DECLARATION_TEXT, SIDECAR, dossier_of_directory, sidecar_line,
};
use sohoa_store::{
    BlobEntry, BlobError, DiskBlobs, DiskPackages, DocumentRow, PackageEntry, PackageError, Records, StoreError,
    hash_file,
};
use walkdir::WalkDir;

/// A received file younger than this may still be waiting for its row.
const NEWLY_RECEIVED: Duration = Duration::from_secs(600);

/// What to verify.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// Only this dossier's package and records.
    pub dossier: Option<DossierCode>,
}

/// What is wrong with a stored file or a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// Other bytes than its digest says.
    Mismatch,
    /// Not there.
    Missing,
    /// There, but nothing knows it.
    Extra,
    /// Cannot be read.
    Unreadable,
    /// An inventory that is none, or not the one it has to be.
    BadInventory,
    /// A sidecar that does not hold its inventory's digest.
    SidecarMismatch,
    /// A declaration or layout file that does not say what it has to.
    Layout,
    /// A recorded document that its package does not hold.
    RowWithoutPackage,
    /// A packaged document that no row knows.
    PackageWithoutRow,
    /// A recorded file whose received bytes are gone.
    RowWithoutBlob,
    /// Received bytes that no row knows.
    BlobWithoutRow,
    /// The database contradicts itself.
    Database,
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mismatch => "mismatch",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Unreadable => "unreadable",
            Self::BadInventory => "bad-inventory",
            Self::SidecarMismatch => "sidecar-mismatch",
            Self::Layout => "layout",
            Self::RowWithoutPackage => "row-without-package",
            Self::PackageWithoutRow => "package-without-row",
            Self::RowWithoutBlob => "row-without-blob",
            Self::BlobWithoutRow => "blob-without-row",
            Self::Database => "database",
        })
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

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Stored files that were looked at or should have been there.
    pub checked: u64,
    /// Those in order.
    pub ok: u64,
    /// Everything that is wrong, in order of dossier and path.
    pub problems: Vec<Problem>,
}

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The records cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store of received files cannot be listed.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// The packages cannot be listed.
    #[error(transparent)]
    Packages(#[from] PackageError),
}

/// A stored file and what its digest has to be.
struct Expected {
    dossier: Option<DossierCode>,
    path: PathBuf,
    digest: Sha256Digest,
    bytes: Option<u64>,
}

/// Findings while they grow.
#[derive(Default)]
struct Findings {
    expected: Vec<Expected>,
    /// Files that were compared byte by byte already.
    compared: u64,
    problems: BTreeSet<Problem>,
}

impl Findings {
    fn problem(&mut self, dossier: Option<&DossierCode>, path: &Path, kind: ProblemKind) {
        self.problems.insert(Problem { dossier: dossier.cloned(), path: path.display().to_string(), kind });
    }

    /// Compares a small file with all that it has to hold.
    fn exact(&mut self, dossier: Option<&DossierCode>, path: &Path, bytes: &[u8], kind: ProblemKind) {
        self.compared += 1;
        match std::fs::read(path) {
            Ok(there) if there == bytes => {}
            Ok(_) => self.problem(dossier, path, kind),
            Err(error) if error.kind() == ErrorKind::NotFound => self.problem(dossier, path, ProblemKind::Missing),
            Err(_) => self.problem(dossier, path, ProblemKind::Unreadable),
        }
    }
}

/// Verifies everything, or one dossier. Hashes on one thread a core; the calling thread waits for them.
///
/// `progress` hears the number of files hashed and of all files to be hashed.
///
/// # Errors
/// When rows or folders cannot even be listed. What is wrong with stored data is a [`Problem`], never an error.
pub async fn verify(
    records: &dyn Records,
    blobs: &DiskBlobs,
    packages: &DiskPackages,
    options: &VerifyOptions,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<VerifyReport, VerifyError> {
    let only = options.dossier.as_ref();
    let mut findings = Findings::default();
    // Files are listed before rows are read: what was received in between is in the rows only, and is there.
    let blob_entries: Vec<BlobEntry> = blobs.list().collect::<Result<_, _>>()?;
    let inventories = objects(packages, only, &mut findings)?;
    let documents: Vec<DocumentRow> = match only {
        Some(code) => records.documents(code).await?,
        None => records.all_documents().await?,
    };
    let pending = records.pending(None).await?;
    documents_against_packages(packages, &documents, &inventories, pending, &mut findings);
    let wanted = wanted_blobs(records, &documents, only).await?;
    received(blobs, &blob_entries, &wanted, only.is_none(), &mut findings);
    if only.is_none() {
        for (path, text) in packages.storage_files() {
            findings.exact(None, &path, text, ProblemKind::Layout);
        }
        for sentence in records.self_check().await? {
            let problem = Problem { dossier: None, path: format!("database: {sentence}"), kind: ProblemKind::Database };
            findings.problems.insert(problem);
        }
    }
    let Findings { expected, compared, mut problems } = findings;
    problems.extend(hash_all(&expected, progress));
    let checked = compared + expected.len() as u64;
    let bad: HashSet<&str> = problems
        .iter()
        .filter(|p| !matches!(p.kind, ProblemKind::Extra | ProblemKind::Database))
        .map(|p| p.path.as_str())
        .collect();
    let ok = checked.saturating_sub(bad.len() as u64);
    Ok(VerifyReport { checked, ok, problems: problems.into_iter().collect() })
}

/// Digests that rows say were received, with the dossier when it is asked for.
async fn wanted_blobs(
    records: &dyn Records,
    documents: &[DocumentRow],
    only: Option<&DossierCode>,
) -> Result<BTreeMap<Sha256Digest, Option<DossierCode>>, VerifyError> {
    if only.is_some() {
        return Ok(documents.iter().map(|d| (d.source_digest, Some(d.dossier.clone()))).collect());
    }
    let mut wanted: BTreeMap<_, _> =
        records.files(None, None).await?.into_iter().filter_map(|f| Some((f.digest?, None))).collect();
    wanted.extend(records.register_sources().await?.into_iter().map(|digest| (digest, None)));
    Ok(wanted)
}

/// Received bytes against rows, both ways.
fn received(
    blobs: &DiskBlobs,
    entries: &[BlobEntry],
    wanted: &BTreeMap<Sha256Digest, Option<DossierCode>>,
    all: bool,
    findings: &mut Findings,
) {
    for entry in entries.iter().filter(|_| all) {
        match entry {
            BlobEntry::Stray(path) => findings.problem(None, path, ProblemKind::Extra),
            BlobEntry::Blob(digest) if !wanted.contains_key(digest) => {
                let path = blobs.path(digest);
                let age = std::fs::metadata(&path).and_then(|m| m.modified()).map(|t| t.elapsed().unwrap_or_default());
                if age.is_ok_and(|age| age > NEWLY_RECEIVED) {
                    findings.problem(None, &path, ProblemKind::BlobWithoutRow);
                }
                findings.expected.push(Expected { dossier: None, path, digest: *digest, bytes: None });
            }
            BlobEntry::Blob(_) => {}
        }
    }
    for (digest, dossier) in wanted {
        let path = blobs.path(digest);
        if blobs.contains(digest) {
            findings.expected.push(Expected { dossier: dossier.clone(), path, digest: *digest, bytes: None });
        } else {
            findings.compared += 1;
            findings.problem(dossier.as_ref(), &path, ProblemKind::RowWithoutBlob);
        }
    }
}

/// Checks every object and returns their inventories.
fn objects(
    packages: &DiskPackages,
    only: Option<&DossierCode>,
    findings: &mut Findings,
) -> Result<HashMap<DossierCode, Inventory>, VerifyError> {
    let mut inventories = HashMap::new();
    let entries: Vec<PackageEntry> = match only {
        Some(code) => vec![PackageEntry::Object(packages.object_root(code))],
        None => packages.objects().collect::<Result<_, _>>()?,
    };
    for entry in entries {
        let root = match entry {
            PackageEntry::Object(root) => root,
            PackageEntry::Stray(path) => {
                findings.problem(None, &path, ProblemKind::Extra);
                continue;
            }
        };
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(dossier) = dossier_of_directory(&name).filter(|d| packages.object_root(d) == root) else {
            findings.problem(None, &root, ProblemKind::Extra);
            continue;
        };
        if only.is_some() && !root.exists() {
            continue;
        }
        let _held = packages.hold(&dossier)?;
        if let Some(inventory) = object(&root, &dossier, findings) {
            inventories.insert(dossier, inventory);
        }
    }
    Ok(inventories)
}

/// Checks one object: declaration, every inventory byte by byte, sidecars, no file missing and none too many.
fn object(root: &Path, dossier: &DossierCode, findings: &mut Findings) -> Option<Inventory> {
    let some = Some(dossier);
    findings.exact(some, &root.join(OBJECT_DECLARATION), OBJECT_DECLARATION_TEXT, ProblemKind::Layout);
    let Some(inventory) = trusted_inventory(root, dossier) else {
        findings.compared += 1;
        findings.problem(some, &root.join(INVENTORY), ProblemKind::BadInventory);
        return None;
    };
    let mut known: HashSet<PathBuf> = HashSet::from([root.join(OBJECT_DECLARATION)]);
    let versions = inventory.versions.keys().map(|v| (root.join(v.to_string()), inventory.as_of(*v)));
    let all: Vec<(PathBuf, Inventory)> = versions.chain([(root.to_owned(), inventory.clone())]).collect();
    for (folder, expected) in &all {
        let Ok(bytes) = expected.to_bytes() else { continue };
        let sidecar = sidecar_line(&Sha256Digest::of(&bytes));
        findings.exact(some, &folder.join(INVENTORY), &bytes, ProblemKind::BadInventory);
        findings.exact(some, &folder.join(SIDECAR), sidecar.as_bytes(), ProblemKind::SidecarMismatch);
        known.extend([folder.join(INVENTORY), folder.join(SIDECAR)]);
    }
    for (content, digest) in inventory.contents() {
        let path = root.join(content);
        known.insert(path.clone());
        findings.expected.push(Expected { dossier: some.cloned(), path, digest, bytes: None });
    }
    for entry in WalkDir::new(root).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() || known.contains(entry.path()) => {}
            Ok(entry) => findings.problem(some, entry.path(), ProblemKind::Extra),
            Err(error) => findings.problem(some, error.path().unwrap_or(root), ProblemKind::Unreadable),
        }
    }
    Some(inventory)
}

/// The inventory that the object's other files are compared with: of the root's and the latest version's copy one
/// that agrees with its sidecar, else one that can be read.
fn trusted_inventory(root: &Path, dossier: &DossierCode) -> Option<Inventory> {
    let read = |folder: &Path| {
        let bytes = std::fs::read(folder.join(INVENTORY)).ok()?;
        let inventory = Inventory::from_bytes(&bytes, dossier).ok()?;
        let line = sidecar_line(&Sha256Digest::of(&bytes));
        let agrees = std::fs::read(folder.join(SIDECAR)).is_ok_and(|sidecar| sidecar == line.as_bytes());
        Some((agrees, inventory))
    };
    let number = |name: &str| name.strip_prefix('v')?.parse::<u32>().ok();
    let folders = std::fs::read_dir(root).ok()?.flatten();
    let latest = folders.filter_map(|e| Some((number(e.file_name().to_str()?)?, e.path()))).max();
    let copies: Vec<(bool, Inventory)> =
        [Some(root.to_owned()), latest.map(|(_, path)| path)].into_iter().flatten().filter_map(|f| read(&f)).collect();
    let best = copies.iter().find(|(agrees, _)| *agrees).or(copies.first());
    best.map(|(_, inventory)| inventory.clone())
}

/// Rows of documents against what packages hold, both ways.
fn documents_against_packages(
    packages: &DiskPackages,
    documents: &[DocumentRow],
    inventories: &HashMap<DossierCode, Inventory>,
    pending: u64,
    findings: &mut Findings,
) {
    let mut rows: HashSet<(&DossierCode, &str)> = HashSet::new();
    for document in documents {
        rows.insert((&document.dossier, document.id.as_str()));
        let root = packages.object_root(&document.dossier);
        let inventory = inventories.get(&document.dossier);
        for rendition in &document.renditions {
            let path = packages.root().join(&rendition.stored);
            let content = path.strip_prefix(&root).ok().and_then(Path::to_str);
            let held = inventory.is_some_and(|i| {
                i.contents().any(|(path, digest)| Some(path) == content && digest == rendition.digest)
            });
            if held {
                let dossier = Some(document.dossier.clone());
                let bytes = Some(rendition.bytes);
                findings.expected.push(Expected { dossier, path, digest: rendition.digest, bytes });
            } else {
                findings.problem(Some(&document.dossier), &path, ProblemKind::RowWithoutPackage);
            }
        }
    }
    // The package is written before its row: while files are in work a document may be ahead of it.
    if pending > 0 {
        return;
    }
    for (dossier, inventory) in inventories {
        for (logical, _) in inventory.files() {
            let id = logical.strip_prefix("documents/").and_then(|rest| rest.split('/').next());
            if !id.is_some_and(|id| rows.contains(&(dossier, id))) {
                let path = packages.object_root(dossier).join(logical);
                findings.problem(Some(dossier), &path, ProblemKind::PackageWithoutRow);
            }
        }
    }
}

/// Hashes every expected file once, on all cores.
fn hash_all(expected: &[Expected], progress: &(dyn Fn(u64, u64) + Send + Sync)) -> BTreeSet<Problem> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let problems = Mutex::new(BTreeSet::new());
    let total = expected.len() as u64;
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(file) = expected.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(kind) = hash_one(file) {
                        let path = file.path.display().to_string();
                        let problem = Problem { dossier: file.dossier.clone(), path, kind };
                        problems.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(problem);
                    }
                    progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
                }
            });
        }
    });
    problems.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn hash_one(file: &Expected) -> Option<ProblemKind> {
    match hash_file(&file.path) {
        Ok((digest, bytes)) if digest == file.digest && file.bytes.is_none_or(|b| b == bytes) => None,
        Ok(_) => Some(ProblemKind::Mismatch),
        Err(error) if error.kind() == ErrorKind::NotFound => Some(ProblemKind::Missing),
        Err(_) => Some(ProblemKind::Unreadable),
    }
}
