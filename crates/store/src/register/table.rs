//! Files that are tables: their rows as text, whatever the format.

use std::io::{Read, Seek, SeekFrom};

use csv::StringRecord;
use sohoa_domain::Reading;

use super::bounded::{Bounded, Left};
use super::error::{Errors, RegisterFileError};
use super::{Format, xlsx};

/// The mark that some programs put before UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// What may stand between cells: the comma, the semicolon of Excel in Việt Nam, the tab.
const SEPARATORS: [u8; 3] = *b",;\t";
/// The header row is looked for a separator in so many bytes.
const HEAD: u64 = 64 << 10;

/// Takes a row: its number and its cells, or why it cannot be read. The first is the header.
pub(super) type EachRow<'a> = dyn FnMut(u64, Result<&StringRecord, String>) + 'a;

/// Goes through the rows of a file. Rows of which all cells are empty are left out.
pub(super) fn rows<F: Read + Seek>(
    file: &mut F,
    format: Format,
    reading: &Reading,
    each: &mut EachRow<'_>,
) -> Result<(), RegisterFileError> {
    match format {
        Format::Xlsx => xlsx::rows(file, &reading.sheet, each),
        _ => csv_rows(file, each),
    }
}

/// What the rows of a file are called in errors.
pub(super) fn unit(format: Format, reading: &Reading) -> String {
    match format {
        Format::Xlsx if reading.sheet.is_empty() => "first sheet, row".to_owned(),
        Format::Xlsx => format!("sheet {}, row", reading.sheet),
        _ => "line".to_owned(),
    }
}

fn csv_rows<F: Read + Seek>(file: &mut F, each: &mut EachRow<'_>) -> Result<(), RegisterFileError> {
    let separator = separator(file).map_err(|error| Errors::one("line", 1, &format!("cannot be read: {error}")))?;
    let left = Left::new();
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(separator)
        .from_reader(Bounded { inner: file, left: left.clone() });
    let mut record = StringRecord::new();
    loop {
        left.renew();
        match csv.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) if record.iter().all(|cell| cell.trim().is_empty()) => {}
            Ok(true) => each(record.position().map_or(0, csv::Position::line), Ok(&record)),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                each(line, Err(format!("not readable as CSV in UTF-8 ({})", kind_of(&error))));
                if error.is_io_error() {
                    return Ok(());
                }
            }
        }
    }
}

/// What separates the cells, by the header row. Leaves the file behind the mark of its beginning.
fn separator<F: Read + Seek>(file: &mut F) -> std::io::Result<u8> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(HEAD).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(if head.starts_with(MARK) { MARK.len() as u64 } else { 0 }))?;
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in head.iter().skip_while(|byte| byte.is_ascii_whitespace()) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => SEPARATORS.iter().zip(&mut counts).filter(|(s, _)| *s == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // The comma where there is none at all, or as many of it.
    let most = (0..SEPARATORS.len()).rev().max_by_key(|i| counts[*i]).unwrap_or(0);
    Ok(SEPARATORS[most])
}

fn kind_of(error: &csv::Error) -> &'static str {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "not UTF-8",
        csv::ErrorKind::UnequalLengths { .. } => "another number of columns than the header",
        csv::ErrorKind::Io(_) => "it cannot be read on, or a row is too long",
        _ => "damaged",
    }
}
