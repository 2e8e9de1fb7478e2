//! Stages 2 to 4 for one page: load, inspect, recognize. A page that fails says so; it never stops the others.

use sohoa_barcode::{ChildError, Found};
use sohoa_domain::{
    Barcode, Baseline, Codec, Dpi, EncodedImage, InkMap, InputError, Limits, LoadedPage, OcrPage, PageInspection,
    PageOutcome, PageRecord, PartLayout, Raster, Rect, Rotation,
};
use sohoa_dossier::BarcodeMeaning;
use sohoa_imaging as imaging;
use sohoa_ocr::{OcrError, OwnEngine};
use sohoa_pdf::{OwnText, PdfSource, PixelSource, SourcePage};

use crate::engines::Engines;
use crate::source::{PageSource, Pages};
use crate::timings::Timings;

/// Resolution at which pages that are not one image are rasterized, dpi.
const RENDER_DPI: f32 = 300.0;

/// Quality of JPEGs that are made here, of 100.
const JPEG_QUALITY: u8 = 88;

/// Below this mean confidence a page may lie on its side or head and is tried in other orientations.
const DOUBTFUL_CONFIDENCE: f32 = 0.65;

/// A4 portrait, pt: the size of the empty page that stands for one that could not be decoded.
const A4_PT: (f32, f32) = (595.28, 841.89);

/// How a page comes into the PDF.
pub(crate) enum Placement {
    /// As an image of this displayed size (pt); `rotation` turns the image clockwise to be displayed.
    Image { image: EncodedImage, width_pt: f32, height_pt: f32, rotation: Rotation },
    /// Copied from the source PDF, turned further by this.
    Copy { extra_rotation: Rotation },
    /// Nothing of it could be decoded: an empty page keeps the count.
    Missing { width_pt: f32, height_pt: f32 },
}

/// One processed page.
pub(crate) struct PageResult {
    pub(crate) placement: Placement,
    /// Its text; `None` on failure.
    pub(crate) text: Option<OcrPage>,
    /// The text has to be written as an invisible layer (it is not in the copied page already).
    pub(crate) needs_layer: bool,
    pub(crate) record: PageRecord,
    /// Barcodes on it.
    pub(crate) barcodes: Found,
    /// Why it could not be decoded.
    pub(crate) refusal: Option<InputError>,
}

impl Placement {
    /// An image whose stored sides measure `size` pt, turned clockwise by `rotation`.
    fn image(image: EncodedImage, size: (f32, f32), rotation: Rotation) -> Self {
        let (width_pt, height_pt) = if rotation.swaps_sides() { (size.1, size.0) } else { size };
        Self::Image { image, width_pt, height_pt, rotation }
    }
}

impl PageResult {
    /// A page that cannot be recognized but can be shown.
    fn failed(placement: Placement, index: u32, error: InputError) -> Self {
        let record = PageRecord {
            number: index + 1,
            outcome: PageOutcome::Failed,
            inspection: None,
            confidence: None,
            words: 0,
            own_text: false,
            reason: Some(error.to_string()),
        };
        let refusal = Some(error.on_page(index + 1));
        Self { placement, text: None, needs_layer: false, record, barcodes: Found::default(), refusal }
    }

    /// A page that cannot even be shown.
    fn missing(index: u32, (width_pt, height_pt): (f32, f32), error: InputError) -> Self {
        Self::failed(Placement::Missing { width_pt, height_pt }, index, error)
    }
}

/// What the page stages share.
pub(crate) struct PageContext<'a> {
    pub(crate) pages: &'a Pages,
    pub(crate) engines: &'a Engines,
    pub(crate) limits: &'a Limits,
    pub(crate) timings: &'a Timings,
    /// What a person said about documents and pages; `None` when barcodes are not looked for.
    pub(crate) layout: Option<&'a PartLayout>,
}

