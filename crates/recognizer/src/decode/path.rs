//! The most likely labels, step by step.
//!
//! Two labels that compete over neighbouring steps (ô and ố) are one character, and greedy decoding would give both. As in
//! Tesseract (`recodebeam.cpp`), a character may therefore begin or end in a step whose probability it shares with the
//! null label or with the label before it, provided that another step is its own. Only the two likeliest labels of a step
//! take part, so the search keeps six states.

use std::ops::Range;

use crate::network::Posteriors;

/// Least logarithm of a probability.
const FLOOR: f32 = -20.0;

/// A character on the path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spike {
    pub(crate) label: usize,
    /// Its steps.
    pub(crate) steps: Range<usize>,
    /// Its highest probability there.
    pub(crate) probability: f32,
}

/// What may follow a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Anything,
    /// The same label again: the step was shared at the start.
    Repeat,
    /// Another label: the step was shared at the end.
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    label: usize,
    then: Then,
    /// Goes on with the label of the step before.
    repeats: bool,
    score: f32,
    /// Place of the node before, in the step before.
    before: usize,
}

/// The nodes of one step, at most one for each label and continuation.
#[derive(Debug, Clone, Default)]
struct Step(Vec<Node>);

impl Step {
    fn push(&mut self, node: Node) {
        match self.0.iter_mut().find(|n| n.label == node.label && n.then == node.then) {
            Some(same) if same.score >= node.score => {}
            Some(same) => *same = node,
            None => self.0.push(node),
        }
    }
}

/// The characters of the most likely path.
pub(crate) fn best_path(posteriors: &Posteriors, null: usize) -> Vec<Spike> {
    let mut steps: Vec<Step> = Vec::with_capacity(posteriors.steps().len());
    for (t, values) in posteriors.steps().enumerate() {
        let likely = two_likeliest(values);
        let mut step = Step::default();
        match t.checked_sub(1).and_then(|t| steps.get(t)) {
            None => begin(values, likely, null, &mut step),
            Some(last) => {
                for (place, node) in last.0.iter().enumerate() {
                    go_on(values, likely, null, *node, place, &mut step);
                }
            }
        }
        steps.push(step);
    }
    spikes(posteriors, &steps, null)
}

fn ln(probability: f32) -> f32 {
    probability.max(2e-9).ln().max(FLOOR)
}

fn two_likeliest(values: &[f32]) -> [usize; 2] {
    let (mut first, mut second) = ((0, f32::MIN), (0, f32::MIN));
    for (label, &value) in values.iter().enumerate() {
        if value > first.1 {
            (first, second) = ((label, value), first);
        } else if value > second.1 {
            second = (label, value);
        }
    }
    [first.0, second.0]
}

fn begin(values: &[f32], likely: [usize; 2], null: usize, step: &mut Step) {
    for label in likely {
        step.push(Node { label, then: Then::Anything, repeats: false, score: ln(values[label]), before: 0 });
        if label != null {
            let shared = ln(values[label] + values[null]);
            step.push(Node { label, then: Then::Repeat, repeats: false, score: shared, before: 0 });
        }
    }
}

fn go_on(values: &[f32], likely: [usize; 2], null: usize, last: Node, before: usize, step: &mut Step) {
    let mut push = |label, then, repeats, probability: f32| {
        step.push(Node { label, then, repeats, score: last.score + ln(probability), before });
    };
    if likely.contains(&last.label) {
        if last.then != Then::Other {
            push(last.label, Then::Anything, true, values[last.label]);
        }
        if last.then == Then::Anything && last.label != null {
            push(last.label, Then::Other, true, values[last.label] + values[null]);
        }
    }
    if last.then == Then::Repeat {
        return;
    }
    for label in likely.into_iter().filter(|l| *l != last.label) {
        push(label, Then::Anything, false, values[label]);
        if label != null {
            let rivals = last.then == Then::Anything && last.label != null && likely.contains(&last.label);
            let of_last = if rivals { values[last.label] } else { 0.0 };
            push(label, Then::Repeat, false, values[label] + values[null] + of_last);
        }
    }
}

fn spikes(posteriors: &Posteriors, steps: &[Step], null: usize) -> Vec<Spike> {
    let ends = steps.last().map_or(&[][..], |step| &step.0);
    let complete = ends.iter().enumerate().filter(|(_, n)| n.then != Then::Repeat);
    let Some((mut place, _)) = complete.max_by(|a, b| a.1.score.total_cmp(&b.1.score)) else { return Vec::new() };
    let mut out: Vec<Spike> = Vec::new();
    let mut end = steps.len();
    for (t, step) in steps.iter().enumerate().rev() {
        let node = step.0[place];
        if !node.repeats {
            if node.label != null {
                let steps = t..end;
                let probability = steps.clone().map(|t| posteriors.step(t)[node.label]).fold(0.0, f32::max);
                out.push(Spike { label: node.label, steps, probability });
            }
            end = t;
        }
        place = node.before;
    }
    out.reverse();
    out
}
