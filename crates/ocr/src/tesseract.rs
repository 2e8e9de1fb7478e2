//! Tesseract behind one safe type. Nothing else in the workspace names it.
//!
//! Only calls that return owned values are used: the binding's iterators do not borrow the engine they point into.
//! Seven A4 pages at 300 dpi take 1.46 CPU-seconds a page, start included, against 1.62 of the `tesseract` program (least
//! of 3 runs each), though the columns of heads and feet are read twice here (0.2 s where there are any).

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

/// Settings that save time at the same text: no second try of doubtful lines as white on black, no search for typewriter
/// pitch (4 % of the time of a page). Without its search for tables, without its noise filter or without its frequent
/// words Tesseract is no faster.
const VARIABLES: [(&str, &str); 2] = [("tessedit_do_invert", "0"), ("textord_disable_pitch_test", "1")];

/// Letters that the Vietnamese model knows and Vietnamese does not: on papers they are slips for Đ, ø for g, Ñ for N.
pub(crate) const NOT_VIETNAMESE: &str = "ÐðØøÑñŒœƑƒŠšŸÿÏï";

/// Finds the folder that has the models of all languages in `lang` (`vie`, `vie+eng`).
pub(crate) fn model_folder(lang: &str, tessdata: Option<&Path>) -> Result<PathBuf, OcrError> {
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

/// What has to be read to load the models of `lang`: their folder, and each of them, which may lie elsewhere.
pub(crate) fn model_files(lang: &str, tessdata: Option<&Path>) -> Result<Vec<PathBuf>, OcrError> {
    let folder = model_folder(lang, tessdata)?;
    let models = lang.split('+').map(|l| folder.join(format!("{l}.traineddata")));
    Ok(models.chain([folder.clone()]).collect())
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
        if lang == "vie" {
            api.set_variable("tessedit_char_blacklist", NOT_VIETNAMESE).map_err(failed)?;
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
        let too_large = || OcrError::Failed("the page is too large".to_owned());
        let side = |n: u32| i32::try_from(n).map_err(|_| too_large());
        let (width, height) = (side(grey.width())?, side(grey.height())?);
        // The binding counts the bytes of an image in an i32.
        width.checked_mul(height).ok_or_else(too_large)?;
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _, point};
    use sohoa_domain::PixelLayout;

    use super::*;
    use crate::line_images::SPARED;

    #[test]
    fn line_images_are_not_packed() {
        let (width, height) = (900, 200);
        let font = std::fs::read("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf").expect("fonts-croscore");
        let font = FontVec::try_from_vec(font).unwrap();
        let (scale, mut x, mut pixels) = (PxScale::from(62.0), 60.0, vec![255; (width * height) as usize]);
        for c in "Giấy tờ thử nghiệm".chars() {
            let id = font.glyph_id(c);
            if let Some(glyph) = font.outline_glyph(id.with_scale_and_position(scale, point(x, 120.0))) {
                let corner = glyph.px_bounds().min;
                glyph.draw(|gx, gy, cover| {
                    let at = (corner.y as u32 + gy) * width + corner.x as u32 + gx;
                    pixels[at as usize] = (255.0 * (1.0 - cover)) as u8;
                });
            }
            x += font.as_scaled(scale).h_advance(id);
        }
        let grey = Raster::new(width, height, PixelLayout::Grey8, pixels).unwrap();
        let before = SPARED.load(Ordering::Relaxed);
        let page = Tesseract::open("vie", None).unwrap().recognize(&grey, Dpi::square(300.0)).unwrap();
        assert_eq!(page.plain_text(), "Giấy tờ thử nghiệm\n");
        assert!(SPARED.load(Ordering::Relaxed) > before);
    }
}
