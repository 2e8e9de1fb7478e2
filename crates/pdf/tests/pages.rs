//! Pages of every kind: what they are taken for, and that their copy looks the same.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::process::Command;

use lopdf::{Dictionary, Object, StringFormat, dictionary};
use sohoa_domain::{Codec, Rotation};
use sohoa_pdf::{OwnText, PixelSource};
use support::{Pdf, assert_same_look, gradient, grey_image, is_embedded, keeps, open, page, rewrite, text, words};

const PAINT: &str = "q 300 0 0 400 0 0 cm /I Do Q";

fn shows(image: Object) -> Dictionary {
    dictionary! { "XObject" => dictionary! { "I" => image } }
}

fn numbers(values: &[f32]) -> Object {
    Object::Array(values.iter().map(|v| Object::Real(*v)).collect())
}

fn base_font(pdf: &mut Pdf, name: &str) -> Dictionary {
    let font = pdf.add(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => name, "Encoding" => "WinAnsiEncoding",
    });
    dictionary! { "Font" => dictionary! { "F" => font } }
}

#[test]
fn turns_of_page_and_image_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let image = grey_image(&mut pdf, 90, 120, Dictionary::new());
    // By the placement: none, a quarter against the clock, upside down, a quarter with the clock.
    let placements = ["300 0 0 400 0 0", "0 400 -300 0 300 0", "-300 0 0 -400 300 400", "0 -400 300 0 0 400"];
    let by_placement = [0, 270, 180, 90];
    for placement in placements {
        for turn in [0, 90, 180, 270, -90] {
            pdf.page(&format!("q {placement} cm /I Do Q"), shows(image.clone()), dictionary! { "Rotate" => turn });
        }
    }
    let path = pdf.save(folder.path());
    let source = open(&path).unwrap();
    for (p, turned) in by_placement.iter().enumerate() {
        for (t, turn) in [0, 90, 180, 270, -90].iter().enumerate() {
            let page = source.page((p * 5 + t) as u32).unwrap();
            let PixelSource::Embedded { rotation, dpi, .. } = page.pixels else { panic!("not embedded") };
            assert_eq!(Some(rotation), Rotation::from_degrees(turned + turn), "{p} {t}");
            let upright = turned % 180 == 0;
            let expected = if upright { 90.0 * 72.0 / 300.0 } else { 90.0 * 72.0 / 400.0 };
            assert!((dpi.x - expected).abs() < 0.01, "{}", dpi.x);
            assert_eq!((page.width_pt, page.height_pt), if turn % 180 == 0 { (300.0, 400.0) } else { (400.0, 300.0) });
        }
    }
    assert_same_look(&path);
}

#[test]
fn odd_boxes_keep_size_and_look() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let image = grey_image(&mut pdf, 60, 80, Dictionary::new());
    let paint = "q 300 0 0 400 -100 -50 cm /I Do Q";
    for extra in [
        dictionary! { "MediaBox" => numbers(&[-100.0, -50.0, 200.0, 350.0]) },
        dictionary! { "MediaBox" => numbers(&[200.0, 350.0, -100.0, -50.0]), "Rotate" => 90 },
        dictionary! { "MediaBox" => numbers(&[-100.0, -50.0, 200.0, 350.0]), "CropBox" => numbers(&[-50.5, 0.0, 150.0, 300.25]) },
        dictionary! { "MediaBox" => numbers(&[-100.0, -50.0, 200.0, 350.0]), "CropBox" => numbers(&[-500.0, 0.0, 900.0, 300.0]), "Rotate" => 270 },
    ] {
        pdf.page(paint, shows(image.clone()), extra);
    }
    let path = pdf.save(folder.path());
    let source = open(&path).unwrap();
    let kinds: Vec<bool> = (0..4).map(|i| is_embedded(&source.page(i).unwrap())).collect();
    assert_eq!(kinds, [true, true, false, false], "what a crop box hides must not be recognized");
    let cropped = source.page(2).unwrap();
    assert_eq!((cropped.width_pt, cropped.height_pt), (200.5, 300.25));
    assert_same_look(&path);
}

#[test]
fn user_units_count() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let image = grey_image(&mut pdf, 600, 800, Dictionary::new());
    pdf.page(PAINT, shows(image), dictionary! { "UserUnit" => 2 });
    let path = pdf.save(folder.path());
    let source = open(&path).unwrap();
    let page = source.page(0).unwrap();
    assert_eq!((page.width_pt, page.height_pt), (600.0, 800.0));
    let PixelSource::Embedded { dpi, .. } = page.pixels else { panic!("not embedded") };
    assert!((dpi.x - 72.0).abs() < 0.01);
    let raster = source.render(0, 72.0).unwrap();
    assert_eq!((raster.width(), raster.height()), (600, 800));
    assert_same_look(&path);
}

