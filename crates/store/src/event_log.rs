//! The events outside of the database: sealed segments that are only ever added to.
//!
//! `root/000000000001.events` is a text file, named after the number of its first event. Each line is one event: its link of
//! the hash chain (64 hex digits), a space, its JSON text. A link is the SHA-256 of the link before it (64 zeros for the
//! first event) and the text. A segment is read-only and never changed; `root/tmp` holds what is being written.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use sohoa_domain::{Hasher, Sha256Digest};

use crate::durable;
use crate::fault::{Point, reached};
use crate::records::{Records, StoreError};

/// The link before the first event.
pub const CHAIN_START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Most events of one segment.
const MOST: u32 = 5_000;

const TMP: &str = "tmp";
const ENDING: &str = ".events";

/// The link of the event `text` after the link `previous`.
pub fn chain_link(previous: &str, text: &str) -> Sha256Digest {
    let mut hasher = Hasher::default();
    hasher.update(previous.as_bytes());
    hasher.update(text.as_bytes());
    hasher.finish()
}

/// One event as it is chained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    /// Its number, from 1 without gaps.
    pub number: i64,
    /// Its link, 64 hex digits.
    pub chain: String,
    /// Its JSON.
    pub text: String,
}

/// A sealed segment as the records know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Number of its first event.
    pub first: i64,
    /// Number of its last event.
    pub last: i64,
    /// Digest of its file.
    pub digest: Sha256Digest,
}

/// Why events could not be sealed or read.
#[derive(Debug, thiserror::Error)]
pub enum EventLogError {
    /// The records cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No space for segments: try again when there is.
    #[error("no space left for the events")]
    NoSpace,
    /// A segment's file cannot be used.
    #[error("{}: {error}", path.display())]
    Io {
        /// Path in the log.
        path: PathBuf,
        /// What the file system said.
        error: io::Error,
    },
    /// A segment does not hold what it has to.
    #[error("{}: {why}", path.display())]
    Damaged {
        /// Path in the log.
        path: PathBuf,
        /// One clause.
        why: String,
    },
}

/// The segments on a local disk.
#[derive(Debug, Clone)]
pub struct EventLog {
    root: PathBuf,
}

impl EventLog {
    /// Opens the log, making its folders when they are missing.
    ///
    /// # Errors
    /// [`EventLogError::Io`] or [`EventLogError::NoSpace`].
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, EventLogError> {
        let root = root.into();
        let tmp = root.join(TMP);
        fs::create_dir_all(&tmp).and_then(|()| durable::sync_dir(&root)).map_err(io_error(&tmp))?;
        Ok(Self { root })
    }

    /// The folder that holds everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the segment lies that begins with this event, or would.
    pub fn path(&self, first: i64) -> PathBuf {
        self.root.join(format!("{first:012}{ENDING}"))
    }

    /// Numbers of the first events of all segments in order, and what is no segment.
    ///
    /// # Errors
    /// [`EventLogError::Io`].
    pub fn list(&self) -> Result<(Vec<i64>, Vec<PathBuf>), EventLogError> {
        let (mut firsts, mut strays) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(&self.root).map_err(io_error(&self.root))? {
            let path = entry.map_err(io_error(&self.root))?.path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            let first = name.strip_suffix(ENDING).and_then(|n| n.parse().ok()).filter(|n| self.path(*n) == path);
            match first {
                Some(first) => firsts.push(first),
                None if name == TMP => {}
                None => strays.push(path),
            }
        }
        firsts.sort_unstable();
        strays.sort();
        Ok((firsts, strays))
    }

    /// Reads a segment: what the records have to know of it, and its lines. That its links hold is for the caller to check.
    ///
    /// # Errors
    /// [`EventLogError::Io`], [`EventLogError::Damaged`] for what is not lines of link and text.
    pub fn read(&self, first: i64) -> Result<(Segment, Vec<EventLine>), EventLogError> {
        let path = self.path(first);
        let bytes = durable::read_file(&path).map_err(io_error(&path))?;
        let lines = lines(first, &bytes).map_err(|why| EventLogError::Damaged { path, why })?;
        let last = lines.last().map_or(first, |line| line.number);
        Ok((Segment { first, last, digest: Sha256Digest::of(&bytes) }, lines))
    }

    /// Seals all events that the records have and the log has not. Returns how many. Several processes may do so at once:
    /// one of them wins each segment, and the others take it over.
    ///
    /// # Errors
    /// [`EventLogError`]; calling again goes on.
    pub async fn seal(&self, records: &dyn Records) -> Result<u64, EventLogError> {
        let mut sealed = 0;
        loop {
            let after = records.last_sealed().await?;
            let lines = records.event_lines(after, MOST).await?;
            let Some(first) = lines.first().map(|line| line.number) else { return Ok(sealed) };
            sealed += lines.len() as u64;
            let log = self.clone();
            let segment = tokio::task::spawn_blocking(move || log.write(first, &lines))
                .await
                .map_err(|_| StoreError::Other("the task that seals events died of a defect".to_owned()))??;
            reached(Point::SegmentWritten);
            records.add_segment(&segment).await?;
            reached(Point::SegmentSealed);
        }
    }

    /// Writes a segment, or finds the one that another process wrote for the same first event.
    fn write(&self, first: i64, events: &[EventLine]) -> Result<Segment, EventLogError> {
        let (tmp, path) = (self.root.join(TMP), self.path(first));
        let mut file = tempfile::Builder::new().prefix("segment-").tempfile_in(&tmp).map_err(io_error(&tmp))?;
        let text: String = events.iter().map(|e| format!("{} {}\n", e.chain, e.text)).collect();
        file.write_all(text.as_bytes()).map_err(io_error(&path))?;
        let (digest, _) = durable::seal(file.as_file_mut()).map_err(io_error(&path))?;
        if digest != Sha256Digest::of(text.as_bytes()) {
            return Err(EventLogError::Damaged {
                path,
                why: "reads back differently from what was written".to_owned(),
            });
        }
        let segment = match file.persist_noclobber(&path) {
            Ok(_) => Segment { first, last: first + events.len() as i64 - 1, digest },
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => self.read(first)?.0,
            Err(error) => return Err(io_error(&path)(error.error)),
        };
        durable::sync_dir(&self.root).map_err(io_error(&self.root))?;
        Ok(segment)
    }

    /// Removes files of interrupted writes that were last touched before `before`. Returns how many.
    ///
    /// # Errors
    /// [`EventLogError::Io`].
    pub fn sweep_temp(&self, before: std::time::SystemTime) -> Result<u64, EventLogError> {
        let tmp = self.root.join(TMP);
        durable::sweep(&tmp, before).map_err(io_error(&tmp))
    }
}

/// The lines of a segment whose first event has this number.
///
/// # Errors
/// One clause.
pub fn lines(first: i64, bytes: &[u8]) -> Result<Vec<EventLine>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not text".to_owned())?;
    if !text.ends_with('\n') {
        return Err("does not end with a whole line".to_owned());
    }
    let line = |(line, number): (&str, i64)| {
        let (chain, text) = line.split_once(' ').ok_or_else(|| format!("event {number} is no link and text"))?;
        chain.parse::<Sha256Digest>().map_err(|_| format!("event {number} has no link"))?;
        Ok(EventLine { number, chain: chain.to_owned(), text: text.to_owned() })
    };
    text.lines().zip(first..).map(line).collect()
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> EventLogError + use<> {
    let path = path.to_owned();
    move |error| {
        if durable::is_no_space(&error) {
            EventLogError::NoSpace
        } else {
            EventLogError::Io { path: path.clone(), error }
        }
    }
}
