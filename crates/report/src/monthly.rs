//! The report of a period: what was received and handled and where each dossier stood at its end. Every dossier stands in exactly one
//! line, so the sum closes by itself, and what the register does not say is a line of its own.

use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::Channel;
use sohoa_store::{PeriodCount, Standing, Unaccounted};

use crate::coverage::{Coverage, percent};

/// A part and what it is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The part.
    pub count: u64,
    /// What it is a part of.
    pub of: u64,
    /// In percent, two decimals, `n/a` of nothing.
    pub percent: String,
}

impl Share {
    fn new(count: u64, of: u64) -> Self {
        Self { count, of, percent: percent(count, of) }
    }
}

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
}

impl MonthlyReport {
    /// Puts the report of a period together.
    pub fn new(
        (from, to): (Date, Date),
        counts: &[PeriodCount],
        unaccounted: Vec<Unaccounted>,
        coverage: &Coverage,
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
        Self {
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
            digitized_full: Share::new(coverage.digitized_full, coverage.received),
            digitized_any: Share::new(coverage.digitized_any, coverage.received),
        }
    }

    /// What came in less what the lines account for: dossiers that stand nowhere.
    pub fn remainder(&self) -> u64 {
        let accounted = self.resolved + self.in_process + self.overdue + self.waiting + self.returned + self.stopped;
        self.handled - accounted
    }

    /// The report in Vietnamese, in the order of the printed one.
    pub fn lines(&self) -> String {
        let day = |d: Date| d.strftime("%d/%m/%Y").to_string();
        let share =
            |s: &Share| format!("{} trên {} ({} %)", number(s.count), number(s.of), s.percent.replace('.', ","));
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
            share(&self.on_time),
            share(&self.late),
            number(self.in_process),
            number(self.overdue),
            number(self.waiting),
            number(self.returned),
            number(self.stopped),
        );
        let remainder = self.remainder();
        lines += &format!("KHÔNG RÕ TRẠNG THÁI                {}\n\n", number(remainder));
        lines += &format!("Nộp trực tuyến, trên số tiếp nhận mới   {}\n", share(&self.online));
        for d in &self.departments {
            lines += &format!("  {}: {}\n", d.agency, share(&d.online));
        }
        lines += &format!("Qua bưu chính công ích                  {}\n", share(&self.post));
        lines += &format!("Số hóa đầy đủ                           {}\n", share(&self.digitized_full));
        lines += &format!("Số hóa theo chỉ số QĐ 766               {}\n", share(&self.digitized_any));
        if remainder > 0 {
            lines += &format!("\n{} hồ sơ không rõ trạng thái:\n", number(remainder));
            for u in &self.unaccounted {
                lines += &format!("  {}  {}\n", u.dossier, reason(&u.code));
            }
        }
        lines
    }
}

fn reason(code: &str) -> &str {
    match code {
        "no-state" => "sổ không ghi trạng thái",
        "done-at-no-day" => "đã xong nhưng sổ không ghi ngày",
        "left-at-no-day" => "trả lại, rút hoặc dừng nhưng sổ không ghi ngày",
        "open-and-finished" => "sổ ghi ngày xong nhưng trạng thái là đang giải quyết",
        other => other,
    }
}

/// In groups of three, with points.
fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_points() {
        assert_eq!([0, 999, 1000, 21_969, 1_000_000].map(number), ["0", "999", "1.000", "21.969", "1.000.000"]);
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
        let report = MonthlyReport::new(days, &counts, lost, &crate::coverage(&[]));
        assert_eq!((report.handled, report.new, report.carried_over, report.remainder()), (5, 4, 1, 1));
        assert_eq!(report.on_time.percent, "75.00");
        let lines = report.lines();
        assert!(
            lines.contains("3 trên 4 (75,00 %)") && lines.contains("H41-230615-0001  sổ không ghi trạng thái"),
            "{lines}"
        );
    }
}
