//! Hand-over: the portal's fields as they are described, files byte for byte, bags and OCFL as others validate them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{TestHome, jpeg, root, run};

const CODE: &str = "H41.20-230615-0002";
const EARLIER: &str = "H41.20-230601-0001";

/// A dossier with a component of its own, one that is used again, a result, and a paper of no component.
fn home() -> TestHome {
    let home = TestHome::new("fake");
    home.register(&format!(
        "dossier,procedure,agency,channel,applicant,received,due,finished,returned,status,component,component_name,kind,required\n\
         {CODE},1.012790.000.00.00.H41,Sở Thử,post,Trần Thị Bịa,2023-06-15T08:05,2023-06-20,2023-06-19T10:00,,9,TP01,Đơn,component,true\n\
         {CODE},1.012790.000.00.00.H41,Sở Thử,post,Trần Thị Bịa,2023-06-15T08:05,2023-06-20,2023-06-19T10:00,,9,TP02,Giấy phép,component,true\n\
         {CODE},1.012790.000.00.00.H41,Sở Thử,post,Trần Thị Bịa,2023-06-15T08:05,2023-06-20,2023-06-19T10:00,,9,KQ,Quyết định,result,true\n\
         {EARLIER},,,,,2023-06-01,,,,,TP02,Giấy phép,component,true\n\
         H41.20-230616-0003,,,,,2023-06-16,,,,,TP01,Đơn,component,true\n"
    ));
    for (seed, name) in (1..).zip([
        format!("{CODE}_TP01 đơn.jpg"),
        format!("{CODE}_KQ.jpg"),
        format!("{CODE}.jpg"),
        format!("{EARLIER}_TP02.jpg"),
    ]) {
        let file = home.dir.path().join(name);
        std::fs::write(&file, jpeg(seed)).unwrap();
        home.run(&["ingest", "--wait", file.to_str().unwrap()]).ends_with(0);
    }
    let document = document(&home, EARLIER, 0)["id"].as_str().unwrap().to_owned();
    home.run(&["dossier", "reuse", CODE, "--component", "TP02", "--document", &document]).ends_with(0);
    home
}

fn document(home: &TestHome, code: &str, at: usize) -> Value {
    home.json(&["dossier", "show", code])["documents"][at].clone()
}

fn python(program: &str) -> Command {
    let mut command = Command::new(root().join(".venv/bin/python"));
    command.arg(root().join(program));
    command
}

fn judged_by_the_schema(files: &[PathBuf]) {
    let mut judge = python("tests/judges/schema.py");
    run(judge.arg(root().join("docs/portal-dossier.schema.json")).args(files)).ends_with(0);
}

#[test]
fn the_portal_is_told_every_paper_in_the_fields_that_are_described() {
    let home = home();
    let dest = home.dir.path().join("portal");
    let export = |dest: &Path| {
        home.run(&[
            "--json",
            "export",
            "--dossier",
            CODE,
            "--as",
            "portal-json",
            dest.to_str().unwrap(),
            "--by",
            "lưu trữ",
        ])
    };
    let exported = export(&dest).ends_with(0).json();
    assert_eq!(exported["exported"][0]["documents"].as_array().unwrap().len(), 4);
    let file = dest.join("hoso.json");
    judged_by_the_schema(std::slice::from_ref(&file));
    let told: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    for (field, value) in [
        ("MaHoSo", CODE),
        ("MaTTHC", "1.012790.000.00.00.H41"),
        ("KenhThucHien", "3"),
        ("ChuHoSo", "Trần Thị Bịa"),
        ("NgayTiepNhan", "20230615080500"),
        ("NgayHenTra", "20230620000000"),
        ("NgayTra", ""),
        ("NgayKetThucXuLy", "20230619100000"),
        ("TrangThaiHoSo", "9"),
        ("DonViXuLy", "Sở Thử"),
        ("HoSoCoThanhPhanSoHoa", "1"),
    ] {
        assert_eq!(told[field], value, "{field}");
    }
    let earlier = document(&home, EARLIER, 0);
    let filed = told["TaiLieuNop"].as_array().unwrap();
    let said: Vec<_> = ["MaThanhPhanHoSo", "TenTepDinhKem", "DuocSoHoa", "DuocTaiSuDung", "MaKetQuaThayThe"]
        .iter()
        .map(|field| filed.iter().map(|f| f[field].as_str().unwrap().to_owned()).collect::<Vec<_>>())
        .collect();
    assert_eq!(said[0], ["TP01", "", "TP02"]);
    assert_eq!(said[1], [format!("{CODE}.1.pdf"), format!("{CODE}.3.pdf"), format!("{EARLIER}.1.pdf")]);
    assert_eq!(
        (&said[2][..], &said[3][..]),
        (&["1", "1", "1"].map(String::from)[..], &["0", "0", "1"].map(String::from)[..])
    );
    assert_eq!(said[4], ["", "", earlier["result_code"].as_str().unwrap()]);
    let issued = &told["DanhSachGiayToKetQua"];
    assert_eq!(issued.as_array().unwrap().len(), 1);
    assert_eq!((&issued[0]["TenGiayTo"], &issued[0]["MaThanhPhanHoSo"]), (&json!("Quyết định"), &json!("KQ")));
    // The files are those of the packages.
    for (name, stored) in [
        (&said[1][0], document(&home, CODE, 0)),
        (&issued[0]["DuongDanTepTinKetQua"].as_str().unwrap().to_owned(), document(&home, CODE, 1)),
        (&said[1][2], earlier),
    ] {
        let pdf = stored["pdf"].as_str().unwrap();
        assert_eq!(std::fs::read(dest.join(name)).unwrap(), std::fs::read(pdf).unwrap(), "{name}");
    }
    assert_eq!(std::fs::read_dir(&dest).unwrap().count(), 5);

    // A place where something lies is left as it is, and a damaged file goes nowhere.
    let refused = export(&dest).ends_with(4);
    assert!(!refused.stderr.contains("Bịa"), "{}", refused.stderr);
    let pdf = PathBuf::from(document(&home, CODE, 0)["pdf"].as_str().unwrap());
    let mut bytes = std::fs::read(&pdf).unwrap();
    bytes[100] ^= 1;
    std::fs::remove_file(&pdf).unwrap();
    std::fs::write(&pdf, bytes).unwrap();
    let other = home.dir.path().join("other");
    assert!(export(&other).ends_with(4).stderr.contains("damaged") && !other.exists());
    let scratch = std::fs::read_dir(home.dir.path()).unwrap();
    assert!(!scratch.flatten().any(|e| e.file_name().to_string_lossy().starts_with(".sohoa-")));
}

