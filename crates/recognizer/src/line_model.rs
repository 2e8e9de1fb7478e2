//! A model made ready to read lines.

use std::borrow::Borrow;
use std::path::Path;

use crate::decode::{Language, Lexicon, ReadWord, best_path, words};
use crate::model::{Charset, ModelError, ModelFile};
use crate::network::{Arithmetic, LineImage, LineNetwork, Posteriors};

/// A line model: network, characters and dictionaries.
#[derive(Debug, Clone)]
pub struct LineModel {
    network: LineNetwork,
    charset: Charset,
    lexicon: Lexicon,
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
        Ok(Self { network, charset: file.charset, lexicon: Lexicon::new(file.words), null: file.null })
    }

    /// Rows of the images that the network reads.
    pub fn height(&self) -> usize {
        self.network.height
    }

    /// Runs by these instructions from now on. False, and no change, when the machine does not have them.
    pub fn use_arithmetic(&mut self, arithmetic: Arithmetic) -> bool {
        self.network.use_arithmetic(arithmetic)
    }

    /// Runs the network over lines, in any order.
    pub fn forward(&self, lines: &[impl Borrow<LineImage>]) -> Vec<Posteriors> {
        self.network.forward(lines)
    }

    /// Pixels of a line's image that one time step stands for.
    pub fn step_width(&self) -> usize {
        self.network.step_width()
    }

    /// The text of the most likely labels, without dictionaries.
    pub fn plain_text(&self, posteriors: &Posteriors) -> String {
        let characters = best_path(posteriors, self.null).into_iter().filter_map(|s| self.charset.of_label[s.label]);
        characters.map(|c| self.charset.characters[usize::from(c)].text.as_str()).collect()
    }

    /// The words of a line.
    pub(crate) fn words(&self, posteriors: &Posteriors) -> Vec<ReadWord> {
        let language = Language { charset: &self.charset, lexicon: &self.lexicon, null: self.null };
        words(posteriors, &best_path(posteriors, self.null), &language)
    }
}
