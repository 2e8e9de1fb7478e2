//! What the counter's screens need of a home: the intake for files that are sent in, and cover sheets.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use sohoa_domain::{ComponentId, Desk, DossierCode, RefusalCode};
use sohoa_dossier::SheetMark;
use sohoa_pdf::{FontFolders, Fonts};
use sohoa_pipeline::{Claim, Found, Intake};
use sohoa_sheet::CoverSheet;
use sohoa_web::{Chunks, CoverSheets, Received, Upload, Uploads, desk_id};
use tokio::io::AsyncWriteExt as _;
use tokio_stream::StreamExt as _;

use crate::home::Home;

/// Files that lie in the home while they come.
const FOLDER: &str = "uploads";

/// A home in the eyes of a counter.
pub(crate) struct WebCounter(pub(crate) Arc<Home>);

/// Where files that are sent from a counter lie until they are in the store; in the records that is where they came from.
pub(crate) fn folder_of(home: &std::path::Path, desk: Option<&Desk>) -> PathBuf {
    home.join(FOLDER).join(desk.map_or_else(|| "elsewhere".to_owned(), desk_id))
}

/// Removes what nobody can be sending any more, of a process that ended without warning. Returns how many files.
pub(crate) fn sweep(home: &std::path::Path, before: std::time::SystemTime) -> io::Result<u64> {
    let mut swept = 0;
    for entry in walkdir::WalkDir::new(home.join(FOLDER)).min_depth(2).into_iter().filter_map(Result::ok) {
        let written = entry.metadata().ok().and_then(|meta| meta.modified().ok());
        if entry.file_type().is_file() && written.is_some_and(|at| at < before) {
            std::fs::remove_file(entry.path())?;
            swept += 1;
        }
    }
    Ok(swept)
}

/// Writes what comes; says no when it is more than so many bytes.
pub(crate) async fn write_within(file: &mut tokio::fs::File, bytes: &mut Chunks<'_>, most: u64) -> io::Result<bool> {
    let mut written = 0u64;
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk?;
        written += chunk.len() as u64;
        if written > most {
            return Ok(false);
        }
        file.write_all(&chunk).await?;
    }
    Ok(true)
}

impl WebCounter {
    /// Puts a file that is whole into the queue. The file stays where it is.
    pub(crate) async fn take(&self, upload: Upload<'_>, path: &std::path::Path) -> io::Result<Received> {
        let home = &self.0;
        // Papers of a counter go first, as those of its scan folder do.
        let place = upload.desk.map(|desk| format!(", {}, {}", desk.agency, desk.counter)).unwrap_or_default();
        let label = format!("{FOLDER}{place}");
        let agency = upload.desk.map_or("", |desk| &desk.agency);
        let batch =
            home.records.open_batch("inbox", &label, agency, home.clock.now()).await.map_err(io::Error::other)?;
        let intake = Intake { agent: upload.by.to_owned(), ..home.intake() };
        let found = Found { path: path.to_path_buf(), relative: upload.name.to_owned() };
        let claim = intake.claim(batch, &found, Some(upload.dossier), None).await.map_err(io::Error::other)?;
        match claim {
            Claim::Accepted(id) | Claim::Known(id) => {
                home.records.mark_released(id).await.map_err(io::Error::other)?;
                Ok(Received::Accepted(id))
            }
            Claim::Refused { code, .. } => Ok(Received::Refused(code)),
            Claim::Unsettled => Err(io::Error::other("a file that was sent changed while it was taken")),
        }
    }
}

#[async_trait]
impl Uploads for WebCounter {
    async fn receive(&self, upload: Upload<'_>, mut bytes: Chunks<'_>) -> io::Result<Received> {
        let home = &self.0;
        let folder = folder_of(&home.path, upload.desk);
        tokio::fs::create_dir_all(&folder).await?;
        // It goes with its name's end, however this ends.
        let (file, path) = tempfile::Builder::new().prefix("sent-").tempfile_in(&folder)?.into_parts();
        let mut file = tokio::fs::File::from_std(file);
        if !write_within(&mut file, &mut bytes, home.config.limits.file_bytes).await? {
            return Ok(Received::Refused(RefusalCode::TooManyBytes));
        }
        file.flush().await?;
        drop(file);
        self.take(upload, &path).await
    }
}

#[async_trait]
impl CoverSheets for WebCounter {
    async fn print(&self, dossier: &DossierCode, sheets: &[(Option<ComponentId>, String)]) -> io::Result<Vec<u8>> {
        let sheet = |(component, name): &(Option<ComponentId>, String)| CoverSheet {
            mark: SheetMark { dossier: dossier.clone(), component: component.clone() },
            component_name: name.clone(),
        };
        let sheets: Vec<CoverSheet> = sheets.iter().map(sheet).collect();
        let draw = move || {
            let fonts = Arc::new(Fonts::open(&FontFolders::default()).map_err(io::Error::other)?);
            let pdf = tempfile::NamedTempFile::new()?;
            sohoa_sheet::write_pdf(pdf.path(), &sheets, &fonts).map_err(io::Error::other)?;
            std::fs::read(pdf.path())
        };
        tokio::task::spawn_blocking(draw).await.map_err(io::Error::other)?
    }
}
