//! What has to hold for codes, names, registers, inventories, events and what recognizers say. A check that fails panics.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Cursor;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sohoa_domain::text::{fold, nfc};
use sohoa_domain::{
    Barcode, BarcodeFormat, Baseline, Block, ComponentEntry, ComponentId, ComponentKind, DocumentId, DossierCode,
    DossierEntry, Dpi, Event, Line, OcrPage, PartLayout, ProcedureCode, Reading, Rect, Rotation, Sha256Digest, Word,
};
use sohoa_dossier::{
    BarcodeMeaning, ComponentEvidence, Decision, FieldRules, IdCard, MatchingRules, PageFacts, PageSeen, Place,
    SheetMark, Splitter, decide, extract, from_names, match_component,
};
use sohoa_ocr::{AltoWriter, frame, hocr, order};
use sohoa_report::PublicKey;
use sohoa_store::ocfl::{Inventory, VersionNumber, dossier_of_directory, object_path};
use sohoa_store::{DocumentFile, event_lines, read_catalogue, read_register};

/// Whose inventories are read.
pub const DOSSIER: &str = "H41-230615-0001";

/// What is checked of a text.
pub type Check = fn(&[u8]);

/// The parser that the first byte chooses gets the rest.
pub const KINDS: [(&str, Check); 17] = [
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
    ("barcode", barcode),
    ("crops", crops),
    ("paper", paper),
    ("rules", rules),
    ("words", words),
    ("pixmap", pixmap),
    ("checkpoint", checkpoint),
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
    let headers = BTreeMap::from([("Mã hồ sơ".to_owned(), "dossier".to_owned())]);
    let reading = Reading { headers, day_first: true, ..Reading::default() };
    // What no dossier is named in may be a catalogue.
    let _ = read_catalogue(Cursor::new(bytes), &reading);
    let mut entries = Vec::new();
    if let Err(error) = read_register(Cursor::new(bytes), &reading, |entry| entries.push(entry)) {
        assert!(!error.lines.is_empty());
        assert!(error.to_string().starts_with(&format!("{} {}: ", error.unit, error.lines[0].0)));
        return;
    }
    let text = String::from_utf8_lossy(bytes);
    for (i, entry) in entries.iter().enumerate() {
        // Texts of workbooks are compressed, and those of JSON may be escaped.
        assert!(
            bytes.starts_with(b"PK") || text.contains("\\u") || text.contains(entry.code.as_str()),
            "{}",
            entry.code
        );
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

/// The text of a barcode of any kind.
fn barcode(bytes: &[u8]) {
    use BarcodeFormat::{Code39, Code128, DataMatrix, Ean, Patch, Qr};
    let text = utf8(bytes);
    if let Ok(mark) = SheetMark::parse(text) {
        assert_eq!(mark.encode(), text.trim());
    }
    if let Some(card) = IdCard::parse(text) {
        assert!(text.contains(&card.id) && text.contains(&card.name) && card.issued > card.born);
    }
    for format in [Qr, DataMatrix, Code128, Code39, Ean, Patch] {
        let corners = [(0.0, 0.0); 4];
        let printed = |code: &DossierCode| text.contains(code.as_str()) || text.contains('%');
        match BarcodeMeaning::of(&Barcode { format, text: text.to_owned(), corners }) {
            BarcodeMeaning::Sheet(mark) => assert!(printed(&mark.dossier)),
            BarcodeMeaning::Sticker(code) => assert_eq!(code.as_str(), text.trim()),
            BarcodeMeaning::SystemPaper(paper) => {
                assert!(!paper.dossiers.is_empty() && paper.dossiers.iter().all(printed));
            }
            BarcodeMeaning::Separator => assert_eq!(format, Patch),
            BarcodeMeaning::BrokenSheet(_) | BarcodeMeaning::IdCard(_) | BarcodeMeaning::Foreign => {}
        }
    }
}

/// What the barcode decoder's process is asked and answers.
fn crops(mut bytes: &[u8]) {
    use sohoa_barcode::frame::{read_answer, read_crop, write_answer, write_crop};
    if let Ok(answer) = read_answer(&mut &*bytes) {
        let mut written = Vec::new();
        write_answer(&mut written, &answer).expect("memory takes all");
        let again = read_answer(&mut written.as_slice()).expect("our own frame");
        let mut twice = Vec::new();
        write_answer(&mut twice, &again).expect("memory takes all");
        assert!(written == twice, "an answer changes on its way");
    }
    // The parent is ours and asks for no more than a page has.
    let small = |bytes: &[u8]| {
        let side = |at: usize| Some(u64::from(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)));
        side(0).zip(side(4)).is_some_and(|(w, h)| w * h <= 1 << 20)
    };
    while small(bytes)
        && let Ok(Some(crop)) = read_crop(&mut bytes)
    {
        let mut written = Vec::new();
        write_crop(&mut written, &crop).expect("memory takes all");
        let again = read_crop(&mut written.as_slice()).expect("our own frame");
        assert!(again == Some(crop), "a crop changes on its way");
    }
}

/// Pages as form feeds part them, each a line of print: blanks in front move it right, a digit says how surely it was read,
/// and what stands behind a tab is a barcode.
fn paper(bytes: &[u8]) {
    let rules = FieldRules::built_in().expect("the rules that are built in");
    let mut read = Vec::new();
    let mut splitter = Splitter::new(PartLayout::default(), true);
    let mut parts = Vec::new();
    let mut inside = Vec::new();
    for (number, text) in (1..).zip(utf8(bytes).split('\u{c}').take(8)) {
        let (page, codes) = printed(text);
        let (blank, failed) = (page.blocks.is_empty(), text.starts_with('!'));
        let seen = PageSeen { number, blank, failed, text: Some(&page), barcodes: &codes, ..PageSeen::default() };
        let facts = PageFacts::of(seen);
        let (place, ended) = splitter.page(facts);
        parts.extend(ended);
        if matches!(place, Place::Begins | Place::Continues) {
            inside.push(number);
        }
        read.push(page);
    }
    parts.extend(splitter.end());
    let told: Vec<u32> = parts.iter().flat_map(|part| part.first..=part.last).collect();
    assert!(inside.iter().all(|page| told.contains(page)), "a page is in no document");
    assert!(told.is_sorted_by(|a, b| a < b), "a page is in two documents");
    for part in &parts {
        assert!(part.doubts.iter().all(|d| (part.first + 1..=part.last).contains(&d.page)), "{:?}", part.doubts);
    }
    let pages: Vec<&OcrPage> = read.iter().collect();
    for field in extract(&pages, &rules, None) {
        assert!((1..=pages.len().max(1) as u32).contains(&field.page), "{}", field.name);
        assert!((0.0..=1.0).contains(&field.confidence) && !field.value.is_empty(), "{}", field.name);
        assert!(!(field.confident && field.issue.is_some()), "{}: trusted and doubted", field.name);
    }
}

/// A page of A4 at 100 dpi.
fn printed(text: &str) -> (OcrPage, Vec<Barcode>) {
    let mut page = OcrPage::empty(827, 1169, Dpi::square(100.0), Rotation::None, "fuzz");
    let mut codes = Vec::new();
    for (i, line) in text.lines().take(80).enumerate() {
        let (print, code) = line.split_once('\t').map_or((line, None), |(print, code)| (print, Some(code)));
        codes.extend(code.map(|text| Barcode {
            format: BarcodeFormat::Qr,
            text: text.to_owned(),
            corners: [(0.0, 0.0); 4],
        }));
        let text = print.trim_start_matches(' ');
        let (top, mut left) = (20.0 + 14.0 * i as f32, 40.0 + 8.0 * (print.len() - text.len()) as f32);
        let sure = text.chars().next().and_then(|c| c.to_digit(10)).map_or(0.95, |d| d as f32 / 10.0);
        let mut words = Vec::new();
        for word in text.trim_start_matches(|c: char| c.is_ascii_digit()).split_whitespace() {
            let width = 6.0 * word.chars().count() as f32;
            words.push(Word::new(nfc(word), Rect { left, top, right: left + width, bottom: top + 10.0 }, sure));
            left += width + 5.0;
        }
        let Some(rect) = words.iter().map(|w| w.rect).reduce(|a, b| a.union(&b)) else { continue };
        let baseline = Baseline { x0: rect.left, y0: rect.bottom - 2.0, slope: 0.0 };
        page.blocks.push(Block { lines: vec![Line { words, rect, baseline, height: 10.0 }], rect });
    }
    (page, codes)
}

/// Rules for fields that a clerk has written.
fn rules(bytes: &[u8]) {
    if let Err(error) = FieldRules::new(Some(utf8(bytes))) {
        assert!(!error.to_string().is_empty());
    }
}

/// What pdftotext prints.
fn words(bytes: &[u8]) {
    for block in sohoa_pdf::printed::blocks(bytes, 4.2).unwrap_or_default() {
        for word in block.lines.iter().flat_map(|line| &line.words) {
            assert!(!word.text.is_empty() && nfc(&word.text) == word.text && !word.text.contains(char::is_whitespace));
            assert!(word.rect.area() > 0.0, "{:?}", word.rect);
        }
    }
}

/// What pdftoppm prints.
fn pixmap(bytes: &[u8]) {
    if let Some(raster) = sohoa_pdf::printed::portable_pixmap(bytes) {
        assert!(raster.width() > 0 && raster.height() > 0 && raster.data().len() <= bytes.len());
    }
}

/// A signed checkpoint: no text that a fuzzer writes is signed.
fn checkpoint(bytes: &[u8]) {
    let text = utf8(bytes);
    if let Some(key) = PublicKey::parse(text) {
        assert_eq!(key.to_string(), text.trim());
    }
    let (key, signed) = text.split_once('\n').unwrap_or((text, ""));
    assert!(PublicKey::parse(key).is_none_or(|key| key.check(signed).is_none()), "a forged checkpoint is believed");
}
