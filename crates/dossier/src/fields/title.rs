//! Type and subject of a paper, centred under its head.

use sohoa_domain::{Field, FieldIssue, FieldName, Word, text::fold};

use super::check::has_mark_within;
use super::layout::{Layout, Piece, box_of};
use super::rules::{FieldRules, PaperType};
use crate::approx::{anchor_distance, is_anchor, letters};

/// Lines of a subject, at most.
const LONGEST_SUBJECT: usize = 7;

/// From this confidence on a subject counts as read.
const SURE: f32 = 0.985;

/// A title: which type, which piece, and how many of its words are the type's name.
struct Title<'r> {
    kind: &'r PaperType,
    piece: usize,
    words: usize,
}

/// Name of the type that the title of the page says.
pub(super) fn paper_type(rules: &FieldRules, layout: &Layout<'_>) -> Option<String> {
    find(rules, layout, 0.0).map(|t| t.kind.name.clone())
}

/// Type and subject, and the name of the type.
pub(super) fn title(rules: &FieldRules, layout: &Layout<'_>, page: u32, from: f32) -> Option<(Vec<Field>, String)> {
    let title = find(rules, layout, from)?;
    let piece = &layout.pieces[title.piece];
    let words = &piece.words[..title.words];
    let confidence = words.iter().map(|w| w.confidence).fold(1.0, f32::min);
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    let value = texts.join(" ").trim_end_matches([':', '.']).to_owned();
    let issue = if value != title.kind.name {
        Some(FieldIssue::TypeSpelling)
    } else {
        (confidence < 0.5).then_some(FieldIssue::Doubtful)
    };
    let rect = box_of(words.iter().copied());
    let kind =
        Field { name: FieldName::DOCUMENT_TYPE, value, page, rect, confidence, confident: issue.is_none(), issue };
    let mut fields = vec![kind];
    fields.extend(subject(layout, &title, page));
    Some((fields, title.kind.name.clone()))
}

/// The first line, centred and in capitals, that is a type's name.
fn find<'r>(rules: &'r FieldRules, layout: &Layout<'_>, from: f32) -> Option<Title<'r>> {
    let pieces = layout.pieces.iter().enumerate().filter(|(_, p)| p.y > from && p.y < layout.height * 0.6);
    for (i, piece) in pieces {
        if piece.capitals() < 0.75 || piece.words.is_empty() {
            continue;
        }
        let all = piece.letters();
        let whole = rules.types.iter().filter_map(|t| Some((anchor_distance(&all, &letters(&t.name))?, t)));
        let whole = whole.min_by_key(|(wrong, _)| *wrong).map(|(_, t)| t);
        if let Some(kind) = whole {
            return Some(Title { kind, piece: i, words: piece.words.len() });
        }
        let begins = |t: &&PaperType| {
            let words = t.name.split_whitespace().count();
            let start: String = piece.words.iter().take(words).map(|w| letters(&w.text)).collect();
            t.starts && words < piece.words.len() && is_anchor(&start, &letters(&t.name))
        };
        if let Some(kind) = rules.types.iter().filter(begins).max_by_key(|t| t.name.len()) {
            return Some(Title { kind, piece: i, words: kind.name.split_whitespace().count() });
        }
    }
    None
}

/// What follows the type: lines centred like it and close together.
fn subject(layout: &Layout<'_>, title: &Title<'_>, page: u32) -> Option<Field> {
    let head = &layout.pieces[title.piece];
    let mut lines: Vec<Piece<'_>> = Vec::new();
    let rest = head.words.get(title.words..).filter(|w| !w.is_empty());
    let in_capitals = rest.is_some();
    lines.extend(rest.and_then(|words| layout.piece(words, head.y, head.height)));
    let below = layout
        .rows(layout.pieces[title.piece + 1..].iter().filter(|p| p.y > head.y + 0.5 * head.height).cloned().collect());
    let mut last = head.y;
    let mut pitch: Option<f32> = None;
    let mut ends_clearly = false;
    for row in below {
        let step = row.y - last;
        if lines.len() >= LONGEST_SUBJECT {
            break;
        }
        let far = pitch.map_or(step > 2.3 * head.height, |p| step > 1.45 * p.max(0.9 * head.height));
        let aside = (row.centre() - head.centre()).abs() > 4.0 * layout.mm
            && (row.centre() - layout.centre()).abs() > 3.0 * layout.mm;
        if far
            || aside
            || is_body(&row)
            || in_capitals != (row.capitals() > 0.8) && (in_capitals || row.capitals() > 0.9)
        {
            ends_clearly = far || aside || is_body(&row) || row.capitals() > 0.9;
            break;
        }
        pitch = Some(pitch.map_or(step, |p| p.max(step)));
        last = row.y;
        lines.push(row);
    }
    if lines.is_empty() {
        return None;
    }
    let words: Vec<&Word> = lines.iter().flat_map(|l| l.words.iter().copied()).collect();
    let confidence = words.iter().map(|w| w.confidence).fold(1.0, f32::min);
    let texts: Vec<String> = lines.iter().map(Piece::text).collect();
    let strange = words.iter().any(|w| w.strange);
    let value = texts.join(" ");
    let odd = strange || !ends_clearly || has_mark_within(&value);
    let issue = (confidence < SURE || odd).then_some(FieldIssue::Doubtful);
    Some(Field {
        name: FieldName::SUBJECT,
        value,
        page,
        rect: box_of(words),
        confidence,
        confident: issue.is_none(),
        issue,
    })
}

/// What begins the body of a paper.
fn is_body(row: &Piece<'_>) -> bool {
    let text = fold(&row.text());
    ["kinh gui", "can cu", "mau so"].iter().any(|start| text.starts_with(start))
}
