//! Evidence for the dossier from the names on the way to a file.

use sohoa_domain::{DossierCode, DossierEvidence, EvidenceSource};

/// Evidence from the names on the path below the scan folder (`/` between, file name last), and from the person who
/// started the import. The second value is what the file name says beyond its code: evidence for the component.
pub fn from_names<'a>(relative: &'a str, person: Option<&DossierCode>) -> (Vec<DossierEvidence>, &'a str) {
    let mut found: Vec<DossierEvidence> =
        person.map(|code| DossierEvidence::new(EvidenceSource::Person, code.clone())).into_iter().collect();
    let (folders, file) = relative.rsplit_once('/').unwrap_or(("", relative));
    for folder in folders.split('/') {
        if let Some((code, _)) = DossierCode::at_start_of(folder) {
            found.push(DossierEvidence::new(EvidenceSource::FolderName, code));
        }
    }
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    match DossierCode::at_start_of(stem) {
        Some((code, rest)) => {
            found.push(DossierEvidence::new(EvidenceSource::FileName, code));
            (found, rest)
        }
        None => (found, stem),
    }
}

/// What is known of a file's dossier before a page is read: names, the session at the counter, a person's word, which counts alone
/// when it was `decided`. The second value is what the file name says beyond its code.
pub fn known_before<'a>(
    relative: &'a str,
    named: Option<&DossierCode>,
    decided: bool,
    session: Option<&DossierCode>,
) -> (Vec<DossierEvidence>, &'a str) {
    let (mut names, rest) = from_names(relative, named);
    if decided {
        names.retain(|sighting| sighting.source == EvidenceSource::Person);
    } else if let Some(session) = session {
        names.push(DossierEvidence::new(EvidenceSource::Session, session.clone()));
    }
    (names, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(relative: &str) -> Vec<(EvidenceSource, String)> {
        from_names(relative, None).0.into_iter().map(|e| (e.source, e.code.to_string())).collect()
    }

    #[test]
    fn folder_and_file_names_are_evidence() {
        use EvidenceSource::{FileName, FolderName};
        assert_eq!(sources("H41-230615-0001/SCAN0001.pdf"), [(FolderName, "H41-230615-0001".to_owned())]);
        assert_eq!(sources("H41-230615-0001_TP1.pdf"), [(FileName, "H41-230615-0001".to_owned())]);
        assert_eq!(sources("day/SCAN0001.pdf"), []);
        assert_eq!(sources("H41-230615-0001/H41-230615-0002.pdf").len(), 2);
        assert_eq!(from_names("a/H41-230615-0001_TP1 đơn.pdf", None).1, "_TP1 đơn");
        assert_eq!(from_names("H41-230615-0001/TP1.pdf", None).1, "TP1");
    }

    #[test]
    fn the_code_of_the_short_form_keeps_its_dots() {
        let (found, rest) = from_names("000.20.41.H41-230615-0001.2.pdf", None);
        assert_eq!(found[0].code.as_str(), "000.20.41.H41-230615-0001");
        assert_eq!(rest, ".2");
    }
}
