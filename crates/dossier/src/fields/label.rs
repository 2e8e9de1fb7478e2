//! Fields that stand beside their label: "Họ và tên: …", "Số định danh cá nhân: …", "Thửa đất số: …".

use std::ops::Range;

use jiff::civil::Date;
use sohoa_domain::{Baseline, Block, Dpi, Field, FieldIssue, FieldName, Line, OcrPage, Rect, Rotation, Word};

use super::check;
use super::glyphs::Glyphs;
use super::layout::{Layout, Piece, box_of, capitals};
use super::rules::{FieldRules, LabelRule, Place, ValueKind};
use super::title::paper_type;
use crate::approx::{distance, letters};
use crate::id_card::{id_fits, is_male};

/// Labels do not begin behind this many words of a line's ordinal ("1.", "a)", "-").
const LONGEST_ORDINAL: usize = 2;

/// From this confidence on a value with a label counts as read.
const SURE: f32 = 0.97;

/// Letters of a text or an address, at most.
const LONGEST_TEXT: usize = 500;

/// A label on a line.
struct Hit<'r> {
    rule: &'r LabelRule,
    /// Words of the label.
    words: Range<usize>,
    /// It was read letter by letter as it is.
    exact: bool,
}

/// Fields by label of one page. `kind`: name of the paper's type.
pub(super) fn fields(
    rules: &FieldRules,
    layout: &Layout<'_>,
    page: u32,
    kind: Option<&str>,
    scanned: Option<Date>,
) -> Vec<Field> {
    let applies = |rule: &LabelRule| rule.types.is_empty() || kind.is_some_and(|k| rule.types.iter().any(|t| t == k));
    // Rules for this type come before those for all.
    let mut active: Vec<&LabelRule> = rules.labels.iter().filter(|r| applies(r)).collect();
    active.sort_by_key(|r| r.types.is_empty());
    let rows = layout.rows(layout.pieces.clone());
    let mut found: Vec<Field> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let hits = hits(&active, row);
        for (h, hit) in hits.iter().enumerate() {
            let end = hits.get(h + 1).map_or(row.words.len(), |next| next.words.start);
            let right = &row.words[hit.words.end..end];
            let field = value(hit, right, page, scanned);
            let below = || {
                let next = rows.get(i + 1)?;
                let near = next.y - row.y < 2.2 * row.height;
                let free = near && self::hits(&active, next).is_empty();
                free.then(|| value(hit, &next.words, page, scanned))?
            };
            let field = match hit.rule.place {
                Place::Right => field,
                Place::Below => below(),
                Place::Either => field.or_else(below),
            };
            if let Some(field) = field {
                add(&mut found, field);
            }
        }
    }
    found
}

/// The first of a name stays; another value under the same name makes it doubtful. Cards print names in capitals.
pub(super) fn add(found: &mut Vec<Field>, field: Field) {
    match found.iter_mut().find(|f| f.name == field.name) {
        None => found.push(field),
        Some(first) => {
            let other = first.value.to_lowercase() != field.value.to_lowercase();
            if other || field.issue == Some(FieldIssue::Contradicted) {
                first.issue = first.issue.or(Some(FieldIssue::Contradicted));
                first.confident = false;
            }
        }
    }
}

/// An id beside a birth date or a sex has to agree with them.
pub(super) fn check_ids(found: &mut [Field]) {
    let value = |name: FieldName| found.iter().find(|f| f.name == name).map(|f| f.value.clone());
    let birth = value(FieldName::BIRTH_DATE).and_then(|v| v.parse().ok());
    let male = value(FieldName::SEX).and_then(|s| is_male(&s));
    for id in found.iter_mut().filter(|f| f.name == FieldName::PERSON_ID && f.issue.is_none()) {
        if !id_fits(&id.value, birth, male) {
            id.issue = Some(FieldIssue::IdAgainstBirth);
            id.confident = false;
        }
    }
}

/// Labels of a row, left to right. A label begins the row (behind an ordinal), or follows a mark of punctuation or the
/// value of another label, and ends with a colon or before what can be its value.
fn hits<'r>(rules: &[&'r LabelRule], row: &Piece<'_>) -> Vec<Hit<'r>> {
    let mut out: Vec<Hit<'r>> = Vec::new();
    let mut at = 0;
    while at < row.words.len() {
        match hit_at(rules, row, at, !out.is_empty()) {
            Some(hit) => {
                at = hit.words.end;
                out.push(hit);
            }
            None => at += 1,
        }
    }
    out
}

