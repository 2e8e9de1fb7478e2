//! Register files (CSV, workbooks of Excel, JSON of the national portal) and catalogues of procedures. Either everything in a file is
//! right, or each bad place is named.

mod bounded;
mod catalogue;
mod columns;
mod dossiers;
mod entries;
mod error;
mod portal;
mod row;
mod table;
mod xlsx;

use std::io::{Read, Seek, SeekFrom};

use sohoa_domain::{DossierEntry, Reading};

pub use catalogue::read_catalogue;
pub use entries::RegisterEntries;
pub use error::RegisterFileError;

use dossiers::Outline;
use error::Errors;

/// What a reading of a file to its end found, so that the next one can do with less.
#[derive(Debug, Default)]
pub struct Checked {
    /// `None` of a file that is no table.
    outline: Option<Outline>,
}

impl Checked {
    /// Headers that are not known.
    pub fn ignored(&self) -> &[String] {
        self.outline.as_ref().map_or(&[], Outline::ignored)
    }
}

/// Formats of register files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Xlsx,
    Json,
}

impl Format {
    /// The format by the file's bytes; its name says nothing.
    fn of<F: Read + Seek>(file: &mut F) -> Result<Self, RegisterFileError> {
        let mut head = Vec::new();
        let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(256).read_to_end(&mut head));
        read.map_err(|error| Errors::one("line", 1, &format!("cannot be read: {error}")))?;
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        match text {
            [b'P', b'K', 3, 4, ..] => Ok(Self::Xlsx),
            [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(Errors::one(
                "line",
                1,
                "a workbook of an old form (.xls) or with a password: save it as .xlsx without one",
            )),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                Err(Errors::one("line", 1, "not UTF-8 but UTF-16: save it as CSV UTF-8"))
            }
            _ => Ok(match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
                Some(b'{' | b'[') => Self::Json,
                _ => Self::Csv,
            }),
        }
    }
}

/// Reads a register and hands over each dossier once, until something is wrong. How many dossiers there are does not show in
/// memory but for a few bytes each, unless their rows are scattered over the file.
///
/// # Errors
/// Every bad place, with its number and column or field.
pub fn read_register<F: Read + Seek>(
    file: F,
    reading: &Reading,
    sink: impl FnMut(DossierEntry),
) -> Result<(), RegisterFileError> {
    read_checked(file, reading, Checked::default(), sink)
}

/// Reads a register to its end.
///
/// # Errors
/// Those of [`read_register`].
pub fn check_register<F: Read + Seek>(mut file: F, reading: &Reading) -> Result<Checked, RegisterFileError> {
    match Format::of(&mut file)? {
        Format::Json => portal::read(&mut file, &mut |_| {}).map(|()| Checked::default()),
        format => {
            let outline = Outline::of(&mut file, format, reading)?;
            dossiers::read(&mut file, format, reading, outline.clone(), &mut |_| {})?;
            Ok(Checked { outline: Some(outline) })
        }
    }
}

/// Reads a register that was checked.
fn read_checked<F: Read + Seek>(
    mut file: F,
    reading: &Reading,
    checked: Checked,
    mut sink: impl FnMut(DossierEntry),
) -> Result<(), RegisterFileError> {
    match Format::of(&mut file)? {
        Format::Json => portal::read(&mut file, &mut sink),
        format => {
            let outline = match checked.outline {
                Some(outline) => outline,
                None => Outline::of(&mut file, format, reading)?,
            };
            dossiers::read(&mut file, format, reading, outline, &mut sink)
        }
    }
}

#[cfg(test)]
mod tests;