impl PageContext<'_> {
    /// Loads, inspects and recognizes page `index` (from 0).
    pub(crate) fn process(&self, index: u32) -> PageResult {
        let result = self.pages.at(index).and_then(|(source, there)| match source {
            PageSource::Image(file) => {
                self.timings.cpu("decode", || file.load(there)).map(|loaded| self.image_page(index, loaded))
            }
            PageSource::Pdf(pdf) => {
                let page = self.timings.cpu("read pdf", || pdf.page(there))?;
                self.pdf_page(index, (pdf, there), &page)
            }
        });
        result.unwrap_or_else(|error| PageResult::missing(index, A4_PT, error))
    }

    fn image_page(&self, index: u32, loaded: LoadedPage) -> PageResult {
        let LoadedPage { raster, mut embed, dpi, rotation } = loaded;
        if matches!(embed.codec, Codec::Jpeg { components: 4, .. }) {
            // CMYK has no place beside an sRGB output intent; the received file keeps it.
            embed = self.timings.cpu("encode", || imaging::encode_jpeg(&raster, JPEG_QUALITY));
        }
        let stated = (rotation != Rotation::None).then_some(rotation);
        let read = self.read(index, &raster, dpi, stated);
        let (dpi, turn) = (read.inspection.dpi, read.inspection.rotation);
        let size = (raster.width() as f32 / dpi.x * 72.0, raster.height() as f32 / dpi.y * 72.0);
        read.into_result(index, Placement::image(embed, size, turn))
    }

    /// Page `index` of the file, which is loaded as the page of an index of a PDF.
    fn pdf_page(
        &self,
        index: u32,
        (pdf, there): (&PdfSource, u32),
        page: &SourcePage,
    ) -> Result<PageResult, InputError> {
        let said = self.said(index);
        if let OwnText::Keep = page.text
            && said.blank != Some(true)
            && let Ok(mut text) = self.timings.wall("own text", || pdf.own_text(there))
        {
            sohoa_ocr::order(&mut text);
            let base = match &page.pixels {
                PixelSource::Embedded { rotation, .. } => *rotation,
                PixelSource::Render => Rotation::None,
            };
            let extra = said.turn.map_or(Rotation::None, |turn| turn_between(base, turn));
            return self.own_text_page(index, (pdf, there), page, turned(text, extra), extra);
        }
        let (raster, dpi, base) = match &page.pixels {
            PixelSource::Embedded { image, dpi, rotation } => {
                (self.timings.cpu("decode", || imaging::decode(image, self.limits)), *dpi, *rotation)
            }
            PixelSource::Render => {
                (self.timings.wall("render", || pdf.render(there, RENDER_DPI)), Dpi::square(RENDER_DPI), Rotation::None)
            }
        };
        let raster = match raster {
            Ok(raster) => raster,
            Err(error) if page.archivable.is_ok() => {
                let copy = Placement::Copy { extra_rotation: Rotation::None };
                return Ok(PageResult::failed(copy, index, error));
            }
            Err(error) => return Ok(PageResult::missing(index, (page.width_pt, page.height_pt), error)),
        };
        let read = self.read(index, &raster, Some(dpi), Some(base));
        let extra_rotation = turn_between(base, read.inspection.rotation);
        let placement = match &page.archivable {
            Ok(()) => Placement::Copy { extra_rotation },
            Err(reason) => {
                tracing::info!(page = index + 1, %reason, "page cannot be copied into a PDF/A and becomes an image");
                self.rendered((pdf, there), page, extra_rotation)?
            }
        };
        Ok(read.into_result(index, placement))
    }

    /// A page with readable text of its own: copied as it is, or as an image with its own text as the layer.
    fn own_text_page(
        &self,
        index: u32,
        (pdf, there): (&PdfSource, u32),
        page: &SourcePage,
        text: OcrPage,
        extra_rotation: Rotation,
    ) -> Result<PageResult, InputError> {
        let (placement, needs_layer) = match &page.archivable {
            Ok(()) => (Placement::Copy { extra_rotation }, false),
            Err(reason) => {
                tracing::info!(page = index + 1, %reason, "page cannot be copied into a PDF/A and becomes an image");
                (self.rendered((pdf, there), page, extra_rotation)?, true)
            }
        };
        let record = PageRecord {
            number: index + 1,
            outcome: PageOutcome::Ok,
            inspection: None,
            confidence: text.mean_confidence(),
            words: count_words(&text),
            own_text: true,
            reason: None,
        };
        Ok(PageResult { placement, text: Some(text), needs_layer, record, barcodes: Found::default(), refusal: None })
    }

    /// What the page shows, stamps included, as an image in place of a copy.
    fn rendered(
        &self,
        (pdf, there): (&PdfSource, u32),
        page: &SourcePage,
        extra: Rotation,
    ) -> Result<Placement, InputError> {
        self.timings.wall("render", || rendered(pdf, there, (page.width_pt, page.height_pt), extra))
    }

    /// Inspects and recognizes decoded pixels. `stated` is the turn that the file itself asks for: a better guess than
    /// a doubtful measurement, a worse one than a clear one.
    fn read(&self, index: u32, raster: &Raster, dpi: Option<Dpi>, stated: Option<Rotation>) -> Read {
        let seen = self.timings.cpu("inspect", || imaging::inspect(raster, dpi));
        let mut inspection = seen.page;
        if let (Some(stated), true) = (stated, !seen.rotation_sure || inspection.blank) {
            inspection.rotation = stated;
        }
        let said = self.said(index);
        inspection.rotation = said.turn.unwrap_or(inspection.rotation);
        inspection.blank = said.blank.unwrap_or(inspection.blank);
        if inspection.blank {
            return Read { inspection, text: Ok(None), barcodes: Found::default() };
        }
        let barcodes = match self.barcodes(raster, &seen.ink, &inspection) {
            Ok(barcodes) => barcodes,
            Err(error) => return Read { inspection, text: Err(error.into()), barcodes: Found::default() },
        };
        if self.separates(index + 1, &barcodes.barcodes) {
            return Read { inspection, text: Ok(None), barcodes };
        }
        let others: &[Rotation] = match (said.turn, seen.rotation_sure) {
            (Some(_), _) => &[],
            (None, true) => &[Rotation::Half],
            (None, false) => &[Rotation::Half, Rotation::Quarter, Rotation::ThreeQuarter],
        };
        let text = self.recognize(raster, &seen.ink, &mut inspection, others);
        Read { inspection, text: text.map(Some).map_err(ReadError::from), barcodes }
    }

    /// What a person said about this page.
    fn said(&self, index: u32) -> Said {
        let pages = self.layout.map(|layout| &layout.pages);
        Said {
            turn: pages.and_then(|pages| pages.turned.get(&(index + 1)).copied()),
            blank: pages.and_then(|pages| pages.blank.get(&(index + 1)).copied()),
        }
    }

    /// Looks for barcodes when the file may be a stack of documents.
    fn barcodes(&self, raster: &Raster, ink: &InkMap, inspection: &PageInspection) -> Result<Found, ChildError> {
        match self.layout {
            Some(_) => self.timings.wall("barcodes", || self.engines.barcodes.read(raster, ink, inspection)),
            None => Ok(Found::default()),
        }
    }

    /// Whether this is a sheet that says all that there is to know of it, so that it need not be recognized.
    fn separates(&self, page: u32, barcodes: &[Barcode]) -> bool {
        let asked = self.layout.is_some_and(|l| {
            let place = l.pages.place_of(page);
            l.joins.contains(&place) || l.begins.contains(&place)
        });
        !asked && barcodes.iter().any(|code| matches!(BarcodeMeaning::of(code), BarcodeMeaning::Sheet(_)))
    }

    /// Recognizes in the most likely orientation, in `others` only when the result is doubtful. What stays doubtful in
    /// all of them a second engine reads too, and the better of both is taken.
    fn recognize(
        &self,
        raster: &Raster,
        ink: &InkMap,
        inspection: &mut PageInspection,
        others: &[Rotation],
    ) -> Result<OcrPage, OcrError> {
        let first = inspection.rotation;
        let read = |turn| self.attempt(raster, ink, inspection, turn, self.engines.own.as_ref());
        let mut best = read(first)?;
        for turn in others {
            if !doubtful(&best) {
                break;
            }
            let other = read(first.then(*turn))?;
            if score(&other) > score(&best) * 1.2 {
                best = other;
            }
        }
        if self.engines.own.is_some() && sohoa_ocr::outcome(&best) != PageOutcome::Ok {
            let second = self.attempt(raster, ink, inspection, best.rotation, None)?;
            if sohoa_ocr::worth_of(&second) > sohoa_ocr::worth_of(&best) {
                best = second;
            }
        }
        inspection.rotation = best.rotation;
        Ok(best)
    }

    /// Reads in one orientation, with `own` or in a child process.
    fn attempt(
        &self,
        raster: &Raster,
        ink: &InkMap,
        inspection: &PageInspection,
        turn: Rotation,
        own: Option<&OwnEngine>,
    ) -> Result<OcrPage, OcrError> {
        let prepared = self.timings.cpu("prepare", || imaging::for_ocr(raster, ink, turn, inspection.skew_degrees));
        let Dpi { x, y } = inspection.dpi;
        let dpi = if turn.swaps_sides() { Dpi { x: y, y: x } } else { Dpi { x, y } };
        let mut page = match own {
            Some(own) => self.timings.cpu("recognize", || own.read(&prepared.grey, &prepared.ink, dpi))?,
            None => {
                let mut engine = self.engines.children.borrow();
                self.timings.wall("recognize in child", || engine.recognize(&prepared.grey, dpi))?
            }
        };
        prepared.map_page(&mut page);
        Ok(page)
    }
}

