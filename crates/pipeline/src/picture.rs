//! Small upright pictures of pages, for a person who has to decide something about them.

use std::io;
use std::path::{Path, PathBuf};

use sohoa_domain::{Dpi, InputError, Limits, Raster};
use sohoa_imaging as imaging;
use sohoa_pdf::PixelSource;

use crate::source::PageSource;

/// Longer side, px: letters of ordinary size can be read.
const LONGER_SIDE: u32 = 1200;
const JPEG_QUALITY: u8 = 75;
/// Resolution at which pages are drawn that are no pictures.
const RENDER_DPI: f32 = 110.0;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The page cannot be shown.
    #[error(transparent)]
    Refused(#[from] InputError),
    /// The picture cannot be written.
    #[error("cannot write a picture: {0}")]
    Io(#[from] io::Error),
}

/// Draws these pages (from 1) of a received file as `page-N.jpg` into a folder, which is made, and returns where they lie. One that
/// lies there already is kept; one that cannot be shown is left out.
///
/// # Errors
/// [`PictureError`] when the file cannot be opened, or nothing can be written.
pub fn pictures(
    input: &Path,
    pages: &[u32],
    folder: &Path,
    limits: &Limits,
) -> Result<Vec<(u32, PathBuf)>, PictureError> {
    let source = PageSource::open(input, limits)?;
    std::fs::create_dir_all(folder)?;
    let mut drawn = Vec::new();
    for page in pages.iter().copied().filter(|page| (1..=source.page_count()).contains(page)) {
        let path = folder.join(format!("page-{page}.jpg"));
        if !path.exists() {
            let Ok((raster, dpi)) = raster(&source, page - 1, limits) else { continue };
            let upright = imaging::inspect(&raster, dpi).page.rotation;
            let small = imaging::thumbnail(&raster, upright, LONGER_SIDE);
            // Under another name first: half a picture is none.
            let half = folder.join(format!("page-{page}.{}.half", std::process::id()));
            std::fs::write(&half, imaging::encode_jpeg(&small, JPEG_QUALITY).bytes.as_slice())?;
            std::fs::rename(&half, &path)?;
        }
        drawn.push((page, path));
    }
    Ok(drawn)
}

fn raster(source: &PageSource, index: u32, limits: &Limits) -> Result<(Raster, Option<Dpi>), InputError> {
    match source {
        PageSource::Image(file) => file.load(index).map(|page| (page.raster, page.dpi)),
        PageSource::Pdf(pdf) => match pdf.page(index)?.pixels {
            PixelSource::Embedded { image, dpi, .. } => {
                imaging::decode(&image, limits).map(|raster| (raster, Some(dpi)))
            }
            PixelSource::Render => pdf.render(index, RENDER_DPI).map(|raster| (raster, Some(Dpi::square(RENDER_DPI)))),
        },
    }
}
