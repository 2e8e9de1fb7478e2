//! From a CCITT stream to packed rows.

use fax::maps::{Mode, black, mode, white};
use sohoa_domain::InputError;

use super::bits::Bits;
use crate::bounds::{malformed, truncated};

/// How the rows are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// T.6. With `byte_align` each row starts at a byte (PDF `EncodedByteAlign`).
    Group4 {
        /// Rows start at bytes.
        byte_align: bool,
    },
    /// T.4 with end-of-line codes; with `two_dimensional` a tag bit behind each says how the row is coded.
    Group3 {
        /// T4Options bit 0.
        two_dimensional: bool,
    },
    /// Run lengths without end-of-line codes, rows start at bytes (TIFF compression 2).
    RunLengths,
}

/// Length of an end-of-line code: eleven zeros and a one. Two of them end Group 4 data.
const EOL_BITS: u8 = 12;
/// Length of the longest code (a make-up code of black).
const LONGEST_CODE: usize = 13;

/// Decodes exactly `height` rows of `width` pixels into packed rows, where a 1 bit is a run coded as black.
///
/// A stream that says itself that it is over (EOFB, RTC) before the last row leaves the rest white, as T.6 lets
/// senders do; a stream that just ends is `truncated`, a code that does not exist `malformed`.
pub(crate) fn decode(stream: &[u8], width: u32, height: u32, coding: Coding) -> Result<Vec<u8>, InputError> {
    let stride = width.div_ceil(8) as usize;
    let mut rows = Rows {
        bits: Bits::new(stream),
        width,
        // The reference row of the first row is white.
        reference: Vec::new(),
        current: Vec::new(),
    };
    let mut out = vec![0; stride * height as usize];
    for packed in out.chunks_exact_mut(stride) {
        if !rows.next(coding)? {
            break;
        }
        paint(packed, &rows.current, width);
        std::mem::swap(&mut rows.reference, &mut rows.current);
    }
    Ok(out)
}

struct Rows<'a> {
    bits: Bits<'a>,
    width: u32,
    /// Columns where the colour changes, starting from white, ascending, all below the width.
    reference: Vec<u32>,
    current: Vec<u32>,
}

