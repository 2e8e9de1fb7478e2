//! Weights in the order in which SIMD registers take them, and the driver that runs the network over batches of lines.

use std::borrow::Borrow;

use super::noise::Noise;
use super::{LineImage, LineNetwork, Posteriors};
use crate::model::{Lstm, Matrix};

/// What a set of SIMD instructions does. A value of the type is the proof that the machine has them.
pub(super) trait Kernel: Copy {
    /// An activation.
    type Value: Copy + std::fmt::Debug;
    /// A weight.
    type Weight: Copy + std::fmt::Debug + From<i8>;
    /// Inputs that one multiplication takes from a lane.
    const GROUP: usize;
    /// Outputs that are computed side by side.
    const LANES: usize;
    /// Sequences that run in step.
    const BATCH: usize;

    /// An activation of −127 … 127.
    fn value(value: i8) -> Self::Value;

    /// What is added to a row's sum of products, given the sum of its weights.
    fn bias(bias: i8, row_sum: i32) -> i32;

    /// One time step of an LSTM for `B` sequences.
    ///
    /// `input` has a row of activations a sequence; `last`, `out` (rows of [`Packed::width`]) and `state` hold the
    /// sequences one after the other.
    fn step<const B: usize>(
        self,
        gates: &Packed<Self>,
        input: [&[Self::Value]; B],
        last: &[Self::Value],
        state: &mut [f32],
        out: &mut [Self::Value],
    );

    /// Largest sums over `pixels`, each a row of taps, through tanh.
    fn pooled(self, matrix: &Packed<Self>, pixels: &[&[Self::Value]], out: &mut [Self::Value]);

    /// Softmax of a matrix times each row of `input`; `out` has a row of [`Packed::width`] for each.
    fn softmax<const B: usize>(self, matrix: &Packed<Self>, input: [&[Self::Value]; B], out: &mut [f32]);
}

/// One or four matrices of the same shape, laid out block of rows by block of rows, there group of inputs by group,
/// there matrix by matrix: `LANES` rows with `GROUP` weights each.
#[derive(Debug, Clone)]
pub(super) struct Packed<K: Kernel> {
    pub(super) weights: Vec<K::Weight>,
    /// By block, matrix and lane.
    pub(super) biases: Vec<i32>,
    /// By block, matrix and lane.
    pub(super) scales: Vec<f32>,
    /// Groups of inputs.
    pub(super) groups: usize,
    /// Rows, padded to a multiple of [`ROW`].
    pub(super) width: usize,
    /// Rows that are not padding.
    pub(super) rows: usize,
}

impl<K: Kernel> Packed<K> {
    /// `parts` are the widths of the vectors that make up the input; each is padded to whole groups.
    fn new(matrices: &[&Matrix], parts: &[usize], pad: usize) -> Self {
        let rows = matrices[0].rows;
        let blocks = rows.next_multiple_of(ROW) / K::LANES;
        let columns: Vec<Option<usize>> = parts
            .iter()
            .scan(0, |start, &part| {
                let first = *start;
                *start += part;
                Some((0..part.next_multiple_of(pad)).map(move |i| (i < part).then_some(first + i)))
            })
            .flatten()
            .collect();
        let groups = columns.len() / K::GROUP;
        let (mut weights, mut biases, mut scales) = (Vec::new(), Vec::new(), Vec::new());
        for block in 0..blocks {
            let lanes = (block * K::LANES..(block + 1) * K::LANES).map(|row| (row < rows).then_some(row));
            for group in columns.chunks_exact(K::GROUP) {
                for matrix in matrices {
                    for row in lanes.clone() {
                        weights.extend(group.iter().map(|column| {
                            let weight = row.zip(*column).map_or(0, |(row, column)| matrix.row(row)[column]);
                            K::Weight::from(weight)
                        }));
                    }
                }
            }
            for matrix in matrices {
                for row in lanes.clone() {
                    let sum = |row| matrix.row(row).iter().map(|w| i32::from(*w)).sum();
                    biases.push(row.map_or(0, |row| K::bias(matrix.bias(row), sum(row))));
                    scales.push(row.map_or(0.0, |row| matrix.scales[row]));
                }
            }
        }
        let width = blocks * K::LANES;
        Self { weights, biases, scales, groups, width, rows }
    }

    fn gates(lstm: &Lstm) -> Self {
        let [a, b, c, d] = &lstm.gates;
        Self::new(&[a, b, c, d], &[lstm.inputs, lstm.cells], ROW)
    }
}

/// Rows of activations are padded to a multiple of this, the most lanes that a kernel has.
const ROW: usize = 16;

/// Time steps whose outputs are computed side by side.
const STEPS: usize = 4;

