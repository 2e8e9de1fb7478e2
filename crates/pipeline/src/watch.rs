//! Watching a scan folder: everything that lies still for the settle time is claimed, then moved to `done/`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sohoa_store::fault::{Point, reached};
use sohoa_store::{BatchId, FileId};
use tokio::sync::watch as signal;

use crate::intake::{Claim, Found, Intake, find};
use crate::settle::{Arrivals, Look, SettleRule};

/// One watched folder.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// The folder.
    pub path: PathBuf,
    /// What its batches are called: the folder, who scans there, how the papers came, the profile of rules.
    pub label: String,
    /// How often it is looked at.
    pub poll: Duration,
    /// When a file has arrived.
    pub settle: SettleRule,
    /// Claimed files are moved to `done/` below the folder; else they are left where they are.
    pub move_to_done: bool,
}

impl Inbox {
    fn done(&self) -> PathBuf {
        self.path.join("done")
    }
}

/// Watches one folder until `stop` says true. A folder that is away is reported once and picked up when it is back;
/// a failing claim is reported and repeated at the next look.
pub async fn watch(inbox: Inbox, intake: Intake, mut stop: signal::Receiver<bool>) {
    let mut arrivals = Arrivals::new(inbox.settle);
    let mut left: HashMap<PathBuf, Look> = HashMap::new();
    let mut away = false;
    while !*stop.borrow() {
        match list(&inbox).await {
            Ok(found) => {
                if std::mem::take(&mut away) {
                    tracing::info!(inbox = %inbox.path.display(), "the scan folder is back");
                }
                let there: HashSet<&Path> = found.iter().map(|f| f.path.as_path()).collect();
                arrivals.retain(|path| there.contains(path));
                left.retain(|path, _| there.contains(path.as_path()));
                // A look never spans midnight by much, so that its batch is that of its day.
                let mut batch: Option<BatchId> = None;
                for file in &found {
                    let Some(look) = Look::at(&file.path) else { continue };
                    if left.get(&file.path) == Some(&look)
                        || !arrivals.settled(&file.path, look, Instant::now(), &intake.limits)
                    {
                        continue;
                    }
                    match claim(&inbox, &intake, &mut batch, file).await {
                        Ok(true) => {
                            left.insert(file.path.clone(), look);
                        }
                        Ok(false) => {}
                        Err(error) => tracing::warn!(%error, "a file in the scan folder could not be claimed yet"),
                    }
                }
            }
            Err(error) if !away => {
                away = true;
                tracing::warn!(inbox = %inbox.path.display(), %error, "the scan folder cannot be read");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(inbox.poll) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn list(inbox: &Inbox) -> std::io::Result<Vec<Found>> {
    let (root, done) = (inbox.path.clone(), inbox.done());
    tokio::task::spawn_blocking(move || find(&root, Some(&done)).map(|(found, _)| found))
        .await
        .unwrap_or_else(|_| Err(std::io::Error::other("the task that lists files died")))
}

/// Claims a file and releases it from the folder. True when it stays there and need not be looked at again.
async fn claim(
    inbox: &Inbox,
    intake: &Intake,
    batch: &mut Option<BatchId>,
    file: &Found,
) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
    let batch = match *batch {
        Some(batch) => batch,
        None => *batch.insert(intake.records.open_batch("inbox", &inbox.label, intake.clock.now()).await?),
    };
    match intake.claim(batch, file, None).await? {
        Claim::Accepted(id) | Claim::Known(id) if inbox.move_to_done => {
            release(inbox, &file.path, id)?;
            reached(Point::Released);
            intake.records.mark_released(id).await?;
            Ok(false)
        }
        Claim::Accepted(_) | Claim::Known(_) => Ok(true),
        Claim::Refused { code, .. } => {
            tracing::warn!(%code, "something in the scan folder is no file that can be stored; it stays there");
            Ok(true)
        }
        Claim::Unsettled => Ok(false),
    }
}

/// Moves a claimed file to `done/`, below the same folders. A name that is taken gets the file's row number.
fn release(inbox: &Inbox, path: &Path, id: FileId) -> std::io::Result<()> {
    let below = path.strip_prefix(&inbox.path).unwrap_or(path);
    let mut target = inbox.done().join(below);
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if target.symlink_metadata().is_ok() {
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        target.set_file_name(format!("{}.{name}", id.0));
    }
    std::fs::rename(path, &target)?;
    // The move is durable before the row says so.
    for folder in [target.parent(), path.parent()].into_iter().flatten() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
