//! A dictionary as a directed acyclic word graph (Tesseract's `SquishedDawg`).

use super::ModelError;
use super::bytes::Bytes;

const MAGIC: i16 = 42;
const MAX_EDGES: usize = 1 << 24;
/// Flags above the letter: last edge of its node; the edge leads backwards; a word ends here.
const LAST: u64 = 1;
const WORD_END: u64 = 4;
const FLAG_BITS: u32 = 3;

/// Words over the numbers of characters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dawg {
    edges: Vec<u64>,
    letter_bits: u32,
}

/// A place in the graph: the edges that begin there may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Node(u32);

/// Where a letter leads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    /// Whether a word may end with the letter.
    pub(crate) ends_word: bool,
    /// Where longer words go on, if there are any.
    pub(crate) next: Option<Node>,
}

impl Dawg {
    pub(super) fn read(bytes: &[u8], part: &'static str) -> Result<Self, ModelError> {
        let mut bytes = Bytes::new(bytes, part);
        if bytes.i16()? != MAGIC {
            return Err(bytes.invalid("no word graph, or one of another byte order"));
        }
        let characters = bytes.count(1 << 20)?;
        let count = bytes.count(MAX_EDGES)?;
        let letter_bits = (characters + 1).next_power_of_two().trailing_zeros();
        let raw = bytes.take(count * 8)?;
        let edges: Vec<u64> =
            raw.chunks_exact(8).map(|b| b.iter().rev().fold(0, |v, &b| v << 8 | u64::from(b))).collect();
        let dawg = Self { edges, letter_bits };
        // Nothing that is followed later may lead out of the graph.
        if dawg.edges.iter().any(|&e| dawg.target(e) >= count as u64) && count > 0 {
            return Err(bytes.invalid("an edge leads out of the graph"));
        }
        if dawg.edges.last().is_some_and(|&e| dawg.flags(e) & LAST == 0) {
            return Err(bytes.invalid("the last node has no end"));
        }
        Ok(dawg)
    }

    fn flags(&self, edge: u64) -> u64 {
        edge >> self.letter_bits & ((1 << FLAG_BITS) - 1)
    }

    fn target(&self, edge: u64) -> u64 {
        edge >> (self.letter_bits + FLAG_BITS)
    }

    /// Where words begin.
    pub(crate) fn root(&self) -> Node {
        Node(0)
    }

    /// Follows `letter` from `node`.
    pub(crate) fn step(&self, node: Node, letter: u16) -> Option<Step> {
        let mask = (1u64 << self.letter_bits) - 1;
        for &edge in self.edges.get(node.0 as usize..)? {
            if edge & mask == u64::from(letter) {
                let target = self.target(edge) as u32;
                let next = (target != 0).then_some(Node(target));
                return Some(Step { ends_word: self.flags(edge) & WORD_END != 0, next });
            }
            if self.flags(edge) & LAST != 0 {
                break;
            }
        }
        None
    }

    /// Whether these letters are a word.
    pub(crate) fn contains(&self, letters: &[u16]) -> bool {
        let mut at = Some(self.root());
        let mut ends = false;
        for &letter in letters {
            let Some(step) = at.and_then(|node| self.step(node, letter)) else { return false };
            (at, ends) = (step.next, step.ends_word);
        }
        ends
    }
}