fn hit_at<'r>(rules: &[&'r LabelRule], row: &Piece<'_>, at: usize, others: bool) -> Option<Hit<'r>> {
    let text = |i: usize| row.words[i].text.as_str();
    let is_ordinal = |i: usize| {
        let t = text(i);
        t.chars().count() <= 3 && (t.ends_with(['.', ')', '-', ':', '+', '*']) || t.chars().all(|c| !c.is_alphabetic()))
    };
    if !text(at).chars().any(char::is_alphabetic) {
        return None;
    }
    let begins = at <= LONGEST_ORDINAL && (0..at).all(is_ordinal);
    let follows = at > 0 && text(at - 1).ends_with([',', ';', '.', ')', ':']);
    let mut best: Option<(usize, Hit<'r>)> = None;
    for end in at + 1..=(at + 12).min(row.words.len()) {
        let colon = text(end - 1).ends_with(':') || row.words.get(end).is_some_and(|w| w.text == ":");
        // A label in the middle of a row needs its colon, or a capital behind a field.
        let capital = text(at).starts_with(char::is_uppercase);
        if !(begins || follows || colon && (others || capital)) {
            continue;
        }
        let joined: Vec<&str> = (at..end).map(text).collect();
        let read = letters(&joined.join(""));
        if read.len() < 2 {
            continue;
        }
        // A number in brackets is somebody's of whom the text speaks.
        let aside = text(at).starts_with('(');
        for rule in rules.iter().filter(|rule| !(aside && rule.kind == ValueKind::Phone)) {
            let errors = |label: &String| distance(&read, label, if label.len() < 6 { 0 } else { label.len() / 7 });
            let Some((label, wrong)) = rule.labels.iter().filter_map(|l| Some((l, errors(l)?))).min_by_key(|x| x.1)
            else {
                continue;
            };
            if wrong > 0 && !colon {
                continue;
            }
            let next = row.words.get(end).map(|w| w.text.as_str());
            if !colon && !may_follow(rule.kind, next) {
                continue;
            }
            let better = best
                .as_ref()
                .is_none_or(|(len, hit)| label.len() > *len || (label.len() == *len && !hit.exact && wrong == 0));
            if better {
                best = Some((label.len(), Hit { rule, words: at..end, exact: wrong == 0 }));
            }
        }
    }
    best.map(|(_, mut hit)| {
        if row.words.get(hit.words.end).is_some_and(|w| w.text == ":") {
            hit.words.end += 1;
        }
        hit
    })
}

/// Whether a word can begin such a value where the label has no colon.
fn may_follow(kind: ValueKind, word: Option<&str>) -> bool {
    let first = word.and_then(|w| w.chars().next());
    match kind {
        ValueKind::Name => false,
        ValueKind::Text | ValueKind::Address | ValueKind::Sex => false,
        ValueKind::Date | ValueKind::Number | ValueKind::Plot | ValueKind::PersonId => {
            first.is_some_and(|c| c.is_ascii_digit())
        }
        ValueKind::Phone => first.is_some_and(|c| c.is_ascii_digit() || c == '+' || c == '('),
    }
}

/// The value at the beginning of `words`.
fn value(hit: &Hit<'_>, words: &[&Word], page: u32, scanned: Option<Date>) -> Option<Field> {
    let glyphs = Glyphs::new(words);
    let (part, value, mut issue) = match hit.rule.kind {
        ValueKind::Date => date(&glyphs, scanned)?,
        ValueKind::PersonId => {
            let part = run(&glyphs, |c| c.is_ascii_digit(), is_digit_like)?;
            let value = glyphs.compact(part.clone());
            let issue = check::person_id(&value).or_else(|| part_of_id(&glyphs, &part).then_some(FieldIssue::Doubtful));
            (part, value, issue)
        }
        ValueKind::Phone => {
            let part = run(
                &glyphs,
                |c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '(' | ')'),
                |c| c.is_alphanumeric(),
            )?;
            let value = glyphs.text(part.clone());
            let issue = check::phone(&value).or_else(|| touched(&glyphs, &part).then_some(FieldIssue::Doubtful));
            (part, value, issue)
        }
        ValueKind::Number | ValueKind::Plot => {
            let first = words.first()?;
            let value = first.text.trim_matches(|c: char| !c.is_alphanumeric());
            let start = first.text.find(value).map(|b| first.text[..b].chars().count())?;
            if value.is_empty() {
                return None;
            }
            let part = start..start + value.chars().count();
            let issue = if !value.bytes().all(|b| b.is_ascii_digit()) {
                Some(FieldIssue::Pattern)
            } else {
                (touched(&glyphs, &part) || number_follows(&words[1..])).then_some(FieldIssue::Doubtful)
            };
            (part, value.to_owned(), issue)
        }
        ValueKind::Name => {
            let n = words.iter().take_while(|w| is_name_word(&w.text)).count();
            let stop = words.iter().take(n).position(|w| w.text.ends_with([',', ';', '.'])).map_or(n, |i| i + 1);
            let chosen = stop.min(6);
            if chosen == 0 {
                return None;
            }
            let count: usize = words[..chosen].iter().map(|w| w.text.chars().count()).sum();
            let last = glyphs.get(count - 1).is_some_and(|g| !g.c.is_alphabetic());
            let part = 0..count - usize::from(last);
            let value = glyphs.text(part.clone());
            let issue = (chosen < 2 || stop > 6).then_some(FieldIssue::Doubtful);
            (part, value, issue)
        }
        ValueKind::Sex => {
            let first = words.first()?;
            let value = first.text.trim_end_matches(|c: char| !c.is_alphabetic());
            let known = matches!(value, "Nam" | "Nữ" | "nam" | "nữ");
            (0..value.chars().count(), value.to_owned(), (!known).then_some(FieldIssue::Pattern))
        }
        ValueKind::Text | ValueKind::Address => {
            let part = 0..glyphs.len().min(LONGEST_TEXT);
            let value = glyphs.text(part.clone()).trim_matches([' ', ':', ';', '.', ',']).to_owned();
            (part, value, None)
        }
    };
    if value.is_empty() || !value.chars().any(char::is_alphanumeric) {
        return None;
    }
    if hit.rule.pattern.as_ref().is_some_and(|p| !p.is_match(&value)) {
        issue = issue.or(Some(FieldIssue::Pattern));
    }
    let confidence = glyphs.confidence(part.clone());
    if confidence < SURE || !hit.exact {
        issue = issue.or(Some(FieldIssue::Doubtful));
    }
    // Where an address or a text ends no rule can tell.
    let open = matches!(hit.rule.kind, ValueKind::Text | ValueKind::Address);
    if open {
        issue = issue.or(Some(FieldIssue::Doubtful));
    }
    let rect = glyphs.box_of(part);
    Some(Field { name: hit.rule.field.clone(), value, page, rect, confidence, confident: issue.is_none(), issue })
}

