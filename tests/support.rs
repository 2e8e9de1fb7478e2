//! Running the binary, and small papers to feed it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The folder of sample papers.
pub fn samples() -> PathBuf {
    root().join("samples")
}

/// `sohoa` with a given recognizer and none of the caller's settings.
pub fn sohoa(engine: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sohoa"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SOHOA_")) {
        command.env_remove(name);
    }
    command.env("SOHOA_OCR__ENGINE", engine).env("OMP_THREAD_LIMIT", "1");
    // Many serve at the same time, each at a port of its own.
    command.env("SOHOA_WEB__LISTEN", "127.0.0.1:0");
    command
}

/// What a finished run said.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(out: Output) -> Self {
        Self {
            code: out.status.code().unwrap_or(-1),
            stdout: String::from_utf8(out.stdout).unwrap(),
            stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Fails the test unless it ended with this code.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Its JSON document.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}\n{}", self.stdout, self.stderr))
    }
}

/// Runs a command to its end.
#[track_caller]
pub fn run(command: &mut Command) -> Ran {
    command.output().unwrap().into()
}

/// A home of its own that vanishes with the test.
pub struct TestHome {
    pub dir: TempDir,
    /// A program with arguments that runs every command, as `nsenter` does in a namespace; none when empty.
    pub within: Vec<String>,
    engine: String,
}

impl TestHome {
    /// An initialized home.
    pub fn new(engine: &str) -> Self {
        let home = Self { dir: tempfile::tempdir().unwrap(), within: Vec::new(), engine: engine.to_owned() };
        home.run(&["init"]).ends_with(0);
        home
    }

