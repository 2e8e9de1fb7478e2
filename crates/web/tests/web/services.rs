//! Stand-ins for what the application asks of a home: pictures, packages, folders, certificates.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::civil::Date;
use sohoa_domain::{ComponentId, DocumentId, DossierCode, RefusalCode, Rotation, Sha256Digest};
use sohoa_report::{CheckReport, Figures, Finding, Made, Problem, ProblemKind, Statement, VerifyReport};
use sohoa_store::{BatchId, DiskBlobs, DocumentVersion, FieldValue, FileId, Records as _, Rendition, SqliteRecords};
use sohoa_web::{
    BacklogFolder, Backlogs, Certificates, Chunks, CoverSheets, FieldValues, PagePictures, Readiness, Received,
    Renditions, Upload, Uploads, Verification,
};
use tokio_stream::StreamExt as _;

use crate::support::{OTHER, OWN};

/// One picture for all pages.
pub struct Stores {
    pub picture: PathBuf,
    pub packages: PathBuf,
    pub blobs: DiskBlobs,
}

#[async_trait]
impl FieldValues for Stores {
    async fn keep(&self, value: FieldValue) -> io::Result<Sha256Digest> {
        value.keep(&self.blobs).map_err(io::Error::other)
    }

    async fn read(&self, digest: &Sha256Digest) -> io::Result<Option<FieldValue>> {
        Ok(FieldValue::read(&self.blobs, digest))
    }
}

#[async_trait]
impl PagePictures for Stores {
    async fn picture(&self, _: &Sha256Digest, page: u32, _: u32) -> io::Result<Option<PathBuf>> {
        Ok((page == 1).then(|| self.picture.clone()))
    }

    async fn turned(&self, received: &Sha256Digest, page: u32, side: u32, _: Rotation) -> io::Result<Option<PathBuf>> {
        self.picture(received, page, side).await
    }

    async fn upright(&self, _: &Sha256Digest, page: u32) -> io::Result<Option<Rotation>> {
        Ok((page == 1).then_some(Rotation::None))
    }

    async fn pages(&self, _: &Sha256Digest) -> io::Result<Option<u32>> {
        Ok(Some(1))
    }
}

/// Most bytes that a test may send.
pub const MOST_BYTES: usize = 1000;

/// Name, dossier, counter, user and length of what was sent.
pub type Sent = (String, String, String, String, usize);

/// What was sent, and sheets of so many components.
#[derive(Default)]
pub struct Counter(pub Mutex<Vec<Sent>>);

#[async_trait]
impl Uploads for Counter {
    async fn receive(&self, upload: Upload<'_>, mut bytes: Chunks<'_>) -> io::Result<Received> {
        let mut length = 0;
        while let Some(chunk) = bytes.next().await {
            length += chunk?.len();
        }
        if length > MOST_BYTES {
            return Ok(Received::Refused(RefusalCode::TooManyBytes));
        }
        let desk = upload.desk.map(|desk| desk.counter.clone()).unwrap_or_default();
        let sent = (upload.name.to_owned(), upload.dossier.to_string(), desk, upload.by.to_owned(), length);
        self.0.lock().unwrap().push(sent);
        Ok(Received::Accepted(FileId(1)))
    }
}

#[async_trait]
impl CoverSheets for Counter {
    async fn print(&self, dossier: &DossierCode, sheets: &[(Option<ComponentId>, String)]) -> io::Result<Vec<u8>> {
        let ids = sheets.iter().map(|(id, _)| id.as_ref().map_or("all", |id| id.as_str())).collect::<Vec<_>>();
        Ok(format!("{dossier} {}", ids.join(" ")).into_bytes())
    }
}

/// A shelf of each agency with one folder.
pub struct Shelves(pub Arc<SqliteRecords>);

