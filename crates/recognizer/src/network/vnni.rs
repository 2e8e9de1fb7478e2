//! The kernel for AVX-512 with VNNI: four products of bytes a lane and instruction.
//!
//! `vpdpbusd` multiplies unsigned by signed bytes, so activations are stored with 128 added and each row's bias takes
//! 128 times the sum of its weights away.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::activation;
use super::packed::{Kernel, Packed};

/// Proof that the machine has AVX-512 F, BW, VL and VNNI.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vnni(());

impl Vnni {
    /// `None` on a machine without the instructions.
    pub(super) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        has.then_some(Self(()))
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
        unsafe { step(gates, input, last, state, out) }
    }

    fn pooled(self, matrix: &Packed<Self>, pixels: &[&[u8]], out: &mut [u8]) {
        // SAFETY: as above.
        unsafe { pooled(matrix, pixels, out) }
    }

    fn softmax(self, matrix: &Packed<Self>, input: &[u8], out: &mut [f32]) {
        // SAFETY: as above.
        unsafe { softmax(matrix, input, out) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn step<const B: usize>(gates: &Packed<Vnni>, input: [&[u8]; B], last: &[u8], state: &mut [f32], out: &mut [u8]) {
    let (width, groups) = (gates.width, gates.groups);
    let input = input.map(|row| row.as_chunks::<4>().0);
    let input_groups = input[0].len();
    let last: [&[[u8; 4]]; B] = std::array::from_fn(|b| last[b * width..][..width].as_chunks().0);
    let blocks = gates.weights.as_chunks::<64>().0.chunks_exact(groups * 4);
    for (block, weights) in blocks.enumerate() {
        let mut sums = [[_mm512_setzero_si512(); 4]; B];
        let (of_input, of_last) = weights.split_at(input_groups * 4);
        accumulate(of_input, &input, &mut sums);
        accumulate(of_last, &last, &mut sums);
        let biases = gates.biases[block * 64..][..64].as_chunks::<16>().0;
        let scales = gates.scales[block * 64..][..64].as_chunks::<16>().0;
        for (b, sums) in sums.iter().enumerate() {
            let at = b * width + block * 16;
            let mut real = [[0.0; 16]; 4];
            for (gate, real) in real.iter_mut().enumerate() {
                let sum = _mm512_add_epi32(sums[gate], load_i32(&biases[gate]));
                store_f32(real, _mm512_mul_ps(_mm512_cvtepi32_ps(sum), load_f32(&scales[gate])));
            }
            let Some(states) = state[at..].first_chunk_mut::<16>() else { return };
            let Some(out) = out[at..].first_chunk_mut::<16>() else { return };
            let mut outputs = [0.0; 16];
            activation::cells(&real, states, &mut outputs);
            store_quantized(out, load_f32(&outputs));
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
    // Slices of known length need no check in the loop.
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
fn pooled(matrix: &Packed<Vnni>, pixels: &[&[u8]], out: &mut [u8]) {
    let blocks = matrix.weights.as_chunks::<64>().0.chunks_exact(matrix.groups.max(1));
    let (threes, rest) = pixels.as_chunks::<3>();
    for ((block, weights), out) in blocks.enumerate().zip(out.as_chunks_mut::<16>().0) {
        let mut most = _mm512_set1_epi32(i32::MIN);
        for three in threes {
            let mut sums = [[_mm512_setzero_si512(); 1]; 3];
            let [a, b, c] = *three;
            let rows = [a.as_chunks::<4>().0, b.as_chunks::<4>().0, c.as_chunks::<4>().0];
            accumulate(weights, &rows, &mut sums);
            most = sums.iter().fold(most, |most, [sum]| _mm512_max_epi32(most, *sum));
        }
        for pixel in rest {
            let mut sums = [[_mm512_setzero_si512(); 1]; 1];
            accumulate(weights, &[pixel.as_chunks::<4>().0], &mut sums);
            most = _mm512_max_epi32(most, sums[0][0]);
        }
        let Some(biases) = matrix.biases[block * 16..].first_chunk::<16>() else { return };
        let Some(scales) = matrix.scales[block * 16..].first_chunk::<16>() else { return };
        let sum = _mm512_cvtepi32_ps(_mm512_add_epi32(most, load_i32(biases)));
        let mut real = [0.0; 16];
        store_f32(&mut real, _mm512_mul_ps(sum, load_f32(scales)));
        activation::tanh(&mut real);
        store_quantized(out, load_f32(&real));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn softmax(matrix: &Packed<Vnni>, input: &[u8], out: &mut [f32]) {
    let input = input.as_chunks::<4>().0;
    let blocks = matrix.weights.as_chunks::<64>().0.chunks_exact(matrix.groups.max(1));
    for ((block, weights), out) in blocks.enumerate().zip(out.as_chunks_mut::<16>().0) {
        let mut sums = [[_mm512_setzero_si512(); 1]; 1];
        accumulate(weights, &[input], &mut sums);
        let Some(biases) = matrix.biases[block * 16..].first_chunk::<16>() else { return };
        let Some(scales) = matrix.scales[block * 16..].first_chunk::<16>() else { return };
        let sum = _mm512_cvtepi32_ps(_mm512_add_epi32(sums[0][0], load_i32(biases)));
        store_f32(out, _mm512_mul_ps(sum, load_f32(scales)));
    }
    activation::softmax(out, matrix.rows);
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
