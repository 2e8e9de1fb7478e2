//! Operations of a content stream, and the graphics state that decides what they show.

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Object};

use crate::geometry::{Box2, Matrix, number};

/// Bytes of content that are parsed at a time; parsed, they take up to 90 times as much.
pub(crate) const MAX_CONTENT: usize = 16 << 20;
pub(crate) const TOO_LONG: &str = "its content is too long";

/// All operations; an error when the stream holds anything that is none.
pub(crate) fn operations(bytes: &[u8]) -> Result<Vec<Operation>, String> {
    if bytes.len() > MAX_CONTENT {
        return Err(TOO_LONG.into());
    }
    Content::decode_strict(bytes).map(|c| c.operations).map_err(|_| "its content stream cannot be parsed".into())
}

/// As [`operations`], but stops where the stream stops making sense, as viewers do.
pub(crate) fn readable_operations(bytes: &[u8]) -> Vec<Operation> {
    Content::decode(bytes).map(|c| c.operations).unwrap_or_default()
}

/// The operators of ISO 32000-1, Annex A.
pub(crate) fn is_operator(name: &str) -> bool {
    const ALL: &[&str] = &[
        "b", "B", "b*", "B*", "BDC", "BI", "BMC", "BT", "BX", "c", "cm", "CS", "cs", "d", "d0", "d1", "Do", "DP", "EI",
        "EMC", "ET", "EX", "f", "F", "f*", "G", "g", "gs", "h", "i", "ID", "j", "J", "K", "k", "l", "m", "M", "MP",
        "n", "q", "Q", "re", "RG", "rg", "ri", "s", "S", "SC", "sc", "SCN", "scn", "sh", "T*", "Tc", "Td", "TD", "Tf",
        "Tj", "TJ", "TL", "Tm", "Tr", "Ts", "Tw", "Tz", "v", "w", "W", "W*", "y", "'", "\"",
    ];
    ALL.contains(&name)
}

/// The part of the graphics state that decides what is visible.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub ctm: Matrix,
    /// Text rendering mode.
    pub mode: i64,
    /// Resource name of the font.
    pub font: Option<Vec<u8>>,
    /// What may be painted, user space of the page; `None` when a path that is no rectangle clips.
    pub clip: Option<Box2>,
    /// Soft mask, transparency or an unusual blend mode.
    pub effects: bool,
    /// The fill colour is black, the initial one.
    pub fill_is_black: bool,
}

impl State {
    pub(crate) fn new(ctm: Matrix, clip: Box2) -> Self {
        Self { ctm, mode: 0, font: None, clip: Some(clip), effects: false, fill_is_black: true }
    }
}

/// Tracks the state through operations.
pub(crate) struct Machine {
    pub now: State,
    stack: Vec<State>,
    path: Path,
    pending_clip: bool,
    /// Deepest nesting of `q` seen.
    pub deepest: usize,
    /// A `Q` without a `q`.
    pub underflow: bool,
}

/// The current path, as far as clipping needs it.
#[derive(Default)]
struct Path {
    rectangles: Vec<Box2>,
    other: bool,
}

impl Machine {
    pub(crate) fn new(now: State) -> Self {
        Self { now, stack: Vec::new(), path: Path::default(), pending_clip: false, deepest: 0, underflow: false }
    }

    /// Number of `q` that are still open.
    pub(crate) fn open(&self) -> usize {
        self.stack.len()
    }

    /// Applies `op` to the state. `ext` looks up an ExtGState.
    pub(crate) fn step<'d>(&mut self, op: &Operation, ext: impl Fn(&[u8]) -> Option<&'d Dictionary>) {
        let args: Vec<f64> = op.operands.iter().filter_map(number).collect();
        match op.operator.as_str() {
            "q" => {
                self.stack.push(self.now.clone());
                self.deepest = self.deepest.max(self.stack.len());
            }
            "Q" => match self.stack.pop() {
                Some(state) => self.now = state,
                None => self.underflow = true,
            },
            "cm" => {
                if let Ok(m) = <[f64; 6]>::try_from(args) {
                    self.now.ctm = Matrix(m).then(self.now.ctm);
                }
            }
            "Tr" => self.now.mode = args.first().map_or(0, |v| *v as i64),
            "Tf" => self.now.font = op.operands.first().and_then(|o| o.as_name().ok()).map(<[u8]>::to_vec),
            "gs" => {
                if let Some(dict) = op.operands.first().and_then(|o| o.as_name().ok()).and_then(ext) {
                    self.now.effects = has_effects(dict) || self.now.effects;
                }
            }
            "re" => match args[..] {
                [x, y, w, h] if self.now.ctm.0[1].abs() + self.now.ctm.0[2].abs() < 1e-6 || is_turned(self.now.ctm) => {
                    let r = Box2::around(&[(x, y), (x + w, y + h)]);
                    self.path.rectangles.push(self.now.ctm.bounds(r));
                }
                _ => self.path.other = true,
            },
            "m" | "l" | "c" | "v" | "y" => self.path.other = true,
            "W" | "W*" => self.pending_clip = true,
            "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s" | "n" => {
                if self.pending_clip {
                    let rectangle = match self.path.rectangles[..] {
                        [r] if !self.path.other => Some(r),
                        _ => None,
                    };
                    self.now.clip = self.now.clip.zip(rectangle).map(|(a, b)| a.intersection(b));
                }
                self.pending_clip = false;
                self.path = Path::default();
            }
            "g" => self.now.fill_is_black = args == [0.0],
            "rg" => self.now.fill_is_black = args == [0.0; 3],
            "k" => self.now.fill_is_black = args == [0.0, 0.0, 0.0, 1.0],
            "cs" => self.now.fill_is_black = false,
            "sc" | "scn" => self.now.fill_is_black = args == [0.0] || args == [0.0; 3],
            _ => {}
        }
    }
}

/// Whether a map turns by 90° or 270°.
fn is_turned(m: Matrix) -> bool {
    m.0[0].abs() + m.0[3].abs() < 1e-6
}

fn has_effects(ext: &Dictionary) -> bool {
    let number_below_one = |key: &[u8]| ext.get(key).ok().and_then(number).is_some_and(|v| v < 0.999);
    let blend = !matches!(ext.get(b"BM"), Err(_) | Ok(Object::Null))
        && !matches!(ext.get(b"BM").and_then(Object::as_name), Ok(b"Normal" | b"Compatible"));
    let mask = !matches!(ext.get(b"SMask"), Err(_) | Ok(Object::Null))
        && !matches!(ext.get(b"SMask").and_then(Object::as_name), Ok(b"None"));
    number_below_one(b"ca") || blend || mask
}

/// The strings that a text-showing operation shows.
pub(crate) fn shown_strings(op: &Operation) -> Vec<&[u8]> {
    match op.operator.as_str() {
        "Tj" | "'" | "\"" => op.operands.last().and_then(|o| o.as_str().ok()).into_iter().collect(),
        "TJ" => match op.operands.first() {
            Some(Object::Array(parts)) => parts.iter().filter_map(|o| o.as_str().ok()).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
