//! From probabilities to words.

mod beam;
mod lexicon;
mod path;
mod words;

pub(crate) use beam::{Reading, readings};
pub(crate) use lexicon::Lexicon;
pub(crate) use path::best_path;
pub(crate) use words::{Language, ReadWord, words};
