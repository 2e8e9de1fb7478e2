//! Tests of verification on a small store with real rows: each damage is found and named, and nothing else is.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use sohoa_domain::{
    AttachmentState, Change, DocumentId, Event, EventKind, Field, FieldName, FileState, Outcome, PageOutcome,
    PageRecord, PageState, Rect, Sha256Digest,
};
use sohoa_store::{
    BatchId, Completion, ContentSource, DOCUMENT_FILE, DiskBlobs, DiskPackages, DocumentFile, DocumentSource, EventLog,
    Lease, NewContent, NewDocument, NewFile, PDF_FILE, Rendition, RenditionKind, SqliteRecords, TEXT_FILE,
    read_register,
};
use walkdir::WalkDir;

use super::*;
use crate::checkpoint::CheckpointKey;

mod batches;
mod corruption;
mod fields;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A home with two dossiers, three documents (two of them in two versions of one package), a file in review and a
/// register.
struct Home {
    dir: tempfile::TempDir,
    records: SqliteRecords,
    blobs: DiskBlobs,
    packages: DiskPackages,
    log: EventLog,
    checkpoints: CheckpointFolders,
    key: CheckpointKey,
    batch: BatchId,
}

fn code(n: u32) -> DossierCode {
    format!("H41.20-230615-{n:04}").parse().unwrap()
}

/// A field that a person has to look at.
fn doubtful() -> Field {
    Field {
        name: FieldName::NUMBER,
        value: "12".to_owned(),
        page: 1,
        rect: Rect::default(),
        confidence: 0.5,
        confident: false,
        issue: None,
    }
}

