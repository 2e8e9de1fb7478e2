//! Small upright pictures of pages, for a person who has to decide something about them.

use std::io;
use std::path::{Path, PathBuf};

use sohoa_domain::{Dpi, InputError, Limits, Raster, Rotation};
use sohoa_imaging as imaging;
use sohoa_pdf::PixelSource;

use crate::source::PageSource;

/// Longer side of an ordinary picture, px: letters of ordinary size can be read.
pub const READABLE_SIDE: u32 = 1200;
const JPEG_QUALITY: u8 = 75;
/// Longer side of most papers, inches: pages that are no pictures are drawn at the resolution that this asks for.
const PAPER_INCHES: f32 = 11.0;

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

/// Where the picture of a page lies in its folder, once it was drawn.
pub fn picture_path(folder: &Path, page: u32, side: u32, turn: Option<Rotation>) -> PathBuf {
    let turned = turn.map(|turn| format!("-{}", turn.degrees())).unwrap_or_default();
    folder.join(format!("page-{page}-{side}{turned}.jpg"))
}

/// Draws these pages (from 1) of a received file as `page-N-SIDE.jpg` into a folder, which is made, and returns where they lie. Their
/// longer side has at most `side` px. One that lies there already is kept; one that cannot be shown is left out. `turn` is what a
/// person said makes them upright; else that is measured.
///
/// # Errors
/// [`PictureError`] when the file cannot be opened, or nothing can be written.
pub fn pictures(
    input: &Path,
    pages: &[u32],
    folder: &Path,
    side: u32,
    turn: Option<Rotation>,
    limits: &Limits,
) -> Result<Vec<(u32, PathBuf)>, PictureError> {
    let source = PageSource::open(input, limits)?;
    std::fs::create_dir_all(folder)?;
    let mut drawn = Vec::new();
    for page in pages.iter().copied().filter(|page| (1..=source.page_count()).contains(page)) {
        let path = picture_path(folder, page, side, turn);
        if !path.exists() {
            let Ok((raster, dpi)) = raster(&source, page - 1, side, limits) else { continue };
            let upright = turn.unwrap_or_else(|| imaging::inspect(&raster, dpi).page.rotation);
            let small = imaging::thumbnail(&raster, upright, side);
            // Under another name first: half a picture is none.
            let half = path.with_extension(format!("{}.half", std::process::id()));
            std::fs::write(&half, imaging::encode_jpeg(&small, JPEG_QUALITY).bytes.as_slice())?;
            std::fs::rename(&half, &path)?;
        }
        drawn.push((page, path));
    }
    Ok(drawn)
}

fn raster(source: &PageSource, index: u32, side: u32, limits: &Limits) -> Result<(Raster, Option<Dpi>), InputError> {
    match source {
        PageSource::Image(file) => file.load(index).map(|page| (page.raster, page.dpi)),
        PageSource::Pdf(pdf) => match pdf.page(index)?.pixels {
            PixelSource::Embedded { image, dpi, .. } => {
                imaging::decode(&image, limits).map(|raster| (raster, Some(dpi)))
            }
            PixelSource::Render => {
                let dpi = side as f32 / PAPER_INCHES;
                pdf.render(index, dpi).map(|raster| (raster, Some(Dpi::square(dpi))))
            }
        },
    }
}

/// How many pages a received file has.
///
/// # Errors
/// [`PictureError`] when the file cannot be opened.
pub fn page_count(input: &Path, limits: &Limits) -> Result<u32, PictureError> {
    Ok(PageSource::open(input, limits)?.page_count())
}

/// The clockwise turn by which a page (from 1) seems to be upright, as [`pictures`] shows it.
///
/// # Errors
/// [`PictureError`] when the page cannot be shown.
pub fn upright(input: &Path, page: u32, limits: &Limits) -> Result<Rotation, PictureError> {
    let source = PageSource::open(input, limits)?;
    if !(1..=source.page_count()).contains(&page) {
        return Ok(Rotation::None);
    }
    let (raster, dpi) = raster(&source, page - 1, READABLE_SIDE, limits)?;
    Ok(imaging::inspect(&raster, dpi).page.rotation)
}
