//! Digits that a hand wrote into the blanks of a printed line: `Số: 15 /QĐ-UBND`, `ngày 05 tháng 6 năm 2023`.
//!
//! The line model knows print; of a number in handwriting it makes letters and marks. Where it read no digits in such a
//! blank, or read them with doubt, a net of its own reads the ink there. What that says is never sure: a person is asked.

mod blank;
mod net;
mod slot;

use sohoa_domain::{Line, Raster, Rect, Word};

use self::blank::{Blank, Kind, blanks};
use self::slot::{Slot, capital};
use crate::decode::{Reading, readings};
use crate::lines::TextLine;

/// Digits that the line model read with this confidence stand.
const SURE: f32 = 0.95;
/// Handwriting is never surer than this, whatever the net says.
const SUREST: f32 = 0.9;
/// A reading less likely than this, among all that fit the blank, is none.
const LEAST: f32 = 0.5;

/// Half the widths of the letters beside a blank, in heights of a capital: from where the model sees them to where they end.
const HALF_COLON: f32 = 0.2;
const HALF_SLASH: f32 = 0.25;
const HALF_LETTER: f32 = 0.35;
/// From the middle of the `a` of `ngày` to the end of its `y`.
const A_TO_END: f32 = 1.0;

/// A blank of a line and where it is on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    kind: Kind,
    left: f32,
    right: f32,
}

/// The blanks of a line. `characters`: what was read, without spaces, and the middle of each on the page, px.
pub(crate) fn places(line: &TextLine, characters: &[(char, f32)]) -> Vec<Place> {
    let text: Vec<char> = characters.iter().map(|(c, _)| *c).collect();
    let capital = capital(line);
    let place = |blank: Blank| {
        let before = characters.get(blank.read.start.checked_sub(1)?)?.1;
        let after = characters.get(blank.read.end)?.1;
        let (from, to) = match blank.kind {
            Kind::Number => (HALF_COLON, HALF_SLASH),
            Kind::Day if blank.glued => (A_TO_END, HALF_SLASH),
            Kind::Day => (HALF_LETTER, HALF_SLASH),
            Kind::Month => (HALF_LETTER, HALF_LETTER),
        };
        Some(Place { kind: blank.kind, left: before + from * capital, right: after - to * capital })
    };
    blanks(&text).into_iter().filter_map(place).collect()
}

/// Reads what a hand wrote into the blanks at `places`, where the line model did not read digits surely.
pub(crate) fn fill(page: &Raster, line: &TextLine, places: &[Place], read: &mut Line) {
    for place in places {
        let flat = Flat::of(&read.words);
        let Some(blank) = blanks(&flat.text).into_iter().find(|b| b.kind == place.kind) else { continue };
        let (before, sure) = (&flat.text[blank.read.clone()], flat.confidence(&blank));
        let fits = blank.kind.fits(before);
        // No day is 0 or 45, however surely that was read.
        let is_no_date = blank.kind != Kind::Number && !fits && before.iter().all(char::is_ascii_digit);
        if (sure >= SURE && !is_no_date) || flat.is_left_open(&blank) {
            continue;
        }
        // What cannot stand there has no say.
        let known = if fits { sure } else { 0.0 };
        let Some(slot) = Slot::cut(page, line, place.left, place.right) else { continue };
        let (Some(ink), Some((digits, confidence))) = (slot.ink, digits(&slot, place.kind)) else { continue };
        if confidence > known {
            let word =
                Word { alternatives: flat.alternatives(&blank), ..Word::new(digits, ink, confidence.min(SUREST)) };
            read.words = flat.with(&read.words, &blank, word);
        }
    }
}

/// The likeliest digits that fit the blank, and the share of their probability among their rivals.
fn digits(slot: &Slot, kind: Kind) -> Option<(String, f32)> {
    let posteriors = net::read(slot);
    let digit = |label: &usize| char::from_digit(*label as u32, 10);
    let fits = |reading: &Reading| kind.fits(&reading.labels.iter().filter_map(digit).collect::<Vec<char>>());
    let found = readings(&posteriors, 0..posteriors.steps().len(), net::NULL);
    // The likeliest of all counts as a rival also where it does not fit.
    let likeliest = found.first()?;
    let best = found.iter().find(|r| fits(r))?;
    let rivals = found.iter().filter(|r| fits(r) || *r == likeliest);
    let share = 1.0 / rivals.map(|r| (r.score - best.score).exp()).sum::<f32>();
    let digits = best.labels.iter().filter_map(digit).collect();
    (share >= LEAST).then_some((digits, share))
}

