//! TIFF files: any number of pages, strips and tiles, the compressions that scanners write.
//!
//! The crate `tiff` reads directories and tags. Strips and tiles are decoded here, one at a time and straight into
//! the page: that crate's own decoder knows neither fill order, palettes, Group 3 nor pages wider than 65535 px, and
//! the strip's own bytes are needed anyway to pass Group 4 through.

mod chunk;
mod directory;
mod page;

use std::path::Path;

use sohoa_domain::{InputError, Limits, LoadedPage, RefusalCode};

use directory::Tiff;

/// Offsets of the pages' directories, in the order of the file.
///
/// # Errors
/// `malformed` for a chain that comes back to where it was, `too-many-pages`, `no-pages`, `truncated`.
pub(crate) fn pages(path: &Path, limits: &Limits) -> Result<Vec<u64>, InputError> {
    Tiff::open(path)?.pages(limits)
}

/// Whether a file holds its whole chain of directories, and what they name. A page of a kind that is not supported counts
/// as whole: it will not get better.
pub(crate) fn is_whole(path: &Path, limits: &Limits) -> bool {
    let whole = || -> Result<bool, InputError> {
        let mut tiff = Tiff::open(path)?;
        for offset in tiff.pages(limits)? {
            if !tiff.holds(offset, limits)? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    whole().unwrap_or_else(|error| matches!(error.code, RefusalCode::Unsupported))
}

/// Loads the page whose directory lies at `offset`.
pub(crate) fn load(path: &Path, offset: u64, limits: &Limits) -> Result<LoadedPage, InputError> {
    let mut tiff = Tiff::open(path)?;
    let layout = tiff.layout(offset, limits)?;
    page::load(&mut tiff, &layout, limits)
}

#[cfg(test)]
mod tests;
