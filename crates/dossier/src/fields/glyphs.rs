//! The characters of a few words in a row, each knowing its word, so that a part of what was read keeps its place and
//! its confidence.

use std::ops::Range;

use sohoa_domain::{Rect, Word};

use crate::approx::fold_char;

/// One character that is no space.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// As read.
    pub(super) c: char,
    /// Without mark, lower case.
    pub(super) folded: char,
    /// Which word it is in.
    word: usize,
    /// Which character of the word it is.
    at: usize,
}

/// Words in a row as characters without spaces.
pub(super) struct Glyphs<'a> {
    words: Vec<&'a Word>,
    glyphs: Vec<Glyph>,
}

impl<'a> Glyphs<'a> {
    pub(super) fn new(words: &[&'a Word]) -> Self {
        let of_word = |(word, w): (usize, &&'a Word)| {
            let glyph = move |(at, c)| Glyph { c, folded: fold_char(c), word, at };
            w.text.chars().enumerate().map(glyph).collect::<Vec<_>>()
        };
        Self { words: words.to_vec(), glyphs: words.iter().enumerate().flat_map(of_word).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.glyphs.len()
    }

    pub(super) fn get(&self, i: usize) -> Option<Glyph> {
        self.glyphs.get(i).copied()
    }

    /// As read, without spaces.
    pub(super) fn compact(&self, part: Range<usize>) -> String {
        self.glyphs[part].iter().map(|g| g.c).collect()
    }

    /// As read, a space between words.
    pub(super) fn text(&self, part: Range<usize>) -> String {
        let mut out = String::new();
        let mut last = None;
        for g in &self.glyphs[part] {
            if last.is_some_and(|w| w != g.word) {
                out.push(' ');
            }
            last = Some(g.word);
            out.push(g.c);
        }
        out
    }

    /// First place from `from` where `anchor` (folded) stands; when there is none, where it stands with one wrong letter.
    pub(super) fn find(&self, anchor: &str, from: usize) -> Option<Range<usize>> {
        let anchor: Vec<char> = anchor.chars().collect();
        let wrong = |i: usize| anchor.iter().zip(&self.glyphs[i..]).filter(|(a, g)| **a != g.folded).count();
        let places = || from..(self.len() + 1).saturating_sub(anchor.len());
        let found = places().find(|&i| wrong(i) == 0).or_else(|| places().find(|&i| wrong(i) == 1));
        found.map(|i| i..i + anchor.len())
    }

    /// Last place before `end` where `anchor` stands, as in [`Self::find`].
    pub(super) fn find_last(&self, anchor: &str, end: usize) -> Option<Range<usize>> {
        let anchor: Vec<char> = anchor.chars().collect();
        let wrong = |i: usize| anchor.iter().zip(&self.glyphs[i..]).filter(|(a, g)| **a != g.folded).count();
        let places = || (0..(end + 1).saturating_sub(anchor.len())).rev();
        let found = places().find(|&i| wrong(i) == 0).or_else(|| places().find(|&i| wrong(i) == 1));
        found.map(|i| i..i + anchor.len())
    }

    /// The words of a part, each with those of its characters that are in it.
    fn words_of(&self, part: Range<usize>) -> impl Iterator<Item = (&'a Word, Range<usize>)> {
        let word_of = |glyphs: &[Glyph]| (self.words[glyphs[0].word], glyphs[0].at..glyphs[glyphs.len() - 1].at + 1);
        self.glyphs[part].chunk_by(|a, b| a.word == b.word).map(word_of)
    }

    /// The smallest confidence of the characters, or of their words when the engine tells none for characters.
    pub(super) fn confidence(&self, part: Range<usize>) -> f32 {
        let of = |(word, inside): (&Word, Range<usize>)| {
            let whole = word.text.chars().count();
            // A whole word also knows how likely its other readings are.
            if inside.len() < whole && word.characters.len() == whole {
                word.characters[inside].iter().copied().fold(1.0, f32::min)
            } else {
                word.confidence
            }
        };
        self.words_of(part).map(of).fold(1.0, f32::min)
    }

    /// Box around the characters, px; within a word each takes the same width.
    pub(super) fn box_of(&self, part: Range<usize>) -> Rect {
        let cut = |(word, inside): (&Word, Range<usize>)| {
            let step = word.rect.width() / word.text.chars().count().max(1) as f32;
            let left = word.rect.left;
            Rect { left: left + step * inside.start as f32, right: left + step * inside.end as f32, ..word.rect }
        };
        self.words_of(part).map(cut).reduce(|a, b| a.union(&b)).unwrap_or_default()
    }

    /// The word that a character is in, as read.
    pub(super) fn word(&self, i: usize) -> Option<&'a str> {
        self.glyphs.get(i).map(|g| self.words[g.word].text.as_str())
    }

    /// Whether two characters in a row are in two words.
    pub(super) fn parted(&self, part: Range<usize>) -> bool {
        self.words_of(part).nth(1).is_some()
    }

    /// Free space between the two words that the characters `i` and `i + 1` are in, px; `None` within a word.
    pub(super) fn gap_after(&self, i: usize) -> Option<f32> {
        let (a, b) = (self.glyphs.get(i)?, self.glyphs.get(i + 1)?);
        (a.word != b.word).then(|| self.words[b.word].rect.left - self.words[a.word].rect.right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_word_has_its_own_confidence_and_place() {
        let rect = Rect { left: 0.0, top: 0.0, right: 60.0, bottom: 10.0 };
        let word = Word { characters: vec![0.9, 0.8, 0.7, 0.6, 0.5, 0.4], ..Word::new("15/QĐ-", rect, 0.3) };
        let next = Word::new("UBND", Rect { left: 70.0, right: 110.0, ..rect }, 0.65);
        let glyphs = Glyphs::new(&[&word, &next]);
        assert_eq!([0..2, 0..6, 2..4, 3..8, 6..8].map(|part| glyphs.confidence(part)), [0.8, 0.3, 0.6, 0.4, 0.65]);
        assert_eq!(glyphs.confidence(3..3), 1.0);
        let sides = [0..2, 3..8].map(|part| glyphs.box_of(part)).map(|r| (r.left, r.right));
        assert_eq!(sides, [(0.0, 20.0), (30.0, 90.0)]);
    }
}
