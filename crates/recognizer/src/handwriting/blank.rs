//! The blanks of set phrases in which a hand writes: the number of a paper, and day and month of its date.

use std::ops::Range;

use sohoa_domain::text::fold;

/// What is written into a blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `Số: … /QĐ-UBND`
    Number,
    /// `ngày … tháng`
    Day,
    /// `tháng … năm`
    Month,
}

/// Longest number of a paper, digits.
const LONGEST: usize = 6;

impl Kind {
    /// Whether `text` is what may stand in such a blank.
    pub(super) fn fits(self, text: &[char]) -> bool {
        let Some(number) = text.iter().try_fold(0u32, |n, c| n.checked_mul(10)?.checked_add(c.to_digit(10)?)) else {
            return false;
        };
        match self {
            Self::Number => text.len() <= LONGEST && number > 0,
            Self::Day => text.len() <= 2 && (1..=31).contains(&number),
            Self::Month => text.len() <= 2 && (1..=12).contains(&number),
        }
    }
}

/// A blank in the characters of a line without its spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blank {
    pub(super) kind: Kind,
    /// What was read in it; may be nothing.
    pub(super) read: Range<usize>,
    /// The letter that ends the print before it was misread with what follows: the `y` of `ngày`.
    pub(super) glued: bool,
}

/// More characters than this are no digits, however misread.
const MOST: usize = 8;

/// The blanks in a line, read as `characters`.
pub(super) fn blanks(characters: &[char]) -> Vec<Blank> {
    let folded: Vec<char> = characters.iter().map(|c| plain(*c)).collect();
    let mut found: Vec<Blank> = number(characters, &folded).into_iter().collect();
    found.extend(date(&folded));
    found.retain(|blank| blank.read.len() <= MOST);
    found
}

/// Between `ngày` and `tháng`, and between that and `năm`.
fn date(folded: &[char]) -> Vec<Blank> {
    let find = |word: &[char], from: usize| (from..folded.len()).find(|&i| folded[i..].starts_with(word));
    let Some(month) = find(&['t', 'h', 'a', 'n', 'g'], 0) else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(day) = (0..month).rev().find(|&i| folded[i..month].starts_with(&['n', 'g', 'a'])) {
        let glued = folded[day + 3..month].first() != Some(&'y');
        found.push(Blank { kind: Kind::Day, read: day + 3 + usize::from(!glued)..month, glued });
    }
    if let Some(year) = find(&['n', 'a', 'm'], month + 5) {
        found.push(Blank { kind: Kind::Month, read: month + 5..year, glued: false });
    }
    found
}

/// Between `Số:` and the slash of the symbol.
fn number(characters: &[char], folded: &[char]) -> Option<Blank> {
    let label =
        folded.first().is_some_and(|c| matches!(c, 's' | '$' | '5')) && matches!(folded.get(1), Some('o' | '0'));
    let marks = characters.iter().skip(2).take_while(|c| matches!(c, ':' | '.' | ';')).count();
    if !label || marks == 0 {
        return None;
    }
    let start = 2 + marks;
    let symbol = |i: &usize| {
        let rest = &characters[i + 1..];
        let year = rest.len() > 4 && rest[..4].iter().all(char::is_ascii_digit) && rest[4] == '/';
        characters[*i] == '/' && (year || (rest.len() > 1 && rest[..2].iter().all(|c| c.is_uppercase())))
    };
    // A paper of the Party: 15-QĐ/TU.
    let hyphen = |i: &usize| {
        let upper = characters.get(i + 1).is_some_and(|c| c.is_uppercase());
        let slash = characters[*i..].iter().position(|c| *c == '/').map(|at| i + at);
        let body = slash.is_some_and(|at| !characters[at..].contains(&'-'));
        characters[*i] == '-' && characters[i - 1].is_ascii_digit() && upper && body
    };
    let end = (start..characters.len()).find(|i| symbol(i) || hyphen(i))?;
    Some(Blank { kind: Kind::Number, read: start..end, glued: false })
}

/// The letter without its marks, small.
fn plain(c: char) -> char {
    fold(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<(Kind, String, bool)> {
        let characters: Vec<char> = line.chars().filter(|c| *c != ' ').collect();
        let text = |b: &Blank| characters[b.read.clone()].iter().collect();
        blanks(&characters).iter().map(|b| (b.kind, text(b), b.glued)).collect()
    }

    #[test]
    fn they_are_known_by_the_print_around_them() {
        let number = |text: &str| (Kind::Number, text.to_owned(), false);
        assert_eq!(found("Số:04 /CT-UBND"), [number("04")]);
        assert_eq!(found("Số: 892_ /UBND-TTHC"), [number("892_")]);
        assert_eq!(found("Số: /QĐ-UBND"), [number("")]);
        assert_eq!(found("Số: 15/2024/QĐ-UBND"), [number("15")]);
        assert_eq!(found("Số: 15/CT"), [number("15")]);
        assert_eq!(found("Số: 123-QĐ/TU"), [number("123")]);
        assert_eq!(found("Số: 12-J/QĐ-UBND"), [number("12-J")]);
        for other in ["Số 15", "Sổ: 1/2", "Sở: Y tế", "15/QĐ-UBND", "Số: một hai ba bốn năm /QĐ"] {
            assert_eq!(found(other), [], "{other}");
        }
    }

    #[test]
    fn day_and_month_may_both_be_blank() {
        let said = |day: &str, glued: bool, month: &str| {
            vec![(Kind::Day, day.to_owned(), glued), (Kind::Month, month.to_owned(), false)]
        };
        assert_eq!(found("Quảng Ngãi, ngày 45 tháng 3 năm 2024"), said("45", false, "3"));
        assert_eq!(found("Quảng Ngãi, ngàw'{ tháng 5 năm 2021"), said("w'{", true, "5"));
        assert_eq!(found("Huế, ngày|S tháng năm 2025"), said("|S", false, ""));
        assert_eq!(
            found("trong ngày hôm đó, các bên thống nhất tháng sau năm tới"),
            [(Kind::Month, "sau".to_owned(), false)]
        );
        assert_eq!(found("tháng 3"), []);
    }
}
