//! Merkle trees (RFC 6962, RFC 9162 section 2.1): one hash speaks for all leaves up to a number; a proof of some hundred bytes
//! shows that a leaf is among them, or that a later tree only added to an earlier one.

use std::collections::{HashMap, HashSet};

use sohoa_domain::{Hasher, Sha256Digest};

/// Hash of a leaf: what separates it from a node is the zero in front.
pub fn leaf(data: &[u8]) -> Sha256Digest {
    let mut hasher = Hasher::default();
    hasher.update(&[0]);
    hasher.update(data);
    hasher.finish()
}

fn node(left: &Sha256Digest, right: &Sha256Digest) -> Sha256Digest {
    let mut hasher = Hasher::default();
    hasher.update(&[1]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    hasher.finish()
}

/// A tree that only grows and remembers no more than a hash for each binary digit of its size.
#[derive(Debug, Clone, Default)]
pub struct Growing {
    size: u64,
    /// Roots of full subtrees, largest first.
    peaks: Vec<Sha256Digest>,
}

impl Growing {
    /// Adds the hash of a leaf.
    pub fn push(&mut self, leaf: Sha256Digest) {
        self.push_and_see(leaf, |_, _| {});
    }

    /// The same; `see` is told every full subtree that it completes, by its leaves, and its root.
    fn push_and_see(&mut self, leaf: Sha256Digest, mut see: impl FnMut(Leaves, Sha256Digest)) {
        let (end, mut hash) = (self.size + 1, leaf);
        see((self.size, end), hash);
        for level in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
                see((end - (2 << level), end), hash);
            }
        }
        self.peaks.push(hash);
        self.size = end;
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root; of no leaves the hash of nothing.
    pub fn root(&self) -> Sha256Digest {
        fold(&self.peaks).unwrap_or_else(|| Sha256Digest::of(b""))
    }

    /// Root over the leaves from this one on, which is the first of a full subtree.
    fn root_from(&self, first: u64) -> Option<Sha256Digest> {
        // The full subtrees before it are as many as its binary ones.
        fold(self.peaks.get(first.count_ones() as usize..)?)
    }
}

/// Root over full subtrees, largest first.
fn fold(peaks: &[Sha256Digest]) -> Option<Sha256Digest> {
    let (last, others) = peaks.split_last()?;
    Some(others.iter().rev().fold(*last, |right, left| node(left, &right)))
}

/// Leaves by their places: the first, and the one behind the last.
type Leaves = (u64, u64);

/// A tree that grows and proves in the end that it only added to trees of earlier sizes. It remembers the hashes that such
/// proofs may need and no more.
#[derive(Debug, Clone, Default)]
pub struct Continuing {
    tree: Growing,
    /// Earlier sizes, and the root at each once it is passed.
    roots: HashMap<u64, Option<Sha256Digest>>,
    wanted: HashSet<Leaves>,
    kept: HashMap<Leaves, Sha256Digest>,
}

impl Continuing {
    /// An empty tree that will be asked for proofs of these sizes.
    pub fn new(sizes: impl IntoIterator<Item = u64>) -> Self {
        let mut new = Self::default();
        for size in sizes {
            new.roots.insert(size, (size == 0).then(|| new.tree.root()));
            let Some(last) = size.checked_sub(1) else { continue };
            // The largest full subtree that ends there, and what lies beside its way up.
            for level in size.trailing_zeros()..u64::BITS - 1 {
                let (place, length) = (last >> level, 1_u64 << level);
                for place in [place, place ^ 1] {
                    let leaves = place.checked_mul(length).and_then(|first| Some((first, first.checked_add(length)?)));
                    new.wanted.extend(leaves);
                }
            }
        }
        new
    }

    /// Adds the hash of a leaf.
    pub fn push(&mut self, leaf: Sha256Digest) {
        let Self { tree, wanted, kept, .. } = self;
        tree.push_and_see(leaf, |leaves, hash| {
            if wanted.contains(&leaves) {
                kept.insert(leaves, hash);
            }
        });
        if let Some(root) = self.roots.get_mut(&self.tree.size()) {
            *root = Some(self.tree.root());
        }
    }

    /// The tree as it is now.
    pub fn tree(&self) -> &Growing {
        &self.tree
    }

    /// The root when the tree had one of the sizes; `None` when it never had.
    pub fn root_at(&self, size: u64) -> Option<Sha256Digest> {
        *self.roots.get(&size)?
    }

