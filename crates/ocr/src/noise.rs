//! Tells text from what only looks like it: remains of stamps, rules, signatures, marks torn off their letters.

use sohoa_domain::{Line, OcrPage, Word};

use crate::reading_order::hull;

/// Marks that stand over letters; by themselves they are no text.
const MARKS: &str = "`´^ˆ~¨˘";

/// Share of its line's height below which a word's letters can be none: "o" has a third of it.
const LEAST_WORD: f32 = 0.27;

/// Share of the usual height of a line below which a line's letters can be none.
const LEAST_LINE: f32 = 0.25;

/// Height of most lines of a page, px.
pub(crate) fn usual_height(page: &OcrPage) -> f32 {
    let mut heights: Vec<f32> = page.lines().map(|line| line.rect.height()).collect();
    heights.sort_by(f32::total_cmp);
    heights.get(heights.len() / 2).copied().unwrap_or_default()
}

/// Removes words that are none; true when nothing is left of the line. `usual` is the page's [`usual_height`].
pub(crate) fn is_noise(line: &mut Line, usual: f32) -> bool {
    let height = usual.min(line.rect.height());
    line.words.retain(|w| match letters(w) {
        0 => w.confidence >= 0.6 && !w.text.chars().all(|c| MARKS.contains(c)),
        _ => w.rect.height() >= LEAST_WORD * height,
    });
    if line.words.is_empty() {
        return true;
    }
    line.rect = hull(line.words.iter().map(|w| w.rect));
    let hopeless = line.words.iter().all(|w| w.confidence < 0.35 && w.text.chars().count() < 3);
    let lone_letter = matches!(line.words.as_slice(), [w]
        if w.confidence < 0.7 && w.text.chars().count() == 1 && w.text.chars().all(char::is_alphabetic));
    let marks = line.rect.height() < LEAST_LINE * usual && line.words.iter().any(|w| letters(w) > 0);
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

#[cfg(test)]
mod tests {
    use sohoa_domain::{Baseline, Rect};

    use super::*;

    /// A line of words of 60 px: text, height and confidence of each.
    fn line(words: &[(&str, f32, f32)]) -> Line {
        let word = |(i, (text, height, confidence)): (usize, &(&str, f32, f32))| {
            let left = 100.0 * i as f32;
            let rect = Rect { left, top: 60.0 - height, right: left + 80.0, bottom: 60.0 };
            Word::new(*text, rect, *confidence)
        };
        let words: Vec<Word> = words.iter().enumerate().map(word).collect();
        let rect = hull(words.iter().map(|w| w.rect));
        Line { words, rect, baseline: Baseline::default(), height: 60.0 }
    }

    fn left_of(words: &[(&str, f32, f32)]) -> Vec<String> {
        let mut line = line(words);
        match is_noise(&mut line, 60.0) {
            true => Vec::new(),
            false => line.words.into_iter().map(|w| w.text).collect(),
        }
    }

    #[test]
    fn remains_of_stamps_and_torn_off_marks_go() {
        assert_eq!(left_of(&[("Chữ", 60.0, 0.9), ("_~", 40.0, 0.2), ("`", 9.0, 0.9), ("v", 10.0, 0.8)]), ["Chữ"]);
        assert!(left_of(&[("À", 12.0, 0.9), ("Ấ", 14.0, 0.8)]).is_empty());
        assert!(left_of(&[("ì", 50.0, 0.5)]).is_empty());
        assert!(left_of(&[("|", 50.0, 0.3), ("x-", 40.0, 0.2)]).is_empty());
    }

    #[test]
    fn text_stays_even_when_it_is_small_or_doubtful() {
        let words = [("Số:", 50.0, 0.4), ("-", 4.0, 0.9), ("ra", 22.0, 0.3), (".", 6.0, 0.8)];
        assert_eq!(left_of(&words), ["Số:", "-", "ra", "."]);
        assert_eq!(left_of(&[("+07:00", 20.0, 0.5)]), ["+07:00"]);
        assert_eq!(left_of(&[("2", 40.0, 0.9)]), ["2"]);
    }

    #[test]
    fn worth_counts_what_is_rather_right() {
        assert!(worth(&[line(&[("Chữ", 60.0, 0.9)])]) > worth(&[line(&[("Chu", 60.0, 0.8)])]));
        assert!(worth(&[line(&[("xqw", 60.0, 0.2)])]) < 0.0);
    }
}
