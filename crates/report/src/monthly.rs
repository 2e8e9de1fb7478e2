//! The report of a period: what was received and handled and where each dossier stood at its end. Every dossier stands in exactly one
//! line, so the sum closes by itself, and what the register does not say is a line of its own.

use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::Channel;
use sohoa_store::{PeriodCount, SampleRow, Standing, Unaccounted};

use crate::coverage::CoverageReport;
use crate::figures::{Share, day, number};
use crate::sample::SampleFigures;

/// What one department received in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Department {
    /// Agency.
    pub agency: String,
    /// Online of all that it received.
    pub online: Share,
}

/// The report of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthlyReport {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Received in the period.
    pub new: u64,
    /// Received before, and not done before.
    pub carried_over: u64,
    /// Both together.
    pub handled: u64,
    /// Done in the period.
    pub resolved: u64,
    /// On the due day or before, of those done.
    pub on_time: Share,
    /// Behind it, of those done.
    pub late: Share,
    /// In process at the end, the due day not over.
    pub in_process: u64,
    /// In process at the end, the due day over.
    pub overdue: u64,
    /// A supplement was asked for.
    pub waiting: u64,
    /// Refused or withdrawn.
    pub returned: u64,
    /// Stopped.
    pub stopped: u64,
    /// Of which the register does not say where they stood.
    pub unaccounted: Vec<Unaccounted>,
    /// Filed online, of those received in the period.
    pub online: Share,
    /// With the post in or out, of all handled.
    pub post: Share,
    /// By agency, in order of name.
    pub departments: Vec<Department>,
    /// Digitized, of those received in the period that are in scope: every due component and result attached.
    pub digitized_full: Share,
    /// Digitized by the definition of the index: a component, and the result where one is due.
    pub digitized_any: Share,
    /// Dossiers for which a paper was reused, of the same.
    pub reused: Share,
    /// Dossiers with a component that was scanned too late after reception, of the same.
    pub digitized_late: Share,
    /// Behind how many hours that is.
    pub late_hours: i64,
    /// Codes that documents hang on and the register does not know, of any time.
    pub orphans: u64,
    /// Sums that have to close.
    pub identities: Vec<Identity>,
    /// Samples of documents received in a part of the period that were drawn to be compared with paper.
    pub audits: Vec<SampleFigures>,
}

/// A sum of the report that has to close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// What is summed, in Vietnamese.
    pub name: &'static str,
    /// The whole.
    pub whole: u64,
    /// The sum of its parts.
    pub parts: u64,
}

impl MonthlyReport {
    /// Puts the report of a period together.
    pub fn new(
        (from, to): (Date, Date),
        counts: &[PeriodCount],
        unaccounted: Vec<Unaccounted>,
        coverage: &CoverageReport,
    ) -> Self {
        let sum = |of: &dyn Fn(&PeriodCount) -> bool| counts.iter().filter(|c| of(c)).map(|c| c.dossiers).sum::<u64>();
        let at = |standing| sum(&|c| c.standing == standing);
        let (new, handled) = (sum(&|c| c.new), sum(&|_| true));
        let resolved = at(Standing::OnTime) + at(Standing::Late);
        let mut agencies: Vec<&str> = counts.iter().filter(|c| c.new).map(|c| c.agency.as_str()).collect();
        agencies.dedup();
        let online = |c: &PeriodCount| c.new && c.channel == Some(Channel::Online);
        let department = |agency: &str| Department {
            agency: agency.to_owned(),
            online: Share::new(sum(&|c| online(c) && c.agency == agency), sum(&|c| c.new && c.agency == agency)),
        };
        let c = &coverage.coverage.counts;
        let mut report = Self {
            from,
            to,
            new,
            carried_over: handled - new,
            handled,
            resolved,
            on_time: Share::new(at(Standing::OnTime), resolved),
            late: Share::new(at(Standing::Late), resolved),
            in_process: at(Standing::InProcess),
            overdue: at(Standing::Overdue),
            waiting: at(Standing::Waiting),
            returned: at(Standing::Returned),
            stopped: at(Standing::Stopped),
            unaccounted,
            online: Share::new(sum(&online), new),
            post: Share::new(sum(&|c| c.post), handled),
            departments: agencies.into_iter().map(department).collect(),
            digitized_full: Share::new(c.digitized_full, c.received),
            digitized_any: Share::new(c.digitized_any, c.received),
            reused: Share::new(c.reused, c.received),
            digitized_late: Share::new(c.late, c.received),
            late_hours: coverage.late_hours,
            orphans: coverage.orphans.len() as u64,
            identities: Vec::new(),
            audits: Vec::new(),
        };
        // What came in is what went out and what is open; and what the facts of coverage say was received is what the register does.
        report.identities = vec![
            Identity { name: OUT_AND_OPEN, whole: report.handled, parts: report.accounted() },
            Identity { name: IN_AND_OUT_OF_SCOPE, whole: report.new, parts: c.received + c.excluded },
        ];
        report
    }

