//! The system's clock: the one place that asks it.

use jiff::Timestamp;
use sohoa_domain::Clock;

/// Wall-clock time.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // This is the clock that everything else takes as a parameter.
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
