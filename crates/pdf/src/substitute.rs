//! Fonts that stand in for standard ones that a file does not embed.
//!
//! Tinos, Arimo and Cousine have the advance widths of Times New Roman, Arial and Courier New, so that text set in one
//! of these keeps its layout. Each substitute is reduced to the glyphs that the document shows and written at its end.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;

use lopdf::{Dictionary, Object, ObjectId, dictionary};
use ttf_parser::{Face, GlyphId};

use crate::clean::FontUse;
use crate::cmap;
use crate::font_facts::FontFacts;
use crate::object_writer::{Id, ObjectWriter, packed, reference};
use crate::truetype;

/// Where the substitutes are, e.g. `Tinos-Regular.ttf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontFolders(pub Vec<PathBuf>);

impl Default for FontFolders {
    /// Where Debian's `fonts-croscore` puts them.
    fn default() -> Self {
        Self(vec![PathBuf::from("/usr/share/fonts/truetype/croscore")])
    }
}

impl FontFolders {
    pub(crate) fn read(&self, family: Family) -> Option<Vec<u8>> {
        self.0.iter().find_map(|folder| std::fs::read(folder.join(family.file_name())).ok())
    }
}

/// A substitute's face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Family {
    name: &'static str,
    bold: bool,
    italic: bool,
}

impl Family {
    pub(crate) fn new(name: &'static str, bold: bool, italic: bool) -> Self {
        Self { name, bold, italic }
    }

    /// The face that stands in for a font name such as `TimesNewRomanPS-BoldMT` or `Arial,Italic`.
    pub(crate) fn of(name: &[u8]) -> Option<Self> {
        let mut plain: String = String::from_utf8_lossy(name).to_lowercase();
        plain.retain(|c| c.is_ascii_alphanumeric());
        let bold = plain.contains("bold");
        let italic = plain.contains("italic") || plain.contains("oblique");
        for word in ["bold", "italic", "oblique", "regular"] {
            plain = plain.replace(word, "");
        }
        let name = match plain.as_str() {
            "times" | "timesroman" | "timesnewroman" | "timesnewromanps" | "timesnewromanpsmt" => "Tinos",
            "helvetica" | "arial" | "arialmt" => "Arimo",
            "courier" | "couriernew" | "couriernewps" | "couriernewpsmt" => "Cousine",
            _ => return None,
        };
        Some(Self { name, bold, italic })
    }

    fn style(self) -> &'static str {
        match (self.bold, self.italic) {
            (false, false) => "Regular",
            (true, false) => "Bold",
            (false, true) => "Italic",
            (true, true) => "BoldItalic",
        }
    }

    pub(crate) fn file_name(self) -> String {
        format!("{}-{}.ttf", self.name, self.style())
    }
}

type Key = (u64, ObjectId, Family);

/// The substitutes of one document.
#[derive(Default)]
pub(crate) struct Substitutes {
    made: BTreeMap<Key, Substitute>,
    /// Font files, read once.
    files: HashMap<Family, Vec<u8>>,
}

/// A font of at most 256 codes, reduced to what is shown.
pub(crate) struct Substitute {
    id: Id,
    /// Code → glyph of the whole font, character, width in thousandths of an em.
    codes: BTreeMap<u8, (u16, char, f64)>,
}

impl Substitutes {
    /// Takes note that codes of a font are shown, and returns the object that will be its substitute.
    pub(crate) fn show(
        &mut self,
        out: &mut ObjectWriter,
        folders: &FontFolders,
        key: Key,
        facts: &FontFacts,
        usage: &FontUse,
    ) -> Result<Id, String> {
        let family = key.2;
        let bytes = match self.files.entry(family) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(slot) => {
                slot.insert(folders.read(family).ok_or("a font is not embedded and its substitute is not installed")?)
            }
        };
        let face = Face::parse(bytes, 0).map_err(|_| "a substitute font is damaged".to_owned())?;
        let scale = 1000.0 / f64::from(face.units_per_em());
        let mut codes = BTreeMap::new();
        for code in &usage.codes {
            let c = facts.characters.get(code).copied().ok_or("a font that is not embedded has an unknown encoding")?;
            let gid = face.glyph_index(c).filter(|g| g.0 != 0).ok_or("a substitute font lacks a glyph")?;
            let width = f64::from(face.glyph_hor_advance(GlyphId(gid.0)).unwrap_or(0)) * scale;
            if facts.widths.get(code).is_some_and(|stated| (stated - width).abs() > 1.0) {
                return Err("a substitute font has other widths".into());
            }
            codes.insert(u8::try_from(*code).map_err(|e| e.to_string())?, (gid.0, c, width));
        }
        let entry = self.made.entry(key).or_insert_with(|| Substitute::new(out));
        entry.codes.extend(codes);
        Ok(entry.id)
    }

    /// Writes them all.
    pub(crate) fn finish(&self, out: &mut ObjectWriter) -> io::Result<()> {
        for (number, ((.., family), substitute)) in self.made.iter().enumerate() {
            let bytes = self.files.get(family).map(Vec::as_slice).unwrap_or_default();
            substitute.write(out, *family, bytes, number)?;
        }
        Ok(())
    }
}