    /// Every sum closes.
    pub fn closes(&self) -> bool {
        self.identities.iter().all(|sum| sum.whole == sum.parts)
    }

    fn accounted(&self) -> u64 {
        self.resolved + self.in_process + self.overdue + self.waiting + self.returned + self.stopped
    }

    /// The same with those of these samples whose period has a day in common with it.
    pub fn with_audits(self, samples: Vec<SampleRow>) -> Self {
        let audits = samples.into_iter().filter(|s| s.from <= self.to && s.to >= self.from);
        Self { audits: audits.map(SampleFigures::from).collect(), ..self }
    }

    /// What came in less what the lines account for: dossiers that stand nowhere.
    pub fn remainder(&self) -> u64 {
        self.handled - self.accounted()
    }

    /// The report in Vietnamese, in the order of the printed one.
    pub fn lines(&self) -> String {
        let mut lines = format!(
            "Báo cáo tiếp nhận, giải quyết hồ sơ từ {} đến {}\n\n\
             Tiếp nhận và giải quyết            {}\n  \
               tiếp nhận mới                    {}\n  \
               kỳ trước chuyển sang             {}\n\
             Đã giải quyết                      {}\n  \
               đúng hạn, trước hạn              {}\n  \
               trễ hạn                          {}\n\
             Đang giải quyết, trong hạn         {}\n\
             Đang giải quyết, quá hạn           {}\n\
             Chờ bổ sung                        {}\n\
             Trả lại, rút hồ sơ                 {}\n\
             Dừng xử lý                         {}\n",
            day(self.from),
            day(self.to),
            number(self.handled),
            number(self.new),
            number(self.carried_over),
            number(self.resolved),
            self.on_time.text(),
            self.late.text(),
            number(self.in_process),
            number(self.overdue),
            number(self.waiting),
            number(self.returned),
            number(self.stopped),
        );
        let remainder = self.remainder();
        lines += &format!("KHÔNG RÕ TRẠNG THÁI                {}\n\n", number(remainder));
        lines += &format!("Nộp trực tuyến, trên số tiếp nhận mới   {}\n", self.online.text());
        for d in &self.departments {
            lines += &format!("  {}: {}\n", d.agency, d.online.text());
        }
        lines += &format!("Qua bưu chính công ích                  {}\n", self.post.text());
        lines += &format!("Số hóa đầy đủ                           {}\n", self.digitized_full.text());
        lines += &format!("Số hóa theo chỉ số QĐ 766               {}\n", self.digitized_any.text());
        lines += &format!("Có giấy tờ tái sử dụng                  {}\n", self.reused.text());
        lines += &format!("Số hóa chậm quá {} giờ                  {}\n", self.late_hours, self.digitized_late.text());
        lines += &format!("Hồ sơ ngoài sổ tiếp nhận (mọi thời gian) {}\n", number(self.orphans));
        lines += "\nĐối chiếu\n";
        for Identity { name, whole, parts } in &self.identities {
            let verdict =
                if whole == parts { "khớp".to_owned() } else { format!("LỆCH {}", number(whole.abs_diff(*parts))) };
            lines += &format!("  {name}: {} = {}: {verdict}\n", number(*whole), number(*parts));
        }
        for audit in &self.audits {
            let s = &audit.sample;
            lines += &format!(
                "Đối chiếu với bản giấy, mẫu {}: chọn {} trên {} văn bản, đã đối chiếu {}, đúng {}, sai {}, cận trên {} (Clopper–Pearson, một phía, 95 %)\n",
                s.name,
                number(s.drawn),
                number(s.documents),
                number(s.compared),
                number(s.right),
                audit.wrong.text(),
                audit.bound_in_print()
            );
        }
        if remainder > 0 {
            lines += &format!("\n{} hồ sơ không rõ trạng thái:\n", number(remainder));
            for u in &self.unaccounted {
                lines += &format!("  {}  {}\n", u.dossier, reason(&u.code));
            }
        }
        lines
    }
}