#[test]
fn images_that_are_taken_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let (w, h) = (64u32, 48u32);
    let grey = gradient(w, h);
    let rgb: Vec<u8> = grey.iter().flat_map(|v| [*v, 255 - *v, 128]).collect();
    let wide: Vec<u8> = grey.iter().flat_map(|v| [*v, 7]).collect();
    let bits: Vec<u8> = (0..w / 8 * h).map(|i| (i * 37) as u8).collect();
    let palette: Vec<u8> = (0..=255u8).flat_map(|i| [i, 0, 255 - i]).collect();
    let palette = Object::String(palette, StringFormat::Hexadecimal);
    let cal = Object::Array(vec![
        "CalGray".into(),
        dictionary! { "WhitePoint" => numbers(&[0.95, 1.0, 1.09]), "Gamma" => 2.2 }.into(),
    ]);
    let invert = || Object::Array(vec![1.into(), 0.into()]);
    let cases: Vec<(Dictionary, Vec<u8>)> = vec![
        (dictionary! { "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8 }, grey.clone()),
        (dictionary! { "ColorSpace" => "DeviceRGB", "BitsPerComponent" => 8 }, rgb),
        (dictionary! { "ColorSpace" => "DeviceGray", "BitsPerComponent" => 16 }, wide),
        (dictionary! { "ColorSpace" => "DeviceGray", "BitsPerComponent" => 1 }, bits.clone()),
        (dictionary! { "ColorSpace" => "DeviceGray", "BitsPerComponent" => 1, "Decode" => invert() }, bits.clone()),
        (dictionary! { "ImageMask" => true, "BitsPerComponent" => 1 }, bits),
        (dictionary! { "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8, "Decode" => invert() }, grey.clone()),
        (
            dictionary! { "ColorSpace" => vec!["Indexed".into(), "DeviceRGB".into(), 255.into(), palette], "BitsPerComponent" => 8 },
            grey.clone(),
        ),
        (dictionary! { "ColorSpace" => cal, "BitsPerComponent" => 8, "Interpolate" => true }, grey),
    ];
    let count = cases.len();
    for (extra, data) in cases {
        let mut dict = dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => w, "Height" => h };
        support::set_all(&mut dict, &extra);
        let image = pdf.stream(dict, data);
        pdf.page(PAINT, shows(image), Dictionary::new());
    }
    let path = pdf.save(folder.path());
    let source = open(&path).unwrap();
    // What is embedded, put on a page of its own, looks like the page it comes from.
    let out = folder.path().join("images.pdf");
    let mut writer = sohoa_pdf::PdfWriter::create(&out, support::info()).unwrap();
    for i in 0..count as u32 {
        let page = source.page(i).unwrap();
        let PixelSource::Embedded { image, rotation, .. } = page.pixels else { panic!("case {i} is not embedded") };
        writer.image_page(&image, page.width_pt, page.height_pt, rotation, None).unwrap();
    }
    writer.finish().unwrap();
    support::check(&out);
    for (i, (a, b)) in support::rendered(&path).iter().zip(&support::rendered(&out)).enumerate() {
        let d = support::difference(a, b);
        // A viewer without colour management shows calibrated grey a little darker than device grey.
        assert!(d < if i == 8 { 8.0 } else { 1.0 }, "case {i} differs by {d}");
    }
    assert_same_look(&path);
}

#[test]
fn filters_are_unwrapped_and_lzw_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let mut jpeg = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 90);
    image::ImageEncoder::write_image(encoder, &gradient(64, 48), 64, 48, image::ExtendedColorType::L8).unwrap();
    let hex = |data: &[u8]| data.iter().map(|b| format!("{b:02x}")).collect::<String>() + ">";
    let dict = |filter: Object| {
        dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 64, "Height" => 48, "ColorSpace" => "DeviceGray",
            "BitsPerComponent" => 8, "Filter" => filter,
        }
    };
    let wrapped = pdf.stream(dict(vec!["ASCIIHexDecode".into(), "DCTDecode".into()].into()), hex(&jpeg));
    pdf.page(PAINT, shows(wrapped), Dictionary::new());
    // LZW codes of nine bits: clear, then literals with a clear code often enough that the width never grows.
    let mut bits = String::new();
    for part in gradient(64, 48).chunks(200) {
        bits += "100000000";
        part.iter().for_each(|b| bits += &format!("{b:09b}"));
    }
    bits += "100000001";
    bits += &"0".repeat((8 - bits.len() % 8) % 8);
    let lzw: Vec<u8> =
        bits.as_bytes().chunks(8).map(|c| u8::from_str_radix(std::str::from_utf8(c).unwrap(), 2).unwrap()).collect();
    let lzw = pdf.stream(dict("LZWDecode".into()), lzw);
    pdf.page(PAINT, shows(lzw), Dictionary::new());
    let path = pdf.save(folder.path());

    let PixelSource::Embedded { image, .. } = page(&path, 0).pixels else { panic!("not embedded") };
    assert_eq!(image.codec, Codec::Jpeg { components: 1, inverted: false });
    assert_eq!(*image.bytes, jpeg);
    assert!(is_embedded(&page(&path, 1)));
    let out = assert_same_look(&path);
    let bytes = std::fs::read(out).unwrap();
    assert!(!bytes.windows(3).any(|w| w == b"LZW"));
}

