//! What has to hold for every raster file and every PDF. A check that fails panics.

use std::convert::Infallible;
use std::io::Write as _;

use sohoa_barcode::{Decoded, Options, find};
use sohoa_domain::{
    BarcodeFormat, Baseline, Block, Codec, Dpi, EncodedImage, InputError, Limits, Line, LoadedPage, OcrPage, Raster,
    Rect, Rotation, Word,
};
use sohoa_imaging::{FileKind, ImageFile, Inspection, decode, encode_lossless, for_ocr, inspect, sniff, wholeness};
use sohoa_pdf::{DocumentInfo, FontFolders, PdfSource, PdfWriter, PixelSource, WriteError};
use tempfile::NamedTempFile;

/// Pages of a file that are looked at.
const PAGES: u32 = 3;

/// Small ones, so that a run is short.
pub fn limits() -> Limits {
    Limits { file_bytes: 1 << 20, pages: 20, page_pixels: 1 << 16, stream_bytes: 1 << 18, ..Limits::default() }
}

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("the scratch folder can be written");
    file.write_all(bytes).expect("the scratch folder has room");
    file
}

/// The code stands in front of what is said.
fn refusal(error: &InputError) {
    assert!(error.to_string().starts_with(&format!("[{}] ", error.code)), "{error}");
}

/// A raster file: opened, and its first pages loaded, inspected and made ready to be read and to be kept.
pub fn image(bytes: &[u8]) {
    let (file, limits) = (file(bytes), limits());
    wholeness(file.path(), &limits);
    let kind = match sniff(file.path(), &limits) {
        Ok(FileKind::Pdf) => return,
        Ok(kind) => kind,
        Err(error) => return refusal(&error),
    };
    let opened = match ImageFile::open(file.path(), kind, &limits) {
        Ok(opened) => opened,
        Err(error) => return refusal(&error),
    };
    assert!((1..=limits.pages).contains(&opened.page_count()), "{} pages", opened.page_count());
    for index in 0..opened.page_count().min(PAGES) {
        match opened.load(index) {
            Ok(page) => loaded(&page, &limits),
            Err(error) => {
                assert_eq!(error.page, Some(index + 1));
                refusal(&error);
            }
        }
    }
}

fn loaded(page: &LoadedPage, limits: &Limits) {
    let raster = &page.raster;
    within(raster.width(), raster.height(), limits);
    let kept = decode(&page.embed, limits).expect("what the PDF gets can be decoded");
    same(&kept, raster, matches!(page.embed.codec, Codec::Jpeg { .. }));
    same(&decode(&encode_lossless(raster), limits).expect("our own encoding"), raster, false);
    let seen = inspect(raster, page.dpi);
    let p = &seen.page;
    assert!([p.dpi.x, p.dpi.y, p.ink, p.skew_degrees, p.sharpness].iter().all(|v| v.is_finite()), "{p:?}");
    barcodes(raster, &seen);
    let ready = for_ocr(raster, &seen.ink, p.rotation, p.skew_degrees);
    assert!(ready.grey.width() > 0 && ready.grey.height() > 0);
}

/// The search for barcodes, with a decoder that reads one in every cut-out.
fn barcodes(raster: &Raster, seen: &Inspection) {
    for expected in [false, true] {
        let options = Options { expected, skew_degrees: seen.page.skew_degrees };
        let found = find(raster, &seen.ink, seen.page.dpi, options, |crop| {
            assert!(crop.width > 0 && crop.height > 0, "{} × {}", crop.width, crop.height);
            assert_eq!(crop.grey.len(), crop.width as usize * crop.height as usize);
            let (w, h) = (crop.width as f32, crop.height as f32);
            let corners = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)];
            Ok::<_, Infallible>(vec![Decoded { format: BarcodeFormat::Qr, text: "x".into(), corners }])
        });
        let Ok(found) = found;
        for (x, y) in found.barcodes.iter().flat_map(|code| code.corners) {
            assert!(x.is_finite() && y.is_finite());
        }
    }
}

