//! Time as a parameter.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, offset};

/// Where the present comes from. Nothing else in the workspace may ask the system for the time, so that a test can
/// set it (see `clippy.toml`).
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Local time of the counters: Việt Nam keeps UTC+7 all year.
const LOCAL: Offset = offset(7);

/// The time that a clock at the counter shows.
pub fn local_time(at: Timestamp) -> DateTime {
    LOCAL.to_datetime(at)
}

/// The day at the counter.
pub fn local_day(at: Timestamp) -> Date {
    local_time(at).date()
}
