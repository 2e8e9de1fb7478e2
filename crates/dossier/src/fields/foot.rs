//! The foot of a paper: for whom one signs and as what (`TM.`, `KT.`, titles), and below seal and signature the name.

use sohoa_domain::{Field, FieldIssue, FieldName, Word};

use super::approx::{is_anchor, letters};
use super::label::is_name_word;
use super::layout::{Layout, Piece, box_of, capitals};
use super::rules::FieldRules;

/// How far below the title the name stands, at most, and how far their middles may lie apart, mm.
const LONGEST_SPACE: f32 = 75.0;
const FARTHEST_ASIDE: f32 = 20.0;

/// From this confidence on a name or title counts as read.
const SURE: f32 = 0.93;

/// What a foot says.
pub(super) struct Foot {
    /// Titles and names, a pair for each signer, left to right.
    pub(super) fields: Vec<Field>,
    /// Every signer has a name.
    pub(super) complete: bool,
    /// Baseline of the first line, px of the levelled page.
    pub(super) y: f32,
}

/// Title lines of one signer.
struct Stack<'p, 'a> {
    lines: Vec<&'p Piece<'a>>,
    centre: f32,
}

/// The foot of a page, below the line `from`; `None` when nobody signs there.
pub(super) fn foot(rules: &FieldRules, layout: &Layout<'_>, page: u32, from: f32) -> Option<Foot> {
    let pieces: Vec<&Piece<'_>> = layout.pieces.iter().filter(|p| p.y > from).collect();
    let mut best: Option<Foot> = None;
    let mut used_until = f32::MIN;
    for (i, first) in pieces.iter().enumerate() {
        if first.y <= used_until || !is_title(rules, first) || first.centre() < layout.centre() {
            continue;
        }
        let stack = stack(rules, layout, &pieces, i);
        used_until = stack.lines.last().map_or(first.y, |l| l.y);
        let partner = partner(rules, layout, &pieces, &stack);
        let stacks: Vec<Stack<'_, '_>> = partner.into_iter().chain([stack]).collect();
        let foot = read(rules, layout, &pieces, &stacks, page);
        // The last complete one of a page is the paper's: titles in running text have no name below them.
        if foot.complete || best.as_ref().is_none_or(|b| !b.complete) {
            best = Some(foot);
        }
    }
    best
}

/// Whether a piece says for whom or as what one signs.
fn is_title(rules: &FieldRules, piece: &Piece<'_>) -> bool {
    if piece.capitals() < 0.75 {
        return false;
    }
    let Some(first) = piece.words.first() else { return false };
    let all = piece.letters();
    let authority = first.text.ends_with('.') || piece.words.get(1).is_some_and(|w| w.text == ".");
    let starts = |title: &String| {
        let title = letters(title);
        let start: String = all.chars().take(title.chars().count()).collect();
        all.len() < title.len() + 36 && is_anchor(&start, &title)
    };
    authority && rules.authorities.contains(&letters(&first.text)) && piece.words.len() > 1
        || rules.titles.iter().any(starts)
}

/// Whether the title of a line is spelt, with all marks, as one that is known, or is that of a whole body (`TM. ỦY BAN
/// NHÂN DÂN`). A seal often covers a part of it.
fn is_spelt_as_known(rules: &FieldRules, piece: &Piece<'_>) -> bool {
    let text = piece.text();
    let (first, rest) = text.split_once(' ').unwrap_or((&text, ""));
    let authority = first.strip_suffix('.').is_some_and(|a| rules.authorities.contains(&letters(a)));
    let title = if authority { rest } else { text.as_str() };
    rules.titles.iter().any(|t| t == title) || authority && rules.bodies_spelt.iter().any(|b| title.starts_with(b.as_str()))
}

/// The lines of capitals that follow a first one closely, with the same middle.
fn stack<'p, 'a>(rules: &FieldRules, layout: &Layout<'_>, pieces: &[&'p Piece<'a>], first: usize) -> Stack<'p, 'a> {
    let mut lines = vec![pieces[first]];
    let centre = pieces[first].centre();
    for piece in &pieces[first + 1..] {
        let last = lines[lines.len() - 1];
        let aside = (piece.centre() - centre).abs() > FARTHEST_ASIDE * layout.mm;
        if piece.y - last.y > 2.1 * last.height.max(layout.unit) {
            break;
        }
        // A name in capitals stands farther below, but a title is always known or long.
        if aside || piece.y <= last.y + 0.4 * last.height || piece.capitals() < 0.75 {
            continue;
        }
        if is_title(rules, piece) || letters(&piece.text()).len() > 5 {
            lines.push(piece);
        }
    }
    Stack { lines, centre }
}

