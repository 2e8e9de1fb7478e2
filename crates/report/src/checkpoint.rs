//! Checkpoints: signed statements of how many events there are and of the Merkle root over them.
//!
//! The text is that of C2SP tlog-checkpoint with a signature as in C2SP signed-note, so that tools of transparency logs read
//! it: origin, number of events, root in base 64, an extension line with the time; an empty line; the signature. A copy that
//! lies where the machine's administrator cannot change it shows when history is rewritten later, even with the key.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::Timestamp;
use sohoa_domain::Sha256Digest;
use sohoa_store::fault::{Point, reached};
use sohoa_store::{EventLine, Records, StoreError, read_file};

use crate::merkle::{Growing, leaf};

/// First line of every checkpoint, and the name of the key.
const ORIGIN: &str = "sohoa.vn/events";
/// Marks Ed25519 in keys of signed notes.
const ED25519: u8 = 1;
const ENDING: &str = ".checkpoint";
/// Events that are read together.
const STRETCH: u32 = 10_000;

/// What was known at a time: so many events with this root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Number of events.
    pub size: u64,
    /// Merkle root over their texts.
    pub root: Sha256Digest,
    /// When.
    pub at: Timestamp,
}

/// Why a checkpoint could not be made, kept or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The records cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file cannot be used.
    #[error("{}: {error}", path.display())]
    Io {
        /// Key, checkpoint or folder.
        path: PathBuf,
        /// What the file system said.
        error: io::Error,
    },
    /// A key file that holds no key.
    #[error("{}: no key of ours", .0.display())]
    Key(PathBuf),
}

/// The key that signs.
pub struct CheckpointKey(SigningKey);

/// The key that others check with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl CheckpointKey {
    /// Reads the key, or makes one that only its owner can read, with the public key beside it (`.pub`).
    ///
    /// # Errors
    /// [`CheckpointError::Io`], [`CheckpointError::Key`].
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        match fs::read_to_string(path) {
            Ok(text) => {
                let bytes = BASE64.decode(text.trim()).ok().and_then(|b| <[u8; 32]>::try_from(b).ok());
                Ok(Self(SigningKey::from_bytes(&bytes.ok_or_else(|| CheckpointError::Key(path.to_owned()))?)))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Self::make(path),
            Err(error) => Err(io_error(path)(error)),
        }
    }

    fn make(path: &Path) -> Result<Self, CheckpointError> {
        let mut secret = [0; 32];
        fs::File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut secret)).map_err(io_error(path))?;
        let key = Self(SigningKey::from_bytes(&secret));
        let write = || -> io::Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path.with_extension("pub"), format!("{}\n", key.public()))?;
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            writeln!(file, "{}", BASE64.encode(secret))?;
            file.sync_all()
        };
        match write() {
            // Another process was faster.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::open(path),
            Err(error) => Err(io_error(path)(error)),
            Ok(()) => Ok(key),
        }
    }

    /// What others check with.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The checkpoint as signed text.
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        self.sign_text(&text(checkpoint))
    }

    /// A text as a signed note; it ends with a line break and has no empty lines.
    pub(crate) fn sign_text(&self, text: &str) -> String {
        let mut signature = self.public().hash().to_vec();
        signature.extend(self.0.sign(text.as_bytes()).to_bytes());
        format!("{text}\n\u{2014} {ORIGIN} {}\n", BASE64.encode(signature))
    }
}

impl fmt::Debug for CheckpointKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckpointKey(secret)")
    }
}

impl PublicKey {
    /// The first bytes of the hash of name and key, which say whose a signature is.
    fn hash(&self) -> [u8; 4] {
        let mut named = format!("{ORIGIN}\n").into_bytes();
        named.push(ED25519);
        named.extend(self.0.as_bytes());
        let [a, b, c, d, ..] = *Sha256Digest::of(&named).as_bytes();
        [a, b, c, d]
    }