    /// Proof that the tree of this size, one of those named, is the beginning of this tree (RFC 9162, 2.1.4.1). `None` when it
    /// never had that size.
    pub fn prove(&self, size: u64) -> Option<Vec<Sha256Digest>> {
        self.root_at(size)?;
        if size == 0 { Some(Vec::new()) } else { self.prove_within(size, (0, self.tree.size()), true) }
    }

    /// `whole`: the earlier tree is all of these leaves when it ends with them, so that its root is known.
    fn prove_within(&self, size: u64, (first, end): Leaves, whole: bool) -> Option<Vec<Sha256Digest>> {
        let root = |leaves: Leaves| {
            self.kept
                .get(&leaves)
                .copied()
                .or_else(|| self.tree.root_from(leaves.0).filter(|_| leaves.1 == self.tree.size()))
        };
        if size == end {
            return if whole { Some(Vec::new()) } else { Some(vec![root((first, end))?]) };
        }
        let middle = first + (1 << (u64::BITS - 1 - (end - first - 1).leading_zeros()));
        let (mut proof, beside) = if size <= middle {
            (self.prove_within(size, (first, middle), whole)?, (middle, end))
        } else {
            (self.prove_within(size, (middle, end), false)?, (first, middle))
        };
        proof.push(root(beside)?);
        Some(proof)
    }
}

/// Whether a proof shows that an earlier tree, by size and root, is the beginning of a later one (RFC 9162, 2.1.4.2).
pub fn continues(earlier: (u64, &Sha256Digest), later: (u64, &Sha256Digest), proof: &[Sha256Digest]) -> bool {
    let ((size, root), (later_size, later_root)) = (earlier, later);
    if size == 0 || size >= later_size {
        let nothing = size == 0 && *root == Sha256Digest::of(b"");
        return proof.is_empty() && (nothing || (size == later_size && root == later_root));
    }
    // Of an earlier tree that is one full subtree the root itself is where the way begins.
    let (begin, path) = match proof {
        path if size.is_power_of_two() => (root, path),
        [begin, path @ ..] => (begin, path),
        [] => return false,
    };
    let shift = size.trailing_zeros();
    climb(path, (size - 1) >> shift, (later_size - 1) >> shift, begin) == Some((*root, *later_root))
}

