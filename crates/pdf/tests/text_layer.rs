//! The invisible text: its words lie on the ink, in order, whatever the turns; and the file is the same every time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::sync::Arc;

use lopdf::{Dictionary, dictionary};
use sohoa_domain::{Codec, EncodedImage, Rect, Rotation};
use sohoa_pdf::{PdfWriter, WriteError};
use support::{Pdf, check, gradient, grey_image, info, one_line, open, text, words};

const TURNS: [Rotation; 4] = [Rotation::None, Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarter];

fn rect(left: f32, top: f32, right: f32, bottom: f32) -> Rect {
    Rect { left, top, right, bottom }
}

fn overlap(a: &Rect, b: &Rect) -> f32 {
    let both = a.intersection(b).area();
    both / (a.area() + b.area() - both)
}

/// Words of a line as ink: letters with and without marks and descenders.
fn line() -> Vec<(&'static str, Rect)> {
    vec![
        ("Quyết", rect(30.0, 40.0, 70.0, 54.0)),
        ("định", rect(76.0, 40.0, 104.0, 54.5)),
        ("số", rect(110.0, 40.0, 124.0, 52.0)),
        ("12/QĐ-UBND", rect(130.0, 41.0, 210.0, 53.0)),
    ]
}

fn zlib(data: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut z = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    z.write_all(data).unwrap();
    z.finish().unwrap()
}

fn grey(w: u32, h: u32) -> EncodedImage {
    let codec = Codec::Flate { components: 1, bits: 8, png_predictors: false, palette: None };
    EncodedImage { width: w, height: h, codec, bytes: Arc::new(zlib(&gradient(w, h))) }
}

fn assert_on_ink(found: &[(String, Rect)], scale: f32, what: &str) {
    let mut sum = 0.0;
    for ((word, ink), (seen, place)) in line().iter().zip(found) {
        assert_eq!(word, seen, "{what}");
        let ink = rect(ink.left * scale, ink.top * scale, ink.right * scale, ink.bottom * scale);
        sum += overlap(&ink, place);
    }
    let mean = sum / line().len() as f32;
    assert!(mean > 0.8, "{what}: mean overlap {mean}");
}

#[test]
fn on_pages_made_of_an_image() {
    let folder = tempfile::tempdir().unwrap();
    // The upright page is 300 × 400 px and 300 × 400 pt; the image is stored turned.
    for turn in TURNS {
        let path = folder.path().join("out.pdf");
        let (w, h) = if turn.swaps_sides() { (400, 300) } else { (300, 400) };
        let mut writer = PdfWriter::create(&path).unwrap();
        let page = one_line((300, 400), turn, &line());
        writer.image_page(&grey(w, h), 300.0, 400.0, turn, Some(&page)).unwrap();
        // The same image shown as it is stored; its text then lies on the side.
        writer.image_page(&grey(w, h), w as f32, h as f32, Rotation::None, None).unwrap();
        writer.finish(&info()).unwrap();
        check(&path);
        assert_on_ink(&words(&path), 1.0, &format!("{turn:?}"));
    }
}

#[test]
fn on_copied_pages_with_an_embedded_image() {
    let folder = tempfile::tempdir().unwrap();
    // The image fills the lower left 300 × 400 of a larger page, or stands turned on it.
    let placements = [
        ("300 0 0 400 0 0", Rotation::None),
        ("0 -400 300 0 0 400", Rotation::Quarter),
        ("-300 0 0 -400 300 400", Rotation::Half),
    ];
    for (placement, by_placement) in placements {
        for turn in TURNS {
            for extra in TURNS {
                let upright = by_placement.then(turn).then(extra);
                let (w, h) = if upright.swaps_sides() { (400u32, 300u32) } else { (300, 400) };
                // Stored pixels such that, after all turns, the page is upright and 300 × 400 or 400 × 300 px.
                let displayed = if turn.then(extra).swaps_sides() { (400, 300) } else { (300, 400) };
                let mut pdf = Pdf::new();
                let stored = if upright.swaps_sides() { (displayed.1, displayed.0) } else { displayed };
                let image = grey_image(&mut pdf, stored.0, stored.1, Dictionary::new());
                pdf.page(
                    &format!("q {placement} cm /I Do Q"),
                    dictionary! { "XObject" => dictionary! { "I" => image } },
                    dictionary! { "Rotate" => i64::from(turn.degrees()) },
                );
                let source = open(&pdf.save(folder.path())).unwrap();
                assert!(support::is_embedded(&source.page(0).unwrap()));
                let out = folder.path().join("out.pdf");
                let mut writer = PdfWriter::create(&out).unwrap();
                let page = one_line(displayed, upright, &line());
                writer.source_page(&source, 0, extra, Some(&page)).unwrap();
                writer.finish(&info()).unwrap();
                assert_on_ink(&words(&out), 1.0, &format!("{placement} {turn:?} {extra:?} {w}x{h}"));
            }
        }
    }
}

