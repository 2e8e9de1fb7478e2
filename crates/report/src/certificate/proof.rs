//! Proof that one dossier is in a certificate's tree, without a word about the others.

use sohoa_domain::{DossierCode, Sha256Digest};

use super::leaf::{DocumentsLine, RegisterLine};
use super::statement::Statement;
use crate::merkle;

/// First line of every proof.
const FORMAT: &str = "sohoa.vn/certificate-proof/1";

/// The proof as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InclusionProof {
    /// Root of the certificate that it belongs to.
    pub(crate) root: Sha256Digest,
    /// Place of the leaf, from 0.
    pub(crate) index: u64,
    /// Hashes beside its way up, lowest first.
    pub(crate) path: Vec<Sha256Digest>,
    /// The leaf's text.
    pub(crate) leaf: String,
}

/// A leaf read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) register: RegisterLine,
    pub(crate) hung: DocumentsLine,
}

impl InclusionProof {
    /// Head, an empty line, the leaf.
    pub(crate) fn text(&self) -> String {
        let path: String = self.path.iter().map(|hash| format!("path {hash}\n")).collect();
        format!("{FORMAT}\nroot {}\nindex {}\n{path}\n{}", self.root, self.index, self.leaf)
    }

    /// Reads exactly what [`Self::text`] gives.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (head, leaf) = text.split_once("\n\n")?;
        let mut lines = head.strip_prefix(FORMAT)?.lines().skip(1);
        let root = lines.next()?.strip_prefix("root ")?.parse().ok()?;
        let index = lines.next()?.strip_prefix("index ")?.parse().ok()?;
        let path = lines.map(|line| line.strip_prefix("path ")?.parse().ok()).collect::<Option<_>>()?;
        let proof = Self { root, index, path, leaf: leaf.to_owned() };
        (proof.text() == text).then_some(proof)
    }

    /// The dossier that it shows, when it holds for the certificate's root and says of itself what follows from it.
    pub(crate) fn check(&self, statement: &Statement) -> Result<Leaf, &'static str> {
        let hash = merkle::leaf(self.leaf.as_bytes());
        if self.root != statement.root {
            return Err("it belongs to another certificate");
        }
        if !merkle::includes(&statement.root, statement.leaves(), self.index, &hash, &self.path) {
            return Err("the leaf is not at this place of the certificate's tree");
        }
        let leaf = self.read().ok_or("the leaf cannot be read")?;
        let follows = DocumentsLine::new(&leaf.register, leaf.hung.documents.clone());
        if follows == leaf.hung { Ok(leaf) } else { Err("what the leaf says to be missing does not follow from it") }
    }

    fn read(&self) -> Option<Leaf> {
        let mut lines = self.leaf.lines();
        let _salt: Sha256Digest = lines.next()?.strip_prefix("salt ")?.parse().ok()?;
        let register = serde_json::from_str(lines.next()?).ok()?;
        let hung = serde_json::from_str(lines.next()?).ok()?;
        lines.next().is_none().then_some(Leaf { register, hung })
    }
}

/// The text of a leaf.
pub(crate) fn leaf_text(salt: &Sha256Digest, register: &str, hung: &str) -> String {
    format!("salt {salt}\n{register}\n{hung}\n")
}

/// What the register's line of this dossier begins with.
pub(crate) fn beginning(dossier: &DossierCode) -> String {
    format!("{{\"dossier\":\"{dossier}\",")
}
