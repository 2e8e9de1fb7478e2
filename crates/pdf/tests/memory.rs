//! A book of 1,000 pages and over 400 MB costs little memory. Alone in its file: the peak is that of the whole process.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "support/scan_book.rs"]
mod scan_book;

use sohoa_domain::{Limits, Rotation};
use sohoa_pdf::{DocumentInfo, PdfSource, PdfWriter, PixelSource};

/// Highest resident size of this process so far, bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

#[test]
fn a_book_of_400_mb_is_opened_and_rewritten_in_under_100_mb() {
    let folder = tempfile::tempdir().unwrap();
    let (book, out) = (folder.path().join("book.pdf"), folder.path().join("out.pdf"));
    let bytes = scan_book::write(&book, 1000, 420).unwrap();
    assert!(bytes >= 400_000_000, "{bytes}");

    let source = PdfSource::open(&book, &Limits::default()).unwrap();
    assert_eq!(source.page_count(), 1000);
    let opened = peak();
    assert!(opened < 100 << 20, "opening took {opened} bytes");

    let info = DocumentInfo { title: "Sách".into(), identifier: None, language: "vi".into() };
    let mut writer = PdfWriter::create(&out).unwrap();
    for index in 0..source.page_count() {
        if index % 250 == 0 {
            assert!(matches!(source.page(index).unwrap().pixels, PixelSource::Embedded { .. }));
        }
        writer.source_page(&source, index, Rotation::None, None).unwrap();
    }
    let finished = writer.finish(&info).unwrap();
    assert_eq!(finished.pages, 1000);
    assert!((400_000_000..bytes * 101 / 100).contains(&finished.bytes), "{}", finished.bytes);
    let all = peak();
    assert!(all < 100 << 20, "rewriting took {all} bytes");
}
