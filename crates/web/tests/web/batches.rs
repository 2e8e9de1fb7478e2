//! Batches: who sees which, pausing, putting files into the queue again, samples, the report, the start of one.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use sohoa_domain::{Clock as _, PageState, Sha256Digest};
use sohoa_store::{Accepted, BatchId, Completion, NewFile, Records as _, Role};

use crate::support::{OTHER, OWN, TestWeb, between};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A batch of the agency with files in review for these reasons, and one that waits.
pub async fn batch(web: &TestWeb, agency: &str, codes: &[&str]) -> BatchId {
    let now: Timestamp = "2023-06-15T01:20:00Z".parse().unwrap();
    let batch = web.records.open_batch("ingest", "/kho/năm 2011", agency, now).await.unwrap();
    for (n, code) in codes.iter().chain([&""]).enumerate() {
        let name = format!("{agency}-{n}.pdf");
        let file = NewFile {
            batch,
            origin: format!("/kho/{name}"),
            relative: name.clone(),
            inode: 1,
            modified_ns: 1,
            digest: Sha256Digest::of(name.as_bytes()),
            bytes: 10,
            dossier: None,
            desk: None,
        };
        let Accepted::New(_) = web.records.accept(&file, now, "test").await.unwrap() else { panic!("known already") };
        if code.is_empty() {
            continue;
        }
        let lease = web.records.reserve("w", now, MINUTE, 3, Some(batch)).await.unwrap().unwrap();
        let completion = match *code {
            "encrypted" => Completion::Rejected { code: "encrypted".to_owned(), reason: "x".to_owned() },
            code => Completion::Review {
                code: code.to_owned(),
                reason: "x".to_owned(),
                documents: Vec::new(),
                loose_pages: vec![(1, PageState::Kept), (2, PageState::Blank)],
                parts: Vec::new(),
            },
        };
        web.records.complete(&lease, &completion, &[], now).await.unwrap();
    }
    batch
}

