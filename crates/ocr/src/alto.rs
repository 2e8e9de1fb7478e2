//! ALTO 4.4 XML (loc.gov/standards/alto), written page by page.

use std::fmt::Write as _;
use std::io::{self, Write};

use sohoa_domain::{Line, OcrPage, Rect, Rotation, Word};

/// Writes an ALTO file as its pages come.
pub struct AltoWriter<W> {
    out: W,
}

impl<W: Write> AltoWriter<W> {
    /// Writes the header. `file_name` is what the image file is called, `software` who made this.
    ///
    /// # Errors
    /// Of the writer.
    pub fn new(mut out: W, file_name: &str, software: &str) -> io::Result<Self> {
        let (name, version) = software.rsplit_once(' ').unwrap_or((software, ""));
        let (file_name, name, version) = (escape(file_name), escape(name), escape(version));
        write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:schemaLocation=\"http://www.loc.gov/standards/alto/ns-v4# \
             http://www.loc.gov/standards/alto/v4/alto-4-4.xsd\" SCHEMAVERSION=\"4.4\">\n\
             <Description><MeasurementUnit>pixel</MeasurementUnit>\
             <sourceImageInformation><fileName>{file_name}</fileName></sourceImageInformation>\
             <Processing ID=\"PROC_1\"><processingCategory>contentGeneration</processingCategory>\
             <processingSoftware><softwareName>{name}</softwareName><softwareVersion>{version}</softwareVersion>\
             </processingSoftware></Processing></Description>\n<Layout>\n"
        )?;
        Ok(Self { out })
    }

    /// Writes one page; `number` is its place in the file, from 1. Coordinates are px of the upright page.
    ///
    /// # Errors
    /// Of the writer.
    pub fn page(&mut self, page: &OcrPage, number: u32) -> io::Result<()> {
        let mut xml = String::new();
        let (width, height) = (page.width, page.height);
        let _ = write!(
            xml,
            "<Page ID=\"P{number}\" PHYSICAL_IMG_NR=\"{number}\" WIDTH=\"{width}\" HEIGHT=\"{height}\" \
             PROCESSING=\"PROC_1\""
        );
        // The image is turned clockwise to be upright, so its text lies turned the other way, which ROTATION means.
        if page.rotation != Rotation::None {
            let _ = write!(xml, " ROTATION=\"{}\"", page.rotation.degrees());
        }
        if let Some(language) = language(&page.engine) {
            let _ = write!(xml, " LANG=\"{language}\"");
        }
        if let Some(confidence) = page.mean_confidence() {
            let _ = write!(xml, " PC=\"{confidence:.3}\"");
        }
        let _ = writeln!(xml, ">\n<PrintSpace HPOS=\"0\" VPOS=\"0\" WIDTH=\"{width}\" HEIGHT=\"{height}\">");
        for (b, block) in page.blocks.iter().enumerate() {
            let id = format!("P{number}_B{b}");
            let _ = writeln!(xml, "<TextBlock ID=\"{id}\" {}>", place(&block.rect));
            for (l, line) in block.lines.iter().enumerate() {
                text_line(&mut xml, line, &format!("{id}_L{l}"));
            }
            xml.push_str("</TextBlock>\n");
        }
        xml.push_str("</PrintSpace>\n</Page>\n");
        self.out.write_all(xml.as_bytes())
    }

    /// Closes the document and gives the writer back.
    ///
    /// # Errors
    /// Of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b"</Layout>\n</alto>\n")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Language tag (BCP 47) of the model with which an engine read, the last word of its name.
fn language(engine: &str) -> Option<&'static str> {
    match engine.rsplit(' ').next()?.split('+').next()? {
        "vie" => Some("vi"),
        "eng" => Some("en"),
        _ => None,
    }
}

