//! Where a red seal lies. Seals of Vietnamese bodies are round, mostly 30 to 42 mm wide.

use sohoa_domain::Rect;

use super::reduced::Reduced;

/// How much redder than green the ink of a seal is. What shines through from the other side is weaker.
const RED: u8 = 40;
/// Share of a millimetre's pixels that are red where a ring or a letter of a seal runs through it.
const SHARE: f32 = 0.12;
/// Sides of the box around a seal, mm, and how unlike they may be.
const SIDES: std::ops::RangeInclusive<f32> = 24.0..=46.0;
const OBLONG: f32 = 1.35;
/// Red square millimetres of a seal: two rings and a star have more.
const LEAST: usize = 90;
/// Free millimetres between parts of one seal.
const GAP: usize = 2;

/// Box of the seal with the most ink, px of the page as loaded; `None` without colours or without a seal.
pub(super) fn find(page: &Reduced) -> Option<Rect> {
    let cell = (page.per_mm.round() as usize).max(1);
    let (w, h) = (page.width / cell, page.height / cell);
    if page.green.is_empty() || w == 0 || h == 0 {
        return None;
    }
    let mut counts = vec![0u32; w * h];
    for y in 0..h * cell {
        for x in 0..w * cell {
            if page.redness(y * page.width + x) >= RED {
                counts[y / cell * w + x / cell] += 1;
            }
        }
    }
    let least = ((cell * cell) as f32 * SHARE).max(1.0) as u32;
    let mut red: Vec<bool> = counts.iter().map(|&n| n >= least).collect();
    let mm = page.per_mm / cell as f32;
    let mut best: Option<(usize, [usize; 4])> = None;
    for start in 0..red.len() {
        if !red[start] {
            continue;
        }
        let (size, bounds) = take(&mut red, w, h, start);
        let [left, top, right, bottom] = bounds;
        let (wide, high) = ((right - left + 1) as f32 / mm, (bottom - top + 1) as f32 / mm);
        let round = wide.max(high) <= OBLONG * wide.min(high);
        let fits = SIDES.contains(&wide) && SIDES.contains(&high) && round && size >= LEAST;
        if fits && best.as_ref().is_none_or(|(most, _)| size > *most) {
            best = Some((size, bounds));
        }
    }
    let px = |cells: usize| (cells * cell * page.factor) as f32;
    best.map(|(_, [l, t, r, b])| Rect { left: px(l), top: px(t), right: px(r + 1), bottom: px(b + 1) })
}

/// Takes all red cells that hang together with `start`: their number, and left, top, right, bottom.
fn take(red: &mut [bool], w: usize, h: usize, start: usize) -> (usize, [usize; 4]) {
    let mut stack = vec![start];
    red[start] = false;
    let mut size = 0;
    let mut bounds = [start % w, start / w, start % w, start / w];
    while let Some(at) = stack.pop() {
        let (x, y) = (at % w, at / w);
        size += 1;
        bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
        for ny in y.saturating_sub(GAP)..(y + GAP + 1).min(h) {
            for nx in x.saturating_sub(GAP)..(x + GAP + 1).min(w) {
                if std::mem::take(&mut red[ny * w + nx]) {
                    stack.push(ny * w + nx);
                }
            }
        }
    }
    (size, bounds)
}