#[tokio::test]
async fn an_archivist_sees_the_batches_of_the_own_agency() {
    let web = TestWeb::new().await;
    let (own, other) = (batch(&web, OWN, &["no-dossier"]).await, batch(&web, OTHER, &[]).await);
    let nobodys = batch(&web, "", &[]).await;
    let (bound, free) = (web.user(Role::Archivist, OWN).await, web.user(Role::Archivist, "").await);
    let links = |text: &str| -> Vec<i64> {
        let ids = text.split("href=\"/batches/").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap());
        ids.collect()
    };
    assert_eq!(links(&bound.get("/batches").await.text), [own.0, web.own.batch.0]);
    let all = [nobodys.0, other.0, own.0, web.other.batch.0, web.own.batch.0];
    assert_eq!(links(&free.get("/batches").await.text), all);
    assert_eq!(links(&free.get("/batches?kind=inbox").await.text), all[3..]);
    assert_eq!(links(&free.get(&format!("/batches?before={}", own.0)).await.text), all[3..]);
    assert!(bound.get("/batches?before=1").await.text.contains("Chưa có đợt quét nào"));
    // What belongs to no agency is only for who sees all.
    assert_eq!(bound.get(&format!("/batches/{}", nobodys.0)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(free.get("/batches/99").await.status, StatusCode::NOT_FOUND);
    assert_eq!(free.get(&format!("/batches/{}", nobodys.0)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_batch_is_paused_and_goes_on_and_one_of_a_counter_never_is() {
    let web = TestWeb::new().await;
    let id = batch(&web, OWN, &[]).await;
    let client = web.user(Role::Archivist, OWN).await;
    let path = format!("/batches/{}", id.0);
    let running = client.get(&path).await.text;
    assert!(running.contains("/pause\"") && !running.contains("/resume\""), "{running}");
    assert_eq!(client.post(&format!("{path}/pause"), "").await.header("location"), path);
    let paused = client.get(&path).await.text;
    assert!(paused.contains("/resume\"") && paused.contains("Tạm dừng"), "{paused}");
    assert_eq!(web.records.reserve("w", web.clock.now(), MINUTE, 3, None).await.unwrap(), None);
    assert!(client.get(&format!("{path}/contents")).await.text.contains("/resume\""));
    client.post(&format!("{path}/resume"), "").await;
    assert!(web.records.reserve("w", web.clock.now(), MINUTE, 3, None).await.unwrap().is_some());
    let inbox = format!("/batches/{}", web.own.batch.0);
    assert_eq!(client.post(&format!("{inbox}/pause"), "").await.status, StatusCode::CONFLICT);
    assert!(!client.get(&inbox).await.text.contains("/pause\""));
}

#[tokio::test]
async fn what_went_wrong_is_told_by_kind_put_into_the_queue_again_and_taken_back() {
    let web = TestWeb::new().await;
    let id = batch(&web, OWN, &["no-dossier", "encrypted", "no-dossier", "page-failed"]).await;
    let client = web.user(Role::Archivist, OWN).await;
    let path = format!("/batches/{}", id.0);
    let text = client.get(&path).await.text;
    for said in ["Chưa rõ hồ sơ", "Tệp có mật khẩu", "4 / 5 tệp"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(text.contains(&format!("/review?code=no-dossier&#38;batch={}", id.0)), "{text}");
    let files = client.get(&format!("{path}/files?state=review&code=no-dossier")).await.text;
    assert!(files.contains("Chạy lại 2 tệp") && files.matches("<tr><th").count() == 2 + 1, "{files}");
    let state = async || {
        let files = web.records.batch(id).await.unwrap().unwrap().files;
        (files.pending, files.review, files.rejected)
    };
    let done = client.post(&format!("{path}/rerun"), "state=review&code=no-dossier").await;
    let to = done.header("location").to_owned();
    assert_eq!(state().await, (3, 1, 1));
    let screen = client.get(&to).await.text;
    assert!(screen.contains("Đã đưa 2 tệp vào hàng chờ"), "{screen}");
    let (first, last) = (between(&to, "first=", "&"), between(&to, "last=", "&"));
    let undone = client.post(&format!("{path}/rerun/undo"), &format!("first={first}&last={last}&state=review")).await;
    assert_eq!(undone.header("location"), format!("{path}/files?state=review&undone=2"));
    assert!(client.get(undone.header("location")).await.text.contains("Đã hoàn tác cho 2 tệp"));
    assert_eq!(state().await, (1, 3, 1));
    client.post(&format!("{path}/rerun"), "state=rejected").await;
    assert_eq!(state().await, (2, 3, 0));
    // Each is a decision of this person.
    let decided = web.events().await.into_iter().filter(|event| event.kind.as_str() == "decided");
    assert_eq!(decided.map(|event| event.agent).collect::<Vec<_>>(), ["archivist-0"; 3]);
    assert_eq!(client.post(&format!("{path}/rerun"), "state=lost").await.status, StatusCode::BAD_REQUEST);
    // Only what went wrong.
    client.post(&format!("{path}/rerun"), "state=attached").await;
    assert_eq!(state().await, (2, 3, 0));
}

#[tokio::test]
async fn a_sample_is_drawn_and_judged_one_document_after_the_other() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Archivist, OWN).await;
    let path = format!("/batches/{}/sample", web.own.batch.0);
    assert!(client.get(&path).await.text.contains("Chưa lấy mẫu"));
    for (form, said) in [("count=5&seed=", "Hãy ghi hạt giống"), ("count=0&seed=x", "phải từ 1 đến 500")] {
        assert!(client.post(&path, form).await.text.contains(said), "{form}");
    }
    let empty = batch(&web, OWN, &[]).await;
    let none = client.post(&format!("/batches/{}/sample", empty.0), "count=5&seed=x").await.text;
    assert!(none.contains("chưa có văn bản nào"), "{none}");
    let drawn = client.post(&path, "count=5&seed=48213").await;
    assert_eq!(drawn.header("location"), format!("{path}?sample=1"));
    let asked = client.get(&path).await.text;
    let document = web.own.document.as_str();
    assert!(asked.contains("Văn bản 1 / 1") && asked.contains(document), "{asked}");
    let judge = |verdict: &str| format!("sample=1&document={document}&verdict={verdict}&note=g%C3%B3c%20tr%C3%A1i");
    let verdict = format!("{path}/verdict");
    assert_eq!(client.post(&verdict, &judge("fine")).await.status, StatusCode::BAD_REQUEST);
    client.post(&verdict, &judge("missing-page")).await;
    let done = client.get(&path).await.text;
    assert!(done.contains("Đã đối chiếu xong") && done.contains("Thiếu trang"), "{done}");
    // It can be looked at and judged again.
    let again = client.get(&format!("{path}?document={document}")).await.text;
    assert!(again.contains("aria-pressed") && again.contains("góc trái"), "{again}");
    client.post(&verdict, &judge("match")).await;
    let sample = web.records.samples().await.unwrap().remove(0);
    assert_eq!((sample.batch, sample.drawn, sample.compared, sample.right), (Some(web.own.batch), 1, 1, 1));
    // The sample of one batch is none of another.
    let elsewhere = format!("/batches/{}/sample", empty.0);
    assert_eq!(client.get(&format!("{elsewhere}?sample=1")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.post(&format!("{elsewhere}/verdict"), &judge("differs")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_report_adds_up_on_the_screen_and_as_files() {
    let web = TestWeb::new().await;
    let id = batch(&web, OWN, &["no-dossier", "encrypted", "no-dossier"]).await;
    let client = web.user(Role::Archivist, OWN).await;
    let path = format!("/batches/{}/report", id.0);
    let screen = client.get(&path).await.text;
    assert!(screen.contains("Đợt này chưa xong"), "{screen}");
    let csv = client.get(&format!("{path}/csv")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains(".csv"));
    let number = |label: &str| -> u64 {
        let line = csv.text.lines().find(|line| line.trim_start().starts_with(&format!("{label},")));
        let line = line.unwrap_or_else(|| panic!("no {label} in {}", csv.text));
        line.split(',').nth(1).unwrap().parse().unwrap()
    };
    let states = ["Chờ xử lý", "Đã gắn vào hồ sơ", "Cần xử lý", "Bị từ chối", "Trùng"];
    assert_eq!(states.map(number), [1, 0, 2, 1, 0]);
    assert_eq!((number("Tệp nhận được"), number("Trang nhận được"), number("Trang trắng")), (4, 4, 2));
    let pdf = client.get(&format!("{path}/tar")).await;
    assert_eq!(pdf.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_batch_is_started_of_a_folder_that_the_screen_offers() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Archivist, OWN).await;
    let screen = client.get("/batches").await.text;
    assert!(screen.contains("value=\"1/kho nhà 2011\"") && !screen.contains("kho khác"), "{screen}");
    let started = client.post("/batches", "folder=1/kho%20nh%C3%A0%202011").await;
    let at = started.header("location").to_owned();
    assert!(client.get(&at).await.text.contains("Chưa có tệp"));
    for elsewhere in ["0/kho%20kh%C3%A1c%202011", "1/..", "1//etc", "7/x", "x"] {
        assert_eq!(client.post("/batches", &format!("folder={elsewhere}")).await.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn files_come_page_by_page() {
    let web = TestWeb::new().await;
    let codes = ["no-dossier"; 60];
    let id = batch(&web, OWN, &codes).await;
    let client = web.user(Role::Archivist, OWN).await;
    let first = client.get(&format!("/batches/{}/files?state=review", id.0)).await.text;
    let next = between(&first, "rel=\"next\"", ">").to_owned();
    assert!(next.contains("data-key=\"n\""));
    let href = first.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let href = href.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let second = client.get(&href).await.text;
    let rows = |text: &str| text.matches("class=\"source\"").count();
    assert_eq!((rows(&first), rows(&second)), (50, 10));
    assert!(
        client.get(&format!("/batches/{}/files?state=duplicate", id.0)).await.text.contains("Không có tệp nào như vậy")
    );
}
