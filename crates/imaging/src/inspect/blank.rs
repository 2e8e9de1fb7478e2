//! Whether anything is written on a page.

use sohoa_domain::InkMap;

use super::ink::share;
use super::reduced::Reduced;
use crate::components::{Component, components};

/// Contrast from which a pixel may belong to a stroke, grey levels. Pale pencil has 50 to 90, what shines through from
/// the other side mostly 10 to 40.
const FAINT: u8 = 24;
/// Contrast that the darker part of a stroke has to reach.
const STROKE: u8 = 46;
/// Contrast from which a stroke is writing however soft it is.
const DARK: u8 = 110;
/// Steepest step from pixel to pixel of a pale stroke, as a share of its contrast.
const CRISP: f32 = 0.35;
/// Share of ink from which no closer look is needed.
const PLENTY: f32 = 0.02;
/// Strokes are at least this long, mm: shorter ones are specks, dust and noise. A digit of 9 pt is 2.2 mm high.
const MIN_STROKE: f32 = 1.3;
/// The lengths of all strokes together, mm.
const MIN_WRITING: f32 = 2.0;
/// What touches this margin is the edge of the sheet or the scanner's lid, mm.
const EDGE: f32 = 2.5;
/// How much redder than green a seal is, grey levels.
const SEAL: u32 = 45;
/// A seal and its smear stay within this, mm. Seals measure 30 to 42; red ink that reaches further is writing.
const SEAL_REACH: f32 = 50.0;
/// Punch holes: diameter and greatest distance of their centre from the nearest side, mm.
const HOLE: (f32, f32, f32) = (4.0, 9.0, 22.0);

/// No writing: nothing at all, or only specks, edges, punch holes, a seal's bleed-through and shine-through.
pub(super) fn is_blank(page: &Reduced, ink: &InkMap) -> bool {
    if share(ink) >= PLENTY && !mostly_at_edges(ink, page.per_mm) {
        return false;
    }
    let strokes = components(&ink.contrast, ink.width, FAINT);
    let writing: f32 = strokes.iter().filter(|c| is_stroke(c, page, ink)).map(|c| length(c, page.per_mm)).sum();
    writing < MIN_WRITING && !has_red_writing(page)
}

/// Red ink vanishes in the red channel, so it is looked for by its redness. A seal that bleeds through is as red as a
/// pen; what tells them apart is that it stays in one place.
fn has_red_writing(page: &Reduced) -> bool {
    if page.green.is_empty() {
        return false;
    }
    let redness: Vec<u8> = (0..page.red.len()).map(|at| page.redness(at)).collect();
    let strokes = components(&redness, page.width, SEAL as u8);
    let mut strokes = strokes.iter().filter(|c| length(c, page.per_mm) >= MIN_STROKE);
    let Some(first) = strokes.next() else { return false };
    let (mut left, mut top, mut right, mut bottom) = (first.left, first.top, first.right, first.bottom);
    for c in strokes {
        (left, top) = (left.min(c.left), top.min(c.top));
        (right, bottom) = (right.max(c.right), bottom.max(c.bottom));
    }
    (right - left).max(bottom - top) as f32 > SEAL_REACH * page.per_mm
}

fn length(c: &Component, per_mm: f32) -> f32 {
    c.width().max(c.height()) as f32 / per_mm
}

fn is_stroke(c: &Component, page: &Reduced, ink: &InkMap) -> bool {
    length(c, page.per_mm) >= MIN_STROKE
        && c.area as f32 >= 0.12 * page.per_mm * page.per_mm
        && !touches_edge(c, ink, page.per_mm)
        && !is_hole(c, ink, page.per_mm)
        && redness(c, page) < SEAL
        && is_dark_or_crisp(c, ink)
}

/// Ink and print are dark. What is pale is a pencil when its edges are sharp; what shines through is soft, because
/// the paper scatters it.
fn is_dark_or_crisp(c: &Component, ink: &InkMap) -> bool {
    let peak = upper_tenth(c.area, pixels(c, ink.width).map(|at| ink.contrast[at]));
    if !(STROKE..DARK).contains(&peak) {
        return peak >= DARK;
    }
    let step = |at: usize, back: usize| at.checked_sub(back).map_or(0, |b| ink.contrast[at].abs_diff(ink.contrast[b]));
    let steps = pixels(c, ink.width).map(|at| step(at, 1).max(step(at, ink.width)));
    f32::from(upper_tenth(c.area, steps)) >= CRISP * f32::from(peak)
}

/// The value that a tenth of `n` values reach.
fn upper_tenth(n: u32, values: impl Iterator<Item = u8>) -> u8 {
    let mut counts = [0u32; 256];
    values.for_each(|v| counts[usize::from(v)] += 1);
    let mut left = n / 10;
    for (value, &n) in counts.iter().enumerate().rev() {
        if n > left {
            return value as u8;
        }
        left -= n;
    }
    0
}

/// Mean redness.
fn redness(c: &Component, page: &Reduced) -> u32 {
    pixels(c, page.width).map(|at| u32::from(page.redness(at))).sum::<u32>() / c.area.max(1)
}

fn pixels(c: &Component, width: usize) -> impl Iterator<Item = usize> {
    c.runs.iter().flat_map(move |&(y, from, to)| (from..to).map(move |x| y as usize * width + x as usize))
}

fn touches_edge(c: &Component, ink: &InkMap, per_mm: f32) -> bool {
    let edge = (EDGE * per_mm) as usize;
    c.left < edge || c.top < edge || c.right + edge > ink.width || c.bottom + edge > ink.height
}

/// A dark round spot near a side.
fn is_hole(c: &Component, ink: &InkMap, per_mm: f32) -> bool {
    let (w, h) = (c.width() as f32, c.height() as f32);
    let diameter = HOLE.0 * per_mm..=HOLE.1 * per_mm;
    let centre = ((c.left + c.right) / 2, (c.top + c.bottom) / 2);
    let distance = centre.0.min(ink.width - centre.0).min(centre.1.min(ink.height - centre.1));
    // A disc fills π/4 of its box.
    let full = c.area as f32 / (w * h);
    diameter.contains(&w) && diameter.contains(&h) && (0.65..0.9).contains(&full) && distance as f32 <= HOLE.2 * per_mm
}

/// Whether the ink is the scanner's lid around a small sheet rather than writing.
fn mostly_at_edges(ink: &InkMap, per_mm: f32) -> bool {
    let groups = components(&ink.contrast, ink.width, ink.threshold);
    let (mut edges, mut all) = (0, 0);
    for c in &groups {
        all += c.area;
        edges += if touches_edge(c, ink, per_mm) { c.area } else { 0 };
    }
    edges * 2 > all
}
