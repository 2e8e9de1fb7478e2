//! A file's structure in memory without its images.
//!
//! lopdf parses one slice of memory. This module makes that slice as long as the file, so that every offset holds, but
//! copies everything except the bodies of large image streams into it. The rest is never touched and so never becomes
//! resident. Where a body was left out, its first bytes say where it lies in the file.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use lopdf::{Dictionary, Object, ObjectId};
use memchr::memmem;

/// Shorter bodies are not worth a record.
const MIN_BODY: u64 = 64 << 10;
/// How far before `stream` its dictionary may begin.
const LOOK_BACK: usize = 4096;
const WINDOW: usize = 256 << 10;
/// Marks a body that was left out. Behind it: offset and, once loaded, length, both `u64` little endian.
const MARK: &[u8; 16] = b"\0left out body\r\n";

/// The slice for the parser, and where bodies were left out.
pub(crate) struct Sparse {
    pub buffer: Vec<u8>,
    pub bodies: Bodies,
}

/// Offsets of the bodies that were left out.
#[derive(Default)]
pub(crate) struct Bodies(BTreeSet<u64>);

impl Bodies {
    /// Offset and length in the file when `content` is the record of a body that was left out.
    pub(crate) fn locate(&self, content: &[u8]) -> Option<(u64, u64)> {
        let record: &[u8; 32] = content.try_into().ok()?;
        let (mark, rest) = record.split_at(16);
        let number = |b: &[u8]| b.try_into().map(u64::from_le_bytes).ok();
        let (offset, len) = (number(&rest[..8])?, number(&rest[8..])?);
        (mark == MARK && self.0.contains(&offset)).then_some((offset, len))
    }
}

/// What the copies of objects that were loaded before may take together, about. Updated files have some.
const MAX_REPEATED: usize = 128 << 20;

/// What was loaded of the file that this thread is loading: lopdf's filter is a plain function.
#[derive(Default)]
struct Loaded {
    ids: HashSet<ObjectId>,
    repeated: usize,
}

impl Loaded {
    fn may_repeat(&mut self, object: &Object) -> bool {
        self.repeated = self.repeated.saturating_add(size(object));
        self.repeated <= MAX_REPEATED
    }
}

thread_local! {
    static LOADED: RefCell<Loaded> = RefCell::default();
}

/// Before and after a file is loaded.
pub(crate) fn forget_loaded() {
    LOADED.take();
}

/// About what an object takes in memory.
fn size(object: &Object) -> usize {
    let entries = |d: &Dictionary| d.iter().map(|(k, v)| size_of::<Vec<u8>>() + k.len() + size(v)).sum::<usize>();
    size_of::<Object>()
        + match object {
            Object::Array(a) => a.iter().map(size).sum(),
            Object::Dictionary(d) => entries(d),
            Object::Stream(s) => entries(&s.dict) + s.content.len(),
            Object::String(s, _) | Object::Name(s) => s.len(),
            _ => 0,
        }
}

/// Empties a body that was left out right when its object is loaded, so that zeros never pile up. What stays is the
/// record of its place; it is not empty because lopdf would read an empty body again.
///
/// An object that many cross-references lead to is loaded for each of them; what that takes has a limit, too.
pub(crate) fn shrink(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    let again = LOADED.with_borrow_mut(|loaded| !loaded.ids.insert(id) && !loaded.may_repeat(object));
    if again {
        return None;
    }
    if let Object::Stream(stream) = object
        && stream.content.starts_with(MARK)
        && stream.content.len() > 24
    {
        let mut record = stream.content[..24].to_vec();
        record.extend_from_slice(&(stream.content.len() as u64).to_le_bytes());
        stream.content = record;
    }
    // The caller keeps the object behind the reference and ignores the one returned for anything but its presence,
    // except for members of object streams, which are small.
    Some((
        id,
        match object {
            Object::Stream(_) => Object::Null,
            other => other.clone(),
        },
    ))
}

