//! Stage 5, assemble: the pages in order into PDF/A, ALTO and text, each written beside its final name first.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use sohoa_domain::{OcrPage, Rotation};
use sohoa_ocr::{AltoWriter, TextWriter};
use sohoa_pdf::{DocumentInfo, PdfSource, PdfWriter, WriteError};
use tempfile::TempPath;

use crate::page::{PageResult, Placement, rendered};
use crate::source::PageSource;

/// What can go wrong while writing.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// The disk.
    #[error("cannot write the output: {0}")]
    Io(#[from] io::Error),
    /// The PDF writer.
    #[error(transparent)]
    Pdf(#[from] WriteError),
}

/// Where a document goes. Nothing is left at these paths when it is given up.
#[derive(Debug, Clone)]
pub struct Outputs {
    /// Searchable PDF/A-2u.
    pub pdf: PathBuf,
    /// Plain text, form feeds between pages.
    pub text: Option<PathBuf>,
    /// ALTO 4 XML.
    pub alto: Option<PathBuf>,
}

/// The three outputs of a document while they grow.
pub(crate) struct Assembly {
    outputs: Outputs,
    pdf: PdfWriter,
    pdf_path: TempPath,
    alto: Option<(AltoWriter<BufWriter<File>>, TempPath)>,
    text: Option<(TextWriter<BufWriter<File>>, TempPath)>,
}

impl Assembly {
    pub(crate) fn begin(outputs: Outputs, source_name: &str) -> Result<Self, AssembleError> {
        let pdf_path = temp_beside(&outputs.pdf)?;
        let pdf = PdfWriter::create(&pdf_path)?;
        let alto = match &outputs.alto {
            Some(path) => {
                let path = temp_beside(path)?;
                let file = BufWriter::new(File::create(&path)?);
                Some((AltoWriter::new(file, source_name, &software())?, path))
            }
            None => None,
        };
        let text = match &outputs.text {
            Some(path) => {
                let path = temp_beside(path)?;
                Some((TextWriter::new(BufWriter::new(File::create(&path)?)), path))
            }
            None => None,
        };
        Ok(Self { outputs, pdf, pdf_path, alto, text })
    }

    /// Appends the next page, which was loaded as the page `index` of `source`.
    pub(crate) fn page(
        &mut self,
        (source, index): (&PageSource, u32),
        result: &PageResult,
    ) -> Result<(), AssembleError> {
        let layer = result.text.as_ref().filter(|_| result.needs_layer);
        match (&result.placement, source) {
            (Placement::Image { image, width_pt, height_pt, rotation }, _) => {
                self.pdf.image_page(image, *width_pt, *height_pt, *rotation, layer)?;
            }
            (Placement::Copy { extra_rotation }, PageSource::Pdf(pdf)) => {
                match self.pdf.source_page(pdf, index, *extra_rotation, layer) {
                    // An annotation that can be shown in no other way than as part of the page's picture.
                    Err(WriteError::NotArchivable(reason)) => {
                        tracing::info!(page = index + 1, %reason, "page cannot be copied and becomes an image");
                        self.picture(pdf, index, *extra_rotation, result.text.as_ref())?;
                    }
                    other => other?,
                }
            }
            (Placement::Copy { .. }, PageSource::Image(_)) => {
                return Err(io::Error::other("only pages of a PDF can be copied").into());
            }
            (Placement::Missing { width_pt, height_pt }, _) => self.pdf.empty_page(*width_pt, *height_pt)?,
        }
        if let Some((alto, _)) = &mut self.alto {
            match &result.text {
                Some(text) => alto.page(text, result.record.number)?,
                None => alto.page(&without_text(result), result.record.number)?,
            }
        }
        if let Some((text, _)) = &mut self.text {
            text.page(result.text.as_ref())?;
        }
        Ok(())
    }

    /// Adds a page of a PDF as a picture of what it shows.
    fn picture(
        &mut self,
        pdf: &PdfSource,
        index: u32,
        extra: Rotation,
        text: Option<&OcrPage>,
    ) -> Result<(), AssembleError> {
        let page = pdf.page(index).map_err(WriteError::Input)?;
        let placement = rendered(pdf, index, (page.width_pt, page.height_pt), extra).map_err(WriteError::Input)?;
        if let Placement::Image { image, width_pt, height_pt, rotation } = placement {
            self.pdf.image_page(&image, width_pt, height_pt, rotation, text)?;
        }
        Ok(())
    }

    /// Completes the files, makes them durable and gives them their names; the PDF last.
    pub(crate) fn finish(self, info: &DocumentInfo) -> Result<u64, AssembleError> {
        let finished = self.pdf.finish(info)?;
        if let (Some((alto, temp)), Some(path)) = (self.alto, &self.outputs.alto) {
            publish(alto.finish()?, temp, path)?;
        }
        if let (Some((text, temp)), Some(path)) = (self.text, &self.outputs.text) {
            publish(text.finish()?, temp, path)?;
        }
        self.pdf_path.persist(&self.outputs.pdf).map_err(|e| e.error)?;
        Ok(finished.bytes)
    }
}

/// Name and version of the program, as it stands in ALTO and package metadata.
pub(crate) fn software() -> String {
    format!("sohoa {}", env!("CARGO_PKG_VERSION"))
}

/// The page's size with no text on it.
fn without_text(result: &PageResult) -> OcrPage {
    let (width, height, dpi, rotation) = match &result.record.inspection {
        Some(i) if i.rotation.swaps_sides() => (i.height, i.width, i.dpi, i.rotation),
        Some(i) => (i.width, i.height, i.dpi, i.rotation),
        None => (2480, 3508, sohoa_domain::Dpi::square(300.0), Rotation::None),
    };
    OcrPage::empty(width, height, dpi, rotation, "none")
}

fn temp_beside(path: &Path) -> io::Result<TempPath> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(tempfile::Builder::new().prefix(".sohoa-").suffix(".part").tempfile_in(folder)?.into_temp_path())
}

fn publish(mut file: BufWriter<File>, temp: TempPath, path: &Path) -> Result<(), AssembleError> {
    file.flush()?;
    file.get_ref().sync_all()?;
    temp.persist(path).map_err(|e| e.error)?;
    Ok(())
}
