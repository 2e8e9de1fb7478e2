//! When a file in a scan folder has arrived: it lies still, and its format says that it is whole.
//!
//! A scanner that writes slowly over a network pauses in the middle of a file. What is not whole waits until nothing has
//! come for a long time, and is claimed then: it ends as what its content allows, for a person to see.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use sohoa_imaging::Wholeness;

/// How long a file must not change before it is claimed.
#[derive(Debug, Clone, Copy)]
pub struct SettleRule {
    /// When it is whole.
    pub whole: Duration,
    /// When its format says that something is missing.
    pub partial: Duration,
}

/// What was seen of a file at one look.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(crate) struct Look {
    bytes: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl Look {
    /// `None` when the file is gone.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let meta = std::fs::symlink_metadata(path).ok()?;
        Some(Self { bytes: meta.len(), modified: meta.modified().ok(), inode: meta.ino() })
    }
}

/// The files of one folder that are on their way.
#[derive(Debug)]
pub(crate) struct Arrivals {
    rule: SettleRule,
    seen: HashMap<PathBuf, Arrival>,
}

#[derive(Debug)]
struct Arrival {
    look: Look,
    since: Instant,
    /// Whoever wrote it has closed it, or it was moved here.
    closed: bool,
    /// How much of it is there, once that was looked at.
    wholeness: Option<Wholeness>,
}

impl Arrival {
    fn new(look: Look, since: Instant) -> Self {
        Self { look, since, closed: false, wholeness: None }
    }

    /// How long it must lie still, by what is known of it.
    fn wait(&self, rule: SettleRule) -> Duration {
        match self.wholeness {
            Some(Wholeness::Partial) => rule.partial.max(rule.whole),
            Some(Wholeness::Whole) | None if self.closed => Duration::ZERO,
            _ => rule.whole,
        }
    }
}

/// Whether a file can be claimed.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(crate) enum Settled {
    /// It has to lie still for longer.
    No,
    /// That depends on whether it is whole.
    Ask,
    /// It can.
    Yes,
}

impl Arrivals {
    pub(crate) fn new(rule: SettleRule) -> Self {
        Self { rule, seen: HashMap::new() }
    }

    /// Forgets the files for which `there` does not hold.
    pub(crate) fn retain(&mut self, there: impl Fn(&Path) -> bool) {
        self.seen.retain(|path, _| there(path));
    }

    /// Forgets a file.
    pub(crate) fn forget(&mut self, path: &Path) {
        self.seen.remove(path);
    }

    /// Whether the file, which looks like this `now`, can be claimed. `closed` says that it was just closed by its writer,
    /// or moved here: then it need not lie still when it is whole.
    pub(crate) fn settled(&mut self, path: &Path, look: Look, now: Instant, closed: bool) -> Settled {
        let arrival = self.seen.entry(path.to_owned()).or_insert_with(|| Arrival::new(look, now));
        if arrival.look != look {
            *arrival = Arrival::new(look, now);
        }
        arrival.closed |= closed;
        if now < arrival.since {
            return Settled::No;
        }
        match now.saturating_duration_since(arrival.since) {
            still if still < arrival.wait(self.rule) => Settled::No,
            still if still >= self.rule.partial.max(self.rule.whole) => Settled::Yes,
            _ if arrival.wholeness.is_some() => Settled::Yes,
            _ => Settled::Ask,
        }
    }

    /// Notes how much of a file is there, which looked like this when that was looked at.
    pub(crate) fn judged(&mut self, path: &Path, look: Look, wholeness: Wholeness) {
        if let Some(arrival) = self.seen.get_mut(path).filter(|arrival| arrival.look == look) {
            arrival.wholeness = Some(wholeness);
        }
    }

    /// A file that could not be claimed has to lie still anew, from a time on that may be to come.
    pub(crate) fn again(&mut self, path: &Path, from: Instant) {
        if let Some(arrival) = self.seen.get_mut(path) {
            *arrival = Arrival::new(arrival.look, from);
        }
    }

