//! Which chains go on in one line, and which stand in different columns.

use super::glyphs::{Glyph, Shelf};
use super::line::Line;
use super::rules::Rules;

/// Widest gap that is looked at, in heights of x: wide ones show where the gutter of narrow ones is.
const FAR: f32 = 30.0;
/// A gap from here on is a gutter when gaps above or below lie in line with it, and from there on always.
const GUTTER: (f32, f32) = (1.2, 3.6);
/// The same in usual gaps between words.
const WORDS: (f32, f32) = (1.9, 3.2);
/// Widest gap between words of a line that is spaced out to its margin, in heights of x.
const SPACED: f32 = 2.0;
/// Rows of a table are at most this far apart, in heights of x.
const NEAR: f32 = 7.0;
/// How far the ends of a row with a blank to be filled in may lie from those of the line above or below, in heights of x:
/// at its right end and, where a paragraph may begin, at its left end.
const MARGIN: (f32, f32) = (1.5, 8.0);
/// Text of another size is another text, from this ratio of heights on.
const OTHER_SIZE: f32 = 0.82;

/// A gap between two chains of one row.
struct Link {
    from: usize,
    to: usize,
    left: f32,
    right: f32,
    y: f32,
    x_height: f32,
    word: f32,
    /// A low one of the gaps in its row, those between the words of a chain left out.
    usual: f32,
}

impl Link {
    fn is_wide(&self) -> bool {
        let gap = self.right - self.left;
        gap > GUTTER.0 * self.x_height && gap > WORDS.0 * self.word.min(self.x_height)
    }

    /// Whether it is like the others of its row, as in a line that is spaced out to its margin.
    fn is_spaced(&self) -> bool {
        let gap = self.right - self.left;
        gap <= WORDS.0 * self.usual && gap <= SPACED * self.x_height
    }
}

/// Joins chains to lines.
pub(super) fn join(chains: Vec<Line>, rules: &Rules, slope: f32, usual: f32) -> Vec<Line> {
    let mut links = links(&chains, slope);
    links.sort_by(|a, b| a.y.total_cmp(&b.y));
    let wide: Vec<&Link> = links.iter().filter(|l| l.is_wide()).collect();
    let mut next: Vec<Option<usize>> = vec![None; chains.len()];
    let mut is_first = vec![true; chains.len()];
    for link in &links {
        if !parted(link, &chains, rules, &wide, slope) {
            next[link.from] = Some(link.to);
            is_first[link.to] = false;
        }
    }
    fill_blanks(&links, &chains, rules, slope, &mut next, &mut is_first);
    let mut lines = Vec::new();
    for start in (0..chains.len()).filter(|i| is_first[*i]) {
        let members = std::iter::successors(Some(start), |i| next[*i]);
        let letters: Vec<Glyph> = members.flat_map(|i| chains[i].letters.iter().copied()).collect();
        lines.push(Line::new(letters, slope, 0.012, usual));
    }
    lines
}

/// Most pieces of a row that blanks part.
const PIECES: usize = 9;