#[async_trait]
impl Backlogs for Shelves {
    async fn folders(&self) -> io::Result<Vec<BacklogFolder>> {
        let folder = |agency: &str, name: &str| BacklogFolder {
            agency: agency.to_owned(),
            name: name.to_owned(),
            parts: vec![format!("{name} 2011")],
        };
        Ok(vec![folder(OTHER, "kho khác"), folder(OWN, "kho nhà")])
    }

    async fn start(&self, folder: usize, part: &str, _: &str) -> io::Result<BatchId> {
        let agency = &self.folders().await?[folder].agency;
        let now = "2023-06-15T01:30:00Z".parse().unwrap();
        self.0.open_batch("ingest", part, agency, now).await.map_err(io::Error::other)
    }

    fn to_take(&self, _: BatchId) -> Option<u64> {
        None
    }
}

#[async_trait]
impl Renditions for Stores {
    async fn open(&self, rendition: &Rendition) -> io::Result<tokio::fs::File> {
        tokio::fs::File::open(self.packages.join(&rendition.stored)).await
    }

    async fn versions(&self, _: &DossierCode, _: &DocumentId) -> io::Result<Vec<DocumentVersion>> {
        Ok(Vec::new())
    }
}

/// A home with one certificate, of a period in which nothing was received.
#[async_trait]
impl Certificates for Stores {
    async fn list(&self) -> io::Result<Vec<Statement>> {
        Ok(vec![statement(jiff::civil::date(2023, 5, 1), jiff::civil::date(2023, 5, 31))])
    }

    async fn make(&self, from: Date, to: Date, by: &str) -> io::Result<Made> {
        let mut statement = statement(from, to);
        statement.software = by.to_owned();
        Ok(Made { path: PathBuf::new(), statement, time_stamp: false, not_continued: Vec::new(), lost: Vec::new() })
    }

    async fn read(&self, root: &Sha256Digest) -> io::Result<Option<Vec<u8>>> {
        Ok((*root == certificate_root()).then(|| CERTIFICATE.to_vec()))
    }

    async fn public_key(&self) -> io::Result<String> {
        Ok("the key".to_owned())
    }

    async fn check(&self, certificate: Vec<u8>, against: Option<Vec<u8>>) -> io::Result<Option<CheckReport>> {
        let mut report = CheckReport { certificate: Some(self.list().await?.remove(0)), ..CheckReport::default() };
        let found = Finding { code: "signature", detail: "chữ ký".to_owned() };
        if certificate == CERTIFICATE {
            report.checked.push(found)
        } else {
            report.problems.push(found)
        }
        if against.is_some_and(|earlier| earlier == CERTIFICATE) {
            report.checked.push(Finding { code: "history", detail: "nối tiếp".to_owned() });
        }
        Ok((certificate != b"no certificate").then_some(report))
    }
}

/// The file of a home's only certificate.
pub const CERTIFICATE: &[u8] = b"a certificate";

/// Its root.
pub fn certificate_root() -> Sha256Digest {
    Sha256Digest::of(b"root")
}

fn statement(from: Date, to: Date) -> Statement {
    Statement {
        from,
        to,
        data_time: "2023-06-15T01:30:00Z".parse().unwrap(),
        software: String::new(),
        figures: Figures::default(),
        register: Sha256Digest::of(b"register"),
        root: certificate_root(),
        events: 7,
        events_root: Sha256Digest::of(b"events"),
        since: Default::default(),
    }
}

#[async_trait]
impl Verification for Stores {
    async fn verify(&self, dossier: &DossierCode) -> io::Result<VerifyReport> {
        let path = self.packages.display().to_string();
        let problem = Problem { dossier: Some(dossier.clone()), path, kind: ProblemKind::Mismatch };
        Ok(VerifyReport { checked: 3, ok: 2, problems: vec![problem] })
    }
}

#[async_trait]
impl Readiness for Stores {
    async fn lacking(&self) -> Vec<&'static str> {
        Vec::new()
    }
}
