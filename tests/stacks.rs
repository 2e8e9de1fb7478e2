//! Stacks of papers in one file: split at sheets, doubts to a person, decisions that can be undone, sessions at counters.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{self, TestHome, register_csv, run, samples};

const A: &str = "H41.20-230615-0001";
const B: &str = "H41.20-230616-0004";

/// Papers as a scanner's PDF, each of one page: with a head, and without.
const LETTER: &str = "H41.20-230615-0001_TP02_giay-uy-quyen.jpg";
const LIST: &str = "000.20.41.H41-230615-0002_TP02_bang-ke.png";

/// A home whose register knows two dossiers with two components each.
fn home() -> TestHome {
    let home = TestHome::new("sohoa");
    home.register(&register_csv(&[(A, "TP01"), (A, "TP02"), (B, "TP01"), (B, "TP02")]));
    home
}

/// A page of a sample as a PDF.
fn paper(home: &TestHome, sample: &str) -> PathBuf {
    let out = home.dir.path().join(format!("{sample}.pdf"));
    if !out.exists() {
        run(home.command(&["convert"]).arg(samples().join(sample)).arg(&out)).ends_with(0);
    }
    out
}

/// A page that goes on with a paper: no head, no title.
fn second_page(home: &TestHome) -> PathBuf {
    let out = home.dir.path().join("second.pdf");
    let mut command = Command::new("qpdf");
    command.arg(samples().join("H41.20-230615-0001_TP01_don-de-nghi.pdf")).args(["--pages", ".", "2", "--"]).arg(&out);
    assert!(command.status().unwrap().success());
    out
}

/// A printed and scanned sheet as a PDF.
fn sheet(home: &TestHome, code: &str, component: &str) -> PathBuf {
    let file = |kind: &str| home.dir.path().join(format!("sheet-{code}-{component}.{kind}"));
    let (print, scan, stem) = (file("print.pdf"), file("scan.pdf"), file("raster"));
    if !scan.exists() {
        run(home.command(&["cover-sheet", code, "--component", component, "--out"]).arg(&print)).ends_with(0);
        let mut raster = Command::new("pdftoppm");
        raster.args(["-r", "200", "-jpeg", "-singlefile"]).arg(&print).arg(&stem);
        assert!(raster.status().unwrap().success());
        let image = PathBuf::from(format!("{}.jpg", stem.display()));
        run(home.command(&["convert"]).arg(image).arg(&scan)).ends_with(0);
    }
    scan
}

/// These PDFs one after the other in one file.
fn stack(home: &TestHome, name: &str, parts: &[PathBuf]) -> PathBuf {
    let out = home.dir.path().join(name);
    let mut command = Command::new("qpdf");
    command.args(["--empty", "--pages"]).args(parts).arg("--").arg(&out);
    assert!(command.status().unwrap().success());
    out
}

fn ingest(home: &TestHome, file: &Path, ends_with: i32) {
    run(home.command(&["ingest", "--wait"]).arg(file)).ends_with(ends_with);
}

/// Component and pages of the documents that hang on a dossier now.
fn hanging(home: &TestHome, code: &str) -> Vec<Value> {
    let shown = home.json(&["dossier", "show", code]);
    let documents = shown["documents"].as_array().unwrap().iter().filter(|d| d["state"] == "attached");
    documents.map(|d| json!([d["component"], d["physical_pages"]])).collect()
}

fn work(home: &TestHome) {
    let serving = home.serve();
    home.wait_for(120, |ledger| ledger["files"]["pending"] == 0);
    serving.stop();
}

