//! Dossier codes (mã hồ sơ) and procedure codes (mã thủ tục hành chính).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A code that does not follow its grammar. The message never repeats the text: a mistyped code may be personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not `agency-yymmdd-number`.
    #[error("not a dossier code: expected AGENCY-YYMMDD-NUMBER, e.g. H41.20-230615-0001")]
    DossierGrammar,
    /// The six digits in the middle name no day of the calendar.
    #[error("not a dossier code: the six digits in the middle are not a real date")]
    DossierDate,
    /// Not `d.dddddd` with an optional agency.
    #[error("not a procedure code: expected N.NNNNNN, optionally with .NNN.NN.NN.XNN")]
    ProcedureGrammar,
}

/// Code of a dossier: agency, day of reception, ordinal of that day.
///
/// Both written forms are accepted: `000.20.41.H41-230615-0001` (Thông tư 01/2018/TT-VPCP) and `H41.20-230615-0001`.
/// The date part is a real date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DossierCode(String);

impl DossierCode {
    /// The code as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The issuing agency: all before the date, e.g. `000.20.41.H41`.
    pub fn agency(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// The day in the code, which is that of reception.
    pub fn day(&self) -> Date {
        let day = self.0.split('-').nth(1).and_then(|day| day_of(day).ok());
        // A code is only made of a text with a day in it.
        day.unwrap_or(Date::ZERO)
    }

    /// Finds a code at the start of a file or folder name and returns it with the rest of the name.
    ///
    /// The number takes every digit that follows; a letter directly behind it means that this is no code.
    pub fn at_start_of(name: &str) -> Option<(Self, &str)> {
        let mut dashes = name.match_indices('-').map(|(i, _)| i);
        let (_, second) = (dashes.next()?, dashes.next()?);
        let digits = name[second + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let (head, rest) = name.split_at(second + 1 + digits);
        if rest.chars().next().is_some_and(char::is_alphanumeric) {
            return None;
        }
        Some((head.parse().ok()?, rest))
    }
}

impl FromStr for DossierCode {
    type Err = CodeError;

    fn from_str(s: &str) -> Result<Self, CodeError> {
        let mut parts = s.split('-');
        let (Some(agency), Some(day), Some(number), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(CodeError::DossierGrammar);
        };
        let number_ok = (4..=10).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        let day_ok = day.len() == 6 && day.bytes().all(|b| b.is_ascii_digit());
        if !number_ok || !day_ok || !(is_full_agency(agency) || is_short_agency(agency)) {
            return Err(CodeError::DossierGrammar);
        }
        day_of(day)?;
        Ok(Self(s.to_owned()))
    }
}

/// The day of six digits `yymmdd`.
fn day_of(digits: &str) -> Result<Date, CodeError> {
    let two = |i: usize| digits[i..i + 2].parse::<i8>().map_err(|_| CodeError::DossierGrammar);
    Date::new(2000 + i16::from(two(0)?), two(2)?, two(4)?).map_err(|_| CodeError::DossierDate)
}

/// `V1V2V3.Z1Z2.Y1Y2.MX1X2`: `000.20.41.H41`.
fn is_full_agency(s: &str) -> bool {
    let parts: Vec<&str> = s.split('.').collect();
    matches!(parts[..], [a, b, c, d] if is_digits(a, 3) && is_digits(b, 2) && is_digits(c, 2) && is_province(d))
}

/// `H41`, `H41.20`, `H41.20.1` … up to four groups of one to three digits.
fn is_short_agency(s: &str) -> bool {
    let mut parts = s.split('.');
    parts.next().is_some_and(is_province)
        && parts.clone().count() <= 4
        && parts.all(|p| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
}

fn is_digits(s: &str, len: usize) -> bool {
    s.len() == len && s.bytes().all(|b| b.is_ascii_digit())
}

/// A capital and two digits: the province's identifier.
fn is_province(s: &str) -> bool {
    s.len() == 3 && s.as_bytes()[0].is_ascii_uppercase() && s.bytes().skip(1).all(|b| b.is_ascii_digit())
}

impl TryFrom<String> for DossierCode {
    type Error = CodeError;
    fn try_from(s: String) -> Result<Self, CodeError> {
        s.parse()
    }
}

impl From<DossierCode> for String {
    fn from(c: DossierCode) -> Self {
        c.0
    }
}

impl fmt::Display for DossierCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Code of an administrative procedure (TTHC): `1.012790` or `1.012790.000.00.00.H41`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProcedureCode(String);

impl ProcedureCode {
    /// The code as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProcedureCode {
    type Err = CodeError;

    fn from_str(s: &str) -> Result<Self, CodeError> {
        let mut parts = s.splitn(3, '.');
        let head = parts.next().is_some_and(|p| is_digits(p, 1)) && parts.next().is_some_and(|p| is_digits(p, 6));
        if head && parts.next().is_none_or(is_full_agency) {
            Ok(Self(s.to_owned()))
        } else {
            Err(CodeError::ProcedureGrammar)
        }
    }
}

impl TryFrom<String> for ProcedureCode {
    type Error = CodeError;
    fn try_from(s: String) -> Result<Self, CodeError> {
        s.parse()
    }
}

impl From<ProcedureCode> for String {
    fn from(c: ProcedureCode) -> Self {
        c.0
    }
}

impl fmt::Display for ProcedureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_written_forms_are_codes() {
        for ok in ["000.20.41.H41-230615-0001", "H41.20-230615-0001", "H41-240229-12345", "H41.1.22.333.4-230615-0001"]
        {
            assert_eq!(ok.parse::<DossierCode>().unwrap().as_str(), ok);
        }
        assert_eq!("H41-240229-12345".parse::<DossierCode>().unwrap().day(), jiff::civil::date(2024, 2, 29));
    }

    #[test]
    fn near_misses_are_not_codes() {
        for bad in [
            "",
            "H41",
            "H41-230615",
            "H41-230615-001",
            "h41-230615-0001",
            "H41.20-230615-0001-2",
            "00.20.41.H41-230615-0001",
            "H41.-230615-0001",
            "H41.1.2.3.4.5-230615-0001",
            "H41-2306155-0001",
            "Hơ1-230615-0001",
        ] {
            assert_eq!(bad.parse::<DossierCode>(), Err(CodeError::DossierGrammar), "{bad}");
        }
        for bad in ["H41-230231-0001", "H41-230229-0001", "H41-231301-0001", "H41-230600-0001"] {
            assert_eq!(bad.parse::<DossierCode>(), Err(CodeError::DossierDate), "{bad}");
        }
    }

    #[test]
    fn a_name_that_starts_with_a_code_gives_it_and_the_rest() {
        let (code, rest) = DossierCode::at_start_of("H41.20-230615-0001_TP1 đơn.pdf").unwrap();
        assert_eq!((code.as_str(), rest), ("H41.20-230615-0001", "_TP1 đơn.pdf"));
        assert_eq!(DossierCode::at_start_of("000.20.41.H41-230615-0001").unwrap().1, "");
        assert!(DossierCode::at_start_of("H41.20-230615-0001a.pdf").is_none());
        assert!(DossierCode::at_start_of("SCAN0001.pdf").is_none());
        assert!(DossierCode::at_start_of("H41.20-239915-0001.pdf").is_none());
    }

    #[test]
    fn procedures() {
        for ok in ["1.012790", "1.012790.000.00.00.H41"] {
            assert!(ok.parse::<ProcedureCode>().is_ok(), "{ok}");
        }
        for bad in ["", "1", "1.12790", "12.012790", "1.012790.H41", "1.012790."] {
            assert!(bad.parse::<ProcedureCode>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(s in "\\PC{0,40}") {
            let _ = s.parse::<DossierCode>();
            let _ = s.parse::<ProcedureCode>();
            let _ = DossierCode::at_start_of(&s);
        }

        #[test]
        fn a_generated_code_round_trips(p in "[A-Z][0-9]{2}", y in 0u8..100, m in 1u8..13, d in 1u8..29, n in 0u32..1_000_000) {
            let s = format!("{p}.20-{y:02}{m:02}{d:02}-{n:04}");
            prop_assert_eq!(s.parse::<DossierCode>().unwrap().to_string(), s);
        }
    }
}
