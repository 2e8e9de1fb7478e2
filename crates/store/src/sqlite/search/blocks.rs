//! Blocks of rows, each with a word of its own in the index. FTS5 goes on to the next row that matches before it looks whether that is
//! beyond the rows that are asked for: where only a word says which rows these are, no more than those are gone through.

/// Sizes of blocks as powers of two, the smallest first. Every row lies in one block of each size.
const SIZES: [u32; 3] = [13, 16, 19];

/// The words of the blocks that a row lies in.
pub(super) fn around(row: i64) -> Vec<String> {
    SIZES.map(|size| word(row, size)).to_vec()
}

fn word(row: i64, size: u32) -> String {
    format!("r{size}x{}", row >> size)
}

/// Goes through all rows block by block, the last first.
#[derive(Debug)]
pub(super) struct Blocks {
    /// The last row that was not gone through.
    last: i64,
}

/// Rows that lie together.
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    /// The word of theirs, which rows behind them may have too.
    pub(super) word: String,
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Block {
    pub(super) fn rows(&self) -> i64 {
        self.last - self.first + 1
    }
}

impl Blocks {
    /// Those of the rows from 1 to this one.
    pub(super) fn until(last: i64) -> Self {
        Self { last }
    }

    /// Whether rows are left.
    pub(super) fn any_left(&self) -> bool {
        self.last > 0
    }

    /// The next block: the largest with so many rows or fewer, and not half of them gone through, but one of the smallest at least.
    pub(super) fn next(&mut self, rows: i64) -> Block {
        let of = |size: u32| Block {
            word: word(self.last, size),
            first: ((self.last >> size) << size).max(1),
            last: self.last,
        };
        let [smallest, larger @ ..] = SIZES.map(of);
        let fits = |(block, size): &(Block, u32)| block.rows() <= rows && block.rows() >= 1 << (size - 1);
        let larger = larger.into_iter().zip(SIZES.into_iter().skip(1)).rev().find(fits);
        let block = larger.map_or(smallest, |(block, _)| block);
        self.last = block.first - 1;
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_gone_through_once_the_last_first() {
        for last in [0, 1, 8191, 8192, 8193, 65_535, 65_536, 524_288, 1_000_000] {
            for rows in [1, 50_000, 70_000, i64::MAX] {
                let (mut blocks, mut left) = (Blocks::until(last), last);
                while blocks.any_left() {
                    let block = blocks.next(rows);
                    assert_eq!(block.last, left);
                    // The word is that of all these rows, and of none before them.
                    assert!(around(block.first).contains(&block.word) && around(block.last).contains(&block.word));
                    assert!(
                        !around(block.first - 1).contains(&block.word) || block.first == 1,
                        "{last} {rows} {block:?}"
                    );
                    assert!((1..=rows.max(1 << SIZES[0])).contains(&block.rows()), "{last} {rows} {block:?}");
                    left = block.first - 1;
                }
                assert_eq!(left, 0, "{last} {rows}");
            }
        }
    }

    #[test]
    fn blocks_are_as_large_as_may_be() {
        let mut blocks = Blocks::until(1_000_000);
        let taken = [8192, 70_000, 70_000, 1 << 20, 1 << 20].map(|rows| blocks.next(rows).word);
        // Of the block of the middle size that the last row lies in, little is left.
        assert_eq!(taken, ["r13x122", "r13x121", "r13x120", "r19x1", "r19x0"]);
    }
}