/// The characters of a line without its spaces, each with its word and its confidence.
struct Flat {
    text: Vec<char>,
    words: Vec<usize>,
    confidence: Vec<f32>,
}

impl Flat {
    fn of(words: &[Word]) -> Self {
        let mut flat = Self { text: Vec::new(), words: Vec::new(), confidence: Vec::new() };
        for (i, word) in words.iter().enumerate() {
            let length = word.text.chars().count();
            flat.text.extend(word.text.chars());
            flat.words.extend(std::iter::repeat_n(i, length));
            if word.characters.len() == length {
                flat.confidence.extend(&word.characters);
            } else {
                flat.confidence.extend(std::iter::repeat_n(word.confidence, length));
            }
        }
        flat
    }

    /// How sure that is which was read in a blank; 0 when it is nothing.
    fn confidence(&self, blank: &Blank) -> f32 {
        self.confidence[blank.read.clone()].iter().copied().reduce(f32::min).unwrap_or(0.0)
    }

    /// Whether nothing but leaders was read in a blank: the ink there is theirs.
    fn is_left_open(&self, blank: &Blank) -> bool {
        !blank.read.is_empty()
            && self.text[blank.read.clone()].iter().all(|c| matches!(c, '.' | '…' | '·' | '_' | '-' | '–' | '—'))
    }

    /// What was read there before.
    fn alternatives(&self, blank: &Blank) -> Vec<String> {
        let before: String = self.text[blank.read.clone()].iter().collect();
        if before.is_empty() { Vec::new() } else { vec![before] }
    }