fn within(width: u32, height: u32, limits: &Limits) {
    assert!(
        width > 0 && height > 0 && u64::from(width) * u64::from(height) <= limits.page_pixels,
        "{width} × {height}"
    );
}

/// What is kept is what was read; grey may stand for RGB that is grey, and a lossy picture only has the size.
fn same(a: &Raster, b: &Raster, lossy: bool) {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    if !lossy && a.layout() == b.layout() {
        assert!(a == b, "other pixels");
    }
}

/// A PDF: opened, its first pages surveyed and copied into a PDF/A, which opens again.
pub fn pdf(bytes: &[u8]) {
    let (file, limits) = (file(bytes), limits());
    wholeness(file.path(), &limits);
    let source = match PdfSource::open_with_fonts(file.path(), &limits, FontFolders(Vec::new())) {
        Ok(source) => source,
        Err(error) => return refusal(&error),
    };
    assert!((1..=limits.pages).contains(&source.page_count()), "{} pages", source.page_count());
    let out = file_of_copies();
    let info = DocumentInfo { title: "Thử <&>".into(), identifier: None, language: "vi".into() };
    let mut writer = PdfWriter::create(out.path()).expect("the scratch folder can be written");
    let mut pages = 0;
    for index in 0..source.page_count().min(PAGES) {
        let page = match source.page(index) {
            Ok(page) => page,
            Err(error) => {
                refusal(&error);
                continue;
            }
        };
        assert!(page.width_pt.is_finite() && page.height_pt.is_finite(), "{} × {}", page.width_pt, page.height_pt);
        let copyable = source.copyable(index);
        if page.archivable.is_ok() {
            assert!(copyable.is_ok() || page.text != sohoa_pdf::OwnText::Keep, "{copyable:?}");
        }
        let size = match &page.pixels {
            PixelSource::Embedded { image, dpi, .. } => {
                within(image.width, image.height, &limits);
                assert!(dpi.x > 0.0 && dpi.y > 0.0, "{dpi:?}");
                pages += shown(&mut writer, image, &limits);
                (image.width, image.height)
            }
            PixelSource::Render => (600, 800),
        };
        pages += match writer.source_page(&source, index, Rotation::None, Some(&words(size))) {
            Ok(()) => {
                assert!(page.archivable.is_ok(), "{:?}", page.archivable);
                1
            }
            Err(WriteError::NotArchivable(_)) => 0,
            Err(error) => panic!("a page that was seen is not written: {error}"),
        };
    }
    let Ok(finished) = writer.finish(&info) else {
        assert_eq!(pages, 0);
        return;
    };
    assert_eq!(finished.pages, pages);
    let again = PdfSource::open(out.path(), &Limits::default()).expect("our own file opens");
    assert_eq!(again.page_count(), pages);
}

/// Decodes an image of a PDF and writes it as a page. Returns the number of pages.
fn shown(writer: &mut PdfWriter, image: &EncodedImage, limits: &Limits) -> u32 {
    if let Ok(raster) = decode(image, limits) {
        assert_eq!((raster.width(), raster.height()), (image.width, image.height));
    }
    match writer.image_page(image, 300.0, 400.0, Rotation::None, None) {
        Ok(()) => 1,
        Err(WriteError::NotArchivable(_)) => 0,
        Err(error) => panic!("an image is not written: {error}"),
    }
}

fn file_of_copies() -> NamedTempFile {
    NamedTempFile::new().expect("the scratch folder can be written")
}

/// A line of two words on a page of this size.
fn words((width, height): (u32, u32)) -> OcrPage {
    let mut page = OcrPage::empty(width, height, Dpi::square(300.0), Rotation::None, "fuzz");
    let rect = Rect { left: 1.0, top: 1.0, right: width as f32, bottom: height as f32 };
    let words = ["Đơn", "thử"].map(|text| Word::new(text, rect, 0.9)).into();
    let line =
        Line { words, rect, baseline: Baseline { x0: 0.0, y0: height as f32, slope: 0.0 }, height: rect.height() };
    page.blocks.push(Block { lines: vec![line], rect });
    page
}