/// Activations of every step of a sequence.
struct Sequence<K: Kernel> {
    width: usize,
    values: Vec<K::Value>,
}

impl<K: Kernel> Sequence<K> {
    fn step(&self, t: usize) -> &[K::Value] {
        &self.values[t * self.width..][..self.width]
    }
}

/// A network for one set of instructions.
#[derive(Debug, Clone)]
pub(super) struct PackedNetwork<K: Kernel> {
    kernel: K,
    convolution: Packed<K>,
    half: (usize, usize),
    pool: (usize, usize),
    column: Packed<K>,
    rows: Vec<(Packed<K>, bool)>,
    output: Packed<K>,
    seed: u64,
}

impl<K: Kernel> PackedNetwork<K> {
    pub(super) fn new(kernel: K, network: &LineNetwork) -> Self {
        let (across, down) = (2 * network.half.0 + 1, 2 * network.half.1 + 1);
        Self {
            kernel,
            convolution: Packed::new(&[&network.convolution], &vec![down; across], K::GROUP),
            half: network.half,
            pool: network.pool,
            column: Packed::gates(&network.column),
            rows: network.rows.iter().map(|d| (Packed::gates(&d.lstm), d.reversed)).collect(),
            output: Packed::new(&[&network.output], &[network.output.columns], ROW),
            seed: network.seed,
        }
    }

    /// Lines of like width run side by side; results are in the order of `lines`.
    pub(super) fn forward(&self, lines: &[impl Borrow<LineImage>]) -> Vec<Posteriors> {
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(lines[i].borrow().width));
        let mut out = vec![Posteriors::default(); lines.len()];
        for batch in order.chunks(K::BATCH) {
            let mut sequences: Vec<Sequence<K>> = batch.iter().map(|&i| self.columns(lines[i].borrow())).collect();
            for (gates, reversed) in &self.rows {
                sequences = self.along(gates, &sequences, *reversed);
            }
            for (sequence, &i) in sequences.iter().zip(batch) {
                out[i] = self.posteriors(sequence);
            }
        }
        out
    }

    /// Convolution, pooling and the LSTM down each column.
    fn columns(&self, line: &LineImage) -> Sequence<K> {
        let taps = Taps::<K>::new(line, self.half, self.seed);
        let (pool_x, pool_y) = self.pool;
        let (steps, rows) = (line.width / pool_x, line.height / pool_y);
        let channels = self.convolution.width;
        let zero = K::value(0);
        let mut pooled = Sequence::<K> { width: channels, values: vec![zero; steps * rows * channels] };
        let mut pixels = Vec::with_capacity(pool_x * pool_y);
        for (i, out) in pooled.values.chunks_exact_mut(channels).enumerate() {
            let (x, y) = (i % steps * pool_x, i / steps * pool_y);
            pixels.clear();
            pixels.extend(
                (y..y + pool_y).flat_map(|y| (x..x + pool_x).map(move |x| y * line.width + x)).map(|i| taps.of(i)),
            );
            self.kernel.pooled(&self.convolution, &pixels, out);
        }
        let cells = self.column.width;
        let mut out = Sequence { width: cells, values: vec![zero; steps * cells] };
        let mut run = Run::new(self.kernel, &self.column);
        for first in (0..steps).step_by(K::BATCH) {
            let count = K::BATCH.min(steps - first);
            run.restart();
            for y in 0..rows {
                run.step(count, |b| pooled.step(y * steps + first + b));
            }
            for b in 0..count {
                out.values[(first + b) * cells..][..cells].copy_from_slice(run.last(b));
            }
        }
        out
    }

    /// An LSTM along the lines, which are sorted by falling length.
    fn along(&self, gates: &Packed<K>, lines: &[Sequence<K>], reversed: bool) -> Vec<Sequence<K>> {
        let width = gates.width;
        let lengths: Vec<usize> = lines.iter().map(|l| l.values.len() / l.width).collect();
        let mut out: Vec<Sequence<K>> =
            lengths.iter().map(|n| Sequence { width, values: vec![K::value(0); n * width] }).collect();
        let mut run = Run::new(self.kernel, gates);
        for step in 0..lengths.first().copied().unwrap_or(0) {
            let active = lengths.iter().take_while(|n| **n > step).count();
            let at = |b: usize| if reversed { lengths[b] - 1 - step } else { step };
            run.step(active, |b| lines[b].step(at(b)));
            for (b, line) in out[..active].iter_mut().enumerate() {
                line.values[at(b) * width..][..width].copy_from_slice(run.last(b));
            }
        }
        out
    }

    fn posteriors(&self, sequence: &Sequence<K>) -> Posteriors {
        let labels = self.output.rows;
        let steps = sequence.values.len() / sequence.width;
        let width = self.output.width;
        let mut padded = vec![0.0; STEPS * width];
        let mut values = Vec::with_capacity(steps * labels);
        for first in (0..steps).step_by(STEPS) {
            let count = STEPS.min(steps - first);
            // The last rows are computed twice when there are no more.
            let input = std::array::from_fn(|i| sequence.step(first + i.min(count - 1)));
            self.kernel.softmax::<STEPS>(&self.output, input, &mut padded);
            padded.chunks_exact(width).take(count).for_each(|row| values.extend_from_slice(&row[..labels]));
        }
        Posteriors { labels, values }
    }
}

