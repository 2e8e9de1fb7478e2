//! The inventory of an object (spec 3.5): what every version holds and where the bytes lie.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sohoa_domain::{DossierCode, Sha256Digest};

use super::layout::object_id;

const TYPE: &str = "https://ocfl.io/1.1/spec/#inventory";
const ALGORITHM: &str = "sha256";
const CONTENT: &str = "content";

/// Longest segment of a path, in bytes, that file systems take.
const SEGMENT_BYTES: usize = 255;

/// Longest logical path, in bytes: leaves room for the directories around it below the usual limit of 4,096.
const PATH_BYTES: usize = 1024;

/// Number of a version, from 1; written `v1`, without padding (spec 3.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionNumber(u32);

impl VersionNumber {
    /// The first version.
    pub const FIRST: Self = Self(1);

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// The version after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The version before this one, `None` for the first.
    pub fn previous(self) -> Option<Self> {
        (self.0 > 1).then(|| Self(self.0 - 1))
    }
}

impl From<u32> for VersionNumber {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl FromStr for VersionNumber {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let digits = s.strip_prefix('v').filter(|d| d.starts_with(|c: char| matches!(c, '1'..='9')));
        digits.and_then(|d| d.parse().ok()).map(Self).ok_or_else(|| "not a version number".to_owned())
    }
}

impl TryFrom<String> for VersionNumber {
    type Error = String;
    fn try_from(s: String) -> Result<Self, String> {
        s.parse()
    }
}

impl From<VersionNumber> for String {
    fn from(v: VersionNumber) -> Self {
        v.to_string()
    }
}

/// Who made a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Name, e.g. `sohoa/0.1.0`.
    pub name: String,
    /// A URI for the name; validators warn when there is none (W008).
    pub address: String,
}

/// One version: what it holds and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InventoryVersion {
    /// When it was made.
    pub created: Timestamp,
    /// One clause without personal data.
    pub message: String,
    /// By whom.
    pub user: User,
    /// Logical paths by digest.
    pub state: BTreeMap<Sha256Digest, Vec<String>>,
}

impl InventoryVersion {
    /// The digest of a logical path in this version.
    pub fn digest_of(&self, logical: &str) -> Option<Sha256Digest> {
        self.files().find(|(path, _)| *path == logical).map(|(_, digest)| digest)
    }

    /// All logical paths with their digests.
    pub fn files(&self) -> impl Iterator<Item = (&str, Sha256Digest)> {
        self.state.iter().flat_map(|(digest, paths)| paths.iter().map(|path| (path.as_str(), *digest)))
    }
}

/// An inventory. Only what packages use: other keys make it unreadable, and the digest in the sidecar tells any change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inventory {
    /// Id of the object.
    pub id: String,
    /// Always the address of the specification's section on inventories.
    #[serde(rename = "type")]
    pub kind: String,
    /// Always `sha256`.
    pub digest_algorithm: String,
    /// The latest version.
    pub head: VersionNumber,
    /// Always `content`.
    pub content_directory: String,
    /// Content paths below the object root, by digest.
    pub manifest: BTreeMap<Sha256Digest, Vec<String>>,
    /// All versions.
    pub versions: BTreeMap<VersionNumber, InventoryVersion>,
}

/// A file to be in the next version.
pub(crate) struct LogicalFile<'a> {
    pub(crate) logical: &'a str,
    pub(crate) digest: Sha256Digest,
}

/// Why, by whom and when a version is made.
pub(crate) struct VersionNote<'a> {
    pub(crate) message: &'a str,
    pub(crate) user: &'a str,
    pub(crate) created: Timestamp,
}

