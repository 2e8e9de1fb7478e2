//! Counts of requests by route and how long they took, for Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::Method;

/// Upper bounds of the histogram, seconds.
const BOUNDS: [f64; 8] = [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];

#[derive(Default)]
struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

/// What was answered since the start.
#[derive(Default)]
pub(crate) struct Metrics {
    answers: Mutex<BTreeMap<(String, String, u16), u64>>,
    durations: Mutex<BTreeMap<(String, String), Histogram>>,
}

impl Metrics {
    pub(crate) fn count(&self, method: &Method, route: &str, status: u16, elapsed: Duration) {
        let key = (method.as_str().to_owned(), route.to_owned());
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        *answers.entry((key.0.clone(), key.1.clone(), status)).or_default() += 1;
        drop(answers);
        let mut durations = self.durations.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = durations.entry(key).or_default();
        let seconds = elapsed.as_secs_f64();
        histogram.count += 1;
        histogram.seconds += seconds;
        for (bucket, bound) in histogram.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    /// In the text format of Prometheus, version 0.0.4.
    pub(crate) fn text(&self) -> String {
        let mut text = "# TYPE sohoa_http_requests_total counter\n".to_owned();
        for ((method, route, status), n) in &*self.answers.lock().unwrap_or_else(PoisonError::into_inner) {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            let _ = writeln!(text, "sohoa_http_requests_total{{{labels}}} {n}");
        }
        text += "# TYPE sohoa_http_request_seconds histogram\n";
        for ((method, route), h) in &*self.durations.lock().unwrap_or_else(PoisonError::into_inner) {
            let labels = format!("method=\"{method}\",route=\"{route}\"");
            for (bound, n) in BOUNDS.iter().zip(h.buckets) {
                let _ = writeln!(text, "sohoa_http_request_seconds_bucket{{{labels},le=\"{bound}\"}} {n}");
            }
            let _ = writeln!(text, "sohoa_http_request_seconds_bucket{{{labels},le=\"+Inf\"}} {}", h.count);
            let _ = writeln!(text, "sohoa_http_request_seconds_sum{{{labels}}} {}", h.seconds);
            let _ = writeln!(text, "sohoa_http_request_seconds_count{{{labels}}} {}", h.count);
        }
        text
    }
}
