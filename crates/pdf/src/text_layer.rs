//! The invisible text of a page: words of an [`OcrPage`] at their place, as content stream operators.

use std::fmt::Write as _;

use sohoa_domain::{Line, OcrPage, Rotation};

use crate::geometry::Matrix;
use crate::glyphless::{ADVANCE, DESCENT, InvisibleFont};
use crate::open::PageNode;

/// Resource name of the invisible font.
pub(crate) const FONT: &str = "SohoaText";

/// Operators that show the words of `page`, from `BT` to `ET`. `upright_to_user` maps px of the upright page to user
/// space units.
pub(crate) fn operators(page: &OcrPage, upright_to_user: Matrix, font: &mut InvisibleFont) -> Vec<u8> {
    let mut out = String::from("BT\n3 Tr\n");
    let space = font.cid(' ').unwrap_or_default();
    for line in page.lines() {
        write_line(&mut out, line, upright_to_user, font, space);
    }
    out.push_str("ET\n");
    out.into_bytes()
}

/// Where the box of a line's words lies: height in px, and how far below the baseline its bottom is.
///
/// One size for the whole line keeps it one line for whoever extracts the text. The medians of what the words really
/// cover fit the ink of most words better than the line's full height.
fn band(line: &Line) -> (f32, f32) {
    let median = |mut v: Vec<f32>| {
        v.sort_by(f32::total_cmp);
        v.get(v.len() / 2).copied().unwrap_or_default()
    };
    let at = |w: &sohoa_domain::Word| line.baseline.at((w.rect.left + w.rect.right) / 2.0);
    let above = median(line.words.iter().map(|w| at(w) - w.rect.top).collect());
    let below = median(line.words.iter().map(|w| w.rect.bottom - at(w)).collect());
    let height = above + below;
    if height.is_finite() && height >= 1.0 { (height, below) } else { (line.height.max(1.0), 0.2 * line.height) }
}

fn write_line(out: &mut String, line: &Line, map: Matrix, font: &mut InvisibleFont, space: u16) {
    let (height, below) = band(line);
    // The em box of the font is exactly as high as the band.
    let origin_above_bottom = -f32::from(DESCENT) / 1000.0 * height;
    let slope = f64::from(line.baseline.slope);
    let (ux, uy) = map.direction(1.0, slope);
    let along = ux.hypot(uy);
    let (vx, vy) = map.direction(slope, -1.0);
    let up = vx.hypot(vy);
    let size = f64::from(height) * up / 1f64.hypot(slope);
    if !(along > 0.0 && up > 0.0 && size.is_finite() && size > 0.0) {
        return;
    }
    let _ = writeln!(out, "/{FONT} {} Tf", short(size));
    let advance = f64::from(ADVANCE) / 1000.0 * size;
    for (i, word) in line.words.iter().enumerate() {
        let codes: Vec<u16> = word.text.chars().filter_map(|c| font.cid(c)).collect();
        if codes.is_empty() {
            continue;
        }
        let y = line.baseline.at(word.rect.left) + below - origin_above_bottom;
        let (x0, y0) = map.apply(f64::from(word.rect.left), f64::from(y));
        let scale = |px: f32, n: usize| 100.0 * f64::from(px.max(0.1)) * along / (n as f64 * advance);
        let hex: String = codes.iter().map(|c| format!("{c:04X}")).collect();
        let _ = writeln!(
            out,
            "{} {} {} {} {} {} Tm {} Tz <{hex}> Tj",
            fine(ux / along),
            fine(uy / along),
            fine(vx / up),
            fine(vy / up),
            short(x0),
            short(y0),
            short(scale(word.rect.width(), codes.len())),
        );
        if let Some(next) = line.words.get(i + 1) {
            let _ = writeln!(out, "{} Tz <{space:04X}> Tj", short(scale(next.rect.left - word.rect.right, 1)));
        }
    }
}

/// Two decimals: a hundredth of a point is a twenty-fifth of a pixel at 300 dpi.
fn short(v: f64) -> String {
    trimmed(format!("{v:.2}"))
}

fn fine(v: f64) -> String {
    trimmed(format!("{v:.5}"))
}

fn trimmed(s: String) -> String {
    let s = if s.contains('.') { s.trim_end_matches('0').trim_end_matches('.') } else { &s };
    if s == "-0" { "0".into() } else { s.into() }
}

/// From px of the upright page to the unit square of what was loaded, `(0, 0)` at its lower left corner.
pub(crate) fn upright_to_unit(page: &OcrPage) -> Matrix {
    let (w, h) = (f64::from(page.width), f64::from(page.height));
    let to_loaded = Matrix(match page.rotation {
        Rotation::None => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        Rotation::Quarter => [0.0, -1.0, 1.0, 0.0, 0.0, w],
        Rotation::Half => [-1.0, 0.0, 0.0, -1.0, w, h],
        Rotation::ThreeQuarter => [0.0, 1.0, -1.0, 0.0, h, 0.0],
    });
    let (w, h) = if page.rotation.swaps_sides() { (h, w) } else { (w, h) };
    to_loaded.then(Matrix([1.0 / w, 0.0, 0.0, -1.0 / h, 0.0, 1.0]))
}

/// From the unit square of a page as displayed to its user space.
pub(crate) fn displayed_to_user(node: &PageNode) -> Matrix {
    let turn = Matrix(match node.rotate {
        Rotation::None => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        Rotation::Quarter => [0.0, 1.0, -1.0, 0.0, 1.0, 0.0],
        Rotation::Half => [-1.0, 0.0, 0.0, -1.0, 1.0, 1.0],
        Rotation::ThreeQuarter => [0.0, -1.0, 1.0, 0.0, 0.0, 1.0],
    });
    turn.then(Matrix([node.view.width(), 0.0, 0.0, node.view.height(), node.view.x0, node.view.y0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_domain::Dpi;

    #[test]
    fn corners_of_the_upright_page_come_back_to_the_loaded_raster() {
        // The loaded raster is 200 × 100; its top left corner is the point (0, 1) of the unit square.
        let cases = [
            (Rotation::None, (200, 100), (0.0, 0.0)),
            (Rotation::Quarter, (100, 200), (100.0, 0.0)),
            (Rotation::Half, (200, 100), (200.0, 100.0)),
            (Rotation::ThreeQuarter, (100, 200), (0.0, 200.0)),
        ];
        for (rotation, (w, h), (x, y)) in cases {
            let page = OcrPage::empty(w, h, Dpi::square(300.0), rotation, "test");
            let (u, v) = upright_to_unit(&page).apply(x, y);
            assert!(u.abs() < 1e-9 && (v - 1.0).abs() < 1e-9, "{rotation:?}: {u} {v}");
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            (short(1.0), short(-0.001), fine(0.5), short(100.0)),
            ("1".into(), "0".into(), "0.5".into(), "100".into())
        );
    }
}
