//! What the system tells about a scan folder (inotify). It only hastens what a look at the folder finds as well: a file
//! system that tells nothing, a queue that overflows or a limit of watches loses no file.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;
use tokio::sync::Notify;

/// How long the thread that reads the queue waits before it looks whether it is still wanted.
const WAIT: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// What has changed since the last time.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Files and folders that are new or were written.
    pub(crate) paths: HashSet<PathBuf>,
    /// Those of them that their writer has closed, or that were moved here.
    pub(crate) closed: HashSet<PathBuf>,
    /// Events were lost: look at everything.
    pub(crate) lost: bool,
}

impl Changes {
    /// Whether the file, or a folder that it lies in, came closed.
    pub(crate) fn closed(&self, path: &Path) -> bool {
        !self.closed.is_empty() && path.ancestors().any(|path| self.closed.contains(path))
    }

    fn add(&mut self, other: Self) {
        self.paths.extend(other.paths);
        self.closed.extend(other.closed);
        self.lost |= other.lost;
    }

    fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.lost
    }
}

/// The watched folders below one scan folder, and what was told of them and not asked for yet.
#[derive(Debug)]
pub(crate) struct Events {
    queue: OwnedFd,
    folders: Mutex<HashMap<i32, PathBuf>>,
    told: Mutex<io::Result<Changes>>,
    news: Notify,
}

impl Events {
    /// Watches nothing yet. A thread of its own reads the queue until this is dropped, so that it is empty soon however
    /// long the work on a file takes.
    pub(crate) fn open() -> io::Result<Arc<Self>> {
        let queue = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let told = Mutex::new(Ok(Changes::default()));
        let events = Arc::new(Self { queue, folders: Mutex::default(), told, news: Notify::new() });
        let reader = Arc::downgrade(&events);
        std::thread::Builder::new().name("scan folder".to_owned()).spawn(move || {
            while let Some(events) = reader.upgrade() {
                if !events.listen() {
                    return;
                }
            }
        })?;
        Ok(events)
    }

    /// Watches these folders too; with `only`, no others from now on. Says whether some were not watched before, and why
    /// some cannot be.
    pub(crate) fn cover(&self, root: &Path, folders: &[PathBuf], only: bool) -> (bool, io::Result<()>) {
        let base = WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::CREATE | WatchFlags::ONLYDIR;
        let (mut now, mut result) = (HashMap::new(), Ok(()));
        for folder in folders {
            let flags = if folder == root { base } else { base | WatchFlags::DONT_FOLLOW };
            match inotify::add_watch(&self.queue, folder, flags) {
                Ok(watch) => {
                    now.insert(watch, folder.clone());
                }
                Err(Errno::NOENT | Errno::NOTDIR) => {}
                Err(error) => result = Err(error.into()),
            }
        }
        let mut standing = held(&self.folders);
        let new = now.keys().any(|watch| !standing.contains_key(watch));
        if only {
            for watch in standing.keys().filter(|watch| !now.contains_key(watch)) {
                // A folder that is gone has taken its watch with it.
                let _ = inotify::remove_watch(&self.queue, *watch);
            }
            *standing = now;
        } else {
            standing.extend(now);
        }
        (new, result)
    }

    /// Waits for the next changes. Nothing is lost when the wait is given up.
    pub(crate) async fn next(&self) -> io::Result<Changes> {
        loop {
            let told = std::mem::replace(&mut *held(&self.told), Ok(Changes::default()))?;
            if !told.is_empty() {
                return Ok(told);
            }
            self.news.notified().await;
        }
    }

    /// Waits a while for events, and adds them to what was told. False when the queue cannot be read.
    fn listen(&self) -> bool {
        let mut queue = [PollFd::new(&self.queue, PollFlags::IN)];
        let read = match poll(&mut queue, Some(&WAIT)) {
            Ok(0) | Err(Errno::INTR) => return true,
            Ok(_) => self.read(),
            Err(error) => Err(error.into()),
        };
        let readable = read.is_ok();
        match (&mut *held(&self.told), read) {
            (Ok(told), Ok(changes)) => told.add(changes),
            (told, read) => *told = read,
        }
        self.news.notify_one();
        readable
    }

    /// All that is in the queue.
    fn read(&self) -> io::Result<Changes> {
        let (mut changes, mut folders) = (Changes::default(), held(&self.folders));
        let mut space = [MaybeUninit::uninit(); 16 * 1024];
        let mut reader = Reader::new(&self.queue, &mut space);
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(Errno::WOULDBLOCK) => return Ok(changes),
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            let what = event.events();
            changes.lost |= what.contains(ReadFlags::QUEUE_OVERFLOW);
            if what.contains(ReadFlags::IGNORED) {
                folders.remove(&event.wd());
            }
            let (Some(folder), Some(name)) = (folders.get(&event.wd()), event.file_name()) else { continue };
            let path = folder.join(OsStr::from_bytes(name.to_bytes()));
            if what.intersects(ReadFlags::CLOSE_WRITE | ReadFlags::MOVED_TO) {
                changes.closed.insert(path.clone());
            }
            changes.paths.insert(path);
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_file_a_moved_one_and_a_new_folder_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let (inbox, other) = (dir.path().join("inbox"), dir.path().join("other"));
        std::fs::create_dir(&inbox).unwrap();
        std::fs::create_dir(&other).unwrap();
        let events = Events::open().unwrap();
        let cover = |folders: &[PathBuf]| {
            let (new, told) = events.cover(&inbox, folders, true);
            told.unwrap();
            new
        };
        assert!(cover(std::slice::from_ref(&inbox)) && !cover(std::slice::from_ref(&inbox)));
        let open = std::fs::File::create(inbox.join("open.pdf")).unwrap();
        std::fs::write(inbox.join("a.pdf"), b"a").unwrap();
        std::fs::write(other.join("b.pdf"), b"b").unwrap();
        std::fs::rename(other.join("b.pdf"), inbox.join("b.pdf")).unwrap();
        std::fs::create_dir(inbox.join("new")).unwrap();
        std::fs::rename(&other, inbox.join("moved")).unwrap();
        // They may come in parts.
        let mut changes = Changes::default();
        while !changes.paths.contains(&inbox.join("moved")) {
            changes.add(events.next().await.unwrap());
        }
        let names = ["open.pdf", "a.pdf", "b.pdf", "new", "moved"].map(|name| inbox.join(name));
        assert_eq!(changes.paths, HashSet::from(names));
        assert_eq!(changes.closed, HashSet::from(["a.pdf", "b.pdf", "moved"].map(|name| inbox.join(name))));
        assert!(changes.closed(&inbox.join("moved/deep/c.pdf")) && !changes.closed(&inbox.join("new/c.pdf")));
        // No longer watched, then gone.
        assert!(cover(&[inbox.join("new"), inbox.join("never")]));
        drop(open);
        std::fs::write(inbox.join("new/d.pdf"), b"d").unwrap();
        assert_eq!(events.next().await.unwrap().paths, HashSet::from([inbox.join("new/d.pdf")]));
        std::fs::remove_dir_all(inbox.join("new")).unwrap();
        assert!(!cover(&[]));
        assert!(held(&events.folders).is_empty());
    }
}