    /// Reads a key as it is printed.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.trim().splitn(3, '+').nth(2)?;
        let bytes = BASE64.decode(bytes).ok()?;
        let key: [u8; 32] = bytes.strip_prefix(&[ED25519])?.try_into().ok()?;
        let key = Self(VerifyingKey::from_bytes(&key).ok()?);
        (key.to_string() == text.trim()).then_some(key)
    }

    /// The checkpoint that a signed text states; `None` when it is none, or the signature is not of this key.
    pub fn check(&self, signed: &str) -> Option<Checkpoint> {
        let (body, signatures) = split_note(signed)?;
        self.is_signed(body, signatures)?;
        let mut lines = body.lines();
        let origin = lines.next()?;
        let size = lines.next()?.parse().ok()?;
        let root: [u8; 32] = BASE64.decode(lines.next()?).ok()?.try_into().ok()?;
        let at = lines.next()?.strip_prefix("time ")?.parse().ok()?;
        let checkpoint = Checkpoint { size, root: Sha256Digest::from_bytes(root), at };
        (origin == ORIGIN && text(&checkpoint) == body).then_some(checkpoint)
    }

    /// `Some` when the signatures of a note are one of this key and nothing else.
    pub(crate) fn is_signed(&self, text: &str, signatures: &str) -> Option<()> {
        let signature = signatures.strip_prefix("\u{2014} ")?.strip_prefix(ORIGIN)?;
        let bytes = BASE64.decode(signature.trim()).ok()?;
        if signatures != format!("\u{2014} {ORIGIN} {}\n", BASE64.encode(&bytes)) {
            return None;
        }
        let signature: [u8; 64] = bytes.strip_prefix(&self.hash())?.try_into().ok()?;
        self.0.verify_strict(text.as_bytes(), &Signature::from_bytes(&signature)).ok()
    }
}

/// The text of a note, with its last line break, and its signatures.
pub(crate) fn split_note(note: &str) -> Option<(&str, &str)> {
    let end = note.find("\n\n")?;
    Some((note.get(..=end)?, note.get(end + 2..)?))
}

impl fmt::Display for PublicKey {
    /// As a verifier key of a signed note.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.hash();
        let mut key = vec![ED25519];
        key.extend(self.0.as_bytes());
        write!(f, "{ORIGIN}+{a:02x}{b:02x}{c:02x}{d:02x}+{}", BASE64.encode(key))
    }
}

fn text(checkpoint: &Checkpoint) -> String {
    let Checkpoint { size, root, at } = checkpoint;
    format!("{ORIGIN}\n{size}\n{}\ntime {at}\n", BASE64.encode(root.as_bytes()))
}

/// Where checkpoints are kept, and where copies are published.
#[derive(Debug, Clone)]
pub struct CheckpointFolders {
    /// In the home.
    pub own: PathBuf,
    /// Outside of the machine: a share, a stick.
    pub published: Vec<PathBuf>,
}

/// A signed text that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCheckpoint {
    /// Its file.
    pub path: PathBuf,
    /// What it states; `None` when it is not signed by our key, or cannot be read.
    pub states: Option<Checkpoint>,
}

impl CheckpointFolders {
    /// Signs what the records hold now and keeps it, unless nothing was added since the last time. Then copies what is missing
    /// to the places of publication; one that is away is tried again the next time.
    ///
    /// # Errors
    /// [`CheckpointError`]: of the home, not of places of publication.
    pub async fn make(
        &self,
        records: &dyn Records,
        key: &CheckpointKey,
        now: Timestamp,
    ) -> Result<Option<Checkpoint>, CheckpointError> {
        let (mut tree, mut after) = (Growing::default(), 0);
        loop {
            let lines = records.event_lines(after, STRETCH).await?;
            let Some(last) = lines.last() else { break };
            after = last.number;
            lines.iter().for_each(|line| tree.push(leaf(line.text.as_bytes())));
        }
        fs::create_dir_all(&self.own).map_err(io_error(&self.own))?;
        let path = self.own.join(format!("{:012}{ENDING}", tree.size()));
        let made = if tree.size() == 0 || path.exists() {
            None
        } else {
            let checkpoint = Checkpoint { size: tree.size(), root: tree.root(), at: now };
            write_whole(&path, key.sign(&checkpoint).as_bytes()).map_err(io_error(&path))?;
            Some(checkpoint)
        };
        reached(Point::CheckpointWritten);
        self.publish()?;
        Ok(made)
    }

    fn publish(&self) -> Result<(), CheckpointError> {
        for folder in &self.published {
            let copy = |name: &String| write_whole(&folder.join(name), &fs::read(self.own.join(name))?);
            if let Err(error) = self.missing(folder)?.iter().try_for_each(copy) {
                tracing::warn!(folder = %folder.display(), %error, "checkpoints could not be published; tried again later");
            }
        }
        Ok(())
    }

