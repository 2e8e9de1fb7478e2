//! The report of a period as a paper.

use jiff::Timestamp;

use super::{Bar, BarChart, Block, Cell, Report, Row, Table, text};
use crate::figures::Share;
use crate::monthly::{Identity, MonthlyReport, reason};
use crate::sample::SampleFigures;

impl MonthlyReport {
    /// The report as it is printed. `at`: when the register was asked.
    pub fn render(&self, at: Timestamp) -> Report {
        let mut blocks = vec![
            Block::Table(self.standings()),
            Block::Table(self.identities_table()),
            Block::Chart(self.standings_chart()),
            Block::Table(self.departments_table()),
            Block::Chart(self.departments_chart()),
        ];
        if !self.audits.is_empty() {
            blocks.push(Block::Table(self.audits_table()));
        }
        if self.remainder() > 0 {
            blocks.push(Block::Table(self.unaccounted_table()));
        }
        Report {
            title: "BÁO CÁO TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ".to_owned(),
            subtitle: text::period(Some(self.from), Some(self.to)),
            statements: text::statements([
                (
                    "Phạm vi",
                    "mọi hồ sơ trong sổ đã tiếp nhận đến hết kỳ và chưa xong trước kỳ; mỗi hồ sơ đứng ở đúng một dòng",
                ),
                ("Tỷ lệ số hóa", "trên số tiếp nhận mới trong kỳ, trừ hồ sơ bị từ chối hoặc rút"),
                ("Thời điểm số liệu", &text::moment(at)),
            ]),
            blocks,
            signers: vec!["NGƯỜI LẬP BIỂU".to_owned(), "THỦ TRƯỞNG ĐƠN VỊ".to_owned()],
        }
    }

    fn standings(&self) -> Table {
        let count = |label: &str, n| Row::new(vec![label.into(), Cell::Count(n), Cell::Empty, Cell::Empty]);
        let share = |label: &str, s: &Share| {
            let percent = Cell::Percent { part: s.count, of: s.of };
            Row::new(vec![label.into(), Cell::Count(s.count), Cell::Count(s.of), percent])
        };
        let remainder = count("KHÔNG RÕ TRẠNG THÁI", self.remainder());
        Table {
            title: "Tiếp nhận, giải quyết".to_owned(),
            columns: text::headings(["Chỉ tiêu", "Số hồ sơ", "Trên tổng số", "Tỷ lệ"]),
            rows: vec![
                count("Tiếp nhận và giải quyết", self.handled).strong(),
                count("Tiếp nhận mới", self.new).part(),
                count("Kỳ trước chuyển sang", self.carried_over).part(),
                count("Đã giải quyết", self.resolved).strong(),
                share("Đúng hạn, trước hạn", &self.on_time).part(),
                share("Trễ hạn", &self.late).part(),
                count("Đang giải quyết, trong hạn", self.in_process),
                count("Đang giải quyết, quá hạn", self.overdue),
                count("Chờ bổ sung", self.waiting),
                count("Trả lại, rút hồ sơ", self.returned),
                count("Dừng xử lý", self.stopped),
                if self.remainder() > 0 { remainder.strong() } else { remainder },
                share("Nộp trực tuyến, trên số tiếp nhận mới", &self.online),
                share("Qua bưu chính công ích", &self.post),
                share("Số hóa đầy đủ", &self.digitized_full),
                share("Số hóa theo chỉ số QĐ 766", &self.digitized_any),
                share("Có giấy tờ tái sử dụng", &self.reused),
                share(&format!("Số hóa chậm quá {} giờ", self.late_hours), &self.digitized_late),
                count("Hồ sơ ngoài sổ tiếp nhận (mọi thời gian)", self.orphans),
            ],
        }
    }

