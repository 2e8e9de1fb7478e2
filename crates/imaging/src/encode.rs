//! Encoding of pixels for the PDF, when the received bytes cannot be passed through.

use std::sync::Arc;

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use sohoa_domain::{Codec, EncodedImage, PixelLayout, Raster};

use crate::bitonal::{clear_padding, expanded};
use crate::ccitt;
use crate::flate;

/// Encodes without loss: bitonal as Group 4, grey and RGB as a zlib stream with PNG predictors.
///
/// The Group 4 stream is decoded again and compared, because an archive keeps only this one; should it ever differ,
/// the pixels are stored as a plain one-bit zlib stream. RGB pixels that are all grey are stored as grey.
pub fn encode_lossless(raster: &Raster) -> EncodedImage {
    if raster.layout() != PixelLayout::Bitonal {
        return flate::continuous(raster);
    }
    let bytes = ccitt::encode(raster);
    let coding = ccitt::Coding::Group4 { byte_align: false };
    match ccitt::decode(&bytes, raster.width(), raster.height(), coding) {
        Ok(back) if back == without_padding(raster) => EncodedImage {
            width: raster.width(),
            height: raster.height(),
            codec: Codec::Group4 { black_is_1: false, byte_align: false },
            bytes: Arc::new(bytes),
        },
        _ => flate::bitonal(raster),
    }
}

/// The rows with the bits behind the last pixel at 0, as a decoder leaves them.
fn without_padding(raster: &Raster) -> Vec<u8> {
    let mut data = raster.data().to_vec();
    data.chunks_exact_mut(raster.row_bytes()).for_each(|row| clear_padding(row, raster.width() as usize));
    data
}

/// Encodes as baseline JPEG, `quality` 1 to 100. What JPEG cannot hold (a side over 65535 px) is encoded without loss.
pub fn encode_jpeg(raster: &Raster, quality: u8) -> EncodedImage {
    let (w, h) = (raster.width(), raster.height());
    let page = if raster.layout() == PixelLayout::Bitonal { expanded(raster) } else { raster.clone() };
    let (colour, components) = match page.layout() {
        PixelLayout::Rgb8 => (ExtendedColorType::Rgb8, 3),
        _ => (ExtendedColorType::L8, 1),
    };
    let mut bytes = Vec::new();
    match JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100)).encode(page.data(), w, h, colour) {
        Ok(()) => EncodedImage {
            width: w,
            height: h,
            codec: Codec::Jpeg { components, inverted: false },
            bytes: Arc::new(bytes),
        },
        Err(_) => encode_lossless(raster),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sohoa_domain::Limits;

    fn bitonal(w: u32, h: u32, bytes: &[u8]) -> Raster {
        let stride = w.div_ceil(8) as usize;
        let mut data: Vec<u8> = bytes.iter().copied().cycle().take(stride * h as usize).collect();
        data.chunks_exact_mut(stride).for_each(|row| clear_padding(row, w as usize));
        Raster::new(w, h, PixelLayout::Bitonal, data).unwrap()
    }

    proptest! {
        #[test]
        fn bitonal_pages_come_back(w in 1u32..200, h in 1u32..20, bytes in prop::collection::vec(prop_oneof![Just(0u8), Just(255), any::<u8>()], 1..400)) {
            let page = bitonal(w, h, &bytes);
            let image = encode_lossless(&page);
            prop_assert!(matches!(image.codec, Codec::Group4 { .. }), "the encoder's own check failed");
            prop_assert_eq!(&crate::decode(&image, &Limits::default()).unwrap(), &page);
            prop_assert_eq!(crate::decode(&flate::bitonal(&page), &Limits::default()).unwrap(), page);
        }
    }

    #[test]
    fn padding_bits_do_not_matter() {
        let clean = Raster::new(3, 1, PixelLayout::Bitonal, vec![0b0100_0000]).unwrap();
        let dirty = Raster::new(3, 1, PixelLayout::Bitonal, vec![0b0101_1011]).unwrap();
        assert_eq!(encode_lossless(&clean), encode_lossless(&dirty));
    }

    #[test]
    fn grey_in_rgb_is_stored_as_grey() {
        let page = Raster::new(2, 1, PixelLayout::Rgb8, vec![5, 5, 5, 9, 9, 9]).unwrap();
        assert!(matches!(encode_lossless(&page).codec, Codec::Flate { components: 1, .. }));
        let page = Raster::new(2, 1, PixelLayout::Rgb8, vec![5, 5, 5, 9, 9, 8]).unwrap();
        assert!(matches!(encode_lossless(&page).codec, Codec::Flate { components: 3, .. }));
    }

    #[test]
    fn jpeg_is_close_to_the_pixels() {
        let data: Vec<u8> = (0..64u32 * 64).map(|i| (i % 64 * 4) as u8).collect();
        let page = Raster::new(64, 64, PixelLayout::Grey8, data).unwrap();
        let back = crate::decode(&encode_jpeg(&page, 90), &Limits::default()).unwrap();
        let worst = page.data().iter().zip(back.data()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(worst <= 8, "off by {worst}");
        let wide = Raster::new(70_000, 1, PixelLayout::Grey8, vec![200; 70_000]).unwrap();
        assert_eq!(crate::decode(&encode_jpeg(&wide, 90), &Limits::default()).unwrap(), wide);
    }
}
