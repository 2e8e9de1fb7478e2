//! The order in which a person reads the lines.

use super::line::Line;
use super::rules::{Rule, Rules};

/// Blocks of lines in reading order.
pub(super) fn blocks(lines: Vec<Line>, rules: &Rules, slope: f32) -> Vec<Vec<Line>> {
    let tables = tables(rules);
    let mut inside: Vec<Vec<Line>> = tables.iter().map(|_| Vec::new()).collect();
    let mut free: Vec<Line> = Vec::new();
    for line in lines {
        let (x, y) = line.middle();
        match tables.iter().position(|t| t.holds(x, y)) {
            Some(t) => inside[t].push(line),
            None => free.push(line),
        }
    }
    free.sort_by(|a, b| a.level(slope).total_cmp(&b.level(slope)));
    let mut tables: Vec<(f32, Vec<Vec<Line>>)> = tables
        .iter()
        .zip(inside)
        .filter(|(_, lines)| !lines.is_empty())
        .map(|(t, lines)| (t.top - slope * (t.left + t.right) / 2.0, t.cells(lines, rules, slope)))
        .collect();
    tables.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out = Vec::new();
    let mut free = free.into_iter().peekable();
    for (top, cells) in tables {
        let mut before = Vec::new();
        while let Some(line) = free.next_if(|l| l.level(slope) < top) {
            before.push(line);
        }
        out.extend(free_blocks(before, slope));
        out.extend(cells);
    }
    out.extend(free_blocks(free.collect(), slope));
    out
}

/// Most rules of each direction that make tables.
const MOST: usize = 250;

/// The area of a ruled table.
struct Table {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Table {
    fn holds(&self, x: f32, y: f32) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    fn meets(&self, r: &Rule) -> bool {
        const NEAR: f32 = 5.0;
        r.left <= self.right + NEAR
            && r.right >= self.left - NEAR
            && r.top <= self.bottom + NEAR
            && r.bottom >= self.top - NEAR
    }

    fn of(r: &Rule) -> Self {
        Self { left: r.left, top: r.top, right: r.right, bottom: r.bottom }
    }

    fn grow(&mut self, other: &Self) {
        self.left = self.left.min(other.left);
        self.right = self.right.max(other.right);
        self.top = self.top.min(other.top);
        self.bottom = self.bottom.max(other.bottom);
    }

