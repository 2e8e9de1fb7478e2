//! A bit reader over a slice, for the code tables of `fax`.

use std::convert::Infallible;

/// Reads bits, most significant first. Behind the end it reads zeros, and [`Bits::overrun`] tells.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// Next bit.
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// More bits were consumed than there are.
    pub(super) fn overrun(&self) -> bool {
        self.at > self.bytes.len() * 8
    }

    /// Fewer than `n` bits are left.
    pub(super) fn nearly_empty(&self, n: usize) -> bool {
        self.at + n > self.bytes.len() * 8
    }

    /// Place of the next bit, for [`Bits::seek`].
    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn seek(&mut self, position: usize) {
        self.at = position;
    }

    pub(super) fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }

    pub(super) fn skip(&mut self, bits: usize) {
        self.at += bits;
    }

    /// The next `n` bits, at most 16, without consuming them.
    pub(super) fn look(&self, n: u8) -> u16 {
        let byte = self.at / 8;
        let word = match self.bytes.get(byte..byte + 4) {
            Some(&[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]),
            _ => {
                let mut rest = self.bytes.get(byte..).unwrap_or_default().iter();
                u32::from_be_bytes([0; 4].map(|_: u8| rest.next().copied().unwrap_or_default()))
            }
        };
        let shifted = word << (self.at % 8);
        (u64::from(shifted) >> (32 - u32::from(n.min(16)))) as u16
    }
}

impl fax::BitReader for Bits<'_> {
    type Error = Infallible;

    fn peek(&self, bits: u8) -> Option<u16> {
        (bits <= 16).then(|| self.look(bits))
    }

    fn consume(&mut self, bits: u8) -> Result<(), Infallible> {
        self.at += usize::from(bits);
        Ok(())
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        (8 - self.at % 8) as u8 % 8
    }
}
