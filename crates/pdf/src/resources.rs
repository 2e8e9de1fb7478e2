//! Resources of a copied page: images, forms, colour spaces, graphics states, patterns, shadings.

use lopdf::{Dictionary, Object, Stream};

use crate::clean::{CMYK, Used, clean, is_intent};
use crate::copy::{Copier, Made, Role, form_dictionary, no};
use crate::geometry::Matrix;
use crate::object_writer::packed;
use crate::survey::is_off;
use crate::writer::WriteError;

/// Blend modes of ISO 32000-1, 11.3.5 (ISO 19005-2, 6.2.10).
const BLEND_MODES: &[&[u8]] = &[
    b"Normal",
    b"Compatible",
    b"Multiply",
    b"Screen",
    b"Overlay",
    b"Darken",
    b"Lighten",
    b"ColorDodge",
    b"ColorBurn",
    b"HardLight",
    b"SoftLight",
    b"Difference",
    b"Exclusion",
    b"Hue",
    b"Saturation",
    b"Color",
    b"Luminosity",
];

impl Copier<'_> {
    /// The resources that are used, and only those (ISO 19005-2, 6.2.2).
    pub(crate) fn resources(&mut self, from: &Dictionary, used: &Used) -> Result<Dictionary, WriteError> {
        let source = self.source;
        let mut out = Dictionary::new();
        let mut fonts = Dictionary::new();
        for (name, usage) in &used.fonts {
            let Some(font) = source.dict(from, b"Font").and_then(|d| d.get(name).ok()) else {
                return no("a font is missing");
            };
            fonts.set(name.clone(), self.font(font, usage)?);
        }
        if !fonts.is_empty() {
            out.set("Font", fonts);
        }
        for (kind, names) in &used.others {
            let mut group = Dictionary::new();
            for name in names {
                let Some(object) = source.dict(from, kind).and_then(|d| d.get(name).ok()) else {
                    return no("a resource is missing");
                };
                let copy = match *kind {
                    b"XObject" => self.x_object(object, from)?,
                    b"ExtGState" => self.ext_g_state(object)?,
                    b"ColorSpace" => self.colour_space(object)?,
                    b"Pattern" => self.pattern(object, from)?,
                    b"Shading" => self.shading(object)?,
                    // What a marked-content property list says concerns structure and layers, which are not kept.
                    _ if is_off(source, object) => return no("it has a layer that is switched off"),
                    _ => Object::Dictionary(Dictionary::new()),
                };
                group.set(name.clone(), copy);
            }
            out.set(*kind, group);
        }
        Ok(out)
    }

    /// An image or form. `outer` are the resources of the content that shows it, which old files let forms use.
    pub(crate) fn x_object(&mut self, object: &Object, outer: &Dictionary) -> Result<Object, WriteError> {
        let role = Role::XObject(self.strip);
        self.once(object, role, |copier, value| {
            let Object::Stream(stream) = value else { return no("an image or form is missing") };
            if stream.dict.get(b"OC").is_ok_and(|o| is_off(copier.source, o)) {
                return no("it has a layer that is switched off");
            }
            match copier.source.get(&stream.dict, b"Subtype").as_name() {
                Ok(b"Image") => copier.image(stream),
                Ok(b"Form") => copier.form(stream, outer),
                _ => no("it shows a PostScript object"),
            }
        })
    }

    /// A form, also one that an annotation shows and that may lack its type.
    pub(crate) fn form(&mut self, stream: &Stream, outer: &Dictionary) -> Result<Made, WriteError> {
        let source = self.source;
        let dict = &stream.dict;
        if dict.has(b"Ref") || matches!(source.get(dict, b"Subtype2").as_name(), Ok(b"PS")) || dict.has(b"PS") {
            return no("it has a form with outside or PostScript content");
        }
        let resources = source.dict(dict, b"Resources").unwrap_or(outer);
        let content = source.decoded(stream).map_err(WriteError::NotArchivable)?;
        let cleaned = clean(source, &content, resources, self.strip).map_err(WriteError::NotArchivable)?;
        let resources = self.resources(resources, &cleaned.used)?;
        let matrix = dict.get(b"Matrix").ok().and_then(|o| Matrix::read(source.doc(), o));
        let bbox = self.plain(source.get(dict, b"BBox"))?;
        let mut out = form_dictionary(bbox, matrix, resources);
        if let Some(group) = source.dict(dict, b"Group")
            && let Some(group) = self.group(group)?
        {
            out.set("Group", group);
        }
        let mut bytes = cleaned.rewritten.unwrap_or(content);
        for _ in 0..cleaned.open {
            bytes.extend_from_slice(b"\nQ");
        }
        Ok(Made::Object(packed(out, bytes)))
    }

    /// An image (ISO 19005-2, 6.2.8). Its coded bytes stay as they are, except for LZW.
    fn image(&mut self, stream: &Stream) -> Result<Made, WriteError> {
        let source = self.source;
        let dict = &stream.dict;
        let mut out = Dictionary::new();
        out.set("Type", "XObject");
        out.set("Subtype", "Image");
        for key in ["Width", "Height", "BitsPerComponent", "Decode", "ImageMask", "Matte"] {
            if dict.has(key.as_bytes()) {
                out.set(key, self.plain(source.get(dict, key.as_bytes()))?);
            }
        }
        if dict.has(b"F") || dict.has(b"SMaskInData") {
            return no("an image lies outside the file or masks itself");
        }
        if let Ok(space) = dict.get(b"ColorSpace") {
            out.set("ColorSpace", self.colour_space(space)?);
        }
        for key in [b"SMask".as_slice(), b"Mask"] {
            match (dict.get(key), source.get(dict, key)) {
                (Ok(mask), Object::Stream(_)) => out.set(key, self.x_object(mask, &Dictionary::new())?),
                (Ok(_), range @ Object::Array(_)) => out.set(key, self.plain(range)?),
                _ => {}
            }
        }
        if let Ok(intent) = source.get(dict, b"Intent").as_name()
            && is_intent(intent)
        {
            out.set("Intent", Object::Name(intent.to_vec()));
        }
        let filters = source.filters(dict);
        let jpeg = filters.last().is_some_and(|(n, _)| n == b"DCTDecode");
        if filters.iter().any(|(n, _)| n == b"JPXDecode" || n == b"Crypt") {
            return no("an image is JPEG 2000 or encrypted");
        }
        if jpeg && !out.has(b"BitsPerComponent") {
            out.set("BitsPerComponent", 8);
        }
        self.coded(out, stream)
    }

    /// A stream with `out` as its dictionary: coded bytes as they are unless LZW is among the filters, which ISO
    /// 19005-2, 6.1.7.2 forbids.
    pub(crate) fn coded(&mut self, mut out: Dictionary, stream: &Stream) -> Result<Made, WriteError> {
        let source = self.source;
        let filters = source.filters(&stream.dict);
        if filters.iter().any(|(n, _)| n == b"Crypt") {
            return no("a stream is encrypted");
        }
        if let Some(last) = filters.iter().rposition(|(n, _)| n == b"LZWDecode") {
            let raw = source.raw(stream).map_err(WriteError::NotArchivable)?;
            let (undo, keep) = filters.split_at(last + 1);
            let bytes = source.unfilter(undo, raw).map_err(WriteError::NotArchivable)?;
            if keep.is_empty() {
                return Ok(Made::Object(packed(out, bytes)));
            }
            self.set_filters(&mut out, keep)?;
            return Ok(Made::Object(Object::Stream(Stream::new(out, bytes))));
        }
        self.set_filters(&mut out, &filters)?;
        Ok(match source.body(stream) {
            Some((at, len)) => Made::Body(out, at, len),
            None => {
                let bytes = source.raw(stream).map_err(WriteError::NotArchivable)?.into_owned();
                Made::Object(Object::Stream(Stream::new(out, bytes)))
            }
        })
    }

    fn set_filters(&mut self, out: &mut Dictionary, filters: &[(Vec<u8>, Dictionary)]) -> Result<(), WriteError> {
        let one_or_many = |mut v: Vec<Object>| if v.len() == 1 { v.remove(0) } else { Object::Array(v) };
        if filters.is_empty() {
            return Ok(());
        }
        out.set("Filter", one_or_many(filters.iter().map(|(n, _)| Object::Name(n.clone())).collect()));
        if filters.iter().any(|(_, p)| !p.is_empty()) {
            let mut parms = Vec::new();
            for (_, p) in filters {
                parms.push(if p.is_empty() { Object::Null } else { self.plain(&Object::Dictionary(p.clone()))? });
            }
            out.set("DecodeParms", one_or_many(parms));
        }
        Ok(())
    }

    /// A colour space (ISO 19005-2, 6.2.4). Device grey and RGB are covered by the output intent.
    pub(crate) fn colour_space(&mut self, object: &Object) -> Result<Object, WriteError> {
        self.once(object, Role::ColorSpace, |copier, value| copier.colour_space_of(value).map(Made::Object))
    }

    fn colour_space_of(&mut self, value: &Object) -> Result<Object, WriteError> {
        let source = self.source;
        let array = match value {
            Object::Name(name) => {
                return match name.as_slice() {
                    b"DeviceGray" | b"G" | b"CalGray" => Ok("DeviceGray".into()),
                    b"DeviceRGB" | b"RGB" | b"CalRGB" => Ok("DeviceRGB".into()),
                    b"Pattern" => Ok("Pattern".into()),
                    b"DeviceCMYK" | b"CMYK" => no(CMYK),
                    _ => no("it uses an unknown colour space"),
                };
            }
            Object::Array(array) => array,
            _ => return no("a colour space is missing"),
        };
        let at = |i: usize| array.get(i).unwrap_or(&Object::Null);
        let kind = source.resolve(at(0)).as_name().unwrap_or_default().to_vec();
        let mut out = vec![Object::Name(kind.clone())];
        match kind.as_slice() {
            _ if array.len() == 1 => return self.colour_space_of(&Object::Name(kind)),
            b"CalGray" | b"CalRGB" | b"Lab" => out.push(self.plain(at(1))?),
            b"ICCBased" => return self.icc_based(at(1)),
            b"Indexed" | b"I" => {
                out = vec![
                    "Indexed".into(),
                    self.colour_space(at(1))?,
                    self.plain(source.resolve(at(2)))?,
                    self.plain(at(3))?,
                ];
            }
            b"Pattern" => out.push(self.colour_space(at(1))?),
            b"Separation" | b"DeviceN" => {
                if source.resolve(at(1)).as_array().is_ok_and(|names| names.len() > 32) {
                    return no("a colour space has too many inks");
                }
                out.extend([self.plain(at(1))?, self.colour_space(at(2))?, self.plain(at(3))?]);
            }
            _ => return no("it uses an unknown colour space"),
        }
        Ok(Object::Array(out))
    }

    /// A profile that ISO 19005-2, 6.2.4.2 allows, else the device colour space of as many components.
    fn icc_based(&mut self, profile: &Object) -> Result<Object, WriteError> {
        let source = self.source;
        let Object::Stream(stream) = source.resolve(profile) else { return no("a colour profile is missing") };
        let n = source.get(&stream.dict, b"N").as_i64().unwrap_or_default();
        let bytes = source.decoded(stream).map_err(WriteError::NotArchivable)?;
        let part = |range: std::ops::Range<usize>| bytes.get(range).unwrap_or_default();
        let space_fits = matches!((part(16..20), n), (b"GRAY", 1) | (b"RGB " | b"Lab ", 3) | (b"CMYK", 4));
        let class_fits = matches!(part(12..16), b"scnr" | b"mntr" | b"prtr" | b"spac");
        let whole = part(0..4).try_into().is_ok_and(|len| u32::from_be_bytes(len) as usize <= bytes.len());
        let version_fits = bytes.get(8).is_some_and(|v| *v < 5) && part(36..40) == b"acsp";
        if space_fits && class_fits && version_fits && whole {
            let stream = self.once(profile, Role::Plain, |copier, _| {
                let mut dict = Dictionary::new();
                dict.set("N", n);
                copier.coded(dict, stream)
            })?;
            return Ok(Object::Array(vec!["ICCBased".into(), stream]));
        }
        match n {
            1 => Ok("DeviceGray".into()),
            3 => Ok("DeviceRGB".into()),
            _ => no(CMYK),
        }
    }

    /// A graphics state without transfer functions, halftones and the like (ISO 19005-2, 6.2.5).
    fn ext_g_state(&mut self, object: &Object) -> Result<Object, WriteError> {
        self.once(object, Role::ExtGState, |copier, value| {
            let source = copier.source;
            let Ok(dict) = value.as_dict() else { return no("a graphics state is missing") };
            let mut out = Dictionary::new();
            for (key, value) in dict.iter() {
                match key.as_slice() {
                    b"LW" | b"LC" | b"LJ" | b"ML" | b"D" | b"FL" | b"SM" | b"SA" | b"CA" | b"ca" | b"AIS" | b"TK" => {
                        out.set(key.clone(), copier.plain(value)?);
                    }
                    b"BM" => {
                        let names = match source.resolve(value) {
                            Object::Array(a) => a.iter().map(|o| source.resolve(o).clone()).collect(),
                            other => vec![other.clone()],
                        };
                        // The first known one counts; only a name, no array, is allowed.
                        let known = names.into_iter().find(|n| n.as_name().is_ok_and(|n| BLEND_MODES.contains(&n)));
                        out.set("BM", known.unwrap_or_else(|| "Normal".into()));
                    }
                    b"RI" => {
                        if let Ok(name) = source.resolve(value).as_name()
                            && is_intent(name)
                        {
                            out.set("RI", Object::Name(name.to_vec()));
                        }
                    }
                    b"SMask" => out.set("SMask", copier.soft_mask(value)?),
                    b"Font" => return no("a graphics state sets a font"),
                    _ => {}
                }
            }
            Ok(Made::Object(Object::Dictionary(out)))
        })
    }

    fn soft_mask(&mut self, value: &Object) -> Result<Object, WriteError> {
        let source = self.source;
        let Ok(mask) = source.resolve(value).as_dict() else { return Ok("None".into()) };
        let mut out = Dictionary::new();
        out.set("Type", "Mask");
        for key in [b"S".as_slice(), b"BC"] {
            if mask.has(key) {
                out.set(key, self.plain(source.get(mask, key))?);
            }
        }
        if mask.has(b"TR") && !matches!(source.get(mask, b"TR").as_name(), Ok(b"Identity")) {
            return no("a soft mask has a transfer function");
        }
        let Ok(group) = mask.get(b"G") else { return no("a soft mask is incomplete") };
        out.set("G", self.x_object(group, &Dictionary::new())?);
        Ok(Object::Dictionary(out))
    }

    fn pattern(&mut self, object: &Object, outer: &Dictionary) -> Result<Object, WriteError> {
        self.once(object, Role::Pattern, |copier, value| {
            let source = copier.source;
            let (dict, tiling) = match value {
                Object::Stream(s) => (&s.dict, Some(s)),
                Object::Dictionary(d) => (d, None),
                _ => return no("a pattern is missing"),
            };
            let mut out = Dictionary::new();
            out.set("Type", "Pattern");
            for key in [b"PatternType".as_slice(), b"PaintType", b"TilingType", b"BBox", b"XStep", b"YStep", b"Matrix"]
            {
                if dict.has(key) {
                    out.set(key, copier.plain(source.get(dict, key))?);
                }
            }
            let Some(stream) = tiling else {
                let Ok(shading) = dict.get(b"Shading") else { return no("a pattern is incomplete") };
                out.set("Shading", copier.shading(shading)?);
                if let Ok(state) = dict.get(b"ExtGState") {
                    out.set("ExtGState", copier.ext_g_state(state)?);
                }
                return Ok(Made::Object(Object::Dictionary(out)));
            };
            let resources = source.dict(dict, b"Resources").unwrap_or(outer);
            let content = source.decoded(stream).map_err(WriteError::NotArchivable)?;
            let cleaned = clean(source, &content, resources, copier.strip).map_err(WriteError::NotArchivable)?;
            out.set("Resources", copier.resources(resources, &cleaned.used)?);
            Ok(Made::Object(packed(out, cleaned.rewritten.unwrap_or(content))))
        })
    }

    fn shading(&mut self, object: &Object) -> Result<Object, WriteError> {
        self.once(object, Role::Shading, |copier, value| {
            let (dict, stream) = match value {
                Object::Stream(s) => (&s.dict, Some(s)),
                Object::Dictionary(d) => (d, None),
                _ => return no("a shading is missing"),
            };
            let mut out = Dictionary::new();
            for (key, value) in dict.iter() {
                match key.as_slice() {
                    b"ColorSpace" => out.set("ColorSpace", copier.colour_space(value)?),
                    b"Filter" | b"DecodeParms" | b"Length" => {}
                    _ => out.set(key.clone(), copier.plain(value)?),
                }
            }
            match stream {
                Some(s) => copier.coded(out, s),
                None => Ok(Made::Object(Object::Dictionary(out))),
            }
        })
    }

    /// An object that holds nothing PDF/A has rules for: functions, numbers, arrays, lookup tables.
    pub(crate) fn plain(&mut self, object: &Object) -> Result<Object, WriteError> {
        match object {
            Object::Reference(_) | Object::Stream(_) => self.once(object, Role::Plain, |copier, value| match value {
                Object::Stream(s) => copier.plain_stream(s),
                other => copier.plain(other).map(Made::Object),
            }),
            Object::Array(array) => {
                self.deeper(|c| array.iter().map(|o| c.plain(o)).collect::<Result<_, _>>().map(Object::Array))
            }
            Object::Dictionary(dict) => self.deeper(|c| c.plain_dictionary(dict).map(Object::Dictionary)),
            Object::String(s, _) if s.len() > 32_767 => no("a string is too long"),
            other => Ok(other.clone()),
        }
    }

    fn plain_dictionary(&mut self, dict: &Dictionary) -> Result<Dictionary, WriteError> {
        let mut out = Dictionary::new();
        for (key, value) in dict.iter() {
            out.set(key.clone(), self.plain(value)?);
        }
        Ok(out)
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, WriteError>) -> Result<T, WriteError> {
        if self.depth > crate::copy::MAX_DEPTH {
            return no("its objects are nested too deep");
        }
        self.depth += 1;
        let out = work(self);
        self.depth -= 1;
        out
    }

    /// A stream with its dictionary; LZW is replaced.
    pub(crate) fn plain_stream(&mut self, stream: &Stream) -> Result<Made, WriteError> {
        let mut out = Dictionary::new();
        for (key, value) in stream.dict.iter() {
            if !matches!(
                key.as_slice(),
                b"Filter" | b"DecodeParms" | b"Length" | b"F" | b"FFilter" | b"FDecodeParms" | b"DL"
            ) {
                out.set(key.clone(), self.plain(value)?);
            }
        }
        self.coded(out, stream)
    }
}
