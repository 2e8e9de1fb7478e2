//! What the convolution sees outside of a line's image: noise, the same for every line.
//!
//! Tesseract draws it from a minimal-standard generator (Park and Miller 1993) that it seeds from the model for each line.

const MODULUS: u64 = 2_147_483_647;
const FACTOR: u64 = 48_271;

/// Seed for a model.
pub(super) fn seed(sample_iteration: i32) -> u64 {
    i64::from(sample_iteration).wrapping_mul(0x1000_0001).cast_unsigned()
}

pub(super) struct Noise(u64);

impl Noise {
    /// The generator as it is at the start of a line.
    pub(super) fn new(seed: u64) -> Self {
        let mut noise = Self((seed % MODULUS).max(1));
        noise.draw();
        noise
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0 * FACTOR % MODULUS;
        self.0
    }

    /// A value of −127 … 127.
    pub(super) fn pixel(&mut self) -> i8 {
        (254.0 * self.draw() as f64 / MODULUS as f64 - 127.0).round() as i8
    }
}
