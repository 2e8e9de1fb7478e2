//! The languages of the screens.

use sohoa_store::User;

/// Language of the screens. Vietnamese is that of whoever has chosen none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Tiếng Việt.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// Name of the cookie that holds the choice of whoever has not signed in.
    pub(crate) const COOKIE: &'static str = "sohoa_language";

    /// As stored and in `lang` of a page.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The stored form back.
    pub fn parse(s: &str) -> Option<Self> {
        [Self::Vi, Self::En].into_iter().find(|l| l.as_str() == s)
    }

    /// What the user has chosen, else what the cookie says.
    pub(crate) fn of(user: Option<&User>, cookie: Option<&str>) -> Self {
        user.and_then(|u| Self::parse(&u.language)).or_else(|| Self::parse(cookie?)).unwrap_or_default()
    }
}
