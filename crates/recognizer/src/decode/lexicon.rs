//! What the model's own dictionary knows of a word.

use crate::model::{Charset, Dawg};

/// The word list of a model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lexicon {
    words: Option<Dawg>,
}

/// What a token looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Small letters of the dictionary's, between punctuation if any.
    Known,
    /// Small letters that the dictionary does not have.
    Unknown,
    /// Digits, capitals, symbols inside: codes, numbers, names, abbreviations. No dictionary has a say in these.
    Other,
}

impl Lexicon {
    pub(crate) fn new(words: Option<Dawg>) -> Self {
        Self { words }
    }

    /// What a token is; `text` has no spaces.
    pub(crate) fn kind(&self, text: &str, charset: &Charset) -> Kind {
        let core = core(text);
        if core.is_empty() || !core.chars().all(char::is_lowercase) {
            return Kind::Other;
        }
        if self.has(core, charset) { Kind::Known } else { Kind::Unknown }
    }

    fn has(&self, core: &str, charset: &Charset) -> bool {
        let Some(words) = &self.words else { return false };
        let mut buffer = [0; 4];
        let letters: Option<Vec<u16>> = core.chars().map(|c| charset.find(c.encode_utf8(&mut buffer))).collect();
        letters.is_some_and(|letters| words.contains(&letters))
    }
}

/// A token without the punctuation around it.
pub(crate) fn core(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric())
}
