//! The decoder's process from outside: it reads, and whatever it does, the caller goes on.
#![allow(clippy::unwrap_used)]
use sohoa_barcode::{ChildDecoder, ChildError, ChildOptions, Crop};
use sohoa_domain::BarcodeFormat;

fn decoder(how: &[&str]) -> ChildDecoder {
    let program = env!("CARGO_BIN_EXE_barcode-child-for-tests").into();
    let args = how.iter().map(|a| (*a).to_owned()).collect();
    ChildDecoder::new(ChildOptions { program, args, crop_seconds: 1, memory_mib: 512 })
}

fn crop(text: &str) -> Crop {
    let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).unwrap();
    let side = (code.size() + 8) * 4;
    let dark = |i: i32| code.get_module(i % side / 4 - 4, i / side / 4 - 4);
    let grey = (0..side * side).map(|i| if dark(i) { 20 } else { 240 }).collect();
    Crop { width: side as u32, height: side as u32, grey }
}

#[test]
fn one_process_reads_crop_after_crop() {
    let mut decoder = decoder(&[]);
    for text in ["H41.20-230615-0001", "giấy tờ", "x"] {
        let read = decoder.decode(&crop(text)).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!((read[0].format, read[0].text.as_str()), (BarcodeFormat::Qr, text));
    }
    let empty = Crop { width: 40, height: 40, grey: vec![255; 1600] };
    assert!(decoder.decode(&empty).unwrap().is_empty());
}

#[test]
fn a_process_that_hangs_is_ended() {
    assert!(matches!(decoder(&["hang"]).decode(&crop("x")), Err(ChildError::TimedOut(1))));
}

#[test]
fn a_process_that_dies_or_babbles_costs_a_crop() {
    for how in ["die", "babble"] {
        let mut decoder = decoder(&[how]);
        for _ in 0..2 {
            assert!(matches!(decoder.decode(&crop("x")), Err(ChildError::Crashed(_))), "{how}");
        }
    }
}

#[test]
fn a_crop_over_its_memory_costs_that_crop_only() {
    let mut decoder = decoder(&[]);
    let (width, height) = (30_000, 30_000);
    let huge = Crop { width, height, grey: vec![255; width as usize * height as usize] };
    assert!(matches!(decoder.decode(&huge), Err(ChildError::Crashed(_))));
    assert_eq!(decoder.decode(&crop("x")).unwrap().len(), 1);
}
