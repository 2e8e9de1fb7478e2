//! What is known of a font: which codes it can show as PDF/A-2u wants it (ISO 19005-2, 6.2.11).

use std::collections::{BTreeSet, HashMap};

use lopdf::{Dictionary, Document, Encoding, Object, dictionary};
use ttf_parser::{Face, GlyphId, PlatformId};

use crate::clean::FontUse;
use crate::geometry::number;
use crate::objects::PageObjects;
use crate::substitute::Family;
use crate::{cmap, survey};

/// Widths may differ by this much, thousandths of an em (ISO 19005-2, 6.2.11.5).
const WIDTH_SLACK: f64 = 1.0;
/// Identifiers that the ranges of one `W` array may name together: all of two bytes, twice over.
const MOST_RANGED: usize = 1 << 17;
const SYMBOLIC: i64 = 4;
const NONSYMBOLIC: i64 = 32;

/// How an embedded TrueType program finds the glyph of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrueTypeRole {
    /// By name and Unicode cmap: `Encoding` stays, the flag is nonsymbolic.
    Nonsymbolic,
    /// By code: no `Encoding`, the flag is symbolic.
    Symbolic,
}

pub(crate) struct FontFacts {
    /// Why no code at all can be shown.
    problem: Option<String>,
    pub embedded: bool,
    pub true_type: Option<TrueTypeRole>,
    /// Character of each code of a simple font, as its encoding says.
    pub characters: HashMap<u32, char>,
    /// Codes with a meaning that level U accepts.
    meaningful: BTreeSet<u32>,
    glyphs: Glyphs,
    /// Widths that the PDF states, thousandths of an em.
    pub widths: HashMap<u32, f64>,
    default_width: f64,
    /// The font that can stand in for one that is not embedded.
    pub family: Option<Family>,
}

/// What the font program says: glyph and width of a code.
enum Glyphs {
    /// Not looked into.
    Unknown,
    /// `None`: no glyph, so `.notdef` would show.
    Known(HashMap<u32, Option<f64>>),
    /// Composite fonts: character identifier → glyph.
    Composite { map: Option<Vec<u16>>, widths: Vec<f64> },
}

impl FontFacts {
    pub(crate) fn read(source: &PageObjects<'_>, font: &Dictionary) -> Self {
        let mut facts = Self {
            problem: None,
            embedded: false,
            true_type: None,
            characters: HashMap::new(),
            meaningful: BTreeSet::new(),
            glyphs: Glyphs::Unknown,
            widths: HashMap::new(),
            default_width: 0.0,
            family: None,
        };
        if let Object::Stream(s) = source.get(font, b"ToUnicode")
            && let Ok(bytes) = source.decoded(s)
        {
            let good = |u: &Vec<u16>| !u.is_empty() && !u.iter().any(|u| matches!(u, 0 | 0xfeff | 0xfffe));
            facts.meaningful = cmap::read(&bytes).iter().filter(|(_, u)| good(u)).map(|(c, _)| *c).collect();
        }
        let result = match source.get(font, b"Subtype").as_name() {
            Ok(b"Type0") => facts.composite(source, font),
            Ok(b"Type3") => {
                facts.embedded = true;
                facts.encoding(source, font);
                Ok(())
            }
            Ok(b"TrueType" | b"Type1" | b"MMType1") => facts.simple(source, font),
            _ => Err("a font is of an unknown kind".to_owned()),
        };
        facts.problem = result.err();
        facts
    }

