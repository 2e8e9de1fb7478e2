//! What has to hold for codes, names, registers, inventories, events and what recognizers say. A check that fails panics.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sohoa_domain::text::{fold, nfc};
use sohoa_domain::{
    ComponentEntry, ComponentId, ComponentKind, DocumentId, DossierCode, DossierEntry, Dpi, Event, OcrPage,
    ProcedureCode, Rotation, Sha256Digest,
};
use sohoa_dossier::{ComponentEvidence, Decision, MatchingRules, decide, from_names, match_component};
use sohoa_ocr::{AltoWriter, frame, hocr, order};
use sohoa_store::ocfl::{Inventory, VersionNumber, dossier_of_directory, object_path};
use sohoa_store::{DocumentFile, event_lines, read_register_csv};

/// Whose inventories are read.
pub const DOSSIER: &str = "H41-230615-0001";

/// What is checked of a text.
pub type Check = fn(&[u8]);

/// The parser that the first byte chooses gets the rest.
pub const KINDS: [(&str, Check); 10] = [
    ("codes", codes),
    ("names", names),
    ("components", components),
    ("register", register),
    ("inventory", inventory),
    ("event", event),
    ("hocr", pages),
    ("answers", answers),
    ("frames", frames),
    ("segment", segment),
];

/// Any of the texts.
pub fn text(bytes: &[u8]) {
    if let Some((first, rest)) = bytes.split_first() {
        KINDS[usize::from(*first) % KINDS.len()].1(rest);
    }
}

fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// What is taken is printed as it was written.
fn prints_back<T: FromStr + Display>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(value.to_string(), text);
    }
}

/// What is taken comes back from its own JSON.
fn comes_back<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<T>(bytes) {
        let once = serde_json::to_string(&value).expect("it has a JSON form");
        let again: T = serde_json::from_str(&once).expect("its own JSON is read");
        assert_eq!(serde_json::to_string(&again).expect("it has a JSON form"), once);
    }
}

fn codes(bytes: &[u8]) {
    let text = utf8(bytes);
    prints_back::<DossierCode>(text);
    prints_back::<ProcedureCode>(text);
    prints_back::<ComponentId>(text);
    prints_back::<DocumentId>(text);
    prints_back::<Sha256Digest>(text);
    prints_back::<VersionNumber>(text);
    if let Some((code, rest)) = DossierCode::at_start_of(text) {
        assert_eq!(format!("{code}{rest}"), text);
        assert!(text.starts_with(code.agency()));
    }
    if let Some(code) = dossier_of_directory(text) {
        assert!(object_path(&code).ends_with(&format!("/{text}")), "{code}");
    }
    assert_eq!(fold(&fold(text)), fold(text));
    assert_eq!(fold(&nfc(text)), fold(text));
    assert_eq!(nfc(&nfc(text)), nfc(text));
}

/// A path below a scan folder: only what stands in it is evidence.
fn names(bytes: &[u8]) {
    let path = utf8(bytes);
    let (found, rest) = from_names(path, None);
    assert!(path.contains(rest));
    for sighting in &found {
        assert!(path.split('/').any(|name| name.starts_with(sighting.code.as_str())), "{sighting:?}");
    }
    match decide(&found, |_| true, &MatchingRules::default()) {
        Decision::Attach { dossier, .. } => assert!(found.iter().all(|s| s.code == dossier) && !found.is_empty()),
        Decision::Review { code, .. } => {
            let conflict = found.iter().any(|s| s.code != found[0].code);
            assert_eq!(code, if conflict { "dossier-conflict" } else { "no-dossier" });
        }
    }
}

/// The rest of a name, components as `id=name` lines, an empty line, the first page.
fn components(bytes: &[u8]) {
    let (head, page) = utf8(bytes).split_once("\n\n").unwrap_or((utf8(bytes), ""));
    let mut lines = head.lines();
    let rest = lines.next().unwrap_or_default();
    let entry = |line: &str| {
        let (id, name) = line.split_once('=').unwrap_or((line, ""));
        let id = id.parse().ok()?;
        Some(ComponentEntry {
            id,
            name: name.to_owned(),
            kind: ComponentKind::Component,
            required: true,
            exempt_reason: None,
        })
    };
    let mut list: Vec<ComponentEntry> = lines.filter_map(entry).collect();
    // No dossier has an id twice.
    list.sort_by(|a, b| a.id.cmp(&b.id));
    list.dedup_by(|a, b| a.id == b.id);
    let Some((id, why)) = match_component(&list, rest, page, &[]) else { return };
    let entry = list.iter().find(|c| c.id == id).expect("it is one of those listed");
    match why {
        ComponentEvidence::FileName => {
            let folded = fold(id.as_str());
            assert!(!folded.is_empty() && fold(rest).contains(&folded), "{id}");
            assert_eq!(list.iter().filter(|c| fold(c.id.as_str()) == folded).count(), 1, "{id} is not the only one");
        }
        ComponentEvidence::Title => {
            let words = fold(page);
            assert!(words.contains(&fold(&entry.name)), "{id}");
        }
        ComponentEvidence::Person | ComponentEvidence::Sheet | ComponentEvidence::Type => {
            panic!("nothing was said of it")
        }
        ComponentEvidence::OnlyOneListed => assert_eq!(list.len(), 1),
    }
}

