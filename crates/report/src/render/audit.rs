//! An audit sample as a checklist for those who compare it with paper.

use jiff::Timestamp;
use jiff::civil::Date;
use sohoa_domain::{ComponentId, DocumentId, DossierCode, StratumBy, Verdict};
use sohoa_store::Comparison;

use super::{Block, Cell, Report, Row, Table, text};
use crate::sample::SampleFigures;

/// A document of a sample with where it is found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ChecklistItem {
    /// Document.
    pub document: DocumentId,
    /// Its stratum.
    pub stratum: String,
    /// Its dossier.
    pub dossier: DossierCode,
    /// Component that it is.
    pub component: Option<ComponentId>,
    /// Result code.
    pub result_code: String,
    /// Day of reception of its dossier.
    pub received: Option<Date>,
    /// Its pages.
    pub pages: u64,
    /// Where the PDF lies.
    pub pdf: Option<String>,
    /// What the last comparison found.
    pub result: Option<Comparison>,
}

/// The sample as it is printed.
pub fn checklist(figures: &SampleFigures, items: &[ChecklistItem], at: Timestamp) -> Report {
    let sample = &figures.sample;
    let count = |label: &str, n| Row::new(vec![label.into(), Cell::Count(n), Cell::Empty, Cell::Empty]);
    let share = |label: &str, part, of| {
        Row::new(vec![label.into(), Cell::Count(part), Cell::Count(of), Cell::Percent { part, of }])
    };
    let results = Table {
        title: "Kết quả đối chiếu".to_owned(),
        columns: text::headings(["Chỉ tiêu", "Số văn bản", "Trên tổng số", "Tỷ lệ"]),
        rows: vec![
            count("Văn bản trong kỳ", sample.documents),
            share("Được chọn vào mẫu", sample.drawn, sample.documents),
            share("Đã đối chiếu", sample.compared, sample.drawn),
            share("Đúng với bản giấy", sample.right, sample.compared).part(),
            share("Sai với bản giấy", figures.wrong.count, figures.wrong.of).part(),
        ],
    };
    let row = |(i, item): (u64, &ChecklistItem)| {
        let result = item.result.as_ref();
        let note = result.map(|r| format!("{} {}", r.agent, r.note).trim().to_owned());
        Row::new(vec![
            Cell::Count(i),
            item.dossier.as_str().into(),
            item.component.as_ref().map_or(Cell::Empty, |c| c.as_str().into()),
            item.document.as_str().into(),
            Cell::Count(item.pages),
            item.received.map_or(Cell::Empty, Cell::Day),
            item.pdf.as_deref().map_or(Cell::Empty, Cell::from),
            result.map_or(Cell::Empty, |r| verdict(r.verdict).into()),
            note.map_or(Cell::Empty, Cell::Text),
        ])
    };
    let list = Table {
        title: "Danh sách đối chiếu".to_owned(),
        columns: text::headings([
            "STT",
            "Mã hồ sơ",
            "Thành phần",
            "Văn bản",
            "Số trang",
            "Ngày tiếp nhận",
            "Tệp PDF",
            "Kết quả",
            "Người đối chiếu, ghi chú",
        ]),
        rows: (1..).zip(items).map(row).collect(),
    };
    let bound = match figures.upper_bound.as_str() {
        "n/a" => "chưa có, vì chưa đối chiếu văn bản nào".to_owned(),
        _ => format!("{} (Clopper–Pearson, một phía, độ tin cậy 95 %)", figures.bound_in_print()),
    };
    Report {
        title: format!("PHIẾU ĐỐI CHIẾU MẪU {}", sample.name.to_uppercase()),
        subtitle: match sample.batch {
            Some(batch) => format!("Văn bản của đợt quét {}", batch.0),
            None => format!("Hồ sơ tiếp nhận {}", text::period(Some(sample.from), Some(sample.to)).to_lowercase()),
        },
        statements: text::statements([
            ("Cách chọn", &format!("phân tầng theo {}, hạt giống “{}”", strata(sample.by), sample.seed)),
            ("Mã băm SHA-256 của danh sách văn bản trong kỳ", &sample.population.to_string()),
            ("Mã băm SHA-256 của danh sách được chọn", &sample.list.to_string()),
            ("Cận trên của tỷ lệ sai", &bound),
            ("Thời điểm số liệu", &text::moment(at)),
        ]),
        blocks: vec![Block::Table(results), Block::Table(list)],
        signers: vec!["NGƯỜI ĐỐI CHIẾU".to_owned(), "ĐƠN VỊ ĐƯỢC KIỂM TRA".to_owned()],
    }
}

fn strata(by: StratumBy) -> &'static str {
    match by {
        StratumBy::None => "một tầng duy nhất",
        StratumBy::Agency => "đơn vị",
        StratumBy::Counter => "quầy tiếp nhận",
        StratumBy::Procedure => "thủ tục",
        StratumBy::Channel => "kênh nộp",
        StratumBy::Month => "tháng tiếp nhận",
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Match => "Đúng",
        Verdict::Differs => "Khác bản giấy",
        Verdict::MissingPaper => "Không thấy bản giấy",
        Verdict::MissingPage => "Thiếu trang",
        Verdict::Unreadable => "Không đọc được",
    }
}
