//! Where the time of a conversion goes.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

/// CPU time of our own threads, and waiting time for the recognizer, by stage. Shared by the threads of a conversion.
#[derive(Debug, Default)]
pub struct Timings(Mutex<BTreeMap<&'static str, Duration>>);

impl Timings {
    /// Runs one stage and books the CPU time of this thread on it.
    pub fn cpu<T>(&self, stage: &'static str, run: impl FnOnce() -> T) -> T {
        let start = thread_cpu();
        let out = run();
        self.add(stage, thread_cpu().saturating_sub(start));
        out
    }

    /// Runs one stage that mostly waits for another process and books the time that passed.
    pub fn wall<T>(&self, stage: &'static str, run: impl FnOnce() -> T) -> T {
        let start = std::time::Instant::now();
        let out = run();
        self.add(stage, start.elapsed());
        out
    }

    fn add(&self, stage: &'static str, time: Duration) {
        let mut map = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *map.entry(stage).or_default() += time;
    }

    /// Milliseconds by stage.
    pub fn millis(&self) -> BTreeMap<&'static str, u64> {
        let map = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        map.iter().map(|(stage, time)| (*stage, u64::try_from(time.as_millis()).unwrap_or(u64::MAX))).collect()
    }
}

/// CPU time that this thread has used.
fn thread_cpu() -> Duration {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(t.tv_sec).unwrap_or(0), u32::try_from(t.tv_nsec).unwrap_or(0))
}
