//! A report as PDF/A-2u: a printed paper that can be signed, with page numbers and the heads of its tables on every page.

use std::path::Path;
use std::sync::Arc;

use sohoa_pdf::{DocumentInfo, Fonts, PdfWriter, Typeface, WriteError};

use super::page::{Flow, GREY, Ink, MM};
use super::{BarChart, Block, Report, charts, table};

/// Tables with more columns lie on their side.
const MOST_UPRIGHT: usize = 7;
const LABEL: Ink = Ink::new(Typeface::Serif, 10.0);
const BAR: f32 = 9.0;

/// Writes it.
///
/// # Errors
/// `Io`.
pub(super) fn write(report: &Report, fonts: &Arc<Fonts>, path: &Path) -> Result<(), WriteError> {
    let widest = report.blocks.iter().map(|b| if let Block::Table(t) = b { t.columns.len() } else { 0 }).max();
    let mut flow = Flow::new(fonts, widest.unwrap_or(0) > MOST_UPRIGHT);
    head(&mut flow, report);
    for block in &report.blocks {
        match block {
            Block::Table(t) => table::print(&mut flow, t),
            Block::Chart(c) => chart(&mut flow, c),
        }
    }
    signatures(&mut flow, &report.signers);
    let mut pdf = PdfWriter::create(path)?;
    for drawing in flow.finish(&format!("{} – {}", report.title, report.subtitle)) {
        pdf.drawn_page(&drawing, fonts)?;
    }
    let title = format!("{} – {}", report.title, report.subtitle);
    pdf.finish(&DocumentInfo { title, identifier: None, language: "vi".to_owned() })?;
    Ok(())
}

/// The head of an administrative paper (Nghị định 30/2020), the title, and what the report states about itself.
fn head(flow: &mut Flow<'_>, report: &Report) {
    let (left, width, top) = (flow.left(), flow.width(), flow.y);
    let (bold, plain) = (Ink::new(Typeface::SerifBold, 11.0), Ink::new(Typeface::Serif, 11.0));
    // The body that reports is written in by hand: the register knows many.
    let own = width * 0.36;
    flow.put([left, top], (own, 0.5), plain, "CƠ QUAN BÁO CÁO");
    flow.put([left, top + bold.line()], (own, 0.5), plain, "………………………………");
    let (x, motto) = (left + width * 0.4, width * 0.6);
    flow.put([x, top], (motto, 0.5), bold, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    flow.put([x, top + bold.line()], (motto, 0.5), bold, "Độc lập - Tự do - Hạnh phúc");
    let rule = flow.fonts.width(bold.face, bold.size, "Độc lập - Tự do - Hạnh phúc");
    let (x, y) = (x + (motto - rule) / 2.0, top + 2.0 * bold.line() + 2.0);
    flow.page().line(&[(x, y), (x + rule, y)], 0.7, 0.0);
    flow.y = y + 9.0 * MM;
    flow.lines(0.5, Ink::new(Typeface::SerifBold, 15.0), &report.title);
    flow.lines(0.5, Ink::new(Typeface::SerifItalic, 12.0), &report.subtitle);
    flow.y += 8.0;
    for (label, value) in &report.statements {
        flow.lines(0.0, Ink { grey: GREY, ..LABEL }, &format!("{label}: {value}"));
    }
    flow.y += 12.0;
}

/// Bars row by row: a chart of many goes on over the page.
fn chart(flow: &mut Flow<'_>, chart: &BarChart) {
    let fonts = flow.fonts;
    let measure = |s: &str| fonts.width(LABEL.face, LABEL.size, s);
    let columns = charts::columns(chart, flow.width(), &measure);
    let bars: Vec<_> = charts::placed(chart, columns, &measure).collect();
    let height = |lines: usize| lines as f32 * LABEL.line() + 3.0;
    let all: f32 = bars.iter().map(|b| height(b.lines())).sum();
    // Whole on a page when it can be; else at least a few bars under the title.
    flow.need((all + 40.0).min(flow.height()).min(if all > flow.height() * 0.6 { 110.0 } else { f32::MAX }));
    flow.lines(0.0, Ink::new(Typeface::SerifBold, 12.0), &chart.title);
    if bars.is_empty() {
        flow.lines(0.0, Ink::new(Typeface::SerifItalic, 10.5), "Không có số liệu.");
    } else {
        scale(flow, columns);
    }
    let left = flow.left();
    for placed in &bars {
        let height = height(placed.lines());
        if !flow.has_room(height) {
            flow.turn();
            scale(flow, columns);
        }
        let top = flow.y;
        for tick in charts::TICKS {
            let x = left + columns.track + columns.length * f32::from(tick) / 100.0;
            flow.page().line(&[(x, top), (x, top + height)], 0.4, 0.7);
        }
        for (i, line) in placed.label.iter().enumerate() {
            flow.put([left, top + i as f32 * LABEL.line()], (columns.label, 0.0), LABEL, line);
        }
        let (x, y) = (left + columns.track, top + (height - 3.0 - BAR) / 2.0 + 1.0);
        flow.page().rect(x, y, columns.length, BAR, 0.9);
        flow.page().rect(x, y, columns.length * placed.reach, BAR, 0.35);
        let y = top + (height - 3.0 - LABEL.line()) / 2.0;
        flow.put([left, y], (columns.right, 1.0), LABEL, &placed.figures);
        flow.y += height;
    }
    flow.y += 16.0;
}

fn scale(flow: &mut Flow<'_>, columns: charts::Columns) {
    let ink = Ink { grey: GREY, ..Ink::new(Typeface::Serif, 8.5) };
    for tick in charts::TICKS {
        let x = flow.left() + columns.track + columns.length * f32::from(tick) / 100.0;
        flow.put([x - 20.0, flow.y], (40.0, 0.5), ink, &format!("{tick} %"));
    }
    flow.y += ink.line() + 2.0;
}

/// Room for names and seals, side by side.
fn signatures(flow: &mut Flow<'_>, signers: &[String]) {
    if signers.is_empty() {
        return;
    }
    flow.need(46.0 * MM);
    let (left, width) = (flow.left(), flow.width());
    let part = width / signers.len() as f32;
    let italic = Ink::new(Typeface::SerifItalic, 11.0);
    let last = left + width - part;
    flow.put([last, flow.y], (part, 0.5), italic, "………, ngày … tháng … năm ………");
    let y = flow.y + italic.line() + 3.0;
    for (i, signer) in signers.iter().enumerate() {
        let x = left + i as f32 * part;
        flow.put([x, y], (part, 0.5), Ink::new(Typeface::SerifBold, 11.0), signer);
        flow.put([x, y + italic.line()], (part, 0.5), Ink { size: 10.0, ..italic }, "(Ký, ghi rõ họ tên)");
    }
    flow.y = y + 36.0 * MM;
}
