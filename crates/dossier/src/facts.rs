//! What one page says about where documents begin and which dossier they belong to.

use sohoa_domain::text::fold;
use sohoa_domain::{Barcode, DossierCode, DossierEvidence, EvidenceSource, Line, OcrPage, PageInspection, Rect};

use crate::approx::holds;
use crate::id_card::IdCard;
use crate::meaning::BarcodeMeaning;
use crate::numbering::PageNumber;
use crate::sheet::SheetMark;

/// Share of the page's height from its top in which a head stands.
const HEAD: f32 = 0.4;
/// Characters between `Số` and the slash of a symbol, at most.
const LONGEST_NUMBER: usize = 10;
/// Share of the page's height from its top in which a title begins.
const TITLE: f32 = 0.25;
/// Share of the page's height from its top and bottom in which page numbers stand.
const MARGIN: f32 = 0.1;
/// A code whose letters were read less surely is doubtful.
const SURE: f32 = 0.9;
/// National title, motto, and the title of Party papers, folded (Nghị định 30/2020, annex I; Hướng dẫn 36-HD/VPTW).
const TITLES: [&str; 3] =
    ["cong hoa xa hoi chu nghia viet nam", "doc lap - tu do - hanh phuc", "dang cong san viet nam"];
/// What our separator sheets print at their top in large type, folded.
const SHEET_TITLES: [&str; 2] = ["to phan tach ho so", "separator sheet"];
/// What they print below, folded: nobody else does.
const SHEET_LINES: [&str; 2] =
    ["1. dat to nay len tren cac giay to thuoc ve no.", "put this sheet on top of the papers that belong to it."];
/// Words of a page that can be a separator: ours have 82, and dirt is read as some more.
const SEPARATOR_WORDS: usize = 120;
/// Smallest side of a place that may be the torn code of a sheet, mm: it is printed with 84 mm.
const SHEET_CODE_MM: f32 = 40.0;
/// Dossier codes of a page that are told: two are a conflict already.
const MOST_CODES: usize = 20;

/// A page that separates documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Separator {
    /// A sheet of ours that can be believed.
    Sheet(SheetMark),
    /// A sheet of ours that cannot: its code is torn, its check value wrong.
    Unread,
    /// A pattern that separates and says nothing else.
    Patch,
}

/// What one page says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageFacts {
    /// Physical page, from 1.
    pub number: u32,
    /// Nothing is written on it.
    pub blank: bool,
    /// It could not be read.
    pub failed: bool,
    /// It separates documents.
    pub separator: Option<Separator>,
    /// It may be a separator, and nothing on it says so surely.
    pub perhaps_separator: bool,
    /// Dossier codes on it.
    pub codes: Vec<DossierEvidence>,
    /// It has the head of a paper at its top.
    pub head: bool,
    /// The row of a head with a paper's number stands there: what is left of one when something lies on the national title.
    pub numbered: bool,
    /// It begins with a title in capitals.
    pub title: bool,
    /// Page number that is printed on it.
    pub printed_number: Option<PageNumber>,
    /// Width and height of the paper as it is read, mm.
    pub paper_mm: Option<(f32, f32)>,
    /// ID cards whose QR codes stand here (px of the page as loaded). Personal data: never logged.
    pub cards: Vec<(IdCard, Rect)>,
}

/// What was seen of one page.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageSeen<'a> {
    /// Physical page, from 1.
    pub number: u32,
    /// Nothing is written on it.
    pub blank: bool,
    /// It could not be read.
    pub failed: bool,
    /// What inspection measured.
    pub inspection: Option<&'a PageInspection>,
    /// Its text; `None` for a page that is blank, failed or a sheet.
    pub text: Option<&'a OcrPage>,
    /// Barcodes that were read.
    pub barcodes: &'a [Barcode],
    /// Places that look like a barcode and could not be read, px of the page as loaded.
    pub unread: &'a [Rect],
}

impl PageFacts {
    /// Reads a page.
    pub fn of(seen: PageSeen<'_>) -> Self {
        let PageSeen { number, blank, failed, inspection, text, barcodes, unread } = seen;
        let mut facts = Self { number, blank, failed, ..Self::default() };
        let inches = |i: &PageInspection| (i.width as f32 / i.dpi.x, i.height as f32 / i.dpi.y);
        let turned = |(w, h): (f32, f32), i: &PageInspection| if i.rotation.swaps_sides() { (h, w) } else { (w, h) };
        facts.paper_mm = inspection.map(|i| turned(inches(i), i)).map(|(w, h)| (w * 25.4, h * 25.4));
        for barcode in barcodes {
            facts.barcode(BarcodeMeaning::of(barcode), around(&barcode.corners));
        }
        if let Some(text) = text {
            facts.print(text);
            let mm = |rect: &Rect, i: &PageInspection| rect.width().min(rect.height()) / i.dpi.x.max(i.dpi.y) * 25.4;
            let large = |rect: &Rect| inspection.is_some_and(|i| mm(rect, i) >= SHEET_CODE_MM);
            facts.doubt_separator(
                text.words().take(SEPARATOR_WORDS + 1).count() > SEPARATOR_WORDS,
                unread.iter().any(large),
            );
        }
        facts
    }

