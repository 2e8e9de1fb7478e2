//! The pieces of ink that letters are made of, and how large the page's letters are.

use sohoa_imaging::Component;

/// Smaller pieces are noise, px of the map.
const MIN_AREA: u32 = 3;
/// Most pieces that are looked at; a page has some thousands. Of a page full of noise the smallest are left out.
pub(super) const MAX_PIECES: usize = 30_000;
/// A letter is at least this high, px of the map.
pub(super) const MIN_LETTER: f32 = 5.0;

/// The box of one connected piece of ink, px of the map; right and bottom exclusive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
    pub(super) area: f32,
}

impl Glyph {
    pub(super) fn of(c: &Component) -> Self {
        Self {
            left: c.left as f32,
            top: c.top as f32,
            right: c.right as f32,
            bottom: c.bottom as f32,
            area: c.area as f32,
        }
    }

    pub(super) fn width(&self) -> f32 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Round or square and full.
    pub(super) fn is_dot(&self) -> bool {
        let (w, h) = (self.width(), self.height());
        self.area >= 0.65 * w * h && (0.6..=1.7).contains(&(w / h))
    }

    pub(super) fn middle(&self) -> (f32, f32) {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }
}

/// Pieces sorted by what they can be.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// Letters, or several that touch each other.
    pub(super) letters: Vec<Glyph>,
    /// Marks, dots, punctuation, dashes.
    pub(super) small: Vec<Glyph>,
}

/// The most frequent height of what is shaped like a letter, px of the map: of the small letters x, n, a wherever there
/// are any. Heights count by themselves, for marks are many but low. `None` without letters.
pub(super) fn usual_height(pieces: &[Glyph]) -> Option<f32> {
    const HIGHEST: usize = 200;
    let mut counts = [0.0f32; HIGHEST];
    for g in pieces {
        let shape = g.width() / g.height();
        if g.height() >= 4.0
            && !g.is_dot()
            && (0.25..=2.0).contains(&shape)
            && g.area >= 0.15 * g.height() * g.width()
            && let Some(count) = counts.get_mut(g.height() as usize)
        {
            *count += g.height();
        }
    }
    let smooth = |h: usize| counts[h - 1] + 2.0 * counts[h] + counts[h + 1];
    let best = (1..HIGHEST - 1).max_by(|a, b| smooth(*a).total_cmp(&smooth(*b)))?;
    let (sum, weight) = (best - 1..=best + 1).fold((0.0, 0.0), |(s, w), h| (s + h as f32 * counts[h], w + counts[h]));
    (weight > 0.0).then(|| sum / weight)
}

/// Moves groups that were found on a part of the map to where they lie on the whole.
pub(super) fn shift(groups: &mut [Component], dx: usize, dy: usize) {
    for c in groups {
        (c.left, c.right) = (c.left + dx, c.right + dx);
        (c.top, c.bottom) = (c.top + dy, c.bottom + dy);
        let (dx, dy) = (dx as u32, dy as u32);
        c.runs.iter_mut().for_each(|(y, from, to)| (*y, *from, *to) = (*y + dy, *from + dx, *to + dx));
    }
}

/// The boxes of all groups that are not noise.
pub(super) fn boxes(groups: &[Component]) -> Vec<Glyph> {
    let mut out: Vec<Glyph> = groups.iter().filter(|c| c.area >= MIN_AREA).map(Glyph::of).collect();
    if out.len() > MAX_PIECES {
        out.sort_by(|a, b| b.area.total_cmp(&a.area));
        out.truncate(MAX_PIECES);
    }
    out
}

/// Tells letters from small pieces; what is too large for a letter is left out. `usual` is the usual height.
pub(super) fn sorted(boxes: Vec<Glyph>, usual: f32) -> Pieces {
    let mut pieces = Pieces::default();
    for g in boxes {
        let (w, h) = (g.width(), g.height());
        if h > 9.0 * usual || (h > 2.6 * usual && w > 12.0 * h) {
            continue;
        }
        let thin = g.area < 0.08 * w * h;
        if g.is_dot() && h < 0.6 * usual {
            pieces.small.push(g);
        } else if h >= MIN_LETTER.max(0.42 * usual) && w <= 40.0 * h && w >= 0.1 * h && !thin {
            pieces.letters.push(g);
        } else if h < 1.5 * usual {
            pieces.small.push(g);
        }
    }
    let marks = marks(&pieces.letters);
    let mut at = 0;
    let small = &mut pieces.small;
    pieces.letters.retain(|g| {
        at += 1;
        if marks[at - 1] {
            small.push(*g);
        }
        !marks[at - 1]
    });
    pieces
}

