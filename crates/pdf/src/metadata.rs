//! The XMP packet (ISO 16684-1) with the PDF/A identification that ISO 19005-2, 6.6.4 asks for.

use crate::writer::DocumentInfo;

/// The whole packet, UTF-8.
pub(crate) fn xmp(info: &DocumentInfo) -> Vec<u8> {
    let identifier = info
        .identifier
        .as_ref()
        .map(|id| format!("   <dc:identifier>{}</dc:identifier>\n", escape(id)))
        .unwrap_or_default();
    format!(
        r#"<?xpacket begin="{bom}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>U</pdfaid:conformance>
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
{identifier}  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"#,
        bom = '\u{feff}',
        title = escape(&info.title),
        language = escape(&info.language),
    )
    .into_bytes()
}

/// Text for XML; characters that XML 1.0 does not allow are left out.
fn escape(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_cannot_break_the_packet() {
        let info = DocumentInfo { title: "A<b>&\u{1}\n\"c\"".into(), identifier: None, language: "vi".into() };
        let packet = String::from_utf8(xmp(&info)).unwrap();
        assert!(packet.contains("A&lt;b&gt;&amp; &quot;c&quot;<"));
        assert!(!packet.contains("dc:identifier"));
    }
}
