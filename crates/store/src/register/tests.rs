//! Register files, good and bad.

mod formats;

use std::collections::BTreeMap;
use std::io::Cursor;

use super::row::date_time;
use super::*;

const HEADER: &str = "dossier,received,channel,status,applicant,component,component_name,kind,required,exempt_reason\n";

fn read(rows: &str) -> Result<Vec<DossierEntry>, RegisterFileError> {
    read_with(format!("{HEADER}{rows}").as_bytes(), &Reading::default())
}

/// The dossiers of a file in order of their codes.
fn read_with(bytes: &[u8], reading: &Reading) -> Result<Vec<DossierEntry>, RegisterFileError> {
    let mut entries = Vec::new();
    read_register(Cursor::new(bytes), reading, |entry| entries.push(entry))?;
    entries.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(entries)
}

#[test]
fn a_table_that_changed_since_it_was_checked_is_told() {
    let [one, two] = ["H41-230615-0001,,,,,,,,,\n", "H41-230615-0002,,,,,,,,,\n"];
    let again = |then: &str| {
        let checked = check_register(Cursor::new(format!("{HEADER}{one}{two}{one}")), &Reading::default()).unwrap();
        let (mut codes, now) = (Vec::new(), Cursor::new(format!("{HEADER}{then}")));
        let read = read_checked(now, &Reading::default(), checked, |entry| codes.push(entry.code.to_string()));
        read.map(|()| codes).map_err(|error| error.to_string())
    };
    assert_eq!(again(&format!("{one}{two}{one}")).unwrap(), ["H41-230615-0002", "H41-230615-0001"]);
    let changed = |line: u64| Err(format!("line {line}: the file is not as it was when it was checked"));
    assert_eq!(again(&format!("{one}{two}")), changed(3));
    assert_eq!(again(&format!("{one}{one}{two}{two}")), changed(5));
    assert_eq!(again(&format!("{one}{one}{two}{}", two.replace("0002", "0003"))), changed(5));
    assert_eq!(again(""), changed(1));
    let columns = HEADER.replace("applicant", "agency");
    let checked = check_register(Cursor::new(format!("{HEADER}{one}")), &Reading::default()).unwrap();
    let read = read_checked(Cursor::new(format!("{columns}{one}")), &Reading::default(), checked, |_| {});
    assert_eq!(read.map_err(|error| error.to_string()).map(|()| Vec::new()), changed(1));
}

#[test]
fn rows_of_a_dossier_come_together() {
    let entries = read(
        "H41-230615-0001,2023-06-15,counter,4,A,TP1,Đơn,component,true,\n\
         H41-230615-0002,2023-06-15T08:30,online,,,,,,,\n\
         H41-230615-0001,2023-06-15,counter,4,A,KQ,Giấy phép,result,false,bản chụp\n",
    )
    .unwrap();
    assert_eq!(entries.len(), 2);
    let ids: Vec<&str> = entries[0].components.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["TP1", "KQ"]);
    assert_eq!(entries[0].components[1].exempt_reason.as_deref(), Some("bản chụp"));
    assert!(entries[1].components.is_empty());
}

