//! An application over invented records of two agencies, and users to ask it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use sohoa_domain::{
    AttachmentState, Change, Clock, ColourKind, ComponentEntry, ComponentId, ComponentKind, Desk, DocumentId,
    DossierCode, DossierEntry, DossierStatus, Dpi, Event, EventKind, Field, FieldIssue, FieldName, Outcome,
    PageInspection, PageOutcome, PageRecord, Rect, Rotation, Sha256Digest, StratumBy,
};
use sohoa_report::{SampleRequest, SampleSize};
use sohoa_store::{
    Accepted, Accounts, BatchId, Completion, DiskBlobs, DocumentFile, DocumentSource, FileId, NewDocument, NewFile,
    Records, Rendition, RenditionKind, Role, Scope, SqliteAccounts, SqlitePrograms, SqliteRecords, User, UserName,
};
use sohoa_web::{InboxPlace, Secret, Services, Settings, Web};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::services::{Counter, Shelves, Stores};
use crate::systems::Systems;

/// The two agencies.
pub const OWN: &str = "UBND xã Đông Khê Hạ";
pub const OTHER: &str = "Sở Thử nghiệm";

pub const PERSON: &str = "Trần Thị Bịa";

/// Files of each document.
pub const PDF: &str = "%PDF-1.7 of a test";
pub const TEXT: &str = "Đơn của bà Trần Thị Bịa & <con>";

