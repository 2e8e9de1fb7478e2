//! The small picture on a sheet: this sheet on top of papers, an arrow, a scanner that draws them in.

use sohoa_pdf::Drawing;

use crate::layout::MM;

const INK: f32 = 0.15;
const LIGHT: f32 = 0.88;
const WHITE: f32 = 1.0;

/// Draws it with its top left corner at (x, y), 58 mm wide and 36 mm high.
pub(crate) fn instruction(drawing: &mut Drawing, x: f32, y: f32) {
    let mm = |dx: f32, dy: f32| (x + dx * MM, y + dy * MM);
    // Papers, the lowest first, each a little further right and down; the sheet on top.
    for i in (0..4).rev() {
        let (dx, dy) = (i as f32 * 1.3, 6.0 + i as f32 * 1.3);
        paper(drawing, mm(dx, dy), if i == 0 { WHITE } else { LIGHT });
    }
    let (sx, sy) = mm(0.0, 6.0);
    tiny_qr(drawing, sx + 5.0 * MM, sy + 4.0 * MM, 6.0 * MM);
    for i in 0..2 {
        let y = sy + (13.5 + i as f32 * 2.2) * MM;
        drawing.line(&[(sx + 3.0 * MM, y), (sx + 13.0 * MM, y)], 1.0, 0.5);
    }
    // The arrow.
    drawing.fill(
        &[
            mm(23.5, 15.6),
            mm(28.0, 15.6),
            mm(28.0, 13.4),
            mm(32.0, 17.0),
            mm(28.0, 20.6),
            mm(28.0, 18.4),
            mm(23.5, 18.4),
        ],
        INK,
    );
    scanner(drawing, &mm);
}

fn outlined(drawing: &mut Drawing, corners: &[(f32, f32)], fill: f32) {
    drawing.fill(corners, fill);
    let mut around = corners.to_vec();
    around.extend(corners.first());
    drawing.line(&around, 1.0, INK);
}

fn paper(drawing: &mut Drawing, (x, y): (f32, f32), fill: f32) {
    let (w, h) = (16.0 * MM, 21.0 * MM);
    outlined(drawing, &[(x, y), (x + w, y), (x + w, y + h), (x, y + h)], fill);
}

/// Three finder patterns and a few modules: a sign for a QR code, and nothing that a decoder would take for one.
fn tiny_qr(drawing: &mut Drawing, x: f32, y: f32, side: f32) {
    let m = side / 9.0;
    let mut cell = |cx: f32, cy: f32, n: f32, grey: f32| drawing.rect(x + cx * m, y + cy * m, n * m, n * m, grey);
    for (cx, cy) in [(0.0, 0.0), (6.0, 0.0), (0.0, 6.0)] {
        cell(cx, cy, 3.0, INK);
        cell(cx + 0.8, cy + 0.8, 1.4, WHITE);
    }
    for (cx, cy) in [(4.0, 1.0), (4.0, 4.0), (6.0, 4.0), (8.0, 6.0), (5.0, 7.0), (7.0, 8.0), (1.0, 4.0)] {
        cell(cx, cy, 1.0, INK);
    }
}

/// A sheet-fed scanner from the side: papers lean in its tray, its body, its output.
fn scanner(drawing: &mut Drawing, mm: &impl Fn(f32, f32) -> (f32, f32)) {
    // The tray leans back; papers lie on it.
    outlined(drawing, &[mm(47.0, 0.5), mm(49.2, 1.2), mm(44.2, 17.0), mm(42.0, 17.0)], LIGHT);
    for i in 0..3 {
        let d = i as f32 * 1.1;
        drawing.line(&[mm(45.4 - d, 2.0), mm(41.2 - d, 15.6)], 1.2, INK);
    }
    // The body, with its slot and a lamp.
    outlined(drawing, &[mm(35.0, 16.0), mm(52.0, 16.0), mm(55.0, 28.0), mm(35.0, 28.0)], WHITE);
    drawing.fill(&[mm(37.5, 16.0), mm(43.5, 16.0), mm(43.0, 17.6), mm(38.0, 17.6)], INK);
    drawing.rect(mm(47.5, 0.0).0, mm(0.0, 20.2).1, 3.2 * MM, 1.4 * MM, INK);
    // What comes out in front.
    outlined(drawing, &[mm(33.5, 29.5), mm(56.5, 29.5), mm(56.5, 31.0), mm(33.5, 31.0)], LIGHT);
    drawing.line(&[mm(36.0, 28.7), mm(51.0, 28.7)], 1.2, INK);
}