fn register(bytes: &[u8]) {
    let theirs = BTreeMap::from([("Mã hồ sơ".to_owned(), "dossier".to_owned())]);
    let entries = match read_register_csv(bytes, &theirs) {
        Ok(entries) => entries,
        Err(error) => {
            assert!(!error.lines.is_empty());
            assert!(error.to_string().starts_with(&format!("line {}: ", error.lines[0].0)));
            return;
        }
    };
    let text = String::from_utf8_lossy(bytes);
    for (i, entry) in entries.iter().enumerate() {
        assert!(text.contains(entry.code.as_str()), "{}", entry.code);
        assert!(entries[..i].iter().all(|other| other.code != entry.code), "twice: {}", entry.code);
        for (n, c) in entry.components.iter().enumerate() {
            assert!(entry.components[..n].iter().all(|other| other.id != c.id), "twice: {}", c.id);
        }
        let json = serde_json::to_vec(entry).expect("it has a JSON form");
        assert_eq!(&serde_json::from_slice::<DossierEntry>(&json).expect("its own JSON is read"), entry);
    }
}

fn inventory(bytes: &[u8]) {
    let dossier: DossierCode = DOSSIER.parse().expect("a code");
    let Ok(inventory) = Inventory::from_bytes(bytes, &dossier) else { return };
    let written = inventory.to_bytes().expect("it has a JSON form");
    assert_eq!(Inventory::from_bytes(&written, &dossier).as_ref(), Ok(&inventory));
    assert_eq!(inventory.as_of(inventory.head), inventory);
    for (path, digest) in inventory.files() {
        assert!(!path.split('/').any(|part| matches!(part, "" | "." | "..")), "{path:?}");
        assert_eq!(inventory.digest_of(path), Some(digest));
        assert!(inventory.contents().any(|(_, d)| d == digest), "nothing is stored for {path:?}");
    }
}

fn event(bytes: &[u8]) {
    comes_back::<Event>(bytes);
    comes_back::<DossierEntry>(bytes);
    comes_back::<OcrPage>(bytes);
    comes_back::<DocumentFile>(bytes);
}

/// A sealed segment of events.
fn segment(bytes: &[u8]) {
    let Ok(lines) = event_lines(1, bytes) else { return };
    let written: String = lines.iter().map(|line| format!("{} {}\n", line.chain, line.text)).collect();
    assert!(written == utf8(bytes).replace("\r\n", "\n"), "a segment is read as another");
    assert!(lines.iter().zip(1..).all(|(line, number)| line.number == number));
}

/// What Tesseract prints, on its way into the results.
fn pages(bytes: &[u8]) {
    let Ok(blocks) = hocr::parse(utf8(bytes)) else { return };
    let mut page = OcrPage::empty(1000, 1400, Dpi::square(300.0), Rotation::None, "fuzz");
    page.blocks = blocks;
    let words = page.words().count();
    for line in page.lines() {
        let b = line.baseline;
        assert!([b.x0, b.y0, b.slope, line.height].iter().all(|v| v.is_finite()), "{line:?}");
    }
    for word in page.words() {
        let r = word.rect;
        assert!([r.left, r.top, r.right, r.bottom].iter().all(|v| v.is_finite()), "{r:?}");
        assert!((0.0..=1.0).contains(&word.confidence) && !word.text.is_empty(), "{word:?}");
        assert_eq!(nfc(&word.text), word.text);
    }
    order(&mut page);
    assert!(page.words().count() <= words, "ordering makes words");
    let mut alto = AltoWriter::new(Vec::new(), "a", "b 1").expect("memory takes all");
    alto.page(&page, 1).expect("memory takes all");
    let xml = String::from_utf8(alto.finish().expect("memory takes all")).expect("ALTO is UTF-8");
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(allowed), "a character that XML forbids");
}

/// What a child process answers.
fn answers(mut bytes: &[u8]) {
    while let Ok(Some(answer)) = frame::read_answer(&mut bytes) {
        let mut once = Vec::new();
        frame::write_answer(&mut once, &answer).expect("memory takes all");
        let again = frame::read_answer(&mut once.as_slice()).expect("our own frame").expect("our own frame");
        let mut twice = Vec::new();
        frame::write_answer(&mut twice, &again).expect("memory takes all");
        assert!(once == twice, "an answer changes on its way");
    }
}

/// What a child process is asked.
fn frames(mut bytes: &[u8]) {
    while let Ok(Some((raster, dpi))) = frame::read_page(&mut bytes) {
        let mut written = Vec::new();
        frame::write_page(&mut written, &raster, dpi).expect("memory takes all");
        let again = frame::read_page(&mut written.as_slice()).expect("our own frame");
        assert!(again.is_some_and(|(r, d)| r == raster && d == dpi), "a page changes on its way");
    }
}