impl Inventory {
    /// The inventory of the version after `head` (the first when `None`): its files and these, a logical path that
    /// stands getting its new digest. Of what stood below one of `folders` (each with a slash at its end) only these files
    /// stay. `None` when that is what `head` holds already.
    ///
    /// Bytes that the object has are not stored again. The new content paths are those that begin with the new
    /// version's number.
    pub(crate) fn next(
        head: Option<&Self>,
        dossier: &DossierCode,
        files: &[LogicalFile<'_>],
        folders: &[String],
        note: &VersionNote<'_>,
    ) -> Option<Self> {
        let stands = |f: &LogicalFile<'_>| head.is_some_and(|h| h.digest_of(f.logical) == Some(f.digest));
        let goes = |path: &str| {
            folders.iter().any(|folder| path.starts_with(folder)) && files.iter().all(|file| file.logical != path)
        };
        if files.iter().all(stands) && !head.iter().flat_map(|head| head.files()).any(|(path, _)| goes(path)) {
            return None;
        }
        let mut next = head.cloned().unwrap_or_else(|| Self {
            id: object_id(dossier),
            kind: TYPE.to_owned(),
            digest_algorithm: ALGORITHM.to_owned(),
            head: VersionNumber(0),
            content_directory: CONTENT.to_owned(),
            manifest: BTreeMap::new(),
            versions: BTreeMap::new(),
        });
        let mut state: BTreeMap<String, Sha256Digest> =
            next.files().filter(|(path, _)| !goes(path)).map(|(path, digest)| (path.to_owned(), digest)).collect();
        next.head = next.head.next();
        for file in files {
            state.insert(file.logical.to_owned(), file.digest);
            let path = format!("{}/{CONTENT}/{}", next.head, file.logical);
            next.manifest.entry(file.digest).or_insert_with(|| vec![path]);
        }
        let mut by_digest: BTreeMap<Sha256Digest, Vec<String>> = BTreeMap::new();
        for (path, digest) in state {
            by_digest.entry(digest).or_default().push(path);
        }
        let user = User { name: note.user.to_owned(), address: format!("urn:sohoa:agent:{}", encoded(note.user)) };
        let version =
            InventoryVersion { created: note.created, message: note.message.to_owned(), user, state: by_digest };
        next.versions.insert(next.head, version);
        Some(next)
    }

    /// The first version that holds all these files, each a logical path with its digest.
    pub fn first_with<'a>(
        &self,
        files: impl Iterator<Item = (&'a str, Sha256Digest)> + Clone,
    ) -> Option<VersionNumber> {
        let holds = |v: &InventoryVersion| files.clone().all(|(path, digest)| v.digest_of(path) == Some(digest));
        self.versions.iter().find(|(_, version)| holds(version)).map(|(number, _)| *number)
    }

    /// All logical paths of the latest version with their digests.
    pub fn files(&self) -> impl Iterator<Item = (&str, Sha256Digest)> {
        self.versions.get(&self.head).into_iter().flat_map(InventoryVersion::files)
    }

    /// The digest of a logical path in the latest version.
    pub fn digest_of(&self, logical: &str) -> Option<Sha256Digest> {
        self.versions.get(&self.head).and_then(|version| version.digest_of(logical))
    }

    /// All content paths below the object root with their digests.
    pub fn contents(&self) -> impl Iterator<Item = (&str, Sha256Digest)> {
        self.manifest.iter().flat_map(|(digest, paths)| paths.iter().map(|path| (path.as_str(), *digest)))
    }

    /// The inventory as it was when `version` was the latest: what that version's own directory has to hold.
    pub fn as_of(&self, version: VersionNumber) -> Self {
        let mut then = self.clone();
        then.head = version;
        then.versions.retain(|number, _| *number <= version);
        then.manifest.retain(|_, paths| {
            paths.retain(|path| version_of(path).is_some_and(|number| number <= version));
            !paths.is_empty()
        });
        then
    }

    /// The form in which it is stored.
    ///
    /// # Errors
    /// None with today's fields: all keys are strings.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads an inventory and checks it against the rules of the specification that can be told without the files.
    ///
    /// # Errors
    /// One clause that says what is wrong.
    pub fn from_bytes(bytes: &[u8], dossier: &DossierCode) -> Result<Self, String> {
        let inventory: Self = serde_json::from_slice(bytes).map_err(|e| format!("not an inventory: {e}"))?;
        inventory.check(dossier)?;
        Ok(inventory)
    }

    pub(crate) fn check(&self, dossier: &DossierCode) -> Result<(), String> {
        let fixed = [
            (&self.kind, TYPE, "type"),
            (&self.digest_algorithm, ALGORITHM, "digestAlgorithm"),
            (&self.content_directory, CONTENT, "contentDirectory"),
            (&self.id, &object_id(dossier), "id"),
        ];
        if let Some((_, _, key)) = fixed.iter().find(|(is, should, _)| is.as_str() != *should) {
            return Err(format!("{key} is not as it has to be"));
        }
        if !self.versions.keys().map(|v| v.get()).eq(1..=self.head.get()) {
            return Err("versions do not run from v1 to head".to_owned());
        }
        unique_paths(self.contents().map(|(path, _)| path)).map_err(|why| format!("manifest: {why}"))?;
        if self.contents().any(|(path, _)| version_of(path).is_none_or(|version| version > self.head)) {
            return Err("manifest: a path lies in no version's content".to_owned());
        }
        let mut used: BTreeSet<&Sha256Digest> = BTreeSet::new();
        for (number, version) in &self.versions {
            unique_paths(version.files().map(|(path, _)| path)).map_err(|why| format!("state of {number}: {why}"))?;
            used.extend(version.state.keys());
        }
        if !used.into_iter().eq(self.manifest.keys()) {
            return Err("the digests of manifest and states differ".to_owned());
        }
        Ok(())
    }
}

/// The version in whose content directory this content path lies.
fn version_of(path: &str) -> Option<VersionNumber> {
    let (version, rest) = path.split_once('/')?;
    rest.strip_prefix(CONTENT)?.strip_prefix('/')?;
    version.parse().ok()
}

/// Whether a path can be a logical path (spec 3.5.3.1) and a path of every file system.
pub(crate) fn check_path(path: &str) -> Result<(), &'static str> {
    if path.len() > PATH_BYTES {
        return Err("longer than 1024 bytes");
    }
    path.split('/').try_for_each(|segment| match segment {
        "" | "." | ".." => Err("has an empty, . or .. segment"),
        s if s.len() > SEGMENT_BYTES => Err("has a segment longer than 255 bytes"),
        s if s.chars().any(|c| c.is_control() || c == '\\') => Err("has a control character or backslash"),
        _ => Ok(()),
    })
}