/// Characters from the first on that are `good`; what is only `like` them ends up in the value too, which then breaks its
/// rule, rather than being cut off.
fn run(glyphs: &Glyphs<'_>, good: impl Fn(char) -> bool, like: impl Fn(char) -> bool) -> Option<Range<usize>> {
    let start = (0..glyphs.len().min(3)).find(|&i| glyphs.get(i).is_some_and(|g| good(g.c)))?;
    let mut end = start;
    while let Some(g) = glyphs.get(end) {
        let spaced = end > start && glyphs.gap_after(end - 1).is_some();
        // A word of its own belongs to it when there are digits in it.
        let may = || !spaced || glyphs.word(end).is_some_and(|w| w.contains(|c: char| c.is_ascii_digit()));
        if !(good(g.c) || like(g.c) && may()) {
            break;
        }
        end += 1;
    }
    // A full stop or hyphen at the end is the sentence's.
    while end > start && glyphs.get(end - 1).is_some_and(|g| !g.c.is_alphanumeric()) {
        end -= 1;
    }
    (end > start).then_some(start..end)
}

/// Whether an id may be a part of a longer one: something that may be a digit touches it, and nine digits, which say nothing of
/// themselves, stand in several words or before another one.
fn part_of_id(glyphs: &Glyphs<'_>, part: &Range<usize>) -> bool {
    let next = glyphs.get(part.end).is_some_and(|g| g.c.is_alphanumeric());
    let old = part.len() == 9 && (glyphs.parted(part.clone()) || next);
    old || touched(glyphs, part) || (0..part.start).any(|i| glyphs.get(i).is_some_and(|g| !check::is_plain_mark(g.c)))
}

/// Whether something that may be a part of it touches a value, with no space between.
fn touched(glyphs: &Glyphs<'_>, part: &Range<usize>) -> bool {
    let touches = |last: usize| glyphs.gap_after(last).is_none();
    let before = part.start.checked_sub(1).filter(|&i| touches(i)).and_then(|i| glyphs.get(i));
    let after = glyphs.get(part.end).filter(|_| touches(part.end - 1));
    before.is_some_and(|g| !check::is_plain_mark(g.c))
        || after.is_some_and(|g| !check::is_plain_mark(g.c) && g.c != ')')
}

