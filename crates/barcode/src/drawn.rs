//! Pages drawn for tests: rectangles in mm on an A4 sheet, at any skew, with noise.

use qrcodegen::{QrCode, QrCodeEcc};
use sohoa_domain::{PixelLayout, Raster};

/// A sheet of A4, grey.
pub(crate) struct Sheet {
    dpi: f32,
    width: usize,
    height: usize,
    sin_cos: (f32, f32),
    pixels: Vec<u8>,
    random: u32,
}

impl Sheet {
    /// Everything is drawn `skew` degrees clockwise about the middle of the sheet.
    pub(crate) fn new(dpi: f32, skew: f32) -> Self {
        let (width, height) = ((210.0 / 25.4 * dpi) as usize, (297.0 / 25.4 * dpi) as usize);
        let pixels = vec![246; width * height];
        Self { dpi, width, height, sin_cos: skew.to_radians().sin_cos(), pixels, random: 7 }
    }

    fn random(&mut self, below: u32) -> u32 {
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.random >> 8) % below
    }

    /// A rectangle of ink; mm from the top left corner. Each pixel is as dark as four points of it say.
    pub(crate) fn bar(&mut self, x: f32, y: f32, w: f32, h: f32) {
        let (per_mm, (sin, cos)) = (self.dpi / 25.4, self.sin_cos);
        let middle = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let turned = |x: f32, y: f32| {
            let (dx, dy) = (x * per_mm - middle.0, y * per_mm - middle.1);
            (middle.0 + dx * cos - dy * sin, middle.1 + dx * sin + dy * cos)
        };
        let corners = [turned(x, y), turned(x + w, y), turned(x, y + h), turned(x + w, y + h)];
        let range = |values: [f32; 4], most: usize| {
            let (low, high) = (values.into_iter().fold(f32::MAX, f32::min), values.into_iter().fold(0.0, f32::max));
            low.max(0.0) as usize..(high.ceil() as usize + 1).min(most)
        };
        for py in range(corners.map(|c| c.1), self.height) {
            for px in range(corners.map(|c| c.0), self.width) {
                let inside = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].iter().filter(|(ox, oy)| {
                    let (dx, dy) = (px as f32 + ox - middle.0, py as f32 + oy - middle.1);
                    let (sx, sy) =
                        ((dx * cos + dy * sin + middle.0) / per_mm, (dy * cos - dx * sin + middle.1) / per_mm);
                    (x..x + w).contains(&sx) && (y..y + h).contains(&sy)
                });
                let ink = inside.count() as u32 * 52;
                let at = &mut self.pixels[py * self.width + px];
                *at = at.saturating_sub(ink as u8).max(30);
            }
        }
    }

    /// A QR code with modules of `module` mm, without its quiet zone.
    pub(crate) fn qr(&mut self, text: &str, x: f32, y: f32, module: f32) {
        let code = QrCode::encode_text(text, QrCodeEcc::Quartile).unwrap();
        for row in 0..code.size() {
            for column in (0..code.size()).filter(|&c| code.get_module(c, row)) {
                self.bar(x + column as f32 * module, y + row as f32 * module, module, module);
            }
        }
    }

    /// Four bars of 2 and 5 mm, `narrow_first` for Patch T.
    pub(crate) fn patch(&mut self, x: f32, y: f32, length: f32, narrow_first: bool) {
        let mut at = x;
        for i in 0..4 {
            let width = if (i % 2 == 0) == narrow_first { 2.03 } else { 5.08 };
            self.bar(at, y, width, length);
            at += width + 2.03;
        }
    }

    /// Lines of letters from `top` to `bottom` mm: stems and bars of half a millimetre, as bold print of 13 pt has.
    pub(crate) fn text(&mut self, top: f32, bottom: f32) {
        let mut y = top;
        while y < bottom {
            let mut x = 30.0;
            while x < 185.0 {
                for stroke in 0..1 + self.random(2) {
                    self.bar(x + stroke as f32 * 1.6, y, 0.5, 2.4);
                }
                let low = self.random(2) as f32 * 2.0;
                self.bar(x, y + low, 2.0, 0.45);
                x += if self.random(6) == 0 { 4.6 } else { 2.6 };
            }
            y += 5.4;
        }
    }

    pub(crate) fn finish(mut self, noise: u32) -> Raster {
        for i in 0..self.pixels.len() {
            let sum = (0..4).map(|_| self.random(noise + 1)).sum::<u32>() as i32 / 2 - noise as i32;
            self.pixels[i] = (i32::from(self.pixels[i]) + sum).clamp(0, 255) as u8;
        }
        Raster::new(self.width as u32, self.height as u32, PixelLayout::Grey8, self.pixels).unwrap()
    }
}
