//! Watching a scan folder: what has arrived is claimed, then moved to `done/`.
//!
//! Files are found by a look at everything, at the start and at every poll, and by the system's events where there are
//! any. All go through the same rule ([`crate::settle`]); an event makes a file be looked at sooner, nothing else.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::{Access, access};
use sohoa_domain::Desk;
use sohoa_imaging::{Wholeness, wholeness};
use sohoa_store::fault::{Point, reached};
use sohoa_store::{BatchId, FileId};
use tokio::sync::watch as signal;

use crate::events::{Changes, Events};
use crate::intake::{Claim, Found, Intake, Walk};
use crate::settle::{Arrivals, Look, SettleRule, Settled};
use crate::trouble::growing;

/// Between two looks at single files lies at least this.
const PAUSE: Duration = Duration::from_millis(50);
/// After a first failure a file is tried again so soon.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// A folder is listed again so often while new folders appear in it.
const ROUNDS: u32 = 8;
/// Bytes of a file's name.
const NAME: usize = 255;

/// One watched folder.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// The folder.
    pub path: PathBuf,
    /// What its batches are called: the folder, who scans there, how the papers came, the profile of rules.
    pub label: String,
    /// Whose papers come there, may be empty.
    pub agency: String,
    /// The counter that scans there: a dossier that is open at it is evidence.
    pub desk: Option<Desk>,
    /// How often it is looked at.
    pub poll: Duration,
    /// The system's events are used.
    pub events: bool,
    /// When a file has arrived.
    pub settle: SettleRule,
    /// Claimed files are moved to `done/` below the folder; else they are left where they are.
    pub move_to_done: bool,
}

impl Inbox {
    fn done(&self) -> PathBuf {
        self.path.join("done")
    }

    /// How many papers lie in the folder, those in `done/` left out.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn papers(&self) -> io::Result<usize> {
        let mut walk = Walk::default();
        walk.add(&self.path, &self.path, Some(&self.done()))?;
        match walk.errors.pop() {
            Some(error) => Err(error.into()),
            None => Ok(walk.found.len()),
        }
    }
}

/// Watches one folder until `stop` says true. A folder that is away is reported once and picked up when it is back;
/// failing claims are reported once and repeated with growing pauses, each file for itself.
pub async fn watch(inbox: Inbox, intake: Intake, mut stop: signal::Receiver<bool>) {
    let mut watcher = Watcher::new(inbox, intake, stop.clone());
    let mut rescan = Instant::now();
    let mut changes = Changes::default();
    while !*stop.borrow() {
        let now = Instant::now();
        if now >= rescan || changes.lost {
            watcher.look(None, &changes).await;
            rescan = Instant::now() + watcher.inbox.poll;
        } else {
            let mut paths: Vec<PathBuf> = watcher.arrivals.due(now);
            paths.extend(changes.paths.iter().cloned());
            watcher.look(Some(paths), &changes).await;
        }
        changes = Changes::default();
        let due = watcher.arrivals.next_due().map(|due| due.max(Instant::now() + PAUSE));
        let wake = due.map_or(rescan, |due| due.min(rescan));
        let events = watcher.events.clone();
        tokio::select! {
            () = tokio::time::sleep_until(wake.into()) => {}
            changed = stop.changed() => if changed.is_err() { return },
            told = next(events.as_deref()) => match told {
                Ok(told) => changes = told,
                Err(error) => {
                    watcher.events = None;
                    tracing::warn!(%error, "the system tells no more about the scan folder; it is polled");
                }
            },
        }
    }
}

