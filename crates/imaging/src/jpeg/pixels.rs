//! Pixels of a JPEG stream as grey or sRGB.

use std::borrow::Cow;

use sohoa_domain::{InputError, PixelLayout, Raster};
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::Header;
use crate::bounds::{malformed, raster, truncated};

/// Decodes a stream whose header was read and whose size was checked. `inverted` concerns four components only.
///
/// The decoder's lenient mode paints what is missing grey, so its strict mode decides. Strict is also pedantic about
/// stray bytes between markers, which scanners do write: that alone is forgiven when the stream has its end.
pub(crate) fn decode(bytes: &[u8], header: &Header, inverted: bool) -> Result<Raster, InputError> {
    let bytes = raw_inks(bytes, header);
    let scan = header.scan_end.and_then(|end| bytes.get(..end)).unwrap_or(&bytes);
    let data = match run(scan, header, true) {
        Ok(data) => data,
        Err(_) if !header.complete => return Err(truncated("the JPEG stream ends within its picture")),
        Err(e) if is_pedantic(&e) => run(&bytes, header, false).map_err(|e| refusal(&e))?,
        Err(e) => return Err(refusal(&e)),
    };
    let layout = if header.components == 1 { PixelLayout::Grey8 } else { PixelLayout::Rgb8 };
    let data = if header.components == 4 { from_inks(&data, header.adobe == Some(2), inverted) } else { data };
    raster(header.width, header.height, layout, data)
}

fn run(bytes: &[u8], header: &Header, strict: bool) -> Result<Vec<u8>, DecodeErrors> {
    let space = match header.components {
        1 => ColorSpace::Luma,
        3 => ColorSpace::RGB,
        _ => ColorSpace::CMYK,
    };
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(header.width as usize)
        .set_max_height(header.height as usize)
        .jpeg_set_out_colorspace(space);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode()
}

fn is_pedantic(e: &DecodeErrors) -> bool {
    matches!(e, DecodeErrors::FormatStatic(s) if s.contains("Extra bytes between headers"))
}

fn refusal(e: &DecodeErrors) -> InputError {
    match e {
        DecodeErrors::ExhaustedData | DecodeErrors::FormatStatic("Premature end of buffer") => {
            truncated("the JPEG stream ends within its picture")
        }
        _ => malformed("the JPEG stream cannot be decoded"),
    }
}

/// For four components the decoder is told that no transform applies: it then hands out the samples as stored, and
/// [`from_inks`] does the rest the same way for every polarity.
fn raw_inks<'a>(bytes: &'a [u8], header: &Header) -> Cow<'a, [u8]> {
    match header.adobe_at {
        Some(at) if header.components == 4 && at < bytes.len() => {
            let mut copy = bytes.to_vec();
            copy[at] = 0;
            Cow::Owned(copy)
        }
        _ => Cow::Borrowed(bytes),
    }
}

/// sRGB from four stored samples, by the plain formula of ISO 32000-1, 10.3.3: a scan carries no better profile.
fn from_inks(data: &[u8], ycck: bool, inverted: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() / 4 * 3);
    for px in data.chunks_exact(4) {
        let [a, b, c, k] = [px[0], px[1], px[2], px[3]];
        let mut cmy = [a, b, c];
        if ycck {
            let (y, cb, cr) = (f32::from(a), f32::from(b) - 128.0, f32::from(c) - 128.0);
            let rgb = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
            cmy = rgb.map(|v| 255 - v.round().clamp(0.0, 255.0) as u8);
        }
        let light = |v: u8| u32::from(if inverted { v } else { 255 - v });
        out.extend(cmy.map(|v| ((light(v) * light(k) + 127) / 255) as u8));
    }
    out
}
