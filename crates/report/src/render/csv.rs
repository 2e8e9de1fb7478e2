//! A report as comma-separated values (RFC 4180): title and statements, then table after table, an empty line between. UTF-8 with
//! a byte order mark, by which spreadsheets know it. Every line has as many fields as the widest table.
//!
//! Counts are plain digits and days ISO 8601, which read the same everywhere. A percentage is the printed text with its sign: as a
//! bare number its comma or point would be taken for a separator of thousands in one half of the world. Whoever calculates has the
//! part and the whole beside it.

use super::{Block, Cell, Report, text};

/// The file's bytes.
pub(super) fn lines(report: &Report) -> Result<Vec<u8>, std::io::Error> {
    let tables = || report.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None });
    let width = tables().map(|t| t.columns.len()).max().unwrap_or(0).max(2);
    let mut out =
        ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    let mut line = |fields: &mut dyn Iterator<Item = String>| {
        let mut fields: Vec<String> = fields.map(|f| harmless(&f)).collect();
        fields.resize(width, String::new());
        out.write_record(&fields)
    };
    let one = |text: &str| vec![text.to_owned()].into_iter();
    line(&mut one(&report.title))?;
    line(&mut one(&report.subtitle))?;
    for (label, value) in &report.statements {
        line(&mut [label.clone(), value.clone()].into_iter())?;
    }
    for table in tables() {
        line(&mut one(""))?;
        line(&mut one(&table.title))?;
        line(&mut table.columns.iter().cloned())?;
        for row in &table.rows {
            line(&mut row.cells.iter().map(field))?;
        }
    }
    out.into_inner().map_err(|e| e.into_error())
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Count(n) => n.to_string(),
        Cell::Day(date) => date.to_string(),
        other => text::cell(other),
    }
}

/// Spreadsheets take a field that begins like this for a formula and carry it out; behind an apostrophe it is text.
fn harmless(field: &str) -> String {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{field}") } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::{Row, Table};
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_no_field_is_a_formula() {
        let names = ["Sở \"Thử\", phòng 1", "hai\ndòng", "=CMD(1)", "-2+3", "@x", ""];
        let rows = names.iter().map(|n| Row::new(vec![Cell::from(*n), Cell::Count(21_969)])).collect();
        let table = Table { title: "Bảng".to_owned(), columns: vec!["Tên".to_owned(), "Số".to_owned()], rows };
        let report = Report {
            title: "Báo cáo".to_owned(),
            subtitle: "Kỳ".to_owned(),
            statements: vec![],
            blocks: vec![Block::Table(table)],
            signers: vec![],
        };
        let bytes = lines(&report).unwrap();
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap();
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text);
        let read: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        let expected = ["Sở \"Thử\", phòng 1", "hai\ndòng", "'=CMD(1)", "'-2+3", "'@x", ""];
        let found: Vec<&str> = read[read.len() - 6..].iter().map(|r| r[0].as_str()).collect();
        assert_eq!(found, expected);
        assert!(read[read.len() - 6..].iter().all(|r| r[1] == "21969"));
    }
}
