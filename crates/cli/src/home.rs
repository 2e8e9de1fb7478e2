//! An opened home: settings and the stores they name.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use sohoa_domain::{Clock, Sha256Digest};
use sohoa_ocr::{ChildEngine, ChildOptions, EngineChoice, OwnEngine, probe};
use sohoa_pipeline::{BarcodeReader, Context, EnginePool, Engines, Inbox, Intake, RegisterIntake, SettleRule, Trouble};
use sohoa_report::{
    CheckpointFolders, CheckpointKey, Receivers, Stores, Unpublished, VerifyOptions, VerifyReport, verify,
};
use sohoa_store::{DiskBlobs, DiskPackages, EventLog, Objects, Records, SqliteAccounts, SqlitePrograms, SqliteRecords};

use crate::clock::SystemClock;
use crate::config::Config;
use crate::exit::NotReady;

/// Name and version, as events tell who did it.
pub(crate) const AGENT: &str = concat!("sohoa/", env!("CARGO_PKG_VERSION"));

/// What was last written to this long ago in a working folder is a leftover.
const LEFTOVER: Duration = Duration::from_secs(24 * 3600);

/// An opened home.
pub(crate) struct Home {
    pub(crate) path: PathBuf,
    pub(crate) config: Config,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) blobs: Arc<DiskBlobs>,
    pub(crate) packages: Arc<DiskPackages>,
    pub(crate) log: EventLog,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Home {
    /// Reads the settings and opens the stores; makes the database and folders that are missing.
    pub(crate) async fn open(path: &Path) -> anyhow::Result<Self> {
        let path = std::path::absolute(path)?;
        let config = Config::load(&path).map_err(NotReady::from)?;
        let database = config.store.database(&path).map_err(NotReady::from)?;
        let records = SqliteRecords::open(&database).await.context("cannot open the database")?;
        let blobs = config.store.blobs(&path).map_err(NotReady::from)?;
        let packages = config.store.packages(&path).map_err(NotReady::from)?;
        Ok(Self {
            records: Arc::new(records),
            blobs: Arc::new(DiskBlobs::open(&blobs).context("cannot open the store of received files")?),
            packages: Arc::new(DiskPackages::open(&packages).context("cannot open the packages")?),
            log: EventLog::open(config.store.events(&path).map_err(NotReady::from)?)
                .context("cannot open the events")?,
            clock: Arc::new(SystemClock),
            path,
            config,
        })
    }

    /// The accounts, in a file of their own beside the database.
    pub(crate) async fn accounts(&self) -> anyhow::Result<SqliteAccounts> {
        let path = self.accounts_path()?;
        SqliteAccounts::open(&path).await.context("cannot open the accounts")
    }

    /// Where the accounts lie.
    pub(crate) fn accounts_path(&self) -> anyhow::Result<PathBuf> {
        self.config.store.accounts(&self.path)
    }

    /// What is kept for programs that use the API, in a file of its own beside the database.
    pub(crate) async fn programs(&self) -> anyhow::Result<SqlitePrograms> {
        let path = self.programs_path()?;
        SqlitePrograms::open(&path).await.context("cannot open what is kept for programs")
    }

    /// Where that lies.
    pub(crate) fn programs_path(&self) -> anyhow::Result<PathBuf> {
        self.config.store.programs(&self.path)
    }

    /// Where pictures of the pages of received bytes lie; they can be deleted at any time.
    pub(crate) fn thumbnails(&self, received: &Sha256Digest) -> PathBuf {
        self.path.join("thumbnails").join(received.to_string())
    }

    /// Takes up what processes that ended without warning left: their jobs are due at once, and what they left half
    /// written, in no row's name, goes when no one can still be writing it.
    pub(crate) async fn recover(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let released = self.records.release_leases(sohoa_pipeline::is_gone, now).await?;
        let before = SystemTime::from(now).checked_sub(LEFTOVER).unwrap_or(SystemTime::UNIX_EPOCH);
        let swept = self.blobs.sweep_temp(before)?
            + self.packages.sweep_staging(before)?
            + self.log.sweep_temp(before)?
            + crate::web_counter::sweep(&self.path, before)?;
        if released + swept > 0 {
            tracing::info!(released, swept, "took up what was left by a process that ended without warning");
        }
        Ok(())
    }

    /// Seals the events that the log does not have yet.
    pub(crate) async fn seal(&self) -> anyhow::Result<()> {
        self.log.seal(&*self.records).await.context("cannot seal the events")?;
        Ok(())
    }

    /// The key that signs checkpoints; made when there is none.
    pub(crate) fn key(&self) -> anyhow::Result<CheckpointKey> {
        let path = self.path.join(&self.config.checkpoints.key);
        CheckpointKey::open(&path).context("cannot use the key of checkpoints")
    }

    /// The key that signs certificates; made when there is none.
    pub(crate) fn certificate_key(&self) -> anyhow::Result<CheckpointKey> {
        let path = self.path.join(self.config.certificate_key());
        CheckpointKey::open(&path).context("cannot use the key of certificates")
    }

    /// Signs what the records hold now, and publishes it.
    pub(crate) async fn checkpoint(&self) -> anyhow::Result<()> {
        self.checkpoints().make(&*self.records, &self.key()?, self.clock.now()).await?;
        let receivers = self.receivers();
        tokio::task::spawn_blocking(move || receivers.send()).await??;
        Ok(())
    }

    /// Addresses that checkpoints are sent to.
    fn receivers(&self) -> Receivers {
        Receivers { own: self.checkpoints().own, addresses: self.config.checkpoints.urls.clone() }
    }

    /// Places of publication that lack checkpoints.
    pub(crate) fn unpublished(&self) -> anyhow::Result<Vec<Unpublished>> {
        Ok(sohoa_report::unpublished(&self.checkpoints(), &self.receivers())?)
    }

    /// Where checkpoints lie.
    pub(crate) fn checkpoints(&self) -> CheckpointFolders {
        let published = self.config.checkpoints.publish.iter().map(|folder| self.path.join(folder)).collect();
        CheckpointFolders { own: self.path.join("checkpoints"), published }
    }

    /// What the records follow from.
    pub(crate) fn objects(&self) -> Objects<'_> {
        Objects { blobs: &self.blobs, packages: &self.packages, log: &self.log, headers: &self.config.register.headers }
    }

    /// Verifies, and compares the records with what follows from events, packages and received bytes when everything is
    /// looked at.
    pub(crate) async fn verify(
        &self,
        options: &VerifyOptions,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> anyhow::Result<VerifyReport> {
        let checkpoints = self.checkpoints();
        let stores = Stores {
            records: &*self.records,
            objects: self.objects(),
            checkpoints: &checkpoints,
            key: Some(self.key()?.public()),
            now: self.clock.now(),
        };
        Ok(verify(stores, options, progress).await?)
    }

    /// The claim of files.
    pub(crate) fn intake(&self) -> Intake {
        Intake {
            records: self.records.clone(),
            blobs: self.blobs.clone(),
            limits: self.config.limits.clone(),
            clock: self.clock.clone(),
            agent: AGENT.to_owned(),
        }
    }

    /// The import of registers and catalogues.
    pub(crate) fn register_intake(&self) -> RegisterIntake {
        RegisterIntake {
            records: self.records.clone(),
            blobs: self.blobs.clone(),
            reading: self.config.register.reading(),
            limits: self.config.limits.clone(),
            clock: self.clock.clone(),
            agent: AGENT.to_owned(),
        }
    }

    /// What workers share.
    pub(crate) fn worker_context(&self) -> anyhow::Result<Arc<Context>> {
        let jobs = self.config.ocr.jobs();
        Ok(Arc::new(Context {
            records: self.records.clone(),
            blobs: self.blobs.clone(),
            packages: self.packages.clone(),
            engines: Arc::new(engines(&self.config, &self.config.ocr.lang, jobs)?),
            clock: self.clock.clone(),
            limits: self.config.limits.clone(),
            field_rules: Arc::new(self.config.fields.rules(&self.path).map_err(NotReady::from)?),
            language: bcp47(&self.config.ocr.lang).to_owned(),
            jobs,
            max_attempts: self.config.work.max_attempts,
            lease: jiff::SignedDuration::from_secs_f64(self.config.work.lease_seconds),
            retry: Duration::from_secs_f64(self.config.work.retry_seconds),
            trouble: Trouble::default(),
            result_code: self.config.work.result_code.clone(),
            profiles: self.config.profiles(&self.path),
            matching: self.config.matching.clone(),
            agent: AGENT.to_owned(),
        }))
    }

    /// The stores whose disk is nearly full, by their keys in the settings.
    pub(crate) fn low_on_space(&self) -> anyhow::Result<Vec<&'static str>> {
        let store = &self.config.store;
        let stores = [
            ("database", store.database(&self.path)?),
            ("blobs", store.blobs(&self.path)?),
            ("packages", store.packages(&self.path)?),
            ("events", store.events(&self.path)?),
        ];
        let low = stores.into_iter().filter(|(_, path)| sohoa_store::is_low_on_space(path));
        Ok(low.map(|(name, _)| name).collect())
    }

    /// The agency in whose scan folder or folder of the backlog all these absolute paths lie; empty when there is none.
    pub(crate) fn agency_of(&self, paths: &[PathBuf]) -> String {
        let inboxes = self.config.inbox.iter().map(|inbox| (&inbox.path, inbox.place().agency));
        let backlogs = self.config.backlog.iter().map(|backlog| (&backlog.path, backlog.agency.clone()));
        let holds_all = |folder: &PathBuf| paths.iter().all(|path| path.starts_with(self.path.join(folder)));
        let found = inboxes.chain(backlogs).find(|(folder, _)| holds_all(folder));
        found.map(|(_, agency)| agency).unwrap_or_default()
    }

    /// The scan folders with absolute paths.
    pub(crate) fn inboxes(&self) -> Vec<Inbox> {
        let seconds = std::time::Duration::from_secs_f64;
        let inbox = |i: &crate::config::Inbox| Inbox {
            path: self.path.join(&i.path),
            label: i.label(),
            agency: i.place().agency,
            desk: i.desk(),
            poll: seconds(i.poll_seconds),
            events: i.events,
            settle: SettleRule { whole: seconds(i.settle_seconds), partial: seconds(i.settle_max_seconds) },
            move_to_done: i.move_to_done,
        };
        self.config.inbox.iter().map(inbox).collect()
    }
}