    /// The words of the line with `digits` in the blank, and the print before and behind it as words of their own.
    fn with(&self, words: &[Word], blank: &Blank, digits: Word) -> Vec<Word> {
        let Rect { left, right, .. } = digits.rect;
        // A word of the characters `from..to` that all belong to word `i`, as it was if they are all of it.
        let part = |i: usize, from: usize, to: usize, rect: Rect| {
            let word = &words[i];
            if to - from == word.text.chars().count() {
                return word.clone();
            }
            let confidence = self.confidence[from..to].to_vec();
            let least = confidence.iter().copied().fold(1.0, f32::min);
            let first = self.text[from];
            // Other readings of the word from the same letter on, where it is the word's end.
            let is_end = self.words.get(to) != Some(&i);
            let rest = |other: &String| other.find(first).filter(|_| is_end).map(|at| other[at..].to_owned());
            Word {
                characters: confidence,
                alternatives: word.alternatives.iter().filter_map(rest).collect(),
                ..Word::new(self.text[from..to].iter().collect::<String>(), rect, least)
            }
        };
        let starts = |i: usize| self.words.partition_point(|w| *w < i);
        let mut out = Vec::with_capacity(words.len() + 2);
        for (i, word) in words.iter().enumerate() {
            let (from, to) = (starts(i), starts(i + 1).min(blank.read.start));
            if from < to {
                let rect = Rect { right: word.rect.right.min(left).max(word.rect.left), ..word.rect };
                let mut before = part(i, from, to, rect);
                if blank.glued && to == blank.read.start {
                    before.text.push('y');
                    before.characters.clear();
                    before.confidence = before.confidence.min(SUREST);
                }
                out.push(before);
            }
        }
        out.push(digits);
        for (i, word) in words.iter().enumerate() {
            let (from, to) = (starts(i).max(blank.read.end), starts(i + 1));
            if from < to {
                let rect = Rect { left: word.rect.left.max(right).min(word.rect.right), ..word.rect };
                out.push(part(i, from, to, rect));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use sohoa_domain::{Baseline, PixelLayout};

    use super::slot::ROWS;
    use super::*;

    /// A picture of digits, and what the script that trained the net reads in it.
    #[derive(serde::Deserialize)]
    pub(super) struct Example {
        pub(super) width: usize,
        pub(super) pixels: Vec<u8>,
        pub(super) expected: String,
        pub(super) posteriors_argmax: Vec<usize>,
    }

    pub(super) fn examples() -> Vec<Example> {
        serde_json::from_str(include_str!("../../handwriting/check.json")).unwrap()
    }

    /// A page whose only ink are the digits of an example, from `LEFT` on, and its line.
    fn page(digits: &str) -> (Raster, TextLine, f32) {
        let example = examples().into_iter().find(|e| e.expected == digits).unwrap();
        let (width, height) = (400, 2 * ROWS + 40);
        let mut pixels = vec![250; width * height];
        for (y, x) in (0..2 * ROWS).flat_map(|y| (0..2 * example.width).map(move |x| (y, x))) {
            let darkness = example.pixels[y / 2 * example.width + x / 2];
            pixels[(y + 20) * width + LEFT + x] = 250 - (u16::from(darkness) * 230 / 255) as u8;
        }
        let capital = 2.0 * ROWS as f32 / 2.1;
        let base = 20.0 + 1.5 * capital;
        let line = TextLine {
            baseline: Baseline { x0: 0.0, y0: base, slope: 0.0 },
            left: 0.0,
            right: width as f32,
            ascent: capital,
            descent: 0.3 * capital,
            x_height: capital / 1.47,
            inverted: false,
        };
        let right = (LEFT + 2 * example.width) as f32;
        (Raster::new(width as u32, height as u32, PixelLayout::Grey8, pixels).unwrap(), line, right)
    }

    const LEFT: usize = 120;

    /// What becomes of a line with these words, (text, confidence), when `digits` stand in the blank.
    fn filled(digits: &str, kind: Kind, words: &[(&str, f32)]) -> Vec<(String, f32)> {
        let (page, text_line, right) = page(digits);
        let rect = |i: usize| Rect { left: 90.0 * i as f32, top: 30.0, right: 90.0 * i as f32 + 80.0, bottom: 60.0 };
        let words: Vec<Word> = words.iter().enumerate().map(|(i, (t, c))| Word::new(*t, rect(i), *c)).collect();
        let mut line = Line { rect: rect(0), baseline: text_line.baseline, height: 40.0, words };
        fill(&page, &text_line, &[Place { kind, left: LEFT as f32, right }], &mut line);
        line.words.iter().map(|w| (w.text.clone(), w.confidence)).collect()
    }

    #[test]
    fn what_was_misread_in_a_blank_is_read_as_digits_and_never_sure() {
        let texts = |words: &[(String, f32)]| words.iter().map(|w| w.0.clone()).collect::<Vec<_>>();
        let number = filled("24", Kind::Number, &[("Số:⁄‡", 0.4), ("/CT-UBND", 0.99)]);
        assert_eq!(texts(&number), ["Số:", "24", "/CT-UBND"]);
        assert!(number[1].1 > LEAST && number[1].1 <= SUREST, "{number:?}");
        assert_eq!(number[2].1, 0.99, "what is printed stays as it was");
        let day = filled("24", Kind::Day, &[("ngàw'{", 0.4), ("tháng", 0.99), ("5", 0.99), ("năm", 0.99)]);
        assert_eq!(texts(&day), ["ngày", "24", "tháng", "5", "năm"]);
    }

    #[test]
    fn digits_that_were_read_surely_and_months_that_there_are_not_stay() {
        let sure = [("Số:", 0.99), ("25", 0.97), ("/CT-UBND", 0.99)];
        assert_eq!(filled("24", Kind::Number, &sure), sure.map(|(t, c)| (t.to_owned(), c)));
        for kept in
            [[("Số:", 0.99), ("15A", 0.97), ("/CT-UBND", 0.99)], [("ngân", 0.99), ("hàng", 0.99), ("tháng", 0.99)]]
        {
            assert_eq!(filled("24", Kind::Number, &kept), kept.map(|(t, c)| (t.to_owned(), c)));
            assert_eq!(filled("24", Kind::Day, &kept), kept.map(|(t, c)| (t.to_owned(), c)));
        }
        let open = [("Số:", 0.99), ("….", 0.5), ("/CT-UBND", 0.99)];
        assert_eq!(filled("24", Kind::Number, &open), open.map(|(t, c)| (t.to_owned(), c)), "left open");
        let no_day = filled("24", Kind::Day, &[("ngày", 0.99), ("0", 0.99), ("tháng", 0.99)]);
        assert_eq!(no_day[1].0, "24", "there is no day 0");
        let month = [("tháng", 0.99), ("Z4", 0.3), ("năm", 0.99)];
        assert_eq!(filled("24", Kind::Month, &month), month.map(|(t, c)| (t.to_owned(), c)));
    }
}
