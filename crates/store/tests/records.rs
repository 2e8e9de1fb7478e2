//! The conformance suite on SQLite, and what concerns SQLite alone.

// Nothing here runs outside of tests, though helpers have no #[test] of their own.
#![allow(clippy::unwrap_used, clippy::panic)]

mod conformance;

use std::path::Path;
use std::sync::Arc;

use conformance::support::*;
use proptest::prelude::*;
use sohoa_domain::{AttachmentState, FileState};
use sohoa_store::{Records, SearchQuery, SqliteRecords, StoreError};
use sqlx::{Connection as _, SqliteConnection};

macro_rules! on_sqlite {
    ($($part:ident: $($name:ident)*;)*) => {$($(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let folder = tempfile::tempdir().unwrap();
            let records = SqliteRecords::open(&folder.path().join("sohoa.db")).await.unwrap();
            conformance::$part::$name(Arc::new(records)).await;
        }
    )*)*};
}

on_sqlite! {
    files:
        an_accepted_file_is_pending_with_a_job_and_an_event
        the_very_same_file_again_writes_nothing
        a_refusal_is_rejected_once
        files_are_listed_by_batch_and_state
        an_inbox_has_one_batch_a_day
        a_file_needs_its_batch;
    queue:
        jobs_come_oldest_first_and_those_of_inboxes_before
        a_batch_can_be_worked_alone
        a_lease_that_ran_out_goes_to_another_and_the_first_writes_nothing
        a_heartbeat_keeps_the_lease
        a_job_given_back_waits
        a_clock_set_back_holds_nothing_up
        a_clock_set_forward_lets_one_commit
        an_attempt_put_off_is_not_counted
        attempts_that_are_used_up_go_to_a_person
        jobs_of_workers_that_are_gone_are_due_at_once
        the_same_bytes_are_in_work_once
        workers_never_share_a_job;
    batches:
        a_batch_says_what_came_of_its_files
        the_jobs_of_a_paused_batch_wait_and_no_counter_does
        what_was_put_into_the_queue_again_together_is_taken_back_together;
    completion:
        a_document_comes_back_as_it_was_given
        review_keeps_its_reason_and_counts_its_pages
        pages_that_do_not_add_up_are_not_taken
        a_document_that_stands_makes_the_second_file_a_duplicate
        ordinals_are_given_once
        times_keep_their_microseconds;
    decisions:
        an_undone_decision_brings_back_the_pages_as_they_were
        where_documents_begin_stays_until_it_is_undone
        a_dossier_that_was_named_stands_when_a_later_decision_is_undone
        a_file_belongs_to_the_session_that_was_open_all_the_while;
    register:
        an_import_is_idempotent
        an_import_changes_what_it_lists_and_nothing_else
        a_register_that_names_a_dossier_twice_changes_nothing
        a_dossier_without_components_has_those_of_the_catalogue
        a_file_that_ends_too_soon_changes_nothing
        waiting_documents_find_their_dossier
        a_register_that_came_while_the_file_was_in_work_counts
        coverage_reads_periods_and_attached_components
        a_document_of_another_dossier_stands_for_a_component_until_that_is_taken_back
        a_hand_over_counts_when_documents_went_with_it;
    search:
        accents_count_but_are_not_needed
        words_are_never_search_syntax
        a_phrase_comes_before_its_words
        codes_file_names_and_numbers_are_found
        an_exact_hit_shows_where_it_is
        incomplete_and_waiting_documents_are_found
        an_agency_finds_its_own_only
        filters_are_kept_to;
}

/// A connection behind the back of the records.
async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap()
}

