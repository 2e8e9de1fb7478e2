//! An input PDF: its pages, what each shows, and the bytes of its streams.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lopdf::{ObjectId, Stream};
use sohoa_domain::{Dpi, EncodedImage, InputError, Limits, OcrPage, Raster, RefusalCode, Rotation};

use crate::copy::{self, Strip};
use crate::font_facts::FontFacts;
use crate::objects::PageObjects;
use crate::open::{self, Opened, PageNode};
use crate::packed::PackedObjects;
use crate::sparse::Bodies;
use crate::substitute::FontFolders;
use crate::{annotation, own_text, poppler, survey};

/// What one page of a PDF is.
#[derive(Debug, Clone)]
pub struct SourcePage {
    /// Width as displayed, pt: CropBox ∩ MediaBox, after Rotate and UserUnit.
    pub width_pt: f32,
    /// Height as displayed, pt.
    pub height_pt: f32,
    /// Where its pixels come from.
    pub pixels: PixelSource,
    /// Whether it has readable text of its own.
    pub text: OwnText,
    /// `Err` with the reason when [`crate::PdfWriter::source_page`] cannot make this page PDF/A-2u.
    pub archivable: Result<(), String>,
}

/// Where the pixels of a page come from.
#[derive(Debug, Clone, PartialEq)]
pub enum PixelSource {
    /// The page shows one image and nothing else.
    Embedded {
        /// The image as stored.
        image: EncodedImage,
        /// Its resolution on the page.
        dpi: Dpi,
        /// Clockwise turn from the image as stored to the page as displayed.
        rotation: Rotation,
    },
    /// It has to be rendered: [`PdfSource::render`].
    Render,
}

/// A page's own text; annotations and signature stamps have no say in what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnText {
    /// None, or a few stamped words on a page that is an image.
    None,
    /// Readable and visible: born digital.
    Keep,
    /// There is text, but it has to be recognized anew, for this reason.
    Replace(&'static str),
}

/// An open PDF. Worker threads share it.
pub struct PdfSource {
    path: PathBuf,
    file: File,
    len: u64,
    objects: PackedObjects,
    bodies: Bodies,
    pages: Vec<PageNode>,
    limits: Limits,
    fonts: FontFolders,
    serial: u64,
    facts: Mutex<HashMap<ObjectId, Arc<FontFacts>>>,
    /// What was decided about the text of pages: it takes a run of pdftotext.
    texts: Mutex<HashMap<u32, OwnText>>,
}

static SERIAL: AtomicU64 = AtomicU64::new(0);

impl PdfSource {
    /// Opens `path`; what is large in it stays on disk. Substitute fonts are looked for in the usual folder.
    ///
    /// # Errors
    /// `unreadable`, `not-a-regular-file`, `empty-file`, `too-many-bytes`, `unknown-format`, `encrypted`, `truncated`,
    /// `malformed`, `no-pages`, `too-many-pages`, `unsupported` (over 4 GiB).
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, InputError> {
        Self::open_with_fonts(path, limits, FontFolders::default())
    }

