//! The objects of one page, unpacked: what its content, its resources and its annotations refer to, and the layers.

use std::borrow::Cow;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use sohoa_domain::{InputError, RefusalCode};

use crate::content::{MAX_CONTENT, TOO_LONG};
use crate::copy;
use crate::font_facts::FontFacts;
use crate::open::PageNode;
use crate::packed::PackedObjects;
use crate::source::{OwnText, PdfSource};
use crate::survey::{self, Survey};

/// Keys of a page that show something.
const OF_A_PAGE: [&[u8]; 4] = [b"Contents", b"Resources", b"Group", b"Annots"];
/// Keys of an annotation that say what it shows. What others refer to may be the rest of the file.
const OF_AN_ANNOTATION: [&[u8]; 7] = [b"AP", b"AS", b"F", b"FT", b"OC", b"Rect", b"Subtype"];
/// A page of more objects is refused: they are unpacked for each page, and all of a file may hang on each.
const MAX_OBJECTS: usize = 200_000;
/// How far up the fields of a form are followed for what they hand down.
pub(crate) const MAX_FIELDS: usize = 8;

/// A page of an open PDF with all that it shows.
pub(crate) struct PageObjects<'s> {
    source: &'s PdfSource,
    node: &'s PageNode,
    index: u32,
    doc: Document,
}

impl<'s> PageObjects<'s> {
    pub(crate) fn unpack(source: &'s PdfSource, index: u32) -> Result<Self, InputError> {
        let node = source.node(index)?;
        let mut unpacking = Unpacking { packed: source.objects(), doc: Document::new() };
        unpacking.layers();
        if let Some(inherited) = &node.inherited {
            unpacking.follow(inherited);
        }
        unpacking.page(node.id);
        if unpacking.doc.objects.len() >= MAX_OBJECTS {
            let detail = format!("more than {MAX_OBJECTS} objects");
            return Err(InputError::page(RefusalCode::Malformed, index.saturating_add(1), detail));
        }
        Ok(Self { source, node, index, doc: unpacking.doc })
    }

    /// The file that the page is of.
    pub(crate) fn source(&self) -> &'s PdfSource {
        self.source
    }

    pub(crate) fn node(&self) -> &'s PageNode {
        self.node
    }

    /// The page's own dictionary.
    pub(crate) fn dictionary(&self) -> Result<&Dictionary, String> {
        self.doc.get_dictionary(self.node.id).map_err(|e| e.to_string())
    }

    /// Its resources, own or inherited.
    pub(crate) fn resources(&self) -> Option<&Object> {
        let own = self.dictionary().ok().and_then(|page| page.get(b"Resources").ok());
        own.or(self.node.inherited.as_deref())
    }

    pub(crate) fn doc(&self) -> &Document {
        &self.doc
    }

    /// Why this page is refused.
    pub(crate) fn refused(&self, code: RefusalCode, detail: String) -> InputError {
        InputError::page(code, self.index.saturating_add(1), detail)
    }

    /// What the page shows and whether its text is its own.
    pub(crate) fn seen(&self) -> Result<(Survey<'_>, OwnText), InputError> {
        let survey = survey::survey(self).map_err(|e| self.refused(RefusalCode::Malformed, e))?;
        let text = self.source.decided_text(self.index, || survey::own_text(self, &survey));
        Ok((survey, text))
    }

    /// Whether the page can become PDF/A-2u, and why not.
    pub(crate) fn archivable(&self, survey: &Survey<'_>, text: OwnText) -> Result<(), String> {
        match text {
            OwnText::Replace(survey::UNREADABLE | survey::LEGACY) => {
                Err("its visible text has no usable Unicode".to_owned())
            }
            _ => copy::check(self, survey::strip(survey, text)),
        }
    }

    /// What is known of a font; parsed once a file.
    pub(crate) fn font_facts(&self, id: Option<ObjectId>, font: &Dictionary) -> Arc<FontFacts> {
        self.source.font_facts(id, || FontFacts::read(self, font))
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
        self.source.body(stream)
    }

    /// The coded bytes of a stream.
    pub(crate) fn raw<'a>(&'a self, stream: &'a Stream) -> Result<Cow<'a, [u8]>, String> {
        let Some((at, len)) = self.body(stream) else {
            return Ok(Cow::Borrowed(self.source.objects().left(&stream.content).unwrap_or(&stream.content)));
        };
        let mut bytes = vec![0; len as usize];
        self.source
            .file()
            .read_exact_at(&mut bytes, at)
            .map_err(|e| format!("a stream cannot be read: {}", e.kind()))?;
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
        let limit = usize::try_from(self.source.limits().stream_bytes).unwrap_or(usize::MAX);
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
    pub(crate) fn content(&self) -> Result<Vec<u8>, String> {
        let limit = usize::try_from(self.source.limits().stream_bytes).unwrap_or(usize::MAX);
        let mut all = Vec::new();
        for stream in self.content_streams()? {
            all.extend_from_slice(&self.decoded(stream)?);
            all.push(b'\n');
            if all.len() > MAX_CONTENT.min(limit) {
                return Err(TOO_LONG.into());
            }
        }
        Ok(all)
    }

    fn content_streams(&self) -> Result<Vec<&Stream>, String> {
        let page = self.dictionary()?;
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
}

/// A page's objects on their way out of the pack.
struct Unpacking<'p> {
    packed: &'p PackedObjects,
    doc: Document,
}

