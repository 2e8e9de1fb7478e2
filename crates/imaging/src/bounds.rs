//! Limits checked before anything is allocated, and the errors that say so.

use std::fmt::Display;
use std::path::Path;

use sohoa_domain::{Dpi, InputError, Limits, PixelLayout, Raster, RefusalCode};

/// A2, the largest sheet that a 72 or 96 dpi entry is believed on: longer sides in inches mean that software wrote
/// its default there, not a scanner its resolution.
const A2_INCHES: [f32; 2] = [16.54, 23.39];

pub(crate) fn truncated(detail: impl Display) -> InputError {
    InputError::file(RefusalCode::Truncated, detail)
}

pub(crate) fn malformed(detail: impl Display) -> InputError {
    InputError::file(RefusalCode::Malformed, detail)
}

pub(crate) fn unsupported(detail: impl Display) -> InputError {
    InputError::file(RefusalCode::Unsupported, detail)
}

/// Refuses sides of 0 and more pixels than `limits.page_pixels`.
pub(crate) fn check_pixels(width: u32, height: u32, limits: &Limits) -> Result<(), InputError> {
    if width == 0 || height == 0 {
        return Err(malformed("an image without pixels"));
    }
    if u64::from(width) * u64::from(height) > limits.page_pixels {
        let detail = format!("{width} × {height} pixels, limit {}", limits.page_pixels);
        return Err(InputError::file(RefusalCode::TooManyPixels, detail));
    }
    Ok(())
}

/// Reads a file that holds one picture. Such a file has to fit into memory, so it is also held to the limit for one
/// stream, from its size and before reading.
pub(crate) fn read_whole(path: &Path, limits: &Limits) -> Result<Vec<u8>, InputError> {
    let unreadable = |e: std::io::Error| InputError::file(RefusalCode::Unreadable, e.kind());
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    let limit = limits.file_bytes.min(limits.stream_bytes);
    if size > limit {
        return Err(InputError::file(RefusalCode::TooManyBytes, format!("{size} bytes in one picture, limit {limit}")));
    }
    std::fs::read(path).map_err(unreadable)
}

/// A raster from pixels whose number was computed from the same width and height.
pub(crate) fn raster(width: u32, height: u32, layout: PixelLayout, data: Vec<u8>) -> Result<Raster, InputError> {
    Raster::new(width, height, layout, data).ok_or_else(|| malformed("the pixels do not fill the image"))
}

/// A resolution from metadata, unless no scanner would write it.
pub(crate) fn plausible_dpi(x: f32, y: f32, width: u32, height: u32) -> Option<Dpi> {
    let dpi = Dpi { x, y };
    if !dpi.is_plausible() {
        return None;
    }
    let default = |v: f32| (v - 72.0).abs() < 0.5 || (v - 96.0).abs() < 0.5;
    let (w, h) = (width as f32 / x, height as f32 / y);
    let larger = w.min(h) > A2_INCHES[0] || w.max(h) > A2_INCHES[1];
    if default(x) && default(y) && larger { None } else { Some(dpi) }
}
