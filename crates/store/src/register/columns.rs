//! Our columns and where they stand in a file.

use std::collections::BTreeMap;

use csv::StringRecord;
use sohoa_domain::text::nfc;

/// Our column names and where they stand in the file.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    places: BTreeMap<&'static str, usize>,
    /// Headers that are not known.
    pub(super) ignored: Vec<String>,
}

impl Columns {
    /// Reads the header. A file may lack any column but the `needed` ones; unknown headers are ignored.
    pub(super) fn of(
        header: &StringRecord,
        mapping: &BTreeMap<String, String>,
        known: &[&'static str],
        needed: &[&str],
    ) -> Result<Self, String> {
        let mapping: BTreeMap<String, &str> =
            mapping.iter().map(|(theirs, ours)| (nfc(theirs), ours.as_str())).collect();
        let (mut places, mut ignored) = (BTreeMap::new(), Vec::new());
        for (place, name) in header.iter().enumerate() {
            let name = nfc(name.trim());
            let ours = mapping.get(&name).copied().unwrap_or(&name);
            match known.iter().find(|column| **column == ours) {
                None => ignored.push(name),
                Some(column) if places.insert(*column, place).is_some() => {
                    return Err(format!("column {column} is there twice"));
                }
                Some(_) => {}
            }
        }
        if let Some(missing) = needed.iter().find(|column| !places.contains_key(**column)) {
            return Err(format!("there is no column {missing}"));
        }
        ignored.retain(|name| !name.is_empty());
        Ok(Self { places, ignored })
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.places.contains_key(column)
    }

    /// The cell of this column, without white space at its ends; empty when there is none.
    pub(super) fn cell<'r>(&self, column: &str, record: &'r StringRecord) -> &'r str {
        self.places.get(column).and_then(|place| record.get(*place)).unwrap_or_default().trim()
    }

    /// Where these columns stand, as far as they are there.
    pub(super) fn places(&self, columns: &[&str]) -> Vec<usize> {
        columns.iter().filter_map(|column| self.places.get(column).copied()).collect()
    }
}
