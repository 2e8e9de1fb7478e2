//! The register as CSV: UTF-8, a header row, one row a component. Either everything is right or nothing is returned.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use jiff::Timestamp;
use jiff::civil::DateTime;
use sohoa_domain::text::nfc;
use sohoa_domain::{Channel, ComponentEntry, ComponentKind, DossierCode, DossierEntry, DossierStatus, local_time};

/// Most bad lines that are named.
const MOST: usize = 100;

/// What is wrong with a register file: a sentence a line. Never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RegisterFileError {
    /// Line (from 1) and what is wrong there.
    pub lines: Vec<(u64, String)>,
    /// How many more there are.
    pub more: usize,
}

impl fmt::Display for RegisterFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (line, what)) in self.lines.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}line {line}: {what}")?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

/// Our columns. A file may lack any but the first.
const COLUMNS: [&str; 17] = [
    "dossier",
    "procedure",
    "agency",
    "counter",
    "channel",
    "applicant",
    "received",
    "due",
    "finished",
    "returned",
    "return_channel",
    "status",
    "component",
    "component_name",
    "kind",
    "required",
    "exempt_reason",
];

/// Reads a register. `headers` maps headers of the file to ours; other unknown headers are ignored and named in the
/// log.
///
/// # Errors
/// Every bad line, with its number and column.
pub fn read_register_csv(
    reader: impl Read,
    headers: &BTreeMap<String, String>,
) -> Result<Vec<DossierEntry>, RegisterFileError> {
    let mut csv = csv::ReaderBuilder::new().flexible(false).trim(csv::Trim::All).from_reader(reader);
    let mut errors = Errors::default();
    let columns = match csv.headers() {
        Ok(header) => Columns::of(header, headers).map_err(|what| Errors::one(1, &what))?,
        Err(error) => return Err(Errors::one(1, kind_of(&error))),
    };
    let mut entries: Vec<(u64, DossierEntry)> = Vec::new();
    let mut place: BTreeMap<DossierCode, usize> = BTreeMap::new();
    for record in csv.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                errors.add(line, format!("not readable as CSV in UTF-8 ({})", kind_of(&error)));
                continue;
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let mut row = Row { columns: &columns, record: &record, line, errors: &mut errors };
        let Some((entry, component)) = row.read() else { continue };
        let at = match place.get(&entry.code) {
            None => {
                place.insert(entry.code.clone(), entries.len());
                entries.push((line, entry));
                entries.len() - 1
            }
            Some(at) => {
                let (first, standing) = &entries[*at];
                if let Some(column) = difference(standing, &entry) {
                    errors
                        .add(line, format!("column {column}: another value than line {first} gives for this dossier"));
                    continue;
                }
                *at
            }
        };
        if let Some(component) = component {
            let components = &mut entries[at].1.components;
            if components.iter().any(|c| c.id == component.id) {
                errors.add(line, "column component: this dossier has it already".to_owned());
            } else {
                components.push(component);
            }
        }
    }
    if errors.0.lines.is_empty() { Ok(entries.into_iter().map(|(_, entry)| entry).collect()) } else { Err(errors.0) }
}

/// The first column in which two rows of one dossier contradict each other.
fn difference(a: &DossierEntry, b: &DossierEntry) -> Option<&'static str> {
    let same = [
        ("procedure", a.procedure == b.procedure),
        ("agency", a.agency == b.agency),
        ("counter", a.counter == b.counter),
        ("channel", a.channel == b.channel),
        ("applicant", a.applicant == b.applicant),
        ("received", a.received == b.received),
        ("due", a.due == b.due),
        ("finished", a.finished == b.finished),
        ("returned", a.returned == b.returned),
        ("return_channel", a.return_channel == b.return_channel),
        ("status", a.status == b.status),
    ];
    same.iter().find(|(_, same)| !same).map(|(column, _)| *column)
}

fn kind_of(error: &csv::Error) -> &'static str {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "not UTF-8",
        csv::ErrorKind::UnequalLengths { .. } => "another number of columns than the header",
        _ => "damaged",
    }
}

struct Errors(RegisterFileError);

impl Default for Errors {
    fn default() -> Self {
        Self(RegisterFileError { lines: Vec::new(), more: 0 })
    }
}

impl Errors {
    fn one(line: u64, what: &str) -> RegisterFileError {
        RegisterFileError { lines: vec![(line, what.to_owned())], more: 0 }
    }

    fn add(&mut self, line: u64, what: String) {
        if self.0.lines.len() < MOST {
            self.0.lines.push((line, what));
        } else {
            self.0.more += 1;
        }
    }
}

