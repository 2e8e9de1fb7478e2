//! Opening a PDF: the checks that decide between a document and a refusal, and the walk of the page tree.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};
use memchr::memmem;
use sohoa_domain::{InputError, Limits, RefusalCode, Rotation};

use crate::geometry::{Box2, number};
use crate::packed::PackedObjects;
use crate::sparse::{self, Bodies};

/// A file that is encrypted for an empty password is decrypted as a whole, in memory, up to this many bytes.
const MAX_ENCRYPTED: u64 = 64 << 20;
/// A4, for pages without a usable media box.
const A4: Box2 = Box2 { x0: 0.0, y0: 0.0, x1: 595.276, y1: 841.89 };
/// A cross-reference or object stream of a small file may grow to this.
const MAX_STRUCTURE: usize = 8 << 20;
const MAX_TREE_DEPTH: usize = 64;

/// A page with what it inherits.
#[derive(Debug, Clone)]
pub(crate) struct PageNode {
    pub id: ObjectId,
    /// CropBox ∩ MediaBox, user space units.
    pub view: Box2,
    /// As written in the file.
    pub rotate: Rotation,
    /// Points per user space unit.
    pub user_unit: f64,
    /// The resources that its parents hand down; `None` when it has its own.
    pub inherited: Option<Arc<Object>>,
}

/// A parsed file.
pub(crate) struct Opened {
    pub file: File,
    pub len: u64,
    pub objects: PackedObjects,
    pub bodies: Bodies,
    pub pages: Vec<PageNode>,
}

pub(crate) fn open(path: &Path, limits: &Limits) -> Result<Opened, InputError> {
    let unreadable = |e: std::io::Error| InputError::file(RefusalCode::Unreadable, e.kind());
    let meta = std::fs::symlink_metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err(InputError::file(RefusalCode::NotARegularFile, "not a regular file"));
    }
    let file = File::open(path).map_err(unreadable)?;
    let len = file.metadata().map_err(unreadable)?.len();
    check_size(&file, len, limits).map_err(|e| e.unwrap_or_else(unreadable))?;

    let complete = ends_properly(&file, len).map_err(unreadable)?;
    let broken = |why: &dyn std::fmt::Display| {
        let code = if complete { RefusalCode::Malformed } else { RefusalCode::Truncated };
        InputError::file(code, why)
    };
    let loaded = sparse::load(&file, len).map_err(unreadable)?;
    let (mut doc, mut bodies) = parse(loaded, limits, false).map_err(|e| broken(&e))?;
    if doc.trailer.has(b"Encrypt") || doc.was_encrypted() {
        doc = decrypt(&file, len, limits)?;
        bodies = Bodies::default();
    } else if root(&doc).is_none() {
        // The filter of a sparse load keeps lopdf from doing this by itself.
        let loaded = sparse::load(&file, len).map_err(unreadable)?;
        (doc, bodies) = parse(loaded, limits, true).map_err(|e| broken(&e))?;
    }
    let pages = walk(&doc, limits).map_err(|e| match e {
        Tree::TooMany => InputError::file(RefusalCode::TooManyPages, format!("limit {}", limits.pages)),
        Tree::Empty if complete => InputError::file(RefusalCode::NoPages, "its page tree is empty"),
        Tree::Empty => broken(&"no page can be read"),
        Tree::Damaged => broken(&"its page tree is damaged"),
    })?;
    if !complete && !pages.iter().all(|p| is_whole(&doc, p)) {
        return Err(broken(&"it has no end mark and a page is not complete"));
    }
    Ok(Opened { file, len, objects: PackedObjects::pack(doc), bodies, pages })
}