/// Joins what a blank to be filled in by hand parts ("ngày    tháng    năm"): the line above or below runs over the gap, and
/// the whole row ends where that line ends, as rows of a justified paragraph do.
fn fill_blanks(
    links: &[Link],
    chains: &[Line],
    rules: &Rules,
    slope: f32,
    next: &mut [Option<usize>],
    is_first: &mut [bool],
) {
    // The row of each chain as far as it is joined by now: its first chain, and the right end of it.
    let mut row: Vec<usize> = (0..chains.len()).collect();
    let mut right: Vec<f32> = chains.iter().map(|c| c.right).collect();
    let mut rows: Vec<(f32, usize)> = Vec::new();
    for start in (0..chains.len()).filter(|i| is_first[*i]) {
        rows.push((chains[start].level(slope), start));
        for i in std::iter::successors(Some(start), |i| next[*i]) {
            row[i] = start;
            right[start] = right[start].max(chains[i].right);
        }
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    // The gap behind each row, and whether there is one before it.
    let mut gap_behind: Vec<Option<&Link>> = vec![None; chains.len()];
    let mut is_behind = vec![false; chains.len()];
    for link in links.iter().filter(|l| row[l.from] != row[l.to]) {
        let gap = gap_behind[row[link.from]].get_or_insert(link);
        is_behind[row[gap.to]] |= std::ptr::eq(*gap, link);
    }
    for &(level, start) in rows.iter().filter(|r| !is_behind[r.1]) {
        let gaps = std::iter::successors(gap_behind[start], |l| gap_behind[row[l.to]]);
        let gaps: Vec<&Link> = gaps.take(PIECES - 1).collect();
        let Some(last) = gaps.last() else { continue };
        let (left, end, h) = (chains[start].left, right[row[last.to]], gaps[0].x_height);
        let near = rows.partition_point(|r| r.0 < level - 4.5 * h);
        let near = rows[near..].iter().take_while(|r| r.0 <= level + 4.5 * h);
        let is_covered = near.filter(|r| (r.0 - level).abs() >= h).any(|&(_, i)| {
            let (other, r) = (&chains[i], right[i]);
            (r - end).abs() <= MARGIN.0 * h
                && (other.left - left).abs() <= MARGIN.1 * h
                && other.x_height >= OTHER_SIZE * h
                && h >= OTHER_SIZE * other.x_height
                && gaps.iter().all(|g| other.left < g.left && g.right < r)
        });
        if is_covered && !gaps.iter().any(|g| rules.part(g.left, g.right, g.y)) {
            for gap in gaps {
                next[gap.from] = Some(gap.to);
                is_first[gap.to] = false;
            }
        }
    }
}

/// For each chain the nearest behind it on the same baseline, each used once.
fn links(chains: &[Line], slope: f32) -> Vec<Link> {
    let starts: Vec<Glyph> = chains
        .iter()
        .map(|c| {
            let y = c.base.at(c.left);
            Glyph { left: c.left, right: c.left + 1.0, top: (y - c.x_height).max(0.0), bottom: y.max(0.0), area: 0.0 }
        })
        .collect();
    let reach = |i: usize| {
        let a: &Line = &chains[i];
        let end = a.base.at(a.right);
        ((a.right - a.x_height, a.right + FAR * a.x_height), (end - 1.5 * a.x_height, end + 0.5 * a.x_height))
    };
    let gap = |i: usize, j: usize| {
        let (a, b): (&Line, &Line) = (&chains[i], &chains[j]);
        same_row(a, b, slope).then_some(b.left - a.right)
    };
    let before = Shelf::new(&starts).followed(chains.len(), reach, gap);
    let link = |(to, before): (usize, &Option<(usize, f32)>)| {
        let (from, _) = (*before)?;
        let (a, b) = (&chains[from], &chains[to]);
        Some(Link {
            from,
            to,
            left: a.right,
            right: b.left,
            y: a.base.at(a.right) - 0.5 * a.x_height,
            x_height: a.x_height.max(b.x_height),
            usual: 0.0,
            word: if a.letters.len() >= b.letters.len() { a.word_gap() } else { b.word_gap() },
        })
    };
    let mut links: Vec<Link> = before.iter().enumerate().filter_map(link).collect();
    row_gaps(&mut links, chains.len());
    links
}

/// Finds the usual gap of each row: a line that is spaced out to its margin has wide gaps throughout.
fn row_gaps(links: &mut [Link], chains: usize) {
    let mut behind = vec![None; chains];
    let mut is_first = vec![true; chains];
    for (i, link) in links.iter().enumerate() {
        behind[link.from] = Some(i);
        is_first[link.to] = false;
    }
    for start in (0..chains).filter(|i| is_first[*i]) {
        let row: Vec<usize> = std::iter::successors(behind[start], |i| behind[links[*i].to]).collect();
        let mut gaps: Vec<f32> = row.iter().map(|i| links[*i].right - links[*i].left).collect();
        gaps.sort_by(f32::total_cmp);
        let usual = if gaps.len() >= 3 { gaps[gaps.len() / 4] } else { 0.0 };
        row.iter().for_each(|i| links[*i].usual = usual);
    }
}

fn same_row(a: &Line, b: &Line, slope: f32) -> bool {
    if b.middle().0 <= a.middle().0 {
        return false;
    }
    let (low, high) = (a.letter_height.min(b.letter_height), a.letter_height.max(b.letter_height));
    if high > 2.2 * low {
        return false;
    }
    // A short chain has no slope of its own that could be trusted over a gap.
    let at = |l: &Line, x: f32, edge: f32| l.base.at(edge) + slope * (x - edge);
    let x = (a.right + b.left) / 2.0;
    let (ya, yb) = (at(a, x, a.right), at(b, x, b.left));
    let few = a.letters.len().min(b.letters.len()) <= 2;
    let common = ya.min(yb) - (ya - a.letter_height).max(yb - b.letter_height);
    (ya - yb).abs() <= 0.3 * low || (few && common >= 0.6 * low)
}

/// Whether a gap is the gutter between two columns.
fn parted(link: &Link, chains: &[Line], rules: &Rules, wide: &[&Link], slope: f32) -> bool {
    let gap = link.right - link.left;
    if rules.part(link.left, link.right, link.y) {
        return true;
    }
    if !link.is_wide() {
        return false;
    }
    let (h, word) = (link.x_height, link.word);
    let (a, b) = (&chains[link.from], &chains[link.to]);
    let far = gap > GUTTER.1 * h && gap > WORDS.1 * word;
    if far || (a.x_height.min(b.x_height) < OTHER_SIZE * h && a.letters.len().min(b.letters.len()) >= 5) {
        return true;
    }
    // The number of a list is set off from its text, and a line may be spaced out; in a table there are many in line.
    let enough = match a.letters.len() {
        _ if link.is_spaced() => 3,
        ..=3 => 2,
        _ => 1,
    };
    in_line(link, wide, slope, enough)
}

/// Whether `enough` gaps close above or below lie in line with this one.
fn in_line(link: &Link, wide: &[&Link], slope: f32, enough: usize) -> bool {
    let near = NEAR * link.x_height;
    let at = wide.partition_point(|w| w.y < link.y - near);
    let in_line = |w: &&&Link| {
        let shift = slope * (w.y - link.y);
        let common = w.right.min(link.right - shift) - w.left.max(link.left - shift);
        (w.y - link.y).abs() > link.x_height && common >= link.x_height
    };
    wide[at..].iter().take(96).take_while(|w| w.y <= link.y + near).filter(in_line).take(enough).count() == enough
}
