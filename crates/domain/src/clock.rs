//! Time as a parameter.

use jiff::Timestamp;

/// Where the present comes from. Nothing else in the workspace may ask the system for the time, so that a test can
/// set it (see `clippy.toml`).
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}