/// A second signer on the left, at the same height.
fn partner<'p, 'a>(
    rules: &FieldRules,
    layout: &Layout<'_>,
    pieces: &[&'p Piece<'a>],
    stack: &Stack<'p, 'a>,
) -> Option<Stack<'p, 'a>> {
    let first = stack.lines.first()?;
    let near = |p: &Piece<'_>| (p.y - first.y).abs() < 1.2 * first.height && p.centre() < layout.centre();
    let i = pieces.iter().position(|p| near(p) && is_title(rules, p))?;
    Some(self::stack(rules, layout, pieces, i))
}

fn read(rules: &FieldRules, layout: &Layout<'_>, pieces: &[&Piece<'_>], stacks: &[Stack<'_, '_>], page: u32) -> Foot {
    let mut foot = Foot { fields: Vec::new(), complete: true, y: f32::MAX };
    for stack in stacks {
        foot.y = foot.y.min(stack.lines.first().map_or(f32::MAX, |l| l.y));
        foot.fields.push(title_field(rules, stack, page));
        match name(layout, pieces, stack, page) {
            Some(name) => foot.fields.push(name),
            None => foot.complete = false,
        }
    }
    foot
}

fn title_field(rules: &FieldRules, stack: &Stack<'_, '_>, page: u32) -> Field {
    let words: Vec<&Word> = stack.lines.iter().flat_map(|l| l.words.iter().copied()).collect();
    let confidence = words.iter().map(|w| w.confidence).fold(1.0, f32::min);
    let texts: Vec<String> = stack.lines.iter().map(|l| l.text()).collect();
    let value = texts.join(" ");
    let known = stack.lines.iter().all(|l| is_spelt_as_known(rules, l));
    let sure = confidence >= SURE && known && capitals(&value) == 1.0;
    let issue = (!sure).then_some(FieldIssue::Doubtful);
    Field { name: FieldName::SIGNER_TITLE, value, page, rect: box_of(words), confidence, confident: sure, issue }
}

/// The name below a stack of titles.
fn name(layout: &Layout<'_>, pieces: &[&Piece<'_>], stack: &Stack<'_, '_>, page: u32) -> Option<Field> {
    let last = stack.lines.last()?;
    let below = pieces.iter().filter(|p| {
        let down = p.y - last.y;
        down > 0.6 * last.height && down < LONGEST_SPACE * layout.mm
    });
    for piece in below {
        // The body of a text goes on: this was no foot.
        if piece.right - piece.left > 0.7 * (layout.right - layout.left) && piece.words.len() > 6 {
            return None;
        }
        let (from, to) = name_words(&piece.words)?.into();
        if to <= from {
            continue;
        }
        let words = &piece.words[from..to];
        let Some(part) = layout.piece(words, piece.y, piece.height) else { continue };
        if (part.centre() - stack.centre).abs() > FARTHEST_ASIDE * layout.mm {
            continue;
        }
        let cut = to - from < piece.words.len();
        let confidence = words.iter().map(|w| w.confidence).fold(1.0, f32::min);
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        let value = texts.join(" ");
        let issue = (cut || confidence < SURE || words.len() > 5).then_some(FieldIssue::Doubtful);
        let rect = box_of(words.iter().copied());
        return Some(Field {
            name: FieldName::SIGNER_NAME,
            value,
            page,
            rect,
            confidence,
            confident: issue.is_none(),
            issue,
        });
    }
    None
}

/// The words of a line that are a name, from and to: signatures leave marks beside it that were read as something.
struct NameWords(usize, usize);

impl From<NameWords> for (usize, usize) {
    fn from(words: NameWords) -> Self {
        (words.0, words.1)
    }
}

fn name_words(words: &[&Word]) -> Option<NameWords> {
    // Ranks stand before names: ThS., TS., BS.CKI., Đại tá.
    let fits = |w: &Word| is_name_word(&w.text) && w.text.chars().count() > 1 || is_degree(&w.text);
    let from = words.iter().position(|w| fits(w)).unwrap_or(words.len());
    let to = from + words[from..].iter().take_while(|w| fits(w)).count();
    let rest_is_noise = words.len() - (to - from) <= 2;
    let names = words[from..to].iter().filter(|w| is_name_word(&w.text)).count();
    let good = rest_is_noise && (2..=7).contains(&names);
    Some(if good { NameWords(from, to) } else { NameWords(0, 0) })
}

fn is_degree(word: &str) -> bool {
    word.ends_with('.') && word.len() <= 10 && word.starts_with(char::is_uppercase)
        || matches!(word, "tá" | "úy" | "tướng")
}
