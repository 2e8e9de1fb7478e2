//! Whether a file has arrived whole, judged by what its format says and without decoding it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use sohoa_domain::Limits;

use crate::{FileKind, sniff, tiff};

/// Bytes at the end of a file in which its last mark has to stand: scanners and mail gateways append to files.
const TAIL: u64 = 64 * 1024;

/// Whether the file goes as far as its format says. What is of no known format is whole: it will not get better.
pub fn is_whole(path: &Path, limits: &Limits) -> bool {
    let Ok(kind) = sniff(path, limits) else {
        // An empty file may still be filled.
        return std::fs::symlink_metadata(path).is_ok_and(|meta| meta.len() > 0);
    };
    let ends_with = |mark: &[u8]| tail(path).is_ok_and(|t| t.windows(mark.len()).any(|w| w == mark));
    match kind {
        FileKind::Pdf => ends_with(b"%%EOF"),
        FileKind::Jpeg => ends_with(b"\xff\xd9"),
        FileKind::Png => ends_with(b"IEND"),
        FileKind::Tiff => tiff::is_whole(path, limits),
        FileKind::WebP => stated(path, 4).is_ok_and(|(stated, bytes)| bytes >= stated + 8),
        FileKind::Bmp => stated(path, 2).is_ok_and(|(stated, bytes)| bytes >= stated),
    }
}

fn tail(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(bytes)
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
mod tests {
    use super::*;

    /// One strip of grey, 300 × 200, behind its directory.
    fn tiff() -> Vec<u8> {
        let tags =
            [(256, 300), (257, 200), (258, 8), (259, 1), (262, 1), (273, 122), (277, 1), (278, 200), (279, 60_000)];
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend((tags.len() as u16).to_le_bytes());
        for (tag, value) in tags {
            bytes.extend((tag as u16).to_le_bytes());
            // One LONG.
            bytes.extend([4, 0, 1, 0, 0, 0]);
            bytes.extend((value as u32).to_le_bytes());
        }
        bytes.extend([0; 4]);
        assert_eq!(bytes.len(), 122);
        bytes.extend(vec![128; 60_000]);
        bytes
    }

    fn images() -> Vec<(&'static str, Vec<u8>)> {
        let page = image::DynamicImage::ImageLuma8(image::GrayImage::from_fn(300, 200, |x, y| {
            image::Luma([(x * 7 + y * 13 + x * y % 11) as u8])
        }));
        let encoded = |format| {
            let mut bytes = io::Cursor::new(Vec::new());
            page.write_to(&mut bytes, format).unwrap();
            bytes.into_inner()
        };
        let mut pdf = b"%PDF-1.7\n".to_vec();
        pdf.extend(vec![b'x'; 5000]);
        pdf.extend(b"\nstartxref\n9\n%%EOF\n");
        vec![
            ("a.jpg", encoded(image::ImageFormat::Jpeg)),
            ("a.png", encoded(image::ImageFormat::Png)),
            ("a.tif", tiff()),
            ("a.webp", encoded(image::ImageFormat::WebP)),
            ("a.bmp", encoded(image::ImageFormat::Bmp)),
            ("a.pdf", pdf),
        ]
    }

    #[test]
    fn a_file_is_whole_when_its_format_says_so_and_what_follows_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in images() {
            let path = dir.path().join(name);
            for cut in [bytes.len() - 30, bytes.len() / 2, 40] {
                std::fs::write(&path, &bytes[..cut]).unwrap();
                assert!(!is_whole(&path, &Limits::default()), "{name} cut off at {cut} of {}", bytes.len());
            }
            let longer = [bytes.as_slice(), b"appended by a gateway"].concat();
            for whole in [&bytes, &longer] {
                std::fs::write(&path, whole).unwrap();
                assert!(is_whole(&path, &Limits::default()), "{name}, {} bytes", whole.len());
            }
        }
        let path = dir.path().join("empty.pdf");
        std::fs::write(&path, b"").unwrap();
        assert!(!is_whole(&path, &Limits::default()));
        std::fs::write(&path, b"no paper").unwrap();
        assert!(is_whole(&path, &Limits::default()));
    }
}
