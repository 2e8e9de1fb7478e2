//! Pages from bytes: a small program of the fuzzer's draws letters, rules, blots and noise, so that bytes at random
//! often look like a page.

use sohoa_domain::{InkMap, PixelLayout, Raster};

/// Longest side of a page, px of the map.
const MAX_SIDE: usize = 600;
/// Things that are drawn on one page at most; keeps a run short.
const MAX_STROKES: usize = 600;

/// Reads numbers off the front; zeros when the bytes are used up.
pub struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    /// Reads these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// The next two bytes as a number below `end`, or 0.
    fn below(&mut self, end: usize) -> usize {
        usize::from(u16::from_le_bytes([self.byte(), self.byte()])) % end.max(1)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The page that `bytes` draw.
pub fn page(source: &mut Source) -> InkMap {
    let (width, height) = (1 + source.below(MAX_SIDE), 1 + source.below(MAX_SIDE));
    let scale = 1 + usize::from(source.byte() % 3);
    let threshold = source.byte().max(1);
    let mut map = InkMap { width, height, scale, contrast: vec![0; width * height], threshold };
    for _ in 0..MAX_STROKES {
        if source.is_empty() {
            break;
        }
        match source.byte() % 6 {
            0 => rectangle(&mut map, source),
            1 | 2 => letters(&mut map, source),
            3 => rule(&mut map, source),
            4 => noise(&mut map, source),
            _ => pixels(&mut map, source),
        }
    }
    map
}

/// A grey page that has the contrasts of `ink`.
pub fn grey(ink: &InkMap) -> Option<Raster> {
    let (width, height) = (ink.width * ink.scale, ink.height * ink.scale);
    let value = |i: usize| 255 - ink.contrast[i / width / ink.scale * ink.width + i % width / ink.scale];
    Raster::new(width as u32, height as u32, PixelLayout::Grey8, (0..width * height).map(value).collect())
}

/// Fills what lies on the page.
fn fill(map: &mut InkMap, left: isize, top: isize, width: usize, height: usize, value: u8) {
    let on = |v: isize, end: usize| v.clamp(0, end as isize) as usize;
    let (from, to) = (on(left, map.width), on(left + width as isize, map.width));
    for y in on(top, map.height)..on(top + height as isize, map.height) {
        map.contrast[y * map.width..][from..to].fill(value);
    }
}

fn rectangle(map: &mut InkMap, source: &mut Source) {
    let (left, top) = (source.below(map.width), source.below(map.height));
    let (width, height) = (source.below(map.width), source.below(map.height));
    fill(map, left as isize, top as isize, width, height, source.byte());
}

/// A line of boxes of two heights, some with a mark above or a tail below, on a baseline that may slope.
fn letters(map: &mut InkMap, source: &mut Source) {
    let (mut left, baseline) = (source.below(map.width) as isize, source.below(map.height) as f32);
    let x_height = 3 + usize::from(source.byte() % 32);
    let slope = f32::from(source.byte().cast_signed()) / 512.0;
    let count = source.byte() % 80;
    let mut kinds = u32::from_le_bytes([source.byte(), source.byte(), source.byte(), source.byte()]);
    let value = map.threshold.max(source.byte());
    let start = left;
    for _ in 0..count {
        let kind = kinds & 15;
        kinds = kinds.rotate_right(3) ^ u32::from(count);
        let width = x_height / 2 + 1 + (kind as usize & 3);
        let bottom = baseline + slope * (left - start) as f32;
        let height = if kind & 4 == 0 { x_height } else { x_height * 3 / 2 };
        let tail = if kind == 9 { x_height / 2 } else { 0 };
        let top = bottom as isize - height as isize;
        if kind != 15 {
            fill(map, left, top, width, height + tail, value);
        }
        if kind & 9 == 8 {
            fill(map, left, top - 2 - x_height as isize / 4, width, 1 + x_height / 6, value);
        }
        left += (width + 1 + x_height / 6) as isize;
    }
}

/// A thin stroke from edge to edge of what it was given, level or upright; some dotted.
fn rule(map: &mut InkMap, source: &mut Source) {
    let (left, top) = (source.below(map.width) as isize, source.below(map.height) as isize);
    let kind = source.byte();
    let thick = 1 + usize::from(kind >> 2 & 3);
    let (length, value) = (source.below(MAX_SIDE), map.threshold.max(source.byte()));
    let step = if kind & 2 == 0 { 1 } else { 4 };
    for i in (0..length as isize).step_by(step) {
        let (x, y) = if kind & 1 == 0 { (left + i, top) } else { (left, top + i) };
        fill(map, x, y, thick, thick, value);
    }
}

/// Specks over an area: one pixel in 2, 4, … 256.
fn noise(map: &mut InkMap, source: &mut Source) {
    let (left, top) = (source.below(map.width), source.below(map.height));
    let (width, height) = (source.below(map.width - left), source.below(map.height - top));
    let (mask, value) = ((2u32 << (source.byte() % 8)) - 1, source.byte());
    let mut state = u32::from(source.byte()) + 1;
    for y in top..top + height {
        for cell in &mut map.contrast[y * map.width..][left..left + width] {
            // Marsaglia's xorshift.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            if state >> 8 & mask == 0 {
                *cell = value;
            }
        }
    }
}

/// Up to 255 pixels as runs from some place on.
fn pixels(map: &mut InkMap, source: &mut Source) {
    let mut at = source.below(map.height) * map.width + source.below(map.width);
    for i in 0..source.byte() {
        let length = usize::from(source.byte());
        if let Some(run) = map.contrast.get_mut(at..at + length) {
            run.fill(if i % 2 == 0 { 255 } else { 0 });
        }
        at += length;
    }
}
