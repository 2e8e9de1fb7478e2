//! Merkle trees over events (RFC 6962, RFC 9162 section 2.1): one hash speaks for all events up to a number; a proof of some
//! hundred bytes shows that an event is among them, or that a later tree only added to an earlier one.

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
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root; of no leaves the hash of nothing.
    pub fn root(&self) -> Sha256Digest {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Sha256Digest::of(b"") };
        peaks.fold(*last, |right, left| node(left, &right))
    }
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
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for beside in proof {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = node(beside, &hash);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && hash == *root
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

    proptest! {
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
