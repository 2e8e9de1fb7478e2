//! Rows of a table put together to dossiers. The rows of a dossier need not stand together, and no more dossiers are held in
//! memory than have rows to come.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{Read, Seek};

use csv::StringRecord;
use sohoa_domain::{DossierEntry, Reading, differences};

use super::columns::Columns;
use super::error::{Errors, RegisterFileError};
use super::row::{OF_COMPONENT, OF_DOSSIER, Row};
use super::{Format, table};

/// Components of one dossier.
pub(super) const MOST_COMPONENTS: usize = 1000;

/// What a first reading of a table finds: where its columns stand and how many rows each dossier has.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    header: StringRecord,
    columns: Columns,
    /// By short names of the codes.
    rows: HashMap<u64, u32>,
}

impl Outline {
    pub(super) fn of<F: Read + Seek>(
        file: &mut F,
        format: Format,
        reading: &Reading,
    ) -> Result<Self, RegisterFileError> {
        let known = [&OF_DOSSIER[..], &OF_COMPONENT[..]].concat();
        let columns_of = |header: &StringRecord| {
            Ok((header.clone(), Columns::of(header, &reading.headers, &known, &OF_DOSSIER[..1])?))
        };
        let mut columns: Option<Result<(StringRecord, Columns), String>> = None;
        let mut rows: HashMap<u64, u32> = HashMap::new();
        table::rows(file, format, reading, &mut |_, row| match (&columns, row) {
            (None, row) => columns = Some(row.and_then(columns_of)),
            (Some(Ok((_, columns))), Ok(record)) => *rows.entry(key(columns.cell("dossier", record))).or_default() += 1,
            _ => {}
        })?;
        let columns = columns.unwrap_or_else(|| Err("the file is empty".to_owned()));
        let (header, columns) = columns.map_err(|what| Errors::one(&table::unit(format, reading), 1, &what))?;
        Ok(Self { header, columns, rows })
    }

    /// Headers that are not known.
    pub(super) fn ignored(&self) -> &[String] {
        &self.columns.ignored
    }
}

/// Hands over the dossiers of a table, each when its last row was read, until something is wrong.
pub(super) fn read<F: Read + Seek>(
    file: &mut F,
    format: Format,
    reading: &Reading,
    outline: Outline,
    sink: &mut dyn FnMut(DossierEntry),
) -> Result<(), RegisterFileError> {
    let Outline { header, columns, rows: rows_left } = outline;
    let same_in_all = columns.places(&OF_DOSSIER[1..]);
    let mut dossiers = Dossiers {
        day_first: reading.day_first,
        errors: Errors::of(&table::unit(format, reading)),
        same_in_all,
        rows_left,
        open: HashMap::new(),
        columns: &columns,
        sink,
    };
    let (mut is_header, mut last) = (true, 0);
    table::rows(file, format, reading, &mut |line, row| {
        last = line;
        match row {
            row if std::mem::take(&mut is_header) => {
                if row != Ok(&header) {
                    dossiers.errors.add(line, CHANGED.to_owned());
                }
            }
            Ok(record) => dossiers.take(line, record),
            Err(what) => dossiers.errors.add(line, what),
        }
    })?;
    let Dossiers { mut errors, open, sink, rows_left, .. } = dossiers;
    if errors.is_empty() && !rows_left.is_empty() {
        errors.add(last, CHANGED.to_owned());
    }
    if errors.is_empty() {
        open.into_values().for_each(|open| sink(open.entry));
    }
    errors.into_result()
}

/// Its header is another, or rows were added or are gone.
const CHANGED: &str = "the file is not as it was when it was checked";

/// A short name for a code. Two codes that share one wait for each other's rows, nothing else.
fn key(code: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    code.hash(&mut hasher);
    hasher.finish()
}

struct Dossiers<'a> {
    columns: &'a Columns,
    day_first: bool,
    /// Where the columns stand that are the same in all rows of a dossier.
    same_in_all: Vec<usize>,
    rows_left: HashMap<u64, u32>,
    /// Dossiers with rows to come, by code.
    open: HashMap<String, Open>,
    errors: Errors,
    sink: &'a mut dyn FnMut(DossierEntry),
}

/// A dossier with rows to come.
struct Open {
    /// Its first row.
    line: u64,
    record: StringRecord,
    entry: DossierEntry,
}

impl Dossiers<'_> {
    fn take(&mut self, line: u64, record: &StringRecord) {
        let code = self.columns.cell("dossier", record);
        let key = key(code);
        let Some(left) = self.rows_left.get_mut(&key) else {
            return self.errors.add(line, CHANGED.to_owned());
        };
        *left -= 1;
        let left = *left;
        if left == 0 {
            self.rows_left.remove(&key);
        }
        self.read(code, line, record);
        if left == 0
            && let Some(open) = self.open.remove(code)
            && self.errors.is_empty()
        {
            (self.sink)(open.entry);
        }
    }

    /// Adds what a row says to its dossier; nothing when something is wrong with it.
    fn read(&mut self, code: &str, line: u64, record: &StringRecord) -> Option<()> {
        let (columns, day_first) = (self.columns, self.day_first);
        let mut row = Row { columns, record, line, day_first, errors: &mut self.errors };
        let said = |open: &Open| self.same_in_all.iter().all(|place| open.record.get(*place) == record.get(*place));
        // What an earlier row says in the very same words need not be read again.
        let entry = if self.open.get(code).is_some_and(said) { None } else { Some(row.dossier()) };
        let component = row.component();
        if let Some(entry) = entry {
            let entry = entry.ok()?;
            match self.open.get(code) {
                Some(first) => {
                    if let Some(column) = differences(&first.entry, &entry).first() {
                        let what = format!("another value than line {} gives for this dossier", first.line);
                        return row.bad(column, &what).ok();
                    }
                }
                None => {
                    self.open.insert(code.to_owned(), Open { line, record: record.clone(), entry });
                }
            }
        }
        let component = component.ok()??;
        let components = &mut self.open.get_mut(code)?.entry.components;
        if components.iter().any(|c| c.id == component.id) {
            return row.bad("component", "this dossier has it already").ok();
        }
        if components.len() == MOST_COMPONENTS {
            return row.bad("component", "this dossier has too many").ok();
        }
        components.push(component);
        Some(())
    }
}
