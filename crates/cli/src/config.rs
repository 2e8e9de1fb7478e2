//! Settings: the commented default, the home's `sohoa.toml`, then the environment, later ones winning.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use sohoa_domain::{Desk, EvidenceSource, Limits, Reading};
use sohoa_dossier::{FieldRules, MatchingRules, Profile};
use sohoa_ocr::EngineChoice;
use sohoa_pipeline::{NamedProfile, Profiles, RegisterInbox};
use sohoa_report::Address;
use sohoa_web::Tls;
use toml::{Table, Value};

use crate::exit::NotReady;

/// The commented settings that `sohoa init` writes.
pub(crate) const DEFAULT: &str = include_str!("../../../config/sohoa.toml");

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) store: Store,
    #[serde(default)]
    pub(crate) inbox: Vec<Inbox>,
    #[serde(default)]
    pub(crate) backlog: Vec<Backlog>,
    pub(crate) ocr: Ocr,
    pub(crate) limits: Limits,
    pub(crate) work: Work,
    pub(crate) matching: MatchingRules,
    profile: DefaultProfile,
    profiles: BTreeMap<String, Profile>,
    pub(crate) checkpoints: Checkpoints,
    pub(crate) certificate: Certificate,
    pub(crate) verify: Verify,
    pub(crate) register: Register,
    pub(crate) coverage: Coverage,
    pub(crate) fields: Fields,
    pub(crate) web: Web,
}

/// `[store]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Store {
    database: String,
    blobs: String,
    packages: String,
    events: String,
}

/// `[profile]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultProfile {
    default: String,
}

/// `[fields]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    rules: PathBuf,
}

impl Fields {
    /// The built-in rules and those of the file that the settings name, relative to the home.
    pub(crate) fn rules(&self, home: &Path) -> anyhow::Result<FieldRules> {
        if self.rules.as_os_str().is_empty() {
            return Ok(FieldRules::built_in()?);
        }
        let path = home.join(&self.rules);
        let own =
            std::fs::read_to_string(&path).with_context(|| format!("fields.rules: cannot read {}", path.display()))?;
        FieldRules::new(Some(&own)).with_context(|| format!("in {}", path.display()))
    }
}

/// `[[inbox]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inbox {
    pub(crate) path: PathBuf,
    #[serde(default)]
    agency: String,
    #[serde(default)]
    counter: String,
    #[serde(default = "counter")]
    channel: sohoa_domain::Channel,
    #[serde(default)]
    profile: String,
    #[serde(default = "one")]
    pub(crate) poll_seconds: f64,
    #[serde(default = "two")]
    pub(crate) settle_seconds: f64,
    #[serde(default = "two_minutes")]
    pub(crate) settle_max_seconds: f64,
    #[serde(default = "yes")]
    pub(crate) events: bool,
    #[serde(default = "yes")]
    pub(crate) move_to_done: bool,
}

impl Inbox {
    /// The counter that scans here, when the settings name one.
    pub(crate) fn desk(&self) -> Option<Desk> {
        let named = !self.counter.is_empty();
        named.then(|| Desk { agency: self.agency.clone(), counter: self.counter.clone() })
    }

    /// Where it lies in the eyes of the web application: agency and counter, each may be empty.
    pub(crate) fn place(&self) -> Desk {
        Desk { agency: self.agency.clone(), counter: self.counter.clone() }
    }

    /// Folder, agency, counter, channel and profile: what its batches are called.
    pub(crate) fn label(&self) -> String {
        let path = self.path.display().to_string();
        let parts = [path.as_str(), &self.agency, &self.counter, self.channel.as_str(), &self.profile];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// `[[backlog]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Backlog {
    pub(crate) path: PathBuf,
    #[serde(default)]
    pub(crate) agency: String,
}

fn counter() -> sohoa_domain::Channel {
    sohoa_domain::Channel::Counter
}
fn one() -> f64 {
    1.0
}
fn two() -> f64 {
    2.0
}
fn two_minutes() -> f64 {
    120.0
}
fn yes() -> bool {
    true
}

/// `[ocr]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ocr {
    pub(crate) lang: String,
    tessdata: PathBuf,
    jobs: usize,
    /// `sohoa`, `tesseract`, or one of those that are for tests.
    engine: String,
}

