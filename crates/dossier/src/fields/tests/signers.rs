//! Who signs, and the seal beside it.

use super::super::upright;
use super::*;

#[test]
fn two_signers_are_two_pairs() {
    let sheet = Sheet::new()
        .head(&["SỞ XÂY DỰNG", "Số: 15/BB-SXD"], "An Bình, ngày 05 tháng 6 năm 2023")
        .line(1310.0, 700.0, "BIÊN BẢN")
        .body(900.0, 10)
        .line(700.0, 2000.0, "THƯ KÝ")
        .line(1800.0, 2000.0, "CHỦ TRÌ")
        .line(700.0, 2300.0, "Bế Ngọc Thị Ỷ")
        .line(1800.0, 2300.0, "Phùng Mỹ Duyệt");
    let signers: Vec<String> = read(&[sheet])
        .into_iter()
        .filter(|f| f.name == FieldName::SIGNER_NAME || f.name == FieldName::SIGNER_TITLE)
        .map(|f| f.value)
        .collect();
    assert_eq!(signers, ["THƯ KÝ", "Bế Ngọc Thị Ỷ", "CHỦ TRÌ", "Phùng Mỹ Duyệt"]);
}

#[test]
fn a_title_that_a_seal_covers_in_part_is_not_confident() {
    for titles in
        [["KT. GIÁM ĐỐC", "GIÁM ĐỐC"], ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐÔC"], ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"]]
    {
        let head = ["SỞ XÂY DỰNG", "Số: 15/TB-SXD"];
        let sheet = Sheet::new().head(&head, "An Bình, ngày 05 tháng 6 năm 2023").line(1310.0, 700.0, "THÔNG BÁO");
        let fields = read(&[sheet.body(900.0, 10).foot(2000.0, &titles, "Lương Thế Khoát")]);
        assert_eq!(issue(&fields, FieldName::SIGNER_TITLE), Some(FieldIssue::Doubtful), "{titles:?}");
    }
}

#[test]
fn the_body_for_which_one_signs_has_to_be_read_as_surely_as_an_issuer() {
    let title = |body: &str, confidence: f32| {
        let mut sheet = Sheet::new()
            .head(&["ỦY BAN NHÂN DÂN", "Số: 15/TB-UBND"], "An Bình, ngày 05 tháng 6 năm 2023")
            .line(1310.0, 700.0, "THÔNG BÁO")
            .body(900.0, 10)
            .foot(2000.0, &[body, "CHỦ TỊCH"], "Lương Thế Khoát");
        let lines = sheet.0.blocks[0].lines.iter_mut().filter(|l| l.rect.top > 1900.0 && l.words.len() > 3);
        lines.flat_map(|l| &mut l.words).for_each(|w| w.confidence = confidence);
        issue(&read(&[sheet]), FieldName::SIGNER_TITLE)
    };
    assert_eq!(title("TM. ỦY BAN NHÂN DÂN", 0.995), None);
    assert_eq!(title("TM. ỦY BAN NHẬN DÂN", 0.94), Some(FieldIssue::Doubtful));
    assert_eq!(title("TM. BANH ĐIỀU HÀNH", 1.0), Some(FieldIssue::Doubtful), "no word of a body");
}

#[test]
fn marks_beside_a_name_are_left_out_and_make_it_doubtful() {
    let head = ["SỞ XÂY DỰNG", "Số: 15/TB-SXD"];
    let sheet = Sheet::new().head(&head, "An Bình, ngày 05 tháng 6 năm 2023").line(1310.0, 700.0, "THÔNG BÁO");
    let fields = read(&[sheet.body(900.0, 10).foot(2000.0, &["GIÁM ĐỐC"], "⁄| -Lương Thế Khoát")]);
    assert_eq!(value(&fields, FieldName::SIGNER_NAME), Some("Lương Thế Khoát"));
    assert_eq!(issue(&fields, FieldName::SIGNER_NAME), Some(FieldIssue::Doubtful));
}

#[test]
fn the_signer_of_a_second_paper_is_not_ours() {
    let first = Sheet::new()
        .head(&["SỞ XÂY DỰNG", "Số: 15/TTr-SXD"], "An Bình, ngày 05 tháng 6 năm 2023")
        .line(1310.0, 700.0, "TỜ TRÌNH")
        .body(900.0, 20);
    let fields = read(&[first, Sheet::new(), decision()]);
    assert_eq!(value(&fields, FieldName::SIGNER_NAME), None);
    assert_eq!(value(&fields, FieldName::DOCUMENT_TYPE), Some("TỜ TRÌNH"));
    assert_eq!(value(&fields, FieldName::PAGE_COUNT), Some("3"));
}