impl Home {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let records = SqliteRecords::open(&dir.path().join("sohoa.db")).await.unwrap();
        let blobs = DiskBlobs::open(dir.path().join("blobs")).unwrap();
        let packages = DiskPackages::open(dir.path().join("ocfl")).unwrap();
        let batch = records.open_batch("ingest", "test", "", NOW).await.unwrap();
        let log = EventLog::open(dir.path().join("events")).unwrap();
        let (own, published) = (dir.path().join("checkpoints"), vec![dir.path().join("published")]);
        fs::create_dir(&published[0]).unwrap();
        let key = CheckpointKey::open(&dir.path().join("keys/checkpoint.key")).unwrap();
        let checkpoints = CheckpointFolders { own, published };
        let home = Self { dir, records, blobs, packages, log, checkpoints, key, batch };
        let header = "dossier,procedure,agency,counter,channel,applicant,received,due,finished,returned,\
                      return_channel,status,component,component_name,kind,required,exempt_reason";
        let csv = format!("{header}\n{},,,,,,,,,,,,,,,,\n{},,,,,,,,,,,,TP1,,component,true,\n", code(1), code(2));
        let register = home.blobs.put_bytes(csv.as_bytes()).unwrap().digest;
        let mut entries = Vec::new();
        read_register(std::io::Cursor::new(csv), &sohoa_domain::Reading::default(), |e| entries.push(e)).unwrap();
        home.records.import_register(&register, &entries, NOW, "test").await.unwrap();
        for (dossier, bytes) in [(1, "first"), (2, "first"), (1, "second")] {
            let lease = home.accept(dossier, bytes).await;
            home.attach(&lease).await;
        }
        let lease = home.accept(1, "unreadable").await;
        let review = Completion::Review {
            code: "test".to_owned(),
            reason: "test".to_owned(),
            documents: Vec::new(),
            loose_pages: vec![(1, PageState::Kept)],
            parts: Vec::new(),
        };
        home.records.complete(&lease, &review, &[], NOW).await.unwrap();
        home.log.seal(&home.records).await.unwrap();
        home.checkpoints.make(&home.records, &home.key, NOW).await.unwrap();
        home
    }

    fn stores(&self) -> Stores<'_> {
        static HEADERS: BTreeMap<String, String> = BTreeMap::new();
        let Self { records, blobs, packages, log, checkpoints, .. } = self;
        let objects = Objects { blobs, packages, log, headers: &HEADERS };
        Stores { records, objects, checkpoints, key: Some(self.key.public()), now: NOW }
    }

    /// Receives a file for the dossier and reserves its job.
    async fn accept(&self, dossier: u32, bytes: &str) -> Lease {
        let stored = self.blobs.put_bytes(bytes.as_bytes()).unwrap();
        let file = NewFile {
            batch: self.batch,
            origin: format!("/scan/{dossier}/{bytes}.bin"),
            relative: format!("{dossier}/{bytes}.bin"),
            inode: 1,
            modified_ns: 1,
            digest: stored.digest,
            bytes: stored.bytes,
            dossier: Some(code(dossier)),
            desk: None,
        };
        self.records.accept(&file, NOW, "test").await.unwrap();
        let minute = SignedDuration::from_mins(1);
        self.records.reserve("test", NOW, minute, 3, None).await.unwrap().unwrap()
    }

    /// Writes the package of a reserved file.
    async fn package(&self, lease: &Lease) -> NewDocument {
        let (dossier, digest) = (lease.file.dossier.clone().unwrap(), lease.file.digest.unwrap());
        let id = DocumentId::derive(&dossier, &digest, 0);
        let made = |text: &str| ContentSource::Bytes(format!("{text} of {id}").into_bytes());
        let ordinal = self.records.ordinal(&dossier, &id).await.unwrap();
        let result_code = format!("{dossier}.{ordinal}");
        let pages = vec![PageRecord {
            number: 1,
            outcome: PageOutcome::Ok,
            inspection: None,
            confidence: None,
            words: 0,
            own_text: false,
            reason: None,
        }];
        let metadata = DocumentFile {
            id: id.clone(),
            dossier: dossier.clone(),
            component: None,
            result_code: result_code.clone(),
            ordinal,
            source: DocumentSource { name: String::new(), digest, bytes: lease.file.bytes, accepted: NOW },
            pages: pages.clone(),
            replaced: BTreeMap::new(),
            engine: String::new(),
            software: String::new(),
            evidence: serde_json::json!({}),
            part: 0,
            fields: vec![doubtful()],
            profile: None,
            warnings: Vec::new(),
            missing_numbers: Vec::new(),
        };
        let files = [
            (RenditionKind::Original, "original.bin", ContentSource::Copy(self.blobs.path(&digest), digest)),
            (RenditionKind::Pdf, PDF_FILE, made("pdf")),
            (RenditionKind::Text, TEXT_FILE, made("text")),
            (RenditionKind::Metadata, DOCUMENT_FILE, ContentSource::Bytes(serde_json::to_vec(&metadata).unwrap())),
        ];
        let logical = |name: &str| format!("documents/{id}/{name}");
        let new = files.iter().map(|(_, name, source)| NewContent { logical: logical(name), source: source.clone() });
        let version = self.packages.add_version(&dossier, new.collect(), &[], "test", "test", NOW).unwrap();
        let renditions = files.iter().zip(version.stored).map(|((kind, ..), stored)| Rendition {
            kind: *kind,
            logical: stored.logical,
            stored: stored.stored,
            digest: stored.digest,
            bytes: stored.bytes,
        });
        NewDocument {
            renditions: renditions.collect(),
            id,
            dossier,
            component: None,
            state: AttachmentState::Attached,
            ordinal,
            result_code,
            source: lease.file.id,
            source_digest: digest,
            part: 0,
            version: version.number,
            pages,
            text: String::new(),
            evidence: "{}".to_owned(),
            paper: None,
            fields: vec![doubtful()],
        }
    }

    async fn record(&self, lease: &Lease, document: NewDocument) {
        let told = Event {
            at: NOW,
            kind: EventKind::Packaged,
            outcome: Outcome::Success,
            agent: "test".to_owned(),
            source: lease.file.digest,
            dossier: Some(document.dossier.clone()),
            document: Some(document.id.clone()),
            detail: String::new(),
            file: None,
            change: Some(Change::Attachment { state: document.state, component: None }),
        };
        let attached = Event { kind: EventKind::Attached, change: None, ..told.clone() };
        let ended = Completion::Attached { documents: vec![document], loose_pages: Vec::new(), parts: Vec::new() };
        assert_eq!(self.records.complete(lease, &ended, &[told, attached], NOW).await.unwrap(), FileState::Attached);
    }

    async fn attach(&self, lease: &Lease) {
        self.record(lease, self.package(lease).await).await;
    }

    async fn verify(&self, dossier: Option<u32>) -> VerifyReport {
        let options =
            VerifyOptions { dossier: dossier.map(code), threads: NonZero::new(3), ..VerifyOptions::default() };
        let report = verify(self.stores(), &options, &|_, _| {}).await.unwrap();
        assert_eq!(report.ok == report.checked, report.problems.is_empty());
        report
    }

    /// Kinds and paths of problems, paths relative to the home.
    async fn problems(&self, dossier: Option<u32>) -> Vec<(ProblemKind, String)> {
        let below = |path: &str| path.replacen(&format!("{}/", self.dir.path().display()), "", 1);
        self.verify(dossier).await.problems.iter().map(|p| (p.kind, below(&p.path))).collect()
    }

    /// All stored files.
    fn files(&self) -> Vec<PathBuf> {
        let checkpoints = [&self.checkpoints.own, &self.checkpoints.published[0]];
        let roots = [self.blobs.root(), self.packages.root(), self.log.root()];
        let roots = roots.into_iter().chain(checkpoints.into_iter().map(PathBuf::as_path));
        let entries = roots.flat_map(|root| WalkDir::new(root).sort_by_file_name());
        entries.map(Result::unwrap).filter(|e| e.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
    }

    fn object_file(&self, dossier: u32, name: &str) -> PathBuf {
        self.packages.object_root(&code(dossier)).join(name)
    }

    fn below(&self, path: &Path) -> String {
        path.strip_prefix(self.dir.path()).unwrap().to_str().unwrap().to_owned()
    }
}

