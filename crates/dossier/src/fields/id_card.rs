//! What the QR code of an identity card says: `id|old id|name|ddMMyyyy|sex|address|ddMMyyyy`, possibly with more fields.

use jiff::civil::Date;
use sohoa_domain::{Field, FieldIssue, FieldName, Rect};

use super::check;

/// An identity card as its QR code gives it. Personal data: not to be logged, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct IdCard {
    /// 12 digits.
    pub id: String,
    /// 9 digits of an older card, or empty.
    pub old_id: String,
    /// Name of the holder.
    pub name: String,
    /// Date of birth, `ddMMyyyy`.
    pub birth: String,
    /// `Nam` or `Nữ`.
    pub sex: String,
    /// Place of residence.
    pub address: String,
}

impl IdCard {
    /// Parses the text of a code; `None` when it is none of an identity card.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.trim().split('|').map(str::trim).collect();
        let [id, old_id, name, birth, sex, address, issued, ..] = parts[..] else { return None };
        let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
        let right = digits(id, 12) && digits(birth, 8) && digits(issued, 8) && !name.is_empty();
        right.then(|| Self {
            id: id.to_owned(),
            old_id: old_id.to_owned(),
            name: name.to_owned(),
            birth: birth.to_owned(),
            sex: sex.to_owned(),
            address: address.to_owned(),
        })
    }

    fn born(&self) -> Option<Date> {
        let (day, month, year) = (self.birth.get(..2)?, self.birth.get(2..4)?, self.birth.get(4..)?);
        check::date(day, month, year, None).0
    }
}

/// Fields of an identity card from its code, which stands at `rect` on `page`. A code has check values of its own, so only
/// the rules of ids and dates are left to be asked.
pub fn id_card_fields(card: &IdCard, page: u32, rect: Rect) -> Vec<Field> {
    let male = match card.sex.as_str() {
        "Nam" => Some(true),
        "Nữ" => Some(false),
        _ => None,
    };
    let born = card.born();
    let fits = check::id_fits(&card.id, born, male);
    let id_issue = check::person_id(&card.id).or((!fits).then_some(FieldIssue::IdAgainstBirth));
    let birth = born.map_or_else(|| card.birth.clone(), |d| d.to_string());
    let birth_issue = born.is_none().then_some(FieldIssue::NotADate);
    let sex_issue = male.is_none().then_some(FieldIssue::Pattern);
    [
        (FieldName::PERSON_ID, card.id.clone(), id_issue),
        (FieldName::PERSON_NAME, card.name.clone(), None),
        (FieldName::BIRTH_DATE, birth, birth_issue),
        (FieldName::SEX, card.sex.clone(), sex_issue),
        (FieldName::ADDRESS, card.address.clone(), None),
    ]
    .into_iter()
    .filter(|(_, value, _)| !value.is_empty())
    .map(|(name, value, issue)| Field { name, value, page, rect, confidence: 1.0, confident: issue.is_none(), issue })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "040190001234|182345678|Đàm Thị Ngọc Uyển|03111990|Nữ|Thôn Gò Sở, xã Bình Lãng|02032021";

    #[test]
    fn the_code_of_a_card_gives_its_fields() {
        let fields = id_card_fields(&IdCard::parse(CODE).unwrap(), 2, Rect::default());
        let values: Vec<&str> = fields.iter().map(|f| f.value.as_str()).collect();
        assert_eq!(values, ["040190001234", "Đàm Thị Ngọc Uyển", "1990-11-03", "Nữ", "Thôn Gò Sở, xã Bình Lãng"]);
        assert!(fields.iter().all(|f| f.confident && f.page == 2));
        assert!(IdCard::parse(&format!("{CODE}||father|mother")).is_some(), "newer cards say more");
    }

    #[test]
    fn an_id_that_contradicts_the_card_is_not_confident() {
        for code in [CODE.replace("Nữ", "Nam"), CODE.replace("1990|", "1991|"), CODE.replace("0401", "0971")] {
            let fields = id_card_fields(&IdCard::parse(&code).unwrap(), 1, Rect::default());
            assert!(!fields[0].confident, "{code}");
        }
    }

    #[test]
    fn other_codes_are_no_cards() {
        for code in ["", "H41.20-230615-0001|TP01", "04019000123|x|y|03111990|Nam|z|02032021", "a|b|c|d|e|f|g"] {
            assert!(IdCard::parse(code).is_none(), "{code}");
        }
    }
}