/// Our column names and where they stand in the file.
struct Columns(BTreeMap<&'static str, usize>);

impl Columns {
    fn of(header: &csv::StringRecord, mapping: &BTreeMap<String, String>) -> Result<Self, String> {
        let mapping: BTreeMap<String, &str> =
            mapping.iter().map(|(theirs, ours)| (nfc(theirs), ours.as_str())).collect();
        let (mut places, mut ignored) = (BTreeMap::new(), Vec::new());
        for (place, name) in header.iter().enumerate() {
            let name = nfc(name.trim_start_matches('\u{feff}').trim());
            let ours = mapping.get(&name).copied().unwrap_or(&name);
            match COLUMNS.into_iter().find(|column| *column == ours) {
                None => ignored.push(name),
                Some(column) if places.insert(column, place).is_some() => {
                    return Err(format!("column {column} is there twice"));
                }
                Some(_) => {}
            }
        }
        if !places.contains_key("dossier") {
            return Err("there is no column dossier".to_owned());
        }
        if !ignored.is_empty() {
            tracing::warn!(columns = ?ignored, "the register has columns that are not known and were ignored");
        }
        Ok(Self(places))
    }

    fn has(&self, column: &str) -> bool {
        self.0.contains_key(column)
    }
}

/// One line while it is read.
struct Row<'a> {
    columns: &'a Columns,
    record: &'a csv::StringRecord,
    line: u64,
    errors: &'a mut Errors,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> String {
        nfc(self.columns.0.get(column).and_then(|i| self.record.get(*i)).unwrap_or_default())
    }

    /// The parsed cell: `Ok(None)` when it is empty, `Err` when it was bad and that was noted.
    fn optional<T, E: fmt::Display>(
        &mut self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ()> {
        let cell = self.cell(column);
        if cell.is_empty() {
            return Ok(None);
        }
        match parse(&cell) {
            Ok(value) => Ok(Some(value)),
            Err(error) => self.bad(column, &error.to_string()),
        }
    }

    fn read(&mut self) -> Option<(DossierEntry, Option<ComponentEntry>)> {
        let code = self.optional("dossier", str::parse::<DossierCode>);
        let code = match code {
            Ok(None) => self.bad("dossier", "empty"),
            other => other,
        };
        let procedure = self.optional("procedure", str::parse);
        let channel = self.optional("channel", Channel::parse);
        let return_channel = self.optional("return_channel", Channel::parse);
        let status = self.optional("status", |s| {
            s.parse::<u8>().ok().and_then(|n| DossierStatus::new(n).ok()).ok_or("must be a number from 1 to 10")
        });
        let [received, due, finished, returned] =
            ["received", "due", "finished", "returned"].map(|column| self.optional(column, date_time));
        let component = self.component();
        Some((
            DossierEntry {
                code: code.ok()??,
                procedure: procedure.ok()?,
                agency: self.cell("agency"),
                counter: self.cell("counter"),
                channel: channel.ok()?,
                applicant: self.cell("applicant"),
                received: received.ok()?,
                due: due.ok()?,
                finished: finished.ok()?,
                returned: returned.ok()?,
                return_channel: return_channel.ok()?,
                status: status.ok()?,
                components: Vec::new(),
            },
            component.ok()?,
        ))
    }

    fn component(&mut self) -> Result<Option<ComponentEntry>, ()> {
        let Some(id) = self.optional("component", str::parse)? else {
            let stray = ["component_name", "kind", "required", "exempt_reason"];
            return match stray.into_iter().find(|column| !self.cell(column).is_empty()) {
                Some(column) => self.bad(column, "filled, but column component is empty"),
                None => Ok(None),
            };
        };
        let kind = self.told("kind", ComponentKind::parse, ComponentKind::Component, "component or result")?;
        let truth = |s: &str| match s.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("must be true or false"),
        };
        let required = self.told("required", truth, true, "true or false")?;
        let reason = self.cell("exempt_reason");
        let exempt_reason = (!reason.is_empty()).then_some(reason);
        Ok(Some(ComponentEntry { id, name: self.cell("component_name"), kind, required, exempt_reason }))
    }

    /// A cell that may only be empty when the whole column is missing: one that was forgotten could silently lower
    /// what is due.
    fn told<T, E: fmt::Display>(
        &mut self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        without_column: T,
        allowed: &str,
    ) -> Result<T, ()> {
        match self.optional(column, parse)? {
            Some(value) => Ok(value),
            None if self.columns.has(column) => self.bad(column, &format!("empty, must be {allowed}")),
            None => Ok(without_column),
        }
    }

    fn bad<T>(&mut self, column: &str, what: &str) -> Result<T, ()> {
        self.errors.add(self.line, format!("column {column}: {what}"));
        Err(())
    }
}

/// `2023-06-15`, `2023-06-15T08:30` or `2023-06-15 08:30:00` as local time. A time with an offset from UTC, such as
/// `2023-06-15T01:30:00Z`, is turned into that of Việt Nam.
fn date_time(text: &str) -> Result<DateTime, &'static str> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(local_time(instant));
    }
    text.parse::<DateTime>().map_err(|_| "not a date like 2023-06-15 or 2023-06-15T08:30")
}

#[cfg(test)]
mod tests;