/// Whether the words behind a number go on with it or with another one: `107, 108`, `10 7`, `107 và 108`.
fn number_follows(words: &[&Word]) -> bool {
    let mut bare = words.iter().map(|w| w.text.trim_matches(|c: char| !c.is_alphanumeric()));
    let is_number = |w: &str| {
        w.starts_with(|c: char| c.is_ascii_digit() || is_digit_like(c)) && w.contains(|c: char| c.is_ascii_digit())
    };
    bare.next().is_some_and(|next| match letters(next).as_str() {
        "" | "va" | "den" | "hoac" => bare.next().is_some_and(is_number),
        _ => is_number(next),
    })
}

/// Letters that stand for digits in a bad reading.
fn is_digit_like(c: char) -> bool {
    matches!(c, 'O' | 'o' | 'I' | 'l' | 'S' | 'B' | 'Z' | '|')
}

/// `dd/mm/yyyy` with `/`, `-` or `.`, or `dd tháng mm năm yyyy`, at the beginning.
fn date(glyphs: &Glyphs<'_>, scanned: Option<Date>) -> Option<(Range<usize>, String, Option<FieldIssue>)> {
    let digits =
        |from: usize| (from..glyphs.len()).take_while(|&i| glyphs.get(i).is_some_and(|g| g.c.is_ascii_digit())).count();
    let start = (0..glyphs.len().min(6)).find(|&i| glyphs.get(i).is_some_and(|g| g.c.is_ascii_digit()))?;
    let between = |from: usize, word: &str| {
        if glyphs.get(from).is_some_and(|g| matches!(g.c, '/' | '-' | '.')) {
            return Some(from + 1);
        }
        let found = glyphs.find(word, from)?;
        (found.start == from).then_some(found.end)
    };
    let day = start..start + digits(start);
    let month = between(day.end, "thang")?;
    let month = month..month + digits(month);
    let year = between(month.end, "nam")?;
    let year = year..year + digits(year).min(4);
    // "ngày" may stand before it, nothing else that may be a digit.
    let skipped: String =
        (0..start).filter_map(|i| glyphs.get(i)).filter(|g| !check::is_plain_mark(g.c)).map(|g| g.folded).collect();
    let whole = day.start..year.end;
    let cut = !matches!(skipped.as_str(), "" | "ngay")
        || start > 0 && glyphs.gap_after(start - 1).is_none()
        || touched(glyphs, &whole)
        || [&day, &month, &year].into_iter().any(|digits| glyphs.parted(digits.clone()));
    let part = |r: Range<usize>| glyphs.compact(r);
    let (date, issue) = check::date(&part(day.clone()), &part(month), &part(year.clone()), scanned);
    // Dates of birth are written without zeros by everybody.
    let issue = issue.filter(|i| *i != FieldIssue::NotPadded).or(cut.then_some(FieldIssue::Doubtful));
    let value = date.map_or_else(|| glyphs.text(whole.clone()), |d| d.to_string());
    Some((whole, value, issue))
}

/// A word of a name: a capital first, then letters, small or all capitals.
pub(super) fn is_name_word(word: &str) -> bool {
    let word = word.trim_end_matches([',', ';', '.']);
    let mut chars = word.chars();
    let first = chars.next().is_some_and(char::is_uppercase);
    let rest = chars.as_str();
    first && rest.chars().all(char::is_alphabetic) && (rest.chars().all(char::is_lowercase) || capitals(word) == 1.0)
}

/// What a rule finds on a page of these lines, for its examples.
pub(super) fn find_in_text(rules: &FieldRules, lines: &[String], field: &FieldName) -> Option<String> {
    let page = page_of(lines);
    let layout = Layout::new(&page);
    let kind = paper_type(rules, &layout);
    fields(rules, &layout, 1, kind.as_deref(), None).into_iter().find(|f| f.name == *field).map(|f| f.value)
}

