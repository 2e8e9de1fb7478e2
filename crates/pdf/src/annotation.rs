//! Appearances of annotations, to be painted into the page: signature stamps, form fields, notes. What they fill in is text of
//! the page.

use std::ffi::OsStr;

use lopdf::{Dictionary, Object, dictionary};

use crate::copy::{Copier, Made, Role, Strip, Target};
use crate::extract;
use crate::geometry::{Box2, Matrix};
use crate::image::deflate;
use crate::object_writer::{Id, reference};
use crate::objects::{MAX_FIELDS, PageObjects};
use crate::poppler;
use crate::survey::{is_off, survey_form};
use crate::writer::WriteError;

/// Flags of ISO 32000-1, Table 165.
const HIDDEN: i64 = 1 << 1;
const NO_VIEW: i64 = 1 << 5;
/// Resolution of an appearance that has to become an image.
const RASTER_DPI: f64 = 300.0;

/// A stamp of up to this many characters and no picture fills a blank: a number, a day. Longer ones say who signed, and when.
const MOST_STAMPED: usize = 30;

/// What an annotation shows.
pub(crate) struct Appearance<'a> {
    annotation: &'a Dictionary,
    /// The form, or a reference to it.
    pub form: &'a Object,
    /// From the form's space to user space of the page, before the form's own matrix.
    pub placement: Matrix,
    /// Where it shows, user space of the page.
    pub bounds: Box2,
}

/// The visible appearances of a page, bottom to top.
pub(crate) fn appearances<'a>(source: &'a PageObjects<'a>) -> Vec<Appearance<'a>> {
    let Ok(page) = source.dictionary() else { return Vec::new() };
    let Ok(list) = source.get(page, b"Annots").as_array() else { return Vec::new() };
    list.iter()
        .filter_map(|a| appearance(source, source.resolve(a).as_dict().ok()?))
        .filter(|a| a.bounds.intersection(source.node().view).area() > 0.0)
        .collect()
}

/// The algorithm of ISO 32000-1, 12.5.5.
fn appearance<'a>(source: &'a PageObjects<'a>, annotation: &'a Dictionary) -> Option<Appearance<'a>> {
    let doc = source.doc();
    let flags = source.get(annotation, b"F").as_i64().unwrap_or(0);
    let off = annotation.get(b"OC").is_ok_and(|o| is_off(source, o));
    let popup = matches!(source.get(annotation, b"Subtype").as_name(), Ok(b"Popup"));
    if flags & (HIDDEN | NO_VIEW) != 0 || off || popup {
        return None;
    }
    let rect = Box2::read(doc, annotation.get(b"Rect").ok()?)?;
    let mut form = source.dict(annotation, b"AP")?.get(b"N").ok()?;
    if let Object::Dictionary(states) = source.resolve(form) {
        form = states.get(source.get(annotation, b"AS").as_name().ok()?).ok()?;
    }
    let Object::Stream(stream) = source.resolve(form) else { return None };
    let bbox = Box2::read(doc, stream.dict.get(b"BBox").ok()?)?;
    let matrix = stream.dict.get(b"Matrix").ok().and_then(|m| Matrix::read(doc, m)).unwrap_or(Matrix::IDENTITY);
    let shown = matrix.bounds(bbox);
    if !(shown.area() > 0.0 && rect.area() > 0.0) {
        return None;
    }
    let (sx, sy) = (rect.width() / shown.width(), rect.height() / shown.height());
    let placement = Matrix([sx, 0.0, 0.0, sy, rect.x0 - shown.x0 * sx, rect.y0 - shown.y0 * sy]);
    Some(Appearance { annotation, form, placement, bounds: rect })
}

/// Those of the visible appearances whose text is the paper's own: fields of a form, text typed onto the page, and what an
/// office stamps into the blanks of its papers, which is often the appearance of a signature. Text without
/// usable Unicode is none.
pub(crate) fn filled_in<'a>(source: &'a PageObjects<'a>) -> Vec<Appearance<'a>> {
    let mut walked = 0;
    let mut is_filled_in = |it: &Appearance<'_>| {
        let Object::Stream(form) = source.resolve(it.form) else { return false };
        let Ok(shown) = survey_form(source, form, it.placement, it.bounds, &mut walked) else { return false };
        let fills_a_blank = || shown.images.is_empty() && shown.visible <= MOST_STAMPED;
        let is_text = match kind(source, it.annotation) {
            Kind::Typed => true,
            Kind::Button => false,
            Kind::Other => fills_a_blank(),
        };
        let is_shown =
            shown.visible > 0 && !shown.hidden_layers && !form.dict.get(b"OC").is_ok_and(|o| is_off(source, o));
        // What has no usable Unicode cannot be copied as text either.
        is_text && is_shown && !shown.has_legacy_fonts() && copy(source, &mut Target::dry(), it).is_ok()
    };
    appearances(source).into_iter().filter(|it| is_filled_in(it)).collect()
}

