//! Dossiers of a register file on their way from the thread that reads it to the transaction that writes them.

use std::fs::File;

use sohoa_domain::{DossierEntry, Reading};
use tokio::sync::mpsc::{Receiver, channel};

use super::{Checked, RegisterFileError, read_checked};
use crate::records::StoreError;

/// Dossiers that are handed over, compared and written together.
const CHUNK: usize = 500;
/// Chunks that wait to be written.
const AHEAD: usize = 4;

/// The dossiers of a register file, some at a time, each dossier once.
#[derive(Debug)]
pub struct RegisterEntries(Receiver<Message>);

#[derive(Debug)]
enum Message {
    Dossiers(Vec<DossierEntry>),
    /// How the file ended. A thread that dies does not say it, and the file is then not taken for shorter than it is.
    End(Result<(), RegisterFileError>),
}

impl RegisterEntries {
    /// Begins to read a file.
    pub fn read(file: File, reading: Reading) -> Self {
        Self::read_checked(file, reading, Checked::default())
    }

    /// Begins to read a file that was checked.
    pub fn read_checked(file: File, reading: Reading, checked: Checked) -> Self {
        let (to, from) = channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            let mut chunk = Vec::with_capacity(CHUNK);
            let read = read_checked(file, &reading, checked, |entry| {
                chunk.push(entry);
                if chunk.len() == CHUNK {
                    // It fails when nobody wants the rest.
                    let _ =
                        to.blocking_send(Message::Dossiers(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK))));
                }
            });
            let _ = to.blocking_send(Message::Dossiers(chunk));
            let _ = to.blocking_send(Message::End(read));
        });
        Self(from)
    }

    /// Dossiers that are in memory, each once.
    pub(crate) fn of(entries: &[DossierEntry]) -> Self {
        let chunks = entries.chunks(CHUNK).map(|chunk| Message::Dossiers(chunk.to_vec()));
        let (to, from) = channel(entries.len() / CHUNK + 2);
        for message in chunks.chain([Message::End(Ok(()))]) {
            // There is room for all.
            let _ = to.try_send(message);
        }
        Self(from)
    }

    /// The next dossiers; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<DossierEntry>>, StoreError> {
        match self.0.recv().await {
            Some(Message::Dossiers(chunk)) => Ok(Some(chunk)),
            Some(Message::End(Ok(()))) => Ok(None),
            Some(Message::End(Err(error))) => Err(StoreError::Corrupt(format!("a register file: {error}"))),
            None => Err(StoreError::Other("a register file was not read to its end".to_owned())),
        }
    }
}