/// A clock that a test sets.
pub struct SetClock(Mutex<Timestamp>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// What an agency has.
pub struct Holdings {
    pub code: DossierCode,
    pub batch: BatchId,
    pub file: FileId,
    pub document: DocumentId,
}

pub struct TestWeb {
    pub web: Web,
    pub router: Router,
    pub records: Arc<SqliteRecords>,
    pub accounts: Arc<SqliteAccounts>,
    pub clock: Arc<SetClock>,
    pub counter: Arc<Counter>,
    pub systems: Arc<Systems>,
    pub programs: Arc<SqlitePrograms>,
    pub own: Holdings,
    pub other: Holdings,
    dir: TempDir,
}

impl TestWeb {
    /// With a dossier, a file and a document of each agency, and no users.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// Changes what the own document's description says.
    pub fn describe(&self, change: impl FnOnce(&mut serde_json::Value)) {
        let path = self.dir.path().join("packages").join(format!("{}-document.json", self.own.document));
        let mut description = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        change(&mut description);
        std::fs::write(&path, serde_json::to_vec(&description).unwrap()).unwrap();
    }

    /// The same with other settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let records = Arc::new(SqliteRecords::open(&dir.path().join("sohoa.db")).await.unwrap());
        let accounts = Arc::new(SqliteAccounts::open(&dir.path().join("accounts.db")).await.unwrap());
        let clock = Arc::new(SetClock(Mutex::new("2023-06-15T01:30:00Z".parse().unwrap())));
        let entries = [dossier("H41.31-230615-0001", OWN), dossier("H41.20-230615-0002", OTHER)];
        records.import_register(&Sha256Digest::of(b"register"), &entries, clock.now(), "test").await.unwrap();
        let own = holdings(&records, &entries[0].code, "TP1", "/scan/own", dir.path()).await;
        let other = holdings(&records, &entries[1].code, "TP1", "/scan/other", dir.path()).await;
        let picture = dir.path().join("page.jpg");
        std::fs::write(&picture, b"a picture").unwrap();
        let blobs = DiskBlobs::open(dir.path().join("blobs")).unwrap();
        let stores = Arc::new(Stores { picture, packages: dir.path().join("packages"), blobs });
        let counter = Arc::new(Counter::default());
        let systems = Arc::new(Systems::default());
        let programs = Arc::new(SqlitePrograms::open(&dir.path().join("programs.db")).await.unwrap());
        let place = |path: &str, agency: &str| InboxPlace {
            path: path.into(),
            desk: Desk { agency: agency.to_owned(), counter: "Quầy 1".to_owned() },
        };
        let mut settings = Settings {
            session_idle: SignedDuration::from_mins(30),
            session_life: SignedDuration::from_hours(12),
            behind_proxy: false,
            public_url: String::new(),
            tls: false,
            late: SignedDuration::from_hours(24),
            api_per_second: 50,
            api_at_once: 200,
            late_hours: 24,
        };
        change(&mut settings);
        let web = Web::new(Services {
            records: records.clone(),
            accounts: accounts.clone(),
            renditions: stores.clone(),
            values: stores.clone(),
            pictures: stores.clone(),
            uploads: counter.clone(),
            cover_sheets: counter.clone(),
            certificates: stores.clone(),
            verification: stores.clone(),
            backlogs: Arc::new(Shelves(records.clone())),
            programs: programs.clone(),
            registers: systems.clone(),
            resumable: systems.clone(),
            messenger: systems.clone(),
            readiness: stores,
            clock: clock.clone(),
            inboxes: vec![place("/scan/own", OWN), place("/scan/other", OTHER)],
            settings,
            agent: "sohoa/test".to_owned(),
        });
        Self { router: web.router(), web, records, accounts, clock, counter, systems, programs, own, other, dir }
    }

    /// Draws a sample of all documents.
    pub async fn sample(&self, seed: &str) -> i64 {
        let day = jiff::civil::date(2023, 6, 15);
        let population = self.records.audit_population(day, day, StratumBy::None).await.unwrap();
        let request = SampleRequest {
            name: String::new(),
            seed: seed.to_owned(),
            from: day,
            to: day,
            batch: None,
            size: SampleSize::Count(2),
            by: StratumBy::None,
        };
        self.records.add_sample(&request.draw(&population), self.clock.now(), "test").await.unwrap()
    }

    pub fn pass(&self, seconds: i64) {
        let mut now = self.clock.0.lock().unwrap();
        *now += SignedDuration::from_secs(seconds);
    }

    /// Adds a user.
    pub async fn add(&self, name: &str, role: Role, agency: &str, password: Option<&str>) {
        let user = User {
            name: name.parse().unwrap(),
            role,
            agency: agency.to_owned(),
            language: String::new(),
            password: password.map(|p| sohoa_web::hash_password(p).unwrap()),
            disabled: false,
        };
        self.accounts.add_user(&user, self.clock.now()).await.unwrap();
    }

    /// A session of a user, and the secret that its pages send along.
    pub async fn session(&self, name: &str) -> Client<'_> {
        let secret = Secret::new().unwrap();
        let (name, now): (UserName, _) = (name.parse().unwrap(), self.clock.now());
        self.accounts.open_session(&secret.digest(), &name, now, Timestamp::UNIX_EPOCH).await.unwrap();
        let mut client = Client { cookie: format!("sohoa_session={}", secret.reveal()), ..self.nobody() };
        let home = client.get("/").await;
        client.csrf = between(&home.text, "data-csrf=\"", "\"").to_owned();
        assert_eq!(client.csrf.len(), 64, "{}", home.text);
        client
    }

    /// A session of a new user.
    pub async fn user(&self, role: Role, agency: &str) -> Client<'_> {
        let users = self.accounts.users().await.unwrap().len();
        let name = format!("{role}-{users}");
        self.add(&name, role, agency, None).await;
        self.session(&name).await
    }

    /// A program with a token that acts as a new user.
    pub async fn program(&self, role: Role, agency: &str, scopes: &[Scope]) -> Client<'_> {
        let name = format!("program-{}", self.accounts.users().await.unwrap().len());
        self.add(&name, role, agency, None).await;
        let secret = Secret::new().unwrap();
        let user = name.parse().unwrap();
        self.accounts.add_token(&secret.digest(), &user, "portal", scopes, self.clock.now()).await.unwrap();
        Client { token: secret.reveal().to_owned(), ..self.nobody() }
    }

    /// Nobody.
    pub fn nobody(&self) -> Client<'_> {
        Client { web: self, cookie: String::new(), csrf: String::new(), token: String::new() }
    }

    /// Attaches another document.
    pub async fn attach(&self, code: &DossierCode, component: &str, folder: &str) -> DocumentId {
        holdings(&self.records, code, component, folder, self.dir.path()).await.document
    }

    /// The register lists these components for a dossier from now on.
    pub async fn register(&self, code: &DossierCode, agency: &str, components: &[&str]) {
        let components = components.iter().map(|id| component(id, ComponentKind::Component)).collect();
        let entry = DossierEntry { components, ..dossier(code.as_str(), agency) };
        let source = Sha256Digest::of(b"another register");
        self.records.import_register(&source, &[entry], self.clock.now(), "test").await.unwrap();
    }

    pub async fn events(&self) -> Vec<sohoa_domain::Event> {
        self.records.events(None).await.unwrap()
    }
}