impl Unpacking<'_> {
    /// A catalog that says which layers are switched off.
    fn layers(&mut self) {
        let Some(id) = self.packed.catalog else { return };
        let Some(Object::Dictionary(catalog)) = self.packed.get(id) else { return };
        let Ok(layers) = catalog.get(b"OCProperties") else { return };
        self.follow(layers);
        let mut slim = Dictionary::new();
        slim.set("OCProperties", layers.clone());
        self.doc.objects.insert(id, Object::Dictionary(slim));
        self.doc.trailer.set("Root", Object::Reference(id));
    }

    fn page(&mut self, id: ObjectId) {
        let Some(object) = self.packed.get(id) else { return };
        if let Object::Dictionary(page) = &object {
            for key in OF_A_PAGE {
                match page.get(key) {
                    Ok(list) if key == b"Annots" => self.annotations(list),
                    Ok(value) => self.follow(value),
                    Err(_) => {}
                }
            }
        }
        self.doc.objects.insert(id, object);
    }

    fn annotations(&mut self, list: &Object) {
        let list = self.alone(list);
        for annotation in list.iter().flat_map(|l| l.as_array()).flatten() {
            let Some(Object::Dictionary(annotation)) = self.alone(annotation) else { continue };
            self.follow_keys(&annotation);
            let mut field = annotation;
            for _ in 0..MAX_FIELDS {
                let Ok(parent) = field.get(b"Parent") else { break };
                let Some(Object::Dictionary(parent)) = self.alone(parent) else { break };
                self.follow_keys(&parent);
                field = parent;
            }
        }
    }

    fn follow_keys(&mut self, annotation: &Dictionary) {
        OF_AN_ANNOTATION.iter().filter_map(|key| annotation.get(key).ok()).for_each(|value| self.follow(value));
    }

    /// The object itself, or what it refers to, without what that refers to. `None` for what is unpacked already.
    fn alone(&mut self, object: &Object) -> Option<Object> {
        let mut object = object.clone();
        for _ in 0..MAX_FIELDS {
            let Object::Reference(id) = object else { return Some(object) };
            if self.doc.objects.contains_key(&id) {
                return None;
            }
            object = self.packed.get(id)?;
            self.doc.objects.insert(id, object.clone());
        }
        None
    }

    /// Unpacks all that `object` refers to, at whatever distance; other pages are not part of this one.
    fn follow(&mut self, object: &Object) {
        let mut wanted = Vec::new();
        references(object, &mut wanted);
        while let Some(id) = wanted.pop() {
            if self.doc.objects.contains_key(&id) || self.doc.objects.len() >= MAX_OBJECTS {
                continue;
            }
            let Some(object) = self.packed.get(id).filter(|o| !is_page(o)) else { continue };
            references(&object, &mut wanted);
            self.doc.objects.insert(id, object);
        }
    }
}

fn references(object: &Object, to: &mut Vec<ObjectId>) {
    match object {
        Object::Reference(id) => to.push(*id),
        Object::Array(items) => items.iter().for_each(|item| references(item, to)),
        Object::Dictionary(dict) | Object::Stream(Stream { dict, .. }) => {
            dict.iter().for_each(|(_, value)| references(value, to));
        }
        _ => {}
    }
}

fn is_page(object: &Object) -> bool {
    object.as_dict().is_ok_and(|d| matches!(d.get(b"Type").and_then(Object::as_name), Ok(b"Page" | b"Pages")))
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
