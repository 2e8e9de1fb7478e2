//! One page of a TIFF file from its strips or tiles.

use std::sync::Arc;

use sohoa_domain::{Codec, EncodedImage, InputError, Limits, LoadedPage, PixelLayout, Raster};

use super::chunk::{self, Shape};
use super::directory::{Layout, Tiff};
use crate::bitonal;
use crate::bounds::{malformed, raster, unsupported};
use crate::decode::on_white;
use crate::encode::{encode_jpeg, encode_lossless};
use crate::jpeg;
use crate::orient;

const WHITE_IS_ZERO: u16 = 0;
const RGB: u16 = 2;
const PALETTE: u16 = 3;
const CMYK: u16 = 5;
const YCBCR: u16 = 6;
const GROUP_4: u16 = 4;
const JPEG: u16 = 7;

/// Decodes the page and finds what the PDF takes of it.
pub(super) fn load(tiff: &mut Tiff, layout: &Layout, limits: &Limits) -> Result<LoadedPage, InputError> {
    if layout.photometric == YCBCR && layout.compression != JPEG {
        return Err(unsupported("TIFF with YCbCr pixels without JPEG"));
    }
    tiff.check_shared(layout)?;
    let (mirror, rotation) = orient::split(layout.orientation);
    let single = layout.offsets.len() == 1 && !layout.tiled && !mirror;
    let received = if single { Some(tiff.chunk(layout, 0)?) } else { None };
    let mut page = pixels(tiff, layout, received.as_deref(), limits)?;
    if mirror {
        page = orient::mirrored(&page);
    }
    let embed = match received.and_then(|bytes| pass_through(bytes, layout)) {
        Some(image) => image,
        None if layout.compression == JPEG => encode_jpeg(&page, jpeg::QUALITY),
        None => encode_lossless(&page),
    };
    Ok(LoadedPage { raster: page, embed, dpi: layout.dpi, rotation })
}

/// What a PDF takes as it is: a page that is one Group 4 strip or one JPEG strip.
fn pass_through(mut bytes: Vec<u8>, layout: &Layout) -> Option<EncodedImage> {
    match layout.compression {
        GROUP_4 => {
            if layout.reversed {
                chunk::reverse_bits(&mut bytes);
            }
            let codec = Codec::Group4 { black_is_1: layout.photometric != WHITE_IS_ZERO, byte_align: false };
            Some(EncodedImage { width: layout.width, height: layout.height, codec, bytes: Arc::new(bytes) })
        }
        JPEG => {
            let stream = chunk::jpeg_stream(&bytes, layout);
            let header = jpeg::Header::parse(&stream).ok()?;
            // White-is-zero grey would have to be inverted, and RGB needs the word that `jpeg_stream` adds.
            let plain = matches!(layout.photometric, 1 | RGB | YCBCR) && !header.is_bare_rgb();
            let same = header.width == layout.width && header.height == layout.height;
            (plain && same && header.complete).then(|| jpeg::as_is(stream, &header))
        }
        _ => None,
    }
}

fn pixels(tiff: &mut Tiff, layout: &Layout, single: Option<&[u8]>, limits: &Limits) -> Result<Raster, InputError> {
    let target = if layout.bits == 1 && layout.samples == 1 && layout.photometric != PALETTE {
        PixelLayout::Bitonal
    } else if matches!(layout.photometric, RGB | CMYK | YCBCR)
        || (layout.photometric == PALETTE && layout.palette.chunks_exact(3).any(|e| e[0] != e[1] || e[1] != e[2]))
    {
        PixelLayout::Rgb8
    } else {
        PixelLayout::Grey8
    };
    let (w, h) = (layout.width as usize, layout.height as usize);
    let stride = match target {
        PixelLayout::Bitonal => w.div_ceil(8),
        PixelLayout::Grey8 => w,
        PixelLayout::Rgb8 => w * 3,
    };
    let mut out = vec![0; stride * h];
    let (across, down) = (layout.width.div_ceil(layout.chunk.0), layout.height.div_ceil(layout.chunk.1));
    for row in 0..down {
        for column in 0..across {
            let (x0, y0) = (column * layout.chunk.0, row * layout.chunk.1);
            let (width, rows) = (layout.chunk.0.min(layout.width - x0), layout.chunk.1.min(layout.height - y0));
            let index = (row * across + column) as usize;
            let planes = samples(tiff, layout, index, rows, (across * down) as usize, single, limits)?;
            let placed = Placed { layout, target, planes: &planes, width: width as usize };
            for y in 0..rows as usize {
                let line = &mut out[(y0 as usize + y) * stride..][..stride];
                placed.row(y, x0 as usize, line)?;
            }
        }
    }
    if target == PixelLayout::Bitonal && layout.photometric != WHITE_IS_ZERO {
        bitonal::invert(&mut out, layout.width);
    } else if target == PixelLayout::Bitonal {
        out.chunks_exact_mut(stride).for_each(|line| bitonal::clear_padding(line, w));
    }
    raster(layout.width, layout.height, target, out)
}

