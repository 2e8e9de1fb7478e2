//! The same register in each format, and what is wrong with files of each.

use std::collections::BTreeMap;

use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};
use serde_json::{Value, json};
use sohoa_domain::{Channel, ComponentEntry, ComponentKind, DossierStatus};

use super::super::row::{OF_COMPONENT, OF_DOSSIER};
use super::*;

fn lines(error: &RegisterFileError) -> Vec<u64> {
    error.lines.iter().map(|(line, _)| *line).collect()
}

/// The rows of a register as a table, the header first.
fn table(entries: &[DossierEntry]) -> Vec<Vec<String>> {
    let time = |t: Option<DateTime>| t.map(|t| t.to_string()).unwrap_or_default();
    let channel = |c: Option<Channel>| c.map(|c| c.as_str().to_owned()).unwrap_or_default();
    let mut rows = vec![[&OF_DOSSIER[..], &OF_COMPONENT[..]].concat().iter().map(|c| (*c).to_owned()).collect()];
    for e in entries {
        let head = vec![
            e.code.to_string(),
            e.procedure.as_ref().map(ToString::to_string).unwrap_or_default(),
            e.agency.clone(),
            e.counter.clone(),
            channel(e.channel),
            e.applicant.clone(),
            time(e.received),
            time(e.due),
            time(e.finished),
            time(e.returned),
            channel(e.return_channel),
            e.status.map(|s| s.number().to_string()).unwrap_or_default(),
        ];
        let component = |c: &ComponentEntry| {
            let reason = c.exempt_reason.clone().unwrap_or_default();
            vec![c.id.to_string(), c.name.clone(), c.kind.as_str().to_owned(), c.required.to_string(), reason]
        };
        let components: Vec<_> = e.components.iter().map(component).collect();
        let components = if components.is_empty() { vec![vec![String::new(); 5]] } else { components };
        rows.extend(components.into_iter().map(|c| [head.clone(), c].concat()));
    }
    rows
}

fn csv(rows: &[Vec<String>], separator: u8) -> Vec<u8> {
    let mut csv = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    rows.iter().for_each(|row| csv.write_record(row).unwrap());
    csv.into_inner().unwrap()
}

