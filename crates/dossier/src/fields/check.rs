//! Rules that a value must keep to be taken for granted. They judge; they change nothing.

use jiff::civil::Date;
use sohoa_domain::FieldIssue;

/// A day from its printed parts, and the first rule that it breaks. `None` for the date when there is no such day.
///
/// Days below 10 and the months 1 and 2 are written with a zero (Nghị định 30/2020, annex I, part I, 4b).
pub(super) fn date(day: &str, month: &str, year: &str, scanned: Option<Date>) -> (Option<Date>, Option<FieldIssue>) {
    let digits = |s: &str, most: usize| {
        let plain = s.len() <= most && s.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| s.parse::<i16>().ok()).flatten()
    };
    let day_of = |s: &str| digits(s, 2).and_then(|v| i8::try_from(v).ok());
    let (Some(d), Some(m), Some(y)) = (day_of(day), day_of(month), digits(year, 4)) else {
        return (None, Some(FieldIssue::NotADate));
    };
    let Some(date) = Date::new(y, m, d).ok().filter(|d| d.year() >= 1900) else {
        return (None, Some(FieldIssue::NotADate));
    };
    let issue = if scanned.is_some_and(|scanned| date > scanned) {
        Some(FieldIssue::InTheFuture)
    } else if day.len() < 2 || (month.len() < 2 && m <= 2) {
        Some(FieldIssue::NotPadded)
    } else {
        None
    };
    (Some(date), issue)
}

/// The number of a paper: digits, below ten with a zero.
pub(super) fn number(number: &str) -> Option<FieldIssue> {
    if number.is_empty() || number.len() > 6 || !number.bytes().all(|b| b.is_ascii_digit()) {
        Some(FieldIssue::NumberGrammar)
    } else if number.len() == 1 {
        Some(FieldIssue::NotPadded)
    } else if number.len() > 2 && number.starts_with('0') || number.bytes().all(|b| b == b'0') {
        Some(FieldIssue::NumberGrammar)
    } else {
        None
    }
}

/// The symbol: abbreviations parted by `-` or `/`, each of letters with a capital first. `types` are the abbreviations of
/// types; `expected` is that of the title's type, where there is a title.
pub(super) fn symbol(symbol: &str, expected: Option<&str>) -> Option<FieldIssue> {
    let parts: Vec<&str> = symbol.split(['-', '/']).collect();
    let is_letter = |c: char| c.is_alphabetic() || c == '&' || c == '.' || c == ',';
    let is_part = |part: &&str| {
        let capitals = part.chars().filter(|c| c.is_uppercase()).count();
        let small = part.chars().filter(|c| c.is_lowercase()).count();
        // "TTr", "BNNPTNT", "QLĐT1" and "KTTHtg" occur; "UBnD" and "ubnd" do not.
        part.starts_with(char::is_uppercase)
            && part.chars().all(|c| is_letter(c) || c.is_ascii_digit())
            && part.chars().take(capitals).all(|c| !c.is_lowercase() || small == 1)
            && small <= 2
    };
    if parts.len() < 2 || parts.len() > 4 || !parts.iter().all(|p| is_part(p) && p.chars().count() <= 12) {
        return Some(FieldIssue::SymbolGrammar);
    }
    match expected {
        Some(expected) if parts[0] != expected => Some(FieldIssue::SymbolAgainstType),
        _ => None,
    }
}

/// Whether a mark beside a value says nothing: specks, leaders and the sentence's own are read so. Any other, such as `|` or
/// `(`, may be a digit.
pub(super) fn is_plain_mark(c: char) -> bool {
    matches!(c, '.' | ',' | ':' | ';' | '…' | '·' | '-' | '_')
}

/// Whether a mark touches a letter inside a word (`Ổ.TRUNG`): a speck, or more than a space was lost there. Hyphens and slashes
/// are printed so.
pub(super) fn has_mark_within(text: &str) -> bool {
    let is_mark = |c: char| !c.is_alphanumeric() && !matches!(c, '-' | '–' | '/' | '&');
    let touched = |chars: &[char]| is_mark(chars[1]) && (chars[0].is_alphabetic() || chars[2].is_alphabetic());
    text.split_whitespace().any(|word| {
        let inner: Vec<char> = word.trim_matches(|c: char| !c.is_alphanumeric()).chars().collect();
        inner.windows(3).any(touched)
    })
}

/// Whether a name of a body or office has no mark where none is printed: around it, or inside a word.
pub(super) fn is_clean_name(name: &str) -> bool {
    name.starts_with(char::is_alphanumeric) && name.ends_with(char::is_alphanumeric) && !has_mark_within(name)
}

/// A personal id of 12 digits (Nghị định 137/2015, article 13): three of the place, one of century and sex, two of the
/// year, see [`crate::id_card::id_fits`]; or the nine of an old card, which say nothing.
pub(super) fn person_id(id: &str) -> Option<FieldIssue> {
    let digits = id.bytes().all(|b| b.is_ascii_digit());
    match id.len() {
        9 if digits => None,
        12 if digits => {
            let place: u32 = id[..3].parse().unwrap_or(0);
            (!(1..=96).contains(&place)).then_some(FieldIssue::IdPlace)
        }
        _ => Some(FieldIssue::IdLength),
    }
}