/// What an annotation is there for.
enum Kind {
    /// A field for text or a choice, or free text (ISO 32000-1, 12.7.4 and 12.5.6.6).
    Typed,
    Button,
    Other,
}

fn kind(source: &PageObjects<'_>, annotation: &Dictionary) -> Kind {
    if matches!(source.get(annotation, b"Subtype").as_name(), Ok(b"FreeText")) {
        return Kind::Typed;
    }
    let mut upwards = std::iter::successors(Some(annotation), |field| source.dict(field, b"Parent")).take(MAX_FIELDS);
    match upwards.find_map(|field| source.get(field, b"FT").as_name().ok()) {
        Some(b"Tx" | b"Ch") => Kind::Typed,
        Some(b"Btn") => Kind::Button,
        _ => Kind::Other,
    }
}

/// Copies an appearance as a form, or as an image when it cannot become PDF/A. Returns the object and how it is placed.
pub(crate) fn flatten(
    source: &PageObjects<'_>,
    target: &mut Target,
    it: &Appearance<'_>,
) -> Result<(Object, Matrix), WriteError> {
    match copy(source, &mut Target::dry(), it) {
        Ok(_) => Ok((copy(source, target, it)?, it.placement)),
        Err(WriteError::NotArchivable(why)) => {
            tracing::debug!("an annotation becomes an image: {why}");
            let image = rasterized(source, target, it)?;
            let b = it.bounds;
            Ok((reference(image), Matrix([b.width(), 0.0, 0.0, b.height(), b.x0, b.y0])))
        }
        Err(other) => Err(other),
    }
}

fn copy(source: &PageObjects<'_>, target: &mut Target, it: &Appearance<'_>) -> Result<Object, WriteError> {
    let mut copier = Copier::new(source, target, Strip::Nothing);
    copier.once(it.form, Role::XObject(Strip::Nothing), |copier, value| match value {
        Object::Stream(stream) => copier.form(stream, &Dictionary::new()),
        _ => Ok(Made::Object(Object::Null)),
    })
}

/// Colour and transparency of an appearance as an image with a soft mask.
fn rasterized(source: &PageObjects<'_>, target: &mut Target, it: &Appearance<'_>) -> Result<Id, WriteError> {
    let broken = |why: String| WriteError::NotArchivable(format!("an annotation cannot be shown: {why}"));
    let pixels = it.bounds.area() * (RASTER_DPI / 72.0).powi(2);
    if pixels > source.source().limits().page_pixels as f64 {
        return Err(broken("it is too large".into()));
    }
    let file = extract::appearance(source, it)?;
    let dpi = RASTER_DPI.to_string();
    let args = ["-png", "-transp", "-singlefile", "-r", &dpi].map(OsStr::new);
    let args = [&args[..], &[file.path().as_os_str(), OsStr::new("-")]].concat();
    let run = poppler::run("pdftocairo", &args, file.path(), 256 << 20, source.source().limits().child_mib);
    let (png, _) = run.map_err(broken)?;
    let picture = ::image::load_from_memory_with_format(&png, ::image::ImageFormat::Png);
    let picture = picture.map_err(|_| broken("it gave no picture".into()))?.into_rgba8();
    let (width, height) = picture.dimensions();
    let colours: Vec<u8> = picture.pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2]]).collect();
    let alpha: Vec<u8> = picture.pixels().map(|p| p.0[3]).collect();
    let mut image = |space: &str, mask: Option<Id>, samples: &[u8]| {
        let mut dict = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => i64::from(width), "Height" => i64::from(height),
            "ColorSpace" => space, "BitsPerComponent" => 8, "Filter" => "FlateDecode",
        };
        if let Some(mask) = mask {
            dict.set("SMask", reference(mask));
        }
        let id = target.objects.reserve();
        target.objects.write_stream(id, &dict, &deflate(samples)).map(|()| id)
    };
    let mask = image("DeviceGray", None, &alpha)?;
    Ok(image("DeviceRGB", Some(mask), &colours)?)
}