const OUT_AND_OPEN: &str =
    "tiếp nhận và giải quyết = đã giải quyết + đang giải quyết + chờ bổ sung + trả lại, rút + dừng";
const IN_AND_OUT_OF_SCOPE: &str = "tiếp nhận mới = trong phạm vi số hóa + ngoài phạm vi";

pub(crate) fn reason(code: &str) -> &str {
    match code {
        "no-state" => "sổ không ghi trạng thái",
        "done-at-no-day" => "đã xong nhưng sổ không ghi ngày",
        "left-at-no-day" => "trả lại, rút hoặc dừng nhưng sổ không ghi ngày",
        "finished-before-reception" => "sổ ghi ngày xong trước ngày tiếp nhận",
        "open-and-finished" => "sổ ghi ngày xong nhưng trạng thái là đang giải quyết",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::{Coverage, DEFINITIONS};
    use sohoa_store::{CoverageCounts, CoverageScope, DataTime};

    fn digitized(received: u64, excluded: u64) -> CoverageReport {
        let counts = CoverageCounts { received, excluded, ..CoverageCounts::default() };
        CoverageReport {
            scope: CoverageScope::default(),
            definition: DEFINITIONS,
            data_time: DataTime::default(),
            late_hours: 24,
            coverage: Coverage::from(counts),
            by: None,
            groups: None,
            orphans: Vec::new(),
        }
    }

    #[test]
    fn a_dossier_that_coverage_does_not_know_opens_a_sum() {
        let days = (jiff::civil::date(2023, 5, 15), jiff::civil::date(2023, 6, 14));
        let report = MonthlyReport::new(days, &[], Vec::new(), &digitized(0, 1));
        assert!(!report.closes());
        assert!(report.lines().contains("0 = 1: LỆCH 1"), "{}", report.lines());
        assert!(MonthlyReport::new(days, &[], Vec::new(), &digitized(0, 0)).closes());
    }

    #[test]
    fn what_stands_nowhere_is_a_line_of_its_own_with_its_dossiers() {
        let count = |standing, new, dossiers| PeriodCount {
            agency: "Sở Thử".to_owned(),
            channel: Some(Channel::Online),
            new,
            post: false,
            standing,
            dossiers,
        };
        let counts =
            [count(Standing::OnTime, true, 3), count(Standing::Late, false, 1), count(Standing::Unaccounted, true, 1)];
        let lost = vec![Unaccounted { dossier: "H41-230615-0001".parse().unwrap(), code: "no-state".to_owned() }];
        let days = (jiff::civil::date(2023, 5, 15), jiff::civil::date(2023, 6, 14));
        let report = MonthlyReport::new(days, &counts, lost, &digitized(3, 1));
        assert_eq!((report.handled, report.new, report.carried_over, report.remainder()), (5, 4, 1, 1));
        assert_eq!(report.on_time.percent, "75.00");
        let sums: Vec<_> = report.identities.iter().map(|sum| (sum.whole, sum.parts)).collect();
        assert_eq!((sums, report.closes()), (vec![(5, 4), (4, 4)], false));
        let lines = report.lines();
        assert!(
            lines.contains("3 trên 4 (75,00 %)") && lines.contains("H41-230615-0001  sổ không ghi trạng thái"),
            "{lines}"
        );
    }
}