/// A telephone number of the national plan: mobile 03, 05, 07, 08, 09 with ten digits, fixed 02 with eleven, service
/// numbers 1800 and 1900 with eight or ten; with spaces, dots, hyphens or brackets between; +84 for the zero.
pub(super) fn phone(phone: &str) -> Option<FieldIssue> {
    let plain = phone.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '(' | ')' | '+'));
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let national = match digits.strip_prefix("84") {
        Some(rest) if phone.contains('+') => format!("0{rest}"),
        _ => digits,
    };
    let good = match national.as_bytes() {
        [b'0', b'3' | b'5' | b'7' | b'8' | b'9', ..] => national.len() == 10,
        [b'0', b'2', ..] => national.len() == 11,
        [b'1', b'8' | b'9', b'0', b'0', ..] => matches!(national.len(), 8 | 10),
        _ => false,
    };
    (!plain || !good).then_some(FieldIssue::PhoneGrammar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_real_days_up_to_the_scan() {
        let scanned = Some(Date::constant(2023, 6, 15));
        let issue = |d, m, y| date(d, m, y, scanned).1;
        assert_eq!(issue("05", "06", "2023"), None);
        assert_eq!(issue("15", "6", "2023"), None);
        assert_eq!(issue("5", "06", "2023"), Some(FieldIssue::NotPadded));
        assert_eq!(issue("05", "2", "2023"), Some(FieldIssue::NotPadded));
        assert_eq!(issue("16", "06", "2023"), Some(FieldIssue::InTheFuture));
        for (d, m, y) in
            [("31", "06", "2023"), ("29", "02", "2023"), ("1o", "06", "2023"), ("05", "06", "0023"), ("", "6", "2023")]
        {
            assert_eq!(date(d, m, y, scanned), (None, Some(FieldIssue::NotADate)), "{d}/{m}/{y}");
        }
    }

    #[test]
    fn numbers_have_digits_and_their_zero() {
        assert_eq!(["15", "08", "1306"].map(number), [None; 3]);
        assert_eq!(number("8"), Some(FieldIssue::NotPadded));
        assert_eq!(["1o", "", "00", "015", "1234567"].map(number), [Some(FieldIssue::NumberGrammar); 5]);
    }

    #[test]
    fn symbols_are_abbreviations_that_begin_with_the_type() {
        for good in ["QĐ-UBND", "TTr-SXD", "UBND-TTHC", "QĐ/HU", "NQ-HĐND", "GP-UBND-QLĐT"] {
            assert_eq!(symbol(good, None), None, "{good}");
        }
        for bad in ["UBND", "QĐ-", "qđ-UBND", "QĐ-UBnD1nh", "Q0-U@ND", "QĐ_UBND", "-UBND", ""] {
            assert_eq!(symbol(bad, None), Some(FieldIssue::SymbolGrammar), "{bad}");
        }
        assert_eq!(symbol("QĐ-UBND", Some("QĐ")), None);
        assert_eq!(symbol("QD-UBND", Some("QĐ")), Some(FieldIssue::SymbolAgainstType));
    }

    #[test]
    fn names_of_bodies_have_no_marks_around_them() {
        assert!(["SỞ Y TẾ", "UBND PHƯỜNG 14", "TM. ỦY BAN NHÂN DÂN"].into_iter().all(is_clean_name));
        assert!(!["KẾ HOẠCH.", "- SỞ Y TẾ", "SỞ Y.TẾ", ""].into_iter().any(is_clean_name));
    }

    #[test]
    fn marks_within_words_are_doubted() {
        for bad in ["HỒNG Ổ.TRUNG", "nước,ngầm", "xã Ổ..Trung", "SỞ Y'TẾ"] {
            assert!(has_mark_within(bad), "{bad}");
        }
        for good in [
            "SỞ LAO ĐỘNG, THƯƠNG BINH",
            "TÀI CHÍNH - KẾ HOẠCH",
            "quý II (đợt 2).",
            "1.500 m2, 7,5 % số 15/QĐ-UBND",
            "TM. ỦY BAN",
        ] {
            assert!(!has_mark_within(good), "{good}");
        }
    }

    #[test]
    fn ids_have_a_length_and_say_a_place() {
        assert_eq!(["040090001234", "096190001234", "182345678"].map(person_id), [None; 3]);
        assert_eq!(["097090001234", "000090001234"].map(person_id), [Some(FieldIssue::IdPlace); 2]);
        assert_eq!(["04009000123", "04009000123O", ""].map(person_id), [Some(FieldIssue::IdLength); 3]);
    }

    #[test]
    fn telephone_numbers_of_the_national_plan() {
        for good in ["0912.345.678", "0912 345 678", "+84 912 345 678", "(0238) 3844 123", "1900 1234"] {
            assert_eq!(phone(good), None, "{good}");
        }
        for bad in ["0912.345.67", "0412 345 678", "09I2345678", "912345678", ""] {
            assert_eq!(phone(bad), Some(FieldIssue::PhoneGrammar), "{bad}");
        }
    }
}
