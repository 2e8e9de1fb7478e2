//! The kernel for AVX2: two products of 16-bit numbers a lane and instruction.
//!
//! Products of bytes (`vpmaddubsw`) are added with saturation there, so activations and weights are widened.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::packed::{Kernel, Packed};
use super::softmax::softmax_in_place;
use super::tables::{LOGISTIC, PER_UNIT, SIZE, TANH};

/// Proof that the machine has AVX2.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2 {
    tanh: &'static [f32; SIZE],
    logistic: &'static [f32; SIZE],
}

impl Avx2 {
    /// `None` on a machine without the instructions.
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(())?;
        let table = |t: &'static [f32]| t.first_chunk::<SIZE>();
        Some(Self { tanh: table(&TANH)?, logistic: table(&LOGISTIC)? })
    }
}

impl Kernel for Avx2 {
    type Value = i16;
    type Weight = i16;
    const GROUP: usize = 2;
    const LANES: usize = 8;
    const BATCH: usize = 3;

    fn value(value: i8) -> i16 {
        i16::from(value)
    }

    fn bias(bias: i8, _row_sum: i32) -> i32 {
        127 * i32::from(bias)
    }

    fn step<const B: usize>(
        self,
        gates: &Packed<Self>,
        input: [&[i16]; B],
        last: &[i16],
        state: &mut [f32],
        out: &mut [i16],
    ) {
        // SAFETY: `detect`, the only maker of this value, has seen the instructions.
        unsafe { step(self, gates, input, last, state, out) }
    }

    fn pooled(self, matrix: &Packed<Self>, pixels: &[&[i16]], out: &mut [i16]) {
        // SAFETY: as above.
        unsafe { pooled(self, matrix, pixels, out) }
    }

    fn softmax<const B: usize>(self, matrix: &Packed<Self>, input: [&[i16]; B], out: &mut [f32]) {
        // SAFETY: as above.
        unsafe { softmax(matrix, input, out) }
    }
}

#[target_feature(enable = "avx2")]
fn step<const B: usize>(
    kernel: Avx2,
    gates: &Packed<Avx2>,
    input: [&[i16]; B],
    last: &[i16],
    state: &mut [f32],
    out: &mut [i16],
) {
    let (width, groups) = (gates.width, gates.groups);
    let (mut inputs, mut lasts) = ([[].as_slice(); B], [[].as_slice(); B]);
    for b in 0..B {
        inputs[b] = input[b].as_chunks().0;
        lasts[b] = last[b * width..][..width].as_chunks().0;
    }
    let input_groups = inputs[0].len();
    let blocks = gates.weights.as_chunks::<16>().0.chunks_exact(groups * 4);
    for (block, weights) in blocks.enumerate() {
        let mut sums = [[_mm256_setzero_si256(); 4]; B];
        let (of_input, of_last) = weights.split_at(input_groups * 4);
        accumulate(of_input, &inputs, &mut sums);
        accumulate(of_last, &lasts, &mut sums);
        let biases = gates.biases[block * 32..][..32].as_chunks::<8>().0;
        let scales = gates.scales[block * 32..][..32].as_chunks::<8>().0;
        for (b, sums) in sums.iter().enumerate() {
            let mut real = [_mm256_setzero_ps(); 4];
            for gate in 0..4 {
                let sum = _mm256_add_epi32(sums[gate], load_i32(&biases[gate]));
                real[gate] = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), load_f32(&scales[gate]));
            }
            let at = b * width + block * 8;
            let Some(cells) = state[at..].first_chunk_mut::<8>() else { return };
            let value = tanh(kernel.tanh, real[0]);
            let enter = logistic(kernel.logistic, real[1]);
            let forget = logistic(kernel.logistic, real[2]);
            let leave = logistic(kernel.logistic, real[3]);
            let kept = _mm256_add_ps(_mm256_mul_ps(load_f32(cells), forget), _mm256_mul_ps(value, enter));
            let kept = _mm256_max_ps(_mm256_min_ps(kept, _mm256_set1_ps(100.0)), _mm256_set1_ps(-100.0));
            store_f32(cells, kept);
            let Some(out) = out[at..].first_chunk_mut::<8>() else { return };
            store_quantized(out, _mm256_mul_ps(tanh(kernel.tanh, kept), leave));
        }
    }
}

