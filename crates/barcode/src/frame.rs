//! Frames between the decoder's process and its parent: a crop there, what was read back.

use std::io::{self, Read, Write};

use crate::crop::Crop;
use crate::decode::Decoded;

/// Most pixels of a crop; the limits of pages are lower.
const MOST_PIXELS: u64 = 4 << 30;
/// Longest answer, bytes: far above what a page full of symbols holds.
const LONGEST: u32 = 4 << 20;

/// Writes a crop: width, height, pixels.
///
/// # Errors
/// A pipe that is closed.
pub fn write_crop(out: &mut impl Write, crop: &Crop) -> io::Result<()> {
    out.write_all(&crop.width.to_le_bytes())?;
    out.write_all(&crop.height.to_le_bytes())?;
    out.write_all(&crop.grey)?;
    out.flush()
}

/// The next crop, `None` when the parent has closed its end.
///
/// # Errors
/// A frame that is cut short or too large.
pub fn read_crop(input: &mut impl Read) -> io::Result<Option<Crop>> {
    let mut width = [0; 4];
    // An end before the first byte of a frame is a proper one.
    if input.read(&mut width[..1])? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut width[1..])?;
    let mut height = [0; 4];
    input.read_exact(&mut height)?;
    let (width, height) = (u32::from_le_bytes(width), u32::from_le_bytes(height));
    let pixels = u64::from(width) * u64::from(height);
    let pixels =
        usize::try_from(pixels).ok().filter(|p| *p as u64 <= MOST_PIXELS).ok_or_else(|| bad("too many pixels"))?;
    let mut grey = vec![0; pixels];
    input.read_exact(&mut grey)?;
    Ok(Some(Crop { width, height, grey }))
}

/// Writes what was read.
///
/// # Errors
/// A pipe that is closed, or more than an answer holds.
pub fn write_answer(out: &mut impl Write, decoded: &[Decoded]) -> io::Result<()> {
    let json = serde_json::to_vec(decoded)?;
    let length = u32::try_from(json.len()).ok().filter(|n| *n <= LONGEST).ok_or_else(|| bad("too long"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&json)?;
    out.flush()
}

/// The answer to a crop.
///
/// # Errors
/// A frame that is cut short, too large or not of its form.
pub fn read_answer(input: &mut impl Read) -> io::Result<Vec<Decoded>> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(bad("too long"));
    }
    let mut json = vec![0; length as usize];
    input.read_exact(&mut json)?;
    // What the parser says may quote the text; where it stopped does not.
    serde_json::from_slice(&json).map_err(|e| bad(&format!("no answer at byte {}", e.column())))
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("frame: {what}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sohoa_domain::BarcodeFormat;

    use super::*;

    #[test]
    fn a_crop_goes_there_and_an_answer_comes_back() {
        let crop = Crop { width: 3, height: 2, grey: vec![1, 2, 3, 4, 5, 6] };
        let mut bytes = Vec::new();
        write_crop(&mut bytes, &crop).unwrap();
        let mut input = bytes.as_slice();
        assert_eq!(read_crop(&mut input).unwrap(), Some(crop));
        assert!(read_crop(&mut input).unwrap().is_none());
        for cut in 1..bytes.len() {
            assert!(read_crop(&mut &bytes[..cut]).is_err(), "{cut}");
        }
        let decoded = Decoded { format: BarcodeFormat::Qr, text: "ế|".into(), corners: [(1.5, 2.0); 4] };
        let mut bytes = Vec::new();
        write_answer(&mut bytes, std::slice::from_ref(&decoded)).unwrap();
        assert!(read_answer(&mut bytes.as_slice()).unwrap() == [decoded]);
        assert!(read_answer(&mut &bytes[..bytes.len() - 1]).is_err());
    }

    proptest! {
        #[test]
        fn garbage_is_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(read_answer(&mut bytes.as_slice()).is_err());
            let small = [&[bytes.len() as u8, 0, 0, 0, 3, 0, 0, 0][..], &bytes].concat();
            let _ = read_crop(&mut small.as_slice());
        }
    }
}
