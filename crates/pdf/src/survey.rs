//! What a page shows: walks its content and the forms in it, and decides where its pixels and its text come from.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Object, Stream};
use sohoa_domain::{Dpi, InputError, RefusalCode, Rotation};

use crate::content::{MAX_CONTENT, Machine, State, TOO_LONG, readable_operations, shown_strings};
use crate::copy::Strip;
use crate::geometry::{Box2, Matrix};
use crate::image;
use crate::objects::PageObjects;
use crate::own_text;
use crate::source::{OwnText, PixelSource};

/// Forms in forms deeper than this are not looked into.
const MAX_FORMS: usize = 12;
/// A page that shows more forms than this is refused: forms that show each other several times multiply.
const MAX_SHOWN: usize = 20_000;
/// A page whose content is longer than this, forms counted as often as they are shown, is refused.
const MAX_WALKED: usize = 8 * MAX_CONTENT;
/// A page of which one image covers this share counts as a scan.
const SCAN_SHARE: f64 = 0.5;
/// Up to this many characters, visible text on a scan is what a fax or scanner stamped on it.
const STAMPED_CHARACTERS: usize = 200;

pub(crate) const INVISIBLE: &str = "an invisible text layer of unknown quality";
pub(crate) const LEGACY: &str = "fonts in a legacy Vietnamese encoding";
pub(crate) const UNREADABLE: &str = "text without usable Unicode";

/// An image that a page shows.
pub(crate) struct Placed<'a> {
    pub stream: &'a Stream,
    /// From the unit square to user space of the page.
    pub ctm: Matrix,
    /// Shown whole, opaque and as it is.
    pub plain: bool,
    /// Colour for a stencil mask.
    pub fill_is_black: bool,
}

/// What a page shows.
#[derive(Default)]
pub(crate) struct Survey<'a> {
    pub images: Vec<Placed<'a>>,
    /// Paths, shadings and inline images.
    pub marks: usize,
    /// Character codes that are visible, and that are not.
    pub visible: usize,
    pub invisible: usize,
    /// Names of fonts with visible text, without subset tags.
    pub fonts: BTreeSet<Vec<u8>>,
    /// Some content belongs to a layer that is switched off.
    pub hidden_layers: bool,
}

impl Survey<'_> {
    /// Whether some of its text is in a legacy Vietnamese encoding.
    pub(crate) fn has_legacy_fonts(&self) -> bool {
        self.fonts.iter().any(|f| f.starts_with(b".Vn") || f.starts_with(b"VNI"))
    }
}

/// Walks the page.
pub(crate) fn survey<'a>(source: &'a PageObjects<'a>) -> Result<Survey<'a>, String> {
    let content = source.content()?;
    let node = source.node();
    let new_walk = || Walk { source, view: node.view, shown: 0, live: 0, walked: 0, out: Survey::default() };
    let mut walk = new_walk();
    let empty = Dictionary::new();
    let resources = source.resources().and_then(|r| source.resolve(r).as_dict().ok());
    let state = State::new(Matrix::IDENTITY, node.view);
    match resources {
        Some(r) => walk.run(&content, r, state, 0)?,
        // Without resources nothing can be named, so nothing that borrows from them survives the walk.
        None => new_walk().run(&content, &empty, state, 0)?,
    }
    Ok(walk.out)
}

/// Walks a form that is shown by itself, at `placement`, within `view`. `walked` counts the bytes of several that are shown on one
/// page.
pub(crate) fn survey_form<'a>(
    source: &'a PageObjects<'a>,
    form: &'a Stream,
    placement: Matrix,
    view: Box2,
    walked: &mut usize,
) -> Result<Survey<'a>, String> {
    if *walked > MAX_WALKED {
        return Err(TOO_LONG.into());
    }
    let mut walk = Walk { source, view, shown: 0, live: 0, walked: *walked, out: Survey::default() };
    // Without resources of its own nothing in it can be named; its dictionary names nothing.
    let done = walk.form(form, &State::new(placement, view), &form.dict, 0);
    // One that cannot be walked counts as a long one: it may have been inflated all the same.
    *walked = walk.walked + if done.is_err() { MAX_CONTENT } else { 0 };
    done.map(|()| walk.out)
}

struct Walk<'a> {
    source: &'a PageObjects<'a>,
    view: Box2,
    /// Forms and images shown so far.
    shown: usize,
    /// Bytes of the content that is parsed now: the page's and those of the forms that lead here.
    live: usize,
    /// Bytes of all content so far.
    walked: usize,
    out: Survey<'a>,
}

