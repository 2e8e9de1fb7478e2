//! What lies beside, above or below lines: marks and punctuation join them, noise goes.

use super::chains::{chains, followers};
use super::glyphs::{Glyph, Shelf, usual_height};
use super::line::Line;

/// Lowest letter of small type, px of the map.
const SMALL_LETTER: f32 = 4.0;

/// Fewest dots of a leader.
const LEADER: usize = 6;
/// Highest dot of a leader and widest gap between two of them, in heights of x.
const LEADER_DOT: f32 = 0.4;
const LEADER_GAP: f32 = 0.9;

/// Joins short lines that lie within others to them.
pub(super) fn absorb(lines: &mut Vec<Line>) {
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
            // Marks of a large heading are as large as letters of the text.
            let top = if a.x_height < 0.6 * b.x_height { 2.3 } else { 1.8 };
            j < i && b.letters.len() > a.letters.len() && inside && (-0.4..=top).contains(&height)
        });
        if let Some(j) = home {
            gone[i] = true;
            for g in lines[i].letters.clone() {
                lines[j].take_letter(g);
            }
        }
    }
    let mut gone = gone.into_iter();
    lines.retain(|_| !gone.next().unwrap_or_default());
}

/// Drops lines that are no text. `usual` is the usual height of x.
pub(super) fn drop_noise(lines: &mut Vec<Line>, usual: f32) {
    lines.retain(|line| is_text(line, usual));
}

/// Drops rows of dots that are there to be written on: who fills in a form does not read them, and they make letters of
/// their own when they are. An ellipsis stays. `usual` is the usual height of x.
pub(super) fn drop_leaders(small: &mut Vec<Glyph>, usual: f32) {
    let is_dot = |g: &Glyph| g.height() <= LEADER_DOT * usual && g.width() <= usual;
    let (dots, others): (Vec<Glyph>, Vec<Glyph>) = std::mem::take(small).into_iter().partition(is_dot);
    *small = others;
    let reach = |i: usize| {
        let d = &dots[i];
        ((d.right, d.right + LEADER_GAP * usual), (d.top - 0.2 * usual, d.bottom + 0.2 * usual))
    };
    let before = Shelf::new(&dots).followed(dots.len(), reach, |i, j| {
        let (across, down) = (dots[j].left - dots[i].right, (dots[j].bottom - dots[i].bottom).abs());
        (down <= 0.2 * usual).then_some(across + down)
    });
    for row in followers(&before) {
        if row.len() < LEADER {
            small.extend(row.into_iter().map(|i| dots[i]));
        }
    }
}

/// Gives marks, dots and punctuation to the lines they belong to. What fits to none is given back.
pub(super) fn take_small(lines: &mut [Line], mut small: Vec<Glyph>) -> Vec<Glyph> {
    let rows = Rows::new(lines);
    let mut take = |g: &Glyph| {
        let near = rows.at(g.middle().1).iter().map(|i| *i as usize);
        let best = near.filter_map(|i| Some((i, lines[i].fits(g)?))).min_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            Some((i, _)) => lines[i].take(g),
            None => return true,
        }
        false
    };
    // Once in each direction, for a row of dots is taken in dot by dot.
    small.sort_by(|a, b| a.left.total_cmp(&b.left));
    small.retain(&mut take);
    small.reverse();
    small.retain(&mut take);
    small
}

/// Lines of small type that are left over when the lines of the usual type are known.
pub(super) fn small_type(left: &[Glyph], slope: f32) -> Vec<Line> {
    let letter =
        |g: &&Glyph| g.height() >= SMALL_LETTER && g.width() <= 6.0 * g.height() && g.height() <= 4.0 * g.width();
    let letters: Vec<Glyph> = left.iter().filter(letter).copied().collect();
    let Some(usual) = usual_height(&letters) else { return Vec::new() };
    let lines = chains(&letters)
        .into_iter()
        .filter(|chain| chain.len() >= 3)
        .map(|chain| Line::new(chain.into_iter().map(|i| letters[i]).collect(), slope, 0.0, usual));
    let dots = |line: &Line| line.letters.iter().filter(|g| g.is_dot()).count() * 2 > line.letters.len();
    lines.filter(|line| is_text(line, usual) && !dots(line)).collect()
}

/// Whether the letters of a line look like letters.
fn is_text(line: &Line, usual: f32) -> bool {
    let tolerance = (0.15 * line.x_height).max(1.5);
    let standing = line.letters.iter().filter(|g| (g.bottom - line.base.at(g.middle().0)).abs() <= tolerance).count();
    let share = standing as f32 / line.letters.len() as f32;
    let height = line.letter_height;
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
