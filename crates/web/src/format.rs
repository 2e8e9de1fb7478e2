//! Dates, numbers and names as they are written in Việt Nam: 15/06/2023 08:30, 21.969.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use sohoa_domain::local_time;

/// `15/06/2023`, with the time of the day behind it unless that is midnight, which is how the register says that it knows none.
pub(crate) fn date_time(at: DateTime) -> String {
    let day = format!("{:02}/{:02}/{:04}", at.day(), at.month(), at.year());
    if (at.hour(), at.minute()) == (0, 0) { day } else { format!("{day} {:02}:{:02}", at.hour(), at.minute()) }
}

/// The same of an instant, as a clock at the counter shows it.
pub(crate) fn instant(at: Timestamp) -> String {
    date_time(local_time(at))
}

/// `08:30:05`, as a clock at the counter shows it.
pub(crate) fn time_of_day(at: Timestamp) -> String {
    local_time(at).strftime("%H:%M:%S").to_string()
}

/// `21.969`.
pub(crate) fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut grouped = if n < 0 { "-".to_owned() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    grouped
}

/// The day that is written so: `31/12/2025`.
pub(crate) fn day_of(written: &str) -> Option<Date> {
    let parts: Vec<&str> = written.trim().split('/').collect();
    let [day, month, year] = parts.as_slice() else { return None };
    Date::new(year.parse().ok().filter(|_| year.len() == 4)?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `12 KB`, `1,4 MB`: thousands of bytes, as file managers count.
pub(crate) fn bytes(count: u64) -> String {
    match count {
        0..1000 => format!("{count} B"),
        1000..1_000_000 => format!("{} KB", count / 1000),
        _ => format!("{},{} MB", count / 1_000_000, count / 100_000 % 10),
    }
}

/// Rising numbers, those in a row together: `2, 4–6`.
pub(crate) fn ranges(numbers: &[u32]) -> String {
    let range = |row: &[u32]| match row {
        [first, .., last] => format!("{first}–{last}"),
        [one] => one.to_string(),
        [] => String::new(),
    };
    numbers.chunk_by(|a, b| *b == a + 1).map(range).collect::<Vec<_>>().join(", ")
}

/// A person's name that only shows that there is one: its first letters.
pub(crate) fn masked(name: &str) -> String {
    let masked = |word: &str| word.chars().take(1).chain("•••".chars()).collect::<String>();
    name.split_whitespace().map(masked).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vietnamese_way() {
        let at = jiff::civil::date(2023, 6, 5);
        assert_eq!(date_time(at.at(8, 30, 0, 0)), "05/06/2023 08:30");
        assert_eq!(date_time(at.at(0, 0, 0, 0)), "05/06/2023");
        assert_eq!(instant("2023-06-15T01:30:00Z".parse().unwrap()), "15/06/2023 08:30");
        assert_eq!(time_of_day("2023-06-15T01:30:05Z".parse().unwrap()), "08:30:05");
        let numbers = [0, 7, 999, 1_000, 21_969, 1_000_000, -4_500];
        assert_eq!(numbers.map(number), ["0", "7", "999", "1.000", "21.969", "1.000.000", "-4.500"]);
    }

    #[test]
    fn days_and_sizes() {
        assert_eq!(day_of(" 31/12/2025 "), Some(jiff::civil::date(2025, 12, 31)));
        for wrong in ["", "31/2/2025", "2025-12-31", "1/1/25", "1/1", "a/b/c"] {
            assert_eq!(day_of(wrong), None, "{wrong}");
        }
        assert_eq!([999, 12_345, 1_460_000].map(bytes), ["999 B", "12 KB", "1,4 MB"]);
    }

    #[test]
    fn numbers_in_a_row_stand_together() {
        assert_eq!(ranges(&[2]), "2");
        assert_eq!(ranges(&[2, 3, 5, 7, 8, 9]), "2–3, 5, 7–9");
    }

    #[test]
    fn a_masked_name_keeps_first_letters_only() {
        assert_eq!(masked("Chử Văn Nghĩnh"), "C••• V••• N•••");
        assert_eq!(masked(""), "");
    }
}
