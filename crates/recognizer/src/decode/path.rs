//! The most likely labels, step by step.

use std::ops::Range;

use crate::network::Posteriors;

/// A label that stands out for one or more steps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spike {
    pub(crate) label: usize,
    /// Steps in which it is the most likely one.
    pub(crate) steps: Range<usize>,
    /// Its highest probability there.
    pub(crate) probability: f32,
}

/// The most likely label of each step; repeats are one spike, the null label is none.
pub(crate) fn best_path(posteriors: &Posteriors, null: usize) -> Vec<Spike> {
    let mut out: Vec<Spike> = Vec::new();
    let mut last = null;
    for (t, step) in posteriors.steps().enumerate() {
        let (label, probability) = most_likely(step);
        match out.last_mut() {
            _ if label == null => {}
            Some(spike) if label == last => {
                spike.steps.end = t + 1;
                spike.probability = spike.probability.max(probability);
            }
            _ => out.push(Spike { label, steps: t..t + 1, probability }),
        }
        last = label;
    }
    out
}

fn most_likely(step: &[f32]) -> (usize, f32) {
    let mut best = (0, f32::MIN);
    for (label, &probability) in step.iter().enumerate() {
        if probability > best.1 {
            best = (label, probability);
        }
    }
    best
}
