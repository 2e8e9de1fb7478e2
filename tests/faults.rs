//! Faults of what surrounds the work: full disks, a locked database, recognizers that misbehave, clocks that jump, workers
//! that freeze, folders that vanish. Each is seen by a person, costs no file, and is over by itself when its cause is gone.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sohoa_domain::{Clock, Dpi, FileState, Limits, OcrPage, Raster};
use sohoa_ocr::{ChildEngine, ChildOptions, Engine, EngineChoice, OcrError};
use sohoa_pipeline::{Claim, Context, EnginePool, Engines, Found, Intake, Trouble, work};
use sohoa_store::{DiskBlobs, DiskPackages, Records, SqliteRecords};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use crate::demo::a_storage_root_is_ocfl;
use crate::support::{Serving, TestHome, jpeg, pdf, register_csv};

const CODE: &str = "H41.20-230615-0001";

/// For what has to come sooner or later: much longer than it takes on a busy machine.
const PATIENCE: u64 = 120;

/// How the log tells that the work pauses, and that files cannot be claimed or moved.
const PAUSES: &str = "the work pauses";
const UNCLAIMED: &str = "files cannot be claimed yet";
const UNMOVED: &str = "claimed files cannot be moved";

/// A home whose files are taken at once and have one attempt only, so that a fault that uses it up shows.
fn home(engine: &str) -> TestHome {
    let home = TestHome::new(engine);
    home.change_settings(|text| {
        let text = text.replace("settle_seconds = 2\n", "settle_seconds = 0\n");
        let text = text.replace("poll_seconds = 1\n", "poll_seconds = 0.1\n");
        let text = text.replace("retry_seconds = 5\n", "retry_seconds = 0.2\n");
        text.replace("max_attempts = 5\n", "max_attempts = 1\n")
    });
    home
}

fn inbox(home: &TestHome) -> PathBuf {
    home.path().join("inbox")
}

/// Puts a paper of the dossier into a scan folder, as a scanner does: under another name first.
fn put(inbox: &Path, name: &str, bytes: &[u8]) {
    let folder = inbox.join(CODE);
    fs::create_dir_all(&folder).unwrap();
    let half = folder.join(format!("{name}.part"));
    fs::write(&half, bytes).unwrap();
    fs::rename(half, folder.join(name)).unwrap();
}