/// Every path is allowed, none stands twice, none is a directory of another.
fn unique_paths<'a>(paths: impl Iterator<Item = &'a str>) -> Result<(), &'static str> {
    let mut seen = BTreeSet::new();
    for path in paths {
        check_path(path)?;
        if !seen.insert(path) {
            return Err("a path stands twice");
        }
    }
    let parents = |path: &'a str| path.match_indices('/').filter_map(move |(at, _)| path.get(..at));
    if seen.iter().flat_map(|path| parents(path)).any(|parent| seen.contains(parent)) {
        return Err("a path is a directory of another");
    }
    Ok(())
}

/// A name as part of a URN (RFC 8141, 2): everything but letters, digits, `-`, `.`, `_` percent-encoded.
fn encoded(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    name.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dossier() -> DossierCode {
        "H41-230615-0001".parse().unwrap()
    }

    fn next(head: Option<&Inventory>, files: &[(&str, &str)]) -> Option<Inventory> {
        let files: Vec<_> =
            files.iter().map(|(logical, b)| LogicalFile { logical, digest: Sha256Digest::of(b.as_bytes()) }).collect();
        let note = VersionNote { message: "m", user: "sohoa/0.1.0", created: Timestamp::UNIX_EPOCH };
        Inventory::next(head, &dossier(), &files, &[], &note)
    }

    #[test]
    fn a_version_adds_only_what_is_new() {
        let one = next(None, &[("a/x", "1"), ("a/y", "1"), ("b", "2")]).unwrap();
        assert_eq!(one.contents().map(|c| c.0).collect::<BTreeSet<_>>(), ["v1/content/a/x", "v1/content/b"].into());
        assert!(next(Some(&one), &[("a/y", "1"), ("b", "2")]).is_none());
        let two = next(Some(&one), &[("b", "3"), ("c", "1")]).unwrap();
        assert_eq!(two.contents().count(), 3);
        assert_eq!(two.digest_of("b"), Some(Sha256Digest::of(b"3")));
        assert_eq!(two.files().count(), 4);
        assert_eq!(two.as_of(VersionNumber::FIRST), one);
        for inventory in [one, two] {
            let bytes = inventory.to_bytes().unwrap();
            assert_eq!(Inventory::from_bytes(&bytes, &dossier()).unwrap(), inventory);
        }
    }

    #[test]
    fn ten_follows_nine() {
        let mut inventory = next(None, &[("f", "0")]).unwrap();
        for n in 1..12 {
            inventory = next(Some(&inventory), &[("f", &n.to_string())]).unwrap();
        }
        assert_eq!(inventory.head.to_string(), "v12");
        let bytes = inventory.to_bytes().unwrap();
        assert_eq!(Inventory::from_bytes(&bytes, &dossier()).unwrap(), inventory);
    }

    #[test]
    fn paths_that_lead_astray_are_refused() {
        for bad in ["", "/a", "a/", "a//b", "../a", "a/./b", "a\nb", "a\\b", &"x".repeat(256), &"y/".repeat(600)] {
            assert!(check_path(bad).is_err(), "{bad:?}");
        }
        for ok in ["a", "documents/0/original.pdf", "đơn xin.pdf", &"x".repeat(255)] {
            assert!(check_path(ok).is_ok(), "{ok:?}");
        }
        assert!(unique_paths(["a/b", "a/b/c"].into_iter()).is_err());
        assert!(unique_paths(["a", "a"].into_iter()).is_err());
        assert!(unique_paths(["a/b", "a/c", "a-b"].into_iter()).is_ok());
    }

    #[test]
    fn what_breaks_a_rule_is_no_inventory() {
        let good = next(None, &[("a", "1"), ("b", "2")]).unwrap();
        let digest = Sha256Digest::of(b"1");
        let breaks: [fn(&mut Inventory, Sha256Digest); 7] = [
            |i, _| i.id.push('x'),
            |i, _| i.head = VersionNumber(2),
            |i, d| drop(i.manifest.remove(&d)),
            |i, d| drop(i.versions.get_mut(&VersionNumber::FIRST).unwrap().state.remove(&d)),
            |i, d| i.manifest.get_mut(&d).unwrap().push("v2/content/a".to_owned()),
            |i, d| i.manifest.get_mut(&d).unwrap().push("v1/other/a".to_owned()),
            |i, d| i.versions.get_mut(&VersionNumber::FIRST).unwrap().state.get_mut(&d).unwrap().push("a/c".to_owned()),
        ];
        for (n, spoil) in breaks.into_iter().enumerate() {
            let mut bad = good.clone();
            spoil(&mut bad, digest);
            assert!(Inventory::from_bytes(&bad.to_bytes().unwrap(), &dossier()).is_err(), "{n}");
        }
        for bad in ["v0", "v01", "1", "v", "v-1", "v1x", "v99999999999"] {
            assert!(bad.parse::<VersionNumber>().is_err(), "{bad}");
        }
    }
}