/// Goes up from the node at place `at` of a level whose last node is at `last`. Gives the root of the tree that ends with the
/// node, and that of the whole tree. `None` when the path is too long or too short.
fn climb(
    path: &[Sha256Digest],
    mut at: u64,
    mut last: u64,
    begin: &Sha256Digest,
) -> Option<(Sha256Digest, Sha256Digest)> {
    let (mut old, mut new) = (*begin, *begin);
    for beside in path {
        if last == 0 {
            return None;
        }
        if at % 2 == 1 || at == last {
            (old, new) = (node(beside, &old), node(beside, &new));
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            new = node(&new, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    (last == 0).then_some((old, new))
}

/// Largest power of two below `n`, which is at least 2.
fn split(n: usize) -> usize {
    1 << (usize::BITS - 1 - (n - 1).leading_zeros())
}

/// Root over hashes of leaves.
pub fn root(leaves: &[Sha256Digest]) -> Sha256Digest {
    let mut tree = Growing::default();
    leaves.iter().for_each(|l| tree.push(*l));
    tree.root()
}

/// Proof that the leaf at `index` is among `leaves` (RFC 9162, 2.1.3.1): the hashes beside its way up, lowest first. `None`
/// beyond the end.
pub fn prove_inclusion(leaves: &[Sha256Digest], index: usize) -> Option<Vec<Sha256Digest>> {
    if index >= leaves.len() {
        return None;
    }
    if leaves.len() == 1 {
        return Some(Vec::new());
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (within, index, beside) =
        if index < left.len() { (left, index, right) } else { (right, index - left.len(), left) };
    let mut proof = prove_inclusion(within, index)?;
    proof.push(root(beside));
    Some(proof)
}

/// Whether a proof shows that a leaf is at `index` of the tree of `size` leaves with this root (RFC 9162, 2.1.3.2).
pub fn includes(root: &Sha256Digest, size: u64, index: u64, leaf: &Sha256Digest, proof: &[Sha256Digest]) -> bool {
    index < size && climb(proof, index, size - 1, leaf).is_some_and(|(_, new)| new == *root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition (RFC 6962, 2.1), word for word.
    fn by_definition(leaves: &[Sha256Digest]) -> Sha256Digest {
        match leaves {
            [] => Sha256Digest::of(b""),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                node(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn roots_of_the_published_test_vectors() {
        // Inputs and roots of the Certificate Transparency reference implementation.
        let inputs: [&[u8]; 8] = [
            b"",
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let leaves: Vec<_> = inputs.iter().map(|i| leaf(i)).collect();
        let one = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        let eight = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
        assert_eq!(root(&leaves[..1]).to_string(), one);
        assert_eq!(root(&leaves).to_string(), eight);
    }

    /// The definition (RFC 9162, 2.1.4.1), word for word.
    fn subproof(m: usize, leaves: &[Sha256Digest], whole: bool) -> Vec<Sha256Digest> {
        if m == leaves.len() {
            return if whole { Vec::new() } else { vec![by_definition(leaves)] };
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        if m <= left.len() {
            [subproof(m, left, whole), vec![by_definition(right)]].concat()
        } else {
            [subproof(m - left.len(), right, false), vec![by_definition(left)]].concat()
        }
    }

    #[test]
    fn every_earlier_tree_of_a_small_one_is_proved_as_defined() {
        let leaves: Vec<_> = (0..70_u64).map(|n| leaf(&n.to_be_bytes())).collect();
        for size in 0..=leaves.len() {
            let mut tree = Continuing::new(0..=size as u64);
            leaves[..size].iter().for_each(|l| tree.push(*l));
            let new = tree.tree().root();
            for earlier in 1..=size {
                let (m, n) = (earlier as u64, size as u64);
                let (old, proof) = (by_definition(&leaves[..earlier]), tree.prove(m).unwrap());
                assert_eq!(proof, subproof(earlier, &leaves[..size], true), "{m} of {n}");
                assert_eq!(tree.root_at(m), Some(old));
                assert!(continues((m, &old), (n, &new), &proof), "{m} of {n}");
            }
            assert_eq!((tree.prove(0), tree.prove(size as u64 + 1)), (Some(Vec::new()), None));
            assert!(continues((0, &root(&[])), (size as u64, &new), &[]));
        }
    }

    proptest! {
        #[test]
        fn a_changed_history_has_no_proof(size in 2usize..70, at in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>()) {
            let earlier = 1 + cut.index(size - 1);
            let mut leaves: Vec<_> = (0..size).map(|n| leaf(&n.to_be_bytes())).collect();
            let old = root(&leaves[..earlier]);
            let grown = |leaves: &[Sha256Digest]| {
                let mut tree = Continuing::new([earlier as u64]);
                leaves.iter().for_each(|l| tree.push(*l));
                (tree.tree().root(), tree.prove(earlier as u64).unwrap())
            };
            let holds = |old: &Sha256Digest, m: usize, new: &Sha256Digest, n: usize, proof: &[Sha256Digest]| {
                continues((m as u64, old), (n as u64, new), proof)
            };
            let (new, proof) = grown(&leaves);
            prop_assert!(holds(&old, earlier, &new, size, &proof));
            for place in 0..proof.len() {
                let mut wrong = proof.clone();
                wrong[place] = leaf(b"other");
                prop_assert!(!holds(&old, earlier, &new, size, &wrong));
                wrong.remove(place);
                prop_assert!(!holds(&old, earlier, &new, size, &wrong));
            }
            prop_assert!(!holds(&old, earlier, &new, size, &[&proof[..], &[old]].concat()));
            prop_assert!(!holds(&new, size, &old, earlier, &proof));
            leaves[at.index(earlier)] = leaf(b"rewritten");
            let (new, proof) = grown(&leaves);
            prop_assert!(!holds(&old, earlier, &new, size, &proof));
        }

        #[test]
        fn a_proof_holds_for_its_leaf_and_place_only(size in 1usize..70, at in any::<prop::sample::Index>(), other in any::<u8>()) {
            let leaves: Vec<_> = (0..size).map(|n| leaf(&n.to_be_bytes())).collect();
            let (index, root) = (at.index(size), root(&leaves));
            prop_assert_eq!(root, by_definition(&leaves));
            let proof = prove_inclusion(&leaves, index).unwrap();
            let holds = |size: usize, index: usize, leaf: &Sha256Digest, proof: &[Sha256Digest]| {
                includes(&root, size as u64, index as u64, leaf, proof)
            };
            prop_assert!(holds(size, index, &leaves[index], &proof));
            prop_assert!(!holds(size, index, &leaf(&[other]), &proof));
            prop_assert!((0..size).all(|i| i == index || !holds(size, i, &leaves[index], &proof)));
            if let Some(shorter) = proof.split_last() {
                prop_assert!(!holds(size, index, &leaves[index], shorter.1));
                let mut wrong = proof.clone();
                wrong[0] = leaf(&[other]);
                prop_assert!(!holds(size, index, &leaves[index], &wrong));
            }
        }
    }
}
