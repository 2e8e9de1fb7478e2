//! Tone marks that one reading of a line leaves in doubt: other readings of it, and what else stands on the page, decide.
//!
//! Small print runs the marks together: ổ, ố and ỗ differ by a few pixels, and each gives a word that the dictionary knows,
//! or none. A word gives way only to a reading that the network itself offered in the same place, that differs in nothing
//! but the tone mark, and that the dictionary knows. Words with capitals, digits or symbols are left alone.

use std::collections::HashMap;

use sohoa_domain::text::without_tone;
use sohoa_domain::{Block, Line, Word};

/// From this confidence on a word tells what stands beside what on a page; only below it words have other readings.
const SURE: f32 = 0.98;
/// How surely other readings together must have read a word to take the place of one that the dictionary does not know.
const ENOUGH: f32 = 0.5;

/// Whether the dictionary may have a say in a word: at least two letters, all of them small.
pub(crate) fn is_plain(text: &str) -> bool {
    let letters = core(text);
    letters.chars().all(char::is_lowercase) && letters.chars().nth(1).is_some()
}

/// Compares a line with other readings of it, word by word.
pub(crate) fn compare(line: &mut Line, others: &[Line]) {
    for word in line.words.iter_mut().filter(|w| is_plain(&w.text)) {
        let same_place = others.iter().filter_map(|other| other.words.iter().find(|o| covers(word, o)));
        let toneless = without_tone(&word.text);
        let rivals: Vec<Word> = same_place.filter(|o| without_tone(&o.text) == toneless).cloned().collect();
        vote(word, &rivals, 1 + others.len());
    }
}

/// Lets the readings of one place choose. The confidence of a word on which they do not agree is its share of all `readings`.
fn vote(word: &mut Word, rivals: &[Word], readings: usize) {
    let of = |text: &str| rivals.iter().filter(|r| r.text == text).map(|r| r.confidence).sum::<f32>();
    let own = word.confidence + of(&word.text);
    let known = rivals.iter().filter(|r| !r.strange && r.text != word.text);
    let Some((best, sum)) = known.map(|r| (r, of(&r.text))).max_by(|a, b| a.1.total_cmp(&b.1)) else { return };
    let share = |sum: f32| sum / readings as f32;
    if sum > if word.strange { ENOUGH } else { own } {
        take(word, &best.text, share(sum));
    } else {
        word.confidence = word.confidence.min(share(own));
    }
}

/// Puts another reading of a word in its place; the word as it was becomes another reading.
fn take(word: &mut Word, text: &str, confidence: f32) {
    // Readings that differ in tone marks alone have as many characters.
    let changed = word.text.chars().zip(text.chars()).map(|(was, is)| was != is);
    for (character, _) in word.characters.iter_mut().zip(changed).filter(|(_, changed)| *changed) {
        *character = confidence;
    }
    let before = std::mem::replace(&mut word.text, text.to_owned());
    word.alternatives.retain(|other| other != text);
    word.alternatives.insert(0, before);
    word.confidence = confidence;
    word.strange = false;
}

/// Whether two words lie in the same place of their line.
pub(crate) fn covers(a: &Word, b: &Word) -> bool {
    let common = a.rect.right.min(b.rect.right) - a.rect.left.max(b.rect.left);
    common > 0.7 * a.rect.width().max(b.rect.width())
}

/// Where a doubtful word stands beside one that stands elsewhere on the page beside another reading of it, and nowhere
/// beside the word as it was read, that reading is taken ("bãi bó" on a page with "bãi bỏ").
pub(crate) fn agree(blocks: &mut [Block]) {
    let mut pairs: HashMap<(String, String), u32> = HashMap::new();
    for line in blocks.iter().flat_map(|b| &b.lines) {
        for pair in line.words.windows(2).filter(|pair| pair.iter().all(|w| w.confidence >= SURE && !w.strange)) {
            *pairs.entry((key(&pair[0].text), key(&pair[1].text))).or_default() += 1;
        }
    }
    let seen = |a: Option<&str>, b: Option<&str>| Some(*pairs.get(&(key(a?), key(b?)))?);
    for line in blocks.iter_mut().flat_map(|b| &mut b.lines) {
        for i in 0..line.words.len() {
            let text_at = |i: Option<usize>| Some(line.words.get(i?)?.text.as_str());
            let (before, after) = (text_at(i.checked_sub(1)), text_at(Some(i + 1)));
            let support =
                |text: &str| seen(before, Some(text)).unwrap_or_default() + seen(Some(text), after).unwrap_or_default();
            let word = &line.words[i];
            if word.confidence >= SURE || !is_plain(&word.text) || support(&word.text) > 0 {
                continue;
            }
            let toneless = without_tone(&word.text);
            let rivals = word.alternatives.iter().filter(|a| without_tone(a) == toneless && support(a) > 0);
            if let Some(best) = rivals.max_by_key(|a| support(a)).cloned() {
                // What the network left to others.
                let rest = word.confidence.min(1.0 - word.confidence);
                take(&mut line.words[i], &best, rest);
            }
        }
    }
}

