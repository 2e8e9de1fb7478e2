//! Charts as SVG: no script, no font, words for those who cannot see it, contrast of at least 4.5 to 1.

use std::fmt::Write as _;

use super::{BarChart, Block, Report, charts, measure};

const WIDTH: f32 = 820.0;
const MARGIN: f32 = 24.0;
const SIZE: f32 = 14.0;
const LINE: f32 = 18.0;
const INK: &str = "#1b1f24";
const FILL: &str = "#1f5f99";
const LINK: &str = "#0b4f8a";
const TRACK: &str = "#e6ebf0";
const GRID: &str = "#b8c2cc";
const FONTS: &str = "Arimo, Arial, Helvetica, sans-serif";
/// Height of a chart's title and of its scale.
const HEAD: f32 = 52.0;

/// A chart as a picture of its own, so many px wide, which a page may hold as it is.
pub fn chart(chart: &BarChart, width: f32) -> String {
    let (body, height) = drawn(chart, width);
    let role = if chart.bars.iter().any(|b| b.href.is_some()) { "group" } else { "img" };
    document((width, height), role, &chart.title, &chart.description, &body)
}

/// All charts of a report, one below the other, with what it states.
pub(super) fn report(report: &Report) -> String {
    let mut body = String::new();
    let mut y = 34.0;
    let _ = writeln!(
        body,
        "<text x=\"{MARGIN}\" y=\"{y}\" font-size=\"20\" font-weight=\"bold\">{}</text>",
        xml(&report.title)
    );
    y += 26.0;
    let _ = writeln!(body, "<text x=\"{MARGIN}\" y=\"{y}\" font-style=\"italic\">{}</text>", xml(&report.subtitle));
    y += 10.0;
    for (label, value) in &report.statements {
        for line in measure::wrap(&format!("{label}: {value}"), WIDTH - 2.0 * MARGIN, &|s| width(s, 12.0)) {
            y += 16.0;
            let _ = writeln!(body, "<text x=\"{MARGIN}\" y=\"{y}\" font-size=\"12\">{}</text>", xml(&line));
        }
    }
    y += 20.0;
    let charts = report.blocks.iter().filter_map(|b| if let Block::Chart(c) = b { Some(c) } else { None });
    let mut described = report.subtitle.clone();
    for chart in charts {
        let (drawing, height) = drawn(chart, WIDTH);
        let _ = writeln!(body, "<g transform=\"translate(0 {y})\">\n{drawing}</g>");
        let _ = write!(described, " {}", chart.description);
        y += height;
    }
    document((WIDTH, y), "img", &report.title, &described, &body)
}

fn document((width, height): (f32, f32), role: &str, title: &str, description: &str, body: &str) -> String {
    let height = height.ceil();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"{role}\" font-family=\"{FONTS}\" font-size=\"{SIZE}\" fill=\"{INK}\">\n<title>{}</title>\n<desc>{}</desc>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{body}</svg>\n",
        xml(title),
        xml(description)
    )
}

