//! Coverage: digitized against received, by both definitions of Quyết định 766/QĐ-TTg (index 4.2) and the strict one.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::{ComponentId, ComponentKind, DossierCode, DossierEntry};

/// Figures for one set of dossiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Dossiers in scope: refused (3) and withdrawn (7) ones are not.
    pub received: u64,
    /// Dossiers with a component attached and, where a result is due, a result attached.
    pub digitized_any: u64,
    /// Dossiers with every due component and due result attached; one with nothing due is full.
    pub digitized_full: u64,
    /// Components and results that are exempt with a reason.
    pub exempt: u64,
    /// `digitized_any` of `received`, two decimals, `n/a` when nothing was received.
    pub any_percent: String,
    /// `digitized_full` of `received`, two decimals, `n/a` when nothing was received.
    pub full_percent: String,
    /// What is due and not attached.
    pub missing: Vec<Missing>,
}

/// A dossier that is not full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Dossier.
    pub dossier: DossierCode,
    /// Its due components and results that are not attached.
    pub components: Vec<ComponentId>,
}

/// What dossiers are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Agency that handles them.
    Agency,
    /// Receiving counter, with its agency.
    Counter,
    /// Day of reception.
    Day,
    /// Month of reception, `2023-06`.
    Month,
    /// Quarter of reception, `2023-Q2`.
    Quarter,
    /// Procedure.
    Procedure,
    /// How they were filed.
    Channel,
}

impl FromStr for By {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "agency" => Self::Agency,
            "counter" => Self::Counter,
            "day" => Self::Day,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "procedure" => Self::Procedure,
            "channel" => Self::Channel,
            _ => return Err("not one of agency, counter, day, month, quarter, procedure, channel".to_owned()),
        })
    }
}

impl By {
    /// The group of a dossier; empty when the register does not say.
    fn key(self, dossier: &DossierEntry) -> String {
        let day = |form: fn(Date) -> String| dossier.received.map(|at| form(at.date())).unwrap_or_default();
        match self {
            Self::Agency => dossier.agency.clone(),
            Self::Counter if dossier.agency.is_empty() => dossier.counter.clone(),
            Self::Counter => format!("{}, {}", dossier.agency, dossier.counter),
            Self::Day => day(|d| d.to_string()),
            Self::Month => day(|d| format!("{:04}-{:02}", d.year(), d.month())),
            Self::Quarter => day(|d| format!("{:04}-Q{}", d.year(), (d.month() + 2) / 3)),
            Self::Procedure => dossier.procedure.as_ref().map(ToString::to_string).unwrap_or_default(),
            Self::Channel => dossier.channel.map(|c| c.as_str().to_owned()).unwrap_or_default(),
        }
    }
}

/// Figures for one group of dossiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What they have in common; empty when the register does not say.
    pub key: String,
    /// Its figures.
    #[serde(flatten)]
    pub coverage: Coverage,
}

/// Counts dossiers group by group, in order of key. Each is in exactly one group.
pub fn coverage_by(rows: &[(DossierEntry, Vec<ComponentId>)], by: By) -> Vec<Group> {
    let mut groups: BTreeMap<String, Vec<&(DossierEntry, Vec<ComponentId>)>> = BTreeMap::new();
    for row in rows {
        groups.entry(by.key(&row.0)).or_default().push(row);
    }
    let group = |(key, rows): (String, Vec<_>)| Group { key, coverage: count(rows.into_iter()) };
    groups.into_iter().map(group).filter(|group| group.coverage.received > 0).collect()
}

/// Counts dossiers, each with the ids of its attached components.
pub fn coverage(rows: &[(DossierEntry, Vec<ComponentId>)]) -> Coverage {
    count(rows.iter())
}

fn count<'a>(rows: impl Iterator<Item = &'a (DossierEntry, Vec<ComponentId>)>) -> Coverage {
    let (mut received, mut any, mut full, mut exempt) = (0, 0, 0, 0);
    let mut missing = Vec::new();
    for (dossier, attached) in rows.filter(|(d, _)| d.status.is_none_or(|s| s.in_scope())) {
        received += 1;
        exempt += dossier.components.iter().filter(|c| c.exempt_reason.is_some()).count() as u64;
        let is_there = |id: &ComponentId| attached.contains(id);
        let has = |kind| dossier.components.iter().any(|c| c.kind == kind && is_there(&c.id));
        let result_due = dossier.components.iter().any(|c| c.kind == ComponentKind::Result && c.is_due());
        any += u64::from(has(ComponentKind::Component) && (!result_due || has(ComponentKind::Result)));
        let lacking = dossier.components.iter().filter(|c| c.is_due() && !is_there(&c.id));
        let components: Vec<ComponentId> = lacking.map(|c| c.id.clone()).collect();
        if components.is_empty() {
            full += 1;
        } else {
            missing.push(Missing { dossier: dossier.code.clone(), components });
        }
    }
    Coverage {
        received,
        digitized_any: any,
        digitized_full: full,
        exempt,
        any_percent: percent(any, received),
        full_percent: percent(full, received),
        missing,
    }
}

