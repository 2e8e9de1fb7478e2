//! The head of an administrative paper (Nghị định 30/2020, annex I): the issuing body on the left with number, symbol and
//! `V/v`; on the right the national title with place and date.

use std::ops::Range;

use jiff::civil::Date;
use sohoa_domain::{Field, FieldIssue, FieldName, Word, text::fold};

use super::check;
use super::glyphs::Glyphs;
use super::layout::{Layout, Piece, box_of, capitals};
use super::rules::FieldRules;
use crate::approx::{distance, letters};

/// Lines that the right column begins with, as syllables.
const NATIONAL_TITLES: [&str; 3] =
    ["cong hoa xa hoi chu nghia viet nam", "doc lap tu do hanh phuc", "dang cong san viet nam"];

/// Of how many letters of a national title one may be wrong.
const LETTERS_A_MISTAKE: usize = 5;

/// From this confidence on a part counts as read: the weakest word of it that was still right, on generated papers.
/// Digits and abbreviations have rules besides; names of places have none.
const SURE_NUMBER: f32 = 0.95;
const SURE_DATE: f32 = 0.95;
const SURE_ISSUER: f32 = 0.99;
const SURE_SUBJECT: f32 = 0.985;

/// Where the head is and what it says.
pub(super) struct Head<'a> {
    pub(super) fields: Vec<Field>,
    /// The row `Số: …`.
    number: Option<Piece<'a>>,
    /// What the symbol begins with.
    pub(super) symbol: Option<String>,
    /// The paper is a letter: `V/v` stands under its number.
    pub(super) is_letter: bool,
    /// Baseline of its last line, px of the levelled page.
    pub(super) end: f32,
}

/// Where the national title is.
struct Title {
    left: f32,
    right: f32,
    y: f32,
    height: f32,
}

/// The head of a page; `None` when there is no national title.
pub(super) fn head<'a>(rules: &FieldRules, layout: &Layout<'a>, page: u32, scanned: Option<Date>) -> Option<Head<'a>> {
    let title = national_title(layout)?;
    let centre = (title.left + title.right) / 2.0;
    if centre < layout.width * 0.54 {
        // A form: the national title is centred and nothing stands beside it.
        let end = title.y + title.height * 2.0;
        return Some(Head { fields: Vec::new(), number: None, symbol: None, is_letter: false, end });
    }
    let (left, right) = columns(layout, &title);
    let end = title.y + title.height * 1.2;
    let mut head = Head { fields: Vec::new(), number: None, symbol: None, is_letter: false, end };
    if let Some((y, field)) = date_of(&right, page, scanned) {
        head.end = head.end.max(y);
        head.fields.push(field);
    }
    let numbered = left.iter().position(|row| number_label(row).is_some());
    if let Some(row) = numbered.map(|i| &left[i]) {
        head.end = head.end.max(row.y);
        head.symbol = number(row, page, &mut head.fields);
        head.number = Some(row.clone());
    }
    let bodies = &left[..numbered.unwrap_or(left.len())];
    issuer(rules, bodies, numbered.is_some(), page, &mut head.fields);
    let about = numbered.map(|i| about_rows(&left[i + 1..])).unwrap_or_default();
    if let Some(last) = about.last() {
        head.end = head.end.max(last.y);
        head.is_letter = true;
        head.fields.extend(about_field(about, page));
    }
    Some(head)
}

impl Head<'_> {
    /// Where the symbol does not begin with the abbreviation of the title's type, takes the reading of the number's row that
    /// does, if the recognizer offers one with the same digits that breaks no rule. What differs from the first reading is
    /// doubtful.
    pub(super) fn agree_with_title(&mut self, expected: &str, page: u32) {
        if self.symbol.as_deref() == Some(expected) {
            return;
        }
        let Some(row) = self.number.take() else { return };
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        for (i, word) in row.words.iter().enumerate() {
            for text in word.alternatives.iter().filter(|text| digits(text) == digits(&word.text)) {
                let other = Word { text: text.clone(), ..Word::new("", word.rect, word.confidence) };
                let mut row = row.clone();
                row.words[i] = &other;
                let mut fields = Vec::new();
                let symbol = number(&row, page, &mut fields);
                let is_regular =
                    |f: &Field| !matches!(f.issue, Some(FieldIssue::NumberGrammar | FieldIssue::SymbolGrammar));
                if symbol.as_deref() == Some(expected) && fields.iter().all(is_regular) {
                    self.symbol = symbol;
                    self.take(fields);
                    return;
                }
            }
        }
    }

    /// Puts another reading of the number's row in the place of the first.
    fn take(&mut self, fields: Vec<Field>) {
        for mut field in fields {
            let first = self.fields.iter().position(|f| f.name == field.name);
            if first.is_some_and(|i| self.fields[i].value == field.value) {
                continue;
            }
            field.confident = false;
            field.issue = field.issue.or(Some(FieldIssue::Doubtful));
            match first {
                Some(i) => self.fields[i] = field,
                None => self.fields.push(field),
            }
        }
    }
}

