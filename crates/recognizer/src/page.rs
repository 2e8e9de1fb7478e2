//! Reads whole pages.

use sohoa_domain::{Baseline, Block, InkMap, Line, Raster, Rect, Word};

use crate::cut::{PADDING, cut};
use crate::decode::ReadWord;
use crate::handwriting::{self, Place};
use crate::line_model::LineModel;
use crate::lines::{Layout, TextBlock, TextLine, find_lines};
use crate::marks::{agree, compare, is_plain};
use crate::network::LineImage;
use crate::votes::{is_to_be_voted_on, vote};

/// What was read on a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageReading {
    /// Blocks in reading order, in px of the page that was read.
    pub blocks: Vec<Block>,
    /// Share of the glyph-like ink that lies in no line, 0 to 1.
    pub missed: f32,
}

/// A line whose weakest word is below this is read again, and so is one with a word that the dictionary does not know.
const DOUBTFUL: f32 = 0.6;
/// Paper around a line that is read again, as a share of the height of x: its letters come out a little smaller, and what
/// was a near tie is decided anew.
const OTHER_PADDING: f32 = 0.25;
/// Paper around a line when the tone marks of its words are compared as well.
const MORE_PADDING: [f32; 2] = [0.3, 0.35];
/// Paper around a line, besides, when its names and numbers are voted on: larger letters, and much smaller ones.
const VOTED_PADDING: [f32; 2] = [0.1, 0.45];

/// What the network saw in a line.
struct LineReading<'a> {
    line: &'a TextLine,
    /// x of the image's first column and y of its first row above the baseline, px.
    origin: (f32, f32),
    /// Page px for a px of the image.
    scale: f32,
    image: LineImage,
    words: Vec<ReadWord>,
}

impl LineModel {
    /// Reads an upright page: `grey` with 8 bits a pixel, `ink` of the same page.
    pub fn read_page(&self, grey: &Raster, ink: &InkMap) -> PageReading {
        let layout = find_lines(ink);
        let missed = layout.missed;
        PageReading { blocks: self.read_layout(grey, &layout), missed }
    }

    fn read_layout(&self, grey: &Raster, layout: &Layout) -> Vec<Block> {
        let lines: Vec<&TextLine> = layout.blocks.iter().flat_map(|b| &b.lines).collect();
        let seen = self.see_lines(grey, &lines, PADDING);
        let blanks: Vec<Vec<Place>> = seen
            .iter()
            .map(|reading| reading.as_ref().map_or_else(Vec::new, |r| r.blanks(self.step_width())))
            .collect();
        let mut readings = self.lines_of(seen);
        for (i, mut others) in self.read_again(grey, &lines, &readings) {
            let Some(first) = readings[i].as_mut() else { continue };
            if let Some(second) = others.first_mut()
                && confidence(second) > confidence(first)
            {
                std::mem::swap(first, second);
            }
            let voted = is_to_be_voted_on(first);
            compare(first, &others);
            if voted {
                vote(first, &others);
            }
        }
        for ((line, places), reading) in lines.iter().zip(&blanks).zip(&mut readings) {
            if let Some(reading) = reading {
                handwriting::fill(grey, line, places, reading);
            }
        }
        let mut readings = readings.into_iter();
        let of_block = |b: &TextBlock| block(readings.by_ref().take(b.lines.len()).flatten().collect());
        let mut blocks: Vec<Block> = layout.blocks.iter().filter_map(of_block).collect();
        agree(&mut blocks);
        blocks
    }

    /// Other readings of the lines that were read with doubt, with their places among all.
    fn read_again(&self, grey: &Raster, lines: &[&TextLine], readings: &[Option<Line>]) -> Vec<(usize, Vec<Line>)> {
        let chosen = |is: fn(&Line) -> bool| -> Vec<usize> {
            (0..lines.len()).filter(|i| readings[*i].as_ref().is_some_and(is)).collect()
        };
        let voted = chosen(is_to_be_voted_on);
        let doubtful = chosen(|line| is_doubtful(line) || is_to_be_voted_on(line));
        let mut found: Vec<(usize, Vec<Line>)> = doubtful.iter().map(|i| (*i, Vec::new())).collect();
        let mut read = |places: &[usize], padding| {
            let again: Vec<&TextLine> = places.iter().map(|i| lines[*i]).collect();
            for (i, other) in places.iter().zip(self.read_lines(grey, &again, padding)) {
                if let Ok(at) = found.binary_search_by_key(i, |(place, _)| *place) {
                    found[at].1.extend(other);
                }
            }
        };
        read(&doubtful, OTHER_PADDING);
        let compared = chosen(|line| {
            is_to_be_voted_on(line) || line.words.iter().any(|w| is_plain(&w.text) && is_doubtful_word(w))
        });
        MORE_PADDING.into_iter().for_each(|padding| read(&compared, padding));
        VOTED_PADDING.into_iter().for_each(|padding| read(&voted, padding));
        found
    }

    /// Reads lines, cut out with this much paper around; `None` for one that is too small to be read.
    fn read_lines(&self, grey: &Raster, lines: &[&TextLine], padding: f32) -> Vec<Option<Line>> {
        self.lines_of(self.see_lines(grey, lines, padding))
    }

    fn lines_of(&self, seen: Vec<Option<LineReading<'_>>>) -> Vec<Option<Line>> {
        seen.into_iter().map(|reading| reading?.into_line(self.step_width())).collect()
    }

