//! The layers of a network as they stand in a model file (Tesseract's `Network::CreateFromFile`), int8 weights only.

use super::ModelError;
use super::bytes::Bytes;

/// Layers inside layers: the network, what it is made of, and what is inside of that. Keeps the number of layers, which
/// take more memory than a few bytes of the file, bounded.
const MAX_DEPTH: usize = 2;
/// Children of one layer.
const MAX_CHILDREN: usize = 64;
/// Inputs or outputs of one layer.
const MAX_WIDTH: usize = 1 << 14;
/// Largest scale of a row, far beyond real ones: sums times scales have to stay numbers.
const MAX_SCALE: f64 = 1e6;

/// A matrix of int8 weights: `rows` outputs, each with `columns` weights, then its bias.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix {
    pub(crate) rows: usize,
    /// Inputs, bias not counted.
    pub(crate) columns: usize,
    /// `rows * (columns + 1)` values, row by row, the bias last.
    pub(crate) weights: Vec<i8>,
    /// A factor per row: a row's real value is its integer sum times this.
    pub(crate) scales: Vec<f32>,
}

impl Matrix {
    /// Weights of a row, without bias.
    pub(crate) fn row(&self, row: usize) -> &[i8] {
        &self.weights[row * (self.columns + 1)..][..self.columns]
    }

    pub(crate) fn bias(&self, row: usize) -> i8 {
        self.weights[row * (self.columns + 1) + self.columns]
    }

    fn read(bytes: &mut Bytes) -> Result<Self, ModelError> {
        let mode = bytes.u8()?;
        if mode & 1 == 0 {
            return Err(bytes.invalid("weights are floats; use a model of tessdata_fast"));
        }
        if mode & 128 == 0 {
            return Err(bytes.invalid("weights have the format of an old version"));
        }
        let rows = bytes.count(MAX_WIDTH)?;
        let width = bytes.count(MAX_WIDTH)?;
        let _fill = bytes.u8()?;
        if rows == 0 || width < 2 {
            return Err(bytes.invalid("an empty matrix"));
        }
        let weights: Vec<i8> = bytes.take(rows * width)?.iter().map(|&b| b.cast_signed()).collect();
        if weights.contains(&i8::MIN) {
            return Err(bytes.invalid("a weight of -128"));
        }
        // Some files count rows that were padded for SIMD.
        let count = bytes.count(MAX_WIDTH)?;
        if count < rows {
            return Err(bytes.invalid("fewer scales than rows"));
        }
        let mut scales = Vec::with_capacity(rows);
        for i in 0..count {
            let scale = bytes.f64()?;
            if !(-MAX_SCALE..=MAX_SCALE).contains(&scale) {
                return Err(bytes.invalid("a scale out of range"));
            }
            if i < rows {
                scales.push((scale / 127.0) as f32);
            }
        }
        Ok(Self { rows, columns: width - 1, weights, scales })
    }
}

/// Gates of an LSTM, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lstm {
    /// Width of the input.
    pub(crate) inputs: usize,
    /// Number of cells, which is the width of the output.
    pub(crate) cells: usize,
    /// Cell input, input gate, forget gate, output gate; columns are the input, then the last output.
    pub(crate) gates: [Matrix; 4],
    /// Whether only the last step's output is kept.
    pub(crate) summary: bool,
}

/// One layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Layer {
    Input {
        height: usize,
        depth: usize,
    },
    Convolve {
        half_x: usize,
        half_y: usize,
    },
    MaxPool {
        x: usize,
        y: usize,
    },
    Series(Vec<Layer>),
    /// Runs its child from right to left.
    Reversed(Box<Layer>),
    /// Runs its child top to bottom.
    Transposed(Box<Layer>),
    Lstm(Box<Lstm>),
    Tanh(Matrix),
    Softmax(Matrix),
}

