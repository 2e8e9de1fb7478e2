//! Pages that are drawn: filled shapes, lines and visible text in embedded fonts. What printed sheets are made of.
//!
//! Measures are points from the top left corner of the page, y downwards; y of text is its baseline.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use lopdf::{Dictionary, Object};
use ttf_parser::Face;

use crate::object_writer::{ObjectWriter, reference};
use crate::substitute::{Family, FontFolders, Substitute};

/// A face of visible text. All have every Vietnamese letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Typeface {
    /// Tinos.
    Serif,
    /// Tinos Bold.
    SerifBold,
    /// Tinos Italic.
    SerifItalic,
    /// Arimo.
    Sans,
    /// Arimo Bold.
    SansBold,
}

impl Typeface {
    const ALL: [Self; 5] = [Self::Serif, Self::SerifBold, Self::SerifItalic, Self::Sans, Self::SansBold];

    fn family(self) -> Family {
        let (name, bold, italic) = match self {
            Self::Serif => ("Tinos", false, false),
            Self::SerifBold => ("Tinos", true, false),
            Self::SerifItalic => ("Tinos", false, true),
            Self::Sans => ("Arimo", false, false),
            Self::SansBold => ("Arimo", true, false),
        };
        Family::new(name, bold, italic)
    }
}

/// The font files of visible text, read once.
pub struct Fonts(BTreeMap<Typeface, Vec<u8>>);

impl Fonts {
    /// Reads them.
    ///
    /// # Errors
    /// Which file is missing or damaged.
    pub fn open(folders: &FontFolders) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for face in Typeface::ALL {
            let family = face.family();
            let missing =
                || io::Error::new(io::ErrorKind::NotFound, format!("font {} is not installed", family.file_name()));
            let bytes = folders.read(family).ok_or_else(missing)?;
            Face::parse(&bytes, 0).map_err(|_| io::Error::other(format!("font {} is damaged", family.file_name())))?;
            files.insert(face, bytes);
        }
        Ok(Self(files))
    }

    /// Advance width of a text, pt. Characters that the font lacks are not drawn and have none.
    pub fn width(&self, face: Typeface, size: f32, text: &str) -> f32 {
        let Some(font) = self.face(face) else { return 0.0 };
        text.chars().filter_map(|c| glyph(&font, c)).map(|(_, width)| width as f32 * size / 1000.0).sum()
    }

    fn face(&self, face: Typeface) -> Option<Face<'_>> {
        Face::parse(self.0.get(&face)?, 0).ok()
    }
}

/// Number and width, in thousandths of an em.
fn glyph(font: &Face<'_>, c: char) -> Option<(u16, f64)> {
    let gid = font.glyph_index(c).filter(|g| g.0 != 0)?;
    Some((gid.0, f64::from(font.glyph_hor_advance(gid)?) * 1000.0 / f64::from(font.units_per_em())))
}

/// A grey: 0 black to 1 white.
pub type Grey = f32;

enum Shape {
    Fill(Vec<(f32, f32)>, Grey),
    Line(Vec<(f32, f32)>, f32, Grey),
    Rects(Vec<[f32; 4]>),
    Text { x: f32, y: f32, size: f32, face: Typeface, grey: Grey, text: String },
}

/// What is drawn on a page, in order.
pub struct Drawing {
    pub(crate) width: f32,
    pub(crate) height: f32,
    shapes: Vec<Shape>,
}

impl Drawing {
    /// An empty page.
    pub fn new(width_pt: f32, height_pt: f32) -> Self {
        Self { width: width_pt, height: height_pt, shapes: Vec::new() }
    }

    /// A filled polygon.
    pub fn fill(&mut self, corners: &[(f32, f32)], grey: Grey) {
        self.shapes.push(Shape::Fill(corners.to_vec(), grey));
    }

    /// A filled rectangle.
    pub fn rect(&mut self, x: f32, y: f32, w: f32, h: f32, grey: Grey) {
        self.fill(&[(x, y), (x + w, y), (x + w, y + h), (x, y + h)], grey);
    }

    /// Black rectangles `[x, y, w, h]` that are one shape: modules of a symbol, with no seams between them.
    pub fn black(&mut self, rects: Vec<[f32; 4]>) {
        self.shapes.push(Shape::Rects(rects));
    }

    /// A line through points.
    pub fn line(&mut self, points: &[(f32, f32)], thickness: f32, grey: Grey) {
        self.shapes.push(Shape::Line(points.to_vec(), thickness, grey));
    }

    /// A line of text that starts at `x`.
    pub fn text(&mut self, x: f32, y: f32, size: f32, face: Typeface, grey: Grey, text: &str) {
        self.shapes.push(Shape::Text { x, y, size, face, grey, text: text.to_owned() });
    }

