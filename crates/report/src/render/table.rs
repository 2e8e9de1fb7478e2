//! Tables on pages: columns as wide as their content asks for, long words broken, the head on every page.

use sohoa_pdf::Typeface;

use super::page::{Flow, Ink};
use super::{Cell, Row, Table, measure, text};

/// Rows that are printed: nobody leafs through more.
const MOST_ROWS: usize = 2_000;
const TEXT: Ink = Ink::new(Typeface::Serif, 10.5);
const STRONG: Ink = Ink::new(Typeface::SerifBold, 10.5);
const HEAD: Ink = Ink::new(Typeface::SerifBold, 10.0);
const TITLE: Ink = Ink::new(Typeface::SerifBold, 12.0);
const NOTE: Ink = Ink::new(Typeface::SerifItalic, 10.5);
/// Between a line and the text beside it, above and below it.
const PAD: f32 = 4.0;
const LEAD: f32 = 2.5;
/// Of a part of the row above.
const INDENT: f32 = 10.0;

/// Prints the table from the cursor on.
pub(super) fn print(flow: &mut Flow<'_>, table: &Table) {
    let widths = widths(flow, table);
    let head = Lines::head(flow, table, &widths);
    let first = table.rows.first().map_or(NOTE.line(), |row| Lines::row(flow, row, &widths).height);
    flow.need(TITLE.line() + head.height + first + 4.0);
    flow.lines(0.0, TITLE, &table.title);
    flow.y += 3.0;
    head.draw(flow, &widths);
    for row in table.rows.iter().take(MOST_ROWS) {
        let lines = Lines::row(flow, row, &widths);
        if !flow.has_room(lines.height) {
            flow.turn();
            head.draw(flow, &widths);
        }
        lines.draw(flow, &widths);
    }
    let left = table.rows.len().saturating_sub(MOST_ROWS);
    let note = match (table.rows.is_empty(), left) {
        (true, _) => "Không có dòng nào.".to_owned(),
        (false, 0) => String::new(),
        (false, left) => format!("… và {} dòng nữa: xem bản XLSX.", crate::number(left as u64)),
    };
    if !note.is_empty() {
        flow.y += 2.0;
        flow.lines(0.0, NOTE, &note);
    }
    flow.y += 14.0;
}

/// A row that is set: for each cell its lines, and where they stand in it.
struct Lines {
    cells: Vec<(Vec<String>, f32)>,
    ink: Ink,
    indent: f32,
    height: f32,
    shade: bool,
}

impl Lines {
    fn head(flow: &Flow<'_>, table: &Table, widths: &[f32]) -> Self {
        let cells = table.columns.iter().map(|name| (name.clone(), 0.5));
        Self { shade: true, ..Self::set(flow, cells, HEAD, 0.0, widths) }
    }

    fn row(flow: &Flow<'_>, row: &Row, widths: &[f32]) -> Self {
        let ink = if row.strong { STRONG } else { TEXT };
        let shift = |cell: &Cell| match cell {
            Cell::Count(_) | Cell::Percent { .. } => 1.0,
            Cell::Day(_) => 0.5,
            Cell::Text(_) | Cell::Empty => 0.0,
        };
        let cells = row.cells.iter().map(|cell| (text::cell(cell), shift(cell)));
        Self::set(flow, cells, ink, f32::from(row.level) * INDENT, widths)
    }

    fn set(flow: &Flow<'_>, cells: impl Iterator<Item = (String, f32)>, ink: Ink, indent: f32, widths: &[f32]) -> Self {
        // One row never fills more than half a page; what is cut off says so.
        let most = ((flow.height() / 2.0) / ink.line()) as usize;
        let fit = |(i, ((text, shift), width)): (usize, ((String, f32), &f32))| {
            let room = width - 2.0 * PAD - if i == 0 { indent } else { 0.0 };
            let mut lines = measure::wrap(&text, room, &|s| flow.fonts.width(ink.face, ink.size, s));
            if lines.len() > most {
                lines.truncate(most.saturating_sub(1));
                lines.push("…".to_owned());
            }
            (lines, shift)
        };
        let cells: Vec<(Vec<String>, f32)> = cells.zip(widths).enumerate().map(fit).collect();
        let lines = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(1);
        Self { cells, ink, indent, height: lines as f32 * ink.line() + 2.0 * LEAD, shade: false }
    }

