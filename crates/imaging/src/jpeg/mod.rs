//! JPEG files and JPEG streams of PDF and TIFF.

mod header;
mod pixels;

use std::sync::Arc;

use sohoa_domain::{Codec, Dpi, EncodedImage, InputError, Limits, LoadedPage, Raster, Rotation};

use crate::bounds::{check_pixels, plausible_dpi};
use crate::encode::encode_jpeg;
use crate::orient;
pub(crate) use header::{Header, with_adobe_rgb};
pub(crate) use pixels::decode;

/// Quality of what has to be encoded anew because a PDF cannot take it as it is.
pub(crate) const QUALITY: u8 = 90;

/// Loads a JPEG file. Its bytes are passed on whole when every PDF viewer reads them the way this crate does.
pub(crate) fn load(bytes: Vec<u8>, limits: &Limits) -> Result<LoadedPage, InputError> {
    let header = Header::parse(&bytes)?;
    check_pixels(header.width, header.height, limits)?;
    // A CMYK file from Photoshop is inverted, and nobody else writes CMYK JPEG files.
    let mut raster = decode(&bytes, &header, header.adobe.is_some())?;
    let (mirror, rotation) = header.exif.orientation.map_or((false, Rotation::None), orient::split);
    let pass = !mirror && matches!(header.components, 1 | 3) && !header.is_bare_rgb();
    let dpi = dpi(&header);
    if mirror {
        raster = orient::mirrored(&raster);
    }
    let embed = if pass { as_is(bytes, &header) } else { encode_jpeg(&raster, QUALITY) };
    Ok(LoadedPage { raster, embed, dpi, rotation })
}

/// Decodes a JPEG stream of a PDF, checking its size first.
pub(crate) fn decode_stream(bytes: &[u8], inverted: bool, limits: &Limits) -> Result<Raster, InputError> {
    let header = Header::parse(bytes)?;
    check_pixels(header.width, header.height, limits)?;
    decode(bytes, &header, inverted)
}

/// The bytes as a PDF takes them.
pub(crate) fn as_is(bytes: Vec<u8>, header: &Header) -> EncodedImage {
    EncodedImage {
        width: header.width,
        height: header.height,
        codec: Codec::Jpeg { components: header.components, inverted: false },
        bytes: Arc::new(bytes),
    }
}

fn dpi(header: &Header) -> Option<Dpi> {
    let (x, y) = header.jfif_dpi.or(header.exif.dpi)?;
    plausible_dpi(x, y, header.width, header.height)
}

#[cfg(test)]
mod tests;
