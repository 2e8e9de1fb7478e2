//! The certificate of coverage: what it says, that every tampering shows, and that a second verifier agrees.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Ran, TestHome, jpeg, run, sohoa};

mod stamps;
mod tampering;

const PERIOD: [&str; 4] = ["--from", "2023-06-01", "--to", "2023-06-30"];
const FULL: &str = "H41.20-230601-0001";
const LACKS: &str = "H41.20-230602-0002";
const REUSES: &str = "H41.20-230603-0003";
const WITHDRAWN: &str = "H41.20-230604-0004";

/// A register of a month and of others, and scans for some of it.
struct Certified {
    home: TestHome,
}

impl Certified {
    fn new() -> Self {
        let home = TestHome::new("fake");
        let certified = Self { home };
        certified.import(&register(&[]));
        for (name, seed) in
            [(format!("{FULL}_TP01.jpg"), 1), (format!("{FULL}_KQ01.jpg"), 2), (format!("{LACKS}_TP01.jpg"), 3)]
        {
            certified.scan(&name, seed);
        }
        let id = certified.home.json(&["dossier", "show", FULL])["documents"][0]["id"].as_str().unwrap().to_owned();
        certified.home.run(&["dossier", "reuse", REUSES, "--component", "TP01", "--document", &id]).ends_with(0);
        certified
    }

    fn import(&self, csv: &str) {
        self.home.register(csv);
    }

    fn scan(&self, name: &str, seed: u32) {
        let file = self.home.dir.path().join(name);
        fs::write(&file, jpeg(seed)).unwrap();
        self.home.run(&["ingest", "--wait", file.to_str().unwrap()]).ends_with(0);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.dir.path().join(name)
    }

    fn key(&self) -> PathBuf {
        self.home.path().join("keys/checkpoint.pub")
    }

    /// Makes the month's certificate under this name.
    #[track_caller]
    fn make(&self, name: &str, more: &[&str]) -> PathBuf {
        let out = self.path(name);
        let args = [&["certificate", "make"], &PERIOD[..], more, &[out.to_str().unwrap()]].concat();
        self.home.run(&args).ends_with(0);
        out
    }

    #[track_caller]
    fn prove(&self, certificate: &Path, dossier: &str) -> PathBuf {
        let out = self.path(&format!("{dossier}.proof"));
        let certificate = certificate.to_str().unwrap();
        self.home.run(&["certificate", "prove", certificate, "--dossier", dossier, out.to_str().unwrap()]).ends_with(0);
        out
    }

    #[track_caller]
    fn snapshot(&self, certificate: &Path) -> PathBuf {
        let out = self.path("snapshot.jsonl");
        self.home.run(&["certificate", "snapshot", certificate.to_str().unwrap(), out.to_str().unwrap()]).ends_with(0);
        out
    }

    /// The package of a dossier, copied out of the home.
    fn package(&self, dossier: &str) -> PathBuf {
        let shown = self.home.json(&["dossier", "show", dossier]);
        let pdf = Path::new(shown["documents"][0]["pdf"].as_str().unwrap());
        let object = pdf.ancestors().find(|p| p.join("0=ocfl_object_1.1").exists()).unwrap();
        let to = self.path(&format!("{dossier}.package"));
        copy(object, &to);
        to
    }
}

