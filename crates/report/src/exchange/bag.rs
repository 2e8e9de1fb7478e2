//! A bag (BagIt 1.0, RFC 8493): all that is kept of each document, with digests.

use std::fs;
use std::path::Path;

use sohoa_store::{DiskPackages, hash_file};

use super::{ExchangeError, HandOver, Handed, copy, io_error, portal};

/// Writes the folder; returns how many files of documents are in it.
pub(super) fn write(hand_over: &HandOver, packages: &DiskPackages, made: &Path) -> Result<u64, ExchangeError> {
    let data = made.join("data");
    fs::create_dir_all(&data).map_err(io_error(&data))?;
    portal::json(hand_over, &data.join("hoso.json"))?;
    let mut payload = vec!["data/hoso.json".to_owned()];
    for document in &hand_over.documents {
        for rendition in &document.row.renditions {
            let name = format!("data/{}", place(document, &rendition.logical));
            copy(&packages.root().join(&rendition.stored), rendition.digest, &made.join(&name))?;
            payload.push(name);
        }
    }
    payload.sort_unstable();
    let mut bytes = 0;
    let mut manifest = String::new();
    for name in &payload {
        let path = made.join(name);
        let (digest, length) = hash_file(&path).map_err(io_error(&path))?;
        bytes += length;
        manifest += &format!("{digest}  {}\n", encoded(name));
    }
    let info = format!(
        "Bag-Software-Agent: sohoa/{}\nExternal-Identifier: {}\nPayload-Oxum: {bytes}.{}\n",
        env!("CARGO_PKG_VERSION"),
        hand_over.entry.code,
        payload.len()
    );
    let tags = [
        ("bag-info.txt", info.as_str()),
        ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
        ("manifest-sha256.txt", &manifest),
    ];
    let mut tag_manifest = String::new();
    for (name, text) in tags {
        tag_manifest += &format!("{}  {name}\n", sohoa_domain::Sha256Digest::of(text.as_bytes()));
        let path = made.join(name);
        fs::write(&path, text).map_err(io_error(&path))?;
    }
    let path = made.join("tagmanifest-sha256.txt");
    fs::write(&path, tag_manifest).map_err(io_error(&path))?;
    Ok(payload.len() as u64 - 1)
}

/// Papers that are used again lie apart, by the dossier on which they hang.
fn place(document: &Handed, logical: &str) -> String {
    if document.reused { format!("reused/{}/{logical}", document.row.dossier) } else { logical.to_owned() }
}

/// RFC 8493, 2.1.3: these three are written as percent codes in manifests.
fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}