    fn see_lines<'a>(&self, grey: &Raster, lines: &[&'a TextLine], padding: f32) -> Vec<Option<LineReading<'a>>> {
        let seen = |line: &&'a TextLine| {
            let cut = cut(grey, line, padding)?;
            let scale = cut.grey.height as f32 / self.height() as f32;
            let image = cut.grey.into_image(self.height(), self.step_width())?;
            Some(LineReading { line, origin: (cut.left, cut.above), scale, image, words: Vec::new() })
        };
        let mut readings: Vec<Option<LineReading>> = lines.iter().map(seen).collect();
        let images: Vec<&LineImage> = readings.iter().flatten().map(|r| &r.image).collect();
        let posteriors = self.forward(&images);
        for (reading, posteriors) in readings.iter_mut().flatten().zip(posteriors) {
            reading.words = self.words(posteriors);
        }
        readings
    }
}

fn block(lines: Vec<Line>) -> Option<Block> {
    let rect = lines.iter().map(|l| l.rect).reduce(|a, b| a.union(&b))?;
    Some(Block { lines, rect })
}

fn is_doubtful(line: &Line) -> bool {
    line.words.iter().any(is_doubtful_word)
}

fn is_doubtful_word(word: &Word) -> bool {
    word.strange || word.confidence < DOUBTFUL
}

/// Mean confidence of the words.
fn confidence(line: &Line) -> f32 {
    line.words.iter().map(|w| w.confidence).sum::<f32>() / line.words.len().max(1) as f32
}

impl LineReading<'_> {
    /// Blanks in which a hand may have written.
    fn blanks(&self, step_width: usize) -> Vec<Place> {
        let middle = |step: usize| self.origin.0 + (step as f32 + 0.5) * step_width as f32 * self.scale;
        let characters = self.words.iter().flat_map(|w| &w.characters);
        let flat: Vec<(char, f32)> =
            characters.flat_map(|c| c.text.chars().map(move |letter| (letter, middle(c.step)))).collect();
        handwriting::places(self.line, &flat)
    }

    fn into_line(mut self, step_width: usize) -> Option<Line> {
        let spans = spans(&self.words, &self.image, step_width);
        let words: Vec<Word> = std::mem::take(&mut self.words)
            .into_iter()
            .zip(spans)
            .map(|(word, (from, to))| Word {
                text: word.text(),
                rect: self.rect(from, to),
                confidence: word.confidence(),
                characters: word.characters.iter().map(|c| c.probability).collect(),
                strange: word.strange && is_plain(&word.text()),
                alternatives: word.alternatives,
            })
            .collect();
        let rect = words.iter().map(|w| w.rect).reduce(|a, b| a.union(&b))?;
        let Baseline { slope, .. } = self.line.baseline;
        let baseline = Baseline { x0: rect.left, y0: self.line.baseline.at(rect.left), slope };
        Some(Line { words, rect, baseline, height: self.line.ascent + self.line.descent })
    }

    /// The box around the ink of some columns of the line's image, on the page.
    fn rect(&self, from: usize, to: usize) -> Rect {
        let image = &self.image;
        let has_ink = |y: &usize| image.pixels[y * image.width..][from..to].iter().any(|&v| v < 0);
        let top = (0..image.height).find(has_ink).unwrap_or(0);
        let bottom = (0..image.height).rev().find(has_ink).map_or(image.height, |y| y + 1);
        let left = self.origin.0 + from as f32 * self.scale;
        let right = self.origin.0 + to as f32 * self.scale;
        let base = self.line.baseline.at((left + right) / 2.0) - self.origin.1;
        Rect { left, top: base + top as f32 * self.scale, right, bottom: base + bottom as f32 * self.scale }
    }
}

/// Columns of the line's image for each word: cut at the widest gap between the steps of neighbours, then drawn in to the
/// ink.
fn spans(words: &[ReadWord], image: &LineImage, step_width: usize) -> Vec<(usize, usize)> {
    let ink: Vec<bool> =
        (0..image.width).map(|x| image.pixels[x..].iter().step_by(image.width).any(|&v| v < 0)).collect();
    let centre = |step: usize| (step * step_width + step_width / 2).min(image.width - 1);
    let mut cuts = vec![0];
    for pair in words.windows(2) {
        let (from, to) = (centre(pair[0].steps.end.saturating_sub(1)), centre(pair[1].steps.start));
        cuts.push(widest_gap(&ink, from, to.max(from + 1)));
    }
    cuts.push(image.width);
    cuts.windows(2)
        .map(|pair| {
            let (from, to) = (pair[0].min(image.width - 1), pair[1].max(pair[0] + 1).min(image.width));
            let inked = |x: &usize| ink[*x];
            let left = (from..to).find(inked).unwrap_or(from);
            let right = (from..to).rev().find(inked).map_or(to, |x| x + 1);
            (left, right.max(left + 1))
        })
        .collect()
}

/// The middle of the longest run of columns without ink in `from..to`, or the middle of all.
fn widest_gap(ink: &[bool], from: usize, to: usize) -> usize {
    let (mut best, mut start) = (from..from, from);
    for x in from..to {
        if ink.get(x).copied().unwrap_or_default() {
            start = x + 1;
        } else if x + 1 - start > best.len() {
            best = start..x + 1;
        }
    }
    if best.is_empty() { (from + to) / 2 } else { (best.start + best.end) / 2 }
}
