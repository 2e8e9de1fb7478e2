//! Connected groups of pixels.

/// A group of pixels that touch each other, also at corners.
#[derive(Debug, Clone)]
pub struct Component {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Exclusive.
    pub right: usize,
    /// Exclusive.
    pub bottom: usize,
    /// Number of pixels.
    pub area: u32,
    /// Pixels row by row: (row, first column, column behind the last).
    pub runs: Vec<(u32, u32, u32)>,
}

impl Component {
    /// Columns that the group spans.
    pub fn width(&self) -> usize {
        self.right - self.left
    }

    /// Rows that the group spans.
    pub fn height(&self) -> usize {
        self.bottom - self.top
    }
}

/// Finds the groups of values of at least `threshold` in rows of `width` values, by runs and union-find; in the order of
/// their first pixels.
pub fn components(values: &[u8], width: usize, threshold: u8) -> Vec<Component> {
    let mut runs: Vec<(u32, u32, u32)> = Vec::new();
    let mut parents: Vec<u32> = Vec::new();
    let (mut above, mut start) = (0..0, 0);
    for (y, row) in values.chunks_exact(width.max(1)).enumerate() {
        let mut candidate = above.start;
        let mut x = 0;
        while let Some(skip) = row[x..].iter().position(|&v| v >= threshold) {
            let from = x + skip;
            let to = row[from..].iter().position(|&v| v < threshold).map_or(width, |n| from + n);
            let me = runs.len() as u32;
            parents.push(me);
            // Runs of the row above that touch this one, corners included. The last may touch the next run too.
            while candidate < above.end && (runs[candidate].2 as usize) < from {
                candidate += 1;
            }
            let mut touching = candidate;
            while touching < above.end && (runs[touching].1 as usize) <= to {
                unite(&mut parents, touching as u32, me);
                touching += 1;
            }
            candidate = touching.saturating_sub(1).max(candidate.min(touching));
            runs.push((y as u32, from as u32, to as u32));
            x = to;
        }
        above = start..runs.len();
        start = runs.len();
    }
    collect(&runs, &mut parents)
}

fn find(parents: &mut [u32], mut i: u32) -> u32 {
    while parents[i as usize] != i {
        let up = parents[parents[i as usize] as usize];
        parents[i as usize] = up;
        i = up;
    }
    i
}

fn unite(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (find(parents, a), find(parents, b));
    // The earlier run stays the root, so groups come out in reading order.
    parents[a.max(b) as usize] = a.min(b);
}

fn collect(runs: &[(u32, u32, u32)], parents: &mut [u32]) -> Vec<Component> {
    let mut index = vec![usize::MAX; runs.len()];
    let mut out: Vec<Component> = Vec::new();
    for (i, &(y, from, to)) in runs.iter().enumerate() {
        let root = find(parents, i as u32) as usize;
        if index[root] == usize::MAX {
            index[root] = out.len();
            let (left, top) = (from as usize, y as usize);
            out.push(Component { left, top, right: left, bottom: top, area: 0, runs: Vec::new() });
        }
        let c = &mut out[index[root]];
        c.left = c.left.min(from as usize);
        c.right = c.right.max(to as usize);
        c.bottom = y as usize + 1;
        c.area += to - from;
        c.runs.push((y, from, to));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture(rows: &[&str]) -> Vec<u8> {
        rows.iter().flat_map(|r| r.bytes().map(|b| u8::from(b == b'#'))).collect()
    }

    #[test]
    fn arms_that_meet_below_are_one_group() {
        let found = components(&picture(&["#.#..#", "#.#...", ".#...#"]), 6, 1);
        let boxes: Vec<_> = found.iter().map(|c| (c.left, c.top, c.right, c.bottom, c.area)).collect();
        assert_eq!(boxes, [(0, 0, 3, 3, 5), (5, 0, 6, 1, 1), (5, 2, 6, 3, 1)]);
    }

    proptest! {
        /// Against a flood fill.
        #[test]
        fn groups_are_those_of_a_flood_fill(w in 1usize..12, bits in prop::collection::vec(any::<bool>(), 1..140)) {
            let h = bits.len() / w;
            let values: Vec<u8> = bits[..w * h].iter().map(|&b| u8::from(b)).collect();
            let mut left = values.clone();
            let mut areas = Vec::new();
            for i in 0..left.len() {
                let (mut stack, mut area) = (vec![i], 0u32);
                while let Some(at) = stack.pop() {
                    if left[at] == 0 { continue }
                    left[at] = 0;
                    area += 1;
                    let (x, y) = (at % w, at / w);
                    for ny in y.saturating_sub(1)..(y + 2).min(h) {
                        for nx in x.saturating_sub(1)..(x + 2).min(w) { stack.push(ny * w + nx); }
                    }
                }
                if area > 0 { areas.push(area); }
            }
            let mut found: Vec<u32> = components(&values, w, 1).iter().map(|c| c.area).collect();
            found.sort_unstable();
            areas.sort_unstable();
            prop_assert_eq!(found, areas);
        }
    }
}
