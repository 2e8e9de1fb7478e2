//! What each output of the network stands for (Tesseract's unicharset and recoder).

use std::collections::HashMap;

use super::ModelError;
use super::bytes::Bytes;

/// Characters that a set may have.
const MAX_CHARACTERS: usize = 1 << 14;
/// Entries that are no characters: a placeholder for joined ones and one for broken ones.
const SPECIAL: [usize; 2] = [1, 2];

/// One character, or a short string that is written as one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Character {
    /// NFC as far as the model's author wrote it so.
    pub(crate) text: String,
}

/// Characters by their number in the unicharset, and numbers by the network's labels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Charset {
    pub(crate) characters: Vec<Character>,
    /// Character of each label; `None` for the one that stands for none.
    pub(crate) of_label: Vec<Option<u16>>,
    by_text: HashMap<String, u16>,
}

impl Charset {
    /// `labels` is the number of the network's outputs.
    pub(super) fn read(unicharset: &[u8], recoder: &[u8], labels: usize, null: usize) -> Result<Self, ModelError> {
        let characters = characters(unicharset)?;
        let mut bytes = Bytes::new(recoder, "recoder");
        let count = bytes.count(MAX_CHARACTERS)?;
        if count != characters.len() {
            return Err(bytes.invalid("it does not fit the unicharset"));
        }
        let mut of_label = vec![None; labels];
        for i in 0..count {
            let _normalized = bytes.u8()?;
            let length = bytes.count(9)?;
            if length != 1 {
                return Err(ModelError::Unsupported("characters of several labels".to_owned()));
            }
            let label = bytes.count(labels.saturating_sub(1))?;
            if label != null && !SPECIAL.contains(&i) {
                of_label[label].get_or_insert(i as u16);
            }
        }
        let by_text = characters.iter().enumerate().map(|(i, c)| (c.text.clone(), i as u16)).collect();
        Ok(Self { characters, of_label, by_text })
    }

    /// Number of the character written so.
    pub(crate) fn find(&self, text: &str) -> Option<u16> {
        self.by_text.get(text).copied()
    }
}

/// A count, then a line a character whose first word is the character; `NULL` is the space.
fn characters(unicharset: &[u8]) -> Result<Vec<Character>, ModelError> {
    let bytes = Bytes::new(unicharset, "unicharset");
    let text = str::from_utf8(unicharset).map_err(|_| bytes.invalid("it is no UTF-8"))?;
    let mut lines = text.split('\n');
    let count = lines.next().and_then(|n| n.trim().parse::<usize>().ok()).filter(|n| (1..=MAX_CHARACTERS).contains(n));
    let count = count.ok_or_else(|| bytes.invalid("no count of characters"))?;
    let mut characters = Vec::with_capacity(count);
    for line in lines.by_ref().take(count) {
        let text = line.split(' ').next().filter(|t| !t.is_empty() && t.len() <= 64);
        let text = text.ok_or_else(|| bytes.invalid("a line without a character"))?;
        characters.push(Character { text: if text == "NULL" { " " } else { text }.to_owned() });
    }
    if characters.len() < count {
        return Err(ModelError::Truncated { part: "unicharset" });
    }
    Ok(characters)
}
