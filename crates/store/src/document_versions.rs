//! What a document was before: the versions of its package in which its files changed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sohoa_domain::{DocumentId, DossierCode, Sha256Digest};

use crate::ocfl::object_path;
use crate::packages::{DiskPackages, PackageError};
use crate::records::{Rendition, RenditionKind};

/// A document's files as a version of its package holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentVersion {
    /// Number of the package's version, from 1.
    pub number: u32,
    /// When it was made.
    pub created: Timestamp,
    /// By whom.
    pub agent: String,
    /// One clause why.
    pub message: String,
    /// Its files.
    pub renditions: Vec<Rendition>,
}

impl DiskPackages {
    /// The versions in which the files of a document changed, the earliest first; none when there is no package.
    ///
    /// # Errors
    /// [`PackageError::Damaged`] or [`PackageError::Io`].
    pub fn document_versions(
        &self,
        dossier: &DossierCode,
        document: &DocumentId,
    ) -> Result<Vec<DocumentVersion>, PackageError> {
        let Some(inventory) = self.read(dossier)? else { return Ok(Vec::new()) };
        let (folder, object) = (format!("documents/{document}/"), object_path(dossier));
        let mut versions = Vec::new();
        let mut before: BTreeMap<&str, Sha256Digest> = BTreeMap::new();
        for (number, version) in &inventory.versions {
            let files: BTreeMap<&str, Sha256Digest> =
                version.files().filter(|(logical, _)| logical.starts_with(&folder)).collect();
            if files == before {
                continue;
            }
            let rendition = |(logical, digest): (&&str, &Sha256Digest)| {
                let stored = format!("{object}/{}", inventory.manifest.get(digest)?.first()?);
                let bytes = std::fs::metadata(self.root().join(&stored)).map_or(0, |file| file.len());
                let kind = RenditionKind::of_file(logical.strip_prefix(&folder)?);
                Some(Rendition { kind, logical: (*logical).to_owned(), stored, digest: *digest, bytes })
            };
            versions.push(DocumentVersion {
                number: number.get(),
                created: version.created,
                agent: version.user.name.clone(),
                message: version.message.clone(),
                renditions: files.iter().filter_map(rendition).collect(),
            });
            before = files;
        }
        Ok(versions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::{ContentSource, NewContent};

    #[test]
    fn only_versions_that_changed_the_document_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let packages = DiskPackages::open(dir.path().join("ocfl")).unwrap();
        let dossier: DossierCode = "H41.20-230615-0001".parse().unwrap();
        let [one, other] = [0, 1].map(|part| DocumentId::derive(&dossier, &Sha256Digest::of(b"x"), part));
        assert_eq!(packages.document_versions(&dossier, &one).unwrap(), []);
        for (document, name, text) in
            [(&one, "document.txt", "first"), (&other, "document.txt", "other"), (&one, "document.txt", "second")]
        {
            let logical = format!("documents/{document}/{name}");
            let file = NewContent { logical, source: ContentSource::Bytes(text.as_bytes().to_vec()) };
            packages.add_version(&dossier, vec![file], &[], "attach", "test", Timestamp::UNIX_EPOCH).unwrap();
        }
        let versions = packages.document_versions(&dossier, &one).unwrap();
        assert_eq!(versions.iter().map(|v| v.number).collect::<Vec<_>>(), [1, 3]);
        for (version, text) in versions.iter().zip(["first", "second"]) {
            let [file] = version.renditions.as_slice() else { panic!("{version:?}") };
            assert_eq!((file.kind, file.bytes), (RenditionKind::Text, text.len() as u64));
            assert_eq!(std::fs::read_to_string(packages.root().join(&file.stored)).unwrap(), text);
        }
        assert_eq!((versions[0].agent.as_str(), versions[0].message.as_str()), ("test", "attach"));
    }
}
