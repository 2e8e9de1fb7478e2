//! Where the parts of a bar chart stand, for paper and screen alike: label, bar on its track from 0 to 100 percent, figures.

use super::{Bar, BarChart, measure, text};

/// Lines of a label; the table beside the chart has the whole name.
const MOST_LINES: usize = 3;
/// Marks of the scale, percent.
pub(super) const TICKS: [u8; 5] = [0, 25, 50, 75, 100];

/// Widths of a chart's columns, in its own unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    /// Of the labels.
    pub(super) label: f32,
    /// Where tracks begin.
    pub(super) track: f32,
    /// How long they are.
    pub(super) length: f32,
    /// Right edge of the figures.
    pub(super) right: f32,
}

/// A bar as it is drawn.
pub(super) struct Placed<'a> {
    pub(super) bar: &'a Bar,
    /// Its label.
    pub(super) label: Vec<String>,
    /// Its figures.
    pub(super) figures: String,
    /// How far it reaches, 0 to 1.
    pub(super) reach: f32,
}

impl Placed<'_> {
    /// Lines that it takes.
    pub(super) fn lines(&self) -> usize {
        self.label.len()
    }
}

/// Columns that leave the figures the room they need and the labels up to two fifths.
pub(super) fn columns(chart: &BarChart, width: f32, measure: &dyn Fn(&str) -> f32) -> Columns {
    let gap = measure("00");
    let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|t| measure(&t)).fold(0.0, f32::max);
    let figures = widest(&mut chart.bars.iter().map(|b| text::share(b.part, b.of)));
    let label = widest(&mut chart.bars.iter().map(|b| b.label.clone())).min(width * 0.4);
    let track = label + gap;
    Columns { label, track, length: (width - track - gap - figures).max(width * 0.1), right: width }
}

/// The bars in order.
pub(super) fn placed<'a>(
    chart: &'a BarChart,
    columns: Columns,
    measure: &'a dyn Fn(&str) -> f32,
) -> impl Iterator<Item = Placed<'a>> {
    chart.bars.iter().map(move |bar| Placed {
        bar,
        label: label(&bar.label, columns.label, measure),
        figures: text::share(bar.part, bar.of),
        reach: if bar.of == 0 { 0.0 } else { (bar.part as f32 / bar.of as f32).min(1.0) },
    })
}

fn label(text: &str, room: f32, measure: &dyn Fn(&str) -> f32) -> Vec<String> {
    let mut lines = measure::wrap(text, room, measure);
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && measure(&format!("{last}…")) > room {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}
