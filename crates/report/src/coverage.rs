//! Coverage: digitized against received, by the definition of Quyết định 766/QĐ-TTg (index 4.2) and the strict one, with the other
//! ratios of that index.

use serde::Serialize;
use sohoa_domain::ComponentId;
use sohoa_store::{
    CoverageBy, CoverageCounts, CoverageGroup, CoverageScope, DataTime, LateAfter, MissingPapers, Orphan, Records,
    StoreError,
};

use crate::figures::{Share, percent};

mod text;

pub use text::{missing_line, reason, result_line};

/// Figures for one set of dossiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// What was counted.
    #[serde(flatten)]
    pub counts: CoverageCounts,
    /// `digitized_any` of `received`, two decimals, `n/a` when nothing was received.
    pub any_percent: String,
    /// `digitized_full` of `received`, two decimals, `n/a` when nothing was received.
    pub full_percent: String,
    /// The four ratios of the index.
    pub ratios: Ratios,
}

impl From<CoverageCounts> for Coverage {
    fn from(counts: CoverageCounts) -> Self {
        let c = &counts;
        Self {
            any_percent: percent(c.digitized_any, c.received),
            full_percent: percent(c.digitized_full, c.received),
            ratios: Ratios {
                electronic_results: Ratio::new(&ELECTRONIC_RESULTS, c.done_with_result, c.done),
                digitized: Ratio::new(&DIGITIZED, c.digitized_any, c.received),
                reused: Ratio::new(&REUSED, c.reused, c.received),
                shared: Ratio::new(&SHARED, c.handed_over, c.digitized_any),
            },
            counts,
        }
    }
}

/// The four ratios of the index. docs/COVERAGE.md says which of their definitions were read in a public source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ratios {
    /// Done dossiers whose result exists in electronic form.
    pub electronic_results: Ratio,
    /// Digitized dossiers, by the definition of the index.
    pub digitized: Ratio,
    /// Dossiers for which a paper was reused.
    pub reused: Ratio,
    /// Digitized dossiers that other systems were given.
    pub shared: Ratio,
}

/// A ratio that says what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ratio {
    /// Its Vietnamese name.
    pub name: &'static str,
    /// What is counted.
    pub numerator: &'static str,
    /// What it is counted of.
    pub denominator: &'static str,
    /// The figures.
    #[serde(flatten)]
    pub share: Share,
}

impl Ratio {
    fn new([name, numerator, denominator]: &[&'static str; 3], count: u64, of: u64) -> Self {
        Self { name, numerator, denominator, share: Share::new(count, of) }
    }
}

/// Name, numerator, denominator.
const ELECTRONIC_RESULTS: [&str; 3] = [
    "Kết quả điện tử",
    "hồ sơ đã giải quyết có kết quả đã số hóa",
    "hồ sơ đã giải quyết (trạng thái 9, 10) phải có kết quả",
];
const DIGITIZED: [&str; 3] = ["Hồ sơ số hóa", "hồ sơ số hóa theo chỉ số 4.2", "hồ sơ tiếp nhận trong phạm vi"];
const REUSED: [&str; 3] =
    ["Tái sử dụng", "hồ sơ có giấy tờ tái sử dụng từ hồ sơ khác", "hồ sơ tiếp nhận trong phạm vi"];
const SHARED: [&str; 3] =
    ["Chia sẻ dữ liệu", "hồ sơ số hóa đã chuyển giấy tờ sang hệ thống khác", "hồ sơ số hóa theo chỉ số 4.2"];

/// Figures for one group of dossiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What they have in common; empty when the register does not say.
    pub key: String,
    /// Its figures.
    #[serde(flatten)]
    pub coverage: Coverage,
}

/// What the figures mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Definitions {
    /// The definition of the index.
    pub any: &'static str,
    /// The strict one.
    pub full: &'static str,
    /// Which dossiers are looked at at all.
    pub scope: &'static str,
}

/// Ours.
pub(crate) const DEFINITIONS: Definitions = Definitions {
    any: "có ít nhất một thành phần đã gắn và, khi phải có kết quả, một kết quả đã gắn (chỉ số 4.2, QĐ 766/QĐ-TTg)",
    full: "mọi thành phần và kết quả phải số hóa đều đã gắn",
    scope: "hồ sơ tiếp nhận trong kỳ, trừ hồ sơ bị từ chối (3) và đã rút (7)",
};

/// Coverage of a scope with all that is needed to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageReport {
    /// Period and filters.
    #[serde(flatten)]
    pub scope: CoverageScope,
    /// What the figures mean.
    pub definition: Definitions,
    /// How old the records are.
    pub data_time: DataTime,
    /// A scan is late so many hours after reception.
    pub late_hours: i64,
    /// The figures.
    #[serde(flatten)]
    pub coverage: Coverage,
    /// What they are grouped by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<CoverageBy>,
    /// Figures group by group, without groups of which nothing is in scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<Group>>,
    /// Codes that documents hang on and the register does not know, of any time.
    pub orphans: Vec<Orphan>,
}

/// Counts a scope, and its groups when it is to be grouped.
pub async fn coverage(
    records: &dyn Records,
    scope: &CoverageScope,
    by: Option<CoverageBy>,
    late: LateAfter,
) -> Result<CoverageReport, StoreError> {
    let counted = records.coverage(scope, by, late).await?;
    let group = |CoverageGroup { key, counts }: CoverageGroup| Group { key, coverage: counts.into() };
    let total = counted.iter().fold(CoverageCounts::default(), |sum, group| sum + group.counts);
    let groups = counted.into_iter().filter(|group| group.counts.received > 0).map(group);
    Ok(CoverageReport {
        scope: scope.clone(),
        definition: DEFINITIONS,
        data_time: records.data_time().await?,
        late_hours: late.as_hours(),
        coverage: total.into(),
        groups: by.map(|_| groups.collect()),
        by,
        orphans: records.orphans().await?,
    })
}

/// A dossier that is not full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Its due components and results that are not there.
    pub components: Vec<ComponentId>,
    /// The dossier, and why each of them is not there.
    #[serde(flatten)]
    pub dossier: MissingPapers,
}

impl From<MissingPapers> for Missing {
    fn from(dossier: MissingPapers) -> Self {
        Self { components: dossier.papers.iter().map(|paper| paper.component.clone()).collect(), dossier }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_has_the_agreed_names() {
        let counts =
            CoverageCounts { received: 3, digitized_any: 2, digitized_full: 1, exempt: 4, ..Default::default() };
        let json = serde_json::to_value(Coverage::from(counts)).unwrap();
        for (name, figure) in [("received", 3), ("digitized_any", 2), ("digitized_full", 1), ("exempt", 4)] {
            assert_eq!(json[name], figure, "{name}");
        }
        assert_eq!((&json["any_percent"], &json["full_percent"]), (&"66.67".into(), &"33.33".into()));
        let digitized = &json["ratios"]["digitized"];
        assert_eq!((&digitized["count"], &digitized["of"]), (&2.into(), &3.into()));
        assert_eq!(digitized["denominator"], "hồ sơ tiếp nhận trong phạm vi");
        let missing = Missing::from(MissingPapers {
            dossier: "H41-230615-0001".parse().unwrap(),
            agency: String::new(),
            counter: String::new(),
            received: None,
            finished: None,
            papers: Vec::new(),
        });
        let json = serde_json::to_value(missing).unwrap();
        assert_eq!((&json["dossier"], &json["components"]), (&"H41-230615-0001".into(), &serde_json::json!([])));
    }
}
