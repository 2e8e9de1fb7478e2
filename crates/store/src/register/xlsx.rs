//! Workbooks of Excel: the cells of one sheet as the text that a CSV file would have, row after row.
//!
//! A workbook is a ZIP archive: what it would grow to is measured before it is parsed, and so is the longest text in it, since
//! the parser holds one in memory.

use std::io::{BufReader, Read, Seek, SeekFrom};

use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx};
use csv::StringRecord;
use jiff::civil::{Date, DateTime};
use jiff::{ToSpan as _, Unit};

use super::error::{Errors, RegisterFileError};
use super::table::EachRow;

/// Bytes that all parts of a workbook may have, uncompressed: twice what a full sheet (1,048,576 rows) of a register takes.
const MOST_BYTES: u64 = 2 << 30;
/// Bytes of the parts that are read into memory: texts that cells share, formats.
const MOST_SHARED: u64 = 256 << 20;
/// Bytes between two tags.
const LONGEST_TEXT: u64 = 1 << 20;
/// Parts of a workbook.
const MOST_PARTS: usize = 10_000;
/// Columns that are read.
const MOST_COLUMNS: usize = 256;

/// Goes through the rows of this sheet, or of the first.
pub(super) fn rows<F: Read + Seek>(file: &mut F, sheet: &str, each: &mut EachRow<'_>) -> Result<(), RegisterFileError> {
    let refuse = |what: &str| Errors::one("workbook, sheet", 1, what);
    measure(file).map_err(refuse)?;
    let damaged = |_| refuse("not readable as a workbook of Excel");
    file.seek(SeekFrom::Start(0)).map_err(|_| refuse("cannot be read"))?;
    let mut book = Xlsx::new(BufReader::new(file)).map_err(damaged)?;
    let names = book.sheet_names();
    let name = match sheet {
        "" => names.first().cloned().ok_or_else(|| refuse("there is no sheet"))?,
        _ => names
            .into_iter()
            .find(|name| name == sheet)
            .ok_or_else(|| refuse("there is no sheet of the name in the settings"))?,
    };
    let mut cells = book.worksheet_cells_reader(&name).map_err(damaged)?;
    let mut row = Row::default();
    loop {
        let cell = match cells.next_cell() {
            Ok(cell) => cell,
            // What follows cannot be found any more.
            Err(_) => {
                each(u64::from(row.number) + 1, Err("the sheet is damaged here".to_owned()));
                return Ok(());
            }
        };
        let Some(cell) = cell else { break };
        let (number, column) = cell.get_position();
        if number < row.number {
            each(u64::from(number) + 1, Err("rows are not in order".to_owned()));
            return Ok(());
        }
        if number > row.number {
            row.hand_over(each);
            row.number = number;
        }
        row.put(column as usize, cell.get_value());
    }
    row.hand_over(each);
    Ok(())
}

/// Says what is wrong with the archive, without parsing what is in it.
fn measure<F: Read + Seek>(file: &mut F) -> Result<(), &'static str> {
    let damaged = |_| "not readable as a workbook of Excel (ZIP)";
    file.seek(SeekFrom::Start(0)).map_err(|_| "cannot be read")?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    if archive.len() > MOST_PARTS {
        return Err("the workbook has too many parts");
    }
    let (mut all, mut shared, mut buffer) = (0_u64, 0_u64, vec![0; 64 << 10]);
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).map_err(damaged)?;
        let is_sheet = part.name().map_err(damaged)?.contains("worksheets/");
        // Since the last tag began.
        let mut text = 0_u64;
        loop {
            // What the archive says of sizes is not believed.
            let n = part.read(&mut buffer).map_err(|_| "a part of the workbook is damaged")?;
            if n == 0 {
                break;
            }
            all += n as u64;
            shared += if is_sheet { 0 } else { n as u64 };
            if all > MOST_BYTES || shared > MOST_SHARED {
                return Err("the workbook grows to more bytes than are read");
            }
            let mut last = 0;
            for tag in memchr::memchr_iter(b'<', &buffer[..n]) {
                text += (tag - last) as u64;
                if text > LONGEST_TEXT && is_sheet {
                    return Err("a cell of the workbook is too long");
                }
                (text, last) = (0, tag);
            }
            text += (n - last) as u64;
            if text > LONGEST_TEXT && is_sheet {
                return Err("a cell of the workbook is too long");
            }
        }
    }
    Ok(())
}

/// A row while its cells come.
#[derive(Default)]
struct Row {
    /// From 0.
    number: u32,
    cells: Vec<String>,
    /// The header's.
    width: usize,
    bad: Option<String>,
}

impl Row {
    fn put(&mut self, column: usize, value: &DataRef<'_>) {
        let bad = match text(value) {
            Ok(text) if text.is_empty() => return,
            Ok(_) if column >= MOST_COLUMNS || (self.width > 0 && column >= self.width) => {
                "filled, but it has no header"
            }
            Ok(text) => {
                if self.cells.len() <= column {
                    self.cells.resize(column + 1, String::new());
                }
                self.cells[column] = text;
                return;
            }
            Err(what) => what,
        };
        self.bad.get_or_insert_with(|| format!("column no. {}: {bad}", column + 1));
    }

    fn hand_over(&mut self, each: &mut EachRow<'_>) {
        let number = u64::from(self.number) + 1;
        if let Some(bad) = self.bad.take() {
            each(number, Err(bad));
        } else if !self.cells.is_empty() {
            self.width = if self.width == 0 { self.cells.len() } else { self.width };
            self.cells.resize(self.width, String::new());
            each(number, Ok(&StringRecord::from(std::mem::take(&mut self.cells))));
        }
        self.cells.clear();
    }
}

/// A cell as the text that it would be in a CSV file.
fn text(value: &DataRef<'_>) -> Result<String, &'static str> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => fraction(*number),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(time) => date_time(time).ok_or("holds a time that is none")?,
        DataRef::DurationIso(_) => return Err("holds a span of time"),
        DataRef::Error(_) => return Err("holds an error of its formula"),
    })
}

/// A number. The only fractions in a register are codes of procedures with their six digits, `1.012790`, of which Excel drops
/// the last zeros when it takes them for numbers.
fn fraction(number: f64) -> String {
    let six = format!("{number:.6}");
    if number.fract() != 0.0 && six.parse() == Ok(number) { six } else { number.to_string() }
}

/// A typed date, to the second: Excel counts days, and parts of them are not exact.
fn date_time(time: &ExcelDateTime) -> Option<String> {
    if !time.is_datetime() {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let exact: DateTime = date.at(0, 0, 0, 0).checked_add(seconds.seconds().milliseconds(i64::from(milli))).ok()?;
    Some(exact.round(Unit::Second).ok()?.to_string())
}
