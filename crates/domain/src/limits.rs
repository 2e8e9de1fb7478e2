//! Limits that an untrusted file meets before anything is allocated for it.

use serde::{Deserialize, Serialize};

/// Limits a file and its pages must stay under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a source file.
    pub file_bytes: u64,
    /// Pages of a source file.
    pub pages: u32,
    /// Pixels of one page.
    pub page_pixels: u64,
    /// Bytes that one compressed stream of a PDF may grow to.
    pub stream_bytes: u64,
    /// Seconds that OCR of one page may take.
    pub page_seconds: u64,
    /// Mebibytes that one child process may map: a recognizer, or a program of poppler.
    pub child_mib: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 4 << 30,
            pages: 10_000,
            page_pixels: 250_000_000,
            stream_bytes: 512 << 20,
            page_seconds: 120,
            child_mib: 1536,
        }
    }
}