/// `Err(None)`-like I/O failures keep their kind; everything else is a typed refusal.
fn check_size(file: &File, len: u64, limits: &Limits) -> Result<(), std::result::Result<InputError, std::io::Error>> {
    let refuse = |code, detail: String| Err(Ok(InputError::file(code, detail)));
    if len == 0 {
        return refuse(RefusalCode::EmptyFile, "0 bytes".into());
    }
    if len > limits.file_bytes {
        return refuse(RefusalCode::TooManyBytes, format!("{len} bytes, limit {}", limits.file_bytes));
    }
    if len > u64::from(u32::MAX) {
        return refuse(RefusalCode::Unsupported, "a PDF over 4 GiB".into());
    }
    let mut head = vec![0; len.min(1024) as usize];
    file.read_exact_at(&mut head, 0).map_err(Err)?;
    if memmem::find(&head, b"%PDF-").is_none() {
        return refuse(RefusalCode::UnknownFormat, "no PDF header".into());
    }
    Ok(())
}

/// Whether an end mark stands near the end (ISO 32000-1, 7.5.5).
fn ends_properly(file: &File, len: u64) -> std::io::Result<bool> {
    let take = len.min(2048);
    let mut tail = vec![0; take as usize];
    file.read_exact_at(&mut tail, len - take)?;
    Ok(memmem::find(&tail, b"%%EOF").is_some())
}

fn parse(loaded: sparse::Sparse, limits: &Limits, rebuild: bool) -> Result<(Document, Bodies), lopdf::Error> {
    let options = LoadOptions {
        filter: Some(sparse::shrink),
        max_decompressed_size: Some(most_structure(loaded.buffer.len(), limits)),
        force_reconstruct: rebuild,
        ..LoadOptions::default()
    };
    sparse::forget_loaded();
    let loaded_all = Document::load_mem_with_options(&loaded.buffer, options);
    sparse::forget_loaded();
    Ok((loaded_all?, loaded.bodies))
}

/// Bytes that a cross-reference or object stream may grow to. Each of them can become an entry of a table in memory, so
/// this is less than what other streams may have.
fn most_structure(len: usize, limits: &Limits) -> usize {
    usize::try_from(limits.stream_bytes).unwrap_or(usize::MAX).min(MAX_STRUCTURE.saturating_add(len / 2))
}

/// Opens a file whose user password is empty, as those that only restrict printing or copying have it.
fn decrypt(file: &File, len: u64, limits: &Limits) -> Result<Document, InputError> {
    let encrypted = |why: &str| InputError::file(RefusalCode::Encrypted, why);
    if len > MAX_ENCRYPTED {
        return Err(encrypted("encrypted and too large to be decrypted in memory"));
    }
    let mut buffer = Vec::new();
    let mut reader: &File = file;
    std::io::Seek::rewind(&mut reader)
        .and_then(|()| reader.read_to_end(&mut buffer))
        .map_err(|e| InputError::file(RefusalCode::Unreadable, e.kind()))?;
    let options = LoadOptions {
        password: Some(String::new()),
        max_decompressed_size: Some(most_structure(buffer.len(), limits)),
        ..LoadOptions::default()
    };
    match Document::load_mem_with_options(&buffer, options) {
        Ok(doc) if !doc.trailer.has(b"Encrypt") && root(&doc).is_some() => Ok(doc),
        _ => Err(encrypted("it asks for a password")),
    }
}

enum Tree {
    TooMany,
    Empty,
    Damaged,
}

/// The root of the page tree.
fn root(doc: &Document) -> Option<&Dictionary> {
    let pages = doc.catalog().ok()?.get(b"Pages").ok()?;
    let dict = doc.dereference(pages).ok()?.1.as_dict().ok()?;
    dict.get_deref(b"Kids", doc).ok()?.as_array().ok()?;
    Some(dict)
}

/// What a node hands down (ISO 32000-1, 7.7.3.4).
#[derive(Clone, Default)]
struct Inherited {
    media: Option<Box2>,
    crop: Option<Box2>,
    rotate: Option<Rotation>,
    resources: Option<Arc<Object>>,
}

