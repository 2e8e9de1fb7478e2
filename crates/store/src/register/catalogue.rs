//! Catalogues of procedures: one row a component, grouped by procedure and the day from which on it holds.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use jiff::civil::Date;
use sohoa_domain::{CatalogueVersion, ProcedureCode, Reading};

use super::columns::Columns;
use super::dossiers::MOST_COMPONENTS;
use super::error::{Errors, RegisterFileError};
use super::row::{OF_COMPONENT, Row, date_time};
use super::{Format, table};

/// Columns that say something of the version, the same in all its rows.
const OF_VERSION: [&str; 5] = ["procedure", "valid_from", "name", "field", "agency"];

/// Reads a catalogue from CSV or a workbook, versions in order of procedure and day.
///
/// # Errors
/// Every bad line, with its number and column.
pub fn read_catalogue<F: Read + Seek>(
    mut file: F,
    reading: &Reading,
) -> Result<Vec<CatalogueVersion>, RegisterFileError> {
    let format = Format::of(&mut file)?;
    if format == Format::Json {
        return Err(Errors::one("line", 1, "a catalogue is CSV or a workbook"));
    }
    let unit = table::unit(format, reading);
    let mut catalogue =
        Catalogue { errors: Errors::of(&unit), versions: BTreeMap::new(), day_first: reading.day_first };
    let mut columns: Option<Result<Columns, String>> = None;
    table::rows(&mut file, format, reading, &mut |line, row| match (&columns, row) {
        (None, row) => {
            let known = [&OF_VERSION[..], &OF_COMPONENT[..]].concat();
            columns = Some(row.and_then(|header| Columns::of(header, &reading.headers, &known, &OF_VERSION[..2])));
        }
        (Some(Ok(columns)), Ok(record)) => {
            let errors = &mut catalogue.errors;
            let mut row = Row { columns, record, line, day_first: catalogue.day_first, errors };
            let _: Option<()> = catalogue_row(&mut catalogue.versions, &mut row);
        }
        (Some(Ok(_)), Err(what)) => catalogue.errors.add(line, what),
        (Some(Err(_)), _) => {}
    })?;
    let columns = columns.unwrap_or_else(|| Err("the file is empty".to_owned()));
    columns.map_err(|what| Errors::one(&unit, 1, &what))?;
    catalogue.errors.into_result()?;
    Ok(catalogue.versions.into_values().map(|(_, version)| version).collect())
}

/// Versions with the line that each begins on.
type Versions = BTreeMap<(ProcedureCode, Date), (u64, CatalogueVersion)>;

struct Catalogue {
    errors: Errors,
    versions: Versions,
    day_first: bool,
}

/// Adds what a row says; `None` when something is wrong with it, which is noted.
fn catalogue_row(versions: &mut Versions, row: &mut Row<'_>) -> Option<()> {
    let day_first = row.day_first;
    let procedure = row.needed("procedure", str::parse::<ProcedureCode>);
    let valid_from = row.needed("valid_from", |text| date_time(text, day_first).map(|time| time.date()));
    let component = row.component();
    let (procedure, valid_from, component) = (procedure.ok()?, valid_from.ok()?, component.ok()?);
    let [name, field, agency] = ["name", "field", "agency"].map(|column| row.cell(column));
    let version = CatalogueVersion { procedure, valid_from, name, field, agency, components: Vec::new() };
    let key = (version.procedure.clone(), valid_from);
    let (first, standing) = versions.entry(key).or_insert_with(|| (row.line, version.clone()));
    let differ = [
        ("name", standing.name != version.name),
        ("field", standing.field != version.field),
        ("agency", standing.agency != version.agency),
    ];
    if let Some((column, _)) = differ.iter().find(|(_, differ)| *differ) {
        let what = format!("another value than line {first} gives for this version of the procedure");
        return row.bad(column, &what).ok();
    }
    let Some(component) = component else { return Some(()) };
    let components = &mut standing.components;
    if components.iter().any(|c| c.id == component.id) {
        return row.bad("component", "this version of the procedure has it already").ok();
    }
    if components.len() == MOST_COMPONENTS {
        return row.bad("component", "this version of the procedure has too many").ok();
    }
    components.push(component);
    Some(())
}
