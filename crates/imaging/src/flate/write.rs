//! From a raster to a zlib stream that a PDF takes as it is.

use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use sohoa_domain::{Codec, EncodedImage, PixelLayout, Raster};

use super::filter;

/// Compression level: behind PNG filters the higher ones cost twice the time for one or two percent.
const LEVEL: u32 = 5;

/// One bit a pixel without predictors; 0 is black as in `DeviceGray`.
pub(crate) fn bitonal(raster: &Raster) -> EncodedImage {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
    let row = |y| raster.row(y).iter().map(|b| !b).collect::<Vec<u8>>();
    let wrote = (0..raster.height()).try_for_each(|y| zlib.write_all(&row(y)));
    finish(raster, 1, 1, false, wrote.and_then(|()| zlib.finish()))
}

/// Grey or RGB, eight bits, with PNG predictors. RGB without any colour is stored as grey.
pub(crate) fn continuous(raster: &Raster) -> EncodedImage {
    let rgb = raster.layout() == PixelLayout::Rgb8 && !raster.data().chunks_exact(3).all(is_grey);
    let components = if rgb { 3 } else { 1 };
    let squeeze = raster.layout() == PixelLayout::Rgb8 && !rgb;
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
    let mut above = vec![0; raster.width() as usize * components];
    let (mut row, mut line) = (Vec::new(), Vec::new());
    let mut scratch = [Vec::new(), Vec::new(), Vec::new()];
    let wrote = (0..raster.height()).try_for_each(|y| {
        row.clear();
        if squeeze {
            row.extend(raster.row(y).iter().step_by(3));
        } else {
            row.extend_from_slice(raster.row(y));
        }
        line.clear();
        filter::apply(&row, &above, components, &mut scratch, &mut line);
        std::mem::swap(&mut row, &mut above);
        zlib.write_all(&line)
    });
    finish(raster, components as u8, 8, true, wrote.and_then(|()| zlib.finish()))
}

fn is_grey(px: &[u8]) -> bool {
    px[0] == px[1] && px[1] == px[2]
}

fn finish(
    raster: &Raster,
    components: u8,
    bits: u8,
    png_predictors: bool,
    bytes: std::io::Result<Vec<u8>>,
) -> EncodedImage {
    EncodedImage {
        width: raster.width(),
        height: raster.height(),
        codec: Codec::Flate { components, bits, png_predictors, palette: None },
        // Writing into memory has no way to fail.
        bytes: Arc::new(bytes.unwrap_or_default()),
    }
}