    /// Whether all codes that are shown can be.
    pub(crate) fn check(&self, usage: &FontUse) -> Result<(), String> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        if usage.visible && !self.embedded && self.family.is_none() {
            return Err("a font is not embedded".into());
        }
        if !usage.codes.iter().all(|c| self.meaningful.contains(c)) {
            return Err("a font does not tell the Unicode of what it shows".into());
        }
        if !usage.visible || !self.embedded {
            return Ok(());
        }
        for code in &usage.codes {
            let stated = self.widths.get(code).copied().unwrap_or(self.default_width);
            let real = match &self.glyphs {
                Glyphs::Unknown => continue,
                Glyphs::Known(map) => map.get(code).copied().flatten(),
                Glyphs::Composite { map, widths } => {
                    let gid = match map {
                        Some(map) => map.get(*code as usize).copied().unwrap_or(0),
                        None => u16::try_from(*code).unwrap_or(0),
                    };
                    widths.get(usize::from(gid)).copied().filter(|_| gid != 0)
                }
            };
            let Some(real) = real else { return Err("a font lacks a glyph that is shown".into()) };
            if (real - stated).abs() > WIDTH_SLACK {
                return Err("a font states other widths than its program".into());
            }
        }
        Ok(())
    }

    fn simple(&mut self, source: &PageObjects<'_>, font: &Dictionary) -> Result<(), String> {
        self.encoding(source, font);
        let first = source.get(font, b"FirstChar").as_i64().unwrap_or(0).max(0) as u32;
        if let Ok(widths) = source.get(font, b"Widths").as_array() {
            let codes = first..=u32::MAX;
            self.widths = codes.zip(widths).filter_map(|(c, w)| Some((c, number(source.resolve(w))?))).collect();
        }
        let descriptor = source.dict(font, b"FontDescriptor");
        if let Some(d) = descriptor {
            self.default_width = number(source.get(d, b"MissingWidth")).unwrap_or(0.0);
        }
        let program = |key: &[u8]| descriptor.and_then(|d| source.get(d, key).as_stream().ok());
        if let Some(stream) = program(b"FontFile2") {
            self.embedded = true;
            let flags = descriptor.map_or(0, |d| source.get(d, b"Flags").as_i64().unwrap_or(0));
            return self.true_type(source, font, &source.decoded(stream)?, flags & SYMBOLIC != 0);
        }
        self.embedded = program(b"FontFile").is_some() || program(b"FontFile3").is_some();
        if let Some(stream) = program(b"FontFile3")
            && source.get(font, b"Encoding") == &Object::Null
        {
            let bytes = source.decoded(stream)?;
            if let Some(cff) = ttf_parser::cff::Table::parse(&bytes) {
                let width = |c: u32| cff.glyph_width(cff.glyph_index(c as u8)?).map(f64::from);
                self.glyphs = Glyphs::Known((0..256).map(|c| (c, width(c))).collect());
            }
        }
        if !self.embedded {
            let name = source.get(font, b"BaseFont").as_name().unwrap_or_default();
            self.family = Family::of(survey::without_tag(name));
        }
        Ok(())
    }

    /// Fills in what each code means by the font's encoding.
    fn encoding(&mut self, source: &PageObjects<'_>, font: &Dictionary) {
        let symbolic = source
            .dict(font, b"FontDescriptor")
            .is_some_and(|d| source.get(d, b"Flags").as_i64().unwrap_or(0) & SYMBOLIC != 0);
        let entry = source.get(font, b"Encoding");
        let embedded_or_symbolic = symbolic
            || source
                .dict(font, b"FontDescriptor")
                .is_some_and(|d| [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"].iter().any(|k| d.has(k)));
        let has_base = match entry {
            Object::Name(_) => true,
            Object::Dictionary(d) => d.has(b"BaseEncoding") || !embedded_or_symbolic,
            _ => !embedded_or_symbolic,
        };
        let mut plain = font.clone();
        plain.set("Type", "Font");
        plain.remove(b"ToUnicode");
        if let Object::Dictionary(d) = entry {
            plain.set("Encoding", Object::Dictionary(d.clone()));
        }
        let Ok(encoding) = plain.get_font_encoding(source.doc()) else { return };
        let mut named = HashMap::new();
        if let Object::Dictionary(d) = entry {
            let mut code = 0u32;
            for item in source.get(d, b"Differences").as_array().map(Vec::as_slice).unwrap_or_default() {
                match source.resolve(item) {
                    Object::Integer(i) => code = (*i).clamp(0, 255) as u32,
                    Object::Name(n) => {
                        named.insert(code, n.clone());
                        code += 1;
                    }
                    _ => {}
                }
            }
        }
        for code in 0..=255u32 {
            let known = match (&encoding, named.contains_key(&code)) {
                (Encoding::Differences(d), true) => d.map.contains_key(&(code as u8)),
                (_, true) => false,
                (_, false) => has_base,
            };
            let text = Document::decode_text(&encoding, &[code as u8]).unwrap_or_default();
            let mut chars = text.chars();
            if let (true, Some(c), None) = (known, chars.next(), chars.next())
                && !matches!(c, '\0' | '\u{fffd}' | '\u{feff}' | '\u{fffe}')
            {
                self.characters.insert(code, c);
                self.meaningful.insert(code);
            }
        }
    }

    /// ISO 32000-1, 9.6.6.4 and ISO 19005-2, 6.2.11.6.
    fn true_type(
        &mut self,
        source: &PageObjects<'_>,
        font: &Dictionary,
        bytes: &[u8],
        symbolic: bool,
    ) -> Result<(), String> {
        let face = Face::parse(bytes, 0).map_err(|_| "an embedded font is damaged".to_owned())?;
        let subtable = |platform: PlatformId, encoding: u16| {
            let cmap = face.tables().cmap?;
            cmap.subtables.into_iter().find(|t| t.platform_id == platform && t.encoding_id == encoding)
        };
        let encoding = source.get(font, b"Encoding");
        let base = match encoding {
            Object::Name(n) => n.as_slice(),
            Object::Dictionary(d) => source.get(d, b"BaseEncoding").as_name().unwrap_or_default(),
            _ => b"",
        };
        let standard_base = matches!(base, b"WinAnsiEncoding" | b"MacRomanEncoding");
        let unicode = subtable(PlatformId::Windows, 1);
        let role = match (standard_base, symbolic, unicode.is_some()) {
            (true, false, _) | (true, true, true) => TrueTypeRole::Nonsymbolic,
            _ => TrueTypeRole::Symbolic,
        };
        if role == TrueTypeRole::Nonsymbolic && unicode.is_none() && matches!(encoding, Object::Dictionary(_)) {
            return Err("a TrueType font has an encoding that PDF/A does not allow".into());
        }
        let (symbol, mac) = (subtable(PlatformId::Windows, 0), subtable(PlatformId::Macintosh, 0));
        let tables = face.tables().cmap.map_or(0, |c| c.subtables.len());
        if role == TrueTypeRole::Symbolic && symbol.is_none() && tables != 1 {
            return Err("a symbolic TrueType font has no definite cmap".into());
        }
        let mac_codes: HashMap<char, u32> = mac_roman(source);
        let by_code = |c: u32| -> Option<GlyphId> {
            let from_symbol = symbol.and_then(|t| t.glyph_index(0xf000 + c).or_else(|| t.glyph_index(c)));
            from_symbol
                .or_else(|| mac.and_then(|t| t.glyph_index(c)))
                .or_else(|| unicode.and_then(|t| t.glyph_index(c)))
        };
        let glyph = |c: u32| match role {
            TrueTypeRole::Symbolic => by_code(c),
            TrueTypeRole::Nonsymbolic => {
                let ch = *self.characters.get(&c)?;
                let by_unicode = unicode.and_then(|t| t.glyph_index(ch.into()));
                by_unicode.or_else(|| mac.and_then(|t| t.glyph_index(*mac_codes.get(&ch)?)))
            }
        };
        let upem = f64::from(face.units_per_em());
        let width = |c| {
            let gid = glyph(c).filter(|g| g.0 != 0)?;
            face.glyph_hor_advance(gid).map(|a| f64::from(a) * 1000.0 / upem)
        };
        let map = (0..256).map(|c| (c, width(c))).collect();
        self.glyphs = Glyphs::Known(map);
        self.true_type = Some(role);
        Ok(())
    }

    fn composite(&mut self, source: &PageObjects<'_>, font: &Dictionary) -> Result<(), String> {
        if !matches!(source.get(font, b"Encoding").as_name(), Ok(b"Identity-H" | b"Identity-V")) {
            return Err("a composite font is not coded by identity".into());
        }
        let descendant = source.get(font, b"DescendantFonts").as_array().ok().and_then(|a| a.first());
        let Some(Ok(descendant)) = descendant.map(|d| source.resolve(d).as_dict()) else {
            return Err("a composite font has no descendant".into());
        };
        self.default_width = number(source.get(descendant, b"DW")).unwrap_or(1000.0);
        self.widths = composite_widths(source, descendant);
        let descriptor = source.dict(descendant, b"FontDescriptor");
        let program = |key: &[u8]| descriptor.and_then(|d| source.get(d, key).as_stream().ok());
        if let Some(stream) = program(b"FontFile2") {
            self.embedded = true;
            let bytes = source.decoded(stream)?;
            let face = Face::parse(&bytes, 0).map_err(|_| "an embedded font is damaged".to_owned())?;
            let scale = 1000.0 / f64::from(face.units_per_em());
            let advance = |g| f64::from(face.glyph_hor_advance(GlyphId(g)).unwrap_or(0)) * scale;
            let map = match source.get(descendant, b"CIDToGIDMap") {
                Object::Stream(s) => {
                    Some(source.decoded(s)?.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]])).collect())
                }
                _ => None,
            };
            self.glyphs = Glyphs::Composite { map, widths: (0..face.number_of_glyphs()).map(advance).collect() };
        } else if let Some(stream) = program(b"FontFile3") {
            self.embedded = true;
            let bytes = source.decoded(stream)?;
            let open_type = Face::parse(&bytes, 0).ok();
            let bare = ttf_parser::cff::Table::parse(&bytes);
            if let Some(cff) = open_type.as_ref().and_then(|f| f.tables().cff).or(bare) {
                let cids = (0..cff.number_of_glyphs()).map(|g| u32::from(cff.glyph_cid(GlyphId(g)).unwrap_or(g)));
                // The parser knows no widths of CID-keyed programs; `NAN` agrees with any.
                let width = |g| cff.glyph_width(GlyphId(g)).map_or(f64::NAN, f64::from);
                let widths = cids.zip(0u16..).map(|(cid, g)| (cid, (g != 0).then(|| width(g))));
                self.glyphs = Glyphs::Known(widths.collect());
            }
        }
        Ok(())
    }
}

