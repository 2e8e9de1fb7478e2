//! Finds the stretches of a page that have two columns: head and foot of an administrative paper.

use sohoa_domain::{Line, OcrPage, Rect, Word, text::fold};

use crate::reading_order::hull;

/// Narrowest gap that starts a gutter, in heights of its line.
const WIDE_GAP: f32 = 0.9;

/// Narrowest gutter that may be left where the gaps of a stretch overlap, in heights of a line.
const LEAST_GUTTER: f32 = 0.4;

/// Greatest distance between two rows of a stretch, in heights of a line.
const FARTHEST_ROW: f32 = 4.0;

/// The same for a row that stands on the left only, as "Kính gửi" does below a head.
const FARTHEST_LEFT: f32 = 0.9;

/// The same for a row that stands on the right only, as a signer's name does below his seal.
const FARTHEST_RIGHT: f32 = 9.0;

/// The same for a row that is taken in above a stretch.
const FARTHEST_ABOVE: f32 = 1.5;

/// Where a line stands: block and line number.
pub(crate) type Place = (usize, usize);

/// Lines at the same height, whatever block they are in.
struct Row {
    places: Vec<Place>,
    /// Boxes of all words, left to right.
    words: Vec<Rect>,
    rect: Rect,
    height: f32,
}

fn rows(page: &OcrPage) -> Vec<Row> {
    let mut lines: Vec<(Place, &Line)> = Vec::new();
    for (b, block) in page.blocks.iter().enumerate() {
        lines.extend(block.lines.iter().enumerate().map(|(l, line)| ((b, l), line)));
    }
    let middle = |line: &Line| line.baseline.at(page.width as f32 / 2.0);
    lines.sort_by(|a, b| middle(a.1).total_cmp(&middle(b.1)));
    let mut rows: Vec<(f32, Row)> = Vec::new();
    for (place, line) in lines {
        let words = line.words.iter().map(|w| w.rect);
        match rows.last_mut() {
            Some((y, row)) if middle(line) - *y < 0.5 * row.height.min(line.height) => {
                row.places.push(place);
                row.words.extend(words);
                row.rect = row.rect.union(&line.rect);
                row.height = row.height.max(line.height);
            }
            _ => {
                let row =
                    Row { places: vec![place], words: words.collect(), rect: line.rect, height: line.height.max(1.0) };
                rows.push((middle(line), row));
            }
        }
    }
    let mut rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    for row in &mut rows {
        row.words.sort_by(|a, b| a.left.total_cmp(&b.left));
    }
    rows
}

/// Free space between two words, px.
#[derive(Clone, Copy)]
struct Gap {
    left: f32,
    right: f32,
}

impl Gap {
    fn middle(self) -> f32 {
        (self.left + self.right) / 2.0
    }
}

impl Row {
    fn gaps(&self) -> impl Iterator<Item = Gap> {
        let mut reach = f32::MIN;
        self.words.iter().filter_map(move |word| {
            let gap = (reach > f32::MIN && word.left > reach).then_some(Gap { left: reach, right: word.left });
            reach = reach.max(word.right);
            gap
        })
    }

    /// What is left of a gutter when it passes this row, `None` when a word stands in it.
    fn passes(&self, gutter: Gap) -> Option<Gap> {
        let mut free = gutter;
        for word in &self.words {
            let middle = (free.left + free.right) / 2.0;
            if word.right <= middle {
                free.left = free.left.max(word.right);
            } else if word.left >= middle {
                free.right = free.right.min(word.left);
            } else if word.right - free.left < free.right - word.left {
                free.left = word.right;
            } else {
                free.right = word.left;
            }
        }
        (free.right - free.left >= LEAST_GUTTER * self.height).then_some(free)
    }

    fn is_on_both_sides(&self, gutter: Gap) -> bool {
        let x = gutter.middle();
        self.rect.left < x && self.rect.right > x
    }

    /// Around the words right of a gutter.
    fn right_of(&self, gutter: Gap) -> Option<Rect> {
        self.words.iter().copied().filter(|w| w.left >= gutter.middle()).reduce(|all, w| all.union(&w))
    }

    /// Whether it is centred on the first rather than on the second.
    fn is_nearer(&self, first: &Rect, second: &Rect) -> bool {
        let centre = |r: &Rect| (r.left + r.right) / 2.0;
        let own = centre(&self.rect);
        (own - centre(first)).abs() < (own - centre(second)).abs()
    }
}

/// Consecutive rows with a gutter that are a head or a foot.
pub(crate) struct Stretch {
    pub(crate) places: Vec<Place>,
    /// x of the gutter, px.
    pub(crate) x: f32,
    /// Around all its words.
    area: Rect,
    /// What may stand out of `area`, px.
    margin: f32,
}

impl Stretch {
    /// The areas of the left and the right column with a margin, px.
    pub(crate) fn columns(&self) -> [Rect; 2] {
        let Rect { left, top, right, bottom } = self.area;
        let (top, bottom) = (top - self.margin, bottom + self.margin);
        [
            Rect { left: left - self.margin, top, right: self.x, bottom },
            Rect { left: self.x, top, right: right + self.margin, bottom },
        ]
    }

    /// Whether a line that was read in one of the columns stands there, and not beyond the margin.
    pub(crate) fn has(&self, line: &Line) -> bool {
        let middle = (line.rect.top + line.rect.bottom) / 2.0;
        (self.area.top..self.area.bottom).contains(&middle)
    }
}

