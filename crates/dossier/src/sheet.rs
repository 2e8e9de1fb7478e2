//! What a printed sheet says in its QR code: the dossier, the component, and a check value over both.

use std::str::FromStr;

use sohoa_domain::{ComponentId, DossierCode, Sha256Digest};

/// Marks the text as ours, with the version of its form.
const MARK: &str = "SOHOA1";
/// All versions start with this.
const FAMILY: &str = "SOHOA";
/// Hex digits of the check value. A QR code corrects errors of its own; these tell a sheet of ours from a text that
/// someone typed, and a code that was copied with a mistake.
const CHECK_DIGITS: usize = 8;

/// What a sheet stands for: all papers behind it up to the next sheet.
///
/// Written as `SOHOA1/H41.20-230615-0001/TP01/` and the check value. No part can have a slash in it, and as long as the component's
/// id has capitals and digits only, every character is in QR's alphanumeric set, which keeps the symbol coarse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetMark {
    /// The dossier.
    pub dossier: DossierCode,
    /// The component; `None`: the papers say it themselves.
    pub component: Option<ComponentId>,
}

/// A text that starts like a sheet's and is none: another version, a part that is no code, a wrong check value. The message never
/// repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Does not start with our mark: no sheet of ours.
    #[error("not a sheet")]
    NotOurs,
    /// Of another version.
    #[error("a sheet of another version")]
    Version,
    /// A part is missing or follows no grammar.
    #[error("a sheet whose code cannot be read")]
    Grammar,
    /// The check value is not that of the rest.
    #[error("a sheet whose check value is wrong")]
    Check,
}

impl SheetMark {
    /// The text of the QR code.
    pub fn encode(&self) -> String {
        let component = self.component.as_ref().map_or("", ComponentId::as_str);
        let body = format!("{MARK}/{}/{component}", self.dossier);
        let check = check_value(&body);
        format!("{body}/{check}")
    }

    /// Reads the text of a QR code.
    ///
    /// # Errors
    /// `NotOurs` for any other code; the rest for a sheet that must not be believed.
    pub fn parse(text: &str) -> Result<Self, SheetError> {
        let text = text.trim();
        let version = text.strip_prefix(FAMILY).map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        if !version.is_some_and(|rest| rest.starts_with('/') && !text[FAMILY.len()..].starts_with('/')) {
            return Err(SheetError::NotOurs);
        }
        let (body, check) = text.rsplit_once('/').ok_or(SheetError::Grammar)?;
        let parts: Vec<&str> = body.split('/').collect();
        let (mark, dossier, component) = match parts[..] {
            [mark, dossier, component] => (mark, dossier, component),
            _ => return Err(SheetError::Grammar),
        };
        if mark != MARK {
            return Err(SheetError::Version);
        }
        if check != check_value(body) {
            return Err(SheetError::Check);
        }
        let component = match component {
            "" => None,
            id => Some(ComponentId::from_str(id).map_err(|_| SheetError::Grammar)?),
        };
        Ok(Self { dossier: dossier.parse().map_err(|_| SheetError::Grammar)?, component })
    }
}

/// The first hex digits of SHA-256, capitals.
fn check_value(body: &str) -> String {
    let mut hex = Sha256Digest::of(body.as_bytes()).to_string().to_uppercase();
    hex.truncate(CHECK_DIGITS);
    hex
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mark(component: Option<&str>) -> SheetMark {
        let component = component.map(|c| c.parse().unwrap());
        SheetMark { dossier: "000.20.41.H41-230615-0001".parse().unwrap(), component }
    }

    /// Sheets that were printed have to be read for years: the form must not change unnoticed.
    #[test]
    fn the_written_form_stays_what_it_is() {
        assert_eq!(mark(Some("TP01")).encode(), "SOHOA1/000.20.41.H41-230615-0001/TP01/9FFBC208");
        assert_eq!(mark(None).encode(), "SOHOA1/000.20.41.H41-230615-0001//36C25ED1");
    }

    #[test]
    fn what_is_no_sheet_is_told_from_a_sheet_that_must_not_be_believed() {
        let good = mark(Some("TP01")).encode();
        assert_eq!(SheetMark::parse(&format!(" {good}\n")), Ok(mark(Some("TP01"))));
        for (text, error) in [
            ("https://example.org", SheetError::NotOurs),
            ("000.20.41.H41-230615-0001", SheetError::NotOurs),
            ("", SheetError::NotOurs),
            ("SOHOA", SheetError::NotOurs),
            ("SOHOA/x", SheetError::NotOurs),
            ("SOHOA 2023: tra cứu kết quả", SheetError::NotOurs),
            ("SOHOA1/x", SheetError::Grammar),
            ("SOHOA1/000.20.41.H41-230615-0001/9FFBC208", SheetError::Grammar),
            (&good.replace("SOHOA1", "SOHOA2"), SheetError::Version),
            (&good.replace("-0001", "-0002"), SheetError::Check),
            (&good.replace("TP01", "TP02"), SheetError::Check),
            (&good.replace("TP01", ""), SheetError::Check),
            (&good.to_lowercase().replace("sohoa", "SOHOA"), SheetError::Check),
        ] {
            assert_eq!(SheetMark::parse(text), Err(error), "{text}");
        }
        let body = "SOHOA1/H41-230231-0001/";
        assert_eq!(SheetMark::parse(&format!("{body}/{}", check_value(body))), Err(SheetError::Grammar));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(component in "[^/\\\\\\p{Cc}]{0,64}") {
            prop_assume!(component.trim() == component);
            let mark = SheetMark { component: component.parse().ok(), ..mark(None) };
            prop_assert_eq!(SheetMark::parse(&mark.encode()), Ok(mark));
        }

        #[test]
        fn one_changed_character_is_noticed(at in 0usize..45, with in "[A-Z0-9./-]") {
            let good = mark(Some("TP01")).encode();
            let mut bad = good.clone();
            prop_assume!(at < bad.len());
            bad.replace_range(at..at + 1, &with);
            prop_assume!(bad != good);
            prop_assert!(SheetMark::parse(&bad).is_err());
        }

        #[test]
        fn any_text_is_read_without_panic(text in "(SOHOA1?)?/?\\PC{0,60}") {
            let _ = SheetMark::parse(&text);
        }
    }
}