#[track_caller]
fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(PATIENCE), "{what} did not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[track_caller]
fn wait_for(home: &TestHome, done: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let status = home.status();
        if done(&status) {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(PATIENCE), "{status}\n{}", home.log());
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[track_caller]
fn wait_for_files(home: &TestHome, state: &str, files: u64) -> Value {
    wait_for(home, |ledger| ledger["files"][state] == files)
}

/// Everything is attached, nothing is left in the scan folder, nothing doubled, all bytes as they should be.
#[track_caller]
fn ends_well(home: &TestHome, files: u64) {
    let whole = |ledger: &Value| ledger["files"]["attached"] == files && ledger["inboxes"][0]["files"] == 0;
    let ledger = wait_for(home, whole);
    assert_eq!((&ledger["files"]["seen"], &ledger["files"]["review"]), (&files.into(), &0.into()), "{ledger}");
    assert_eq!(ledger["waiting"], Value::Array(Vec::new()));
    let documents = home.json(&["dossier", "show", CODE])["documents"].as_array().unwrap().len();
    assert_eq!(documents as u64, files);
    home.run(&["verify"]).ends_with(0);
}

fn told_once(home: &TestHome, what: &str) {
    assert_eq!(home.logged(what), 1, "{}", home.log());
}

/// A disk in memory that only the processes of one test see: it is mounted in a namespace that ends with its holder.
struct SmallDisk {
    holder: Child,
    enter: &'static [&'static str],
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts it at a folder and lets the home's commands see it. `None`, told on the terminal, where that is not permitted.
    fn mount(home: &mut TestHome, at: &str, options: &str) -> Option<Self> {
        const MOUNT: &str = r#"mount -t tmpfs -o "$1" none "$0" && echo ready && exec cat"#;
        let path = home.path().join(at);
        fs::create_dir_all(&path).unwrap();
        for (unshare, enter) in [("-m", &["-m"][..]), ("-rm", &["-m", "-U", "--preserve-credentials"])] {
            let holder = Command::new("unshare")
                .args([unshare, "sh", "-c", MOUNT])
                .arg(&path)
                .arg(options)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn();
            let Ok(mut holder) = holder else { continue };
            let mut said = String::new();
            BufReader::new(holder.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
            if said == "ready\n" {
                let pid = holder.id().to_string();
                home.within = ["nsenter", "-t", &pid].iter().chain(enter).map(|s| (*s).to_owned()).collect();
                home.within.push("--".to_owned());
                return Some(Self { holder, enter, path });
            }
            holder.wait().unwrap();
        }
        // Not by a macro whose words the test's runner would keep to itself.
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        let mut terminal = std::io::stderr();
        writeln!(terminal, "\n*** SKIPPED: {name}: no disk may be mounted here, nothing was tested ***\n").unwrap();
        None
    }

    /// Where this process sees it.
    fn here(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.path.strip_prefix("/").unwrap())
    }

    /// Fills it to the last byte but so many.
    fn fill(&self, but: u64) {
        let path = self.here().join(".filler");
        let mut filler = fs::File::create(&path).unwrap();
        while filler.write_all(&[1; 4096]).is_ok() {}
        let length = filler.metadata().unwrap().len();
        filler.set_len(length - but).unwrap();
        assert!(length > 0 && self.enter.contains(&"-m"));
    }

    fn free(&self) {
        fs::remove_file(self.here().join(".filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Its input ends, and so does it; the disk goes with the last process that sees it.
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}

fn place(home: &TestHome, default: &str, elsewhere: &str) {
    home.change_settings(|text| text.replace(default, elsewhere));
}

#[test]
fn a_scan_folder_without_room_for_done_keeps_its_files_and_their_work_goes_on() {
    let mut home = home("fake");
    let Some(disk) = SmallDisk::mount(&mut home, "inbox", "size=4m,nr_inodes=40") else { return };
    home.register(&register_csv(&[(CODE, "")]));
    put(&disk.here(), "1.jpg", &jpeg(1));
    put(&disk.here(), "2.jpg", &jpeg(2));
    let fillers: Vec<PathBuf> =
        (0..40).map(|n| disk.here().join(format!(".{n}"))).take_while(|path| fs::write(path, b"").is_ok()).collect();
    assert!(fillers.len() < 40, "the disk is not full");
    let serve = home.serve();
    let ledger = wait_for_files(&home, "attached", 2);
    assert_eq!(ledger["inboxes"][0]["files"], 2, "{ledger}");
    home.wait_for_log(PATIENCE, UNMOVED, 1);
    assert!(!disk.here().join("done").exists());
    fillers.iter().for_each(|path| fs::remove_file(path).unwrap());
    ends_well(&home, 2);
    serve.stop();
    told_once(&home, UNMOVED);
    for (name, seed) in [("1.jpg", 1), ("2.jpg", 2)] {
        assert_eq!(fs::read(disk.here().join("done").join(CODE).join(name)).unwrap(), jpeg(seed));
    }
}

#[test]
fn a_full_store_of_received_files_takes_what_fits_and_the_rest_when_there_is_room() {
    let mut home = home("fake");
    let Some(disk) = SmallDisk::mount(&mut home, "vault", "size=6m") else { return };
    place(&home, "file:blobs", "file:vault/blobs");
    home.register(&register_csv(&[(CODE, "")]));
    let (small, large) = (jpeg(1), pdf(&[2, 3, 4, 5, 6, 7]));
    let room = small.len() as u64 + 64 * 1024;
    assert!(large.len() as u64 > room + 64 * 1024);
    let serve = home.serve();
    wait_until("the store", || disk.here().join("blobs/tmp").is_dir());
    disk.fill(room);
    put(&inbox(&home), "1 large.pdf", &large);
    home.wait_for_log(PATIENCE, UNCLAIMED, 1);
    put(&inbox(&home), "2 small.jpg", &small);
    let ledger = wait_for_files(&home, "attached", 1);
    assert_eq!((&ledger["files"]["seen"], &ledger["inboxes"][0]["files"]), (&1.into(), &1.into()), "{ledger}");
    assert_eq!(ledger["low_on_space"], serde_json::json!(["blobs"]));
    disk.free();
    ends_well(&home, 2);
    serve.stop();
    told_once(&home, UNCLAIMED);
    assert!(home.log().contains("no space left for received files"), "{}", home.log());
    assert_eq!(home.status()["low_on_space"], serde_json::json!([]));
}

#[test]
fn full_packages_make_the_work_pause_and_cost_no_attempt() {
    let mut home = home("fake");
    let Some(disk) = SmallDisk::mount(&mut home, "vault", "size=6m") else { return };
    place(&home, "file:ocfl", "file:vault/ocfl");
    home.register(&register_csv(&[(CODE, "")]));
    let serve = home.serve();
    put(&inbox(&home), "1.jpg", &jpeg(1));
    wait_for_files(&home, "attached", 1);
    disk.fill(0);
    for n in 2..=4 {
        put(&inbox(&home), &format!("{n}.jpg"), &jpeg(n));
    }
    let ledger = wait_for(&home, |ledger| ledger["waiting"][0]["files"].as_u64() >= Some(2));
    assert!(ledger["waiting"][0]["reason"].as_str().unwrap().contains("no space left"), "{ledger}");
    assert_eq!((&ledger["files"]["pending"], &ledger["files"]["review"]), (&3.into(), &0.into()), "{ledger}");
    assert_eq!(ledger["low_on_space"], serde_json::json!(["packages"]));
    disk.free();
    ends_well(&home, 4);
    serve.stop();
    told_once(&home, PAUSES);
    a_storage_root_is_ocfl(&disk.here().join("ocfl"));
}

#[test]
fn a_full_disk_under_the_database_makes_everything_wait() {
    let mut home = home("fake-slow:1500");
    let Some(disk) = SmallDisk::mount(&mut home, "vault", "size=6m") else { return };
    place(&home, "sqlite:sohoa.db", "sqlite:vault/sohoa.db");
    home.register(&register_csv(&[(CODE, "")]));
    let serve = home.serve();
    put(&inbox(&home), "1.jpg", &jpeg(1));
    put(&inbox(&home), "2.jpg", &jpeg(2));
    wait_for_files(&home, "pending", 2);
    disk.fill(0);
    for n in 3..=12 {
        put(&inbox(&home), &format!("{n}.jpg"), &jpeg(n));
    }
    home.wait_for_log(PATIENCE, PAUSES, 1);
    home.wait_for_log(PATIENCE, UNCLAIMED, 1);
    // What is known can be seen while nothing can be written.
    let ledger = home.status();
    assert!(ledger["inboxes"][0]["files"].as_u64() > Some(0), "{ledger}");
    assert_eq!(ledger["low_on_space"], serde_json::json!(["database"]));
    disk.free();
    ends_well(&home, 12);
    serve.stop();
    assert!(home.log().contains("the database cannot be used"), "{}", home.log());
}

/// A connection of this process to the home's database: another process than those of the home.
async fn database(home: &TestHome) -> SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.path().join("sohoa.db"));
    options.busy_timeout(Duration::from_millis(500)).connect().await.unwrap()
}

/// Attempts of the one job that is in work; `None` when there is none.
async fn in_work(database: &mut SqliteConnection) -> Option<i64> {
    let attempts = sqlx::query_scalar("SELECT attempts FROM job WHERE state = 'leased'");
    attempts.fetch_optional(database).await.unwrap()
}

fn block_on<T>(body: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(body)
}

async fn wait_for_attempt(home: &TestHome, database: &mut SqliteConnection, attempt: i64) {
    let begun = Instant::now();
    while in_work(database).await != Some(attempt) {
        let log = || format!("attempt {attempt} did not come:\n{}", home.log());
        assert!(begun.elapsed() < Duration::from_secs(PATIENCE), "{}", log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn a_database_locked_by_another_process_makes_the_work_wait() {
    let home = home("fake-slow:1500");
    home.register(&register_csv(&[(CODE, "")]));
    let serve = home.serve();
    put(&inbox(&home), "1.jpg", &jpeg(1));
    block_on(async {
        let mut other = database(&home).await;
        wait_for_attempt(&home, &mut other, 1).await;
        let lock = loop {
            if let Ok(lock) = other.begin_with("BEGIN EXCLUSIVE").await {
                break lock;
            }
        };
        put(&inbox(&home), "2.jpg", &jpeg(2));
        // Both have waited as long as SQLite does, and failed.
        home.wait_for_log(PATIENCE, PAUSES, 1);
        home.wait_for_log(PATIENCE, UNCLAIMED, 1);
        let ledger = home.status();
        assert_eq!((&ledger["files"]["pending"], &ledger["inboxes"][0]["files"]), (&1.into(), &1.into()), "{ledger}");
        lock.rollback().await.unwrap();
    });
    ends_well(&home, 2);
    serve.stop();
    assert!(home.log().contains("the database is busy"), "{}", home.log());
}

/// A page that is wider than high, with bars on it that look like lines of text.
fn wide_jpeg() -> Vec<u8> {
    let page = image::GrayImage::from_fn(1165, 500, |x, y| {
        let line = y % 40 < 18 && (80..1080).contains(&x) && (60..440).contains(&y);
        image::Luma([if line && (x * 7 + y * 3) % 11 < 6 { 30 } else { 245 }])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(&page).unwrap();
    bytes
}

/// The recognizer does this on one page. That file goes to a person who is told why, the others are attached.
fn misbehaves(engine: &str, told: &str) {
    let home = home(&format!("fake-on-wide:{engine}"));
    home.change_settings(|text| {
        text.replace("page_seconds = 120\n", "page_seconds = 3\n").replace("child_mib = 1536\n", "child_mib = 256\n")
    });
    home.register(&register_csv(&[(CODE, "")]));
    put(&inbox(&home), "1 wide.jpg", &wide_jpeg());
    (2..=4).for_each(|n| put(&inbox(&home), &format!("{n}.jpg"), &jpeg(n)));
    let serve = home.serve();
    let whole = |ledger: &Value| ledger["files"]["attached"] == 3 && ledger["files"]["review"] == 1;
    let ledger = wait_for(&home, whole);
    assert_eq!((&ledger["files"]["seen"], &ledger["pages"]["failed"]), (&4.into(), &1.into()), "{ledger}");
    serve.stop();
    let review = home.run(&["--json", "review", "list"]).ends_with(1).json();
    assert_eq!((&review[0]["code"], review.as_array().unwrap().len()), (&"page-failed".into(), 1), "{review}");
    assert!(review[0]["source"].as_str().unwrap().contains("wide"), "{review}");
    assert!(review[0]["reason"].as_str().unwrap().contains(told), "{review}");
    let documents = home.json(&["dossier", "show", CODE])["documents"].clone();
    let incomplete = documents.as_array().unwrap().iter().filter(|d| d["state"] == "incomplete").count();
    assert_eq!(incomplete, 1, "{documents}");
    home.run(&["verify"]).ends_with(0);
}

#[test]
fn a_recognizer_that_crashes_costs_its_page_only() {
    misbehaves("fake-crash", "[recognizer-crashed]");
}

#[test]
fn a_recognizer_that_hangs_costs_its_page_only() {
    misbehaves("fake-hang", "[page-timed-out]");
}

#[test]
fn a_recognizer_that_eats_memory_costs_its_page_only() {
    misbehaves("fake-eat-memory", "[recognizer-crashed]");
}

#[test]
fn a_recognizer_that_says_garbage_costs_its_page_only() {
    misbehaves("fake-garbage", "[recognizer-garbage]");
}

/// Freezes a worker while it does not write: all others would wait for the database until it wakes.
async fn freeze(worker: &Serving, database: &mut SqliteConnection) {
    loop {
        worker.signal("-STOP");
        match database.begin_with("BEGIN IMMEDIATE").await {
            Ok(lock) => return lock.rollback().await.unwrap(),
            Err(_) => worker.signal("-CONT"),
        }
    }
}

#[test]
fn a_worker_that_freezes_and_wakes_doubles_nothing() {
    let home = home("fake-slow:4000");
    home.change_settings(|text| {
        text.replace("lease_seconds = 60\n", "lease_seconds = 1\n").replace("max_attempts = 1\n", "max_attempts = 2\n")
    });
    home.register(&register_csv(&[(CODE, "")]));
    put(&home.dir.path().join("scans"), "1.jpg", &jpeg(1));
    home.run(&["ingest", home.dir.path().join("scans").to_str().unwrap()]).ends_with(0);
    let one = home.start(home.command(&["work", "--workers", "1"]));
    let other = block_on(async {
        let mut database = database(&home).await;
        wait_for_attempt(&home, &mut database, 1).await;
        freeze(&one, &mut database).await;
        let other = home.start(home.command(&["work", "--workers", "1"]));
        wait_for_attempt(&home, &mut database, 2).await;
        one.signal("-CONT");
        other
    });
    home.wait_for_log(PATIENCE, "the lease was lost", 1);
    wait_for_files(&home, "attached", 1);
    // What the first had in work is over, too.
    one.stop();
    other.stop();
    ends_well(&home, 1);
    told_once(&home, "file processed");
    crate::demo::the_packages_are_ocfl(&home);
    let versions = walkdir::WalkDir::new(home.path().join("ocfl")).into_iter().map(Result::unwrap);
    assert_eq!(versions.filter(|e| e.file_name() == "v1" || e.file_name() == "v2").count(), 1);
}

#[test]
fn a_scan_folder_that_vanishes_is_told_and_picked_up_when_it_is_back() {
    let home = home("fake");
    home.register(&register_csv(&[(CODE, "")]));
    let (folder, away) = (inbox(&home), home.dir.path().join("away"));
    let serve = home.serve();
    put(&folder, "1.jpg", &jpeg(1));
    wait_for_files(&home, "attached", 1);
    fs::rename(&folder, &away).unwrap();
    home.wait_for_log(PATIENCE, "the scan folder cannot be read", 1);
    assert_eq!(home.status()["inboxes"][0]["files"], Value::Null);
    put(&away, "2.jpg", &jpeg(2));
    fs::rename(&away, &folder).unwrap();
    home.wait_for_log(PATIENCE, "the scan folder is back", 1);
    ends_well(&home, 2);
    serve.stop();
    told_once(&home, "the scan folder cannot be read");
}

/// A clock that a test sets.
struct SetClock(Mutex<Timestamp>);

impl SetClock {
    fn jump(&self, hours: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(SignedDuration::from_hours(hours)).unwrap();
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Pages wait here until all are let through.
#[derive(Default)]
struct Gate {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl Gate {
    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 += 1;
        while !state.1 {
            state = self.changed.wait(state).unwrap();
        }
    }

    fn came(&self) -> usize {
        self.state.lock().unwrap().0
    }

    fn open(&self) {
        self.state.lock().unwrap().1 = true;
        self.changed.notify_all();
    }
}

/// A recognizer behind a gate.
struct Gated(ChildEngine, Arc<Gate>);

impl Engine for Gated {
    fn name(&self) -> String {
        self.0.name()
    }

    fn recognize(&mut self, grey: &Raster, dpi: Dpi) -> Result<OcrPage, OcrError> {
        self.1.pass();
        self.0.recognize(grey, dpi)
    }
}

/// A home that is worked in this process, by a clock and a recognizer that the test governs.
struct Inside {
    home: TestHome,
    clock: Arc<SetClock>,
    gate: Arc<Gate>,
    context: Arc<Context>,
    intake: Intake,
}

impl Inside {
    async fn new() -> Self {
        let home = home("fake");
        home.register(&register_csv(&[(CODE, "")]));
        let records: Arc<dyn Records> = Arc::new(SqliteRecords::open(&home.path().join("sohoa.db")).await.unwrap());
        let blobs = Arc::new(DiskBlobs::open(home.path().join("blobs")).unwrap());
        let clock = Arc::new(SetClock(Mutex::new("2024-03-12T08:00:00Z".parse().unwrap())));
        let gate = Arc::new(Gate::default());
        let options = ChildOptions {
            program: env!("CARGO_BIN_EXE_sohoa").into(),
            args: vec!["ocr-child".to_owned()],
            engine: EngineChoice::Fake { millis: 0 },
            lang: "vie".to_owned(),
            tessdata: None,
            page_seconds: 30,
            memory_mib: 512,
        };
        let gated = gate.clone();
        let engine =
            move || Box::new(Gated(ChildEngine::new(options.clone()), gated.clone())) as Box<dyn Engine + Send>;
        let context = Context {
            field_rules: Arc::new(sohoa_dossier::FieldRules::built_in().unwrap()),
            records: records.clone(),
            blobs: blobs.clone(),
            packages: Arc::new(DiskPackages::open(home.path().join("ocfl")).unwrap()),
            engines: Arc::new(Engines { own: None, children: EnginePool::new(2, Box::new(engine)) }),
            clock: clock.clone(),
            limits: Limits::default(),
            language: "vi".to_owned(),
            jobs: 1,
            max_attempts: 2,
            lease: SignedDuration::from_mins(1),
            retry: Duration::from_millis(200),
            trouble: Trouble::default(),
            result_code: "{dossier}.{ordinal}".to_owned(),
            agent: "test/1".to_owned(),
        };
        let intake =
            Intake { records, blobs, limits: Limits::default(), clock: clock.clone(), agent: "test/1".to_owned() };
        Self { home, clock, gate, context: Arc::new(context), intake }
    }

    async fn claim(&self, name: &str) -> Claim {
        let batch = self.intake.records.open_batch("ingest", "test", self.clock.now()).await.unwrap();
        let relative = format!("{CODE}/{name}");
        let found = Found { path: self.home.dir.path().join(&relative), relative };
        self.intake.claim(batch, &found, None).await.unwrap()
    }

    async fn accept(&self, name: &str, seed: u32) {
        put(self.home.dir.path(), name, &jpeg(seed));
        assert!(matches!(self.claim(name).await, Claim::Accepted(_)));
    }

    /// Two workers, the second after the first has a file in work and the clock has jumped; both are let on when each has
    /// one. Then the files end.
    async fn two_workers_with_a_jump_between(&self, hours: i64, files: usize) {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let start = |name: &'static str| {
            let (context, stopped) = (self.context.clone(), stopped.clone());
            tokio::spawn(async move { work(context, name, stopped).await })
        };
        let came = async |pages| {
            let begun = Instant::now();
            while self.gate.came() < pages {
                assert!(begun.elapsed() < Duration::from_secs(PATIENCE), "page {pages} did not come");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let one = start("one");
        came(1).await;
        self.clock.jump(hours);
        let other = start("other");
        came(2).await;
        self.gate.open();
        let begun = Instant::now();
        while self.context.records.pending(None).await.unwrap() > 0 {
            assert!(begun.elapsed() < Duration::from_secs(PATIENCE), "files are left");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.send(true).unwrap();
        one.await.unwrap().unwrap();
        other.await.unwrap().unwrap();
        // The first file was in work twice, and ended once.
        assert_eq!(self.gate.came(), files + 1);
        let rows = self.context.records.files(None, None).await.unwrap();
        assert!(rows.len() == files && rows.iter().all(|row| row.state == FileState::Attached), "{rows:?}");
        ends_well(&self.home, files as u64);
        crate::demo::the_packages_are_ocfl(&self.home);
    }
}

#[test]
fn a_clock_that_jumps_forward_a_day_doubles_nothing() {
    block_on(async {
        let inside = Inside::new().await;
        inside.accept("1.jpg", 1).await;
        inside.accept("2.jpg", 2).await;
        inside.two_workers_with_a_jump_between(24, 2).await;
    });
}

#[test]
fn a_clock_that_jumps_back_a_day_holds_nothing_up() {
    block_on(async {
        let inside = Inside::new().await;
        inside.accept("1.jpg", 1).await;
        inside.accept("2.jpg", 2).await;
        inside.two_workers_with_a_jump_between(-24, 2).await;
    });
}

#[test]
fn a_file_that_goes_away_before_it_is_claimed_is_not_rejected() {
    block_on(async {
        let inside = Inside::new().await;
        assert_eq!(inside.claim("gone.jpg").await, Claim::Unsettled);
        assert_eq!(inside.home.ledger()["files"]["seen"], 0);
        inside.accept("gone.jpg", 1).await;
    });
}