    /// A page full of words is no separator, whatever else is on it, unless it is a sheet that can be believed; a page of few
    /// words with what may be the torn code of a sheet could be one.
    fn doubt_separator(&mut self, full: bool, torn: bool) {
        match self.separator {
            Some(Separator::Sheet(_)) => {}
            Some(_) if full => {
                self.separator = None;
                self.perhaps_separator = true;
            }
            Some(_) => {}
            None => self.perhaps_separator = torn && !full,
        }
    }

    fn see(&mut self, source: EvidenceSource, code: DossierCode) {
        let sighting = DossierEvidence { source, code, page: Some(self.number) };
        if !self.codes.contains(&sighting) && self.codes.len() < MOST_CODES {
            self.codes.push(sighting);
        }
    }

    fn barcode(&mut self, meaning: BarcodeMeaning, rect: Rect) {
        match meaning {
            BarcodeMeaning::Sheet(mark) => {
                self.see(EvidenceSource::Sheet, mark.dossier.clone());
                self.separator = Some(Separator::Sheet(mark));
            }
            BarcodeMeaning::BrokenSheet(_) => {
                self.separator.get_or_insert(Separator::Unread);
            }
            BarcodeMeaning::Separator => {
                self.separator.get_or_insert(Separator::Patch);
            }
            BarcodeMeaning::Sticker(code) => self.see(EvidenceSource::Sticker, code),
            BarcodeMeaning::SystemPaper(paper) => {
                paper.dossiers.into_iter().for_each(|code| self.see(EvidenceSource::SystemCode, code));
            }
            BarcodeMeaning::IdCard(card) => self.cards.push((card, rect)),
            BarcodeMeaning::Foreign => {}
        }
    }

    fn print(&mut self, page: &OcrPage) {
        let height = page.height as f32;
        let first =
            page.lines().filter(|l| page_number(&folded(l)).is_none()).min_by(|a, b| a.rect.top.total_cmp(&b.rect.top));
        self.title = first.is_some_and(|line| line.rect.top < height * TITLE && is_title(line));
        for line in page.lines() {
            let middle = (line.rect.top + line.rect.bottom) / 2.0;
            let words = folded(line);
            if middle < height * HEAD && TITLES.iter().any(|t| holds(&words, t, t.len() / 6)) {
                self.head = true;
            }
            let capital = line.words.first().is_some_and(|word| word.text.starts_with('S'));
            self.numbered |= middle < height * HEAD && capital && is_number_row(&words);
            let is = |text: &&str| words.len() <= text.len() + 4 && holds(&words, text, text.len() / 9);
            if (middle < height * TITLE && SHEET_TITLES.iter().any(&is)) || SHEET_LINES.iter().any(is) {
                self.separator.get_or_insert(Separator::Unread);
            }
            if !(MARGIN..1.0 - MARGIN).contains(&(middle / height)) {
                self.printed_number = self.printed_number.or_else(|| {
                    let PageCount { number, of, worded } = page_number(&words)?;
                    let at = ((line.rect.left + line.rect.right) / 2.0 / page.width as f32, middle / height);
                    let sure = line.words.iter().all(|word| word.confidence >= SURE);
                    Some(PageNumber { number, of, worded, sure, at })
                });
            }
            for word in &line.words {
                for (code, exact) in codes_in(&word.text) {
                    let sure = exact && word.confidence >= SURE;
                    self.see(if sure { EvidenceSource::Text } else { EvidenceSource::DoubtfulText }, code);
                }
            }
        }
        if self.separator == Some(Separator::Unread) {
            // What is printed on a damaged sheet is worth no more than the sheet.
            for seen in self.codes.iter_mut().filter(|seen| seen.source == EvidenceSource::Text) {
                seen.source = EvidenceSource::DoubtfulText;
            }
        }
    }
}

/// The box around four corners.
fn around(corners: &[(f32, f32); 4]) -> Rect {
    let first = Rect { left: corners[0].0, top: corners[0].1, right: corners[0].0, bottom: corners[0].1 };
    corners.iter().fold(first, |r, (x, y)| r.union(&Rect { left: *x, top: *y, right: *x, bottom: *y }))
}