/// A browser.
pub struct Client<'a> {
    web: &'a TestWeb,
    pub cookie: String,
    pub csrf: String,
    /// Token of a program, empty for a browser.
    pub token: String,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }
}

impl Client<'_> {
    /// A request as a browser sends it from one of our pages, or a program with its token.
    pub fn request(&self, method: &Method, path: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "sohoa.test");
        if !self.token.is_empty() {
            return request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        let request = if self.cookie.is_empty() { request } else { request.header(header::COOKIE, &self.cookie) };
        if *method == Method::GET { request } else { request.header(header::ORIGIN, "http://sohoa.test") }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.start(request).await;
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, 1 << 22).await.unwrap().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// The answer, its body not read.
    pub async fn start(&self, request: Request<Body>) -> axum::response::Response {
        self.web.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(&Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// A form; the secret of the session goes with it.
    pub async fn post(&self, path: &str, form: &str) -> Answer {
        let request = self.request(&Method::POST, path);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = if self.csrf.is_empty() { form.to_owned() } else { format!("{form}&csrf={}", self.csrf) };
        self.send(request.body(Body::from(form)).unwrap()).await
    }
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap().0
}

fn component(id: &str, kind: ComponentKind) -> ComponentEntry {
    ComponentEntry { id: id.parse().unwrap(), name: format!("Giấy {id}"), kind, required: true, exempt_reason: None }
}

fn dossier(code: &str, agency: &str) -> DossierEntry {
    DossierEntry {
        code: code.parse().unwrap(),
        procedure: None,
        agency: agency.to_owned(),
        counter: "Quầy 1".to_owned(),
        channel: None,
        applicant: PERSON.to_owned(),
        received: Some(jiff::civil::date(2023, 6, 15).at(8, 30, 0, 0)),
        due: None,
        finished: None,
        returned: None,
        return_channel: None,
        status: Some(DossierStatus::new(4).unwrap()),
        catalogue: None,
        components: vec![component("TP1", ComponentKind::Component), component("KQ", ComponentKind::Result)],
    }
}

/// What the paper says: a number that was read with doubt, and a name.
fn fields() -> Vec<Field> {
    let rect = Rect { left: 100.0, top: 120.0, right: 300.0, bottom: 160.0 };
    let field = |name, value: &str, confident, issue| Field {
        name,
        value: value.to_owned(),
        page: 1,
        rect,
        confidence: 0.6,
        confident,
        issue,
    };
    vec![
        field(FieldName::NUMBER, "1l3", false, Some(FieldIssue::NumberGrammar)),
        field(FieldName::PERSON_NAME, "Nguyễn Thị Mơ", true, None),
    ]
}

/// Where on the paper which words are.
const ALTO: &str = "<alto><Page PHYSICAL_IMG_NR=\"1\" WIDTH=\"1000\" HEIGHT=\"1400\" ROTATION=\"90\"><TextLine>\
    <String HPOS=\"100\" VPOS=\"200\" WIDTH=\"80\" HEIGHT=\"30\" CONTENT=\"Đơn\"/>\
    <String HPOS=\"200\" VPOS=\"200\" WIDTH=\"70\" HEIGHT=\"30\" CONTENT=\"của\"/></TextLine><TextLine>\
    <String HPOS=\"100\" VPOS=\"260\" WIDTH=\"90\" HEIGHT=\"30\" CONTENT=\"&amp;\"/>\
    <String HPOS=\"200\" VPOS=\"260\" WIDTH=\"90\" HEIGHT=\"30\" CONTENT=\"&lt;con&gt;\"/></TextLine></Page></alto>";

/// A scanned file of one page that hangs on the dossier as this component.
async fn holdings(records: &SqliteRecords, code: &DossierCode, component: &str, folder: &str, home: &Path) -> Holdings {
    let component = Some(component.parse::<ComponentId>().unwrap());
    let now: Timestamp = "2023-06-15T01:00:00Z".parse().unwrap();
    let agency = records.dossier(code).await.unwrap().map(|entry| entry.agency).unwrap_or_default();
    let batch = records.open_batch("inbox", folder, &agency, now).await.unwrap();
    let file = NewFile {
        batch,
        origin: format!("{folder}/SCAN0001.pdf"),
        relative: "SCAN0001.pdf".to_owned(),
        inode: 7,
        modified_ns: 1,
        digest: Sha256Digest::of(folder.as_bytes()),
        bytes: 10,
        dossier: None,
        desk: None,
    };
    let Accepted::New(file) = records.accept(&file, now, "test").await.unwrap() else { panic!("known already") };
    let lease = records.reserve("w", now, SignedDuration::from_mins(1), 3, None).await.unwrap().unwrap();
    let digest = lease.file.digest.unwrap();
    let id = DocumentId::derive(code, &digest, 0);
    let ordinal = records.ordinal(code, &id).await.unwrap();
    let page = PageRecord {
        number: 1,
        outcome: PageOutcome::Ok,
        inspection: Some(PageInspection {
            width: 1000,
            height: 1400,
            dpi: Dpi::square(120.0),
            dpi_guessed: false,
            colour: ColourKind::Grey,
            in_colour: false,
            blank: false,
            ink: 0.1,
            skew_degrees: 0.0,
            rotation: Rotation::None,
            sharpness: 1.0,
            paper: None,
            seal: None,
            cut_off: std::collections::BTreeSet::new(),
        }),
        confidence: None,
        words: 3,
        own_text: false,
        reason: None,
    };
    let result_code = format!("{}.{ordinal}", code);
    let description = DocumentFile {
        id: id.clone(),
        dossier: code.clone(),
        component: component.clone(),
        result_code: result_code.clone(),
        ordinal,
        source: DocumentSource { name: "SCAN0001.pdf".to_owned(), digest, bytes: 10, accepted: now },
        part: 0,
        pages: vec![page.clone()],
        replaced: std::collections::BTreeMap::new(),
        engine: String::new(),
        software: String::new(),
        evidence: serde_json::json!({}),
        fields: fields(),
        profile: None,
        warnings: Vec::new(),
        missing_numbers: Vec::new(),
    };
    let description = serde_json::to_vec(&description).unwrap();
    std::fs::create_dir_all(home.join("packages")).unwrap();
    let rendition = |kind, name: &str, bytes: &[u8]| {
        let stored = format!("{id}-{name}");
        std::fs::write(home.join("packages").join(&stored), bytes).unwrap();
        let (logical, digest) = (format!("documents/{id}/{name}"), Sha256Digest::of(bytes));
        Rendition { kind, logical, stored, digest, bytes: bytes.len() as u64 }
    };
    let renditions = vec![
        rendition(RenditionKind::Metadata, "document.json", &description),
        rendition(RenditionKind::Pdf, "document.pdf", PDF.as_bytes()),
        rendition(RenditionKind::Alto, "document.alto.xml", ALTO.as_bytes()),
        rendition(RenditionKind::Text, "document.txt", TEXT.as_bytes()),
    ];
    let document = NewDocument {
        id: id.clone(),
        dossier: code.clone(),
        component: component.clone(),
        state: AttachmentState::Attached,
        ordinal,
        result_code,
        source: file,
        source_digest: digest,
        part: 0,
        version: 1,
        pages: vec![page],
        renditions,
        text: TEXT.to_owned(),
        evidence: "{}".to_owned(),
        paper: None,
        fields: fields(),
    };
    let completion = Completion::Attached { documents: vec![document], loose_pages: Vec::new(), parts: Vec::new() };
    let event = |kind, change| Event {
        at: now,
        kind,
        outcome: Outcome::Success,
        agent: "test".to_owned(),
        source: Some(digest),
        dossier: Some(code.clone()),
        document: Some(id.clone()),
        detail: String::new(),
        file: None,
        change,
    };
    let change = Change::Attachment { state: AttachmentState::Attached, component };
    let events = [event(EventKind::Packaged, Some(change)), event(EventKind::Attached, None)];
    records.complete(&lease, &completion, &events, now).await.unwrap();
    Holdings { code: code.clone(), batch, file, document: id }
}
