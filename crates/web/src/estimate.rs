//! How fast a batch goes and how long it will take: a range from what the last minutes show, and nothing before enough was seen.

use sohoa_store::BatchMinute;

/// Minutes that are looked back. Files of a batch are alike only for a while.
pub(crate) const LOOK_BACK: i64 = 15;
/// Fewest whole minutes of work, and files in them, from which a range is told.
const FEWEST_MINUTES: usize = 3;
const FEWEST_FILES: u64 = 20;
/// Standard errors of the mean on either side.
const WIDTH: f64 = 2.0;

/// What the last minutes show.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pace {
    /// Files of each whole minute, from the first in which any ended.
    files: Vec<u64>,
    pages: u64,
}

impl Pace {
    /// The minute that runs (`now`, counted from 1970) is not over and not counted.
    pub(crate) fn of(minutes: &[BatchMinute], now: i64) -> Self {
        let seen: Vec<_> =
            minutes.iter().filter(|m| (now - LOOK_BACK..now).contains(&m.minute) && m.files > 0).collect();
        let first = seen.first().map_or(now, |m| m.minute);
        let files_in = |minute| seen.iter().find(|m| m.minute == minute).map_or(0, |m| m.files);
        Self { files: (first..now).map(files_in).collect(), pages: seen.iter().map(|m| m.pages).sum() }
    }

    /// Pages a minute; `None` before a whole minute was seen.
    pub(crate) fn pages_a_minute(&self) -> Option<u64> {
        let minutes = self.files.len() as u64;
        (minutes > 0).then(|| (self.pages + minutes / 2) / minutes)
    }

    /// The fewest and the most minutes that so many files will take. `None` while too little was seen, or when files come so
    /// unevenly that no end can be told.
    pub(crate) fn minutes_for(&self, files: u64) -> Option<(u64, u64)> {
        let (minutes, all) = (self.files.len(), self.files.iter().sum::<u64>());
        if minutes < FEWEST_MINUTES || all < FEWEST_FILES {
            return None;
        }
        let mean = all as f64 / minutes as f64;
        let spread: f64 = self.files.iter().map(|&n| (n as f64 - mean).powi(2)).sum::<f64>() / (minutes - 1) as f64;
        // Never surer than counts of independent things can be: their variance is their mean.
        let error = WIDTH * (spread.max(mean) / minutes as f64).sqrt();
        let slowest = mean - error;
        if slowest <= 0.0 {
            return None;
        }
        let files = files as f64;
        Some(((files / (mean + error)).floor() as u64, (files / slowest).ceil() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(files: &[(i64, u64)]) -> Pace {
        let minute = |&(minute, files): &(i64, u64)| BatchMinute { minute, files, pages: 2 * files };
        Pace::of(&files.iter().map(minute).collect::<Vec<_>>(), 100)
    }

    #[test]
    fn nothing_is_told_before_enough_was_seen() {
        assert_eq!((pace(&[]).pages_a_minute(), pace(&[]).minutes_for(10)), (None, None));
        // The minute that runs does not count.
        assert_eq!(pace(&[(100, 50)]).pages_a_minute(), None);
        // Two whole minutes, or too few files.
        assert_eq!(pace(&[(98, 50), (99, 50)]).minutes_for(10), None);
        assert_eq!(pace(&[(97, 6), (98, 6), (99, 6)]).minutes_for(10), None);
        assert_eq!(pace(&[(98, 5), (99, 10)]).pages_a_minute(), Some(15));
        // What ended long ago says nothing of now.
        assert_eq!(pace(&[(80, 50), (81, 50), (82, 50), (84, 50)]).minutes_for(10), None);
    }

    #[test]
    fn the_range_holds_the_even_rate_and_grows_narrower() {
        let even = |minutes: i64| pace(&(100 - minutes..100).map(|m| (m, 100)).collect::<Vec<_>>());
        let (low, high) = even(3).minutes_for(1_000).unwrap();
        assert!(low < 10 && 10 < high, "{low} {high}");
        let (later_low, later_high) = even(15).minutes_for(1_000).unwrap();
        assert!(low <= later_low && later_low <= 10 && 10 <= later_high && later_high <= high);
        assert!(later_high - later_low < high - low);
        assert_eq!(even(15).minutes_for(0), Some((0, 0)));
    }

    #[test]
    fn a_minute_without_files_widens_it_and_standing_still_ends_it() {
        let (low, high) = pace(&[(94, 30), (95, 30), (96, 30), (97, 30), (98, 30), (99, 30)]).minutes_for(300).unwrap();
        let (uneven_low, uneven_high) =
            pace(&[(94, 30), (95, 30), (97, 30), (98, 30), (99, 30)]).minutes_for(300).unwrap();
        assert!(uneven_high - uneven_low > high - low, "{low}–{high}, {uneven_low}–{uneven_high}");
        assert_eq!(pace(&[(86, 60)]).minutes_for(300), None);
    }
}
