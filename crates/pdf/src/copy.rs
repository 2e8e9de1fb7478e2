//! Copies a page into a PDF/A file: content, resources and what they refer to, each object once a document.

use std::collections::HashMap;

use lopdf::{Dictionary, Object, ObjectId};

use crate::clean::{Cleaned, clean};
use crate::geometry::Matrix;
use crate::object_writer::{Id, ObjectWriter, packed, reference};
use crate::objects::PageObjects;
use crate::substitute::Substitutes;
use crate::writer::WriteError;

/// Objects in objects deeper than this are refused.
pub(crate) const MAX_DEPTH: usize = 40;

/// Which text a copy leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Strip {
    Nothing,
    /// Text in rendering mode 3 or 7: an old layer.
    Invisible,
    /// All of it: it lies under an image.
    All,
}

/// What an object is copied as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Content,
    XObject(Strip),
    Font,
    ColorSpace,
    ExtGState,
    Pattern,
    Shading,
    Plain,
}

/// The file that copies go to, or one that only counts.
pub(crate) struct Target {
    pub objects: ObjectWriter,
    /// Source, object and role → object of this file.
    copied: HashMap<(u64, ObjectId, Role), Id>,
    pub substitutes: Substitutes,
}

impl Target {
    pub(crate) fn new(objects: ObjectWriter) -> Self {
        Self { objects, copied: HashMap::new(), substitutes: Substitutes::default() }
    }

    /// A target that keeps nothing: copying to it tells whether copying can succeed.
    pub(crate) fn dry() -> Self {
        Self::new(ObjectWriter::dry())
    }
}

/// What a copied page consists of.
pub(crate) struct PageParts {
    pub contents: Vec<Id>,
    /// Number of `q` that the content leaves open.
    pub open: usize,
    pub resources: Dictionary,
    pub group: Option<Object>,
}

/// Whether the page can become PDF/A-2u; annotations apart.
pub(crate) fn check(source: &PageObjects<'_>, strip: Strip) -> Result<(), String> {
    match Copier::new(source, &mut Target::dry(), strip).page() {
        Ok(_) => Ok(()),
        Err(WriteError::NotArchivable(why)) => Err(why),
        Err(other) => Err(other.to_string()),
    }
}

pub(crate) fn no<T>(why: impl Into<String>) -> Result<T, WriteError> {
    Err(WriteError::NotArchivable(why.into()))
}

/// Copies objects of one source.
pub(crate) struct Copier<'a> {
    pub source: &'a PageObjects<'a>,
    pub target: &'a mut Target,
    pub strip: Strip,
    pub depth: usize,
}

impl<'a> Copier<'a> {
    pub(crate) fn new(source: &'a PageObjects<'a>, target: &'a mut Target, strip: Strip) -> Self {
        Self { source, target, strip, depth: 0 }
    }

    pub(crate) fn page(&mut self) -> Result<PageParts, WriteError> {
        let source = self.source;
        let empty = Dictionary::new();
        let resources = source.resources().and_then(|r| source.resolve(r).as_dict().ok()).unwrap_or(&empty);
        let content = source.content().map_err(WriteError::NotArchivable)?;
        let Cleaned { rewritten, used, open } =
            clean(source, &content, resources, self.strip).map_err(WriteError::NotArchivable)?;
        let page = source.dictionary().map_err(WriteError::NotArchivable)?;
        let contents = match rewritten {
            Some(bytes) => vec![self.target.objects.add(&packed(Dictionary::new(), bytes))?],
            None => self.content_streams(page)?,
        };
        let resources = self.resources(resources, &used)?;
        let group = match source.dict(page, b"Group") {
            Some(group) => self.group(group)?,
            None => None,
        };
        Ok(PageParts { contents, open, resources, group })
    }

    fn content_streams(&mut self, page: &Dictionary) -> Result<Vec<Id>, WriteError> {
        let Ok(contents) = page.get(b"Contents") else { return Ok(Vec::new()) };
        let parts = match self.source.resolve(contents) {
            Object::Array(parts) => parts.clone(),
            Object::Null => Vec::new(),
            _ => vec![contents.clone()],
        };
        let mut ids = Vec::new();
        for part in &parts {
            let made = self.once(part, Role::Content, |copier, object| match object {
                Object::Stream(s) => copier.coded(Dictionary::new(), s),
                _ => no("a content stream is missing"),
            })?;
            if let Object::Reference((id, _)) = made {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    /// A transparency group dictionary (ISO 19005-2, 6.2.10), `None` for a group of another kind.
    pub(crate) fn group(&mut self, group: &Dictionary) -> Result<Option<Object>, WriteError> {
        if !matches!(self.source.get(group, b"S").as_name(), Ok(b"Transparency")) {
            return Ok(None);
        }
        let mut out = Dictionary::new();
        out.set("Type", "Group");
        out.set("S", "Transparency");
        if let Ok(space) = group.get(b"CS") {
            out.set("CS", self.colour_space(space)?);
        }
        for key in [b"I".as_slice(), b"K"] {
            if let Object::Boolean(flag) = self.source.get(group, key) {
                out.set(key, *flag);
            }
        }
        Ok(Some(Object::Dictionary(out)))
    }

    /// Copies what `object` refers to unless that was done; what is no reference is copied in place. Streams always
    /// become objects of their own.
    pub(crate) fn once(
        &mut self,
        object: &Object,
        role: Role,
        make: impl FnOnce(&mut Self, &Object) -> Result<Made, WriteError>,
    ) -> Result<Object, WriteError> {
        if self.depth > MAX_DEPTH {
            return no("its objects are nested too deep");
        }
        let source = self.source;
        let id = source.doc().dereference(object).ok().and_then(|(id, _)| id);
        let key = id.map(|id| (source.source().serial(), id, role));
        if let Some(id) = key.and_then(|k| self.target.copied.get(&k)) {
            return Ok(reference(*id));
        }
        let value = source.resolve(object);
        if id.is_none() && !matches!(value, Object::Stream(_)) {
            self.depth += 1;
            let made = make(self, value);
            self.depth -= 1;
            return match made? {
                Made::Object(o) => Ok(o),
                Made::Body(dict, at, len) => {
                    let id = self.target.objects.reserve();
                    self.target.objects.copy_stream(id, &dict, source.source().file(), at, len)?;
                    Ok(reference(id))
                }
            };
        }
        let id = self.target.objects.reserve();
        if let Some(key) = key {
            // Before its parts, so that a circle ends here.
            self.target.copied.insert(key, id);
        }
        self.depth += 1;
        let made = make(self, value);
        self.depth -= 1;
        match made? {
            Made::Object(object) => self.target.objects.write(id, &object)?,
            Made::Body(dict, at, len) => self.target.objects.copy_stream(id, &dict, source.source().file(), at, len)?,
        }
        Ok(reference(id))
    }
}

/// A copied object.
pub(crate) enum Made {
    Object(Object),
    /// A stream whose coded bytes are in the source file: dictionary, offset, length.
    Body(Dictionary, u64, u64),
}

/// A reference to a form made of `content`.
pub(crate) fn form_dictionary(bbox: Object, matrix: Option<Matrix>, resources: Dictionary) -> Dictionary {
    let mut dict = Dictionary::new();
    dict.set("Type", "XObject");
    dict.set("Subtype", "Form");
    dict.set("BBox", bbox);
    if let Some(m) = matrix.filter(|m| *m != Matrix::IDENTITY) {
        dict.set("Matrix", m.to_object());
    }
    dict.set("Resources", resources);
    dict
}