/// The recognizers that the settings ask for. No child process is started yet, but that the language model is there is
/// checked now: without it every page would fail, one by one.
pub(crate) fn engines(config: &Config, lang: &str, size: usize) -> anyhow::Result<Engines> {
    let tessdata = config.ocr.tessdata();
    let (own, engine) = config.ocr.engines()?;
    // One model at a time is what our own reads; Tesseract takes several languages together.
    let own = own && !lang.contains('+');
    if engine == EngineChoice::Tesseract {
        probe(lang, tessdata)?;
    }
    let in_force = sohoa_sandbox::trial()?;
    if !in_force.is_whole() {
        tracing::warn!(%in_force, "programs that read papers are not fully confined here; see docs/RELIABILITY.md");
    }
    let options = ChildOptions {
        program: std::env::current_exe().context("cannot find this program's own file")?,
        args: vec!["ocr-child".to_owned()],
        engine,
        lang: lang.to_owned(),
        tessdata: tessdata.map(Path::to_owned),
        page_seconds: config.limits.page_seconds,
        memory_mib: config.limits.child_mib,
    };
    let decoder = sohoa_barcode::ChildOptions {
        program: options.program.clone(),
        args: vec!["barcode-child".to_owned()],
        crop_seconds: config.limits.page_seconds,
        memory_mib: config.limits.child_mib,
    };
    Ok(Engines {
        own: own.then(|| OwnEngine::open(lang, tessdata)).transpose()?,
        children: EnginePool::new(size, Box::new(move || Box::new(ChildEngine::new(options.clone())))),
        barcodes: BarcodeReader::new(decoder),
    })
}

/// The language of the papers as PDF wants it (BCP 47), from the first model's name.
pub(crate) fn bcp47(lang: &str) -> &'static str {
    match lang.split('+').next() {
        Some("eng") => "en",
        _ => "vi",
    }
}

/// Runs a command's asynchronous body.
pub(crate) fn block_on<T>(body: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(body)
}
