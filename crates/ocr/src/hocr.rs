//! Reads Tesseract's hOCR (kba.github.io/hocr-spec/1.2): blocks, lines with baseline and type size, words.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use sohoa_domain::{Baseline, Block, Line, Rect, Word, text::nfc};

use crate::engine::OcrError;

/// Blocks as the engine found them, in its order; empty lines and blocks are left out.
///
/// # Errors
/// `Garbage` when it is no XML.
pub fn parse(hocr: &str) -> Result<Vec<Block>, OcrError> {
    let mut reader = Reader::from_str(hocr);
    reader.config_mut().check_end_names = false;
    let mut blocks: Vec<Block> = Vec::new();
    let mut word: Option<Word> = None;
    let mut depth_in_word = 0;
    loop {
        match reader.read_event().map_err(bad)? {
            Event::Start(_) if word.is_some() => depth_in_word += 1,
            Event::Start(tag) => match attribute(&tag, "class").as_str() {
                "ocr_carea" => {
                    blocks.push(Block { lines: Vec::new(), rect: bbox(&attribute(&tag, "title")).unwrap_or_default() })
                }
                "ocr_line" | "ocr_caption" | "ocr_header" | "ocr_textfloat" => {
                    if let Some(block) = blocks.last_mut() {
                        block.lines.extend(line(&attribute(&tag, "title")));
                    }
                }
                "ocrx_word" => {
                    let title = attribute(&tag, "title");
                    let confidence = numbers(&title, "x_wconf").first().copied().unwrap_or(0.0) / 100.0;
                    let rect = bbox(&title).unwrap_or_default();
                    word = Some(Word::new("", rect, confidence.clamp(0.0, 1.0)));
                    depth_in_word = 0;
                }
                _ => {}
            },
            Event::Text(text) => {
                if let Some(word) = &mut word {
                    word.text.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(word) = &mut word {
                    word.text.push_str(&resolve(&reference));
                }
            }
            Event::End(_) if word.is_some() && depth_in_word > 0 => depth_in_word -= 1,
            Event::End(_) => {
                if let Some(mut done) = word.take() {
                    done.text = nfc(done.text.trim());
                    let line = blocks.last_mut().and_then(|block| block.lines.last_mut());
                    if let (false, Some(line)) = (done.text.is_empty(), line) {
                        line.words.push(done);
                    }
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    for block in &mut blocks {
        block.lines.retain(|line| !line.words.is_empty());
    }
    blocks.retain(|block| !block.lines.is_empty());
    Ok(blocks)
}

/// `&amp;` and its like, and numeric references.
fn resolve(name: &str) -> String {
    match name {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        _ => {
            let number = name.strip_prefix('#').and_then(|n| match n.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => n.parse().ok(),
            });
            number.and_then(char::from_u32).map(String::from).unwrap_or_default()
        }
    }
}

/// A line without words yet. `baseline` is slope and offset against the lower left corner of the box.
fn line(title: &str) -> Option<Line> {
    let rect = bbox(title)?;
    let (slope, offset) = match numbers(title, "baseline")[..] {
        [slope, offset, ..] => (slope, offset),
        _ => (0.0, 0.0),
    };
    let height = numbers(title, "x_size").first().copied().unwrap_or(rect.height());
    let baseline = Baseline { x0: rect.left, y0: rect.bottom + offset, slope };
    Some(Line { words: Vec::new(), rect, baseline, height })
}

fn bbox(title: &str) -> Option<Rect> {
    match numbers(title, "bbox")[..] {
        [left, top, right, bottom, ..] => Some(Rect { left, top, right, bottom }),
        _ => None,
    }
}

/// The numbers behind a property's name in a title, e.g. `bbox 1 2 3 4; baseline 0.01 -5`.
fn numbers(title: &str, property: &str) -> Vec<f32> {
    let found = title.split(';').find_map(|part| part.trim().strip_prefix(property)?.strip_prefix(' '));
    let finite = |n: &str| n.parse().ok().filter(|v: &f32| v.is_finite());
    found.into_iter().flat_map(str::split_whitespace).map_while(finite).collect()
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag.attributes().with_checks(false).flatten().find(|a| a.key.as_ref() == name);
    found.map(|a| a.value.into_owned()).unwrap_or_default()
}

fn bad(error: impl std::fmt::Display) -> OcrError {
    OcrError::Garbage(format!("hOCR: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOCR: &str = r#"<div class='ocr_page' title='image ""; bbox 0 0 800 600; ppageno 0'>
        <div class='ocr_carea' title="bbox 10 20 500 80"><p class='ocr_par' lang='vie' title="bbox 10 20 500 80">
        <span class='ocr_line' title="bbox 10 20 500 80; baseline 0.01 -12; x_size 44; x_descenders 9">
        <span class='ocrx_word' title='bbox 10 20 100 70; x_wconf 96'>Sô&#39;</span>
        <span class='ocrx_word' title='bbox 120 22 200 72; x_wconf 41'><strong>A&amp;B</strong></span>
        </span></p></div>
        <div class='ocr_carea' title="bbox 1 1 9 9"><p><span class='ocr_line' title="bbox 1 1 9 9">
        <span class='ocrx_word' title='bbox 1 1 9 9; x_wconf 0'> </span></span></p></div></div>"#;

    #[test]
    fn lines_keep_baseline_and_size_and_empty_ones_go() {
        let blocks = parse(HOCR).unwrap();
        assert_eq!(blocks.len(), 1);
        let line = &blocks[0].lines[0];
        let words: Vec<&str> = line.words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(words, ["Sô'", "A&B"]);
        assert_eq!((line.height, line.baseline), (44.0, Baseline { x0: 10.0, y0: 68.0, slope: 0.01 }));
        assert!((line.words[1].confidence - 0.41).abs() < 1e-6);
        assert_eq!(line.words[1].rect, Rect { left: 120.0, top: 22.0, right: 200.0, bottom: 72.0 });
    }

    #[test]
    fn a_cut_answer_gives_what_is_there_or_an_error() {
        for cut in (0..HOCR.len()).filter(|i| HOCR.is_char_boundary(*i)) {
            let _ = parse(&HOCR[..cut]);
        }
    }
}
