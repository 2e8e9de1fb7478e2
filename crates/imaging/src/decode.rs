//! Decoding of images as they lie in PDFs, and of what the `image` crate hands out.

use image::DynamicImage;
use sohoa_domain::{Codec, EncodedImage, InputError, Limits, PixelLayout, Raster};

use crate::bitonal;
use crate::bounds::{check_pixels, raster};
use crate::flate::{self, Samples};
use crate::{ccitt, jpeg};

/// Decodes one image of a PDF.
///
/// For Group 4 the polarity is that of a PDF image in `DeviceGray` without a `Decode` array: without `black_is_1` the
/// runs that are coded as black are black, with it they are white.
///
/// # Errors
/// `too-many-pixels` before anything is allocated, `truncated` when the stream ends before its last row, `malformed`,
/// `unsupported`.
pub fn decode(image: &EncodedImage, limits: &Limits) -> Result<Raster, InputError> {
    match &image.codec {
        Codec::Jpeg { inverted, .. } => jpeg::decode_stream(&image.bytes, *inverted, limits),
        Codec::Group4 { black_is_1, byte_align } => {
            check_pixels(image.width, image.height, limits)?;
            let coding = ccitt::Coding::Group4 { byte_align: *byte_align };
            let mut data = ccitt::decode(&image.bytes, image.width, image.height, coding)?;
            if *black_is_1 {
                bitonal::invert(&mut data, image.width);
            }
            raster(image.width, image.height, PixelLayout::Bitonal, data)
        }
        Codec::Flate { components, bits, png_predictors, palette } => {
            let samples = Samples {
                components: *components,
                bits: *bits,
                png_predictors: *png_predictors,
                palette: palette.as_deref(),
            };
            flate::decode(&image.bytes, image.width, image.height, samples, limits)
        }
    }
}

/// A raster from a decoded picture of any kind: eight bits a sample, what is transparent lies on white paper.
pub(crate) fn from_dynamic(image: DynamicImage) -> Result<Raster, InputError> {
    let (w, h) = (image.width(), image.height());
    match image {
        DynamicImage::ImageLuma8(px) => raster(w, h, PixelLayout::Grey8, px.into_raw()),
        DynamicImage::ImageLuma16(_) => raster(w, h, PixelLayout::Grey8, image.into_luma8().into_raw()),
        DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLumaA16(_) => {
            let px = image.into_luma_alpha8().into_raw();
            raster(w, h, PixelLayout::Grey8, px.chunks_exact(2).map(|p| on_white(p[0], p[1])).collect())
        }
        DynamicImage::ImageRgb8(px) => raster(w, h, PixelLayout::Rgb8, px.into_raw()),
        DynamicImage::ImageRgb16(_) => raster(w, h, PixelLayout::Rgb8, image.into_rgb8().into_raw()),
        other => {
            let px = other.into_rgba8().into_raw();
            let data = px.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]].map(|v| on_white(v, p[3]))).collect();
            raster(w, h, PixelLayout::Rgb8, data)
        }
    }
}

/// A sample with alpha over white.
pub(crate) fn on_white(v: u8, alpha: u8) -> u8 {
    let (v, a) = (u32::from(v), u32::from(alpha));
    ((v * a + 255 * (255 - a) + 127) / 255) as u8
}