/// A page of plain lines: 20 px a letter, 60 px a line.
pub(super) fn page_of(lines: &[String]) -> OcrPage {
    let mut page = OcrPage::empty(2480, 3508, Dpi::square(300.0), Rotation::None, "example");
    let mut block = Block { lines: Vec::new(), rect: Rect::default() };
    for (i, text) in lines.iter().enumerate() {
        let y = 400.0 + 60.0 * i as f32;
        let mut x = 350.0;
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            let right = x + 20.0 * word.chars().count() as f32;
            words.push(Word::new(word, Rect { left: x, top: y - 34.0, right, bottom: y + 10.0 }, 0.99));
            x = right + 12.0;
        }
        if !words.is_empty() {
            let rect = box_of(&words);
            block.lines.push(Line { words, rect, baseline: Baseline { x0: 0.0, y0: y, slope: 0.0 }, height: 44.0 });
        }
    }
    block.rect = block.lines.iter().map(|l| l.rect).reduce(|a, b| a.union(&b)).unwrap_or_default();
    page.blocks.push(block);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Value and issue of the one field `name` that a line gives.
    fn said(line: &str, name: &str) -> (String, Option<FieldIssue>) {
        let page = page_of(&[line.to_owned()]);
        let rules = FieldRules::built_in().unwrap();
        let found = fields(&rules, &Layout::new(&page), 1, None, None);
        let field = found.into_iter().find(|f| f.name.as_str() == name).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(field.confident, field.issue.is_none());
        (field.value, field.issue)
    }

    fn as_said(value: &str, issue: Option<FieldIssue>) -> (String, Option<FieldIssue>) {
        (value.to_owned(), issue)
    }

    #[test]
    fn a_part_of_an_id_is_not_taken_for_an_old_one() {
        let id = |line: &str| said(line, "person_id");
        for (line, value) in [
            ("CCCD số: 040 079 031 418, cấp ngày 02/03/2021", "040079031418"),
            ("Số CCCD: 040079031418 do Cục Cảnh sát cấp", "040079031418"),
            ("Số CMND: 182345678, cấp ngày 02/03/2011", "182345678"),
        ] {
            assert_eq!(id(line), as_said(value, None), "{line}");
        }
        for (line, value, issue) in [
            ("CCCD số: 040 079 031 l18, cấp ngày 02/03/2021", "040079031l18", FieldIssue::IdLength),
            ("CCCD số: 040079031 OlB, cấp ngày 02/03/2021", "040079031", FieldIssue::Doubtful),
            ("CCCD số: 040 079 031, cấp ngày 02/03/2021", "040079031", FieldIssue::Doubtful),
            ("Số CMND: 182345678q cấp ngày", "182345678", FieldIssue::Doubtful),
            ("Số CMND: l182345678", "182345678", FieldIssue::Doubtful),
            ("Số CMND: 182345678|", "182345678", FieldIssue::Doubtful),
        ] {
            assert_eq!(id(line), as_said(value, Some(issue)), "{line}");
        }
    }

    #[test]
    fn a_date_whose_first_or_last_digit_may_be_lost_is_doubtful() {
        for (text, value) in [
            ("03/11/1979", "1979-11-03"),
            ("3/11/1979.", "1979-11-03"),
            ("03 / 11 / 1979 Giới tính", "1979-11-03"),
            ("ngày 03 tháng 11 năm 1979, tại", "1979-11-03"),
        ] {
            assert_eq!(said(&format!("Ngày sinh: {text}"), "birth_date"), as_said(value, None), "{text}");
        }
        for (text, value) in [
            ("l3/11/1979", "1979-11-03"),
            ("|3/11/1979", "1979-11-03"),
            ("(3/11/1979", "1979-11-03"),
            (":3/11/1979", "1979-11-03"),
            ("l 3/11/1979", "1979-11-03"),
            ("1 3/11/1979", "1979-11-13"),
            ("03/11/19791", "1979-11-03"),
            ("03/11/1979l", "1979-11-03"),
            ("03/11/197 9 người", "1979-11-03"),
        ] {
            let doubtful = as_said(value, Some(FieldIssue::Doubtful));
            assert_eq!(said(&format!("Ngày sinh: {text}"), "birth_date"), doubtful, "{text}");
        }
    }

    #[test]
    fn one_of_several_numbers_is_doubtful() {
        let plot = |text: &str| said(&format!("Thửa đất số: {text}"), "land_plot");
        for text in ["107, tờ bản đồ số 14", "107; diện tích 120 m2", "107"] {
            assert_eq!(plot(text), as_said("107", None), "{text}");
        }
        for (text, value) in [
            ("107, 108, tờ bản đồ số 14", "107"),
            ("107, l08, tờ bản đồ số 14", "107"),
            ("107 và 108", "107"),
            ("107 - 108", "107"),
            ("107 -108", "107"),
            ("10 7", "10"),
            ("50 000", "50"),
            ("|07", "07"),
        ] {
            assert_eq!(plot(text), as_said(value, Some(FieldIssue::Doubtful)), "{text}");
        }
    }
}