/// Three words or more, nearly all in capitals, and not a numbered heading, which stands within a paper.
fn is_title(line: &Line) -> bool {
    let letters = || line.words.iter().flat_map(|w| w.text.chars()).filter(|c| c.is_alphabetic());
    let (all, capitals) = (letters().count(), letters().filter(|c| c.is_uppercase()).count());
    let numbered = |word: &str| {
        let number = word.trim_end_matches(['.', ')', ':']);
        number.len() < word.len() && number.chars().all(|c| c.is_ascii_digit() || "IVXLC".contains(c))
    };
    let sure: f32 = line.words.iter().map(|w| w.confidence).sum::<f32>() / line.words.len().max(1) as f32;
    line.words.len() >= 3
        && all >= 8
        && capitals * 10 >= all * 9
        && sure > 0.6
        && !line.words.first().is_some_and(|w| numbered(&w.text))
}

/// Whether a folded line begins `so: 15/qd-ubnd`; what stands for the number may be misread handwriting.
fn is_number_row(line: &str) -> bool {
    let row = line
        .strip_prefix("so")
        .and_then(|rest| rest.trim_start().strip_prefix(':'))
        .and_then(|rest| rest.split_once('/'));
    row.is_some_and(|(number, symbol)| {
        let symbol = symbol.split(' ').next().unwrap_or_default();
        number.chars().count() <= LONGEST_NUMBER
            && symbol.starts_with(|c: char| c.is_ascii_alphanumeric())
            && symbol.contains('-')
    })
}

fn folded(line: &Line) -> String {
    let words: Vec<&str> = line.words.iter().map(|w| w.text.as_str()).collect();
    fold(&words.join(" "))
}

/// What a line that is a page number says.
#[derive(Debug, PartialEq)]
struct PageCount {
    number: u32,
    of: Option<u32>,
    worded: bool,
}

/// A line that is a page number: `2`, `- 2 -`, `Trang 2`, `2/5`.
fn page_number(line: &str) -> Option<PageCount> {
    let (line, worded) = line.strip_prefix("trang").map_or((line, false), |rest| (rest, true));
    let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '.'));
    let counts =
        |text: &str| text.parse().ok().filter(|n| text.bytes().all(|b| b.is_ascii_digit()) && (1..=999).contains(n));
    let (number, of) = match line.split_once('/') {
        Some((number, of)) => (counts(number.trim())?, Some(counts(of.trim())?)),
        None => (counts(line)?, None),
    };
    of.is_none_or(|of| number <= of).then_some(PageCount { number, of, worded })
}

/// Dossier codes in a printed word, and whether each stands there letter for letter. Letters that recognizers take for
/// digits are read as such for the others, and the day has to be a real one all the same.
fn codes_in(word: &str) -> Vec<(DossierCode, bool)> {
    let mut found = Vec::new();
    for run in word.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '–' | '—'))) {
        let run = run.trim_matches(['.', '-', '–', '—']);
        match run.parse() {
            Ok(code) => found.push((code, true)),
            Err(_) => found.extend(as_digits(run).and_then(|text| text.parse().ok()).map(|code| (code, false))),
        }
    }
    found
}