#[test]
fn a_stack_is_split_at_its_sheets_and_each_document_hangs_on_its_own_dossier() {
    let home = home();
    let (letter, list) = (paper(&home, LETTER), paper(&home, LIST));
    let (first, second, third) = (sheet(&home, A, "TP01"), sheet(&home, A, "TP02"), sheet(&home, B, "TP01"));
    let parts = [first, letter.clone(), second_page(&home), second, list, third, letter];
    let file = stack(&home, "SCAN0001.pdf", &parts);
    ingest(&home, &file, 0);
    assert_eq!(hanging(&home, A), [json!(["TP01", [2, 3]]), json!(["TP02", [5]])]);
    assert_eq!(hanging(&home, B), [json!(["TP01", [7]])]);
    let pages = &home.ledger()["pages"];
    assert_eq!((&pages["in"], &pages["kept"], &pages["separator"]), (&json!(7), &json!(4), &json!(3)));
    // What belongs to others does not lie in a dossier's package; the received file is kept once.
    let shown = home.json(&["dossier", "show", A]);
    assert!(shown["documents"].as_array().unwrap().iter().all(|d| d["original"].is_null()));
    home.run(&["verify"]).ends_with(0);

    // The same stack again is a duplicate and changes nothing.
    let again = home.dir.path().join("SCAN0002.pdf");
    std::fs::copy(&file, &again).unwrap();
    ingest(&home, &again, 0);
    assert_eq!(home.ledger()["files"]["duplicate"], 1);
    assert_eq!(hanging(&home, A).len() + hanging(&home, B).len(), 3);
}

#[test]
fn two_documents_without_a_sheet_between_wait_and_a_person_splits_assigns_and_undoes() {
    let home = home();
    let (letter, sheet) = (paper(&home, LETTER), sheet(&home, A, "TP01"));
    let file = stack(&home, "SCAN0001.pdf", &[sheet, letter.clone(), letter]);
    ingest(&home, &file, 1);
    assert!(hanging(&home, A).is_empty());
    let shown = home.json(&["review", "show", "1"]);
    assert_eq!(shown["code"], "doubtful-split");
    let doubt = &shown["parts"][0]["doubts"][0];
    assert_eq!((&doubt["page"], &doubt["cues"][0]), (&json!(3), &json!("letterhead")));
    assert_eq!(shown["parts"][0]["candidates"][0]["dossier"], A);
    // What is asked about can be looked at.
    let pictures: Vec<&Value> = shown["thumbnails"].as_array().unwrap().iter().map(|t| &t["page"]).collect();
    assert_eq!(pictures, [2, 3]);
    let picture = image::open(shown["thumbnails"][1]["path"].as_str().unwrap()).unwrap();
    assert_eq!(picture.height(), 1200, "upright");

    home.run(&["review", "split", "1", "--at", "3"]).ends_with(0);
    work(&home);
    assert_eq!(hanging(&home, A), [json!(["TP01", [2]])]);
    let shown = home.json(&["review", "show", "1"]);
    assert_eq!((&shown["code"], &shown["parts"][1]["first"]), (&json!("no-dossier"), &json!(3)));
    assert_eq!(home.json(&["verify"])["problems"], json!([]));

    // Tried again, it is split as the person said.
    home.run(&["review", "retry", "1"]).ends_with(0);
    work(&home);
    assert_eq!(hanging(&home, A), [json!(["TP01", [2]])]);
    home.run(&["review", "undo", "1"]).ends_with(0);
    work(&home);

    home.run(&["review", "assign", "1", "--dossier", B, "--component", "TP02", "--page", "3"]).ends_with(0);
    work(&home);
    assert_eq!((hanging(&home, A), hanging(&home, B)), (vec![json!(["TP01", [2]])], vec![json!(["TP02", [3]])]));
    assert_eq!(home.ledger()["files"]["attached"], 1);

    // Undone one after the other, it waits as it did at first.
    home.run(&["review", "undo", "1"]).ends_with(0);
    work(&home);
    assert_eq!((hanging(&home, A).len(), hanging(&home, B).len()), (1, 0));
    home.run(&["review", "undo", "1"]).ends_with(0);
    work(&home);
    assert_eq!(hanging(&home, A).len(), 0);
    assert_eq!(home.json(&["review", "show", "1"])["code"], "doubtful-split");

    // The other way to settle it: they are one document.
    home.run(&["review", "merge", "1", "--at", "3"]).ends_with(0);
    work(&home);
    assert_eq!(hanging(&home, A), [json!(["TP01", [2, 3]])]);
    home.run(&["review", "split", "1", "--at", "9"]).ends_with(3);
    assert_eq!(home.json(&["verify"])["problems"], json!([]));
}