impl<'a> Walk<'a> {
    fn run<'r>(&mut self, content: &[u8], resources: &'r Dictionary, state: State, depth: usize) -> Result<(), String>
    where
        'r: 'a,
    {
        let source = self.source;
        self.live += content.len();
        self.walked += content.len();
        if self.live > MAX_CONTENT || self.walked > MAX_WALKED {
            return Err(TOO_LONG.into());
        }
        let named = |kind: &[u8], name: &[u8]| -> Option<&'a Object> {
            source.dict(resources, kind).and_then(|d| d.get(name).ok())
        };
        let mut machine = Machine::new(state);
        for op in readable_operations(content) {
            machine.step(&op, |name| named(b"ExtGState", name).and_then(|o| source.resolve(o).as_dict().ok()));
            let name = || op.operands.first().and_then(|o| o.as_name().ok()).unwrap_or_default();
            match op.operator.as_str() {
                "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s" | "sh" | "BI" => self.out.marks += 1,
                "Tj" | "TJ" | "'" | "\"" => {
                    let font = machine.now.font.as_deref().and_then(|n| named(b"Font", n));
                    self.text(&machine.now, font.and_then(|o| source.resolve(o).as_dict().ok()), &shown_strings(&op));
                }
                "BDC" => {
                    let list = op.operands.get(1).and_then(|o| o.as_name().ok()).and_then(|n| named(b"Properties", n));
                    self.out.hidden_layers |= list.is_some_and(|o| is_off(source, o));
                }
                "Do" => {
                    let object = named(b"XObject", name()).map(|o| source.resolve(o));
                    let Some(Object::Stream(stream)) = object else {
                        return Err("it shows an image or form that is not in the file".into());
                    };
                    self.object(stream, &machine.now, resources, depth)?;
                }
                _ => {}
            }
        }
        self.live -= content.len();
        Ok(())
    }

    fn object(&mut self, stream: &'a Stream, now: &State, outer: &'a Dictionary, depth: usize) -> Result<(), String> {
        let source = self.source;
        self.shown += 1;
        if self.shown > MAX_SHOWN {
            return Err("it shows too many forms".into());
        }
        self.out.hidden_layers |= stream.dict.get(b"OC").is_ok_and(|o| is_off(source, o));
        match source.get(&stream.dict, b"Subtype").as_name() {
            Ok(b"Image") => self.image(stream, now),
            Ok(b"Form") if depth < MAX_FORMS => self.form(stream, now, outer, depth)?,
            _ => {}
        }
        Ok(())
    }

    fn form(&mut self, stream: &'a Stream, now: &State, outer: &'a Dictionary, depth: usize) -> Result<(), String> {
        let source = self.source;
        let matrix = stream.dict.get(b"Matrix").ok().and_then(|o| Matrix::read(source.doc(), o));
        let mut inner = now.clone();
        inner.ctm = matrix.unwrap_or(Matrix::IDENTITY).then(now.ctm);
        if let Some(bbox) = stream.dict.get(b"BBox").ok().and_then(|o| Box2::read(source.doc(), o)) {
            inner.clip = now.clip.map(|c| c.intersection(inner.ctm.bounds(bbox)));
        }
        let resources = source.dict(&stream.dict, b"Resources").unwrap_or(outer);
        self.run(&source.decoded(stream)?, resources, inner, depth + 1)
    }

    fn image(&mut self, stream: &'a Stream, now: &State) {
        let bounds = now.ctm.bounds(Box2::UNIT);
        let shown = bounds.intersection(self.view);
        if shown.area() <= 0.0 {
            return;
        }
        let is = |key: &[u8]| !matches!(self.source.get(&stream.dict, key), Object::Null | Object::Boolean(false));
        let masked = is(b"SMask") || is(b"Mask") || is(b"SMaskInData");
        let clipped = !now.clip.is_some_and(|c| c.contains(shown, 1.0));
        let plain = !masked && !clipped && !now.effects;
        if plain && !is(b"ImageMask") && bounds.contains(self.view, 0.02 * self.view.width().max(self.view.height())) {
            // An opaque image over the whole page hides all that was painted before.
            self.out.images.clear();
            self.out.marks = 0;
            self.out.invisible += std::mem::take(&mut self.out.visible);
            self.out.fonts.clear();
        }
        self.out.images.push(Placed { stream, ctm: now.ctm, plain, fill_is_black: now.fill_is_black });
    }

    fn text(&mut self, now: &State, font: Option<&Dictionary>, strings: &[&[u8]]) {
        let composite = font.is_some_and(|f| matches!(self.source.get(f, b"Subtype").as_name(), Ok(b"Type0")));
        let codes: usize = if composite {
            strings.iter().map(|s| s.len() / 2).sum()
        } else {
            strings.iter().flat_map(|s| s.iter()).filter(|b| **b != b' ').count()
        };
        if matches!(now.mode, 3 | 7) || codes == 0 {
            self.out.invisible += codes;
            return;
        }
        self.out.visible += codes;
        if let Some(Ok(name)) = font.map(|f| self.source.get(f, b"BaseFont").as_name()) {
            self.out.fonts.insert(without_tag(name).to_vec());
        }
    }
}

