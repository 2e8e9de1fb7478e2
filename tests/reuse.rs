//! Papers that are digitized already: offered for other dossiers of the same person, recorded, counted, taken back. And what a
//! profile of rules says of a copy.

use serde_json::{Value, json};

use crate::support::{TestHome, jpeg, samples};

const EARLIER: &str = "H41.20-230601-0001";
const NOW: &str = "H41.20-230615-0002";
const OTHERS: &str = "H41.20-230615-0003";

/// Two dossiers of one person and one of another, each with an application and a licence.
fn home() -> TestHome {
    let home = TestHome::new("fake");
    let mut csv = "dossier,received,applicant,component,component_name,kind,required\n".to_owned();
    for (code, applicant) in [(EARLIER, "Trần Thị Bịa"), (NOW, "TRẦN THỊ BỊA"), (OTHERS, "Lê Văn Thử")]
    {
        for (id, name) in [("TP01", "Đơn đề nghị"), ("TP02", "Giấy phép xây dựng")] {
            csv += &format!("{code},2023-06-15T08:00,{applicant},{id},{name},component,true\n");
        }
    }
    home.register(&csv);
    home
}

/// Puts a scan with this name on its dossier.
fn scan(home: &TestHome, name: &str, seed: u32) {
    let file = home.dir.path().join(name);
    std::fs::write(&file, jpeg(seed)).unwrap();
    home.run(&["ingest", "--wait", file.to_str().unwrap()]).ends_with(0);
}

fn coverage(home: &TestHome) -> Value {
    let coverage = home.run(&["--json", "coverage", "--min", "0"]).json();
    let missing = coverage["missing"].as_array().unwrap().iter();
    missing.map(|m| json!({"dossier": m["dossier"], "components": m["components"]})).collect()
}

#[test]
fn a_paper_of_the_same_person_is_offered_recorded_counted_and_taken_back() {
    let home = home();
    scan(&home, &format!("{EARLIER}_TP01.jpg"), 1);
    scan(&home, &format!("{EARLIER}_TP02.jpg"), 2);
    scan(&home, &format!("{NOW}_TP01.jpg"), 3);
    let shown = home.json(&["dossier", "show", NOW]);
    let [offer] = &shown["reusable"].as_array().unwrap()[..] else { panic!("{shown}") };
    assert_eq!((&offer["component"], &offer["dossier"]), (&json!("TP02"), &json!(EARLIER)));
    assert_eq!(home.json(&["dossier", "show", OTHERS])["reusable"], json!([]), "another person's");

    let document = offer["document"].as_str().unwrap();
    let missing = json!([{"dossier": OTHERS, "components": ["TP01", "TP02"]}]);
    home.run(&["dossier", "reuse", NOW, "--component", "TP02", "--document", document]).ends_with(0);
    assert_eq!(coverage(&home), missing);
    let shown = home.json(&["dossier", "show", NOW]);
    assert_eq!((&shown["missing"], &shown["reusable"]), (&json!([]), &json!([])));
    assert_eq!(shown["reused"][0]["dossier"], EARLIER);
    home.run(&["verify"]).ends_with(0);

    // It is in the events: the database can be lost.
    home.lose_database();
    home.run(&["rebuild"]).ends_with(0);
    assert_eq!(home.json(&["dossier", "show", NOW])["reused"], shown["reused"]);
    assert_eq!(coverage(&home), missing);

    home.run(&["dossier", "reuse", NOW, "--component", "TP02", "--drop"]).ends_with(0);
    assert_eq!(coverage(&home)[0], json!({"dossier": NOW, "components": ["TP02"]}));
    home.run(&["verify"]).ends_with(0);
}

#[test]
fn only_a_standing_document_of_another_dossier_is_reused() {
    let home = home();
    scan(&home, &format!("{NOW}_TP01.jpg"), 1);
    let own = home.json(&["dossier", "show", NOW])["documents"][0]["id"].as_str().unwrap().to_owned();
    for arguments in [
        ["--component", "TP02", "--document", &own],
        ["--component", "TP09", "--document", &own],
        ["--component", "TP02", "--document", "000000000000000000000000"],
    ] {
        let ran = home.run(&[&["dossier", "reuse", NOW][..], &arguments].concat());
        assert_ne!(ran.code, 0, "{arguments:?}");
        assert!(ran.stderr.contains("there is no"), "{}", ran.stderr);
    }
    assert_ne!(home.run(&["dossier", "reuse", NOW, "--component", "TP02", "--drop"]).code, 0);
}

#[test]
fn the_same_bytes_on_two_dossiers_are_told() {
    let home = home();
    scan(&home, &format!("{EARLIER}_TP02.jpg"), 7);
    scan(&home, &format!("{NOW}_TP02.jpg"), 7);
    let same = &home.json(&["dossier", "show", NOW])["same_papers"];
    assert_eq!((&same[0]["dossier"], &same[0]["same_bytes"]), (&json!(EARLIER), &json!(true)));
}

#[test]
fn the_same_number_symbol_and_issuer_are_told_and_a_profile_says_what_falls_short() {
    let home = TestHome::new("sohoa");
    home.register(&crate::support::register_csv(&[(EARLIER, "TP01"), (NOW, "TP01")]));
    // A decision once as it came, once scanned again: other bytes, the same paper.
    let decision = samples().join("H41.20-230619-0006_KQ_quyet-dinh.pdf");
    let first = home.dir.path().join(format!("{EARLIER}_TP01.pdf"));
    std::fs::copy(&decision, &first).unwrap();
    let stem = home.dir.path().join(format!("{NOW}_TP01"));
    let mut raster = std::process::Command::new("pdftoppm");
    raster.args(["-r", "190", "-gray", "-png", "-singlefile"]).arg(&decision).arg(&stem);
    assert!(raster.status().unwrap().success());
    let second = std::path::PathBuf::from(format!("{}.png", stem.display()));
    image::open(&second).unwrap().into_luma8().save(&second).unwrap();
    for file in [first, second] {
        home.run(&["ingest", "--wait", file.to_str().unwrap()]).ends_with(0);
    }
    let shown = home.json(&["dossier", "show", NOW]);
    let same = &shown["same_papers"];
    assert_eq!((&same[0]["dossier"], &same[0]["same_bytes"]), (&json!(EARLIER), &json!(false)), "{shown}");
    let document = &shown["documents"][0];
    assert_eq!(document["profile"], "tt01-2023");
    let rules: Vec<&Value> = document["warnings"].as_array().unwrap().iter().map(|w| &w["rule"]).collect();
    assert_eq!(rules, ["resolution", "not-in-colour"], "{document}");
    assert_eq!(document["warnings"][0]["found"], 190);
    assert_eq!(document["warnings"][0]["source"], "Thông tư 02/2019/TT-BNV");
}
