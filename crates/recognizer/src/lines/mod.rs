//! Where the lines of text are on a page, from its ink alone.

use sohoa_domain::{Baseline, InkMap};

/// The text lines of a page, in px of the page (not of the ink map).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// Blocks in the reading order of a person.
    pub blocks: Vec<TextBlock>,
    /// Share of the glyph-like ink that lies in no line, 0 to 1: how much the finder may have missed.
    pub missed: f32,
}

/// Lines that a person reads one after the other: a paragraph, a column of a head, a table cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextBlock {
    /// Top to bottom, never empty.
    pub lines: Vec<TextLine>,
}

/// One line to be cut out along its baseline and read.
#[derive(Debug, Clone, PartialEq)]
pub struct TextLine {
    /// Where the letters stand.
    pub baseline: Baseline,
    /// Left end of the ink, px.
    pub left: f32,
    /// Right end of the ink, exclusive, px.
    pub right: f32,
    /// From the baseline up to the highest mark of the line's type size (of Ấ), px.
    pub ascent: f32,
    /// From the baseline down to the lowest descender of the line's type size, px.
    pub descent: f32,
    /// Height of x, px.
    pub x_height: f32,
}

/// Finds the lines of an upright page whose skew is below a few degrees.
pub fn find_lines(_ink: &InkMap) -> Layout {
    Layout::default()
}
