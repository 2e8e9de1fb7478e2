//! From packed rows to a Group 4 stream.

use std::convert::Infallible;

use fax::maps::{EDFB_HALF, Mode, black, mode, white};
use fax::{BitWriter as _, Bits, VecWriter};
use sohoa_domain::Raster;

/// Encodes a bitonal raster as T.6, black pixels as black runs, ended by EOFB.
pub(crate) fn encode(raster: &Raster) -> Vec<u8> {
    let width = raster.width() as usize;
    let mut out = Codes(VecWriter::with_capacity(raster.data().len()));
    let (mut reference, mut current) = (Vec::new(), Vec::new());
    for y in 0..raster.height() {
        changes(raster.row(y), width, &mut current);
        out.row(&reference, &current, width);
        std::mem::swap(&mut reference, &mut current);
    }
    out.put(EDFB_HALF);
    out.put(EDFB_HALF);
    out.0.finish()
}

/// Columns where the colour changes, starting from white.
fn changes(row: &[u8], width: usize, out: &mut Vec<usize>) {
    out.clear();
    let mut colour = 0u8;
    for (i, &byte) in row.iter().enumerate() {
        // Bits that differ from the colour of the run so far; most bytes have none.
        let mut rest = byte ^ colour;
        while rest != 0 {
            let bit = rest.leading_zeros() as usize;
            let column = i * 8 + bit;
            if column >= width {
                return;
            }
            out.push(column);
            colour = !colour;
            rest = !rest & (0xffu8 >> bit);
        }
    }
}

struct Codes(VecWriter);

impl Codes {
    fn put(&mut self, bits: Bits) {
        let Ok(()): Result<(), Infallible> = self.0.write(bits);
    }

    fn mode(&mut self, code: Mode) {
        if let Some(bits) = mode::encode(code) {
            self.put(bits);
        }
    }

    /// Codes one row by the procedure of T.6, figure 7.
    fn row(&mut self, reference: &[usize], current: &[usize], width: usize) {
        let at = |list: &[usize], i: usize| list.get(i).copied().unwrap_or(width);
        // `next` indexes the first change of the current row that is not coded yet; its parity is the colour.
        let (mut a0, mut next, mut b) = (None, 0, 0);
        while a0.unwrap_or(0) < width {
            // b1: the first change of the reference row right of a0 to the colour opposite to a0's.
            while b > 0 && Some(at(reference, b - 1)) > a0 {
                b -= 1;
            }
            while b < reference.len() && Some(at(reference, b)) <= a0 {
                b += 1;
            }
            if b % 2 != next % 2 {
                b += 1;
            }
            let (b1, b2) = (at(reference, b), at(reference, b + 1));
            let (a1, a2) = (at(current, next), at(current, next + 1));
            if b2 < a1 {
                self.mode(Mode::Pass);
                a0 = Some(b2);
            } else if a1.abs_diff(b1) <= 3 {
                self.mode(Mode::Vertical((a1 as i64 - b1 as i64) as i8));
                a0 = Some(a1);
                next += 1;
            } else {
                self.mode(Mode::Horizontal);
                self.run(a1 - a0.unwrap_or(0), next % 2 == 1);
                self.run(a2 - a1, next % 2 == 0);
                a0 = Some(a2);
                next += 2;
            }
        }
    }

    /// A run length: make-up codes of up to 2560, then a terminating code.
    fn run(&mut self, mut length: usize, is_black: bool) {
        let table = if is_black { &black::ENTRIES } else { &white::ENTRIES };
        // Entries 0 to 63 are the terminating codes, 64 and on the make-up codes in steps of 64.
        let code = |n: usize| table.get(if n < 64 { n } else { 63 + n / 64 }).map(|&(_, bits)| bits);
        while length >= 64 {
            let part = (length & !63).min(2560);
            code(part).into_iter().for_each(|bits| self.put(bits));
            length -= part;
        }
        code(length).into_iter().for_each(|bits| self.put(bits));
    }
}