/// What a person said about a page.
struct Said {
    /// Turn that makes it upright, as loaded.
    turn: Option<Rotation>,
    blank: Option<bool>,
}

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error(transparent)]
    Text(#[from] OcrError),
    #[error(transparent)]
    Barcodes(#[from] ChildError),
}

/// What reading a page gave: no text for a blank one.
struct Read {
    inspection: PageInspection,
    text: Result<Option<OcrPage>, ReadError>,
    barcodes: Found,
}

impl Read {
    fn into_result(self, index: u32, placement: Placement) -> PageResult {
        let (text, outcome, reason) = match self.text {
            Ok(None) => (None, PageOutcome::Blank, None),
            Ok(Some(text)) => {
                let outcome = sohoa_ocr::outcome(&text);
                (Some(text), outcome, None)
            }
            Err(error @ ReadError::Text(OcrError::TimedOut { .. })) => {
                (None, PageOutcome::TimedOut, Some(error.to_string()))
            }
            Err(error) => (None, PageOutcome::Failed, Some(error.to_string())),
        };
        let record = PageRecord {
            number: index + 1,
            outcome,
            inspection: Some(self.inspection),
            confidence: text.as_ref().and_then(OcrPage::mean_confidence),
            words: text.as_ref().map_or(0, count_words),
            own_text: false,
            reason,
        };
        PageResult { placement, needs_layer: text.is_some(), text, record, barcodes: self.barcodes, refusal: None }
    }
}

/// Renders what a page of a PDF shows and encodes it the smaller of two ways.
pub(crate) fn rendered(
    pdf: &PdfSource,
    index: u32,
    size_pt: (f32, f32),
    extra: Rotation,
) -> Result<Placement, InputError> {
    let raster = pdf.render_displayed(index, RENDER_DPI)?;
    let lossless = imaging::encode_lossless(&raster);
    let lossy = imaging::encode_jpeg(&raster, JPEG_QUALITY);
    let image = if lossy.bytes.len() < lossless.bytes.len() { lossy } else { lossless };
    Ok(Placement::image(image, size_pt, extra))
}

/// The turn that leads from one to the other.
fn turn_between(from: Rotation, to: Rotation) -> Rotation {
    Rotation::from_degrees(i64::from(to.degrees()) - i64::from(from.degrees())).unwrap_or_default()
}

/// The text of a page that is turned further. Lines that ran along the page run down it then: their letters stand on the lower
/// edge of their box as well as that can be said.
fn turned(mut page: OcrPage, by: Rotation) -> OcrPage {
    let (width, height) = (page.width as f32, page.height as f32);
    let turn = |r: Rect| match by {
        Rotation::None => r,
        Rotation::Quarter => Rect { left: height - r.bottom, top: r.left, right: height - r.top, bottom: r.right },
        Rotation::Half => {
            Rect { left: width - r.right, top: height - r.bottom, right: width - r.left, bottom: height - r.top }
        }
        Rotation::ThreeQuarter => Rect { left: r.top, top: width - r.right, right: r.bottom, bottom: width - r.left },
    };
    if by == Rotation::None {
        return page;
    }
    if by.swaps_sides() {
        (page.width, page.height) = (page.height, page.width);
        page.dpi = Dpi { x: page.dpi.y, y: page.dpi.x };
    }
    page.rotation = page.rotation.then(by);
    for block in &mut page.blocks {
        block.rect = turn(block.rect);
        for line in &mut block.lines {
            line.rect = turn(line.rect);
            line.baseline = Baseline { x0: line.rect.left, y0: line.rect.bottom, slope: 0.0 };
            line.words.iter_mut().for_each(|word| word.rect = turn(word.rect));
        }
    }
    page
}

fn count_words(page: &OcrPage) -> u32 {
    u32::try_from(page.words().count()).unwrap_or(u32::MAX)
}

fn doubtful(page: &OcrPage) -> bool {
    page.mean_confidence().is_none_or(|c| c < DOUBTFUL_CONFIDENCE)
}

/// How much was read with how much confidence.
fn score(page: &OcrPage) -> f32 {
    page.words().map(|w| w.confidence * w.confidence * w.text.chars().count() as f32).sum()
}
