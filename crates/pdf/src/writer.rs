//! Writes one PDF/A-2u document page by page (ISO 19005-2). Memory holds one page.

use std::io;
use std::path::Path;
use std::sync::Arc;

use lopdf::{Dictionary, Object, StringFormat, dictionary};
use sohoa_domain::{Codec, EncodedImage, InputError, OcrPage, Rotation};

use crate::copy::{Copier, Target};
use crate::drawing::{self, Drawing, Faces, Fonts};
use crate::geometry::{Box2, Matrix, real};
use crate::glyphless::InvisibleFont;
use crate::object_writer::{Id, ObjectWriter, packed, reference};
use crate::objects::PageObjects;
use crate::open::PageNode;
use crate::source::{PdfSource, PixelSource};
use crate::{annotation, icc, metadata, survey, text_layer};

/// Sides of a page in user space units (ISO 19005-2, 6.1.13).
const MAX_SIDE: f64 = 14_400.0;
const MIN_SIDE: f64 = 3.0;

/// What a document says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentInfo {
    /// Title, shown in the window's title bar.
    pub title: String,
    /// Dossier code and result code, `dc:identifier`.
    pub identifier: Option<String>,
    /// BCP 47, e.g. `vi`.
    pub language: String,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// Number of pages.
    pub pages: u32,
    /// Bytes of the file.
    pub bytes: u64,
}

/// A page or a document that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file cannot be written, or the source not be read.
    #[error("the PDF cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The page cannot become PDF/A-2u as it is, and was not added: write it with [`PdfWriter::image_page`].
    #[error("the page cannot be kept as it is: {0}")]
    NotArchivable(String),
    /// The source page cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A document has at least one page.
    #[error("the document has no page")]
    NoPages,
}

/// A document that is being written. Only [`PdfWriter::finish`] makes it whole.
pub struct PdfWriter {
    target: Target,
    font: InvisibleFont,
    faces: Faces,
    tree: Id,
    pages: Vec<Id>,
}

