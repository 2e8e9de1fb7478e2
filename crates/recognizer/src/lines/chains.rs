//! Letters that stand side by side, close together: words and more.

use super::glyphs::{Glyph, Shelf};

/// Largest gap within a chain, in heights of the higher letter.
const GAP: f32 = 0.9;
/// Largest ratio of heights of neighbours: of Ấ to n.
const RATIO: f32 = 2.3;

/// Chains of indices into `letters`, from left to right; every letter is in exactly one.
pub(super) fn chains(letters: &[Glyph]) -> Vec<Vec<usize>> {
    let reach = |i: usize| {
        let a = &letters[i];
        ((a.middle().0, a.right + GAP * RATIO * a.height()), (a.top, a.bottom))
    };
    let before = Shelf::new(letters).followed(letters.len(), reach, |i, j| distance(&letters[i], &letters[j]));
    followers(&before)
}

/// Chains from what each piece follows ([`Shelf::followed`]); every piece is in exactly one.
pub(super) fn followers(before: &[Option<(usize, f32)>]) -> Vec<Vec<usize>> {
    let mut next: Vec<Option<usize>> = vec![None; before.len()];
    for (j, b) in before.iter().enumerate() {
        if let Some((i, _)) = b {
            next[*i] = Some(j);
        }
    }
    let starts = (0..before.len()).filter(|j| before[*j].is_none());
    starts.map(|start| std::iter::successors(Some(start), |i| next[*i]).collect()).collect()
}

/// How far `b` is behind `a`, `None` when they cannot be neighbours in a line.
fn distance(a: &Glyph, b: &Glyph) -> Option<f32> {
    let (low, high) = (a.height().min(b.height()), a.height().max(b.height()));
    let gap = b.left - a.right;
    let common = a.bottom.min(b.bottom) - a.top.max(b.top);
    let ahead = b.middle().0 > a.middle().0;
    let fits = ahead && high <= RATIO * low && gap <= GAP * high && common >= 0.5 * low;
    fits.then(|| gap.max(0.0) + (a.bottom - b.bottom).abs().min((a.middle().1 - b.middle().1).abs()))
}
