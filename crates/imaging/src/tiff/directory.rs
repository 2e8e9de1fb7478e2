//! Directories and tags (TIFF 6.0, part 1, sections 2, 3 and 8).

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use sohoa_domain::{Dpi, InputError, Limits, RefusalCode};
use tiff::decoder::Decoder;
use tiff::decoder::ifd::Value;
use tiff::tags::{ByteOrder, IfdPointer, Tag};
use tiff::{TiffError, TiffFormatError};

use crate::bounds::{check_pixels, malformed, plausible_dpi, truncated, unsupported};

/// An open file.
pub(super) struct Tiff {
    decoder: Decoder<BufReader<File>>,
    size: u64,
}

/// Tags of one page, checked against each other.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bits a sample, the same for all samples: 1, 2, 4, 8 or 16.
    pub(super) bits: u8,
    /// Samples a pixel, extra ones included.
    pub(super) samples: u16,
    pub(super) photometric: u16,
    pub(super) compression: u16,
    /// Samples are differences to the pixel on the left (section 14).
    pub(super) differences: bool,
    /// Each sample has its own strips or tiles.
    pub(super) planar: bool,
    /// Bits are stored least significant first.
    pub(super) reversed: bool,
    pub(super) t4_options: u32,
    /// Index of an alpha sample, and whether colours are multiplied by it already.
    pub(super) alpha: Option<(u16, bool)>,
    /// RGB entries, eight bits.
    pub(super) palette: Vec<u8>,
    pub(super) jpeg_tables: Vec<u8>,
    /// Size of a strip or tile.
    pub(super) chunk: (u32, u32),
    /// Whether edge chunks are filled up to the full size, as tiles are.
    pub(super) tiled: bool,
    pub(super) offsets: Vec<u64>,
    pub(super) counts: Vec<u64>,
    pub(super) orientation: u16,
    pub(super) dpi: Option<Dpi>,
}

/// Bytes that the chunks of a page may have together when they are more than the file.
const MAX_SHARED: u64 = 64 << 20;

const T4_OPTIONS: Tag = Tag::Unknown(292);

impl Tiff {
    pub(super) fn open(path: &Path) -> Result<Self, InputError> {
        let unreadable = |e: std::io::Error| InputError::file(RefusalCode::Unreadable, e.kind());
        let file = File::open(path).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?.len();
        Ok(Self { decoder: Decoder::new(BufReader::new(file)).map_err(|e| refusal(&e))?, size })
    }

    /// Walks the chain of directories. Thumbnails and masks (NewSubfileType) are no pages.
    pub(super) fn pages(&mut self, limits: &Limits) -> Result<Vec<u64>, InputError> {
        let (mut pages, mut seen) = (Vec::new(), HashSet::new());
        let mut next = self.decoder.ifd_pointer();
        while let Some(pointer) = next {
            if !seen.insert(pointer.0) {
                return Err(malformed("the chain of TIFF directories is a loop"));
            }
            // Thumbnails count too here, so that a chain of nothing but thumbnails has an end.
            if seen.len() > limits.pages as usize {
                let detail = format!("more than {} TIFF directories", limits.pages);
                return Err(InputError::file(RefusalCode::TooManyPages, detail));
            }
            if pointer.0 >= self.size {
                return Err(truncated("a TIFF directory lies behind the end of the file"));
            }
            let directory = self.decoder.read_directory(pointer).map_err(|e| refusal(&e))?;
            let kind = self.decoder.read_directory_tags(&directory).find_tag_unsigned::<u32>(Tag::NewSubfileType);
            if kind.map_err(|e| refusal(&e))?.unwrap_or_default() & 0b101 == 0 {
                pages.push(pointer.0);
            }
            next = directory.next();
        }
        if pages.is_empty() {
            return Err(InputError::file(RefusalCode::NoPages, "no page in the TIFF file"));
        }
        Ok(pages)
    }

    /// Whether every strip and tile of the page at `offset` and every value of its tags lies within the file.
    pub(super) fn holds(&mut self, offset: u64, limits: &Limits) -> Result<bool, InputError> {
        let directory = self.decoder.read_directory(IfdPointer(offset)).map_err(|e| refusal(&e))?;
        for (tag, _) in directory.iter() {
            let value = self.decoder.read_directory_tags(&directory).find_tag(tag);
            if value.is_err_and(|e| refusal(&e).code == RefusalCode::Truncated) {
                return Ok(false);
            }
        }
        let layout = self.layout(offset, limits)?;
        let mut chunks = layout.offsets.iter().zip(&layout.counts);
        Ok(chunks.all(|(offset, count)| offset.checked_add(*count).is_some_and(|end| end <= self.size)))
    }