#[test]
fn on_copied_pages_that_were_rendered() {
    let folder = tempfile::tempdir().unwrap();
    for turn in TURNS {
        for extra in [Rotation::None, Rotation::Quarter] {
            let mut pdf = Pdf::new();
            let view: Vec<lopdf::Object> = [-20, 30, 280, 430].map(|v: i32| v.into()).to_vec();
            pdf.page(
                "5 w 0 40 m 200 300 l S",
                Dictionary::new(),
                dictionary! {
                    "Rotate" => i64::from(turn.degrees()), "MediaBox" => view,
                },
            );
            let source = open(&pdf.save(folder.path())).unwrap();
            // Rendered at 144 dpi, then turned upright by the orientation that was found.
            let all = turn.then(extra);
            let size = if all.swaps_sides() { (800, 600) } else { (600, 800) };
            let double: Vec<_> = line()
                .into_iter()
                .map(|(t, r)| (t, rect(r.left * 2.0, r.top * 2.0, r.right * 2.0, r.bottom * 2.0)))
                .collect();
            let out = folder.path().join("out.pdf");
            let mut writer = PdfWriter::create(&out).unwrap();
            writer.source_page(&source, 0, extra, Some(&one_line(size, extra, &double))).unwrap();
            writer.finish(&info()).unwrap();
            check(&out);
            assert_on_ink(&words(&out), 1.0, &format!("{turn:?} {extra:?}"));
        }
    }
}

#[test]
fn a_line_that_runs_askew_stays_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.pdf");
    let mut page = one_line((300, 400), Rotation::None, &line());
    let slope = 2f32.to_radians().tan();
    let askew = &mut page.blocks[0].lines[0];
    askew.baseline.slope = slope;
    for word in &mut askew.words {
        let down = slope * (word.rect.left - 30.0);
        word.rect.top += down;
        word.rect.bottom += down;
    }
    let mut writer = PdfWriter::create(&path).unwrap();
    writer.image_page(&grey(300, 400), 300.0, 400.0, Rotation::None, Some(&page)).unwrap();
    writer.finish(&info()).unwrap();
    assert_eq!(text(&path).trim_end(), "Quyết định số 12/QĐ-UBND");
    for ((.., found), word) in words(&path).iter().zip(page.words()) {
        assert!(overlap(found, &word.rect) > 0.6, "{found:?} {word:?}");
    }
}

#[test]
fn blocks_keep_their_order_and_odd_characters_their_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.pdf");
    let mut page = one_line((300, 400), Rotation::None, &[("sau", rect(150.0, 200.0, 180.0, 212.0))]);
    let odd = "𝔸\u{feff}e\u{301}\u{0}ﬁ₫";
    let first = one_line(
        (300, 400),
        Rotation::None,
        &[(odd, rect(30.0, 300.0, 80.0, 312.0)), ("x", rect(79.0, 300.0, 90.0, 312.0))],
    );
    page.blocks.insert(0, first.blocks[0].clone());
    let mut writer = PdfWriter::create(&path).unwrap();
    writer.image_page(&grey(30, 40), 300.0, 400.0, Rotation::None, Some(&page)).unwrap();
    writer.finish(&info()).unwrap();
    check(&path);
    let raw = std::process::Command::new("pdftotext").arg("-raw").arg(&path).arg("-").output().unwrap();
    let raw = String::from_utf8(raw.stdout).unwrap();
    assert!(raw.find('₫') < raw.find("sau"), "{raw}");
    assert!(raw.contains("𝔸") && raw.contains("e\u{301}"), "{raw}");
}

