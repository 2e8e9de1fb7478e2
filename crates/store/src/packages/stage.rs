//! A version in the making: its content, inventory and sidecar in the staging folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use sohoa_domain::Sha256Digest;

use super::{ContentSource, NewContent, PackageError, io_error};
use crate::durable::{self, CopyError};
use crate::ocfl::{self, Inventory, object};

/// A new file whose bytes have been hashed.
pub(super) struct Measured {
    /// Place in the list, from 0: errors name it, because paths may hold personal data.
    pub(super) index: usize,
    pub(super) logical: String,
    pub(super) source: ContentSource,
    pub(super) digest: Sha256Digest,
    pub(super) bytes: u64,
}

/// Checks logical paths and hashes every file.
pub(super) fn measure(files: Vec<NewContent>) -> Result<Vec<Measured>, PackageError> {
    let measured = files.into_iter().enumerate().map(|(index, NewContent { logical, source })| {
        ocfl::check_path(&logical).map_err(|why| PackageError::Path(format!("that of file {index} {why}")))?;
        let (digest, bytes) = match &source {
            ContentSource::Bytes(bytes) => (Sha256Digest::of(bytes), bytes.len() as u64),
            ContentSource::Copy(path, _) | ContentSource::Move(path) => {
                durable::hash_file(path).map_err(|error| PackageError::Source { index, error })?
            }
        };
        if matches!(source, ContentSource::Copy(_, known) if known != digest) {
            return Err(PackageError::Changed(index));
        }
        Ok(Measured { index, logical, source, digest, bytes })
    });
    measured.collect()
}

/// Makes the head of `next` in `folder`: its directory with content, inventory and sidecar, and beside it the
/// inventory and sidecar for the object root. Everything is durable but the entries of directories.
pub(super) fn version(folder: &Path, files: &[&Measured], next: &Inventory) -> Result<(), PackageError> {
    let below = format!("{}/", next.head);
    let head = folder.join(next.head.to_string());
    let at_head = io_error(&head);
    fs::create_dir_all(&head).map_err(&at_head)?;
    for (content, digest) in next.contents().filter(|(path, _)| path.starts_with(&below)) {
        let Some(file) = files.iter().find(|f| f.digest == digest) else { continue };
        place(file, &folder.join(content))?;
    }
    let bytes = next.to_bytes().map_err(io::Error::from).map_err(&at_head)?;
    object::stage_inventory(&head, &bytes).and_then(|()| object::stage_inventory(folder, &bytes)).map_err(at_head)
}

/// Brings a file's bytes to `target`, makes them durable and reads them back.
fn place(file: &Measured, target: &Path) -> Result<(), PackageError> {
    let at_target = io_error(target);
    let source_error = |error| PackageError::Source { index: file.index, error };
    target.parent().map_or(Ok(()), fs::create_dir_all).map_err(&at_target)?;
    let create = || OpenOptions::new().read(true).write(true).create_new(true).open(target).map_err(&at_target);
    let copy = |from: &Path| {
        let (mut from, mut to) = (durable::open_regular(from).map_err(source_error)?, create()?);
        durable::copy(&mut from, &mut to).map(|_| to).map_err(|error| match error {
            CopyError::Read(error) => source_error(error),
            CopyError::Write(error) => at_target(error),
        })
    };
    let mut stored: File = match &file.source {
        ContentSource::Bytes(bytes) => {
            let mut to = create()?;
            to.write_all(bytes).map_err(&at_target)?;
            to
        }
        ContentSource::Copy(from, _) => copy(from)?,
        ContentSource::Move(from) => match fs::rename(from, target) {
            Ok(()) => durable::open_regular(target).map_err(&at_target)?,
            Err(error) if error.kind() == ErrorKind::CrossesDevices => copy(from)?,
            Err(error) => return Err(source_error(error)),
        },
    };
    let seen = durable::seal(&mut stored).map_err(at_target)?;
    if seen == (file.digest, file.bytes) { Ok(()) } else { Err(PackageError::Changed(file.index)) }
}
