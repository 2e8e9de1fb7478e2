//! A resolution for pages whose file states none.

use sohoa_domain::Dpi;

/// Long side of A4, inches (ISO 216: 297 mm).
const A4_LONG: f32 = 297.0 / 25.4;
/// How far the proportions may be from A4's 1 : √2.
const TOLERANCE: f32 = 0.03;
/// Settings of real scanners; a sheet that is cut a little short still came from one of them.
const USUAL: [f32; 8] = [75.0, 100.0, 150.0, 200.0, 240.0, 300.0, 400.0, 600.0];

/// A4 at whatever resolution gives this size when the proportions are A4's, else 300 dpi.
pub(super) fn guessed(width: u32, height: u32) -> Dpi {
    let (long, short) = (width.max(height) as f32, width.min(height) as f32);
    let off = (long / short / std::f32::consts::SQRT_2 - 1.0).abs();
    let exact = long / A4_LONG;
    let near = |usual: &&f32| (exact / **usual - 1.0).abs() <= 0.02;
    let dpi = Dpi::square(USUAL.iter().find(near).copied().unwrap_or(exact));
    if off <= TOLERANCE && dpi.is_plausible() { dpi } else { Dpi::square(300.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a4_tells_its_resolution() {
        assert_eq!(guessed(2480, 3508), Dpi::square(300.0));
        assert_eq!(guessed(2339, 1654), Dpi::square(200.0));
        assert_eq!(guessed(2455, 3490), Dpi::square(300.0));
        assert!((guessed(1000, 1414).x - 120.93).abs() < 0.01);
        assert_eq!(guessed(2000, 2000), Dpi::square(300.0));
        assert_eq!(guessed(10, 14), Dpi::square(300.0));
    }
}
