//! What is searched for, word by word, and where it stands in a text.

use serde::{Deserialize, Serialize};
use sohoa_domain::text::{fold, nfc};

/// Words of a query that count; what is typed behind them does not.
const MOST_WORDS: usize = 32;
/// Words of a snippet before its first hit; behind it there are twice as many.
const WORDS_AROUND: usize = 12;
/// What separates the pages of a text.
const PAGE_BREAK: char = '\u{c}';

/// Letters and digits, without those in circles and squares, which the index takes for signs.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}')
}

/// Whether a character belongs to a word: letters, digits and the marks that they carry.
fn in_word(c: char) -> bool {
    is_letter(c) || ('\u{300}'..='\u{36f}').contains(&c)
}

/// The words of a text as they are printed.
fn printed(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !in_word(c)).filter(|word| word.contains(is_letter))
}

/// The words of a text, lower case, in NFC.
pub(crate) fn words(text: &str) -> Vec<String> {
    printed(&nfc(text).to_lowercase()).map(str::to_owned).collect()
}

/// The words that are searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWords {
    pub(crate) exact: Vec<String>,
    pub(crate) folded: Vec<String>,
}

/// A part of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnippetPart {
    /// What is printed, on one line.
    pub text: String,
    /// It is what was searched for.
    pub hit: bool,
}

impl SearchWords {
    /// The words of what a person typed: none of it is ever read as search syntax.
    pub fn of(typed: &str) -> Self {
        let mut exact = words(typed);
        exact.truncate(MOST_WORDS);
        Self::of_exact(exact)
    }

    /// All words of a text.
    pub(crate) fn of_text(text: &str) -> Self {
        Self::of_exact(words(text))
    }

    fn of_exact(exact: Vec<String>) -> Self {
        let folded = exact.iter().map(|word| fold(word)).collect();
        Self { exact, folded }
    }

