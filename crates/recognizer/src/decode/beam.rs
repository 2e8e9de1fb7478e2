//! Other readings of a part of a line: prefix beam search over a connectionist temporal classification (Graves 2012,
//! Hannun 2014).

use std::ops::Range;

use crate::network::Posteriors;

/// Readings that are followed at a time.
const WIDTH: usize = 16;
/// Labels less likely than this do not start a reading.
const LEAST: f32 = 1e-3;

/// A reading of some steps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) labels: Vec<usize>,
    /// Natural logarithm of its probability.
    pub(crate) score: f32,
}

/// Probabilities of a prefix that ends in a null label, and in its own last label.
#[derive(Clone)]
struct Prefix {
    labels: Vec<usize>,
    ends_null: f32,
    ends_label: f32,
}

impl Prefix {
    fn total(&self) -> f32 {
        self.ends_null + self.ends_label
    }
}

/// The most likely readings of `steps`, best first.
pub(crate) fn readings(posteriors: &Posteriors, steps: Range<usize>, null: usize) -> Vec<Reading> {
    let mut prefixes = vec![Prefix { labels: Vec::new(), ends_null: 1.0, ends_label: 0.0 }];
    // Probabilities are rescaled at each step, so that long parts do not vanish.
    let mut scale = 0.0f32;
    for t in steps {
        let step = posteriors.step(t);
        let likely: Vec<usize> = (0..step.len()).filter(|&l| l != null && step[l] >= LEAST).collect();
        let mut next: Vec<Prefix> = Vec::with_capacity(prefixes.len() * (likely.len() + 1));
        for prefix in &prefixes {
            let last = prefix.labels.last().copied();
            let stay = last.map_or(0.0, |l| prefix.ends_label * step[l]);
            add(&mut next, &prefix.labels, None, prefix.total() * step[null], stay);
            for &label in &likely {
                // The same label again needs a null between.
                let from = if last == Some(label) { prefix.ends_null } else { prefix.total() };
                add(&mut next, &prefix.labels, Some(label), 0.0, from * step[label]);
            }
        }
        next.sort_by(|a, b| b.total().total_cmp(&a.total()));
        next.truncate(WIDTH);
        let most = next.first().map_or(1.0, Prefix::total).max(f32::MIN_POSITIVE);
        for prefix in &mut next {
            prefix.ends_null /= most;
            prefix.ends_label /= most;
        }
        scale += most.ln();
        prefixes = next;
    }
    prefixes.into_iter().map(|p| Reading { score: p.total().ln() + scale, labels: p.labels }).collect()
}

fn add(prefixes: &mut Vec<Prefix>, labels: &[usize], label: Option<usize>, ends_null: f32, ends_label: f32) {
    if ends_null + ends_label <= 0.0 {
        return;
    }
    let same = |p: &&mut Prefix| match label {
        None => p.labels == labels,
        Some(label) => p.labels.split_last() == Some((&label, labels)),
    };
    match prefixes.iter_mut().find(same) {
        Some(prefix) => {
            prefix.ends_null += ends_null;
            prefix.ends_label += ends_label;
        }
        None => {
            let labels = labels.iter().copied().chain(label).collect();
            prefixes.push(Prefix { labels, ends_null, ends_label });
        }
    }
}
