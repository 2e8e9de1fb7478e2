//! Raster files in, pixels inspected and made ready for OCR, pixels encoded for the PDF.
//!
//! Everything here works on one page at a time and checks sizes from headers before anything is allocated. Files are
//! untrusted: a damaged one ends in an [`sohoa_domain::InputError`], never in a panic or a half-decoded picture.

mod bitonal;
mod bmp;
mod bounds;
mod ccitt;
mod components;
mod decode;
mod encode;
mod exif;
mod file;
mod flate;
mod inspect;
mod jpeg;
mod ocr_raster;
mod orient;
mod png;
mod sniff;
mod thumbnail;
mod tiff;
mod webp;
mod whole;

pub use components::{Component, components};
pub use decode::decode;
pub use encode::{encode_jpeg, encode_lossless};
pub use file::ImageFile;
pub use inspect::{Inspection, inspect};
pub use ocr_raster::{OcrRaster, for_ocr};
pub use orient::turned;
pub use sniff::{FileKind, sniff};
pub use thumbnail::thumbnail;
pub use whole::{Wholeness, wholeness};
