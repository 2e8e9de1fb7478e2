//! A content stream made fit for PDF/A (ISO 19005-2, 6.2.2): which resources it uses, and its operators anew where some
//! must not stay.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Object};

use crate::content::{Machine, State, is_operator, operations, shown_strings};
use crate::copy::Strip;
use crate::geometry::{Box2, Matrix};
use crate::objects::PageObjects;

/// `q` may be nested 28 deep (ISO 19005-2, 6.1.13); one level is ours.
const MAX_NESTING: usize = 27;
const MAX_STRING: usize = 32_767;

/// The codes that are shown in one font.
#[derive(Default, Clone)]
pub(crate) struct FontUse {
    pub codes: BTreeSet<u32>,
    /// Some of it is not in rendering mode 3.
    pub visible: bool,
}

/// Names of the resources that a content stream uses.
#[derive(Default)]
pub(crate) struct Used {
    pub fonts: BTreeMap<Vec<u8>, FontUse>,
    pub others: BTreeMap<&'static [u8], BTreeSet<Vec<u8>>>,
}

impl Used {
    fn add(&mut self, kind: &'static [u8], name: &[u8]) {
        self.others.entry(kind).or_default().insert(name.to_vec());
    }
}

pub(crate) struct Cleaned {
    /// The stream anew, `None` when it can stay as it is.
    pub rewritten: Option<Vec<u8>>,
    pub used: Used,
    /// Number of `q` that it leaves open.
    pub open: usize,
}

/// Checks `bytes`; `Err` says why the stream cannot become PDF/A.
pub(crate) fn clean(
    source: &PageObjects<'_>,
    bytes: &[u8],
    resources: &Dictionary,
    strip: Strip,
) -> Result<Cleaned, String> {
    let everywhere = Box2 { x0: f64::MIN, y0: f64::MIN, x1: f64::MAX, y1: f64::MAX };
    let mut machine = Machine::new(State::new(Matrix::IDENTITY, everywhere));
    let mut used = Used::default();
    let (mut kept, mut changed) = (Vec::new(), false);
    let has = |kind: &[u8], name: &[u8]| source.dict(resources, kind).is_some_and(|d| d.has(name));
    for mut op in operations(bytes)? {
        machine.step(&op, |_| None);
        if op.operands.iter().any(is_too_long) {
            return Err("a string in its content is too long".into());
        }
        let name = op.operands.first().and_then(|o| o.as_name().ok()).map(<[u8]>::to_vec).unwrap_or_default();
        let mut note = |kind: &'static [u8], name: &[u8]| {
            used.add(kind, name);
            if has(kind, name) { Ok(()) } else { Err("its content names a resource that is not there".to_owned()) }
        };
        let keep = match op.operator.as_str() {
            "Q" if machine.underflow => {
                machine.underflow = false;
                false
            }
            "Tj" | "TJ" | "'" | "\"" => {
                let hidden = matches!(machine.now.mode, 3 | 7);
                let stripped = strip == Strip::All || (strip == Strip::Invisible && hidden);
                if stripped {
                    // What remains of ' and " is the move to the next line.
                    changed = true;
                    if matches!(op.operator.as_str(), "'" | "\"") {
                        op = Operation::new("T*", vec![]);
                        true
                    } else {
                        false
                    }
                } else {
                    let Some(font) = machine.now.font.clone() else {
                        return Err("it shows text without a font".into());
                    };
                    let dict = source.dict(resources, b"Font").and_then(|d| source.dict(d, &font));
                    let Some(dict) = dict else { return Err("it shows text in a font that is not there".into()) };
                    let wide = matches!(source.get(dict, b"Subtype").as_name(), Ok(b"Type0"));
                    let entry = used.fonts.entry(font).or_default();
                    entry.visible |= machine.now.mode != 3;
                    for s in shown_strings(&op) {
                        if wide {
                            entry.codes.extend(s.chunks(2).map(|p| p.iter().fold(0, |n, b| n << 8 | u32::from(*b))));
                        } else {
                            entry.codes.extend(s.iter().map(|b| u32::from(*b)));
                        }
                    }
                    true
                }
            }
            "Do" => note(b"XObject", &name).map(|()| true)?,
            "gs" => note(b"ExtGState", &name).map(|()| true)?,
            "sh" => note(b"Shading", &name).map(|()| true)?,
            "cs" | "CS" => match name.as_slice() {
                b"DeviceGray" | b"DeviceRGB" | b"Pattern" => true,
                b"DeviceCMYK" => return Err(CMYK.into()),
                _ => note(b"ColorSpace", &name).map(|()| true)?,
            },
            "scn" | "SCN" => match op.operands.last() {
                Some(Object::Name(pattern)) => note(b"Pattern", &pattern.clone()).map(|()| true)?,
                _ => true,
            },
            "BDC" | "DP" => match op.operands.get(1) {
                Some(Object::Name(list)) if has(b"Properties", list) => {
                    note(b"Properties", &list.clone()).map(|()| true)?
                }
                Some(Object::Name(_)) => {
                    op.operands = vec![op.operands[0].clone()];
                    op.operator = if op.operator == "BDC" { "BMC".into() } else { "MP".into() };
                    changed = true;
                    true
                }
                _ => true,
            },
            "k" | "K" => return Err(CMYK.into()),
            "ri" => is_intent(&name),
            "BI" => {
                let inner = inline_image(&mut op, &mut changed)?;
                if let Some(space) = inner {
                    note(b"ColorSpace", &space)?;
                }
                true
            }
            other => is_operator(other),
        };
        if machine.deepest > MAX_NESTING {
            return Err("its graphics states are nested too deep".into());
        }
        changed |= !keep;
        if keep {
            kept.push(op);
        }
    }
    // A font that shows nothing may be one that could not stay.
    let before = kept.len();
    kept.retain(|op| {
        op.operator != "Tf"
            || op.operands.first().and_then(|o| o.as_name().ok()).is_some_and(|n| used.fonts.contains_key(n))
    });
    changed |= kept.len() != before;
    let rewritten =
        if changed { Some(Content { operations: kept }.encode().map_err(|e| e.to_string())?) } else { None };
    Ok(Cleaned { rewritten, used, open: machine.open() })
}

