//! When a file in a scan folder has arrived: it lies still, and its format says that it is whole.
//!
//! A scanner that writes slowly over a network pauses in the middle of a file. What is not whole waits until nothing has
//! come for a long time, and is claimed then: it ends as what its content allows, for a person to see.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use sohoa_domain::Limits;
use sohoa_imaging::is_whole;

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
    /// Whether it is whole, once that was looked at.
    whole: Option<bool>,
}

impl Arrivals {
    pub(crate) fn new(rule: SettleRule) -> Self {
        Self { rule, seen: HashMap::new() }
    }

    /// Forgets the files for which `there` does not hold.
    pub(crate) fn retain(&mut self, there: impl Fn(&Path) -> bool) {
        self.seen.retain(|path, _| there(path));
    }

    /// Whether the file, which looks like this `now`, can be claimed.
    pub(crate) fn settled(&mut self, path: &Path, look: Look, now: Instant, limits: &Limits) -> bool {
        let fresh = Arrival { look, since: now, whole: None };
        let arrival = self.seen.entry(path.to_owned()).or_insert(fresh);
        if arrival.look != look {
            *arrival = Arrival { look, since: now, whole: None };
        }
        let still = now.saturating_duration_since(arrival.since);
        if still < self.rule.whole {
            return false;
        }
        still >= self.rule.partial || *arrival.whole.get_or_insert_with(|| is_whole(path, limits))
    }
}

#[cfg(test)]
mod tests {
    use sohoa_domain::{PixelLayout, Raster};

    use super::*;

    const RULE: SettleRule = SettleRule { whole: Duration::from_secs(2), partial: Duration::from_secs(60) };

    #[test]
    fn what_changes_starts_anew_and_what_stays_partial_is_claimed_late() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("slow.jpg");
        let page = Raster::new(300, 200, PixelLayout::Grey8, (0..60_000).map(|i| (i % 251) as u8).collect()).unwrap();
        let bytes = sohoa_imaging::encode_jpeg(&page, 90).bytes;
        let mut arrivals = Arrivals::new(RULE);
        let start = Instant::now();
        let mut settled = |seconds| {
            let look = Look::at(&path).unwrap();
            arrivals.settled(&path, look, start + Duration::from_secs(seconds), &Limits::default())
        };
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(!settled(0) && !settled(10) && !settled(59), "half of it");
        std::fs::write(&path, &*bytes).unwrap();
        assert!(!settled(59), "it has just changed");
        assert!(!settled(60) && settled(61));
        std::fs::write(&path, &bytes[..100]).unwrap();
        assert!(!settled(62) && !settled(121) && settled(122));
    }
}
