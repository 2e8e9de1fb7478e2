//! The throughput of a batch over its life as a picture: bars of pages a minute.

use sohoa_store::BatchMinute;

use crate::batch;

/// Most bars.
const MOST_BARS: i64 = 60;
/// Size of the picture, in its own units.
pub(crate) const WIDTH: i64 = 600;
pub(crate) const HEIGHT: i64 = 100;

/// A bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chart {
    pub(crate) bars: Vec<Bar>,
    /// Pages a minute that the highest bar stands for.
    pub(crate) highest: u64,
    /// Minutes that a bar stands for.
    pub(crate) minutes: i64,
    /// When the first bar begins and the last ends, in words.
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Chart {
    /// `None` before two minutes are there to be compared.
    pub(crate) fn of(seen: &[BatchMinute]) -> Option<Self> {
        let (from, last) = (seen.first()?.minute, seen.last()?.minute);
        let span = last - from + 1;
        if span < 2 {
            return None;
        }
        let minutes = (span + MOST_BARS - 1) / MOST_BARS;
        let bars = (span + minutes - 1) / minutes;
        let mut pages = vec![0u64; usize::try_from(bars).ok()?];
        for minute in seen {
            let bar = usize::try_from((minute.minute - from) / minutes).ok()?;
            *pages.get_mut(bar)? += minute.pages;
        }
        let most = pages.iter().copied().max().filter(|most| *most > 0)?;
        let step = WIDTH / bars;
        let bar = |(n, pages): (i64, u64)| {
            let height = (pages * HEIGHT.unsigned_abs()).div_ceil(most).cast_signed();
            Bar { x: n * step, y: HEIGHT - height, width: (step - 1).max(1), height }
        };
        let every = minutes.unsigned_abs();
        Some(Self {
            bars: (0..).zip(pages).map(bar).collect(),
            highest: (most + every / 2) / every,
            minutes,
            from: batch::minute(from),
            to: batch::minute(from + bars * minutes),
        })
    }

    /// Width of what is drawn.
    pub(crate) fn width(&self) -> i64 {
        self.bars.last().map_or(WIDTH, |bar| bar.x + bar.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(pages: &[(i64, u64)]) -> Vec<BatchMinute> {
        pages.iter().map(|&(minute, pages)| BatchMinute { minute, files: 1, pages }).collect()
    }

    #[test]
    fn a_bar_a_minute_as_high_as_its_pages() {
        let chart = Chart::of(&minutes(&[(10, 5), (11, 20), (13, 10)])).unwrap();
        let heights: Vec<_> = chart.bars.iter().map(|bar| bar.height).collect();
        assert_eq!((heights, chart.highest, chart.minutes), (vec![25, 100, 0, 50], 20, 1));
        assert_eq!((chart.from.as_str(), chart.to.as_str()), ("01/01/1970 07:10", "01/01/1970 07:14"));
        assert_eq!(Chart::of(&minutes(&[(10, 5)])), None);
        assert_eq!(Chart::of(&[]), None);
        assert_eq!(Chart::of(&minutes(&[(1, 0), (5, 0)])), None);
    }

    #[test]
    fn long_lives_have_as_many_bars_as_fit_and_lose_no_page() {
        let days: Vec<_> = (0..5_000).map(|n| (n, 3)).collect();
        let chart = Chart::of(&minutes(&days)).unwrap();
        assert!(chart.bars.len() <= 60 && chart.width() <= WIDTH, "{}", chart.bars.len());
        assert_eq!((chart.highest, chart.minutes), (3, 84));
    }
}