/// `part` of `whole` in percent with two decimals, rounded half up; 100.00 only when it is all.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "n/a".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let mut hundredths = (part * 20_000 + whole) / (whole * 2);
    if hundredths == 10_000 && part < whole {
        hundredths = 9_999;
    }
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sohoa_domain::{Channel, ComponentEntry, DossierStatus};

    fn dossier(status: Option<u8>, components: &[(ComponentKind, bool, bool)]) -> DossierEntry {
        let component = |(i, (kind, required, exempt)): (usize, &(ComponentKind, bool, bool))| ComponentEntry {
            id: format!("C{i}").parse().unwrap(),
            name: String::new(),
            kind: *kind,
            required: *required,
            exempt_reason: exempt.then(|| "bản chụp".to_owned()),
        };
        DossierEntry {
            code: "H41-230615-0001".parse().unwrap(),
            procedure: None,
            agency: String::new(),
            counter: String::new(),
            channel: None,
            applicant: String::new(),
            received: None,
            due: None,
            finished: None,
            returned: None,
            return_channel: None,
            status: status.map(|s| DossierStatus::new(s).unwrap()),
            components: components.iter().enumerate().map(component).collect(),
        }
    }

    fn ids(numbers: &[usize]) -> Vec<ComponentId> {
        numbers.iter().map(|n| format!("C{n}").parse().unwrap()).collect()
    }

    #[test]
    fn both_definitions() {
        use ComponentKind::{Component, Result};
        let two_and_result = [(Component, true, false), (Component, true, false), (Result, true, false)];
        let figures = |d: DossierEntry, attached: &[usize]| {
            let c = coverage(&[(d, ids(attached))]);
            (c.received, c.digitized_any, c.digitized_full)
        };
        assert_eq!(figures(dossier(None, &two_and_result), &[0, 1, 2]), (1, 1, 1));
        assert_eq!(figures(dossier(None, &two_and_result), &[0, 2]), (1, 1, 0));
        assert_eq!(figures(dossier(None, &two_and_result), &[0, 1]), (1, 0, 0));
        assert_eq!(figures(dossier(None, &[]), &[]), (1, 0, 1));
        assert_eq!(figures(dossier(None, &[(Component, true, true)]), &[]), (1, 0, 1));
        assert_eq!(figures(dossier(Some(7), &two_and_result), &[]), (0, 0, 0));
        assert_eq!(coverage(&[(dossier(None, &two_and_result), ids(&[1]))]).missing[0].components, ids(&[0, 2]));
    }

    #[test]
    fn each_dossier_is_in_one_group_by_what_it_is_grouped_by() {
        let received = |day: Option<Date>, channel| {
            let mut entry = dossier(Some(4), &[]);
            (entry.received, entry.channel) = (day.map(|d| d.at(8, 0, 0, 0)), channel);
            (entry, ids(&[]))
        };
        let date = jiff::civil::date;
        let rows = [
            received(Some(date(2023, 6, 30)), Some(Channel::Post)),
            received(Some(date(2023, 7, 1)), Some(Channel::Post)),
            received(None, None),
        ];
        let keys = |by| coverage_by(&rows, by).into_iter().map(|g| (g.key, g.coverage.received)).collect::<Vec<_>>();
        let group = |key: &str, n| (key.to_owned(), n);
        assert_eq!(keys(By::Month), [group("", 1), group("2023-06", 1), group("2023-07", 1)]);
        assert_eq!(keys(By::Quarter), [group("", 1), group("2023-Q2", 1), group("2023-Q3", 1)]);
        assert_eq!(keys(By::Channel), [group("", 1), group("post", 2)]);
        assert_eq!(keys(By::Agency), [group("", 3)]);
    }

    #[test]
    fn the_json_has_the_agreed_names() {
        use ComponentKind::{Component, Result};
        let d = dossier(Some(4), &[(Component, true, false), (Component, true, true), (Result, true, false)]);
        let json = serde_json::to_value(coverage(&[(d, ids(&[0]))])).unwrap();
        let expected = serde_json::json!({
            "received": 1, "digitized_any": 0, "digitized_full": 0, "exempt": 1,
            "any_percent": "0.00", "full_percent": "0.00",
            "missing": [{"dossier": "H41-230615-0001", "components": ["C2"]}],
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn percentages_never_round_up_to_all() {
        assert_eq!(percent(0, 0), "n/a");
        assert_eq!(percent(1, 3), "33.33");
        assert_eq!(percent(2, 3), "66.67");
        assert_eq!(percent(999_999, 1_000_000), "99.99");
        assert_eq!(percent(3993, 17_789), "22.45");
        assert_eq!(percent(5, 5), "100.00");
    }

    proptest! {
        /// The definitions once more, by sets in place of loops.
        #[test]
        fn equals_the_definitions(rows in proptest::collection::vec(
            (proptest::option::of(1u8..=10),
             proptest::collection::vec((any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()), 0..5)), 0..30)
        ) {
            let kind = |is_result: bool| if is_result { ComponentKind::Result } else { ComponentKind::Component };
            let input: Vec<_> = rows.iter().map(|(status, parts)| {
                let parts_of: Vec<_> = parts.iter().map(|(r, q, e, _)| (kind(*r), *q, *e)).collect();
                let there: Vec<usize> = (0..parts.len()).filter(|i| parts[*i].3).collect();
                (dossier(*status, &parts_of), ids(&there))
            }).collect();
            let in_scope: Vec<_> = rows.iter().filter(|(s, _)| !matches!(s, Some(3 | 7))).collect();
            let full = in_scope.iter().filter(|(_, parts)| parts.iter().all(|(_, q, e, there)| !q || *e || *there)).count();
            let any = in_scope.iter().filter(|(_, parts)| {
                parts.iter().any(|(r, _, _, there)| !r && *there)
                    && (!parts.iter().any(|(r, q, e, _)| *r && *q && !e) || parts.iter().any(|(r, _, _, there)| *r && *there))
            }).count();
            let got = coverage(&input);
            prop_assert_eq!((got.received, got.digitized_any, got.digitized_full),
                (in_scope.len() as u64, any as u64, full as u64));
            prop_assert_eq!(got.missing.len() as u64, got.received - got.digitized_full);
        }
    }
}
