//! What a barcode means for the paper that it is on.

use std::str::FromStr;

use sohoa_domain::{Barcode, BarcodeFormat, DossierCode, ProcedureCode};

use crate::id_card::IdCard;
use crate::sheet::{SheetError, SheetMark};

/// Longer texts are not searched for codes: no symbol that is read holds more.
const LONGEST: usize = 8192;

/// What a barcode means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BarcodeMeaning {
    /// A sheet of ours, whole and with the right check value.
    Sheet(SheetMark),
    /// A sheet of ours that must not be believed: it separates, and says nothing of the dossier.
    BrokenSheet(SheetError),
    /// Patch T or Patch II: a separator that says nothing of the dossier.
    Separator,
    /// A sticker with a dossier code and nothing else.
    Sticker(DossierCode),
    /// A text with dossier codes in it, as system-issued papers carry it.
    SystemPaper(SystemPaper),
    /// The QR code of an ID card.
    IdCard(IdCard),
    /// Anything else.
    Foreign,
}

/// What the QR code of a system-issued paper says. No syntax is published, so codes are looked for in any text: parts behind
/// separators, JSON, a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemPaper {
    /// The dossier codes in it, each once, in their order: at least one. Two are a conflict.
    pub dossiers: Vec<DossierCode>,
    /// The procedure code, when there is exactly one.
    pub procedure: Option<ProcedureCode>,
}

impl BarcodeMeaning {
    /// What a barcode means. Unknown texts are foreign, never an error.
    pub fn of(barcode: &Barcode) -> Self {
        match barcode.format {
            BarcodeFormat::Patch => Self::Separator,
            // Numbers of goods never hold a dossier code.
            BarcodeFormat::Ean => Self::Foreign,
            _ => Self::of_text(&barcode.text),
        }
    }

    fn of_text(text: &str) -> Self {
        match SheetMark::parse(text) {
            Ok(mark) => return Self::Sheet(mark),
            Err(SheetError::NotOurs) => {}
            Err(error) => return Self::BrokenSheet(error),
        }
        let text = text.trim();
        if let Ok(code) = text.parse() {
            return Self::Sticker(code);
        }
        // Before codes are looked for: an address may contain anything.
        if let Some(card) = IdCard::parse(text) {
            return Self::IdCard(card);
        }
        if text.len() > LONGEST {
            return Self::Foreign;
        }
        let plain = percent_decoded(text);
        let dossiers = codes::<DossierCode>(&plain);
        if dossiers.is_empty() {
            return Self::Foreign;
        }
        let procedure = match &codes::<ProcedureCode>(&plain)[..] {
            [one] => Some(one.clone()),
            _ => None,
        };
        Self::SystemPaper(SystemPaper { dossiers, procedure })
    }
}

/// The codes in a text, each once. Only whole runs of the characters that codes are made of count: half a code is none.
fn codes<T: FromStr + PartialEq>(text: &str) -> Vec<T> {
    let mut found = Vec::new();
    for run in text.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-')) {
        if let Ok(code) = run.trim_end_matches(['.', '-']).parse()
            && !found.contains(&code)
        {
            found.push(code);
        }
    }
    found
}

/// `%7C` and the like as the characters they stand for; what is no UTF-8 then stays as it was.
fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16)).map(|d| d as u8);
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        match (bytes[i], digit(i + 1), digit(i + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                i += 3;
            }
            (byte, ..) => {
                out.push(byte);
                i += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CODE: &str = "H41.20-230615-0001";

    fn of(text: &str) -> BarcodeMeaning {
        BarcodeMeaning::of_text(text)
    }

    fn code() -> DossierCode {
        CODE.parse().unwrap()
    }

    #[test]
    fn a_sheet_a_broken_sheet_and_a_sticker() {
        let mark = SheetMark { dossier: code(), component: Some("TP01".parse().unwrap()) };
        assert_eq!(of(&mark.encode()), BarcodeMeaning::Sheet(mark.clone()));
        let broken = mark.encode().replace("TP01", "TP02");
        // It has a dossier code in it, and still says nothing.
        assert_eq!(of(&broken), BarcodeMeaning::BrokenSheet(SheetError::Check));
        assert_eq!(of(&format!(" {CODE} ")), BarcodeMeaning::Sticker(code()));
        assert_eq!(of("H41.20-230231-0001"), BarcodeMeaning::Foreign, "the 31st of February");
    }

    #[test]
    fn codes_of_system_papers_are_found_behind_any_separator() {
        for text in [
            "H41.20-230615-0001|1.012790|013085001234|Giấy tiếp nhận|HTTTGQ|2023-06-15T08:00:00",
            "Mã hồ sơ: H41.20-230615-0001; TTHC: 1.012790.",
            r#"{"MaHoSo":"H41.20-230615-0001","MaTTHC":"1.012790"}"#,
            "https://dichvucong.example.vn/tra-cuu?mahs=H41.20-230615-0001&tthc=1.012790",
            "https%3A%2F%2Fexample.vn%2F%3Fhs%3DH41.20-230615-0001%26t%3D1.012790",
            "H41.20-230615-0001\n1.012790\nH41.20-230615-0001",
        ] {
            let paper = SystemPaper { dossiers: vec![code()], procedure: Some("1.012790".parse().unwrap()) };
            assert_eq!(of(text), BarcodeMeaning::SystemPaper(paper), "{text}");
        }
    }

    #[test]
    fn two_dossiers_in_one_text_are_both_told() {
        let BarcodeMeaning::SystemPaper(paper) = of("H41.20-230615-0001;H41.20-230615-0002") else { panic!() };
        assert_eq!(paper.dossiers.len(), 2);
        assert_eq!(paper.procedure, None);
    }

    #[test]
    fn half_a_code_is_foreign() {
        for text in [
            "",
            "8934563138165",
            "https://example.vn/san-pham/123",
            "xH41.20-230615-0001",
            "H41.20-230615-0001a",
            "ĐH41.20-230615-0001",
            "H41.20-230615-0001-2",
            "1H41.20-230615-0001",
        ] {
            assert_eq!(of(text), BarcodeMeaning::Foreign, "{text}");
        }
    }

    #[test]
    fn a_patch_separates_and_goods_are_foreign() {
        let barcode = |format, text: &str| Barcode { format, text: text.into(), corners: [(0.0, 0.0); 4] };
        assert_eq!(BarcodeMeaning::of(&barcode(BarcodeFormat::Patch, "")), BarcodeMeaning::Separator);
        assert_eq!(BarcodeMeaning::of(&barcode(BarcodeFormat::Ean, CODE)), BarcodeMeaning::Foreign);
        assert_eq!(BarcodeMeaning::of(&barcode(BarcodeFormat::Code39, CODE)), BarcodeMeaning::Sticker(code()));
    }

    proptest! {
        #[test]
        fn any_text_has_a_meaning(text in "\\PC{0,80}|(H41|[%|/;{]|-230615-|0001|\\.20|SOHOA1){0,12}") {
            let _ = of(&text);
        }

        #[test]
        fn a_code_is_found_between_any_separators(before in "[|;:,/?&={}\" \n]", after in "[|;:,/?&={}\" \n]") {
            let found = of(&format!("xyz{before}{CODE}{after}xyz"));
            prop_assert!(matches!(found, BarcodeMeaning::SystemPaper(p) if p.dossiers == [code()]));
        }
    }
}