impl PdfWriter {
    /// Starts a document at `path`, replacing what is there.
    ///
    /// # Errors
    /// `Io`.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let mut objects = ObjectWriter::create(path)?;
        let tree = objects.reserve();
        Ok(Self {
            target: Target::new(objects),
            font: InvisibleFont::default(),
            faces: Faces::default(),
            tree,
            pages: Vec::new(),
        })
    }

    /// Adds a page that shows `image` and nothing else, `width_pt` × `height_pt` as displayed. `rotation` is the
    /// clockwise turn from the image as stored to the page as displayed; `text` is in px of the image turned by the
    /// text's own rotation.
    ///
    /// # Errors
    /// `Io`; `NotArchivable` for a CMYK JPEG, which has no place beside an sRGB output intent.
    pub fn image_page(
        &mut self,
        image: &EncodedImage,
        width_pt: f32,
        height_pt: f32,
        rotation: Rotation,
        text: Option<&OcrPage>,
    ) -> Result<(), WriteError> {
        let (mut w, mut h) = (f64::from(width_pt).max(MIN_SIDE), f64::from(height_pt).max(MIN_SIDE));
        if rotation.swaps_sides() {
            (w, h) = (h, w);
        }
        let dict = image_dictionary(image)?;
        let unit = (w.max(h) / MAX_SIDE).ceil().max(1.0);
        let (w, h) = (w / unit, h / unit);
        let id = self.target.objects.reserve();
        self.target.objects.write_stream(id, &dict, &image.bytes)?;
        let ctm = Matrix([w, 0.0, 0.0, h, 0.0, 0.0]);
        let mut content = format!("q {w} 0 0 {h} 0 0 cm /Im0 Do Q\n").into_bytes();
        let mut resources = dictionary! { "XObject" => dictionary! { "Im0" => reference(id) } };
        if let Some(text) = text {
            self.text(&mut content, &mut resources, text, ctm);
        }
        let content = self.target.objects.add(&packed(Dictionary::new(), content))?;
        let mut page = dictionary! {
            "MediaBox" => Box2 { x0: 0.0, y0: 0.0, x1: w, y1: h }.to_object(), "Resources" => resources,
            "Contents" => reference(content),
        };
        self.add_page(&mut page, rotation, unit)
    }

    /// Adds a page that is drawn. All drawn pages of a document are set in the `fonts` of the first one.
    ///
    /// # Errors
    /// `Io`.
    pub fn drawn_page(&mut self, drawing: &Drawing, fonts: &Arc<Fonts>) -> Result<(), WriteError> {
        self.faces.set(fonts);
        let (content, resources) = drawing::page(drawing, &mut self.faces, &mut self.target.objects);
        let content = self.target.objects.add(&packed(Dictionary::new(), content))?;
        let side = |pt: f32| f64::from(pt).clamp(MIN_SIDE, MAX_SIDE);
        let sides = Box2 { x0: 0.0, y0: 0.0, x1: side(drawing.width), y1: side(drawing.height) };
        let mut page = dictionary! {
            "MediaBox" => sides.to_object(), "Resources" => resources, "Contents" => reference(content),
        };
        self.add_page(&mut page, Rotation::None, 1.0)
    }

    /// Adds an empty page: the place of one that could not be decoded.
    ///
    /// # Errors
    /// `Io`.
    pub fn empty_page(&mut self, width_pt: f32, height_pt: f32) -> Result<(), WriteError> {
        let side = |pt: f32| f64::from(pt).clamp(MIN_SIDE, MAX_SIDE);
        let sides = Box2 { x0: 0.0, y0: 0.0, x1: side(width_pt), y1: side(height_pt) };
        let mut page = dictionary! { "MediaBox" => sides.to_object(), "Resources" => Dictionary::new() };
        self.add_page(&mut page, Rotation::None, 1.0)
    }

    /// Adds a copy of page `index` of `source`: its content with the images' bytes untouched, its annotations painted
    /// on, and `text` as an invisible layer. `extra_rotation` is added to the turn of the page. `text` is in px of
    /// what [`PdfSource::page`] gave as pixels, turned by the text's own rotation.
    ///
    /// # Errors
    /// `NotArchivable` as [`crate::SourcePage::archivable`] says, or when an annotation can be shown in no way; the
    /// document then has no page more than before. `Input`; `Io`.
    pub fn source_page(
        &mut self,
        source: &PdfSource,
        index: u32,
        extra_rotation: Rotation,
        text: Option<&OcrPage>,
    ) -> Result<(), WriteError> {
        let page = &PageObjects::unpack(source, index)?;
        let node = page.node();
        let (shown, own) = page.seen()?;
        page.archivable(&shown, own).map_err(WriteError::NotArchivable)?;
        let strip = survey::strip(&shown, own);
        let parts = Copier::new(page, &mut self.target, strip).page()?;

        let mut resources = parts.resources;
        let mut after = "\nQ".repeat(parts.open + 1).into_bytes();
        after.push(b'\n');
        let mut painted = resources.get(b"XObject").and_then(Object::as_dict).cloned().unwrap_or_default();
        for (i, appearance) in annotation::appearances(page).iter().enumerate() {
            let (object, placement) = annotation::flatten(page, &mut self.target, appearance)?;
            let name = format!("SohoaAnnot{i}");
            let numbers: Vec<String> = placement.0.iter().map(|v| format!("{}", *v as f32)).collect();
            after.extend_from_slice(format!("q {} cm /{name} Do Q\n", numbers.join(" ")).as_bytes());
            painted.set(name, object);
        }
        if !painted.is_empty() {
            resources.set("XObject", painted);
        }
        if let Some(text) = text {
            let loaded = match (survey::pixels(page, &shown)?, &shown.images[..]) {
                (PixelSource::Embedded { .. }, [image, ..]) => image.ctm,
                _ => text_layer::displayed_to_user(node),
            };
            self.text(&mut after, &mut resources, text, loaded);
        }
        let out = &mut self.target.objects;
        let before = out.add(&packed(Dictionary::new(), b"q\n".to_vec()))?;
        let after = out.add(&packed(Dictionary::new(), after))?;
        let contents: Vec<Object> = [before].into_iter().chain(parts.contents).chain([after]).map(reference).collect();
        let mut dict = dictionary! { "Resources" => resources, "Contents" => contents };
        if let Some(group) = parts.group {
            dict.set("Group", group);
        }
        let unit = set_boxes(&mut dict, node)?;
        self.add_page(&mut dict, node.rotate.then(extra_rotation), unit)
    }

    /// Appends the text layer; `loaded` maps the unit square of what was recognized to user space.
    fn text(&mut self, content: &mut Vec<u8>, resources: &mut Dictionary, text: &OcrPage, loaded: Matrix) {
        if text.words().next().is_none() {
            return;
        }
        let font = reference(self.font.id(&mut self.target.objects));
        let mut fonts = resources.get(b"Font").and_then(Object::as_dict).cloned().unwrap_or_default();
        fonts.set(text_layer::FONT, font);
        resources.set("Font", fonts);
        let map = text_layer::upright_to_unit(text).then(loaded);
        content.extend(text_layer::operators(text, map, &mut self.font));
    }

    fn add_page(&mut self, page: &mut Dictionary, rotation: Rotation, unit: f64) -> Result<(), WriteError> {
        page.set("Type", "Page");
        page.set("Parent", reference(self.tree));
        if rotation != Rotation::None {
            page.set("Rotate", i64::from(rotation.degrees()));
        }
        if unit != 1.0 {
            page.set("UserUnit", real(unit));
        }
        self.pages.push(self.target.objects.add(&Object::Dictionary(page.clone()))?);
        Ok(())
    }

    /// Writes fonts, metadata, output intent, page tree and cross-reference table, and makes the file durable. What the
    /// document says of itself may depend on its pages, so it is told last.
    ///
    /// # Errors
    /// `NoPages`, `Io`.
    pub fn finish(self, info: &DocumentInfo) -> Result<Finished, WriteError> {
        if self.pages.is_empty() {
            return Err(WriteError::NoPages);
        }
        let Target { objects: mut out, substitutes, .. } = self.target;
        self.font.finish(&mut out)?;
        substitutes.finish(&mut out)?;
        self.faces.finish(&mut out)?;
        let text = |s: &str| Object::String(s.as_bytes().to_vec(), StringFormat::Literal);
        let pages = self.pages.len() as u32;
        let kids: Vec<Object> = self.pages.iter().map(|id| reference(*id)).collect();
        out.write(
            self.tree,
            &Object::Dictionary(dictionary! {
                "Type" => "Pages", "Count" => i64::from(pages), "Kids" => kids,
            }),
        )?;
        // Plain text, so that a tool that knows no PDF finds it.
        let xmp = out.reserve();
        out.write_stream(xmp, &dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, &metadata::xmp(info))?;
        let profile = out.add(&packed(dictionary! { "N" => 3 }, icc::srgb()))?;
        let intent = dictionary! {
            "Type" => "OutputIntent", "S" => "GTS_PDFA1", "OutputConditionIdentifier" => text("sRGB"),
            "Info" => text("sRGB IEC61966-2.1"), "DestOutputProfile" => reference(profile),
        };
        let catalog = out.add(&Object::Dictionary(dictionary! {
            "Type" => "Catalog", "Pages" => reference(self.tree), "Metadata" => reference(xmp),
            "OutputIntents" => vec![Object::Dictionary(intent)], "Lang" => text(&info.language),
            "ViewerPreferences" => dictionary! { "DisplayDocTitle" => true },
        }))?;
        Ok(Finished { pages, bytes: out.finish(catalog)? })
    }
}

