//! A physical page: what inspection saw, how recognition ended, what became of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Dpi, Rect};

/// A clockwise quarter turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum Rotation {
    /// As it is.
    #[default]
    None,
    /// 90° clockwise.
    Quarter,
    /// Upside down.
    Half,
    /// 270° clockwise.
    ThreeQuarter,
}

impl Rotation {
    /// 0, 90, 180 or 270.
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarter => 270,
        }
    }

    /// From any multiple of 90, also negative; `None` for anything else.
    pub fn from_degrees(degrees: i64) -> Option<Self> {
        match degrees.rem_euclid(360) {
            0 => Some(Self::None),
            90 => Some(Self::Quarter),
            180 => Some(Self::Half),
            270 => Some(Self::ThreeQuarter),
            _ => None,
        }
    }

    /// One turn after another.
    pub fn then(self, next: Self) -> Self {
        match (self.degrees() + next.degrees()) % 360 {
            90 => Self::Quarter,
            180 => Self::Half,
            270 => Self::ThreeQuarter,
            _ => Self::None,
        }
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Quarter | Self::ThreeQuarter)
    }
}

impl TryFrom<u16> for Rotation {
    type Error = &'static str;
    fn try_from(d: u16) -> Result<Self, Self::Error> {
        if d < 360 { Self::from_degrees(d.into()).ok_or("not 0, 90, 180 or 270") } else { Err("not 0, 90, 180 or 270") }
    }
}

impl From<Rotation> for u16 {
    fn from(r: Rotation) -> u16 {
        r.degrees()
    }
}

/// A side of a page, clockwise from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edge {
    /// Upper.
    Top,
    /// Right.
    Right,
    /// Lower.
    Bottom,
    /// Left.
    Left,
}

impl Edge {
    /// All, clockwise.
    pub const ALL: [Self; 4] = [Self::Top, Self::Right, Self::Bottom, Self::Left];

    /// Where this side is after the page was turned.
    pub fn turned(self, turn: Rotation) -> Self {
        Self::ALL[(self as usize + usize::from(turn.degrees() / 90)) % 4]
    }
}

/// What colours a page really has, whatever its file format says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColourKind {
    /// Black and white only.
    Bitonal,
    /// Shades of grey.
    Grey,
    /// Colours.
    Colour,
}

/// What inspection measured on one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageInspection {
    /// Pixels along a row, as loaded.
    pub width: u32,
    /// Number of rows, as loaded.
    pub height: u32,
    /// Resolution.
    pub dpi: Dpi,
    /// The resolution was guessed from the size because the file states none.
    pub dpi_guessed: bool,
    /// Colours.
    pub colour: ColourKind,
    /// It was scanned in colour, whether something coloured is on it or not.
    #[serde(default)]
    pub in_colour: bool,
    /// No writing on it: empty, or only what shines through from the other side.
    pub blank: bool,
    /// Share of ink pixels, 0 to 1.
    pub ink: f32,
    /// Degrees that the text is turned clockwise against the page, after `rotation`; within ±15.
    pub skew_degrees: f32,
    /// Clockwise turn that makes the page upright.
    pub rotation: Rotation,
    /// Edge sharpness, 0 (blurred) to 1 (crisp).
    pub sharpness: f32,
    /// How light the paper is, 0 (black) to 1 (white); `None` for pages in black and white only, and where it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<f32>,
    /// Box of a round red seal, px as loaded. Only pages in colour show one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Rect>,
    /// Edges at which lines of writing run out of the picture, of the page as loaded. Records from before this was measured have none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cut_off: BTreeSet<Edge>,
}

/// How the recognition of one page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageOutcome {
    /// Read.
    Ok,
    /// Read, but a person should look.
    LowConfidence,
    /// Nothing to read.
    Blank,
    /// Given up after the time limit.
    TimedOut,
    /// The page could not be decoded or the engine failed on it.
    Failed,
}

impl PageOutcome {
    /// Whether the document is incomplete because of this page.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::TimedOut | Self::Failed)
    }

    /// What the page counts as in the ledger.
    pub fn state(self) -> PageState {
        match self {
            Self::Ok | Self::LowConfidence => PageState::Kept,
            Self::Blank => PageState::Blank,
            Self::TimedOut | Self::Failed => PageState::Failed,
        }
    }
}

/// What became of a physical page. Every side that came in is in exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageState {
    /// Part of a document.
    Kept,
    /// A separator sheet.
    Separator,
    /// Blank side of a document; stays in the PDF, marked.
    Blank,
    /// Could not be read; stays in the PDF as far as it can be shown.
    Failed,
}

impl PageState {
    /// All states, in the order of the ledger.
    pub const ALL: [Self; 4] = [Self::Kept, Self::Separator, Self::Blank, Self::Failed];

    /// As stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Separator => "separator",
            Self::Blank => "blank",
            Self::Failed => "failed",
        }
    }

    /// The stored form back.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|x| x.as_str() == s)
    }
}

/// One page of a document as it is kept in the records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageRecord {
    /// Ordinal in the source file, from 1.
    pub number: u32,
    /// How recognition ended.
    pub outcome: PageOutcome,
    /// What inspection measured; `None` when the page could not be decoded.
    pub inspection: Option<PageInspection>,
    /// Mean word confidence 0 to 1, `None` without words.
    pub confidence: Option<f32>,
    /// Number of words.
    pub words: u32,
    /// The text came with the file and was not recognized.
    pub own_text: bool,
    /// Why the page failed: a stable code and a sentence, without personal data.
    pub reason: Option<String>,
}
