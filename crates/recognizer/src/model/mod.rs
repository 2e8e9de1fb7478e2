//! Line models: the `.traineddata` files of Tesseract (`tessdata_fast`, int8).
//!
//! The bytes are untrusted: every length is checked against what is there, and what the recognizer cannot run is refused.
//! Format: Tesseract 4 and 5, `tessdatamanager.h`, `network.cpp`, `weightmatrix.cpp`, `unicharcompress.cpp`, `dawg.cpp`.

mod bytes;
mod charset;
mod container;
mod dawg;
mod layers;

use std::path::Path;

use bytes::Bytes;
use container::{Container, Part};

pub(crate) use charset::Charset;
pub(crate) use dawg::Dawg;
pub(crate) use layers::{Layer, Lstm, Matrix};

/// Largest model file that is read, bytes. The largest of tessdata_fast has 20 MB.
const MAX_BYTES: u64 = 64 << 20;

/// Why a model cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The file cannot be read.
    #[error("[model-unreadable] the language model {path} cannot be read: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        why: String,
    },
    /// A part ends too early.
    #[error("[model-damaged] the language model's {part} is cut off; install the model again")]
    Truncated {
        /// Which part.
        part: &'static str,
    },
    /// A part holds what cannot be.
    #[error("[model-damaged] the language model's {part} is damaged: {what}; install the model again")]
    Invalid {
        /// Which part.
        part: &'static str,
        /// What is wrong.
        what: String,
    },
    /// A part is not there.
    #[error("[model-unsupported] the language model has no {0}; use a model of tessdata_fast 4.0 or later")]
    Missing(&'static str),
    /// A network that is built in another way.
    #[error("[model-unsupported] the language model needs {0}, which is not supported")]
    Unsupported(String),
}

/// A model as it stands in its file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ModelFile {
    pub(crate) network: Layer,
    /// Label that stands for no character.
    pub(crate) null: usize,
    /// Counted during training; seeds the noise around a line.
    pub(crate) sample_iteration: i32,
    pub(crate) charset: Charset,
    pub(crate) words: Option<Dawg>,
}

impl ModelFile {
    pub(crate) fn open(path: &Path) -> Result<Self, ModelError> {
        let unreadable = |why: String| ModelError::Unreadable { path: path.display().to_string(), why };
        let size = path.metadata().map_err(|e| unreadable(e.to_string()))?.len();
        if size > MAX_BYTES {
            return Err(unreadable(format!("it has {size} bytes, at most {MAX_BYTES}")));
        }
        Self::read(&std::fs::read(path).map_err(|e| unreadable(e.to_string()))?)
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let container = Container::read(bytes)?;
        let mut bytes = Bytes::new(container.needed(Part::Network, "line network")?, "network");
        let network = Layer::read(&mut bytes, 0)?;
        let _spec = bytes.text()?;
        let _training_flags = bytes.i32()?;
        let _training_iteration = bytes.i32()?;
        let sample_iteration = bytes.i32()?;
        let null = bytes.count(1 << 14)?;
        let labels = outputs(&network);
        if null >= labels {
            return Err(bytes.invalid("the label for no character is none of its labels"));
        }
        let unicharset = container.needed(Part::Unicharset, "unicharset")?;
        let charset = Charset::read(unicharset, container.needed(Part::Recoder, "recoder")?, labels, null)?;
        let words = container.part(Part::WordDawg).map(|bytes| Dawg::read(bytes, "word list")).transpose()?;
        Ok(Self { network, null, sample_iteration, charset, words })
    }
}

/// Width of the last layer.
fn outputs(layer: &Layer) -> usize {
    match layer {
        Layer::Series(layers) => layers.last().map_or(0, outputs),
        Layer::Softmax(matrix) => matrix.rows,
        _ => 0,
    }
}
