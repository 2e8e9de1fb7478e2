//! Tests of inspection on drawn pages.

use sohoa_domain::{ColourKind, PixelLayout, Rotation};

use super::drawn::{HEIGHT, Sheet, WIDTH, blurred};
use super::*;
use crate::orient::turned;

const DPI: Option<Dpi> = Some(Dpi::square(200.0));
const PRINT: [u8; 3] = [30; 3];
const SEAL: [u8; 3] = [215, 40, 50];

fn seen(page: &Raster) -> Inspection {
    inspect(page, DPI)
}

#[test]
fn skew_is_measured_to_a_tenth_of_a_degree() {
    for skew in [-9.3f32, -3.0, -0.35, 0.0, 0.5, 2.15, 7.7] {
        let grey = seen(&Sheet::new(skew).text(30).grey()).page;
        assert!((grey.skew_degrees - skew).abs() <= 0.1, "{skew}: {}", grey.skew_degrees);
        assert_eq!(grey.rotation, Rotation::None);
    }
    let bitonal = seen(&Sheet::new(-1.4).text(30).bitonal()).page;
    assert!((bitonal.skew_degrees + 1.4).abs() <= 0.1, "{}", bitonal.skew_degrees);
}

#[test]
fn a_page_that_lies_wrong_is_turned_back() {
    for skew in [0.0, 1.7] {
        let page = Sheet::new(skew).text(25).grey();
        for (lies, turn) in [
            (Rotation::None, Rotation::None),
            (Rotation::Quarter, Rotation::ThreeQuarter),
            (Rotation::Half, Rotation::Half),
            (Rotation::ThreeQuarter, Rotation::Quarter),
        ] {
            let found = seen(&turned(&page, lies));
            assert_eq!((found.page.rotation, found.rotation_sure), (turn, true), "{lies:?} {skew}");
            assert!((found.page.skew_degrees - skew).abs() <= 0.1, "{lies:?}: {}", found.page.skew_degrees);
        }
    }
}

#[test]
fn a_few_letters_are_no_proof_of_orientation() {
    let mut sheet = Sheet::new(0.0);
    sheet.word(700.0, 1000.0, 6, PRINT);
    assert!(!seen(&sheet.grey()).rotation_sure);
}

#[test]
fn empty_sheets_are_blank() {
    let empty = seen(&Sheet::new(0.0).rgb());
    assert!(empty.page.blank && empty.rotation_sure);
    assert_eq!((empty.page.skew_degrees, empty.page.rotation, empty.page.ink), (0.0, Rotation::None, 0.0));
    assert_eq!(empty.page.colour, ColourKind::Grey);
}

#[test]
fn dust_edges_and_punch_holes_are_not_writing() {
    let mut sheet = Sheet::new(0.0);
    for _ in 0..2500 {
        let (x, y, size) = (sheet.random(WIDTH - 8), sheet.random(HEIGHT - 8), 1 + sheet.random(4));
        sheet.bar(x as f32, y as f32, size as f32, size as f32, PRINT);
    }
    sheet.bar(0.0, 0.0, 9.0, HEIGHT as f32, PRINT);
    for y in [850.0, 1480.0f32] {
        for step in 0..7200 {
            let (sin, cos) = (step as f32 / 20.0).to_radians().sin_cos();
            (0..44).for_each(|r| sheet.dot(95.0 + r as f32 / 2.0 * cos, y + r as f32 / 2.0 * sin, PRINT));
        }
    }
    let page = sheet.bitonal();
    assert!(seen(&page).page.blank);
    assert!(seen(&crate::bitonal::expanded(&page)).page.blank);
}