async fn run(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql).execute(conn).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_on_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sohoa.db");
    let (a, b) = (SqliteRecords::open(&path).await.unwrap(), SqliteRecords::open(&path).await.unwrap());
    let (a, b) = (Arc::new(a), Arc::new(b));
    let batch = batch(&*a).await;
    let fill = |records: Arc<SqliteRecords>, name: &'static str| {
        tokio::spawn(async move {
            for n in 0..20 {
                accept(&*records, batch, &format!("{name}{n}"), &format!("{name}{n}")).await;
            }
        })
    };
    let (one, two) = (fill(a.clone(), "a"), fill(b.clone(), "b"));
    one.await.unwrap();
    two.await.unwrap();
    let work = |records: Arc<SqliteRecords>| {
        tokio::spawn(async move {
            let mut done = 0;
            while let Some(lease) = records.reserve("w", at(1), MINUTE, 3, None).await.unwrap() {
                let document = document(&*records, &lease, &code(1), "").await;
                records.complete(&lease, &attached(document), &[], at(2)).await.unwrap();
                done += 1;
            }
            done
        })
    };
    let (one, two) = (work(a.clone()), work(b.clone()));
    assert_eq!(one.await.unwrap() + two.await.unwrap(), 40);
    assert_eq!(a.documents(&code(1)).await.unwrap().len(), 40);
    sound(&*b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_programs_make_the_file_at_once() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sohoa.db");
        let open = || {
            tokio::spawn({
                let path = path.clone();
                async move { SqliteRecords::open(&path).await.map(|_| ()) }
            })
        };
        for opened in [open(), open(), open()] {
            opened.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn all_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sohoa.db");
    let records = SqliteRecords::open(&path).await.unwrap();
    let batch = batch(&records).await;
    attach(&records, batch, "a.pdf", &code(1), "chữ").await;
    accept(&records, batch, "b.pdf", "b").await;
    let before = (records.ledger().await.unwrap(), records.events(None).await.unwrap());
    // Held by a worker that is gone with its process.
    assert!(records.reserve("w", at(0), MINUTE, 3, None).await.unwrap().is_some());
    records.close().await;
    let records = SqliteRecords::open(&path).await.unwrap();
    assert_eq!((records.ledger().await.unwrap(), records.events(None).await.unwrap()), before);
    assert!(records.reserve("w", at(59), MINUTE, 3, None).await.unwrap().is_none());
    assert_eq!(records.reserve("w", at(60), MINUTE, 3, None).await.unwrap().unwrap().attempt, 2);
    assert_eq!(found(&records, "chu").await.len(), 1);
    sound(&records).await;
}

#[tokio::test]
async fn the_settings_of_the_file_are_the_safe_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sohoa.db");
    let records = SqliteRecords::open(&path).await.unwrap();
    records.close().await;
    let mut conn = raw(&path).await;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut conn).await.unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn files_that_are_no_database_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let missing = SqliteRecords::open(&folder.path().join("none/sohoa.db")).await.unwrap_err();
    assert!(matches!(missing, StoreError::Unavailable(_)), "{missing:?}");
    let path = folder.path().join("text.db");
    std::fs::write(&path, "no database at all, but long enough to have a header of a hundred bytes ".repeat(20))
        .unwrap();
    let text = SqliteRecords::open(&path).await.unwrap_err();
    assert!(matches!(text, StoreError::Corrupt(_)), "{text:?}");

    let path = folder.path().join("newer.db");
    SqliteRecords::open(&path).await.unwrap().close().await;
    run(&mut raw(&path).await, "PRAGMA user_version = 99").await.unwrap();
    let newer = SqliteRecords::open(&path).await.unwrap_err();
    assert!(matches!(newer, StoreError::Unavailable(_)), "{newer:?}");
}

#[tokio::test]
async fn the_ledger_resists_statements_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sohoa.db");
    let records = SqliteRecords::open(&path).await.unwrap();
    let batch = batch(&records).await;
    attach(&records, batch, "a.pdf", &code(1), "chữ").await;
    accept(&records, batch, "b.pdf", "b").await;
    let mut conn = raw(&path).await;
    for sql in [
        "DELETE FROM file WHERE id = 2",
        "UPDATE file SET state = 'lost' WHERE id = 2",
        "UPDATE file SET state = 'pending' WHERE id = 1",
        "UPDATE file SET state = 'review' WHERE id = 2",
        "UPDATE file SET state = 'duplicate' WHERE id = 2",
        "UPDATE file SET state = 'duplicate', duplicate_of = 2 WHERE id = 2",
        "UPDATE file SET digest = NULL WHERE id = 2",
        "INSERT INTO page (file, number, state) VALUES (2, 1, 'kept')",
        "INSERT INTO page (file, number, state) VALUES (1, 1, 'kept')",
        "INSERT INTO page (file, number, state) VALUES (1, 2, 'other')",
        "INSERT INTO job (file, state, priority, due_at) VALUES (2, 'queued', 0, 0)",
        "UPDATE job SET state = 'leased' WHERE file = 2",
        "UPDATE event SET event = json_set(event, '$.agent', 'x') WHERE id = 1",
        "DELETE FROM event WHERE id = 1",
        "DELETE FROM document",
        "UPDATE document SET ordinal = 2",
    ] {
        assert!(run(&mut conn, sql).await.is_err(), "{sql}");
    }
    sound(&records).await;
}

