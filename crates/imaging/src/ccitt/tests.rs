//! Tests of CCITT coding, against the encoder of the crate `fax` and hand-made codes.

use fax::{BitWriter as _, Color, VecWriter};
use proptest::prelude::*;
use sohoa_domain::{PixelLayout, Raster, RefusalCode};

use super::*;
use crate::bitonal::clear_padding;

const G4: Coding = Coding::Group4 { byte_align: false };

/// Packs a string of 0 and 1, blanks ignored.
fn bits(s: &str) -> Vec<u8> {
    let digits: Vec<u8> = s.bytes().filter(|b| matches!(b, b'0' | b'1')).map(|b| b - b'0').collect();
    digits.chunks(8).map(|c| c.iter().enumerate().fold(0, |byte, (i, d)| byte | d << (7 - i))).collect()
}

fn by_fax(page: &Raster) -> Vec<u8> {
    let mut encoder = fax::encoder::Encoder::new(VecWriter::new());
    for y in 0..page.height() {
        let row = page.row(y);
        let pel = |x: u32| if row[x as usize / 8] & (0x80 >> (x % 8)) != 0 { Color::Black } else { Color::White };
        encoder.encode_line((0..page.width()).map(pel), page.width()).unwrap();
    }
    encoder.finish().unwrap().finish()
}

const EOL: &str = "000000000001";

#[test]
fn group_3_one_dimensional_with_fill() {
    // Width 16: 4 white, 4 black, 8 white; then all white.
    let stream = bits(&format!("{EOL} 1011 011 10011 0000 {EOL} 101010 {EOL}{EOL}{EOL}{EOL}{EOL}{EOL}"));
    let coding = Coding::Group3 { two_dimensional: false };
    assert_eq!(decode(&stream, 16, 2, coding).unwrap(), [0x0f, 0, 0, 0]);
    // The return to control leaves missing rows white.
    assert_eq!(decode(&stream, 16, 3, coding).unwrap(), [0x0f, 0, 0, 0, 0, 0]);
}

#[test]
fn group_3_two_dimensional() {
    // Row 1 by run lengths, row 2 the same by three vertical codes, row 3 shifted by one to the right.
    let stream = bits(&format!("{EOL}1 1011 011 10011 {EOL}0 1 1 1 {EOL}0 011 011 1"));
    let coding = Coding::Group3 { two_dimensional: true };
    assert_eq!(decode(&stream, 16, 3, coding).unwrap(), [0x0f, 0, 0x0f, 0, 0x07, 0x80]);
}

#[test]
fn run_lengths_start_at_bytes() {
    let stream = bits("1011 011 10011 0000 101010");
    assert_eq!(decode(&stream, 16, 2, Coding::RunLengths).unwrap(), [0x0f, 0, 0, 0]);
}

#[test]
fn byte_aligned_group_4() {
    // Each row is one vertical code: all white.
    let stream = [0x80, 0x80, 0x80];
    assert_eq!(decode(&stream, 8, 3, Coding::Group4 { byte_align: true }).unwrap(), [0, 0, 0]);
    assert_eq!(decode(&stream, 8, 4, Coding::Group4 { byte_align: true }).unwrap_err().code, RefusalCode::Truncated);
    // Row 1: horizontal, 3 white, 2 black, then vertical to the end. Padding. Row 2: the same by vertical codes.
    let stream = bits("001 1000 11 1 000000 111 00000");
    assert_eq!(decode(&stream, 8, 2, Coding::Group4 { byte_align: true }).unwrap(), [0b0001_1000, 0b0001_1000]);
}

#[test]
fn long_runs_need_several_make_up_codes() {
    let width = 40_000u32;
    let mut data = vec![0xff; 5000];
    data[0] = 0x7f;
    let page = Raster::new(width, 1, PixelLayout::Bitonal, data.clone()).unwrap();
    assert_eq!(decode(&encode(&page), width, 1, G4).unwrap(), data);
}

#[test]
fn a_cut_stream_is_truncated_and_a_wrong_code_malformed() {
    let data: Vec<u8> = (0..64u32 * 200).map(|i| ((i * i) >> 3) as u8).collect();
    let page = Raster::new(512, 200, PixelLayout::Bitonal, data).unwrap();
    let stream = encode(&page);
    for percent in [0, 10, 50, 90, 99] {
        let cut = &stream[..stream.len() * percent / 100];
        assert_eq!(decode(cut, 512, 200, G4).unwrap_err().code, RefusalCode::Truncated, "{percent} %");
    }
    // Without its end-of-block code every row is still there.
    assert_eq!(decode(&stream[..stream.len() - 3], 512, 200, G4).unwrap(), page.data());
    let bad = [bits("1 1 00000000 00000000 00000000"), vec![0; 64]].concat();
    assert_eq!(decode(&bad, 512, 200, G4).unwrap_err().code, RefusalCode::Malformed);
}

proptest! {
    #[test]
    fn the_crate_fax_writes_the_same_bytes(w in 1u32..300, rows in prop::collection::vec(prop::collection::vec(prop_oneof![3 => Just(0u8), 1 => Just(255), 1 => any::<u8>()], 38), 1..12)) {
        let stride = w.div_ceil(8) as usize;
        let mut data: Vec<u8> = rows.iter().flat_map(|r| r[..stride].to_vec()).collect();
        data.chunks_exact_mut(stride).for_each(|r| clear_padding(r, w as usize));
        let page = Raster::new(w, rows.len() as u32, PixelLayout::Bitonal, data).unwrap();
        let stream = encode(&page);
        prop_assert_eq!(&decode(&stream, w, page.height(), G4).unwrap(), page.data());
        // The streams may differ in choices that T.6 leaves open, but each decoder has to read the other's.
        prop_assert_eq!(&decode(&by_fax(&page), w, page.height(), G4).unwrap(), page.data());
        let mut theirs = Vec::new();
        let read = fax::decoder::decode_g4(stream.into_iter(), w, Some(page.height()), |changes| {
            let mut writer = VecWriter::new();
            for pel in fax::decoder::pels(changes, w) {
                let Ok(()) = writer.write(fax::Bits { data: u16::from(pel == Color::Black), len: 1 });
            }
            theirs.extend(writer.finish());
        });
        prop_assert!(read.is_some());
        prop_assert_eq!(&theirs, page.data());
    }

    #[test]
    fn any_bytes_end_in_a_result(bytes in prop::collection::vec(any::<u8>(), 0..300), w in 1u32..200, which in 0usize..5) {
        let coding = [G4, Coding::Group4 { byte_align: true }, Coding::RunLengths, Coding::Group3 { two_dimensional: false }, Coding::Group3 { two_dimensional: true }][which];
        let _ = decode(&bytes, w, 20, coding);
    }
}