impl Layer {
    pub(super) fn read(bytes: &mut Bytes, depth: usize) -> Result<Self, ModelError> {
        if depth > MAX_DEPTH {
            return Err(ModelError::Unsupported("layers nested more deeply than in line models".to_owned()));
        }
        let head = Head::read(bytes)?;
        let layer = match head.kind.as_str() {
            "Input" => {
                let [_batch, height, _width, depth, _loss] = [(); 5].map(|()| bytes.i32());
                let size = |v: i32| usize::try_from(v).ok().filter(|&v| (1..=512).contains(&v));
                match (size(height?), size(depth?)) {
                    (Some(height), Some(depth)) => Self::Input { height, depth },
                    _ => return Err(bytes.invalid("an input of no fixed height")),
                }
            }
            "Convolve" => Self::Convolve { half_x: bytes.count(16)?, half_y: bytes.count(16)? },
            "Maxpool" => Self::MaxPool { x: bytes.count(16)?, y: bytes.count(16)? },
            "Series" => Self::Series(children(bytes, &head, depth)?),
            "RTLReversed" => Self::Reversed(Box::new(only_child(bytes, &head, depth)?)),
            "XYTranspose" => Self::Transposed(Box::new(only_child(bytes, &head, depth)?)),
            "LSTM" => Self::Lstm(Box::new(lstm(bytes, &head, false)?)),
            "SummLSTM" => Self::Lstm(Box::new(lstm(bytes, &head, true)?)),
            "Tanh" => Self::Tanh(dense(bytes, &head)?),
            "Softmax" => Self::Softmax(dense(bytes, &head)?),
            other => {
                let name: String = other.chars().take(32).collect();
                return Err(ModelError::Unsupported(format!("layer {name:?}")));
            }
        };
        Ok(layer)
    }
}

/// What every layer begins with.
struct Head {
    kind: String,
    flags: i32,
    inputs: usize,
    outputs: usize,
}

impl Head {
    fn read(bytes: &mut Bytes) -> Result<Self, ModelError> {
        if bytes.u8()? != 0 {
            return Err(bytes.invalid("a layer without its type's name"));
        }
        let kind = bytes.text()?;
        let _training = bytes.u8()?;
        let _needs_back_propagation = bytes.u8()?;
        let flags = bytes.i32()?;
        let inputs = bytes.count(MAX_WIDTH)?;
        let outputs = bytes.count(MAX_WIDTH)?;
        let _weights = bytes.i32()?;
        let _name = bytes.text()?;
        Ok(Self { kind, flags, inputs, outputs })
    }
}

fn children(bytes: &mut Bytes, head: &Head, depth: usize) -> Result<Vec<Layer>, ModelError> {
    let count = bytes.count(MAX_CHILDREN)?;
    let layers = (0..count).map(|_| Layer::read(bytes, depth + 1)).collect::<Result<Vec<_>, _>>()?;
    // A learning rate for each layer, of use to training only.
    if head.flags & 64 != 0 {
        let rates = bytes.count(MAX_CHILDREN)?;
        bytes.take(rates * 4)?;
    }
    Ok(layers)
}

fn only_child(bytes: &mut Bytes, head: &Head, depth: usize) -> Result<Layer, ModelError> {
    let mut layers = children(bytes, head, depth)?;
    match (layers.pop(), layers.is_empty()) {
        (Some(layer), true) => Ok(layer),
        _ => Err(bytes.invalid("a layer around one has none or several")),
    }
}

fn dense(bytes: &mut Bytes, head: &Head) -> Result<Matrix, ModelError> {
    let matrix = Matrix::read(bytes)?;
    if (matrix.columns, matrix.rows) != (head.inputs, head.outputs) {
        return Err(bytes.invalid("a matrix that does not fit its layer"));
    }
    Ok(matrix)
}

fn lstm(bytes: &mut Bytes, head: &Head, summary: bool) -> Result<Lstm, ModelError> {
    let (inputs, cells) = (head.inputs, head.outputs);
    let width = bytes.count(2 * MAX_WIDTH)?;
    if width != inputs + cells {
        return Err(ModelError::Unsupported("an LSTM over two dimensions".to_owned()));
    }
    let mut gate = || {
        let matrix = Matrix::read(bytes)?;
        if (matrix.columns, matrix.rows) != (width, cells) {
            return Err(bytes.invalid("a gate that does not fit its layer"));
        }
        Ok(matrix)
    };
    let gates = [gate()?, gate()?, gate()?, gate()?];
    Ok(Lstm { inputs, cells, gates, summary })
}
