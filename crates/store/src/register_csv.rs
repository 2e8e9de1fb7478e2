//! The register as CSV: UTF-8, a header row, one row a component. Either everything is right or nothing is returned.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use jiff::civil::{Date, DateTime};
use sohoa_domain::text::nfc;
use sohoa_domain::{Channel, ComponentEntry, ComponentKind, DossierCode, DossierEntry, DossierStatus};

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

/// Reads a register. `headers` maps headers of the file to ours; other unknown headers are ignored.
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
        Ok(header) => Columns::of(header, headers),
        Err(error) => return Err(Errors::one(1, &error)),
    };
    if columns.0.get("dossier").is_none() {
        return Err(RegisterFileError { lines: vec![(1, "there is no column dossier".to_owned())], more: 0 });
    }
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
                if !same_dossier(standing, &entry) {
                    errors.add(line, format!("says something else about its dossier than line {first}"));
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

fn same_dossier(a: &DossierEntry, b: &DossierEntry) -> bool {
    DossierEntry { components: Vec::new(), ..a.clone() } == *b
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
    fn one(line: u64, error: &csv::Error) -> RegisterFileError {
        RegisterFileError { lines: vec![(line, kind_of(error).to_owned())], more: 0 }
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
struct Columns(BTreeMap<String, usize>);

impl Columns {
    fn of(header: &csv::StringRecord, mapping: &BTreeMap<String, String>) -> Self {
        let names = header.iter().enumerate().map(|(i, name)| {
            let name = name.trim_start_matches('\u{feff}').trim();
            (mapping.get(name).map_or(name, String::as_str).to_owned(), i)
        });
        Self(names.collect())
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
            Err(error) => {
                self.errors.add(self.line, format!("column {column}: {error}"));
                Err(())
            }
        }
    }

    fn read(&mut self) -> Option<(DossierEntry, Option<ComponentEntry>)> {
        let code = self.optional("dossier", str::parse::<DossierCode>);
        if code == Ok(None) {
            self.errors.add(self.line, "column dossier: empty".to_owned());
        }
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
        let Some(id) = self.optional("component", str::parse)? else { return Ok(None) };
        let kind = self.optional("kind", ComponentKind::parse)?.unwrap_or(ComponentKind::Component);
        let required = match self.optional("required", |s| match s {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("must be true or false"),
        })? {
            Some(required) => required,
            // A column that is there has to say it: an empty cell would silently lower what is due.
            None if self.columns.0.contains_key("required") => {
                self.errors.add(self.line, "column required: empty, must be true or false".to_owned());
                return Err(());
            }
            None => true,
        };
        let reason = self.cell("exempt_reason");
        let exempt_reason = (!reason.is_empty()).then_some(reason);
        Ok(Some(ComponentEntry { id, name: self.cell("component_name"), kind, required, exempt_reason }))
    }
}

/// `2023-06-15`, `2023-06-15T08:30` or `2023-06-15 08:30:00`.
fn date_time(text: &str) -> Result<DateTime, &'static str> {
    let date = || text.parse::<Date>().map(|date| date.to_datetime(jiff::civil::Time::midnight()));
    text.parse::<DateTime>().or_else(|_| date()).map_err(|_| "not a date like 2023-06-15 or 2023-06-15T08:30")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "dossier,received,channel,status,applicant,component,component_name,kind,required,exempt_reason\n";

    fn read(rows: &str) -> Result<Vec<DossierEntry>, RegisterFileError> {
        read_register_csv(format!("{HEADER}{rows}").as_bytes(), &BTreeMap::new())
    }

    #[test]
    fn rows_of_a_dossier_come_together() {
        let entries = read(
            "H41-230615-0001,2023-06-15,counter,4,A,TP1,Đơn,component,true,\n\
             H41-230615-0002,2023-06-15T08:30,online,,,,,,,\n\
             H41-230615-0001,2023-06-15,counter,4,A,KQ,Giấy phép,result,false,bản chụp\n",
        )
        .unwrap();
        assert_eq!(entries.len(), 2);
        let ids: Vec<&str> = entries[0].components.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(ids, ["TP1", "KQ"]);
        assert_eq!(entries[0].components[1].exempt_reason.as_deref(), Some("bản chụp"));
        assert!(entries[1].components.is_empty());
    }

    #[test]
    fn every_bad_line_is_named_and_no_value_is_quoted() {
        let error = read(
            "H41-230615-0001,2023-06-15,counter,4,Bí Mật,TP1,,component,true,\n\
             H41-230631-0001,2023-06-15,counter,4,Bí Mật,TP1,,component,true,\n\
             H41-230615-0003,15/06/2023,walk,11,Bí Mật,TP1,,thing,,\n\
             H41-230615-0001,2023-06-16,counter,4,Bí Mật,TP2,,component,true,\n\
             H41-230615-0001,2023-06-15,counter,4,Bí Mật,TP1,,component,true,\n\
             H41-230615-0004,2023-06-15,counter,4,Bí Mật,TP1,,component,,\n",
        )
        .unwrap_err();
        let lines: Vec<u64> = error.lines.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 4, 4, 4, 5, 6, 7]);
        let text = error.to_string();
        assert!(!text.contains("Bí Mật"));
        for part in ["column received", "column channel", "column status", "column kind", "than line 2", "already"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn other_headers_are_mapped_and_a_mark_before_the_first_is_none_of_it() {
        let mapping = BTreeMap::from([("MaHoSo".to_owned(), "dossier".to_owned())]);
        let csv = "\u{feff}MaHoSo,GhiChu\nH41-230615-0001,x\n";
        let entries = read_register_csv(csv.as_bytes(), &mapping).unwrap();
        assert_eq!(entries[0].code.as_str(), "H41-230615-0001");
        assert!(read_register_csv("a,b\n1,2\n".as_bytes(), &mapping).is_err());
        assert!(read_register_csv(b"dossier\n\xff\xfe\n".as_slice(), &mapping).is_err());
        // Without the column, what a register lists is due.
        let csv = "dossier,component\nH41-230615-0001,TP1\n";
        assert!(read_register_csv(csv.as_bytes(), &mapping).unwrap()[0].components[0].required);
    }
}
