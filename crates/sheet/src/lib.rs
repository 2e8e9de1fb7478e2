//! Cover sheets: a page a component, to be put on top of its papers, that says in a QR code where they belong.
//!
//! What the code says is [`sohoa_dossier::SheetMark`]; here it becomes an A4 page of a PDF/A.

mod code128;
mod layout;
mod picture;

use std::path::Path;
use std::sync::Arc;

use sohoa_dossier::SheetMark;
use sohoa_pdf::{DocumentInfo, Finished, Fonts, PdfWriter, WriteError};

/// A sheet to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverSheet {
    /// What its code says.
    pub mark: SheetMark,
    /// The component's name for people, empty when it is not known.
    pub component_name: String,
}

/// Sheets that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SheetPdfError {
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The component's id is longer than a code that scanners read safely can hold.
    #[error("a component's id is too long for the code of a sheet")]
    TooLong,
}

/// Writes the sheets as a PDF/A-2u file, in their order.
///
/// # Errors
/// `Write` (also when there is no sheet), `TooLong`.
pub fn write_pdf(path: &Path, sheets: &[CoverSheet], fonts: &Arc<Fonts>) -> Result<Finished, SheetPdfError> {
    let title = match sheets.first() {
        Some(sheet) => format!("Tờ phân tách hồ sơ {}", sheet.mark.dossier),
        None => return Err(WriteError::NoPages.into()),
    };
    let identifier = sheets.first().map(|s| s.mark.dossier.to_string());
    let drawings = sheets
        .iter()
        .enumerate()
        .map(|(i, sheet)| layout::drawing(sheet, (i + 1, sheets.len()), fonts).ok_or(SheetPdfError::TooLong))
        .collect::<Result<Vec<_>, _>>()?;
    let mut pdf = PdfWriter::create(path)?;
    for drawing in &drawings {
        pdf.drawn_page(drawing, fonts)?;
    }
    Ok(pdf.finish(&DocumentInfo { title, identifier, language: "vi".to_owned() })?)
}

#[cfg(test)]
mod tests {
    use sohoa_pdf::FontFolders;

    use super::*;

    fn sheet(component: Option<&str>, name: &str) -> CoverSheet {
        let component = component.map(|c| c.parse().unwrap());
        let mark = SheetMark { dossier: "000.20.41.H41-230615-0001".parse().unwrap(), component };
        CoverSheet { mark, component_name: name.to_owned() }
    }

    #[test]
    fn a_page_a_sheet_and_the_same_bytes_every_time() {
        let fonts = Arc::new(Fonts::open(&FontFolders::default()).unwrap());
        let dir = tempfile::tempdir().unwrap();
        let sheets = [sheet(None, ""), sheet(Some("TP01"), "Đơn đề nghị cấp giấy phép xây dựng")];
        let (a, b) = (dir.path().join("a.pdf"), dir.path().join("b.pdf"));
        assert_eq!(write_pdf(&a, &sheets, &fonts).unwrap().pages, 2);
        write_pdf(&b, &sheets, &fonts).unwrap();
        assert_eq!(std::fs::read(a).unwrap(), std::fs::read(b).unwrap());
    }

    #[test]
    fn no_sheet_and_an_overlong_id_are_refused() {
        let fonts = Arc::new(Fonts::open(&FontFolders::default()).unwrap());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.pdf");
        assert!(matches!(write_pdf(&path, &[], &fonts), Err(SheetPdfError::Write(WriteError::NoPages))));
        let long = sheet(Some(&"ế".repeat(64)), "");
        assert!(matches!(write_pdf(&path, &[long], &fonts), Err(SheetPdfError::TooLong)));
    }
}
