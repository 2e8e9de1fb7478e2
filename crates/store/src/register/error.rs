//! What is wrong with a register or catalogue file, place by place. Never quotes a value.

use std::fmt;

/// Most bad places that are named.
const MOST: usize = 100;

/// What is wrong with a register or catalogue file: a sentence a place. Never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RegisterFileError {
    /// What is counted: `line` of a CSV file, `sheet Sổ, row` of a workbook, `dossier` of a JSON file.
    pub unit: String,
    /// Its number (from 1) and what is wrong there.
    pub lines: Vec<(u64, String)>,
    /// How many more there are.
    pub more: usize,
}

impl RegisterFileError {
    /// How many places are bad.
    pub fn count(&self) -> u64 {
        (self.lines.len() + self.more) as u64
    }
}

impl fmt::Display for RegisterFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (line, what)) in self.lines.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{} {line}: {what}", self.unit)?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

/// The bad places of a file while it is read.
pub(super) struct Errors(RegisterFileError);

impl Errors {
    pub(super) fn of(unit: &str) -> Self {
        Self(RegisterFileError { unit: unit.to_owned(), lines: Vec::new(), more: 0 })
    }

    /// A file of which nothing can be read.
    pub(super) fn one(unit: &str, line: u64, what: &str) -> RegisterFileError {
        RegisterFileError { unit: unit.to_owned(), lines: vec![(line, what.to_owned())], more: 0 }
    }

    pub(super) fn add(&mut self, line: u64, what: String) {
        if self.0.lines.len() < MOST {
            self.0.lines.push((line, what));
        } else {
            self.0.more += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.lines.is_empty()
    }

    /// The error, unless there is none.
    pub(super) fn into_result(self) -> Result<(), RegisterFileError> {
        if self.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