#[test]
fn same_input_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let font = pdf.add(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    pdf.page(
        "BT /F 9 Tf 20 20 Td (words) Tj ET",
        dictionary! { "Font" => dictionary! { "F" => font } },
        Dictionary::new(),
    );
    let path = pdf.save(folder.path());
    let made: Vec<Vec<u8>> = (0..2)
        .map(|i| {
            let out = folder.path().join(format!("{i}.pdf"));
            let source = open(&path).unwrap();
            let mut writer = PdfWriter::create(&out).unwrap();
            let page = one_line((300, 400), Rotation::None, &line());
            writer.image_page(&grey(300, 400), 300.0, 400.0, Rotation::None, Some(&page)).unwrap();
            writer.source_page(&source, 0, Rotation::None, Some(&page)).unwrap();
            writer.finish(&info()).unwrap();
            std::fs::read(out).unwrap()
        })
        .collect();
    assert!(made[0] == made[1]);
    let other = folder.path().join("other.pdf");
    let mut writer = PdfWriter::create(&other).unwrap();
    writer.image_page(&grey(301, 400), 300.0, 400.0, Rotation::None, None).unwrap();
    writer.finish(&info()).unwrap();
    let id = |b: &[u8]| b[b.windows(3).rposition(|w| w == b"/ID").unwrap()..][..40].to_vec();
    assert_ne!(id(&made[0]), id(&std::fs::read(other).unwrap()));
}

#[test]
fn structure_that_pdf_a_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.pdf");
    let mut writer = PdfWriter::create(&path).unwrap();
    let ccitt = EncodedImage {
        width: 8,
        height: 1,
        // One white row: a vertical mode 0 bit, then the end of the block.
        codec: Codec::Group4 { black_is_1: false, byte_align: false },
        bytes: Arc::new(vec![0b1000_0000, 0b0000_1000, 0b0000_0000, 0b1000_0000]),
    };
    writer.image_page(&ccitt, 20_000.0, 30_000.0, Rotation::None, None).unwrap();
    assert_eq!(writer.finish(&info()).unwrap().pages, 1);
    check(&path);
    let doc = lopdf::Document::load(&path).unwrap();
    let catalog = doc.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"vi");
    assert!(!doc.trailer.has(b"Info"));
    let xmp = doc.get_object(catalog.get(b"Metadata").unwrap().as_reference().unwrap()).unwrap().as_stream().unwrap();
    let xmp = String::from_utf8(xmp.content.clone()).unwrap();
    assert!(xmp.contains("<pdfaid:part>2<") && xmp.contains("<pdfaid:conformance>U<"));
    assert!(xmp.contains("Tờ trình &lt;mẫu&gt; &amp; thử") && xmp.contains("H41.20-230615-0001.1"));
    let page = doc.get_dictionary(doc.page_iter().next().unwrap()).unwrap();
    let media = page.get(b"MediaBox").unwrap().as_array().unwrap();
    assert!(media.iter().all(|v| v.as_float().unwrap() <= 14_400.0), "a larger page needs a user unit");
    assert_eq!(page.get(b"UserUnit").unwrap().as_i64().unwrap(), 3);

    let jpeg = EncodedImage { codec: Codec::Jpeg { components: 4, inverted: true }, ..ccitt };
    let mut writer = PdfWriter::create(&path).unwrap();
    assert!(matches!(writer.image_page(&jpeg, 10.0, 10.0, Rotation::None, None), Err(WriteError::NotArchivable(_))));
    assert!(matches!(writer.finish(&info()), Err(WriteError::NoPages)));
}
