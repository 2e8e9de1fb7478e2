//! The forward pass of a line model: pixels of a line in, probabilities of labels for each time step out.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod noise;
mod packed;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod softmax;
mod tables;
#[cfg(target_arch = "x86_64")]
mod vnni;

use std::borrow::Borrow;
use std::fmt;

use crate::model::{Layer, Lstm, Matrix, ModelError, ModelFile};

/// A line ready for the network: grey values scaled to −127 (ink) … 127 (paper), row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineImage {
    /// Pixels along the line.
    pub width: usize,
    /// Rows, as many as the network reads.
    pub height: usize,
    /// `width * height` values.
    pub pixels: Vec<i8>,
}

/// Probabilities of every label for each time step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Posteriors {
    /// Number of labels.
    pub labels: usize,
    /// `steps * labels` values; those of a step add up to 1.
    pub values: Vec<f32>,
}

impl Posteriors {
    /// One slice of probabilities a time step.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.labels.max(1))
    }

    /// Probabilities of step `t`.
    pub fn step(&self, t: usize) -> &[f32] {
        &self.values[t * self.labels..][..self.labels]
    }
}

/// A network of the form `[1,H,0,1 Ct3,3,n Mp3,3 Lfys… Lfx… (or Lrx…) … O1c…]`, which all line models of tessdata_fast
/// have for scripts written from left to right.
#[derive(Debug, Clone)]
pub struct LineNetwork {
    /// Rows of the images that it reads.
    pub height: usize,
    convolution: Matrix,
    half: (usize, usize),
    pool: (usize, usize),
    column: Lstm,
    rows: Vec<Direction>,
    output: Matrix,
    seed: u64,
    runner: Runner,
}

/// Which instructions run a network. All give the same labels; the reference gives Tesseract's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// Plain code, slow.
    Reference,
    /// AVX2.
    Avx2,
    /// AVX-512 with VNNI.
    Avx512Vnni,
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Reference => "reference",
            Self::Avx2 => "avx2",
            Self::Avx512Vnni => "avx512vnni",
        })
    }
}

/// The network in the form that its arithmetic wants.
#[derive(Debug, Clone)]
enum Runner {
    Reference,
    #[cfg(target_arch = "x86_64")]
    Avx2(packed::PackedNetwork<avx2::Avx2>),
    #[cfg(target_arch = "x86_64")]
    Vnni(packed::PackedNetwork<vnni::Vnni>),
}

/// An LSTM along the line.
#[derive(Debug, Clone, PartialEq)]
struct Direction {
    lstm: Lstm,
    /// From right to left.
    reversed: bool,
}

impl LineNetwork {
    /// Takes the layers of a model apart.
    pub(crate) fn new(model: &ModelFile) -> Result<Self, ModelError> {
        let unsupported = || ModelError::Unsupported("a network of another form than line models have".to_owned());
        let Layer::Series(layers) = &model.network else { return Err(unsupported()) };
        let mut layers = layers.iter();
        let &Layer::Input { height, depth: 1 } = layers.next().ok_or_else(unsupported)? else {
            return Err(unsupported());
        };
        let Some(Layer::Series(convolution)) = layers.next() else { return Err(unsupported()) };
        let [Layer::Convolve { half_x, half_y }, Layer::Tanh(convolution)] = convolution.as_slice() else {
            return Err(unsupported());
        };
        let Some(&Layer::MaxPool { x, y }) = layers.next() else { return Err(unsupported()) };
        let Some(Layer::Transposed(column)) = layers.next() else { return Err(unsupported()) };
        let Layer::Lstm(column) = column.as_ref() else { return Err(unsupported()) };
        let (mut rows, mut output) = (Vec::new(), None);
        for layer in layers.by_ref() {
            match layer {
                Layer::Lstm(lstm) => rows.push(Direction { lstm: lstm.as_ref().clone(), reversed: false }),
                Layer::Reversed(child) => match child.as_ref() {
                    Layer::Lstm(lstm) => rows.push(Direction { lstm: lstm.as_ref().clone(), reversed: true }),
                    _ => return Err(unsupported()),
                },
                Layer::Softmax(matrix) => {
                    output = Some(matrix.clone());
                    break;
                }
                _ => return Err(unsupported()),
            }
        }
        let output = output.filter(|_| layers.next().is_none()).ok_or_else(unsupported)?;
        let taps = (2 * half_x + 1) * (2 * half_y + 1);
        let mut width = column.cells;
        let mut fits = convolution.columns == taps && column.inputs == convolution.rows && column.summary;
        for direction in &rows {
            fits &= direction.lstm.inputs == width && !direction.lstm.summary;
            width = direction.lstm.cells;
        }
        // Pooling before the activation needs one that never falls.
        fits &= output.columns == width && convolution.scales.iter().all(|s| *s > 0.0);
        fits &= x > 0 && y > 0 && height >= y && taps <= 64;
        if !fits {
            return Err(unsupported());
        }
        let mut network = Self {
            height,
            convolution: convolution.clone(),
            half: (*half_x, *half_y),
            pool: (x, y),
            column: column.as_ref().clone(),
            rows,
            output,
            seed: noise::seed(model.sample_iteration),
            runner: Runner::Reference,
        };
        // The fastest that the machine has.
        let _ = network.use_arithmetic(Arithmetic::Avx512Vnni) || network.use_arithmetic(Arithmetic::Avx2);
        Ok(network)
    }

    /// Runs by these instructions from now on. False, and no change, when the machine does not have them.
    pub fn use_arithmetic(&mut self, arithmetic: Arithmetic) -> bool {
        let runner = match arithmetic {
            Arithmetic::Reference => Some(Runner::Reference),
            #[cfg(target_arch = "x86_64")]
            Arithmetic::Avx2 => avx2::Avx2::detect().map(|k| Runner::Avx2(packed::PackedNetwork::new(k, self))),
            #[cfg(target_arch = "x86_64")]
            Arithmetic::Avx512Vnni => vnni::Vnni::detect().map(|k| Runner::Vnni(packed::PackedNetwork::new(k, self))),
            #[cfg(not(target_arch = "x86_64"))]
            _ => None,
        };
        runner.map(|runner| self.runner = runner).is_some()
    }

    /// Pixels of a line that one time step stands for.
    pub fn step_width(&self) -> usize {
        self.pool.0
    }

    /// Runs the network over lines of [`Self::height`] rows, in any order.
    pub fn forward(&self, lines: &[impl Borrow<LineImage>]) -> Vec<Posteriors> {
        match &self.runner {
            Runner::Reference => lines.iter().map(|line| scalar::forward(self, line.borrow())).collect(),
            #[cfg(target_arch = "x86_64")]
            Runner::Avx2(network) => network.forward(lines),
            #[cfg(target_arch = "x86_64")]
            Runner::Vnni(network) => network.forward(lines),
        }
    }
}
