//! Sums over the facts of coverage: kept by month of reception (`coverage_sum`), made on the spot for days.

use jiff::civil::Date;
use sqlx::SqliteConnection;

use crate::records::{CoverageBy, CoverageScope, StoreError};

/// What the rows of `coverage` are summed up by: the key of `coverage_sum`, the month under the name of the day.
const KEY: [&str; 5] = ["substr(day, 1, 7) AS month", "agency", "counter", "coalesce(channel, '')", "in_scope"];

/// Numbers of dossiers and papers with what they are in a row of `coverage`.
const SUMS: [(&str, &str); 12] = [
    ("dossiers", "1"),
    ("digitized", "digitized"),
    ("full", "there = due"),
    ("exempt", "exempt"),
    ("due", "due"),
    ("there", "there"),
    ("results_due", "results_due"),
    ("results_there", "results_there"),
    ("done", "done AND results_due > 0"),
    ("done_with_result", "done AND results_due > 0 AND has_result"),
    ("reused", "reused > 0"),
    ("handed_over", "handed_over AND digitized"),
];

fn listed(part: impl FnMut(&(&str, &str)) -> String) -> String {
    SUMS.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// The columns themselves.
pub(super) fn names() -> String {
    listed(|(name, _)| (*name).to_owned())
}

/// Sums of columns that are named as in `coverage_sum`, under the same names.
pub(super) fn totals() -> String {
    listed(|(name, _)| format!("sum({name}) AS {name}"))
}

/// What one row of `coverage` adds, under the names of `coverage_sum`.
pub(super) fn of_one() -> String {
    listed(|(name, value)| format!("{value} AS {name}"))
}

/// Adds the dossiers whose codes are in a JSON array to the sums as they stand in `coverage`, or takes them away.
pub(in crate::sqlite) async fn change(conn: &mut SqliteConnection, asked: &str, by: Change) -> Result<(), StoreError> {
    let sign = match by {
        Change::Add => "",
        Change::Take => "-",
    };
    let sql = format!(
        "INSERT INTO coverage_sum SELECT {key}, {} FROM coverage WHERE dossier IN (SELECT value FROM json_each(?1)) \
         GROUP BY 1, 2, 3, 4, 5 ON CONFLICT DO UPDATE SET {}",
        listed(|(_, value)| format!("{sign}sum({value})")),
        listed(|(name, _)| format!("{name} = {name} + excluded.{name}")),
        key = KEY.join(", "),
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(asked).execute(conn).await?;
    Ok(())
}

/// Which way the sums change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::sqlite) enum Change {
    Add,
    Take,
}

/// Months whose sums are not those of their dossiers.
pub(in crate::sqlite) async fn check(conn: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    let stand = "SELECT * FROM coverage_sum WHERE dossiers <> 0";
    let (key, sums) = (KEY.join(", "), listed(|(_, value)| format!("sum({value})")));
    let follow = format!("SELECT {key}, {sums} FROM coverage GROUP BY 1, 2, 3, 4, 5");
    let sql = format!(
        "SELECT day FROM (SELECT * FROM ({stand}) EXCEPT SELECT * FROM ({follow})) UNION \
         SELECT month FROM (SELECT * FROM ({follow}) EXCEPT SELECT * FROM ({stand}))"
    );
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?)
}

/// Where the dossiers of a period are counted: its whole months from their sums, the days before and behind one by one; all of it one
/// by one when days or procedures are asked for, of which the sums say nothing.
#[derive(Debug, PartialEq)]
pub(super) struct Stretches {
    /// First and last whole month, as far as there is a bound; `None` without a whole month.
    pub(super) months: Option<(Option<String>, Option<String>)>,
    /// First and last day of what is left.
    pub(super) days: Vec<(Option<Date>, Option<Date>)>,
}

impl Stretches {
    pub(super) fn of(scope: &CoverageScope, by: Option<CoverageBy>) -> Self {
        let alone = Self { months: None, days: vec![(scope.from, scope.to)] };
        if scope.procedure.is_some() || matches!(by, Some(CoverageBy::Day | CoverageBy::Procedure)) {
            return alone;
        }
        let mut days = Vec::new();
        let mut first = scope.from.map(Date::first_of_month);
        if let (Some(from), Some(month)) = (scope.from, first)
            && from != month
        {
            days.push((scope.from, Some(from.last_of_month())));
            let Ok(next) = from.last_of_month().tomorrow() else { return alone };
            first = Some(next);
        }
        let mut last = scope.to.map(Date::last_of_month);
        if let (Some(to), Some(month)) = (scope.to, last)
            && to != month
        {
            days.push((Some(to.first_of_month()), scope.to));
            let Ok(before) = to.first_of_month().yesterday() else { return alone };
            last = Some(before);
        }
        match (first, last) {
            (Some(first), Some(last)) if last < first => alone,
            _ => {
                let month = |day: Date| day.strftime("%Y-%m").to_string();
                Self { months: Some((first.map(month), last.map(month))), days }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(from: &str, to: &str) -> Stretches {
        let day = |text: &str| text.parse().ok();
        Stretches::of(&CoverageScope { from: day(from), to: day(to), ..Default::default() }, None)
    }

    fn days(stretches: &Stretches) -> Vec<String> {
        let text = |day: Option<Date>| day.map(|d| d.to_string()).unwrap_or_default();
        stretches.days.iter().map(|(from, to)| format!("{}..{}", text(*from), text(*to))).collect()
    }

    fn months(stretches: &Stretches) -> Option<String> {
        let (first, last) = stretches.months.as_ref()?;
        Some(format!("{}..{}", first.as_deref().unwrap_or_default(), last.as_deref().unwrap_or_default()))
    }

    #[test]
    fn whole_months_are_summed_and_the_days_around_them_counted() {
        for (from, to, whole, around) in [
            ("", "", Some(".."), vec![]),
            ("2023-06-01", "2023-06-30", Some("2023-06..2023-06"), vec![]),
            ("2023-06-01", "", Some("2023-06.."), vec![]),
            ("", "2024-02-28", Some("..2024-01"), vec!["2024-02-01..2024-02-28"]),
            ("", "2023-02-28", Some("..2023-02"), vec![]),
            (
                "2023-05-15",
                "2023-07-14",
                Some("2023-06..2023-06"),
                vec!["2023-05-15..2023-05-31", "2023-07-01..2023-07-14"],
            ),
            ("2023-05-15", "2023-06-14", None, vec!["2023-05-15..2023-06-14"]),
            ("2023-05-02", "2023-05-03", None, vec!["2023-05-02..2023-05-03"]),
            ("2023-06-10", "2023-06-02", None, vec!["2023-06-10..2023-06-02"]),
            ("2022-12-31", "2023-02-28", Some("2023-01..2023-02"), vec!["2022-12-31..2022-12-31"]),
            ("9999-12-02", "", None, vec!["9999-12-02.."]),
        ] {
            let stretches = stretches(from, to);
            assert_eq!(
                (months(&stretches).as_deref(), days(&stretches)),
                (whole, around.iter().map(ToString::to_string).collect()),
                "{from} {to}"
            );
        }
    }
}