fn overwrite(path: &Path, bytes: &[u8]) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o640)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_whole_store_has_no_problems() {
    let home = Home::new().await;
    let report = home.verify(None).await;
    assert_eq!(report.problems, []);
    // 4 blobs, 3 files of the storage root; 3 and 5 files of objects of one and two versions beside 4 for each document;
    // a segment and two copies of a checkpoint.
    let files = 4 + 3 + (5 + 4) + (7 + 8) + 1 + 2;
    assert_eq!(home.files().len(), files);
    // 3 rows of documents, 3 digests of received files, 1 of a register, 12 events, 2 checkpoints, the database itself and all its rows.
    assert_eq!(report.checked, files as u64 + 3 + 3 + 1 + 12 + 2 + 2);
    let one = home.verify(Some(1)).await;
    assert_eq!((one.problems.len(), one.checked), (0, (7 + 8) + 2 + 2));
    assert_eq!(home.verify(Some(3)).await.checked, 0);
}

#[tokio::test]
async fn progress_ends_with_all_files_and_never_goes_back() {
    let home = Home::new().await;
    let told = Mutex::new(Vec::new());
    let tell = |done, all| told.lock().unwrap().push((done, all));
    let options = VerifyOptions::default();
    let report = verify(home.stores(), &options, &tell).await.unwrap();
    let told = told.into_inner().unwrap();
    assert_eq!(report.problems, []);
    // 4 blobs, 12 contents and a segment.
    assert_eq!(told, (1..=17).map(|done| (done, 17)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_changed_byte_in_any_file_is_found_and_nothing_else_is_blamed() {
    let home = Home::new().await;
    let files = home.files();
    assert!(files.len() > 20);
    for path in files {
        let good = fs::read(&path).unwrap();
        for place in [0, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[place] ^= 1;
            overwrite(&path, &bad);
            let problems = home.problems(None).await;
            let mut paths: Vec<&str> = problems.iter().map(|(_, path)| path.as_str()).collect();
            if path.starts_with(home.log.root()) {
                // The events in it differ from the database's, too.
                paths.retain(|p| !p.starts_with("event "));
            }
            paths.dedup();
            assert_eq!(paths, [home.below(&path)], "byte {place}: {problems:?}");
        }
        for bad in [&good[..good.len() - 1], &[good.as_slice(), b"\n"].concat(), b""] {
            overwrite(&path, bad);
            let problems = home.problems(None).await;
            assert!(problems.iter().any(|(_, p)| *p == home.below(&path)), "{problems:?}");
        }
        overwrite(&path, &good);
    }
    assert_eq!(home.problems(None).await, []);
}

#[tokio::test]
async fn a_file_that_is_gone_or_became_a_link_is_named() {
    let home = Home::new().await;
    // A published checkpoint that is gone is only published again.
    for path in home.files().into_iter().filter(|p| !p.starts_with(&home.checkpoints.published[0])) {
        let aside = home.dir.path().join("aside");
        fs::rename(&path, &aside).unwrap();
        let problems = home.problems(None).await;
        assert!(problems.iter().any(|(_, p)| *p == home.below(&path)), "gone {}: {problems:?}", path.display());
        std::os::unix::fs::symlink(&aside, &path).unwrap();
        let problems = home.problems(None).await;
        assert!(problems.iter().any(|(_, p)| *p == home.below(&path)), "link {}: {problems:?}", path.display());
        fs::remove_file(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
    }
    assert_eq!(home.problems(None).await, []);
}

#[tokio::test]
async fn what_belongs_to_nothing_is_named() {
    let home = Home::new().await;
    let object = home.packages.object_root(&code(1));
    let strays = [
        home.blobs.root().join("notes.txt"),
        home.packages.root().join("notes.txt"),
        home.packages.root().join("extensions/notes.txt"),
        object.parent().unwrap().join("notes.txt"),
        object.join("notes.txt"),
        object.join("v1/notes.txt"),
        object.join("v1/content/notes.txt"),
        object.join("v3/content/notes.txt"),
    ];
    for stray in &strays {
        fs::create_dir_all(stray.parent().unwrap()).unwrap();
        fs::write(stray, "stray").unwrap();
    }
    let folders = [object.join("v2/content/empty"), home.packages.root().join("000")];
    for folder in &folders {
        fs::create_dir(folder).unwrap();
    }
    let mut expect: Vec<_> = strays.iter().chain(&folders).map(|path| (ProblemKind::Extra, home.below(path))).collect();
    expect.sort();
    let mut problems = home.problems(None).await;
    problems.sort();
    assert_eq!(problems, expect);
    // An object in another's place.
    let place = home.packages.object_root(&code(7));
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::rename(&object, &place).unwrap();
    assert!(
        home.problems(None).await.contains(&(ProblemKind::BadInventory, home.below(&place.join("inventory.json"))))
    );
}

#[tokio::test]
async fn rows_without_files_and_files_without_rows_are_named() {
    let home = Home::new().await;
    // Received, and the row never came.
    let blob = home.blobs.put_bytes(b"no row").unwrap().digest;
    // Packaged and the job given up.
    let lease = home.accept(2, "third").await;
    let document = home.package(&lease).await;
    assert_eq!(home.problems(None).await, [(ProblemKind::BlobWithoutRow, home.below(&home.blobs.path(&blob)))]);
    let refused = Completion::Rejected { code: "test".to_owned(), reason: "test".to_owned() };
    home.records.complete(&lease, &refused, &[], NOW).await.unwrap();
    let mut expect = vec![(ProblemKind::BlobWithoutRow, home.below(&home.blobs.path(&blob)))];
    expect.extend(document.renditions.iter().map(|r| (ProblemKind::PackageWithoutRow, format!("ocfl/{}", r.stored))));
    let mut problems = home.problems(None).await;
    problems.sort();
    expect.sort();
    assert_eq!(problems, expect);

    let home = Home::new().await;
    fs::remove_dir_all(home.packages.object_root(&code(2)).ancestors().nth(3).unwrap()).unwrap();
    let problems = home.problems(None).await;
    assert_eq!(problems.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [ProblemKind::RowWithoutPackage; 4]);
    assert_eq!(home.problems(Some(2)).await.len(), problems.len());
    assert_eq!(home.problems(Some(1)).await, []);
}

#[tokio::test]
async fn rows_that_say_something_else_are_named() {
    type Spoil = fn(&mut NewDocument);
    let wrong: [(Spoil, ProblemKind); 5] = [
        (|d| d.renditions[1].bytes += 1, ProblemKind::RowMismatch),
        (|d| d.renditions[1].digest = Sha256Digest::of(b"other"), ProblemKind::RowWithoutPackage),
        (|d| d.renditions[1].stored.push('x'), ProblemKind::RowWithoutPackage),
        (|d| d.version -= 1, ProblemKind::RowWithoutPackage),
        (|d| drop(d.renditions.remove(0)), ProblemKind::PackageWithoutRow),
    ];
    for (number, (spoil, kind)) in wrong.into_iter().enumerate() {
        let home = Home::new().await;
        let lease = home.accept(2, "third").await;
        let mut document = home.package(&lease).await;
        spoil(&mut document);
        home.record(&lease, document).await;
        let problems = home.verify(Some(2)).await.problems;
        assert!(problems.iter().any(|p| p.kind == kind && p.dossier == Some(code(2))), "{number}: {problems:?}");
        assert_eq!(home.problems(Some(1)).await, []);
    }
}

#[tokio::test]
async fn versions_that_come_meanwhile_are_no_problem() {
    let home = Home::new().await;
    let stop = std::sync::atomic::AtomicBool::new(false);
    let writing = async {
        for n in 0..30 {
            let lease = home.accept(n % 3, &format!("more {n}")).await;
            home.attach(&lease).await;
            tokio::task::yield_now().await;
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    };
    let reading = async {
        while !stop.load(std::sync::atomic::Ordering::Relaxed) {
            assert_eq!(home.problems(None).await, []);
        }
    };
    tokio::join!(writing, reading);
    assert_eq!(home.problems(None).await, []);
}

#[tokio::test]
async fn the_report_reads_as_it_is_promised() {
    let home = Home::new().await;
    let path = home.object_file(1, "inventory.json.sha256");
    fs::remove_file(&path).unwrap();
    let json = serde_json::to_value(home.verify(Some(1)).await).unwrap();
    let expect = serde_json::json!({
        "checked": 19,
        "ok": 18,
        "problems": [{"dossier": "H41.20-230615-0001", "path": path, "kind": "missing"}],
    });
    assert_eq!(json, expect);
    for kind in [ProblemKind::BlobWithoutRow, ProblemKind::Mismatch, ProblemKind::SidecarMismatch] {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.to_string());
    }
}
