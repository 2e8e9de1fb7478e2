//! A scanned book of any length: every page one JPEG of noise, no two alike, written as a stream.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes `pages` pages of about `kib` KiB each and returns the size of the file in bytes.
pub fn write(path: &Path, pages: u32, kib: usize) -> io::Result<u64> {
    let pictures: Vec<Vec<u8>> = (1..=4).map(|seed| noise(seed, kib << 10)).collect::<Result<_, _>>()?;
    let mut out = Counting { inner: BufWriter::new(File::create(path)?), at: 0 };
    let mut offsets = Vec::new();
    out.write_all(b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n")?;
    let kids: String = (0..pages).map(|i| format!("{} 0 R ", 3 + 3 * i)).collect();
    for object in ["<</Type/Catalog/Pages 2 0 R>>".into(), format!("<</Type/Pages/Count {pages}/Kids[{kids}]>>")] {
        offsets.push(out.at);
        let id = offsets.len();
        write!(out, "{id} 0 obj\n{object}\nendobj\n")?;
    }
    for i in 0..pages {
        let (page, content, image) = (3 + 3 * i, 4 + 3 * i, 5 + 3 * i);
        offsets.push(out.at);
        write!(
            out,
            "{page} 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {content} 0 R\
             /Resources<</XObject<</I {image} 0 R>>>>>>\nendobj\n"
        )?;
        offsets.push(out.at);
        let paint = "q 595 0 0 842 0 0 cm /I Do Q";
        write!(out, "{content} 0 obj\n<</Length {}>>\nstream\n{paint}\nendstream\nendobj\n", paint.len())?;
        offsets.push(out.at);
        let jpeg = with_comment(&pictures[i as usize % pictures.len()], &format!("page {i}"));
        write!(
            out,
            "{image} 0 obj\n<</Type/XObject/Subtype/Image/Width {SIDE}/Height {SIDE}/ColorSpace/DeviceGray\
             /BitsPerComponent 8/Filter/DCTDecode/Length {}>>\nstream\n",
            jpeg.len()
        )?;
        out.write_all(&jpeg)?;
        write!(out, "\nendstream\nendobj\n")?;
    }
    let start = out.at;
    write!(out, "xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1)?;
    for offset in &offsets {
        writeln!(out, "{offset:010} 00000 n ")?;
    }
    write!(out, "trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", offsets.len() + 1)?;
    out.flush()?;
    Ok(out.at)
}

/// Pixels along a side of every picture.
pub const SIDE: u32 = 640;

/// A JPEG of at least `bytes` bytes: noise that does not compress, then a padding of application segments.
fn noise(seed: u64, bytes: usize) -> io::Result<Vec<u8>> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    let pixels: Vec<u8> = (0..SIDE * SIDE).map(|_| next()).collect();
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 97)
        .encode(&pixels, SIDE, SIDE, image::ExtendedColorType::L8)
        .map_err(io::Error::other)?;
    while jpeg.len() < bytes {
        let filler: Vec<u8> = (0..60_000.min(bytes - jpeg.len() + 16)).map(|_| next()).collect();
        jpeg = with_segment(&jpeg, 0xef, &filler);
    }
    Ok(jpeg)
}

fn with_comment(jpeg: &[u8], text: &str) -> Vec<u8> {
    with_segment(jpeg, 0xfe, text.as_bytes())
}

/// Inserts a segment behind the start of the image.
fn with_segment(jpeg: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let len = (data.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &len, data, &jpeg[2..]].concat()
}

struct Counting<W> {
    inner: W,
    at: u64,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(data)?;
        self.at += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
