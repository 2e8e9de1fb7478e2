//! Where the lines of text are on a page, from its ink alone.

mod baseline;
mod blots;
mod chains;
mod columns;
mod dark;
mod glyphs;
mod line;
mod order;
mod rules;
mod small_print;
mod strays;

use sohoa_domain::{Baseline, InkMap};
use sohoa_imaging::{Component, components};

use baseline::{Base, CAPITAL};
use glyphs::{Glyph, usual_height};
use line::Line;
use rules::Rules;

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
    /// Whether the letters are lighter than the ground they stand on.
    pub inverted: bool,
}

/// Finds the lines of an upright page whose skew is below a few degrees.
pub fn find_lines(ink: &InkMap) -> Layout {
    let groups = components(&ink.contrast, ink.width, ink.threshold);
    let Some(usual) = usual_height(&glyphs::boxes(&groups)) else { return Layout::default() };
    let grounds = dark::grounds(&groups, ink, usual);
    let (mut groups, rules) = rules::take_out(groups, usual);
    let mut light = Vec::new();
    for (i, ground) in grounds.iter().enumerate() {
        let mut groups_on_it = ground.light(ink);
        // Outlines may overlap: what lies on two grounds is the first one's.
        groups_on_it.retain(|c| !grounds[..i].iter().any(|g| g.holds(&Glyph::of(c))));
        let Some(usual) = usual_height(&glyphs::boxes(&groups_on_it)) else { continue };
        let found = Found::on(&groups_on_it, &rules, usual);
        // The star of a seal and the edge of a scan are dark too, but bear no text.
        if found.lines.iter().any(|l| l.letters.len() >= 3) {
            groups.retain(|c| !ground.holds(&Glyph::of(c)));
            light.push(found);
        }
    }
    let mut found = Found::on(&groups, &rules, usual);
    light.into_iter().for_each(|l| found.take_light(l));
    let missed = (1.0 - found.used / found.letters.max(1.0)).clamp(0.0, 1.0);
    let blocks = order::blocks(found.lines, &rules, found.slope);
    let scale = ink.scale as f32;
    let block = |lines: Vec<Line>| TextBlock { lines: lines.iter().map(|l| on_page(l, scale)).collect() };
    Layout { blocks: blocks.into_iter().map(block).collect(), missed }
}

/// The lines that groups of ink form.
struct Found {
    lines: Vec<Line>,
    slope: f32,
    /// Ink of all letters, and of those in lines.
    letters: f32,
    used: f32,
}

impl Found {
    /// `height` is the usual height of the letters.
    fn on(groups: &[Component], rules: &Rules, height: f32) -> Self {
        let mut found = Self::once(groups, rules, height);
        small_print::find_again(&mut found, groups, rules, height);
        found
    }

    /// Lines of the usual height, and of whatever else fits to none of them.
    fn once(groups: &[Component], rules: &Rules, height: f32) -> Self {
        let mut pieces = glyphs::sorted(glyphs::boxes(groups), height);
        let chains = chained(&pieces.letters);
        let slope = baseline::page_slope(&chains);
        let usual = usual_x_height(&chains, slope, height);
        let as_lines = |chains: Vec<Vec<Glyph>>| -> Vec<Line> {
            chains.into_iter().map(|letters| Line::new(letters, slope, 0.0, usual)).collect()
        };
        let mut chains = as_lines(chains);
        let blots = blots::blots(groups, height);
        if !blots.is_empty() && blots::cut(&mut pieces.letters, &blots, &chains, slope) {
            chains = as_lines(chained(&pieces.letters));
        }
        strays::absorb(&mut chains);
        let mut lines = columns::join(chains, rules, slope, usual);
        strays::absorb(&mut lines);
        strays::drop_noise(&mut lines, usual);
        strays::drop_leaders(&mut pieces.small, usual);
        let left = strays::take_small(&mut lines, pieces.small);
        let mut small_type = strays::small_type(&left, slope);
        strays::take_small(&mut small_type, left);
        lines.append(&mut small_type);
        let used = lines.iter().map(Line::ink).sum();
        let letters = pieces.letters.iter().map(|g| g.area).sum();
        Self { lines, slope, letters, used }
    }

    /// Takes in what was found on a dark ground.
    fn take_light(&mut self, mut light: Self) {
        light.lines.iter_mut().for_each(|l| l.inverted = true);
        self.lines.append(&mut light.lines);
        self.letters += light.letters;
        self.used += light.used;
    }
}

fn chained(letters: &[Glyph]) -> Vec<Vec<Glyph>> {
    chains::chains(letters).into_iter().map(|chain| chain.into_iter().map(|i| letters[i]).collect()).collect()
}

/// The most frequent height of letters, or that of x for it when the page has capitals only.
fn usual_x_height(chains: &[Vec<Glyph>], slope: f32, height: f32) -> f32 {
    let (mut low, mut high) = (0, 0);
    for chain in chains.iter().filter(|c| c.len() >= 3) {
        let base = baseline::fit(chain, slope, 0.0);
        for h in baseline::heights(chain, &base) {
            low += usize::from((h / height - 1.0).abs() <= 0.11);
            high += usize::from((h / height / CAPITAL - 1.0).abs() <= 0.11);
        }
    }
    if low >= 20 && high * 100 < low * 7 { height / CAPITAL } else { height }
}

fn on_page(line: &Line, scale: f32) -> TextLine {
    let Base { x0, y0, slope } = line.base;
    TextLine {
        baseline: Baseline { x0: x0 * scale, y0: y0 * scale, slope },
        left: line.left * scale,
        right: line.right * scale,
        ascent: line.ascent() * scale,
        descent: line.descent() * scale,
        x_height: line.x_height * scale,
        inverted: line.inverted,
    }
}

#[cfg(test)]
mod tests;