    /// The lines of each cell, row by row.
    fn cells(&self, lines: Vec<Line>, rules: &Rules, slope: f32) -> Vec<Vec<Line>> {
        let corner = |line: &Line| {
            let (x, y) = line.middle();
            let above = rules.level.iter().filter(|r| (r.left..=r.right).contains(&x) && r.y(x) < y);
            let top = above.map(|r| r.y(x) - slope * x).fold(f32::MIN, f32::max);
            let before = rules.upright.iter().filter(|r| (r.top..=r.bottom).contains(&y) && r.x(y) < x);
            let left = before.map(|r| r.x(y)).fold(f32::MIN, f32::max);
            (top, left)
        };
        let mut placed: Vec<((f32, f32), Line)> = lines.into_iter().map(|l| (corner(&l), l)).collect();
        placed.sort_by(|a, b| a.0.0.total_cmp(&b.0.0));
        // Rows whose tops differ by less than a letter are one.
        let mut row = f32::MIN;
        for ((top, _), line) in &mut placed {
            if *top > row + line.x_height {
                row = *top;
            }
            *top = row;
        }
        placed.sort_by(|a, b| {
            let place = a.0.0.total_cmp(&b.0.0).then(a.0.1.total_cmp(&b.0.1));
            place.then(a.1.level(slope).total_cmp(&b.1.level(slope)))
        });
        let mut out: Vec<Vec<Line>> = Vec::new();
        let mut last = None;
        for (corner, line) in placed {
            let same = last.is_some_and(|(top, left): (f32, f32)| top == corner.0 && (left - corner.1).abs() < 8.0);
            match out.last_mut().filter(|_| same) {
                Some(cell) => cell.push(line),
                None => out.push(vec![line]),
            }
            last = Some(corner);
        }
        out.into_iter().flat_map(|cell| free_blocks(cell, slope)).collect()
    }
}

/// Areas in which upright and level rules meet.
fn tables(rules: &Rules) -> Vec<Table> {
    let level = &rules.level[..rules.level.len().min(MOST)];
    let mut tables: Vec<Table> = Vec::new();
    for r in rules.upright.iter().take(MOST) {
        let mut table = Table::of(r);
        let joins = |t: &Table| t.meets(r) || level.iter().any(|l| t.meets(l) && table.meets(l));
        let at = tables.iter().position(joins);
        let first = Table::of(r);
        level.iter().filter(|l| first.meets(l)).for_each(|l| table.grow(&Table::of(l)));
        match at {
            Some(at) => tables[at].grow(&table),
            None => tables.push(table),
        }
    }
    // A frame around the page or a lone upright rule orders nothing.
    tables.retain(|t| rules.upright.iter().filter(|r| t.meets(r)).count() >= 2);
    tables
}

/// Most rows above a head and below a foot: a page number, the mark of a signature.
const MARGIN: usize = 4;
/// Columns of a text have at least as many rows.
const COLUMNS: usize = 8;
/// Farthest that a line of a column is below the one before, in heights of x: when its row has lines of both columns, and
/// when it stands alone.
const BELOW: (f32, f32) = (14.0, 6.0);

/// Lines outside tables, sorted by height: paragraphs, and columns side by side.
fn free_blocks(lines: Vec<Line>, slope: f32) -> Vec<Vec<Line>> {
    let mut out: Vec<Vec<Line>> = Vec::new();
    let rows = rows(lines, slope);
    let mut open: Vec<Line> = Vec::new();
    let (mut wide_before, mut at) = (0, rows.into_iter().peekable());
    while let Some(row) = at.next() {
        let Some(mut columns) = Columns::new(&row) else {
            wide_before += 1;
            open.extend(row);
            continue;
        };
        let mut stretch = vec![row];
        while let Some(row) = at.next_if(|row| columns.take(row, stretch.last().map_or(&[], Vec::as_slice), slope)) {
            stretch.push(row);
        }
        flush(&mut out, &mut open);
        let head = wide_before <= MARGIN;
        let foot = at.len() <= MARGIN;
        let doubles = stretch.iter().filter(|r| r.len() > 1).count();
        let two = stretch.iter().filter(|r| r.len() > 2).count() * 3 <= doubles;
        if two && stretch.len() >= 2 && (head || foot || doubles >= COLUMNS) {
            let (left, right): (Vec<Line>, Vec<Line>) =
                stretch.into_iter().flatten().partition(|line| columns.is_left(line));
            out.extend([left, right].into_iter().filter(|side| !side.is_empty()));
        } else {
            out.extend(stretch.into_iter().flatten().map(|line| vec![line]));
        }
        wide_before += MARGIN + 1;
    }
    flush(&mut out, &mut open);
    out
}

fn flush(out: &mut Vec<Vec<Line>>, open: &mut Vec<Line>) {
    if !open.is_empty() {
        out.push(std::mem::take(open));
    }
}

/// Two columns with a gutter between them.
struct Columns {
    /// Right end of the left column and left end of the right one.
    gutter: (f32, f32),
    /// Levels of the last line on both sides.
    last: [f32; 2],
}

impl Columns {
    /// Columns that begin with the widest gap of a row.
    fn new(row: &[Line]) -> Option<Self> {
        let gaps = row.windows(2).map(|w| (w[0].right, w[1].left));
        let gutter = gaps.max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))?;
        Some(Self { gutter, last: [f32::MIN; 2] })
    }

    /// By which end a line sticks out of the gutter, or is nearer to.
    fn is_left(&self, line: &Line) -> bool {
        line.left - self.gutter.0 < self.gutter.1 - line.right
    }

    /// Takes the next row in, when nothing of it stands across the gutter and it is near.
    fn take(&mut self, row: &[Line], before: &[Line], slope: f32) -> bool {
        for line in before {
            let side = usize::from(!self.is_left(line));
            self.last[side] = self.last[side].max(line.level(slope));
        }
        let mut gutter = self.gutter;
        for line in row {
            let left = self.is_left(line);
            if left {
                gutter.0 = gutter.0.max(line.right);
            } else {
                gutter.1 = gutter.1.min(line.left);
            }
            let below = (line.level(slope) - self.last[usize::from(!left)]) / line.x_height;
            if gutter.1 - gutter.0 < line.x_height || below > if row.len() > 1 { BELOW.0 } else { BELOW.1 } {
                return false;
            }
        }
        self.gutter = gutter;
        true
    }
}

/// Lines side by side, from left to right.
fn rows(lines: Vec<Line>, slope: f32) -> Vec<Vec<Line>> {
    let mut rows: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        let beside = |row: &Vec<Line>| {
            row.iter().all(|l| {
                let near = (l.level(slope) - line.level(slope)).abs() <= 0.8 * l.x_height.min(line.x_height);
                near && (l.right <= line.left || line.right <= l.left)
            })
        };
        match rows.last_mut().filter(|row| beside(row)) {
            Some(row) => row.push(line),
            None => rows.push(vec![line]),
        }
    }
    rows.iter_mut().for_each(|row| row.sort_by(|a, b| a.left.total_cmp(&b.left)));
    rows
}
