//! Whether a file has arrived whole, judged by what its format says and without decoding it.

mod jpeg;
mod pdf;
mod png;

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use sohoa_domain::{InputError, Limits, RefusalCode};

use crate::{FileKind, sniff, tiff};

/// How much of a file is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wholeness {
    /// It goes as far as its format says.
    Whole,
    /// Something is missing, or it cannot be read at present.
    Partial,
    /// It is of no known format, no regular file or too large: it will not get better.
    Never,
}

/// How much of the file is there.
pub fn wholeness(path: &Path, limits: &Limits) -> Wholeness {
    let whole = match sniff(path, limits) {
        Ok(FileKind::Pdf) => pdf::is_whole(path),
        Ok(FileKind::Jpeg) => jpeg::is_whole(path),
        Ok(FileKind::Png) => png::is_whole(path),
        Ok(FileKind::Tiff) => Ok(tiff::is_whole(path, limits)),
        Ok(FileKind::WebP) => stated(path, 4).map(|(stated, bytes)| bytes >= stated + 8),
        Ok(FileKind::Bmp) => stated(path, 2).map(|(stated, bytes)| bytes >= stated),
        Err(InputError { code: RefusalCode::EmptyFile, .. }) => Ok(false),
        Err(InputError { code: RefusalCode::UnknownFormat, .. }) => match may_become_known(path) {
            Ok(false) => return Wholeness::Never,
            _ => Ok(false),
        },
        // What is gone is nobody's to take.
        Err(_) if path.symlink_metadata().is_err() => Ok(false),
        Err(_) => return Wholeness::Never,
    };
    if whole.unwrap_or(false) { Wholeness::Whole } else { Wholeness::Partial }
}

/// Whether nothing but the beginning of some format's mark has arrived, or only zeros, as of a file whose space was
/// reserved before it is filled.
fn may_become_known(path: &Path) -> io::Result<bool> {
    const MARKS: [&[u8]; 7] = [b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"II+\0", b"MM\0*", b"MM\0+"];
    let mut head = Vec::new();
    File::open(path)?.take(1024).read_to_end(&mut head)?;
    let begins = |mark: &[u8]| head.len() < mark.len() && mark.starts_with(&head);
    // What tells WebP and BMP from any text stands behind their first letters.
    let late = |mark: &[u8], told: usize| head.len() < told && (head.starts_with(mark) || mark.starts_with(&head));
    Ok(head.iter().all(|&byte| byte == 0) || MARKS.into_iter().any(begins) || late(b"RIFF", 12) || late(b"BM", 18))
}

/// The length that stands at `at`, 32 bits, lowest byte first, and that of the file.
fn stated(path: &Path, at: u64) -> io::Result<(u64, u64)> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(at))?;
    let mut four = [0; 4];
    file.read_exact(&mut four)?;
    Ok((u64::from(u32::from_le_bytes(four)), file.metadata()?.len()))
}

#[cfg(test)]
mod tests;
