//! The QR code of a citizen's ID card: `id|old id|name|ddMMyyyy|sex|address|ddMMyyyy`, sometimes with more fields behind.

use std::fmt;

use jiff::civil::Date;
use sohoa_domain::text::nfc;

/// What the card says, NFC with single spaces. Personal data: `Debug` output tells none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct IdCard {
    /// Twelve digits.
    pub id: String,
    /// The number of the card before, empty when there is none.
    pub old_id: String,
    /// Full name, as printed.
    pub name: String,
    /// Day of birth.
    pub born: Date,
    /// As printed: `Nam` or `Nữ`.
    pub sex: String,
    /// Place of residence.
    pub address: String,
    /// Day of issue.
    pub issued: Date,
}

impl fmt::Debug for IdCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdCard { .. }")
    }
}

impl IdCard {
    /// Reads the text of the QR code; `None` when it is not exactly that of a card.
    ///
    /// Besides the form, the number has to fit birth and sex. Anyone can print such a code: that it fits says that it
    /// was read whole, and nothing of who wrote it.
    pub fn parse(text: &str) -> Option<Self> {
        let one_spaced = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ");
        let fields: Vec<String> = nfc(text).split('|').map(one_spaced).collect();
        let [id, old_id, name, born, sex, address, issued, ..] = &fields[..] else { return None };
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let old_ok = old_id.is_empty() || (digits(old_id) && matches!(old_id.len(), 9 | 12));
        let name_ok = !name.is_empty() && !name.contains(|c: char| c.is_ascii_digit());
        if id.len() != 12 || !digits(id) || !old_ok || !name_ok {
            return None;
        }
        let (born, issued) = (day(born)?, day(issued)?);
        let male = is_male(sex)?;
        (id_fits(id, Some(born), Some(male)) && issued > born).then(|| Self {
            id: id.clone(),
            old_id: old_id.clone(),
            name: name.clone(),
            born,
            sex: sex.clone(),
            address: address.clone(),
            issued,
        })
    }
}

/// `Nam` or `Nữ`, in NFC.
pub(crate) fn is_male(sex: &str) -> Option<bool> {
    match sex.to_lowercase().as_str() {
        "nam" => Some(true),
        "nữ" => Some(false),
        _ => None,
    }
}

/// Whether what a 12-digit id says of its holder is also what stands beside it: the fourth digit says century and sex (0 and
/// 1 for 19xx, 2 and 3 for 20xx; even for men), the two behind it the year of birth (Thông tư 59/2021/TT-BCA). `male`: the
/// sex, when it is known. Ids of other lengths say nothing.
pub(crate) fn id_fits(id: &str, birth: Option<Date>, male: Option<bool>) -> bool {
    if id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let century = i16::from(id.as_bytes()[3] - b'0');
    let year = 1900 + century / 2 * 100 + id[4..6].parse::<i16>().unwrap_or(0);
    birth.is_none_or(|b| b.year() == year) && male.is_none_or(|male| male == (century % 2 == 0))
}

/// `ddMMyyyy`.
fn day(s: &str) -> Option<Date> {
    if s.len() != 8 || !s.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Date::new(s[4..].parse().ok()?, s[2..4].parse().ok()?, s[..2].parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CARD: &str =
        "099079012418|271234567|Giáp Thị Thoan|03111979|Nam|Thôn Gò Sở, Đông Khê Hạ, Phú Lộc Hạ, An Bình|15062021";

    #[test]
    fn a_card_is_read_and_not_told() {
        let card = IdCard::parse(CARD).unwrap();
        assert_eq!(
            (card.id.as_str(), card.old_id.as_str(), card.name.as_str()),
            ("099079012418", "271234567", "Giáp Thị Thoan")
        );
        assert_eq!((card.born, card.issued), (jiff::civil::date(1979, 11, 3), jiff::civil::date(2021, 6, 15)));
        assert_eq!(format!("{card:?}"), "IdCard { .. }");
        assert!(IdCard::parse(&CARD.replace("271234567", "")).is_some(), "no card before");
        assert!(IdCard::parse(&format!("{CARD}|more|fields")).is_some());
    }

    #[test]
    fn what_a_card_says_has_one_form() {
        let apart = "099179012418||Giáp  Thị\u{a0}Thoan|03111979|Nư\u{303}| Thôn Gò Sở ,\tAn Bi\u{300}nh|15062021";
        let card = IdCard::parse(apart).unwrap();
        assert_eq!([card.name, card.sex, card.address], ["Giáp Thị Thoan", "Nữ", "Thôn Gò Sở , An Bình"]);
    }

    #[test]
    fn ids_say_century_sex_and_year() {
        let born = Some(Date::constant(1990, 11, 3));
        assert!(id_fits("040090001234", born, Some(true)) && id_fits("040190001234", born, Some(false)));
        assert!(!id_fits("040290001234", born, None) && !id_fits("040091001234", born, None));
        assert!(!id_fits("040190001234", born, Some(true)) && id_fits("182345678", born, Some(true)));
        assert!(id_fits("040303001234", Some(Date::constant(2003, 1, 2)), Some(false)));
    }

    #[test]
    fn what_does_not_fit_is_no_card() {
        for (right, wrong) in [
            ("099079012418", "09907901241"),
            ("099079012418", "099279012418"), // born 2079
            ("099079012418", "099179012418"), // a woman
            ("099079012418", "099080012418"), // another year
            ("03111979", "31111979"),
            ("03111979", "3111979"),
            ("15062021", "15061921"),
            ("|Nam|", "|?|"),
            ("Giáp Thị Thoan", ""),
            ("271234567", "2712"),
        ] {
            assert!(IdCard::parse(&CARD.replacen(right, wrong, 1)).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[0-9|Nam]{0,60}|\\PC{0,60}") {
            let _ = IdCard::parse(&text);
        }
    }
}
