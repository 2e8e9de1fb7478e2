//! Numbers and days as they are printed in Vietnamese: 21.969; 96,57 %; 14/06/2023.

use jiff::Timestamp;
use jiff::civil::Date;
use sohoa_domain::local_time;

use super::Cell;
use crate::figures::{day, number};

/// Two decimals behind a comma; `n/a` of nothing.
pub fn percentage(part: u64, of: u64) -> String {
    if of == 0 { "n/a".to_owned() } else { format!("{} %", crate::figures::percent(part, of).replace('.', ",")) }
}

/// Minute and day, local time.
pub(super) fn moment(at: Timestamp) -> String {
    local_time(at).strftime("%H:%M ngày %d/%m/%Y").to_string()
}

/// A group's name, or that there is none.
pub(super) fn named(name: &str) -> &str {
    if name.is_empty() { "(sổ không ghi)" } else { name }
}

/// Statements of a report.
pub(super) fn statements<const N: usize>(statements: [(&str, &str); N]) -> Vec<(String, String)> {
    statements.map(|(label, value)| (label.to_owned(), value.to_owned())).into()
}

/// Headings of columns.
pub(super) fn headings<const N: usize>(headings: [&str; N]) -> Vec<String> {
    headings.map(str::to_owned).into()
}

/// `Từ ngày … đến ngày …`, as far as it has ends.
pub(super) fn period(from: Option<Date>, to: Option<Date>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("Từ ngày {} đến ngày {}", day(from), day(to)),
        (Some(from), None) => format!("Từ ngày {} đến nay", day(from)),
        (None, Some(to)) => format!("Đến hết ngày {}", day(to)),
        (None, None) => "Toàn bộ hồ sơ trong sổ tiếp nhận".to_owned(),
    }
}

/// Part and whole: `3.993/17.789 (22,45 %)`.
pub(super) fn share(part: u64, of: u64) -> String {
    format!("{}/{} ({})", number(part), number(of), percentage(part, of))
}

/// A cell in print.
pub(super) fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Count(n) => number(*n),
        Cell::Percent { part, of } => percentage(*part, *of),
        Cell::Day(date) => day(*date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_have_a_comma_and_never_round_up_to_all() {
        assert_eq!(percentage(3_993, 17_789), "22,45 %");
        assert_eq!((percentage(0, 0).as_str(), percentage(99_999, 100_000).as_str()), ("n/a", "99,99 %"));
    }
}
