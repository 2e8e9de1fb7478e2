//! Coverage by SQL against coverage by its definitions: random registers with random histories, everything counted once more from
//! the plain rows with sets and loops.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "coverage/brute_force.rs"]
mod brute_force;
#[path = "coverage/history.rs"]
mod history;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use brute_force::Plain;
use history::{History, Scoped, history, scope};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sohoa_domain::ComponentKind;
use sohoa_report::coverage;
use sohoa_store::{
    CoverageBy, CoverageList, CoveragePage, CoverageScope, CoveredDossier, LateAfter, Records as _, SqliteRecords,
};

/// Registers that are tried.
const CASES: u32 = 512;

#[test]
fn coverage_by_sql_is_coverage_by_its_definitions() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(ProptestConfig { cases: CASES, ..ProptestConfig::default() });
    let seen = RefCell::new(BTreeMap::new());
    let inputs = (history(), proptest::collection::vec(scope(), 3), 0i64..72);
    let done = runner.run(&inputs, |(history, scopes, hours)| {
        runtime.block_on(compare(&history, &scopes, LateAfter::from_hours(hours), &seen))
    });
    done.unwrap();
    // What never came up was not compared.
    let seen = seen.into_inner();
    for what in [
        "Incomplete",
        "InReview",
        "Pending",
        "Unassigned",
        "Rejected",
        "NotScanned",
        "excluded",
        "reused",
        "reused in vain",
        "handed over",
        "late",
        "exempt",
        "full",
        "any and not full",
        "done with result",
        "done without result",
        "orphan",
    ] {
        assert!(seen.get(what).is_some_and(|registers| *registers >= 20), "{what} in too few registers: {seen:?}");
    }
}

/// In how many registers something came up.
type Seen = RefCell<BTreeMap<String, u32>>;

fn note(seen: &Seen, plain: &Plain, late: LateAfter) {
    let all = CoverageScope::default();
    let c = plain.counts(&all, late);
    let missing = plain.missing(&all, None);
    let mut came_up: BTreeSet<String> =
        missing.iter().flat_map(|m| &m.papers).map(|paper| format!("{:?}", paper.reason)).collect();
    let figures = [
        ("excluded", c.excluded),
        ("reused", c.reused),
        ("reused in vain", plain.reused_in_vain() as u64),
        ("handed over", c.handed_over),
        ("late", c.late),
        ("exempt", c.exempt),
        ("full", c.digitized_full),
        ("any and not full", c.digitized_any.saturating_sub(c.digitized_full)),
        ("done with result", c.done_with_result),
        ("done without result", c.done - c.done_with_result),
        ("orphan", plain.orphans().len() as u64),
    ];
    came_up.extend(figures.into_iter().filter(|(_, n)| *n > 0).map(|(what, _)| what.to_owned()));
    for what in came_up {
        *seen.borrow_mut().entry(what).or_default() += 1;
    }
}

/// A file in memory where the system has a place for such files: nothing here is to outlive the test.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The dossiers of a list, a few at a time.
async fn listed(
    records: &SqliteRecords,
    scope: &CoverageScope,
    group: Option<(CoverageBy, String)>,
    list: CoverageList,
) -> Vec<CoveredDossier> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = CoveragePage { scope: scope.clone(), group: group.clone(), list, after, most: 5 };
        let stretch = records.covered(&page).await.unwrap();
        let Some(last) = stretch.last() else { return all };
        after = Some(last.missing.dossier.clone());
        all.extend(stretch);
    }
}

