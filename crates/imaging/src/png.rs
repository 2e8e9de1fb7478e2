//! PNG files. Their compressed rows go into the PDF as they are wherever PDF has the same form for them.

use std::io::Cursor;
use std::sync::Arc;

use image::codecs::png::PngDecoder;
use image::{DynamicImage, ImageError};
use sohoa_domain::{Codec, Dpi, EncodedImage, InputError, Limits, LoadedPage, Rotation};

use crate::bounds::{check_pixels, malformed, plausible_dpi, truncated};
use crate::encode::encode_lossless;
use crate::exif;
use crate::flate::{self, Samples};
use crate::orient;

/// The chunks of a PNG file that matter here (W3C PNG, clause 11).
#[derive(Debug, Default)]
struct Chunks {
    width: u32,
    height: u32,
    bits: u8,
    colour: u8,
    interlaced: bool,
    palette: Vec<u8>,
    transparency: bool,
    pixels_per_metre: Option<(u32, u32)>,
    orientation: Option<u16>,
    data: Vec<u8>,
}

impl Chunks {
    fn parse(bytes: &[u8]) -> Result<Self, InputError> {
        let mut chunks = Self::default();
        let mut at = 8;
        let cut = || truncated("the PNG file ends within a chunk");
        while at < bytes.len() {
            let head = bytes.get(at..at + 8).ok_or_else(cut)?;
            let len = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
            let body = bytes.get(at + 8..at + 8 + len).ok_or_else(cut)?;
            if bytes.len() < at + 12 + len {
                return Err(cut());
            }
            match &head[4..] {
                b"IHDR" => chunks.header(body)?,
                b"PLTE" => chunks.palette = body.to_vec(),
                b"tRNS" => chunks.transparency = true,
                b"pHYs" => {
                    if let &[x3, x2, x1, x0, y3, y2, y1, y0, 1] = body {
                        let (x, y) = (u32::from_be_bytes([x3, x2, x1, x0]), u32::from_be_bytes([y3, y2, y1, y0]));
                        chunks.pixels_per_metre = Some((x, y));
                    }
                }
                b"eXIf" => chunks.orientation = exif::parse(body).orientation,
                b"IDAT" => chunks.data.extend_from_slice(body),
                b"IEND" => break,
                _ => {}
            }
            at += 12 + len;
        }
        if chunks.width == 0 {
            return Err(malformed("the PNG file has no header chunk"));
        }
        if chunks.data.is_empty() {
            return Err(truncated("the PNG file has no pixel data"));
        }
        Ok(chunks)
    }

    fn header(&mut self, body: &[u8]) -> Result<(), InputError> {
        let &[w3, w2, w1, w0, h3, h2, h1, h0, bits, colour, _, _, interlace] = body else {
            return Err(malformed("the PNG header chunk has a wrong length"));
        };
        self.width = u32::from_be_bytes([w3, w2, w1, w0]);
        self.height = u32::from_be_bytes([h3, h2, h1, h0]);
        (self.bits, self.colour, self.interlaced) = (bits, colour, interlace != 0);
        Ok(())
    }

    /// The form in which a PDF takes the rows as they are; `None` for alpha, colour keys and interlacing.
    fn plain(&self) -> Option<Codec> {
        let components = match self.colour {
            0 | 3 => 1,
            2 => 3,
            _ => return None,
        };
        if self.interlaced || self.transparency {
            return None;
        }
        let palette = (self.colour == 3).then(|| self.palette.clone());
        Some(Codec::Flate { components, bits: self.bits, png_predictors: true, palette })
    }

    fn dpi(&self) -> Option<Dpi> {
        let (x, y) = self.pixels_per_metre?;
        plausible_dpi(x as f32 * 0.0254, y as f32 * 0.0254, self.width, self.height)
    }
}

/// Loads a PNG file.
pub(crate) fn load(bytes: &[u8], limits: &Limits) -> Result<LoadedPage, InputError> {
    let mut chunks = Chunks::parse(bytes)?;
    check_pixels(chunks.width, chunks.height, limits)?;
    let dpi = chunks.dpi();
    let (mirror, rotation) = chunks.orientation.map_or((false, Rotation::None), orient::split);
    let plain = chunks.plain();
    let mut raster = match &plain {
        Some(Codec::Flate { components, bits, palette, .. }) => {
            let samples =
                Samples { components: *components, bits: *bits, png_predictors: true, palette: palette.as_deref() };
            flate::decode(&chunks.data, chunks.width, chunks.height, samples, limits)?
        }
        _ => {
            let decoder = PngDecoder::new(Cursor::new(bytes)).map_err(|e| refusal(&e))?;
            flattened(decoder, limits)?
        }
    };
    if mirror {
        raster = orient::mirrored(&raster);
    }
    let embed = match plain {
        Some(codec) if !mirror => EncodedImage {
            width: chunks.width,
            height: chunks.height,
            codec,
            bytes: Arc::new(std::mem::take(&mut chunks.data)),
        },
        _ => encode_lossless(&raster),
    };
    Ok(LoadedPage { raster, embed, dpi, rotation })
}

/// Decodes with the `image` crate and lays what is transparent on white paper.
pub(crate) fn flattened(
    decoder: impl image::ImageDecoder,
    limits: &Limits,
) -> Result<sohoa_domain::Raster, InputError> {
    let (width, height) = decoder.dimensions();
    check_pixels(width, height, limits)?;
    let image = DynamicImage::from_decoder(decoder).map_err(|e| refusal(&e))?;
    crate::decode::from_dynamic(image)
}

/// The reason behind an error of the `image` crate.
pub(crate) fn refusal(e: &ImageError) -> InputError {
    match e {
        ImageError::IoError(_) => truncated("the file ends within its picture"),
        ImageError::Unsupported(_) => crate::bounds::unsupported("a variant of the format that is not supported"),
        _ => malformed("the picture cannot be decoded"),
    }
}

#[cfg(test)]
mod tests;
