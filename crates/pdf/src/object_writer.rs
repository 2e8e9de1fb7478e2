//! Writes indirect objects as soon as they are complete and keeps their offsets: header, body, cross-reference table.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use lopdf::{Dictionary, Object, Stream, Writer};
use sohoa_domain::{Hasher, PdfVersion};

/// Version of the files that are written, as ISO 19005-2 asks.
pub const PDF_VERSION: PdfVersion = PdfVersion { major: 1, minor: 7 };

/// Number of an indirect object; generations are always 0.
pub(crate) type Id = u32;

pub(crate) fn reference(id: Id) -> Object {
    Object::Reference((id, 0))
}

/// The file that is being written.
pub(crate) struct ObjectWriter {
    /// `None` for a dry run.
    out: Option<BufWriter<File>>,
    at: u64,
    /// Offset of object `i + 1`; 0 until it is written.
    offsets: Vec<u64>,
    digest: Hasher,
}

impl ObjectWriter {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let out = BufWriter::with_capacity(256 << 10, File::create(path)?);
        let mut writer = Self { out: Some(out), ..Self::dry() };
        // Four bytes above 127 behind the header: ISO 19005-2, 6.1.2.
        writer.put(format!("%PDF-{PDF_VERSION}\n").as_bytes())?;
        writer.put(b"%\xE2\xE3\xCF\xD3\n")?;
        Ok(writer)
    }

    /// A writer that only hands out numbers.
    pub(crate) fn dry() -> Self {
        Self { out: None, at: 0, offsets: Vec::new(), digest: Hasher::default() }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        self.digest.update(bytes);
        self.at += bytes.len() as u64;
        out.write_all(bytes)
    }

    /// A number for an object that is written later.
    pub(crate) fn reserve(&mut self) -> Id {
        self.offsets.push(0);
        self.offsets.len() as Id
    }

    fn begin(&mut self, id: Id) -> io::Result<()> {
        if let Some(slot) = self.offsets.get_mut(id as usize - 1) {
            *slot = self.at;
        }
        self.put(format!("{id} 0 obj\n").as_bytes())
    }

    /// Writes a complete object.
    pub(crate) fn write(&mut self, id: Id, object: &Object) -> io::Result<()> {
        if let Object::Stream(s) = object {
            return self.write_stream(id, &s.dict, &s.content);
        }
        self.begin(id)?;
        let bytes = serialized(object)?;
        self.put(&bytes)?;
        self.put(b"\nendobj\n")
    }

    pub(crate) fn add(&mut self, object: &Object) -> io::Result<Id> {
        let id = self.reserve();
        self.write(id, object)?;
        Ok(id)
    }

    /// Writes a stream; `Length` is set to what is written (ISO 19005-2, 6.1.7.1).
    pub(crate) fn write_stream(&mut self, id: Id, dict: &Dictionary, content: &[u8]) -> io::Result<()> {
        self.open_stream(id, dict, content.len() as u64)?;
        self.put(content)?;
        self.put(b"\nendstream\nendobj\n")
    }

    /// Writes a stream whose coded bytes are copied from `file`.
    pub(crate) fn copy_stream(&mut self, id: Id, dict: &Dictionary, file: &File, at: u64, len: u64) -> io::Result<()> {
        if self.out.is_none() {
            return Ok(());
        }
        self.open_stream(id, dict, len)?;
        let mut chunk = vec![0; (256 << 10).min(len as usize)];
        let mut done = 0;
        while done < len {
            let take = chunk.len().min((len - done) as usize);
            file.read_exact_at(&mut chunk[..take], at + done)?;
            self.put(&chunk[..take])?;
            done += take as u64;
        }
        self.put(b"\nendstream\nendobj\n")
    }

    fn open_stream(&mut self, id: Id, dict: &Dictionary, len: u64) -> io::Result<()> {
        self.begin(id)?;
        let mut dict = dict.clone();
        dict.set("Length", len as i64);
        let bytes = serialized(&Object::Dictionary(dict))?;
        self.put(&bytes)?;
        self.put(b"\nstream\n")
    }

    /// Writes the cross-reference table and the trailer, and makes the file durable. Returns its size in bytes.
    pub(crate) fn finish(mut self, catalog: Id) -> io::Result<u64> {
        self.close(catalog)?;
        if let Some(out) = &self.out {
            out.get_ref().sync_all()?;
        }
        Ok(self.at)
    }

    /// As [`ObjectWriter::finish`] for a file that nobody keeps.
    pub(crate) fn finish_scratch(mut self, catalog: Id) -> io::Result<()> {
        self.close(catalog)
    }

    fn close(&mut self, catalog: Id) -> io::Result<()> {
        let start = self.at;
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.offsets.len() + 1);
        for offset in &self.offsets {
            // An object that was never written is free.
            let entry = if *offset == 0 { "0000000000 65535 f \n".into() } else { format!("{offset:010} 00000 n \n") };
            table.push_str(&entry);
        }
        self.put(table.as_bytes())?;
        // The file identifier of ISO 19005-2, 6.1.3 comes from the content: same document, same bytes.
        let digest = self.digest.clone().finish().as_bytes()[..16].to_vec();
        let id = Object::String(digest, lopdf::StringFormat::Hexadecimal);
        let mut trailer = Dictionary::new();
        trailer.set("Size", self.offsets.len() as i64 + 1);
        trailer.set("Root", reference(catalog));
        trailer.set("ID", vec![id.clone(), id]);
        let trailer = serialized(&Object::Dictionary(trailer))?;
        self.put(b"trailer\n")?;
        self.put(&trailer)?;
        self.put(format!("\nstartxref\n{start}\n%%EOF\n").as_bytes())?;
        self.out.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

fn serialized(object: &Object) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Writer::write_object(&mut bytes, object).map_err(io::Error::other)?;
    Ok(bytes)
}

/// A stream object that is deflated when that makes it smaller.
pub(crate) fn packed(mut dict: Dictionary, content: Vec<u8>) -> Object {
    let deflated = crate::image::deflate(&content);
    if deflated.len() < content.len() {
        dict.set("Filter", "FlateDecode");
        Object::Stream(Stream::new(dict, deflated))
    } else {
        Object::Stream(Stream::new(dict, content))
    }
}