#[test]
fn what_comes_through_from_the_other_side_is_not_writing() {
    // A seal that bleeds through, with dark red spots.
    let mut sheet = Sheet::new(0.0);
    sheet.seal(700.0, 1700.0, [250, 190, 200]);
    sheet.bar(640.0, 1620.0, 30.0, 12.0, [130, 15, 30]);
    let page = seen(&sheet.rgb()).page;
    assert!(page.blank);
    assert_eq!(page.colour, ColourKind::Colour);
    // Print that shines through: pale, and blurred by the paper.
    let print = Sheet::new(0.0).text(30).grey();
    let pale: Vec<u8> = print.data().iter().map(|v| 246 - (246 - v) / 3).collect();
    let pale = Raster::new(WIDTH, HEIGHT, PixelLayout::Grey8, pale).unwrap();
    assert!(seen(&blurred(&pale, 3)).page.blank);
    // The same as sharp as a pencil is writing.
    assert!(!seen(&pale).page.blank);
}

#[test]
fn little_writing_is_writing() {
    let mut number = Sheet::new(0.0);
    number.word(820.0, 120.0, 1, PRINT);
    assert!(!seen(&number.grey()).page.blank, "a page number");
    let mut number = Sheet::new(0.0);
    number.word(820.0, 120.0, 1, PRINT);
    assert!(!seen(&number.bitonal()).page.blank, "a bitonal page number");

    let mut signature = Sheet::new(0.0);
    for step in 0..4000 {
        let t = step as f32 / 4000.0 * 20.0;
        signature.bar(900.0 + 14.0 * t + 20.0 * t.cos(), 1500.0 + 50.0 * t.sin(), 2.0, 2.0, [60, 70, 170]);
    }
    let page = seen(&signature.rgb()).page;
    assert!(!page.blank, "a signature");
    assert_eq!(page.colour, ColourKind::Colour);

    let mut pencil = Sheet::new(0.0);
    for i in 0..12 {
        pencil.bar(400.0 + 30.0 * i as f32, 700.0, 2.5, 22.0, [186; 3]);
        pencil.bar(400.0 + 30.0 * i as f32, 709.0, 18.0, 2.5, [186; 3]);
    }
    assert!(!seen(&pencil.grey()).page.blank, "a pale pencil note");

    let mut red = Sheet::new(0.0);
    (0..6).for_each(|i| {
        red.word(300.0 + 150.0 * i as f32, 900.0, 5, [215, 35, 45]);
    });
    assert!(!seen(&red.rgb()).page.blank, "a line in red ink");
}

#[test]
fn colours_are_those_of_the_pixels_not_of_the_format() {
    assert_eq!(seen(&Sheet::new(0.0).text(5).bitonal()).page.colour, ColourKind::Bitonal);
    let bits = Sheet::new(0.0).text(5).bitonal();
    assert_eq!(seen(&crate::bitonal::expanded(&bits)).page.colour, ColourKind::Bitonal);
    assert_eq!(seen(&Sheet::new(0.0).text(5).rgb()).page.colour, ColourKind::Grey);

    // JPEG noise in the colour channels is not colour, nor is yellowed paper.
    let noisy = crate::encode_jpeg(&Sheet::new(0.4).text(25).rgb(), 40);
    let noisy = crate::decode(&noisy, &sohoa_domain::Limits::default()).unwrap();
    assert_eq!(seen(&noisy).page.colour, ColourKind::Grey);
    let page = Sheet::new(0.0).text(25).rgb();
    let yellow = page.data().chunks_exact(3).flat_map(|p| [p[0], p[1], (u32::from(p[2]) * 4 / 5) as u8]).collect();
    let yellow = Raster::new(WIDTH, HEIGHT, PixelLayout::Rgb8, yellow).unwrap();
    assert_eq!(seen(&yellow).page.colour, ColourKind::Grey);

    let mut sealed = Sheet::new(0.0).text(25);
    sealed.seal(1100.0, 1900.0, SEAL);
    assert_eq!(seen(&sealed.rgb()).page.colour, ColourKind::Colour);
}

