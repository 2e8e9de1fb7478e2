//! What was taken from the print of a paper (bóc tách dữ liệu): one field, where it stands, and how far it may be trusted.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Rect;
use crate::text::fold;

/// Name of a field: `a`–`z`, digits and `_`, a letter first, at most 40 characters. Clerks make fields of their own, so
/// the set is open; those that the program itself fills are constants.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldName(Cow<'static, str>);

impl FieldName {
    /// Kind of paper (loại văn bản), as printed; `CÔNG VĂN` for a letter, which does not print it.
    pub const DOCUMENT_TYPE: Self = Self::known("document_type");
    /// Ordinal within the year (số).
    pub const NUMBER: Self = Self::known("number");
    /// Year between number and symbol, as statutory papers have it (`12/2023/QĐ-UBND`).
    pub const NUMBER_YEAR: Self = Self::known("number_year");
    /// Symbol (ký hiệu), e.g. `QĐ-UBND`.
    pub const SYMBOL: Self = Self::known("symbol");
    /// Date of issue, ISO 8601 when it is a date, else as read.
    pub const DATE: Self = Self::known("date");
    /// Body that issued it (cơ quan ban hành).
    pub const ISSUER: Self = Self::known("issuer");
    /// Body above the issuer (cơ quan chủ quản).
    pub const PARENT_BODY: Self = Self::known("parent_body");
    /// What it is about (trích yếu), without the label `V/v`.
    pub const SUBJECT: Self = Self::known("subject");
    /// Who signed. A paper with two signers has two of these and of [`Self::SIGNER_TITLE`].
    pub const SIGNER_NAME: Self = Self::known("signer_name");
    /// Authority and title of the signer, e.g. `KT. CHỦ TỊCH PHÓ CHỦ TỊCH`.
    pub const SIGNER_TITLE: Self = Self::known("signer_title");
    /// A red seal stands where the signer is: `true`. There is no field when none was seen.
    pub const SEAL: Self = Self::known("seal");
    /// Number of physical pages, blank ones too.
    pub const PAGE_COUNT: Self = Self::known("page_count");
    /// Language as a BCP 47 tag.
    pub const LANGUAGE: Self = Self::known("language");
    /// Name of the applicant, or of the holder of an identity card.
    pub const PERSON_NAME: Self = Self::known("person_name");
    /// Personal id: 12 digits, or the 9 of an old card.
    pub const PERSON_ID: Self = Self::known("person_id");
    /// Date of birth, ISO 8601 when it is a date, else as read.
    pub const BIRTH_DATE: Self = Self::known("birth_date");
    /// Sex as printed.
    pub const SEX: Self = Self::known("sex");
    /// Address.
    pub const ADDRESS: Self = Self::known("address");

    const fn known(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// As stored and printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for FieldName {
    type Error = &'static str;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if starts && plain && name.len() <= 40 {
            Ok(Self(Cow::Owned(name)))
        } else {
            Err("a name of a field has at most 40 of a-z, 0-9 and _, a letter first")
        }
    }
}

impl From<FieldName> for String {
    fn from(name: FieldName) -> Self {
        name.0.into_owned()
    }
}

/// Which of a document's fields: by its name, and which of those of this name, since a paper may have two.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FieldKey {
    /// Name.
    pub name: FieldName,
    /// From 0, among those of this name, in their order.
    pub nth: u32,
}

impl FieldKey {
    /// The fields of a document, each with its key.
    pub fn of(fields: &[Field]) -> Vec<(Self, &Field)> {
        let mut keyed: Vec<(Self, &Field)> = Vec::with_capacity(fields.len());
        for field in fields {
            let before = keyed.iter().rev().find(|(key, _)| key.name == field.name);
            let nth = before.map_or(0, |(key, _)| key.nth + 1);
            keyed.push((Self { name: field.name.clone(), nth }, field));
        }
        keyed
    }
}

impl fmt::Display for FieldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.name, self.nth)
    }
}

impl FromStr for FieldKey {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, nth) = text.split_once('.').ok_or("a field is named by name and number, with a dot between")?;
        let nth = nth.parse().map_err(|_| "the number of a field is none")?;
        Ok(Self { name: FieldName::try_from(name.to_owned())?, nth })
    }
}

/// Why a value is not taken for granted: the rule that it breaks. The value itself is never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldIssue {
    /// Words of it, or the place where it ends, are in doubt.
    Doubtful,
    /// It seems to have been filled in after printing, by hand or stamp.
    FilledIn,
    /// There is no such day.
    NotADate,
    /// The day is later than the scan.
    InTheFuture,
    /// A number below ten, or a day or month that needs one, is written without its zero (Nghị định 30/2020, annex I): a
    /// digit may be lost.
    NotPadded,
    /// A number of a paper has digits only.
    NumberGrammar,
    /// A symbol is an abbreviation of the type, `-`, and one of the issuer (Nghị định 30/2020, annex I).
    SymbolGrammar,
    /// The symbol says another type than the title.
    SymbolAgainstType,
    /// The reading differs from the name of the type that it must be.
    TypeSpelling,
    /// A personal id has 12 digits, or 9 on old cards.
    IdLength,
    /// The first three digits of the id are no place (001 to 096).
    IdPlace,
    /// Century, sex or year of the id contradict the date of birth or the sex beside it.
    IdAgainstBirth,
    /// No telephone number of the national plan.
    PhoneGrammar,
    /// It does not have the form that its rule asks for.
    Pattern,
    /// Found twice with different values.
    Contradicted,
}

