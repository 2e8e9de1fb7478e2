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

    /// The smallest confidence of the characters, or of their words when the engine tells none for characters.
    pub(super) fn confidence(&self, part: Range<usize>) -> f32 {
        let of = |g: &Glyph| {
            let word = self.words[g.word];
            let whole = word.text.chars().count();
            let inside = self.glyphs[part.clone()].iter().filter(|o| o.word == g.word).count();
            match word.characters.get(g.at) {
                // A whole word also knows how likely its other readings are.
                Some(&c) if inside < whole && word.characters.len() == whole => c,
                _ => word.confidence,
            }
        };
        self.glyphs[part.clone()].iter().map(of).fold(1.0, f32::min)
    }

    /// Box around the characters, px; within a word each takes the same width.
    pub(super) fn box_of(&self, part: Range<usize>) -> Rect {
        let cut = |g: &Glyph| {
            let word = self.words[g.word];
            let step = word.rect.width() / word.text.chars().count().max(1) as f32;
            let left = word.rect.left + step * g.at as f32;
            Rect { left, right: left + step, ..word.rect }
        };
        self.glyphs[part].iter().map(cut).reduce(|a, b| a.union(&b)).unwrap_or_default()
    }

    /// Free space between the two words that the characters `i` and `i + 1` are in, px; `None` within a word.
    pub(super) fn gap_after(&self, i: usize) -> Option<f32> {
        let (a, b) = (self.glyphs.get(i)?, self.glyphs.get(i + 1)?);
        (a.word != b.word).then(|| self.words[b.word].rect.left - self.words[a.word].rect.right)
    }
}
