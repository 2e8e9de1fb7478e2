//! What the API needs of a home for other systems: dossiers that are pushed, large files in parts, messages to webhooks.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sohoa_domain::{DossierCode, RefusalCode};
use sohoa_pipeline::{RegisterError, RegisterIntake};
use sohoa_report::Address;
use sohoa_store::FileId;
use sohoa_web::{
    Appended, Begun, Chunks, Messenger, OpenUpload, Pushed, Received, Registers, ResumableUploads, Secret, Upload,
};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Mutex;
use tokio_stream::StreamExt as _;

use crate::home::Home;
use crate::web_counter::{WebCounter, write_within};

/// Dossiers that were pushed lie here until they are kept among the received bytes.
const PUSHED: &str = "uploads/register";
/// Large files lie here until they are whole.
const OPEN: &str = "resumable";
/// Dossiers that the answer to a push names.
const NAMED: usize = 1000;

/// A home in the eyes of other systems.
pub(crate) struct WebPrograms {
    pub(crate) home: Arc<Home>,
    pub(crate) counter: Arc<WebCounter>,
    /// Whether there is room for another upload is asked one at a time.
    pub(crate) beginning: Mutex<()>,
}

#[async_trait]
impl Registers for WebPrograms {
    async fn push(&self, mut bytes: Chunks<'_>, dry_run: bool, by: &str) -> io::Result<Pushed> {
        let home = &self.home;
        let folder = home.path.join(PUSHED);
        tokio::fs::create_dir_all(&folder).await?;
        let folder = tempfile::tempdir_in(&folder)?;
        let path = folder.path().join("api.json");
        let mut file = tokio::fs::File::create(&path).await?;
        if !write_within(&mut file, &mut bytes, home.config.limits.file_bytes).await? {
            return Ok(Pushed::Refused(RefusalCode::TooManyBytes));
        }
        file.flush().await?;
        drop(file);
        let intake = RegisterIntake { agent: by.to_owned(), ..home.register_intake() };
        let done = if dry_run { intake.preview(&path, NAMED).await } else { intake.import(&path, NAMED).await };
        match done {
            Ok(report) => Ok(Pushed::Done(report)),
            Err(RegisterError::Wrong(error)) => Ok(Pushed::Wrong(error)),
            Err(error) => match error.refusal() {
                Some(code) => Ok(Pushed::Refused(code)),
                None => Err(io::Error::other(error)),
            },
        }
    }
}

/// What is known of a large file, beside its bytes.
#[derive(Serialize, Deserialize)]
struct Note {
    name: String,
    dossier: DossierCode,
    by: String,
    length: u64,
    /// When bytes came last.
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<FileId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<RefusalCode>,
}

impl WebPrograms {
    fn bytes_of(&self, id: &str) -> PathBuf {
        self.home.path.join(OPEN).join(format!("{id}.part"))
    }

    fn note_of(&self, id: &str) -> PathBuf {
        self.home.path.join(OPEN).join(format!("{id}.json"))
    }

    fn life(&self) -> SignedDuration {
        SignedDuration::from_hours(self.home.config.web.upload_hours.into())
    }

    fn open(&self, id: &str, note: Note, offset: u64) -> OpenUpload {
        let outcome = note.file.map(Received::Accepted).or(note.refused.map(Received::Refused));
        OpenUpload {
            id: id.to_owned(),
            name: note.name,
            dossier: note.dossier,
            by: note.by,
            length: note.length,
            offset: if outcome.is_some() { note.length } else { offset },
            expires: note.at + self.life(),
            outcome,
        }
    }

    /// Writes the note of an upload, whole or not at all.
    async fn note(&self, upload: &OpenUpload) -> io::Result<()> {
        let (file, refused) = match upload.outcome {
            Some(Received::Accepted(file)) => (Some(file), None),
            Some(Received::Refused(code)) => (None, Some(code)),
            None => (None, None),
        };
        let note = Note {
            name: upload.name.clone(),
            dossier: upload.dossier.clone(),
            by: upload.by.clone(),
            length: upload.length,
            at: upload.expires - self.life(),
            file,
            refused,
        };
        let (path, text) = (self.note_of(&upload.id), serde_json::to_vec(&note)?);
        let half = path.with_extension("half");
        tokio::fs::write(&half, text).await?;
        tokio::fs::rename(&half, &path).await
    }

    /// Removes uploads whose time is over, and gives the bytes that the others may still come to.
    pub(crate) fn sweep(&self, now: Timestamp) -> io::Result<u64> {
        let mut promised = 0;
        let mut ends = HashMap::new();
        let entries = match std::fs::read_dir(self.home.path.join(OPEN)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            let id = path.file_stem().unwrap_or_default().to_owned();
            ends.entry(id).or_insert_with(Vec::new).push(path);
        }
        for paths in ends.into_values() {
            let note = paths.iter().find(|path| path.extension().is_some_and(|e| e == "json"));
            let note = note.and_then(|path| read_note(path).ok().flatten());
            match note {
                Some(note) if note.at + self.life() > now => {
                    let is_open = note.file.is_none() && note.refused.is_none();
                    promised += if is_open { note.length } else { 0 };
                }
                _ => paths.iter().try_for_each(remove)?,
            }
        }
        Ok(promised)
    }
}