#[tokio::test]
async fn edits_that_get_through_are_found() {
    // Each is made with the guards taken off first, on a database of its own.
    let edits = [
        (
            "DROP TRIGGER event_is_never_changed; UPDATE event SET event = json_set(event, '$.detail', 'x') WHERE id = 2",
            "event 2",
        ),
        ("DROP TRIGGER event_is_never_deleted; DELETE FROM event WHERE id = 1", "event 1 is missing"),
        ("DROP TRIGGER event_is_never_deleted; DELETE FROM event WHERE id = (SELECT max(id) FROM event)", "events: 1"),
        (
            "PRAGMA foreign_keys = OFF; DROP TRIGGER file_is_never_deleted; DELETE FROM job WHERE file = 2; DELETE FROM file WHERE id = 2",
            "files: 1",
        ),
        ("PRAGMA ignore_check_constraints = ON; UPDATE file SET state = 'lost' WHERE id = 2", "CHECK"),
        ("DELETE FROM page", "has no page"),
        ("UPDATE page SET number = 2", "do not run from 1"),
        ("DELETE FROM job WHERE file = 2", "pending without a job"),
        ("UPDATE document SET state = 'removed'", "attached but has no document"),
        (
            "UPDATE document SET source_digest = replace(source_digest, substr(source_digest, 1, 1), 'z')",
            "another digest",
        ),
        ("PRAGMA foreign_keys = OFF; DELETE FROM ordinal", "points at a missing row"),
        ("UPDATE job SET held = 1", "is held while its batch goes on"),
        ("UPDATE batch_files SET files = 2", "its count in batch_files is wrong"),
        ("DELETE FROM batch_pages", "its count in batch_pages is wrong"),
        ("UPDATE batch_minutes SET minute = 7", "its count in batch_minutes is wrong"),
        ("UPDATE orphan SET documents = 2", "what coverage is counted from is wrong"),
        ("DELETE FROM orphan", "what coverage is counted from is wrong"),
        ("INSERT INTO orphan VALUES ('H41-230615-0009', 1, 0)", "what coverage is counted from is wrong"),
        ("UPDATE coverage SET due = 2", "what coverage is counted from is wrong"),
        ("UPDATE coverage_sum SET there = there + 1", "the sums of coverage are wrong"),
        ("DELETE FROM coverage_sum", "the sums of coverage are wrong"),
        ("DELETE FROM coverage", "what coverage is counted from is wrong"),
    ];
    for (sql, sentence) in edits {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sohoa.db");
        let records = SqliteRecords::open(&path).await.unwrap();
        let batch = batch(&records).await;
        attach(&records, batch, "a.pdf", &code(1), "chữ").await;
        accept(&records, batch, "b.pdf", "b").await;
        records.import_register(&sohoa_domain::Sha256Digest::of(b"1"), &[dossier(2, 14)], at(0), AGENT).await.unwrap();
        sound(&records).await;
        run(&mut raw(&path).await, sql).await.unwrap();
        let problems = match records.self_check().await {
            Ok(problems) => problems,
            Err(error) => vec![error.to_string()],
        };
        assert!(problems.iter().any(|p| p.contains(sentence)), "{sql}: {problems:?}");
    }
}

#[tokio::test]
async fn an_index_that_another_program_merged_is_not_taken_for_a_damaged_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sohoa.db");
    let records = SqliteRecords::open(&path).await.unwrap();
    let batch = batch(&records).await;
    for n in 1..=3 {
        attach(&records, batch, &format!("{n}.pdf"), &code(n), "chữ").await;
    }
    // What the index is made of is known to the connections that looked into it.
    assert_eq!(found(&records, "chữ").await.len(), 3);
    sound(&records).await;
    run(&mut raw(&path).await, "INSERT INTO fulltext (fulltext) VALUES ('optimize')").await.unwrap();
    sound(&records).await;
}

