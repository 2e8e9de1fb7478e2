//! The recognizer of our own: no process, no lending, one model for all threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use sohoa_domain::{Dpi, InkMap, OcrPage, Raster, Rotation};
use sohoa_recognizer::LineModel;

use crate::engine::OcrError;
use crate::reading_order;
use crate::tesseract::{NOT_VIETNAMESE, model_folder};

/// Letters that are mistaken for foreign ones. In `HĐND` the two kinds of Đ are rivals, and both were read.
const LOOK_ALIKE: [(char, char); 10] = [
    ('Ð', 'Đ'),
    ('ð', 'đ'),
    ('Ñ', 'N'),
    ('ñ', 'n'),
    ('Š', 'S'),
    ('š', 's'),
    ('Ÿ', 'Y'),
    ('ÿ', 'y'),
    ('Ï', 'I'),
    ('ï', 'i'),
];

/// The line model of one language, loaded.
///
/// It runs in this process: it is safe Rust but for its SIMD kernels, its memory and time grow with the pixels of the page
/// alone, which have a limit, and a defect ends as an error of the page.
pub struct OwnEngine {
    model: LineModel,
    /// Name and version, as it stands in the results.
    name: String,
}

impl OwnEngine {
    /// Loads the model of `lang`, one language, from where Tesseract's packages put it, or from `tessdata`.
    ///
    /// # Errors
    /// [`OcrError::LanguageMissing`], or [`OcrError::NotStarted`] when the model is damaged or of another kind.
    pub fn open(lang: &str, tessdata: Option<&Path>) -> Result<Self, OcrError> {
        let path = model_folder(lang, tessdata)?.join(format!("{lang}.traineddata"));
        let mut model = LineModel::open(&path).map_err(|error| OcrError::NotStarted(error.to_string()))?;
        if lang == "vie" {
            let like = |c: char| LOOK_ALIKE.iter().find(|(slip, _)| *slip == c).map(|(_, like)| *like);
            model.forget(&NOT_VIETNAMESE.chars().map(|c| (c, like(c))).collect::<Vec<_>>());
        }
        let name = format!("sohoa {} {lang}", env!("CARGO_PKG_VERSION"));
        Ok(Self { model, name })
    }

    /// Reads one page: 8-bit grey, upright, nearly level, with its ink. Coordinates of the result are px of this raster,
    /// its rotation is none, its blocks are in reading order.
    ///
    /// # Errors
    /// [`OcrError::Crashed`] when a defect shows.
    pub fn read(&self, grey: &Raster, ink: &InkMap, dpi: Dpi) -> Result<OcrPage, OcrError> {
        let reading = catch_unwind(AssertUnwindSafe(|| self.model.read_page(grey, ink)));
        let reading = reading.map_err(|_| OcrError::Crashed { how: "a defect".to_owned() })?;
        let mut page = OcrPage::empty(grey.width(), grey.height(), dpi, Rotation::None, &self.name);
        page.blocks = reading.blocks;
        reading_order::order(&mut page);
        Ok(page)
    }
}
