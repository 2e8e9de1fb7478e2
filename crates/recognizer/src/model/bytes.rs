//! A cursor over untrusted little-endian bytes.

use super::ModelError;

/// Reads from the front. No length is believed before the bytes are there.
pub(super) struct Bytes<'a> {
    rest: &'a [u8],
    /// Part of the model that is read, for errors.
    part: &'static str,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8], part: &'static str) -> Self {
        Self { rest: bytes, part }
    }

    /// An error of this part.
    pub(super) fn invalid(&self, what: impl Into<String>) -> ModelError {
        ModelError::Invalid { part: self.part, what: what.into() }
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], ModelError> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or(ModelError::Truncated { part: self.part })?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(ModelError::Truncated { part: self.part })?;
        self.rest = rest;
        Ok(*head)
    }

    pub(super) fn u8(&mut self) -> Result<u8, ModelError> {
        self.array::<1>().map(|[b]| b)
    }

    pub(super) fn i16(&mut self) -> Result<i16, ModelError> {
        self.array().map(i16::from_le_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, ModelError> {
        self.array().map(i32::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Result<i64, ModelError> {
        self.array().map(i64::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> Result<f64, ModelError> {
        self.array().map(f64::from_le_bytes)
    }

    /// A 32-bit count that has to lie in `0..=most`.
    pub(super) fn count(&mut self, most: usize) -> Result<usize, ModelError> {
        let n = self.i32()?;
        usize::try_from(n).ok().filter(|&n| n <= most).ok_or_else(|| self.invalid(format!("count {n}, at most {most}")))
    }

    /// A counted string.
    pub(super) fn text(&mut self) -> Result<String, ModelError> {
        let len = self.count(4096)?;
        self.take(len).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }
}
