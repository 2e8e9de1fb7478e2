//! Names, numbers and abbreviations: no dictionary may have a say in them, so several readings of the line vote.
//!
//! The network reads each line at one height; a little more or less paper around it makes the letters another size, and what
//! was a slip at one (`TIr` for `TTr`, a hook for a dot) is mostly read rightly at the others. Only short lines are read so
//! often: they hold the number of a paper, the names of its offices and of its signers.

use std::ops::Range;

use sohoa_domain::{Line, Word};

use crate::marks::covers;

/// Words of a short line, at most.
const SHORT: usize = 7;
/// From this confidence on a word stands as it was read.
const SURE: f32 = 0.98;
/// Other readings that a word keeps.
const MAX_ALTERNATIVES: usize = 6;

/// Whether a line is read at several sizes: a short one with a doubtful name, or with an abbreviation, whose letters are
/// swallowed however surely the rest is read (`01NQ-HĐND` for `01/NQ-HĐND`).
pub(crate) fn is_to_be_voted_on(line: &Line) -> bool {
    let is_wanted = |w: &Word| has_vote(w) && (w.confidence < SURE || is_abbreviation(&w.text));
    line.words.len() <= SHORT && line.words.iter().any(is_wanted)
}

/// Lets the readings of a line choose its names and abbreviations: of each word the text that was read with the greatest sum of
/// confidence. Where they do not agree, the confidence of the word, and of the characters in which they differ, is the share
/// of that sum in all readings.
pub(crate) fn vote(line: &mut Line, others: &[Line]) {
    for word in line.words.iter_mut().filter(|w| has_vote(w)) {
        let same_place = others.iter().filter_map(|other| other.words.iter().find(|o| covers(word, o)));
        let rivals: Vec<&Word> = same_place.filter(|o| !core(&o.text).is_empty()).collect();
        elect(word, &rivals, 1 + others.len());
    }
}

fn elect(word: &mut Word, rivals: &[&Word], readings: usize) {
    let own = word.clone();
    // What was read, in the order of reading, with the sum of its confidence.
    let mut candidates: Vec<(&Word, f32)> = vec![(&own, own.confidence)];
    for rival in rivals {
        match candidates.iter_mut().find(|(c, _)| core(&c.text) == core(&rival.text)) {
            Some((_, votes)) => *votes += rival.confidence,
            None => candidates.push((rival, rival.confidence)),
        }
    }
    if candidates.len() == 1 {
        return;
    }
    // Of equal ones the first stays before the others.
    candidates.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (elected, votes) = candidates.remove(0);
    let share = votes / readings as f32;
    word.text.clone_from(&elected.text);
    word.confidence = elected.confidence.min(share);
    word.characters.clone_from(&elected.characters);
    word.alternatives.clear();
    for (other, _) in &candidates {
        let differ = word.characters.get_mut(differing(&elected.text, &other.text));
        differ.into_iter().flatten().for_each(|c| *c = c.min(share));
    }
    for other in candidates.iter().map(|(w, _)| &w.text).chain(&own.alternatives) {
        if *other != word.text && !word.alternatives.contains(other) && word.alternatives.len() < MAX_ALTERNATIVES {
            word.alternatives.push(other.clone());
        }
    }
}

/// The characters of `text` between what it begins and what it ends with like another reading; those on both sides of a
/// place where only the other has one.
fn differing(text: &str, other: &str) -> Range<usize> {
    let length = text.chars().count();
    let before = text.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let after = text.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b).count();
    let rest = length - after;
    if before < rest { before..rest } else { rest.saturating_sub(1)..(before + 1).min(length) }
}

/// Whether a word is one on which no dictionary has a say: with a capital. Digits alone are mostly read rightly at the usual
/// size, and at others the worse the more a hand wrote them.
fn has_vote(word: &Word) -> bool {
    word.text.chars().any(char::is_uppercase)
}

