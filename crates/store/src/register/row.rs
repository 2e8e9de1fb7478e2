//! One row of a table as what it says of a dossier and of one of its components.

use std::fmt;

use csv::StringRecord;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use sohoa_domain::text::nfc;
use sohoa_domain::{Channel, ComponentEntry, ComponentKind, DossierCode, DossierEntry, DossierStatus, local_time};

use super::columns::Columns;
use super::error::Errors;

/// Columns that say something of the dossier, the same in all its rows.
pub(super) const OF_DOSSIER: [&str; 12] = [
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
];
/// Columns that say something of one component.
pub(super) const OF_COMPONENT: [&str; 5] = ["component", "component_name", "kind", "required", "exempt_reason"];

/// One row while it is read. What is wrong with it is noted, and `Err(())` says that it was.
pub(super) struct Row<'a> {
    pub(super) columns: &'a Columns,
    pub(super) record: &'a StringRecord,
    pub(super) line: u64,
    pub(super) day_first: bool,
    pub(super) errors: &'a mut Errors,
}

impl Row<'_> {
    pub(super) fn cell(&self, column: &str) -> String {
        nfc(self.columns.cell(column, self.record))
    }

    /// The parsed cell; `Ok(None)` when it is empty.
    pub(super) fn optional<T, E: fmt::Display>(
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

    /// The parsed cell, which may not be empty.
    pub(super) fn needed<T, E: fmt::Display>(
        &mut self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, ()> {
        match self.optional(column, parse)? {
            Some(value) => Ok(value),
            None => self.bad(column, "empty"),
        }
    }

    /// What the row says of its dossier, without components.
    pub(super) fn dossier(&mut self) -> Result<DossierEntry, ()> {
        let code = self.needed("dossier", str::parse::<DossierCode>);
        let procedure = self.optional("procedure", str::parse);
        let channel = self.optional("channel", Channel::parse);
        let return_channel = self.optional("return_channel", Channel::parse);
        let status = self.optional("status", |s| {
            s.parse::<u8>().ok().and_then(|n| DossierStatus::new(n).ok()).ok_or("must be a number from 1 to 10")
        });
        let day_first = self.day_first;
        let [received, due, finished, returned] = ["received", "due", "finished", "returned"]
            .map(|column| self.optional(column, |text| date_time(text, day_first)));
        Ok(DossierEntry {
            code: code?,
            procedure: procedure?,
            agency: self.cell("agency"),
            counter: self.cell("counter"),
            channel: channel?,
            applicant: self.cell("applicant"),
            received: received?,
            due: due?,
            finished: finished?,
            returned: returned?,
            return_channel: return_channel?,
            status: status?,
            components: Vec::new(),
            catalogue: None,
        })
    }

    /// What the row says of a component, if it names one.
    pub(super) fn component(&mut self) -> Result<Option<ComponentEntry>, ()> {
        let Some(id) = self.optional("component", str::parse)? else {
            let mut stray = OF_COMPONENT[1..].iter();
            return match stray.find(|column| !self.columns.cell(column, self.record).is_empty()) {
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

    /// Notes that a cell is wrong.
    pub(super) fn bad<T>(&mut self, column: &str, what: &str) -> Result<T, ()> {
        self.errors.add(self.line, format!("column {column}: {what}"));
        Err(())
    }
}

/// `2023-06-15`, `2023-06-15T08:30` or `2023-06-15 08:30:00` as local time. A time with an offset from UTC, such as
/// `2023-06-15T01:30:00Z`, is turned into that of Việt Nam. With `day_first` also `15/06/2023` and `15/06/2023 08:30:00`, which
/// could be another day elsewhere.
pub(super) fn date_time(text: &str, day_first: bool) -> Result<DateTime, &'static str> {
    if text.len() == DAY
        && let Ok(day) = text.parse::<Date>()
    {
        return Ok(day.at(0, 0, 0, 0));
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(local_time(instant));
    }
    match turned(text).filter(|_| day_first) {
        Some(iso) => iso.parse().map_err(|_| "not a date like 15/06/2023 or 15/06/2023 08:30:00"),
        None => text.parse().map_err(|_| "not a date like 2023-06-15 or 2023-06-15T08:30"),
    }
}

/// Length of a day as ISO 8601 writes it.
const DAY: usize = "2023-06-15".len();

/// `15/06/2023 08:30` as ISO 8601.
fn turned(text: &str) -> Option<String> {
    let (date, time) = text.split_once([' ', 'T']).map_or((text, None), |(date, time)| (date, Some(time.trim_start())));
    let mut parts = date.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let numbers = parts.next().is_none() && [day, month, year].iter().all(|p| p.bytes().all(|b| b.is_ascii_digit()));
    let iso = numbers.then(|| format!("{year:0>4}-{month:0>2}-{day:0>2}"))?;
    // Excel writes hours before ten with one digit.
    Some(time.map_or(iso.clone(), |time| {
        let hours = time.find(':').unwrap_or(time.len());
        format!("{iso}T{}{time}", "0".repeat(2_usize.saturating_sub(hours)))
    }))
}