/// The register; of a dossier that is named here the components that follow its code are left out.
fn register(without: &[(&str, &str)]) -> String {
    let mut csv = "dossier,received,status,applicant,component,component_name,kind,required,exempt_reason\n".to_owned();
    let rows = [
        (FULL, "2023-06-01", 9, "TP01", "component", true, ""),
        (FULL, "2023-06-01", 9, "TP02", "component", true, "bản chụp"),
        (FULL, "2023-06-01", 9, "KQ01", "result", true, ""),
        (LACKS, "2023-06-30T23:59:00", 4, "TP01", "component", true, ""),
        (LACKS, "2023-06-30T23:59:00", 4, "TP02", "component", true, ""),
        (LACKS, "2023-06-30T23:59:00", 4, "TP03", "component", false, ""),
        (REUSES, "2023-06-03", 10, "TP01", "component", true, ""),
        (REUSES, "2023-06-03", 10, "KQ01", "result", true, ""),
        (WITHDRAWN, "2023-06-04", 7, "TP01", "component", true, ""),
        ("H41.20-230605-0005", "", 4, "TP01", "component", true, ""),
        ("H41.20-230531-0006", "2023-05-31", 4, "TP01", "component", true, ""),
        ("H41.20-230701-0007", "2023-07-01", 4, "TP01", "component", true, ""),
    ];
    for (code, received, status, id, kind, required, exempt) in rows {
        if !without.contains(&(code, id)) {
            let row = format!("Trần Thị Bịa,{id},\"Đơn, \"\"mẫu 1\"\"\",{kind},{required},{exempt}");
            csv += &format!("{code},{received},{status},{row}\n");
        }
    }
    csv
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let there = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(there).unwrap();
        } else {
            fs::copy(entry.path(), there).unwrap();
        }
    }
}

/// `certificate check` with nothing but these files.
#[track_caller]
fn check(certificate: &Path, key: &Path, more: &[(&str, &Path)]) -> Ran {
    let mut command = sohoa("fake");
    command.args(["--json", "--home", "/nonexistent", "certificate", "check"]).arg(certificate).arg("--key").arg(key);
    for (option, path) in more {
        command.arg(format!("--{option}")).arg(path);
    }
    run(&mut command)
}

