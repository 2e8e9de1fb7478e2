//! Pages with writing that runs out of the picture, and with what only looks like it.

use sohoa_domain::{Dpi, Edge, PixelLayout, Raster, Rotation};

use super::drawn::{HEIGHT, Sheet, WIDTH};
use super::inspect;
use crate::orient::turned;

const PRINT: [u8; 3] = [30; 3];

fn cut(page: &Raster) -> Vec<Edge> {
    inspect(page, Some(Dpi::square(200.0))).page.cut_off.into_iter().collect()
}

/// Lines of words from one place to another, moved by this from where they usually stand, px.
fn text_at(skew: f32, (right, down): (f32, f32)) -> Sheet {
    let mut sheet = Sheet::new(skew);
    for line in 0..36 {
        let (y, mut x) = (230.0 + down + line as f32 * 52.0, 200.0 + right);
        while x < 1350.0 + right {
            let letters = 2 + sheet.random(5);
            x += sheet.word(x, y, letters, PRINT) + 12.0;
        }
    }
    sheet
}

#[test]
fn writing_that_runs_out_of_the_picture_is_found_at_its_edge() {
    // So far out that the first or last letters lie on the edge.
    for (moved, edge) in [
        ((-245.0, 0.0), Edge::Left),
        ((345.0, 0.0), Edge::Right),
        ((0.0, -216.0), Edge::Top),
        ((0.0, 296.0), Edge::Bottom),
    ] {
        for skew in [0.0, 1.5] {
            assert_eq!(cut(&text_at(skew, moved).grey()), [edge], "{moved:?} {skew}");
        }
        assert_eq!(cut(&text_at(0.0, moved).bitonal()), [edge], "{moved:?} in black and white");
    }
}

#[test]
fn the_edge_is_that_of_the_page_as_loaded() {
    let page = text_at(0.0, (-245.0, 0.0)).grey();
    for turn in [Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarter] {
        let seen = inspect(&turned(&page, turn), Some(Dpi::square(200.0))).page;
        assert_eq!(seen.cut_off.iter().copied().collect::<Vec<_>>(), [Edge::Left.turned(turn)]);
        let told: Vec<_> = seen.cut_off.iter().map(|edge| edge.turned(seen.rotation)).collect();
        assert_eq!(told, [Edge::Left], "as it is read");
    }
}

#[test]
fn a_page_that_lies_crooked_loses_what_its_corners_hold() {
    let page = text_at(7.0, (-190.0, 0.0)).grey();
    assert!(cut(&page).contains(&Edge::Left));
}

#[test]
fn writing_that_ends_before_the_edge_is_whole() {
    // 3 mm from the edge: printers cannot print nearer.
    for moved in [(-176.0, 0.0), (0.0, -188.0), (0.0, 260.0), (0.0, 0.0)] {
        assert_eq!(cut(&text_at(0.0, moved).grey()), [], "{moved:?}");
    }
    assert_eq!(cut(&Sheet::new(0.0).grey()), []);
}

#[test]
fn shadows_holes_staples_and_rules_at_the_edge_are_not_writing() {
    let (w, h) = (WIDTH as f32, HEIGHT as f32);
    let mut borders = text_at(0.0, (0.0, 0.0));
    borders.bar(0.0, 0.0, 7.0, h, PRINT);
    borders.bar(0.0, h - 12.0, w, 12.0, PRINT);
    assert_eq!(cut(&borders.grey()), [], "shadows");

    let mut broken = text_at(0.0, (0.0, 0.0));
    for i in 0..60 {
        let length = 12.0 + broken.random(24) as f32;
        broken.bar(27.0 * i as f32, 0.0, length.min(24.0), 9.0, PRINT);
        broken.bar(0.0, 27.0 * i as f32, 9.0, length.min(24.0), PRINT);
    }
    assert_eq!(cut(&broken.grey()), [], "a shadow in pieces");

    let mut ruled = text_at(0.0, (0.0, 0.0));
    for i in 0..34 {
        // A table wider than the paper, with rules between its lines, and rows that were not filled in.
        ruled.bar(0.0, 244.0 + 52.0 * i as f32, w, 3.0, PRINT);
        ruled.bar(0.0, 258.0 + 52.0 * i as f32, 40.0, 3.0, PRINT);
    }
    ruled.bar(30.0, 0.0, 3.0, h, PRINT);
    (0..30).for_each(|i| ruled.bar(60.0 * i as f32, 0.0, 3.0, 60.0, PRINT));
    assert_eq!(cut(&ruled.grey()), [], "rules");

    let mut marks = text_at(0.0, (0.0, 0.0));
    for y in [850.0, 1480.0] {
        // Holes that were punched into the very edge.
        for step in 0..7200 {
            let (sin, cos) = (step as f32 / 20.0).to_radians().sin_cos();
            (0..44).for_each(|r| marks.dot(14.0 + r as f32 / 2.0 * cos, y + r as f32 / 2.0 * sin, PRINT));
        }
    }
    marks.bar(0.0, 60.0, 70.0, 5.0, PRINT);
    for _ in 0..400 {
        let (at, size) = (marks.random(HEIGHT), 1 + marks.random(7));
        marks.bar(0.0, at as f32, size as f32, size as f32, PRINT);
        marks.bar(at as f32, 0.0, size as f32, size as f32, PRINT);
    }
    assert_eq!(cut(&marks.grey()), [], "holes, a staple, dirt");
}

#[test]
fn stamps_and_pictures_that_lap_over_the_edge_are_not_writing() {
    let mut stamped = text_at(0.0, (0.0, 0.0));
    stamped.seal(20.0, 1700.0, [40, 50, 160]);
    stamped.seal(900.0, 30.0, [40, 50, 160]);
    // A stamp of three lines in a frame, and one that lies along the edge.
    stamped.bar(0.0, 500.0, 300.0, 4.0, PRINT);
    stamped.bar(0.0, 650.0, 300.0, 4.0, PRINT);
    for line in 0..3 {
        stamped.word(-8.0, 550.0 + 42.0 * line as f32, 12, PRINT);
    }
    stamped.word(300.0, 10.0, 10, PRINT);
    assert_eq!(cut(&stamped.grey()), []);

    // A picture of blots of all sizes and greys over the whole page, and beside it text.
    let mut picture = text_at(0.0, (0.0, 0.0));
    for _ in 0..9000 {
        let (x, y) = (picture.random(WIDTH) as f32, picture.random(HEIGHT) as f32);
        let (wide, high, grey) = (3 + picture.random(30), 3 + picture.random(30), picture.random(200) as u8);
        if !(180.0..1400.0).contains(&x) || !(200.0..2150.0).contains(&y) {
            picture.bar(x - 8.0, y - 8.0, wide as f32, high as f32, [grey; 3]);
        }
    }
    assert_eq!(cut(&picture.grey()), []);
}

#[test]
fn an_odd_page_has_no_edges() {
    for (w, h) in [(1, 1), (3, 900), (900, 3)] {
        let page = Raster::new(w, h, PixelLayout::Grey8, (0..w * h).map(|i| (i * 37 % 256) as u8).collect()).unwrap();
        assert_eq!(cut(&page), []);
    }
}
