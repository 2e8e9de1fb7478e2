//! Rows against packages and received files, both ways.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use sohoa_domain::{DossierCode, FileState, Sha256Digest};
use sohoa_store::ocfl::Inventory;
use sohoa_store::{DiskBlobs, DiskPackages, DocumentRow, PackageError, Records, Rendition, RenditionKind, StoreError};

use super::findings::{Findings, bytes_problem};
use super::{Problem, ProblemKind};

/// What the records say is stored.
pub(super) struct Rows {
    /// Only one dossier was asked for.
    one_dossier: bool,
    documents: Vec<DocumentRow>,
    /// Digests that were received, with the dossier when only one was asked for and the length when a row tells it.
    received: BTreeMap<Sha256Digest, (Option<DossierCode>, Option<u64>)>,
    /// Digests of files in work: their documents may be packaged and not recorded yet.
    pending: HashSet<Sha256Digest>,
}

impl Rows {
    pub(super) async fn read(records: &dyn Records, only: Option<&DossierCode>) -> Result<Self, StoreError> {
        let mut received = BTreeMap::new();
        let mut pending = HashSet::new();
        if only.is_none() {
            let kept = records.register_sources().await?.into_iter().chain(records.confirmed_values().await?);
            received.extend(kept.map(|digest| (digest, (None, None))));
        }
        // Files are read before documents: what is in work now and recorded by then is in both.
        let state = only.map(|_| FileState::Pending);
        for file in records.files(None, state).await? {
            let Some(digest) = file.digest else { continue };
            if file.state == FileState::Pending {
                pending.insert(digest);
            }
            if only.is_none() {
                received.insert(digest, (None, Some(file.bytes)));
            }
        }
        let documents = match only {
            Some(code) => records.documents(code).await?,
            None => records.all_documents().await?,
        };
        if only.is_some() {
            received.extend(documents.iter().map(|d| (d.source_digest, (Some(d.dossier.clone()), None))));
        }
        Ok(Self { one_dossier: only.is_some(), documents, received, pending })
    }
}

/// Compares rows with what was listed before and what inventories say.
pub(super) fn compare(
    rows: &Rows,
    blobs: &DiskBlobs,
    packages: &DiskPackages,
    listed: &BTreeSet<Sha256Digest>,
    inventories: &BTreeMap<DossierCode, Inventory>,
) -> Result<Findings, PackageError> {
    let mut findings = Findings::default();
    for (digest, (dossier, bytes)) in &rows.received {
        let path = blobs.path(digest);
        let found = if listed.contains(digest) {
            // Its bytes are hashed already.
            std::fs::metadata(&path).is_err().then_some(ProblemKind::Missing)
        } else {
            bytes_problem(&path, digest)
        };
        let kind = match found {
            Some(ProblemKind::Missing) => Some(ProblemKind::RowWithoutBlob),
            None if bytes.is_some_and(|bytes| length(&path) != Some(bytes)) => Some(ProblemKind::RowMismatch),
            other => other,
        };
        findings.item(kind.map(|kind| Problem::new(dossier.as_ref(), &path, kind)));
    }
    for digest in listed.iter().filter(|digest| !rows.one_dossier && !rows.received.contains_key(digest)) {
        findings.item([Problem::new(None, &blobs.path(digest), ProblemKind::BlobWithoutRow)]);
    }

    let mut recorded: BTreeMap<&DossierCode, HashSet<(&str, Sha256Digest)>> = BTreeMap::new();
    for document in &rows.documents {
        let of_dossier = recorded.entry(&document.dossier).or_default();
        of_dossier.extend(document.renditions.iter().map(|r| (r.logical.as_str(), r.digest)));
        let listed = inventories.get(&document.dossier).filter(|i| i.head.get() >= document.version);
        // The version may have come after its object was checked; then its bytes have not been hashed.
        let newer = match listed {
            Some(_) => None,
            None => packages.read(&document.dossier).or_else(none_when_damaged)?,
        };
        let problems = document.renditions.iter().filter_map(|rendition| {
            let path = packages.root().join(&rendition.stored);
            let kind = rendition_problem(document, rendition, &path, listed.or(newer.as_ref()), packages);
            let kind = kind.or_else(|| newer.as_ref().and_then(|_| bytes_problem(&path, &rendition.digest)));
            Some(Problem::new(Some(&document.dossier), &path, kind?))
        });
        findings.item(problems);
    }
    let none = HashSet::new();
    for (dossier, inventory) in inventories {
        let recorded = recorded.get(dossier).unwrap_or(&none);
        for path in unrecorded(inventory, recorded, &rows.pending) {
            let path = packages.object_root(dossier).join(path);
            findings.item([Problem::new(Some(dossier), &path, ProblemKind::PackageWithoutRow)]);
        }
    }
    Ok(findings)
}

/// Damage in packages is found and named where objects are checked.
fn none_when_damaged(error: PackageError) -> Result<Option<Inventory>, PackageError> {
    if matches!(error, PackageError::Damaged { .. }) { Ok(None) } else { Err(error) }
}

/// What is wrong between a document's row and its package, if anything.
fn rendition_problem(
    document: &DocumentRow,
    rendition: &Rendition,
    path: &Path,
    inventory: Option<&Inventory>,
    packages: &DiskPackages,
) -> Option<ProblemKind> {
    let root = packages.object_root(&document.dossier);
    let content = path.strip_prefix(&root).ok().and_then(Path::to_str);
    let version = inventory.and_then(|i| i.versions.get(&document.version.into()));
    let is_there = match (inventory, version, content) {
        (Some(inventory), Some(version), Some(content)) => {
            let stored = inventory.manifest.get(&rendition.digest);
            version.digest_of(&rendition.logical) == Some(rendition.digest)
                && stored.is_some_and(|paths| paths.iter().any(|p| p == content))
        }
        _ => false,
    };
    let is_original = rendition.kind == RenditionKind::Original;
    if !is_there {
        Some(ProblemKind::RowWithoutPackage)
    } else if is_original && rendition.digest != document.source_digest {
        Some(ProblemKind::RowMismatch)
    } else {
        // A missing file is named where content is hashed.
        length(path).filter(|bytes| *bytes != rendition.bytes).map(|_| ProblemKind::RowMismatch)
    }
}

fn length(path: &Path) -> Option<u64> {
    std::fs::symlink_metadata(path).ok().map(|meta| meta.len())
}

/// Content paths of the latest version's files that no row knows, but for documents whose source is still in work.
fn unrecorded(
    inventory: &Inventory,
    recorded: &HashSet<(&str, Sha256Digest)>,
    pending: &HashSet<Sha256Digest>,
) -> Vec<PathBuf> {
    let folder = |logical: &str| logical.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let in_work: HashSet<Option<String>> =
        inventory.files().filter(|(_, digest)| pending.contains(digest)).map(|(logical, _)| folder(logical)).collect();
    let unknown = inventory.files().filter(|file| !recorded.contains(file) && !in_work.contains(&folder(file.0)));
    unknown
        .filter_map(|(_, digest)| inventory.manifest.get(&digest).and_then(|paths| paths.first()))
        .map(PathBuf::from)
        .collect()
}