    /// Draws it with its grid at the cursor and moves the cursor behind it.
    fn draw(&self, flow: &mut Flow<'_>, widths: &[f32]) {
        let (left, top, height) = (flow.left(), flow.y, self.height);
        let total: f32 = widths.iter().sum();
        if self.shade {
            flow.page().rect(left, top, total, height, 0.9);
        }
        let mut x = left;
        for (i, ((lines, shift), width)) in self.cells.iter().zip(widths).enumerate() {
            let indent = if i == 0 { self.indent } else { 0.0 };
            let free =
                if self.shade { (height - 2.0 * LEAD - lines.len() as f32 * self.ink.line()) / 2.0 } else { 0.0 };
            for (n, line) in lines.iter().enumerate() {
                let y = top + LEAD + free + n as f32 * self.ink.line();
                flow.put([x + PAD + indent, y], (width - 2.0 * PAD - indent, *shift), self.ink, line);
            }
            x += width;
        }
        let grid = |flow: &mut Flow<'_>, points: [(f32, f32); 2]| flow.page().line(&points, 0.5, 0.45);
        grid(flow, [(left, top), (left + total, top)]);
        grid(flow, [(left, top + height), (left + total, top + height)]);
        let mut x = left;
        grid(flow, [(x, top), (x, top + height)]);
        for width in widths {
            x += width;
            grid(flow, [(x, top), (x, top + height)]);
        }
        flow.y += height;
    }
}

/// Columns of figures get what they need, those of words share the rest by what they would like.
fn widths(flow: &Flow<'_>, table: &Table) -> Vec<f32> {
    let room = flow.width();
    let measured: Vec<(f32, bool)> = (0..table.columns.len())
        .map(|column| {
            let of_head = |text: &str| flow.fonts.width(HEAD.face, HEAD.size, text);
            let words = table.columns[column].split_whitespace();
            // On two lines at most, as far as its words allow.
            let head = words.map(of_head).fold(of_head(&table.columns[column]) * 0.6, f32::max);
            let rows = table.rows.iter().take(MOST_ROWS);
            let cells = rows.filter_map(|row| Some((row.cells.get(column)?, row.strong, row.level)));
            let mut is_words = table.rows.is_empty();
            let mut widest = head;
            for (cell, strong, level) in cells {
                is_words |= matches!(cell, Cell::Text(_));
                let ink = if strong { STRONG } else { TEXT };
                let indent = if column == 0 { f32::from(level) * INDENT } else { 0.0 };
                let printed = text::cell(cell);
                let lines = printed.lines().map(|line| flow.fonts.width(ink.face, ink.size, line));
                widest = widest.max(lines.fold(0.0, f32::max) + indent);
            }
            // A hair more, so that rounding never breaks a line.
            (widest + 2.0 * PAD + 0.5, is_words)
        })
        .collect();
    let sum = |words: bool| measured.iter().filter(|(_, w)| *w == words).map(|(w, _)| w).sum::<f32>();
    let (figures, words) = (sum(false), sum(true));
    if words == 0.0 {
        return measured.iter().map(|(width, _)| width * room / figures.max(1.0)).collect();
    }
    let rest = (room - figures).max(room * 0.2);
    if words <= rest {
        // Columns of words share what is left over.
        let more = (rest - words) / measured.iter().filter(|(_, is_words)| *is_words).count() as f32;
        return measured.iter().map(|(w, is_words)| if *is_words { w + more } else { *w }).collect();
    }
    // Narrow ones keep their width; the wide ones share what these leave.
    let mut wide: Vec<usize> = (0..measured.len()).filter(|i| measured[*i].1).collect();
    let mut left = rest;
    loop {
        let fair = left / wide.len().max(1) as f32;
        let (narrow, still): (Vec<usize>, Vec<usize>) = wide.iter().partition(|i| measured[**i].0 <= fair);
        if narrow.is_empty() {
            break;
        }
        left -= narrow.iter().map(|i| measured[*i].0).sum::<f32>();
        wide = still;
    }
    let scale = left / wide.iter().map(|i| measured[*i].0).sum::<f32>().max(1.0);
    measured.iter().enumerate().map(|(i, (w, _))| if wide.contains(&i) { w * scale } else { *w }).collect()
}
