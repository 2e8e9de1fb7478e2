//! Pixels as the OCR engine wants them: grey, upright, lines level; and the way back to the page.

use sohoa_domain::{Baseline, InkMap, OcrPage, PixelLayout, Raster, Rect, Rotation};

use crate::bitonal;
use crate::inspect::ink_of;
use crate::orient;

/// Smallest skew that is worth a resampling, degrees. Below it the engine reads as well without, and resampling would
/// only soften the letters.
const MIN_SKEW: f32 = 0.5;

/// A page made ready for OCR, together with how it was turned.
#[derive(Debug, Clone)]
pub struct OcrRaster {
    /// Grey, upright, text lines level. Larger than the page when it was deskewed, so that no corner is lost.
    pub grey: Raster,
    /// Which pixels of `grey` are ink.
    pub ink: InkMap,
    rotation: Rotation,
    width: u32,
    height: u32,
    /// sine and cosine of the skew that was taken out.
    sin_cos: (f32, f32),
}

/// Makes a page ready for OCR: the red channel of colour pages (red seals and stamps vanish, blue ink and print stay),
/// turned clockwise by `rotation`, then turned back by `skew_degrees` (clockwise skew of the text after `rotation`)
/// when that is at least half a degree. `ink` is that of the page as loaded; it is turned with it. What comes in from
/// outside the page has the colour of the paper.
pub fn for_ocr(raster: &Raster, ink: &InkMap, rotation: Rotation, skew_degrees: f32) -> OcrRaster {
    let upright = orient::turned(&red(raster), rotation);
    let (width, height) = (upright.width(), upright.height());
    if !(MIN_SKEW..=45.0).contains(&skew_degrees.abs()) {
        let ink = orient::turned_ink(ink, rotation);
        return OcrRaster { grey: upright, ink, rotation, width, height, sin_cos: (0.0, 1.0) };
    }
    let sin_cos = skew_degrees.to_radians().sin_cos();
    let grey = levelled(&upright, sin_cos);
    let ink = ink_of(&grey, ink.scale);
    OcrRaster { grey, ink, rotation, width, height, sin_cos }
}

/// One byte a pixel: the red channel, the grey value, or 0 and 255.
fn red(raster: &Raster) -> Raster {
    match raster.layout() {
        PixelLayout::Bitonal => bitonal::expanded(raster),
        PixelLayout::Grey8 => raster.clone(),
        PixelLayout::Rgb8 => {
            let data = raster.data().chunks_exact(3).map(|px| px[0]).collect();
            let grey = Raster::new(raster.width(), raster.height(), PixelLayout::Grey8, data);
            debug_assert!(grey.is_some(), "one byte a pixel was taken");
            grey.unwrap_or_else(|| raster.clone())
        }
    }
}

/// Turns the page about its centre so that lines at the given angle become level, bilinear.
fn levelled(page: &Raster, (sin, cos): (f32, f32)) -> Raster {
    let (w, h) = (page.width() as usize, page.height() as usize);
    let side = |a: usize, b: usize| (a as f32 * cos.abs() + b as f32 * sin.abs()).ceil() as usize;
    let (ow, oh) = (side(w, h), side(h, w));
    let paper = paper_grey(page);
    let mut out = vec![paper; ow * oh];
    // Source coordinates in 1/65536 px; they move by the same step from one target pixel to the next.
    let fixed = |v: f32| (f64::from(v) * 65536.0).round() as i64;
    let (step_x, step_y) = (fixed(cos), fixed(sin));
    let centre = |n: usize| (n as f32 - 1.0) / 2.0;
    let data = page.data();
    let inside = |v: i64, side: usize| v >= 0 && v >> 16 < side as i64 - 1;
    for (y, row) in out.chunks_exact_mut(ow).enumerate() {
        let (dx, dy) = (-centre(ow), y as f32 - centre(oh));
        let mut sx = fixed(centre(w) + dx * cos - dy * sin);
        let mut sy = fixed(centre(h) + dx * sin + dy * cos);
        for px in row {
            if inside(sx, w) && inside(sy, h) {
                let at = (sy >> 16) as usize * w + (sx >> 16) as usize;
                let (fx, fy) = ((sx >> 8 & 0xff) as u32, (sy >> 8 & 0xff) as u32);
                let two = |i: usize| u32::from(data[i]) * (256 - fx) + u32::from(data[i + 1]) * fx;
                *px = ((two(at) * (256 - fy) + two(at + w) * fy + (1 << 15)) >> 16) as u8;
            }
            sx += step_x;
            sy += step_y;
        }
    }
    let levelled = Raster::new(ow as u32, oh as u32, PixelLayout::Grey8, out);
    debug_assert!(levelled.is_some(), "one byte a pixel was made");
    levelled.unwrap_or_else(|| page.clone())
}

