//! A reader that stops when a single row or dossier is too long to be one: parsers hold it in memory.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bytes of a row or dossier.
const MOST: u64 = 16 << 20;

/// How many bytes may come until the next row or dossier is complete.
#[derive(Clone)]
pub(super) struct Left(Rc<Cell<u64>>);

impl Left {
    pub(super) fn new() -> Self {
        Self(Rc::new(Cell::new(MOST)))
    }

    /// A row or dossier is complete.
    pub(super) fn renew(&self) {
        self.0.set(MOST);
    }
}

pub(super) struct Bounded<R> {
    pub(super) inner: R,
    pub(super) left: Left,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let left = self.left.0.get().checked_sub(n as u64).ok_or_else(|| io::Error::other("too long"))?;
        self.left.0.set(left);
        Ok(n)
    }
}