/// Sets the boxes and returns points per unit. A page outside the sizes that PDF/A allows is refused.
fn set_boxes(page: &mut Dictionary, node: &PageNode) -> Result<f64, WriteError> {
    let sides = [node.view.width(), node.view.height()];
    if sides.iter().any(|s| !(MIN_SIDE..=MAX_SIDE).contains(s)) {
        return Err(WriteError::NotArchivable("its size is outside of what PDF/A allows".into()));
    }
    page.set("MediaBox", node.view.to_object());
    Ok(node.user_unit)
}

/// The dictionary of an image whose bytes are taken as they are.
fn image_dictionary(image: &EncodedImage) -> Result<Dictionary, WriteError> {
    let mut dict = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => i64::from(image.width),
        "Height" => i64::from(image.height),
    };
    let space = |n: u8| if n == 1 { "DeviceGray" } else { "DeviceRGB" };
    match &image.codec {
        Codec::Jpeg { components: n @ (1 | 3), .. } => {
            dict.set("ColorSpace", space(*n));
            dict.set("BitsPerComponent", 8);
            dict.set("Filter", "DCTDecode");
        }
        Codec::Jpeg { .. } => return Err(WriteError::NotArchivable(crate::clean::CMYK.into())),
        Codec::Group4 { black_is_1, byte_align } => {
            dict.set("ColorSpace", "DeviceGray");
            dict.set("BitsPerComponent", 1);
            dict.set("Filter", "CCITTFaxDecode");
            let mut parms = dictionary! {
                "K" => -1, "Columns" => i64::from(image.width), "Rows" => i64::from(image.height),
            };
            for (key, flag) in [("BlackIs1", black_is_1), ("EncodedByteAlign", byte_align)] {
                if *flag {
                    parms.set(key, true);
                }
            }
            dict.set("DecodeParms", parms);
        }
        Codec::Flate { components, bits, png_predictors, palette } => {
            match palette {
                Some(p) => {
                    let last = (p.len() / 3).saturating_sub(1).min(255) as i64;
                    let table = Object::String(p.clone(), StringFormat::Hexadecimal);
                    dict.set("ColorSpace", vec!["Indexed".into(), "DeviceRGB".into(), last.into(), table]);
                }
                None => dict.set("ColorSpace", space(*components)),
            }
            dict.set("BitsPerComponent", i64::from(*bits));
            dict.set("Filter", "FlateDecode");
            if *png_predictors {
                dict.set(
                    "DecodeParms",
                    dictionary! {
                        "Predictor" => 15, "Colors" => i64::from(*components), "BitsPerComponent" => i64::from(*bits),
                        "Columns" => i64::from(image.width),
                    },
                );
            }
        }
    }
    Ok(dict)
}