impl fmt::Display for FieldIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Doubtful => "part of it was read with doubt",
            Self::FilledIn => "it was filled in after printing",
            Self::NotADate => "there is no such day",
            Self::InTheFuture => "the day is later than the scan",
            Self::NotPadded => "a leading zero is missing",
            Self::NumberGrammar => "a number has digits only",
            Self::SymbolGrammar => "a symbol is an abbreviation of the type, a hyphen, and one of the issuer",
            Self::SymbolAgainstType => "the symbol says another type than the title",
            Self::TypeSpelling => "it is not spelt like the type that it must be",
            Self::IdLength => "a personal id has 12 digits, an old one 9",
            Self::IdPlace => "the first three digits of the id are no place",
            Self::IdAgainstBirth => "the id contradicts the date of birth or the sex",
            Self::PhoneGrammar => "no telephone number of the national plan",
            Self::Pattern => "it does not have the form that its rule asks for",
            Self::Contradicted => "it stands on the paper twice with different values",
        })
    }
}

/// One thing that the paper says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// What it is.
    pub name: FieldName,
    /// What was read, NFC, runs of white space as one space. Never corrected.
    pub value: String,
    /// Physical page, from 1.
    pub page: u32,
    /// Where it stands, px of the upright page; empty when it is no printed text (the number of pages).
    pub rect: Rect,
    /// 0 to 1: how surely its letters were read.
    pub confidence: f32,
    /// Nobody has to look: read surely, found where it belongs, and no rule is broken.
    pub confident: bool,
    /// The first rule that it breaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<FieldIssue>,
}

/// What makes a paper the same as another: number, symbol, issuer and year (Nghị định 30/2020: numbers start again each year),
/// folded. `None` when one of the first three was not found.
pub fn paper_key(fields: &[Field]) -> Option<String> {
    let value = |name| fields.iter().find(|f| f.name == name).map(|f| fold(&f.value));
    let number = value(FieldName::NUMBER)?;
    let number = number.trim_start_matches('0');
    let year = value(FieldName::NUMBER_YEAR)
        .or_else(|| value(FieldName::DATE)?.split_once('-').map(|(year, _)| year.to_owned()))
        .unwrap_or_default();
    Some(format!("{number}/{year}/{}/{}", value(FieldName::SYMBOL)?, value(FieldName::ISSUER)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_words() {
        for good in ["number", "land_plot_2"] {
            assert_eq!(FieldName::try_from(good.to_owned()).unwrap().as_str(), good);
        }
        for bad in ["", "Number", "2nd", "số", "a b", "_x", &"a".repeat(41)] {
            assert!(FieldName::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        assert_eq!(FieldName::try_from("number".to_owned()).unwrap(), FieldName::NUMBER);
    }

    #[test]
    fn fields_of_one_name_are_told_apart() {
        let field = |name: FieldName| Field {
            name,
            value: String::new(),
            page: 1,
            rect: Rect::default(),
            confidence: 1.0,
            confident: true,
            issue: None,
        };
        let fields = [FieldName::SIGNER_NAME, FieldName::DATE, FieldName::SIGNER_NAME].map(field);
        let keys: Vec<String> = FieldKey::of(&fields).iter().map(|(key, _)| key.to_string()).collect();
        assert_eq!(keys, ["signer_name.0", "date.0", "signer_name.1"]);
        assert_eq!("signer_name.1".parse::<FieldKey>().unwrap().nth, 1);
        for bad in ["", "date", "date.x", "Date.0", "date.-1"] {
            assert!(bad.parse::<FieldKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_paper_is_the_same_by_number_symbol_issuer_and_year() {
        let field = |name: FieldName, value: &str| Field {
            name,
            value: value.to_owned(),
            page: 1,
            rect: Rect::default(),
            confidence: 1.0,
            confident: true,
            issue: None,
        };
        let paper = |number: &str, date: &str| {
            vec![
                field(FieldName::NUMBER, number),
                field(FieldName::SYMBOL, "QĐ-UBND"),
                field(FieldName::ISSUER, "Ủy ban nhân dân tỉnh Thử"),
                field(FieldName::DATE, date),
            ]
        };
        let key = |number, date| paper_key(&paper(number, date));
        assert_eq!(key("05", "2023-06-15").as_deref(), Some("5/2023/qd-ubnd/uy ban nhan dan tinh thu"));
        assert_eq!(key("5", "2023-01-02"), key("05", "2023-06-15"));
        assert_ne!(key("5", "2022-06-15"), key("5", "2023-06-15"));
        assert_eq!(paper_key(&paper("5", "2023-06-15")[1..]), None);
    }
}