    /// As [`PdfSource::open`], with the folders where metric-compatible fonts are.
    ///
    /// # Errors
    /// As [`PdfSource::open`].
    pub fn open_with_fonts(path: &Path, limits: &Limits, fonts: FontFolders) -> Result<Self, InputError> {
        let Opened { file, len, objects, bodies, pages } = open::open(path, limits)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            len,
            objects,
            bodies,
            pages,
            limits: limits.clone(),
            fonts,
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
            facts: Mutex::default(),
            texts: Mutex::default(),
        })
    }

    /// Number of pages, at least 1.
    pub fn page_count(&self) -> u32 {
        self.pages.len() as u32
    }

    /// What page `index` (from 0) is.
    ///
    /// # Errors
    /// `malformed` when the page refers to content that is not there, `too-many-pixels`.
    pub fn page(&self, index: u32) -> Result<SourcePage, InputError> {
        let page = PageObjects::unpack(self, index)?;
        let (survey, text) = page.seen()?;
        let (width, height) = displayed_size(page.node());
        let pixels = survey::pixels(&page, &survey)?;
        let archivable = page.archivable(&survey, text);
        Ok(SourcePage { width_pt: width as f32, height_pt: height as f32, pixels, text, archivable })
    }

    /// Whether the content of page `index` can be kept in PDF/A-2u, whatever its text is worth: that takes no renderer.
    ///
    /// # Errors
    /// Why not.
    pub fn copyable(&self, index: u32) -> Result<(), String> {
        let page = PageObjects::unpack(self, index).map_err(|e| e.to_string())?;
        copy::check(&page, Strip::Nothing)
    }

    /// Page `index` as displayed, without annotations, at `dpi`. Grey when it has no colour.
    ///
    /// # Errors
    /// `too-many-pixels`; `malformed` when the renderer fails, loses content or exceeds its time.
    pub fn render(&self, index: u32, dpi: f32) -> Result<Raster, InputError> {
        self.rendered(index, dpi, true)
    }

    /// As [`PdfSource::render`], with annotations.
    ///
    /// # Errors
    /// As [`PdfSource::render`].
    pub fn render_displayed(&self, index: u32, dpi: f32) -> Result<Raster, InputError> {
        self.rendered(index, dpi, false)
    }

    fn rendered(&self, index: u32, dpi: f32, hide_annotations: bool) -> Result<Raster, InputError> {
        let node = self.node(index)?;
        poppler::render(&self.path, index, dpi, displayed_size(node), node.user_unit, &self.limits, hide_annotations)
    }

    /// The page's own text, with what annotations fill in and without what else they say, in px at 300 dpi of the page as
    /// displayed.
    ///
    /// # Errors
    /// `malformed` when the page cannot be read.
    pub fn own_text(&self, index: u32) -> Result<OcrPage, InputError> {
        let page = PageObjects::unpack(self, index)?;
        own_text::read(&page, &annotation::filled_in(&page)).map_err(|e| page.refused(RefusalCode::Malformed, e))
    }

    pub(crate) fn node(&self, index: u32) -> Result<&PageNode, InputError> {
        self.pages
            .get(index as usize)
            .ok_or_else(|| InputError::page(RefusalCode::NoPages, index.saturating_add(1), "there is no such page"))
    }

    pub(crate) fn objects(&self) -> &PackedObjects {
        &self.objects
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn fonts(&self) -> &FontFolders {
        &self.fonts
    }

    /// A number that no other open source has.
    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Where the coded bytes of a stream lie in the file, when they were left there.
    pub(crate) fn body(&self, stream: &Stream) -> Option<(u64, u64)> {
        self.bodies.locate(&stream.content).filter(|(at, len)| at.checked_add(*len).is_some_and(|e| e <= self.len))
    }

    /// What is known of a font; parsed once.
    pub(crate) fn font_facts(&self, id: Option<ObjectId>, read: impl FnOnce() -> FontFacts) -> Arc<FontFacts> {
        let lock = || self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = id.and_then(|id| lock().get(&id).cloned()) {
            return known;
        }
        let facts = Arc::new(read());
        if let Some(id) = id {
            lock().insert(id, facts.clone());
        }
        facts
    }

    /// What was decided about the text of a page; decided once.
    pub(crate) fn decided_text(&self, index: u32, decide: impl FnOnce() -> OwnText) -> OwnText {
        let known = || self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let decided = known().get(&index).copied();
        let text = decided.unwrap_or_else(decide);
        known().insert(index, text);
        text
    }
}

/// Size of a page as displayed, pt.
pub(crate) fn displayed_size(node: &PageNode) -> (f64, f64) {
    let (w, h) = (node.view.width() * node.user_unit, node.view.height() * node.user_unit);
    if node.rotate.swaps_sides() { (h, w) } else { (w, h) }
}
