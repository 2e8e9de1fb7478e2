//! Coverage as a paper.

use sohoa_domain::{Channel, local_time};
use sohoa_store::{CoverageBy as By, CoverageCounts, MissingPapers};

use super::{Bar, BarChart, Block, Cell, Report, Row, Table, text};
use crate::coverage::{CoverageReport, Group, Ratio, reason};
use crate::figures::{Share, day, time};

impl CoverageReport {
    /// The figures as they are printed, with what is missing.
    pub fn render(&self, missing: &[MissingPapers]) -> Report {
        let mut blocks = vec![Block::Table(self.figures()), Block::Table(self.ratios())];
        match (self.by, &self.groups) {
            (Some(by), Some(groups)) => {
                blocks.push(Block::Table(self.groups(by, groups)));
                blocks.push(Block::Chart(chart("Số hóa đầy đủ", by, groups, |c| c.digitized_full)));
                blocks.push(Block::Chart(chart("Số hóa theo chỉ số QĐ 766", by, groups, |c| c.digitized_any)));
            }
            _ => blocks.push(Block::Chart(self.chart())),
        }
        blocks.push(Block::Table(missing_table(missing)));
        if !self.orphans.is_empty() {
            blocks.push(Block::Table(self.orphans_table()));
        }
        let when = |at: Option<jiff::Timestamp>| at.map_or_else(|| "chưa có".to_owned(), |at| time(local_time(at)));
        let (register, event) = (when(self.data_time.register), when(self.data_time.event));
        Report {
            title: "BÁO CÁO TỶ LỆ SỐ HÓA HỒ SƠ".to_owned(),
            subtitle: text::period(self.scope.from, self.scope.to),
            statements: text::statements([
                ("Đầy đủ", self.definition.full),
                ("Theo chỉ số QĐ 766", self.definition.any),
                ("Phạm vi", &format!("{}{}", self.definition.scope, self.filters())),
                ("Thời điểm số liệu", &format!("sổ tiếp nhận nhập lần cuối {register}, sự kiện cuối {event}")),
            ]),
            blocks,
            signers: vec!["NGƯỜI LẬP BIỂU".to_owned(), "THỦ TRƯỞNG ĐƠN VỊ".to_owned()],
        }
    }

    fn figures(&self) -> Table {
        let c = &self.coverage.counts;
        let count = |label: &str, n| Row::new(vec![label.into(), Cell::Count(n), Cell::Empty, Cell::Empty]);
        let share = |label: &str, part, of| {
            Row::new(vec![label.into(), Cell::Count(part), Cell::Count(of), Cell::Percent { part, of }])
        };
        Table {
            title: "Tỷ lệ số hóa".to_owned(),
            columns: text::headings(["Chỉ tiêu", "Số lượng", "Trên tổng số", "Tỷ lệ"]),
            rows: vec![
                count("Hồ sơ tiếp nhận", c.received).strong(),
                share("Hồ sơ số hóa đầy đủ", c.digitized_full, c.received),
                share("Hồ sơ số hóa theo chỉ số QĐ 766", c.digitized_any, c.received),
                count("Hồ sơ còn thiếu", c.received - c.digitized_full),
                share("Giấy tờ phải số hóa đã gắn", c.there, c.due),
                share("Kết quả phải số hóa đã gắn", c.results_there, c.results_due).part(),
                count("Giấy tờ được miễn, có lý do", c.exempt),
                share(&format!("Hồ sơ số hóa chậm quá {} giờ", self.late_hours), c.late, c.received),
                count("Hồ sơ ngoài phạm vi (bị từ chối, đã rút)", c.excluded),
                count("Hồ sơ ngoài sổ tiếp nhận (mọi thời gian)", self.orphans.len() as u64),
            ],
        }
    }

    fn ratios(&self) -> Table {
        let ratios = &self.coverage.ratios;
        let row = |ratio: &Ratio| {
            let Share { count, of, .. } = ratio.share;
            let said = format!("{}: {} trên {}", ratio.name, ratio.numerator, ratio.denominator);
            Row::new(vec![Cell::Text(said), Cell::Count(count), Cell::Count(of), Cell::Percent { part: count, of }])
        };
        let all = [&ratios.electronic_results, &ratios.digitized, &ratios.reused, &ratios.shared];
        Table {
            title: "Các tỷ lệ của bộ chỉ số QĐ 766".to_owned(),
            columns: text::headings(["Tỷ lệ", "Số hồ sơ", "Trên tổng số", "Phần trăm"]),
            rows: all.map(row).into(),
        }
    }

    fn chart(&self) -> BarChart {
        let c = &self.coverage.counts;
        let bar = |label: &str, part| Bar { label: label.to_owned(), part, of: c.received, href: None };
        BarChart {
            title: "Tỷ lệ số hóa trên số hồ sơ tiếp nhận".to_owned(),
            description: "Mỗi thanh là số hồ sơ đã số hóa trên số hồ sơ tiếp nhận.".to_owned(),
            bars: vec![bar("Đầy đủ", c.digitized_full), bar("Theo chỉ số QĐ 766", c.digitized_any)],
        }
    }

