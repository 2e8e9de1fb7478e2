//! Periods of reception as people choose them: days as they are written in Việt Nam, and the usual periods around today.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::messages::msg;

/// A day as people write it, 31/12/2025, or as programs do, 2025-12-31.
pub(crate) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let Some((day, rest)) = text.split_once('/') else { return text.parse().ok() };
    let (month, year) = rest.split_once('/')?;
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// As people write it; empty when there is none.
pub(crate) fn written(day: Option<Date>) -> String {
    day.map(sohoa_report::day).unwrap_or_default()
}

/// First and last day of the month of a day.
pub(crate) fn month(of: Date) -> (Date, Date) {
    (of.first_of_month(), of.last_of_month())
}

/// The usual periods: key of the name, first and last day.
pub(crate) fn usual(today: Date) -> [(&'static str, Date, Date); 4] {
    let (first, last) = month(today);
    let (earlier, earlier_last) = month(first.yesterday().unwrap_or(first));
    let quarter = date(today.year(), (today.month() - 1) / 3 * 3 + 1, 1);
    let quarter_last = quarter.saturating_add(2.months()).last_of_month();
    [
        (msg!("period-this-month"), first, last),
        (msg!("period-last-month"), earlier, earlier_last),
        (msg!("period-this-quarter"), quarter, quarter_last),
        (msg!("period-this-year"), date(today.year(), 1, 1), date(today.year(), 12, 31)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_and_programs_write_them() {
        for text in ["31/12/2025", " 2025-12-31 "] {
            assert_eq!(day(text), Some(date(2025, 12, 31)), "{text}");
        }
        assert_eq!(day("5/6/2023"), Some(date(2023, 6, 5)));
        for none in ["", "31/02/2025", "12/31/2025", "hôm nay", "1/1"] {
            assert_eq!(day(none), None, "{none}");
        }
        assert_eq!((written(None), written(Some(date(2025, 1, 2)))), (String::new(), "02/01/2025".to_owned()));
    }

    #[test]
    fn usual_periods_lie_around_today() {
        let days = usual(date(2025, 1, 15)).map(|(_, from, to)| (from, to));
        let expected = [
            (date(2025, 1, 1), date(2025, 1, 31)),
            (date(2024, 12, 1), date(2024, 12, 31)),
            (date(2025, 1, 1), date(2025, 3, 31)),
            (date(2025, 1, 1), date(2025, 12, 31)),
        ];
        assert_eq!(days, expected);
        assert_eq!(usual(date(2024, 12, 31))[2].1, date(2024, 10, 1));
        assert_eq!(usual(date(2024, 12, 31))[2].2, date(2024, 12, 31));
    }
}
