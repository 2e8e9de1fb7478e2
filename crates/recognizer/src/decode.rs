//! From probabilities to text.

use crate::network::Posteriors;

/// The most likely label of each step, repeats and the null label left out.
pub(crate) fn greedy(posteriors: &Posteriors, null: usize) -> Vec<usize> {
    let mut last = null;
    let mut out = Vec::new();
    for step in posteriors.steps() {
        let best = step.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(null, |(label, _)| label);
        if best != null && best != last {
            out.push(best);
        }
        last = best;
    }
    out
}
