//! PDF in and out: reads any PDF page by page, writes searchable PDF/A-2u that passes the received images through.
//!
//! [`PdfSource`] opens a file without holding its images in memory and says of every page what it shows and whether its
//! text is its own. [`PdfWriter`] writes one PDF/A-2u file page by page. `docs/PDFA.md` is the ledger of the standard's
//! clauses.

mod annotation;
mod clean;
mod cmap;
mod content;
mod copy;
mod drawing;
mod extract;
mod font;
mod font_facts;
mod geometry;
mod glyphless;
mod icc;
mod image;
mod metadata;
mod object_writer;
mod objects;
mod open;
mod own_text;
mod packed;
mod poppler;
mod resources;
mod source;
mod sparse;
mod substitute;
mod survey;
mod text_layer;
mod truetype;
mod writer;

/// What poppler's programs print, read: for the fuzz targets.
#[doc(hidden)]
pub mod printed {
    pub use crate::own_text::blocks;
    pub use crate::poppler::portable_pixmap;
}

pub use drawing::{Drawing, Fonts, Grey, Typeface};
pub use object_writer::PDF_VERSION;
pub use source::{OwnText, PdfSource, PixelSource, SourcePage};
pub use substitute::FontFolders;
pub use writer::{DocumentInfo, Finished, PdfWriter, WriteError};
