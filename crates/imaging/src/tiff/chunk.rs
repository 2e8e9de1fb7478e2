//! Decompression of one strip or tile (TIFF 6.0, sections 9 to 11, 13, 14 and 22).

use std::io::Read as _;

use sohoa_domain::{InputError, Limits, PixelLayout};

use super::directory::Layout;
use crate::bounds::{malformed, truncated, unsupported};
use crate::ccitt;
use crate::jpeg;

/// Sizes of one strip or tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Pixels along a stored row.
    pub(super) width: u32,
    /// Stored rows.
    pub(super) rows: u32,
    /// Samples a pixel within this chunk.
    pub(super) samples: u16,
}

impl Shape {
    fn row_bytes(self, bits: u8) -> usize {
        (self.width as usize * usize::from(self.samples) * usize::from(bits)).div_ceil(8)
    }
}

/// Reversed bit order in compressed and in one-bit data (FillOrder 2).
pub(super) fn reverse_bits(bytes: &mut [u8]) {
    bytes.iter_mut().for_each(|b| *b = b.reverse_bits());
}

/// The samples of one chunk as eight-bit rows, or packed rows where the layout has fewer bits a sample.
pub(super) fn unpack(
    mut bytes: Vec<u8>,
    layout: &Layout,
    shape: Shape,
    little_endian: bool,
    limits: &Limits,
) -> Result<Vec<u8>, InputError> {
    if layout.reversed && (layout.compression != 7 && layout.bits == 1) {
        reverse_bits(&mut bytes);
    }
    let row_bytes = shape.row_bytes(layout.bits);
    let expected = row_bytes * shape.rows as usize;
    let mut data = match layout.compression {
        1 => bytes,
        2 => return fax(&bytes, layout, shape, ccitt::Coding::RunLengths),
        3 => return fax(&bytes, layout, shape, ccitt::Coding::Group3 { two_dimensional: layout.t4_options & 1 != 0 }),
        4 => return fax(&bytes, layout, shape, ccitt::Coding::Group4 { byte_align: false }),
        5 => lzw(&bytes, expected)?,
        7 => return jpeg_samples(&bytes, layout, shape, limits),
        8 | 32946 => deflate(&bytes, expected)?,
        32773 => pack_bits(&bytes, expected),
        n => return Err(unsupported(format!("TIFF compression {n}"))),
    };
    if data.len() < expected {
        return Err(truncated("a TIFF strip or tile has fewer pixels than it should"));
    }
    data.truncate(expected);
    if layout.bits == 16 {
        return Ok(high_bytes(&data, layout, shape, row_bytes, little_endian));
    }
    if layout.differences {
        if layout.bits != 8 {
            return Err(unsupported("TIFF differences of samples below eight bits"));
        }
        let step = usize::from(shape.samples);
        for row in data.chunks_exact_mut(row_bytes) {
            (step..row.len()).for_each(|i| row[i] = row[i].wrapping_add(row[i - step]));
        }
    }
    Ok(data)
}

fn fax(bytes: &[u8], layout: &Layout, shape: Shape, coding: ccitt::Coding) -> Result<Vec<u8>, InputError> {
    if layout.bits != 1 || shape.samples != 1 {
        return Err(malformed("CCITT data with more than one bit a pixel"));
    }
    ccitt::decode(bytes, shape.width, shape.rows, coding)
}

fn lzw(bytes: &[u8], expected: usize) -> Result<Vec<u8>, InputError> {
    let mut out = vec![0; expected];
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let (mut read, mut written) = (0, 0);
    while written < expected {
        let step = decoder.decode_bytes(&bytes[read..], &mut out[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        match step.status {
            Ok(weezl::LzwStatus::Ok) => {}
            Ok(weezl::LzwStatus::Done | weezl::LzwStatus::NoProgress) => break,
            Err(_) => return Err(malformed("the LZW data are damaged")),
        }
    }
    out.truncate(written);
    Ok(out)
}

fn deflate(bytes: &[u8], expected: usize) -> Result<Vec<u8>, InputError> {
    let mut out = Vec::new();
    match flate2::bufread::ZlibDecoder::new(bytes).take(expected as u64).read_to_end(&mut out) {
        Ok(_) => Ok(out),
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(out),
        Err(_) => Err(malformed("the deflate data are damaged")),
    }
}

fn pack_bits(bytes: &[u8], expected: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while let (true, Some(&n)) = (out.len() < expected, bytes.get(at)) {
        let n = n as i8;
        if n >= 0 {
            let end = (at + 2 + n as usize).min(bytes.len());
            out.extend_from_slice(&bytes[at + 1..end]);
            at = end;
        } else {
            // -128 is no operation.
            if let Some(&b) = bytes.get(at + 1).filter(|_| n != -128) {
                out.extend(std::iter::repeat_n(b, 1 + usize::from(n.unsigned_abs())));
            }
            at += if n == -128 { 1 } else { 2 };
        }
    }
    out
}

/// The more significant byte of each 16-bit sample.
fn high_bytes(data: &[u8], layout: &Layout, shape: Shape, row_bytes: usize, little_endian: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() / 2);
    for row in data.chunks_exact(row_bytes) {
        let start = out.len();
        let mut sums = [0u16; 8];
        for (i, s) in row.chunks_exact(2).enumerate() {
            let v = if little_endian { u16::from_le_bytes([s[0], s[1]]) } else { u16::from_be_bytes([s[0], s[1]]) };
            let sum = &mut sums[i % usize::from(shape.samples)];
            *sum = if layout.differences { sum.wrapping_add(v) } else { v };
            out.push((*sum >> 8) as u8);
        }
        debug_assert_eq!(out.len() - start, row_bytes / 2);
    }
    out
}

/// A strip of JPEG compression as a stream of its own: the tables of the directory in front, and a word about colours
/// where the photometric interpretation is RGB.
pub(super) fn jpeg_stream(bytes: &[u8], layout: &Layout) -> Vec<u8> {
    let tables = layout.jpeg_tables.strip_suffix(b"\xff\xd9").unwrap_or(&layout.jpeg_tables);
    let stream = if tables.len() > 2 {
        [tables, bytes.strip_prefix(b"\xff\xd8").unwrap_or(bytes)].concat()
    } else {
        bytes.to_vec()
    };
    if layout.photometric == 2 { jpeg::with_adobe_rgb(&stream) } else { stream }
}

fn jpeg_samples(bytes: &[u8], layout: &Layout, shape: Shape, limits: &Limits) -> Result<Vec<u8>, InputError> {
    let raster = jpeg::decode_stream(&jpeg_stream(bytes, layout), false, limits)?;
    let samples = if raster.layout() == PixelLayout::Grey8 { 1 } else { 3 };
    if layout.bits != 8 || shape.samples != samples || raster.width() < shape.width || raster.height() < shape.rows {
        return Err(malformed("a JPEG strip or tile of another size than the page says"));
    }
    let bytes = shape.width as usize * usize::from(samples);
    Ok((0..shape.rows).flat_map(|y| raster.row(y)[..bytes].iter().copied()).collect())
}