#[test]
fn more_than_one_plain_image_is_rendered() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let image = grey_image(&mut pdf, 60, 80, Dictionary::new());
    let mask = grey_image(&mut pdf, 60, 80, Dictionary::new());
    let masked = grey_image(&mut pdf, 60, 80, dictionary! { "SMask" => mask });
    let state = dictionary! { "ExtGState" => dictionary! { "G" => dictionary! { "ca" => 0.5, "TR" => "Identity" } } };
    let with = |image: &Object, more: Dictionary| {
        let mut r = shows(image.clone());
        support::set_all(&mut r, &more);
        r
    };
    let cases = [
        ("q 300 0 0 200 0 0 cm /I Do Q q 300 0 0 200 0 200 cm /I Do Q", with(&image, Dictionary::new())),
        ("q 300 0 0 400 0 0 cm /I Do Q 1 0 0 RG 20 20 m 200 300 l S", with(&image, Dictionary::new())),
        ("q 50 50 200 100 re W n 300 0 0 400 0 0 cm /I Do Q", with(&image, Dictionary::new())),
        ("q 150 200 m 290 390 l 10 390 l h W n 300 0 0 400 0 0 cm /I Do Q", with(&image, Dictionary::new())),
        ("q /G gs 300 0 0 400 0 0 cm /I Do Q", with(&image, state)),
        ("q 300 0 0 400 0 0 cm /I Do Q", with(&masked, Dictionary::new())),
        ("q -300 0 0 400 300 0 cm /I Do Q", with(&image, Dictionary::new())),
        ("q 200 100 -80 250 90 10 cm /I Do Q", with(&image, Dictionary::new())),
        ("q 300 0 0 400 0 0 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \u{1}\u{40}\u{41}\u{7f} EI Q", Dictionary::new()),
    ];
    let count = cases.len() as u32;
    for (content, resources) in cases {
        pdf.page(content, resources, Dictionary::new());
    }
    // What a full image covers does not count.
    pdf.page("1 1 1 rg 0 0 300 400 re f q 300 0 0 400 0 0 cm /I Do Q", shows(image), Dictionary::new());
    let path = pdf.save(folder.path());
    let source = open(&path).unwrap();
    for i in 0..count {
        assert_eq!(source.page(i).unwrap().pixels, PixelSource::Render, "case {i}");
    }
    assert!(is_embedded(&source.page(count).unwrap()));
    assert_same_look(&path);
}

#[test]
fn an_image_within_forms_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let image = grey_image(&mut pdf, 60, 80, Dictionary::new());
    let inner = pdf.stream(
        dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers(&[0.0, 0.0, 1.0, 1.0]), "Resources" => shows(image) },
        "/I Do",
    );
    let outer = pdf.stream(
        dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers(&[0.0, 0.0, 150.0, 200.0]),
        "Matrix" => numbers(&[2.0, 0.0, 0.0, 2.0, 0.0, 0.0]), "Resources" => shows(inner) },
        "q 150 0 0 200 0 0 cm /I Do Q",
    );
    pdf.page("/I Do", shows(outer), Dictionary::new());
    let path = pdf.save(folder.path());
    let PixelSource::Embedded { dpi, .. } = page(&path, 0).pixels else { panic!("not embedded") };
    assert!((dpi.x - 60.0 * 72.0 / 300.0).abs() < 0.01);
    assert_same_look(&path);
}

