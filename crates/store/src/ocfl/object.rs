//! An object's directory: read it, put a version into it, and put right what a crash left half done.
//!
//! A version goes into an object in three renames, each made durable before the next:
//!
//! 1. the version's directory, whole and with its own inventory and sidecar;
//! 2. the root inventory, the same bytes as the version's;
//! 3. the root sidecar.
//!
//! A crash between them leaves the object at the old version plus a version directory that the root inventory does not
//! know yet, or with a root sidecar one version behind. Both are told from damage by comparing with the copies in the
//! version directories, and both are completed: the bytes were all durable before the first rename. Anything else is
//! damage, which is reported and never written over.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use sohoa_domain::{DossierCode, Sha256Digest};

use super::{INVENTORY, Inventory, SIDECAR, VersionNumber, sidecar_line};
use crate::durable;
use crate::fault::{Point, reached};

/// Why an object cannot be used.
pub(crate) enum ObjectError {
    /// The file system said no.
    Io(io::Error),
    /// A file of it, relative to the object root, is not as it has to be.
    Damaged(String, String),
}

impl From<io::Error> for ObjectError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn damaged<T>(path: impl Into<String>, why: impl Into<String>) -> Result<T, ObjectError> {
    Err(ObjectError::Damaged(path.into(), why.into()))
}

/// An inventory with the bytes it was read from.
struct Copy {
    bytes: Vec<u8>,
    sidecar: Vec<u8>,
    inventory: Inventory,
}

impl Copy {
    /// Reads an inventory and its sidecar from a version's directory.
    fn read(root: &Path, version: VersionNumber, dossier: &DossierCode) -> Result<Self, ObjectError> {
        let bytes = required(root, &format!("{version}/{INVENTORY}"))?;
        let sidecar = required(root, &format!("{version}/{SIDECAR}"))?;
        if !agree(&bytes, &sidecar) {
            return damaged(format!("{version}/{SIDECAR}"), "it does not tell the digest of the inventory beside it");
        }
        match Inventory::from_bytes(&bytes, dossier) {
            Ok(inventory) if inventory.head == version => Ok(Self { bytes, sidecar, inventory }),
            Ok(_) => damaged(format!("{version}/{INVENTORY}"), "its head is another version"),
            Err(why) => damaged(format!("{version}/{INVENTORY}"), why),
        }
    }
}

fn required(root: &Path, name: &str) -> Result<Vec<u8>, ObjectError> {
    match durable::read_file(&root.join(name)) {
        Err(error) if error.kind() == ErrorKind::NotFound => damaged(name, "missing"),
        other => Ok(other?),
    }
}

fn agree(inventory: &[u8], sidecar: &[u8]) -> bool {
    sidecar == sidecar_line(&Sha256Digest::of(inventory)).as_bytes()
}

/// The root inventory when it agrees with its sidecar and reads well; `None` when there is no such object or it has to
/// be settled first. Needs no lock: root inventory and sidecar never agree on anything but a whole version.
pub(crate) fn read(root: &Path, dossier: &DossierCode) -> Option<Inventory> {
    let bytes = durable::read_file(&root.join(INVENTORY)).ok()?;
    let sidecar = durable::read_file(&root.join(SIDECAR)).ok()?;
    agree(&bytes, &sidecar).then(|| Inventory::from_bytes(&bytes, dossier).ok())?
}

