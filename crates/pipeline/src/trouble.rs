//! Faults of what surrounds the work, such as a full disk: told once when they begin and once when they are over, with
//! pauses that grow in between.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// No pause is longer: what was amiss may be put right at any moment.
const LONGEST: Duration = Duration::from_secs(60);

/// Whether something is amiss.
#[derive(Debug, Default)]
pub struct Trouble(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    in_a_row: u32,
}

impl Trouble {
    /// Something failed for this reason. Returns how long to wait: `first`, then twice as long each time.
    pub(crate) fn met(&self, why: &dyn std::fmt::Display, first: Duration) -> Duration {
        let mut state = self.lock();
        if state.in_a_row == 0 {
            tracing::warn!(%why, "the work pauses and is tried again by itself");
        }
        let pause = growing(first, state.in_a_row);
        state.in_a_row = state.in_a_row.saturating_add(1);
        pause
    }

    /// Something went well.
    pub(crate) fn over(&self) {
        if std::mem::take(&mut self.lock().in_a_row) > 0 {
            tracing::info!("the work goes on");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The pause after so many others.
pub(crate) fn growing(first: Duration, others: u32) -> Duration {
    first.saturating_mul(1 << others.min(16)).min(LONGEST.max(first))
}

/// Whether an error, or what caused it, says that disk or quota is full.
pub(crate) fn is_no_space(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::{Error, ErrorKind};
    std::iter::successors(Some(error), |error| error.source())
        .filter_map(|error| error.downcast_ref::<Error>())
        .any(|error| matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::AssembleError;

    #[test]
    fn pauses_grow_to_a_minute_and_start_anew() {
        let (trouble, first) = (Trouble::default(), Duration::from_secs(5));
        let pauses: Vec<u64> = (0..6).map(|_| trouble.met(&"no space", first).as_secs()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
        trouble.over();
        assert_eq!(trouble.met(&"no space", first), first);
    }

    #[test]
    fn a_full_disk_is_found_below_other_errors() {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert!(is_no_space(&full()));
        assert!(is_no_space(&AssembleError::Io(full())));
        assert!(is_no_space(&AssembleError::Pdf(full().into())));
        assert!(!is_no_space(&AssembleError::Io(std::io::Error::other("x"))));
    }
}
