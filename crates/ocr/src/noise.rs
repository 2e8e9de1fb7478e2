//! Tells text from what only looks like it: remains of stamps, rules, signatures, marks torn off their letters.

use sohoa_domain::{Line, OcrPage, Word};

use crate::reading_order::hull;

/// Marks that stand over letters; by themselves they are no text.
const MARKS: &str = "`´^ˆ~¨˘";

/// Heights of lines below this share of the usual one are those of marks.
const LEAST_HEIGHT: f32 = 0.35;

/// Height of most lines of a page, px.
pub(crate) fn usual_height(page: &OcrPage) -> f32 {
    let mut heights: Vec<f32> = page.lines().map(|line| line.rect.height()).collect();
    heights.sort_by(f32::total_cmp);
    heights.get(heights.len() / 2).copied().unwrap_or_default()
}

/// Removes words that are none; true when nothing is left of the line. `usual` is the page's [`usual_height`].
pub(crate) fn is_noise(line: &mut Line, usual: f32) -> bool {
    line.words.retain(|w| letters(w) > 0 || (w.confidence >= 0.6 && !w.text.chars().all(|c| MARKS.contains(c))));
    if line.words.is_empty() {
        return true;
    }
    line.rect = hull(line.words.iter().map(|w| w.rect));
    let hopeless = line.words.iter().all(|w| w.confidence < 0.35 && w.text.chars().count() < 3);
    let lone_letter = matches!(line.words.as_slice(), [w]
        if w.confidence < 0.7 && w.text.chars().count() == 1 && w.text.chars().all(char::is_alphabetic));
    let marks = line.rect.height() < LEAST_HEIGHT * usual && line.words.iter().any(|w| letters(w) > 0);
    hopeless || lone_letter || marks
}

/// Whether a word is more than a stroke that looks like a letter.
pub(crate) fn is_legible(word: &Word) -> bool {
    word.confidence >= 0.5 && letters(word) >= 2
}

/// How much was read with how much confidence: letters and digits that are rather right than wrong.
pub(crate) fn worth(lines: &[Line]) -> f32 {
    let words = lines.iter().flat_map(|line| &line.words);
    words.map(|w| (w.confidence - 0.5) * letters(w) as f32).sum()
}

fn letters(word: &Word) -> usize {
    word.text.chars().filter(|c| c.is_alphanumeric()).count()
}