    /// Names of the checkpoints that do not lie in a place of publication.
    pub(crate) fn missing(&self, folder: &Path) -> Result<Vec<String>, CheckpointError> {
        // A place that is away counts as empty.
        let there: HashSet<String> = names(folder).unwrap_or_default().into_iter().collect();
        let mut own = own_names(&self.own)?;
        own.retain(|name| !there.contains(name));
        Ok(own)
    }

    /// All checkpoints that lie here and where they were published. A place that is away counts as empty.
    ///
    /// # Errors
    /// [`CheckpointError::Io`] when the home's own cannot be read.
    pub fn found(&self, key: &PublicKey) -> Result<Vec<FoundCheckpoint>, CheckpointError> {
        let mut out = Vec::new();
        for folder in std::iter::once(&self.own).chain(&self.published) {
            let names = match names(folder) {
                Ok(names) => names,
                Err(error) if *folder == self.own && error.kind() != ErrorKind::NotFound => {
                    return Err(io_error(folder)(error));
                }
                Err(_) => continue,
            };
            for name in names {
                let path = folder.join(&name);
                let text = read_file(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                let states = text.and_then(|text| key.check(&text));
                // A checkpoint under another's name would hide that one.
                let states = states.filter(|c| name == format!("{:012}{ENDING}", c.size));
                out.push(FoundCheckpoint { path, states });
            }
        }
        Ok(out)
    }
}

/// Names of the home's checkpoints, in order; none when it has made none yet.
pub(crate) fn own_names(own: &Path) -> Result<Vec<String>, CheckpointError> {
    match names(own) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(io_error(own)),
    }
}

/// Names of all checkpoints in a folder, in order.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(ENDING) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Writes a file whole or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let half = path.with_extension("part");
    let mut file = fs::File::create(&half)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&half, path)?;
    fs::File::open(folder)?.sync_all()
}

/// Compares events with what checkpoints state about them, while they pass by in order.
#[derive(Debug)]
pub(crate) struct Comparison<'a> {
    tree: Growing,
    /// By size, smallest first.
    rest: Vec<(&'a FoundCheckpoint, Checkpoint)>,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(found: &'a [FoundCheckpoint]) -> Self {
        let mut rest: Vec<_> = found.iter().filter_map(|f| Some((f, f.states?))).collect();
        rest.sort_by_key(|(_, c)| std::cmp::Reverse(c.size));
        Self { tree: Growing::default(), rest }
    }

    /// Takes the next event; gives the checkpoints that state something else.
    pub(crate) fn pass(&mut self, line: &EventLine) -> Vec<&'a FoundCheckpoint> {
        self.tree.push(leaf(line.text.as_bytes()));
        let mut wrong = Vec::new();
        while let Some((found, states)) = self.rest.pop_if(|(_, c)| c.size <= self.tree.size()) {
            if states.size != self.tree.size() || states.root != self.tree.root() {
                wrong.push(found);
            }
        }
        wrong
    }

    /// Checkpoints that speak of more events than there were.
    pub(crate) fn beyond(self) -> Vec<(&'a FoundCheckpoint, Checkpoint)> {
        self.rest
    }
}

pub(crate) fn io_error(path: &Path) -> impl Fn(io::Error) -> CheckpointError + use<> {
    let path = path.to_owned();
    move |error| CheckpointError::Io { path: path.clone(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_read_back_and_nothing_else_is() {
        let dir = tempfile::tempdir().unwrap();
        let key = CheckpointKey::open(&dir.path().join("keys/checkpoint.key")).unwrap();
        let again = CheckpointKey::open(&dir.path().join("keys/checkpoint.key")).unwrap();
        assert_eq!(key.public(), again.public());
        let printed = fs::read_to_string(dir.path().join("keys/checkpoint.pub")).unwrap();
        assert_eq!(PublicKey::parse(&printed), Some(key.public()));
        let at = Timestamp::UNIX_EPOCH;
        let checkpoint = Checkpoint { size: 17, root: Sha256Digest::of(b"root"), at };
        let signed = key.sign(&checkpoint);
        assert_eq!(key.public().check(&signed), Some(checkpoint));
        for i in 0..signed.len() {
            let mut bytes = signed.clone().into_bytes();
            bytes[i] ^= 1;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let seen = key.public().check(&text);
            assert!(seen.is_none(), "byte {i}: {text}");
        }
        let other = CheckpointKey::open(&dir.path().join("other.key")).unwrap();
        assert_eq!(other.public().check(&signed), None);
    }
}