    fn identities_table(&self) -> Table {
        let row = |sum: &Identity| {
            let said = if sum.whole == sum.parts { Cell::from("khớp") } else { Cell::from("LỆCH") };
            let row = Row::new(vec![sum.name.into(), Cell::Count(sum.whole), Cell::Count(sum.parts), said]);
            if sum.whole == sum.parts { row } else { row.strong() }
        };
        Table {
            title: "Đối chiếu".to_owned(),
            columns: text::headings(["Phép đối chiếu", "Tổng", "Cộng các phần", "Kết quả"]),
            rows: self.identities.iter().map(row).collect(),
        }
    }

    fn standings_chart(&self) -> BarChart {
        let bar = |label: &str, part| Bar { label: label.to_owned(), part, of: self.handled, href: None };
        BarChart {
            title: "Tình trạng cuối kỳ, trên tổng số hồ sơ tiếp nhận và giải quyết".to_owned(),
            description: "Mỗi thanh là phần của tổng số hồ sơ tiếp nhận và giải quyết trong kỳ.".to_owned(),
            bars: vec![
                bar("Đúng hạn, trước hạn", self.on_time.count),
                bar("Trễ hạn", self.late.count),
                bar("Đang giải quyết, trong hạn", self.in_process),
                bar("Đang giải quyết, quá hạn", self.overdue),
                bar("Chờ bổ sung", self.waiting),
                bar("Trả lại, rút hồ sơ", self.returned),
                bar("Dừng xử lý", self.stopped),
                bar("Không rõ trạng thái", self.remainder()),
            ],
        }
    }

    fn departments_table(&self) -> Table {
        let row = |agency: &str, online: &Share| {
            let percent = Cell::Percent { part: online.count, of: online.of };
            Row::new(vec![agency.into(), Cell::Count(online.of), Cell::Count(online.count), percent])
        };
        let departments = self.departments.iter().map(|d| row(text::named(&d.agency), &d.online));
        Table {
            title: "Nộp trực tuyến theo đơn vị".to_owned(),
            columns: text::headings(["Đơn vị", "Tiếp nhận mới", "Nộp trực tuyến", "Tỷ lệ"]),
            rows: departments.chain([row("Cộng", &self.online).strong()]).collect(),
        }
    }

    fn departments_chart(&self) -> BarChart {
        let bar = |label: &str, s: &Share| Bar { label: label.to_owned(), part: s.count, of: s.of, href: None };
        BarChart {
            title: "Nộp trực tuyến theo đơn vị, trên số tiếp nhận mới".to_owned(),
            description: "Mỗi thanh là số hồ sơ nộp trực tuyến trên số hồ sơ tiếp nhận mới của một đơn vị.".to_owned(),
            bars: self.departments.iter().map(|d| bar(text::named(&d.agency), &d.online)).collect(),
        }
    }

    fn audits_table(&self) -> Table {
        let row = |audit: &SampleFigures| {
            let (s, wrong) = (&audit.sample, &audit.wrong);
            Row::new(vec![
                s.name.as_str().into(),
                Cell::Count(s.drawn),
                Cell::Count(s.compared),
                Cell::Count(s.right),
                Cell::Count(wrong.count),
                Cell::Percent { part: wrong.count, of: wrong.of },
                Cell::Text(audit.bound_in_print()),
            ])
        };
        Table {
            title: "Đối chiếu với bản giấy".to_owned(),
            columns: text::headings([
                "Mẫu",
                "Được chọn",
                "Đã đối chiếu",
                "Đúng",
                "Sai",
                "Tỷ lệ sai trên số đã đối chiếu",
                "Cận trên 95 % (Clopper–Pearson, một phía)",
            ]),
            rows: self.audits.iter().map(row).collect(),
        }
    }

    fn unaccounted_table(&self) -> Table {
        let row = |(i, u): (u64, &sohoa_store::Unaccounted)| {
            Row::new(vec![Cell::Count(i), u.dossier.as_str().into(), reason(&u.code).into()])
        };
        Table {
            title: "Hồ sơ không rõ trạng thái".to_owned(),
            columns: text::headings(["STT", "Mã hồ sơ", "Lý do"]),
            rows: (1..).zip(&self.unaccounted).map(row).collect(),
        }
    }
}
