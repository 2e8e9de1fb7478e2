//! The file around a model: a table of parts (Tesseract's `TessdataManager`).

use super::ModelError;
use super::bytes::Bytes;

/// Largest number of parts that a file may list.
const MAX_PARTS: usize = 64;

/// Parts of a `.traineddata` file that the recognizer uses, by their place in the table.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Network = 17,
    WordDawg = 19,
    Unicharset = 21,
    Recoder = 22,
}

/// The bytes of a model file with its table read.
pub(super) struct Container<'a> {
    bytes: &'a [u8],
    /// Where each part begins; −1 for one that is missing.
    offsets: Vec<i64>,
}

impl<'a> Container<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, ModelError> {
        let mut table = Bytes::new(bytes, "table of parts");
        let count = table.count(MAX_PARTS)?;
        let offsets = (0..count).map(|_| table.i64()).collect::<Result<Vec<i64>, _>>()?;
        let valid = |&o: &i64| o < 0 || usize::try_from(o).is_ok_and(|o| o <= bytes.len());
        if !offsets.iter().all(valid) {
            return Err(table.invalid("a part lies outside of the file"));
        }
        Ok(Self { bytes, offsets })
    }

    /// A part's bytes: up to the next part, or the end of the file.
    pub(super) fn part(&self, part: Part) -> Option<&'a [u8]> {
        let start = *self.offsets.get(part as usize).filter(|o| **o >= 0)?;
        let end = self.offsets.iter().copied().filter(|&o| o > start).min();
        let end = end.map_or(self.bytes.len(), |o| o as usize);
        self.bytes.get(start as usize..end)
    }

    pub(super) fn needed(&self, part: Part, name: &'static str) -> Result<&'a [u8], ModelError> {
        self.part(part).ok_or(ModelError::Missing(name))
    }
}
