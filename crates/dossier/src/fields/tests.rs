//! Whole papers, set as Nghị định 30/2020 asks for, as a recognizer gives them.

mod signers;

use sohoa_domain::{Baseline, Block, Dpi, Field, FieldIssue, FieldName, Line, OcrPage, Rect, Rotation, Word};

use super::layout::box_of;
use super::{FieldReader, FieldRules, extract};
use jiff::civil::Date;

const SCANNED: Option<Date> = Some(Date::constant(2023, 6, 15));

/// An A4 page at 300 dpi; letters are 22 px wide, lines 60 px high.
struct Sheet(OcrPage);

impl Sheet {
    fn new() -> Self {
        let mut page = OcrPage::empty(2480, 3508, Dpi::square(300.0), Rotation::None, "test");
        page.blocks.push(Block { lines: Vec::new(), rect: Rect::default() });
        Self(page)
    }

    /// A line whose middle is at `x` and baseline at `y`, px. `|` leaves a gap of 150 px.
    fn line(mut self, x: f32, y: f32, text: &str) -> Self {
        let chars: usize = text.chars().filter(|c| *c != '|').count();
        let wide = 22.0 * chars as f32 + 150.0 * text.matches('|').count() as f32;
        let mut at = x - wide / 2.0;
        let mut words = Vec::new();
        for part in text.split('|') {
            for word in part.split(' ').filter(|w| !w.is_empty()) {
                let right = at + 22.0 * word.chars().count() as f32;
                words.push(Word::new(word, Rect { left: at, top: y - 44.0, right, bottom: y + 12.0 }, 1.0));
                at = right + 22.0;
            }
            at += 128.0;
        }
        let (rect, baseline) = (box_of(&words), Baseline { x0: 0.0, y0: y, slope: 0.0 });
        self.0.blocks[0].lines.push(Line { words, rect, baseline, height: 60.0 });
        self
    }

