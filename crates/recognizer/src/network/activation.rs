//! The activations of the fast kernels, in plain code that compilers turn into the SIMD of the function they stand in.
//!
//! They differ from the tables of the reference by what linear interpolation costs there, less than 2e-6.

use std::f32::consts::{LN_2, LOG2_E};

/// Cells are kept within this.
const STATE_CLIP: f32 = 100.0;
/// Exponents are kept within this: the products of three powers below stay finite, and 1 + e⁻ˣ is 1 long before.
const MOST: f32 = 28.0;

/// 2ʸ as 2ⁿ·2ᶠ, the fraction by the Taylor polynomial of degree 5: a relative error below 3e-6.
#[inline(always)]
fn power(y: f32) -> f32 {
    // Adding and taking away 1.5·2²³ rounds to a whole number.
    let shifted = y + 12_582_912.0;
    let f = (y - (shifted - 12_582_912.0)) * LN_2;
    let p = f.mul_add(1.0 / 120.0, 1.0 / 24.0);
    let p = f.mul_add(p, 1.0 / 6.0);
    let p = f.mul_add(p, 0.5);
    let p = f.mul_add(p, 1.0);
    let p = f.mul_add(p, 1.0);
    p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

/// e⁻ˣ, for x within ±[`MOST`].
#[inline(always)]
fn exp_neg(x: f32) -> f32 {
    power(clamped(x, MOST) * -LOG2_E)
}

/// `most` also for what is no number.
#[inline(always)]
fn clamped(x: f32, most: f32) -> f32 {
    let x = if x < most { x } else { most };
    if x > -most { x } else { -most }
}

// Loops over arrays and no closures: those would be compiled without the instructions of the caller.

/// Turns values into their hyperbolic tangents.
#[inline(always)]
pub(super) fn tanh<const N: usize>(values: &mut [f32; N]) {
    for value in values {
        let a = exp_neg(2.0 * *value);
        *value = (1.0 - a) / (1.0 + a);
    }
}

/// One time step of cells: new states, and outputs of −1 … 1. The gates are value, enter, forget, leave.
#[inline(always)]
pub(super) fn cells<const N: usize>(gates: &[[f32; N]; 4], states: &mut [f32; N], out: &mut [f32; N]) {
    for i in 0..N {
        let [value, enter, forget, leave] = [gates[0][i], gates[1][i], gates[2][i], gates[3][i]];
        // tanh(value)·logistic(enter) + state·logistic(forget), over one denominator.
        let (v, e, f) = (exp_neg(2.0 * value), exp_neg(enter), exp_neg(forget));
        let entering = (1.0 + v) * (1.0 + e);
        let state = (states[i] * entering + (1.0 - v) * (1.0 + f)) / (entering * (1.0 + f));
        let state = clamped(state, STATE_CLIP);
        states[i] = state;
        let (s, l) = (exp_neg(2.0 * state), exp_neg(leave));
        out[i] = (1.0 - s) / ((1.0 + s) * (1.0 + l));
    }
}

/// Turns values into their softmax; only the first `rows` count.
#[inline(always)]
pub(super) fn softmax(values: &mut [f32], rows: usize) {
    let rows = rows.min(values.len());
    let values = &mut values[..rows];
    let mut most = [f32::MIN; 16];
    let (chunks, rest) = values.as_chunks::<16>();
    for chunk in chunks {
        most.iter_mut().zip(chunk).for_each(|(m, v)| *m = if v > m { *v } else { *m });
    }
    let most = most.iter().chain(rest).fold(f32::MIN, |a, b| if *b > a { *b } else { a });
    for value in values.iter_mut() {
        let x = *value - most;
        *value = power((if x < -86.0 { -86.0 } else { x }) * LOG2_E);
    }
    let mut totals = [0.0f32; 16];
    let (chunks, rest) = values.as_chunks::<16>();
    for chunk in chunks {
        totals.iter_mut().zip(chunk).for_each(|(t, v)| *t += v);
    }
    let factor = 1.0 / totals.iter().chain(rest).sum::<f32>();
    values.iter_mut().for_each(|v| *v *= factor);
}

#[cfg(test)]
mod tests {
    use super::super::tables;
    use super::*;

    #[test]
    fn activations_are_those_of_the_reference() {
        for i in -4000..=4000 {
            let x = i as f32 / 173.0;
            let mut value = [x];
            tanh(&mut value);
            assert!((value[0] - tables::tanh(x)).abs() < 4e-6, "tanh {x}: {} {}", value[0], tables::tanh(x));
            let (mut state, mut out) = ([x / 8.0], [0.0]);
            let (value, enter, forget, leave) = (x, 1.5 - x, x / 2.0, -x);
            cells(&[[value], [enter], [forget], [leave]], &mut state, &mut out);
            let kept = x / 8.0 * tables::logistic(forget) + tables::tanh(value) * tables::logistic(enter);
            assert!((state[0] - kept).abs() < 2e-5, "state at {x}: {} {kept}", state[0]);
            let expected = tables::tanh(kept) * tables::logistic(leave);
            assert!((out[0] - expected).abs() < 2e-5, "output at {x}: {} {expected}", out[0]);
        }
    }

    #[test]
    fn what_is_no_number_stays_within_bounds() {
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
            let (mut state, mut out) = ([x], [0.0]);
            cells(&[[x], [x], [x], [x]], &mut state, &mut out);
            assert!(state[0].abs() <= STATE_CLIP && out[0].abs() <= 1.0, "{x}: {} {}", state[0], out[0]);
        }
    }
}