#[tokio::test]
async fn documents_are_found_wherever_their_rows_lie() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sohoa.db");
    let records = SqliteRecords::open(&path).await.unwrap();
    let batch = batch(&records).await;
    let (mut n, mut wanted) = (0, Vec::new());
    // Documents whose rows end a block, begin one, lie far behind all others.
    for last in [8190, 65_533, 524_286, 600_000, 1_500_000] {
        n += 1;
        attach(&records, batch, &format!("đệm {last}"), &code(n), "đệm").await;
        let moved = "UPDATE document_text SET document = {row} WHERE document = (SELECT max(row) FROM document); \
                     UPDATE document SET row = {row} WHERE row = (SELECT max(row) FROM document)";
        let moved = format!("PRAGMA foreign_keys = OFF; {}", moved.replace("{row}", &last.to_string()));
        sqlx::raw_sql(sqlx::AssertSqlSafe(moved)).execute(&mut raw(&path).await).await.unwrap();
        for text in ["giấy phép xây dựng", "phép của giấy", "giay phep"] {
            n += 1;
            attach(&records, batch, &format!("{last} {text}"), &code(n), text).await;
            wanted.insert(0, format!("{last} {text}"));
        }
    }
    let of = |end: &str| wanted.iter().filter(|name| name.ends_with(end)).cloned().collect::<Vec<_>>();
    let others = wanted.iter().filter(|name| !name.ends_with("giay phep")).cloned();
    for (words, wanted) in [
        ("giay", of("giay phep").into_iter().chain(others).collect()),
        ("giấy phép", [of("dựng"), of("của giấy"), of("giay phep")].concat()),
        ("xây dựng", of("dựng")),
        ("dựng xây", of("dựng")),
        ("giấy đệm", Vec::new()),
    ] {
        let query = SearchQuery { words: words.to_owned(), most: 50, ..SearchQuery::default() };
        let mut named = Vec::new();
        // On a machine that has much to do the time may be over before all were looked through.
        for _ in 0..100 {
            let found = records.search(&query).await.unwrap();
            named = found.documents.into_iter().map(|hit| hit.source_name).collect();
            if named == wanted {
                break;
            }
        }
        assert_eq!(named, wanted, "{words}");
    }
}

#[tokio::test]
async fn a_removed_document_makes_room_for_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sohoa.db");
    let records = SqliteRecords::open(&path).await.unwrap();
    let batch = batch(&records).await;
    let first = accept(&records, batch, "a.pdf", "same").await;
    let lease = reserve(&records, 0).await;
    let given = document(&records, &lease, &code(1), "bản đầu").await;
    records.complete(&lease, &attached(given.clone()), &[], at(1)).await.unwrap();
    let removal = "UPDATE document SET state = 'removed'; UPDATE file SET state = 'review', reason_code = 'removed'";
    run(&mut raw(&path).await, removal).await.unwrap();
    assert_eq!(found(&records, "bản").await, []);
    assert!(records.document_of_source(&code(1), &given.source_digest).await.unwrap().is_none());

    let second = accept(&records, batch, "b.pdf", "same").await;
    let lease = reserve(&records, 0).await;
    let mut again = document(&records, &lease, &code(1), "bản sau").await;
    assert_eq!((&again.id, again.ordinal), (&given.id, 1));
    again.state = AttachmentState::Incomplete;
    assert_eq!(records.complete(&lease, &attached(again), &[], at(1)).await.unwrap(), FileState::Attached);
    let documents = records.documents(&code(1)).await.unwrap();
    assert_eq!((documents.len(), documents[0].source, documents[0].pages.input), (1, second, 1));
    assert_eq!(records.page_ledger().await.unwrap().input, 2);
    assert_eq!(records.file(first).await.unwrap().unwrap().state, FileState::Review);
    assert_eq!(found(&records, "đầu").await, []);
    assert_eq!(found(&records, "sau").await.len(), 1);
    sound(&records).await;
}

#[tokio::test]
async fn the_history_of_a_dossier_is_kept_without_its_applicant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sohoa.db");
    let records = SqliteRecords::open(&path).await.unwrap();
    let source = sohoa_domain::Sha256Digest::of(b"1");
    let mut entry = dossier(1, 14);
    records.import_register(&source, &[entry.clone()], at(0), AGENT).await.unwrap();
    entry.applicant = "Lê Văn Đặt".to_owned();
    entry.counter = "Quầy 2".to_owned();
    records.import_register(&source, &[entry], at(1), AGENT).await.unwrap();
    let rows: Vec<(String, String, bool)> =
        sqlx::query_as("SELECT before, after, applicant_changed FROM dossier_history")
            .fetch_all(&mut raw(&path).await)
            .await
            .unwrap();
    let [(before, after, changed)] = &rows[..] else { panic!("{} rows", rows.len()) };
    assert!(before.contains("Quầy 1") && after.contains("Quầy 2") && *changed);
    for secret in ["Trần", "Lê Văn", "applicant"] {
        assert!(!before.contains(secret) && !after.contains(secret), "{secret}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn the_ledgers_say_what_was_done(steps in conformance::random::steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let records = SqliteRecords::open(&folder.path().join("sohoa.db")).await.unwrap();
            conformance::random::act(&records, &steps).await
        })?;
    }
}