fn text_line(xml: &mut String, line: &Line, id: &str) {
    // BASELINE as two points (ALTO 4 PointsType), since lines may slope.
    let (left, right) = (line.rect.left, line.rect.right);
    let (from, to) = (line.baseline.at(left), line.baseline.at(right));
    let _ = writeln!(
        xml,
        "<TextLine ID=\"{id}\" {} BASELINE=\"{left:.0},{from:.0} {right:.0},{to:.0}\">",
        place(&line.rect)
    );
    let mut previous: Option<&Word> = None;
    for (w, word) in line.words.iter().enumerate() {
        if let Some(previous) = previous {
            let from = previous.rect.right;
            let gap = (word.rect.left - from).max(0.0);
            let _ = write!(xml, "<SP HPOS=\"{from:.0}\" VPOS=\"{:.0}\" WIDTH=\"{gap:.0}\"/>", word.rect.top);
        }
        let _ = write!(xml, "<String ID=\"{id}_W{w}\" {} WC=\"{:.2}\"", place(&word.rect), word.confidence);
        if !word.characters.is_empty() {
            // ALTO counts a character's confidence from 0, sure, to 9.
            let digits: Vec<String> =
                word.characters.iter().map(|c| format!("{:.0}", 9.0 * (1.0 - c.clamp(0.0, 1.0)))).collect();
            let _ = write!(xml, " CC=\"{}\"", digits.join(" "));
        }
        let _ = write!(xml, " CONTENT=\"{}\"", escape(&word.text));
        if word.alternatives.is_empty() {
            xml.push_str("/>\n");
        } else {
            xml.push('>');
            for other in &word.alternatives {
                let _ = write!(xml, "<ALTERNATIVE>{}</ALTERNATIVE>", escape(other));
            }
            xml.push_str("</String>\n");
        }
        previous = Some(word);
    }
    xml.push_str("</TextLine>\n");
}

fn place(r: &Rect) -> String {
    format!(
        "HPOS=\"{:.0}\" VPOS=\"{:.0}\" WIDTH=\"{:.0}\" HEIGHT=\"{:.0}\"",
        r.left.max(0.0),
        r.top.max(0.0),
        r.width(),
        r.height()
    )
}

/// Text as an attribute or element of XML 1.0; characters that XML cannot hold are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sohoa_domain::{Baseline, Block, Dpi};

    fn alto_of(text: &str) -> String {
        let rect = Rect { left: 10.0, top: 20.0, right: 110.0, bottom: 60.0 };
        let word = |text: &str, left: f32| Word::new(text, Rect { left, right: left + 40.0, ..rect }, 0.9);
        let line = Line {
            words: vec![word(text, 10.0), word("tờ", 70.0)],
            rect,
            baseline: Baseline { x0: 10.0, y0: 50.0, slope: 0.1 },
            height: 40.0,
        };
        let mut page = OcrPage::empty(200, 100, Dpi::square(300.0), Rotation::Quarter, "tesseract 5.3.0 vie");
        page.blocks.push(Block { lines: vec![line], rect });
        let mut alto = AltoWriter::new(Vec::new(), "a<b.pdf", "sohoa 1.0").unwrap();
        alto.page(&page, 1).unwrap();
        String::from_utf8(alto.finish().unwrap()).unwrap()
    }

    #[test]
    fn one_page() {
        let alto = alto_of("A&B");
        for part in [
            "<fileName>a&lt;b.pdf</fileName>",
            "<softwareName>sohoa</softwareName><softwareVersion>1.0</softwareVersion>",
            "<Page ID=\"P1\" PHYSICAL_IMG_NR=\"1\" WIDTH=\"200\" HEIGHT=\"100\" PROCESSING=\"PROC_1\" ROTATION=\"90\" LANG=\"vi\" \
             PC=\"0.900\">",
            "<TextBlock ID=\"P1_B0\" HPOS=\"10\" VPOS=\"20\" WIDTH=\"100\" HEIGHT=\"40\">",
            "BASELINE=\"10,50 110,60\"",
            "<String ID=\"P1_B0_L0_W0\" HPOS=\"10\" VPOS=\"20\" WIDTH=\"40\" HEIGHT=\"40\" WC=\"0.90\" CONTENT=\"A&amp;B\"/>",
            "<SP HPOS=\"50\" VPOS=\"20\" WIDTH=\"20\"/>",
        ] {
            assert!(alto.contains(part), "{part}\n{alto}");
        }
    }

    proptest! {
        #[test]
        fn whatever_was_read_the_xml_is_well_formed(text in any::<String>()) {
            let alto = alto_of(&text);
            let mut reader = quick_xml::Reader::from_str(&alto);
            loop {
                match reader.read_event() {
                    Ok(quick_xml::events::Event::Eof) => break,
                    Ok(_) => {}
                    Err(error) => return Err(TestCaseError::fail(error.to_string())),
                }
            }
        }
    }
}
