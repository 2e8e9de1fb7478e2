//! What goes to stdout: one JSON document, or lines for people.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// How a command reports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// Prints the JSON document, or what `lines` says.
    pub(crate) fn print<T: Serialize>(self, value: &T, lines: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
        use std::io::Write as _;
        let text = if self.json { serde_json::to_string(value)? } else { lines(value) };
        let mut out = std::io::stdout().lock();
        self.unless_closed(writeln!(out, "{}", text.trim_end()).map_err(Into::into))
    }

    /// What printing ended with; when nobody reads any more, whoever read has read enough.
    pub(crate) fn unless_closed(self, printed: anyhow::Result<()>) -> anyhow::Result<()> {
        let is_closed = |error: &anyhow::Error| {
            let io = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            io == Some(std::io::ErrorKind::BrokenPipe)
        };
        printed.or_else(|error| if is_closed(&error) { Ok(()) } else { Err(error) })
    }

    /// A progress bar on a terminal; nothing in a pipe or with `--json`.
    pub(crate) fn progress(self, total: u64, unit: &str) -> ProgressBar {
        if self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template(&format!(
            "{{bar:30}} {{pos}}/{{len}} {unit}  {{per_sec}}  {{elapsed}}, left {{eta}}"
        ));
        ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }
}
