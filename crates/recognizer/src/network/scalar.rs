//! The plain reference: one line at a time, one number at a time, in the order of Tesseract's own arithmetic.

use super::noise::Noise;
use super::tables::{logistic, quantized, tanh};
use super::{LineImage, LineNetwork, Posteriors};
use crate::model::{Lstm, Matrix};

/// Cells are kept within this.
const STATE_CLIP: f32 = 100.0;
/// Exponents of the softmax are kept within this.
const SOFTMAX_CLIP: f32 = 86.0;

/// Values of every step of a sequence, `width` each.
struct Sequence {
    width: usize,
    values: Vec<i8>,
}

impl Sequence {
    fn step(&self, t: usize) -> &[i8] {
        &self.values[t * self.width..][..self.width]
    }

    fn len(&self) -> usize {
        self.values.len() / self.width
    }
}

pub(super) fn forward(network: &LineNetwork, line: &LineImage) -> Posteriors {
    let (columns, steps) = (convolved(network, line), line.width / network.pool.0);
    let rows = line.height / network.pool.1;
    let mut sequence = Sequence { width: network.column.cells, values: Vec::new() };
    for x in 0..steps {
        // `columns` is row by row; the summarizing LSTM runs down one column.
        let mut column = Sequence { width: columns.width, values: Vec::new() };
        (0..rows).for_each(|y| column.values.extend_from_slice(columns.step(y * steps + x)));
        let down = lstm(&network.column, &column, false);
        sequence.values.extend_from_slice(down.step(rows - 1));
    }
    for direction in &network.rows {
        sequence = lstm(&direction.lstm, &sequence, direction.reversed);
    }
    let mut out = Posteriors { labels: network.output.rows, values: Vec::new() };
    for t in 0..sequence.len() {
        let step: Vec<f32> = (0..out.labels).map(|row| dot(&network.output, row, sequence.step(t))).collect();
        softmax(&step, &mut out.values);
    }
    out
}

/// Convolution, tanh and pooling: a step for each pooled pixel, row by row.
fn convolved(network: &LineNetwork, line: &LineImage) -> Sequence {
    let (w, h) = (line.width as isize, line.height as isize);
    let (half_x, half_y) = (network.half.0 as isize, network.half.1 as isize);
    let mut noise = Noise::new(network.seed);
    let channels = network.convolution.rows;
    let (pool_x, pool_y) = network.pool;
    let (steps, rows) = (line.width / pool_x, line.height / pool_y);
    let mut out = Sequence { width: channels, values: vec![i8::MIN; steps * rows * channels] };
    let mut taps = Vec::new();
    for y in 0..h {
        for x in 0..w {
            taps.clear();
            for tx in x - half_x..=x + half_x {
                for ty in y - half_y..=y + half_y {
                    let inside = (0..w).contains(&tx) && (0..h).contains(&ty);
                    taps.push(if inside { line.pixels[(ty * w + tx) as usize] } else { noise.pixel() });
                }
            }
            let (px, py) = (x as usize / pool_x, y as usize / pool_y);
            if px >= steps || py >= rows {
                continue;
            }
            let pooled = &mut out.values[(py * steps + px) * channels..][..channels];
            for (row, value) in pooled.iter_mut().enumerate() {
                *value = (*value).max(quantized(tanh(dot(&network.convolution, row, &taps))));
            }
        }
    }
    out
}

fn lstm(lstm: &Lstm, input: &Sequence, reversed: bool) -> Sequence {
    let len = input.len();
    let mut out = Sequence { width: lstm.cells, values: vec![0; len * lstm.cells] };
    let mut state = vec![0.0f32; lstm.cells];
    let mut stacked = vec![0i8; lstm.inputs + lstm.cells];
    for step in 0..len {
        let t = if reversed { len - 1 - step } else { step };
        stacked[..lstm.inputs].copy_from_slice(input.step(t));
        let last: Vec<i8> = (0..lstm.cells)
            .map(|cell| {
                let [value, enter, forget, leave] = &lstm.gates;
                let value = tanh(dot(value, cell, &stacked));
                let enter = logistic(dot(enter, cell, &stacked));
                let forget = logistic(dot(forget, cell, &stacked));
                let kept = state[cell] * forget + value * enter;
                state[cell] = kept.clamp(-STATE_CLIP, STATE_CLIP);
                quantized(tanh(state[cell]) * logistic(dot(leave, cell, &stacked)))
            })
            .collect();
        out.values[t * lstm.cells..][..lstm.cells].copy_from_slice(&last);
        stacked[lstm.inputs..].copy_from_slice(&last);
    }
    out
}

fn dot(matrix: &Matrix, row: usize, input: &[i8]) -> f32 {
    let sum: i32 = matrix.row(row).iter().zip(input).map(|(w, x)| i32::from(*w) * i32::from(*x)).sum();
    (sum + 127 * i32::from(matrix.bias(row))) as f32 * matrix.scales[row]
}

/// Appends the softmax of `values`.
pub(super) fn softmax(values: &[f32], out: &mut Vec<f32>) {
    let most = values.iter().copied().fold(f32::MIN, f32::max);
    let start = out.len();
    out.extend(values.iter().map(|v| (v - most).max(-SOFTMAX_CLIP).exp()));
    let total: f32 = out[start..].iter().sum();
    out[start..].iter_mut().for_each(|v| *v /= total);
}
