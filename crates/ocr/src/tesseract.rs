//! Tesseract behind one safe type. Nothing else in the workspace names it.
//!
//! Only calls that return owned values are used: the binding's iterators do not borrow the engine they point into.

use std::path::{Path, PathBuf};

use sohoa_domain::{Dpi, Line, OcrPage, Raster, Rect, Rotation};
use tesseract_rs::{TessPageSegMode, TesseractAPI};

use crate::engine::{Engine, OcrError};
use crate::{hocr, reading_order};

/// Where packages put the models.
const TESSDATA: [&str; 4] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/local/share/tessdata",
];

/// Settings that save time at the same result: no second try of lines as white on black, and no search for
/// the settings of other languages' layouts.
const VARIABLES: [(&str, &str); 3] =
    [("tessedit_do_invert", "0"), ("textord_disable_pitch_test", "1"), ("hocr_font_info", "0")];

/// Finds the folder that has the models of all languages in `lang` (`vie`, `vie+eng`).
fn model_folder(lang: &str, tessdata: Option<&Path>) -> Result<PathBuf, OcrError> {
    let prefix = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
    let given = tessdata.map(Path::to_owned).into_iter();
    let folders: Vec<PathBuf> = match tessdata {
        Some(_) => given.collect(),
        None => prefix.into_iter().chain(TESSDATA.iter().map(PathBuf::from)).collect(),
    };
    let plain = !lang.is_empty() && lang.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+'));
    let complete = |folder: &PathBuf| lang.split('+').all(|l| folder.join(format!("{l}.traineddata")).is_file());
    let found = folders.into_iter().find(complete).filter(|_| plain);
    found.ok_or_else(|| OcrError::LanguageMissing(lang.to_owned()))
}

/// Whether the models of `lang` are there: name and version of the engine if so. Loads nothing.
///
/// # Errors
/// [`OcrError::LanguageMissing`].
pub fn probe(lang: &str, tessdata: Option<&Path>) -> Result<String, OcrError> {
    model_folder(lang, tessdata).map(|_| engine_name(lang))
}

fn engine_name(lang: &str) -> String {
    format!("tesseract {} {lang}", TesseractAPI::version())
}

/// An engine with its model loaded.
pub(crate) struct Tesseract {
    api: TesseractAPI,
    name: String,
}

impl Tesseract {
    pub(crate) fn open(lang: &str, tessdata: Option<&Path>) -> Result<Self, OcrError> {
        let folder = model_folder(lang, tessdata)?;
        let api = TesseractAPI::new();
        api.init(&folder, lang).map_err(|_| OcrError::LanguageMissing(lang.to_owned()))?;
        for (name, value) in VARIABLES {
            api.set_variable(name, value).map_err(failed)?;
        }
        api.set_page_seg_mode(TessPageSegMode::PSM_AUTO).map_err(failed)?;
        Ok(Self { api, name: engine_name(lang) })
    }
}

impl Engine for Tesseract {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn recognize(&mut self, grey: &Raster, dpi: Dpi) -> Result<OcrPage, OcrError> {
        let side = |n: u32| i32::try_from(n).map_err(|_| OcrError::Failed("the page is too large".to_owned()));
        let (width, height) = (side(grey.width())?, side(grey.height())?);
        self.api.set_image(grey.data(), width, height, 1, width).map_err(failed)?;
        self.api.set_source_resolution(dpi.y.round() as i32).map_err(failed)?;
        self.api.recognize().map_err(failed)?;
        let hocr = self.api.get_hocr_text(0).map_err(failed)?;
        let mut page = OcrPage::empty(grey.width(), grey.height(), dpi, Rotation::None, &self.name);
        page.blocks = hocr::parse(&hocr)?;
        let whole = Rect { left: 0.0, top: 0.0, right: width as f32, bottom: height as f32 };
        let mut failure = None;
        reading_order::order_and_read_again(&mut page, |area| {
            self.read_area(area.intersection(&whole)).unwrap_or_else(|error| {
                failure = Some(error);
                Vec::new()
            })
        });
        self.api.clear().map_err(failed)?;
        match failure {
            Some(error) => Err(error),
            None => Ok(page),
        }
    }
}

impl Tesseract {
    /// Lines of a part of the page that was set last, px.
    fn read_area(&self, area: Rect) -> Result<Vec<Line>, OcrError> {
        let (left, top) = (area.left.floor() as i32, area.top.floor() as i32);
        let (width, height) = (area.right.ceil() as i32 - left, area.bottom.ceil() as i32 - top);
        if width < 8 || height < 8 {
            return Ok(Vec::new());
        }
        self.api.set_rectangle(left, top, width, height).map_err(failed)?;
        self.api.recognize().map_err(failed)?;
        let hocr = self.api.get_hocr_text(0).map_err(failed)?;
        Ok(hocr::parse(&hocr)?.into_iter().flat_map(|block| block.lines).collect())
    }
}

fn failed(error: tesseract_rs::TesseractError) -> OcrError {
    OcrError::Failed(error.to_string())
}
