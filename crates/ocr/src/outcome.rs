//! Whether a person should look at a page.

use sohoa_domain::{OcrPage, PageOutcome};

use crate::noise::worth;

/// Below this mean confidence a page is doubtful.
const LOW_MEAN: f32 = 0.70;

/// Words below this confidence are doubtful.
const LOW_WORD: f32 = 0.50;

/// With a greater share of doubtful words a page is doubtful.
const DOUBTFUL_SHARE: f32 = 0.30;

/// [`PageOutcome::Ok`] or [`PageOutcome::LowConfidence`], judged by the mean confidence and the share of doubtful words.
/// A page on which nothing was read though it is not blank is doubtful.
pub fn outcome(page: &OcrPage) -> PageOutcome {
    let (mut words, mut doubtful) = (0.0, 0.0);
    for word in page.words() {
        words += 1.0;
        doubtful += f32::from(u8::from(word.confidence < LOW_WORD));
    }
    match page.mean_confidence() {
        Some(mean) if mean >= LOW_MEAN && doubtful <= words * DOUBTFUL_SHARE => PageOutcome::Ok,
        _ => PageOutcome::LowConfidence,
    }
}

/// How much was read with how much confidence: letters and digits that are rather right than wrong. Of two readings of
/// one page the one of greater worth is the better.
pub fn worth_of(page: &OcrPage) -> f32 {
    page.blocks.iter().map(|block| worth(&block.lines)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_domain::{Baseline, Block, Dpi, Line, Rect, Rotation, Word};

    fn page(confidences: &[f32]) -> OcrPage {
        let words = confidences.iter().map(|c| Word::new("chữ", Rect::default(), *c)).collect();
        let line = Line { words, rect: Rect::default(), baseline: Baseline::default(), height: 1.0 };
        let mut page = OcrPage::empty(10, 10, Dpi::square(300.0), Rotation::None, "test");
        page.blocks.push(Block { lines: vec![line], rect: Rect::default() });
        page
    }

    #[test]
    fn clear_pages_pass_and_doubtful_ones_are_marked() {
        assert_eq!(outcome(&page(&[0.95, 0.9, 0.96])), PageOutcome::Ok);
        assert_eq!(outcome(&page(&[0.6, 0.6, 0.6])), PageOutcome::LowConfidence);
        assert_eq!(outcome(&page(&[0.99, 0.99, 0.2, 0.2, 0.99])), PageOutcome::LowConfidence);
        assert_eq!(outcome(&page(&[])), PageOutcome::LowConfidence);
    }
}
