//! What kind of file lies at a path, judged by its first bytes and never by its name.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use sohoa_domain::{InputError, Limits, RefusalCode};

/// Formats that can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// PDF.
    Pdf,
    /// JPEG (ISO/IEC 10918-1), with or without JFIF or Exif.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF or BigTIFF, one or more pages.
    Tiff,
    /// WebP, lossy or lossless.
    WebP,
    /// Windows bitmap.
    Bmp,
}

/// A PDF header may stand anywhere in the first 1024 bytes (ISO 32000-1, annex H.3, note 13).
const HEAD: u64 = 1024;

/// Says what lies at `path`.
///
/// Only a regular file is opened: a FIFO would block, and a symbolic link may lead out of the scan folder.
///
/// # Errors
/// `not-a-regular-file`, `unreadable`, `empty-file`, `too-many-bytes`, `unknown-format`.
pub fn sniff(path: &Path, limits: &Limits) -> Result<FileKind, InputError> {
    let unreadable = |e: std::io::Error| InputError::file(RefusalCode::Unreadable, e.kind());
    let meta = path.symlink_metadata().map_err(unreadable)?;
    if !meta.is_file() {
        return Err(InputError::file(RefusalCode::NotARegularFile, "not a regular file"));
    }
    if meta.len() == 0 {
        return Err(InputError::file(RefusalCode::EmptyFile, "0 bytes"));
    }
    if meta.len() > limits.file_bytes {
        let detail = format!("{} bytes, limit {}", meta.len(), limits.file_bytes);
        return Err(InputError::file(RefusalCode::TooManyBytes, detail));
    }
    let mut head = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    match file.take(HEAD).read_to_end(&mut head) {
        Err(e) if e.kind() != ErrorKind::UnexpectedEof => return Err(unreadable(e)),
        _ => {}
    }
    kind_of(&head).ok_or_else(|| InputError::file(RefusalCode::UnknownFormat, "unknown first bytes"))
}

fn kind_of(head: &[u8]) -> Option<FileKind> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    if starts(b"\xff\xd8\xff") {
        Some(FileKind::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Some(FileKind::Png)
    } else if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
        Some(FileKind::Tiff)
    } else if starts(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        Some(FileKind::WebP)
    } else if starts(b"BM") && bmp_header_size(head).is_some_and(|n| matches!(n, 12 | 16 | 40..=124)) {
        Some(FileKind::Bmp)
    } else if head.windows(5).any(|w| w == b"%PDF-") {
        Some(FileKind::Pdf)
    } else {
        None
    }
}

/// Size of the second BMP header; two letters alone would take any text that starts with "BM".
fn bmp_header_size(head: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(head.get(14..18)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(bytes: &[u8], limits: &Limits) -> Result<FileKind, RefusalCode> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        sniff(file.path(), limits).map_err(|e| e.code)
    }

    #[test]
    fn first_bytes_decide() {
        let limits = Limits::default();
        let ok = |b: &[u8]| code(b, &limits);
        assert_eq!(ok(b"%PDF-1.7\n"), Ok(FileKind::Pdf));
        assert_eq!(ok(&[vec![b'\n'; 1000], b"%PDF-1.4".to_vec()].concat()), Ok(FileKind::Pdf));
        assert_eq!(ok(&[vec![b'\n'; 1100], b"%PDF-1.4".to_vec()].concat()), Err(RefusalCode::UnknownFormat));
        assert_eq!(ok(b"\xff\xd8\xff\xe0rest"), Ok(FileKind::Jpeg));
        assert_eq!(ok(b"\x89PNG\r\n\x1a\n"), Ok(FileKind::Png));
        assert_eq!(ok(b"II*\0\x08\0\0\0"), Ok(FileKind::Tiff));
        assert_eq!(ok(b"MM\0*\0\0\0\x08"), Ok(FileKind::Tiff));
        assert_eq!(ok(b"RIFF\0\0\0\0WEBPVP8 "), Ok(FileKind::WebP));
        assert_eq!(ok(b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0"), Ok(FileKind::Bmp));
        assert_eq!(ok(b"BMW is a car, not a bitmap"), Err(RefusalCode::UnknownFormat));
        assert_eq!(ok(b"just text"), Err(RefusalCode::UnknownFormat));
    }

    #[test]
    fn size_limits() {
        let small = Limits { file_bytes: 4, ..Limits::default() };
        assert_eq!(code(b"", &small), Err(RefusalCode::EmptyFile));
        assert_eq!(code(b"%PDF-1.7", &small), Err(RefusalCode::TooManyBytes));
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_are_opened() {
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;
        let dir = tempfile::tempdir().unwrap();
        let code = |name: &str| sniff(&dir.path().join(name), &Limits::default()).unwrap_err().code;
        assert_eq!(code(""), RefusalCode::NotARegularFile);
        assert_eq!(code("missing"), RefusalCode::Unreadable);
        std::fs::write(dir.path().join("real.pdf"), "%PDF-1.7").unwrap();
        symlink(dir.path().join("real.pdf"), dir.path().join("link.pdf")).unwrap();
        assert_eq!(code("link.pdf"), RefusalCode::NotARegularFile);
        let _socket = UnixListener::bind(dir.path().join("socket")).unwrap();
        assert_eq!(code("socket"), RefusalCode::NotARegularFile);
        // A FIFO without a writer blocks whoever opens it, so a hang here is the failure.
        let made = std::process::Command::new("mkfifo").arg(dir.path().join("fifo")).status();
        assert!(made.is_ok_and(|s| s.success()), "mkfifo is part of coreutils");
        assert_eq!(code("fifo"), RefusalCode::NotARegularFile);
        assert_eq!(sniff(Path::new("/dev/null"), &Limits::default()).unwrap_err().code, RefusalCode::NotARegularFile);
    }
}
