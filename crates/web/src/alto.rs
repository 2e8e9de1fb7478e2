//! Where the words of a page stand, from its ALTO file.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A page as it was read. Sizes and places are px of the upright page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AltoPage {
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// Clockwise turn, degrees, that makes what was received upright.
    pub(crate) turn: u16,
    pub(crate) lines: Vec<Vec<AltoWord>>,
}

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AltoWord {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) text: String,
}

/// Reads the page of this physical number; what stands behind it is not read. `None` when it is not there, or the file is no ALTO.
pub(crate) fn read_page(file: impl BufRead, number: u32) -> Option<AltoPage> {
    let mut reader = Reader::from_reader(file);
    let (mut buffer, mut page) = (Vec::new(), None);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(tag) | Event::Empty(tag) => match (tag.local_name().as_ref(), &mut page) {
                ("Page", None) if attribute(&tag, "PHYSICAL_IMG_NR")?.parse() == Ok(number) => {
                    page = Some(AltoPage {
                        width: px(&tag, "WIDTH")?,
                        height: px(&tag, "HEIGHT")?,
                        turn: attribute(&tag, "ROTATION").and_then(|turn| turn.parse().ok()).unwrap_or_default(),
                        lines: Vec::new(),
                    });
                }
                ("TextLine", Some(page)) => page.lines.push(Vec::new()),
                ("String", Some(page)) => {
                    let word = AltoWord {
                        left: px(&tag, "HPOS")?,
                        top: px(&tag, "VPOS")?,
                        width: px(&tag, "WIDTH")?,
                        height: px(&tag, "HEIGHT")?,
                        text: attribute(&tag, "CONTENT")?,
                    };
                    page.lines.last_mut()?.push(word);
                }
                _ => {}
            },
            Event::End(tag) if page.is_some() && tag.local_name().as_ref() == "Page" => return page,
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let value = tag.try_get_attribute(name).ok()??;
    quick_xml::escape::unescape(&value.value).ok().map(|text| text.into_owned())
}

fn px(tag: &BytesStart, name: &str) -> Option<f32> {
    attribute(tag, name)?.parse().ok().filter(|px: &f32| px.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALTO: &str = "<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\"><Layout>\
        <Page ID=\"P1\" PHYSICAL_IMG_NR=\"3\" WIDTH=\"200\" HEIGHT=\"100\"><PrintSpace/></Page>\
        <Page ID=\"P2\" PHYSICAL_IMG_NR=\"4\" WIDTH=\"100\" HEIGHT=\"200\" ROTATION=\"90\"><PrintSpace><TextBlock>\
        <TextLine><String HPOS=\"10\" VPOS=\"20\" WIDTH=\"40\" HEIGHT=\"12\" CONTENT=\"A&amp;B\"/><SP/>\
        <String HPOS=\"60\" VPOS=\"20\" WIDTH=\"30\" HEIGHT=\"12\" CONTENT=\"tờ\"><ALTERNATIVE>tơ</ALTERNATIVE></String>\
        </TextLine></TextBlock></PrintSpace></Page></Layout></alto>";

    #[test]
    fn a_page_is_found_by_its_physical_number() {
        let page = read_page(ALTO.as_bytes(), 4).unwrap();
        assert_eq!((page.width, page.height, page.turn), (100.0, 200.0, 90));
        let word = |left, width, text: &str| AltoWord { left, top: 20.0, width, height: 12.0, text: text.to_owned() };
        assert_eq!(page.lines, [vec![word(10.0, 40.0, "A&B"), word(60.0, 30.0, "tờ")]]);
        assert_eq!(read_page(ALTO.as_bytes(), 3).unwrap().lines, Vec::<Vec<AltoWord>>::new());
        assert_eq!(read_page(ALTO.as_bytes(), 1), None);
        assert_eq!(read_page(&b"not <xml"[..], 1), None);
    }
}