/// Which of the pieces stand close above or below a larger one: marks of letters.
fn marks(pieces: &[Glyph]) -> Vec<bool> {
    let shelf = Shelf::new(pieces);
    pieces
        .iter()
        .map(|m| {
            let reach = 0.6 * m.height() + 2.0;
            shelf.any(m.left, m.right, m.top - reach, m.bottom + reach, |at| {
                let b = &pieces[at];
                let common = b.right.min(m.right) - b.left.max(m.left);
                let gap = (b.top - m.bottom).max(m.top - b.bottom);
                m.height() <= 0.75 * b.height() && common >= 0.5 * m.width() && gap <= reach && gap > -0.3 * m.height()
            })
        })
        .collect()
}

#[cfg(test)]
thread_local! {
    /// How many pieces were looked at as neighbours of another, on this thread.
    pub(super) static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Pieces by place, so that neighbours are found without looking at all.
pub(super) struct Shelf {
    rows: Vec<Vec<(f32, u32)>>,
    widest: Vec<f32>,
}

impl Shelf {
    const ROW: f32 = 24.0;
    /// Most pieces that are looked at in one row for one question.
    const MOST: usize = 48;

    pub(super) fn new(pieces: &[Glyph]) -> Self {
        let bottom = pieces.iter().map(|g| g.bottom).fold(0.0, f32::max);
        let count = (bottom / Self::ROW) as usize + 1;
        let mut shelf = Self { rows: vec![Vec::new(); count], widest: vec![0.0; count] };
        for (i, g) in pieces.iter().enumerate() {
            for row in (g.top / Self::ROW) as usize..=((g.bottom / Self::ROW) as usize).min(count - 1) {
                shelf.rows[row].push((g.left, i as u32));
                shelf.widest[row] = shelf.widest[row].max(g.width());
            }
        }
        shelf.rows.iter_mut().for_each(|r| r.sort_by(|a, b| a.0.total_cmp(&b.0)));
        shelf
    }

    /// Calls `each` with pieces whose left ends lie from `left` to `right` in the rows from `top` to `bottom`, at least
    /// once each, from left to right in a row, until it says true.
    pub(super) fn from(
        &self,
        (left, right): (f32, f32),
        (top, bottom): (f32, f32),
        mut each: impl FnMut(usize) -> bool,
    ) -> bool {
        let (first, last) = ((top / Self::ROW).max(0.0) as usize, (bottom / Self::ROW).max(0.0) as usize);
        let rows = self.rows.iter().take(last.saturating_add(1)).skip(first);
        for row in rows {
            let start = row.partition_point(|e| e.0 < left);
            let found = row[start..].iter().take_while(|e| e.0 <= right).take(Self::MOST);
            for &(_, i) in found {
                #[cfg(test)]
                LOOKS.with(|looks| looks.set(looks.get() + 1));
                if each(i as usize) {
                    return true;
                }
            }
        }
        false
    }

    /// For each of `count` pieces the one that it follows, and how far behind it is: each of them takes the nearest that
    /// `distance` allows among the pieces that begin in its `reach` (across, down), and goes to the nearest that takes it.
    pub(super) fn followed(
        &self,
        count: usize,
        reach: impl Fn(usize) -> ((f32, f32), (f32, f32)),
        distance: impl Fn(usize, usize) -> Option<f32>,
    ) -> Vec<Option<(usize, f32)>> {
        let mut before: Vec<Option<(usize, f32)>> = vec![None; count];
        for i in 0..count {
            let mut best: Option<(usize, f32)> = None;
            let (across, down) = reach(i);
            self.from(across, down, |j| {
                if j != i
                    && let Some(distance) = distance(i, j)
                    && best.is_none_or(|b| distance < b.1)
                {
                    best = Some((j, distance));
                }
                false
            });
            if let Some((j, distance)) = best
                && before[j].is_none_or(|b| distance < b.1)
            {
                before[j] = Some((i, distance));
            }
        }
        before
    }

    /// Whether `test` holds for a piece whose box may meet the given one.
    fn any(&self, left: f32, right: f32, top: f32, bottom: f32, test: impl FnMut(usize) -> bool) -> bool {
        let (first, last) = ((top / Self::ROW).max(0.0) as usize, (bottom / Self::ROW).max(0.0) as usize);
        let widest = self.widest.iter().take(last.saturating_add(1)).skip(first).copied().fold(0.0, f32::max);
        // A piece wider than some letters is no base of a mark that stands far right on it: bounded work matters more.
        self.from((left - widest.min(120.0), right), (top, bottom), test)
    }
}