/// The most frequent grey of the lighter half, from every 97th pixel.
fn paper_grey(page: &Raster) -> u8 {
    let mut counts = [0u32; 256];
    page.data().iter().step_by(97).for_each(|&v| counts[usize::from(v)] += 1);
    (128..=255u8).max_by_key(|&v| counts[usize::from(v)]).unwrap_or(255)
}

impl OcrRaster {
    /// A point of `grey` as a point of the upright page.
    fn point(&self, x: f32, y: f32) -> (f32, f32) {
        let (sin, cos) = self.sin_cos;
        let (dx, dy) = (x - self.grey.width() as f32 / 2.0, y - self.grey.height() as f32 / 2.0);
        (self.width as f32 / 2.0 + dx * cos - dy * sin, self.height as f32 / 2.0 + dx * sin + dy * cos)
    }

    /// A box found on `grey` as a box on the upright page. The centre is mapped and the size kept: at a scan's small
    /// angles that lies closer around a word than the box around the turned box would.
    pub fn map_rect(&self, rect: &Rect) -> Rect {
        let (x, y) = self.point((rect.left + rect.right) / 2.0, (rect.top + rect.bottom) / 2.0);
        let (rx, ry) = (rect.width() / 2.0, rect.height() / 2.0);
        let (w, h) = (self.width as f32, self.height as f32);
        Rect {
            left: (x - rx).clamp(0.0, w),
            top: (y - ry).clamp(0.0, h),
            right: (x + rx).clamp(0.0, w),
            bottom: (y + ry).clamp(0.0, h),
        }
    }

    /// A baseline found on `grey` as a baseline on the upright page.
    pub fn map_baseline(&self, baseline: &Baseline) -> Baseline {
        let (sin, cos) = self.sin_cos;
        let (x0, y0) = self.point(baseline.x0, baseline.y0);
        let slope = (sin + baseline.slope * cos) / (cos - baseline.slope * sin);
        Baseline { x0, y0, slope }
    }

    /// Maps everything that was found on `grey` to the upright page and sets the page's size and rotation. Boxes of
    /// lines and blocks become the boxes around their words.
    pub fn map_page(&self, page: &mut OcrPage) {
        (page.width, page.height, page.rotation) = (self.width, self.height, self.rotation);
        if self.sin_cos.0 == 0.0 {
            return;
        }
        for block in &mut page.blocks {
            for line in &mut block.lines {
                line.words.iter_mut().for_each(|w| w.rect = self.map_rect(&w.rect));
                line.baseline = self.map_baseline(&line.baseline);
                line.rect = around(line.words.iter().map(|w| w.rect)).unwrap_or_else(|| self.map_rect(&line.rect));
            }
            block.rect = around(block.lines.iter().map(|l| l.rect)).unwrap_or_else(|| self.map_rect(&block.rect));
        }
    }
}

fn around(rects: impl Iterator<Item = Rect>) -> Option<Rect> {
    rects.reduce(|a, b| a.union(&b))
}

#[cfg(test)]
mod tests {
    use sohoa_domain::{Block, Dpi, Line, Word};

    use super::*;

    fn near(a: f32, b: f32) -> bool {
        (a - b).abs() < 0.6
    }

    /// A white page with one black dot of 5 × 5 px.
    fn dot(w: u32, h: u32, x: u32, y: u32) -> Raster {
        let mut data = vec![250; (w * h) as usize];
        for dy in 0..5 {
            for dx in 0..5 {
                data[((y + dy) * w + x + dx) as usize] = 0;
            }
        }
        Raster::new(w, h, PixelLayout::Grey8, data).unwrap()
    }

    fn centre_of_ink(page: &Raster) -> (f32, f32) {
        let (mut sx, mut sy, mut n) = (0.0, 0.0, 0.0);
        for y in 0..page.height() {
            for (x, &v) in page.row(y).iter().enumerate() {
                let ink = 250.0 - f32::from(v.min(250));
                sx += ink * (x as f32 + 0.5);
                sy += ink * (y as f32 + 0.5);
                n += ink;
            }
        }
        (sx / n, sy / n)
    }

