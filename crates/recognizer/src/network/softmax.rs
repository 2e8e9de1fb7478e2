//! The softmax of the fast kernels, in plain code that compilers turn into the SIMD of the function it stands in.

/// Turns values into their softmax: eˣ as 2ⁿ·2ᶠ, the fraction by the Taylor polynomial of degree 6; only the first `rows`
/// count.
#[inline(always)]
pub(super) fn softmax_in_place(values: &mut [f32], rows: usize) {
    let rows = rows.min(values.len());
    let values = &mut values[..rows];
    let mut most = [f32::MIN; 16];
    let (chunks, rest) = values.as_chunks::<16>();
    for chunk in chunks {
        most.iter_mut().zip(chunk).for_each(|(m, v)| *m = if v > m { *v } else { *m });
    }
    let most = most.iter().chain(rest).fold(f32::MIN, |a, b| if *b > a { *b } else { a });
    for value in values.iter_mut() {
        *value = exp(*value - most);
    }
    let mut totals = [0.0f32; 16];
    let (chunks, rest) = values.as_chunks::<16>();
    for chunk in chunks {
        totals.iter_mut().zip(chunk).for_each(|(t, v)| *t += v);
    }
    let factor = 1.0 / totals.iter().chain(rest).sum::<f32>();
    values.iter_mut().for_each(|v| *v *= factor);
}

/// eˣ for x of at most 0.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let y = (if x < -86.0 { -86.0 } else { x }) * std::f32::consts::LOG2_E;
    // Adding and taking away 1.5·2²³ rounds to a whole number.
    let shifted = y + 12_582_912.0;
    let whole = shifted - 12_582_912.0;
    let f = (y - whole) * std::f32::consts::LN_2;
    let p = 1.0 + f * (1.0 + f * (0.5 + f * (1.0 / 6.0 + f * (1.0 / 24.0 + f * (1.0 / 120.0 + f / 720.0)))));
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    p * scale
}