/// Completes what a crash left half done and returns the inventory, `None` when there is no object. The caller holds
/// the object's lock; `staging` is a folder on the same file system.
pub(crate) fn settle(root: &Path, dossier: &DossierCode, staging: &Path) -> Result<Option<Inventory>, ObjectError> {
    let Some(highest) = highest_version(root)? else { return Ok(None) };
    let bytes = required(root, INVENTORY)?;
    let sidecar = required(root, SIDECAR)?;
    let latest = Copy::read(root, highest, dossier)?;
    let (inventory_is_latest, sidecar_is_latest) = (bytes == latest.bytes, sidecar == latest.sidecar);
    if inventory_is_latest && sidecar_is_latest {
        return Ok(Some(latest.inventory));
    }
    let previous = highest.previous().map(|version| Copy::read(root, version, dossier)).transpose()?;
    let was = |part: &[u8], of: fn(&Copy) -> &[u8]| previous.as_ref().is_some_and(|p| of(p) == part);
    if !inventory_is_latest && !was(&bytes, |p| &p.bytes) {
        return damaged(INVENTORY, "it is neither that of the latest version nor that of the one before");
    }
    if !sidecar_is_latest && !was(&sidecar, |p| &p.sidecar) {
        return damaged(SIDECAR, "it is neither that of the latest version nor that of the one before");
    }
    if previous.is_none_or(|p| latest.inventory.as_of(p.inventory.head) != p.inventory) {
        return damaged(format!("{highest}/{INVENTORY}"), "it does not continue the version before");
    }
    let below = format!("{highest}/");
    for (path, digest) in latest.inventory.contents().filter(|(path, _)| path.starts_with(&below)) {
        if durable::hash_file(&root.join(path)).ok().is_none_or(|(seen, _)| seen != digest) {
            return damaged(path, "its bytes are not those of its digest");
        }
    }
    let folder = tempfile::Builder::new().prefix("settle-").tempdir_in(staging)?;
    stage_inventory(folder.path(), &latest.bytes)?;
    publish(root, folder.path())?;
    Ok(Some(latest.inventory))
}

/// The highest version directory, `None` when the object root does not exist.
fn highest_version(root: &Path) -> Result<Option<VersionNumber>, ObjectError> {
    let entries = match fs::read_dir(root) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut highest = None;
    for entry in entries {
        let version = entry?.file_name().to_str().and_then(|name| name.parse().ok());
        highest = highest.max(version);
    }
    if highest.is_none() { damaged(VersionNumber::FIRST.to_string(), "missing") } else { Ok(highest) }
}

/// Writes an inventory and its sidecar into a folder, durably but for the folder's entries.
pub(crate) fn stage_inventory(folder: &Path, bytes: &[u8]) -> io::Result<()> {
    durable::write_new(&folder.join(INVENTORY), bytes)?;
    durable::write_new(&folder.join(SIDECAR), sidecar_line(&Sha256Digest::of(bytes)).as_bytes())
}

/// Moves a version's directory out of `staging` into its object, then the inventory and sidecar that lie beside it.
pub(crate) fn install_version(root: &Path, staging: &Path, version: VersionNumber) -> io::Result<()> {
    fs::rename(staging.join(version.to_string()), root.join(version.to_string()))?;
    durable::sync_dir(root)?;
    reached(Point::InPlace);
    publish(root, staging)
}

/// Makes the inventory in `staging` the object's own.
fn publish(root: &Path, staging: &Path) -> io::Result<()> {
    fs::rename(staging.join(INVENTORY), root.join(INVENTORY))?;
    durable::sync_dir(root)?;
    reached(Point::InventoryReplaced);
    fs::rename(staging.join(SIDECAR), root.join(SIDECAR))?;
    durable::sync_dir(root)?;
    reached(Point::SidecarReplaced);
    Ok(())
}

/// Moves a whole new object to `path` below the storage root.
///
/// `tree` holds the object below the same path. The topmost directory that is missing in the storage root is moved in
/// one rename, so that no empty directory is ever seen there (spec 4.2 forbids them).
pub(crate) fn install_object(storage: &Path, tree: &Path, path: &Path) -> io::Result<()> {
    let mut levels: Vec<&Path> = path.ancestors().filter(|p| !p.as_os_str().is_empty()).collect();
    levels.reverse();
    for level in levels {
        match fs::rename(tree.join(level), storage.join(level)) {
            Ok(()) => {
                durable::sync_dirs(storage, level.parent().unwrap_or(Path::new("")))?;
                reached(Point::InPlace);
                return Ok(());
            }
            // Other objects lie below it: go one level deeper.
            Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}