/// Whether a page begins with the head of a paper.
pub(super) fn begins_a_paper(layout: &Layout<'_>) -> bool {
    national_title(layout).is_some()
}

fn national_title(layout: &Layout<'_>) -> Option<Title> {
    let upper = layout.pieces.iter().filter(|p| p.y < layout.height * 0.4);
    let pieces: Vec<&Piece<'_>> = upper.collect();
    for anchor in NATIONAL_TITLES {
        for piece in &pieces {
            if let Some(words) = anchored(piece, anchor) {
                let part = layout.piece(&piece.words[words], piece.y, piece.height)?;
                let mut title = Title { left: part.left, right: part.right, y: part.y, height: part.height };
                if anchor.starts_with("doc lap") {
                    // It stands under the first line, which is a quarter wider.
                    let more = (title.right - title.left) * 0.18;
                    (title.left, title.right) = (title.left - more, title.right + more);
                    title.y -= title.height * 1.1;
                }
                return Some(title);
            }
        }
    }
    None
}

/// Words of a piece that are the anchor.
fn anchored(piece: &Piece<'_>, anchor: &str) -> Option<Range<usize>> {
    // Most lines of a page are sorted out by this alone.
    let all = piece.letters();
    if anchor.split(' ').filter(|syllable| all.contains(syllable)).count() < 2 {
        return None;
    }
    let anchor = letters(anchor);
    let most = anchor.len() / LETTERS_A_MISTAKE;
    let folded: Vec<String> = piece.words.iter().map(|w| letters(&w.text)).collect();
    let mut best: Option<(usize, Range<usize>)> = None;
    for start in 0..folded.len() {
        let mut joined = String::new();
        for (end, word) in folded.iter().enumerate().skip(start) {
            joined.push_str(word);
            if joined.len() > anchor.len() + most {
                break;
            }
            if let Some(d) = distance(&joined, &anchor, most)
                && best.as_ref().is_none_or(|(b, _)| d < *b)
            {
                best = Some((d, start..end + 1));
            }
        }
    }
    best.map(|(_, words)| words)
}

/// Rows of the left and of the right column, from the first line of the national title on.
fn columns<'a>(layout: &Layout<'a>, title: &Title) -> (Vec<Piece<'a>>, Vec<Piece<'a>>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let unit = title.height;
    let zone = title.y - 1.3 * unit..title.y + 14.0 * unit;
    let gutter = title.left - 0.2 * unit;
    for piece in layout.pieces.iter().filter(|p| zone.contains(&p.y)) {
        if piece.right <= gutter + 0.8 * unit {
            left.push(piece.clone());
        } else if piece.left >= gutter - 2.5 * unit {
            right.push(piece.clone());
        } else if let Some(at) = parting(piece, gutter, unit) {
            let (a, b) = piece.words.split_at(at);
            left.extend(layout.piece(a, piece.y, piece.height));
            right.extend(layout.piece(b, piece.y, piece.height));
        } else if piece.letters().contains("ngay") && piece.y < title.y + 5.0 * unit {
            // A long name of a place reaches over the gutter.
            right.push(piece.clone());
        } else if piece.y > title.y + 2.5 * unit {
            // The first line over the whole width ends the head.
            break;
        }
    }
    (layout.rows(left), layout.rows(right))
}

/// The word of a piece that reaches over the gutter with which its right part begins: behind its widest space near the
/// gutter, or at the first word of the national title or the date.
fn parting(piece: &Piece<'_>, gutter: f32, unit: f32) -> Option<usize> {
    let gap = |i: usize| piece.words[i].rect.left - piece.words[i - 1].rect.right;
    let near = |i: &usize| (piece.words[*i].rect.left - gutter).abs() < 4.0 * unit;
    let widest = (1..piece.words.len()).filter(near).max_by(|a, b| gap(*a).total_cmp(&gap(*b)))?;
    let rest: Vec<&str> = piece.words[widest..].iter().map(|w| w.text.as_str()).collect();
    let rest = letters(&rest.join(""));
    let is_title = |anchor: &str| distance(&rest, &letters(anchor), anchor.len() / LETTERS_A_MISTAKE).is_some();
    let is_right = NATIONAL_TITLES.into_iter().any(is_title)
        || rest.contains("ngay") && (rest.contains("thang") || rest.contains("nam"));
    (is_right || gap(widest) > 0.8 * unit).then_some(widest)
}

