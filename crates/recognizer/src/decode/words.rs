//! The words of a line: the most likely path, and where the dictionary does not know a word in small letters, another
//! reading of the same ink that it knows and that is nearly as likely.
//!
//! What has digits, symbols or capitals is never changed: a dictionary would turn codes and names into other ones.

use std::ops::Range;

use super::beam::{Reading, readings};
use super::lexicon::{Kind, Lexicon};
use super::path::Spike;
use crate::model::Charset;
use crate::network::Posteriors;

/// How much less likely (natural logarithm) a known word may be than an unknown one to take its place.
const LICENCE: f32 = 4.0;
/// A word whose weakest character is at least this likely is not looked at again.
const SURE: f32 = 0.98;
/// Other readings that are kept for a doubtful word.
const MAX_ALTERNATIVES: usize = 3;
/// How much less likely another reading may be to be kept.
const KEPT: f32 = 4.0;

/// A character of a word.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReadCharacter {
    pub(crate) text: String,
    pub(crate) probability: f32,
    /// The step in its middle.
    pub(crate) step: usize,
}

/// A word as read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReadWord {
    pub(crate) characters: Vec<ReadCharacter>,
    /// Steps from its first to its last character.
    pub(crate) steps: Range<usize>,
    /// In small letters, and not in the dictionary.
    pub(crate) strange: bool,
    /// Share of the probability that this reading has among all that were considered.
    pub(crate) share: f32,
    /// Other readings, likeliest first.
    pub(crate) alternatives: Vec<String>,
}

impl ReadWord {
    /// How likely the word is right, 0 to 1.
    pub(crate) fn confidence(&self) -> f32 {
        let weakest = self.characters.iter().map(|c| c.probability).fold(1.0, f32::min);
        weakest.min(self.share)
    }

    pub(crate) fn text(&self) -> String {
        self.characters.iter().map(|c| c.text.as_str()).collect()
    }
}

/// What is needed to turn labels into text.
pub(crate) struct Language<'a> {
    pub(crate) charset: &'a Charset,
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) null: usize,
}

impl Language<'_> {
    fn text_of(&self, label: usize) -> &str {
        let character = self.charset.of_label.get(label).copied().flatten();
        character.map_or("", |c| self.charset.characters[usize::from(c)].text.as_str())
    }

    fn text(&self, labels: &[usize]) -> String {
        labels.iter().map(|&label| self.text_of(label)).collect()
    }

    fn is_space(&self, label: usize) -> bool {
        self.text_of(label) == " "
    }

    /// Words of small letters only, all in the dictionary.
    fn is_known(&self, text: &str) -> bool {
        let mut words = text.split(' ').peekable();
        words.peek().is_some() && words.all(|w| self.lexicon.kind(w, self.charset) == Kind::Known)
    }
}

/// The words of a line from its most likely path.
pub(crate) fn words(posteriors: &Posteriors, path: &[Spike], language: &Language) -> Vec<ReadWord> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < path.len() {
        if language.is_space(path[start].label) {
            start += 1;
            continue;
        }
        let len = path[start..].iter().take_while(|s| !language.is_space(s.label)).count();
        let spikes = &path[start..start + len];
        // All that lies between the neighbouring spaces belongs to the word.
        let from = start.checked_sub(1).map_or(0, |i| path[i].steps.end);
        let to = path.get(start + len).map_or(posteriors.steps().len(), |s| s.steps.start);
        read(posteriors, spikes, from..to, language, &mut out);
        start += len;
    }
    out
}

fn read(posteriors: &Posteriors, spikes: &[Spike], around: Range<usize>, language: &Language, out: &mut Vec<ReadWord>) {
    let labels: Vec<usize> = spikes.iter().map(|s| s.label).collect();
    let text = language.text(&labels);
    let weakest = spikes.iter().map(|s| s.probability).fold(1.0, f32::min);
    let kind = language.lexicon.kind(&text, language.charset);
    let steps = spikes[0].steps.start..spikes[spikes.len() - 1].steps.end;
    let characters = spikes.iter().map(|s| ReadCharacter {
        text: language.text_of(s.label).to_owned(),
        probability: s.probability,
        step: s.steps.start.midpoint(s.steps.end.saturating_sub(1)),
    });
    let mut word = ReadWord {
        characters: characters.collect(),
        steps,
        strange: kind == Kind::Unknown,
        share: 1.0,
        alternatives: Vec::new(),
    };
    if weakest >= SURE {
        out.push(word);
        return;
    }
    let found = readings(posteriors, around.clone(), language.null);
    let own = found.iter().find(|r| r.labels == labels).map_or(f32::NEG_INFINITY, |r| r.score);
    if kind == Kind::Unknown {
        let better = found.iter().find(|r| r.score >= own - LICENCE && language.is_known(&language.text(&r.labels)));
        if let Some(better) = better {
            replaced(posteriors, better, around, language, out);
            return;
        }
    }
    let total: f32 = found.iter().map(|r| (r.score - own).exp()).sum();
    word.share = if own.is_finite() { 1.0 / total } else { 0.0 };
    word.alternatives = found
        .iter()
        .filter(|r| r.labels != labels && r.score >= own - KEPT)
        .map(|r| language.text(&r.labels))
        .filter(|t| !t.trim().is_empty())
        .take(MAX_ALTERNATIVES)
        .collect();
    out.push(word);
}

/// Pushes the words of another reading. Their characters get the steps at which their labels are most likely, in order.
fn replaced(
    posteriors: &Posteriors,
    reading: &Reading,
    around: Range<usize>,
    language: &Language,
    out: &mut Vec<ReadWord>,
) {
    let places = aligned(posteriors, &reading.labels, around, language.null);
    let mut word: Option<ReadWord> = None;
    for (&label, place) in reading.labels.iter().zip(places) {
        if language.is_space(label) {
            out.extend(word.take());
            continue;
        }
        let character = ReadCharacter {
            text: language.text_of(label).to_owned(),
            probability: posteriors.step(place)[label],
            step: place,
        };
        let word = word.get_or_insert_with(|| ReadWord {
            characters: Vec::new(),
            steps: place..place + 1,
            strange: false,
            share: reading.score.exp().min(1.0),
            alternatives: Vec::new(),
        });
        word.characters.push(character);
        word.steps.end = place + 1;
    }
    out.extend(word);
}

/// A step for each label, in order, such that the product of all probabilities is greatest (Viterbi).
fn aligned(posteriors: &Posteriors, labels: &[usize], steps: Range<usize>, null: usize) -> Vec<usize> {
    let (n, m) = (steps.len(), labels.len());
    // best[j]: the first j labels placed in the steps so far. Skipped steps count as null.
    let mut best = vec![f32::NEG_INFINITY; m + 1];
    best[0] = 0.0;
    let mut placed = vec![false; n * (m + 1)];
    for (i, t) in steps.clone().enumerate() {
        let step = posteriors.step(t);
        let ln = |label: usize| step[label].max(1e-10).ln();
        for j in (0..=m).rev() {
            let stay = best[j] + ln(null).max(if j > 0 { ln(labels[j - 1]) } else { f32::MIN });
            let place = if j > 0 { best[j - 1] + ln(labels[j - 1]) } else { f32::NEG_INFINITY };
            placed[i * (m + 1) + j] = place > stay;
            best[j] = stay.max(place);
        }
    }
    let mut out = vec![steps.start; m];
    let mut j = m;
    for i in (0..n).rev() {
        if j > 0 && placed[i * (m + 1) + j] {
            out[j - 1] = steps.start + i;
            j -= 1;
        }
    }
    out
}
