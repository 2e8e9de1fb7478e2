//! Stage 1, open: any input file as a sequence of pages.

use std::path::Path;

use sohoa_domain::{InputError, Limits};
use sohoa_imaging::{FileKind, ImageFile, sniff};
use sohoa_pdf::PdfSource;

/// An opened input file. Its pages are loaded one at a time, from any thread.
pub(crate) enum PageSource {
    /// JPEG, PNG, TIFF, WebP, BMP.
    Image(ImageFile),
    /// PDF.
    Pdf(Box<PdfSource>),
}

impl PageSource {
    /// Opens a file by what its bytes say it is, within the limits.
    pub(crate) fn open(path: &Path, limits: &Limits) -> Result<Self, InputError> {
        match sniff(path, limits)? {
            FileKind::Pdf => PdfSource::open(path, limits).map(|pdf| Self::Pdf(Box::new(pdf))),
            kind => ImageFile::open(path, kind, limits).map(Self::Image),
        }
    }

    /// Number of physical pages, at least 1.
    pub(crate) fn page_count(&self) -> u32 {
        match self {
            Self::Image(file) => file.page_count(),
            Self::Pdf(pdf) => pdf.page_count(),
        }
    }
}
