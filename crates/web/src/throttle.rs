//! Limits on how often something may be asked: a token bucket a caller.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Requests that the API answers a caller, a second and at once.
const PER_SECOND: f64 = 50.0;
const AT_ONCE: f64 = 200.0;

/// Callers that are remembered; beyond it those whose bucket is full again are forgotten.
const REMEMBERED: usize = 10_000;

struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Bucket {
    /// What is in it now.
    fn now(&self, now: Timestamp) -> f64 {
        // A clock that was set back fills nothing.
        let seconds = now.duration_since(self.at).as_secs_f64().max(0.0);
        (self.left + seconds * PER_SECOND).min(AT_ONCE)
    }
}

/// The buckets of all callers.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, Bucket>>);

impl Throttle {
    /// Takes one request out of the caller's bucket.
    ///
    /// # Errors
    /// The seconds to wait when it is empty.
    pub(crate) fn take(&self, caller: &str, now: Timestamp) -> Result<(), u32> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, bucket| bucket.now(now) < AT_ONCE);
        }
        let bucket = buckets.entry(caller.to_owned()).or_insert(Bucket { left: AT_ONCE, at: now });
        bucket.left = bucket.now(now);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(1);
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let throttle = Throttle::default();
        let at = |millis: i64| Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap();
        let taken = (0..500).filter(|_| throttle.take("a", at(0)).is_ok()).count();
        assert_eq!(taken, 200);
        assert_eq!((throttle.take("a", at(0)), throttle.take("b", at(0))), (Err(1), Ok(())));
        assert_eq!((0..500).filter(|_| throttle.take("a", at(1000)).is_ok()).count(), 50);
    }
}
