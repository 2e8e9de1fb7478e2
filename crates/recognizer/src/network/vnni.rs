//! The kernel for AVX-512 with VNNI: four products of bytes a lane and instruction.
//!
//! `vpdpbusd` multiplies unsigned by signed bytes, so activations are stored with 128 added and each row's bias takes
//! 128 times the sum of its weights away.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::packed::{Kernel, Packed};
use super::softmax::softmax_in_place;
use super::tables::{LOGISTIC, PER_UNIT, SIZE, TANH};

/// Proof that the machine has AVX-512 F, BW, VL and VNNI.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vnni {
    tanh: &'static [f32; SIZE],
    logistic: &'static [f32; SIZE],
}

impl Vnni {
    /// `None` on a machine without the instructions.
    pub(super) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        has.then_some(())?;
        let table = |t: &'static [f32]| t.first_chunk::<SIZE>();
        Some(Self { tanh: table(&TANH)?, logistic: table(&LOGISTIC)? })
    }
}

impl Kernel for Vnni {
    type Value = u8;
    type Weight = i8;
    const GROUP: usize = 4;
    const LANES: usize = 16;
    const BATCH: usize = 6;

    fn value(value: i8) -> u8 {
        value.cast_unsigned() ^ 0x80
    }

    fn bias(bias: i8, row_sum: i32) -> i32 {
        127 * i32::from(bias) - 128 * row_sum
    }

    fn step<const B: usize>(
        self,
        gates: &Packed<Self>,
        input: [&[u8]; B],
        last: &[u8],
        state: &mut [f32],
        out: &mut [u8],
    ) {
        // SAFETY: `detect`, the only maker of this value, has seen the instructions.
        unsafe { step(self, gates, input, last, state, out) }
    }

    fn pooled(self, matrix: &Packed<Self>, pixels: &[&[u8]], out: &mut [u8]) {
        // SAFETY: as above.
        unsafe { pooled(self, matrix, pixels, out) }
    }

