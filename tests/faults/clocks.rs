//! Clocks that jump, and a file that goes away at the wrong moment: the work is done in this process, whose clock and
//! recognizer the test governs.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sohoa_domain::{Clock, Dpi, FileState, Limits, OcrPage, Raster};
use sohoa_dossier::{FieldRules, MatchingRules};
use sohoa_ocr::{ChildEngine, ChildOptions, Engine, EngineChoice, OcrError};
use sohoa_pipeline::{BarcodeReader, Claim, Context, EnginePool, Engines, Found, Intake, Profiles, Trouble, work};
use sohoa_store::{DiskBlobs, DiskPackages, Records, SqliteRecords};

use super::{CODE, PATIENCE, block_on, ends_well, home, put};
use crate::support::{TestHome, jpeg, register_csv};

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
        let barcodes = BarcodeReader::new(sohoa_barcode::ChildOptions {
            program: env!("CARGO_BIN_EXE_sohoa").into(),
            args: vec!["barcode-child".to_owned()],
            crop_seconds: 30,
            memory_mib: 512,
        });
        let context = Context {
            records: records.clone(),
            blobs: blobs.clone(),
            packages: Arc::new(DiskPackages::open(home.path().join("ocfl")).unwrap()),
            engines: Arc::new(Engines { own: None, children: EnginePool::new(2, Box::new(engine)), barcodes }),
            clock: clock.clone(),
            limits: Limits::default(),
            language: "vi".to_owned(),
            jobs: 1,
            max_attempts: 2,
            lease: SignedDuration::from_mins(1),
            retry: Duration::from_millis(200),
            trouble: Trouble::default(),
            field_rules: Arc::new(FieldRules::built_in().unwrap()),
            matching: MatchingRules::default(),
            profiles: Profiles::default(),
            result_code: "{dossier}.{ordinal}".to_owned(),
            agent: "test/1".to_owned(),
        };
        let intake =
            Intake { records, blobs, limits: Limits::default(), clock: clock.clone(), agent: "test/1".to_owned() };
        Self { home, clock, gate, context: Arc::new(context), intake }
    }

    async fn claim(&self, name: &str) -> Claim {
        let batch = self.intake.records.open_batch("ingest", "test", "", self.clock.now()).await.unwrap();
        let relative = format!("{CODE}/{name}");
        let found = Found { path: self.home.dir.path().join(&relative), relative };
        self.intake.claim(batch, &found, None, None).await.unwrap()
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