/// The heads and feet of a page, top to bottom.
pub(crate) fn stretches(page: &OcrPage) -> Vec<Stretch> {
    let rows = rows(page);
    let text = hull(rows.iter().map(|row| row.rect));
    let mut found = Vec::new();
    let (mut start, mut behind) = (0, 0);
    while start < rows.len() {
        match stretch_from(page, &rows, start, behind, &text) {
            Some((end, stretch)) => {
                found.push(stretch);
                (start, behind) = (end, end);
            }
            None => start += 1,
        }
    }
    found
}

/// Follows the widest gap of row `start` down, and up over what stands on one side of it. Gives the row behind the
/// stretch.
fn stretch_from(page: &OcrPage, rows: &[Row], start: usize, behind: usize, text: &Rect) -> Option<(usize, Stretch)> {
    let first = &rows[start];
    let central = |gap: &Gap| {
        let x = (gap.middle() - text.left) / text.width().max(1.0);
        (0.2..=0.8).contains(&x)
    };
    let wide = first.gaps().filter(|gap| gap.right - gap.left >= WIDE_GAP * first.height && central(gap));
    let mut gutter = wide.max_by(|a, b| (a.right - a.left).total_cmp(&(b.right - b.left)))?;
    let mut right = first.right_of(gutter)?;
    let (mut end, mut both) = (start + 1, 1);
    while let Some(row) = rows.get(end) {
        let Some(free) = row.passes(gutter) else { break };
        let on_both = row.is_on_both_sides(free);
        let is_title = !on_both && both >= 2 && row.rect.right > free.right && row.is_nearer(text, &right);
        // A signer's name stands far below his title; on the left the lines of a head or foot follow each other.
        let farthest = match row.rect.right < free.right {
            true => FARTHEST_LEFT,
            false if on_both => FARTHEST_ROW,
            false => FARTHEST_RIGHT,
        };
        if row.rect.top - rows[end - 1].rect.bottom > farthest * row.height || is_title {
            break;
        }
        both += usize::from(on_both);
        gutter = free;
        right = row.right_of(gutter).map_or(right, |more| right.union(&more));
        end += 1;
    }
    let [left_words, right_words] = sides(page, &rows[start..end], gutter.middle());
    let (left, right_side) = (fold(&left_words), fold(&right_words));
    let height = first.rect.top / page.height.max(1) as f32;
    let is_head = height < 0.4 && HEAD.iter().any(|words| right_side.contains(words));
    let [_, opening] = sides(page, std::slice::from_ref(first), gutter.middle());
    let recipients = left.starts_with(RECIPIENTS);
    let is_foot = match (is_list(&left), is_signer(&opening)) {
        (true, true) => end - start >= 2 && (recipients || height > 0.3),
        (true, false) => both >= 2 && recipients,
        (false, signer) => both >= 2 && signer && height > 0.3 && !left.is_empty(),
    };
    if !(is_head && both >= 2 || is_foot) {
        return None;
    }
    // What stands alone on its side just above: the first line of a column that is higher than the other.
    let mut begin = start;
    while begin > behind {
        let (row, next) = (&rows[begin - 1], &rows[begin]);
        let near = next.rect.top - row.rect.bottom < FARTHEST_ABOVE * row.height;
        let [left_words, right_words] = sides(page, std::slice::from_ref(row), gutter.middle());
        let (left_words, right_words) = (left_words.as_str(), right_words.as_str());
        let alone = match (left_words, right_words) {
            ("", words) if is_head => HEAD.iter().any(|head| fold(words).contains(head)),
            (words, "") if is_head => is_signer(words),
            ("", words) => is_signer(words),
            (words, "") => is_list(&fold(words)),
            _ => false,
        };
        if !(near && alone) {
            break;
        }
        begin -= 1;
    }
    let places = rows[begin..end].iter().flat_map(|row| row.places.iter().copied()).collect();
    let area = hull(rows[begin..end].iter().map(|row| row.rect));
    Some((end, Stretch { places, x: gutter.middle(), area, margin: first.height / 2.0 }))
}

/// Words of the right column of a head, folded: the country's name and motto, or the Party's.
const HEAD: [&str; 4] = ["cong hoa xa hoi", "chu nghia viet nam", "doc lap", "dang cong san"];

/// First words of the left column of a foot, folded.
const RECIPIENTS: &str = "noi nhan";

/// Recipients: a heading, or items with dashes.
fn is_list(left: &str) -> bool {
    left.starts_with(RECIPIENTS) || left.starts_with("- ")
}

/// Words of rows on both sides of `x`, each followed by a space.
fn sides(page: &OcrPage, rows: &[Row], x: f32) -> [String; 2] {
    let (mut left, mut right) = (String::new(), String::new());
    for (b, l) in rows.iter().flat_map(|row| &row.places) {
        for word in &page.blocks[*b].lines[*l].words {
            let side = if is_left(word, x) { &mut left } else { &mut right };
            side.push_str(&word.text);
            side.push(' ');
        }
    }
    [left, right]
}

/// Who signs or issues stands in capitals: TM. ỦY BAN NHÂN DÂN, KT. CHỦ TỊCH, GIÁM ĐỐC, NGƯỜI LÀM ĐƠN.
fn is_signer(right: &str) -> bool {
    let letters = |w: &&str| w.chars().filter(|c| c.is_alphabetic()).count();
    let mut words = right.split_whitespace().filter(|w| letters(w) > 1).take(2);
    let capital = |w: &str| w.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    matches!((words.next(), words.next()), (Some(a), Some(b)) if capital(a) && capital(b))
}

/// Whether a word stands left of `x`.
pub(crate) fn is_left(word: &Word, x: f32) -> bool {
    (word.rect.left + word.rect.right) / 2.0 < x
}