/// Whether an optional content group, or the group of a membership, is off by default (ISO 32000-1, 8.11).
pub(crate) fn is_off(source: &PageObjects<'_>, object: &Object) -> bool {
    let Ok(catalog) = source.doc().catalog() else { return false };
    let Some(config) = source.dict(catalog, b"OCProperties").and_then(|p| source.dict(p, b"D")) else { return false };
    let list = |key: &[u8]| source.get(config, key).as_array().map(Vec::as_slice).unwrap_or_default();
    let base_off = matches!(source.get(config, b"BaseState").as_name(), Ok(b"OFF"));
    let off = |group: &Object| {
        let (listed_off, listed_on) = (list(b"OFF").contains(group), list(b"ON").contains(group));
        listed_off || (base_off && !listed_on)
    };
    if off(object) {
        return true;
    }
    let Ok(dict) = source.resolve(object).as_dict() else { return false };
    match dict.get(b"OCGs").map(|o| source.resolve(o)) {
        Ok(Object::Array(groups)) => groups.iter().any(off),
        Ok(_) => dict.get(b"OCGs").is_ok_and(off),
        Err(_) => false,
    }
}

/// A font name without `ABCDEF+`.
pub(crate) fn without_tag(name: &[u8]) -> &[u8] {
    match name.get(6) {
        Some(b'+') if name[..6].iter().all(u8::is_ascii_uppercase) => &name[7..],
        _ => name,
    }
}

/// Where the page's pixels come from.
pub(crate) fn pixels(source: &PageObjects<'_>, survey: &Survey<'_>) -> Result<PixelSource, InputError> {
    let [placed] = &survey.images[..] else { return Ok(PixelSource::Render) };
    if !placed.plain || survey.marks > 0 || survey.visible > 0 || survey.hidden_layers {
        return Ok(PixelSource::Render);
    }
    let bounds = placed.ctm.bounds(Box2::UNIT);
    let node = source.node();
    let Some(turn) = quarter_turn(placed.ctm) else { return Ok(PixelSource::Render) };
    if bounds.intersection(node.view).area() < 0.96 * bounds.area() {
        return Ok(PixelSource::Render);
    }
    let Some(image) = image::encoded(source, placed.stream, placed.fill_is_black) else {
        return Ok(PixelSource::Render);
    };
    let count = u64::from(image.width) * u64::from(image.height);
    if count > source.source().limits().page_pixels {
        let detail =
            format!("{} × {} pixels, limit {}", image.width, image.height, source.source().limits().page_pixels);
        return Err(source.refused(RefusalCode::TooManyPixels, detail));
    }
    let [a, b, c, d, ..] = placed.ctm.0;
    let per_inch = |n: u32, x: f64, y: f64| (f64::from(n) * 72.0 / (x.hypot(y) * node.user_unit)) as f32;
    let dpi = Dpi { x: per_inch(image.width, a, b), y: per_inch(image.height, c, d) };
    Ok(PixelSource::Embedded { image, dpi, rotation: turn.then(node.rotate) })
}

/// The clockwise turn that a placement makes, `None` when it mirrors or skews.
fn quarter_turn(ctm: Matrix) -> Option<Rotation> {
    let [a, b, c, d, ..] = ctm.0;
    let small = 0.005 * ctm.determinant().abs().sqrt();
    if ctm.determinant() <= 0.0 {
        return None;
    }
    if b.abs() <= small && c.abs() <= small {
        return Some(if a > 0.0 { Rotation::None } else { Rotation::Half });
    }
    if a.abs() <= small && d.abs() <= small {
        // The image's rows run upwards when b is positive: a quarter turn against the clock.
        return Some(if b > 0.0 { Rotation::ThreeQuarter } else { Rotation::Quarter });
    }
    None
}

/// Whether the page's text is its own.
pub(crate) fn own_text(source: &PageObjects<'_>, survey: &Survey<'_>) -> OwnText {
    let layer = if survey.invisible > 0 { OwnText::Replace(INVISIBLE) } else { OwnText::None };
    if survey.visible == 0 {
        return layer;
    }
    let node = source.node();
    let share = |p: &Placed<'_>| p.ctm.bounds(Box2::UNIT).intersection(node.view).area() / node.view.area();
    let scan = survey.images.iter().map(share).fold(0.0, f64::max) >= SCAN_SHARE;
    if scan && survey.visible < STAMPED_CHARACTERS {
        return layer;
    }
    if survey.has_legacy_fonts() {
        return OwnText::Replace(LEGACY);
    }
    let Ok(text) = own_text::read(source, &[]) else { return OwnText::Replace(UNREADABLE) };
    let (mut good, mut bad) = (0usize, 0usize);
    for c in text.words().flat_map(|w| w.text.chars()) {
        if is_meaningless(c) { bad += 1 } else { good += 1 }
    }
    if bad * 3 > good || good * 4 < survey.visible { OwnText::Replace(UNREADABLE) } else { OwnText::Keep }
}

fn is_meaningless(c: char) -> bool {
    c == '\u{fffd}' || c.is_control() || ('\u{e000}'..='\u{f8ff}').contains(&c)
}

/// Which text the copy of a page leaves out.
pub(crate) fn strip(survey: &Survey<'_>, text: OwnText) -> Strip {
    match text {
        OwnText::Replace(INVISIBLE) if survey.visible == 0 => Strip::All,
        OwnText::Replace(INVISIBLE) => Strip::Invisible,
        _ => Strip::Nothing,
    }
}
