//! Print much smaller than the page's, such as the stamp of a digital signature. Beside large letters its small ones pass
//! for marks, and its lines for one; where such print shows, its lines are found again by its own usual height.

use sohoa_imaging::Component;

use super::Found;
use super::glyphs::{self, Glyph, usual_height};
use super::line::Line;
use super::rules::Rules;

/// Print whose x is lower than this is small, in the page's usual height of x.
const SMALL: f32 = 0.55;
/// How far lines of one place lie apart at most, in heights of x: across, down.
const APART: (f32, f32) = (3.0, 1.5);
/// Most lines of small print that are looked at.
const MOST: usize = 64;

/// A part of the map, px.
#[derive(Debug, Clone, Copy)]
struct Place {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Place {
    /// What a line covers with its marks, and `margin` heights of x around it.
    fn of(line: &Line, margin: (f32, f32)) -> Self {
        let ends = (line.base.at(line.left), line.base.at(line.right));
        let (across, down) = (margin.0 * line.x_height, margin.1 * line.x_height);
        Self {
            left: line.left - across,
            top: ends.0.min(ends.1) - line.ascent() - down,
            right: line.right + across,
            bottom: ends.0.max(ends.1) + line.descent() + down,
        }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn with(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn holds(&self, (x, y): (f32, f32)) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }
}

/// Finds the lines of small print again, and takes them where more of the ink is in them than before. `usual` is the
/// page's height of x.
pub(super) fn find_again(found: &mut Found, groups: &[Component], rules: &Rules, usual: f32) {
    let is_small = |l: &Line| l.x_height < SMALL * usual;
    let mut places: Vec<Place> = Vec::new();
    for line in found.lines.iter().filter(|l| is_small(l)).take(MOST) {
        let mut place = Place::of(line, APART);
        while let Some(i) = places.iter().position(|p| p.meets(&place)) {
            place = place.with(&places.swap_remove(i));
        }
        places.push(place);
    }
    let large: Vec<Place> = found.lines.iter().filter(|l| !is_small(l)).map(|l| Place::of(l, (0.0, 0.0))).collect();
    for place in places {
        let of_others: Vec<&Place> = large.iter().filter(|l| l.meets(&place)).collect();
        let within = |c: &&Component| {
            let middle = Glyph::of(c).middle();
            place.holds(middle) && !of_others.iter().any(|l| l.holds(middle))
        };
        let groups: Vec<Component> = groups.iter().filter(within).cloned().collect();
        let Some(height) = usual_height(&glyphs::boxes(&groups)).filter(|h| *h < SMALL * usual) else { continue };
        let again = Found::once(&groups, rules, height);
        let is_here = |l: &Line| is_small(l) && place.holds(l.middle());
        let before: f32 = found.lines.iter().filter(|l| is_here(l)).map(Line::ink).sum();
        if again.used > before {
            found.lines.retain(|l| !is_here(l));
            found.used += again.used - before;
            found.lines.extend(again.lines);
        }
    }
}
