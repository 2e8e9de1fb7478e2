//! Pages drawn for tests: letter-like shapes in lines, with the ascenders, marks and descenders of Vietnamese.

use sohoa_domain::{PixelLayout, Raster};

pub(crate) const WIDTH: u32 = 1654;
pub(crate) const HEIGHT: u32 = 2339;

/// An A4 sheet at 200 dpi.
pub(crate) struct Sheet {
    /// Three bytes a pixel.
    pixels: Vec<u8>,
    /// Clockwise turn of everything that is drawn, about the middle of the sheet.
    sin_cos: (f32, f32),
    random: u32,
}

impl Sheet {
    pub(crate) fn new(skew_degrees: f32) -> Self {
        let pixels = vec![246; (WIDTH * HEIGHT * 3) as usize];
        Self { pixels, sin_cos: skew_degrees.to_radians().sin_cos(), random: 2024 }
    }

    pub(crate) fn random(&mut self, below: u32) -> u32 {
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.random >> 8) % below
    }

    pub(crate) fn dot(&mut self, x: f32, y: f32, ink: [u8; 3]) {
        let (sin, cos) = self.sin_cos;
        let (dx, dy) = (x - WIDTH as f32 / 2.0, y - HEIGHT as f32 / 2.0);
        let (x, y) = (WIDTH as f32 / 2.0 + dx * cos - dy * sin, HEIGHT as f32 / 2.0 + dx * sin + dy * cos);
        if (0.0..WIDTH as f32).contains(&x) && (0.0..HEIGHT as f32).contains(&y) {
            let at = (y as usize * WIDTH as usize + x as usize) * 3;
            self.pixels[at..at + 3].copy_from_slice(&ink);
        }
    }

    pub(crate) fn bar(&mut self, x: f32, y: f32, w: f32, h: f32, ink: [u8; 3]) {
        // Half-pixel steps leave no holes at any angle.
        for j in 0..(h * 2.0) as u32 {
            for i in 0..(w * 2.0) as u32 {
                self.dot(x + i as f32 / 2.0, y + j as f32 / 2.0, ink);
            }
        }
    }

    /// A letter of 18 px body whose lower edge is at `y`. Returns its width.
    fn letter(&mut self, x: f32, y: f32, ink: [u8; 3]) -> f32 {
        let (top, t) = (y - 18.0, 2.5);
        let kind = self.random(20);
        // Two stems and two bars make the body.
        self.bar(x, top, t, 18.0, ink);
        self.bar(x + 11.0, top, t, 18.0, ink);
        self.bar(x, top, 13.0, t, ink);
        if kind.is_multiple_of(2) {
            self.bar(x, y - t, 13.0, t, ink);
        }
        match kind {
            0..5 => self.bar(x, top - 9.0, t, 10.0, ink),
            5..10 => self.bar(x + 4.0, top - 8.0, 6.0, 3.0, ink),
            10..12 => self.bar(x + 11.0, y, t, 8.0, ink),
            12 => self.bar(x + 5.0, y + 4.0, 3.0, 3.0, ink),
            _ => {}
        }
        18.0
    }

    pub(crate) fn word(&mut self, x: f32, y: f32, letters: u32, ink: [u8; 3]) -> f32 {
        (0..letters).fold(x, |x, _| x + self.letter(x, y, ink)) - x
    }

    /// Lines of words from margin to margin.
    pub(crate) fn text(mut self, lines: u32) -> Self {
        for line in 0..lines {
            let (y, mut x) = (260.0 + line as f32 * 52.0, 200.0);
            while x < 1350.0 {
                let letters = 2 + self.random(5);
                x += self.word(x, y, letters, [30; 3]) + 12.0;
            }
        }
        self
    }

    /// A ring with rays, 36 mm wide.
    pub(crate) fn seal(&mut self, cx: f32, cy: f32, ink: [u8; 3]) {
        for step in 0..3600 {
            let (sin, cos) = (step as f32 / 10.0).to_radians().sin_cos();
            for r in (0..10).map(|i| 130.0 + i as f32 / 2.0) {
                self.dot(cx + r * cos, cy + r * sin, ink);
            }
            if step % 300 < 60 {
                for r in (0..60).map(|i| 80.0 + i as f32 / 2.0) {
                    self.dot(cx + r * cos, cy + r * sin, ink);
                }
            }
        }
    }

    pub(crate) fn rgb(self) -> Raster {
        Raster::new(WIDTH, HEIGHT, PixelLayout::Rgb8, self.pixels).unwrap()
    }

    pub(crate) fn grey(self) -> Raster {
        let data = self.pixels.chunks_exact(3).map(|p| p[0]).collect();
        Raster::new(WIDTH, HEIGHT, PixelLayout::Grey8, data).unwrap()
    }

    pub(crate) fn bitonal(self) -> Raster {
        let row = |row: &[u8]| {
            let byte = |px: &[u8]| px.chunks(3).enumerate().fold(0, |b, (i, p)| b | u8::from(p[0] < 128) << (7 - i));
            row.chunks(24).map(byte).collect::<Vec<u8>>()
        };
        let data = self.pixels.chunks_exact(WIDTH as usize * 3).flat_map(row).collect();
        Raster::new(WIDTH, HEIGHT, PixelLayout::Bitonal, data).unwrap()
    }
}

/// Three passes of a box blur of 2 · `radius` + 1 px, close to a Gaussian.
pub(crate) fn blurred(page: &Raster, radius: usize) -> Raster {
    let (w, h) = (page.width() as usize, page.height() as usize);
    let mut data = page.data().to_vec();
    let mut pass = |along: usize, stride: usize, lines: usize, next: usize| {
        for line in 0..lines {
            let old: Vec<u32> = (0..along).map(|i| u32::from(data[line * next + i * stride])).collect();
            for i in 0..along {
                let window = &old[i.saturating_sub(radius)..(i + radius + 1).min(along)];
                data[line * next + i * stride] = (window.iter().sum::<u32>() / window.len() as u32) as u8;
            }
        }
    };
    for _ in 0..3 {
        pass(w, 1, h, w);
        pass(h, w, w, 1);
    }
    Raster::new(page.width(), page.height(), PixelLayout::Grey8, data).unwrap()
}