impl Ocr {
    /// Where the models lie, when the settings say it.
    pub(crate) fn tessdata(&self) -> Option<&Path> {
        (!self.tessdata.as_os_str().is_empty()).then_some(&self.tessdata)
    }

    /// Whether our own recognizer reads first, and which one runs in child processes.
    pub(crate) fn engines(&self) -> Result<(bool, EngineChoice), NotReady> {
        match self.engine.as_str() {
            "sohoa" => Ok((true, EngineChoice::Tesseract)),
            other => Ok((false, other.parse().map_err(|e| NotReady(format!("ocr.engine: {e}")))?)),
        }
    }

    /// Pages recognized at the same time.
    pub(crate) fn jobs(&self) -> usize {
        match self.jobs {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            n => n,
        }
    }
}

/// `[work]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Work {
    pub(crate) max_attempts: u32,
    pub(crate) lease_seconds: f64,
    pub(crate) retry_seconds: f64,
    pub(crate) result_code: String,
}

/// `[checkpoints]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checkpoints {
    pub(crate) key: PathBuf,
    pub(crate) publish: Vec<PathBuf>,
    pub(crate) urls: Vec<Address>,
    pub(crate) every_minutes: u32,
}

/// `[certificate]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certificate {
    key: PathBuf,
    tsa: String,
    pub(crate) tsa_roots: Vec<PathBuf>,
}

impl Certificate {
    /// Who stamps certificates, when the settings name somebody.
    pub(crate) fn authority(&self) -> anyhow::Result<Option<Address>> {
        let named = !self.tsa.is_empty();
        named.then(|| Address::try_from(self.tsa.clone())).transpose().context("certificate.tsa")
    }
}

/// `[verify]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verify {
    pub(crate) every_days: u32,
    pub(crate) percent: u32,
}

/// `[register]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Register {
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    sheet: String,
    day_first: bool,
    watch: PathBuf,
    poll_seconds: f64,
    settle_seconds: f64,
}

impl Register {
    /// How the columns of register and catalogue files are understood.
    pub(crate) fn reading(&self) -> Reading {
        Reading { headers: self.headers.clone(), sheet: self.sheet.clone(), day_first: self.day_first }
    }

    /// The folder of nightly exports, when there is one.
    pub(crate) fn inbox(&self, home: &Path) -> Option<RegisterInbox> {
        let seconds = std::time::Duration::from_secs_f64;
        let watched = !self.watch.as_os_str().is_empty();
        watched.then(|| RegisterInbox {
            path: home.join(&self.watch),
            poll: seconds(self.poll_seconds),
            settle: seconds(self.settle_seconds),
        })
    }

    fn check(&self, inboxes: &[Inbox]) -> anyhow::Result<()> {
        let watched = !self.watch.as_os_str().is_empty();
        let overlaps = |inbox: &&Inbox| inbox.path.starts_with(&self.watch) || self.watch.starts_with(&inbox.path);
        if let Some(inbox) = inboxes.iter().find(overlaps).filter(|_| watched) {
            bail!("register.watch {} and inbox {} lie one in the other", self.watch.display(), inbox.path.display());
        }
        if !(0.05..=1e9).contains(&self.poll_seconds) || !(0.0..=1e9).contains(&self.settle_seconds) {
            bail!(
                "register.poll_seconds must lie between 0.05 and 1000000000, register.settle_seconds between 0 and that"
            );
        }
        Ok(())
    }
}

/// `[coverage]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coverage {
    pub(crate) late_hours: u32,
}

/// `[web]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Web {
    pub(crate) listen: SocketAddr,
    tls_cert: PathBuf,
    tls_key: PathBuf,
    pub(crate) behind_proxy: bool,
    pub(crate) public_url: String,
    pub(crate) session_idle_minutes: u32,
    pub(crate) session_hours: u32,
    pub(crate) api_per_second: u32,
    pub(crate) api_at_once: u32,
    pub(crate) upload_hours: u32,
    pub(crate) upload_bytes: u64,
}

