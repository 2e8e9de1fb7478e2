//! The register and the catalogue as people import them: each format, what is broken, what changed, what waits in the folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sqlx::{Connection as _, Row as _, SqliteConnection};

use crate::support::{TestHome, jpeg};

const ONE: &str = "H41.20-230615-0001";
const TWO: &str = "H41.20-230615-0002";
const HEADER: &str = "dossier,procedure,applicant,received,status,component,component_name,kind,required\n";

/// All rows of all tables, as text.
fn dump(home: &TestHome) -> BTreeMap<String, Vec<String>> {
    let path = home.path().join("sohoa.db");
    let dump = async {
        let mut db = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut db).await.unwrap();
        let mut tables = BTreeMap::new();
        for name in names {
            let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?1)")
                .bind(&name)
                .fetch_all(&mut db)
                .await
                .unwrap();
            let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
            let sql = format!("SELECT concat_ws('|', {}) FROM \"{name}\"", quoted.join(", "));
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut db).await.unwrap();
            tables.insert(name, rows.iter().map(|row| row.get::<String, _>(0)).collect());
        }
        tables
    };
    tokio::runtime::Runtime::new().unwrap().block_on(dump)
}

/// All files of the home but those of the database, with their sizes.
fn stored(home: &TestHome) -> Vec<(PathBuf, u64)> {
    let mut files = Vec::new();
    let mut folders = vec![home.path().join("blobs"), home.path().join("events")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let meta = entry.metadata().unwrap();
            if meta.is_dir() { folders.push(entry.path()) } else { files.push((entry.path(), meta.len())) }
        }
    }
    files.sort();
    files
}

