//! Reports as files: a report in words of no format, and its form as XLSX, CSV, SVG and PDF/A.

mod audit;
mod charts;
mod coverage;
mod csv;
mod measure;
mod monthly;
mod page;
mod pdf;
mod svg;
mod table;
mod text;
mod xlsx;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use sohoa_pdf::{FontFolders, Fonts, WriteError};

pub use audit::{ChecklistItem, checklist};
pub use svg::chart as chart_svg;
pub use text::percentage;

/// A report that is to be rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What it is, in capitals where it is printed.
    pub title: String,
    /// Period, under the title.
    pub subtitle: String,
    /// Definition, scope, data time: label and value.
    pub statements: Vec<(String, String)>,
    /// Tables and charts in order.
    pub blocks: Vec<Block>,
    /// Who signs the printed form.
    pub signers: Vec<String>,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Rows and columns.
    Table(Table),
    /// Parts of wholes, side by side.
    Chart(BarChart),
}

/// A table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// What it shows; also the name of its sheet, of which 31 characters stay.
    pub title: String,
    /// Headings of its columns.
    pub columns: Vec<String>,
    /// Its rows; each has a cell a column.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// How far its first cell is indented: a part of the row above.
    pub level: u8,
    /// It is a sum, or something to be seen.
    pub strong: bool,
    /// Cells.
    pub cells: Vec<Cell>,
}

impl Row {
    /// A row at the margin.
    pub fn new(cells: Vec<Cell>) -> Self {
        Self { level: 0, strong: false, cells }
    }

    /// The same as a part of the row above.
    pub fn part(self) -> Self {
        Self { level: 1, ..self }
    }

    /// The same in bold.
    pub fn strong(self) -> Self {
        Self { strong: true, ..self }
    }
}

/// What stands in a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A number of things.
    Count(u64),
    /// A part of a whole, in percent.
    Percent {
        /// The part.
        part: u64,
        /// Its denominator.
        of: u64,
    },
    /// A day.
    Day(Date),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A chart of horizontal bars, each a part of its own whole, on a scale from 0 to 100 percent.
#[derive(Debug, Clone, PartialEq)]
pub struct BarChart {
    /// What it shows.
    pub title: String,
    /// What is counted, for those who cannot see it.
    pub description: String,
    /// Bars from top to bottom.
    pub bars: Vec<Bar>,
}

/// A bar of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// The part.
    pub part: u64,
    /// What it is a part of.
    pub of: u64,
    /// Where a click leads to.
    pub href: Option<String>,
}

/// Forms of a report's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Workbook.
    Xlsx,
    /// Comma-separated values.
    Csv,
    /// Its charts as a picture.
    Svg,
    /// PDF/A-2u.
    Pdf,
    /// The figures as `--json` prints them.
    Json,
}

impl Format {
    /// The form that a file's ending asks for.
    pub fn of(path: &Path) -> Option<Self> {
        Some(match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "xlsx" => Self::Xlsx,
            "csv" => Self::Csv,
            "svg" => Self::Svg,
            "pdf" => Self::Pdf,
            "json" => Self::Json,
            _ => return None,
        })
    }
}

/// A report that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The file cannot be written, or a font is missing.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The PDF cannot be written.
    #[error(transparent)]
    Pdf(#[from] WriteError),
    /// The workbook cannot be made.
    #[error("workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

/// The bytes of the report's file; `json` is what one of that form holds. Blocks its thread.
///
/// # Errors
/// [`RenderError`].
pub fn bytes(report: &Report, json: &serde_json::Value, format: Format) -> Result<Vec<u8>, RenderError> {
    Ok(match format {
        Format::Xlsx => xlsx::workbook(report)?,
        Format::Csv => csv::lines(report)?,
        Format::Svg => svg::report(report).into_bytes(),
        Format::Json => serde_json::to_vec(json).map_err(std::io::Error::from)?,
        Format::Pdf => {
            let fonts = Arc::new(Fonts::open(&FontFolders::default())?);
            let file = tempfile::NamedTempFile::new()?;
            pdf::write(report, &fonts, file.path())?;
            std::fs::read(file.path())?
        }
    })
}

/// Writes the report's file, see [`bytes`]. One that stands there is replaced when the new one is whole.
///
/// # Errors
/// [`RenderError`]; what stood there is then untouched.
pub fn write(report: &Report, json: &serde_json::Value, format: Format, path: &Path) -> Result<(), RenderError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".sohoa-").permissions(readable()).tempfile_in(folder)?;
    file.write_all(&bytes(report, json, format)?)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Files for others to read, as any other program makes them.
fn readable() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::Permissions::from_mode(0o644)
}
