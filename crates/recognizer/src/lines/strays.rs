//! What lies beside, above or below lines: marks and punctuation join them, noise goes.

use super::glyphs::Glyph;
use super::line::Line;

/// Joins short lines that lie within others to them, and drops what is no text.
pub(super) fn absorb(lines: &mut Vec<Line>, usual: f32) {
    lines.sort_by_key(|l| std::cmp::Reverse(l.letters.len()));
    let rows = Rows::new(lines);
    let mut gone = vec![false; lines.len()];
    for i in (0..lines.len()).rev() {
        if lines[i].letters.len() > 4 {
            break;
        }
        let (x, y) = lines[i].middle();
        let home = rows.at(y).iter().map(|j| *j as usize).find(|&j| {
            let (a, b) = (&lines[i], &lines[j]);
            let height = (b.base.at(x) - y) / b.x_height;
            let inside = a.left >= b.left - 0.5 * b.x_height && a.right <= b.right + 0.5 * b.x_height;
            j < i && b.letters.len() > a.letters.len() && inside && (-0.4..=1.8).contains(&height)
        });
        if let Some(j) = home {
            gone[i] = true;
            for g in lines[i].letters.clone() {
                lines[j].take(&g);
            }
        }
    }
    let mut at = 0;
    lines.retain(|line| {
        at += 1;
        !gone[at - 1] && is_text(line, usual)
    });
}

/// Gives marks, dots and punctuation to the lines they belong to.
pub(super) fn take_small(lines: &mut [Line], small: &[Glyph]) {
    let rows = Rows::new(lines);
    let mut order: Vec<&Glyph> = small.iter().collect();
    order.sort_by(|a, b| a.left.total_cmp(&b.left));
    for g in order {
        let near = rows.at(g.middle().1).iter().map(|i| *i as usize);
        let best = near.filter_map(|i| Some((i, lines[i].fits(g)?))).min_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((i, _)) = best {
            lines[i].take(g);
        }
    }
}

/// Whether the letters of a line look like letters.
fn is_text(line: &Line, usual: f32) -> bool {
    let tolerance = (0.15 * line.x_height).max(1.5);
    let standing = line.letters.iter().filter(|g| (g.bottom - line.base.at(g.middle().0)).abs() <= tolerance).count();
    let share = standing as f32 / line.letters.len() as f32;
    let height = line.letter_height();
    let wide = line.letters.iter().any(|g| g.width() > 12.0 * g.height());
    match line.letters.len() {
        1 => (0.75 * usual..=2.3 * usual).contains(&height) && !wide,
        2 => height <= 3.5 * usual && height >= 0.6 * usual && !wide,
        _ => height <= 7.0 * usual && share >= 0.4,
    }
}

/// Lines by the rows of the map they lie in.
struct Rows {
    rows: Vec<Vec<u32>>,
}

impl Rows {
    const ROW: f32 = 16.0;
    /// Most lines that are looked at in one row.
    const MOST: usize = 64;

    fn new(lines: &[Line]) -> Self {
        let mut rows: Vec<Vec<u32>> = Vec::new();
        for (i, line) in lines.iter().enumerate() {
            let ends = (line.base.at(line.left), line.base.at(line.right));
            let top = ends.0.min(ends.1) - 2.2 * line.x_height;
            let bottom = ends.0.max(ends.1) + 0.6 * line.x_height;
            let (first, last) = ((top / Self::ROW).max(0.0) as usize, (bottom / Self::ROW).max(0.0) as usize);
            if rows.len() <= last {
                rows.resize(last + 1, Vec::new());
            }
            let free = rows[first..=last].iter_mut().filter(|r| r.len() < Self::MOST);
            free.for_each(|r| r.push(i as u32));
        }
        Self { rows }
    }

    fn at(&self, y: f32) -> &[u32] {
        self.rows.get((y / Self::ROW).max(0.0) as usize).map_or(&[], Vec::as_slice)
    }
}
