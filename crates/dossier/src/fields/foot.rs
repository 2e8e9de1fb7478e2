//! The foot of a paper: for whom one signs and as what (`TM.`, `KT.`, titles), and below seal and signature the name.

use sohoa_domain::{Field, FieldIssue, FieldName, Word};

use super::check::is_clean_name;
use super::label::is_name_word;
use super::layout::{Layout, Piece, box_of, capitals};
use super::rules::FieldRules;
use crate::approx::{is_anchor, letters};

/// How far below the title the name stands, at most, and how far their middles may lie apart, mm.
const LONGEST_SPACE: f32 = 75.0;
const FARTHEST_ASIDE: f32 = 20.0;

/// How far right of the text's middle a signer signs, mm. Titles in the middle are of the body (`CHỦ TỊCH … QUYẾT ĐỊNH:`).
const SIDE: f32 = 12.0;

/// How far a line may be off the middle of its signer's block and still be whole, mm.
const OFF_CENTRE: f32 = 3.5;

/// From this confidence on a name counts as read, and a title, which must be a known one besides. Of a body's name only the
/// beginning is known.
const SURE_NAME: f32 = 0.985;
const SURE_TITLE: f32 = 0.93;
const SURE_BODY: f32 = 0.99;

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
        if first.y <= used_until || !is_title(rules, first) || first.centre() < layout.centre() + SIDE * layout.mm {
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
    if best.as_ref().is_none_or(|b| !b.complete) {
        best = right_of_recipients(rules, layout, &pieces, page).or(best);
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

/// Whether a line was read surely and is spelt, with all marks, as a title that is known, or is that of a whole body (`TM. ỦY
/// BAN NHÂN DÂN`). A seal often covers a part of it.
fn is_surely_known(rules: &FieldRules, piece: &Piece<'_>) -> bool {
    let text = piece.text();
    let (first, rest) = text.split_once(' ').unwrap_or((&text, ""));
    let authority = first.strip_suffix('.').is_some_and(|a| rules.authorities.contains(&letters(a)));
    let title = if authority { rest } else { text.as_str() };
    let begins =
        |body: &String| title.strip_prefix(body.as_str()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    let sure = |least: f32| piece.words.iter().all(|w| w.confidence >= least);
    rules.titles.iter().any(|t| t == title) && sure(SURE_TITLE)
        || authority && rules.bodies_spelt.iter().any(begins) && sure(SURE_BODY)
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
        foot.fields.push(title_field(rules, layout, stack, page));
        match name(rules, layout, pieces, stack, page) {
            Some(name) => foot.fields.push(name),
            None => foot.complete = false,
        }
    }
    foot
}

fn title_field(rules: &FieldRules, layout: &Layout<'_>, stack: &Stack<'_, '_>, page: u32) -> Field {
    let words: Vec<&Word> = stack.lines.iter().flat_map(|l| l.words.iter().copied()).collect();
    let confidence = words.iter().map(|w| w.confidence).fold(1.0, f32::min);
    let texts: Vec<String> = stack.lines.iter().map(|l| l.text()).collect();
    let value = texts.join(" ");
    let known = stack.lines.iter().all(|l| is_surely_known(rules, l));
    let deputy = texts
        .windows(2)
        .all(|pair| !pair[0].starts_with("KT.") || pair[1].starts_with("PHÓ ") || pair[1].starts_with("THỨ "));
    let complete = deputy && texts.last().is_some_and(|t| !t.starts_with("KT.") && !t.starts_with("TM."));
    // A word that a seal hides makes its line shorter on one side.
    let centred = stack.lines.iter().all(|l| (l.centre() - stack.centre).abs() < OFF_CENTRE * layout.mm);
    let sure = known && complete && centred && capitals(&value) == 1.0 && is_clean_name(&value);
    let issue = (!sure).then_some(FieldIssue::Doubtful);
    Field { name: FieldName::SIGNER_TITLE, value, page, rect: box_of(words), confidence, confident: sure, issue }
}

/// The name below a stack of titles.
fn name(
    rules: &FieldRules,
    layout: &Layout<'_>,
    pieces: &[&Piece<'_>],
    stack: &Stack<'_, '_>,
    page: u32,
) -> Option<Field> {
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
        let Some(found) = name_in(rules, layout, piece, page) else { continue };
        let aside = (found.centre - stack.centre).abs();
        if aside > FARTHEST_ASIDE * layout.mm {
            continue;
        }
        let mut field = found.field;
        if aside > OFF_CENTRE * layout.mm {
            field.issue = field.issue.or(Some(FieldIssue::Doubtful));
            field.confident = false;
        }
        return Some(field);
    }
    None
}

/// A name on a line, with its middle, px of the levelled page.
struct FoundName {
    field: Field,
    centre: f32,
}

/// The name that a line holds: words of names, beside at most two that a signature or a seal was read as. Marks that no
/// name begins or ends with do not count.
fn name_in(rules: &FieldRules, layout: &Layout<'_>, piece: &Piece<'_>, page: u32) -> Option<FoundName> {
    let is_mark = |c: char| !c.is_alphabetic();
    let fits = |w: &Word| {
        let text = w.text.trim_matches(is_mark);
        is_name_word(text) && text.chars().count() > 1 || is_degree(&w.text)
    };
    let from = piece.words.iter().position(|w| fits(w))?;
    // A given name may be one letter: Ý, Ỷ.
    let is_letter = |w: &Word| w.text.chars().count() == 1 && w.text.chars().all(char::is_uppercase);
    let inner = |w: &&&Word| (fits(w) || is_letter(w)) && !w.text.starts_with(is_mark);
    let to = from + 1 + piece.words[from + 1..].iter().take_while(inner).count();
    let words = &piece.words[from..to];
    let names = words.iter().filter(|w| is_name_word(w.text.trim_matches(is_mark))).count();
    if piece.words.len() - words.len() > 2 || !(2..=7).contains(&names) {
        return None;
    }
    let mut texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    // Family names are few, and their marks are what is misread most.
    let first = words.iter().position(|w| is_name_word(w.text.trim_matches(is_mark)));
    let family = first.is_some_and(|i| rules.has_family(words[i].text.trim_matches(is_mark)));
    if let Some(i) = first.filter(|_| !family)
        && let Some(other) = other_family(rules, words[i])
    {
        texts[i] = other;
    }
    let all = texts.join(" ");
    let value = all.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    let confidence = words.iter().map(|w| w.confidence).fold(1.0, f32::min);
    let whole = words.len() == piece.words.len() && value == all && (3..=5).contains(&names);
    let issue = (!whole || !family || confidence < SURE_NAME).then_some(FieldIssue::Doubtful);
    let centre = layout.piece(words, piece.y, piece.height)?.centre();
    let rect = box_of(words.iter().copied());
    let field =
        Field { name: FieldName::SIGNER_NAME, value, page, rect, confidence, confident: issue.is_none(), issue };
    Some(FoundName { field, centre })
}

/// The reading of a word, among those that the recognizer offers, that differs in marks alone and is a family name.
fn other_family<'a>(rules: &FieldRules, word: &'a Word) -> Option<&'a str> {
    let others = word.alternatives.iter().map(|other| other.trim_matches(|c: char| !c.is_alphabetic()));
    others.filter(|other| letters(other) == letters(&word.text)).find(|other| rules.has_family(other))
}

