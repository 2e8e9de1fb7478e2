//! What a person said about single pages of a file: turned, blank, replaced by a better scan, in another order. The received bytes
//! stay as they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Rotation, Sha256Digest};

/// One thing that a person says about a page, or about all of them. Pages are physical ones, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageEdit {
    /// The page is upright after this clockwise turn of what was received.
    Turn {
        /// Page.
        page: u32,
        /// Turn of the page as it was loaded.
        to: Rotation,
    },
    /// Whether anything is written on the page.
    Blank {
        /// Page.
        page: u32,
        /// Nothing is.
        blank: bool,
    },
    /// The pages of the file stand in this order, every page once.
    Order {
        /// Pages.
        pages: Vec<u32>,
    },
    /// A page of another received file takes the place of this one.
    Replace {
        /// Page.
        page: u32,
        /// What takes its place.
        by: PageSubstitute,
    },
}

/// A page of another received file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSubstitute {
    /// Number of the file in the records.
    pub file: i64,
    /// Its bytes.
    pub digest: Sha256Digest,
    /// Page there, from 1.
    pub page: u32,
}

/// All that was said about the pages of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageEdits {
    /// Turns that make pages upright, as loaded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub turned: BTreeMap<u32, Rotation>,
    /// Pages that are blank, or are not although they look so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blank: BTreeMap<u32, bool>,
    /// All pages in the order in which they stand; empty: as they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<u32>,
    /// Pages of other files that stand in the place of pages of this one. What is said of turns and blanks is said of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<u32, PageSubstitute>,
}

impl PageEdits {
    /// Nobody has said anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes one more thing that was said.
    pub fn apply(&mut self, edit: &PageEdit) {
        match edit {
            PageEdit::Turn { page, to } => {
                self.turned.insert(*page, *to);
            }
            PageEdit::Blank { page, blank } => {
                self.blank.insert(*page, *blank);
            }
            PageEdit::Replace { page, by } => {
                self.turned.remove(page);
                self.blank.remove(page);
                self.replaced.insert(*page, by.clone());
            }
            PageEdit::Order { pages } => self.order = if pages.is_sorted() { Vec::new() } else { pages.clone() },
        }
    }

    /// All `total` pages in the order in which they stand. An order of other pages than these is none.
    pub fn ordered(&self, total: u32) -> Vec<u32> {
        let as_they_came: Vec<u32> = (1..=total).collect();
        let mut sorted = self.order.clone();
        sorted.sort_unstable();
        if sorted == as_they_came { self.order.clone() } else { as_they_came }
    }

    /// The place, from 1, at which a page stands.
    pub fn place_of(&self, page: u32) -> u32 {
        let place = self.order.iter().position(|p| *p == page).and_then(|i| u32::try_from(i + 1).ok());
        place.unwrap_or(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_about_a_page_counts() {
        let mut edits = PageEdits::default();
        edits.apply(&PageEdit::Turn { page: 2, to: Rotation::Quarter });
        edits.apply(&PageEdit::Turn { page: 2, to: Rotation::Half });
        edits.apply(&PageEdit::Blank { page: 3, blank: true });
        edits.apply(&PageEdit::Blank { page: 3, blank: false });
        assert_eq!((edits.turned.get(&2), edits.blank.get(&3)), (Some(&Rotation::Half), Some(&false)));
        let json = serde_json::to_string(&edits).unwrap();
        assert_eq!(json, r#"{"turned":{"2":180},"blank":{"3":false}}"#);
        assert_eq!(serde_json::from_str::<PageEdits>(&json).unwrap(), edits);
    }

    #[test]
    fn what_was_said_of_a_page_is_not_said_of_the_one_that_replaces_it() {
        let by = PageSubstitute { file: 7, digest: Sha256Digest::of(b"a better scan"), page: 1 };
        let mut edits = PageEdits::default();
        edits.apply(&PageEdit::Turn { page: 2, to: Rotation::Half });
        edits.apply(&PageEdit::Blank { page: 2, blank: true });
        edits.apply(&PageEdit::Replace { page: 2, by: by.clone() });
        assert_eq!((edits.turned.get(&2), edits.blank.get(&2), edits.replaced.get(&2)), (None, None, Some(&by)));
        edits.apply(&PageEdit::Turn { page: 2, to: Rotation::Quarter });
        assert_eq!(edits.turned.get(&2), Some(&Rotation::Quarter));
        let json = serde_json::to_string(&edits).unwrap();
        assert_eq!(serde_json::from_str::<PageEdits>(&json).unwrap(), edits);
    }

    #[test]
    fn an_order_holds_for_all_pages_or_not_at_all() {
        let mut edits = PageEdits::default();
        edits.apply(&PageEdit::Order { pages: vec![2, 1, 3] });
        assert_eq!((edits.ordered(3), edits.ordered(2)), (vec![2, 1, 3], vec![1, 2]));
        assert_eq!([1, 2, 3].map(|page| edits.place_of(page)), [2, 1, 3]);
        edits.apply(&PageEdit::Order { pages: vec![1, 2, 3] });
        assert!(edits.is_empty());
    }
}
