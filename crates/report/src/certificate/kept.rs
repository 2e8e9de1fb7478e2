//! What a home keeps of its certificates, so that it can prove single dossiers years later: a folder for each, named after its
//! root, with the certificate, its dossiers (two lines each: the register's and the documents') and the secret of its salts.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use sohoa_domain::{DossierCode, Hasher, Sha256Digest};
use sohoa_store::read_file;

use super::proof::{InclusionProof, beginning, leaf_text};
use super::statement::Statement;
use super::{CertificateError, io_error};
use crate::checkpoint::split_note;
use crate::merkle;

pub(super) const CERTIFICATE: &str = "certificate.txt";
pub(super) const DOSSIERS: &str = "dossiers.jsonl";
/// What is being made, in the folder of certificates.
pub(super) const TMP: &str = "tmp";
const SECRET: &str = "salt.key";

/// The folder of certificates in the home.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where it lies.
    pub folder: PathBuf,
}

/// The secret that the salts of one certificate follow from. Codes of dossiers are easily guessed; without a salt so would be
/// the leaves behind the hashes of a proof.
pub(super) struct Salts(hmac::Key);

impl Salts {
    /// New ones, kept in a folder.
    pub(super) fn make(folder: &Path) -> Result<Self, CertificateError> {
        let path = folder.join(SECRET);
        let mut secret = [0; 32];
        SystemRandom::new().fill(&mut secret).map_err(|_| io_error(&path)(io::Error::other("no random numbers")))?;
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        file.and_then(|mut f| f.write_all(&secret).and_then(|()| f.sync_all())).map_err(io_error(&path))?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }

    fn read(folder: &Path) -> Result<Self, CertificateError> {
        let path = folder.join(SECRET);
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &read_file(&path).map_err(io_error(&path))?)))
    }

    /// The salt of a dossier: HMAC-SHA-256 of its code.
    pub(super) fn of(&self, dossier: &DossierCode) -> Sha256Digest {
        let tag = hmac::sign(&self.0, dossier.as_str().as_bytes());
        // The tag of HMAC-SHA-256 has just the length of a digest.
        Sha256Digest::from_bytes(tag.as_ref().try_into().unwrap_or_default())
    }
}

impl Kept {
    /// Where the certificate with this root lies, when the home has made one.
    pub fn file(&self, root: &Sha256Digest) -> PathBuf {
        self.folder.join(root.to_string()).join(CERTIFICATE)
    }

    /// The certificates that the home has made, each with the digest of its file.
    ///
    /// # Errors
    /// [`CertificateError`] when one cannot be read.
    pub fn certificates(&self) -> Result<Vec<(Sha256Digest, Statement)>, CertificateError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(io_error(&self.folder))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(io_error(&self.folder))?.path().join(CERTIFICATE);
            if path.exists() {
                let bytes = read_file(&path).map_err(io_error(&path))?;
                found.push((Sha256Digest::of(&bytes), statement_of(&path, &bytes)?));
            }
        }
        Ok(found)
    }

    /// Proof that a dossier is in a certificate that this home made.
    ///
    /// # Errors
    /// [`CertificateError`], among them [`CertificateError::NotIn`].
    pub fn prove(&self, certificate: &Path, dossier: &DossierCode) -> Result<String, CertificateError> {
        let (statement, folder) = self.of(certificate)?;
        let salts = Salts::read(&folder)?;
        let (mut leaves, mut found, wanted) = (Vec::new(), None, beginning(dossier));
        dossiers(&folder, |register, hung| {
            let damaged = || CertificateError::Damaged(folder.join(DOSSIERS));
            // The code stands first in its line, up to the second quotation mark behind its key.
            let code = register.split('"').nth(3).and_then(|code| code.parse().ok()).ok_or_else(damaged)?;
            let text = leaf_text(&salts.of(&code), register, hung);
            leaves.push(merkle::leaf(text.as_bytes()));
            if register.starts_with(&wanted) {
                found = Some((leaves.len() - 1, text));
            }
            Ok(())
        })?;
        if merkle::root(&leaves) != statement.root {
            return Err(CertificateError::Damaged(folder.join(DOSSIERS)));
        }
        let (index, leaf) = found.ok_or_else(|| CertificateError::NotIn(dossier.clone()))?;
        let path = merkle::prove_inclusion(&leaves, index).unwrap_or_default();
        Ok(InclusionProof { root: statement.root, index: index as u64, path, leaf }.text())
    }

    /// Writes the register snapshot of a certificate that this home made.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn snapshot(&self, certificate: &Path, out: &Path) -> Result<(), CertificateError> {
        let (statement, folder) = self.of(certificate)?;
        let beside = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Others read it, unlike what temporary files are for.
        let readable = fs::Permissions::from_mode(0o644);
        let half = tempfile::Builder::new().permissions(readable).tempfile_in(beside).map_err(io_error(out))?;
        let (mut writer, mut hasher) = (BufWriter::new(half.as_file()), Hasher::default());
        dossiers(&folder, |register, _| {
            let line = format!("{register}\n");
            hasher.update(line.as_bytes());
            writer.write_all(line.as_bytes()).map_err(io_error(out))
        })?;
        writer.flush().map_err(io_error(out))?;
        drop(writer);
        if hasher.finish() != statement.register {
            return Err(CertificateError::Damaged(folder.join(DOSSIERS)));
        }
        half.persist(out).map(drop).map_err(|e| io_error(out)(e.error))
    }

    /// What a certificate states, and the folder in which the home keeps what it was made from.
    fn of(&self, certificate: &Path) -> Result<(Statement, PathBuf), CertificateError> {
        let statement = statement_of(certificate, &read_file(certificate).map_err(io_error(certificate))?)?;
        let folder = self.folder.join(statement.root.to_string());
        if folder.join(DOSSIERS).exists() { Ok((statement, folder)) } else { Err(CertificateError::NotKept) }
    }
}

/// What a certificate states, whoever signed it.
pub(super) fn statement_of(path: &Path, bytes: &[u8]) -> Result<Statement, CertificateError> {
    let text = std::str::from_utf8(bytes).ok().and_then(split_note);
    let parsed = text.and_then(|(signed, _)| Statement::parse(signed));
    parsed.map(|(statement, _)| statement).ok_or_else(|| CertificateError::NoCertificate(path.to_owned()))
}

/// Shows the two lines of each dossier in order.
fn dossiers(
    folder: &Path,
    mut see: impl FnMut(&str, &str) -> Result<(), CertificateError>,
) -> Result<(), CertificateError> {
    let path = folder.join(DOSSIERS);
    let file = File::open(&path).map_err(io_error(&path))?;
    let mut lines = BufReader::new(file).lines();
    while let Some(register) = lines.next().transpose().map_err(io_error(&path))? {
        let hung = lines.next().transpose().map_err(io_error(&path))?;
        see(&register, &hung.ok_or_else(|| CertificateError::Damaged(path.clone()))?)?;
    }
    Ok(())
}