fn core(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric())
}

fn key(text: &str) -> String {
    core(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use sohoa_domain::{Baseline, Rect};

    use super::*;

    /// Words of this text and confidence in a row, each as wide as the next.
    fn line(words: &[(&str, f32)]) -> Line {
        let word = |(i, (text, confidence)): (usize, &(&str, f32))| {
            let left = 100.0 * i as f32;
            let rect = Rect { left, top: 0.0, right: left + 90.0, bottom: 40.0 };
            Word { characters: vec![*confidence; text.chars().count()], ..Word::new(*text, rect, *confidence) }
        };
        let words: Vec<Word> = words.iter().enumerate().map(word).collect();
        let rect = Rect { left: 0.0, top: 0.0, right: 100.0 * words.len() as f32, bottom: 40.0 };
        Line { words, rect, baseline: Baseline::default(), height: 40.0 }
    }

    fn strange(mut line: Line, at: usize) -> Line {
        line.words[at].strange = true;
        line
    }

    fn text(line: &Line) -> String {
        let words: Vec<&str> = line.words.iter().map(|w| w.text.as_str()).collect();
        words.join(" ")
    }

    #[test]
    fn a_word_that_nobody_knows_gives_way_to_a_known_one_and_stays_doubtful() {
        let mut read = strange(line(&[("tại", 1.0), ("buỗi", 0.99)]), 1);
        let others = [strange(line(&[("tại", 1.0), ("buỗi", 0.99)]), 1), line(&[("tại", 1.0), ("buổi", 0.8)])];
        compare(&mut read, &others);
        assert_eq!(text(&read), "tại buổi");
        let word = &read.words[1];
        assert!((word.confidence - 0.8 / 3.0).abs() < 1e-6 && !word.strange, "{word:?}");
        assert_eq!(word.alternatives, ["buỗi"], "what was read first is kept");
        assert_eq!(word.characters, [0.99, 0.99, word.confidence, 0.99]);
    }

    #[test]
    fn another_letter_is_another_word() {
        for (own, other) in [("dột", "đột"), ("buỗi", "bưởi"), ("Buỗi", "Buổi"), ("1ỗ5", "1ổ5")] {
            let mut read = strange(line(&[(own, 0.5)]), 0);
            compare(&mut read, &[line(&[(other, 1.0)]), line(&[(other, 1.0)])]);
            assert_eq!(text(&read), own);
            assert_eq!(read.words[0].confidence, 0.5);
        }
    }

    #[test]
    fn a_known_word_gives_way_to_one_that_was_read_more_surely() {
        let others = [line(&[("phổ", 0.6)]), line(&[("phổ", 0.3)])];
        let mut read = line(&[("phố", 0.5)]);
        compare(&mut read, &others);
        assert_eq!(text(&read), "phổ");
        let mut read = line(&[("phố", 0.95)]);
        compare(&mut read, &others);
        assert_eq!(text(&read), "phố");
        assert!(read.words[0].confidence < 0.4, "two of three readings differ");
        let mut alone = line(&[("phố", 0.95)]);
        compare(&mut alone, &[line(&[("phố", 0.2)])]);
        assert_eq!(alone.words[0].confidence, 0.95, "nobody says anything else");
    }

    #[test]
    fn what_stands_elsewhere_on_the_page_decides_between_readings() {
        let page = |doubtful: &str, confidence: f32, other: &str| {
            let mut first = line(&[("tỉnh", 1.0), ("bãi", 1.0), (doubtful, confidence), ("Nghị", 1.0)]);
            first.words[2].alternatives = vec![other.to_owned()];
            let lines = vec![first, line(&[("đề", 1.0), ("nghị", 1.0), ("bãi", 1.0), ("bỏ", 0.99), ("những", 1.0)])];
            let mut blocks = [Block { lines, rect: Rect::default() }];
            agree(&mut blocks);
            let word = blocks[0].lines[0].words[2].clone();
            (word.text, word.confidence, word.alternatives)
        };
        let (word, confidence, alternatives) = page("bó", 0.9, "bỏ");
        assert_eq!((word.as_str(), alternatives), ("bỏ", vec!["bó".to_owned()]));
        assert!((confidence - 0.1).abs() < 1e-6, "{confidence}");
        for (word, confidence, other) in
            [("bó", 0.99, "bỏ"), ("bó", 0.9, "bọ"), ("Bó", 0.9, "Bỏ"), ("bô", 0.9, "bỏ"), ("bỏ", 0.9, "bó")]
        {
            assert_eq!(page(word, confidence, other).0, word, "{other}");
        }
    }
}
