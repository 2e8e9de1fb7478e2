//! What a copy changes: fonts that it brings, annotations that it paints, what it shares, repairs and leaves out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::process::Command;

use lopdf::{Dictionary, Object, dictionary};
use sohoa_domain::Rotation;
use sohoa_pdf::OwnText;
use support::{
    PAINT, Pdf, base_font, grey_image, is_embedded, keeps, numbers, open, page, rewrite, shows, text, words,
};

#[test]
fn standard_fonts_get_a_substitute_with_the_same_widths() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    for name in ["Times-Roman", "Helvetica-Bold", "Courier-Oblique"] {
        let resources = base_font(&mut pdf, name);
        pdf.page("BT /F 14 Tf 20 200 Td (Pages & words \\(caf\\351\\)) Tj ET", resources, Dictionary::new());
    }
    let other = base_font(&mut pdf, "SomeFont");
    pdf.page("BT /F 14 Tf 20 200 Td (words) Tj ET", other, Dictionary::new());
    let path = pdf.save(folder.path());
    let source = open(&path).unwrap();
    assert!(source.page(3).unwrap().archivable.is_err(), "an unknown font has no substitute");
    let without =
        sohoa_pdf::PdfSource::open_with_fonts(&path, &Default::default(), sohoa_pdf::FontFolders(vec![])).unwrap();
    assert!(without.page(0).unwrap().archivable.is_err(), "no folder, no substitute");

    let out = folder.path().join("three.pdf");
    let mut writer = sohoa_pdf::PdfWriter::create(&out).unwrap();
    for i in 0..3 {
        assert!(keeps(&source.page(i).unwrap()));
        writer.source_page(&source, i, Rotation::None, None).unwrap();
    }
    let refused = writer.source_page(&source, 3, Rotation::None, None);
    assert!(matches!(refused, Err(sohoa_pdf::WriteError::NotArchivable(_))));
    assert_eq!(writer.finish(&support::info()).unwrap().pages, 3);
    support::check(&out);
    let fonts = Command::new("pdffonts").arg(&out).output().unwrap();
    let fonts = String::from_utf8(fonts.stdout).unwrap();
    assert!(
        fonts.contains("Tinos-Regular") && fonts.contains("Arimo-Bold") && fonts.contains("Cousine-Italic"),
        "{fonts}"
    );
    assert_eq!(text(&out).matches("Pages & words (café)").count(), 3);
    let (before, after) = (words(&path), words(&out));
    for ((a, ra), (b, rb)) in before.iter().zip(&after) {
        assert_eq!(a, b);
        assert!((ra.left - rb.left).abs() < 0.1 && (ra.right - rb.right).abs() < 0.1, "{a}: {ra:?} {rb:?}");
    }
}

#[test]
fn annotations_are_painted_on_and_hidden_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let image = grey_image(&mut pdf, 60, 80, Dictionary::new());
    let form = |pdf: &mut Pdf, content: &str, matrix: &[f32], resources: Dictionary| {
        pdf.stream(
            dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers(&[0.0, 0.0, 40.0, 20.0]),
            "Matrix" => numbers(matrix), "Resources" => resources },
            content,
        )
    };
    let red = "1 0 0 rg 0 0 40 20 re f 0 0 1 rg 0 0 10 10 re f";
    let straight = form(&mut pdf, red, &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], Dictionary::new());
    let turned = form(&mut pdf, red, &[0.0, 1.0, -1.0, 0.0, 5.0, 5.0], Dictionary::new());
    let strange = base_font(&mut pdf, "SomeFont");
    let lettered =
        form(&mut pdf, "BT /F 12 Tf 0 0 1 rg 2 5 Td (Stamp) Tj ET", &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], strange);
    let annotation = |form: &Object, rect: &[f32], flags: i64| {
        Object::Dictionary(dictionary! {
            "Type" => "Annot", "Subtype" => "Widget", "FT" => "Sig", "Rect" => numbers(rect), "F" => flags,
            "AP" => dictionary! { "N" => form.clone() },
        })
    };
    let states = Object::Dictionary(dictionary! {
        "Type" => "Annot", "Subtype" => "Widget", "FT" => "Btn", "Rect" => numbers(&[200.0, 20.0, 260.0, 60.0]), "F" => 4,
        "AS" => "On", "AP" => dictionary! { "N" => dictionary! { "On" => straight.clone(), "Off" => turned.clone() } },
        "AA" => dictionary! { "E" => dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") } },
    });
    let annotations = vec![
        annotation(&straight, &[20.0, 300.0, 100.0, 340.0], 132),
        annotation(&turned, &[150.0, 250.0, 190.0, 330.0], 4),
        annotation(&lettered, &[20.0, 100.0, 140.0, 160.0], 4),
        annotation(&straight, &[150.0, 100.0, 250.0, 150.0], 2),
        states,
    ];
    pdf.page(PAINT, shows(image), dictionary! { "Annots" => annotations });
    let path = pdf.save(folder.path());
    assert!(is_embedded(&page(&path, 0)), "stamps do not make a scan anything else");
    assert_eq!(page(&path, 0).text, OwnText::None);
    let raster = open(&path).unwrap().render(0, 72.0).unwrap();
    assert_eq!(raster.layout(), sohoa_domain::PixelLayout::Grey8, "no red stamp in what is recognized");
    assert_eq!(open(&path).unwrap().render_displayed(0, 72.0).unwrap().layout(), sohoa_domain::PixelLayout::Rgb8);

    let (out, _) = rewrite(&path, |_, _| None).unwrap();
    let (before, after) = (&support::rendered(&path)[0], &support::rendered(&out)[0]);
    let d = support::difference(before, after);
    assert!(d < 0.5, "{d}");
    let red_at = |x: u32, y: u32| after.get_pixel(x, 400 - y).0 == [255, 0, 0];
    assert!(red_at(80, 320) && red_at(250, 50) && !red_at(240, 140));
    let bytes = std::fs::read(&out).unwrap();
    for gone in [b"/Annots".as_slice(), b"JavaScript", b"/AcroForm"] {
        assert!(!bytes.windows(gone.len()).any(|w| w == gone));
    }
}

