//! The decoder: zxing-cpp, over one cut-out.

use serde::{Deserialize, Serialize};
use sohoa_domain::BarcodeFormat;
use zxingcpp::{BarcodeFormat as Symbology, ImageFormat, ImageView, TextMode};

use crate::crop::Crop;

/// More symbols in one cut-out are not looked for.
const MOST: i32 = 12;

/// A symbol that was read in a cut-out. Its text may be personal data, so there is no `Debug`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Decoded {
    /// Kind of symbol.
    pub format: BarcodeFormat,
    /// What it says.
    pub text: String,
    /// Corners in px of the cut-out, clockwise from the symbol's own top left.
    pub corners: [(f32, f32); 4],
}

/// Reads what is in a cut-out. This is C++ over bytes from outside: run it in a process that may die.
///
/// A picture that the decoder refuses has no symbols.
pub fn decode_crop(crop: &Crop) -> Vec<Decoded> {
    if crop.width == 0 || crop.grey.len() != crop.width as usize * crop.height as usize {
        return Vec::new();
    }
    let Ok(view) = ImageView::from_slice(&crop.grey, crop.width, crop.height, ImageFormat::Lum) else {
        return Vec::new();
    };
    let reader = zxingcpp::read()
        .formats([Symbology::QRCode, Symbology::DataMatrix, Symbology::Code128, Symbology::Code39, Symbology::EANUPC])
        .try_invert(false)
        .text_mode(TextMode::Plain)
        .max_number_of_symbols(MOST);
    let Ok(read) = reader.from(view) else { return Vec::new() };
    read.iter().filter(|symbol| symbol.is_valid()).filter_map(decoded).collect()
}

fn decoded(symbol: &zxingcpp::Barcode) -> Option<Decoded> {
    let format = match symbol.symbology() {
        Symbology::QRCode => BarcodeFormat::Qr,
        Symbology::DataMatrix => BarcodeFormat::DataMatrix,
        Symbology::Code128 => BarcodeFormat::Code128,
        Symbology::Code39 => BarcodeFormat::Code39,
        Symbology::EANUPC => BarcodeFormat::Ean,
        _ => return None,
    };
    let at = symbol.position();
    let corners = [at.top_left, at.top_right, at.bottom_right, at.bottom_left].map(|p| (p.x as f32, p.y as f32));
    Some(Decoded { format, text: symbol.text(), corners })
}