/// Behind every figure stand as many dossiers as it says.
async fn compare_lists(
    records: &SqliteRecords,
    plain: &Plain,
    scope: &CoverageScope,
    late: LateAfter,
) -> Result<(), TestCaseError> {
    let c = plain.counts(scope, late);
    for (list, figure) in [
        (CoverageList::Received, c.received),
        (CoverageList::Excluded, c.excluded),
        (CoverageList::Full, c.digitized_full),
        (CoverageList::Any, c.digitized_any),
        (CoverageList::NotAny, c.received - c.digitized_any),
        (CoverageList::Late(late), c.late),
        (CoverageList::DoneWithResult, c.done_with_result),
        (CoverageList::Reused, c.reused),
        (CoverageList::HandedOver, c.handed_over),
    ] {
        prop_assert_eq!(listed(records, scope, None, list).await.len() as u64, figure, "{:?} {:?}", list, scope);
    }
    let missing = listed(records, scope, None, CoverageList::Missing).await.into_iter().map(|d| d.missing);
    prop_assert_eq!(missing.collect::<Vec<_>>(), plain.missing(scope, None), "{:?}", scope);
    let results = listed(records, scope, None, CoverageList::ResultMissing).await.len();
    prop_assert_eq!(results, plain.missing(scope, Some(ComponentKind::Result)).len());
    let exempt = listed(records, scope, None, CoverageList::Exempt).await.into_iter().flat_map(|d| d.exempt);
    prop_assert_eq!(exempt.collect::<Vec<_>>(), plain.exempt(scope));
    let reasons = records.exempt_reasons(scope).await.unwrap();
    prop_assert_eq!(reasons.iter().map(|(_, n)| n).sum::<u64>(), c.exempt);
    for by in [CoverageBy::Counter, CoverageBy::Quarter, CoverageBy::Channel] {
        for (key, counts) in plain.groups(scope, by, late) {
            let group = listed(records, scope, Some((by, key)), CoverageList::Received).await;
            prop_assert_eq!(group.len() as u64, counts.received, "{:?} {:?}", by, scope);
        }
    }
    Ok(())
}

async fn compare(history: &History, scopes: &[Scoped], late: LateAfter, seen: &Seen) -> Result<(), TestCaseError> {
    let folder = scratch();
    let records = SqliteRecords::open(&folder.path().join("sohoa.db")).await.unwrap();
    history.play(&records).await;
    let plain = Plain::read(&records).await;
    note(seen, &plain, late);
    for scope in scopes.iter().map(Scoped::scope).take(1) {
        compare_lists(&records, &plain, &scope, late).await?;
    }
    for scope in scopes.iter().map(Scoped::scope) {
        for by in CoverageBy::ALL.map(|(by, _)| Some(by)).into_iter().chain([None]) {
            let report = coverage(&records, &scope, by, late).await.unwrap();
            prop_assert_eq!(report.coverage.counts, plain.counts(&scope, late), "{:?}", &scope);
            let groups = report.groups.map(|groups| groups.into_iter().map(|g| (g.key, g.coverage.counts)).collect());
            prop_assert_eq!(groups, by.map(|by| plain.groups(&scope, by, late)), "{:?} {:?}", by, &scope);
            let ratios = report.coverage.ratios;
            let ratios = [ratios.electronic_results, ratios.digitized, ratios.reused, ratios.shared];
            prop_assert_eq!(ratios.map(|r| (r.share.count, r.share.of)), plain.ratios(&scope));
        }
        for kind in [None, Some(ComponentKind::Component), Some(ComponentKind::Result)] {
            let mut missing = Vec::new();
            let mut each = |dossier| {
                missing.push(dossier);
                true
            };
            records.missing(&scope, kind, &mut each).await.unwrap();
            prop_assert_eq!(missing, plain.missing(&scope, kind), "{:?}", &scope);
        }
        prop_assert_eq!(records.exempt(&scope).await.unwrap(), plain.exempt(&scope));
        prop_assert_eq!(records.late(&scope, late).await.unwrap(), plain.late(&scope, late));
    }
    prop_assert_eq!(records.orphans().await.unwrap(), plain.orphans());
    prop_assert_eq!(records.self_check().await.unwrap(), Vec::<String>::new());
    records.close().await;
    Ok(())
}
