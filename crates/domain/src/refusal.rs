//! Why an input is refused: typed, with a stable code that scripts and clerks can rely on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Stable codes. They are printed, stored and documented: never rename one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// The path does not exist or cannot be opened.
    Unreadable,
    /// A directory, FIFO, socket, device or symbolic link.
    NotARegularFile,
    /// No bytes in it.
    EmptyFile,
    /// Neither an image nor a PDF, or not what its name says.
    UnknownFormat,
    /// Ends before its format says it does.
    Truncated,
    /// Needs a password.
    Encrypted,
    /// Structure damaged beyond reading.
    Malformed,
    /// No page in it.
    NoPages,
    /// Over `limits.file_bytes`.
    TooManyBytes,
    /// Over `limits.pages`.
    TooManyPages,
    /// Over `limits.page_pixels`.
    TooManyPixels,
    /// A variant of a known format that cannot be read.
    Unsupported,
}

impl RefusalCode {
    /// The code as it is printed, e.g. `empty-file`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotARegularFile => "not-a-regular-file",
            Self::EmptyFile => "empty-file",
            Self::UnknownFormat => "unknown-format",
            Self::Truncated => "truncated",
            Self::Encrypted => "encrypted",
            Self::Malformed => "malformed",
            Self::NoPages => "no-pages",
            Self::TooManyBytes => "too-many-bytes",
            Self::TooManyPages => "too-many-pages",
            Self::TooManyPixels => "too-many-pixels",
            Self::Unsupported => "unsupported",
        }
    }

    /// What a person can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Unreadable => "check the path and its permissions",
            Self::NotARegularFile => "give a file, not a folder, link or device",
            Self::EmptyFile | Self::Truncated => "scan the paper or copy the file again",
            Self::UnknownFormat => "give a PDF, JPEG, PNG, TIFF, WebP or BMP",
            Self::Encrypted => "save it without a password",
            Self::Malformed | Self::Unsupported => "open it in a viewer and save or scan it again",
            Self::NoPages => "scan the paper again",
            Self::TooManyBytes | Self::TooManyPages | Self::TooManyPixels => {
                "split it, scan at a lower resolution, or raise the limit in sohoa.toml"
            }
        }
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An input that cannot be taken, or a page of it. Never holds text from the paper.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InputError {
    /// The stable code.
    pub code: RefusalCode,
    /// The page, from 1, when only one is concerned.
    pub page: Option<u32>,
    /// One clause that says what was seen, e.g. `60000 × 60000 pixels, limit 250000000`.
    pub detail: String,
}

impl InputError {
    /// About a whole file.
    pub fn file(code: RefusalCode, detail: impl fmt::Display) -> Self {
        Self { code, page: None, detail: detail.to_string() }
    }

    /// About one page, numbered from 1.
    pub fn page(code: RefusalCode, page: u32, detail: impl fmt::Display) -> Self {
        Self { code, page: Some(page), detail: detail.to_string() }
    }

    /// The same error, about page `page` (from 1).
    pub fn on_page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] ", self.code)?;
        if let Some(page) = self.page {
            write!(f, "page {page}: ")?;
        }
        write!(f, "{}; {}", self.detail, self.code.advice())
    }
}
