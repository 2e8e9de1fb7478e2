//! An input PDF: its pages, what each shows, and the bytes of its streams.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use sohoa_domain::{Dpi, EncodedImage, InputError, Limits, OcrPage, Raster, RefusalCode, Rotation};

use crate::content::{MAX_CONTENT, TOO_LONG};
use crate::font_facts::FontFacts;
use crate::open::{self, Opened, PageNode};
use crate::sparse::Bodies;
use crate::substitute::FontFolders;
use crate::survey::Survey;
use crate::{copy, own_text, poppler, survey};

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

/// A page's own text, apart from annotations and signature stamps.
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
    doc: Document,
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
        let Opened { file, len, doc, bodies, pages } = open::open(path, limits)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            len,
            doc,
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
        let node = self.node(index)?;
        let (survey, text) = self.seen(index)?;
        let (width, height) = displayed_size(node);
        let pixels = survey::pixels(self, node, &survey, index)?;
        let archivable = self.archivable(node, &survey, text);
        Ok(SourcePage { width_pt: width as f32, height_pt: height as f32, pixels, text, archivable })
    }

    /// Whether the content of page `index` can be kept in PDF/A-2u, whatever its text is worth: that takes no renderer.
    ///
    /// # Errors
    /// Why not.
    pub fn copyable(&self, index: u32) -> Result<(), String> {
        let node = self.node(index).map_err(|e| e.to_string())?;
        copy::check(self, node, copy::Strip::Nothing)
    }

    /// What the page shows and whether its text is its own.
    pub(crate) fn seen(&self, index: u32) -> Result<(Survey<'_>, OwnText), InputError> {
        let node = self.node(index)?;
        let survey = survey::survey(self, node).map_err(|e| malformed(index, e))?;
        let known = || self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let decided = known().get(&index).copied();
        let text = decided.unwrap_or_else(|| survey::own_text(self, node, &survey, index));
        known().insert(index, text);
        Ok((survey, text))
    }

    pub(crate) fn archivable(&self, node: &PageNode, survey: &Survey<'_>, text: OwnText) -> Result<(), String> {
        match text {
            OwnText::Replace(survey::UNREADABLE | survey::LEGACY) => {
                Err("its visible text has no usable Unicode".to_owned())
            }
            _ => copy::check(self, node, survey::strip(survey, text)),
        }
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

    /// The page's own text without that of annotations, in px at 300 dpi of the page as displayed.
    ///
    /// # Errors
    /// `malformed` when the page cannot be read.
    pub fn own_text(&self, index: u32) -> Result<OcrPage, InputError> {
        own_text::read(self, self.node(index)?).map_err(|e| malformed(index, e))
    }

    pub(crate) fn node(&self, index: u32) -> Result<&PageNode, InputError> {
        self.pages
            .get(index as usize)
            .ok_or_else(|| InputError::page(RefusalCode::NoPages, index.saturating_add(1), "there is no such page"))
    }

    pub(crate) fn doc(&self) -> &Document {
        &self.doc
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

    /// Follows references; what is not there is null (ISO 32000-1, 7.3.10).
    pub(crate) fn resolve<'a>(&'a self, object: &'a Object) -> &'a Object {
        self.doc.dereference(object).map_or(&Object::Null, |(_, o)| o)
    }

    /// The value of a key, resolved; null when it is not there.
    pub(crate) fn get<'a>(&'a self, dict: &'a Dictionary, key: &[u8]) -> &'a Object {
        dict.get(key).map_or(&Object::Null, |o| self.resolve(o))
    }

    /// The dictionary behind a key.
    pub(crate) fn dict<'a>(&'a self, dict: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
        self.get(dict, key).as_dict().ok()
    }

    /// Where the coded bytes of a stream lie in the file, when they were left there.
    pub(crate) fn body(&self, stream: &Stream) -> Option<(u64, u64)> {
        self.bodies.locate(&stream.content).filter(|(at, len)| at.checked_add(*len).is_some_and(|e| e <= self.len))
    }

    /// The coded bytes of a stream.
    pub(crate) fn raw<'a>(&self, stream: &'a Stream) -> Result<Cow<'a, [u8]>, String> {
        let Some((at, len)) = self.body(stream) else { return Ok(Cow::Borrowed(&stream.content)) };
        let mut bytes = vec![0; len as usize];
        self.file.read_exact_at(&mut bytes, at).map_err(|e| format!("a stream cannot be read: {}", e.kind()))?;
        Ok(Cow::Owned(bytes))
    }

    /// Names of the filters with their parameters, in decoding order, abbreviations spelled out.
    pub(crate) fn filters(&self, dict: &Dictionary) -> Vec<(Vec<u8>, Dictionary)> {
        let list = |long: &[u8], short: &[u8]| -> Vec<Object> {
            let value = if dict.has(long) { self.get(dict, long) } else { self.get(dict, short) };
            match value {
                Object::Array(a) => a.iter().map(|o| self.resolve(o).clone()).collect(),
                Object::Null => Vec::new(),
                other => vec![other.clone()],
            }
        };
        let parms = list(b"DecodeParms", b"DP");
        let name = |o: &Object| o.as_name().unwrap_or_default().to_vec();
        list(b"Filter", b"F")
            .iter()
            .enumerate()
            .map(|(i, f)| {
                let mut p = parms.get(i).and_then(|o| o.as_dict().ok()).cloned().unwrap_or_default();
                let resolved: Vec<_> = p.iter().map(|(k, v)| (k.clone(), self.resolve(v).clone())).collect();
                for (k, v) in resolved {
                    p.set(k, v);
                }
                (long_name(&name(f)).to_vec(), p)
            })
            .collect()
    }

    /// The decoded bytes of a stream that holds no image codec.
    pub(crate) fn decoded(&self, stream: &Stream) -> Result<Vec<u8>, String> {
        let filters = self.filters(&stream.dict);
        self.unfilter(&filters, self.raw(stream)?)
    }

    /// Undoes general-purpose filters, within `limits.stream_bytes`.
    pub(crate) fn unfilter(&self, filters: &[(Vec<u8>, Dictionary)], raw: Cow<'_, [u8]>) -> Result<Vec<u8>, String> {
        let limit = usize::try_from(self.limits.stream_bytes).unwrap_or(usize::MAX);
        if let [(name, parms)] = filters
            && name == b"FlateDecode"
            && parms.get(b"Predictor").and_then(Object::as_i64).unwrap_or(1) <= 1
        {
            return inflate(&raw, limit);
        }
        let mut dict = Dictionary::new();
        if !filters.is_empty() {
            dict.set("Filter", Object::Array(filters.iter().map(|(n, _)| Object::Name(n.clone())).collect()));
            dict.set(
                "DecodeParms",
                Object::Array(filters.iter().map(|(_, p)| Object::Dictionary(p.clone())).collect()),
            );
        }
        Stream::new(dict, raw.into_owned())
            .decompressed_content_with_limit(limit)
            .map_err(|e| format!("a stream cannot be decoded: {e}"))
    }

    /// The concatenated content streams of a page (ISO 32000-1, 7.8.2).
    pub(crate) fn content(&self, node: &PageNode) -> Result<Vec<u8>, String> {
        let limit = usize::try_from(self.limits.stream_bytes).unwrap_or(usize::MAX);
        let mut all = Vec::new();
        for stream in self.content_streams(node)? {
            all.extend_from_slice(&self.decoded(stream)?);
            all.push(b'\n');
            if all.len() > MAX_CONTENT.min(limit) {
                return Err(TOO_LONG.into());
            }
        }
        Ok(all)
    }

    fn content_streams(&self, node: &PageNode) -> Result<Vec<&Stream>, String> {
        let page = self.doc.get_dictionary(node.id).map_err(|e| e.to_string())?;
        let Ok(contents) = page.get(b"Contents") else { return Ok(Vec::new()) };
        let stream = |o| match self.resolve(o) {
            Object::Stream(s) => Ok(s),
            _ => Err("a content stream is missing".to_owned()),
        };
        match self.resolve(contents) {
            Object::Array(parts) => parts.iter().map(stream).collect(),
            // An explicit null is an empty page; a reference to nothing is a lost one.
            Object::Null if matches!(contents, Object::Null) => Ok(Vec::new()),
            _ => Ok(vec![stream(contents)?]),
        }
    }

    /// What is known of a font; parsed once.
    pub(crate) fn font_facts(&self, id: Option<ObjectId>, font: &Dictionary) -> Arc<FontFacts> {
        let lock = || self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = id.and_then(|id| lock().get(&id).cloned()) {
            return known;
        }
        let facts = Arc::new(FontFacts::read(self, font));
        if let Some(id) = id {
            lock().insert(id, facts.clone());
        }
        facts
    }
}

