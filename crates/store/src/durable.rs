//! Reading and writing files so that a crash leaves the old state or the new one, never half of either.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::{Advice, OFlags, fadvise};
use sohoa_domain::{Hasher, Sha256Digest};

/// Bytes that are read and hashed at a time.
const PIECE: usize = 1 << 20;

/// Mode of everything that is stored once and never changed.
const READ_ONLY: u32 = 0o440;

/// Opens a regular file for reading. A link is not followed, a FIFO or device neither waited for nor read.
///
/// # Errors
/// Those of the file system; [`ErrorKind::InvalidInput`] for what is no regular file.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let file = OpenOptions::new().read(true).custom_flags(i32::from_ne_bytes(flags.to_ne_bytes())).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// Digest and length of a regular file, read in one pass. Links are not followed.
///
/// # Errors
/// Those of the file system; [`ErrorKind::InvalidInput`] for what is no regular file.
pub fn hash_file(path: &Path) -> io::Result<(Sha256Digest, u64)> {
    hash(&mut open_regular(path)?)
}

/// The whole of a small regular file. Links are not followed.
///
/// # Errors
/// Those of the file system; [`ErrorKind::InvalidInput`] for what is no regular file.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// On which side a copy failed.
pub(crate) enum CopyError {
    Read(io::Error),
    Write(io::Error),
}

/// Copies from the present position to the end, hashing what passes. Returns digest and number of bytes.
pub(crate) fn copy(from: &mut File, to: &mut File) -> Result<(Sha256Digest, u64), CopyError> {
    let (mut hasher, mut length, mut piece) = (Hasher::default(), 0, vec![0; PIECE]);
    loop {
        match read_piece(from, &mut piece).map_err(CopyError::Read)? {
            [] => return Ok((hasher.finish(), length)),
            part => {
                to.write_all(part).map_err(CopyError::Write)?;
                hasher.update(part);
                length += part.len() as u64;
            }
        }
    }
}

fn hash(from: &mut File) -> io::Result<(Sha256Digest, u64)> {
    let (mut hasher, mut length, mut piece) = (Hasher::default(), 0, vec![0; PIECE]);
    loop {
        match read_piece(from, &mut piece)? {
            [] => return Ok((hasher.finish(), length)),
            part => {
                hasher.update(part);
                length += part.len() as u64;
            }
        }
    }
}

fn read_piece<'a>(from: &mut File, piece: &'a mut [u8]) -> io::Result<&'a [u8]> {
    loop {
        match from.read(piece) {
            Ok(length) => return Ok(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Makes a written file read-only and durable, then reads it again and returns the digest and length seen.
///
/// The page cache is asked to drop the file in between, so that the disk is read and not the memory just written.
/// That is advice only: a file system may ignore it.
pub(crate) fn seal(file: &mut File) -> io::Result<(Sha256Digest, u64)> {
    file.set_permissions(fs::Permissions::from_mode(READ_ONLY))?;
    file.sync_all()?;
    let _ = fadvise(&*file, 0, None, Advice::DontNeed);
    file.rewind()?;
    hash(file)
}

/// Writes a new file and makes its bytes durable; the entry in its directory is the caller's to make so.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the entries of a directory durable.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes the entries of `relative` and of every directory between it and `base` durable, innermost first.
pub(crate) fn sync_dirs(base: &Path, relative: &Path) -> io::Result<()> {
    relative.ancestors().try_for_each(|below| sync_dir(&base.join(below)))
}

/// Makes the entries of a directory and of all below it durable.
pub(crate) fn sync_tree(path: &Path) -> io::Result<()> {
    for entry in walkdir::WalkDir::new(path).contents_first(true) {
        let entry = entry?;
        if entry.file_type().is_dir() {
            sync_dir(entry.path())?;
        }
    }
    Ok(())
}

/// Removes what lies directly in `folder` and was last changed before `before`: leftovers of crashes. Returns how many.
pub(crate) fn sweep(folder: &Path, before: std::time::SystemTime) -> io::Result<u64> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        if meta.modified()? < before {
            if meta.is_dir() {
                fs::remove_dir_all(entry.path())?
            } else {
                fs::remove_file(entry.path())?
            }
            removed += 1;
        }
    }
    Ok(removed)
}

/// Whether an error says that the disk or the quota is full.
pub(crate) fn is_no_space(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Whether the disk of a path has less than a twentieth and less than a gibibyte left. False when that cannot be told.
pub fn is_low_on_space(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|disk| {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        disk.f_bavail < disk.f_blocks / 20 && free < 1 << 30
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        write_new(&file, b"abc").unwrap();
        assert_eq!(hash_file(&file).unwrap(), (Sha256Digest::of(b"abc"), 3));
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let fifo = dir.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
        for odd in [link.as_path(), fifo.as_path(), dir.path()] {
            assert!(open_regular(odd).is_err(), "{}", odd.display());
        }
    }

    #[test]
    fn sealing_tells_what_is_on_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = vec![7; PIECE + 17];
        let mut file = tempfile::tempfile_in(&dir).unwrap();
        file.write_all(&bytes).unwrap();
        assert_eq!(seal(&mut file).unwrap(), (Sha256Digest::of(&bytes), bytes.len() as u64));
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, READ_ONLY);
    }

    #[test]
    fn a_full_disk_is_told_apart() {
        let mut full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        assert!(is_no_space(&full.write_all(b"x").unwrap_err()));
    }
}
