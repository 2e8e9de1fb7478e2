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
    /// First row that was gone through, or that is not there.
    end: i64,
    /// Nothing was gone through: where a block ends behind the last row does not matter.
    fresh: bool,
}

/// Rows that lie together.
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    pub(super) word: String,
    /// How many of them have not been gone through.
    pub(super) rows: i64,
}

impl Blocks {
    /// Those of the rows from 1 to this one.
    pub(super) fn until(last: i64) -> Self {
        Self { end: last.max(0).saturating_add(1), fresh: true }
    }

    /// Whether rows are left.
    pub(super) fn any_left(&self) -> bool {
        self.end > 1
    }

    /// The next block: the largest with about so many rows or fewer, but one of the smallest at least.
    pub(super) fn next(&mut self, rows: i64) -> Block {
        let starts = |size: u32| ((self.end - 1) >> size) << size;
        let fits = |size: &u32| {
            let whole = self.fresh || self.end & ((1 << size) - 1) == 0;
            whole && self.end - starts(*size) <= rows
        };
        let size = SIZES.into_iter().rev().find(fits).unwrap_or(SIZES[0]);
        let (last, start) = (self.end - 1, starts(size));
        let block = Block { word: word(last, size), rows: self.end - start };
        (self.end, self.fresh) = (start, false);
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
                let (mut blocks, mut end) = (Blocks::until(last), last + 1);
                while blocks.any_left() {
                    let block = blocks.next(rows);
                    let (first, behind) = (end - block.rows, end);
                    // The word is that of all these rows, and of none that was gone through before.
                    assert!(around(first.max(1)).contains(&block.word) && around(behind - 1).contains(&block.word));
                    assert!(behind == last + 1 || !around(behind).contains(&block.word), "{last} {rows} {block:?}");
                    assert!(block.rows <= rows.max(1 << SIZES[0]));
                    end = first;
                }
                assert!(end <= 1, "{last} {rows}: {end}");
            }
        }
    }

    #[test]
    fn blocks_grow_where_they_end_together() {
        let mut blocks = Blocks::until(1_000_000);
        let taken: Vec<String> = [8192, 8192, 70_000, 70_000, 70_000].map(|rows| blocks.next(rows).word).to_vec();
        assert_eq!(taken, ["r13x122", "r13x121", "r13x120", "r16x14", "r16x13"]);
        assert_eq!(blocks.next(1 << 20), Block { word: "r16x12".to_owned(), rows: 1 << 16 });
    }
}
