//! Every way in which a file is refused, by its stable code.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::path::Path;
use std::process::Command;

use lopdf::{Dictionary, dictionary};
use sohoa_domain::{InputError, Limits, RefusalCode};
use sohoa_pdf::PdfSource;
use support::{Pdf, gradient, grey_image, open};

fn code(result: Result<PdfSource, InputError>) -> RefusalCode {
    match result {
        Ok(_) => panic!("it was taken"),
        Err(e) => e.code,
    }
}

fn three_pages(folder: &Path) -> std::path::PathBuf {
    let mut pdf = Pdf::new();
    for _ in 0..3 {
        let image = grey_image(&mut pdf, 400, 500, Dictionary::new());
        pdf.page(
            "q 300 0 0 400 0 0 cm /I Do Q",
            dictionary! { "XObject" => dictionary! { "I" => image } },
            Dictionary::new(),
        );
    }
    pdf.save(folder)
}

#[test]
fn what_is_no_file_or_no_pdf() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert_eq!(code(open(&at("missing.pdf"))), RefusalCode::Unreadable);
    assert_eq!(code(open(folder.path())), RefusalCode::NotARegularFile);
    std::fs::write(at("empty.pdf"), b"").unwrap();
    assert_eq!(code(open(&at("empty.pdf"))), RefusalCode::EmptyFile);
    std::fs::write(at("text.pdf"), b"just some text").unwrap();
    assert_eq!(code(open(&at("text.pdf"))), RefusalCode::UnknownFormat);
    assert!(Command::new("mkfifo").arg(at("fifo.pdf")).status().unwrap().success());
    assert_eq!(code(open(&at("fifo.pdf"))), RefusalCode::NotARegularFile);
}

#[test]
fn cut_anywhere_it_is_truncated() {
    let folder = tempfile::tempdir().unwrap();
    let path = three_pages(folder.path());
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(open(&path).unwrap().page_count(), 3);
    for percent in [5, 30, 50, 70, 90, 97] {
        let cut = folder.path().join("cut.pdf");
        std::fs::write(&cut, &whole[..whole.len() * percent / 100]).unwrap();
        assert_eq!(code(open(&cut)), RefusalCode::Truncated, "at {percent} %");
    }
}

#[test]
fn a_linearized_file_that_is_cut_is_truncated() {
    let folder = tempfile::tempdir().unwrap();
    let path = three_pages(folder.path());
    let linear = folder.path().join("linear.pdf");
    assert!(Command::new("qpdf").arg("--linearize").arg(&path).arg(&linear).status().unwrap().success());
    let whole = std::fs::read(&linear).unwrap();
    assert_eq!(open(&linear).unwrap().page_count(), 3);
    for percent in [40, 60, 80] {
        std::fs::write(&linear, &whole[..whole.len() * percent / 100]).unwrap();
        assert_eq!(code(open(&linear)), RefusalCode::Truncated, "at {percent} %");
    }
}

#[test]
fn no_pages_and_too_many() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(open(&Pdf::new().save(folder.path()))), RefusalCode::NoPages);
    let path = three_pages(folder.path());
    let limits = Limits { pages: 2, ..Limits::default() };
    assert_eq!(code(PdfSource::open(&path, &limits)), RefusalCode::TooManyPages);
    let limits = Limits { file_bytes: 1000, ..Limits::default() };
    assert_eq!(code(PdfSource::open(&path, &limits)), RefusalCode::TooManyBytes);
}

#[test]
fn a_password_is_asked_for_only_when_one_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let path = three_pages(folder.path());
    let locked = folder.path().join("locked.pdf");
    for (user, bits) in [("secret", "128"), ("secret", "256"), ("", "128"), ("", "256")] {
        let status = Command::new("qpdf")
            .args(["--encrypt", user, "owner", bits])
            .args(if bits == "128" { &["--use-aes=y"][..] } else { &[] })
            .arg("--")
            .arg(&path)
            .arg(&locked)
            .status()
            .unwrap();
        assert!(status.success());
        if user.is_empty() {
            let source = open(&locked).unwrap();
            assert!(support::is_embedded(&source.page(2).unwrap()), "{bits}");
        } else {
            assert_eq!(code(open(&locked)), RefusalCode::Encrypted, "{bits}");
        }
    }
}

