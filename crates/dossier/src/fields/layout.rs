//! The lines of a page as a person sees them: levelled, parted where there is a wide gap, with the margins of the text.

use sohoa_domain::{Line, OcrPage, Rect, Word};

use crate::approx::letters;

/// Widest space between two words of one piece, in heights of its line.
const WIDE_GAP: f32 = 1.1;

/// Words side by side on one line, with no wide gap between them.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    /// Left to right, never empty.
    pub(super) words: Vec<&'a Word>,
    /// Ends along the line and its baseline, on the levelled page, px.
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) y: f32,
    /// Height of the line's type, px.
    pub(super) height: f32,
}

impl Piece<'_> {
    pub(super) fn centre(&self) -> f32 {
        (self.left + self.right) / 2.0
    }

    /// As read, a space between words.
    pub(super) fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|w| w.text.as_str()).collect();
        words.join(" ")
    }

    /// Whether another piece follows on the same line with no wide gap.
    fn goes_on_with(&self, next: &Self) -> bool {
        let height = self.height.min(next.height);
        let gap = next.left - self.right;
        (next.y - self.y).abs() <= 0.4 * height && gap >= -0.2 * height && gap <= 0.8 * height
    }

    pub(super) fn letters(&self) -> String {
        letters(&self.text())
    }

    /// Capitals among the letters, 0 to 1; 0 without letters.
    pub(super) fn capitals(&self) -> f32 {
        capitals(&self.text())
    }
}

/// Capitals among the letters, 0 to 1; 0 without letters.
pub(super) fn capitals(text: &str) -> f32 {
    let all = text.chars().filter(|c| c.is_alphabetic()).count();
    let capital = text.chars().filter(|c| c.is_uppercase()).count();
    if all == 0 { 0.0 } else { capital as f32 / all as f32 }
}

/// Box around words.
pub(super) fn box_of<'a>(words: impl IntoIterator<Item = &'a Word>) -> Rect {
    words.into_iter().map(|w| w.rect).reduce(|a, b| a.union(&b)).unwrap_or_default()
}

/// A page of pieces.
pub(super) struct Layout<'a> {
    /// Top to bottom, then left to right.
    pub(super) pieces: Vec<Piece<'a>>,
    /// Where the body's text begins and ends, px of the levelled page.
    pub(super) left: f32,
    pub(super) right: f32,
    /// Usual height of a line, px.
    pub(super) unit: f32,
    /// Size of the page, px.
    pub(super) width: f32,
    pub(super) height: f32,
    /// Px of a millimetre.
    pub(super) mm: f32,
    slope: f32,
}

impl<'a> Layout<'a> {
    pub(super) fn new(page: &'a OcrPage) -> Self {
        let slope = median(page.lines().filter(|l| l.words.len() > 2).map(|l| l.baseline.slope)).unwrap_or(0.0);
        let unit = median(page.lines().map(|l| l.height)).unwrap_or(1.0).max(1.0);
        let (width, height) = (page.width as f32, page.height as f32);
        let mut layout = Self {
            pieces: Vec::new(),
            left: width * 0.14,
            right: width * 0.91,
            unit,
            width,
            height,
            mm: (page.dpi.x / 25.4).max(0.1),
            slope,
        };
        for line in page.lines() {
            layout.take(line);
        }
        layout.sort();
        let wide = || layout.pieces.iter().filter(|p| p.right - p.left > 0.5 * width);
        if wide().count() >= 4 {
            layout.left = quantile(wide().map(|p| p.left), 0.25).unwrap_or(layout.left);
            layout.right = quantile(wide().map(|p| p.right), 0.75).unwrap_or(layout.right);
        }
        layout
    }

    /// Where the text is centred.
    pub(super) fn centre(&self) -> f32 {
        (self.left + self.right) / 2.0
    }

    /// A piece of some words of one line.
    pub(super) fn piece(&self, words: &[&'a Word], y: f32, height: f32) -> Option<Piece<'a>> {
        let (first, last) = (words.first()?, words.last()?);
        let across = |x: f32| x + self.slope * y;
        Some(Piece { words: words.to_vec(), left: across(first.rect.left), right: across(last.rect.right), y, height })
    }

    fn take(&mut self, line: &'a Line) {
        let words: Vec<&Word> = line.words.iter().collect();
        let middle = (line.rect.left + line.rect.right) / 2.0;
        let y = line.baseline.at(middle) - self.slope * middle;
        let height = line.height.max(1.0);
        let mut start = 0;
        for i in 1..=words.len() {
            let gap = words.get(i).map(|w| w.rect.left - words[i - 1].rect.right);
            if gap.is_none_or(|gap| gap > WIDE_GAP * height) {
                let piece = self.piece(&words[start..i], y, height);
                self.pieces.extend(piece);
                start = i;
            }
        }
    }

    fn sort(&mut self) {
        self.pieces.sort_by(|a, b| a.y.total_cmp(&b.y));
        for row in self.pieces.chunk_by_mut(|a, b| b.y - a.y <= 0.4 * a.height.min(b.height)) {
            row.sort_by(|a, b| a.left.total_cmp(&b.left));
        }
        // The engine may part a line where a seal lies on it.
        let mut joined: Vec<Piece<'a>> = Vec::with_capacity(self.pieces.len());
        for piece in std::mem::take(&mut self.pieces) {
            match joined.last_mut() {
                Some(last) if last.goes_on_with(&piece) => {
                    last.words.extend(&piece.words);
                    last.right = piece.right;
                    last.height = last.height.max(piece.height);
                }
                _ => joined.push(piece),
            }
        }
        self.pieces = joined;
    }

    /// Pieces at the same height as one, left to right, whatever stands between them.
    pub(super) fn rows(&self, pieces: Vec<Piece<'a>>) -> Vec<Piece<'a>> {
        let mut rows: Vec<Piece<'a>> = Vec::new();
        for piece in pieces {
            match rows.last_mut() {
                Some(row) if piece.y - row.y <= 0.5 * row.height.min(piece.height) => {
                    row.words.extend(&piece.words);
                    row.words.sort_by(|a, b| a.rect.left.total_cmp(&b.rect.left));
                    row.left = row.left.min(piece.left);
                    row.right = row.right.max(piece.right);
                    row.height = row.height.max(piece.height);
                }
                _ => rows.push(piece),
            }
        }
        rows
    }
}

fn median(values: impl Iterator<Item = f32>) -> Option<f32> {
    quantile(values, 0.5)
}

fn quantile(values: impl Iterator<Item = f32>, share: f32) -> Option<f32> {
    let mut all: Vec<f32> = values.collect();
    all.sort_by(f32::total_cmp);
    all.get(((all.len() as f32 - 1.0) * share).round().max(0.0) as usize).copied()
}
