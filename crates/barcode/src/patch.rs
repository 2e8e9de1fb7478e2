//! Patch T and Patch II: four bars, narrow and wide in turn, that separator sheets carry (Kodak A-61599).
//!
//! A narrow bar and each gap are 0.08 inch, a wide bar is 0.2 inch; bars are at least 0.75 inch long. In Patch T the
//! first bar is narrow, in Patch II wide; upside down each is the other.

use crate::cells::Cells;
use crate::region::Region;

/// Width of a narrow bar on a sheet that was printed in another size than meant, mm (2.03 nominal).
const NARROW_MM: (f32, f32) = (1.35, 2.9);
/// Shortest common length of the four bars, mm: skew and worn ends take some of the 19 mm.
const LENGTH_MM: f32 = 14.0;
/// Rows of cells without the pattern that do not end it: specks, scratches.
const GAP_ROWS: usize = 2;
/// All of narrow, gap, wide, gap, narrow, gap, wide in widths of a narrow bar.
const UNITS: f32 = 1.0 + 2.5 + 1.0 + 2.5 + 3.0;

/// Patterns on the page, as boxes of cells.
pub(crate) fn patches(cells: &Cells) -> Vec<Region> {
    let mut found = across(cells);
    let turn = |r: Region| Region { left: r.top, top: r.left, right: r.bottom, bottom: r.right };
    found.extend(across(&cells.transposed()).into_iter().map(turn));
    found
}

/// The pattern on successive rows.
struct Track {
    narrow_first: bool,
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
    rows: usize,
    /// First and last column on all rows.
    outer: (usize, usize),
}

fn across(cells: &Cells) -> Vec<Region> {
    let mut open: Vec<Track> = Vec::new();
    let mut found = Vec::new();
    let mut runs = Vec::new();
    for (y, row) in cells.ink.chunks_exact(cells.width.max(1)).enumerate() {
        runs_of(row, &mut runs);
        for (narrow_first, left, right) in hits(&runs, cells.mm) {
            let near = |t: &&mut Track| {
                t.narrow_first == narrow_first && t.left.abs_diff(left) <= 2 && t.right.abs_diff(right) <= 2
            };
            match open.iter_mut().find(near) {
                Some(track) => {
                    (track.left, track.right, track.bottom) = (left, right, y + 1);
                    track.rows += 1;
                    track.outer = (track.outer.0.min(left), track.outer.1.max(right));
                }
                None => {
                    open.push(Track { narrow_first, left, right, top: y, bottom: y + 1, rows: 1, outer: (left, right) })
                }
            }
        }
        let (ended, still) = open.into_iter().partition(|t: &Track| t.bottom + GAP_ROWS < y);
        open = still;
        close(ended, cells, &mut found);
    }
    close(open, cells, &mut found);
    found
}

fn close(ended: Vec<Track>, cells: &Cells, found: &mut Vec<Region>) {
    let long = cells.count(LENGTH_MM);
    let whole = |t: &Track| t.bottom - t.top >= long && t.rows * 10 >= (t.bottom - t.top) * 9;
    let region = |t: Track| Region { left: t.outer.0, top: t.top, right: t.outer.1, bottom: t.bottom };
    found.extend(ended.into_iter().filter(whole).map(region));
}

/// Lengths of alternating runs, the first one of paper (maybe empty).
fn runs_of(row: &[u8], runs: &mut Vec<usize>) {
    runs.clear();
    let (mut ink, mut from) = (false, 0);
    for (x, &v) in row.iter().enumerate() {
        if (v >= 128) != ink {
            runs.push(x - from);
            (ink, from) = (!ink, x);
        }
    }
    runs.push(row.len() - from);
}

/// The four-bar patterns in a row: whether the first bar is narrow, first column, column behind the last.
fn hits(runs: &[usize], mm: f32) -> impl Iterator<Item = (bool, usize, usize)> {
    let mut at = 0;
    runs.iter().enumerate().filter_map(move |(i, &run)| {
        let left = at;
        at += run;
        // Runs of ink have odd numbers.
        let seven = runs.get(i..i + 7).filter(|_| i % 2 == 1)?;
        let total: usize = seven.iter().sum();
        let unit = total as f32 / UNITS;
        if !(NARROW_MM.0..=NARROW_MM.1).contains(&(unit * mm)) {
            return None;
        }
        let quiet = |run: Option<&usize>| run.is_none_or(|&n| n as f32 >= 1.2 * unit);
        if !quiet(runs.get(i - 1).filter(|_| i > 1)) || !quiet(runs.get(i + 7).filter(|_| i + 8 < runs.len())) {
            return None;
        }
        let narrow = |n: usize| (0.45..=1.65).contains(&(n as f32 / unit));
        let wide = |n: usize| (1.8..=3.2).contains(&(n as f32 / unit));
        let gaps = [1, 3, 5].iter().all(|&g| narrow(seven[g]));
        let (a, b, c, d) = (seven[0], seven[2], seven[4], seven[6]);
        let first_narrow = narrow(a) && wide(b) && narrow(c) && wide(d);
        let first_wide = wide(a) && narrow(b) && wide(c) && narrow(d);
        (gaps && (first_narrow || first_wide)).then_some((first_narrow, left, left + total))
    })
}