pub(crate) const CMYK: &str = "it uses DeviceCMYK, which needs an output intent for print";

fn is_too_long(object: &Object) -> bool {
    match object {
        Object::String(s, _) => s.len() > MAX_STRING,
        Object::Array(a) => a.iter().any(is_too_long),
        _ => false,
    }
}

/// The four intents of ISO 32000-1, 8.6.5.8.
pub(crate) fn is_intent(name: &[u8]) -> bool {
    matches!(name, b"AbsoluteColorimetric" | b"RelativeColorimetric" | b"Saturation" | b"Perceptual")
}

/// Checks an inline image (ISO 19005-2, 6.2.8) and returns the colour space that it names, if it is a resource.
fn inline_image(op: &mut Operation, changed: &mut bool) -> Result<Option<Vec<u8>>, String> {
    let Some(Object::Stream(image)) = op.operands.first_mut() else {
        return Err("an inline image cannot be parsed".into());
    };
    for key in [b"I".as_slice(), b"Interpolate"] {
        *changed |= image.dict.remove(key).is_some();
    }
    let get = |short: &[u8], long: &[u8]| image.dict.get(short).or_else(|_| image.dict.get(long)).ok();
    let filters: Vec<&Object> = match get(b"F", b"Filter") {
        Some(Object::Array(a)) => a.iter().collect(),
        other => other.into_iter().collect(),
    };
    if filters.iter().any(|f| matches!(f.as_name(), Ok(b"LZW" | b"LZWDecode" | b"Crypt"))) {
        return Err("an inline image is LZW coded".into());
    }
    match get(b"CS", b"ColorSpace") {
        Some(Object::Name(n)) => match n.as_slice() {
            b"G" | b"RGB" | b"DeviceGray" | b"DeviceRGB" => Ok(None),
            b"CMYK" | b"DeviceCMYK" => Err(CMYK.into()),
            other => Ok(Some(other.to_vec())),
        },
        Some(Object::Array(a)) if a.iter().any(|o| matches!(o.as_name(), Ok(b"CMYK" | b"DeviceCMYK"))) => {
            Err(CMYK.into())
        }
        _ => Ok(None),
    }
}