/// The chart's shapes and its height.
fn drawn(chart: &BarChart, whole: f32) -> (String, f32) {
    let of_size = |s: &str| width(s, SIZE);
    let columns = charts::columns(chart, whole - 2.0 * MARGIN, &of_size);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<text x=\"{MARGIN}\" y=\"20\" font-size=\"16\" font-weight=\"bold\">{}</text>",
        xml(&chart.title)
    );
    if chart.bars.is_empty() {
        let _ = writeln!(out, "<text x=\"{MARGIN}\" y=\"44\" font-style=\"italic\">Không có số liệu</text>");
        return (out, HEAD + LINE);
    }
    let track = MARGIN + columns.track;
    let bars: Vec<_> = charts::placed(chart, columns, &of_size).collect();
    let bottom = HEAD + bars.iter().map(|b| b.lines() as f32 * LINE + 6.0).sum::<f32>();
    for tick in charts::TICKS {
        let x = track + columns.length * f32::from(tick) / 100.0;
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"42\" font-size=\"11\" text-anchor=\"middle\">{tick} %</text>\
             <path d=\"M{x:.1} 47V{bottom:.1}\" stroke=\"{GRID}\" stroke-width=\"1\"/>"
        );
    }
    let mut y = HEAD;
    for placed in &bars {
        let height = placed.lines() as f32 * LINE;
        let middle = y + height / 2.0;
        let mut bar = format!("<title>{}: {}</title>", xml(&placed.bar.label), xml(&placed.figures));
        let ink = if placed.bar.href.is_some() { LINK } else { INK };
        for (i, line) in placed.label.iter().enumerate() {
            let y = y + 14.0 + i as f32 * LINE;
            let _ = write!(bar, "<text x=\"{MARGIN}\" y=\"{y:.1}\" fill=\"{ink}\">{}</text>", xml(line));
        }
        let (length, reach) = (columns.length, columns.length * placed.reach);
        let top = middle - 6.0;
        let _ = write!(
            bar,
            "<rect x=\"{track:.1}\" y=\"{top:.1}\" width=\"{length:.1}\" height=\"12\" fill=\"{TRACK}\"/>\
             <rect x=\"{track:.1}\" y=\"{top:.1}\" width=\"{reach:.1}\" height=\"12\" fill=\"{FILL}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            MARGIN + columns.right,
            middle + 5.0,
            xml(&placed.figures)
        );
        let _ = match &placed.bar.href {
            Some(href) => writeln!(out, "<a href=\"{}\">{bar}</a>", xml(href)),
            None => writeln!(out, "<g>{bar}</g>"),
        };
        y += height + 6.0;
    }
    (out, bottom + 22.0)
}

/// How wide a text is in Arial or a font of its widths, on the safe side: the reader's own fonts are not known.
fn width(text: &str, size: f32) -> f32 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | 'í' | 'ì' | 'ị' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'f' | 't' | 'r' | ' ' | '/'
        | '(' | ')' => 0.34,
        'm' | 'w' | 'M' | 'W' | '%' => 0.92,
        c if c.is_uppercase() => 0.74,
        _ => 0.58,
    };
    text.chars().map(em).sum::<f32>() * size
}

/// Text for XML; control characters, which XML 1.0 does not allow, are left out.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Bar;
    use super::*;

    fn bar(label: &str, part: u64, of: u64, href: Option<&str>) -> Bar {
        Bar { label: label.to_owned(), part, of, href: href.map(str::to_owned) }
    }

    #[test]
    fn markup_in_names_stays_text_and_bars_are_as_long_as_their_share() {
        let bars = vec![bar("Sở <A> & \"B\"", 1, 2, Some("/x?a=1&b=2")), bar("", 0, 0, None)];
        let drawn = chart(&BarChart { title: "T".to_owned(), description: "D".to_owned(), bars }, WIDTH);
        assert!(
            drawn.contains("Sở &lt;A&gt; &amp; &quot;B&quot;") && drawn.contains("href=\"/x?a=1&amp;b=2\""),
            "{drawn}"
        );
        assert!(drawn.contains("1/2 (50,00 %)") && drawn.contains("0/0 (n/a)") && drawn.contains("role=\"group\""));
        let widths: Vec<f32> = drawn
            .split("width=\"")
            .filter_map(|s| s.split_once("\" height=\"12\"").and_then(|(w, _)| w.parse().ok()))
            .collect();
        assert!((widths[1] * 2.0 - widths[0]).abs() < 0.11 && widths[3] == 0.0, "{widths:?}");
    }

    #[test]
    fn a_chart_of_nothing_says_so() {
        let drawn = chart(&BarChart { title: "T".to_owned(), description: String::new(), bars: vec![] }, WIDTH);
        assert!(drawn.contains("Không có số liệu"));
    }
}