impl Rows<'_> {
    /// Decodes one row into `current`; `false` at the end-of-data code.
    fn next(&mut self, coding: Coding) -> Result<bool, InputError> {
        self.current.clear();
        let more = match coding {
            Coding::Group4 { byte_align } => {
                if byte_align {
                    self.bits.align();
                }
                self.two_dimensional()?
            }
            Coding::RunLengths => {
                self.bits.align();
                self.one_dimensional()?
            }
            Coding::Group3 { two_dimensional } => {
                let eols = self.end_of_lines(two_dimensional)?;
                if eols >= 2 {
                    return Ok(false);
                }
                let mut tag = 1;
                if two_dimensional && eols == 1 {
                    tag = self.bits.look(1);
                    self.bits.skip(1);
                }
                if tag == 0 { self.two_dimensional()? } else { self.one_dimensional()? }
            }
        };
        if self.bits.overrun() {
            return Err(cut());
        }
        Ok(more)
    }

    /// Consumes end-of-line codes with the fill in front of them; six of them, or two with tags, end the data.
    /// Leaves the tag bit of the last one unread.
    fn end_of_lines(&mut self, tags: bool) -> Result<u32, InputError> {
        let mut eols = 0;
        loop {
            let start = self.bits.position();
            if eols > 0 && tags {
                self.bits.skip(1);
            }
            // Fill: any number of zeros in front of the eleven that belong to the code.
            if self.bits.look(11) != 0 || self.bits.nearly_empty(1) {
                self.bits.seek(start);
                return Ok(eols);
            }
            while self.bits.look(1) == 0 {
                self.bits.skip(1);
                if self.bits.overrun() {
                    // Zeros up to the end of the stream: padding behind the last row.
                    return if eols > 0 { Ok(eols.max(2)) } else { Err(cut()) };
                }
            }
            self.bits.skip(1);
            eols += 1;
        }
    }

    fn one_dimensional(&mut self) -> Result<bool, InputError> {
        let (mut at, mut is_black) = (0u32, false);
        while at < self.width {
            let run = self.run(is_black)?;
            at = at.saturating_add(run);
            if at > self.width {
                return Err(malformed("a CCITT row leaves its bounds"));
            }
            self.change(at);
            is_black = !is_black;
        }
        Ok(true)
    }

    fn two_dimensional(&mut self) -> Result<bool, InputError> {
        // a0 lies before the first pixel at the start of a row (T.6, 2.2.1).
        let (mut a0, mut is_black) = (-1i64, false);
        let width = i64::from(self.width);
        let mut hint = 0;
        if self.bits.look(EOL_BITS) == 1 {
            return Ok(false);
        }
        while a0 < width {
            let Some(code) = mode::decode(&mut self.bits) else {
                return Err(self.bad_code());
            };
            if self.bits.overrun() {
                return Err(cut());
            }
            match code {
                Mode::Pass => {
                    let (_, b2) = self.b1_b2(a0, is_black, &mut hint);
                    a0 = b2;
                }
                Mode::Vertical(delta) => {
                    let (b1, _) = self.b1_b2(a0, is_black, &mut hint);
                    let a1 = b1 + i64::from(delta);
                    if a1 < a0.max(0) || a1 > width {
                        return Err(malformed("a CCITT row leaves its bounds"));
                    }
                    self.change(a1 as u32);
                    (a0, is_black) = (a1, !is_black);
                }
                Mode::Horizontal => {
                    let first = self.run(is_black)?;
                    let second = self.run(!is_black)?;
                    let a1 = a0.max(0) + i64::from(first);
                    let a2 = a1 + i64::from(second);
                    if a2 > width {
                        return Err(malformed("a CCITT row leaves its bounds"));
                    }
                    self.change(a1 as u32);
                    self.change(a2 as u32);
                    a0 = a2;
                }
                // The table takes any seven zeros for the end code, which was looked for in full above.
                Mode::EOF => return Err(self.bad_code()),
                Mode::Extension => return Err(crate::bounds::unsupported("CCITT extension code")),
            }
        }
        Ok(true)
    }

    /// b1: the first changing element of the reference row right of a0 and of the colour opposite to a0's; b2: the
    /// next one (T.6, 2.2.1). `hint` only saves looking from the start of the row each time.
    fn b1_b2(&self, a0: i64, is_black: bool, hint: &mut usize) -> (i64, i64) {
        let width = i64::from(self.width);
        let at = |i: usize| self.reference.get(i).map_or(width, |&v| i64::from(v));
        let mut i = *hint;
        while i > 0 && at(i - 1) > a0 {
            i -= 1;
        }
        while i < self.reference.len() && at(i) <= a0 {
            i += 1;
        }
        // Even changes are to black.
        if (i % 2 == 1) != is_black {
            i += 1;
        }
        *hint = i.min(self.reference.len());
        (at(i), at(i + 1))
    }

    /// A run: make-up codes and one terminating code.
    fn run(&mut self, is_black: bool) -> Result<u32, InputError> {
        let mut length = 0u32;
        loop {
            let code = if is_black { black::decode(&mut self.bits) } else { white::decode(&mut self.bits) };
            let Some(n) = code else { return Err(self.bad_code()) };
            if self.bits.overrun() {
                return Err(cut());
            }
            length = length.saturating_add(n.into());
            if n < 64 {
                return Ok(length);
            }
        }
    }

    /// Notes a change of colour; the end of the row is none. Two changes at one column cancel each other out: they
    /// are a run of length 0.
    fn change(&mut self, column: u32) {
        if self.current.last() == Some(&column) {
            self.current.pop();
        } else if column < self.width {
            self.current.push(column);
        }
    }

    /// A code that is in no table: zeros read behind the end of a cut stream, or damage.
    fn bad_code(&self) -> InputError {
        if self.bits.nearly_empty(LONGEST_CODE) { cut() } else { malformed("a CCITT code that does not exist") }
    }
}

fn cut() -> InputError {
    truncated("the CCITT data end before the last row")
}

/// Sets the black runs of one row.
fn paint(row: &mut [u8], changes: &[u32], width: u32) {
    for pair in changes.chunks(2) {
        let (from, to) = (pair[0] as usize, pair.get(1).copied().unwrap_or(width) as usize);
        if from >= to {
            continue;
        }
        let (first, last) = (from / 8, (to - 1) / 8);
        let (head, tail) = (0xffu8 >> (from % 8), 0xffu8 << (7 - (to - 1) % 8));
        if first == last {
            row[first] |= head & tail;
        } else {
            row[first] |= head;
            row[first + 1..last].fill(0xff);
            row[last] |= tail;
        }
    }
}