/// The codes in one of the lists of a report.
fn codes(report: &Value, list: &str) -> Vec<String> {
    report[list].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn its_figures_are_those_of_coverage_and_every_dossier_of_the_period_is_a_leaf() {
    let certified = Certified::new();
    let certificate = certified.make("june.txt", &[]);
    let coverage = certified.home.json(&[&["coverage", "--min", "0"], &PERIOD[..]].concat());
    let snapshot = certified.snapshot(&certificate);
    let report = check(&certificate, &certified.key(), &[("snapshot", &snapshot)]).ends_with(0).json();
    let c = &report["certificate"];
    let missing = coverage["missing"].as_array().unwrap();
    let lacking: usize = missing.iter().map(|m| m["components"].as_array().unwrap().len()).sum();
    assert_eq!((&c["received"], &c["full"]), (&coverage["received"], &coverage["digitized_full"]));
    assert_eq!((&c["any"], &c["exempt"]), (&coverage["digitized_any"], &coverage["exempt"]));
    assert_eq!((&c["incomplete"], &c["missing"]), (&missing.len().into(), &lacking.into()));
    let figures = ["received", "full", "any", "due", "missing", "exempt", "out_of_scope", "undated"]
        .map(|k| c[k].as_u64().unwrap());
    assert_eq!(figures, [3, 1, 2, 6, 2, 1, 1, 1]);
    for dossier in [FULL, LACKS, REUSES, WITHDRAWN] {
        let proof = certified.prove(&certificate, dossier);
        let report = check(&certificate, &certified.key(), &[("proof", &proof)]).ends_with(0).json();
        assert!(codes(&report, "checked").contains(&"proof".to_owned()), "{report}");
        let text = fs::read_to_string(&proof).unwrap();
        let others = [FULL, LACKS, REUSES, WITHDRAWN].into_iter().filter(|other| text.contains(other)).count();
        // What is reused lies in the package of another dossier, which has to be named.
        assert_eq!(others, if dossier == REUSES { 2 } else { 1 }, "{text}");
    }
    let nobody = certified
        .home
        .command(&["certificate", "prove", certificate.to_str().unwrap(), "--dossier"])
        .args(["H41.20-230701-0007", "x"])
        .output()
        .unwrap();
    assert_eq!(nobody.status.code(), Some(3));
    for path in [&certificate, &snapshot, &certified.path(&format!("{FULL}.proof"))] {
        assert!(!fs::read_to_string(path).unwrap().contains("Bịa"), "{}", path.display());
    }
    certified.home.run(&["verify"]).ends_with(0);
}

#[test]
fn what_is_no_certificate_is_refused_and_wrong_usage_is_told() {
    let certified = Certified::new();
    let (certificate, key) = (certified.make("june.txt", &[]), certified.key());
    let other = certified.path("register.csv");
    check(&other, &key, &[]).ends_with(3);
    check(&certificate, &key, &[("package", &other)]).ends_with(2);
    let mut without_key = sohoa("fake");
    without_key.args(["--home", "/nonexistent", "certificate", "check"]).arg(&certificate);
    run(&mut without_key).ends_with(4);
    certified.home.run(&["certificate", "check", certificate.to_str().unwrap()]).ends_with(0);
}

#[test]
fn a_forged_pdf_shows_even_when_the_inventory_was_made_to_match() {
    let certified = Certified::new();
    let certificate = certified.make("june.txt", &[]);
    let (proof, package) = (certified.prove(&certificate, FULL), certified.package(FULL));
    let spot = |package: &Path| check(&certificate, &certified.key(), &[("proof", &proof), ("package", package)]);
    spot(&package).ends_with(0);

    // A paper that came later made a new version of its package, and what was certified is still there.
    certified.scan(&format!("{LACKS}_TP02.jpg"), 4);
    let later = [("proof", &*certified.prove(&certificate, LACKS)), ("package", &*certified.package(LACKS))];
    let report = check(&certificate, &certified.key(), &later).ends_with(0).json();
    assert!(codes(&report, "checked").contains(&"package".to_owned()), "{report}");

    let pdf = walkdir::WalkDir::new(&package).into_iter().flatten().find(|e| e.file_name() == "document.pdf").unwrap();
    let (before, forged) = (fs::read(pdf.path()).unwrap(), b"%PDF-1.7 forged".to_vec());
    fs::write(pdf.path(), &forged).unwrap();
    let (old, new) = (digest(&before), digest(&forged));
    let inventories: Vec<_> =
        walkdir::WalkDir::new(&package).into_iter().flatten().filter(|e| e.file_name() == "inventory.json").collect();
    for inventory in inventories {
        let mut value: Value = serde_json::from_slice(&fs::read(inventory.path()).unwrap()).unwrap();
        rename(&mut value, &old, &new);
        let text = serde_json::to_string(&value).unwrap();
        fs::write(inventory.path(), &text).unwrap();
        fs::write(
            inventory.path().with_extension("json.sha256"),
            format!("{}  inventory.json\n", digest(text.as_bytes())),
        )
        .unwrap();
    }
    let report = spot(&package).ends_with(1).json();
    let problems = report["problems"].as_array().unwrap();
    assert!(problems.iter().any(|p| p["detail"].as_str().unwrap().contains("pdf đã chứng nhận không còn")), "{report}");
}

/// Renames a key wherever it stands.
fn rename(value: &mut Value, old: &str, new: &str) {
    if let Some(map) = value.as_object_mut() {
        if let Some(paths) = map.remove(old) {
            map.insert(new.to_owned(), paths);
        }
        map.values_mut().for_each(|inner| rename(inner, old, new));
    }
}

fn digest(bytes: &[u8]) -> String {
    use sohoa_domain::Sha256Digest;
    Sha256Digest::of(bytes).to_string()
}

#[test]
fn history_is_only_added_to_and_a_rewrite_shows() {
    let certified = Certified::new();
    let key = certified.key();
    let first = certified.make("first.txt", &[]);
    certified.scan(&format!("{LACKS}_TP02.jpg"), 4);
    let second = certified.make("second.txt", &[]);
    let third = certified.make("third.txt", &[]);
    for (new, old) in [(&second, &first), (&third, &first), (&third, &second), (&first, &first)] {
        check(new, &key, &[("against", old)]).ends_with(0);
    }
    let report = check(&first, &key, &[("against", &second)]).ends_with(1).json();
    assert_eq!(codes(&report, "problems"), ["history"]);
    let report = check(&second, &key, &[("against", &first)]).json();
    assert_eq!(codes(&report, "notes"), ["changed"; 2], "{report}");

    // A component leaves the register: the next certificate of the period tells.
    certified.import(&register(&[(LACKS, "TP02")]));
    let fourth = certified.make("fourth.txt", &[]);
    let report = check(&fourth, &key, &[("against", &third)]).ends_with(0).json();
    let notes: Vec<_> = report["notes"].as_array().unwrap().iter().map(|n| n["detail"].as_str().unwrap()).collect();
    assert!(
        notes.iter().any(|n| n.contains("due: 6 → 5"))
            && codes(&report, "notes").contains(&"register_changed".to_owned()),
        "{report}"
    );

    // The home forgets a certificate: the event tells, and it can be continued all the same.
    let root = check(&first, &key, &[]).json()["certificate"]["root"].as_str().unwrap().to_owned();
    fs::remove_dir_all(certified.home.path().join("certificates").join(root)).unwrap();
    let out = certified.path("fifth.txt");
    let made = certified.home.json(&[&["certificate", "make"], &PERIOD[..], &[out.to_str().unwrap()]].concat());
    assert_eq!(made["lost"].as_array().unwrap().len(), 1);
    let report = check(&out, &key, &[("against", &first)]).ends_with(1).json();
    assert!(report["problems"][0]["detail"].as_str().unwrap().contains("--since"), "{report}");
    let sixth = certified.make("sixth.txt", &["--since", first.to_str().unwrap()]);
    check(&sixth, &key, &[("against", &first)]).ends_with(0);

    // Somebody with the key and the database rewrites an event behind all of them, and the chain with it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(rewrite(&certified.home.path().join("sohoa.db")));
    let out = certified.path("rewritten.txt");
    let args = [&["certificate", "make"], &PERIOD[..], &[out.to_str().unwrap()]].concat();
    let made = certified.home.run(&[&["--json"], &args[..]].concat()).ends_with(1).json();
    assert_eq!(made["not_continued"].as_array().unwrap().len(), 5, "{made}");
    for old in [&first, &second, &third, &fourth, &sixth] {
        let report = check(&out, &key, &[("against", old)]).ends_with(1).json();
        assert_eq!(codes(&report, "problems"), ["history"], "{report}");
    }
}

async fn rewrite(database: &Path) {
    use sqlx::Connection as _;
    let mut conn = sqlx::SqliteConnection::connect(&format!("sqlite:{}", database.display())).await.unwrap();
    for sql in [
        "DROP TRIGGER event_is_never_changed",
        "UPDATE event SET event = json_set(event, '$.agent', 'nobody') WHERE id = 1",
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    }
    conn.close().await.unwrap();
}

#[test]
fn a_backup_brings_certificates_and_their_own_key_along() {
    let certified = Certified::new();
    certified.home.change_settings(|text| text.replace("\nkey = \"\"", "\nkey = \"keys/certificate.key\""));
    let certificate = certified.make("june.txt", &[]);
    check(&certificate, &certified.key(), &[]).ends_with(1);
    let (backup, restored) = (certified.path("backup"), certified.path("restored"));
    certified.home.run(&["backup", backup.to_str().unwrap()]).ends_with(0);
    let mut command = sohoa("fake");
    run(command.arg("--home").arg(&restored).arg("restore").arg(&backup)).ends_with(0);
    let mut command = sohoa("fake");
    command.arg("--home").arg(&restored).args(["certificate", "prove"]).arg(&certificate).args(["--dossier", LACKS]);
    let proof = certified.path("restored.proof");
    run(command.arg(&proof)).ends_with(0);
    let mut command = sohoa("fake");
    command.arg("--home").arg(&restored).args(["certificate", "check"]).arg(&certificate).arg("--proof").arg(&proof);
    run(&mut command).ends_with(0);
    let mut command = sohoa("fake");
    let again = certified.path("again.txt");
    run(command.arg("--home").arg(&restored).args(["certificate", "make"]).args(PERIOD).arg(&again)).ends_with(0);
    let key = certified.home.path().join("keys/certificate.pub");
    check(&again, &key, &[("against", &certificate)]).ends_with(0);
}
