//! Reports as files: every form says the same figures. One home and one report, all forms.

use std::path::Path;
use std::process::Command;

use crate::support::{TestHome, root, run};

/// A home with the register of June 2023.
fn home() -> TestHome {
    let home = TestHome::new("fake");
    let csv = home.dir.path().join("register.csv");
    run(Command::new("python3").arg(root().join("tests/generator/june2023.py")).arg(&csv)).ends_with(0);
    home.run(&["register", "import", csv.to_str().unwrap()]).ends_with(0);
    home
}

/// The workbook's sheets as LibreOffice reads them: semicolons between, text in quotes, numbers bare.
fn sheets(xlsx: &Path) -> Vec<String> {
    let folder = xlsx.parent().unwrap();
    let profile = format!("-env:UserInstallation=file://{}/office", folder.display());
    let filter = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,true,true,false,false,false,-1";
    let out = folder.join("sheets");
    run(Command::new("soffice").args([&profile, "--headless", "--convert-to", filter, "--outdir"]).args([&out, xlsx]))
        .ends_with(0);
    let mut files: Vec<_> = std::fs::read_dir(out).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|f| std::fs::read_to_string(f).unwrap()).collect()
}

/// The words of an SVG, read by a parser of XML; fails when it is not well-formed.
fn words(svg: &Path) -> String {
    let program = "import sys, xml.etree.ElementTree as t; r = t.parse(sys.argv[1]).getroot(); \
                   assert not [e for e in r.iter() if e.tag.endswith('script')]; print('\\n'.join(r.itertext()))";
    run(Command::new("python3").env("PYTHONUTF8", "1").args(["-c", program]).arg(svg)).ends_with(0).stdout
}

fn pdf_text(pdf: &Path) -> String {
    run(Command::new("sh").arg(root().join("tests/judges/pdfa")).arg(pdf)).ends_with(0);
    run(Command::new("pdftotext").arg("-layout").arg(pdf).arg("-")).ends_with(0).stdout
}

#[test]
fn every_form_of_a_report_says_the_same_figures() {
    let home = home();
    let file = |name: &str| home.dir.path().join(name);
    let names = ["report.xlsx", "report.csv", "report.svg", "report.pdf", "report.json"];
    let outs: Vec<String> = names.iter().map(|n| file(n).display().to_string()).collect();
    let mut args = vec!["--json", "report", "--from", "2023-05-15", "--to", "2023-06-14"];
    args.extend(outs.iter().flat_map(|out| ["--out", out]));
    let report = home.run(&args).ends_with(1).json();
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(file("report.json")).unwrap()).unwrap();
    assert_eq!(written, report);
    let (late, of) = (report["late"]["count"].as_u64().unwrap(), report["late"]["of"].as_u64().unwrap());
    assert_eq!((late, of, report["late"]["percent"].as_str().unwrap()), (577, 16_840, "3.43"));
    let lost: Vec<&str> =
        report["unaccounted"].as_array().unwrap().iter().map(|u| u["dossier"].as_str().unwrap()).collect();

    let sheets = sheets(&file("report.xlsx"));
    let all = sheets.concat();
    assert_eq!(sheets.len(), 4, "{all}");
    for line in [
        "\"Đã giải quyết\";16840;;",
        "\"Trễ hạn\";577;16840;3,43%",
        "\"Sở Công Thương\";1997;1978;99,05%",
        "\"Cộng\";17789;3993;22,45%",
        "\"KHÔNG RÕ TRẠNG THÁI\";270;;",
    ] {
        assert!(all.contains(line), "{line}: {all}");
    }
    assert!(lost.iter().all(|code| all.contains(&format!(";\"{code}\";"))));

    let csv = std::fs::read_to_string(file("report.csv")).unwrap();
    assert!(csv.starts_with('\u{feff}'));
    for line in ["Đã giải quyết,16840,,", "Trễ hạn,577,16840,\"3,43 %\"", "Cộng,17789,3993,\"22,45 %\""] {
        assert!(csv.contains(&format!("{line}\r\n")), "{line}: {csv}");
    }
    assert!(lost.iter().all(|code| csv.contains(&format!(",{code},"))));

    let svg = words(&file("report.svg"));
    for said in ["577/21.969 (2,63 %)", "1.978/1.997 (99,05 %)", "270/21.969 (1,23 %)", "Thời điểm số liệu"] {
        assert!(svg.contains(said), "{said}: {svg}");
    }

    let pdf = pdf_text(&file("report.pdf"));
    for said in ["16.840", "96,57 %", "22,45 %", "1.978/1.997 (99,05 %)", "Từ ngày 15/05/2023 đến ngày 14/06/2023"]
    {
        assert!(pdf.contains(said), "{said}: {pdf}");
    }
    assert!(lost.iter().all(|code| pdf.contains(code)));
    // The head of the list stands on each of its pages, and pages are numbered.
    let pages: Vec<&str> = pdf.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() > 3, "{}", pages.len());
    for (i, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Trang {}/{}", i + 1, pages.len())), "{page}");
        assert_eq!(page.contains("H41.1"), page.contains("Mã hồ sơ"), "{page}");
    }
}

#[test]
fn coverage_of_many_groups_with_long_names_and_nothing_missing_is_written_too() {
    let home = TestHome::new("fake");
    let mut csv = "dossier,received,agency,component,kind,required\n".to_owned();
    for i in 0..45 {
        let name = "Trung tâm Phục vụ hành chính công, Văn phòng Ủy ban nhân dân xã Nghiêng Ngả ".repeat(1 + i % 3);
        csv += &format!("H41.{i}-230615-0001,2023-06-15,=\"{name}{i}\",,,\n").replace("=\"", "\"=");
    }
    home.register(&csv);
    let file = |name: &str| home.dir.path().join(name);
    for name in ["c.xlsx", "c.csv", "c.svg", "c.pdf"] {
        home.run(&["coverage", "--by", "agency", "--out", file(name).to_str().unwrap()]).ends_with(0);
    }
    // No name becomes a formula.
    let sheets = sheets(&file("c.xlsx")).concat();
    assert!(sheets.contains("\"=Trung tâm Phục vụ") && sheets.contains("\"Cộng\";45;45;100%;0;0%;0"), "{sheets}");
    let csv = std::fs::read_to_string(file("c.csv")).unwrap();
    assert!(csv.contains("'=Trung tâm") && !csv.contains("\n=Trung") && !csv.contains("\"=Trung"), "{csv}");
    let pdf = pdf_text(&file("c.pdf"));
    assert!(pdf.contains("Không có dòng nào.") && pdf.matches("1/1 (100,00 %)").count() == 45, "{pdf}");
    assert_eq!(words(&file("c.svg")).matches("0/1 (0,00 %)").count(), 2 * 45);
}

#[test]
fn a_file_of_no_known_form_and_a_place_that_is_not_there_are_told() {
    let home = TestHome::new("fake");
    let report = |out: &str| home.run(&["report", "--from", "2023-05-15", "--to", "2023-06-14", "--out", out]);
    assert!(report("report.docx").ends_with(2).stderr.contains(".xlsx"));
    report("/nonexistent/report.csv").ends_with(4);
}
