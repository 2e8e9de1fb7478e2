//! Packed rows of black and white pixels.

use sohoa_domain::{PixelLayout, Raster};

/// Exchanges black and white of packed rows.
pub(crate) fn invert(data: &mut [u8], width: u32) {
    data.iter_mut().for_each(|b| *b = !*b);
    data.chunks_exact_mut(width.div_ceil(8) as usize).for_each(|row| clear_padding(row, width as usize));
}

/// Sets the bits behind the last pixel of a bitonal row to 0, so that equal pages are equal bytes.
pub(crate) fn clear_padding(row: &mut [u8], width: usize) {
    if let Some(last) = row.last_mut().filter(|_| !width.is_multiple_of(8)) {
        *last &= 0xff << (8 - width % 8);
    }
}

/// A bitonal raster as eight-bit grey, 0 and 255.
pub(crate) fn expanded(raster: &Raster) -> Raster {
    let w = raster.width() as usize;
    let data = raster.data().chunks_exact(raster.row_bytes()).flat_map(|row| spread(row, w)).collect();
    let grey = Raster::new(raster.width(), raster.height(), PixelLayout::Grey8, data);
    debug_assert!(grey.is_some(), "a row gives as many pixels as it has");
    grey.unwrap_or_else(|| raster.clone())
}

/// One packed row as eight-bit grey.
pub(crate) fn spread(row: &[u8], width: usize) -> Vec<u8> {
    let mut out: Vec<u8> = row.iter().flat_map(|&b| GREY_OF_BITS[usize::from(b)]).collect();
    out.truncate(width);
    out
}

/// Eight grey pixels for each byte of a bitonal row.
static GREY_OF_BITS: [[u8; 8]; 256] = {
    let mut table = [[255; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            if byte & (0x80 >> bit) != 0 {
                table[byte][bit] = 0;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};