/// Where a seal hides the title: to the right of the recipients the lines in capitals that are left, and the lowest name.
fn right_of_recipients(rules: &FieldRules, layout: &Layout<'_>, pieces: &[&Piece<'_>], page: u32) -> Option<Foot> {
    let recipients = pieces.iter().rev().find(|p| is_anchor(&p.letters(), "noinhan"))?;
    let near = |p: &&&Piece<'_>| {
        let down = p.y - recipients.y;
        p.left > layout.centre() - 12.0 * layout.mm && down > -3.0 * layout.unit && down < LONGEST_SPACE * layout.mm
    };
    // A line in capitals is rather what is left of a title.
    let names = pieces.iter().filter(near).rev().filter(|p| p.capitals() < 0.6);
    let found = names.filter_map(|p| name_in(rules, layout, p, page)).next();
    let mut field = found?.field;
    field.confident = false;
    field.issue = field.issue.or(Some(FieldIssue::Doubtful));
    let titles: Vec<&&Piece<'_>> = pieces
        .iter()
        .filter(near)
        .filter(|p| p.y - recipients.y < 3.6 * layout.unit && p.capitals() > 0.75 && p.letters().chars().count() > 2)
        .collect();
    let words: Vec<&Word> = titles.iter().flat_map(|t| t.words.iter().copied()).collect();
    let texts: Vec<String> = titles.iter().map(|t| t.text()).collect();
    let title = Field {
        name: FieldName::SIGNER_TITLE,
        value: texts.join(" "),
        page,
        rect: box_of(words.iter().copied()),
        confidence: words.iter().map(|w| w.confidence).fold(1.0, f32::min),
        confident: false,
        issue: Some(FieldIssue::Doubtful),
    };
    let mut fields = vec![title, field];
    fields.retain(|f| !f.value.is_empty());
    Some(Foot { fields, complete: true, y: recipients.y })
}

fn is_degree(word: &str) -> bool {
    word.ends_with('.') && word.len() <= 10 && word.starts_with(char::is_uppercase)
        || matches!(word, "tá" | "úy" | "tướng")
}
