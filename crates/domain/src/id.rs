//! Identifiers: one newtype each.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{DossierCode, Sha256Digest};

/// An identifier that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Empty, longer than 64 characters, or with a control character or slash in it.
    #[error("not a component id: 1 to 64 characters, no control characters, no slash")]
    Component,
    /// Not 24 lower-case hex digits.
    #[error("not a document id: expected 24 lower-case hex digits")]
    Document,
}

/// Id of a component (mã thành phần hồ sơ) within its dossier, as the register writes it, e.g. `TP01`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ComponentId(String);

impl ComponentId {
    /// The id as the register writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ComponentId {
    type Err = IdError;
    fn from_str(s: &str) -> Result<Self, IdError> {
        let ok = (1..=64).contains(&s.chars().count()) && !s.chars().any(|c| c.is_control() || c == '/' || c == '\\');
        if ok { Ok(Self(s.to_owned())) } else { Err(IdError::Component) }
    }
}

/// Id of a document: derived from its dossier, the digest of its source file and its place in that file.
///
/// Processing the same file again after a crash therefore makes the same document, never a second one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentId(String);

impl DocumentId {
    /// The id of part `part` (from 0) of the source file with this digest, in this dossier.
    pub fn derive(dossier: &DossierCode, source: &Sha256Digest, part: u32) -> Self {
        let mut hex = Sha256Digest::of(format!("{dossier}\n{source}\n{part}").as_bytes()).to_string();
        hex.truncate(24);
        Self(hex)
    }

    /// 24 lower-case hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DocumentId {
    type Err = IdError;
    fn from_str(s: &str) -> Result<Self, IdError> {
        let ok = s.len() == 24 && s.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if ok { Ok(Self(s.to_owned())) } else { Err(IdError::Document) }
    }
}

macro_rules! string_id {
    ($t:ty) => {
        impl TryFrom<String> for $t {
            type Error = IdError;
            fn try_from(s: String) -> Result<Self, IdError> {
                s.parse()
            }
        }
        impl From<$t> for String {
            fn from(id: $t) -> Self {
                id.0
            }
        }
        impl fmt::Display for $t {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
string_id!(ComponentId);
string_id!(DocumentId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_ids_depend_on_all_three_parts() {
        let a: DossierCode = "H41-230615-0001".parse().unwrap();
        let b: DossierCode = "H41-230615-0002".parse().unwrap();
        let (x, y) = (Sha256Digest::of(b"x"), Sha256Digest::of(b"y"));
        let base = DocumentId::derive(&a, &x, 0);
        assert_eq!(base, DocumentId::derive(&a, &x, 0));
        assert_eq!(base, base.as_str().parse().unwrap());
        for other in [DocumentId::derive(&b, &x, 0), DocumentId::derive(&a, &y, 0), DocumentId::derive(&a, &x, 1)] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn component_ids_stay_inside_a_path() {
        assert!("TP01".parse::<ComponentId>().is_ok());
        for bad in ["", "a/b", "a\\b", "a\nb"] {
            assert!(bad.parse::<ComponentId>().is_err(), "{bad:?}");
        }
    }
}