    /// A place for a home, and none there yet.
    pub fn empty(engine: &str) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), within: Vec::new(), engine: engine.to_owned() }
    }

    /// The home's folder.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// A command in this home.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = sohoa(&self.engine);
        if let [program, args @ ..] = &self.within[..] {
            let plain = std::mem::replace(&mut command, Command::new(program));
            command.args(args).arg(plain.get_program());
            for (name, value) in plain.get_envs() {
                match value {
                    Some(value) => command.env(name, value),
                    None => command.env_remove(name),
                };
            }
        }
        command.arg("--home").arg(self.path()).args(args);
        command
    }

    /// Removes the database with what lies beside it.
    pub fn lose_database(&self) {
        for rest in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(self.path().join(format!("sohoa.db{rest}")));
        }
    }

    /// Runs a command in this home.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Ran {
        run(&mut self.command(args))
    }

    /// Runs a command in this home and reads its JSON.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        let mut all = vec!["--json"];
        all.extend(args);
        self.run(&all).json()
    }

    /// Changes the settings.
    pub fn change_settings(&self, change: impl FnOnce(String) -> String) {
        let path = self.path().join("sohoa.toml");
        let before = std::fs::read_to_string(&path).unwrap();
        let after = change(before.clone());
        assert_ne!(before, after);
        std::fs::write(&path, after).unwrap();
    }

    /// Puts these `[[inbox]]` tables in place of the settings' own.
    pub fn set_inboxes(&self, inboxes: &str) {
        self.change_settings(|text| {
            let (before, from) = text.split_once("[[inbox]]").unwrap();
            let (_, after) = from.split_once("[ocr]").unwrap();
            format!("{before}{inboxes}\n[ocr]{after}")
        });
    }

    /// Starts `sohoa serve` with two workers. What it says is added to the log.
    pub fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    /// The same with more in the environment.
    pub fn serve_with(&self, environment: &[(&str, &str)]) -> Serving {
        let mut command = self.command(&["serve", "--workers", "2"]);
        command.envs(environment.iter().copied());
        self.start(command)
    }

    /// The same as a user for whom permissions count: root is deprived of the right to pass over them.
    pub fn serve_with_permissions(&self) -> Serving {
        use std::os::unix::fs::MetadataExt as _;
        let own = self.command(&["serve", "--workers", "2"]);
        if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
            return self.start(own);
        }
        let mut command = Command::new("setpriv");
        command.arg("--bounding-set=-dac_override,-dac_read_search").arg(own.get_program()).args(own.get_args());
        for (name, value) in own.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        self.start(command)
    }

    /// Starts a command that runs until it is stopped.
    pub fn start(&self, mut command: Command) -> Serving {
        use std::os::unix::process::CommandExt as _;
        let log = std::fs::File::options().create(true).append(true).open(self.dir.path().join("log")).unwrap();
        Serving(command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    /// What all that were started have logged so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.dir.path().join("log")).unwrap_or_default()).into_owned()
    }

    /// How many lines of the log hold these words.
    pub fn logged(&self, words: &str) -> usize {
        self.log().lines().filter(|line| line.contains(words)).count()
    }

    /// Waits until so many lines of the log hold these words.
    #[track_caller]
    pub fn wait_for_log(&self, seconds: u64, words: &str, lines: usize) {
        let begun = Instant::now();
        while self.logged(words) < lines {
            assert!(begun.elapsed() < Duration::from_secs(seconds), "not {lines} times: {words}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Looks until `done` says true of the ledger, and returns it.
    #[track_caller]
    pub fn wait_for(&self, seconds: u64, mut done: impl FnMut(&serde_json::Value) -> bool) -> serde_json::Value {
        let begun = Instant::now();
        loop {
            let ledger = self.ledger();
            if done(&ledger) {
                return ledger;
            }
            assert!(begun.elapsed() < Duration::from_secs(seconds), "{ledger}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Writes a register and imports it.
    #[track_caller]
    pub fn register(&self, csv: &str) {
        let file = self.dir.path().join("register.csv");
        std::fs::write(&file, csv).unwrap();
        self.run(&["register", "import", file.to_str().unwrap()]).ends_with(0);
    }

    /// Files, pages and dossiers of the ledger; fails when its sums do not close.
    #[track_caller]
    pub fn ledger(&self) -> serde_json::Value {
        let mut ledger = self.status();
        for beside in ["waiting", "inboxes", "low_on_space", "unpublished", "refused_registers"] {
            assert!(ledger.as_object_mut().unwrap().remove(beside).is_some(), "{beside}");
        }
        ledger
    }

    /// The ledger and what stands beside it.
    #[track_caller]
    pub fn status(&self) -> serde_json::Value {
        let status = self.json(&["status"]);
        let sum = |part: &str, keys: &[&str]| keys.iter().map(|k| status[part][k].as_u64().unwrap()).sum::<u64>();
        let files = sum("files", &["pending", "attached", "review", "rejected", "duplicate"]);
        assert_eq!(status["files"]["seen"], files);
        let pages = sum("pages", &["kept", "separator", "blank", "failed"]);
        assert_eq!(status["pages"]["in"], pages);
        status
    }
}

/// A running `sohoa serve`.
pub struct Serving(Child);

impl Drop for Serving {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let group = format!("-{}", self.0.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = self.0.wait();
        }
    }
}

impl Serving {
    /// Sends a signal to the process and its children.
    pub fn signal(&self, signal: &str) {
        let group = format!("-{}", self.0.id());
        assert!(Command::new("kill").args([signal, "--", &group]).status().unwrap().success());
    }

    /// Asks it to stop, as a system does, and waits until it has.
    #[track_caller]
    pub fn stop(mut self) {
        self.ask_to_stop();
        let status = self.0.wait().unwrap();
        assert!(status.success(), "{status}");
    }

    /// Asks it to stop, as soon as it listens, and does not wait.
    #[track_caller]
    pub fn ask_to_stop(&self) {
        let begun = Instant::now();
        while !self.catches_sigterm() {
            assert!(begun.elapsed().as_secs() < 60, "it does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(Command::new("kill").arg(self.0.id().to_string()).status().unwrap().success());
    }

    /// Whether SIGTERM (15) is among the signals that it catches. Before, it would die of it.
    fn catches_sigterm(&self) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        u64::from_str_radix(caught.trim(), 16).unwrap() & (1 << 14) != 0
    }

    /// Whether it dies by itself, of a signal, before so many seconds are over.
    pub fn dies_within(self, seconds: u64) -> bool {
        self.ends_within(seconds).is_some_and(|status| status.code().is_none())
    }

    /// How it ended, by itself, before so many seconds were over; killed and `None` when it did not.
    pub fn ends_within(mut self, seconds: u64) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed().as_secs() < seconds {
            if let Some(status) = self.0.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill();
        None
    }

    /// Whether it holds this file open now.
    pub fn has_open(&self, path: &Path) -> bool {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.0.id())).unwrap();
        open.flatten().any(|entry| std::fs::read_link(entry.path()).is_ok_and(|target| target == path))
    }

    /// SIGKILL for the process and its children.
    pub fn kill(mut self) {
        self.signal("-KILL");
        self.0.wait().unwrap();
    }
}

/// The register's header and one row a component.
pub fn register_csv(rows: &[(&str, &str)]) -> String {
    let mut csv = "dossier,received,channel,status,component,component_name,kind,required\n".to_owned();
    for (dossier, component) in rows {
        let rest = if component.is_empty() { ",,," } else { ",Thành phần,component,true" };
        csv += &format!("{dossier},2023-06-15,counter,4,{component}{rest}\n");
    }
    csv
}

/// A grey JPEG page of A6 at 200 dpi with bars on it that look like lines of text; `seed` makes it another page.
pub fn jpeg(seed: u32) -> Vec<u8> {
    let page = image::GrayImage::from_fn(827, 1165, |x, y| {
        let line = y % 40 < 18 && (80..740).contains(&x) && (100..1000).contains(&y);
        let gap = (x + seed * 13 + y / 40 * 29) % 70 < 14;
        image::Luma([if line && !gap && (x * 7 + y * 3) % 11 < 6 { 30 } else { 245 }])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(&page).unwrap();
    bytes
}

/// A PDF with one JPEG page for each seed.
pub fn pdf(seeds: &[u32]) -> Vec<u8> {
    use lopdf::{Document, Object, Stream, dictionary};
    let mut doc = Document::with_version("1.5");
    let pages = doc.new_object_id();
    let mut kids = Vec::new();
    for seed in seeds {
        let image = doc.add_object(Stream::new(
            dictionary! {
                "Type" => "XObject", "Subtype" => "Image", "Width" => 827, "Height" => 1165,
                "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8, "Filter" => "DCTDecode",
            },
            jpeg(*seed),
        ));
        let content = doc.add_object(Stream::new(dictionary! {}, b"q 297.7 0 0 419.4 0 0 cm /Im0 Do Q".to_vec()));
        kids.push(Object::from(doc.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), Object::Real(297.7), Object::Real(419.4)],
            "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => image } },
        })));
    }
    let count = i64::try_from(kids.len()).unwrap();
    doc.objects.insert(pages, Object::from(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }));
    let catalog = doc.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    doc.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    doc.save_to(&mut bytes).unwrap();
    bytes
}