    /// The operators that draw it; the names of fonts that they use are those of `faces`.
    pub(crate) fn operators(&self, faces: &mut Faces, out: &mut ObjectWriter) -> Vec<u8> {
        let mut ops = String::new();
        let y = |v: f32| self.height - v;
        let path = |ops: &mut String, points: &[(f32, f32)]| {
            for (i, (px, py)) in points.iter().enumerate() {
                let _ = writeln!(ops, "{px:.3} {:.3} {}", y(*py), if i == 0 { "m" } else { "l" });
            }
        };
        for shape in &self.shapes {
            match shape {
                Shape::Fill(corners, grey) => {
                    let _ = writeln!(ops, "{grey:.3} g");
                    path(&mut ops, corners);
                    ops.push_str("h f\n");
                }
                Shape::Line(points, thickness, grey) => {
                    let _ = writeln!(ops, "{grey:.3} G {thickness:.3} w 1 J 1 j");
                    path(&mut ops, points);
                    ops.push_str("S\n");
                }
                Shape::Rects(rects) => {
                    ops.push_str("0 g\n");
                    for [rx, ry, w, h] in rects {
                        let _ = writeln!(ops, "{rx:.4} {:.4} {w:.4} {h:.4} re", y(ry + h));
                    }
                    ops.push_str("f\n");
                }
                Shape::Text { x, y: baseline, size, face, grey, text } => {
                    let _ = writeln!(ops, "BT {grey:.3} g {x:.3} {:.3} Td", y(*baseline));
                    for (font, codes) in faces.codes(*face, text, out) {
                        let hex: String = codes.iter().map(|c| format!("{c:02X}")).collect();
                        let _ = writeln!(ops, "/{font} {size:.3} Tf <{hex}> Tj");
                    }
                    ops.push_str("ET\n");
                }
            }
        }
        ops.into_bytes()
    }
}

/// The glyphs that the drawn pages of a document use.
#[derive(Default)]
pub(crate) struct Faces {
    fonts: Option<Arc<Fonts>>,
    /// A font object has 255 codes; a face that needs more has another one.
    parts: Vec<(Typeface, BTreeMap<char, u8>, Substitute)>,
}

impl Faces {
    /// What the next pages are set in.
    pub(crate) fn set(&mut self, fonts: &Arc<Fonts>) {
        self.fonts.get_or_insert_with(|| fonts.clone());
    }

    /// The fonts' entries of a page's resources.
    pub(crate) fn resources(&self) -> Dictionary {
        let mut fonts = Dictionary::new();
        for (i, (.., part)) in self.parts.iter().enumerate() {
            fonts.set(format!("F{i}"), reference(part.id()));
        }
        fonts
    }

    /// The text as codes of one font after another.
    fn codes(&mut self, face: Typeface, text: &str, out: &mut ObjectWriter) -> Vec<(String, Vec<u8>)> {
        let Some(fonts) = self.fonts.clone() else { return Vec::new() };
        let Some(font) = fonts.face(face) else { return Vec::new() };
        let mut said: Vec<(String, Vec<u8>)> = Vec::new();
        for c in text.chars() {
            let Some((gid, width)) = glyph(&font, c) else { continue };
            let known = |(f, chars, _): &(Typeface, BTreeMap<char, u8>, Substitute)| {
                *f == face && (chars.contains_key(&c) || chars.len() < 255)
            };
            let at = self.parts.iter().position(known).unwrap_or_else(|| {
                self.parts.push((face, BTreeMap::new(), Substitute::new(out)));
                self.parts.len() - 1
            });
            let (_, chars, part) = &mut self.parts[at];
            let next = chars.len() as u8 + 1;
            let code = *chars.entry(c).or_insert(next);
            part.show(code, gid, c, width);
            let name = format!("F{at}");
            match said.last_mut() {
                Some((last, codes)) if *last == name => codes.push(code),
                _ => said.push((name, vec![code])),
            }
        }
        said
    }

    /// Writes the fonts, reduced to what was shown.
    pub(crate) fn finish(&self, out: &mut ObjectWriter) -> io::Result<()> {
        let Some(fonts) = &self.fonts else { return Ok(()) };
        for (number, (face, _, part)) in self.parts.iter().enumerate() {
            let bytes = fonts.0.get(face).map(Vec::as_slice).unwrap_or_default();
            // The fonts of copied pages are numbered from 0 on; these must have other names.
            part.write(out, face.family(), bytes, 600 - number.min(500))?;
        }
        Ok(())
    }
}

/// The content of a page and its resources.
pub(crate) fn page(drawing: &Drawing, faces: &mut Faces, out: &mut ObjectWriter) -> (Vec<u8>, Dictionary) {
    let content = drawing.operators(faces, out);
    let mut resources = Dictionary::new();
    let fonts = faces.resources();
    if !fonts.is_empty() {
        resources.set("Font", Object::Dictionary(fonts));
    }
    (content, resources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font_and_missing_glyphs_have_none() {
        let fonts = Fonts::open(&FontFolders::default()).unwrap();
        // Every face has the letters of Vietnamese.
        for face in Typeface::ALL {
            for c in "ĂÂĐÊÔƠƯăâđêôơưẮẶỮỸếợữỵ".chars() {
                assert!(fonts.width(face, 10.0, &c.to_string()) > 1.0, "{face:?} {c}");
            }
        }
        // Tinos has the widths of Times: a digit is half an em wide.
        assert!((fonts.width(Typeface::Serif, 12.0, "2023") - 24.0).abs() < 0.05);
        assert_eq!(fonts.width(Typeface::Serif, 12.0, "\u{10ffff}"), 0.0);
        assert!(Fonts::open(&FontFolders(vec!["/nonexistent".into()])).is_err());
    }
}
