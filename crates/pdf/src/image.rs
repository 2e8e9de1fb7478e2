//! An image XObject as an [`EncodedImage`], without decoding it where its codec is known.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::Arc;

use lopdf::{Dictionary, Object, Stream};
use sohoa_domain::{Codec, EncodedImage};

use crate::objects::PageObjects;

/// What the samples of an image mean.
enum Colours {
    Grey,
    Rgb,
    /// RGB entries.
    Palette(Vec<u8>),
    /// Four inks; only JPEG.
    Inks,
}

/// The image, or `None` when it has to be rendered. `fill_is_black` is the colour that a stencil mask paints with.
pub(crate) fn encoded(source: &PageObjects<'_>, stream: &Stream, fill_is_black: bool) -> Option<EncodedImage> {
    let dict = &stream.dict;
    let side = |key: &[u8]| source.get(dict, key).as_i64().ok().and_then(|v| u32::try_from(v).ok()).filter(|v| *v > 0);
    let (width, height) = (side(b"Width")?, side(b"Height")?);
    let stencil = matches!(source.get(dict, b"ImageMask"), Object::Boolean(true));
    if stencil && !fill_is_black {
        return None;
    }
    let mut filters = source.filters(dict);
    let last = filters.pop();
    let codec_name = last.as_ref().map(|(n, _)| n.clone()).unwrap_or_default();
    let parms = last.as_ref().map(|(_, p)| p.clone()).unwrap_or_default();
    // Filters before the image's own codec are unwrapped.
    let inner = |wrapped: &[(Vec<u8>, Dictionary)]| -> Option<Vec<u8>> {
        let raw = source.raw(stream).ok()?;
        if wrapped.is_empty() { Some(raw.into_owned()) } else { source.unfilter(wrapped, raw).ok() }
    };
    let (codec, bytes) = match codec_name.as_slice() {
        b"DCTDecode" => {
            let bytes = inner(&filters)?;
            (jpeg(source, dict, &parms, &bytes, width, height)?, bytes)
        }
        b"CCITTFaxDecode" => (group4(source, dict, &parms, width, stencil)?, inner(&filters)?),
        b"JPXDecode" | b"JBIG2Decode" | b"Crypt" => return None,
        _ => {
            if let Some(last) = last {
                filters.push(last);
            }
            samples(source, stream, &filters, width, height, stencil)?
        }
    };
    Some(EncodedImage { width, height, codec, bytes: Arc::new(bytes) })
}

fn colours(source: &PageObjects<'_>, dict: &Dictionary) -> Option<Colours> {
    let space = source.get(dict, b"ColorSpace");
    let indexed = space
        .as_array()
        .ok()
        .filter(|a| matches!(a.first().map(|o| source.resolve(o).as_name()), Some(Ok(b"Indexed" | b"I"))));
    let Some(array) = indexed else { return base(source, space) };
    let lookup = match source.resolve(array.get(3)?) {
        Object::String(bytes, _) => bytes.clone(),
        Object::Stream(s) => source.decoded(s).ok()?,
        _ => return None,
    };
    match base(source, source.resolve(array.get(1)?))? {
        Colours::Rgb => Some(Colours::Palette(lookup)),
        Colours::Grey => Some(Colours::Palette(lookup.iter().flat_map(|v| [*v; 3]).collect())),
        _ => None,
    }
}

fn base(source: &PageObjects<'_>, space: &Object) -> Option<Colours> {
    let by_components = |n| match n {
        1 => Some(Colours::Grey),
        3 => Some(Colours::Rgb),
        4 => Some(Colours::Inks),
        _ => None,
    };
    match space {
        Object::Name(n) => match n.as_slice() {
            b"DeviceGray" | b"G" | b"CalGray" => Some(Colours::Grey),
            b"DeviceRGB" | b"RGB" | b"CalRGB" => Some(Colours::Rgb),
            b"DeviceCMYK" | b"CMYK" => Some(Colours::Inks),
            _ => None,
        },
        Object::Array(a) => match (source.resolve(a.first()?).as_name().ok()?, a.get(1)) {
            (b"CalGray", _) => Some(Colours::Grey),
            (b"CalRGB", _) => Some(Colours::Rgb),
            (b"ICCBased", Some(profile)) => {
                let stream = source.resolve(profile).as_stream().ok()?;
                by_components(source.get(&stream.dict, b"N").as_i64().ok()?)
            }
            (_, None) => base(source, source.resolve(a.first()?)),
            _ => None,
        },
        _ => None,
    }
}

