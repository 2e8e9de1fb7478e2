//! What a person says of single pages (turned, blank, replaced, in another order) shows in the PDF, the text and the records, without a byte
//! of the pages changed; it is undone, and survives the loss of the database.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{TestHome, jpeg, pdf, register_csv};

const DOSSIER: &str = "H41.20-230615-0001";
const SEEDS: [u32; 3] = [1, 2, 3];

fn home() -> TestHome {
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(DOSSIER, "TP01")]));
    let file = home.dir.path().join(format!("{DOSSIER}_TP01.pdf"));
    std::fs::write(&file, pdf(&SEEDS)).unwrap();
    home.run(&["ingest", "--wait", file.to_str().unwrap()]).ends_with(0);
    home
}

/// Says it and lets the queue run.
fn say(home: &TestHome, arguments: &[&str]) {
    let said = home.run(&[&["review"], arguments, &["--by", "lan"]].concat());
    said.ends_with(0);
    let serve = home.serve();
    home.wait_for(60, |ledger| ledger["files"]["pending"] == 0);
    serve.stop();
}

fn document(home: &TestHome) -> Value {
    home.json(&["dossier", "show", DOSSIER])["documents"][0].clone()
}

/// Of each page of the document's PDF: which of the received pages its picture is, byte by byte, and how it is turned.
fn shown(home: &TestHome) -> Vec<(u32, i64)> {
    let document = document(home);
    let path = document["pdf"].as_str().unwrap();
    let pdf = lopdf::Document::load(Path::new(path)).unwrap();
    let mut pages = Vec::new();
    for id in pdf.get_pages().into_values() {
        let page = pdf.get_dictionary(id).unwrap();
        let turn = page.get(b"Rotate").and_then(|r| r.as_i64()).unwrap_or(0);
        let images = pdf.get_page_images(id).unwrap();
        let seed = (1..10).find(|seed| images[0].content == jpeg(*seed)).expect("a picture was encoded anew");
        pages.push((seed, turn));
    }
    pages
}

#[test]
fn pages_are_turned_blank_and_in_another_order_as_a_person_says() {
    let home = home();
    let before = document(&home);
    let as_it_came = shown(&home);
    assert_eq!(as_it_came.iter().map(|page| page.0).collect::<Vec<_>>(), SEEDS);

    say(&home, &["order", "1", "--pages", "2,1,3"]);
    let ordered = document(&home);
    assert_eq!((&ordered["id"], &ordered["physical_pages"]), (&before["id"], &json!([2, 1, 3])));
    assert_eq!(shown(&home), [as_it_came[1], as_it_came[0], as_it_came[2]]);

    say(&home, &["turn", "1", "--page", "1", "--to", "90"]);
    assert_eq!(shown(&home)[1], (1, 90));
    say(&home, &["turn", "1", "--page", "1", "--to", "180"]);
    assert_eq!(shown(&home)[1], (1, 180));

    let words = |home: &TestHome| -> Vec<bool> {
        let text = std::fs::read_to_string(document(home)["text"].as_str().unwrap()).unwrap();
        text.split('\u{c}').map(|page| page.contains("nghiệm")).take(SEEDS.len()).collect()
    };
    assert_eq!(words(&home), [true, true, true]);
    say(&home, &["blank", "1", "--page", "2"]);
    assert_eq!((words(&home), shown(&home).len()), (vec![false, true, true], SEEDS.len()));
    assert_eq!(home.ledger()["pages"]["blank"], 1);
    home.run(&["verify"]).ends_with(0);

    // The database can be lost.
    let said = document(&home);
    home.lose_database();
    home.run(&["rebuild"]).ends_with(0);
    assert_eq!(document(&home)["physical_pages"], said["physical_pages"]);
    home.run(&["verify"]).ends_with(0);

    // One after the other is taken back, down to what came.
    say(&home, &["undo", "1"]);
    assert_eq!((words(&home), shown(&home)[1]), (vec![true, true, true], (1, 180)));
    say(&home, &["undo", "1"]);
    assert_eq!(shown(&home)[1], (1, 90));
    say(&home, &["undo", "1"]);
    say(&home, &["undo", "1"]);
    assert_eq!(shown(&home), as_it_came);
    assert_eq!(document(&home)["physical_pages"], json!([1, 2, 3]));
    home.run(&["review", "undo", "1"]).ends_with(3);
}

#[test]
fn pages_are_replaced_by_others_that_were_scanned_again() {
    let home = home();
    let as_it_came = shown(&home);
    let seeds = |home: &TestHome| shown(home).iter().map(|page| page.0).collect::<Vec<_>>();
    let id = document(&home)["id"].clone();
    // A picture, and a page of a PDF: papers of which nobody knows the dossier.
    for (name, bytes) in [("again.jpg", jpeg(9)), ("again.pdf", pdf(&[8, 7]))] {
        let file = home.dir.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        home.run(&["ingest", "--wait", file.to_str().unwrap()]).ends_with(1);
    }
    say(&home, &["turn", "1", "--page", "2", "--to", "180"]);
    say(&home, &["replace", "1", "--page", "2", "--with", "2"]);
    say(&home, &["replace", "1", "--page", "3", "--with", "3", "--with-page", "2"]);
    // The turn was that of the page before.
    assert_eq!((seeds(&home), shown(&home)[1].1), (vec![1, 9, 7], 0));
    let said = document(&home);
    assert_eq!((&said["id"], &said["physical_pages"]), (&id, &json!([1, 2, 3])));
    // The package says where its pages come from, in words that need no database.
    let metadata = Path::new(said["pdf"].as_str().unwrap()).parent().unwrap().join("document.json");
    let metadata: Value = serde_json::from_slice(&std::fs::read(metadata).unwrap()).unwrap();
    assert_eq!((&metadata["replaced"]["2"]["page"], &metadata["replaced"]["3"]["page"]), (&json!(1), &json!(2)));
    assert_eq!(metadata["replaced"]["2"]["digest"], sohoa_domain::Sha256Digest::of(&jpeg(9)).to_string());
    home.run(&["verify"]).ends_with(0);

    home.lose_database();
    home.run(&["rebuild"]).ends_with(0);
    home.run(&["verify"]).ends_with(0);
    say(&home, &["retry", "1"]);
    assert_eq!(seeds(&home), [1, 9, 7]);

    // A page that the other file does not have is a page that fails, and is told.
    say(&home, &["replace", "1", "--page", "1", "--with", "2", "--with-page", "5"]);
    assert_eq!(home.ledger()["pages"]["failed"], 1);
    for _ in 0..2 {
        say(&home, &["undo", "1"]);
    }
    assert_eq!(seeds(&home), [1, 9, 7]);
    say(&home, &["undo", "1"]);
    assert_eq!(seeds(&home), [1, 9, 3]);
    say(&home, &["undo", "1"]);
    say(&home, &["undo", "1"]);
    assert_eq!(shown(&home), as_it_came);
}

#[test]
fn pages_that_are_not_there_and_half_an_order_are_refused() {
    let home = home();
    for arguments in [
        &["turn", "1", "--page", "4", "--to", "90"][..],
        &["blank", "1", "--page", "0"],
        &["order", "1", "--pages", "2,1"],
        &["replace", "1", "--page", "1", "--with", "1"],
    ] {
        home.run(&[&["review"], arguments].concat()).ends_with(3);
    }
    assert_ne!(home.run(&["review", "turn", "1", "--page", "1", "--to", "45"]).code, 0);
    assert_eq!(home.ledger()["files"]["attached"], 1);
}