/// A workbook whose dates are typed and whose numbers are numbers.
fn xlsx(rows: &[Vec<String>], sheet: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet().set_name(sheet).unwrap();
    let day = CellFormat::new().set_num_format("dd/mm/yyyy hh:mm:ss");
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            if let (true, Ok(time)) = ((6..10).contains(&column), cell.parse::<DateTime>()) {
                let typed = ExcelDateTime::parse_from_str(&time.to_string()).unwrap();
                page.write_datetime_with_format(row, column, &typed, &day).unwrap();
            } else if let (1 | 11, Ok(number)) = (column, cell.parse::<f64>()) {
                page.write_number(row, column, number).unwrap();
            } else if let (15, Ok(truth)) = (column, cell.parse::<bool>()) {
                page.write_boolean(row, column, truth).unwrap();
            } else if !cell.is_empty() {
                page.write_string(row, column, cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

/// What the portal's JSON can say of it.
fn portal(entries: &[DossierEntry]) -> Value {
    let time = |t: Option<DateTime>| t.map(|t| t.strftime("%Y%m%d%H%M%S").to_string());
    let papers = |e: &DossierEntry, kind: ComponentKind, name: &str| {
        let of_kind = e.components.iter().filter(|c| c.kind == kind);
        of_kind.map(|c| json!({"MaThanhPhanHoSo": c.id, (name): c.name, "IsDeleted": false})).collect::<Vec<_>>()
    };
    let dossier = |e: &DossierEntry| {
        json!({
            "MaHoSo": e.code, "MaTTHC": e.procedure, "DonViXuLy": e.agency, "ChuHoSo": e.applicant,
            "KenhThucHien": e.channel.map(|c| match c { Channel::Counter => 1, Channel::Online => 2, Channel::Post => 3 }),
            "NgayTiepNhan": time(e.received), "NgayHenTra": time(e.due), "NgayTra": time(e.returned),
            "NgayKetThucXuLy": time(e.finished), "TrangThaiHoSo": e.status.map(|s| s.number().to_string()),
            "TaiLieuNop": papers(e, ComponentKind::Component, "TenTepDinhKem"),
            "DanhSachGiayToKetQua": papers(e, ComponentKind::Result, "TenGiayTo"),
            "GhiChu": {"khác": [1, 2]},
        })
    };
    entries.iter().map(dossier).collect()
}

fn entry() -> impl Strategy<Value = DossierEntry> {
    let text = "([a-zA-ZăâđêôơưĂĐáàảãạ][a-zA-Zăâđêôơưáàảãạ ;,\"'\\.-]{0,12}[a-zà])?";
    let time = || {
        proptest::option::of((2000_i16..2090, 1_i8..13, 1_i8..29, 0_i8..24, 0_i8..60, 0_i8..60)).prop_map(|t| {
            t.map(|(year, month, day, hour, minute, second)| date(year, month, day).at(hour, minute, second, 0))
        })
    };
    let channel =
        || proptest::option::of(prop_oneof![Just(Channel::Counter), Just(Channel::Online), Just(Channel::Post)]);
    let component = (any::<bool>(), any::<bool>(), text, proptest::option::of("[a-zđ]{1,9}"));
    let dossier = (
        (proptest::option::of(1_000_000_u32..10_000_000), text, text, text),
        (channel(), channel(), time(), time(), time(), time(), proptest::option::of(1_u8..11)),
        proptest::collection::vec(component, 0..5),
    );
    dossier.prop_map(|((procedure, agency, counter, applicant), rest, components)| {
        let (channel, return_channel, received, due, finished, returned, status) = rest;
        let component =
            |(i, (is_result, required, name, exempt_reason)): (usize, (bool, bool, String, _))| ComponentEntry {
                id: format!("TP{i}").parse().unwrap(),
                name,
                kind: if is_result { ComponentKind::Result } else { ComponentKind::Component },
                required,
                exempt_reason,
            };
        DossierEntry {
            code: "H41-230615-0000".parse().unwrap(),
            procedure: procedure.map(|n| format!("{}.{:06}", n / 1_000_000, n % 1_000_000).parse().unwrap()),
            agency,
            counter,
            channel,
            applicant,
            received,
            due,
            finished,
            returned,
            return_channel,
            status: status.map(|n| DossierStatus::new(n).unwrap()),
            components: components.into_iter().enumerate().map(component).collect(),
            catalogue: None,
        }
    })
}

fn entries() -> impl Strategy<Value = Vec<DossierEntry>> {
    proptest::collection::vec(entry(), 0..12).prop_map(|mut entries| {
        for (i, entry) in entries.iter_mut().enumerate() {
            entry.code = format!("H41-230615-{i:04}").parse().unwrap();
        }
        entries
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_register_is_the_same_in_each_format(mut entries in entries(), seed in any::<u64>()) {
        let reading = Reading::default();
        let mut rows = table(&entries);
        prop_assert_eq!(&read_with(&csv(&rows, b','), &reading).unwrap(), &entries);
        prop_assert_eq!(&read_with(&csv(&rows, b';'), &reading).unwrap(), &entries);
        prop_assert_eq!(&read_with(&xlsx(&rows, "Sổ"), &reading).unwrap(), &entries);

        // Rows of a dossier need not stand together; only the order of its components is that of its rows.
        let mut state = seed | 1;
        for i in (2..rows.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            rows.swap(i, 1 + (state >> 33) as usize % i);
        }
        let mut scattered = read_with(&csv(&rows, b','), &reading).unwrap();
        scattered.iter_mut().for_each(|e| e.components.sort_by(|a, b| a.id.cmp(&b.id)));
        prop_assert_eq!(&scattered, &entries);

        for e in &mut entries {
            (e.counter, e.return_channel) = (String::new(), None);
            // Papers come before results, and each is due.
            e.components.sort_by_key(|c| c.kind == ComponentKind::Result);
            e.components.iter_mut().for_each(|c| (c.required, c.exempt_reason) = (true, None));
        }
        let json = portal(&entries);
        prop_assert_eq!(&read_with(json.to_string().as_bytes(), &reading).unwrap(), &entries);
        let within = json!({"tong": entries.len(), "loi": [], "DanhSach": json});
        prop_assert_eq!(&read_with(within.to_string().as_bytes(), &reading).unwrap(), &entries);
    }
}

#[test]
fn excel_in_viet_nam_writes_a_mark_semicolons_and_days_first() {
    let headers = [("Mã hồ sơ", "dossier"), ("Người nộp, chủ hồ sơ", "applicant"), ("Ngày nhận", "received")];
    let headers = headers.map(|(theirs, ours)| (theirs.to_owned(), ours.to_owned())).into();
    let reading = Reading { headers, day_first: true, ..Reading::default() };
    let csv =
        "\u{feff}\"Mã hồ sơ\";\"Người nộp, chủ hồ sơ\";Ngày nhận\r\nH41-230615-0001;\"Bịa; Trần\";15/06/2023 8:30\r\n";
    let entries = read_with(csv.as_bytes(), &reading).unwrap();
    assert_eq!(entries[0].applicant, "Bịa; Trần");
    assert_eq!(entries[0].received, Some(date(2023, 6, 15).at(8, 30, 0, 0)));
    assert_eq!(
        read_with("dossier\tagency\nH41-230615-0001\tA, B; C\n".as_bytes(), &reading).unwrap()[0].agency,
        "A, B; C"
    );
    for (bytes, word) in [
        (&b"\xff\xfed\0o\0"[..], "UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", ".xls"),
        (b"PK\x03\x04rest", "workbook"),
        (b"", "empty"),
    ] {
        assert!(read_with(bytes, &reading).unwrap_err().to_string().contains(word), "{word}");
    }
}

#[test]
fn bad_rows_of_a_workbook_are_named_with_their_sheet() {
    let row = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
    let header = row(&["dossier", "status", "applicant"]);
    let rows = [
        header.clone(),
        row(&["H41-230615-0001", "4", "Bí Mật"]),
        row(&["", "", ""]),
        row(&["H41-230631-0002", "4", "Bí Mật"]),
        row(&["H41-230615-0003", "x", "Bí Mật"]),
        row(&["H41-230615-0004", "4", "Bí Mật", "thừa"]),
    ];
    let reading = Reading { sheet: "Sổ tiếp nhận".to_owned(), ..Reading::default() };
    let bytes = xlsx(&rows, "Sổ tiếp nhận");
    let error = read_with(&bytes, &reading).unwrap_err();
    assert_eq!(lines(&error), [4, 5, 6]);
    let text = error.to_string();
    assert!(text.starts_with("sheet Sổ tiếp nhận, row 4: column dossier: "), "{text}");
    assert!(text.contains("row 6: column no. 4: filled"), "{text}");
    assert!(!text.contains("Bí Mật") && !text.contains("thừa"), "{text}");
    let other = Reading { sheet: "Khác".to_owned(), ..Reading::default() };
    assert!(read_with(&bytes, &other).unwrap_err().to_string().contains("no sheet of the name"));
    assert_eq!(read_with(&xlsx(&rows[..2], "A"), &Reading::default()).unwrap().len(), 1);
    // Every way to cut it short is noticed.
    for cut in (4..bytes.len()).step_by(97) {
        assert!(read_with(&bytes[..cut], &reading).is_err(), "{cut}");
    }
}

#[test]
fn a_workbook_that_grows_without_bounds_is_refused_before_it_is_parsed() {
    let rows = [vec!["dossier".to_owned()], vec!["H41-230615-0001".to_owned()]];
    let small = xlsx(&rows, "A");
    // One part is put in place of another: the sheet's, one long text; the shared texts', many.
    let grown = |part: &str, content: &dyn Fn(&mut dyn std::io::Write)| {
        let mut from = zip::ZipArchive::new(Cursor::new(&small)).unwrap();
        let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for i in 0..from.len() {
            let entry = from.by_index_raw(i).unwrap();
            if entry.name().unwrap() == part {
                to.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
                content(&mut to);
            } else {
                to.raw_copy_file(entry).unwrap();
            }
        }
        to.finish().unwrap().into_inner()
    };
    let long = grown("xl/worksheets/sheet1.xml", &|to| {
        to.write_all(b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>").unwrap();
        (0..64).for_each(|_| to.write_all(&[b'a'; 64 << 10]).unwrap());
        to.write_all(b"</v></c></row></sheetData></worksheet>").unwrap();
    });
    assert!(long.len() < 64 << 10);
    assert!(read_with(&long, &Reading::default()).unwrap_err().to_string().contains("too long"));
    let many = grown("xl/sharedStrings.xml", &|to| {
        (0..300 << 4).for_each(|_| to.write_all("<si><t/></si>   ".repeat(4 << 10).as_bytes()).unwrap());
    });
    assert!(many.len() < 4 << 20);
    assert!(read_with(&many, &Reading::default()).unwrap_err().to_string().contains("more bytes"));
    // A cell far out makes no table of that size.
    let far = grown("xl/worksheets/sheet1.xml", &|to| {
        to.write_all(
            b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>dossier</v></c></row>\
              <row r=\"1048576\"><c r=\"XFD1048576\" t=\"str\"><v>x</v></c></row></sheetData></worksheet>",
        )
        .unwrap();
    });
    assert_eq!(lines(&read_with(&far, &Reading::default()).unwrap_err()), [1_048_576]);
}

#[test]
fn a_row_or_dossier_without_end_is_refused() {
    for begun in ["dossier,applicant\nH41-230615-0001,\"", "[{\"MaHoSo\": \""] {
        let endless = [begun.as_bytes(), &vec![b'a'; 20 << 20], b"\"}]"].concat();
        let error = read_with(&endless, &Reading::default()).unwrap_err().to_string();
        assert!(error.contains("too long") || error.contains("not readable as JSON"), "{error}");
    }
}

#[test]
fn dossiers_of_the_portal_are_named_with_their_field() {
    let read = |value: Value| read_with(value.to_string().as_bytes(), &Reading::default());
    let error = read(json!([
        {"MaHoSo": "H41-230615-0001", "ChuHoSo": "Bí Mật", "TrangThaiHoSo": 11, "KenhThucHien": "4"},
        {"ChuHoSo": "Bí Mật"},
        "Bí Mật",
        {"MaHoSo": "H41-230615-0002", "NgayTiepNhan": "31/06/2023", "TaiLieuNop": [
            {"MaThanhPhanHoSo": "TP1"}, {"TenTepDinhKem": "Bí Mật"}, 7]},
        {"MaHoSo": "H41-230615-0003", "ChuHoSo": ["Bí Mật"], "DanhSachGiayToKetQua": {}},
        {"MaHoSo": "H41-230615-0004"},
        {"MaHoSo": "H41-230615-0004"},
        {"MaHoSo": "H41-230615-0005", "TaiLieuNop": [{"MaThanhPhanHoSo": "A"}], "DanhSachGiayToKetQua": [{"GiayToId": "A"}]},
    ]))
    .unwrap_err();
    assert_eq!(lines(&error), [1, 1, 2, 3, 4, 4, 4, 5, 5, 7, 8]);
    let text = error.to_string();
    assert!(!text.contains("Bí Mật"), "{text}");
    for part in [
        "dossier 1: field KenhThucHien: must be 1, 2 or 3",
        "dossier 1: field TrangThaiHoSo: must be",
        "dossier 2: field MaHoSo: missing",
        "dossier 3: not an object",
        "dossier 4: field NgayTiepNhan: not a date",
        "dossier 4: field TaiLieuNop[2].MaThanhPhanHoSo: empty, and so is TepDinhKemId",
        "dossier 4: field TaiLieuNop[3]: not an object",
        "dossier 7: field MaHoSo: dossier 6 has this code already",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for broken in [json!({"a": [{"MaHoSo": "H41-230615-0001"}], "b": [{}]}), json!({"a": 1}), json!("x")] {
        assert!(read(broken).is_err());
    }
    let cut = br#"[{"MaHoSo": "H41-230615-0001"},
        {"MaHoSo""#;
    let error = read_with(cut, &Reading::default()).unwrap_err();
    assert_eq!(error.to_string(), "dossier 2: not readable as JSON (line 2)");
    assert_eq!(read(json!({"data": []})).unwrap(), []);
}

#[test]
fn forms_of_dates_and_papers_that_public_implementations_write() {
    let entries = read_with(
        json!([{
            "MaHoSo": "H41-230615-0001", "NgayTiepNhan": 20_230_615_083_000_u64, "NgayHenTra": "15/06/2023 08:30:00",
            "NgayTra": "2023-06-15T01:30:00Z", "NgayKetThucXuLy": "20230615", "KenhThucHien": 3, "MaTTHC": null,
            "TaiLieuNop": [
                {"MaThanhPhanHoSo": "A", "TenTepDinhKem": "Đơn"}, {"MaThanhPhanHoSo": "A", "TenTepDinhKem": "trang 2"},
                {"MaThanhPhanHoSo": "B", "IsDeleted": 1}, {"TepDinhKemId": 77, "DuocLayTuKhoDMQG": "1"},
            ],
            "DanhSachGiayToKetQua": [{"GiayToId": "KQ", "TenGiayTo": "Giấy phép"}],
        }])
        .to_string()
        .as_bytes(),
        &Reading { headers: BTreeMap::new(), ..Reading::default() },
    );
    let entry = &entries.unwrap()[0];
    let morning = date(2023, 6, 15).at(8, 30, 0, 0);
    assert_eq!([entry.received, entry.due, entry.returned], [Some(morning); 3]);
    assert_eq!(entry.finished, Some(date(2023, 6, 15).at(0, 0, 0, 0)));
    assert_eq!(entry.channel, Some(Channel::Post));
    let components: Vec<_> = entry.components.iter().map(|c| (c.id.as_str(), c.name.as_str(), c.is_due())).collect();
    assert_eq!(components, [("A", "Đơn", true), ("77", "", false), ("KQ", "Giấy phép", true)]);
}

#[test]
fn a_catalogue_is_grouped_by_procedure_and_day() {
    let header = "procedure,name,field,agency,valid_from,component,component_name,kind,required,exempt_reason\n";
    let read = |rows: &str| read_catalogue(Cursor::new(format!("{header}{rows}")), &Reading::default());
    let versions = read(
        "1.012790,Cấp phép,Xây dựng,Sở Xây dựng,2023-01-01,TP1,Đơn,component,true,\n\
         1.012791,Khác,,,2023-01-01,,,,,\n\
         1.012790,Cấp phép,Xây dựng,Sở Xây dựng,2022-01-01,TP1,Đơn,component,true,\n\
         1.012790,Cấp phép,Xây dựng,Sở Xây dựng,2023-01-01,KQ,Giấy phép,result,true,\n",
    )
    .unwrap();
    let seen: Vec<_> =
        versions.iter().map(|v| (v.procedure.as_str(), v.valid_from.to_string(), v.components.len())).collect();
    let day = |day: &str| day.to_owned();
    assert_eq!(
        seen,
        [("1.012790", day("2022-01-01"), 1), ("1.012790", day("2023-01-01"), 2), ("1.012791", day("2023-01-01"), 0)]
    );
    let error = read(
        "1.012790,Cấp phép,,,2023-01-01,TP1,Đơn,component,true,\n\
         1.012790,Khác,,,2023-01-01,TP2,Đơn,component,true,\n\
         1.012790,Cấp phép,,,2023-01-01,TP1,Đơn,component,true,\n\
         x,,,,2023-02-30,TP1,Đơn,component,true,\n",
    )
    .unwrap_err();
    assert_eq!(lines(&error), [3, 4, 5, 5]);
    assert!(error.to_string().contains("column name: another value than line 2"), "{error}");
    assert!(read_catalogue(Cursor::new("procedure,name\n"), &Reading::default()).is_err());
    assert!(read_catalogue(Cursor::new("[]"), &Reading::default()).is_err());
}
