//! Limits on how often something may be asked: a token bucket a caller.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Callers that are remembered; beyond it those whose bucket is full again are forgotten.
const REMEMBERED: usize = 10_000;

struct Bucket {
    left: f64,
    at: Timestamp,
}

/// The buckets of all callers.
pub(crate) struct Throttle {
    buckets: Mutex<HashMap<String, Bucket>>,
    /// Requests of a caller that are answered in a second, in the long run.
    per_second: f64,
    /// Requests that are answered at once.
    at_once: f64,
}

impl Throttle {
    pub(crate) fn new(per_second: u32, at_once: u32) -> Self {
        Self { buckets: Mutex::default(), per_second: per_second.into(), at_once: at_once.into() }
    }

    /// What is in a bucket now.
    fn left(&self, bucket: &Bucket, now: Timestamp) -> f64 {
        // A clock that was set back fills nothing.
        let seconds = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        (bucket.left + seconds * self.per_second).min(self.at_once)
    }

    /// Takes one request out of the caller's bucket.
    ///
    /// # Errors
    /// The seconds to wait when it is empty.
    pub(crate) fn take(&self, caller: &str, now: Timestamp) -> Result<(), u32> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, bucket| self.left(bucket, now) < self.at_once);
        }
        let bucket = buckets.entry(caller.to_owned()).or_insert(Bucket { left: self.at_once, at: now });
        bucket.left = self.left(bucket, now);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(((1.0 - bucket.left) / self.per_second).ceil() as u32);
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
        let throttle = Throttle::new(50, 200);
        let at = |millis: i64| Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap();
        let taken = (0..500).filter(|_| throttle.take("a", at(0)).is_ok()).count();
        assert_eq!(taken, 200);
        assert_eq!((throttle.take("a", at(0)), throttle.take("b", at(0))), (Err(1), Ok(())));
        assert_eq!((0..500).filter(|_| throttle.take("a", at(1000)).is_ok()).count(), 50);
    }
}
