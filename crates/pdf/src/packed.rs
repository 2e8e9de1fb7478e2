//! All objects of a file, packed into one piece of memory.
//!
//! A parsed dictionary takes about twenty times the bytes that it is written with, and a book of scans has some for each
//! page. So they are parsed once, to see that the file is whole, kept like this, and unpacked page by page.

use std::ops::Range;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat};

/// The objects of a document.
pub(crate) struct PackedObjects {
    bytes: Vec<u8>,
    /// Where each object begins in `bytes`, by id.
    places: Vec<(ObjectId, usize)>,
    /// The document's catalog.
    pub catalog: Option<ObjectId>,
}

/// Longer streams are not copied out of the pack.
const MAX_COPIED: usize = 1 << 10;
/// Marks the record of a stream's bytes. Behind it: place in the pack and length, both `u64` little endian.
const MARK: &[u8] = b"\0left in the pack\r\n";

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const REAL: u8 = 4;
const NAME: u8 = 5;
const LITERAL: u8 = 6;
const HEXADECIMAL: u8 = 7;
const ARRAY: u8 = 8;
const DICTIONARY: u8 = 9;
const STREAM: u8 = 10;
const REFERENCE: u8 = 11;

impl PackedObjects {
    /// Packs the objects one by one, each freed before the next.
    pub(crate) fn pack(document: Document) -> Self {
        let catalog = document.trailer.get(b"Root").and_then(Object::as_reference).ok();
        let mut bytes = Vec::new();
        let mut places = Vec::with_capacity(document.objects.len());
        for (id, object) in document.objects {
            places.push((id, bytes.len()));
            put(&mut bytes, &object);
        }
        bytes.shrink_to_fit();
        Self { bytes, places, catalog }
    }

    /// The object of an id; `None` when the file has none. A stream of some length has a record of where its bytes are in
    /// their place: [`Self::left`].
    pub(crate) fn get(&self, id: ObjectId) -> Option<Object> {
        let place = self.places.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Unpacking { pack: &self.bytes, at: self.places[place].1 }.object()
    }

    /// The bytes of a stream that were left in the pack when it was unpacked.
    pub(crate) fn left(&self, content: &[u8]) -> Option<&[u8]> {
        let (at, len) = content.strip_prefix(MARK)?.split_first_chunk()?;
        let number = |b: &[u8; 8]| usize::try_from(u64::from_le_bytes(*b)).ok();
        let (at, len) = (number(at)?, number(len.try_into().ok()?)?);
        self.bytes.get(at..at.checked_add(len)?)
    }
}

/// Appends a number, seven bits a byte, the lowest first; the top bit says that more follow.
fn put_number(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_dictionary(out: &mut Vec<u8>, dictionary: &Dictionary) {
    put_number(out, dictionary.len() as u64);
    for (key, value) in dictionary {
        put_bytes(out, key);
        put(out, value);
    }
}

fn put(out: &mut Vec<u8>, object: &Object) {
    match object {
        Object::Null => out.push(NULL),
        Object::Boolean(false) => out.push(FALSE),
        Object::Boolean(true) => out.push(TRUE),
        Object::Integer(value) => {
            out.push(INTEGER);
            // Small numbers of either sign are short.
            put_number(out, ((value << 1) ^ (value >> 63)) as u64);
        }
        Object::Real(value) => {
            out.push(REAL);
            out.extend_from_slice(&value.to_le_bytes());
        }
        Object::Name(name) => {
            out.push(NAME);
            put_bytes(out, name);
        }
        Object::String(text, format) => {
            out.push(if *format == StringFormat::Literal { LITERAL } else { HEXADECIMAL });
            put_bytes(out, text);
        }
        Object::Array(items) => {
            out.push(ARRAY);
            put_number(out, items.len() as u64);
            items.iter().for_each(|item| put(out, item));
        }
        Object::Dictionary(dictionary) => {
            out.push(DICTIONARY);
            put_dictionary(out, dictionary);
        }
        Object::Stream(stream) => {
            out.push(STREAM);
            put_dictionary(out, &stream.dict);
            put_bytes(out, &stream.content);
        }
        Object::Reference((number, generation)) => {
            out.push(REFERENCE);
            put_number(out, u64::from(*number));
            put_number(out, u64::from(*generation));
        }
    }
}

/// Reads the pack from some place on.
struct Unpacking<'p> {
    pack: &'p [u8],
    at: usize,
}