fn read_note(path: &Path) -> io::Result<Option<Note>> {
    match std::fs::read(path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn remove(path: impl AsRef<Path>) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[async_trait]
impl ResumableUploads for WebPrograms {
    async fn begin(&self, upload: Upload<'_>, length: u64, now: Timestamp) -> io::Result<Begun> {
        if length > self.home.config.limits.file_bytes {
            return Ok(Begun::TooLarge);
        }
        let _one = self.beginning.lock().await;
        if self.sweep(now)?.saturating_add(length) > self.home.config.web.upload_bytes {
            return Ok(Begun::Full);
        }
        tokio::fs::create_dir_all(self.home.path.join(OPEN)).await?;
        // As hard to guess as a session.
        let id = Secret::new()?.reveal().to_owned();
        let (name, by) = (upload.name.to_owned(), upload.by.to_owned());
        let note = Note { name, dossier: upload.dossier.clone(), by, length, at: now, file: None, refused: None };
        let open = self.open(&id, note, 0);
        tokio::fs::File::create(self.bytes_of(&id)).await?;
        self.note(&open).await?;
        Ok(Begun::Open(open))
    }

    async fn look(&self, id: &str, now: Timestamp) -> io::Result<Option<OpenUpload>> {
        if id.len() != 64 || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let Some(note) = read_note(&self.note_of(id))? else { return Ok(None) };
        if note.at + self.life() <= now {
            return Ok(None);
        }
        let offset = tokio::fs::metadata(self.bytes_of(id)).await.map_or(0, |meta| meta.len());
        Ok(Some(self.open(id, note, offset)))
    }

    async fn append(&self, mut upload: OpenUpload, offset: u64, mut bytes: Chunks<'_>) -> io::Result<Appended> {
        // Somebody else may have been busy with it when it was looked up.
        let path = self.bytes_of(&upload.id);
        if upload.outcome.is_none() {
            upload.offset = tokio::fs::metadata(&path).await?.len();
        }
        if offset != upload.offset {
            return Ok(Appended::WrongOffset);
        }
        if upload.outcome.is_some() {
            return Ok(Appended::Open(upload));
        }
        let mut file = tokio::fs::File::options().append(true).open(&path).await?;
        let mut broken = None;
        while let Some(chunk) = bytes.next().await {
            match chunk {
                Ok(chunk) if upload.offset + chunk.len() as u64 > upload.length => {
                    file.set_len(offset).await?;
                    return Ok(Appended::TooMuch);
                }
                Ok(chunk) => {
                    file.write_all(&chunk).await?;
                    upload.offset += chunk.len() as u64;
                }
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            }
        }
        file.flush().await?;
        // What is told to be here is here after a loss of power too.
        file.sync_data().await?;
        drop(file);
        upload.expires = self.home.clock.now() + self.life();
        self.note(&upload).await?;
        match broken {
            Some(error) => Err(error),
            None if upload.offset == upload.length => self.finish(upload).await.map(Appended::Open),
            None => Ok(Appended::Open(upload)),
        }
    }

    async fn finish(&self, mut upload: OpenUpload) -> io::Result<OpenUpload> {
        let path = self.bytes_of(&upload.id);
        let sent = Upload { name: &upload.name, dossier: &upload.dossier, desk: None, by: &upload.by };
        upload.outcome = Some(self.counter.take(sent, &path).await?);
        self.note(&upload).await?;
        remove(path)?;
        Ok(upload)
    }

    async fn end(&self, upload: &OpenUpload) -> io::Result<()> {
        remove(self.note_of(&upload.id))?;
        remove(self.bytes_of(&upload.id))
    }
}

/// How often uploads whose time is over are looked for.
const SWEEP: Duration = Duration::from_secs(3600);

impl WebPrograms {
    /// Removes uploads whose time is over, now and then.
    pub(crate) async fn keep_swept(&self) {
        loop {
            if let Err(error) = self.sweep(self.home.clock.now()) {
                tracing::warn!(%error, "unfinished uploads could not be removed; tried again");
            }
            tokio::time::sleep(SWEEP).await;
        }
    }
}

/// Posts messages as checkpoints are posted.
pub(crate) struct Posting;

#[async_trait]
impl Messenger for Posting {
    async fn post(&self, address: &str, headers: &[(&'static str, String)], body: &str) -> Result<(), String> {
        let address = Address::try_from(address.to_owned()).map_err(|error| error.to_string())?;
        let (headers, body) = (headers.to_vec(), body.to_owned());
        let posted = tokio::task::spawn_blocking(move || address.tell(&headers, &body));
        posted.await.map_err(|_| "the task that posts died of a defect".to_owned())?
    }
}