/// Place and date: `…, ngày 05 tháng 6 năm 2023`.
fn date_of(rows: &[Piece<'_>], page: u32, scanned: Option<Date>) -> Option<(f32, Field)> {
    rows.iter().find_map(|row| Some((row.y, date_field(&row.words, page, scanned)?)))
}

/// The date in a line `…, ngày 05 tháng 6 năm 2023`, `None` when there is none or it is left open.
pub(super) fn date_field(words: &[&Word], page: u32, scanned: Option<Date>) -> Option<Field> {
    let glyphs = Glyphs::new(words);
    let month = glyphs.find("thang", 4)?;
    let day = glyphs.find_last("ngay", month.start)?;
    let year = glyphs.find("nam", month.end)?;
    let mut end = glyphs.len();
    while end > year.end && glyphs.get(end - 1).is_some_and(|g| !g.c.is_alphanumeric()) {
        end -= 1;
    }
    let parts = [day.end..month.start, month.end..year.start, year.end..end];
    let [d, m, y] = parts.clone().map(|p| glyphs.compact(p));
    let is_open =
        |part: &String| part.chars().all(|c| matches!(c, '.' | '…' | '·' | '_' | '-' | '–' | '—' | ',' | ':'));
    if [&d, &m, &y].into_iter().any(is_open) {
        return None;
    }
    let (date, issue) = check::date(&d, &m, &y, scanned);
    let whole = day.start..end;
    let value = date.map_or_else(|| glyphs.text(whole.clone()), |d| d.to_string());
    let confidence = parts.iter().map(|p| glyphs.confidence(p.clone())).fold(1.0, f32::min);
    let filled = || parts[..2].iter().any(|p| is_filled_in(&glyphs, p.clone(), &parts[2]));
    let issue = issue.or_else(|| filled().then_some(FieldIssue::FilledIn));
    let issue = issue.or((confidence < SURE_DATE).then_some(FieldIssue::Doubtful));
    let rect = glyphs.box_of(whole);
    Some(Field { name: FieldName::DATE, value, page, rect, confidence, confident: issue.is_none(), issue })
}

/// Whether digits differ in height from printed ones, or stand at other distances: written or stamped later.
fn is_filled_in(glyphs: &Glyphs<'_>, part: Range<usize>, printed: &Range<usize>) -> bool {
    let (own, theirs) = (glyphs.box_of(part.clone()), glyphs.box_of(printed.clone()));
    let ratio = own.height() / theirs.height().max(1.0);
    let unit = theirs.height().max(1.0);
    let before = part.start.checked_sub(1).and_then(|i| glyphs.gap_after(i));
    let after = part.end.checked_sub(1).and_then(|i| glyphs.gap_after(i));
    let odd = |gap: Option<f32>| gap.is_none_or(|gap| gap < 0.05 * unit || gap > 0.95 * unit);
    !(0.85..=1.18).contains(&ratio) || odd(before) || odd(after)
}

/// Where the text behind `Số:` begins, in characters without spaces.
fn number_label(row: &Piece<'_>) -> Option<usize> {
    let glyphs = Glyphs::new(&row.words);
    let folded = |i: usize| glyphs.get(i).map(|g| g.folded);
    let at = |i: usize| glyphs.get(i).map(|g| g.c);
    // Specks before it are read as marks.
    let s = (0..glyphs.len().min(3)).find(|&i| at(i).is_some_and(|c| c.is_alphanumeric() || c == '$'))?;
    let is_s = matches!(at(s)?, 'S' | 's' | '$' | '5');
    let is_o = matches!(folded(s + 1)?, 'o' | '0' | 'e' | '6');
    let has_slash = (s + 2..glyphs.len()).any(|i| at(i) == Some('/'));
    if !is_s || !is_o {
        return None;
    }
    let mut end = s + 2;
    while at(end).is_some_and(|c| matches!(c, ':' | '.' | ';' | ',' | '…' | '·')) {
        end += 1;
    }
    // "SỞ …" is a body, not a number.
    let labelled = end > s + 2 || at(end).is_some_and(|c| c.is_ascii_digit() || c == '/');
    // With its colon it is one even when the slash was not read: nothing of the body's name stands here.
    let colon = at(s + 2) == Some(':');
    (labelled && (has_slash || colon)).then_some(end)
}

/// Where the slash of `15/QĐ-UBND` stands when it was not read: nowhere else do capitals follow digits.
fn lost_slash(glyphs: &Glyphs<'_>, start: usize) -> Option<Range<usize>> {
    let at = |i: usize| glyphs.get(i).map(|g| g.c);
    let end = (start..glyphs.len()).find(|&i| at(i).is_some_and(|c| !c.is_ascii_digit()))?;
    let capitals = (end..end + 2).all(|i| at(i).is_some_and(char::is_uppercase));
    let hyphen = (end + 2..glyphs.len()).any(|i| at(i) == Some('-'));
    (end > start && capitals && hyphen).then_some(end..end)
}

/// Number, year and symbol of a row `Số: 15/QĐ-UBND`; returns the symbol's first part.
fn number(row: &Piece<'_>, page: u32, fields: &mut Vec<Field>) -> Option<String> {
    let glyphs = Glyphs::new(&row.words);
    let at = |i: usize| glyphs.get(i).map(|g| g.c);
    let start = number_label(row)?;
    let slash = (start..glyphs.len()).find(|&i| at(i) == Some('/'));
    let lost = slash.is_none();
    let slash = slash.map_or_else(|| lost_slash(&glyphs, start), |i| Some(i..i + 1))?;
    let mut field = |name: FieldName, part: Range<usize>, issue: Option<FieldIssue>| {
        let confidence = glyphs.confidence(part.clone());
        let issue = issue.or((lost || confidence < SURE_NUMBER).then_some(FieldIssue::Doubtful));
        let value = glyphs.compact(part.clone());
        let rect = glyphs.box_of(part);
        fields.push(Field { name, value, page, rect, confidence, confident: issue.is_none(), issue });
    };
    // A party paper: 15-QĐ/HU.
    let hyphen = (start..slash.start).find(|&i| at(i) == Some('-'));
    let (number_end, mut symbol_start) = match hyphen {
        Some(h) if (start..h).all(|i| at(i).is_some_and(|c| c.is_ascii_digit())) && h > start => (h, h + 1),
        _ => (slash.start, slash.end),
    };
    let is_mark = |i: usize| at(i).is_some_and(|c| !c.is_alphanumeric());
    let is_odd = |i: usize| at(i).is_some_and(|c| !check::is_plain_mark(c));
    let (mut first, mut last) = (start, number_end);
    while first < last && is_mark(first) {
        first += 1;
    }
    while last > first && is_mark(last - 1) {
        last -= 1;
    }
    // Strokes of a pen that were read as letters are no number.
    if (first..last).any(|i| at(i).is_some_and(|c| c.is_ascii_digit())) {
        let digits = glyphs.compact(first..last);
        let filled = || {
            // A printed number stands in one word with its symbol.
            let gap = glyphs.gap_after(number_end - 1);
            gap.is_some_and(|gap| gap > 0.12 * row.height)
        };
        let issue = check::number(&digits).or_else(|| filled().then_some(FieldIssue::FilledIn));
        let cut = (start..first).chain(last..number_end).any(is_odd).then_some(FieldIssue::Doubtful);
        let issue = issue.or(cut);
        field(FieldName::NUMBER, first..last, issue);
    }
    // A statutory paper: 15/2023/QĐ-UBND.
    let year = symbol_start..symbol_start + 4;
    if year.clone().all(|i| at(i).is_some_and(|c| c.is_ascii_digit())) && at(year.end) == Some('/') {
        symbol_start = year.end + 1;
        field(FieldName::NUMBER_YEAR, year, None);
    }
    // It goes on behind a space only beside a hyphen or slash: QĐ - UBND.
    let joins = |i: usize| at(i).is_some_and(|c| matches!(c, '-' | '/'));
    let parted = |i: &usize| glyphs.gap_after(*i).is_some() && !joins(*i) && !joins(*i + 1);
    let mut end = (symbol_start..glyphs.len()).find(parted).map_or(glyphs.len(), |i| i + 1);
    let rest = end;
    while end > symbol_start && is_mark(end - 1) {
        end -= 1;
    }
    let cut = (end..rest).any(is_odd) || (rest..glyphs.len()).any(|i| !is_mark(i));
    let cut = cut.then_some(FieldIssue::Doubtful);
    if end <= symbol_start {
        return None;
    }
    let symbol = glyphs.compact(symbol_start..end);
    field(FieldName::SYMBOL, symbol_start..end, check::symbol(&symbol, None).or(cut));
    symbol.split(['-', '/']).next().map(str::to_owned)
}

/// The issuing body and the one above it from the rows over the number.
fn issuer(rules: &FieldRules, rows: &[Piece<'_>], numbered: bool, page: u32, fields: &mut Vec<Field>) {
    // Without a number nothing says where the body's name ends: as long as the lines are in capitals, close together.
    let mut chosen: Vec<&Piece<'_>> = Vec::new();
    for row in rows {
        let is_name = row.capitals() > 0.7 && letters(&row.text()).len() > 1;
        let near = chosen.last().is_none_or(|last| row.y - last.y < 2.4 * last.height);
        if is_name && near {
            chosen.push(row);
        } else if !chosen.is_empty() && (!numbered || !near) {
            break;
        }
    }
    if chosen.is_empty() || chosen.len() > 6 {
        return;
    }
    let starts = |row: &Piece<'_>| {
        let text = fold(&row.text());
        rules
            .bodies
            .iter()
            .any(|b| text.strip_prefix(b.as_str()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
    };
    let goes_on = |row: &Piece<'_>| {
        let text = fold(&row.text());
        text.ends_with(" va") || text.ends_with([',', '-', '–'])
    };
    let last_start = (1..chosen.len()).rev().find(|&i| starts(chosen[i]) && !goes_on(chosen[i - 1]));
    let at = last_start.unwrap_or(0);
    let issue = (chosen.len() > 1 && !chosen.iter().any(|r| starts(r))).then_some(FieldIssue::Doubtful);
    let mut field = |name: FieldName, rows: &[&Piece<'_>]| {
        let words: Vec<&Word> = rows.iter().flat_map(|r| r.words.iter().copied()).collect();
        let confidence = words.iter().map(|w| w.confidence).fold(1.0, f32::min);
        let texts: Vec<String> = rows.iter().map(|r| r.text()).collect();
        let value = texts.join(" ");
        let odd = capitals(&value) < 1.0 || !check::is_clean_name(&value);
        let issue = issue.or((confidence < SURE_ISSUER || odd).then_some(FieldIssue::Doubtful));
        fields.push(Field { name, value, page, rect: box_of(words), confidence, confident: issue.is_none(), issue });
    };
    if at > 0 {
        field(FieldName::PARENT_BODY, &chosen[..at]);
    }
    field(FieldName::ISSUER, &chosen[at..]);
}

/// Rows of `V/v …` under the number.
fn about_rows<'r, 'a>(rows: &'r [Piece<'a>]) -> &'r [Piece<'a>] {
    let Some(first) = rows.first().filter(|r| about_label(r).is_some()) else { return &[] };
    let mut end = 1;
    while let Some(row) = rows.get(end) {
        let last = &rows[end - 1];
        if row.y - last.y > 1.75 * first.height || row.capitals() > 0.8 {
            break;
        }
        end += 1;
    }
    &rows[..end]
}

