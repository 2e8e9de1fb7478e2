//! Cut-outs of a page for the decoder, and the way back to the page.

use sohoa_domain::{InkMap, PixelLayout, Raster};

/// A grey picture of a part of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crop {
    /// Pixels along a row.
    pub width: u32,
    /// Number of rows.
    pub height: u32,
    /// `width * height` grey values, 0 is black.
    pub grey: Vec<u8>,
}

/// How a cut-out lies on the page: turn by an angle about its centre, scale, shift.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placement {
    /// Page px for a px of the cut-out.
    scale: f32,
    /// The page's px of the cut-out's centre.
    centre: (f32, f32),
    /// Half the size of the cut-out, its px.
    half: (f32, f32),
    sin_cos: (f32, f32),
}

impl Placement {
    /// A point of the cut-out as a point of the page.
    pub(crate) fn to_page(self, (x, y): (f32, f32)) -> (f32, f32) {
        let (sin, cos) = self.sin_cos;
        let (dx, dy) = ((x - self.half.0) * self.scale, (y - self.half.1) * self.scale);
        (self.centre.0 + dx * cos - dy * sin, self.centre.1 + dx * sin + dy * cos)
    }
}

/// A box on the page, px, ends exclusive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) right: usize,
    pub(crate) bottom: usize,
}

/// From the ink map: already small, and its paper is even.
pub(crate) fn from_map(map: &InkMap, area: Area) -> (Crop, Placement) {
    let side = |v: usize, most: usize| (v / map.scale).min(most);
    let (left, right) = (side(area.left, map.width), side(area.right, map.width));
    let (top, bottom) = (side(area.top, map.height), side(area.bottom, map.height));
    let (w, h) = (right - left, bottom - top);
    let rows = map.contrast.chunks_exact(map.width.max(1)).skip(top).take(h);
    let grey = rows.flat_map(|row| row[left..right].iter().map(|v| 255 - v)).collect();
    let scale = map.scale as f32;
    let half = (w as f32 / 2.0, h as f32 / 2.0);
    let centre = ((left as f32 + half.0) * scale, (top as f32 + half.1) * scale);
    (Crop { width: w as u32, height: h as u32, grey }, Placement { scale, centre, half, sin_cos: (0.0, 1.0) })
}

/// From the page itself, softened against noise, and levelled when it is askew by `degrees` (clockwise).
pub(crate) fn from_page(page: &Raster, area: Area, degrees: f32) -> (Crop, Placement) {
    let (w, h) = (area.right - area.left, area.bottom - area.top);
    let mut grey = Vec::with_capacity(w * h);
    for y in area.top..area.bottom {
        let row = page.row(y as u32);
        match page.layout() {
            PixelLayout::Grey8 => grey.extend_from_slice(&row[area.left..area.right]),
            // Red stamps vanish, as they do for everything else that looks at the page.
            PixelLayout::Rgb8 => grey.extend(row[area.left * 3..area.right * 3].chunks_exact(3).map(|px| px[0])),
            PixelLayout::Bitonal => grey
                .extend((area.left..area.right).map(|x| if row[x / 8] & (0x80 >> (x % 8)) != 0 { 0 } else { 255u8 })),
        }
    }
    soften(&mut grey, w);
    let sin_cos = degrees.to_radians().sin_cos();
    let half = (w as f32 / 2.0, h as f32 / 2.0);
    let centre = (area.left as f32 + half.0, area.top as f32 + half.1);
    let placement = Placement { scale: 1.0, centre, half, sin_cos };
    let crop = Crop { width: w as u32, height: h as u32, grey };
    if degrees == 0.0 { (crop, placement) } else { levelled(&crop, sin_cos, placement) }
}

/// 1-2-1 in both directions, about a Gaussian of σ 0.7 px.
fn soften(grey: &mut [u8], width: usize) {
    if width < 3 || grey.len() < 3 * width {
        return;
    }
    let mix = |a: u8, b: u8, c: u8| ((u16::from(a) + 2 * u16::from(b) + u16::from(c) + 2) / 4) as u8;
    for row in grey.chunks_exact_mut(width) {
        let mut before = row[0];
        for x in 0..width {
            let (here, after) = (row[x], row[(x + 1).min(width - 1)]);
            row[x] = mix(before, here, after);
            before = here;
        }
    }
    let mut before = grey[..width].to_vec();
    let rows = grey.len() / width;
    for y in 0..rows {
        let here = grey[y * width..][..width].to_vec();
        let after = (y + 1).min(rows - 1) * width;
        for x in 0..width {
            grey[y * width + x] = mix(before[x], here[x], grey[after + x]);
        }
        before = here;
    }
}

/// Turned about its centre so that what is askew is level; what comes in from outside is white.
fn levelled(crop: &Crop, (sin, cos): (f32, f32), placement: Placement) -> (Crop, Placement) {
    let (w, h) = (crop.width as usize, crop.height as usize);
    let side = |a: usize, b: usize| (a as f32 * cos.abs() + b as f32 * sin.abs()).ceil() as usize;
    let (ow, oh) = (side(w, h), side(h, w));
    let half = (ow as f32 / 2.0, oh as f32 / 2.0);
    let mut grey = vec![255; ow * oh];
    for (y, row) in grey.chunks_exact_mut(ow).enumerate() {
        let dy = y as f32 + 0.5 - half.1;
        for (x, px) in row.iter_mut().enumerate() {
            let dx = x as f32 + 0.5 - half.0;
            let (sx, sy) = (dx * cos - dy * sin + placement.half.0 - 0.5, dx * sin + dy * cos + placement.half.1 - 0.5);
            if sx >= 0.0 && sy >= 0.0 && (sx as usize) + 1 < w && (sy as usize) + 1 < h {
                let (at, fx, fy) = (sy as usize * w + sx as usize, sx.fract(), sy.fract());
                let two = |i: usize| f32::from(crop.grey[i]) * (1.0 - fx) + f32::from(crop.grey[i + 1]) * fx;
                *px = (two(at) * (1.0 - fy) + two(at + w) * fy + 0.5) as u8;
            }
        }
    }
    (Crop { width: ow as u32, height: oh as u32, grey }, Placement { half, ..placement })
}

/// The whole page as the decoder takes it.
pub(crate) fn whole(page: &Raster) -> Area {
    Area { left: 0, top: 0, right: page.width() as usize, bottom: page.height() as usize }
}
