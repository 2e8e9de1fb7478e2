//! WebP files.

use std::io::Cursor;

use image::ImageDecoder as _;
use image::codecs::webp::WebPDecoder;
use sohoa_domain::{InputError, Limits, LoadedPage, Rotation};

use crate::bounds::{plausible_dpi, truncated, unsupported};
use crate::encode::{encode_jpeg, encode_lossless};
use crate::exif;
use crate::jpeg;
use crate::orient;
use crate::png::{flattened, refusal};

/// Loads a WebP file. PDF has no filter for WebP: lossy ones become JPEG, lossless ones stay lossless.
pub(crate) fn load(bytes: &[u8], limits: &Limits) -> Result<LoadedPage, InputError> {
    // The decoder calls a cut file damaged; the container says how long it should be.
    let stated = bytes.get(4..8).and_then(|b| Some(u32::from_le_bytes(b.try_into().ok()?)));
    if stated.is_none_or(|n| n as usize + 8 > bytes.len()) {
        return Err(truncated("the WebP file is shorter than it says"));
    }
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|e| refusal(&e))?;
    if decoder.has_animation() {
        return Err(unsupported("an animation"));
    }
    let exif = decoder.exif_metadata().ok().flatten().unwrap_or_default();
    let exif = exif::parse(exif.strip_prefix(b"Exif\0\0").unwrap_or(&exif));
    let (mirror, rotation) = exif.orientation.map_or((false, Rotation::None), orient::split);
    let mut raster = flattened(decoder, limits)?;
    if mirror {
        raster = orient::mirrored(&raster);
    }
    let embed = if is_lossless(bytes) { encode_lossless(&raster) } else { encode_jpeg(&raster, jpeg::QUALITY) };
    let dpi = exif.dpi.and_then(|(x, y)| plausible_dpi(x, y, raster.width(), raster.height()));
    Ok(LoadedPage { raster, embed, dpi, rotation })
}

/// Whether the picture is in a `VP8L` chunk (WebP container specification).
fn is_lossless(bytes: &[u8]) -> bool {
    let mut at = 12;
    while let Some(head) = bytes.get(at..at + 8) {
        match &head[..4] {
            b"VP8L" => return true,
            b"VP8 " => return false,
            _ => at += 8 + (u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize).next_multiple_of(2),
        }
    }
    false
}

#[cfg(test)]
mod tests;