/// The unpacked samples of one chunk: one buffer, or one for each sample of a planar page.
fn samples(
    tiff: &mut Tiff,
    layout: &Layout,
    index: usize,
    rows: u32,
    chunks_a_plane: usize,
    single: Option<&[u8]>,
    limits: &Limits,
) -> Result<Vec<Vec<u8>>, InputError> {
    let rows = if layout.tiled { layout.chunk.1 } else { rows };
    let (planes, in_chunk) = if layout.planar { (layout.samples, 1) } else { (1, layout.samples) };
    let shape = Shape { width: layout.chunk.0, rows, samples: in_chunk };
    let little_endian = tiff.little_endian();
    (0..usize::from(planes))
        .map(|plane| {
            let bytes = match single {
                Some(bytes) => bytes.to_vec(),
                None => tiff.chunk(layout, index + plane * chunks_a_plane)?,
            };
            chunk::unpack(bytes, layout, shape, little_endian, limits)
        })
        .collect()
}

/// A chunk's samples on their way into the page.
struct Placed<'a> {
    layout: &'a Layout,
    target: PixelLayout,
    planes: &'a [Vec<u8>],
    /// Pixels of a row that lie on the page.
    width: usize,
}

impl Placed<'_> {
    /// Sample `s` of pixel `x` in row `y`, not scaled.
    fn sample(&self, x: usize, y: usize, s: usize) -> u8 {
        let (plane, n, s) = if self.layout.planar { (s, 1, 0) } else { (0, usize::from(self.layout.samples), s) };
        let bits = usize::from(self.layout.bits.min(8));
        let row = (self.layout.chunk.0 as usize * n * bits).div_ceil(8) * y;
        let at = (x * n + s) * bits;
        let byte = self.planes[plane][row + at / 8];
        (byte >> (8 - bits - at % 8)) & (0xffu16 >> (8 - bits)) as u8
    }

    fn row(&self, y: usize, x0: usize, line: &mut [u8]) -> Result<(), InputError> {
        let max = (1u16 << self.layout.bits.min(8)) - 1;
        let scaled = |v: u8| if max == 255 { v } else { (u16::from(v) * 255 / max) as u8 };
        let get = |x, s| scaled(self.sample(x, y, s));
        match self.target {
            PixelLayout::Bitonal => {
                let row = (self.layout.chunk.0 as usize).div_ceil(8);
                let n = self.width.div_ceil(8);
                // Tiles are multiples of 16 px wide (section 15), so they start at whole bytes.
                let Some(to) = line.get_mut(x0 / 8..x0 / 8 + n).filter(|_| x0.is_multiple_of(8)) else {
                    return Err(malformed("TIFF tiles that do not start at bytes"));
                };
                to.copy_from_slice(&self.planes[0][row * y..][..n]);
            }
            PixelLayout::Grey8 => {
                for (x, to) in line[x0..x0 + self.width].iter_mut().enumerate() {
                    *to = match self.layout.photometric {
                        PALETTE => self.colour(self.sample(x, y, 0))?[0],
                        WHITE_IS_ZERO => 255 - get(x, 0),
                        _ => self.over_white([get(x, 0); 3], x, y)[0],
                    };
                }
            }
            PixelLayout::Rgb8 => {
                let to = &mut line[x0 * 3..(x0 + self.width) * 3];
                // The common case by whole rows.
                if self.layout.samples == 3 && self.layout.bits >= 8 && !self.layout.planar {
                    to.copy_from_slice(&self.planes[0][self.layout.chunk.0 as usize * 3 * y..][..self.width * 3]);
                    return Ok(());
                }
                for (x, to) in to.chunks_exact_mut(3).enumerate() {
                    let colour = match self.layout.photometric {
                        PALETTE => self.colour(self.sample(x, y, 0))?,
                        CMYK => {
                            let k = 255 - u16::from(get(x, 3));
                            [0, 1, 2].map(|s| ((255 - u16::from(get(x, s))) * k / 255) as u8)
                        }
                        _ => self.over_white([get(x, 0), get(x, 1), get(x, 2)], x, y),
                    };
                    to.copy_from_slice(&colour);
                }
            }
        }
        Ok(())
    }

    fn colour(&self, index: u8) -> Result<[u8; 3], InputError> {
        let at = usize::from(index) * 3;
        match self.layout.palette.get(at..at + 3) {
            Some(&[r, g, b]) => Ok([r, g, b]),
            _ => Err(malformed("an index over the palette")),
        }
    }

    fn over_white(&self, colour: [u8; 3], x: usize, y: usize) -> [u8; 3] {
        match self.layout.alpha {
            None => colour,
            Some((s, premultiplied)) => {
                let alpha = self.sample(x, y, s.into());
                colour.map(|v| if premultiplied { v.saturating_add(255 - alpha) } else { on_white(v, alpha) })
            }
        }
    }
}
