//! All objects of a file, packed into one piece of memory.
//!
//! A parsed dictionary takes about twenty times the bytes that it is written with, and a book of scans has some for each
//! page. So they are parsed once, to see that the file is whole, kept like this, and unpacked page by page.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat};

/// The objects of a document.
pub(crate) struct PackedObjects {
    bytes: Vec<u8>,
    /// Where each object begins in `bytes`, by id.
    places: Vec<(ObjectId, usize)>,
    /// The document's catalog.
    pub catalog: Option<ObjectId>,
}

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

    /// The object of an id; `None` when the file has none.
    pub(crate) fn get(&self, id: ObjectId) -> Option<Object> {
        let at = self.places.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        take(&mut &self.bytes[self.places[at].1..])
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

fn take_number(from: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn take_bytes(from: &mut &[u8]) -> Option<Vec<u8>> {
    let len = usize::try_from(take_number(from)?).ok()?;
    let (bytes, rest) = from.split_at_checked(len)?;
    *from = rest;
    Some(bytes.to_vec())
}

fn take_dictionary(from: &mut &[u8]) -> Option<Dictionary> {
    let mut out = Dictionary::new();
    for _ in 0..take_number(from)? {
        out.set(take_bytes(from)?, take(from)?);
    }
    Some(out)
}

/// The object that `from` begins with, which is cut off; `None` when there is no whole one.
fn take(from: &mut &[u8]) -> Option<Object> {
    let (kind, rest) = from.split_first()?;
    *from = rest;
    Some(match *kind {
        NULL => Object::Null,
        FALSE => Object::Boolean(false),
        TRUE => Object::Boolean(true),
        INTEGER => {
            let value = take_number(from)?;
            Object::Integer((value >> 1) as i64 ^ -((value & 1) as i64))
        }
        REAL => {
            let (bytes, rest) = from.split_first_chunk()?;
            *from = rest;
            Object::Real(f32::from_le_bytes(*bytes))
        }
        NAME => Object::Name(take_bytes(from)?),
        LITERAL => Object::String(take_bytes(from)?, StringFormat::Literal),
        HEXADECIMAL => Object::String(take_bytes(from)?, StringFormat::Hexadecimal),
        ARRAY => Object::Array((0..take_number(from)?).map(|_| take(from)).collect::<Option<_>>()?),
        DICTIONARY => Object::Dictionary(take_dictionary(from)?),
        STREAM => Object::Stream(Stream::new(take_dictionary(from)?, take_bytes(from)?)),
        REFERENCE => Object::Reference((take_number(from)?.try_into().ok()?, take_number(from)?.try_into().ok()?)),
        _ => return None,
    })
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
        let stream = Object::Stream(Stream::new(dictionary! { "Inner" => nested.clone() }, vec![7; 70_000]));
        let first = document.add_object(Object::Dictionary(nested));
        let second = document.add_object(stream);
        document.trailer.set("Root", Object::Reference(first));
        let before = document.objects.clone();

        let packed = PackedObjects::pack(document);
        assert_eq!(packed.catalog, Some(first));
        assert_eq!(packed.get(first).as_ref(), before.get(&first));
        assert_eq!(packed.get(second).as_ref(), before.get(&second));
        assert_eq!(packed.get((999, 0)), None);
    }
}
