//! An image file as a list of pages.

use std::path::{Path, PathBuf};

use sohoa_domain::{InputError, Limits, LoadedPage, RefusalCode};

use crate::bounds::{malformed, read_whole};
use crate::{FileKind, bmp, jpeg, png, tiff, webp};

/// A raster file. Pages are loaded one at a time, from any number of threads at once: each call reads through a
/// handle of its own, and nothing of a page stays in memory here.
#[derive(Debug)]
pub struct ImageFile {
    path: PathBuf,
    kind: FileKind,
    limits: Limits,
    /// Where the directories of a TIFF lie; empty for formats with one page.
    directories: Vec<u64>,
}

impl ImageFile {
    /// Opens a file of a kind that [`crate::sniff`] found. A TIFF's chain of pages is walked, its pixels are not read.
    ///
    /// # Errors
    /// `unreadable`, `truncated`, `malformed` (also a looping chain), `too-many-pages`, `no-pages`; a PDF is
    /// `unsupported` here.
    pub fn open(path: &Path, kind: FileKind, limits: &Limits) -> Result<Self, InputError> {
        let directories = match kind {
            FileKind::Tiff => tiff::pages(path, limits)?,
            FileKind::Pdf => return Err(InputError::file(RefusalCode::Unsupported, "a PDF is not an image file")),
            _ if limits.pages == 0 => return Err(InputError::file(RefusalCode::TooManyPages, "1 page, limit 0")),
            _ => Vec::new(),
        };
        Ok(Self { path: path.to_owned(), kind, limits: limits.clone(), directories })
    }

    /// Number of pages, at least 1.
    pub fn page_count(&self) -> u32 {
        self.directories.len().max(1) as u32
    }

    /// Loads page `index`, counted from 0.
    ///
    /// # Errors
    /// `too-many-pixels` from the header, before anything is allocated for pixels; `too-many-bytes` for a single
    /// picture over `limits.stream_bytes`; `truncated`, `malformed`, `unsupported`, `unreadable`. Each carries the
    /// page's number, counted from 1.
    pub fn load(&self, index: u32) -> Result<LoadedPage, InputError> {
        self.load_unnumbered(index).map_err(|e| e.on_page(index.saturating_add(1)))
    }

    fn load_unnumbered(&self, index: u32) -> Result<LoadedPage, InputError> {
        if index >= self.page_count() {
            return Err(malformed("no such page"));
        }
        let whole = || read_whole(&self.path, &self.limits);
        match self.kind {
            FileKind::Jpeg => jpeg::load(whole()?, &self.limits),
            FileKind::Png => png::load(&whole()?, &self.limits),
            FileKind::WebP => webp::load(&whole()?, &self.limits),
            FileKind::Bmp => bmp::load(&whole()?, &self.limits),
            FileKind::Tiff | FileKind::Pdf => match self.directories.get(index as usize) {
                Some(&offset) => tiff::load(&self.path, offset, &self.limits),
                None => Err(malformed("no such page")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use sohoa_domain::{PixelLayout, Raster};

    use super::*;

    #[test]
    fn a_picture_is_a_file_of_one_page() {
        let page = Raster::new(40, 30, PixelLayout::Grey8, (0..1200).map(|i| (i / 8) as u8).collect()).unwrap();
        let jpeg = crate::encode_jpeg(&page, 90).bytes;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &jpeg[..]).unwrap();
        let limits = Limits::default();
        let kind = crate::sniff(file.path(), &limits).unwrap();
        let opened = ImageFile::open(file.path(), kind, &limits).unwrap();
        assert_eq!(opened.page_count(), 1);
        assert_eq!(opened.load(0).unwrap().embed.bytes, jpeg);
        assert_eq!(opened.load(1).unwrap_err().page, Some(2));

        std::fs::write(file.path(), &jpeg[..jpeg.len() / 2]).unwrap();
        let e = opened.load(0).unwrap_err();
        assert_eq!((e.code, e.page), (RefusalCode::Truncated, Some(1)));
        let limits = Limits { stream_bytes: 100, ..limits };
        let small = ImageFile::open(file.path(), kind, &limits).unwrap();
        assert_eq!(small.load(0).unwrap_err().code, RefusalCode::TooManyBytes);
        std::fs::remove_file(file.path()).unwrap();
        assert_eq!(opened.load(0).unwrap_err().code, RefusalCode::Unreadable);
        assert_eq!(ImageFile::open(file.path(), FileKind::Pdf, &limits).unwrap_err().code, RefusalCode::Unsupported);
    }
}
