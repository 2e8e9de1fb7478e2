//! Other systems in tests: what they push, send in parts and are told stays in memory.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use sohoa_domain::Reading;
use sohoa_store::{FileId, ImportReport, read_register};
use sohoa_web::{
    Appended, Begun, Chunks, Messenger, OpenUpload, Pushed, Received, Registers, ResumableUploads, Upload,
};
use tokio_stream::StreamExt as _;

use crate::services::MOST_BYTES;

/// What other systems push, send in parts and are told.
#[derive(Default)]
pub struct Systems {
    /// What was pushed, and by whom.
    pub pushed: Mutex<Vec<(String, String)>>,
    /// Uploads with their bytes.
    pub uploads: Mutex<Vec<(OpenUpload, Vec<u8>)>>,
    /// What webhooks took: address, headers, body.
    pub told: Mutex<Vec<Told>>,
    /// Nobody takes anything.
    pub deaf: AtomicBool,
}

/// Address, headers and body.
pub type Told = (String, Vec<(&'static str, String)>, String);

#[async_trait]
impl Registers for Systems {
    async fn push(&self, bytes: Chunks<'_>, dry_run: bool, by: &str) -> io::Result<Pushed> {
        let text = String::from_utf8(all(bytes).await?).unwrap();
        if let Err(error) = read_register(io::Cursor::new(&text), &Reading::default(), |_| {}) {
            return Ok(Pushed::Wrong(error));
        }
        if !dry_run {
            self.pushed.lock().unwrap().push((text, by.to_owned()));
        }
        Ok(Pushed::Done(ImportReport::default()))
    }
}

async fn all(mut bytes: Chunks<'_>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(chunk) = bytes.next().await {
        all.extend_from_slice(&chunk?);
    }
    Ok(all)
}

#[async_trait]
impl ResumableUploads for Systems {
    async fn begin(&self, upload: Upload<'_>, length: u64, now: Timestamp) -> io::Result<Begun> {
        let mut uploads = self.uploads.lock().unwrap();
        if length > MOST_BYTES as u64 {
            return Ok(Begun::TooLarge);
        }
        let open = OpenUpload {
            id: format!("upload-{}", uploads.len()),
            name: upload.name.to_owned(),
            dossier: upload.dossier.clone(),
            by: upload.by.to_owned(),
            length,
            offset: 0,
            expires: now + SignedDuration::from_hours(1),
            outcome: None,
        };
        uploads.push((open.clone(), Vec::new()));
        Ok(Begun::Open(open))
    }

    async fn look(&self, id: &str, now: Timestamp) -> io::Result<Option<OpenUpload>> {
        let uploads = self.uploads.lock().unwrap();
        Ok(uploads.iter().map(|(open, _)| open).find(|open| open.id == id && open.expires > now).cloned())
    }

    async fn append(&self, mut upload: OpenUpload, offset: u64, bytes: Chunks<'_>) -> io::Result<Appended> {
        if offset != upload.offset {
            return Ok(Appended::WrongOffset);
        }
        let bytes = all(bytes).await?;
        upload.offset += bytes.len() as u64;
        if upload.offset > upload.length {
            return Ok(Appended::TooMuch);
        }
        if upload.offset == upload.length {
            upload.outcome = Some(Received::Accepted(FileId(1)));
        }
        let mut uploads = self.uploads.lock().unwrap();
        let (open, there) = uploads.iter_mut().find(|(open, _)| open.id == upload.id).unwrap();
        there.extend(bytes);
        open.clone_from(&upload);
        Ok(Appended::Open(upload))
    }

    async fn finish(&self, upload: OpenUpload) -> io::Result<OpenUpload> {
        Ok(upload)
    }

    async fn end(&self, upload: &OpenUpload) -> io::Result<()> {
        self.uploads.lock().unwrap().retain(|(open, _)| open.id != upload.id);
        Ok(())
    }
}

#[async_trait]
impl Messenger for Systems {
    async fn post(&self, address: &str, headers: &[(&'static str, String)], body: &str) -> Result<(), String> {
        if self.deaf.load(Ordering::Relaxed) {
            return Err("it answered 503".to_owned());
        }
        self.told.lock().unwrap().push((address.to_owned(), headers.to_vec(), body.to_owned()));
        Ok(())
    }
}