/// The neighbourhood of every pixel, column by column, noise where it reaches out of the image. Each column is padded to
/// whole groups, so that neighbours in a row share their columns.
struct Taps<K: Kernel> {
    values: Vec<K::Value>,
    /// Where the taps of each pixel begin.
    starts: Vec<u32>,
    width: usize,
}

impl<K: Kernel> Taps<K> {
    fn new(line: &LineImage, (half_x, half_y): (usize, usize), seed: u64) -> Self {
        let (w, h) = (line.width, line.height);
        let (across, down) = (2 * half_x + 1, 2 * half_y + 1);
        let tall = down.next_multiple_of(K::GROUP);
        let mut taps = Self { values: Vec::new(), starts: Vec::with_capacity(w * h), width: across * tall };
        taps.values.reserve(w * h * tall + 2 * (w + h) * taps.width);
        let mut noise = Noise::new(seed);
        let padding = || std::iter::repeat_n(K::value(0), tall - down);
        for y in 0..h {
            let shared = taps.values.len();
            let level = y >= half_y && y + half_y < h;
            if level {
                taps.values.resize(shared + w * tall, K::value(0));
                let rows = &line.pixels[(y - half_y) * w..][..down * w];
                for (ty, row) in rows.chunks_exact(w).enumerate() {
                    let columns = taps.values[shared..].chunks_exact_mut(tall);
                    columns.zip(row).for_each(|(column, v)| column[ty] = K::value(*v));
                }
            }
            for x in 0..w {
                if level && x >= half_x && x + half_x < w {
                    taps.starts.push((shared + (x - half_x) * tall) as u32);
                    continue;
                }
                taps.starts.push(taps.values.len() as u32);
                for tx in (x..=x + 2 * half_x).map(|x| x.wrapping_sub(half_x)) {
                    let column = (y..=y + 2 * half_y).map(|y| y.wrapping_sub(half_y));
                    taps.values.extend(
                        column.map(|ty| {
                            K::value(if tx < w && ty < h { line.pixels[ty * w + tx] } else { noise.pixel() })
                        }),
                    );
                    taps.values.extend(padding());
                }
            }
        }
        taps
    }

    /// The taps of pixel `i`.
    fn of(&self, i: usize) -> &[K::Value] {
        &self.values[self.starts[i] as usize..][..self.width]
    }
}

/// The state of up to `BATCH` sequences that run in step.
struct Run<'a, K: Kernel> {
    kernel: K,
    gates: &'a Packed<K>,
    state: Vec<f32>,
    last: Vec<K::Value>,
    next: Vec<K::Value>,
}

impl<'a, K: Kernel> Run<'a, K> {
    fn new(kernel: K, gates: &'a Packed<K>) -> Self {
        let size = K::BATCH * gates.width;
        let values = vec![K::value(0); size];
        Self { kernel, gates, state: vec![0.0; size], last: values.clone(), next: values }
    }

    fn restart(&mut self) {
        self.state.fill(0.0);
        self.last.fill(K::value(0));
    }

    /// Steps the first `count` sequences; `input` gives a row of activations for each.
    fn step<'b>(&mut self, count: usize, input: impl Fn(usize) -> &'b [K::Value])
    where
        K::Value: 'b,
    {
        match count {
            0 => {}
            1 => self.step_all::<1>(|b| input(b)),
            2 => self.step_all::<2>(|b| input(b)),
            3 => self.step_all::<3>(|b| input(b)),
            4 => self.step_all::<4>(|b| input(b)),
            5 => self.step_all::<5>(|b| input(b)),
            _ => self.step_all::<6>(|b| input(b)),
        }
        std::mem::swap(&mut self.last, &mut self.next);
    }

    fn step_all<'b, const B: usize>(&mut self, input: impl Fn(usize) -> &'b [K::Value])
    where
        K::Value: 'b,
    {
        let input = std::array::from_fn(input);
        self.kernel.step::<B>(self.gates, input, &self.last, &mut self.state, &mut self.next);
    }

    /// The last output of a sequence.
    fn last(&self, b: usize) -> &[K::Value] {
        &self.last[b * self.gates.width..][..self.gates.width]
    }
}