/// Characters of the label `V/v`.
fn about_label(row: &Piece<'_>) -> Option<usize> {
    let glyphs = Glyphs::new(&row.words);
    let at = |i: usize| glyphs.get(i).map(|g| g.folded);
    let slash = matches!(at(1)?, '/' | 'l' | '|' | 'i' | '1');
    let v = |c: char| matches!(c, 'v' | 'y');
    (v(at(0)?) && slash && v(at(2)?)).then(|| {
        let colon = at(3).is_some_and(|c| matches!(c, ':' | '.'));
        3 + usize::from(colon)
    })
}

fn about_field(rows: &[Piece<'_>], page: u32) -> Option<Field> {
    let start = about_label(rows.first()?)?;
    let words: Vec<&Word> = rows.iter().flat_map(|r| r.words.iter().copied()).collect();
    let glyphs = Glyphs::new(&words);
    if start >= glyphs.len() {
        return None;
    }
    let part = start..glyphs.len();
    let confidence = glyphs.confidence(part.clone());
    let strange = words.iter().any(|w| w.strange);
    let (value, rect) = (glyphs.text(part.clone()), glyphs.box_of(part));
    let odd = strange || check::has_mark_within(&value);
    let issue = (confidence < SURE_SUBJECT || odd).then_some(FieldIssue::Doubtful);
    Some(Field { name: FieldName::SUBJECT, value, page, rect, confidence, confident: issue.is_none(), issue })
}