/// Adds the products of `G` matrices' weights and `B` rows of activations.
#[inline]
#[target_feature(enable = "avx2")]
fn accumulate<const G: usize, const B: usize>(
    weights: &[[i16; 16]],
    rows: &[&[[i16; 2]]; B],
    sums: &mut [[__m256i; G]; B],
) {
    let (groups, _) = weights.as_chunks::<G>();
    // Slices of known length need no check in the loop. A closure would be compiled without these instructions.
    let mut rows = *rows;
    for row in &mut rows {
        *row = &row[..groups.len()];
    }
    for (g, weights) in groups.iter().enumerate() {
        let mut twos = [_mm256_setzero_si256(); B];
        for b in 0..B {
            let [first, second] = rows[b][g];
            twos[b] = _mm256_set1_epi32(i32::from(first.cast_unsigned()) | i32::from(second) << 16);
        }
        for i in 0..G {
            let weights = load_i16(&weights[i]);
            for b in 0..B {
                sums[b][i] = _mm256_add_epi32(sums[b][i], _mm256_madd_epi16(twos[b], weights));
            }
        }
    }
}

#[target_feature(enable = "avx2")]
fn pooled(kernel: Avx2, matrix: &Packed<Avx2>, pixels: &[&[i16]], out: &mut [i16]) {
    let blocks = matrix.weights.as_chunks::<16>().0.chunks_exact(matrix.groups.max(1));
    let (threes, rest) = pixels.as_chunks::<3>();
    for ((block, weights), out) in blocks.enumerate().zip(out.as_chunks_mut::<8>().0) {
        let mut most = _mm256_set1_epi32(i32::MIN);
        for [a, b, c] in threes {
            let mut sums = [[_mm256_setzero_si256(); 1]; 3];
            let rows = [a.as_chunks::<2>().0, b.as_chunks::<2>().0, c.as_chunks::<2>().0];
            accumulate(weights, &rows, &mut sums);
            for [sum] in sums {
                most = _mm256_max_epi32(most, sum);
            }
        }
        for pixel in rest {
            let mut sums = [[_mm256_setzero_si256(); 1]; 1];
            accumulate(weights, &[pixel.as_chunks::<2>().0], &mut sums);
            most = _mm256_max_epi32(most, sums[0][0]);
        }
        let Some(biases) = matrix.biases[block * 8..].first_chunk::<8>() else { return };
        let Some(scales) = matrix.scales[block * 8..].first_chunk::<8>() else { return };
        let sum = _mm256_cvtepi32_ps(_mm256_add_epi32(most, load_i32(biases)));
        store_quantized(out, tanh(kernel.tanh, _mm256_mul_ps(sum, load_f32(scales))));
    }
}

#[target_feature(enable = "avx2")]
fn softmax<const B: usize>(matrix: &Packed<Avx2>, input: [&[i16]; B], out: &mut [f32]) {
    let mut rows = [[].as_slice(); B];
    for b in 0..B {
        rows[b] = input[b].as_chunks::<2>().0;
    }
    let blocks = matrix.weights.as_chunks::<16>().0.chunks_exact(matrix.groups.max(1));
    for (block, weights) in blocks.enumerate() {
        let mut sums = [[_mm256_setzero_si256(); 1]; B];
        accumulate(weights, &rows, &mut sums);
        let Some(biases) = matrix.biases[block * 8..].first_chunk::<8>() else { return };
        let Some(scales) = matrix.scales[block * 8..].first_chunk::<8>() else { return };
        for (b, [sum]) in sums.into_iter().enumerate() {
            let sum = _mm256_cvtepi32_ps(_mm256_add_epi32(sum, load_i32(biases)));
            let Some(out) = out[b * matrix.width + block * 8..].first_chunk_mut::<8>() else { return };
            store_f32(out, _mm256_mul_ps(sum, load_f32(scales)));
        }
    }
    for out in out.chunks_exact_mut(matrix.width) {
        softmax_in_place(out, matrix.rows);
    }
}

