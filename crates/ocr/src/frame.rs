//! Frames between a recognizer's process and its parent: a length, a JSON header, and for a page its pixels.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sohoa_domain::{Dpi, OcrPage, PixelLayout, Raster};

use crate::engine::OcrError;

/// Longest header, bytes: far above the result of any page.
const LONGEST: u32 = 256 << 20;

/// Most pixels of a page in a frame; the parent's own limits are lower.
const MOST_PIXELS: u64 = 4 << 30;

/// What the parent sends ahead of the pixels.
#[derive(Debug, Serialize, Deserialize)]
struct PageHeader {
    width: u32,
    height: u32,
    dpi: Dpi,
}

/// What the child says.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// Once after the start: its name.
    Ready(String),
    /// A page's text.
    Page(OcrPage),
    /// No text, or no start.
    Error(OcrError),
}

/// Writes a page.
///
/// # Errors
/// What the stream says.
pub fn write_page(out: &mut impl Write, grey: &Raster, dpi: Dpi) -> io::Result<()> {
    write_json(out, &PageHeader { width: grey.width(), height: grey.height(), dpi })?;
    out.write_all(grey.data())?;
    out.flush()
}

/// The next page, `None` when the parent has closed its end.
///
/// # Errors
/// What the stream says, or what is no frame of a page.
pub fn read_page(input: &mut impl Read) -> io::Result<Option<(Raster, Dpi)>> {
    let Some(header) = read_json::<PageHeader>(input)? else { return Ok(None) };
    let pixels = u64::from(header.width) * u64::from(header.height);
    let pixels =
        usize::try_from(pixels).ok().filter(|p| *p as u64 <= MOST_PIXELS).ok_or_else(|| bad("too many pixels"))?;
    let mut data = vec![0; pixels];
    input.read_exact(&mut data)?;
    let raster = Raster::new(header.width, header.height, PixelLayout::Grey8, data).ok_or_else(|| bad("no pixels"))?;
    Ok(Some((raster, header.dpi)))
}

/// Writes an answer.
///
/// # Errors
/// What the stream says.
pub fn write_answer(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    write_json(out, answer)?;
    out.flush()
}

/// The next answer, `None` at the end of the stream.
///
/// # Errors
/// What the stream says, or what is no frame of an answer.
pub fn read_answer(input: &mut impl Read) -> io::Result<Option<Answer>> {
    read_json(input)
}

fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_vec(value)?;
    let length = u32::try_from(json.len()).ok().filter(|n| *n <= LONGEST).ok_or_else(|| bad("too long"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&json)
}

fn read_json<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    // An end before the first byte of a frame is a proper one.
    if input.read(&mut length[..1])? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut length[1..])?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(bad("too long"));
    }
    let mut json = Vec::new();
    input.take(length.into()).read_to_end(&mut json)?;
    if json.len() != length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    // What the parser says may quote the page; where it stopped does not.
    serde_json::from_slice(&json).map(Some).map_err(|e| bad(&format!("no answer at byte {}", e.column())))
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("frame: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_goes_there_and_an_answer_comes_back() {
        let raster = Raster::new(3, 2, PixelLayout::Grey8, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let mut bytes = Vec::new();
        write_page(&mut bytes, &raster, Dpi::square(300.0)).unwrap();
        let mut input = bytes.as_slice();
        assert_eq!(read_page(&mut input).unwrap(), Some((raster, Dpi::square(300.0))));
        assert!(read_page(&mut input).unwrap().is_none());
        for cut in 1..bytes.len() {
            assert!(read_page(&mut &bytes[..cut]).is_err(), "{cut}");
        }
        let mut bytes = Vec::new();
        write_answer(&mut bytes, &Answer::Error(OcrError::TimedOut { seconds: 3 })).unwrap();
        assert!(matches!(
            read_answer(&mut bytes.as_slice()),
            Ok(Some(Answer::Error(OcrError::TimedOut { seconds: 3 })))
        ));
    }

    #[test]
    fn a_frame_over_the_limit_is_refused_before_it_is_read() {
        assert!(read_answer(&mut [0xff, 0xff, 0xff, 0xff, b'x'].as_slice()).is_err());
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_or_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(!matches!(read_answer(&mut bytes.as_slice()), Ok(Some(Answer::Page(_)))));
            let _ = read_page(&mut bytes.as_slice());
        }
    }
}