/// Reads `len` bytes of structure.
pub(crate) fn load(file: &File, len: u64) -> io::Result<Sparse> {
    let size = usize::try_from(len).map_err(io::Error::other)?;
    let mut buffer = vec![0; size];
    let mut window = Window { file, len, start: 0, data: Vec::new() };
    let mut bodies = BTreeSet::new();
    let (mut at, mut ends) = (0, true);
    while let Some(keyword) = window.copy_up_to(b"stream", at, &mut buffer)? {
        at = keyword + 6;
        let body = window.body_start(at)?;
        if !ends || !is_large_image(&buffer[..keyword as usize]) {
            continue;
        }
        // Where none ends from here on, none will later, and the rest is not searched again.
        let Some(end) = window.find(b"endstream", body)? else {
            ends = false;
            continue;
        };
        if end - body >= MIN_BODY {
            let (from, to) = (at as usize, body as usize);
            file.read_exact_at(&mut buffer[from..to], at)?;
            buffer[to..to + 16].copy_from_slice(MARK);
            buffer[to + 16..to + 24].copy_from_slice(&body.to_le_bytes());
            bodies.insert(body);
            // The parser wants to see the end of line that follows the data.
            at = end - 2;
        }
    }
    Ok(Sparse { buffer, bodies: Bodies(bodies) })
}

/// Whether the dictionary that ends where `before` ends is an image's. Streams that the parser itself has to read are
/// never taken for images.
fn is_large_image(before: &[u8]) -> bool {
    if before.ends_with(b"end") {
        return false;
    }
    let tail = &before[before.len().saturating_sub(LOOK_BACK)..];
    let dictionary = &tail[memmem::rfind(tail, b" obj").unwrap_or(0)..];
    let has = |name: &[u8]| memmem::find(dictionary, name).is_some();
    has(b"/Image") && !has(b"/ObjStm") && !has(b"/XRef")
}

/// A sliding view of the file.
struct Window<'a> {
    file: &'a File,
    len: u64,
    start: u64,
    data: Vec<u8>,
}

impl Window<'_> {
    /// What the window holds from `at` on; at least 32 bytes unless the file ends before.
    fn from(&mut self, at: u64) -> io::Result<&[u8]> {
        let end = self.start + self.data.len() as u64;
        if at < self.start || (at + 32 > end && end < self.len) || at > end {
            let want = (self.len - at.min(self.len)).min(WINDOW as u64) as usize;
            self.data.resize(want, 0);
            self.file.read_exact_at(&mut self.data, at)?;
            self.start = at;
        }
        Ok(&self.data[(at - self.start) as usize..])
    }

    /// Where the data begins behind the keyword `stream` that ends at `at` (ISO 32000-1, 7.3.8.1).
    fn body_start(&mut self, at: u64) -> io::Result<u64> {
        Ok(at
            + match self.from(at)? {
                [b'\r', b'\n', ..] => 2,
                [b'\n' | b'\r', ..] => 1,
                _ => 0,
            })
    }

    fn find(&mut self, needle: &[u8], mut at: u64) -> io::Result<Option<u64>> {
        let len = self.len;
        loop {
            let data = self.from(at)?;
            if let Some(i) = memmem::find(data, needle) {
                return Ok(Some(at + i as u64));
            }
            if at + data.len() as u64 >= len {
                return Ok(None);
            }
            at += (data.len() - needle.len() + 1) as u64;
        }
    }

    /// Copies from `at` through the next `needle` and returns where it begins; without one, copies all the rest.
    fn copy_up_to(&mut self, needle: &[u8], mut at: u64, to: &mut [u8]) -> io::Result<Option<u64>> {
        loop {
            let len = self.len;
            let data = self.from(at)?;
            let found = memmem::find(data, needle);
            let take = match found {
                Some(i) => i + needle.len(),
                None if at + data.len() as u64 >= len => data.len(),
                None => data.len() - needle.len() + 1,
            };
            to[at as usize..at as usize + take].copy_from_slice(&data[..take]);
            if let Some(i) = found {
                return Ok(Some(at + i as u64));
            }
            at += take as u64;
            if at >= len {
                return Ok(None);
            }
        }
    }
}
