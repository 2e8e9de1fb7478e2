//! The forward pass of a line model: pixels of a line in, probabilities of labels for each time step out.

mod noise;
mod scalar;
mod tables;

use crate::model::{Layer, Lstm, Matrix, ModelError, ModelFile};

/// A line ready for the network: grey values scaled to −127 (ink) … 127 (paper), row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineImage {
    /// Pixels along the line.
    pub width: usize,
    /// Rows; [`LineNetwork::height`].
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
#[derive(Debug, Clone, PartialEq)]
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
                Layer::Lstm(lstm) => rows.push(Direction { lstm: lstm.clone(), reversed: false }),
                Layer::Reversed(child) => match child.as_ref() {
                    Layer::Lstm(lstm) => rows.push(Direction { lstm: lstm.clone(), reversed: true }),
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
        Ok(Self {
            height,
            convolution: convolution.clone(),
            half: (*half_x, *half_y),
            pool: (x, y),
            column: column.clone(),
            rows,
            output,
            seed: noise::seed(model.sample_iteration),
        })
    }

    /// Pixels of a line that one time step stands for.
    pub fn step_width(&self) -> usize {
        self.pool.0
    }

    /// Runs the network over one line by the plain reference, which gives Tesseract's numbers.
    pub fn forward_reference(&self, line: &LineImage) -> Posteriors {
        scalar::forward(self, line)
    }
}
