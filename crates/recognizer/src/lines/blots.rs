//! Letters that touch what is no letter: a seal, a signature, a stamp, or a letter of the line below. Such a blot is cut
//! along the lines that lead up to it.

use sohoa_imaging::Component;

use super::glyphs::Glyph;
use super::line::Line;

/// A group from this height on may hold letters of several lines, in usual letter heights.
const HIGH: f32 = 2.6;
/// Most blots that are cut, the largest first.
const MOST: usize = 48;
/// Most lines that one blot is cut along.
const MOST_LINES: usize = 100;
/// How near a line has to come to a blot, in heights of x.
const BESIDE: f32 = 3.0;
/// Lines that tell how far the text reaches are at most this far above or below, same unit.
const NEAR: f32 = 4.5;

/// The groups that are high enough to be blots.
pub(super) fn blots(groups: &[Component], usual: f32) -> Vec<&Component> {
    let mut blots: Vec<&Component> = groups.iter().filter(|c| c.height() as f32 > HIGH * usual).collect();
    blots.sort_by_key(|c| std::cmp::Reverse(c.area));
    blots.truncate(MOST);
    blots
}

/// Cuts blots out of `letters` and puts the pieces in that lie on lines among `chains`. Says whether there were any.
pub(super) fn cut(letters: &mut Vec<Glyph>, blots: &[&Component], chains: &[Line], slope: f32) -> bool {
    let mut leading: Vec<&Line> = chains.iter().filter(|c| c.letters.len() >= 3).collect();
    leading.sort_by_key(|c| std::cmp::Reverse(c.letters.len()));
    let mut pieces = Vec::new();
    for blot in blots {
        let (before, mut levels) = (pieces.len(), Vec::<f32>::new());
        for line in leading.iter().filter(|l| leads_to(l, blot)) {
            let level = line.level(slope);
            if levels.len() < MOST_LINES && levels.iter().all(|l| (l - level).abs() > 0.8 * line.x_height) {
                levels.push(level);
                strip(blot, line, reach(line, &leading, slope), &mut pieces);
            }
        }
        if pieces.len() > before {
            let whole = Glyph::of(blot);
            letters.retain(|g| *g != whole);
        }
    }
    letters.extend(&pieces);
    !pieces.is_empty()
}

fn leads_to(line: &Line, blot: &Component) -> bool {
    let beside = BESIDE * line.x_height;
    let (left, right) = (blot.left as f32, blot.right as f32);
    let x = ((line.left + line.right) / 2.0).clamp(left, right);
    let y = line.base.at(x) - 0.5 * line.x_height;
    line.left <= right + beside
        && line.right >= left - beside
        && (blot.top as f32..blot.bottom as f32).contains(&y)
        // The line that the blot itself is a letter of.
        && (blot.height() as f32) > 2.4 * line.letter_height
}

/// From where to where the text around a line reaches: a seal does not lengthen it.
fn reach(line: &Line, lines: &[&Line], slope: f32) -> (f32, f32) {
    let near = |l: &&&Line| l.letters.len() >= 6 && (l.level(slope) - line.level(slope)).abs() <= NEAR * line.x_height;
    lines.iter().filter(near).fold((line.left, line.right), |(a, b), l| (a.min(l.left), b.max(l.right)))
}

/// The pieces of a blot between the baseline of a line and the tops of its letters.
fn strip(blot: &Component, line: &Line, (left, right): (f32, f32), out: &mut Vec<Glyph>) {
    let height = line.letter_height;
    let ends = (line.base.at(blot.left as f32), line.base.at(blot.right as f32));
    let rows = (ends.0.min(ends.1) - height - 1.0, ends.0.max(ends.1) + 1.0);
    let from = blot.runs.partition_point(|r| (r.0 as f32) < rows.0);
    // First and last row of ink, and how much there is, for each column.
    let mut columns = vec![(u32::MAX, 0u32, 0u32); blot.width()];
    for &(y, a, b) in blot.runs[from..].iter().take_while(|r| r.0 as f32 <= rows.1) {
        for x in a..b {
            let base = line.base.at(x as f32);
            if (y as f32) < base && y as f32 >= base - height {
                let column = &mut columns[x as usize - blot.left];
                *column = (column.0.min(y), column.1.max(y + 1), column.2 + 1);
            }
        }
    }
    let mut x = 0;
    for part in columns.split(|c| c.2 == 0) {
        let piece = Glyph {
            left: (blot.left + x) as f32,
            right: (blot.left + x + part.len()) as f32,
            top: part.iter().map(|c| c.0).min().unwrap_or_default() as f32,
            bottom: part.iter().map(|c| c.1).max().unwrap_or_default() as f32,
            area: part.iter().map(|c| c.2).sum::<u32>() as f32,
        };
        x += part.len() + 1;
        let inside = (left - 1.0..=right + 1.0).contains(&piece.middle().0);
        if !part.is_empty() && inside && piece.height() >= 0.5 * height {
            out.push(piece);
        }
    }
}
