//! Coverage in Vietnamese, for the terminal.

use jiff::Timestamp;
use sohoa_domain::local_time;
use sohoa_store::{MissingPaper, MissingPapers, MissingReason};

use super::{CoverageReport, Ratio};
use crate::figures::{Share, day, number, time};

impl CoverageReport {
    /// Definition, period, scope, data time, then the figures.
    pub fn lines(&self) -> String {
        let c = &self.coverage.counts;
        let when = |at: Option<Timestamp>| at.map_or_else(|| "chưa có".to_owned(), |at| time(local_time(at)));
        let mut lines = format!(
            "Tỷ lệ số hóa hồ sơ tiếp nhận {}\n\
             Phạm vi: {}{}\n\
             Số liệu: sổ tiếp nhận nhập lần cuối {}, sự kiện cuối {}\n\n\
             Hồ sơ tiếp nhận                {} (ngoài phạm vi: {})\n\
             Số hóa đầy đủ                  {}\n  \
               {}\n\
             Số hóa theo chỉ số 4.2         {}\n  \
               {}\n\
             Giấy tờ phải số hóa đã gắn     {}\n\
             Kết quả phải số hóa đã gắn     {}\n\
             Giấy tờ được miễn              {}\n\
             Số hóa chậm quá {} giờ         {}\n\
             Hồ sơ ngoài sổ tiếp nhận       {} (mọi thời gian)\n",
            self.period(),
            self.definition.scope,
            self.filters(),
            when(self.data_time.register),
            when(self.data_time.event),
            number(c.received),
            number(c.excluded),
            Share::new(c.digitized_full, c.received).text(),
            self.definition.full,
            Share::new(c.digitized_any, c.received).text(),
            self.definition.any,
            Share::new(c.there, c.due).text(),
            Share::new(c.results_there, c.results_due).text(),
            number(c.exempt),
            self.late_hours,
            Share::new(c.late, c.received).text(),
            number(self.orphans.len() as u64),
        );
        let ratios = &self.coverage.ratios;
        lines += "\nCác tỷ lệ của bộ chỉ số QĐ 766/QĐ-TTg\n";
        for ratio in [&ratios.electronic_results, &ratios.digitized, &ratios.reused, &ratios.shared] {
            let Ratio { name, numerator, denominator, share } = ratio;
            lines += &format!("{name}: {}\n  {numerator} trên {denominator}\n", share.text());
        }
        for group in self.groups.iter().flatten() {
            let key = if group.key.is_empty() { "(sổ không ghi)" } else { &group.key };
            let c = &group.coverage.counts;
            let (full, any) = (Share::new(c.digitized_full, c.received), Share::new(c.digitized_any, c.received));
            lines += &format!("\n{key}: đầy đủ {}, theo chỉ số {}", full.text(), any.text());
        }
        lines + "\n"
    }

    fn period(&self) -> String {
        match (self.scope.from, self.scope.to) {
            (None, None) => "mọi thời gian".to_owned(),
            (Some(from), None) => format!("từ {}", day(from)),
            (None, Some(to)) => format!("đến {}", day(to)),
            (Some(from), Some(to)) => format!("từ {} đến {}", day(from), day(to)),
        }
    }

    /// What narrows the scope, behind a semicolon each.
    pub(crate) fn filters(&self) -> String {
        let scope = &self.scope;
        let filters = [
            ("cơ quan", scope.agency.clone()),
            ("quầy", scope.counter.clone()),
            ("thủ tục", scope.procedure.as_ref().map(ToString::to_string)),
            ("kênh", scope.channel.map(|channel| channel.as_str().to_owned())),
        ];
        filters.into_iter().filter_map(|(name, value)| Some(format!("; {name}: {}", value?))).collect()
    }
}

/// A dossier that is not full, with a line for each paper that it lacks.
pub fn missing_line(missing: &MissingPapers) -> String {
    let lines: String = missing.papers.iter().map(|paper| format!("    {}\n", what(paper))).collect();
    format!("{}  {}\n{lines}", missing.dossier, missing.agency)
}

/// A due result without a scan, as the clerk of its agency needs it.
pub fn result_line(missing: &MissingPapers, paper: &MissingPaper) -> String {
    let finished =
        missing.finished.map_or_else(|| "sổ không ghi ngày xong".to_owned(), |at| format!("xong {}", day(at.date())));
    format!("{}  {}  {finished}  {}\n", missing.dossier, missing.agency, what(paper))
}

/// A paper, why it is missing and since when.
fn what(paper: &MissingPaper) -> String {
    let file = paper.file.map(|file| format!(" (tệp {})", file.0)).unwrap_or_default();
    let since = paper.since.map(|since| format!(", từ {}", time(since))).unwrap_or_default();
    format!("{}  {}: {}{file}{since}", paper.component, paper.name, reason(paper.reason))
}

/// The reason as a clerk reads it.
pub fn reason(reason: MissingReason) -> &'static str {
    match reason {
        MissingReason::Incomplete => "có trang quét hỏng",
        MissingReason::AwaitingRegister => "đã quét, chờ sổ tiếp nhận",
        MissingReason::InReview => "đã quét, chờ người xử lý",
        MissingReason::Pending => "đã quét, chờ đến lượt",
        MissingReason::Unassigned => "có giấy tờ chưa xác định thành phần",
        MissingReason::Rejected => "bản quét bị từ chối",
        MissingReason::NotScanned => "chưa quét",
    }
}