#[test]
fn every_bad_line_is_named_and_no_value_is_quoted() {
    let error = read(
        "H41-230615-0001,2023-06-15,counter,4,Bí Mật,TP1,,component,true,\n\
         H41-230631-0001,2023-06-15,counter,4,Bí Mật,TP1,,component,true,\n\
         H41-230615-0003,15/06/2023,walk,11,Bí Mật,TP1,,thing,,\n\
         H41-230615-0001,2023-06-16,counter,4,Bí Mật,TP2,,component,true,\n\
         H41-230615-0001,2023-06-15,counter,4,Bí Mật,TP1,,component,true,\n\
         H41-230615-0004,2023-06-15,counter,4,Bí Mật,TP1,,component,,\n",
    )
    .unwrap_err();
    let lines: Vec<u64> = error.lines.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4, 4, 4, 4, 5, 6, 7]);
    let text = error.to_string();
    assert!(!text.contains("Bí Mật"));
    for part in [
        "column received",
        "column channel",
        "column status",
        "column kind",
        "column received: another value than line 2",
        "already",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn other_headers_are_mapped_and_a_mark_before_the_first_is_none_of_it() {
    let headers = BTreeMap::from([("MaHoSo".to_owned(), "dossier".to_owned())]);
    let mapping = Reading { headers, ..Reading::default() };
    let csv = "\u{feff}MaHoSo,GhiChu\nH41-230615-0001,x\n";
    let entries = read_with(csv.as_bytes(), &mapping).unwrap();
    assert_eq!(entries[0].code.as_str(), "H41-230615-0001");
    assert!(read_with("a,b\n1,2\n".as_bytes(), &mapping).is_err());
    assert!(read_with(b"dossier\n\xff\xfe\n", &mapping).is_err());
    // Without the column, what a register lists is due.
    let csv = "dossier,component\nH41-230615-0001,TP1\n";
    assert!(read_with(csv.as_bytes(), &mapping).unwrap()[0].components[0].required);
}

/// What is wrong with a row that has these cells.
fn complaint(rows: &str) -> String {
    read(rows).unwrap_err().to_string()
}

#[test]
fn forgotten_cells_are_errors() {
    assert_eq!(
        complaint("H41-230615-0001,,,,,TP1,,,true,\n"),
        "line 2: column kind: empty, must be component or result"
    );
    assert_eq!(
        complaint("H41-230615-0001,,,,,,,,true,\n"),
        "line 2: column required: filled, but column component is empty"
    );
    assert_eq!(complaint(",2023-06-15,,,,,,,,\n"), "line 2: column dossier: empty");
    assert_eq!(
        complaint("H41-230615-0001,2023-06-15\n"),
        "line 2: not readable as CSV in UTF-8 (another number of columns than the header)"
    );
    // Lines of a sheet that are empty throughout are none.
    assert_eq!(read(",,,,,,,,,\n\nH41-230615-0001,,,,,TP1,,result,TRUE,\n,,,,,,,,,\n").unwrap().len(), 1);
    assert!(read_with("dossier,status,status\n".as_bytes(), &Reading::default()).is_err());
    assert!(read_with(b"", &Reading::default()).is_err());
    assert_eq!(read("").unwrap(), []);
}

#[test]
fn line_numbers_count_line_breaks_inside_quotes() {
    let rows = "H41-230615-0001,,,,\"A\nB\",TP1,,component,true,\nH41-230615-0002,,,99,,,,,,\n";
    assert_eq!(complaint(rows), "line 4: column status: must be a number from 1 to 10");
}

#[test]
fn after_a_hundred_bad_lines_only_their_number_is_told() {
    let error = read(&"x,,,,,,,,,\n".repeat(150)).unwrap_err();
    assert_eq!((error.lines.len(), error.more), (100, 50));
}

#[test]
fn times_are_local() {
    let read = |text: &str| date_time(text, false).unwrap().to_string();
    assert_eq!(read("2023-06-15"), "2023-06-15T00:00:00");
    assert_eq!(read("2023-06-15 08:30"), "2023-06-15T08:30:00");
    assert_eq!(read("2023-06-15T08:30:00+07:00"), "2023-06-15T08:30:00");
    assert_eq!(read("2023-06-15T20:30:00Z"), "2023-06-16T03:30:00");
    for bad in ["15/06/2023", "2023-06-31", "2023-6-5", "hôm nay"] {
        assert!(date_time(bad, false).is_err(), "{bad}");
    }
    let read = |text: &str| date_time(text, true).unwrap().to_string();
    assert_eq!(read("15/06/2023"), "2023-06-15T00:00:00");
    assert_eq!(read("5/6/2023 8:30"), "2023-06-05T08:30:00");
    assert_eq!(read("15/06/2023 08:30:05"), "2023-06-15T08:30:05");
    assert_eq!(read("2023-06-15"), "2023-06-15T00:00:00");
    for bad in ["31/06/2023", "06/15/2023", "15/06/23 25:00", "15/06", "15/06/2023/1", "a/b/c", "//"] {
        assert!(date_time(bad, true).is_err(), "{bad}");
    }
}

#[test]
fn text_is_stored_in_nfc() {
    let entries = read("H41-230615-0001,,,,Tra\u{302}\u{300}n,,,,,\n").unwrap();
    assert_eq!(entries[0].applicant, "Trần");
}
