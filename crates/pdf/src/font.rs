//! Copies a font into PDF/A, or puts a substitute in the place of one that is not embedded.

use lopdf::{Dictionary, Object};

use crate::clean::{FontUse, clean};
use crate::copy::{Copier, Made, Role, no};
use crate::font_facts::{FontFacts, flags_for};
use crate::object_writer::{packed, reference};
use crate::writer::WriteError;

impl Copier<'_> {
    /// The font, after a check that every code that is shown in it may be.
    pub(crate) fn font(&mut self, object: &Object, usage: &FontUse) -> Result<Object, WriteError> {
        let source = self.source;
        let id = source.doc().dereference(object).ok().and_then(|(id, _)| id);
        let Ok(dict) = source.resolve(object).as_dict() else { return no("a font is missing") };
        let facts = source.font_facts(id, dict);
        facts.check(usage).map_err(WriteError::NotArchivable)?;
        if usage.visible
            && let Some(family) = facts.family
        {
            let key = (source.source().serial(), id.unwrap_or_default(), family);
            let target = &mut *self.target;
            let made = target.substitutes.show(&mut target.objects, source.source().fonts(), key, &facts, usage);
            return made.map(reference).map_err(WriteError::NotArchivable);
        }
        self.once(object, Role::Font, |copier, _| match copier.source.get(dict, b"Subtype").as_name() {
            Ok(b"Type0") => copier.composite_font(dict),
            Ok(b"Type3") => copier.type_3_font(dict),
            _ => copier.simple_font(dict, &facts),
        })
    }

    fn keys(&mut self, from: &Dictionary, keys: &[&str]) -> Result<Dictionary, WriteError> {
        let mut out = Dictionary::new();
        for key in keys {
            if let Ok(value) = from.get(key.as_bytes()) {
                let copy = self.plain(value)?;
                if !matches!(copy, Object::Null) {
                    out.set(*key, copy);
                }
            }
        }
        Ok(out)
    }

    fn simple_font(&mut self, font: &Dictionary, facts: &FontFacts) -> Result<Made, WriteError> {
        let mut out = self
            .keys(font, &["Type", "Subtype", "BaseFont", "FirstChar", "LastChar", "Widths", "Encoding", "ToUnicode"])?;
        out.set("Type", "Font");
        if let Some(descriptor) = self.source.dict(font, b"FontDescriptor") {
            let mut copy = self.descriptor(descriptor)?;
            if let Some(role) = facts.true_type {
                let flags = self.source.get(descriptor, b"Flags").as_i64().unwrap_or(0);
                copy.set("Flags", flags_for(role, flags));
                if role == crate::font_facts::TrueTypeRole::Symbolic {
                    out.remove(b"Encoding");
                }
            }
            out.set("FontDescriptor", reference(self.target.objects.add(&Object::Dictionary(copy))?));
        }
        Ok(Made::Object(Object::Dictionary(out)))
    }

    fn composite_font(&mut self, font: &Dictionary) -> Result<Made, WriteError> {
        let source = self.source;
        let mut out = self.keys(font, &["Subtype", "BaseFont", "Encoding", "ToUnicode"])?;
        out.set("Type", "Font");
        let descendant = source.get(font, b"DescendantFonts").as_array().ok().and_then(|a| a.first());
        let Some(Ok(descendant)) = descendant.map(|d| source.resolve(d).as_dict()) else {
            return no("a composite font has no descendant");
        };
        let mut copy =
            self.keys(descendant, &["Subtype", "BaseFont", "CIDSystemInfo", "DW", "W", "DW2", "W2", "CIDToGIDMap"])?;
        copy.set("Type", "Font");
        if let Some(descriptor) = source.dict(descendant, b"FontDescriptor") {
            // ISO 19005-2, 6.2.11.3.2: an embedded CIDFontType2 says how identifiers become glyphs.
            let true_type = matches!(source.get(descendant, b"Subtype").as_name(), Ok(b"CIDFontType2"));
            if true_type && descriptor.has(b"FontFile2") && !copy.has(b"CIDToGIDMap") {
                copy.set("CIDToGIDMap", "Identity");
            }
            let descriptor = self.descriptor(descriptor)?;
            copy.set("FontDescriptor", reference(self.target.objects.add(&Object::Dictionary(descriptor))?));
        }
        let descendant = self.target.objects.add(&Object::Dictionary(copy))?;
        out.set("DescendantFonts", vec![reference(descendant)]);
        Ok(Made::Object(Object::Dictionary(out)))
    }

    /// Without `CharSet` and `CIDSet`, which would have to list every glyph (ISO 19005-2, 6.2.11.4.2).
    fn descriptor(&mut self, descriptor: &Dictionary) -> Result<Dictionary, WriteError> {
        let mut out = self.keys(
            descriptor,
            &[
                "FontName",
                "FontFamily",
                "FontStretch",
                "FontWeight",
                "Flags",
                "FontBBox",
                "ItalicAngle",
                "Ascent",
                "Descent",
                "Leading",
                "CapHeight",
                "XHeight",
                "StemV",
                "StemH",
                "AvgWidth",
                "MaxWidth",
                "MissingWidth",
                "FontFile",
                "FontFile2",
                "FontFile3",
            ],
        )?;
        out.set("Type", "FontDescriptor");
        Ok(out)
    }

    /// A Type 3 font; its glyphs are content streams.
    fn type_3_font(&mut self, font: &Dictionary) -> Result<Made, WriteError> {
        let source = self.source;
        let mut out = self.keys(
            font,
            &["Subtype", "FontBBox", "FontMatrix", "FirstChar", "LastChar", "Widths", "Encoding", "ToUnicode"],
        )?;
        out.set("Type", "Font");
        let empty = Dictionary::new();
        let resources = source.dict(font, b"Resources").unwrap_or(&empty);
        let Some(procedures) = source.dict(font, b"CharProcs") else { return no("a Type 3 font has no glyphs") };
        let (mut glyphs, mut used_all) = (Dictionary::new(), crate::clean::Used::default());
        for (name, glyph) in procedures.iter() {
            let Object::Stream(stream) = source.resolve(glyph) else { return no("a Type 3 glyph is missing") };
            let content = source.decoded(stream).map_err(WriteError::NotArchivable)?;
            let cleaned = clean(source, &content, resources, self.strip).map_err(WriteError::NotArchivable)?;
            for (font, usage) in cleaned.used.fonts {
                let entry = used_all.fonts.entry(font).or_default();
                entry.codes.extend(usage.codes);
                entry.visible |= usage.visible;
            }
            for (kind, names) in cleaned.used.others {
                used_all.others.entry(kind).or_default().extend(names);
            }
            let id = self.target.objects.add(&packed(Dictionary::new(), cleaned.rewritten.unwrap_or(content)))?;
            glyphs.set(name.clone(), reference(id));
        }
        out.set("CharProcs", glyphs);
        out.set("Resources", self.resources(resources, &used_all)?);
        Ok(Made::Object(Object::Dictionary(out)))
    }
}
