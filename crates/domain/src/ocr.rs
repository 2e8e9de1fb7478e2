//! The engine-neutral OCR tree: page, blocks, lines, words.
//!
//! Coordinates are pixels of the **upright** page: the loaded raster after [`OcrPage::rotation`], before any deskewing.
//! x grows to the right, y downwards, both from the top left corner.

use serde::{Deserialize, Serialize};

use crate::{Dpi, Rotation};

/// An axis-parallel rectangle, right and bottom exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge, px.
    pub left: f32,
    /// Top edge, px.
    pub top: f32,
    /// Right edge, px.
    pub right: f32,
    /// Bottom edge, px.
    pub bottom: f32,
}

impl Rect {
    /// Width, px, never negative.
    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    /// Height, px, never negative.
    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    /// Area, px².
    pub fn area(&self) -> f32 {
        self.width() * self.height()
    }

    /// The smallest rectangle around both.
    pub fn union(&self, other: &Rect) -> Rect {
        Rect {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// What both cover; of area 0 when they do not meet.
    pub fn intersection(&self, other: &Rect) -> Rect {
        let (left, top) = (self.left.max(other.left), self.top.max(other.top));
        Rect { left, top, right: self.right.min(other.right).max(left), bottom: self.bottom.min(other.bottom).max(top) }
    }
}

/// The line on which letters stand: `y = y0 + slope · (x − x0)`, in px of the upright page.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Baseline {
    /// A point of the line, px.
    pub x0: f32,
    /// A point of the line, px.
    pub y0: f32,
    /// Rise downwards per px to the right.
    pub slope: f32,
}

impl Baseline {
    /// y of the baseline at `x`, px.
    pub fn at(&self, x: f32) -> f32 {
        self.y0 + self.slope * (x - self.x0)
    }
}

/// One word as read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// NFC text without spaces, never empty.
    pub text: String,
    /// Ink box.
    pub rect: Rect,
    /// 0 (none) to 1 (sure). Of words at 0.95 about 95 % are right, when the engine is calibrated.
    pub confidence: f32,
    /// Confidence of each character, 0 to 1; empty when the engine does not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub characters: Vec<f32>,
    /// Other readings of a doubtful word, likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<String>,
    /// The engine's dictionary has no such word, and it is no number, abbreviation or code. Of an engine that does not
    /// tell, no word is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strange: bool,
}

impl Word {
    /// A word of which nothing more is known.
    pub fn new(text: impl Into<String>, rect: Rect, confidence: f32) -> Self {
        Self { text: text.into(), rect, confidence, characters: Vec::new(), alternatives: Vec::new(), strange: false }
    }
}

/// One printed line within a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Words left to right, never empty.
    pub words: Vec<Word>,
    /// Box around the words.
    pub rect: Rect,
    /// Where the letters stand.
    pub baseline: Baseline,
    /// Height from the lowest descender to the highest mark of the line's type size, px.
    pub height: f32,
}

/// A column or paragraph: lines that a person reads one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Lines top to bottom, never empty.
    pub lines: Vec<Line>,
    /// Box around the lines.
    pub rect: Rect,
}

/// All text of one page, blocks in the reading order of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OcrPage {
    /// Width of the upright page, px.
    pub width: u32,
    /// Height of the upright page, px.
    pub height: u32,
    /// Resolution of the upright page.
    pub dpi: Dpi,
    /// Clockwise turn that makes the loaded raster upright.
    pub rotation: Rotation,
    /// Blocks in reading order.
    pub blocks: Vec<Block>,
    /// Who read it, e.g. `tesseract 5.3.0 vie`, or `source` for a document's own text.
    pub engine: String,
}

impl OcrPage {
    /// A page without any text.
    pub fn empty(width: u32, height: u32, dpi: Dpi, rotation: Rotation, engine: &str) -> Self {
        Self { width, height, dpi, rotation, blocks: Vec::new(), engine: engine.to_owned() }
    }

    /// Every line in reading order.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.blocks.iter().flat_map(|b| &b.lines)
    }

    /// Every word in reading order.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.lines().flat_map(|l| &l.words)
    }

    /// Mean confidence weighted by the length of words, `None` without words.
    pub fn mean_confidence(&self) -> Option<f32> {
        let (sum, n) = self.words().fold((0.0, 0.0), |(s, n), w| {
            let len = w.text.chars().count() as f32;
            (s + w.confidence * len, n + len)
        });
        (n > 0.0).then(|| sum / n)
    }

    /// Plain text: a printed line a line, an empty line between blocks, NFC.
    pub fn plain_text(&self) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            if !out.is_empty() {
                out.push('\n');
            }
            for line in &block.lines {
                for (i, word) in line.words.iter().enumerate() {
                    if i > 0 {
                        out.push(' ');
                    }
                    out.push_str(&word.text);
                }
                out.push('\n');
            }
        }
        out
    }
}
