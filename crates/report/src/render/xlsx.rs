//! A report as a workbook: a sheet a table, the title and the statements over the first. Numbers are numbers, percentages and days have
//! their formats, no text is ever a formula.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{Block, Cell, Report, Row, Table, text};

/// Rows of a sheet, less those of the head.
const MOST_ROWS: usize = 1_000_000;
/// Number formats of Vietnam (locale 042A), whatever the reader's own.
const COUNT: &str = "[$-42A]#,##0";
const PERCENT: &str = "[$-42A]0.00%";
const DAY: &str = "dd/mm/yyyy";
/// Narrowest and widest column, characters.
const WIDTHS: (usize, usize) = (12, 60);
/// Of the head, points: two lines.
const HEAD_HEIGHT: f64 = 32.0;

/// The file's bytes.
pub(super) fn workbook(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let tables: Vec<&Table> =
        report.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect();
    let mut names: Vec<String> = Vec::new();
    for (i, table) in tables.iter().enumerate() {
        let name = sheet_name(&table.title, &names);
        let sheet = book.add_worksheet();
        sheet.set_name(&name)?;
        names.push(name);
        let head = if i == 0 { heading(sheet, report)? } else { 0 };
        fill(sheet, table, head)?;
    }
    if tables.is_empty() {
        heading(book.add_worksheet(), report)?;
    }
    book.save_to_buffer()
}

/// Title, period and statements; returns the row behind them.
fn heading(sheet: &mut Worksheet, report: &Report) -> Result<u32, XlsxError> {
    sheet.write_string_with_format(0, 0, &report.title, &Format::new().set_bold().set_font_size(14))?;
    sheet.write_string_with_format(1, 0, &report.subtitle, &Format::new().set_italic())?;
    let mut row = 2;
    for (label, value) in &report.statements {
        sheet.write_string_with_format(row, 0, format!("{label}: {value}"), &Format::new())?;
        row += 1;
    }
    Ok(row + 1)
}

fn fill(sheet: &mut Worksheet, table: &Table, head: u32) -> Result<(), XlsxError> {
    let header = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(Color::RGB(0x00DD_E6EE))
        .set_border(FormatBorder::Thin);
    for (column, name) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(head, column, name, &header)?;
        sheet.set_column_width(column, width(table, usize::from(column)) as f64)?;
    }
    sheet.set_row_height(head, HEAD_HEIGHT)?;
    let shown = table.rows.len().min(MOST_ROWS);
    for (at, row) in (head + 1..).zip(&table.rows[..shown]) {
        for (column, cell) in (0..).zip(&row.cells) {
            let format = look(row, column == 0);
            match cell {
                Cell::Empty => sheet.write_blank(at, column, &format)?,
                Cell::Text(text) => sheet.write_string_with_format(at, column, text, &format)?,
                Cell::Count(n) => {
                    sheet.write_number_with_format(at, column, *n as f64, &format.set_num_format(COUNT))?
                }
                Cell::Percent { part, of } => match ratio(*part, *of) {
                    Some(ratio) => {
                        sheet.write_number_with_format(at, column, ratio, &format.set_num_format(PERCENT))?
                    }
                    None => {
                        let format = format.set_align(FormatAlign::Right);
                        sheet.write_string_with_format(at, column, text::cell(cell), &format)?
                    }
                },
                Cell::Day(day) => sheet.write_datetime_with_format(at, column, *day, &format.set_num_format(DAY))?,
            };
        }
    }
    let left = table.rows.len() - shown;
    if left > 0 {
        let said = format!("… và {} dòng nữa không vừa một trang tính", crate::number(left as u64));
        sheet.write_string_with_format(head + 1 + shown as u32, 0, said, &Format::new().set_italic())?;
    }
    sheet.set_freeze_panes(head + 1, 0)?;
    sheet.set_repeat_rows(head, head)?;
    // A4, as wide as a page.
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_footer("&CTrang &P/&N");
    if table.columns.len() > 5 {
        sheet.set_landscape();
    }
    Ok(())
}

fn look(row: &Row, first: bool) -> Format {
    let mut format = Format::new()
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::Top)
        .set_border_color(Color::RGB(0x00B8_C2CC));
    if first {
        // An indent needs a side.
        format = format.set_text_wrap().set_align(FormatAlign::Left).set_indent(row.level);
    }
    if row.strong { format.set_bold() } else { format }
}

/// As it is printed: rounded to hundredths of a percent, so that no sheet shows 100 % of what is less.
fn ratio(part: u64, of: u64) -> Option<f64> {
    let hundredths: u32 = crate::figures::percent(part, of).replace('.', "").parse().ok()?;
    Some(f64::from(hundredths) / 10_000.0)
}

/// Wide enough for its longest text; headings wrap.
fn width(table: &Table, column: usize) -> usize {
    let longest = |cell: &Cell| text::cell(cell).lines().map(|l| l.chars().count()).max().unwrap_or(0);
    let cells = table.rows.iter().take(MOST_ROWS).filter_map(|r| r.cells.get(column)).map(longest).max().unwrap_or(0);
    let head = table.columns[column].split_whitespace().map(|w| w.chars().count()).max().unwrap_or(0);
    (cells.max(head).max(table.columns[column].chars().count() / 2) + 2).clamp(WIDTHS.0, WIDTHS.1)
}

/// At most 31 characters, none of those that Excel forbids, and none twice.
fn sheet_name(title: &str, taken: &[String]) -> String {
    let clean: String = title.chars().filter(|c| !"[]:*?/\\'".contains(*c) && !c.is_control()).collect();
    let short = |tail: &str| {
        let room = 31 - tail.chars().count();
        format!("{}{tail}", clean.trim().chars().take(room).collect::<String>().trim_end())
    };
    let free = |name: &String| !name.is_empty() && !taken.iter().any(|t| t.to_lowercase() == name.to_lowercase());
    let numbered = (2..).map(|n| short(&format!(" {n}")));
    std::iter::once(short("")).chain(numbered).find(free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_are_allowed_and_different() {
        let long = "Hồ sơ không rõ trạng thái: danh sách [đầy đủ]";
        let first = sheet_name(long, &[]);
        assert_eq!(first, "Hồ sơ không rõ trạng thái danh");
        let second = sheet_name(long, std::slice::from_ref(&first));
        assert!(second.ends_with(" 2") && second.chars().count() <= 31 && second != first, "{second}");
        assert_eq!(sheet_name("", &[]), " 2".to_owned());
    }

    #[test]
    fn a_ratio_is_the_printed_one() {
        assert_eq!((ratio(3_993, 17_789), ratio(99_999, 100_000), ratio(0, 0)), (Some(0.2245), Some(0.9999), None));
    }
}