async fn next(events: Option<&Events>) -> io::Result<Changes> {
    match events {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}

struct Watcher {
    inbox: Inbox,
    intake: Intake,
    stop: signal::Receiver<bool>,
    events: Option<Arc<Events>>,
    arrivals: Arrivals,
    /// What is claimed and lies here still.
    claimed: HashMap<PathBuf, Claimed>,
    away: bool,
    /// How often files could not be claimed for a reason that is not theirs.
    failed: HashMap<PathBuf, u32>,
    /// Reported: that files cannot be claimed, folders that cannot be listed, that not all are told about, and that files cannot be moved.
    unclaimed: bool,
    unlisted: HashSet<PathBuf>,
    untold: bool,
    stuck: bool,
}

#[derive(Clone, Copy)]
struct Claimed {
    look: Look,
    /// It could not be moved, which is tried again.
    unmoved: Option<FileId>,
}

/// What came of moving a file away.
pub(crate) enum Release {
    Moved,
    /// It is no longer what was claimed.
    Changed,
    Failed(io::Error),
}

impl Watcher {
    fn new(inbox: Inbox, intake: Intake, stop: signal::Receiver<bool>) -> Self {
        let events = inbox.events.then(Events::open).and_then(|opened| {
            let report = |error: &_| tracing::warn!(%error, "the system gives no events; scan folders are polled");
            opened.inspect_err(report).ok()
        });
        Self {
            events,
            arrivals: Arrivals::new(inbox.settle),
            claimed: HashMap::new(),
            failed: HashMap::new(),
            away: false,
            unclaimed: false,
            unlisted: HashSet::new(),
            untold: false,
            stuck: false,
            inbox,
            intake,
            stop,
        }
    }

    /// Looks at these files and folders, or at everything, and claims what has arrived.
    async fn look(&mut self, only: Option<Vec<PathBuf>>, changes: &Changes) {
        let all = only.is_none();
        let (looked, found) = match self.list(only).await {
            Ok(listed) => listed,
            Err(error) => {
                if !std::mem::replace(&mut self.away, true) {
                    tracing::warn!(inbox = %self.inbox.path.display(), %error, "the scan folder cannot be read");
                }
                // When it is back, everything in it has to lie still anew.
                self.arrivals.retain(|_| false);
                return;
            }
        };
        if std::mem::take(&mut self.away) {
            tracing::info!(inbox = %self.inbox.path.display(), "the scan folder is back");
        }
        {
            let there: HashSet<&Path> = found.iter().map(|(file, _)| file.path.as_path()).collect();
            if all {
                self.arrivals.retain(|path| there.contains(path));
                self.claimed.retain(|path, _| there.contains(path.as_path()));
                self.failed.retain(|path, _| there.contains(path.as_path()));
            } else {
                looked
                    .iter()
                    .filter(|path| !there.contains(path.as_path()))
                    .for_each(|path| self.arrivals.forget(path));
            }
        }
        // A look never spans midnight by much, so that its batch is that of its day.
        let mut batch: Option<BatchId> = None;
        for (file, look) in &found {
            if *self.stop.borrow() {
                return;
            }
            let result = match self.claimed.get(&file.path).copied().filter(|claimed| claimed.look == *look) {
                Some(Claimed { unmoved: Some(id), .. }) if all => self.release(&file.path, *look, id).await,
                Some(_) => Ok(()),
                None => self.consider(&mut batch, file, *look, changes.closed(&file.path)).await,
            };
            if let Err(error) = result {
                if !std::mem::replace(&mut self.unclaimed, true) {
                    let inbox = self.inbox.path.display();
                    tracing::warn!(%inbox, %error, "files cannot be claimed yet; that is tried again by itself");
                }
                let times = self.failed.entry(file.path.clone()).or_default();
                self.arrivals.again(&file.path, Instant::now() + growing(FIRST_PAUSE, *times));
                *times = times.saturating_add(1);
            }
        }
        if self.failed.is_empty() && std::mem::take(&mut self.unclaimed) {
            tracing::info!(inbox = %self.inbox.path.display(), "files of the scan folder are claimed again");
        }
    }

    /// What lies at these paths or in the whole folder, how it looks, and the paths themselves. Folders that were seen are
    /// watched from here on.
    async fn list(&mut self, only: Option<Vec<PathBuf>>) -> io::Result<(Vec<PathBuf>, Vec<(Found, Look)>)> {
        let (root, done, events) = (self.inbox.path.clone(), self.inbox.done(), self.events.clone());
        let all = only.is_none();
        let paths = only.unwrap_or_else(|| vec![root.clone()]);
        let listing = move || {
            if !std::fs::metadata(&root)?.is_dir() {
                return Err(io::Error::from(ErrorKind::NotADirectory));
            }
            let mut rounds = 0;
            let (mut walk, told) = loop {
                let mut walk = Walk::default();
                for path in paths.iter().filter(|path| !path.starts_with(&done)) {
                    walk.add(&root, path, Some(&done))?;
                }
                if let Some(at) = walk.errors.iter().position(|error| error.path() == Some(&root)) {
                    return Err(walk.errors.swap_remove(at).into());
                }
                let (new, told) = events.as_ref().map_or((false, Ok(())), |e| e.cover(&root, &walk.folders, all));
                rounds += 1;
                // What came into a folder after it was listed and before it was watched shows when it is listed again.
                if !new || rounds == ROUNDS {
                    break (walk, told);
                }
            };
            let found = std::mem::take(&mut walk.found);
            let looks = found.into_iter().filter_map(|file| Look::at(&file.path).map(|look| (file, look))).collect();
            Ok((paths, looks, walk.errors, told))
        };
        let (paths, found, errors, told) = blocking(listing).await??;
        let mut unlisted = HashSet::new();
        for error in errors {
            // What went while the folder was listed is no longer of interest.
            let gone = error.io_error().is_some_and(|error| error.kind() == ErrorKind::NotFound);
            let Some(path) = error.path().filter(|_| !gone) else { continue };
            if !self.unlisted.contains(path) {
                let error = error.io_error().map_or_else(|| "a loop".to_owned(), |error| error.kind().to_string());
                tracing::warn!(inbox = %self.inbox.path.display(), %error, "a folder below the scan folder cannot be read");
            }
            unlisted.insert(path.to_owned());
        }
        if all {
            self.unlisted = unlisted;
        } else {
            self.unlisted.extend(unlisted);
        }
        if let Err(error) = told
            && !std::mem::replace(&mut self.untold, true)
        {
            tracing::warn!(inbox = %self.inbox.path.display(), %error, "not all folders can be watched; they are polled");
        }
        Ok((paths, found))
    }

    /// Claims a file that has arrived, and moves it out of the folder.
    async fn consider(
        &mut self,
        batch: &mut Option<BatchId>,
        file: &Found,
        look: Look,
        closed: bool,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let path = &file.path;
        if self.arrivals.settled(path, look, Instant::now(), closed) == Settled::No {
            return Ok(());
        }
        let batch = match *batch {
            Some(batch) => batch,
            None => {
                let now = self.intake.clock.now();
                *batch
                    .insert(self.intake.records.open_batch("inbox", &self.inbox.label, &self.inbox.agency, now).await?)
            }
        };
        let (judged, stays) = self.judge(path).await?;
        let Some((look, wholeness)) = judged else { return Ok(()) };
        self.arrivals.settled(path, look, Instant::now(), false);
        self.arrivals.judged(path, look, wholeness);
        if self.arrivals.settled(path, look, Instant::now(), false) != Settled::Yes {
            return Ok(());
        }
        if stays && self.intake.standing(path).await?.is_some() {
            self.leave(path, look, None);
            return Ok(());
        }
        let claim = self.intake.claim(batch, file, None, self.inbox.desk.as_ref()).await?;
        self.failed.remove(path);
        match claim {
            Claim::Accepted(_) | Claim::Known(_) if !self.inbox.move_to_done => self.leave(path, look, None),
            Claim::Accepted(id) | Claim::Known(id) => self.release(path, look, id).await?,
            Claim::Refused { code, .. } => {
                tracing::warn!(%code, "something in the scan folder is no file that can be stored; it stays there");
                self.leave(path, look, None);
            }
            Claim::Unsettled => self.arrivals.again(path, Instant::now()),
        }
        Ok(())
    }

    /// How a file looks, how much of it is there, and whether it is to stay or cannot be moved anyway. No look when it is
    /// gone, or changed meanwhile.
    async fn judge(&self, path: &Path) -> io::Result<(Option<(Look, Wholeness)>, bool)> {
        let (path, limits, moves) = (path.to_owned(), self.intake.limits.clone(), self.inbox.move_to_done);
        blocking(move || {
            let look = Look::at(&path);
            let judged = look.map(|look| (look, wholeness(&path, &limits)));
            let stays = !moves || path.parent().is_some_and(|folder| access(folder, Access::WRITE_OK).is_err());
            (judged.filter(|_| Look::at(&path) == look), stays)
        })
        .await
    }

    /// Moves a claimed file away. One that cannot be moved is left; unless the folder is read-only, that is tried again.
    async fn release(
        &mut self,
        path: &Path,
        look: Look,
        id: FileId,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let (root, done, file) = (self.inbox.path.clone(), self.inbox.done(), path.to_owned());
        match blocking(move || release(&root, &done, &file, look, id.0)).await? {
            Release::Moved => {
                reached(Point::Released);
                if std::mem::take(&mut self.stuck) {
                    tracing::info!(inbox = %self.inbox.path.display(), "claimed files are moved again");
                }
                self.arrivals.forget(path);
                self.claimed.remove(path);
                self.intake.records.mark_released(id).await?;
            }
            Release::Changed => {
                self.claimed.remove(path);
                self.arrivals.again(path, Instant::now());
            }
            Release::Failed(error) => {
                if !std::mem::replace(&mut self.stuck, true) {
                    let inbox = self.inbox.path.display();
                    tracing::warn!(%inbox, %error, "claimed files cannot be moved out of the scan folder; they stay there");
                }
                let read_only = matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem);
                self.leave(path, look, (!read_only).then_some(id));
            }
        }
        Ok(())
    }

    fn leave(&mut self, path: &Path, look: Look, unmoved: Option<FileId>) {
        self.failed.remove(path);
        self.arrivals.forget(path);
        self.claimed.insert(path.to_owned(), Claimed { look, unmoved });
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let died = |_| io::Error::other("the task that reads the scan folder died");
    tokio::task::spawn_blocking(work).await.map_err(died)
}

/// Moves a claimed file to `done/`, below the same folders, if it looks as it did then. A name that is taken gets this
/// number, which no other file gets.
pub(crate) fn release(root: &Path, done: &Path, path: &Path, look: Look, number: i64) -> Release {
    let moving = || -> io::Result<bool> {
        let below = path.strip_prefix(root).unwrap_or(path);
        let mut target = done.join(below);
        // Not with the folders above it: a scan folder that is away is not made anew.
        match std::fs::create_dir(done) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if target.symlink_metadata().is_ok() {
            target.set_file_name(numbered(number, target.file_name().unwrap_or_default()));
        }
        if Look::at(path) != Some(look) {
            return Ok(false);
        }
        std::fs::rename(path, &target)?;
        // The move is durable before the row says so.
        for folder in [target.parent(), path.parent()].into_iter().flatten() {
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(true)
    };
    match moving() {
        Ok(true) => Release::Moved,
        Ok(false) => Release::Changed,
        Err(error) => Release::Failed(error),
    }
}

/// The name with a number before it, of which the beginning goes when it would be too long.
pub(crate) fn numbered(number: i64, name: &OsStr) -> OsString {
    let (mut bytes, name) = (format!("{number}.").into_bytes(), name.as_bytes());
    let mut from = (bytes.len() + name.len()).saturating_sub(NAME);
    // Not from within a character of UTF-8.
    while name.get(from).is_some_and(|byte| byte & 0xc0 == 0x80) {
        from += 1;
    }
    bytes.extend(name.get(from..).unwrap_or_default());
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number_and_stays_short_enough() {
        assert_eq!(numbered(7, OsStr::new("a.pdf")), "7.a.pdf");
        let long = format!("{}.pdf", "ấ".repeat(83));
        let name = numbered(1234, OsStr::new(&long)).into_string().unwrap();
        assert!(name.len() <= NAME && name.starts_with("1234.ấ") && name.ends_with("ấ.pdf"), "{name}");
    }

    #[test]
    fn a_file_is_moved_only_as_it_was_claimed_and_never_over_another() {
        let dir = tempfile::tempdir().unwrap();
        let (root, done) = (dir.path().join("inbox"), dir.path().join("inbox/done"));
        let path = root.join("H1/a.pdf");
        let release = |look, id| release(&root, &done, &path, look, id);
        std::fs::create_dir_all(root.join("H1")).unwrap();
        std::fs::write(&path, b"one").unwrap();
        let look = Look::at(&path).unwrap();
        std::fs::write(&path, b"other").unwrap();
        assert!(matches!(release(look, 1), Release::Changed) && path.exists(), "it was overwritten meanwhile");
        let look = Look::at(&path).unwrap();
        assert!(matches!(release(look, 1), Release::Moved));
        std::fs::write(&path, b"two").unwrap();
        assert!(matches!(release(Look::at(&path).unwrap(), 2), Release::Moved));
        assert_eq!(std::fs::read(done.join("H1/a.pdf")).unwrap(), b"other");
        assert_eq!(std::fs::read(done.join("H1/2.a.pdf")).unwrap(), b"two");
        // A scan folder that is away is not made anew.
        std::fs::remove_dir_all(&root).unwrap();
        assert!(matches!(release(look, 3), Release::Failed(_)) && !root.exists());
    }
}
