//! Stage 1, open: any input file as a sequence of pages, some of which may come from other files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sohoa_domain::{InputError, Limits, RefusalCode};
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

/// The pages of a file, with those of other files in the place of some.
pub(crate) struct Pages {
    own: PageSource,
    others: BTreeMap<u32, Other>,
}

/// A page of another file, or why that file cannot be opened.
type Other = (Result<PageSource, InputError>, u32);

impl Pages {
    /// Opens a file; `replaced` says from which file, and which page there, pages come that are not its own. All from 1.
    ///
    /// # Errors
    /// When the file itself cannot be opened; of another one, only its page fails.
    pub(crate) fn open(
        path: &Path,
        replaced: &BTreeMap<u32, (PathBuf, u32)>,
        limits: &Limits,
    ) -> Result<Self, InputError> {
        let own = PageSource::open(path, limits)?;
        let other =
            |(number, (path, page)): (&u32, &(PathBuf, u32))| (*number, (PageSource::open(path, limits), *page));
        Ok(Self { own, others: replaced.iter().map(other).collect() })
    }

    /// Number of physical pages, at least 1.
    pub(crate) fn count(&self) -> u32 {
        self.own.page_count()
    }

    /// The file's own page of this index.
    pub(crate) fn own(&self, index: u32) -> (&PageSource, u32) {
        (&self.own, index)
    }

    /// Where the page of this index, from 0, is loaded from, and its index there.
    pub(crate) fn at(&self, index: u32) -> Result<(&PageSource, u32), InputError> {
        match self.others.get(&(index + 1)) {
            None => Ok(self.own(index)),
            Some((Ok(source), page)) if (1..=source.page_count()).contains(page) => Ok((source, page - 1)),
            Some((Ok(source), page)) => {
                let detail = format!("page {page} of a file of {} is to stand here", source.page_count());
                Err(InputError::file(RefusalCode::NoPages, detail))
            }
            Some((Err(error), _)) => Err(error.clone()),
        }
    }
}
