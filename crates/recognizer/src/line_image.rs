//! From the grey pixels of a cut-out line to the network's input.
//!
//! Scaling follows what Tesseract does through Leptonica (`scale1.c`, `enhance.c`), to the bit: area averages below 0.7,
//! linear interpolation above, a light unsharp mask after both. The network was trained on pictures made this way.

use crate::network::LineImage;

/// Grey pixels, row by row, 0 is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GreyLine {
    /// Pixels along a row.
    pub width: usize,
    /// Number of rows.
    pub height: usize,
    /// `width * height` values.
    pub pixels: Vec<u8>,
}

impl GreyLine {
    /// Scales the line to `height` rows and spreads its greys between its own black and white.
    ///
    /// `None` for a line that is empty, or narrower than `min_width` px after scaling.
    pub fn into_image(self, height: usize, min_width: usize) -> Option<LineImage> {
        if self.width == 0 || self.height == 0 || self.pixels.len() != self.width * self.height {
            return None;
        }
        let scaled = scaled(self, height);
        (scaled.width >= min_width.max(3)).then(|| spread(&scaled))
    }
}

fn scaled(line: GreyLine, height: usize) -> GreyLine {
    let factor = height as f32 / line.height as f32;
    if line.height == height {
        return line;
    }
    let width = ((factor * line.width as f32 + 0.5) as usize).max(1);
    if factor < 0.7 {
        let small = if factor == 0.5 { halved(&line, width, height) } else { area_averages(&line, width, height) };
        if factor > 0.2 { sharpened(small, 1, 0.2) } else { small }
    } else {
        let scaled = interpolated(&line, width, height);
        if factor < 1.4 { sharpened(scaled, 2, 0.4) } else { scaled }
    }
}

fn halved(line: &GreyLine, width: usize, height: usize) -> GreyLine {
    let width = width.min(line.width / 2);
    let mut pixels = Vec::with_capacity(width * height);
    for rows in line.pixels.chunks_exact(2 * line.width) {
        let (upper, lower) = rows.split_at(line.width);
        let four = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        pixels.extend(four.map(|(u, l)| ([u[0], u[1], l[0], l[1]].map(u32::from).iter().sum::<u32>() >> 2) as u8));
    }
    GreyLine { width, height, pixels }
}

/// Where a target pixel begins and ends in the source, in 1/16 px: whole part and sixteenths.
#[derive(Clone, Copy)]
struct Span {
    first: usize,
    first_part: u32,
    last: usize,
    last_part: u32,
}

fn spans(source: usize, target: usize) -> impl Iterator<Item = Span> {
    let step = 16.0 * source as f32 / target as f32;
    (0..target).map(move |i| {
        let (from, to) = ((step * i as f32) as usize, (f64::from(step) * (i as f64 + 1.0)) as usize);
        Span { first: from >> 4, first_part: 16 - (from & 15) as u32, last: to >> 4, last_part: (to & 15) as u32 }
    })
}

/// Averages over the area of each target pixel. Where that reaches the last row or column the pixel there is taken.
fn area_averages(line: &GreyLine, width: usize, height: usize) -> GreyLine {
    let across: Vec<Span> = spans(line.width, width).collect();
    let inner = across.iter().take_while(|s| s.last < line.width - 1).count();
    let mut pixels = Vec::with_capacity(width * height);
    let mut sums = vec![0u32; line.width];
    for down in spans(line.height, height) {
        let row = |y: usize| &line.pixels[y * line.width..][..line.width];
        let top = row(down.first);
        if down.last > line.height.saturating_sub(2) {
            pixels.extend(across.iter().map(|s| top[s.first]));
            continue;
        }
        // Columns first, weighted in 1/16: the same sums in another order.
        sums.iter_mut().zip(top).for_each(|(s, v)| *s = down.first_part * u32::from(*v));
        for y in down.first + 1..down.last {
            sums.iter_mut().zip(row(y)).for_each(|(s, v)| *s += 16 * u32::from(*v));
        }
        sums.iter_mut().zip(row(down.last)).for_each(|(s, v)| *s += down.last_part * u32::from(*v));
        let tall = down.first_part + 16 * (down.last - down.first - 1) as u32 + down.last_part;
        pixels.extend(across[..inner].iter().map(|s| {
            let middle: u32 = sums[s.first + 1..s.last].iter().sum();
            let sum = s.first_part * sums[s.first] + 16 * middle + s.last_part * sums[s.last];
            let wide = s.first_part + 16 * (s.last - s.first - 1) as u32 + s.last_part;
            ((sum + 128) / (wide * tall)) as u8
        }));
        pixels.extend(across[inner..].iter().map(|s| top[s.first]));
    }
    GreyLine { width, height, pixels }
}