/// Capitals beside a slash or hyphen, as in `15/QĐ-UBND`.
fn is_abbreviation(text: &str) -> bool {
    text.contains(['/', '-']) && text.chars().filter(|c| c.is_uppercase()).nth(1).is_some()
}

/// A word without the marks around it, which come and go with the paper around the line.
fn core(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use sohoa_domain::{Baseline, Rect};

    use super::*;

    fn line(words: &[(&str, f32)]) -> Line {
        let word = |(i, (text, confidence)): (usize, &(&str, f32))| {
            let left = 300.0 * i as f32;
            let rect = Rect { left, top: 0.0, right: left + 290.0, bottom: 40.0 };
            Word { characters: vec![0.99; text.chars().count()], ..Word::new(*text, rect, *confidence) }
        };
        let words: Vec<Word> = words.iter().enumerate().map(word).collect();
        Line { words, rect: Rect::default(), baseline: Baseline::default(), height: 40.0 }
    }

    fn voted(own: (&str, f32), others: &[(&str, f32)]) -> Word {
        let mut read = line(&[own]);
        vote(&mut read, &others.iter().map(|other| line(&[*other])).collect::<Vec<_>>());
        read.words.remove(0)
    }

    #[test]
    fn a_name_is_what_most_readings_say_and_stays_doubtful() {
        let word = voted(("3/TIr-UBND", 0.5), &[("3/TTr-UBND", 0.9), ("3/TTr-UBND.", 0.7), ("3/TIr-UBND", 0.4)]);
        assert_eq!(word.text, "3/TTr-UBND");
        assert!((word.confidence - 0.4).abs() < 1e-6, "{word:?}");
        assert_eq!(word.alternatives, ["3/TIr-UBND"]);
        let doubtful: Vec<usize> = (0..word.characters.len()).filter(|i| word.characters[*i] < 0.9).collect();
        assert_eq!(doubtful, [3], "only the letter in which they differ: the number before it is sure");
    }

    #[test]
    fn a_name_that_others_read_less_surely_stands_with_its_share() {
        let word = voted(("Hiến", 0.8), &[("Hiển", 0.6), ("Hiến", 0.9)]);
        assert_eq!((word.text.as_str(), word.alternatives.as_slice()), ("Hiến", &["Hiển".to_owned()][..]));
        assert!((word.confidence - 1.7 / 3.0).abs() < 1e-6, "{word:?}");
    }

    #[test]
    fn a_letter_that_others_do_not_see_is_doubtful() {
        let word = voted(("T-HĐND", 0.9), &[("T--HĐND", 0.3)]);
        assert_eq!(word.text, "T-HĐND");
        assert!(word.characters.iter().any(|c| *c < 0.9), "{word:?}");
    }

    #[test]
    fn where_all_agree_nothing_changes() {
        let word = voted(("'Tô", 0.9), &[("Tô", 0.2), ("Tô.", 0.1)]);
        assert_eq!((word.text.as_str(), word.confidence, word.alternatives.len()), ("'Tô", 0.9, 0));
    }

    #[test]
    fn small_letters_and_digits_alone_have_no_vote() {
        assert_eq!(voted(("660", 0.7), &[("6§", 0.4), ("6§(", 0.4)]).text, "660");
        assert_eq!(voted(("buổi", 0.3), &[("buỗi", 0.9)]).text, "buổi");
    }

    #[test]
    fn short_lines_with_doubtful_names_or_abbreviations_are_voted_on() {
        for (words, wanted) in [
            (&[("Số:", 1.0), ("15/QĐ-UBND", 1.0)][..], true),
            (&[("Đinh", 0.9), ("Thị", 1.0), ("Thảo", 1.0)], true),
            (&[("Đinh", 1.0), ("Thị", 1.0), ("Thảo", 1.0)], false),
            (&[("theo", 0.5), ("-", 0.5)], false),
            (&[("Số:", 0.5); 8], false),
        ] {
            assert_eq!(is_to_be_voted_on(&line(words)), wanted, "{words:?}");
        }
    }
}
