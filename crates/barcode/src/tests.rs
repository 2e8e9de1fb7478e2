//! The pass over drawn pages.

use std::convert::Infallible;

use sohoa_domain::{BarcodeFormat, Dpi, PixelLayout, Raster, Rotation};
use sohoa_imaging::{inspect, turned};

use crate::drawn::Sheet;
use crate::{Found, Options, decode_crop, find};

const TEXT: &str = "SOHOA1/H41.20-230615-0001/TP01/00000000";

fn read(page: &Raster, dpi: f32, expected: bool) -> (Found, usize) {
    let seen = inspect(page, Some(Dpi::square(dpi)));
    let options = Options { expected, skew_degrees: seen.page.skew_degrees };
    let mut pixels = 0;
    let Ok(found) = find(page, &seen.ink, seen.page.dpi, options, |crop| {
        pixels += crop.grey.len();
        Ok::<_, Infallible>(decode_crop(crop))
    });
    (found, pixels)
}

#[test]
fn a_code_between_text_is_found_turned_skewed_and_noisy() {
    for (dpi, skew, module, turn) in [
        (300.0, 0.0, 1.4, Rotation::None),
        (200.0, 5.0, 1.4, Rotation::Half),
        (300.0, -5.0, 0.5, Rotation::Quarter),
        (200.0, 2.0, 0.6, Rotation::ThreeQuarter),
    ] {
        let mut sheet = Sheet::new(dpi, skew);
        sheet.text(20.0, 100.0);
        sheet.qr(TEXT, 70.0, 110.0, module);
        sheet.text(180.0, 270.0);
        let page = turned(&sheet.finish(10), turn);
        let (found, pixels) = read(&page, dpi, false);
        let case = format!("{dpi} dpi, {skew}°, {module} mm, {turn:?}");
        assert_eq!(found.barcodes.len(), 1, "{case}");
        let code = &found.barcodes[0];
        assert_eq!((code.format, code.text.as_str()), (BarcodeFormat::Qr, TEXT), "{case}");
        assert!(pixels < page.data().len() / 4, "{case}: {pixels} px went to the decoder");
        // Its middle, from mm to px of the page as loaded.
        let (half_w, half_h) = (210.0 / 2.0 / 25.4 * dpi, 297.0 / 2.0 / 25.4 * dpi);
        let size = 33.0 * module;
        let (dx, dy) = (((70.0 + size / 2.0) / 25.4 * dpi) - half_w, ((110.0 + size / 2.0) / 25.4 * dpi) - half_h);
        let (sin, cos) = skew.to_radians().sin_cos();
        let (dx, dy) = (dx * cos - dy * sin, dx * sin + dy * cos);
        let (x, y) = match turn {
            Rotation::None => (half_w + dx, half_h + dy),
            Rotation::Quarter => (half_h - dy, half_w + dx),
            Rotation::Half => (half_w - dx, half_h - dy),
            Rotation::ThreeQuarter => (half_h + dy, half_w - dx),
        };
        let middle = code.corners.iter().fold((0.0, 0.0), |m, c| (m.0 + c.0 / 4.0, m.1 + c.1 / 4.0));
        assert!((middle.0 - x).hypot(middle.1 - y) < size / 25.4 * dpi * 0.1, "{case}: {middle:?} for {:?}", (x, y));
    }
}

#[test]
fn a_page_of_text_sends_next_to_nothing_to_the_decoder() {
    let mut sheet = Sheet::new(300.0, 1.0);
    sheet.text(20.0, 280.0);
    let page = sheet.finish(6);
    let (found, pixels) = read(&page, 300.0, false);
    assert_eq!(found, Found::default());
    assert_eq!(pixels, 0);
    let (found, pixels) = read(&page, 300.0, true);
    assert!(found.barcodes.is_empty() && pixels > page.data().len(), "an expected code is looked for everywhere");
}

#[test]
fn a_scribbled_code_is_told_as_unread() {
    let mut sheet = Sheet::new(300.0, 0.0);
    sheet.qr(TEXT, 70.0, 110.0, 1.4);
    (0..6).for_each(|i| sheet.bar(68.0, 112.0 + i as f32 * 8.0, 52.0, 3.0));
    let (found, _) = read(&sheet.finish(4), 300.0, false);
    assert!(found.barcodes.is_empty());
    let [place] = found.unread[..] else { panic!("{:?}", found.unread) };
    let mm = |px: f32| px / 300.0 * 25.4;
    assert!((60.0..=72.0).contains(&mm(place.left)) && (100.0..=112.0).contains(&mm(place.top)), "{place:?}");
}

#[test]
fn both_patches_are_read_either_way_round() {
    for (narrow_first, turn, skew) in [
        (true, Rotation::None, 0.0),
        (true, Rotation::Half, 4.0),
        (false, Rotation::Quarter, -5.0),
        (false, Rotation::None, 2.0),
    ] {
        let mut sheet = Sheet::new(200.0, skew);
        sheet.patch(90.0, 15.0, 25.0, narrow_first);
        sheet.text(60.0, 200.0);
        let page = turned(&sheet.finish(10), turn);
        let (found, _) = read(&page, 200.0, false);
        let formats: Vec<_> = found.barcodes.iter().map(|b| b.format).collect();
        assert_eq!(formats, [BarcodeFormat::Patch], "{narrow_first} {turn:?} {skew}");
    }
}

#[test]
fn other_bars_are_no_patch() {
    // Patch 4 and Patch 1, a table of thick lines, bars too short, bars too many.
    for bars in [
        &[(0.0, 2.0, 25.0), (4.0, 5.0, 25.0), (11.0, 5.0, 25.0), (18.0, 2.0, 25.0)][..],
        &[(0.0, 5.0, 25.0), (7.0, 2.0, 25.0), (11.0, 2.0, 25.0), (15.0, 5.0, 25.0)],
        &[(0.0, 1.0, 60.0), (20.0, 1.0, 60.0), (40.0, 1.0, 60.0), (60.0, 1.0, 60.0)],
        &[(0.0, 2.0, 9.0), (4.0, 5.0, 9.0), (11.0, 2.0, 9.0), (15.0, 5.0, 9.0)],
        &[(0.0, 2.0, 25.0), (4.0, 5.0, 25.0), (11.0, 2.0, 25.0), (15.0, 5.0, 25.0), (22.0, 2.0, 25.0)],
    ] {
        let mut sheet = Sheet::new(200.0, 0.0);
        bars.iter().for_each(|(x, w, h)| sheet.bar(60.0 + x, 40.0, *w, *h));
        let (found, _) = read(&sheet.finish(4), 200.0, false);
        assert!(found.barcodes.is_empty(), "{bars:?}");
    }
}

#[test]
fn odd_pages_are_no_trouble() {
    for (w, h) in [(1, 1), (3, 2000), (2000, 3), (40, 40)] {
        let data = (0..w * h).map(|i| if i % 3 == 0 { 0 } else { 255 }).collect();
        let page = Raster::new(w, h, PixelLayout::Grey8, data).unwrap();
        read(&page, 300.0, true);
        read(&page, 20.0, true);
        read(&page, 4800.0, true);
    }
}
