//! Pixels of one page, decoded and encoded. Shared by what reads images, what recognizes them and what writes PDFs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// How the pixels of a [`Raster`] lie in memory. Rows are not padded except in [`PixelLayout::Bitonal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PixelLayout {
    /// One bit a pixel, most significant first, rows padded to whole bytes; **1 is black**.
    Bitonal,
    /// One byte a pixel, 0 is black.
    Grey8,
    /// Three bytes a pixel, sRGB.
    Rgb8,
}

/// Resolution in dots per inch, horizontal and vertical. Both are finite and above zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Dpi {
    /// Dots per inch along a row.
    pub x: f32,
    /// Dots per inch along a column.
    pub y: f32,
}

impl Dpi {
    /// The same resolution both ways.
    pub const fn square(dpi: f32) -> Self {
        Self { x: dpi, y: dpi }
    }

    /// Whether both values can be a scanner's: 20 to 4800.
    pub fn is_plausible(self) -> bool {
        [self.x, self.y].iter().all(|v| (20.0..=4800.0).contains(v))
    }
}

/// Decoded pixels of one page. Cheap to clone: the pixels are shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    width: u32,
    height: u32,
    layout: PixelLayout,
    data: Arc<Vec<u8>>,
}

impl Raster {
    /// Wraps pixels. `None` when `data` is not exactly `height` rows of [`Raster::row_bytes`] bytes, or a side is 0.
    pub fn new(width: u32, height: u32, layout: PixelLayout, data: Vec<u8>) -> Option<Self> {
        let bytes = row_bytes(width, layout).checked_mul(height as usize)?;
        (width > 0 && height > 0 && data.len() == bytes).then(|| Self { width, height, layout, data: Arc::new(data) })
    }

    /// Pixels along a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Number of rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// How the pixels lie in memory.
    pub fn layout(&self) -> PixelLayout {
        self.layout
    }

    /// All rows, top to bottom.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Bytes of one row.
    pub fn row_bytes(&self) -> usize {
        row_bytes(self.width, self.layout)
    }

    /// One row; `y` counts from the top and is below the height.
    pub fn row(&self, y: u32) -> &[u8] {
        &self.data[y as usize * self.row_bytes()..][..self.row_bytes()]
    }
}

fn row_bytes(width: u32, layout: PixelLayout) -> usize {
    match layout {
        PixelLayout::Bitonal => width.div_ceil(8) as usize,
        PixelLayout::Grey8 => width as usize,
        PixelLayout::Rgb8 => width as usize * 3,
    }
}

/// How the bytes of an [`EncodedImage`] are coded; the parameters are those that a PDF stream dictionary needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Codec {
    /// A whole JPEG file (`DCTDecode`). `components` is 1, 3 or 4; `inverted` is set for Adobe CMYK.
    Jpeg {
        /// Colour components: 1, 3 or 4.
        components: u8,
        /// Samples are stored inverted (Adobe CMYK).
        inverted: bool,
    },
    /// CCITT Group 4 (`CCITTFaxDecode`, `K` −1). With `black_is_1` a 1 bit is black after decoding, as in TIFF
    /// `BlackIsZero`; without it a 0 bit is black, as in TIFF `WhiteIsZero` and PDF's default.
    Group4 {
        /// PDF `BlackIs1`.
        black_is_1: bool,
        /// PDF `EncodedByteAlign`.
        byte_align: bool,
    },
    /// zlib stream (`FlateDecode`), rows filtered by PNG predictors when `png_predictors` is set (`Predictor` 15).
    Flate {
        /// Components a pixel: 1 or 3.
        components: u8,
        /// Bits a component: 1, 2, 4, 8 or 16.
        bits: u8,
        /// Each row starts with a PNG filter byte.
        png_predictors: bool,
        /// RGB palette (3 bytes an entry); pixels are then indices, one component.
        palette: Option<Vec<u8>>,
    },
}

/// One page's image as it can be placed into a PDF without decoding it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedImage {
    /// Pixels along a row.
    pub width: u32,
    /// Number of rows.
    pub height: u32,
    /// How `bytes` are coded.
    pub codec: Codec,
    /// The coded bytes.
    pub bytes: Arc<Vec<u8>>,
}

/// One physical page: decoded once, and encoded for the PDF.
#[derive(Debug, Clone)]
pub struct LoadedPage {
    /// The decoded pixels, as they lie in the file (no orientation applied).
    pub raster: Raster,
    /// What the PDF takes: the received bytes where their format allows it.
    pub embed: EncodedImage,
    /// Resolution from the file's metadata, `None` when it has none or an implausible one.
    pub dpi: Option<Dpi>,
    /// Turn that the file itself asks for (Exif, TIFF Orientation) before it is shown.
    pub rotation: crate::Rotation,
}

/// Which pixels of a page are ink, at a reduced size: what page inspection and line finding share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InkMap {
    /// Pixels along a row of the map.
    pub width: usize,
    /// Number of rows of the map.
    pub height: usize,
    /// Side of the area of the page that one pixel of the map stands for, px of the page, at least 1.
    pub scale: usize,
    /// Grey levels darker than the paper around, row by row: `width * height` values.
    pub contrast: Vec<u8>,
    /// From this contrast on a pixel is ink; at least 1.
    pub threshold: u8,
}
