//! A model made ready to read lines.

use std::path::Path;

use crate::decode::greedy;
use crate::model::{Charset, ModelError, ModelFile};
use crate::network::{Arithmetic, LineImage, LineNetwork, Posteriors};

/// A line model: network, characters and dictionaries.
#[derive(Debug, Clone)]
pub struct LineModel {
    network: LineNetwork,
    charset: Charset,
    null: usize,
}

impl LineModel {
    /// Opens a `.traineddata` file.
    ///
    /// # Errors
    /// When the file is not there, damaged, or of a kind that is not supported.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        Self::new(ModelFile::open(path)?)
    }

    /// Reads the bytes of a `.traineddata` file.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        Self::new(ModelFile::read(bytes)?)
    }

    fn new(file: ModelFile) -> Result<Self, ModelError> {
        let network = LineNetwork::new(&file)?;
        Ok(Self { network, charset: file.charset, null: file.null })
    }

    /// Rows of the images that the network reads.
    pub fn height(&self) -> usize {
        self.network.height
    }

    /// Runs by these instructions from now on. False, and no change, when the machine does not have them.
    pub fn use_arithmetic(&mut self, arithmetic: Arithmetic) -> bool {
        self.network.use_arithmetic(arithmetic)
    }

    /// Runs the network over lines, which are best sorted by width.
    pub fn forward(&self, lines: &[LineImage]) -> Vec<Posteriors> {
        self.network.forward(lines)
    }

    /// The text of the most likely labels, without dictionaries.
    pub fn greedy_text(&self, posteriors: &Posteriors) -> String {
        let characters = greedy(posteriors, self.null).into_iter().filter_map(|label| self.charset.of_label[label]);
        characters.map(|c| self.charset.characters[usize::from(c)].text.as_str()).collect()
    }
}