fn interpolated(line: &GreyLine, width: usize, height: usize) -> GreyLine {
    let at = |i: usize, source: usize, target: usize| {
        let place = (16.0 * source as f32 / target as f32 * i as f32) as usize;
        let first = (place >> 4).min(source - 1);
        (first, (first + 1).min(source - 1), (place & 15) as u32)
    };
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        let (top, bottom, fy) = at(y, line.height, height);
        for x in 0..width {
            let (left, right, fx) = at(x, line.width, width);
            let v = |x: usize, y: usize| u32::from(line.pixels[y * line.width + x]);
            let upper = (16 - fx) * v(left, top) + fx * v(right, top);
            let lower = (16 - fx) * v(left, bottom) + fx * v(right, bottom);
            pixels.push((((16 - fy) * upper + fy * lower + 128) / 256) as u8);
        }
    }
    GreyLine { width, height, pixels }
}

/// Adds `share` of the difference to the average over `2 * half + 1` squared; the border stays.
fn sharpened(mut line: GreyLine, half: usize, share: f32) -> GreyLine {
    let (w, h) = (line.width, line.height);
    let side = 2 * half + 1;
    if w < side || h < side {
        return line;
    }
    let norm = 1.0 / (side * side) as f32;
    let mut sums = vec![0u16; w];
    let source = line.pixels.clone();
    for y in half..h - half {
        sums.fill(0);
        for row in source[(y - half) * w..(y + half + 1) * w].chunks_exact(w) {
            sums.iter_mut().zip(row).for_each(|(s, v)| *s += u16::from(*v));
        }
        let target = &mut line.pixels[y * w + half..][..w - 2 * half];
        for (window, value) in sums.windows(side).zip(target) {
            let around: u16 = window.iter().sum();
            let own = f32::from(*value);
            *value = (own + share * (own - norm * f32::from(around)) + 0.5) as u8;
        }
    }
    line
}

/// Scales greys so that the line's black becomes −128 and its white 128, cut at ±127.
fn spread(line: &GreyLine) -> LineImage {
    let (black, white) = black_and_white(line);
    let contrast = (white - black) / 2.0;
    let contrast = if contrast <= 0.0 { 1.0 } else { contrast };
    let mut map = [0i8; 256];
    for (grey, value) in map.iter_mut().enumerate() {
        *value = (128.0 * ((grey as f32 - black) / contrast - 1.0)).round().clamp(-127.0, 127.0) as i8;
    }
    let pixels = line.pixels.iter().map(|&v| map[usize::from(v)]).collect();
    LineImage { width: line.width, height: line.height, pixels }
}

/// Contrast, as a share of that from the darkest ink to paper, below which a line's black is taken from the paper's grain.
const GRAIN: f32 = 0.25;

/// Quartiles of the darkest and lightest places along the middle row.
///
/// On grainy paper the middle of a line that is mostly empty (a form's dots) has more grain than letters, and the quartile
/// would take the grain for black. Then only the places that are darker than the middle between ink and paper count.
fn black_and_white(line: &GreyLine) -> (f32, f32) {
    let (mut lows, mut highs) = ([0u32; 256], [0u32; 256]);
    for three in line.pixels[line.height / 2 * line.width..][..line.width].windows(3) {
        let (before, here, after) = (three[0], three[1], three[2]);
        if (here < before && here <= after) || (here <= before && here < after) {
            lows[usize::from(here)] += 1;
        }
        if (here > before && here >= after) || (here >= before && here > after) {
            highs[usize::from(here)] += 1;
        }
    }
    let quantile = |counts: &[u32; 256], share: f32, otherwise: f32| {
        let total: u32 = counts.iter().sum();
        if total == 0 {
            // One value where all of the weight lies.
            return otherwise + share;
        }
        let target = (share * total as f32).clamp(1.0, total as f32);
        let mut sum = 0.0;
        for (value, &n) in counts.iter().enumerate() {
            sum += n as f32;
            if sum >= target {
                return (value + 1) as f32 - (sum - target) / n as f32;
            }
        }
        255.0
    };
    let white = quantile(&highs, 0.75, 255.0);
    let black = quantile(&lows, 0.25, 0.0);
    let darkest = lows.iter().position(|n| *n > 0).map_or(black, |v| v as f32);
    if white - black >= GRAIN * (white - darkest) {
        return (black, white);
    }
    lows[((darkest + white) / 2.0) as usize..].fill(0);
    (quantile(&lows, 0.25, 0.0), white)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paper with grain, and upright strokes in the first tenth only.
    fn mostly_empty(grain: u8) -> GreyLine {
        let (width, height) = (800, 36);
        let pixel = |i: usize| {
            let (x, y) = (i % width, i / width);
            if x < width / 10 && x % 8 < 3 { 30 } else { 240 + ((x * 31 + y * 17) % 7) as u8 * grain }
        };
        GreyLine { width, height, pixels: (0..width * height).map(pixel).collect() }
    }

    #[test]
    fn grain_is_not_taken_for_ink() {
        for grain in [0, 1, 2] {
            let image = mostly_empty(grain).into_image(36, 3).unwrap();
            let row = &image.pixels[18 * image.width..][..image.width];
            assert!(row[1] < -100, "ink, grain {grain}: {}", row[1]);
            assert!(row[100..].iter().all(|v| *v > 90), "paper, grain {grain}: {:?}", row[100..].iter().min());
        }
    }
}
