//! What a recognizer does, which ones there are, and how one fails.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sohoa_domain::{Dpi, OcrPage, Raster};

/// A recognizer.
pub trait Engine {
    /// Name and version, as it stands in the results.
    fn name(&self) -> String;

    /// Reads one page: 8-bit grey, upright, deskewed. Coordinates of the result are px of this raster, its rotation is
    /// none, its blocks are in reading order.
    ///
    /// # Errors
    /// Of the page ([`OcrError::TimedOut`], [`OcrError::Crashed`], …) or of the environment
    /// ([`OcrError::LanguageMissing`], [`OcrError::NotStarted`]).
    fn recognize(&mut self, grey: &Raster, dpi: Dpi) -> Result<OcrPage, OcrError>;
}

/// How recognition fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum OcrError {
    /// No model of this language.
    #[error("[language-missing] no language model {0:?}; install it (tesseract-ocr-vie) or set ocr.tessdata")]
    LanguageMissing(String),
    /// The child process could not be started.
    #[error("[recognizer-not-started] the recognizer could not be started: {0}")]
    NotStarted(String),
    /// The page took longer than `limits.page_seconds`.
    #[error(
        "[page-timed-out] recognition took longer than {seconds} s; scan the page again or raise limits.page_seconds"
    )]
    TimedOut {
        /// The limit.
        seconds: u64,
    },
    /// The child process died, twice on this page.
    #[error("[recognizer-crashed] the recognizer died on this page ({how}); look at the page's image")]
    Crashed {
        /// Signal or exit code.
        how: String,
    },
    /// The child process answered with something that is no result.
    #[error("[recognizer-garbage] the recognizer's answer cannot be read: {0}")]
    Garbage(String),
    /// The engine said no.
    #[error("[recognizer-failed] the recognizer failed on this page: {0}")]
    Failed(String),
}

/// Which recognizer a child process runs. All but the first are for tests of what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineChoice {
    /// Tesseract.
    Tesseract,
    /// Reads a few fixed words on every page, after this many milliseconds.
    Fake {
        /// Pause per page, ms.
        millis: u64,
    },
    /// Reads nothing.
    FakeEmpty,
    /// Dies on every page.
    FakeCrash,
    /// Never answers.
    FakeHang,
    /// Answers with bytes that mean nothing.
    FakeGarbage,
    /// Allocates until it is stopped.
    FakeEatMemory,
    /// Tries to reach a TCP port of this machine and what lies in a folder, and reads what succeeds: `fake-escape:PORT:FOLDER`.
    FakeEscape {
        /// Somebody listens there.
        port: u16,
        /// Holds a file `secret`.
        folder: PathBuf,
    },
    /// Does so on pages that are wider than high, and reads the others as [`EngineChoice::Fake`] does.
    FakeOnWide(Box<EngineChoice>),
}

/// Not the name of a recognizer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no recognizer {0:?}")]
pub struct UnknownEngine(String);

impl FromStr for EngineChoice {
    type Err = UnknownEngine;

    fn from_str(s: &str) -> Result<Self, UnknownEngine> {
        Ok(match s {
            "tesseract" => Self::Tesseract,
            "fake" => Self::Fake { millis: 0 },
            "fake-empty" => Self::FakeEmpty,
            "fake-crash" => Self::FakeCrash,
            "fake-hang" => Self::FakeHang,
            "fake-garbage" => Self::FakeGarbage,
            "fake-eat-memory" => Self::FakeEatMemory,
            _ => {
                let slow = s.strip_prefix("fake-slow:").and_then(|ms| ms.parse().ok());
                let on_wide = s.strip_prefix("fake-on-wide:").and_then(|other| other.parse().ok());
                let escape = s.strip_prefix("fake-escape:").and_then(|rest| rest.split_once(':'));
                let escape = escape.and_then(|(port, folder)| Some((port.parse().ok()?, folder.into())));
                match (slow, on_wide, escape) {
                    (Some(millis), ..) => Self::Fake { millis },
                    (_, Some(other), _) => Self::FakeOnWide(Box::new(other)),
                    (.., Some((port, folder))) => Self::FakeEscape { port, folder },
                    _ => return Err(UnknownEngine(s.to_owned())),
                }
            }
        })
    }
}

impl EngineChoice {
    /// How it behaves on this page.
    pub(crate) fn on(&self, page: &Raster) -> &Self {
        match self {
            Self::FakeOnWide(other) if page.width() > page.height() => other,
            Self::FakeOnWide(_) => &Self::Fake { millis: 0 },
            other => other,
        }
    }
}

impl std::fmt::Display for EngineChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tesseract => f.write_str("tesseract"),
            Self::Fake { millis: 0 } => f.write_str("fake"),
            Self::Fake { millis } => write!(f, "fake-slow:{millis}"),
            Self::FakeEmpty => f.write_str("fake-empty"),
            Self::FakeCrash => f.write_str("fake-crash"),
            Self::FakeHang => f.write_str("fake-hang"),
            Self::FakeGarbage => f.write_str("fake-garbage"),
            Self::FakeEatMemory => f.write_str("fake-eat-memory"),
            Self::FakeEscape { port, folder } => write!(f, "fake-escape:{port}:{}", folder.display()),
            Self::FakeOnWide(other) => write!(f, "fake-on-wide:{other}"),
        }
    }
}