    fn groups(&self, by: By, groups: &[Group]) -> Table {
        let row = |name: String, c: &CoverageCounts| {
            let percent = |part| Cell::Percent { part, of: c.received };
            let (full, any) = (c.digitized_full, c.digitized_any);
            let cells = [Cell::Count(full), percent(full), Cell::Count(any), percent(any), Cell::Count(c.exempt)];
            Row::new([Cell::Text(name), Cell::Count(c.received)].into_iter().chain(cells).collect())
        };
        let rows = groups.iter().map(|g| row(name(by, &g.key), &g.coverage.counts));
        Table {
            title: format!("Theo {}", subject(by).to_lowercase()),
            columns: text::headings([
                subject(by),
                "Tiếp nhận",
                "Đầy đủ",
                "Tỷ lệ đầy đủ",
                "Chỉ số QĐ 766",
                "Tỷ lệ QĐ 766",
                "Giấy tờ miễn",
            ]),
            rows: rows.chain([row("Cộng".to_owned(), &self.coverage.counts).strong()]).collect(),
        }
    }

    fn orphans_table(&self) -> Table {
        let row = |(i, o): (u64, &sohoa_store::Orphan)| {
            let since = Cell::Day(local_time(o.since).date());
            Row::new(vec![Cell::Count(i), o.dossier.as_str().into(), Cell::Count(o.documents), since])
        };
        Table {
            title: "Hồ sơ ngoài sổ tiếp nhận".to_owned(),
            columns: text::headings(["STT", "Mã hồ sơ", "Số văn bản", "Từ ngày"]),
            rows: (1..).zip(&self.orphans).map(row).collect(),
        }
    }
}

/// A row for each paper that is missing.
fn missing_table(missing: &[MissingPapers]) -> Table {
    let papers = missing.iter().flat_map(|m| m.papers.iter().map(move |paper| (m, paper)));
    let rows = (1..).zip(papers).map(|(i, (dossier, paper))| {
        Row::new(vec![
            Cell::Count(i),
            dossier.dossier.as_str().into(),
            text::named(&dossier.agency).into(),
            Cell::Text(format!("{} {}", paper.component, paper.name).trim().to_owned()),
            reason(paper.reason).into(),
            paper.since.map_or(Cell::Empty, |at| Cell::Day(at.date())),
        ])
    });
    Table {
        title: "Giấy tờ còn thiếu".to_owned(),
        columns: text::headings(["STT", "Mã hồ sơ", "Đơn vị", "Giấy tờ", "Lý do", "Từ ngày"]),
        rows: rows.collect(),
    }
}

fn chart(what: &str, by: By, groups: &[Group], part: fn(&CoverageCounts) -> u64) -> BarChart {
    let bar = |g: &Group| Bar {
        label: name(by, &g.key),
        part: part(&g.coverage.counts),
        of: g.coverage.counts.received,
        href: None,
    };
    BarChart {
        title: format!("{what} theo {}", subject(by).to_lowercase()),
        description: "Mỗi thanh là số hồ sơ đã số hóa trên số hồ sơ tiếp nhận của một nhóm.".to_owned(),
        bars: groups.iter().map(bar).collect(),
    }
}

/// What groups are called.
fn subject(by: By) -> &'static str {
    match by {
        By::Agency => "Đơn vị",
        By::Counter => "Quầy tiếp nhận",
        By::Day => "Ngày tiếp nhận",
        By::Month => "Tháng tiếp nhận",
        By::Quarter => "Quý tiếp nhận",
        By::Procedure => "Thủ tục",
        By::Channel => "Kênh nộp",
    }
}

/// A group's key in Vietnamese.
fn name(by: By, key: &str) -> String {
    match by {
        _ if key.is_empty() => text::named(key).to_owned(),
        By::Day => key.parse().map_or_else(|_| key.to_owned(), day),
        By::Month => key.split_once('-').map_or_else(|| key.to_owned(), |(y, m)| format!("{m}/{y}")),
        By::Quarter => key.split_once("-Q").map_or_else(|| key.to_owned(), |(y, q)| format!("Quý {q}/{y}")),
        By::Channel => match Channel::parse(key) {
            Ok(Channel::Counter) => "Trực tiếp tại quầy".to_owned(),
            Ok(Channel::Online) => "Trực tuyến".to_owned(),
            Ok(Channel::Post) => "Bưu chính công ích".to_owned(),
            Err(_) => key.to_owned(),
        },
        By::Agency | By::Counter | By::Procedure => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_groups_are_said_in_vietnamese() {
        for (by, key, said) in [
            (By::Month, "2023-06", "06/2023"),
            (By::Quarter, "2023-Q2", "Quý 2/2023"),
            (By::Day, "2023-06-14", "14/06/2023"),
            (By::Channel, "online", "Trực tuyến"),
            (By::Agency, "", "(sổ không ghi)"),
        ] {
            assert_eq!(name(by, key), said);
        }
    }
}
