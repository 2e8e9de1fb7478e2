//! The font of the invisible text layer: every character is the same empty glyph, half an em wide.
//!
//! One composite font a document. Character identifiers are handed out as characters come up; what they mean is in the
//! ToUnicode map that is written at the end.

use std::collections::HashMap;
use std::io;

use lopdf::{Dictionary, Object, StringFormat, dictionary};

use crate::object_writer::{Id, ObjectWriter, packed, reference};

/// Advance of every glyph, thousandths of an em.
pub(crate) const ADVANCE: u16 = 500;
/// Together with [`DESCENT`] one em, so that a word's box as viewers compute it is as high as its font size.
pub(crate) const ASCENT: i16 = 800;
/// Below the baseline, thousandths of an em.
pub(crate) const DESCENT: i16 = -200;

/// The font while pages are written.
#[derive(Default)]
pub(crate) struct InvisibleFont {
    id: Option<Id>,
    cids: HashMap<char, u16>,
    /// Character of identifier `i + 1`; identifier 0 is `.notdef` and never used.
    characters: Vec<char>,
}

impl InvisibleFont {
    /// The object number of the font.
    pub(crate) fn id(&mut self, out: &mut ObjectWriter) -> Id {
        *self.id.get_or_insert_with(|| out.reserve())
    }

    /// The identifier of a character; `None` for one that ISO 19005-2, 6.2.11.7.2 does not allow in a ToUnicode map
    /// (U+0000, U+FEFF, U+FFFE) and when 65,535 are used up.
    pub(crate) fn cid(&mut self, c: char) -> Option<u16> {
        if matches!(c, '\0' | '\u{feff}' | '\u{fffe}') {
            return None;
        }
        if let Some(cid) = self.cids.get(&c) {
            return Some(*cid);
        }
        let cid = u16::try_from(self.characters.len() + 1).ok()?;
        self.characters.push(c);
        self.cids.insert(c, cid);
        Some(cid)
    }

    /// Writes the font when a page used it.
    pub(crate) fn finish(&self, out: &mut ObjectWriter) -> io::Result<()> {
        let Some(id) = self.id else { return Ok(()) };
        let program = true_type();
        let file = out.add(&packed(dictionary! { "Length1" => program.len() as i64 }, program))?;
        let descriptor = out.add(&Object::Dictionary(dictionary! {
            "Type" => "FontDescriptor", "FontName" => "SohoaInvisible", "Flags" => 4,
            "FontBBox" => vec![0.into(), DESCENT.into(), ADVANCE.into(), ASCENT.into()],
            "ItalicAngle" => 0, "Ascent" => ASCENT, "Descent" => DESCENT, "CapHeight" => ASCENT, "StemV" => 80,
            "FontFile2" => reference(file),
        }))?;
        // Every identifier shows the empty glyph 1: showing .notdef is forbidden by ISO 19005-2, 6.2.11.8.
        let map: Vec<u8> = (0..=self.characters.len()).flat_map(|cid| [0, u8::from(cid > 0)]).collect();
        let map = out.add(&packed(Dictionary::new(), map))?;
        let text = |s: &str| Object::String(s.as_bytes().to_vec(), StringFormat::Literal);
        let descendant = out.add(&Object::Dictionary(dictionary! {
            "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "SohoaInvisible",
            "CIDSystemInfo" => dictionary! { "Registry" => text("Adobe"), "Ordering" => text("Identity"), "Supplement" => 0 },
            "FontDescriptor" => reference(descriptor), "DW" => ADVANCE, "CIDToGIDMap" => reference(map),
        }))?;
        let unicode = out.add(&packed(
            Dictionary::new(),
            crate::cmap::to_unicode(2, self.characters.iter().enumerate().map(|(i, c)| (i as u32 + 1, *c))),
        ))?;
        out.write(
            id,
            &Object::Dictionary(dictionary! {
                "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "SohoaInvisible", "Encoding" => "Identity-H",
                "DescendantFonts" => vec![reference(descendant)], "ToUnicode" => reference(unicode),
            }),
        )
    }
}

/// A TrueType font of two empty glyphs.
fn true_type() -> Vec<u8> {
    let be = |values: &[i32]| -> Vec<u8> { values.iter().flat_map(|v| (*v as i16).to_be_bytes()).collect() };
    let head = [
        be(&[1, 0, 1, 0]),
        // Checksum adjustment (set later), magic number.
        vec![0, 0, 0, 0, 0x5f, 0x0f, 0x3c, 0xf5],
        be(&[0, 1000]),
        vec![0; 16],
        be(&[0, DESCENT.into(), ADVANCE.into(), ASCENT.into(), 0, 8, 2, 0, 0]),
    ]
    .concat();
    let hhea = be(&[1, 0, ASCENT.into(), DESCENT.into(), 0, ADVANCE.into(), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    let maxp = be(&[1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let hmtx = be(&[ADVANCE.into(), 0, ADVANCE.into(), 0]);
    crate::truetype::assemble(&[
        (b"glyf", vec![0; 4]),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", hmtx),
        (b"loca", be(&[0, 0, 0])),
        (b"maxp", maxp),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_a_font_with_two_glyphs() {
        let bytes = true_type();
        let face = ttf_parser::Face::parse(&bytes, 0).unwrap();
        assert_eq!((face.number_of_glyphs(), face.units_per_em()), (2, 1000));
        assert_eq!(face.glyph_hor_advance(ttf_parser::GlyphId(1)), Some(ADVANCE));
    }

    #[test]
    fn forbidden_characters_get_no_identifier() {
        let mut font = InvisibleFont::default();
        assert_eq!(font.cid('\u{feff}'), None);
        assert_eq!((font.cid('ế'), font.cid('a'), font.cid('ế')), (Some(1), Some(2), Some(1)));
    }
}