#[test]
fn own_text_is_told_by_where_and_how_much() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let mut resources = base_font(&mut pdf, "Times-Roman");
    let legacy = base_font(&mut pdf, ".VnTime");
    let image = grey_image(&mut pdf, 60, 80, Dictionary::new());
    support::set_all(&mut resources, &shows(image));
    let line = |y: i32| format!("BT /F 12 Tf 20 {y} Td (A line of words that can be read) Tj ET ");
    let many: String = (0..20).map(|i| line(20 + 18 * i)).collect();
    pdf.page(&many, resources.clone(), Dictionary::new());
    pdf.page(&line(100), resources.clone(), Dictionary::new());
    pdf.page(&format!("{PAINT} {}", line(380)), resources.clone(), Dictionary::new());
    pdf.page(&format!("{PAINT} 3 Tr {many}"), resources.clone(), Dictionary::new());
    pdf.page(&format!("{many} {PAINT}"), resources.clone(), Dictionary::new());
    pdf.page(&many, legacy, Dictionary::new());
    pdf.page(PAINT, resources.clone(), Dictionary::new());
    pdf.page(&format!("{PAINT} {many}"), resources, Dictionary::new());
    let path = pdf.save(folder.path());
    let source = open(&path).unwrap();
    let seen: Vec<OwnText> = (0..8).map(|i| source.page(i).unwrap().text).collect();
    assert!(seen[0] == OwnText::Keep && seen[1] == OwnText::Keep, "born digital, also with little text");
    assert_eq!(seen[2], OwnText::None, "a scanner's header on an image");
    assert!(matches!(seen[3], OwnText::Replace(_)), "an old layer");
    assert!(matches!(seen[4], OwnText::Replace(_)), "text under the image");
    assert!(matches!(seen[5], OwnText::Replace(_)), "a legacy encoding");
    assert_eq!(seen[6], OwnText::None);
    assert_eq!(seen[7], OwnText::Keep, "a page of text over a picture");
    assert!(is_embedded(&source.page(3).unwrap()) && is_embedded(&source.page(4).unwrap()));
    assert!(source.page(5).unwrap().archivable.is_err());
    let own = source.own_text(0).unwrap();
    assert_eq!(own.words().count(), 20 * 8);
    assert_eq!((own.width, own.height), (1250, 1667));
    assert!(own.plain_text().starts_with("A line of words that can be read\n"));
}

#[test]
fn an_old_layer_goes_and_visible_text_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let mut resources = base_font(&mut pdf, "Helvetica");
    let image = grey_image(&mut pdf, 60, 80, Dictionary::new());
    support::set_all(&mut resources, &shows(image));
    pdf.page(
        &format!(
            "{PAINT} BT /F 12 Tf 3 Tr 20 200 Td (stale) Tj (stale) ' ET BT /F 12 Tf 0 Tr 20 380 Td (stamped) Tj ET"
        ),
        resources.clone(),
        Dictionary::new(),
    );
    pdf.page(&format!("BT /F 12 Tf 20 200 Td (under) Tj ET {PAINT}"), resources, Dictionary::new());
    let out = assert_same_look(&pdf.save(folder.path()));
    let text = text(&out);
    assert!(text.contains("stamped") && !text.contains("stale") && !text.contains("under"), "{text}");
}

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
    let mut writer = sohoa_pdf::PdfWriter::create(&out, support::info()).unwrap();
    for i in 0..3 {
        assert!(keeps(&source.page(i).unwrap()));
        writer.source_page(&source, i, Rotation::None, None).unwrap();
    }
    let refused = writer.source_page(&source, 3, Rotation::None, None);
    assert!(matches!(refused, Err(sohoa_pdf::WriteError::NotArchivable(_))));
    assert_eq!(writer.finish().unwrap().pages, 3);
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
    let mut writer = sohoa_pdf::PdfWriter::create(&out, support::info()).unwrap();
    for i in 0..source.page_count() {
        let page = source.page(i).unwrap();
        assert_eq!(page.archivable.is_ok(), i >= first_good, "page {i}: {:?}", page.archivable);
        if page.archivable.is_ok() {
            writer.source_page(&source, i, Rotation::None, None).unwrap();
        }
    }
    writer.finish().unwrap();
    support::check(&out);
    let (before, after) = (support::rendered(&path), support::rendered(&out));
    for (i, (a, b)) in before[first_good as usize..].iter().zip(&after).enumerate() {
        let d = support::difference(a, b);
        assert!(d < 0.5, "page {i} differs by {d}");
    }
    let bytes = std::fs::read(&out).unwrap();
    assert!(!bytes.windows(10).any(|w| w == b"JavaScript"));
}
