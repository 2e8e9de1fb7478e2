//! Watching the folder of nightly register exports: what has arrived is imported, then moved to `done/`.

use std::collections::{HashMap, HashSet};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use sohoa_store::{RefusedRegister, StoreError};
use tokio::sync::watch as signal;

use crate::register::{RegisterError, RegisterIntake};
use crate::settle::{Arrivals, Look, SettleRule, Settled};
use crate::trouble::growing;
use crate::watch::{Release, numbered, release};

/// After a first failure that is not the file's a file is tried again so soon.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The folder of nightly exports.
#[derive(Debug, Clone)]
pub struct RegisterInbox {
    /// The folder.
    pub path: PathBuf,
    /// How often it is looked at.
    pub poll: Duration,
    /// How long a file must lie still: no format of a register says where it ends.
    pub settle: Duration,
}

/// Watches the folder until `stop` says true. A file that cannot be imported stays, is reported once, and is tried again when it
/// was replaced; a folder that is away is reported once.
pub async fn watch_registers(inbox: RegisterInbox, intake: RegisterIntake, mut stop: signal::Receiver<bool>) {
    let poll = inbox.poll;
    let arrivals = Arrivals::new(SettleRule { whole: inbox.settle, partial: inbox.settle });
    let mut watcher = Watcher {
        inbox,
        intake,
        stop: stop.clone(),
        arrivals,
        imported: HashMap::new(),
        failures: 0,
        away: false,
        stuck: false,
    };
    while !*stop.borrow() {
        watcher.look().await;
        tokio::select! {
            () = tokio::time::sleep(poll) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

struct Watcher {
    inbox: RegisterInbox,
    intake: RegisterIntake,
    stop: signal::Receiver<bool>,
    arrivals: Arrivals,
    /// What is imported and could not be moved.
    imported: HashMap<PathBuf, Look>,
    /// How often in a row nothing could be imported for a reason that is not the file's.
    failures: u32,
    /// Reported: that the folder cannot be read, that files cannot be moved.
    away: bool,
    stuck: bool,
}

impl Watcher {
    async fn look(&mut self) {
        let files = match files(&self.inbox.path) {
            Ok(files) => files,
            Err(error) => {
                if !std::mem::replace(&mut self.away, true) {
                    tracing::warn!(folder = %self.inbox.path.display(), %error, "the folder of registers cannot be read");
                }
                return self.arrivals.retain(|_| false);
            }
        };
        if std::mem::take(&mut self.away) {
            tracing::info!(folder = %self.inbox.path.display(), "the folder of registers is back");
        }
        let there: HashSet<&Path> = files.iter().map(|file| file.path.as_path()).collect();
        self.arrivals.retain(|path| there.contains(path));
        self.imported.retain(|path, _| there.contains(path.as_path()));
        if let Err(error) = self.take(&files).await {
            if self.failures == 0 {
                tracing::warn!(%error, "registers cannot be imported yet; that is tried again by itself");
            }
            let until = Instant::now() + growing(FIRST_PAUSE, self.failures);
            files.iter().for_each(|file| self.arrivals.again(&file.path, until));
            self.failures = self.failures.saturating_add(1);
        } else if std::mem::take(&mut self.failures) > 0 {
            tracing::info!("registers can be imported again");
        }
    }

    /// Imports what has arrived, the oldest first, since a later export says what is true now.
    async fn take(&mut self, files: &[Export]) -> Result<(), RegisterError> {
        let refused = self.refused(files).await?;
        for file in files {
            if *self.stop.borrow() {
                break;
            }
            let arrived = self.arrivals.settled(&file.path, file.look, Instant::now(), false) == Settled::Yes;
            if self.imported.get(&file.path) == Some(&file.look) || refused.contains(&file.refused("", 0)) {
                continue;
            }
            // A later one is not overtaken by an earlier one that is still being written.
            if !arrived {
                break;
            }
            match self.intake.import(&file.path, 0).await {
                Ok(report) => {
                    let summary = report.summary;
                    tracing::info!(
                        new = summary.new,
                        changed = summary.changed,
                        unchanged = summary.unchanged,
                        "a register was imported"
                    );
                    self.intake.records.forget_refused_register(&file.name()).await?;
                    self.move_away(file);
                }
                Err(error) => match error.refusal() {
                    Some(code) => {
                        let bad_lines = if let RegisterError::Wrong(wrong) = &error { wrong.count() } else { 0 };
                        tracing::warn!(
                            %code,
                            bad_lines,
                            "a register cannot be imported and stays; `sohoa register import --dry-run` names each bad line"
                        );
                        self.intake.records.refuse_register(&file.refused(code.as_str(), bad_lines)).await?;
                    }
                    None if matches!(error, RegisterError::Changed) => {
                        self.arrivals.again(&file.path, Instant::now());
                        break;
                    }
                    None => return Err(error),
                },
            }
        }
        Ok(())
    }

    /// The files that were refused as they look now, without code. Those that are gone or were replaced are forgotten.
    async fn refused(&self, files: &[Export]) -> Result<HashSet<RefusedRegister>, StoreError> {
        let mut standing = HashSet::new();
        for refused in self.intake.records.refused_registers().await? {
            let known = RefusedRegister { code: String::new(), bad_lines: 0, ..refused };
            if files.iter().any(|file| file.refused("", 0) == known) {
                standing.insert(known);
            } else {
                self.intake.records.forget_refused_register(&known.path).await?;
            }
        }
        Ok(standing)
    }

    /// Moves an imported file to `done/`, beside an earlier one of its name. It is not imported again where that fails.
    fn move_away(&mut self, file: &Export) {
        let done = self.inbox.path.join("done");
        let name = file.path.file_name().unwrap_or_default();
        let number = (2..).find(|n| done.join(numbered(*n, name)).symlink_metadata().is_err()).unwrap_or(i64::MAX);
        match release(&self.inbox.path, &done, &file.path, file.look, number) {
            Release::Moved | Release::Changed => self.arrivals.forget(&file.path),
            Release::Failed(error) => {
                if !std::mem::replace(&mut self.stuck, true) {
                    let folder = self.inbox.path.display();
                    tracing::warn!(%folder, %error, "imported registers cannot be moved; they stay there");
                }
                self.imported.insert(file.path.clone(), file.look);
            }
        }
    }
}

/// A file in the folder.
struct Export {
    path: PathBuf,
    look: Look,
    bytes: u64,
    modified_ns: i64,
    modified: Option<SystemTime>,
}

impl Export {
    fn name(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    /// Its refusal for this reason.
    fn refused(&self, code: &str, bad_lines: u64) -> RefusedRegister {
        let (bytes, modified_ns) = (self.bytes, self.modified_ns);
        RefusedRegister { path: self.name(), bytes, modified_ns, code: code.to_owned(), bad_lines }
    }
}

/// Regular files that lie directly in the folder, the oldest first. Hidden ones are being written by who brings them.
fn files(folder: &Path) -> io::Result<Vec<Export>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let (Ok(meta), Some(look)) = (entry.metadata(), Look::at(&path)) else { continue };
        if !meta.is_file() || entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let modified_ns = meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec());
        files.push(Export { path, look, bytes: meta.len(), modified_ns, modified: meta.modified().ok() });
    }
    files.sort_by(|a, b| (a.modified, &a.path).cmp(&(b.modified, &b.path)));
    Ok(files)
}