/// The text with likely misreadings of digits undone; `None` when it is too short or long for a code.
fn as_digits(run: &str) -> Option<String> {
    if !(15..=40).contains(&run.chars().count()) {
        return None;
    }
    let digit = |c: char| match c {
        'O' | 'o' | 'Q' | 'D' => '0',
        'I' | 'l' | 'i' => '1',
        'Z' | 'z' => '2',
        'S' | 's' => '5',
        'B' => '8',
        '–' | '—' => '-',
        other => other,
    };
    let mut out: String = run.chars().map(digit).collect();
    // The letter of the province stands before two digits and behind a dot or at the start; here only H is in doubt as it
    // is never taken for a digit. Lower case is a misreading too.
    out.make_ascii_uppercase();
    (out != run).then_some(out)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use sohoa_domain::{BarcodeFormat, Baseline, Block, Dpi, Rect, Rotation, Word};

    /// A page of 1000 × 1400 px with these lines: (y of the middle, text, confidence).
    fn page(lines: &[(f32, &str, f32)]) -> OcrPage {
        let mut page = OcrPage::empty(1000, 1400, Dpi::square(120.0), Rotation::None, "test");
        for (y, text, confidence) in lines {
            let rect = Rect { left: 100.0, top: y - 8.0, right: 900.0, bottom: y + 8.0 };
            let words = text.split(' ').map(|w| Word::new(w, rect, *confidence)).collect();
            let line = Line { words, rect, baseline: Baseline::default(), height: 16.0 };
            page.blocks.push(Block { lines: vec![line], rect });
        }
        page
    }

    /// What inspection says of such a page in grey.
    pub(crate) fn inspected(dpi: f32) -> PageInspection {
        PageInspection {
            width: 1000,
            height: 1400,
            dpi: Dpi::square(dpi),
            dpi_guessed: false,
            colour: sohoa_domain::ColourKind::Grey,
            in_colour: false,
            blank: false,
            ink: 0.1,
            skew_degrees: 0.0,
            rotation: Rotation::None,
            sharpness: 1.0,
            paper: None,
            seal: None,
            cut_off: std::collections::BTreeSet::new(),
        }
    }

    fn facts(lines: &[(f32, &str, f32)]) -> PageFacts {
        PageFacts::of(PageSeen { number: 1, text: Some(&page(lines)), ..PageSeen::default() })
    }

    #[test]
    fn the_national_title_at_the_top_is_a_head() {
        assert!(facts(&[(100.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 0.9)]).head);
        assert!(facts(&[(100.0, "SỞ Y TẾ C0NG HOÀ XÃ HÔI CHỦ NGHlA VIỆT NAM", 0.9)]).head);
        assert!(!facts(&[(900.0, "Cộng hòa xã hội chủ nghĩa Việt Nam", 0.9)]).head);
        assert!(!facts(&[(100.0, "Căn cứ Luật Tổ chức chính quyền địa phương", 0.9)]).head);
    }

    #[test]
    fn the_row_of_the_number_is_left_of_a_head() {
        let numbered = |y, line| facts(&[(y, line, 0.9)]).numbered;
        for line in
            ["Số: 162/GP-UBND", "Số:⁄‡6 /CT-UBND", "Số: /TTr-SXD", "Số: 15/2023/QĐ-UBND An Bình, ngày 14 tháng 6"]
        {
            assert!(numbered(200.0, line), "{line}");
        }
        assert!(!numbered(900.0, "Số: 162/GP-UBND"));
        for line in [
            "Sở Xây dựng/Phòng 2-3",
            "(Kèm theo Tờ trình số 218/TTr-SSV)",
            "số: 15/2023/QĐ-UBND ngày 14",
            "Số 15/2023/QĐ-UBND ngày 14",
            "Số: 2/5",
        ] {
            assert!(!numbered(200.0, line), "{line}");
        }
    }

    #[test]
    fn capitals_at_the_top_are_a_title_unless_they_are_numbered() {
        assert!(facts(&[(60.0, "3", 0.9), (150.0, "BẢNG KÊ GIẤY TỜ BÀN GIAO", 0.9), (700.0, "x", 0.9)]).title);
        assert!(!facts(&[(150.0, "II. KẾT QUẢ THỰC HIỆN", 0.9)]).title);
        assert!(!facts(&[(150.0, "Nơi nhận: UBND", 0.9)]).title);
        assert!(!facts(&[(700.0, "BẢNG KÊ GIẤY TỜ BÀN GIAO", 0.9)]).title);
        assert!(!facts(&[(100.0, "tiếp theo trang trước", 0.9), (150.0, "BẢNG KÊ GIẤY TỜ", 0.9)]).title);
    }

    #[test]
    fn page_numbers_stand_in_the_margins() {
        let seen = |y, line| facts(&[(y, line, 0.9)]).printed_number.map(|p| (p.number, p.of, p.worded));
        for (line, number) in [
            ("2", Some((2, None, false))),
            ("- 3 -", Some((3, None, false))),
            ("Trang 4", Some((4, None, true))),
            ("2/5", Some((2, Some(5), false))),
            ("Trang 2 / 5", Some((2, Some(5), true))),
            ("5/2", None),
            ("2/2023", None),
            ("2023", None),
        ] {
            assert_eq!(seen(50.0, line), number, "{line}");
        }
        assert_eq!(seen(1360.0, "7"), Some((7, None, false)));
        assert_eq!(seen(700.0, "7"), None);
        assert_eq!(seen(50.0, "Điều 2"), None);
        let number = facts(&[(70.0, "7", 0.8)]).printed_number.unwrap();
        assert_eq!((number.at, number.sure), ((0.5, 0.05), false));
    }

    #[test]
    fn printed_codes_are_evidence_and_doubtful_ones_are_marked() {
        use EvidenceSource::{DoubtfulText, Text};
        let seen = |line, confidence| -> Vec<(EvidenceSource, String)> {
            let codes = facts(&[(700.0, line, confidence)]).codes;
            codes.into_iter().map(|c| (c.source, c.code.to_string())).collect()
        };
        assert_eq!(seen("Mã hồ sơ: H41.20-230615-0001.", 0.97), [(Text, "H41.20-230615-0001".to_owned())]);
        assert_eq!(seen("(H41.20-230615-0001)", 0.5), [(DoubtfulText, "H41.20-230615-0001".to_owned())]);
        assert_eq!(seen("H41.2O-23O615-OOOl", 0.97), [(DoubtfulText, "H41.20-230615-0001".to_owned())]);
        assert_eq!(seen("H41.20-231345-0001", 0.97), []);
        assert_eq!(seen("Quyết định số 15/QĐ-UBND", 0.97), []);
    }

    #[test]
    fn a_sheet_is_known_by_its_print_when_its_code_is_torn() {
        let torn = facts(&[(200.0, "TỜ PHÂN TÁCH HỒ SƠ", 0.9), (400.0, "H41.20-230615-0001", 0.99)]);
        assert_eq!(torn.separator, Some(Separator::Unread));
        assert_eq!(torn.codes[0].source, EvidenceSource::DoubtfulText);
        let half = facts(&[(900.0, "Put this sheet on top of the papers that belong t0 it.", 0.9)]);
        assert_eq!(half.separator, Some(Separator::Unread));
    }

    #[test]
    fn a_paper_that_speaks_of_files_is_no_sheet() {
        for line in ["Sau khi phân tích hồ sơ, Phòng Tư pháp đề nghị", "Kết quả phân tích hồ sơ đất đai"]
        {
            assert_eq!(facts(&[(200.0, line, 0.9)]).separator, None, "{line}");
        }
        assert_eq!(facts(&[(900.0, "Tổ phân tích hồ sơ", 0.9)]).separator, None, "a signature");
        let line = "một hai ba bốn năm sáu bảy tám chín mười";
        let mut lines: Vec<(f32, &str, f32)> = (0..13).map(|i| (400.0 + 40.0 * i as f32, line, 0.9)).collect();
        lines.push((200.0, "TỜ PHÂN TÁCH HỒ SƠ", 0.9));
        let full = facts(&lines);
        assert_eq!((full.separator, full.perhaps_separator), (None, true), "too many words for a sheet");
    }

    #[test]
    fn a_page_of_few_words_with_a_large_torn_code_may_be_a_sheet() {
        let perhaps = |side: f32, lines: &[(f32, &str, f32)]| {
            let unread = [Rect { left: 100.0, top: 100.0, right: 100.0 + side, bottom: 100.0 + side }];
            let (inspection, text) = (inspected(120.0), page(lines));
            let (inspection, text) = (Some(&inspection), Some(&text));
            PageFacts::of(PageSeen { number: 2, inspection, text, unread: &unread, ..PageSeen::default() })
                .perhaps_separator
        };
        assert!(perhaps(300.0, &[(900.0, "Đặt tờ", 0.9)]));
        assert!(!perhaps(100.0, &[(900.0, "Đặt tờ", 0.9)]), "21 mm");
        let line = "một hai ba bốn năm sáu bảy tám chín mười";
        let full: Vec<(f32, &str, f32)> = (0..13).map(|i| (400.0 + 40.0 * i as f32, line, 0.9)).collect();
        assert!(!perhaps(300.0, &full));
    }

    #[test]
    fn barcodes_say_what_they_mean() {
        let code: DossierCode = "H41.20-230615-0001".parse().unwrap();
        let mark = SheetMark { dossier: code.clone(), component: None };
        let barcode =
            |text: &str| Barcode { format: BarcodeFormat::Qr, text: text.to_owned(), corners: [(0.0, 0.0); 4] };
        let of = |texts: &[&str]| {
            let codes: Vec<Barcode> = texts.iter().map(|t| barcode(t)).collect();
            PageFacts::of(PageSeen { number: 4, barcodes: &codes, ..PageSeen::default() })
        };
        let sheet = of(&[&mark.encode(), code.as_str()]);
        assert_eq!(sheet.separator, Some(Separator::Sheet(mark.clone())));
        assert_eq!(
            sheet.codes[0],
            DossierEvidence { source: EvidenceSource::Sheet, code: code.clone(), page: Some(4) }
        );
        let broken = of(&[&mark.encode().replace("-0001", "-0002"), code.as_str()]);
        assert_eq!(broken.separator, Some(Separator::Unread));
        assert_eq!(broken.codes[0].source, EvidenceSource::Sticker);
        assert_eq!(of(&["https://example.org/a"]), PageFacts { number: 4, ..PageFacts::default() });
    }
}
