//! At which edges writing runs out of the picture: the paper lay too far out on the glass, or crooked.
//!
//! Only letters that touch the edge and stand in a line with others are a sign. Shadows and rules along an edge are larger than
//! letters, specks and staples are alone, and what a picture or a stamp shows at the edge stands in no lines.

use std::collections::BTreeSet;

use sohoa_domain::Edge;

use super::upright::Upright;
use crate::components::Component;

/// Smaller letters are not told from noise, px of the reduced page.
const MIN_LETTER: f32 = 5.0;
/// A group touches the edge up to this distance, px of the reduced page: the outermost pixel may be the scanner's.
const TOUCHES: usize = 1;
/// A line that lies so near along the edge, letters, is cut too, or the next one is: printers leave 3 mm or more.
const NEAR: f32 = 0.7;
/// Sizes below are counted in letters: the longer side of the page's median letter.
///
/// How high a piece of a line is across the line.
const HIGH: (f32, f32) = (0.4, 2.5);
/// Free room between letters of one line.
const GAP: f32 = 2.0;
/// How far lines that run into the edge are followed from it, and how many pieces they have there.
const FOLLOWED: f32 = 6.0;
const PIECES: usize = 3;
/// Groups that begin farther from the edge are not looked at.
const REACH: f32 = 12.0;
/// Lines that run into the edge when a side of the text is cut. A stamp in a frame has three.
const LINES: usize = 4;
/// Pieces of a line along the edge when it is cut lengthwise, and its length: a stamp has fewer and is shorter.
const LETTERS: usize = 12;
const LONG: f32 = 20.0;
/// Most of the letters of such a line end at the same height, within this.
const ALIGNED: f32 = 0.35;
/// Share of the letters that do so.
const SHARE: f32 = 0.45;
/// A box that is filled to more than this and is no stem is no letter: the share, and its length.
const SOLID: (f32, f32) = (0.8, 0.6);

/// A group of ink as seen from an edge, px of the reduced page.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Distances of its nearest and farthest side from the edge.
    near: usize,
    far: usize,
    /// Where it lies along the edge.
    from: usize,
    to: usize,
    area: u32,
}

impl Piece {
    fn of(c: &Component, edge: Edge, (width, height): (usize, usize)) -> Self {
        let (near, far, from, to) = match edge {
            Edge::Top => (c.top, c.bottom, c.left, c.right),
            Edge::Right => (width - c.right, width - c.left, c.top, c.bottom),
            Edge::Bottom => (height - c.bottom, height - c.top, c.left, c.right),
            Edge::Left => (c.left, c.right, c.top, c.bottom),
        };
        Self { near, far, from, to, area: c.area }
    }

    fn touches(&self) -> bool {
        self.near <= TOUCHES
    }

    fn depth(&self) -> usize {
        self.far - self.near
    }

    fn length(&self) -> usize {
        self.to - self.from
    }

    /// Whether both stand at the same height of the edge, with half of the smaller one.
    fn beside(&self, other: &Self) -> bool {
        let common = self.to.min(other.to).saturating_sub(self.from.max(other.from));
        2 * common >= self.length().min(other.length())
    }
}

/// The edges of the page as loaded at which writing is cut off. `groups` are its ink on a reduced page of this size, `letter` the
/// longer side of the median letter there, px.
pub(super) fn edges(groups: &[Component], size: (usize, usize), letter: f32, upright: &Upright) -> BTreeSet<Edge> {
    if letter < MIN_LETTER {
        return BTreeSet::new();
    }
    let is_cut = |edge: &Edge| {
        let pieces = groups.iter().map(|group| Piece::of(group, *edge, size));
        let near: Vec<Piece> = pieces.filter(|piece| piece.near as f32 <= REACH * letter).collect();
        let across = matches!(edge, Edge::Left | Edge::Right) != upright.rotation.swaps_sides();
        if across { lines_into(&near, letter) >= LINES } else { line_along(&near, letter, slope(*edge, upright)) }
    };
    Edge::ALL.into_iter().filter(is_cut).collect()
}

/// How much farther from the edge a line along it gets with each pixel.
fn slope(edge: Edge, upright: &Upright) -> f32 {
    let slope = upright.skew_degrees.to_radians().tan();
    if matches!(edge, Edge::Top | Edge::Right) { slope } else { -slope }
}

/// The number of lines that run into the edge.
fn lines_into(near: &[Piece], letter: f32) -> usize {
    let high = HIGH.0 * letter..=HIGH.1 * letter;
    let mut pieces: Vec<Piece> = near.iter().filter(|p| high.contains(&(p.length() as f32))).copied().collect();
    pieces.sort_by_key(|p| p.near);
    let cut = pieces.iter().filter(|p| p.touches() && p.depth() >= 2 && goes_on(p, &pieces, letter));
    let mut middles: Vec<usize> = cut.map(|p| (p.from + p.to) / 2).collect();
    middles.sort_unstable();
    middles.dedup_by(|next, kept| ((*next - *kept) as f32) < letter);
    middles.len()
}

/// Whether a line goes on from this piece inwards; `pieces` by their distance from the edge.
fn goes_on(first: &Piece, pieces: &[Piece], letter: f32) -> bool {
    let (mut last, mut count) = (*first, 1);
    while (last.far as f32) < FOLLOWED * letter || count < PIECES {
        let follows =
            |p: &&Piece| p.near > last.near && p.near as f32 <= last.far as f32 + GAP * letter && p.beside(&last);
        let Some(next) = pieces.iter().find(follows) else { return false };
        (last, count) = (*next, count + 1);
    }
    true
}

/// Whether a line along the edge is cut lengthwise, or between it and the next.
fn line_along(near: &[Piece], letter: f32, slope: f32) -> bool {
    let is_letter = |p: &&Piece| {
        let (depth, length) = (p.depth() as f32 / letter, p.length() as f32 / letter);
        let full = p.area as f32 / (p.depth() * p.length()) as f32;
        p.near as f32 <= NEAR * letter && (HIGH.0..=HIGH.1).contains(&depth) && !(full > SOLID.0 && length > SOLID.1)
    };
    let mut cut: Vec<Piece> = near.iter().filter(is_letter).copied().collect();
    cut.sort_by_key(|p| p.from);
    cut.chunk_by(|a, b| b.from as f32 <= a.to as f32 + GAP * letter).any(|line| {
        let mut ends: Vec<f32> = line.iter().map(|p| p.far as f32 - slope * ((p.from + p.to) / 2) as f32).collect();
        ends.sort_by(f32::total_cmp);
        let aligned = ends.iter().map(|low| ends.partition_point(|end| *end <= low + ALIGNED * letter)).zip(0..);
        let most = aligned.map(|(behind, at)| behind - at).max().unwrap_or_default();
        let end = line.iter().map(|p| p.to).max().unwrap_or_default();
        let long = line.first().is_some_and(|first| (end - first.from) as f32 >= LONG * letter);
        long && line.len() >= LETTERS && most as f32 >= SHARE * line.len() as f32
    })
}