#[test]
fn a_damaged_page_tree_is_malformed() {
    let folder = tempfile::tempdir().unwrap();
    let path = three_pages(folder.path());
    let bytes = std::fs::read(&path).unwrap();
    let text: Vec<u8> = bytes
        .windows(6)
        .position(|w| w == b"/Kids[")
        .map(|at| {
            let mut b = bytes.clone();
            // The first kid now points to nothing; the length stays.
            let digit = at + 6 + b[at + 6..].iter().position(u8::is_ascii_digit).unwrap();
            b[digit] = b'9';
            b[digit + 1] = if b[digit + 1].is_ascii_digit() { b'9' } else { b[digit + 1] };
            b
        })
        .unwrap();
    std::fs::write(&path, text).unwrap();
    assert_eq!(code(open(&path)), RefusalCode::Malformed);
}

#[test]
fn pages_that_lose_content_or_are_too_large_are_refused_by_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let gone = lopdf::Object::Reference((999, 0));
    pdf.page("0 0 10 10 re f", Dictionary::new(), Dictionary::new());
    pdf.page(
        "q 300 0 0 400 0 0 cm /I Do Q",
        dictionary! { "XObject" => dictionary! { "I" => gone } },
        Dictionary::new(),
    );
    let image = pdf.stream(
        dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => 60_000, "Height" => 60_000,
        "ColorSpace" => "DeviceGray", "BitsPerComponent" => 1, "Filter" => "FlateDecode" },
        gradient(8, 8),
    );
    pdf.page(
        "q 300 0 0 400 0 0 cm /I Do Q",
        dictionary! { "XObject" => dictionary! { "I" => image } },
        Dictionary::new(),
    );
    let source = open(&pdf.save(folder.path())).unwrap();
    assert!(source.page(0).is_ok());
    let refused = |index| source.page(index).map(|_| ()).unwrap_err();
    assert_eq!((refused(1).code, refused(1).page), (RefusalCode::Malformed, Some(2)));
    assert_eq!((refused(2).code, refused(2).page), (RefusalCode::TooManyPixels, Some(3)));
    let err = source.render(0, 9000.0).unwrap_err();
    assert_eq!(err.code, RefusalCode::TooManyPixels);
}

#[test]
fn damaged_bytes_give_errors_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let font = pdf.add(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let image = grey_image(&mut pdf, 20, 30, Dictionary::new());
    let resources = dictionary! {
        "XObject" => dictionary! { "I" => image }, "Font" => dictionary! { "F" => font },
    };
    for _ in 0..3 {
        pdf.page(
            "q 300 0 0 400 0 0 cm /I Do Q BT /F 9 Tf 3 Tr 20 20 Td (old) Tj ET",
            resources.clone(),
            Dictionary::new(),
        );
    }
    let path = match std::env::var_os("SOHOA_DAMAGE") {
        Some(real) => real.into(),
        None => pdf.save(folder.path()),
    };
    let whole = std::fs::read(path).unwrap();
    let damaged = folder.path().join("damaged.pdf");
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below
    };
    let mut opened = 0;
    for _ in 0..300 {
        let mut bytes = whole.clone();
        for _ in 0..1 + next(8) {
            let at = next(bytes.len());
            bytes[at] = next(256) as u8;
        }
        std::fs::write(&damaged, bytes).unwrap();
        let Ok(source) = open(&damaged) else { continue };
        opened += 1;
        for index in 0..source.page_count() {
            let _ = source.page(index);
        }
    }
    assert!(opened > 50, "only {opened} were looked into");
}
