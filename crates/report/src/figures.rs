//! Figures as they are printed: shares with what they are a share of, numbers and times the Vietnamese way.

use jiff::civil::{Date, DateTime};
use serde::Serialize;

/// A part and what it is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The part.
    pub count: u64,
    /// What it is a part of.
    pub of: u64,
    /// In percent, two decimals, `n/a` of nothing.
    pub percent: String,
}

impl Share {
    /// So many of so many.
    pub fn new(count: u64, of: u64) -> Self {
        Self { count, of, percent: percent(count, of) }
    }

    /// `3.993 trên 17.789 (22,45 %)`.
    pub fn text(&self) -> String {
        let percent = if self.of == 0 { "không có".to_owned() } else { self.percent.replace('.', ",") + " %" };
        format!("{} trên {} ({percent})", number(self.count), number(self.of))
    }
}

/// `part` of `whole` in percent with two decimals, rounded half up; 100.00 only when it is all.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "n/a".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let mut hundredths = (part * 20_000 + whole) / (whole * 2);
    if hundredths == 10_000 && part < whole {
        hundredths = 9_999;
    }
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// In groups of three, with points.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// `15/06/2023`.
pub fn day(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

/// `08:30 15/06/2023`.
pub fn time(at: DateTime) -> String {
    at.strftime("%H:%M %d/%m/%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_points() {
        assert_eq!([0, 999, 1000, 21_969, 1_000_000].map(number), ["0", "999", "1.000", "21.969", "1.000.000"]);
        assert_eq!(Share::new(3993, 17_789).text(), "3.993 trên 17.789 (22,45 %)");
        assert_eq!(Share::new(0, 0).text(), "0 trên 0 (không có)");
    }

    #[test]
    fn percentages_never_round_up_to_all() {
        assert_eq!(percent(0, 0), "n/a");
        assert_eq!(percent(1, 3), "33.33");
        assert_eq!(percent(2, 3), "66.67");
        assert_eq!(percent(999_999, 1_000_000), "99.99");
        assert_eq!(percent(3993, 17_789), "22.45");
        assert_eq!(percent(5, 5), "100.00");
    }
}
