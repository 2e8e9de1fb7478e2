//! From a zlib stream to a raster, row by row.

use std::io::{ErrorKind, Read};

use flate2::bufread::ZlibDecoder;
use sohoa_domain::{InputError, Limits, PixelLayout, Raster};

use super::filter;
use crate::bitonal::clear_padding;
use crate::bounds::{check_pixels, malformed, raster, truncated, unsupported};

/// How samples lie in the rows of a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples<'a> {
    /// 1 (grey or palette index) or 3.
    pub(crate) components: u8,
    /// 1, 2, 4, 8 or 16.
    pub(crate) bits: u8,
    /// Each row starts with a PNG filter byte.
    pub(crate) png_predictors: bool,
    /// RGB entries.
    pub(crate) palette: Option<&'a [u8]>,
}

/// Decodes `height` rows. Bytes behind the last row are ignored.
pub(crate) fn decode(
    stream: &[u8],
    width: u32,
    height: u32,
    samples: Samples,
    limits: &Limits,
) -> Result<Raster, InputError> {
    check_pixels(width, height, limits)?;
    if !matches!(samples.bits, 1 | 2 | 4 | 8 | 16) || !matches!(samples.components, 1 | 3) {
        let Samples { components, bits, .. } = samples;
        return Err(unsupported(format!("{components} components of {bits} bits")));
    }
    let convert = Converter::new(width, samples)?;
    let pixel_bits = usize::from(samples.components) * usize::from(samples.bits);
    let row_bytes = (width as usize * pixel_bits).div_ceil(8);
    let mut zlib = ZlibDecoder::new(stream);
    let (mut above, mut row) = (vec![0; row_bytes], vec![0; row_bytes]);
    let mut out = Vec::new();
    // A stream cannot grow more than 1032-fold, so a short one cannot ask for a page of memory.
    out.reserve_exact((convert.row_bytes() * height as usize).min(stream.len().saturating_mul(4 * 1032)));
    for _ in 0..height {
        let mut kind = [0];
        if samples.png_predictors {
            fill(&mut zlib, &mut kind)?;
        }
        fill(&mut zlib, &mut row)?;
        filter::undo(kind[0], &mut row, &above, (pixel_bits / 8).max(1))?;
        convert.row(&row, &mut out)?;
        std::mem::swap(&mut above, &mut row);
    }
    raster(width, height, convert.layout, out)
}

fn fill(from: &mut impl Read, buffer: &mut [u8]) -> Result<(), InputError> {
    from.read_exact(buffer).map_err(|e| match e.kind() {
        ErrorKind::UnexpectedEof => truncated("the zlib stream ends before the last row"),
        _ => malformed("the zlib stream is damaged"),
    })
}

/// Turns rows of samples into rows of a raster.
struct Converter<'a> {
    width: usize,
    samples: Samples<'a>,
    layout: PixelLayout,
    /// For a palette of black and white: whether index 0, 1 is black.
    black: [bool; 2],
}

impl<'a> Converter<'a> {
    fn new(width: u32, samples: Samples<'a>) -> Result<Self, InputError> {
        let mut black = [true, false];
        let layout = match samples.palette {
            None if samples.components == 3 => PixelLayout::Rgb8,
            None if samples.bits == 1 => PixelLayout::Bitonal,
            None => PixelLayout::Grey8,
            Some(_) if samples.components != 1 || samples.bits > 8 => {
                return Err(malformed("palette indices of a wrong size"));
            }
            Some(p) => {
                let entries = || p.chunks_exact(3);
                if samples.bits == 1 && p.len() == 6 && entries().all(|e| matches!(e, [0, 0, 0] | [255, 255, 255])) {
                    black = [p[0] == 0, p[3] == 0];
                    PixelLayout::Bitonal
                } else if entries().all(|e| e[0] == e[1] && e[1] == e[2]) {
                    PixelLayout::Grey8
                } else {
                    PixelLayout::Rgb8
                }
            }
        };
        Ok(Self { width: width as usize, samples, layout, black })
    }

    fn row_bytes(&self) -> usize {
        match self.layout {
            PixelLayout::Bitonal => self.width.div_ceil(8),
            PixelLayout::Grey8 => self.width,
            PixelLayout::Rgb8 => self.width * 3,
        }
    }

    fn row(&self, row: &[u8], out: &mut Vec<u8>) -> Result<(), InputError> {
        if self.layout == PixelLayout::Bitonal {
            let [zero, one] = self.black;
            let start = out.len();
            // Where a bit is 1 the colour of index 1 counts, elsewhere that of index 0.
            out.extend(row.iter().map(|&b| if one { b } else { 0 } | if zero { !b } else { 0 }));
            clear_padding(&mut out[start..], self.width);
            return Ok(());
        }
        let Samples { components, bits, palette, .. } = self.samples;
        let n = self.width * usize::from(components);
        match (palette, bits) {
            (Some(palette), _) => {
                let step = if self.layout == PixelLayout::Grey8 { 1 } else { 3 };
                for i in 0..n {
                    let entry = usize::from(sample(row, i, bits)) * 3;
                    let colour = palette.get(entry..entry + 3).ok_or_else(|| malformed("an index over the palette"))?;
                    out.extend_from_slice(&colour[..step]);
                }
            }
            (None, 8) => out.extend_from_slice(row),
            (None, 16) => out.extend(row.chunks_exact(2).map(|s| s[0])),
            (None, _) => {
                let scale = 255 / ((1u16 << bits) - 1) as u8;
                out.extend((0..n).map(|i| sample(row, i, bits) * scale));
            }
        }
        Ok(())
    }
}

/// Sample `i` of a row of samples of at most 8 bits.
fn sample(row: &[u8], i: usize, bits: u8) -> u8 {
    let per_byte = usize::from(8 / bits);
    let shift = 8 - bits * (i % per_byte + 1) as u8;
    (row[i / per_byte] >> shift) & (0xff >> (8 - bits))
}
