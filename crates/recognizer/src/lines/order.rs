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

    fn take(&mut self, r: &Rule) {
        self.left = self.left.min(r.left);
        self.right = self.right.max(r.right);
        self.top = self.top.min(r.top);
        self.bottom = self.bottom.max(r.bottom);
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
    let mut tables: Vec<Table> = Vec::new();
    for r in rules.upright.iter().take(200) {
        let mut table = Table { left: r.left, top: r.top, right: r.right, bottom: r.bottom };
        let joins = |t: &Table| t.meets(r) || rules.level.iter().any(|l| t.meets(l) && table.meets(l));
        let at = tables.iter().position(joins);
        let first = Table { ..table };
        rules.level.iter().filter(|l| first.meets(l)).for_each(|l| table.take(l));
        match at {
            Some(at) => {
                let found = &mut tables[at];
                found.left = found.left.min(table.left);
                found.right = found.right.max(table.right);
                found.top = found.top.min(table.top);
                found.bottom = found.bottom.max(table.bottom);
            }
            None => tables.push(table),
        }
    }
    // A frame around the page or a lone upright rule orders nothing.
    tables.retain(|t| rules.upright.iter().filter(|r| t.meets(r)).count() >= 2);
    tables
}

/// Lines outside tables, sorted by height: paragraphs, and columns side by side.
fn free_blocks(lines: Vec<Line>, slope: f32) -> Vec<Vec<Line>> {
    let mut out: Vec<Vec<Line>> = Vec::new();
    let rows = rows(lines, slope);
    let mut open: Vec<Line> = Vec::new();
    let mut at = rows.into_iter().peekable();
    while let Some(row) = at.next() {
        if row.len() < 2 {
            open.extend(row);
            continue;
        }
        // A stretch of rows with one gutter.
        let mut gutter = (row[0].right, row[1].left);
        let mut table = row.len() > 2;
        let mut stretch = vec![row];
        while let Some(row) = at.next_if(|row| goes_on(row, &stretch, gutter, slope)) {
            for line in &row {
                if line.middle().0 < (gutter.0 + gutter.1) / 2.0 {
                    gutter.0 = gutter.0.max(line.right);
                } else {
                    gutter.1 = gutter.1.min(line.left);
                }
            }
            table |= row.len() > 2;
            stretch.push(row);
        }
        flush(&mut out, &mut open);
        if table || stretch.len() < 2 {
            out.extend(stretch.into_iter().flatten().map(|line| vec![line]));
        } else {
            let x = (gutter.0 + gutter.1) / 2.0;
            let (left, right): (Vec<Line>, Vec<Line>) =
                stretch.into_iter().flatten().partition(|line| line.middle().0 < x);
            out.extend([left, right].into_iter().filter(|side| !side.is_empty()));
        }
    }
    flush(&mut out, &mut open);
    out
}

/// Ends a block; lines far apart from each other are blocks of their own.
fn flush(out: &mut Vec<Vec<Line>>, open: &mut Vec<Line>) {
    if !open.is_empty() {
        out.push(std::mem::take(open));
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

/// Whether a row belongs to the columns above: nothing stands in the gutter, and it is near.
fn goes_on(row: &[Line], stretch: &[Vec<Line>], gutter: (f32, f32), slope: f32) -> bool {
    let x = (gutter.0 + gutter.1) / 2.0;
    let clear = row.iter().all(|l| {
        let side = l.right <= x || l.left >= x;
        let left = gutter.0.max(if l.right <= x { l.right } else { gutter.0 });
        let right = gutter.1.min(if l.left >= x { l.left } else { gutter.1 });
        side && right - left >= 0.8 * l.x_height
    });
    let near = |l: &Line| {
        stretch.iter().rev().take(6).flatten().any(|s| {
            let same_side = (s.middle().0 < x) == (l.middle().0 < x);
            let gap = l.level(slope) - s.level(slope);
            same_side && gap <= if row.len() > 1 { 14.0 } else { 3.6 } * l.x_height.max(s.x_height)
        })
    };
    clear && row.iter().all(near)
}