fn write(home: &TestHome, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = home.dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn csv(rows: &str) -> String {
    format!("{HEADER}{rows}")
}

fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

fn is_clean(home: &TestHome) {
    let verified = home.run(&["--json", "verify"]).ends_with(0).json();
    assert_eq!(verified["problems"], json!([]), "{verified}");
}

#[test]
fn a_broken_file_of_each_format_names_each_bad_place_and_changes_nothing() {
    let home = TestHome::new("fake");
    home.register(&csv(&format!("{ONE},,Trần Thị Bịa,2023-06-15,4,TP1,Đơn,component,true\n")));
    let before = (dump(&home), stored(&home));
    let bad_csv = csv(&format!(
        "{ONE},,Trần Thị Bịa,2023-06-15,9,TP1,Đơn,component,true\n{TWO},,Bí Mật,2023-06-31,4,TP1,Đơn,component,true\n\
         {TWO},,Bí Mật,2023-06-15,12,TP2,Đơn,component,true\nx,,Bí Mật,,,,,,\n"
    ));
    let bad_xlsx = workbook(&[
        &["dossier", "status", "applicant"],
        &[ONE, "9", "Trần Thị Bịa"],
        &[TWO, "12", "Bí Mật"],
        &["x", "4", "Bí Mật"],
    ]);
    let bad_json = json!([
        {"MaHoSo": ONE, "TrangThaiHoSo": 9},
        {"MaHoSo": TWO, "ChuHoSo": "Bí Mật", "TrangThaiHoSo": 12},
        {"MaHoSo": "x", "ChuHoSo": "Bí Mật"},
    ]);
    for (file, places) in [
        // The name says nothing of the format.
        (
            write(&home, "sai.json", bad_csv),
            vec!["line 3: column received", "line 4: column status", "line 5: column dossier"],
        ),
        (write(&home, "sai.csv", bad_xlsx), vec!["sheet, row 3: column status", "sheet, row 4: column dossier"]),
        (
            write(&home, "sai.xlsx", bad_json.to_string()),
            vec!["dossier 2: field TrangThaiHoSo", "dossier 3: field MaHoSo"],
        ),
    ] {
        for arguments in [&["register", "import", &file][..], &["register", "import", "--dry-run", &file]] {
            let ran = home.run(arguments).ends_with(3);
            for place in &places {
                assert!(ran.stderr.contains(place), "{place}: {}", ran.stderr);
            }
            assert!(ran.stderr.contains("[malformed]") && ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
            assert!(!ran.stderr.contains("Bí Mật"), "{}", ran.stderr);
            assert_eq!((dump(&home), stored(&home)), before, "{file}");
        }
    }
    is_clean(&home);
}

#[test]
fn a_dry_run_says_what_an_import_then_does_and_the_change_is_history() {
    let home = TestHome::new("fake");
    let first = csv(&format!("{ONE},,Trần Thị Bịa,2023-06-15,4,TP1,Đơn,component,true\n"));
    let second = csv(&format!(
        "{ONE},,Lê Văn Bịa,2023-06-15,9,TP1,Đơn,component,false\n{ONE},,Lê Văn Bịa,2023-06-15,9,KQ,,result,true\n{TWO},,,,,,,,\n"
    ));
    home.register(&first);
    let file = write(&home, "đêm 16.csv", &second);
    let before = (dump(&home), stored(&home));
    let dry = home.run(&["--json", "register", "import", "--dry-run", &file]).ends_with(0).json();
    assert_eq!((dump(&home), stored(&home)), before);
    let counts = json!({"applicant": 1, "components": 1, "status": 1});
    assert_eq!((&dry["new"], &dry["changed"], &dry["unchanged"]), (&json!(1), &json!(1), &json!(0)), "{dry}");
    assert_eq!(dry["columns"], counts);
    let shown = json!([
        {"dossier": ONE, "new": false, "columns": ["applicant", "status", "components"]},
        {"dossier": TWO, "new": true, "columns": []},
    ]);
    assert_eq!(dry["shown"], shown);
    let told = home.run(&["register", "import", "--dry-run", "--show", "1", &file]).ends_with(0).stdout;
    assert!(told.contains("nothing was written") && told.contains(ONE) && !told.contains(TWO), "{told}");

    let done = home.run(&["--json", "register", "import", &file]).ends_with(0).json();
    assert_eq!((&done["columns"], &done["shown"]), (&counts, &shown));
    let history = home.json(&["register", "history", ONE]);
    let changes = history["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["file"], "đêm 16.csv");
    let fields: BTreeMap<&str, (&Value, &Value)> = changes[0]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["field"].as_str().unwrap(), (&f["from"], &f["to"])))
        .collect();
    assert_eq!(fields["status"], (&json!(4), &json!(9)));
    assert_eq!(fields["component TP1 required"], (&json!(true), &json!(false)));
    assert_eq!((fields["component KQ"].0, &fields["component KQ"].1["kind"]), (&json!(null), &json!("result")));
    assert_eq!(fields["applicant"], (&json!(null), &json!(null)));
    assert_eq!(fields.len(), 4);
    let told = home.run(&["register", "history", ONE]).ends_with(0).stdout;
    assert!(told.contains("status: 4 → 9") && told.contains("applicant: changed"), "{told}");
    assert_eq!(home.json(&["register", "history", TWO])["changes"], json!([]));

    // Again: nothing.
    let before = dump(&home);
    let again = home.run(&["--json", "register", "import", &file]).ends_with(0).json();
    assert_eq!((&again["new"], &again["changed"], &again["unchanged"]), (&json!(0), &json!(0), &json!(2)));
    assert_eq!(dump(&home), before);
    let imports = home.json(&["register", "imports"]);
    let files: Vec<&str> = imports.as_array().unwrap().iter().map(|i| i["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["register.csv", "đêm 16.csv"]);
    // Nobody's name in what is told of it.
    for table in ["event", "dossier_history", "register_import"] {
        assert!(!before[table].iter().any(|row| row.contains("Bịa")), "{table}");
    }
    assert!(!told.contains("Bịa"));
    is_clean(&home);
}

#[test]
fn the_same_register_in_each_format_is_one_register() {
    let home = TestHome::new("fake");
    let rows: [&[&str]; 3] = [
        &[
            "dossier",
            "procedure",
            "agency",
            "channel",
            "applicant",
            "received",
            "status",
            "component",
            "component_name",
            "kind",
            "required",
        ],
        &[ONE, "1.012790", "Sở Thử", "online", "Bịa", "2023-06-15T08:30:00", "4", "TP1", "Đơn", "component", "true"],
        &[ONE, "1.012790", "Sở Thử", "online", "Bịa", "2023-06-15T08:30:00", "4", "KQ", "Giấy", "result", "true"],
    ];
    let csv = rows.map(|row| row.join(";")).join("\r\n");
    let json = json!({"data": [{
        "MaHoSo": ONE, "MaTTHC": "1.012790", "DonViXuLy": "Sở Thử", "KenhThucHien": 2, "ChuHoSo": "Bịa",
        "NgayTiepNhan": "15/06/2023 08:30:00", "TrangThaiHoSo": "4",
        "TaiLieuNop": [{"MaThanhPhanHoSo": "TP1", "TenTepDinhKem": "Đơn"}],
        "DanhSachGiayToKetQua": [{"MaThanhPhanHoSo": "KQ", "TenGiayTo": "Giấy"}],
    }]});
    let new = |file: &str| home.run(&["--json", "register", "import", file]).ends_with(0).json();
    assert_eq!(new(&write(&home, "a", format!("\u{feff}{csv}\r\n")))["new"], 1);
    assert_eq!(new(&write(&home, "b", workbook(&rows)))["unchanged"], 1);
    assert_eq!(new(&write(&home, "c", json.to_string()))["unchanged"], 1);
    is_clean(&home);
}

const CATALOGUE: &str = "procedure,name,field,agency,valid_from,component,component_name,kind,required,exempt_reason\n";

#[test]
fn components_come_from_the_catalogue_of_the_day_of_reception() {
    let home = TestHome::new("fake");
    let catalogue = |rows: &str| {
        let file = write(&home, "danh mục.csv", format!("{CATALOGUE}{rows}"));
        home.run(&["--json", "catalogue", "import", &file]).ends_with(0).json()
    };
    let of_2022 = "1.012790,Cấp phép,Xây dựng,Sở Thử,2022-01-01,TP1,Đơn,component,true,\n";
    let of_2023 = "1.012790,Cấp phép,Xây dựng,Sở Thử,2023-06-01,TP1,Đơn,component,true,\n\
                   1.012790,Cấp phép,Xây dựng,Sở Thử,2023-06-01,KQ,Giấy phép,result,true,\n";
    let due = |code: &str| {
        let shown = home.json(&["dossier", "show", code]);
        (shown["catalogue"].clone(), shown["missing"].clone())
    };
    // The register comes first; a paper waits for a component that nobody lists yet.
    let early = "H41.20-220615-0001";
    home.register(&csv(&format!(
        "{early},1.012790,,2022-06-15,4,,,,\n{ONE},1.012790,,2023-06-15,4,,,,\n{TWO},1.012790,,2023-06-15,4,TP9,Khác,component,true\n"
    )));
    assert_eq!(due(ONE), (json!(null), json!([])));
    let drop = home.path().join("drop").join(ONE);
    std::fs::create_dir_all(&drop).unwrap();
    std::fs::write(drop.join("KQ.jpg"), jpeg(1)).unwrap();
    home.run(&["ingest", "--wait", home.path().join("drop").to_str().unwrap()]);

    let summary = catalogue(of_2022);
    assert_eq!((&summary["new"], &summary["dossiers"]), (&json!(1), &json!(2)), "{summary}");
    assert_eq!(due(early), (json!("2022-01-01"), json!(["TP1"])));
    assert_eq!(due(ONE), (json!("2022-01-01"), json!(["TP1"])));
    assert_eq!(due(TWO), (json!(null), json!(["TP9"])), "the register lists its own");
    // A later version is that of the dossiers received since, and no others'.
    let summary = catalogue(of_2023);
    assert_eq!((&summary["new"], &summary["dossiers"]), (&json!(1), &json!(1)), "{summary}");
    assert_eq!(due(early).0, "2022-01-01");
    assert_eq!(due(ONE).0, "2023-06-01");
    assert!(home.run(&["dossier", "show", ONE]).stdout.contains("components from the catalogue of 2023-06-01"));
    // The same again says nothing, the register neither.
    let before = dump(&home);
    assert_eq!(catalogue(of_2023)["unchanged"], 1);
    let file = home.dir.path().join("register.csv").to_str().unwrap().to_owned();
    assert_eq!(home.run(&["--json", "register", "import", &file]).json()["unchanged"], 3);
    assert_eq!(dump(&home), before);
    // A version that was wrong is put right, and so are its dossiers, which is history.
    let summary = catalogue(&of_2023.replace("Đơn,component,true", "Đơn,component,false"));
    assert_eq!((&summary["changed"], &summary["dossiers"]), (&json!(1), &json!(1)), "{summary}");
    let history = home.json(&["register", "history", ONE]);
    let last = &history["changes"].as_array().unwrap().last().unwrap()["fields"];
    assert_eq!(last, &json!([{"field": "component TP1 required", "from": true, "to": false}]));
    // The register lists components after all.
    home.register(&csv(&format!("{ONE},1.012790,,2023-06-15,4,TP7,Khác,component,true\n")));
    assert_eq!(due(ONE), (json!(null), json!(["TP7"])));
    home.register(&csv(&format!("{ONE},1.012790,,2023-06-15,4,,,,\n")));
    assert_eq!(due(ONE).0, "2023-06-01");

    let shown = home.json(&["catalogue", "show", "1.012790", "--on", "2023-05-31"]);
    assert_eq!((shown.as_array().unwrap().len(), &shown[0]["valid_from"]), (1, &json!("2022-01-01")));
    assert_eq!(home.json(&["catalogue", "show", "1.012790"]).as_array().unwrap().len(), 2);
    home.run(&["catalogue", "show", "1.012790", "--on", "2021-12-31"]).ends_with(3);
    let bad = write(&home, "sai.csv", format!("{CATALOGUE}1.012790,,,,hôm nay,TP1,Đơn,component,true,\n"));
    let before = dump(&home);
    assert!(home.run(&["catalogue", "import", &bad]).ends_with(3).stderr.contains("line 2: column valid_from"));
    assert_eq!(dump(&home), before);
    is_clean(&home);
    // All of it follows from what is kept, however the files are read today.
    home.change_settings(|text| {
        text.replace("[register.headers]", "[register.headers]\n\"component\" = \"component_name\"")
    });
    let answers = |home: &TestHome| {
        let codes = [early, ONE, TWO];
        codes.map(|code| (home.json(&["dossier", "show", code]), home.json(&["register", "history", code])))
    };
    let before = (answers(&home), home.json(&["register", "imports"]), home.json(&["catalogue", "show", "1.012790"]));
    home.lose_database();
    home.run(&["rebuild"]).ends_with(0);
    assert_eq!(
        (answers(&home), home.json(&["register", "imports"]), home.json(&["catalogue", "show", "1.012790"])),
        before
    );
    is_clean(&home);
}

#[test]
fn nightly_exports_are_imported_once_and_a_broken_one_stays_until_it_is_replaced() {
    let home = TestHome::new("fake");
    home.change_settings(|text| {
        text.replace("poll_seconds = 10.0", "poll_seconds = 0.1")
            .replace("settle_seconds = 10.0", "settle_seconds = 0.3")
    });
    let folder = home.path().join("register-inbox");
    let serve = home.serve();
    let wait = |what: &str, done: &dyn Fn() -> bool| {
        let begun = std::time::Instant::now();
        while !done() {
            assert!(begun.elapsed().as_secs() < 60, "{what}: {}", home.log());
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    wait("the folder", &|| folder.is_dir());
    let put = |name: &str, content: &str| {
        std::fs::write(folder.join(name), content).unwrap();
        folder.join(name)
    };
    let gone = |path: &Path| !path.exists();
    let night = put("đêm.csv", &csv(&format!("{ONE},,Bịa,2023-06-15,4,TP1,Đơn,component,true\n")));
    wait("the first export", &|| gone(&night));
    assert!(folder.join("done/đêm.csv").is_file());
    // The next night has the same name. Both are kept.
    put("đêm.csv", &csv(&format!("{ONE},,Bịa,2023-06-15,9,TP1,Đơn,component,true\n")));
    wait("the second export", &|| gone(&night));
    assert!(folder.join("done/2.đêm.csv").is_file());
    assert_eq!(home.json(&["register", "history", ONE])["changes"].as_array().unwrap().len(), 1);

    let broken = put("hỏng.csv", &csv(&format!("{TWO},,Bí Mật,hôm nay,4,,,,\n{TWO},,Bí Mật,,x,,,,\n")));
    let refused = || home.status()["refused_registers"].clone();
    wait("the broken export", &|| refused() != json!([]));
    assert_eq!((&refused()[0]["code"], &refused()[0]["bad_lines"]), (&json!("malformed"), &json!(2)));
    let status = home.run(&["status"]).stdout;
    assert!(status.contains("hỏng.csv [malformed] 2 bad lines"), "{status}");
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(home.logged("a register cannot be imported"), 1);
    serve.stop();
    // It is reported once, and not again after a start.
    let serve = home.serve();
    home.wait_for_log(60, "working the queue", 2);
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert!(broken.exists());
    assert_eq!(home.logged("a register cannot be imported"), 1);
    put("hỏng.csv", &csv(&format!("{TWO},,Bí Mật,2023-06-15,4,,,,\n")));
    wait("the export put right", &|| gone(&broken));
    wait("the refusal is forgotten", &|| refused() == json!([]));
    assert_eq!(home.json(&["dossier", "show", TWO])["in_register"], true);
    // What only lies there without being a register is none of it.
    std::fs::create_dir(folder.join("thư mục")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.join("liên kết.csv")).unwrap();
    let last = put("cuối.csv", &csv(&format!("{TWO},,Bí Mật,2023-06-15,9,,,,\n")));
    wait("the last export", &|| gone(&last));
    serve.stop();
    assert!(!home.log().contains("Bí Mật"), "{}", home.log());
    is_clean(&home);
}
