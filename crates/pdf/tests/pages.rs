//! Pages of every kind: what they are taken for, and that their copy looks the same.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use lopdf::{Dictionary, Object, StringFormat, dictionary};
use sohoa_domain::{Codec, Rotation};
use sohoa_pdf::{OwnText, PixelSource};
use support::{
    PAINT, Pdf, assert_same_look, base_font, gradient, grey_image, is_embedded, numbers, open, page, rewrite, shows,
    text,
};

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
    let mut writer = sohoa_pdf::PdfWriter::create(&out).unwrap();
    for i in 0..count as u32 {
        let page = source.page(i).unwrap();
        let PixelSource::Embedded { image, rotation, .. } = page.pixels else { panic!("case {i} is not embedded") };
        writer.image_page(&image, page.width_pt, page.height_pt, rotation, None).unwrap();
    }
    writer.finish(&support::info()).unwrap();
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
fn what_annotations_fill_in_is_text_of_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let mut pdf = Pdf::new();
    let font = base_font(&mut pdf, "Times-Roman");
    let image = grey_image(&mut pdf, 60, 80, Dictionary::new());
    let form = |pdf: &mut Pdf, content: &str, resources: &Dictionary| {
        pdf.stream(
            dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers(&[0.0, 0.0, 200.0, 20.0]),
            "Resources" => resources.clone() },
            content,
        )
    };
    let show = |text: &str| format!("BT /F 12 Tf 2 5 Td ({text}) Tj ET");
    let mut annotation = |subtype: &str, content: &str, resources: &Dictionary, x: f32, y: f32| {
        let form = form(&mut pdf, content, resources);
        dictionary! {
            "Type" => "Annot", "Subtype" => subtype, "Rect" => numbers(&[x, y, x + 200.0, y + 20.0]), "F" => 4,
            "AP" => dictionary! { "N" => form },
        }
    };
    let number = annotation("Widget", &show("542"), &font, 60.0, 295.0);
    let long = annotation("Widget", &show("Signed by the office of somebody at noon"), &font, 60.0, 250.0);
    let mut pictured = font.clone();
    support::set_all(&mut pictured, &shows(image));
    let seal = annotation("Widget", &format!("q 9 0 0 9 0 0 cm /I Do Q {}", show("Seal")), &pictured, 60.0, 220.0);
    let note = annotation("FreeText", &show("typed onto the page with many more characters"), &font, 20.0, 180.0);
    let mut hidden = annotation("FreeText", &show("hidden"), &font, 20.0, 150.0);
    hidden.set("F", 2);
    let mut field = annotation("Widget", &show("the value of a field for text, as long as it is"), &font, 20.0, 120.0);
    let mut button = annotation("Widget", &show("OK"), &font, 250.0, 120.0);
    button.set("FT", "Btn");
    let parent = pdf.add(dictionary! { "FT" => "Tx" });
    field.set("Parent", parent);
    let legacy = base_font(&mut pdf, ".VnTime");
    let form = pdf.stream(
        dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers(&[0.0, 0.0, 200.0, 20.0]), "Resources" => legacy },
        show("legacy"),
    );
    let coded = dictionary! {
        "Type" => "Annot", "Subtype" => "FreeText", "Rect" => numbers(&[20.0, 60.0, 220.0, 80.0]), "F" => 4,
        "AP" => dictionary! { "N" => form },
    };
    let annotations: Vec<Object> =
        [number, long, seal, note, hidden, field, button, coded].into_iter().map(Object::Dictionary).collect();
    let printed = "BT /F 12 Tf 20 300 Td (So:) Tj 120 0 Td (/QD) Tj ET";
    pdf.page(printed, font.clone(), dictionary! { "Annots" => annotations });
    let path = pdf.save(folder.path());

    let source = open(&path).unwrap();
    assert_eq!(source.page(0).unwrap().text, OwnText::Keep);
    let own = source.own_text(0).unwrap();
    let read: Vec<&str> = own.words().map(|w| w.text.as_str()).collect();
    let expected = "So: 542 /QD typed onto the page with many more characters \
        the value of a field for text, as long as it is";
    assert_eq!(read.join(" "), expected);
    assert!(text(&rewrite(&path, |_, _| None).unwrap().0).contains("542"));
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