/// `Some(false)` for the usual Decode array, `Some(true)` for its inverse, `None` for anything else.
fn inverted(source: &PageObjects<'_>, dict: &Dictionary, components: usize, high: f64) -> Option<bool> {
    let value = if dict.has(b"Decode") { source.get(dict, b"Decode") } else { source.get(dict, b"D") };
    let Ok(array) = value.as_array() else { return Some(false) };
    let values: Vec<f64> = array.iter().filter_map(|o| crate::geometry::number(source.resolve(o))).collect();
    let is = |low: f64, high: f64| {
        values.len() == components * 2
            && values.chunks_exact(2).all(|p| (p[0] - low).abs() < 1e-6 && (p[1] - high).abs() < 1e-6)
    };
    if is(0.0, high) {
        Some(false)
    } else if is(high, 0.0) {
        Some(true)
    } else {
        None
    }
}

fn jpeg(
    source: &PageObjects<'_>,
    dict: &Dictionary,
    parms: &Dictionary,
    bytes: &[u8],
    w: u32,
    h: u32,
) -> Option<Codec> {
    let frame = JpegFrame::read(bytes)?;
    let components = match (colours(source, dict), frame.components) {
        (Some(Colours::Grey), 1) => 1u8,
        (Some(Colours::Rgb), 3) => 3,
        (Some(Colours::Inks), 4) => 4,
        _ => return None,
    };
    // Without the parameter, three components are YCbCr and four are inks, which is also what a JPEG decoder assumes.
    let unusual = parms.get(b"ColorTransform").and_then(Object::as_i64).is_ok_and(|t| t != i64::from(components == 3));
    let turned = inverted(source, dict, components.into(), 1.0)?;
    if unusual || (frame.width, frame.height) != (w, h) || (turned && components != 4) {
        return None;
    }
    Some(Codec::Jpeg { components, inverted: turned })
}

/// Size and components from the frame header of a JPEG (ISO/IEC 10918-1, B.2.2).
pub(crate) struct JpegFrame {
    pub width: u32,
    pub height: u32,
    pub components: u8,
}

impl JpegFrame {
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut at = 2;
        bytes.starts_with(&[0xff, 0xd8]).then_some(())?;
        loop {
            while *bytes.get(at)? != 0xff {
                at += 1;
            }
            while *bytes.get(at)? == 0xff {
                at += 1;
            }
            let marker = *bytes.get(at)?;
            at += 1;
            let len = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
            match marker {
                0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                    let two = |i: usize| Some(u32::from(u16::from_be_bytes([*bytes.get(i)?, *bytes.get(i + 1)?])));
                    return Some(Self { height: two(at + 3)?, width: two(at + 5)?, components: *bytes.get(at + 7)? });
                }
                0xd9 | 0xda => return None,
                0x01 | 0xd0..=0xd7 => {}
                _ => at += len.max(2),
            }
        }
    }
}