/// The `W` array (ISO 32000-1, 9.7.4.3).
fn composite_widths(source: &PageObjects<'_>, font: &Dictionary) -> HashMap<u32, f64> {
    let mut out = HashMap::new();
    let Ok(array) = source.get(font, b"W").as_array() else { return out };
    let mut items = array.iter().map(|o| source.resolve(o));
    let mut left = MOST_RANGED;
    while let (Some(first), Some(second)) = (items.next(), items.next()) {
        let first = number(first).unwrap_or(0.0).clamp(0.0, 65_535.0) as u32;
        match second {
            Object::Array(list) => {
                out.extend((first..).zip(list).filter_map(|(c, w)| Some((c, number(source.resolve(w))?))));
            }
            last => {
                let last = number(last).unwrap_or(0.0).clamp(0.0, 65_535.0) as u32;
                if let Some(w) = items.next().and_then(number) {
                    out.extend((first..=last).take(left).map(|c| (c, w)));
                    left = left.saturating_sub((first..=last).count());
                }
            }
        }
    }
    out
}

/// Codes of MacRomanEncoding.
fn mac_roman(source: &PageObjects<'_>) -> HashMap<char, u32> {
    let font = dictionary! { "Type" => "Font", "Encoding" => "MacRomanEncoding" };
    let Ok(encoding) = font.get_font_encoding(source.doc()) else { return HashMap::new() };
    (0..=255u8)
        .filter_map(|c| Some((Document::decode_text(&encoding, &[c]).ok()?.chars().next()?, u32::from(c))))
        .collect()
}

/// The descriptor's flags for a role.
pub(crate) fn flags_for(role: TrueTypeRole, flags: i64) -> i64 {
    match role {
        TrueTypeRole::Symbolic => (flags & !NONSYMBOLIC) | SYMBOLIC,
        TrueTypeRole::Nonsymbolic => (flags & !SYMBOLIC) | NONSYMBOLIC,
    }
}
