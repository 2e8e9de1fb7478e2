//! Making TrueType programs: assembling tables, and reducing a font to the glyphs that are used.

use std::collections::{BTreeMap, BTreeSet};

use ttf_parser::{RawFace, Tag};

/// A font file of `tables`, which are in alphabetical order of their tags (ISO/IEC 14496-22, 4.5).
pub(crate) fn assemble(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = tables.len() as u16;
    let log = count.max(1).ilog2() as u16;
    let range = 16 << log;
    let mut out = vec![0, 1, 0, 0];
    for v in [count, range, log, count * 16 - range] {
        out.extend_from_slice(&v.to_be_bytes());
    }
    let mut offset = 12 + 16 * tables.len();
    let mut head = None;
    for (tag, data) in tables {
        out.extend_from_slice(*tag);
        out.extend_from_slice(&checksum(data).to_be_bytes());
        out.extend_from_slice(&(offset as u32).to_be_bytes());
        out.extend_from_slice(&(data.len() as u32).to_be_bytes());
        if *tag == b"head" {
            head = Some(offset);
        }
        offset += data.len().next_multiple_of(4);
    }
    for (_, data) in tables {
        out.extend_from_slice(data);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xb1b0_afba_u32.wrapping_sub(checksum(&out));
    if let Some(slot) = head.and_then(|h| out.get_mut(h + 8..h + 12)) {
        slot.copy_from_slice(&adjustment.to_be_bytes());
    }
    out
}

fn checksum(data: &[u8]) -> u32 {
    data.chunks(4).fold(0, |sum, c| {
        let mut word = [0; 4];
        word[..c.len()].copy_from_slice(c);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}

/// Reduces `font` to the glyphs of `codes` (character code → glyph) and gives it a symbol cmap that maps U+F000 + code.
/// Hinting is left out. `None` when the font is not a whole TrueType font.
pub(crate) fn reduce(font: &[u8], codes: &BTreeMap<u8, u16>) -> Option<Vec<u8>> {
    let face = RawFace::parse(font, 0).ok()?;
    let table = |tag: &[u8; 4]| face.table(Tag::from_bytes(tag));
    let (mut head, mut hhea, mut maxp) = (table(b"head")?.to_vec(), table(b"hhea")?.to_vec(), table(b"maxp")?.to_vec());
    let (hmtx, glyf) = (table(b"hmtx")?, table(b"glyf")?);
    let outlines = Outlines { loca: table(b"loca")?, glyf, long: u16_at(&head, 50)? == 1 };
    let metrics = usize::from(u16_at(&hhea, 34)?);

    let mut wanted: BTreeSet<u16> = codes.values().copied().chain([0]).collect();
    let mut queue: Vec<u16> = wanted.iter().copied().collect();
    while let Some(gid) = queue.pop() {
        for part in outlines.parts(gid)? {
            if wanted.insert(part) {
                queue.push(part);
            }
        }
    }
    let new_id: BTreeMap<u16, u16> = wanted.iter().zip(0u16..).map(|(old, new)| (*old, new)).collect();

    let (mut new_glyf, mut new_loca, mut new_hmtx) = (Vec::new(), Vec::new(), Vec::new());
    for &gid in &wanted {
        new_loca.extend_from_slice(&(new_glyf.len() as u32).to_be_bytes());
        new_glyf.extend(outlines.without_hints(gid, &new_id)?);
        new_glyf.resize(new_glyf.len().next_multiple_of(4), 0);
        let g = usize::from(gid);
        let advance = u16_at(hmtx, 4 * g.min(metrics.checked_sub(1)?))?;
        let bearing =
            if g < metrics { u16_at(hmtx, 4 * g + 2)? } else { u16_at(hmtx, 4 * metrics + 2 * (g - metrics))? };
        new_hmtx.extend_from_slice(&advance.to_be_bytes());
        new_hmtx.extend_from_slice(&bearing.to_be_bytes());
    }
    new_loca.extend_from_slice(&(new_glyf.len() as u32).to_be_bytes());
    let count = (wanted.len() as u16).to_be_bytes();
    put(&mut head, 8, &[0; 4])?;
    put(&mut head, 50, &[0, 1])?;
    put(&mut hhea, 34, &count)?;
    put(&mut maxp, 4, &count)?;
    let mut post = vec![0, 3, 0, 0];
    post.resize(32, 0);
    let pairs: Vec<(u16, u16)> =
        codes.iter().filter_map(|(code, gid)| Some((0xf000 + u16::from(*code), *new_id.get(gid)?))).collect();
    Some(assemble(&[
        (b"cmap", symbol_cmap(&pairs)),
        (b"glyf", new_glyf),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", new_hmtx),
        (b"loca", new_loca),
        (b"maxp", maxp),
        (b"post", post),
    ]))
}

struct Outlines<'a> {
    loca: &'a [u8],
    glyf: &'a [u8],
    long: bool,
}

/// Flags of a component (ISO/IEC 14496-22, 5.3.4).
const WORDS: u16 = 0x0001;
const SCALE: u16 = 0x0008;
const MORE: u16 = 0x0020;
const TWO_SCALES: u16 = 0x0040;
const TWO_BY_TWO: u16 = 0x0080;
const INSTRUCTIONS: u16 = 0x0100;

impl Outlines<'_> {
    fn glyph(&self, gid: u16) -> Option<&[u8]> {
        let at = |i: usize| -> Option<usize> {
            if self.long {
                Some(u32::from_be_bytes(self.loca.get(4 * i..4 * i + 4)?.try_into().ok()?) as usize)
            } else {
                Some(usize::from(u16_at(self.loca, 2 * i)?) * 2)
            }
        };
        self.glyf.get(at(gid.into())?..at(usize::from(gid) + 1)?)
    }

    /// Offset, flags and length of every component of a composite glyph; none for a simple one.
    fn components(glyph: &[u8]) -> Option<Vec<(usize, u16, usize)>> {
        let mut out = Vec::new();
        if glyph.is_empty() || u16_at(glyph, 0)? < 0x8000 {
            return Some(out);
        }
        let mut at = 10;
        loop {
            let flags = u16_at(glyph, at)?;
            let scale = match flags {
                f if f & SCALE != 0 => 2,
                f if f & TWO_SCALES != 0 => 4,
                f if f & TWO_BY_TWO != 0 => 8,
                _ => 0,
            };
            let len = 4 + if flags & WORDS != 0 { 4 } else { 2 } + scale;
            out.push((at, flags, len));
            at += len;
            if flags & MORE == 0 {
                return Some(out);
            }
        }
    }

    fn parts(&self, gid: u16) -> Option<Vec<u16>> {
        let glyph = self.glyph(gid)?;
        Self::components(glyph)?.iter().map(|(at, ..)| u16_at(glyph, at + 2)).collect()
    }

    fn without_hints(&self, gid: u16, new_id: &BTreeMap<u16, u16>) -> Option<Vec<u8>> {
        let glyph = self.glyph(gid)?;
        let Some(contours) = u16_at(glyph, 0) else { return Some(Vec::new()) };
        if contours < 0x8000 {
            let instructions = 10 + 2 * usize::from(contours);
            let skip = usize::from(u16_at(glyph, instructions)?);
            return Some([glyph.get(..instructions)?, &[0, 0], glyph.get(instructions + 2 + skip..)?].concat());
        }
        let mut out = glyph.get(..10)?.to_vec();
        for (at, flags, len) in Self::components(glyph)? {
            let mut component = glyph.get(at..at + len)?.to_vec();
            put(&mut component, 0, &(flags & !INSTRUCTIONS).to_be_bytes())?;
            put(&mut component, 2, &new_id.get(&u16_at(glyph, at + 2)?)?.to_be_bytes())?;
            out.extend(component);
        }
        Some(out)
    }
}

/// A cmap with one (3, 0) subtable of format 4, a segment a code.
fn symbol_cmap(pairs: &[(u16, u16)]) -> Vec<u8> {
    let segments = pairs.len() as u16 + 1;
    let log = segments.ilog2() as u16;
    let words = |out: &mut Vec<u8>, values: &mut dyn Iterator<Item = u16>| {
        values.for_each(|v| out.extend_from_slice(&v.to_be_bytes()));
    };
    let mut out = Vec::new();
    words(&mut out, &mut [0, 1, 3, 0, 0, 12].into_iter());
    let range = 2 << log;
    words(&mut out, &mut [4, 16 + 8 * segments, 0, 2 * segments, range, log, 2 * segments - range].into_iter());
    words(&mut out, &mut pairs.iter().map(|p| p.0).chain([0xffff, 0]));
    words(&mut out, &mut pairs.iter().map(|p| p.0).chain([0xffff]));
    words(&mut out, &mut pairs.iter().map(|p| p.1.wrapping_sub(p.0)).chain([1]));
    words(&mut out, &mut std::iter::repeat_n(0, segments.into()));
    out
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn put(data: &mut [u8], at: usize, bytes: &[u8]) -> Option<()> {
    data.get_mut(at..at + bytes.len())?.copy_from_slice(bytes);
    Some(())
}