#[test]
fn structures_of_other_producers_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let image = grey_image(&mut pdf, 400, 500, Dictionary::new());
    for _ in 0..3 {
        pdf.page(PAINT, shows(image.clone()), Dictionary::new());
    }
    let path = pdf.save(folder.path());
    let other = folder.path().join("other.pdf");
    let expected = support::rendered(&path);
    for options in [
        &["--object-streams=generate"][..],
        &["--linearize"],
        &["--qdf", "--object-streams=disable"],
        &["--force-version=1.4"],
    ] {
        assert!(Command::new("qpdf").args(options).arg(&path).arg(&other).status().unwrap().success());
        let source = open(&other).unwrap();
        assert_eq!(source.page_count(), 3, "{options:?}");
        assert!(is_embedded(&source.page(1).unwrap()));
        let (out, _) = rewrite(&other, |_, _| None).unwrap();
        assert!(support::difference(&expected[2], &support::rendered(&out)[2]) < 0.1, "{options:?}");
    }
    // A table that points nowhere, and junk before the header.
    let whole = std::fs::read(&path).unwrap();
    let at = whole.windows(9).rposition(|w| w == b"startxref").unwrap();
    std::fs::write(&other, [&whole[..at], b"startxref\n7\n%%EOF\n"].concat()).unwrap();
    assert!(is_embedded(&page(&other, 2)));
    std::fs::write(&other, [b"junk\n".as_slice(), &whole].concat()).unwrap();
    let (out, _) = rewrite(&other, |_, _| None).unwrap();
    assert!(support::difference(&expected[2], &support::rendered(&out)[2]) < 0.1);
}

#[test]
fn an_object_that_pages_share_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let image = grey_image(&mut pdf, 400, 500, Dictionary::new());
    for _ in 0..5 {
        pdf.page(PAINT, shows(image.clone()), Dictionary::new());
    }
    let (out, finished) = rewrite(&pdf.save(folder.path()), |_, _| None).unwrap();
    assert!(finished.bytes < 210_000 + 20_000, "{}", finished.bytes);
    let doc = lopdf::Document::load(out).unwrap();
    let images = doc.objects.values().filter(|o| o.as_stream().is_ok_and(|s| s.dict.has_type(b"XObject")));
    assert_eq!(images.count(), 1);
}

#[test]
fn what_pdf_a_forbids_is_refused_or_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let off = pdf.add(dictionary! { "Type" => "OCG", "Name" => Object::string_literal("hidden") });
    let root_pages = dictionary! {
        "Type" => "Catalog", "OpenAction" => dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("1") },
        "OCProperties" => dictionary! { "OCGs" => vec![off.clone()], "D" => dictionary! { "OFF" => vec![off.clone()] } },
    };
    let image = grey_image(&mut pdf, 60, 80, Dictionary::new());
    let state = |dict: Dictionary| dictionary! { "ExtGState" => dictionary! { "G" => dict } };
    pdf.page("0 0 0 1 k 10 10 50 50 re f", Dictionary::new(), Dictionary::new());
    pdf.page(
        "/OC /L BDC 10 10 50 50 re f EMC",
        dictionary! { "Properties" => dictionary! { "L" => off } },
        Dictionary::new(),
    );
    pdf.page(&("q ".repeat(40) + "10 10 50 50 re f" + &" Q".repeat(40)), Dictionary::new(), Dictionary::new());
    let first_good = 3;
    pdf.page(
        "/G gs 10 10 50 50 re f",
        state(dictionary! { "TR" => "Identity", "HTP" => vec![0.into(), 0.into()], "BM" => "Strange" }),
        Dictionary::new(),
    );
    pdf.page("10 10 50 50 re f q q /Weird ri strange 90 90 20 20 re f Q Q Q", Dictionary::new(), Dictionary::new());
    pdf.page(PAINT, shows(image), dictionary! { "AA" => dictionary! { "O" => dictionary! { "S" => "JavaScript" } } });
    let path = pdf.save(folder.path());
    let mut doc = lopdf::Document::load(&path).unwrap();
    let root = doc.trailer.get(b"Root").unwrap().as_reference().unwrap();
    support::set_all(doc.get_dictionary_mut(root).unwrap(), &root_pages);
    doc.save(&path).unwrap();
    let source = open(&path).unwrap();
    let out = folder.path().join("good.pdf");
    let mut writer = sohoa_pdf::PdfWriter::create(&out).unwrap();
    for i in 0..source.page_count() {
        let page = source.page(i).unwrap();
        assert_eq!(page.archivable.is_ok(), i >= first_good, "page {i}: {:?}", page.archivable);
        if page.archivable.is_ok() {
            writer.source_page(&source, i, Rotation::None, None).unwrap();
        }
    }
    writer.finish(&support::info()).unwrap();
    support::check(&out);
    let (before, after) = (support::rendered(&path), support::rendered(&out));
    for (i, (a, b)) in before[first_good as usize..].iter().zip(&after).enumerate() {
        let d = support::difference(a, b);
        assert!(d < 0.5, "page {i} differs by {d}");
    }
    let bytes = std::fs::read(&out).unwrap();
    assert!(!bytes.windows(10).any(|w| w == b"JavaScript"));
}
