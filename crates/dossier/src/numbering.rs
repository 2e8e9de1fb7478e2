//! What page numbers that are printed on the pages of a document tell about it: pages that are missing, pages in disorder.

use std::collections::BTreeSet;
use std::ops::Range;

/// A page number as it is printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageNumber {
    /// The number.
    pub number: u32,
    /// Of how many pages, when that is printed too: `2/5`. Never less than the number.
    pub of: Option<u32>,
    /// `Trang` stands before it.
    pub worded: bool,
    /// All of it was read surely.
    pub sure: bool,
    /// Middle of its line, in shares of the page's width and height from its upper left corner.
    pub at: (f32, f32),
}

/// A page number that is printed on a page of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrintedNumber {
    /// Physical page of the received file, from 1.
    pub page: u32,
    /// Which page of its document that is, from 1, blank ones left out.
    pub place: u32,
    /// The number.
    pub printed: PageNumber,
}

/// How far apart bare numbers stand that are page numbers of one document, in shares of the page's width and height. On backs
/// they may stand at the other side.
const SAME_PLACE: (f32, f32) = (0.1, 0.05);
/// More pages than this are not lost at one place: one of the numbers is none of a page.
const MOST_AT_ONCE: u32 = 20;

impl PrintedNumber {
    fn number(&self) -> u32 {
        self.printed.number
    }

    /// Whether this goes on the same numbering as the number before it.
    fn follows(&self, before: &Self) -> bool {
        let (a, b) = (&before.printed, &self.printed);
        let beside = (a.at.0 - b.at.0).abs().min((a.at.0 + b.at.0 - 1.0).abs()) <= SAME_PLACE.0;
        let same_place = beside && (a.at.1 - b.at.1).abs() <= SAME_PLACE.1;
        b.number > a.number && a.of == b.of && (a.of.is_some() || same_place)
    }
}

/// Numbers of the pages that a document lacks by the numbers of the others; none as soon as that is not sure. `pages` is how many
/// it has, blank ones left out.
///
/// A first page without a number is the rule. Numbers that start again are those of an annex. A bare number that was read wrong or
/// is none of a page looks like a gap too, so a gap counts only when the numbers around it agree with their places, or tell of how
/// many pages they are. That also tells what is missing at the ends.
pub fn missing(printed: &[PrintedNumber], pages: u32) -> Vec<u32> {
    if printed.iter().any(|p| !p.printed.sure) {
        return Vec::new();
    }
    let mut missing = BTreeSet::new();
    let mut behind = printed;
    for run in printed.chunk_by(|a, b| b.follows(a)) {
        let is_first = behind.len() == printed.len();
        behind = &behind[run.len()..];
        missing.extend(gaps(run, behind.is_empty()).flatten());
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if let Some(of) = first.printed.of
            && (run.len() > 1 || first.printed.worded)
        {
            if is_first && first.place <= 2 {
                missing.extend(first.place..first.number());
            }
            let next = behind.first().map_or(pages + 1, |next| next.place);
            if next == last.place + 1 && of - last.number() <= MOST_AT_ONCE {
                missing.extend(last.number() + 1..=of);
            }
        }
    }
    missing.into_iter().filter(|number| printed.iter().all(|p| p.number() != *number)).collect()
}

/// The numbers that one numbering leaves out. `is_last`: no other follows it.
fn gaps(run: &[PrintedNumber], is_last: bool) -> impl Iterator<Item = Range<u32>> {
    run.windows(2).enumerate().filter_map(move |(i, pair)| {
        let [before, after] = [pair[0], pair[1]];
        let lost = after.number() - before.number() - 1;
        let rooted = i > 0 || before.number() == before.place;
        let goes_on = i + 2 < run.len();
        let sure = before.printed.of.is_some() || (rooted && (goes_on || (lost == 1 && is_last)));
        let side_by_side = after.place == before.place + 1;
        (sure && side_by_side && lost <= MOST_AT_ONCE).then_some(before.number() + 1..after.number())
    })
}