impl Web {
    /// Certificate and key, relative to the home, when both are named.
    pub(crate) fn tls(&self, home: &Path) -> Option<Tls> {
        let named = !self.tls_cert.as_os_str().is_empty();
        named.then(|| Tls { certificate: home.join(&self.tls_cert), key: home.join(&self.tls_key) })
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.tls_cert.as_os_str().is_empty() != self.tls_key.as_os_str().is_empty() {
            bail!("web.tls_cert and web.tls_key: both or none");
        }
        let schemes = ["http://", "https://"];
        if !self.public_url.is_empty()
            && (!schemes.iter().any(|s| self.public_url.starts_with(s)) || self.public_url.ends_with('/'))
        {
            bail!("web.public_url must be like https://sohoa.example, without a slash at its end");
        }
        if self.session_idle_minutes == 0 || self.session_hours == 0 {
            bail!("web.session_idle_minutes and web.session_hours must be at least 1");
        }
        if self.api_per_second == 0 || self.api_at_once == 0 || self.upload_hours == 0 {
            bail!("web.api_per_second, web.api_at_once and web.upload_hours must be at least 1");
        }
        Ok(())
    }
}

impl Config {
    /// Settings of a home: `sohoa.toml` over the defaults, the environment over both.
    pub(crate) fn load(home: &Path) -> anyhow::Result<Self> {
        let path = home.join("sohoa.toml");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}; `sohoa init` makes a home", path.display()))?;
        let own: Table = text.parse().with_context(|| format!("{} is not valid TOML", path.display()))?;
        Self::from_layers(own, environment()).with_context(|| format!("in {} or SOHOA_ variables", path.display()))
    }

    /// Settings without a home: the defaults and the environment.
    pub(crate) fn without_home() -> anyhow::Result<Self> {
        Self::from_layers(Table::new(), environment()).context("in SOHOA_ variables")
    }

    fn from_layers(own: Table, environment: Vec<(String, String)>) -> anyhow::Result<Self> {
        let mut all: Table = DEFAULT.parse()?;
        merge(&mut all, own);
        for (name, value) in environment {
            set(&mut all, &name, &value)?;
        }
        let config: Self = Value::Table(all).try_into()?;
        config.check()?;
        Ok(config)
    }

    /// The key that signs certificates, relative to the home: its own, or that of checkpoints.
    pub(crate) fn certificate_key(&self) -> &Path {
        let own = &self.certificate.key;
        if own.as_os_str().is_empty() { &self.checkpoints.key } else { own }
    }

    /// Which profile applies to what comes from where.
    pub(crate) fn profiles(&self, home: &Path) -> Profiles {
        let named = |name: &str| {
            self.profiles.get(name).map(|rules| NamedProfile { name: name.to_owned(), rules: rules.clone() })
        };
        let scanned = self.inbox.iter().map(|inbox| (home.join(&inbox.path), named(&inbox.profile)));
        // What is sent from a counter follows the rules of its scan folder.
        let sent = self.inbox.iter().filter_map(|inbox| {
            Some((crate::web_counter::folder_of(home, Some(&inbox.desk()?)), named(&inbox.profile)))
        });
        let folders = scanned.chain(sent).collect();
        Profiles { folders, otherwise: named(&self.profile.default) }
    }

    fn check(&self) -> anyhow::Result<()> {
        self.web.check()?;
        let used = self.inbox.iter().map(|inbox| &inbox.profile).chain([&self.profile.default]);
        if let Some(unknown) = used.into_iter().find(|name| !name.is_empty() && !self.profiles.contains_key(*name)) {
            bail!("profile {unknown:?}: there is no section [profiles.{unknown}]");
        }
        use EvidenceSource::{Applicant, DoubtfulText};
        if let Some(weak) = self.matching.attach.iter().find(|source| matches!(source, Applicant | DoubtfulText)) {
            bail!("matching.attach: {} is never enough to attach", weak.as_str());
        }
        if let Some(more) = self.matching.await_register.iter().find(|s| !self.matching.attach.contains(s)) {
            bail!("matching.await_register: {} is not in matching.attach", more.as_str());
        }
        for (i, inbox) in self.inbox.iter().enumerate() {
            // A file in both would come in twice.
            let other = |other: &&Inbox| inbox.path.starts_with(&other.path) || other.path.starts_with(&inbox.path);
            if let Some(other) = self.inbox[..i].iter().find(other) {
                bail!("inbox {} and inbox {} lie one in the other", other.path.display(), inbox.path.display());
            }
            if !inbox.poll_seconds.is_finite() || inbox.poll_seconds < 0.05 {
                bail!("inbox {}: poll_seconds must be at least 0.05", inbox.path.display());
            }
            let times = [inbox.poll_seconds, inbox.settle_seconds, inbox.settle_max_seconds];
            if times.iter().any(|seconds| !(0.0..=1e9).contains(seconds)) {
                let names = "poll_seconds, settle_seconds and settle_max_seconds";
                bail!("inbox {}: {names} must lie between 0 and 1000000000", inbox.path.display());
            }
        }
        for (i, backlog) in self.backlog.iter().enumerate() {
            let overlaps = |other: &PathBuf| backlog.path.starts_with(other) || other.starts_with(&backlog.path);
            let others = self.inbox.iter().map(|inbox| &inbox.path).chain(self.backlog[..i].iter().map(|b| &b.path));
            if let Some(other) = others.into_iter().find(|other| overlaps(other)) {
                bail!("backlog {} and {} lie one in the other", backlog.path.display(), other.display());
            }
        }
        self.register.check(&self.inbox)?;
        if !self.work.result_code.contains("{ordinal}") || !self.work.result_code.contains("{dossier}") {
            bail!("work.result_code must contain {{dossier}} and {{ordinal}}");
        }
        self.certificate.authority()?;
        if self.checkpoints.every_minutes == 0 {
            bail!("checkpoints.every_minutes must be at least 1");
        }
        if !(1..=100).contains(&self.verify.percent) {
            bail!("verify.percent must be from 1 to 100");
        }
        if self.work.max_attempts == 0 {
            bail!("work.max_attempts must be at least 1");
        }
        if !(1.0..=3600.0).contains(&self.work.lease_seconds) {
            bail!("work.lease_seconds must be from 1 to 3600");
        }
        if !(0.05..=3600.0).contains(&self.work.retry_seconds) {
            bail!("work.retry_seconds must be from 0.05 to 3600");
        }
        Ok(())
    }
}

