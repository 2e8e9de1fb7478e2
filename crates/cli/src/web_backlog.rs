//! What the screens of archivists need of a home: the folders of papers of former years, and taking in one of their parts.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use sohoa_pipeline::{Claim, Found, Intake, find};
use sohoa_store::BatchId;
use sohoa_web::{BacklogFolder, Backlogs};

use crate::home::Home;

/// A home in the eyes of an archivist.
pub(crate) struct WebBacklog {
    home: Arc<Home>,
    taking: Arc<Mutex<HashMap<PathBuf, Taking>>>,
    /// One start after the other, so that a part is not begun twice at once.
    starting: tokio::sync::Mutex<()>,
}

/// A part that is being taken in.
struct Taking {
    batch: BatchId,
    /// Files that are still to be taken in.
    left: u64,
}

impl WebBacklog {
    pub(crate) fn new(home: Arc<Home>) -> Self {
        Self { home, taking: Arc::default(), starting: tokio::sync::Mutex::default() }
    }
}

/// Names of the folders directly below this one, in order. Links are left out: they lead elsewhere.
fn parts(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // A name that is no text cannot be sent in a form.
        if let (true, Ok(name)) = (entry.file_type()?.is_dir(), entry.file_name().into_string())
            && !name.starts_with('.')
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// What a folder is called on screens: people need not know where it lies.
fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned()
}

#[async_trait]
impl Backlogs for WebBacklog {
    async fn folders(&self) -> io::Result<Vec<BacklogFolder>> {
        let home = Arc::clone(&self.home);
        let list = move || {
            let folder = |backlog: &crate::config::Backlog| {
                let path = home.path.join(&backlog.path);
                let parts = parts(&path).unwrap_or_else(|error| {
                    tracing::warn!(folder = %path.display(), error = %error.kind(), "a folder of the backlog cannot be read");
                    Vec::new()
                });
                BacklogFolder { agency: backlog.agency.clone(), name: name_of(&path), parts }
            };
            home.config.backlog.iter().map(folder).collect()
        };
        tokio::task::spawn_blocking(list).await.map_err(io::Error::other)
    }

    async fn start(&self, folder: usize, part: &str, by: &str) -> io::Result<BatchId> {
        let Some(backlog) = self.home.config.backlog.get(folder) else { return Err(io::ErrorKind::NotFound.into()) };
        let folder = self.home.path.join(&backlog.path);
        if !parts(&folder)?.iter().any(|name| name == part) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let path = folder.join(part);
        let _turn = self.starting.lock().await;
        if let Some(taking) = self.taking.lock().unwrap_or_else(PoisonError::into_inner).get(&path) {
            return Ok(taking.batch);
        }
        let (label, now) = (format!("{}/{part}", name_of(&folder)), self.home.clock.now());
        let batch = self.home.records.open_batch("ingest", &label, &backlog.agency, now).await;
        let batch = batch.map_err(io::Error::other)?;
        let taking = Taking { batch, left: 0 };
        self.taking.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), taking);
        let intake = Intake { agent: by.to_owned(), ..self.home.intake() };
        let all = Arc::clone(&self.taking);
        tokio::spawn(async move {
            if let Err(error) = take(&intake, batch, &path, &all).await {
                tracing::error!(batch = batch.0, %error, "a folder of the backlog was not taken in to its end; start it again");
            }
            all.lock().unwrap_or_else(PoisonError::into_inner).remove(&path);
        });
        Ok(batch)
    }

    fn to_take(&self, batch: BatchId) -> Option<u64> {
        let taking = self.taking.lock().unwrap_or_else(PoisonError::into_inner);
        taking.values().find(|taking| taking.batch == batch).map(|taking| taking.left)
    }
}

/// Takes in all files of a folder. What was taken before, by an earlier start, is known and left out.
async fn take(intake: &Intake, batch: BatchId, path: &Path, all: &Mutex<HashMap<PathBuf, Taking>>) -> io::Result<()> {
    let root = path.to_owned();
    let (found, _) = tokio::task::spawn_blocking(move || find(&root)).await.map_err(io::Error::other)??;
    let left = |files: usize| {
        if let Some(taking) = all.lock().unwrap_or_else(PoisonError::into_inner).get_mut(path) {
            taking.left = files as u64;
        }
    };
    for (n, file) in found.iter().enumerate() {
        left(found.len() - n);
        claim(intake, batch, file).await?;
    }
    Ok(())
}

async fn claim(intake: &Intake, batch: BatchId, file: &Found) -> io::Result<()> {
    match intake.claim(batch, file, None, None).await.map_err(io::Error::other)? {
        Claim::Accepted(_) | Claim::Known(_) | Claim::Refused { .. } => {}
        Claim::Unsettled => {
            tracing::warn!(batch = batch.0, "a file changed while it was taken; start its folder again")
        }
    }
    Ok(())
}
