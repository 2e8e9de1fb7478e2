//! How the stages, which know no records, ask what becomes of a document.

use std::path::PathBuf;

use sohoa_pdf::DocumentInfo;
use sohoa_store::{ALTO_FILE, PDF_FILE, TEXT_FILE};
use tokio::sync::{mpsc, oneshot};

use crate::assemble::{AssembleError, Outputs};
use crate::convert::{ConvertedPart, Filing};

/// A document whose pages are read: what is to become of it?
pub(super) struct Question {
    pub(super) part: ConvertedPart,
    pub(super) answer: oneshot::Sender<Option<DocumentInfo>>,
}

/// Asks the task that knows the records. The stages themselves know none.
pub(super) struct Asking {
    pub(super) folder: PathBuf,
    pub(super) ask: mpsc::Sender<Question>,
}

impl Filing for Asking {
    fn place(&mut self, first_page: u32) -> Result<Outputs, AssembleError> {
        let folder = self.folder.join(part_folder(first_page));
        std::fs::create_dir_all(&folder)?;
        let [pdf, text, alto] = [PDF_FILE, TEXT_FILE, ALTO_FILE].map(|name| folder.join(name));
        Ok(Outputs { pdf, text: Some(text), alto: Some(alto) })
    }

    fn name(&mut self, document: &ConvertedPart) -> Option<DocumentInfo> {
        let (answer, answered) = oneshot::channel();
        self.ask.blocking_send(Question { part: document.clone(), answer }).ok()?;
        answered.blocking_recv().ok().flatten()
    }
}

/// Where the files of the document are written that begins at this page.
pub(super) fn part_folder(first_page: u32) -> String {
    format!("page-{first_page}")
}
