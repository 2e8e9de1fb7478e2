//! The activations as Tesseract has them: tables in steps of 1/256, linear between (`functions.h`).

use std::sync::LazyLock;

/// Entries of a table, so that it ends at 16 where both functions are 1 in single precision.
pub(super) const SIZE: usize = 4096;
pub(super) const PER_UNIT: f32 = 256.0;

pub(super) static TANH: LazyLock<Vec<f32>> = LazyLock::new(|| table(f64::tanh));
pub(super) static LOGISTIC: LazyLock<Vec<f32>> = LazyLock::new(|| table(|x| 1.0 / (1.0 + (-x).exp())));

fn table(function: impl Fn(f64) -> f64) -> Vec<f32> {
    (0..SIZE).map(|i| function(i as f64 / f64::from(PER_UNIT)) as f32).collect()
}

/// The table's value for `x` of at least 0.
fn look_up(table: &[f32], x: f32) -> f32 {
    let x = x * PER_UNIT;
    let index = x as usize;
    if index >= SIZE - 1 {
        return 1.0;
    }
    table[index] + (table[index + 1] - table[index]) * (x - index as f32)
}

pub(super) fn tanh(x: f32) -> f32 {
    if x < 0.0 { -look_up(&TANH, -x) } else { look_up(&TANH, x) }
}

pub(super) fn logistic(x: f32) -> f32 {
    if x < 0.0 { 1.0 - look_up(&LOGISTIC, -x) } else { look_up(&LOGISTIC, x) }
}

/// A value of −1 … 1 as the next layer's integer input.
pub(super) fn quantized(x: f32) -> i8 {
    (x * 127.0).round().clamp(-127.0, 127.0) as i8
}