    fn head(self, left: &[&str], right: &str) -> Self {
        let mut sheet = self.line(1640.0, 300.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
        sheet = sheet.line(1640.0, 370.0, "Độc lập - Tự do - Hạnh phúc").line(1640.0, 500.0, right);
        for (i, text) in left.iter().enumerate() {
            sheet = sheet.line(660.0, 300.0 + 65.0 * i as f32, text);
        }
        sheet
    }

    fn body(mut self, from: f32, lines: usize) -> Self {
        for i in 0..lines {
            let text = "Căn cứ tình hình thực tế ở cơ sở, các đơn vị rà soát và lập dự toán gửi cơ quan thẩm định";
            self = self.line(1310.0, from + 80.0 * i as f32, text);
        }
        self
    }

    fn foot(mut self, y: f32, titles: &[&str], name: &str) -> Self {
        self =
            self.line(480.0, y, "Nơi nhận:").line(480.0, y + 60.0, "- Như trên;").line(480.0, y + 120.0, "- Lưu: VT.");
        for (i, title) in titles.iter().enumerate() {
            self = self.line(1800.0, y + 70.0 * i as f32, title);
        }
        self.line(1800.0, y + 70.0 * titles.len() as f32 + 300.0, name)
    }

    /// Makes a word doubtful.
    fn doubt(mut self, text: &str) -> Self {
        for line in self.0.blocks.iter_mut().flat_map(|b| &mut b.lines) {
            line.words.iter_mut().filter(|w| w.text == text).for_each(|w| w.confidence = 0.6);
        }
        self
    }

    /// Gives a word other readings.
    fn offer(mut self, text: &str, others: &[&str]) -> Self {
        for line in self.0.blocks.iter_mut().flat_map(|b| &mut b.lines) {
            let words = line.words.iter_mut().filter(|w| w.text == text);
            words.for_each(|w| w.alternatives = others.iter().map(|other| (*other).to_owned()).collect());
        }
        self
    }

    /// Makes a word one that the dictionary does not know.
    fn strange(mut self, text: &str) -> Self {
        for line in self.0.blocks.iter_mut().flat_map(|b| &mut b.lines) {
            line.words.iter_mut().filter(|w| w.text == text).for_each(|w| w.strange = true);
        }
        self
    }
}

fn decision() -> Sheet {
    Sheet::new()
        .head(&["ỦY BAN NHÂN DÂN", "HUYỆN AN BÌNH", "Số: 15/QĐ-UBND"], "An Bình, ngày 05 tháng 6 năm 2023")
        .line(1310.0, 700.0, "QUYẾT ĐỊNH")
        .line(1310.0, 775.0, "Về việc phê duyệt kế hoạch tiếp nhận và kiểm đếm")
        .line(1310.0, 850.0, "giấy tờ tại bộ phận một cửa")
        .body(1050.0, 14)
        .foot(2400.0, &["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "Đàm Thị Ngọc Uyển")
}

fn read(sheets: &[Sheet]) -> Vec<Field> {
    let pages: Vec<&OcrPage> = sheets.iter().map(|s| &s.0).collect();
    extract(&pages, &FieldRules::built_in().unwrap(), SCANNED)
}

fn get(fields: &[Field], name: FieldName) -> Option<&Field> {
    fields.iter().find(|f| f.name == name)
}

fn value(fields: &[Field], name: FieldName) -> Option<&str> {
    get(fields, name).map(|f| f.value.as_str())
}

fn issue(fields: &[Field], name: FieldName) -> Option<FieldIssue> {
    get(fields, name).and_then(|f| f.issue)
}

#[test]
fn a_decision_is_read_whole() {
    let fields = read(&[decision()]);
    let said: Vec<(&str, &str)> = fields.iter().map(|f| (f.name.as_str(), f.value.as_str())).collect();
    let want = [
        ("date", "2023-06-05"),
        ("number", "15"),
        ("symbol", "QĐ-UBND"),
        ("issuer", "ỦY BAN NHÂN DÂN HUYỆN AN BÌNH"),
        ("document_type", "QUYẾT ĐỊNH"),
        ("subject", "Về việc phê duyệt kế hoạch tiếp nhận và kiểm đếm giấy tờ tại bộ phận một cửa"),
        ("signer_title", "TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH"),
        ("signer_name", "Đàm Thị Ngọc Uyển"),
        ("language", "vi"),
        ("page_count", "1"),
    ];
    assert_eq!(said, want);
    assert!(fields.iter().all(|f| f.confident && f.issue.is_none() && f.page == 1), "{fields:?}");
    let number = get(&fields, FieldName::NUMBER).unwrap().rect;
    assert!(number.left > 560.0 && number.right < 660.0, "the place of the number alone: {number:?}");
}

#[test]
fn a_subject_with_a_word_that_no_dictionary_knows_is_doubtful() {
    let fields = read(&[decision().strange("phận")]);
    let doubtful: Vec<&str> = fields.iter().filter(|f| !f.confident).map(|f| f.name.as_str()).collect();
    assert_eq!(doubtful, ["subject"]);
    assert_eq!(issue(&fields, FieldName::SUBJECT), Some(FieldIssue::Doubtful));
    let fields = read(&[letter().strange("nghiệm")]);
    assert_eq!(issue(&fields, FieldName::SUBJECT), Some(FieldIssue::Doubtful));
}

fn letter() -> Sheet {
    Sheet::new()
        .head(
            &["UBND TỈNH AN BÌNH", "SỞ XÂY DỰNG", "Số: 08/SXD-VP", "V/v nghiệm thu nhà ở", "tại xã Bình Lãng"],
            "An Bình, ngày 12 tháng 01 năm 2023",
        )
        .line(1400.0, 800.0, "Kính gửi: Phòng Nội vụ")
        .body(1050.0, 12)
        .foot(2400.0, &["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "Lương Thế Khoát")
}

#[test]
fn a_letter_has_its_subject_under_the_number() {
    let fields = read(&[letter()]);
    assert_eq!(value(&fields, FieldName::DOCUMENT_TYPE), Some("CÔNG VĂN"));
    assert_eq!(value(&fields, FieldName::SUBJECT), Some("nghiệm thu nhà ở tại xã Bình Lãng"));
    assert_eq!(value(&fields, FieldName::PARENT_BODY), Some("UBND TỈNH AN BÌNH"));
    assert_eq!(value(&fields, FieldName::ISSUER), Some("SỞ XÂY DỰNG"));
    assert!(fields.iter().all(|f| f.confident), "{fields:?}");
}

#[test]
fn a_head_of_four_lines_has_two_bodies() {
    let left = ["ỦY BAN NHÂN DÂN", "HUYỆN AN BÌNH", "BAN QUẢN LÝ DỰ ÁN", "ĐẦU TƯ XÂY DỰNG", "Số: 12/TB-BQLDA"];
    let sheet = Sheet::new().head(&left, "An Bình, ngày 05 tháng 6 năm 2023").line(1310.0, 800.0, "THÔNG BÁO");
    let fields = read(&[sheet]);
    assert_eq!(value(&fields, FieldName::PARENT_BODY), Some("ỦY BAN NHÂN DÂN HUYỆN AN BÌNH"));
    assert_eq!(value(&fields, FieldName::ISSUER), Some("BAN QUẢN LÝ DỰ ÁN ĐẦU TƯ XÂY DỰNG"));
}

#[test]
fn what_is_left_open_is_no_field() {
    let left = ["ỦY BAN NHÂN DÂN", "HUYỆN AN BÌNH", "Số:|/QĐ-UBND"];
    for date in
        ["An Bình, ngày|tháng 6 năm 2023", "An Bình, ngày … tháng 6 năm 2023", "An Bình, ngày — tháng 6 năm 2023"]
    {
        let sheet = Sheet::new().head(&left, date).line(1310.0, 800.0, "QUYẾT ĐỊNH");
        let fields = read(&[sheet]);
        assert_eq!(value(&fields, FieldName::NUMBER), None);
        assert_eq!(value(&fields, FieldName::DATE), None, "{date}");
        assert_eq!(value(&fields, FieldName::SYMBOL), Some("QĐ-UBND"));
    }
}

#[test]
fn a_symbol_that_is_not_of_the_titles_type_gives_way_to_a_reading_that_is() {
    let proposal = |number: &str, others: &[&str]| {
        let row = format!("Số: {number}");
        let sheet = Sheet::new()
            .head(&["SỞ Y TẾ", &row], "An Bình, ngày 05 tháng 6 năm 2023")
            .line(1310.0, 700.0, "TỜ TRÌNH")
            .line(1310.0, 775.0, "Về việc bổ sung kinh phí")
            .offer(number, others);
        let fields = read(&[sheet]);
        let of = |name| get(&fields, name).map(|f| (f.value.clone(), f.confident));
        (of(FieldName::NUMBER), of(FieldName::SYMBOL))
    };
    let said = |text: &str, confident: bool| Some((text.to_owned(), confident));
    let (number, symbol) = proposal("15/TIr-SYT", &["15/TTIr-SYT", "16/TTr-SYT", "15/TTr-SYT"]);
    assert_eq!(
        (number, symbol),
        (said("15", true), said("TTr-SYT", false)),
        "the digits are those of the first reading"
    );
    assert_eq!(proposal("15TTr-SYT", &["15/TTr-SYT"]), (said("15", false), said("TTr-SYT", false)), "a lost slash");
    assert_eq!(
        proposal("15/TIr-SYT", &["15/TT-SYT", "16/TTr-SYT"]).1,
        said("TIr-SYT", false),
        "nothing better is offered"
    );
    assert_eq!(proposal("15/TTr-SYT", &["15/TTr-SVT"]).1, said("TTr-SYT", true), "what fits stays");
}

#[test]
fn where_a_slash_was_not_read_capitals_behind_digits_begin_the_symbol() {
    let of = |row: &str| {
        let sheet = Sheet::new().head(&["SỞ Y TẾ", row], "An Bình, ngày 05 tháng 6 năm 2023");
        let fields = read(&[sheet]);
        [FieldName::NUMBER, FieldName::SYMBOL].map(|name| get(&fields, name).map(|f| (f.value.clone(), f.confident)))
    };
    let doubted = |text: &str| Some((text.to_owned(), false));
    assert_eq!(of("Số: 15QĐ-SYT"), [doubted("15"), doubted("QĐ-SYT")]);
    assert_eq!(of("Số: 4SYT-VP"), [doubted("4"), doubted("SYT-VP")]);
    for no_number in ["Số: 15", "Số: 15 tờ", "Số: QĐ-SYT", "Số: 15A", "Số: 15-QĐ SYT"] {
        assert_eq!(of(no_number), [None, None], "{no_number}");
    }
}

#[test]
fn an_issuer_with_a_mark_inside_a_word_is_doubtful() {
    let sheet = Sheet::new().head(&["SỞ Y.TẾ", "Số: 15/QĐ-SYT"], "An Bình, ngày 05 tháng 6 năm 2023");
    assert_eq!(issue(&read(&[sheet]), FieldName::ISSUER), Some(FieldIssue::Doubtful));
}

#[test]
fn a_number_that_stands_apart_was_filled_in() {
    let left = ["ỦY BAN NHÂN DÂN", "HUYỆN AN BÌNH", "Số: 15 /QĐ-UBND"];
    let fields =
        read(&[Sheet::new().head(&left, "An Bình, ngày 05 tháng 6 năm 2023").line(1310.0, 800.0, "QUYẾT ĐỊNH")]);
    assert_eq!(value(&fields, FieldName::NUMBER), Some("15"));
    assert_eq!(issue(&fields, FieldName::NUMBER), Some(FieldIssue::FilledIn));
}

#[test]
fn a_mark_beside_number_or_symbol_that_may_be_a_letter_of_it_makes_it_doubtful() {
    let issues = |row: &str, mark: &str| {
        let left = ["ỦY BAN NHÂN DÂN", "HUYỆN AN BÌNH", row];
        let mut sheet = Sheet::new().head(&left, "An Bình, ngày 05 tháng 6 năm 2023").line(1310.0, 800.0, "QUYẾT ĐỊNH");
        let words = sheet.0.blocks[0].lines.iter_mut().flat_map(|l| &mut l.words);
        words.for_each(|w| w.text = w.text.replace('!', mark));
        let fields = read(&[sheet]);
        assert_eq!(value(&fields, FieldName::NUMBER), Some("15"), "{row}");
        assert_eq!(value(&fields, FieldName::SYMBOL), Some("QĐ-UBND"), "{row}");
        [FieldName::NUMBER, FieldName::SYMBOL].map(|name| issue(&fields, name))
    };
    let doubtful = Some(FieldIssue::Doubtful);
    for mark in ["|", "(", "!"] {
        assert_eq!(issues("Số: 15/QĐ-UBND", mark), [None, None]);
        assert_eq!(issues("Số: ..15./QĐ-UBND.", mark), [None, None]);
        assert_eq!(issues("Số: !15/QĐ-UBND", mark), [doubtful, None], "{mark}");
        assert_eq!(issues("Số: 15!/QĐ-UBND", mark), [doubtful, None], "{mark}");
        assert_eq!(issues("Số: 15/QĐ-UBND!", mark), [None, doubtful], "{mark}");
    }
}

#[test]
fn values_that_break_a_rule_stay_as_read_and_are_not_confident() {
    for (number, date, title, name, want, why) in [
        ("Số: 5/QĐ-UBND", "ngày 05 tháng 6 năm 2023", "QUYẾT ĐỊNH", FieldName::NUMBER, "5", FieldIssue::NotPadded),
        (
            "Số: 1o/QĐ-UBND",
            "ngày 05 tháng 6 năm 2023",
            "QUYẾT ĐỊNH",
            FieldName::NUMBER,
            "1o",
            FieldIssue::NumberGrammar,
        ),
        (
            "Số: 15/QD-UBND",
            "ngày 05 tháng 6 năm 2023",
            "QUYẾT ĐỊNH",
            FieldName::SYMBOL,
            "QD-UBND",
            FieldIssue::SymbolAgainstType,
        ),
        (
            "Số: 15/QĐ.UBND",
            "ngày 05 tháng 6 năm 2023",
            "QUYẾT ĐỊNH",
            FieldName::SYMBOL,
            "QĐ.UBND",
            FieldIssue::SymbolGrammar,
        ),
        (
            "Số: 15/QĐ-UBND",
            "ngày 31 tháng 6 năm 2023",
            "QUYẾT ĐỊNH",
            FieldName::DATE,
            "ngày 31 tháng 6 năm 2023",
            FieldIssue::NotADate,
        ),
        (
            "Số: 15/QĐ-UBND",
            "ngày 16 tháng 6 năm 2023",
            "QUYẾT ĐỊNH",
            FieldName::DATE,
            "2023-06-16",
            FieldIssue::InTheFuture,
        ),
        (
            "Số: 15/QĐ-UBND",
            "ngày 05 tháng 6 năm 2023",
            "QUYÊT ĐỊNH",
            FieldName::DOCUMENT_TYPE,
            "QUYÊT ĐỊNH",
            FieldIssue::TypeSpelling,
        ),
    ] {
        let left = ["ỦY BAN NHÂN DÂN", "HUYỆN AN BÌNH", number];
        let fields = read(&[Sheet::new().head(&left, &format!("An Bình, {date}")).line(1310.0, 800.0, title)]);
        let field = get(&fields, name.clone()).unwrap();
        assert_eq!((field.value.as_str(), field.issue, field.confident), (want, Some(why), false), "{name}");
    }
}

#[test]
fn one_doubtful_word_takes_the_confidence_of_its_field_only() {
    let fields = read(&[decision().doubt("Ngọc").doubt("BÌNH")]);
    let doubted: Vec<&str> = fields.iter().filter(|f| !f.confident).map(|f| f.name.as_str()).collect();
    assert_eq!(doubted, ["issuer", "signer_name"]);
    assert_eq!(value(&fields, FieldName::SIGNER_NAME), Some("Đàm Thị Ngọc Uyển"), "never changed");
}

#[test]
fn anchors_are_found_with_letters_misread() {
    let sheet = Sheet::new()
        .line(1640.0, 300.0, "C0NG HÒA XÃ HỘI CHU NGHIA VIET NAM")
        .line(1640.0, 500.0, "An Bình, ngàỵ 05 thảng 6 nam 2023")
        .line(660.0, 300.0, "SỞ XÂY DỰNG")
        .line(660.0, 365.0, "Sô: 15/GP-SXD")
        .line(1310.0, 700.0, "GIÂY PHÉP")
        .body(900.0, 10)
        .foot(2000.0, &["GlÁM ĐỐC"], "Lương Thế Khoát");
    let fields = read(&[sheet]);
    assert_eq!(value(&fields, FieldName::DATE), Some("2023-06-05"));
    assert_eq!(value(&fields, FieldName::NUMBER), Some("15"));
    assert_eq!(value(&fields, FieldName::ISSUER), Some("SỞ XÂY DỰNG"));
    assert_eq!(issue(&fields, FieldName::DOCUMENT_TYPE), Some(FieldIssue::TypeSpelling));
    assert_eq!(issue(&fields, FieldName::SIGNER_TITLE), Some(FieldIssue::Doubtful));
    assert_eq!(value(&fields, FieldName::SIGNER_NAME), Some("Lương Thế Khoát"));
}

#[test]
fn a_form_has_a_type_that_goes_on_labels_and_its_date_at_the_foot() {
    let form = Sheet::new()
        .line(1310.0, 300.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
        .line(1310.0, 370.0, "Độc lập - Tự do - Hạnh phúc")
        .line(1310.0, 560.0, "ĐƠN ĐỀ NGHỊ CẤP PHÉP SỬA CHỮA NHÀ Ở")
        .line(1310.0, 640.0, "Kính gửi: Ủy ban nhân dân huyện An Bình")
        .line(900.0, 800.0, "1. Họ và tên: Lương Thế Khoát")
        .line(900.0, 880.0, "2. Ngày sinh: 03/11/1979")
        .line(900.0, 960.0, "3. Số định danh cá nhân: 040079031418")
        .line(900.0, 1040.0, "4. Thửa đất số: 107, tờ bản đồ số 14")
        .body(1150.0, 6)
        .line(1800.0, 1900.0, "An Bình, ngày 06 tháng 6 năm 2023")
        .line(1800.0, 1970.0, "NGƯỜI LÀM ĐƠN")
        .line(1800.0, 2300.0, "Lương Thế Khoát");
    let fields = read(&[form]);
    let land = FieldName::try_from("land_plot".to_owned()).unwrap();
    for (name, want) in [
        (FieldName::DOCUMENT_TYPE, "ĐƠN ĐỀ NGHỊ"),
        (FieldName::SUBJECT, "CẤP PHÉP SỬA CHỮA NHÀ Ở"),
        (FieldName::DATE, "2023-06-06"),
        (FieldName::PERSON_NAME, "Lương Thế Khoát"),
        (FieldName::BIRTH_DATE, "1979-11-03"),
        (FieldName::PERSON_ID, "040079031418"),
        (land, "107"),
        (FieldName::SIGNER_NAME, "Lương Thế Khoát"),
    ] {
        let field = get(&fields, name.clone()).unwrap_or_else(|| panic!("{name}"));
        assert!(field.value == want && field.confident, "{field:?}");
    }
}

#[test]
fn an_id_that_contradicts_the_date_of_birth_is_not_confident() {
    let form = Sheet::new()
        .line(1310.0, 560.0, "TỜ KHAI LỆ PHÍ TRƯỚC BẠ")
        .line(900.0, 880.0, "Ngày sinh: 03/11/1979")
        .line(900.0, 960.0, "Số CCCD: 040080031418");
    let fields = read(&[form]);
    assert_eq!(value(&fields, FieldName::PERSON_ID), Some("040080031418"));
    assert_eq!(issue(&fields, FieldName::PERSON_ID), Some(FieldIssue::IdAgainstBirth));
}

#[test]
fn another_value_on_the_second_page_or_in_the_code_of_a_card_makes_both_doubtful() {
    let rules = FieldRules::built_in().unwrap();
    let page = |lines: &[&str]| {
        let rows = lines.iter().zip(1u8..);
        rows.fold(Sheet::new(), |sheet, (text, i)| sheet.line(900.0, 800.0 + 80.0 * f32::from(i), text))
    };
    let first = ["Họ và tên: LƯƠNG THẾ KHOÁT", "Số CCCD: 040079031418"];
    let card = |id: &str| {
        let text = format!("{id}||Lương Thế Khoát|03111979|Nam|Thôn Gò Sở, xã Bình Lãng|02032021");
        crate::id_card::IdCard::parse(&text).unwrap()
    };
    let fields = |second: &[&str], id: Option<&str>| {
        let mut reader = FieldReader::new(&rules, SCANNED);
        reader.page(1, &page(&first).0, None);
        reader.page(2, &page(second).0, None);
        id.iter().for_each(|id| reader.card(&card(id), 3, Rect::default()));
        let fields = reader.finish(3);
        assert_eq!(fields.iter().filter(|f| f.name == FieldName::PERSON_ID).count(), 1, "{fields:?}");
        fields
    };
    for (second, id, want) in [
        ("Số CCCD: 040079031418", None, None),
        ("Số CCCD: 040079031419", None, Some(FieldIssue::Contradicted)),
        ("Ngày sinh: 03/11/1980", None, Some(FieldIssue::IdAgainstBirth)),
        ("Ngày sinh: 03/11/1979", Some("040079031418"), None),
        ("Ngày sinh: 03/11/1979", Some("040079031419"), Some(FieldIssue::Contradicted)),
    ] {
        let found = fields(&[second], id);
        assert_eq!(issue(&found, FieldName::PERSON_ID), want, "{second} {id:?}");
        assert_eq!(issue(&found, FieldName::PERSON_NAME), None, "capitals are the same name");
    }
    // Two numbers on the second page, the first of which is known.
    let found = fields(&["Số CCCD: 040079031418", "Số CCCD: 040079031419"], None);
    assert_eq!(issue(&found, FieldName::PERSON_ID), Some(FieldIssue::Contradicted));
    // Of two cards neither is taken for the paper's.
    let mut reader = FieldReader::new(&rules, SCANNED);
    ["040079031418", "040079031419"].iter().for_each(|id| reader.card(&card(id), 1, Rect::default()));
    assert_eq!(issue(&reader.finish(1), FieldName::PERSON_ID), Some(FieldIssue::Contradicted));
}

#[test]
fn nothing_is_found_on_empty_pages_and_in_plain_text() {
    assert_eq!(read(&[Sheet::new()]).len(), 1, "the number of pages");
    let names: Vec<String> = read(&[Sheet::new().body(300.0, 30)]).into_iter().map(|f| f.name.to_string()).collect();
    assert_eq!(names, ["language", "page_count"]);
}

#[test]
fn a_reader_keeps_no_pages() {
    let rules = FieldRules::built_in().unwrap();
    let mut reader = FieldReader::new(&rules, None);
    for number in 1..=20 {
        reader.page(number, &Sheet::new().body(300.0, 30).0, None);
    }
    assert_eq!(reader.signers.len() + reader.front.len() + reader.labelled.len(), 0);
}

#[test]
fn a_line_of_hundred_thousands_of_letters_gives_no_long_value() {
    let long = |letters: &str| letters.repeat(200_000 / letters.len());
    for text in [long("a"), long("12345678 "), long("thôn xóm "), long("1,")] {
        for label in ["Địa chỉ:", "CCCD số:", "Điện thoại:", "Thửa đất số:", "Số:"] {
            let fields = read(&[Sheet::new().line(1310.0, 300.0, &format!("{label} {text}"))]);
            let address = get(&fields, FieldName::ADDRESS).map(|f| f.value.chars().count());
            assert!(address.is_none_or(|n| n < 1000), "{address:?} letters");
        }
    }
}

/// Lines of anchors and of anything else, anywhere on the page.
fn any_line() -> impl proptest::strategy::Strategy<Value = (f32, f32, String)> {
    use proptest::prelude::*;
    let part = prop_oneof![
        4 => proptest::sample::select(vec![
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số:", "Số: 15/QĐ-UBND", "Số", "/", "V/v", "ngày", "tháng", "năm 2023", "15",
            "QUYẾT ĐỊNH", "ĐƠN ĐỀ NGHỊ", "Nơi nhận:", "TM.", "KT.", "GIÁM ĐỐC", "CHỦ TỊCH", "Lương Thế Khoát", "SỞ Y TẾ", "Họ và tên:",
            "CCCD số:", "Điện thoại:", "Ngày sinh:", "Thửa đất số:", "Địa chỉ:", "Giới tính / Sex:", "03/11/1979", "040079031418",
        ]).prop_map(str::to_owned),
        1 => "\\PC{1,12}",
        1 => "[0-9/.:|-]{1,9}",
    ];
    (200f32..2200.0, 100f32..3400.0, proptest::collection::vec(part, 1..6).prop_map(|parts| parts.join(" ")))
}

proptest::proptest! {
    #[test]
    fn every_word_of_a_value_was_read(lines in proptest::collection::vec(any_line(), 0..25)) {
        let mut sheet = Sheet::new();
        for (x, y, text) in lines {
            if text.split(['|', ' ']).any(|w| !w.is_empty()) {
                sheet = sheet.line(x, y, &text);
            }
        }
        let words: Vec<String> = sheet.0.words().map(|w| w.text.clone()).collect();
        let fields = read(&[sheet]);
        let made = [FieldName::DATE, FieldName::BIRTH_DATE, FieldName::LANGUAGE, FieldName::PAGE_COUNT, FieldName::PERSON_ID];
        for field in fields.iter().filter(|f| !made.contains(&f.name) && f.value != "CÔNG VĂN") {
            let known = |part: &str| words.iter().any(|w| w.contains(part));
            // Numbers and symbols are written without the spaces between their words.
            let right = match field.name == FieldName::NUMBER {
                true => field.value.chars().all(|c| known(c.encode_utf8(&mut [0; 4]))),
                false => field.value.split([' ', '-', '/']).all(known),
            };
            proptest::prop_assert!(right, "{} {:?}", field.name, field.value);
            proptest::prop_assert!(field.confident == field.issue.is_none());
        }
    }
}
