//! A barcode that was read on a page.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which kind of symbol it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BarcodeFormat {
    /// QR Code (ISO/IEC 18004).
    Qr,
    /// Data Matrix ECC 200 (ISO/IEC 16022).
    DataMatrix,
    /// Code 128 (ISO/IEC 15417).
    Code128,
    /// Code 39 (ISO/IEC 16388).
    Code39,
    /// EAN-13, EAN-8 and UPC of goods (ISO/IEC 15420): never ours, read so that it counts as foreign and not as unread.
    Ean,
    /// Patch T or Patch II of separator sheets (Kodak A-61599). Each is the other one upside down and both separate
    /// documents, so they are not told apart. It says nothing else: its text is empty.
    Patch,
}

impl BarcodeFormat {
    /// The name as it is written in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Qr => "qr",
            Self::DataMatrix => "data-matrix",
            Self::Code128 => "code128",
            Self::Code39 => "code39",
            Self::Ean => "ean",
            Self::Patch => "patch",
        }
    }
}

/// A barcode on a page. Its `Debug` output does not tell the text: the QR of an ID card is personal data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Barcode {
    /// Kind of symbol.
    pub format: BarcodeFormat,
    /// What it says.
    pub text: String,
    /// Corners in px of the page as loaded, (x, y), clockwise from the symbol's own top left.
    pub corners: [(f32, f32); 4],
}

impl fmt::Debug for Barcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { format, text, corners } = self;
        f.debug_struct("Barcode")
            .field("format", format)
            .field("characters", &text.chars().count())
            .field("corners", corners)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_says_does_not_get_into_logs() {
        let code = Barcode { format: BarcodeFormat::Qr, text: "Trần Văn Nhân".into(), corners: [(0.0, 0.0); 4] };
        let shown = format!("{code:?}");
        assert!(shown.contains("Qr") && shown.contains("13") && !shown.contains("Nhân"), "{shown}");
    }

    #[test]
    fn names_in_records_are_those_of_the_serialization() {
        use BarcodeFormat::*;
        for format in [Qr, DataMatrix, Code128, Code39, Ean, Patch] {
            assert_eq!(serde_json::to_value(format).unwrap(), format.as_str());
        }
    }
}