    /// Refuses chunks that lie on each other so often that reading them is far more than reading the file. A writer may
    /// keep equal tiles once.
    pub(super) fn check_shared(&self, layout: &Layout) -> Result<(), InputError> {
        let sum = layout.counts.iter().fold(0u64, |sum, count| sum.saturating_add(*count));
        let ends = layout.offsets.iter().zip(&layout.counts).map(|(offset, count)| offset.saturating_add(*count));
        let whole = ends.max().unwrap_or_default() <= self.size;
        if whole && sum > self.size.max(MAX_SHARED) {
            return Err(malformed("TIFF strips or tiles lie on each other"));
        }
        Ok(())
    }

    /// 16-bit samples lie least significant byte first.
    pub(super) fn little_endian(&self) -> bool {
        self.decoder.byte_order() == ByteOrder::LittleEndian
    }

    /// The bytes of chunk `index`.
    pub(super) fn chunk(&mut self, layout: &Layout, index: usize) -> Result<Vec<u8>, InputError> {
        let (Some(&offset), Some(&count)) = (layout.offsets.get(index), layout.counts.get(index)) else {
            return Err(malformed("a TIFF strip or tile is missing"));
        };
        if offset.checked_add(count).is_none_or(|end| end > self.size) {
            return Err(truncated("a TIFF strip or tile lies behind the end of the file"));
        }
        let mut bytes = Vec::new();
        let file = self.decoder.inner();
        file.seek(SeekFrom::Start(offset)).map_err(|e| refusal(&e.into()))?;
        file.take(count).read_to_end(&mut bytes).map_err(|e| refusal(&e.into()))?;
        Ok(bytes)
    }

