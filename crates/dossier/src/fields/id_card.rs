//! Fields of an identity card from its QR code.

use sohoa_domain::{Field, FieldIssue, FieldName, Rect};

use super::check;
use crate::id_card::IdCard;

/// Fields of an identity card from its code, which stands at `rect` on `page`. A code is read whole or not at all, and
/// [`IdCard`] compares what it says with itself, so only the place in the id is left to be asked. Neither tells who made the
/// code.
pub(super) fn id_card_fields(card: &IdCard, page: u32, rect: Rect) -> Vec<Field> {
    let id_issue: Option<FieldIssue> = check::person_id(&card.id);
    [
        (FieldName::PERSON_ID, card.id.clone(), id_issue),
        (FieldName::PERSON_NAME, card.name.clone(), None),
        (FieldName::BIRTH_DATE, card.born.to_string(), None),
        (FieldName::SEX, card.sex.clone(), None),
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
    fn a_place_that_is_none_is_not_confident() {
        let fields = id_card_fields(&IdCard::parse(&CODE.replace("0401", "0971")).unwrap(), 1, Rect::default());
        assert_eq!((fields[0].confident, fields[0].issue), (false, Some(FieldIssue::IdPlace)));
    }
}