impl Substitute {
    pub(crate) fn new(out: &mut ObjectWriter) -> Self {
        Self { id: out.reserve(), codes: BTreeMap::new() }
    }

    pub(crate) fn id(&self) -> Id {
        self.id
    }

    /// Takes note that a code shows this glyph of the whole font; `width` in thousandths of an em.
    pub(crate) fn show(&mut self, code: u8, gid: u16, c: char, width: f64) {
        self.codes.insert(code, (gid, c, width));
    }

    pub(crate) fn write(&self, out: &mut ObjectWriter, family: Family, bytes: &[u8], number: usize) -> io::Result<()> {
        let damaged = || io::Error::other("a substitute font cannot be reduced");
        let face = Face::parse(bytes, 0).map_err(|_| damaged())?;
        let glyphs = self.codes.iter().map(|(code, (gid, ..))| (*code, *gid)).collect();
        let program = truetype::reduce(bytes, &glyphs).ok_or_else(damaged)?;
        let scale = 1000.0 / f64::from(face.units_per_em());
        let em = |v: i16| (f64::from(v) * scale).round() as i64;
        let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
        let name = format!("SOHO{}{}+{}-{}", letter(number / 26), letter(number), family.name, family.style());
        let file = out.add(&packed(dictionary! { "Length1" => program.len() as i64 }, program))?;
        let bbox = face.global_bounding_box();
        let descriptor = out.add(&Object::Dictionary(dictionary! {
            "Type" => "FontDescriptor", "FontName" => name.as_str(), "Flags" => 4,
            "FontBBox" => [bbox.x_min, bbox.y_min, bbox.x_max, bbox.y_max].map(|v| em(v).into()).to_vec(),
            "ItalicAngle" => if family.italic { -12 } else { 0 }, "Ascent" => em(face.ascender()),
            "Descent" => em(face.descender()), "CapHeight" => em(face.capital_height().unwrap_or(face.ascender())),
            "StemV" => if family.bold { 140 } else { 80 }, "FontFile2" => reference(file),
        }))?;
        let unicode = cmap::to_unicode(1, self.codes.iter().map(|(code, (_, c, _))| (u32::from(*code), *c)));
        let unicode = out.add(&packed(Dictionary::new(), unicode))?;
        let first = self.codes.keys().next().copied().unwrap_or_default();
        let last = self.codes.keys().next_back().copied().unwrap_or_default();
        let widths: Vec<Object> = (first..=last)
            .map(|c| self.codes.get(&c).map_or(Object::Integer(0), |(.., w)| Object::Real(*w as f32)))
            .collect();
        out.write(
            self.id,
            &Object::Dictionary(dictionary! {
                "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => name.as_str(), "FirstChar" => i64::from(first),
                "LastChar" => i64::from(last), "Widths" => widths, "FontDescriptor" => reference(descriptor),
                "ToUnicode" => reference(unicode),
            }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_standard_fonts() {
        let file = |n: &str| Family::of(n.as_bytes()).map(Family::file_name);
        assert_eq!(file("Times New Roman,Bold").as_deref(), Some("Tinos-Bold.ttf"));
        assert_eq!(file("TimesNewRomanPS-BoldItalicMT").as_deref(), Some("Tinos-BoldItalic.ttf"));
        assert_eq!(file("Helvetica-Oblique").as_deref(), Some("Arimo-Italic.ttf"));
        assert_eq!(file("ArialMT").as_deref(), Some("Arimo-Regular.ttf"));
        assert_eq!(file("CourierNewPSMT").as_deref(), Some("Cousine-Regular.ttf"));
        assert_eq!(file("ArialNarrow"), None);
        assert_eq!(file(".VnTime"), None);
    }
}
