//! The storage root and its objects: declarations, inventories, sidecars, no file missing and none too many.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use sohoa_domain::{DossierCode, Sha256Digest};
use sohoa_store::ocfl::{
    INVENTORY, Inventory, OBJECT_DECLARATION, OBJECT_DECLARATION_TEXT, SIDECAR, VersionNumber, dossier_of_directory,
    sidecar_line,
};
use sohoa_store::{DiskPackages, PackageEntry, PackageError, read_file};
use walkdir::{DirEntry, WalkDir};

use super::findings::{Findings, unread};
use super::{Problem, ProblemKind};

/// Checks the storage root and every object, or one object. Content files are left to be hashed. Returns the
/// inventories that can be relied on.
pub(super) fn check(
    packages: &DiskPackages,
    only: Option<&DossierCode>,
    findings: &mut Findings,
) -> Result<BTreeMap<DossierCode, Inventory>, PackageError> {
    let entries: Vec<PackageEntry> = match only {
        Some(code) => Vec::from_iter(Some(packages.object_root(code)).filter(|p| p.exists()).map(PackageEntry::Object)),
        None => packages.objects().collect::<Result<_, _>>()?,
    };
    for (path, text) in packages.storage_files().filter(|_| only.is_none()) {
        findings.exact(None, &path, text, ProblemKind::Layout);
    }
    let mut inventories = BTreeMap::new();
    for entry in entries {
        let root = match entry {
            PackageEntry::Object(root) => root,
            PackageEntry::Stray(path) => {
                findings.item([Problem::new(None, &path, ProblemKind::Extra)]);
                continue;
            }
        };
        let dossier = root.file_name().and_then(|name| dossier_of_directory(name.to_str()?));
        let Some(dossier) = dossier.filter(|d| packages.object_root(d) == root) else {
            findings.item([Problem::new(None, &root, ProblemKind::Layout)]);
            continue;
        };
        // A version that is just going in would look like damage.
        let _hold = packages.hold(&dossier)?;
        if let Some(inventory) = object(&root, &dossier, findings) {
            inventories.insert(dossier, inventory);
        }
    }
    Ok(inventories)
}

/// Checks one object.
pub(super) fn object(root: &Path, dossier: &DossierCode, findings: &mut Findings) -> Option<Inventory> {
    let declaration = root.join(OBJECT_DECLARATION);
    findings.exact(Some(dossier), &declaration, OBJECT_DECLARATION_TEXT, ProblemKind::Layout);
    let mut known = HashSet::from([declaration]);
    let inventory = trusted_inventory(root, dossier);
    if let Some(inventory) = &inventory {
        let versions = inventory.versions.keys().map(|v| (root.join(v.to_string()), inventory.as_of(*v)));
        let mut good = HashSet::new();
        for (folder, expected) in versions.chain([(root.to_owned(), inventory.clone())]) {
            known.extend([folder.join(INVENTORY), folder.join(SIDECAR)]);
            if check_inventory(&folder, &expected, dossier, findings) {
                good.insert(folder.join(INVENTORY));
            }
        }
        let (own, copy) = (root.join(INVENTORY), root.join(inventory.head.to_string()).join(INVENTORY));
        let differ = || read_file(&own).ok() != read_file(&copy).ok();
        if good.contains(&own) && good.contains(&copy) && differ() {
            findings.item([Problem::new(Some(dossier), &own, ProblemKind::BadInventory)]);
        }
        for (content, digest) in inventory.contents() {
            known.insert(root.join(content));
            findings.expect(Some(dossier), root.join(content), digest);
        }
    } else {
        findings.item([Problem::new(Some(dossier), &root.join(INVENTORY), ProblemKind::BadInventory)]);
        known.insert(root.join(INVENTORY));
    }
    for entry in WalkDir::new(root).min_depth(1).sort_by_file_name() {
        match entry {
            Ok(entry) if known.contains(entry.path()) || leads_on(&entry) => {}
            Ok(entry) => findings.item([Problem::new(Some(dossier), entry.path(), ProblemKind::Extra)]),
            Err(error) => {
                let path = error.path().unwrap_or(root);
                findings.item([Problem::new(Some(dossier), path, ProblemKind::Unreadable)]);
            }
        }
    }
    inventory
}

/// A directory that holds something.
fn leads_on(entry: &DirEntry) -> bool {
    let holds = || std::fs::read_dir(entry.path()).is_ok_and(|mut entries| entries.next().is_some());
    entry.file_type().is_dir() && holds()
}

/// Checks an inventory and its sidecar, tells which of the two is wrong, and returns whether the inventory is right.
///
/// What an inventory has to say follows from the one that is relied on, so its bytes as this version of the software
/// writes them are known. An inventory that an earlier version wrote in another form is good when it agrees with its
/// sidecar and says the same.
fn check_inventory(folder: &Path, expected: &Inventory, dossier: &DossierCode, findings: &mut Findings) -> bool {
    let (path, sidecar_path) = (folder.join(INVENTORY), folder.join(SIDECAR));
    let canonical = expected.to_bytes().unwrap_or_default();
    let sidecar = read_file(&sidecar_path);
    let tells = |bytes: &[u8]| {
        sidecar.as_ref().is_ok_and(|line| line.as_slice() == sidecar_line(&Sha256Digest::of(bytes)).as_bytes())
    };
    let says_the_same = |bytes: &[u8]| Inventory::from_bytes(bytes, dossier).is_ok_and(|there| there == *expected);
    let (wrong, right_bytes) = match read_file(&path) {
        Ok(bytes) if bytes == canonical || (tells(&bytes) && says_the_same(&bytes)) => (None, bytes),
        Ok(_) => (Some(ProblemKind::BadInventory), canonical),
        Err(error) => (Some(unread(&error)), canonical),
    };
    findings.item(wrong.map(|kind| Problem::new(Some(dossier), &path, kind)));
    let is_right = wrong.is_none();
    let wrong = match &sidecar {
        Ok(_) => (!tells(&right_bytes)).then_some(ProblemKind::SidecarMismatch),
        Err(error) => Some(unread(error)),
    };
    findings.item(wrong.map(|kind| Problem::new(Some(dossier), &sidecar_path, kind)));
    is_right
}

/// The inventory that everything else is compared with: the root's, else the latest copy in a version, the first that
/// agrees with its sidecar; when none does, the first that can be read.
fn trusted_inventory(root: &Path, dossier: &DossierCode) -> Option<Inventory> {
    let mut versions: Vec<VersionNumber> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    let folders = std::iter::once(root.to_owned()).chain(versions.iter().map(|v| root.join(v.to_string())));
    let read = |folder: PathBuf| {
        let bytes = read_file(&folder.join(INVENTORY)).ok()?;
        let inventory = Inventory::from_bytes(&bytes, dossier).ok()?;
        let line = sidecar_line(&Sha256Digest::of(&bytes));
        let agrees = read_file(&folder.join(SIDECAR)).is_ok_and(|sidecar| sidecar == line.as_bytes());
        Some((agrees, inventory))
    };
    let mut readable = None;
    for (agrees, inventory) in folders.filter_map(read) {
        if agrees {
            return Some(inventory);
        }
        readable.get_or_insert(inventory);
    }
    readable
}