fn group4(source: &PageObjects<'_>, dict: &Dictionary, parms: &Dictionary, width: u32, stencil: bool) -> Option<Codec> {
    let flag = |key: &[u8]| matches!(parms.get(key), Ok(Object::Boolean(true)));
    let number = |key: &[u8], default| parms.get(key).and_then(Object::as_i64).unwrap_or(default);
    if number(b"K", 0) >= 0 || number(b"Columns", 1728) != i64::from(width) {
        return None;
    }
    let mut black_is_1 = flag(b"BlackIs1");
    if !stencil {
        match colours(source, dict)? {
            Colours::Grey => {}
            Colours::Palette(p) => match p.get(..6)? {
                [0, 0, 0, 255, 255, 255] => {}
                [255, 255, 255, 0, 0, 0] => black_is_1 = !black_is_1,
                _ => return None,
            },
            _ => return None,
        }
    }
    // Black runs become sample value 1 with BlackIs1, else 0; sample 0 shows black, unless Decode inverts.
    black_is_1 ^= inverted(source, dict, 1, 1.0)?;
    Some(Codec::Group4 { black_is_1, byte_align: flag(b"EncodedByteAlign") })
}

/// Samples under general-purpose filters: passed through when they are one zlib stream, else deflated again.
fn samples(
    source: &PageObjects<'_>,
    stream: &Stream,
    filters: &[(Vec<u8>, Dictionary)],
    width: u32,
    height: u32,
    stencil: bool,
) -> Option<(Codec, Vec<u8>)> {
    let dict = &stream.dict;
    let bits = if stencil { 1 } else { u8::try_from(source.get(dict, b"BitsPerComponent").as_i64().ok()?).ok()? };
    if !matches!(bits, 1 | 2 | 4 | 8 | 16) {
        return None;
    }
    let space = if stencil { Colours::Grey } else { colours(source, dict)? };
    let high = if matches!(space, Colours::Palette(_)) { f64::from((1u32 << bits) - 1) } else { 1.0 };
    let (components, mut palette) = match space {
        Colours::Grey => (1u8, None),
        Colours::Rgb => (3, None),
        Colours::Palette(p) if bits <= 8 && p.len() >= 3 => (1, Some(p)),
        _ => return None,
    };
    if let Some(p) = &mut palette {
        p.truncate(3 << bits);
        p.truncate(p.len() / 3 * 3);
    }
    if inverted(source, dict, components.into(), high)? {
        palette = Some(inverted_palette(palette, components, bits)?);
    }
    let row = (u64::from(width) * u64::from(components) * u64::from(bits)).div_ceil(8);
    let codec = |png_predictors| Codec::Flate { components, bits, png_predictors, palette: palette.clone() };
    if let [wrapped @ .., (name, parms)] = filters
        && name == b"FlateDecode"
    {
        let number = |key: &[u8], default| parms.get(key).and_then(Object::as_i64).unwrap_or(default);
        let predictor = number(b"Predictor", 1);
        let as_is = predictor == 1
            || (predictor >= 10
                && number(b"Colors", 1) == i64::from(components)
                && number(b"BitsPerComponent", 8) == i64::from(bits)
                && number(b"Columns", 1) == i64::from(width));
        if as_is {
            let raw = source.raw(stream).ok()?;
            let bytes = if wrapped.is_empty() { raw.into_owned() } else { source.unfilter(wrapped, raw).ok()? };
            return Some((codec(predictor >= 10), bytes));
        }
    }
    let raw: Cow<'_, [u8]> = source.raw(stream).ok()?;
    let mut plain = source.unfilter(filters, raw).ok()?;
    let need = usize::try_from(row.checked_mul(height.into())?).ok()?;
    if plain.len() < need {
        return None;
    }
    plain.truncate(need);
    Some((codec(false), deflate(&plain)))
}

/// The palette that shows inverted samples right.
fn inverted_palette(palette: Option<Vec<u8>>, components: u8, bits: u8) -> Option<Vec<u8>> {
    if components != 1 || bits > 8 {
        return None;
    }
    let entries = 1usize << bits;
    match palette {
        Some(p) if p.len() == entries * 3 => Some(p.chunks_exact(3).rev().flatten().copied().collect()),
        Some(_) => None,
        None => Some((0..entries).rev().flat_map(|i| [(i * 255 / (entries - 1)) as u8; 3]).collect()),
    }
}

/// A zlib stream of `bytes`.
pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::with_capacity(bytes.len() / 3), flate2::Compression::new(6));
    // Writing into memory has no way to fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