impl Store {
    /// File of the SQLite database.
    pub(crate) fn database(&self, home: &Path) -> anyhow::Result<PathBuf> {
        local(home, &self.database, "sqlite:", "store.database")
    }

    /// File of the accounts: beside the database, which can be made anew while they cannot.
    pub(crate) fn accounts(&self, home: &Path) -> anyhow::Result<PathBuf> {
        Ok(self.database(home)?.with_file_name("accounts.db"))
    }

    /// File of what is kept for programs, beside the database likewise.
    pub(crate) fn programs(&self, home: &Path) -> anyhow::Result<PathBuf> {
        Ok(self.database(home)?.with_file_name("programs.db"))
    }

    /// Folder of received bytes.
    pub(crate) fn blobs(&self, home: &Path) -> anyhow::Result<PathBuf> {
        local(home, &self.blobs, "file:", "store.blobs")
    }

    /// OCFL storage root.
    pub(crate) fn packages(&self, home: &Path) -> anyhow::Result<PathBuf> {
        local(home, &self.packages, "file:", "store.packages")
    }

    /// Folder of sealed events.
    pub(crate) fn events(&self, home: &Path) -> anyhow::Result<PathBuf> {
        local(home, &self.events, "file:", "store.events")
    }
}

fn local(home: &Path, url: &str, scheme: &str, key: &str) -> anyhow::Result<PathBuf> {
    match url.strip_prefix(scheme) {
        Some(path) if !path.is_empty() => Ok(home.join(path)),
        _ => bail!("{key} = {url:?}: this version keeps it on the local disk only ({scheme}PATH)"),
    }
}

/// Tables are merged key by key; everything else, arrays of inboxes too, is replaced.
fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => merge(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// `SOHOA_SECTION__KEY` variables, without the prefix.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.to_str()?.strip_prefix("SOHOA_")?;
            name.contains("__").then(|| Some((name.to_owned(), value.to_str()?.to_owned())))?
        })
        .collect()
}