    #[test]
    fn what_is_found_on_the_levelled_page_maps_back() {
        for skew in [-7.0f32, -2.0, 0.7, 3.5] {
            for rotation in [Rotation::None, Rotation::Quarter, Rotation::Half] {
                let page = dot(300, 400, 40, 330);
                let (x, y) = centre_of_ink(&orient::turned(&page, rotation));
                let ocr = for_ocr(&page, &ink_of(&page, 2), rotation, skew);
                let (gx, gy) = centre_of_ink(&ocr.grey);
                let back = ocr.map_rect(&Rect { left: gx - 4.0, top: gy - 2.0, right: gx + 4.0, bottom: gy + 2.0 });
                assert!(near((back.left + back.right) / 2.0, x), "{skew} {rotation:?} {back:?} {x}");
                assert!(near((back.top + back.bottom) / 2.0, y), "{skew} {rotation:?} {back:?} {y}");
                assert!(near(back.width(), 8.0) && near(back.height(), 4.0));
            }
        }
    }

    #[test]
    fn a_line_with_clockwise_skew_becomes_level() {
        // y grows by 1 px in 20 to the right: 2.86° clockwise.
        let (w, h) = (400u32, 200u32);
        let ink = |x: u32, y: u32| (y as f32 - (80.0 + x as f32 / 20.0)).abs() < 2.0;
        let data = (0..w * h).map(|i| if ink(i % w, i / w) { 0 } else { 255 }).collect();
        let page = Raster::new(w, h, PixelLayout::Grey8, data).unwrap();
        let ocr = for_ocr(&page, &ink_of(&page, 2), Rotation::None, (1.0f32 / 20.0).atan().to_degrees());
        let middle = |x: usize| {
            let rows = (0..ocr.grey.height()).filter(|&y| ocr.grey.row(y)[x] < 128).map(|y| y as f32);
            let rows: Vec<f32> = rows.collect();
            rows.iter().sum::<f32>() / rows.len() as f32
        };
        let y = middle(60);
        assert!((middle(340) - y).abs() < 1.0, "{} {}", y, middle(340));
        let back = ocr.map_baseline(&Baseline { x0: 60.0, y0: y, slope: 0.0 });
        assert!((back.slope - 0.05).abs() < 0.001);
        assert!((back.at(100.0) - 85.0).abs() < 1.5, "{}", back.at(100.0));
    }

    #[test]
    fn small_skew_and_bitonal_pages_are_not_resampled() {
        let page = Raster::new(9, 1, PixelLayout::Bitonal, vec![0b1000_0001, 0x80]).unwrap();
        let ocr = for_ocr(&page, &ink_of(&page, 2), Rotation::None, 0.4);
        assert_eq!(ocr.grey.data(), &[0, 255, 255, 255, 255, 255, 255, 0, 0]);
    }

    #[test]
    fn red_ink_vanishes_and_blue_stays() {
        let page = Raster::new(2, 1, PixelLayout::Rgb8, vec![250, 20, 30, 20, 30, 250]).unwrap();
        assert_eq!(for_ocr(&page, &ink_of(&page, 1), Rotation::None, 0.0).grey.data(), &[250, 20]);
    }

    #[test]
    fn a_whole_page_is_mapped() {
        let page = dot(300, 400, 40, 330);
        let ocr = for_ocr(&page, &ink_of(&page, 2), Rotation::Quarter, 3.0);
        let rect = Rect { left: 50.0, top: 60.0, right: 90.0, bottom: 80.0 };
        let word = Word::new("một", rect, 0.9);
        let line = Line { words: vec![word], rect, baseline: Baseline::default(), height: 20.0 };
        let (gw, gh) = (ocr.grey.width(), ocr.grey.height());
        let mut page = OcrPage::empty(gw, gh, Dpi::square(300.0), Rotation::None, "test");
        page.blocks.push(Block { lines: vec![line], rect });
        ocr.map_page(&mut page);
        assert_eq!((page.width, page.height, page.rotation), (400, 300, Rotation::Quarter));
        let mapped = ocr.map_rect(&rect);
        let block = &page.blocks[0];
        assert_eq!((block.rect, block.lines[0].rect, block.lines[0].words[0].rect), (mapped, mapped, mapped));
        assert_ne!(mapped, rect);
        assert_eq!(block.lines[0].baseline, ocr.map_baseline(&Baseline::default()));
    }
}