/// Physical pages before which a page seems to be missing, and those whose number is not higher than that before.
///
/// Numbers may start again, as those of an annex do: a number that is not higher than the pages since the last one is such a
/// start. Pages without a number in between are counted.
pub(crate) fn order(printed: &[PrintedNumber]) -> (Vec<u32>, Vec<u32>) {
    let (mut missing, mut disordered) = (Vec::new(), Vec::new());
    for pair in printed.windows(2) {
        let [before, after] = [pair[0], pair[1]];
        let steps = after.place.saturating_sub(before.place);
        if after.number() > before.number().saturating_add(steps) {
            missing.push(after.page);
        } else if after.number() <= before.number() && after.number() > steps {
            disordered.push(after.page);
        }
    }
    (missing, disordered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pages in short: `.` has no number, `2` is a number at the foot, `2/5` tells of how many, `t2/5` with the word before it,
    /// `^2` stands at the head, `>2` at the outer side, `~2` is doubtful.
    fn pages(words: &str) -> (Vec<PrintedNumber>, u32) {
        let mut printed = Vec::new();
        let mut place = 0;
        for word in words.split_whitespace() {
            place += 1;
            let (number, of) = word.split_once('/').unwrap_or((word, ""));
            let Ok(number) = number.trim_matches(|c: char| !c.is_ascii_digit()).parse() else { continue };
            let across = if word.starts_with('>') { [0.9, 0.1][place as usize % 2] } else { 0.5 };
            let at = (across, if word.starts_with('^') { 0.05 } else { 0.95 });
            let (worded, sure) = (word.starts_with('t'), !word.starts_with('~'));
            printed.push(PrintedNumber {
                page: 10 + place,
                place,
                printed: PageNumber { number, of: of.parse().ok(), worded, sure, at },
            });
        }
        (printed, place)
    }

    fn lacks(words: &str) -> Vec<u32> {
        let (printed, pages) = pages(words);
        missing(&printed, pages)
    }

    #[test]
    fn a_page_left_out_of_the_numbering_is_named() {
        for (words, numbers) in [
            ("1/5 3/5 4/5 5/5", vec![2]),
            ("1/5 2/5 3/5", vec![4, 5]),
            ("2/5 3/5 4/5 5/5", vec![1]),
            (". 3/5 4/5 5/5", vec![2]),
            ("t1/3", vec![2, 3]),
            ("1 3", vec![2]),
            (". 2 4", vec![3]),
            (". 2 5 6", vec![3, 4]),
            ("1 3 5", vec![2, 4]),
            (". >2 >3 >5 >6", vec![4]),
            ("1/3 3/3 1/2 2/2", vec![]),
            ("1/4 2/4 4/4 1/2 2/2", vec![3]),
            ("1/4 2/4 1/2 2/2", vec![3, 4]),
        ] {
            assert_eq!(lacks(words), numbers, "{words}");
        }
    }

    #[test]
    fn what_is_not_sure_is_not_told() {
        for words in [
            "",
            ".",
            "1 2 3",
            "1/3 2/3 3/3",
            // The first page has no number, as most have; or the paper begins elsewhere.
            ". 2 3",
            "2 3 4",
            ". 3 4",
            // A page without a number between two may be the one.
            "1 . 3",
            "1 . 4",
            "1/4 . 4/4",
            "1/3 2/3 .",
            // An annex counts anew, or another paper begins.
            ". 2 3 . 2 3",
            "1 2 1 2",
            "1/2 2/2 . 2",
            // Sheets in the wrong order, fronts before backs: nothing is missing.
            "1 3 2",
            "1/3 3/3 2/3",
            "1 3 5 2 4 6",
            // Read wrong: 3 for 8, 4 for 5.
            ". 2 8 4 5",
            ". 2 3 5 5",
            ". 2 8",
            ". 2 ~4",
            "~1 3 4",
            // Not of a page: a date or a share, a stamped number elsewhere on the page.
            "1/6",
            ". ^2 4",
            ". 2 45 46",
        ] {
            assert_eq!(lacks(words), [], "{words}");
        }
    }

    #[test]
    fn printed_numbers_show_before_which_page_one_is_missing_and_what_is_in_disorder() {
        let order = |words| order(&pages(words).0);
        assert_eq!(order(". 2 3 4"), (vec![], vec![]));
        // A page without a number in between.
        assert_eq!(order(". 2 . 4"), (vec![], vec![]));
        assert_eq!(order(". 2 4"), (vec![13], vec![]));
        // Two sheets changed places, and the double-sided stack was turned.
        assert_eq!(order(". 3 2 4"), (vec![14], vec![13]));
        // An annex begins: its first page has no number, or a 1.
        assert_eq!(order(". 2 3 . 2 3"), (vec![], vec![]));
        assert_eq!(order(". 2 1 2"), (vec![], vec![]));
    }

    proptest! {
        /// Whatever pages have no number, a paper that is whole and in order gives no warning.
        #[test]
        fn whole_papers_in_order_are_fine(numbered in prop::collection::vec(any::<bool>(), 1..30), of in any::<bool>()) {
            let total = numbered.len();
            let word = |n: usize| if of { format!("{n}/{total}") } else { n.to_string() };
            let words: Vec<String> =
                (1..).zip(&numbered).map(|(n, on)| if *on { word(n) } else { ".".to_owned() }).collect();
            let (printed, pages) = pages(&words.join(" "));
            prop_assert_eq!(order(&printed), (vec![], vec![]));
            prop_assert_eq!(missing(&printed, pages), Vec::<u32>::new());
        }

        /// A page that was left out is noticed when all others are numbered.
        #[test]
        fn a_page_left_out_is_noticed(count in 3u32..30, at in 1u32..28) {
            prop_assume!(at + 1 < count);
            let words: Vec<String> = (1..=count).filter(|n| *n != at + 1).map(|n| n.to_string()).collect();
            let (printed, pages) = pages(&words.join(" "));
            prop_assert_eq!(order(&printed).0.len(), 1);
            prop_assert_eq!(missing(&printed, pages), vec![at + 1]);
        }
    }
}
