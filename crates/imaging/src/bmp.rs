//! Windows bitmaps.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use sohoa_domain::{InputError, Limits, LoadedPage, PixelLayout, Raster, Rotation};

use crate::bounds::plausible_dpi;
use crate::encode::encode_lossless;
use crate::png::{flattened, refusal};

/// Loads a bitmap. The decoder knows no depth below RGB, so what is black and white or grey is brought back to that.
pub(crate) fn load(bytes: &[u8], limits: &Limits) -> Result<LoadedPage, InputError> {
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(|e| refusal(&e))?;
    let raster = flattened(decoder, limits)?;
    let one_bit = bytes.get(28..30) == Some(&[1, 0]);
    let raster = reduced(&raster, one_bit).unwrap_or(raster);
    let per_metre = |at: usize| Some(i32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as f32 * 0.0254);
    let dpi = per_metre(38).zip(per_metre(42)).and_then(|(x, y)| plausible_dpi(x, y, raster.width(), raster.height()));
    Ok(LoadedPage { embed: encode_lossless(&raster), raster, dpi, rotation: Rotation::None })
}

/// The same pixels in a smaller layout, when they fit one.
fn reduced(raster: &Raster, one_bit: bool) -> Option<Raster> {
    let px = || raster.data().chunks_exact(3);
    if raster.layout() != PixelLayout::Rgb8 || !px().all(|p| p[0] == p[1] && p[1] == p[2]) {
        return None;
    }
    let (w, h) = (raster.width(), raster.height());
    if !one_bit || !px().all(|p| matches!(p[0], 0 | 255)) {
        return Raster::new(w, h, PixelLayout::Grey8, px().map(|p| p[0]).collect());
    }
    let rows = raster.data().chunks_exact(raster.row_bytes());
    let pack = |byte: &[u8]| byte.chunks_exact(3).enumerate().fold(0, |b, (i, p)| b | u8::from(p[0] == 0) << (7 - i));
    Raster::new(w, h, PixelLayout::Bitonal, rows.flat_map(|row| row.chunks(24).map(pack)).collect())
}

#[cfg(test)]
mod tests;