#[test]
fn the_signer_stands_on_a_later_page_and_annexes_do_not_count() {
    let mut first = decision();
    first.0.blocks[0].lines.retain(|l| l.rect.top < 2300.0);
    let last = Sheet::new().body(300.0, 4).foot(900.0, &["CHỦ TỊCH"], "Đàm Thị Ngọc Uyển");
    let annex = Sheet::new().body(300.0, 4).foot(900.0, &["GIÁM ĐỐC"], "Lương Thế Khoát");
    let fields = read(&[first, last, annex]);
    let name = get(&fields, FieldName::SIGNER_NAME).unwrap();
    assert_eq!((name.value.as_str(), name.page), ("Đàm Thị Ngọc Uyển", 2));
}

#[test]
fn a_seal_belongs_to_the_signer_beside_it() {
    let rules = FieldRules::built_in().unwrap();
    let seal_of = |seal: Rect| {
        let mut reader = FieldReader::new(&rules, None);
        reader.page(1, &decision().0, Some(seal));
        reader.finish(1).into_iter().find(|f| f.name == FieldName::SEAL).unwrap()
    };
    let beside = Rect { left: 1400.0, top: 2500.0, right: 1830.0, bottom: 2930.0 };
    assert!(seal_of(beside).confident && seal_of(beside).rect == beside);
    assert!(!seal_of(Rect { left: 100.0, top: 100.0, right: 530.0, bottom: 530.0 }).confident);
}

#[test]
fn the_box_of_a_seal_is_turned_with_the_page() {
    let mut page = OcrPage::empty(2000, 3000, Dpi::square(300.0), Rotation::None, "test");
    let seal = Rect { left: 100.0, top: 200.0, right: 500.0, bottom: 700.0 };
    for (rotation, want) in [
        (Rotation::None, [100.0, 200.0, 500.0, 700.0]),
        (Rotation::Quarter, [1300.0, 100.0, 1800.0, 500.0]),
        (Rotation::Half, [1500.0, 2300.0, 1900.0, 2800.0]),
        (Rotation::ThreeQuarter, [200.0, 2500.0, 700.0, 2900.0]),
    ] {
        page.rotation = rotation;
        let Rect { left, top, right, bottom } = upright(seal, &page);
        assert_eq!([left, top, right, bottom], want, "{rotation:?}");
    }
}

#[test]
fn a_name_with_no_known_family_name_has_to_be_confirmed() {
    let head = ["SỞ XÂY DỰNG", "Số: 15/TB-SXD"];
    let paper = |name: &str| {
        let sheet = Sheet::new().head(&head, "An Bình, ngày 05 tháng 6 năm 2023").line(1310.0, 700.0, "THÔNG BÁO");
        read(&[sheet.body(900.0, 10).foot(2000.0, &["GIÁM ĐỐC"], name)])
    };
    assert!(get(&paper("Đinh Thúy Diễm"), FieldName::SIGNER_NAME).unwrap().confident);
    let misread = paper("Đỉnh Thúy Diễm");
    assert_eq!(value(&misread, FieldName::SIGNER_NAME), Some("Đỉnh Thúy Diễm"));
    assert_eq!(issue(&misread, FieldName::SIGNER_NAME), Some(FieldIssue::Doubtful));
}

#[test]
fn the_authority_in_the_preamble_of_a_decision_is_no_signer() {
    let sheet = Sheet::new()
        .head(&["SỞ XÂY DỰNG", "Số: 15/QĐ-SXD"], "An Bình, ngày 05 tháng 6 năm 2023")
        .line(1310.0, 700.0, "QUYẾT ĐỊNH")
        .line(1310.0, 775.0, "Về việc cấp giấy phép")
        .line(1310.0, 950.0, "GIÁM ĐỐC SỞ XÂY DỰNG")
        .line(1310.0, 1150.0, "QUYẾT ĐỊNH:");
    assert_eq!(value(&read(&[sheet]), FieldName::SIGNER_NAME), None);
}

#[test]
fn a_family_name_whose_marks_are_in_doubt_is_the_reading_that_is_one_and_is_not_confident() {
    let name = |others: &[&str]| {
        let head = ["SỞ XÂY DỰNG", "Số: 15/TB-SXD"];
        let sheet = Sheet::new().head(&head, "An Bình, ngày 05 tháng 6 năm 2023").line(1310.0, 700.0, "THÔNG BÁO");
        let sheet = sheet.body(900.0, 10).foot(2000.0, &["GIÁM ĐỐC"], "Đỉnh Thế Khoát").offer("Đỉnh", others);
        let fields = read(&[sheet]);
        let field = get(&fields, FieldName::SIGNER_NAME).cloned().unwrap();
        (field.value, field.confident)
    };
    assert_eq!(name(&["Địỉnh", "'Đinh", "Định"]), ("Đinh Thế Khoát".to_owned(), false));
    assert_eq!(name(&["Định", "Đình", "Vinh"]), ("Đỉnh Thế Khoát".to_owned(), false), "no family, or other letters");
}