#[test]
fn a_paper_that_is_split_later_leaves_its_package_as_the_records_say() {
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(A, "TP01"), (B, "TP01")]));
    let file = home.dir.path().join("SCAN0001.pdf");
    std::fs::write(&file, support::pdf(&[1, 2, 3])).unwrap();
    run(home.command(&["ingest", "--wait", "--dossier", A]).arg(&file)).ends_with(0);
    let pages = || hanging(&home, A).iter().map(|d| d[1].clone()).collect::<Vec<_>>();
    let originals = || {
        let shown = home.json(&["dossier", "show", A]);
        shown["documents"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|d| d["state"] == "attached" && !d["original"].is_null())
            .count()
    };
    assert_eq!((pages(), originals()), (vec![json!([1, 2, 3])], 1));
    // Two documents now, on the same dossier: what came with the whole file lies with neither.
    home.run(&["review", "split", "1", "--at", "3"]).ends_with(0);
    work(&home);
    assert_eq!((pages(), originals()), (vec![json!([1, 2]), json!([3])], 0));
    assert_eq!(home.json(&["verify"])["problems"], json!([]));
    // A part of it goes to another dossier and back: the other one is as it was.
    home.run(&["review", "assign", "1", "--dossier", B, "--page", "3"]).ends_with(0);
    work(&home);
    assert_eq!((pages(), hanging(&home, B).len()), (vec![json!([1, 2])], 1));
    home.run(&["review", "undo", "1"]).ends_with(0);
    work(&home);
    assert_eq!((pages(), hanging(&home, B).len()), (vec![json!([1, 2]), json!([3])], 0));
    assert_eq!(home.json(&["verify"])["problems"], json!([]));
    home.run(&["review", "undo", "1"]).ends_with(0);
    work(&home);
    assert_eq!((pages(), originals()), (vec![json!([1, 2, 3])], 1));
    assert_eq!(home.json(&["verify"])["problems"], json!([]));
}

#[test]
fn a_stack_that_no_event_tells_of_is_split_again_and_not_put_on_one_dossier() {
    let home = home();
    let (letter, first, second) = (paper(&home, LETTER), sheet(&home, A, "TP01"), sheet(&home, B, "TP01"));
    let file = stack(&home, "SCAN0001.pdf", &[first, letter.clone(), second, letter]);
    ingest(&home, &file, 0);
    std::fs::remove_dir_all(home.path().join("events")).unwrap();
    for name in ["sohoa.db", "sohoa.db-wal", "sohoa.db-shm"] {
        let _ = std::fs::remove_file(home.path().join(name));
    }
    home.run(&["rebuild"]).ends_with(0);
    home.register(&register_csv(&[(A, "TP01"), (A, "TP02"), (B, "TP01"), (B, "TP02")]));
    work(&home);
    assert_eq!((hanging(&home, A), hanging(&home, B)), (vec![json!(["TP01", [2]])], vec![json!(["TP01", [4]])]));
}

#[test]
fn what_a_counter_scans_belongs_to_the_dossier_that_is_open_there() {
    let home = home();
    let inbox = home.path().join("inbox");
    let settings =
        format!("[[inbox]]\npath = {inbox:?}\ncounter = \"Quầy 1\"\nsettle_seconds = 0.2\npoll_seconds = 0.2\n");
    home.set_inboxes(&settings);
    let serving = home.serve();
    let scan = |name: &str, sample: &str| {
        let before = home.ledger()["files"]["seen"].as_u64().unwrap();
        std::fs::copy(samples().join(sample), inbox.join(name)).unwrap();
        home.wait_for(120, |l| l["files"]["seen"] == before + 1 && l["files"]["pending"] == 0);
    };
    home.run(&["session", "open", B, "--counter", "Quầy 1"]).ends_with(0);
    scan("SCAN0001.jpg", LETTER);
    home.run(&["session", "close", "--counter", "Quầy 1"]).ends_with(0);
    scan("SCAN0002.png", LIST);
    serving.stop();
    assert_eq!(hanging(&home, B).len(), 1);
    let waits = home.json(&["review", "list"]);
    assert_eq!((waits.as_array().unwrap().len(), &waits[0]["code"]), (1, &json!("no-dossier")));
    home.run(&["session", "open", B, "--counter", "Quầy 2"]).ends_with(3);
    assert_eq!(home.json(&["verify"])["problems"], json!([]));
}