#[test]
fn sharpness_falls_with_blur() {
    let page = Sheet::new(0.3).text(20).grey();
    let values = [0, 1, 2, 3, 4].map(|radius| seen(&if radius > 0 { blurred(&page, radius) } else { page.clone() }));
    let values = values.map(|s| s.page.sharpness);
    assert!(values.windows(2).all(|w| w[0] > w[1] + 0.01), "{values:?}");
    assert!(values[0] > 0.95 && values[4] < 0.35, "{values:?}");
    assert_eq!(seen(&Sheet::new(0.0).text(3).bitonal()).page.sharpness, 1.0);
}

#[test]
fn ink_is_the_share_of_dark_pixels() {
    let mut sheet = Sheet::new(0.0);
    sheet.bar(300.0, 300.0, 400.0, 500.0, PRINT);
    let expected = 400.0 * 500.0 / (WIDTH * HEIGHT) as f32;
    let ink = seen(&sheet.grey()).page.ink;
    assert!((ink / expected - 1.0).abs() < 0.02, "{ink} {expected}");
}

#[test]
fn tiny_and_odd_pages_do_not_panic() {
    for (w, h) in [(1, 1), (1, 3000), (3000, 1), (7, 9), (129, 64)] {
        for value in [0, 128, 255] {
            let grey = Raster::new(w, h, PixelLayout::Grey8, vec![value; (w * h) as usize]).unwrap();
            for dpi in [None, Some(Dpi::square(20.0)), Some(Dpi::square(4800.0)), Some(Dpi { x: 204.0, y: 98.0 })] {
                let _ = inspect(&grey, dpi);
            }
        }
        let rgb = Raster::new(w, h, PixelLayout::Rgb8, vec![200; (w * h * 3) as usize]).unwrap();
        let _ = inspect(&rgb, None);
        let bits = Raster::new(w, h, PixelLayout::Bitonal, vec![0x55; (w.div_ceil(8) * h) as usize]).unwrap();
        let _ = inspect(&bits, None);
    }
}

#[test]
fn a_missing_resolution_is_guessed_and_said_to_be() {
    let page = Sheet::new(0.0).grey();
    let guessed = inspect(&page, None).page;
    assert_eq!((guessed.dpi, guessed.dpi_guessed), (Dpi::square(200.0), true));
    assert!(!inspect(&page, DPI).page.dpi_guessed);
}

#[test]
fn a_red_seal_is_found_where_it_lies() {
    let mut sheet = Sheet::new(0.0).text(20);
    sheet.seal(1000.0, 1500.0, SEAL);
    let found = seen(&sheet.rgb()).page.seal.unwrap();
    let off = [found.left - 866.0, found.top - 1366.0, found.right - 1135.0, found.bottom - 1635.0];
    assert!(off.iter().all(|o| o.abs() < 20.0), "{found:?}");
}

#[test]
fn only_what_is_round_red_and_large_is_a_seal() {
    assert_eq!(seen(&Sheet::new(0.0).text(20).rgb()).page.seal, None);
    let mut blue = Sheet::new(0.0).text(20);
    blue.seal(1000.0, 1500.0, [40, 50, 215]);
    assert_eq!(seen(&blue.rgb()).page.seal, None);
    let mut grey = Sheet::new(0.0).text(20);
    grey.seal(1000.0, 1500.0, SEAL);
    assert_eq!(seen(&grey.grey()).page.seal, None, "no colours, no seal");
    let mut through = Sheet::new(0.0).text(20);
    through.seal(1000.0, 1500.0, [246, 224, 226]);
    assert_eq!(seen(&through.rgb()).page.seal, None, "it shines through from the other side");
    let mut framed = Sheet::new(0.0).text(20);
    framed.bar(300.0, 1500.0, 700.0, 10.0, SEAL);
    framed.bar(300.0, 1600.0, 700.0, 10.0, SEAL);
    framed.bar(300.0, 1500.0, 10.0, 100.0, SEAL);
    assert_eq!(seen(&framed.rgb()).page.seal, None, "a stamp in a frame");
}