    /// There is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty()
    }

    /// Which of these pieces of a text, in their order, are hits. The whole phrase as it was typed is looked for first, then without
    /// its accents, then single words in the same way: what is found first is marked, nothing else.
    pub fn hits(&self, pieces: &[&str]) -> Vec<bool> {
        let mut exact = Vec::new();
        for (place, piece) in pieces.iter().enumerate() {
            exact.extend(words(piece).into_iter().map(|word| (place, word)));
        }
        let folded: Vec<(usize, String)> = exact.iter().map(|(place, word)| (*place, fold(word))).collect();
        let mut marked = vec![false; pieces.len()];
        let mut mark = |there: &[(usize, String)], wanted: &[String]| {
            let mut found = false;
            for run in there.windows(wanted.len().max(1)) {
                if run.iter().map(|(_, word)| word).eq(wanted) {
                    found = true;
                    run.iter().for_each(|(place, _)| marked[*place] = true);
                }
            }
            found
        };
        let _ = mark(&exact, &self.exact)
            || mark(&folded, &self.folded)
            || self.exact.iter().filter(|word| mark(&exact, std::slice::from_ref(*word))).count() > 0
            || self.folded.iter().filter(|word| mark(&folded, std::slice::from_ref(*word))).count() > 0;
        marked
    }

    /// Pages of a text, from 1, on which a word of the search stands; those with the whole phrase alone, when there are any.
    pub fn pages(&self, text: &str) -> Vec<usize> {
        let (mut words, mut phrase) = (Vec::new(), Vec::new());
        for (page, number) in text.split(PAGE_BREAK).zip(1..) {
            let folded = fold(page);
            if printed(&folded).any(|word| self.folded.iter().any(|wanted| wanted == word)) {
                words.push(number);
                if self.is_phrase_of(&folded) {
                    phrase.push(number);
                }
            }
        }
        if phrase.is_empty() { words } else { phrase }
    }

    /// What stands around the first hit of a text, and on which of its pages, from 1. The whole phrase is shown before a page with
    /// single words of it.
    pub(crate) fn snippet(&self, text: &str) -> (u32, Vec<SnippetPart>) {
        let mut best = None;
        for (page, number) in text.split(PAGE_BREAK).zip(1u32..) {
            let folded = fold(page);
            if !self.folded.iter().any(|word| folded.contains(word.as_str())) {
                continue;
            }
            let is_phrase = self.is_phrase_of(&folded);
            if best.is_none() || is_phrase {
                best = Some((number, page));
            }
            if is_phrase {
                break;
            }
        }
        best.map_or((1, Vec::new()), |(number, page)| (number, self.parts(page)))
    }

    fn is_phrase_of(&self, folded: &str) -> bool {
        let there: Vec<&str> = printed(folded).collect();
        there.windows(self.folded.len().max(1)).any(|run| run.iter().eq(&self.folded))
    }

    /// What stands around the first hit of a page.
    fn parts(&self, page: &str) -> Vec<SnippetPart> {
        let line = page.split_whitespace().collect::<Vec<_>>().join(" ");
        // Where each word stands, bytes.
        let mut places: Vec<(usize, usize)> = Vec::new();
        let mut start = None;
        for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
            match (in_word(c), start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    places.push((from, at));
                    start = None;
                }
                _ => {}
            }
        }
        let pieces: Vec<&str> = places.iter().map(|(from, to)| &line[*from..*to]).collect();
        let hits = self.hits(&pieces);
        let marked = || places.iter().zip(&hits).filter(|(_, hit)| **hit).map(|(place, _)| *place);
        let Some((first, end)) = marked().next() else { return Vec::new() };
        // Whole words: from behind a space, to before one.
        let from = line[..first].char_indices().rev().filter(|(_, c)| *c == ' ').nth(WORDS_AROUND);
        let from = from.map_or(0, |(at, _)| at + 1);
        let to = line[end..].char_indices().filter(|(_, c)| *c == ' ').nth(2 * WORDS_AROUND);
        let to = to.map_or(line.len(), |(at, _)| end + at);
        let (mut parts, mut done) = (Vec::new(), from);
        let mut part = |text: &str, hit| {
            if !text.is_empty() {
                parts.push(SnippetPart { text: text.to_owned(), hit });
            }
        };
        for (a, b) in marked().filter(|(_, b)| *b <= to) {
            part(&line[done..a], false);
            part(&line[a..b], true);
            done = b;
        }
        part(&line[done..to], false);
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A snippet on one line, hits between `[` and `]`.
    fn snippet(wanted: &str, text: &str) -> (u32, String) {
        let (page, parts) = SearchWords::of(wanted).snippet(text);
        (page, parts.iter().map(|p| if p.hit { format!("[{}]", p.text) } else { p.text.clone() }).collect())
    }

    #[test]
    fn snippets_show_the_printed_words() {
        let text = "Căn cứ đơn đề nghị,\ncấp GIẤY phép xây dựng.";
        assert_eq!(snippet("giay", text), (1, "Căn cứ đơn đề nghị, cấp [GIẤY] phép xây dựng.".to_owned()));
        assert_eq!(snippet("không", text), (1, String::new()));
    }

    #[test]
    fn the_phrase_is_shown_rather_than_its_words() {
        let text = "giấy của phép\u{c}không có gì\u{c}xin giấy phép, rồi giấy khác";
        assert_eq!(snippet("giấy phép", text), (3, "xin [giấy] [phép], rồi giấy khác".to_owned()));
        assert_eq!(snippet("giay PHEP", text).0, 3);
        assert_eq!(SearchWords::of("giay phep").pages(text), [3]);
        assert_eq!(SearchWords::of("giấy có").pages(text), [1, 2, 3]);
        assert_eq!(SearchWords::of("gì đó").pages(text), [2]);
        assert_eq!(SearchWords::of("ph").pages(text), [] as [usize; 0]);
        assert_eq!(snippet("phép của", text), (1, "[giấy] [của] [phép]".replace("[giấy]", "giấy")));
    }

    #[test]
    fn what_the_index_takes_for_signs_is_no_word() {
        assert_eq!(SearchWords::of("ⓐ a\u{301}. \u{301} 🄰 a").exact, ["á", "a"]);
    }

    #[test]
    fn a_printed_piece_may_hold_several_words() {
        let words = SearchWords::of("15/qđ-ubnd");
        assert_eq!(words.hits(&["Số:", "15/QĐ-UBND", "ngày", "15"]), [false, true, false, false]);
        assert_eq!(SearchWords::of("giấy").hits(&["Giấy", "giây"]), [true, false]);
        assert_eq!(SearchWords::of("giay").hits(&["Giấy", "giây"]), [true, true]);
        assert_eq!(SearchWords::of("").hits(&["Giấy"]), [false]);
    }

    #[test]
    fn search_syntax_is_only_words() {
        assert_eq!(words("\"a\" OR b* NEAR(c)"), ["a", "or", "b", "near", "c"]);
    }
}