    /// The files that will have lain still for long enough `at` this time, unless they change.
    pub(crate) fn due(&self, at: Instant) -> Vec<PathBuf> {
        let due = |arrival: &Arrival| arrival.since + arrival.wait(self.rule) <= at;
        self.seen.iter().filter(|(_, arrival)| due(arrival)).map(|(path, _)| path.clone()).collect()
    }

    /// When the first of them will.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.seen.values().map(|arrival| arrival.since + arrival.wait(self.rule)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: SettleRule = SettleRule { whole: Duration::from_secs(2), partial: Duration::from_secs(60) };

    /// A file that looks like this, what a look at its content would say, and a clock.
    struct Paper {
        arrivals: Arrivals,
        start: Instant,
        look: Look,
        content: Wholeness,
    }

    impl Paper {
        fn new(content: Wholeness) -> Self {
            let look = Look { bytes: 1, modified: None, inode: 1 };
            Self { arrivals: Arrivals::new(RULE), start: Instant::now(), look, content }
        }

        fn changes(&mut self, content: Wholeness) {
            self.look.bytes += 1;
            self.content = content;
        }

        /// Whether it is claimed at a look at this second.
        fn claimed(&mut self, second: u64, closed: bool) -> bool {
            let (path, now) = (Path::new("a.jpg"), self.start + Duration::from_secs(second));
            if self.arrivals.settled(path, self.look, now, closed) == Settled::Ask {
                self.arrivals.judged(path, self.look, self.content);
            }
            self.arrivals.settled(path, self.look, now, false) == Settled::Yes
        }

        fn due(&self) -> u64 {
            (self.arrivals.next_due().unwrap() - self.start).as_secs()
        }
    }

    #[test]
    fn what_changes_starts_anew_and_what_stays_partial_is_claimed_late() {
        let mut paper = Paper::new(Wholeness::Partial);
        assert!(!paper.claimed(0, false));
        assert_eq!(paper.due(), 2);
        assert!(!paper.claimed(10, false) && !paper.claimed(59, false), "half of it");
        assert_eq!(paper.due(), 60);
        paper.changes(Wholeness::Whole);
        assert!(!paper.claimed(59, false), "it has just changed");
        assert!(!paper.claimed(60, false) && paper.claimed(61, false));
        paper.changes(Wholeness::Partial);
        assert!(!paper.claimed(62, false) && !paper.claimed(121, false) && paper.claimed(122, false));
    }

    #[test]
    fn a_whole_file_that_was_closed_need_not_lie_still_and_no_other() {
        let mut paper = Paper::new(Wholeness::Whole);
        assert!(paper.claimed(0, true));
        let mut paper = Paper::new(Wholeness::Whole);
        assert!(!paper.claimed(0, false) && paper.claimed(1, true));
        // The event counts for what the file was then.
        paper.changes(Wholeness::Whole);
        assert!(!paper.claimed(2, false) && paper.claimed(4, false));
        let mut paper = Paper::new(Wholeness::Partial);
        assert!(!paper.claimed(0, true) && !paper.claimed(59, true) && paper.claimed(60, false));
        // What is of no format may be the beginning of a paper whose writer closes and opens it again.
        let mut paper = Paper::new(Wholeness::Never);
        assert!(!paper.claimed(0, true) && !paper.claimed(1, true) && paper.claimed(2, false));
    }

    #[test]
    fn what_could_not_be_claimed_lies_still_anew() {
        let mut paper = Paper::new(Wholeness::Whole);
        assert!(paper.claimed(0, true));
        paper.arrivals.again(Path::new("a.jpg"), paper.start + Duration::from_secs(5));
        assert_eq!(paper.due(), 7);
        assert!(!paper.claimed(6, false) && paper.claimed(7, false));
        assert_eq!(paper.arrivals.due(paper.start + Duration::from_secs(7)), [Path::new("a.jpg")]);
        paper.arrivals.forget(Path::new("a.jpg"));
        assert_eq!(paper.arrivals.next_due(), None);
    }
}