impl Inherited {
    fn with(&self, doc: &Document, node: &Dictionary) -> Self {
        let get = |key: &[u8]| node.get(key).ok();
        let rect = |key| get(key).and_then(|o| Box2::read(doc, o)).filter(|b| b.area() > 0.0);
        let rotate = get(b"Rotate").and_then(|o| number(doc.dereference(o).ok()?.1));
        Self {
            media: rect(b"MediaBox").or(self.media),
            crop: rect(b"CropBox").or(self.crop),
            rotate: rotate.and_then(|r| Rotation::from_degrees(r as i64)).or(self.rotate),
            resources: get(b"Resources").map_or_else(|| self.resources.clone(), |own| Some(Arc::new(own.clone()))),
        }
    }
}

fn walk(doc: &Document, limits: &Limits) -> Result<Vec<PageNode>, Tree> {
    let root = root(doc).ok_or(Tree::Damaged)?;
    let mut pages = Vec::new();
    let mut seen = HashSet::new();
    visit(doc, root, &Inherited::default().with(doc, root), &mut seen, &mut pages, limits, 0)?;
    if pages.is_empty() { Err(Tree::Empty) } else { Ok(pages) }
}

fn visit(
    doc: &Document,
    node: &Dictionary,
    inherited: &Inherited,
    seen: &mut HashSet<ObjectId>,
    pages: &mut Vec<PageNode>,
    limits: &Limits,
    depth: usize,
) -> Result<(), Tree> {
    let kids = node.get_deref(b"Kids", doc).and_then(Object::as_array).map_err(|_| Tree::Damaged)?;
    for kid in kids {
        let id = kid.as_reference().map_err(|_| Tree::Damaged)?;
        let dict = doc.get_object(id).and_then(Object::as_dict).map_err(|_| Tree::Damaged)?;
        if depth > MAX_TREE_DEPTH {
            return Err(Tree::Damaged);
        }
        let own = inherited.with(doc, dict);
        if dict.has(b"Kids") {
            if !seen.insert(id) {
                return Err(Tree::Damaged);
            }
            visit(doc, dict, &own, seen, pages, limits, depth + 1)?;
            continue;
        }
        if pages.len() >= limits.pages as usize {
            return Err(Tree::TooMany);
        }
        let media = own.media.unwrap_or(A4);
        let view = own.crop.map_or(media, |c| c.intersection(media));
        let user_unit = dict.get(b"UserUnit").ok().and_then(|o| number(doc.dereference(o).ok()?.1));
        pages.push(PageNode {
            id,
            view: if view.area() > 0.0 { view } else { media },
            rotate: own.rotate.unwrap_or_default(),
            user_unit: user_unit.filter(|u| (0.001..=1e6).contains(u)).unwrap_or(1.0),
            inherited: own.resources.filter(|_| !dict.has(b"Resources")),
        });
    }
    Ok(())
}

/// Whether every object that a page shows is there. Only asked of files that seem cut.
fn is_whole(doc: &Document, page: &PageNode) -> bool {
    let Ok(dict) = doc.get_dictionary(page.id) else { return false };
    let contents = match dict.get(b"Contents").ok().map(|c| doc.dereference(c)) {
        None => return true,
        Some(Err(_)) => return false,
        Some(Ok((_, Object::Array(parts)))) => parts.iter().all(|p| doc.dereference(p).is_ok()),
        Some(Ok(_)) => true,
    };
    let resources = dict.get(b"Resources").ok().or(page.inherited.as_deref()).is_none_or(|r| all_there(doc, r, 6));
    contents && resources
}

fn all_there(doc: &Document, object: &Object, depth: usize) -> bool {
    let Ok((_, object)) = doc.dereference(object) else { return false };
    let within = |d: &Dictionary| {
        depth == 0
            || d.iter().all(|(k, v)| {
                matches!(k.as_slice(), b"Parent" | b"P" | b"StructParents") || all_there(doc, v, depth - 1)
            })
    };
    match object {
        Object::Dictionary(d) => within(d),
        Object::Stream(s) => within(&s.dict),
        Object::Array(a) => depth == 0 || a.iter().all(|o| all_there(doc, o, depth - 1)),
        _ => true,
    }
}
