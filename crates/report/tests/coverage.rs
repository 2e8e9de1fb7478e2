//! Coverage by SQL against coverage by its definitions: random registers with random histories, everything counted once more from
//! the plain rows with sets and loops.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "coverage/brute_force.rs"]
mod brute_force;
#[path = "coverage/history.rs"]
mod history;

use brute_force::Plain;
use history::{History, Scoped, history, scope};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sohoa_domain::ComponentKind;
use sohoa_report::coverage;
use sohoa_store::{CoverageBy, LateAfter, Records as _, SqliteRecords};

/// Registers that are tried.
const CASES: u32 = 512;

#[test]
fn coverage_by_sql_is_coverage_by_its_definitions() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(ProptestConfig { cases: CASES, ..ProptestConfig::default() });
    let inputs = (history(), proptest::collection::vec(scope(), 3), 0i64..72);
    let done = runner.run(&inputs, |(history, scopes, hours)| {
        runtime.block_on(compare(&history, &scopes, LateAfter::from_hours(hours)))
    });
    done.unwrap();
}

/// A file in memory where the system has a place for such files: nothing here is to outlive the test.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

async fn compare(history: &History, scopes: &[Scoped], late: LateAfter) -> Result<(), TestCaseError> {
    let folder = scratch();
    let records = SqliteRecords::open(&folder.path().join("sohoa.db")).await.unwrap();
    history.play(&records).await;
    let plain = Plain::read(&records).await;
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
