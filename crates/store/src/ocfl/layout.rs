//! Where objects lie in the storage root and what the fixed files say.

use std::fmt::Write as _;

use sohoa_domain::{DossierCode, Sha256Digest};

/// Name of the inventory, in the object root and in every version.
pub const INVENTORY: &str = "inventory.json";

/// Name of the inventory's sidecar (spec 3.7).
pub const SIDECAR: &str = "inventory.json.sha256";

/// Name of an object's declaration (spec 3.2).
pub const OBJECT_DECLARATION: &str = "0=ocfl_object_1.1";

/// All that an object's declaration holds.
pub const OBJECT_DECLARATION_TEXT: &[u8] = b"ocfl_object_1.1\n";

/// Name of the storage root's declaration (spec 4.1).
pub(crate) const DECLARATION: &str = "0=ocfl_1.1";

/// Files of the storage root that belong to no object, each with all that it holds.
pub(crate) const STORAGE_FILES: [(&str, &str); 3] = [
    (DECLARATION, "ocfl_1.1\n"),
    (
        "ocfl_layout.json",
        r#"{
  "extension": "0003-hash-and-id-n-tuple-storage-layout",
  "description": "Three tuples of three digits from the SHA-256 of the object id, then a directory named like the id, percent-encoded"
}
"#,
    ),
    (
        "extensions/0003-hash-and-id-n-tuple-storage-layout/config.json",
        r#"{
  "extensionName": "0003-hash-and-id-n-tuple-storage-layout",
  "digestAlgorithm": "sha256",
  "tupleSize": 3,
  "numberOfTuples": 3
}
"#,
    ),
];

/// Directories between the storage root and what an object root holds.
pub const DEPTH: usize = 4;

const ID_PREFIX: &str = "urn:sohoa:dossier:";

/// The id of a dossier's object.
pub fn object_id(dossier: &DossierCode) -> String {
    format!("{ID_PREFIX}{dossier}")
}

/// An object's directory below the storage root, `/` between (extension 0003).
///
/// The extension cuts encoded ids beyond 100 characters; with a dossier code none is that long.
pub fn object_path(dossier: &DossierCode) -> String {
    let id = object_id(dossier);
    let digest = Sha256Digest::of(id.as_bytes()).to_string();
    let mut path = String::new();
    for (place, digit) in digest.chars().take(9).enumerate() {
        path.push(digit);
        if place % 3 == 2 {
            path.push('/');
        }
    }
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            path.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(path, "%{byte:02x}");
        }
    }
    path
}

/// The dossier whose object would lie in a directory of this name.
pub fn dossier_of_directory(name: &str) -> Option<DossierCode> {
    let code = name.strip_prefix("urn%3asohoa%3adossier%3a")?;
    code.replace("%2e", ".").parse().ok()
}

/// What the sidecar of an inventory with this digest holds.
pub fn sidecar_line(inventory: &Sha256Digest) -> String {
    format!("{inventory}  {INVENTORY}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_name_their_dossier() {
        for code in ["H41.20-230615-0001", "000.20.41.H41-230615-0001", "H41.123.123.123.123-230615-1234567890"] {
            let code: DossierCode = code.parse().unwrap();
            let path = object_path(&code);
            let parts: Vec<&str> = path.split('/').collect();
            assert_eq!(parts.len(), DEPTH);
            assert!(parts[3].len() <= 100);
            assert_eq!(dossier_of_directory(parts[3]), Some(code));
        }
        assert_eq!(dossier_of_directory("urn%3asohoa%3adossier%3aH41"), None);
        assert_eq!(dossier_of_directory("x"), None);
    }
}
