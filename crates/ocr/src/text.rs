//! Plain text: NFC, a printed line a line, an empty line between blocks, a form feed between pages.

use std::io::{self, Write};

use sohoa_domain::OcrPage;

/// Writes pages as they come.
pub struct TextWriter<W> {
    out: W,
    first: bool,
}

impl<W: Write> TextWriter<W> {
    /// Nothing is written yet.
    pub fn new(out: W) -> Self {
        Self { out, first: true }
    }

    /// The next page; `None` for one without text.
    ///
    /// # Errors
    /// Of the writer.
    pub fn page(&mut self, page: Option<&OcrPage>) -> io::Result<()> {
        if !std::mem::take(&mut self.first) {
            self.out.write_all(b"\x0c")?;
        }
        page.map_or(Ok(()), |page| self.out.write_all(page.plain_text().as_bytes()))
    }

    /// Gives the writer back.
    ///
    /// # Errors
    /// Of the writer's flush.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_without_text_keep_their_place() {
        let mut text = TextWriter::new(Vec::new());
        for _ in 0..3 {
            text.page(None).unwrap();
        }
        assert_eq!(text.finish().unwrap(), b"\x0c\x0c");
    }
}