fn set(table: &mut Table, name: &str, value: &str) -> anyhow::Result<()> {
    let (section, key) = name.split_once("__").unwrap_or((name, ""));
    let (section, key) = (section.to_lowercase(), key.to_lowercase());
    let Some(Value::Table(section)) = table.get_mut(&section) else {
        bail!("SOHOA_{name}: there is no section [{section}]");
    };
    // The type of the present value decides how the text is read, so that a path like `1` stays a text.
    let parsed = match section.get(&key) {
        Some(Value::Integer(_)) => {
            Value::Integer(value.parse().with_context(|| format!("SOHOA_{name}: not a number"))?)
        }
        Some(Value::Boolean(_)) => {
            Value::Boolean(value.parse().with_context(|| format!("SOHOA_{name}: not a truth value"))?)
        }
        _ => Value::String(value.to_owned()),
    };
    section.insert(key, parsed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(own: &str, environment: &[(&str, &str)]) -> anyhow::Result<Config> {
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Config::from_layers(own.parse().unwrap(), environment)
    }

    #[test]
    fn the_commented_default_is_complete_and_agrees_with_the_code() {
        let config = load("", &[]).unwrap();
        assert_eq!(config.limits, Limits::default());
        assert_eq!(config.inbox.len(), 1);
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config = load("[ocr]\nlang = \"eng\"\njobs = 3", &[("OCR__LANG", "vie+eng")]).unwrap();
        assert_eq!((config.ocr.lang.as_str(), config.ocr.jobs()), ("vie+eng", 3));
        assert_eq!(load("", &[("OCR__JOBS", "5")]).unwrap().ocr.jobs(), 5);
    }

    #[test]
    fn each_inbox_has_its_own_rules() {
        let one =
            "[[inbox]]\npath = \"a\"\nagency = \"UBND\"\nchannel = \"post\"\nprofile = \"tt05-2025\"\nevents = false\n";
        let config = load(&format!("{one}[[inbox]]\npath = \"ab\"\nchannel = \"online\"\n"), &[]).unwrap();
        let rules: Vec<_> = config.inbox.iter().map(|i| (i.label(), i.events, i.move_to_done)).collect();
        assert_eq!(
            rules,
            [("a, UBND, post, tt05-2025".to_owned(), false, true), ("ab, online".to_owned(), true, true)]
        );
    }

    #[test]
    fn wrong_settings_are_named() {
        for (own, environment, word) in [
            ("[ocr]\nlanguage = \"vie\"", vec![], "language"),
            ("", vec![("OCR__JOBS", "many")], "SOHOA_OCR__JOBS"),
            ("", vec![("NOPE__X", "1")], "NOPE"),
            ("[web]\nlisten = \"everywhere\"", vec![], "listen"),
            ("[web]\ntls_cert = \"a.pem\"", vec![], "tls_key"),
            ("[web]\npublic_url = \"sohoa.example\"", vec![], "public_url"),
            ("[web]\napi_per_second = 0", vec![], "api_per_second"),
            ("[work]\nresult_code = \"x\"", vec![], "result_code"),
            ("[limits]\npages = -1", vec![], "pages"),
            ("[[inbox]]\npath = \"a\"\nsettle_seconds = -1", vec![], "settle_seconds"),
            ("[[inbox]]\npath = \"a\"\nchannel = \"fax\"", vec![], "channel"),
            ("[[inbox]]\npath = \"a\"\n[[inbox]]\npath = \"a/b\"", vec![], "lie one in the other"),
            ("[[inbox]]\npath = \"a\"\n[register]\nwatch = \"a/b\"", vec![], "register.watch"),
            ("[register]\npoll_seconds = 0", vec![], "register.poll_seconds"),
            ("[[inbox]]\npath = \"a/b\"\n[[inbox]]\npath = \"a\"", vec![], "lie one in the other"),
            ("[[inbox]]\npath = \"a\"\n[[backlog]]\npath = \"a/b\"", vec![], "lie one in the other"),
            ("[[backlog]]\npath = \"a/b\"\n[[backlog]]\npath = \"a\"", vec![], "lie one in the other"),
            ("[[inbox]]\npath = \"a\"\nprofile = \"p\"", vec![], "[profiles.p]"),
            ("[profiles.p.colour]\nat_least = 1", vec![], "at_least"),
            ("[matching]\nattach = [\"doubtful_text\"]\nawait_register = []", vec![], "doubtful_text"),
            ("[matching]\nattach = [\"sheet\"]", vec![], "await_register"),
            ("[checkpoints]\nurls = [\"log.example.vn\"]", vec![], "https://"),
            ("[work]\nlease_seconds = 0.5", vec![], "lease_seconds"),
            ("[work]\nretry_seconds = nan", vec![], "retry_seconds"),
        ] {
            let error = format!("{:#}", load(own, &environment).unwrap_err());
            assert!(error.contains(word), "{error}");
        }
    }
}