/// The table's value for |x|: linear between two entries, 1 from the last on.
#[inline]
#[target_feature(enable = "avx2")]
fn look_up(table: &[f32; SIZE], x: __m256) -> __m256 {
    let x = _mm256_mul_ps(x, _mm256_set1_ps(PER_UNIT));
    let most = SIZE as i32 - 2;
    // A value that is no number converts to the smallest integer and is raised to 0.
    let index = _mm256_cvttps_epi32(x);
    let index = _mm256_max_epi32(_mm256_min_epi32(index, _mm256_set1_epi32(most)), _mm256_setzero_si256());
    // SAFETY: every index lies in 0..=SIZE - 2, so that it and the next are inside of the table; 4 bytes an entry.
    let (low, high) = unsafe {
        let start = table.as_ptr();
        (_mm256_i32gather_ps::<4>(start, index), _mm256_i32gather_ps::<4>(start.add(1), index))
    };
    let part = _mm256_sub_ps(x, _mm256_cvtepi32_ps(index));
    let value = _mm256_add_ps(low, _mm256_mul_ps(_mm256_sub_ps(high, low), part));
    let beyond = _mm256_cmp_ps::<_CMP_GE_OQ>(x, _mm256_set1_ps((SIZE - 1) as f32));
    _mm256_blendv_ps(value, _mm256_set1_ps(1.0), beyond)
}

/// |x|, and the sign bit of x.
#[inline]
#[target_feature(enable = "avx2")]
fn magnitude(x: __m256) -> (__m256, __m256) {
    let sign = _mm256_set1_ps(-0.0);
    (_mm256_andnot_ps(sign, x), _mm256_and_ps(sign, x))
}

#[inline]
#[target_feature(enable = "avx2")]
fn tanh(table: &[f32; SIZE], x: __m256) -> __m256 {
    let (size, sign) = magnitude(x);
    _mm256_or_ps(look_up(table, size), sign)
}

#[inline]
#[target_feature(enable = "avx2")]
fn logistic(table: &[f32; SIZE], x: __m256) -> __m256 {
    let (size, sign) = magnitude(x);
    let value = look_up(table, size);
    _mm256_blendv_ps(value, _mm256_sub_ps(_mm256_set1_ps(1.0), value), sign)
}

/// Stores values of −1 … 1 as activations, halves rounded away from zero.
#[inline]
#[target_feature(enable = "avx2")]
fn store_quantized(out: &mut [i16; 8], value: __m256) {
    let value = _mm256_mul_ps(value, _mm256_set1_ps(127.0));
    let (_, sign) = magnitude(value);
    let half = _mm256_or_ps(_mm256_set1_ps(0.5), sign);
    let rounded = _mm256_cvttps_epi32(_mm256_add_ps(value, half));
    let low = _mm256_castsi256_si128(rounded);
    let words = _mm_packs_epi32(low, _mm256_extracti128_si256::<1>(rounded));
    // SAFETY: 16 bytes are written to 8 numbers of 2.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), words) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_i16(from: &[i16; 16]) -> __m256i {
    // SAFETY: 32 bytes are read from 16 numbers of 2.
    unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_i32(from: &[i32; 8]) -> __m256i {
    // SAFETY: 32 bytes are read from 8 numbers of 4.
    unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_f32(from: &[f32; 8]) -> __m256 {
    // SAFETY: 8 numbers are read from 8 numbers.
    unsafe { _mm256_loadu_ps(from.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_f32(to: &mut [f32; 8], value: __m256) {
    // SAFETY: 8 numbers are written to 8 numbers.
    unsafe { _mm256_storeu_ps(to.as_mut_ptr(), value) }
}