    /// Reads and checks the tags of the page at `offset`.
    pub(super) fn layout(&mut self, offset: u64, limits: &Limits) -> Result<Layout, InputError> {
        let directory = self.decoder.read_directory(IfdPointer(offset)).map_err(|e| refusal(&e))?;
        let mut tags = self.decoder.read_directory_tags(&directory);
        let mut all = |tag| tags.find_tag_unsigned_vec::<u64>(tag).map_err(|e| refusal(&e));
        let mut list = |tag| Ok::<_, InputError>(all(tag)?.unwrap_or_default());
        let mut one = |tag, default: u64| Ok::<_, InputError>(list(tag)?.first().copied().unwrap_or(default));
        let small = |v: u64| u16::try_from(v).map_err(|_| malformed("a TIFF tag is out of range"));
        let large = |v: u64| u32::try_from(v).map_err(|_| malformed("a TIFF tag is out of range"));

        let (width, height) = (large(one(Tag::ImageWidth, 0)?)?, large(one(Tag::ImageLength, 0)?)?);
        check_pixels(width, height, limits)?;
        let samples = small(one(Tag::SamplesPerPixel, 1)?)?;
        let photometric = small(one(Tag::PhotometricInterpretation, 0)?)?;
        let compression = small(one(Tag::Compression, 1)?)?;
        let differences = match one(Tag::Predictor, 1)? {
            1 => false,
            2 => true,
            n => return Err(unsupported(format!("TIFF predictor {n}"))),
        };
        let planar = one(Tag::PlanarConfiguration, 1)? == 2 && samples > 1;
        let reversed = one(Tag::FillOrder, 1)? == 2;
        let t4_options = large(one(T4_OPTIONS, 0)?)?;
        let orientation = small(one(Tag::Orientation, 1)?)?;
        let (tile_width, tile_height) = (large(one(Tag::TileWidth, 0)?)?, large(one(Tag::TileLength, 0)?)?);
        let rows_per_strip = one(Tag::RowsPerStrip, u64::from(u32::MAX))?.min(u64::from(height));
        let unit = one(Tag::ResolutionUnit, 2)?;
        let tiled = tile_width > 0;
        let (offset_tag, count_tag) =
            if tiled { (Tag::TileOffsets, Tag::TileByteCounts) } else { (Tag::StripOffsets, Tag::StripByteCounts) };
        let mut list = |tag| Ok::<_, InputError>(all(tag)?.unwrap_or_default());
        let bits = list(Tag::BitsPerSample)?;
        let formats = list(Tag::SampleFormat)?;
        let extra = list(Tag::ExtraSamples)?;
        let colour_map = list(Tag::ColorMap)?;
        let jpeg_tables = list(Tag::JPEGTables)?.into_iter().map(|b| b as u8).collect();
        let (offsets, counts) = (list(offset_tag)?, list(count_tag)?);
        let mut resolution = |tag| match tags.find_tag(tag) {
            Ok(Some(Value::Rational(n, d))) if d != 0 => Some(n as f32 / d as f32),
            Ok(Some(Value::Float(v))) => Some(v),
            _ => None,
        };
        let dpi = resolution(Tag::XResolution).zip(resolution(Tag::YResolution));

        let depth = bits.first().copied().unwrap_or(1);
        if bits.iter().any(|&b| b != depth) || !matches!(depth, 1 | 2 | 4 | 8 | 16) {
            return Err(unsupported(format!("TIFF with {depth} bits a sample")));
        }
        if formats.iter().any(|&f| f != 1 && f != 4) {
            return Err(unsupported("TIFF with signed or floating samples"));
        }
        if !(1..=8).contains(&samples) {
            return Err(unsupported(format!("TIFF with {samples} samples a pixel")));
        }
        let colours = samples.checked_sub(small(extra.len() as u64)?);
        let needed = match photometric {
            0 | 1 | 3 | 4 => 1,
            2 | 6 => 3,
            5 => 4,
            n => return Err(unsupported(format!("TIFF colours of kind {n}"))),
        };
        if colours.is_none_or(|n| n < needed) {
            return Err(malformed("TIFF with fewer samples than its colours need"));
        }
        let alpha = extra.iter().position(|&e| e == 1 || e == 2);
        let alpha = alpha.map(|i| (samples - extra.len() as u16 + i as u16, extra[i] == 1));
        let chunk = if tiled { (tile_width, tile_height) } else { (width, large(rows_per_strip)?.max(1)) };
        check_pixels(chunk.0, chunk.1, limits)?;
        let (across, down) = (width.div_ceil(chunk.0), height.div_ceil(chunk.1));
        if tiled {
            // Tiles stick out over the page: what they hold together counts.
            let side =
                |n: u32, length: u32| n.checked_mul(length).ok_or_else(|| malformed("TIFF tiles without measure"));
            check_pixels(side(across, chunk.0)?, side(down, chunk.1)?, limits)?;
        }
        let expected = u64::from(across) * u64::from(down);
        let expected = expected * if planar { u64::from(samples) } else { 1 };
        if (offsets.len() as u64) < expected || counts.len() != offsets.len() {
            return Err(malformed("TIFF strips or tiles do not cover the page"));
        }
        let scale = if unit == 3 { 2.54 } else { 1.0 };
        let dpi = dpi.filter(|_| unit != 1).and_then(|(x, y)| plausible_dpi(x * scale, y * scale, width, height));
        Ok(Layout {
            width,
            height,
            bits: depth as u8,
            samples,
            photometric,
            compression,
            differences,
            planar,
            reversed,
            t4_options,
            alpha,
            palette: palette(&colour_map),
            jpeg_tables,
            chunk,
            tiled,
            offsets,
            counts,
            orientation,
            dpi,
        })
    }
}

/// TIFF keeps all reds, then all greens, then all blues, in 16 bits.
fn palette(map: &[u64]) -> Vec<u8> {
    let n = map.len() / 3;
    (0..n).flat_map(|i| [map[i], map[n + i], map[2 * n + i]].map(|v| (v >> 8) as u8)).collect()
}

/// The refusal behind an error of the `tiff` crate.
pub(super) fn refusal(e: &TiffError) -> InputError {
    match e {
        TiffError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            truncated("the TIFF file ends within a directory")
        }
        // No file can be that long.
        TiffError::IoError(e) if e.kind() == std::io::ErrorKind::InvalidInput => {
            truncated("a TIFF directory lies behind the end of the file")
        }
        TiffError::IoError(e) => InputError::file(RefusalCode::Unreadable, e.kind()),
        TiffError::UnsupportedError(_) => unsupported("a TIFF variant that is not supported"),
        TiffError::FormatError(TiffFormatError::CycleInOffsets) => malformed("the chain of TIFF directories is a loop"),
        _ => malformed("a damaged TIFF directory"),
    }
}
