//! The report of a period, on a register in the proportions of a published one whose sum does not close.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{TestHome, root};

#[test]
fn the_report_of_june_2023_comes_out_as_published_and_names_the_270_that_stand_nowhere() {
    let home = TestHome::new("fake");
    let csv = home.dir.path().join("register.csv");
    let mut generator = Command::new("python3");
    generator.arg(root().join("tests/generator/june2023.py")).arg(&csv);
    assert!(generator.status().unwrap().success());
    home.run(&["register", "import", csv.to_str().unwrap()]).ends_with(0);
    let period = ["report", "--from", "2023-05-15", "--to", "2023-06-14"];
    let report = home.run(&[&["--json"][..], &period].concat()).ends_with(1).json();
    for (name, figure) in [
        ("handled", 21_969),
        ("new", 17_789),
        ("carried_over", 4_180),
        ("resolved", 16_840),
        ("in_process", 4_707),
        ("overdue", 0),
        ("waiting", 51),
        ("returned", 101),
        ("stopped", 0),
    ] {
        assert_eq!(report[name], figure, "{name}");
    }
    let share = |name: &str| [&report[name]["count"], &report[name]["of"], &report[name]["percent"]].map(Value::clone);
    assert_eq!(share("on_time"), [json!(16_263), json!(16_840), json!("96.57")]);
    assert_eq!(share("late"), [json!(577), json!(16_840), json!("3.43")]);
    assert_eq!(share("online"), [json!(3_993), json!(17_789), json!("22.45")]);
    assert_eq!(report["post"]["count"], 6_471);
    let department = |name: &str| {
        let all = report["departments"].as_array().unwrap();
        let online = &all.iter().find(|d| d["agency"] == name).unwrap()["online"];
        (online["count"].as_u64().unwrap(), online["of"].as_u64().unwrap())
    };
    assert_eq!(department("Sở Công Thương"), (1_978, 1_997));
    assert_eq!(department("Sở Y tế"), (281, 800));
    assert_eq!(department("Sở Tài chính"), (231, 237));
    assert_eq!(department("Sở Kế hoạch và Đầu tư"), (1_018, 1_254));
    let lost = report["unaccounted"].as_array().unwrap();
    assert_eq!(lost.len(), 270);
    assert!(lost.iter().all(|u| u["code"] == "no-state"));

    let printed = home.run(&period).ends_with(1).stdout;
    for words in [
        "21.969",
        "17.789",
        "16.263 trên 16.840 (96,57 %)",
        "3.993 trên 17.789 (22,45 %)",
        "270 hồ sơ không rõ trạng thái",
    ] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    assert!(printed.contains(lost[0]["dossier"].as_str().unwrap()));
    // Group by group each dossier is counted once.
    for (by, groups) in [("agency", 9), ("channel", 2), ("month", 5)] {
        let coverage = home.run(&["--json", "coverage", "--by", by, "--min", "0"]).json();
        let all = coverage["groups"].as_array().unwrap();
        assert_eq!(all.len(), groups, "{by}");
        assert_eq!(all.iter().map(|g| g["received"].as_u64().unwrap()).sum::<u64>(), coverage["received"]);
    }
    // A month in which nothing was lost closes.
    home.run(&["report", "--from", "2022-01-01", "--to", "2022-01-31"]).ends_with(0);
}
