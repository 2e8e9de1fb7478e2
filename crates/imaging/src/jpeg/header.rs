//! The marker segments of a JPEG stream (ISO/IEC 10918-1, annex B): sizes, colours, resolution, and whether it ends.

use sohoa_domain::InputError;

use crate::bounds::{malformed, truncated, unsupported};
use crate::exif::{self, Exif};

/// What the markers say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// 1, 3 or 4.
    pub(crate) components: u8,
    /// Colour transform of the Adobe marker (Adobe Technical Note 5116): 0 none, 1 YCbCr, 2 YCCK.
    pub(crate) adobe: Option<u8>,
    /// Where the transform byte lies.
    pub(crate) adobe_at: Option<usize>,
    /// Dots per inch of the JFIF marker.
    pub(crate) jfif_dpi: Option<(f32, f32)>,
    pub(crate) exif: Exif,
    /// An end-of-image marker follows the last scan. A cut file has none.
    pub(crate) complete: bool,
    /// Where that marker lies, for a picture that is one sequential scan. The decoder takes the end marker as leave
    /// to make up what is missing; without it, it tells when a scan has too few data.
    pub(super) scan_end: Option<usize>,
    jfif: bool,
    ids: [u8; 4],
}

/// A scan of a few bytes can touch every pixel. Encoders write about ten, and none more than 189 for each component.
const MAX_SCANS: u32 = 600;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP14: u8 = 0xee;

impl Header {
    /// Walks all markers up to the end of the picture; what follows it is not looked at.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, InputError> {
        if bytes.get(..2) != Some(&[0xff, SOI]) {
            return Err(malformed("no JPEG start marker"));
        }
        let mut header = Self::default();
        let (mut at, mut scans, mut progressive) = (2, 0, false);
        while let Some((marker, after)) = next_marker(bytes, at) {
            match marker {
                EOI => {
                    header.complete = true;
                    header.scan_end = (scans == 1 && !progressive).then_some(at);
                    break;
                }
                // Markers without a segment: TEM, restart, a second start.
                0x01 | 0xd0..=0xd8 => at = after,
                _ => {
                    let Some(segment) = segment(bytes, after) else { break };
                    header.read(marker, segment, after + 2)?;
                    progressive |= marker == 0xc2;
                    at = after + 2 + segment.len();
                    if marker == SOS {
                        scans += 1;
                        if scans > MAX_SCANS {
                            return Err(malformed(format!("more than {MAX_SCANS} scans in a JPEG stream")));
                        }
                        at = end_of_scan(bytes, at);
                    }
                }
            }
        }
        if header.components == 0 || scans == 0 {
            let what = "the JPEG stream ends before its first scan";
            return Err(if header.complete { malformed(what) } else { truncated(what) });
        }
        Ok(header)
    }

    fn read(&mut self, marker: u8, segment: &[u8], at: usize) -> Result<(), InputError> {
        match marker {
            0xc0..=0xc2 => self.frame(segment)?,
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(unsupported("lossless, hierarchical or arithmetic JPEG"));
            }
            APP0 => self.jfif(segment),
            APP1 => {
                if let Some(block) = segment.strip_prefix(b"Exif\0\0") {
                    self.exif = exif::parse(block);
                }
            }
            APP14 if segment.starts_with(b"Adobe") => {
                if let Some(&transform) = segment.get(11) {
                    (self.adobe, self.adobe_at) = (Some(transform), Some(at + 11));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn frame(&mut self, s: &[u8]) -> Result<(), InputError> {
        let &[precision, h1, h0, w1, w0, components, ref rest @ ..] = s else {
            return Err(malformed("the JPEG frame header is too short"));
        };
        if precision != 8 {
            return Err(unsupported(format!("JPEG with {precision} bits a sample")));
        }
        if !matches!(components, 1 | 3 | 4) {
            return Err(unsupported(format!("JPEG with {components} components")));
        }
        self.width = u16::from_be_bytes([w1, w0]).into();
        self.height = u16::from_be_bytes([h1, h0]).into();
        self.components = components;
        for (id, spec) in self.ids.iter_mut().zip(rest.chunks(3)).take(components.into()) {
            *id = spec.first().copied().unwrap_or_default();
        }
        Ok(())
    }

    fn jfif(&mut self, s: &[u8]) {
        let Some(&[_, _, unit, x1, x0, y1, y0, ..]) = s.strip_prefix(b"JFIF\0") else { return };
        self.jfif = true;
        let (x, y) = (f32::from(u16::from_be_bytes([x1, x0])), f32::from(u16::from_be_bytes([y1, y0])));
        self.jfif_dpi = match unit {
            1 => Some((x, y)),
            2 => Some((x * 2.54, y * 2.54)),
            _ => None,
        };
    }

    /// Three components named R, G, B without any marker that says so: decoders take them as RGB, PDF viewers as
    /// YCbCr (ISO 32000-1, table 13, ColorTransform).
    pub(crate) fn is_bare_rgb(&self) -> bool {
        self.components == 3 && self.adobe.is_none() && !self.jfif && self.ids[..3] == *b"RGB"
    }
}

/// The next marker at or behind `at`, and where its segment starts. Fill bytes in front of it are skipped.
fn next_marker(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = bytes.get(at..)?;
    let i = rest.windows(2).position(|w| w[0] == 0xff && !matches!(w[1], 0 | 0xff))?;
    Some((*rest.get(i + 1)?, at + i + 2))
}

/// A segment without its two length bytes; `None` when it runs over the end.
fn segment(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let len = usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    bytes.get(at + 2..at + len.max(2))
}

/// Where the entropy-coded data that starts at `at` ends: at the next marker that is not a restart.
fn end_of_scan(bytes: &[u8], mut at: usize) -> usize {
    while let Some(i) = bytes.get(at..).and_then(|rest| rest.iter().position(|&b| b == 0xff)) {
        at += i;
        match bytes.get(at + 1) {
            Some(0 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}

/// The stream with an Adobe marker that says: three components, no colour transform.
pub(crate) fn with_adobe_rgb(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.get(..2).unwrap_or_default().to_vec();
    out.extend(b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00");
    out.extend(bytes.get(2..).unwrap_or_default());
    out
}
