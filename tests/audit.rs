//! Audit samples: drawn again by a program that is not ours, compared, put on record, shown in the report, made anew.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{TestHome, jpeg, root, run};

const PERIOD: [&str; 4] = ["--from", "2023-06-01", "--to", "2023-06-30"];
const AGENCIES: [(&str, usize); 3] = [("Sở Thử \"A\", phòng 1", 9), ("Sở Bịa", 4), ("Sở Nhỏ", 1)];

/// Documents of three agencies, and one that was received in another month.
fn home() -> TestHome {
    let home = TestHome::new("fake");
    let mut csv = "dossier,received,agency,component,component_name,kind,required\n".to_owned();
    let scans = home.dir.path().join("scans");
    std::fs::create_dir(&scans).unwrap();
    let mut number = 0;
    let mut add = |agency: &str, day: &str| {
        number += 1;
        let code = format!("H41.20-230615-{number:04}");
        csv += &format!("{code},{day},\"{}\",TP01,Đơn,component,true\n", agency.replace('"', "\"\""));
        std::fs::write(scans.join(format!("{code}_TP01.jpg")), jpeg(number)).unwrap();
    };
    for (agency, documents) in AGENCIES {
        (0..documents).for_each(|_| add(agency, "2023-06-30T16:59"));
    }
    add("Sở Bịa", "2023-07-01");
    home.register(&csv);
    home.run(&["ingest", "--wait", scans.to_str().unwrap()]).ends_with(0);
    home
}

fn draw(home: &TestHome, rest: &[&str]) -> Value {
    home.run(&[&["--json", "audit", "sample"][..], &PERIOD, rest].concat()).ends_with(0).json()
}

#[test]
fn a_sample_is_drawn_again_compared_shown_and_made_anew() {
    let home = home();
    let all = home.dir.path().join("all.csv");
    let seed = "xổ số 48213";
    let sample =
        draw(&home, &["--count", "6", "--seed", seed, "--population", all.to_str().unwrap(), "--name", "quý II"]);
    assert_eq!((&sample["documents"], &sample["drawn"], &sample["compared"]), (&json!(14), &json!(6), &json!(0)));
    assert_eq!(sample["upper_bound"], "n/a");

    // An auditor's own program draws the same, and the digests are those of the lists.
    let digest = |text: &str| sohoa_domain::Sha256Digest::of(text.as_bytes()).to_string();
    assert_eq!(sample["population"], digest(&std::fs::read_to_string(&all).unwrap()));
    let mut again = Command::new("python3");
    again.env("PYTHONUTF8", "1").arg(root().join("docs/draw-sample.py")).args([seed, "6"]).arg(&all);
    let again = run(&mut again).ends_with(0).stdout;
    assert_eq!(sample["list"], digest(&again));
    let items = sample["items"].as_array().unwrap();
    let listed: Vec<&str> = again.lines().map(|line| line.split_once(',').unwrap().0).collect();
    assert_eq!(items.iter().map(|i| i["document"].as_str().unwrap()).collect::<Vec<_>>(), listed);
    for (agency, drawn) in [(AGENCIES[0].0, 3), (AGENCIES[1].0, 2), (AGENCIES[2].0, 1)] {
        assert_eq!(items.iter().filter(|i| i["stratum"] == agency).count(), drawn, "{agency}");
    }
    assert_eq!(draw(&home, &["--count", "6", "--seed", seed])["list"], sample["list"]);
    assert_ne!(draw(&home, &["--count", "6", "--seed", "other"])["list"], sample["list"]);
    // A tenth is two; each of three agencies gives one.
    assert_eq!(draw(&home, &["--percent", "10", "--seed", seed])["drawn"], 3);
    assert_eq!(draw(&home, &["--percent", "10", "--seed", seed, "--by", "none"])["drawn"], 2);

    let record = |document: &str, result: &str| {
        home.run(&["audit", "record", "quý II", document, "--result", result, "--note", "tủ 3", "--by", "thanh-tra"])
    };
    for document in &listed[..5] {
        record(document, "match").ends_with(0);
    }
    // A later result takes the place of an earlier one.
    record(listed[4], "missing-page").ends_with(0);
    assert!(record("000000000000000000000000", "match").ends_with(3).stderr.contains("sample 1"));
    let list = home.json(&["audit", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 5);
    let first = &list[0];
    assert_eq!((&first["compared"], &first["right"]), (&json!(5), &json!(4)));
    // 1 of 5: one-sided Clopper-Pearson, 95 %.
    assert_eq!((&first["wrong"]["percent"], &first["upper_bound"]), (&json!("20.00"), &json!("65.75")));

    let (pdf, xlsx) = (home.dir.path().join("list.pdf"), home.dir.path().join("list.xlsx"));
    home.run(&["audit", "show", "1", "--out", pdf.to_str().unwrap(), "--out", xlsx.to_str().unwrap()]).ends_with(0);
    run(Command::new("sh").arg(root().join("tests/judges/pdfa")).arg(&pdf)).ends_with(0);
    let text = run(Command::new("pdftotext").args(["-layout"]).arg(&pdf).arg("-")).ends_with(0).stdout;
    assert!(
        text.contains("PHIẾU ĐỐI CHIẾU MẪU QUÝ II") && text.contains("Thiếu trang") && text.contains("65,75 %"),
        "{text}"
    );
    assert!(xlsx.exists());
    let report = home.run(&["report", "--from", "2023-06-15", "--to", "2023-07-14"]).stdout;
    let said = "mẫu quý II: chọn 6 trên 14 văn bản, đã đối chiếu 5, đúng 4, sai 1 trên 5 (20,00 %), cận trên 65,75 %";
    assert!(report.contains(said), "{report}");
    let later = home.run(&["report", "--from", "2023-07-01", "--to", "2023-07-31"]).stdout;
    assert!(!later.contains("mẫu quý II"));

    home.run(&["verify"]).ends_with(0);
    home.lose_database();
    home.run(&["rebuild"]).ends_with(0);
    assert_eq!(home.json(&["audit", "list"]), list);
    home.run(&["verify"]).ends_with(0);
}

#[test]
fn a_result_that_was_changed_in_the_database_is_found() {
    let home = home();
    let sample = draw(&home, &["--count", "3", "--seed", "1"]);
    let document = sample["items"][0]["document"].as_str().unwrap();
    home.run(&["audit", "record", "1", document, "--result", "differs"]).ends_with(0);
    let change = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(\"UPDATE audit_result SET verdict = 'match'\"); c.commit()";
    run(Command::new("python3").args(["-c", change]).arg(home.path().join("sohoa.db"))).ends_with(0);
    let verified = home.run(&["verify"]).ends_with(1);
    assert!(verified.stdout.contains("audit_result"), "{}", verified.stdout);
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let home = home();
    for rest in
        [&["--count", "0", "--seed", "1"][..], &["--percent", "0", "--seed", "1"], &["--count", "1"], &["--seed", "1"]]
    {
        home.run(&[&["audit", "sample"][..], &PERIOD, rest].concat()).ends_with(2);
    }
    home.run(&["audit", "sample", "--from", "2020-01-01", "--to", "2020-01-31", "--count", "1", "--seed", "1"])
        .ends_with(3);
    draw(&home, &["--count", "1", "--seed", "1", "--name", "một"]);
    let twice =
        home.run(&[&["audit", "sample"][..], &PERIOD, &["--count", "1", "--seed", "1", "--name", "một"]].concat());
    assert!(twice.ends_with(3).stderr.contains("of this name"));
    home.run(&["audit", "show", "hai"]).ends_with(3);
}
