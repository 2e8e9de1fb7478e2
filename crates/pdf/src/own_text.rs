//! A page's own text through `pdftotext -bbox-layout`, as an [`OcrPage`].

use std::ffi::OsStr;

use quick_xml::events::{BytesStart, Event};
use sohoa_domain::{Baseline, Block, Dpi, Line, OcrPage, Rect, Rotation, Word, text};

use crate::annotation::Appearance;
use crate::objects::PageObjects;
use crate::source::displayed_size;
use crate::{extract, poppler};

/// Resolution of the coordinates.
const DPI: f64 = 300.0;
/// Poppler's boxes reach from the ascent to the descent; this share of the height is below the baseline.
const BELOW: f32 = 0.22;

/// The text of the content, and of what is shown on it.
pub(crate) fn read(source: &PageObjects<'_>, shown: &[Appearance<'_>]) -> Result<OcrPage, String> {
    let file = extract::page(source, shown).map_err(|e| e.to_string())?;
    let args =
        [OsStr::new("-bbox-layout"), OsStr::new("-enc"), OsStr::new("UTF-8"), file.path().as_os_str(), OsStr::new("-")];
    let (xhtml, _) = poppler::run("pdftotext", &args, file.path(), 64 << 20, source.source().limits().child_mib)?;
    let (w, h) = displayed_size(source.node());
    let px = |pt: f64| (pt * DPI / 72.0).round().max(1.0) as u32;
    let scale = (source.node().user_unit * DPI / 72.0) as f32;
    let mut page = OcrPage::empty(px(w), px(h), Dpi::square(DPI as f32), Rotation::None, "source");
    page.blocks = blocks(&xhtml, scale)?;
    Ok(page)
}

/// Blocks of poppler's XHTML, coordinates times `scale`.
///
/// # Errors
/// A sentence when it is no XHTML.
pub fn blocks(xhtml: &[u8], scale: f32) -> Result<Vec<Block>, String> {
    let xhtml = String::from_utf8_lossy(xhtml);
    let mut reader = quick_xml::Reader::from_str(&xhtml);
    let mut blocks: Vec<Block> = Vec::new();
    let (mut lines, mut words): (Vec<Line>, Vec<Word>) = (Vec::new(), Vec::new());
    let mut open: Option<(Rect, String)> = None;
    loop {
        match reader.read_event().map_err(|_| "pdftotext printed no XHTML".to_owned())? {
            Event::Eof => break,
            Event::Start(tag) => match tag.local_name().as_ref() {
                "block" => lines.clear(),
                "line" => words.clear(),
                "word" => open = Some((rect(&tag, scale), String::new())),
                _ => {}
            },
            Event::Text(t) => {
                if let Some((_, text)) = &mut open {
                    text.push_str(&t);
                }
            }
            Event::GeneralRef(r) => {
                if let Some((_, text)) = &mut open {
                    text.push_str(&entity(&r));
                }
            }
            Event::End(tag) => match tag.local_name().as_ref() {
                "word" => words.extend(open.take().and_then(|(rect, text)| word(rect, &text))),
                "line" => lines.extend(line(std::mem::take(&mut words))),
                "block" => {
                    let lines = std::mem::take(&mut lines);
                    if let Some(rect) = lines.iter().map(|l| l.rect).reduce(|a, b| a.union(&b)) {
                        blocks.push(Block { lines, rect });
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    Ok(blocks)
}

fn entity(name: &str) -> String {
    match name {
        "amp" => "&".into(),
        "lt" => "<".into(),
        "gt" => ">".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        other => other
            .strip_prefix('#')
            .and_then(|n| match n.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => n.parse().ok(),
            })
            .and_then(char::from_u32)
            .map(String::from)
            .unwrap_or_default(),
    }
}

fn rect(tag: &BytesStart<'_>, scale: f32) -> Rect {
    let value = |name: &str| {
        let attribute = tag.try_get_attribute(name).ok().flatten();
        let number = attribute.and_then(|a| a.value.parse::<f32>().ok());
        number.filter(|v| v.is_finite()).unwrap_or(0.0) * scale
    };
    Rect { left: value("xMin"), top: value("yMin"), right: value("xMax"), bottom: value("yMax") }
}

fn word(rect: Rect, raw: &str) -> Option<Word> {
    let kept: String = raw.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text::nfc(&kept);
    (!text.is_empty() && rect.area() > 0.0).then_some(Word::new(text, rect, 1.0))
}

fn line(words: Vec<Word>) -> Option<Line> {
    let rect = words.iter().map(|w| w.rect).reduce(|a, b| a.union(&b))?;
    let height = rect.height();
    let baseline = Baseline { x0: rect.left, y0: rect.bottom - BELOW * height, slope: 0.0 };
    Some(Line { words, rect, baseline, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lines_and_blocks() {
        let xhtml = "<html><body><doc><page width=\"10\" height=\"10\"><flow><block xMin=\"1\" yMin=\"1\" xMax=\"9\" yMax=\"3\">\
            <line xMin=\"1\" yMin=\"1\" xMax=\"9\" yMax=\"3\">\
            <word xMin=\"1.0\" yMin=\"1.0\" xMax=\"4.0\" yMax=\"3.0\">a&amp;b</word>\
            <word xMin=\"5.0\" yMin=\"1.0\" xMax=\"9.0\" yMax=\"3.0\">e\u{302}\u{301}</word>\
            </line></block></flow></page></doc></body></html>";
        let blocks = blocks(xhtml.as_bytes(), 2.0).unwrap();
        let words: Vec<&str> = blocks[0].lines[0].words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(words, ["a&b", "ế"]);
        assert_eq!(blocks[0].rect, Rect { left: 2.0, top: 2.0, right: 18.0, bottom: 6.0 });
    }
}