    fn softmax<const B: usize>(self, matrix: &Packed<Self>, input: [&[u8]; B], out: &mut [f32]) {
        // SAFETY: as above.
        unsafe { softmax(matrix, input, out) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn step<const B: usize>(
    kernel: Vnni,
    gates: &Packed<Vnni>,
    input: [&[u8]; B],
    last: &[u8],
    state: &mut [f32],
    out: &mut [u8],
) {
    let (width, groups) = (gates.width, gates.groups);
    let (mut inputs, mut lasts) = ([[].as_slice(); B], [[].as_slice(); B]);
    for b in 0..B {
        inputs[b] = input[b].as_chunks().0;
        lasts[b] = last[b * width..][..width].as_chunks().0;
    }
    let input_groups = inputs[0].len();
    let blocks = gates.weights.as_chunks::<64>().0.chunks_exact(groups * 4);
    for (block, weights) in blocks.enumerate() {
        let mut sums = [[_mm512_setzero_si512(); 4]; B];
        let (of_input, of_last) = weights.split_at(input_groups * 4);
        accumulate(of_input, &inputs, &mut sums);
        accumulate(of_last, &lasts, &mut sums);
        let biases = gates.biases[block * 64..][..64].as_chunks::<16>().0;
        let scales = gates.scales[block * 64..][..64].as_chunks::<16>().0;
        for (b, sums) in sums.iter().enumerate() {
            let mut real = [_mm512_setzero_ps(); 4];
            for gate in 0..4 {
                let sum = _mm512_add_epi32(sums[gate], load_i32(&biases[gate]));
                real[gate] = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), load_f32(&scales[gate]));
            }
            let at = b * width + block * 16;
            let Some(cells) = state[at..].first_chunk_mut::<16>() else { return };
            let value = tanh(kernel.tanh, real[0]);
            let enter = logistic(kernel.logistic, real[1]);
            let forget = logistic(kernel.logistic, real[2]);
            let leave = logistic(kernel.logistic, real[3]);
            let kept = _mm512_add_ps(_mm512_mul_ps(load_f32(cells), forget), _mm512_mul_ps(value, enter));
            let kept = _mm512_max_ps(_mm512_min_ps(kept, _mm512_set1_ps(100.0)), _mm512_set1_ps(-100.0));
            store_f32(cells, kept);
            let Some(out) = out[at..].first_chunk_mut::<16>() else { return };
            store_quantized(out, _mm512_mul_ps(tanh(kernel.tanh, kept), leave));
        }
    }
}

/// Adds the products of `G` matrices' weights and `B` rows of activations.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn accumulate<const G: usize, const B: usize>(
    weights: &[[i8; 64]],
    rows: &[&[[u8; 4]]; B],
    sums: &mut [[__m512i; G]; B],
) {
    let (groups, _) = weights.as_chunks::<G>();
    // Slices of known length need no check in the loop. A closure would be compiled without these instructions.
    let mut rows = *rows;
    for row in &mut rows {
        *row = &row[..groups.len()];
    }
    for (g, weights) in groups.iter().enumerate() {
        let mut loaded = [_mm512_setzero_si512(); G];
        for i in 0..G {
            loaded[i] = load_i8(&weights[i]);
        }
        for b in 0..B {
            let four = _mm512_set1_epi32(i32::from_le_bytes(rows[b][g]));
            for i in 0..G {
                sums[b][i] = _mm512_dpbusd_epi32(sums[b][i], four, loaded[i]);
            }
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn pooled(kernel: Vnni, matrix: &Packed<Vnni>, pixels: &[&[u8]], out: &mut [u8]) {
    let blocks = matrix.weights.as_chunks::<64>().0.chunks_exact(matrix.groups.max(1));
    let (threes, rest) = pixels.as_chunks::<3>();
    for ((block, weights), out) in blocks.enumerate().zip(out.as_chunks_mut::<16>().0) {
        let mut most = _mm512_set1_epi32(i32::MIN);
        for [a, b, c] in threes {
            let mut sums = [[_mm512_setzero_si512(); 1]; 3];
            let rows = [a.as_chunks::<4>().0, b.as_chunks::<4>().0, c.as_chunks::<4>().0];
            accumulate(weights, &rows, &mut sums);
            for [sum] in sums {
                most = _mm512_max_epi32(most, sum);
            }
        }
        for pixel in rest {
            let mut sums = [[_mm512_setzero_si512(); 1]; 1];
            accumulate(weights, &[pixel.as_chunks::<4>().0], &mut sums);
            most = _mm512_max_epi32(most, sums[0][0]);
        }
        let Some(biases) = matrix.biases[block * 16..].first_chunk::<16>() else { return };
        let Some(scales) = matrix.scales[block * 16..].first_chunk::<16>() else { return };
        let sum = _mm512_cvtepi32_ps(_mm512_add_epi32(most, load_i32(biases)));
        store_quantized(out, tanh(kernel.tanh, _mm512_mul_ps(sum, load_f32(scales))));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn softmax<const B: usize>(matrix: &Packed<Vnni>, input: [&[u8]; B], out: &mut [f32]) {
    let mut rows = [[].as_slice(); B];
    for b in 0..B {
        rows[b] = input[b].as_chunks::<4>().0;
    }
    let blocks = matrix.weights.as_chunks::<64>().0.chunks_exact(matrix.groups.max(1));
    for (block, weights) in blocks.enumerate() {
        let mut sums = [[_mm512_setzero_si512(); 1]; B];
        accumulate(weights, &rows, &mut sums);
        let Some(biases) = matrix.biases[block * 16..].first_chunk::<16>() else { return };
        let Some(scales) = matrix.scales[block * 16..].first_chunk::<16>() else { return };
        for (b, [sum]) in sums.into_iter().enumerate() {
            let sum = _mm512_cvtepi32_ps(_mm512_add_epi32(sum, load_i32(biases)));
            let Some(out) = out[b * matrix.width + block * 16..].first_chunk_mut::<16>() else { return };
            store_f32(out, _mm512_mul_ps(sum, load_f32(scales)));
        }
    }
    for out in out.chunks_exact_mut(matrix.width) {
        softmax_in_place(out, matrix.rows);
    }
}

/// The table's value for |x|: linear between two entries, 1 from the last on.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn look_up(table: &[f32; SIZE], x: __m512) -> __m512 {
    let x = _mm512_mul_ps(x, _mm512_set1_ps(PER_UNIT));
    let most = SIZE as i32 - 2;
    // A value that is no number converts to the smallest integer and is raised to 0.
    let index = _mm512_cvttps_epi32(x);
    let index = _mm512_max_epi32(_mm512_min_epi32(index, _mm512_set1_epi32(most)), _mm512_setzero_si512());
    // An entry and the next in one read.
    let (lower, upper) = (_mm512_castsi512_si256(index), _mm512_extracti64x4_epi64::<1>(index));
    // SAFETY: every index lies in 0..=SIZE - 2, so that it and the next are inside of the table; 4 bytes an entry.
    let (lower, upper) = unsafe {
        let start = table.as_ptr().cast();
        (_mm512_i32gather_epi64::<4>(lower, start), _mm512_i32gather_epi64::<4>(upper, start))
    };
    let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    let low = _mm512_castsi512_ps(_mm512_permutex2var_epi32(lower, even, upper));
    let odd = _mm512_or_si512(even, _mm512_set1_epi32(1));
    let high = _mm512_castsi512_ps(_mm512_permutex2var_epi32(lower, odd, upper));
    let part = _mm512_sub_ps(x, _mm512_cvtepi32_ps(index));
    let value = _mm512_add_ps(low, _mm512_mul_ps(_mm512_sub_ps(high, low), part));
    let beyond = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(x, _mm512_set1_ps((SIZE - 1) as f32));
    _mm512_mask_mov_ps(value, beyond, _mm512_set1_ps(1.0))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn tanh(table: &[f32; SIZE], x: __m512) -> __m512 {
    let sign = _mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32(i32::MIN));
    let value = look_up(table, _mm512_abs_ps(x));
    _mm512_castsi512_ps(_mm512_or_si512(_mm512_castps_si512(value), sign))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn logistic(table: &[f32; SIZE], x: __m512) -> __m512 {
    let value = look_up(table, _mm512_abs_ps(x));
    let negative = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(x, _mm512_setzero_ps());
    _mm512_mask_sub_ps(value, negative, _mm512_set1_ps(1.0), value)
}

/// Stores values of −1 … 1 as activations, halves rounded away from zero.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn store_quantized(out: &mut [u8; 16], value: __m512) {
    let value = _mm512_mul_ps(value, _mm512_set1_ps(127.0));
    let sign = _mm512_and_si512(_mm512_castps_si512(value), _mm512_set1_epi32(i32::MIN));
    let half = _mm512_castsi512_ps(_mm512_or_si512(_mm512_castps_si512(_mm512_set1_ps(0.5)), sign));
    let rounded = _mm512_cvttps_epi32(_mm512_add_ps(value, half));
    let bytes = _mm512_cvtepi32_epi8(_mm512_add_epi32(rounded, _mm512_set1_epi32(128)));
    // SAFETY: 16 bytes are written to 16 bytes.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), bytes) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_i8(from: &[i8; 64]) -> __m512i {
    // SAFETY: 64 bytes are read from 64 bytes.
    unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_i32(from: &[i32; 16]) -> __m512i {
    // SAFETY: 64 bytes are read from 64 bytes.
    unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_f32(from: &[f32; 16]) -> __m512 {
    // SAFETY: 16 numbers are read from 16 numbers.
    unsafe { _mm512_loadu_ps(from.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_f32(to: &mut [f32; 16], value: __m512) {
    // SAFETY: 16 numbers are written to 16 numbers.
    unsafe { _mm512_storeu_ps(to.as_mut_ptr(), value) }
}
