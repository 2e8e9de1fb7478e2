//! Separator sheets from the command line: printed, drawn as a scanner sees them, read again.

use std::process::Command;

use sohoa_barcode::{Options, decode_crop, find};
use sohoa_domain::{BarcodeFormat, Limits};
use sohoa_dossier::{BarcodeMeaning, SheetMark};

use crate::support::{TestHome, root, run, samples, sohoa};

const CODE: &str = "H41.20-230615-0001";

/// A home that knows the samples' dossiers.
fn home() -> TestHome {
    let home = TestHome::new("sohoa");
    home.run(&["register", "import", samples().join("register.csv").to_str().unwrap()]).ends_with(0);
    home
}

#[test]
fn a_printed_sheet_says_its_dossier_and_component() {
    let home = home();
    let pdf = home.dir.path().join("sheets.pdf");
    let arguments = ["cover-sheet", CODE, "--component", "TP01", "--component", "KQ", "--out", pdf.to_str().unwrap()];
    let made = home.json(&arguments);
    assert_eq!((made["pages"].as_u64(), made["in_register"].as_bool()), (Some(2), Some(true)));
    assert_eq!(home.run(&arguments).ends_with(0).stdout.trim(), pdf.to_str().unwrap());

    let text = run(Command::new("pdftotext").arg(&pdf).arg("-")).ends_with(0).stdout;
    for said in ["TỜ PHÂN TÁCH HỒ SƠ", "Separator sheet", CODE, "TP01 – Đơn đề nghị", "KQ – Giấy phép", "Tờ 2/2"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    let drawn = home.dir.path().join("page");
    run(Command::new("pdftoppm").args(["-r", "200", "-gray", "-png"]).arg(&pdf).arg(&drawn)).ends_with(0);
    for (page, component) in [(1, "TP01"), (2, "KQ")] {
        let path = home.dir.path().join(format!("page-{page}.png"));
        let limits = Limits::default();
        let kind = sohoa_imaging::sniff(&path, &limits).unwrap();
        let loaded = sohoa_imaging::ImageFile::open(&path, kind, &limits).unwrap().load(0).unwrap();
        let seen = sohoa_imaging::inspect(&loaded.raster, loaded.dpi);
        let Ok(found) = find(&loaded.raster, &seen.ink, seen.page.dpi, Options::default(), |crop| {
            Ok::<_, std::convert::Infallible>(decode_crop(crop))
        });
        let formats: Vec<_> = found.barcodes.iter().map(|b| b.format).collect();
        assert_eq!(formats, [BarcodeFormat::Qr, BarcodeFormat::Code128]);
        let mark = SheetMark { dossier: CODE.parse().unwrap(), component: component.parse().ok() };
        assert_eq!(BarcodeMeaning::of(&found.barcodes[0]), BarcodeMeaning::Sheet(mark));
        assert_eq!(BarcodeMeaning::of(&found.barcodes[1]), BarcodeMeaning::Sticker(CODE.parse().unwrap()));
    }
    run(Command::new("sh").arg(root().join("tests/judges/pdfa")).arg(&pdf)).ends_with(0);
    run(Command::new("qpdf").arg("--check").arg(&pdf)).ends_with(0);
}

#[test]
fn a_component_that_the_register_does_not_list_gets_no_sheet() {
    let home = home();
    let pdf = home.dir.path().join("sheet.pdf");
    let out = pdf.to_str().unwrap();
    let ran = home.run(&["cover-sheet", CODE, "--component", "TP99", "--out", out]).ends_with(3);
    assert!(ran.stderr.contains("TP99") && !pdf.exists(), "{}", ran.stderr);
    home.run(&["cover-sheet", "H41.20-230231-0001", "--out", out]).ends_with(2);
    // A dossier that is not in the register yet: sheets are printed at the counter, registers come at night.
    let made = home.json(&["cover-sheet", "H41.20-230615-9999", "--component", "TP99", "--out", out]);
    assert_eq!(made["in_register"].as_bool(), Some(false));
}

#[test]
fn without_a_home_a_sheet_is_printed_too() {
    let dir = tempfile::tempdir().unwrap();
    let pdf = dir.path().join("sheet.pdf");
    let mut command = sohoa("sohoa");
    command.current_dir(dir.path()).args(["cover-sheet", CODE, "--out"]).arg(&pdf);
    run(&mut command).ends_with(0);
    assert!(pdf.exists() && !dir.path().join("sohoa-home").exists());
}
