//! Bad input ends with exit 3 and a stable code, without a panic and without an output.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{jpeg, pdf, run, sohoa};

/// Converts one bad file and checks how that ends.
#[track_caller]
fn refused(input: &Path, code: &str) {
    let out = tempfile::tempdir().unwrap();
    let target = out.path().join("out.pdf");
    let ran = run(sohoa("fake").arg("convert").arg(input).arg(&target)).ends_with(3);
    assert!(ran.stderr.contains(&format!("[{code}]")), "expected {code}: {}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    let left: Vec<_> = std::fs::read_dir(out.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// Writes the bytes under a name and expects a refusal.
#[track_caller]
fn refused_bytes(name: &str, bytes: &[u8], code: &str) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    refused(&path, code);
}

#[test]
fn an_empty_file() {
    refused_bytes("scan.pdf", b"", "empty-file");
}

#[test]
fn a_text_named_pdf() {
    refused_bytes("scan.pdf", "Đây không phải là PDF.\n".as_bytes(), "unknown-format");
}

#[test]
fn a_cut_pdf() {
    let whole = pdf(&[1, 2, 3]);
    for percent in [30, 60, 90] {
        refused_bytes("scan.pdf", &whole[..whole.len() * percent / 100], "truncated");
    }
}

#[test]
fn a_cut_jpeg() {
    let whole = jpeg(1);
    for percent in [10, 50, 90] {
        refused_bytes("scan.jpg", &whole[..whole.len() * percent / 100], "truncated");
    }
}

#[test]
fn a_pdf_with_a_password() {
    let dir = tempfile::tempdir().unwrap();
    let [plain, locked] = ["plain.pdf", "locked.pdf"].map(|name| dir.path().join(name));
    std::fs::write(&plain, pdf(&[1])).unwrap();
    let qpdf =
        Command::new("qpdf").args(["--encrypt", "secret", "owner", "256", "--"]).args([&plain, &locked]).status();
    assert!(qpdf.unwrap().success());
    refused(&locked, "encrypted");
}

#[test]
fn a_huge_bitonal_png_in_few_bytes() {
    let png = huge_png(60_000);
    assert!(png.len() < 500_000, "{}", png.len());
    refused_bytes("scan.png", &png, "too-many-pixels");
}

#[test]
fn a_pdf_without_pages() {
    refused_bytes("scan.pdf", &pdf(&[]), "no-pages");
}

#[test]
fn a_tiff_whose_directories_loop() {
    refused_bytes("scan.tif", &looping_tiff(), "malformed");
}

#[test]
fn a_folder_and_a_fifo() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("folder.pdf");
    std::fs::create_dir(&folder).unwrap();
    refused(&folder, "not-a-regular-file");
    let fifo: PathBuf = dir.path().join("fifo.pdf");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    refused(&fifo, "not-a-regular-file");
}

#[test]
fn a_file_that_is_not_there() {
    refused(Path::new("/nonexistent/scan.pdf"), "unreadable");
}

/// A white 1-bit PNG of `side` × `side` pixels.
fn huge_png(side: u32) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let row = vec![0u8; 1 + side.div_ceil(8) as usize];
    for _ in 0..side {
        zlib.write_all(&row).unwrap();
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [side.to_be_bytes(), side.to_be_bytes()].concat();
    header.extend([1, 0, 0, 0, 0]);
    for (kind, data) in [(b"IHDR", header), (b"IDAT", zlib.finish().unwrap()), (b"IEND", Vec::new())] {
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(&data);
        png.extend(kind);
        png.extend(data);
        png.extend(crc.sum().to_be_bytes());
    }
    png
}

/// A little-endian TIFF of one 8 × 1 pixel page whose next directory is itself.
fn looping_tiff() -> Vec<u8> {
    let entries: [(u16, u16, u32); 8] =
        [(256, 3, 8), (257, 3, 1), (258, 3, 1), (259, 3, 1), (262, 3, 0), (273, 4, 8), (278, 3, 1), (279, 4, 1)];
    let mut tiff = b"II*\0".to_vec();
    tiff.extend(10u32.to_le_bytes());
    tiff.extend([0xAA, 0]);
    tiff.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
    for (tag, kind, value) in entries {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(1u32.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    }
    tiff.extend(10u32.to_le_bytes());
    tiff
}
