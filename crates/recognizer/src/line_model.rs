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
    /// Labels that are never read, with the label that their probability goes to.
    slips: Vec<(usize, Option<usize>)>,
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
        Ok(Self {
            network,
            charset: file.charset,
            lexicon: Lexicon::new(file.words),
            null: file.null,
            slips: Vec::new(),
        })
    }

    /// Rows of the images that the network reads.
    pub fn height(&self) -> usize {
        self.network.height
    }

    /// Runs by these instructions from now on. False, and no change, when the machine does not have them.
    pub fn use_arithmetic(&mut self, arithmetic: Arithmetic) -> bool {
        self.network.use_arithmetic(arithmetic)
    }

    /// Never reads these letters from now on: the language does not have them, though the model does. What speaks for one
    /// speaks for the letter beside it, or for none.
    pub fn forget(&mut self, letters: &[(char, Option<char>)]) {
        let label = |c: char| {
            let character = self.charset.find(c.encode_utf8(&mut [0; 4]))?;
            self.charset.of_label.iter().position(|of| *of == Some(character))
        };
        let slip = |(c, like): &(char, Option<char>)| Some((label(*c)?, like.and_then(label)));
        self.slips = letters.iter().filter_map(slip).collect();
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
    pub(crate) fn words(&self, mut posteriors: Posteriors) -> Vec<ReadWord> {
        without(&mut posteriors, &self.slips);
        let posteriors = &posteriors;
        let language = Language { charset: &self.charset, lexicon: &self.lexicon, null: self.null };
        words(posteriors, &best_path(posteriors, self.null), &language)
    }
}

/// Gives what speaks for the first label of each pair to the second.
fn without(posteriors: &mut Posteriors, slips: &[(usize, Option<usize>)]) {
    for step in posteriors.values.chunks_exact_mut(posteriors.labels.max(1)) {
        for &(slip, like) in slips {
            let value = std::mem::take(&mut step[slip]);
            if let Some(like) = like {
                step[like] += value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_a_language_does_not_have_give_way() {
        let mut posteriors = Posteriors { labels: 3, values: vec![0.2, 0.5, 0.3, 0.1, 0.0, 0.9] };
        without(&mut posteriors, &[(1, Some(0)), (2, None)]);
        assert_eq!(posteriors.values, [0.7, 0.0, 0.0, 0.1, 0.0, 0.0]);
    }
}