impl Unpacking<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.pack.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// Where the bytes are that come next, behind their number.
    fn range(&mut self) -> Option<Range<usize>> {
        let len = usize::try_from(self.number()?).ok()?;
        let range = self.at..self.at.checked_add(len)?;
        self.at = range.end;
        (range.end <= self.pack.len()).then_some(range)
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        self.range().map(|range| self.pack[range].to_vec())
    }

    /// The bytes of a stream, or the record of where they are.
    fn content(&mut self) -> Option<Vec<u8>> {
        let range = self.range()?;
        let bytes = &self.pack[range.clone()];
        if bytes.len() <= MAX_COPIED && !bytes.starts_with(MARK) {
            return Some(bytes.to_vec());
        }
        let numbers = [range.start, range.len()].map(|n| (n as u64).to_le_bytes());
        Some([MARK, numbers.as_flattened()].concat())
    }

    fn dictionary(&mut self) -> Option<Dictionary> {
        let mut out = Dictionary::new();
        for _ in 0..self.number()? {
            out.set(self.bytes()?, self.object()?);
        }
        Some(out)
    }

    /// The object that comes next; `None` when there is no whole one.
    fn object(&mut self) -> Option<Object> {
        Some(match self.byte()? {
            NULL => Object::Null,
            FALSE => Object::Boolean(false),
            TRUE => Object::Boolean(true),
            INTEGER => {
                let value = self.number()?;
                Object::Integer((value >> 1) as i64 ^ -((value & 1) as i64))
            }
            REAL => {
                let bytes = self.pack[self.at..].first_chunk()?;
                self.at += bytes.len();
                Object::Real(f32::from_le_bytes(*bytes))
            }
            NAME => Object::Name(self.bytes()?),
            LITERAL => Object::String(self.bytes()?, StringFormat::Literal),
            HEXADECIMAL => Object::String(self.bytes()?, StringFormat::Hexadecimal),
            ARRAY => Object::Array((0..self.number()?).map(|_| self.object()).collect::<Option<_>>()?),
            DICTIONARY => Object::Dictionary(self.dictionary()?),
            STREAM => Object::Stream(Stream::new(self.dictionary()?, self.content()?)),
            REFERENCE => Object::Reference((self.number()?.try_into().ok()?, self.number()?.try_into().ok()?)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use lopdf::dictionary;

    use super::*;

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        let numbers = [0, 1, -1, 63, -64, 64, 127, 128, i64::from(i32::MIN), i64::MAX, i64::MIN];
        let nested = dictionary! {
            "Numbers" => numbers.map(Object::Integer).to_vec(),
            "Reals" => vec![Object::Real(-0.5), Object::Real(f32::MAX)],
            "Flags" => vec![Object::Null, Object::Boolean(true), Object::Boolean(false)],
            "Names" => vec!["Tên".into(), Object::Name(Vec::new())],
            "Strings" => vec![
                Object::String(vec![0, 255, 41], StringFormat::Literal),
                Object::String(vec![9; 300], StringFormat::Hexadecimal),
            ],
            "Next" => Object::Reference((u32::MAX, u16::MAX)),
        };
        let mut document = Document::new();
        let stream = Object::Stream(Stream::new(dictionary! { "Inner" => nested.clone() }, vec![7; 100]));
        let long = Object::Stream(Stream::new(Dictionary::new(), vec![8; 70_000]));
        let forged = Object::Stream(Stream::new(Dictionary::new(), [MARK, &[0; 16]].concat()));
        let first = document.add_object(Object::Dictionary(nested));
        let second = document.add_object(stream);
        let streams = [document.add_object(long), document.add_object(forged)];
        document.trailer.set("Root", Object::Reference(first));
        let before = document.objects.clone();

        let packed = PackedObjects::pack(document);
        assert_eq!(packed.catalog, Some(first));
        assert_eq!(packed.get(first).as_ref(), before.get(&first));
        assert_eq!(packed.get(second).as_ref(), before.get(&second));
        assert_eq!(packed.get((999, 0)), None);
        for id in streams {
            let Some(Object::Stream(stream)) = packed.get(id) else { panic!("no stream") };
            assert_eq!(packed.left(&stream.content), Some(before[&id].as_stream().unwrap().content.as_slice()));
        }
        assert_eq!(packed.left(&[7; 100]), None);
    }
}