/// Size of a page as displayed, pt.
pub(crate) fn displayed_size(node: &PageNode) -> (f64, f64) {
    let (w, h) = (node.view.width() * node.user_unit, node.view.height() * node.user_unit);
    if node.rotate.swaps_sides() { (h, w) } else { (w, h) }
}

fn malformed(index: u32, detail: String) -> InputError {
    InputError::page(RefusalCode::Malformed, index.saturating_add(1), detail)
}

/// A zlib stream as a whole: unlike with lopdf, a stream that ends early or is damaged is an error and not less content.
fn inflate(raw: &[u8], limit: usize) -> Result<Vec<u8>, String> {
    let cap = limit as u64 + 1;
    let mut out = Vec::new();
    if flate2::read::ZlibDecoder::new(raw).take(cap).read_to_end(&mut out).is_err() {
        // A wrong checksum loses nothing, and producers are known for it: the deflate data alone has to be whole.
        out.clear();
        let data = raw.get(2..).unwrap_or_default();
        flate2::read::DeflateDecoder::new(data)
            .take(cap)
            .read_to_end(&mut out)
            .map_err(|_| "a compressed stream is damaged".to_owned())?;
    }
    if out.len() > limit { Err("a stream is longer than the limit".into()) } else { Ok(out) }
}

fn long_name(name: &[u8]) -> &[u8] {
    match name {
        b"AHx" => b"ASCIIHexDecode",
        b"A85" => b"ASCII85Decode",
        b"LZW" => b"LZWDecode",
        b"Fl" => b"FlateDecode",
        b"RL" => b"RunLengthDecode",
        b"CCF" => b"CCITTFaxDecode",
        b"DCT" => b"DCTDecode",
        other => other,
    }
}