#[test]
fn all_dossiers_of_a_period_are_handed_over_and_it_is_on_record() {
    let home = home();
    let dest = home.dir.path().join("month");
    let period = ["--from", "2023-06-01", "--to", "2023-06-30"];
    let args = [&["--json", "export"][..], &period, &["--as", "portal-json", dest.to_str().unwrap()]].concat();
    let exported = home.run(&args).ends_with(0).json();
    assert_eq!((exported["exported"].as_array().unwrap().len(), &exported["empty"]), (2, &json!(1)));
    judged_by_the_schema(&[CODE, EARLIER].map(|code| dest.join(code).join("hoso.json")));
    let sealed: String = std::fs::read_dir(home.path().join("events"))
        .unwrap()
        .flatten()
        .filter_map(|e| std::fs::read_to_string(e.path()).ok())
        .collect();
    assert_eq!(sealed.matches("\"kind\":\"handed_over\"").count(), 2);
    home.run(&["verify"]).ends_with(0);
    home.run(&["export", "--dossier", "H41.20-230699-0001", "--as", "portal-json", "x"]).ends_with(2);
    let unknown = home.dir.path().join("unknown");
    home.run(&["export", "--dossier", "H41.20-230615-9999", "--as", "ocfl", unknown.to_str().unwrap()]).ends_with(3);
    assert!(!unknown.exists());
}

#[test]
fn bags_and_storage_roots_are_valid_to_others() {
    let home = home();
    let (bag, ocfl) = (home.dir.path().join("bag"), home.dir.path().join("ocfl"));
    for (form, dest) in [("bagit", &bag), ("ocfl", &ocfl)] {
        home.run(&["export", "--dossier", CODE, "--as", form, dest.to_str().unwrap()]).ends_with(0);
    }
    let validate = "import bagit, sys; bagit.Bag(sys.argv[1]).validate()";
    let mut judge = Command::new(root().join(".venv/bin/python"));
    run(judge.args(["-c", validate]).arg(&bag)).ends_with(0);
    judged_by_the_schema(&[bag.join("data/hoso.json")]);
    assert!(bag.join("data/reused").join(EARLIER).is_dir());
    let judged = run(Command::new("sh").arg(root().join("tests/judges/ocfl")).arg(&ocfl)).ends_with(0);
    assert!(judged.stdout.contains("1 objects"), "{}", judged.stdout);
    // A bag with another byte is found out: the judge judges.
    let path = bag.join("data/hoso.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("Bịa", "Bia")).unwrap();
    let mut judge = Command::new(root().join(".venv/bin/python"));
    assert_ne!(run(judge.args(["-c", validate]).arg(&bag)).code, 0);
}
