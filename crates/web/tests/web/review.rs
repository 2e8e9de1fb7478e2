//! What waits for a person: the queue, decisions, what two people do at once; fields and what people say of them.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use sohoa_domain::{
    BoundaryCue, Candidate, DossierCode, DossierEvidence, Doubt, EventKind, EvidenceSource, FileState, PageState, Part,
    Sha256Digest,
};
use sohoa_store::{Accepted, Completion, FileId, NewFile, Records as _, Role};

use crate::support::{Answer, Client, OTHER, OWN, TestWeb, between};

/// A file of three pages that waits, in the scan folder of an agency: its names point nowhere, its text to `said`.
pub async fn waiting(web: &TestWeb, folder: &str, name: &str, said: &DossierCode, doubts: &[u32]) -> FileId {
    let now: Timestamp = "2023-06-15T01:10:00Z".parse().unwrap();
    let batch = web.records.open_batch("inbox", folder, "", now).await.unwrap();
    let file = NewFile {
        batch,
        origin: format!("{folder}/{name}"),
        relative: name.to_owned(),
        inode: 9,
        modified_ns: 1,
        digest: Sha256Digest::of(name.as_bytes()),
        bytes: 10,
        dossier: None,
        desk: None,
    };
    let Accepted::New(file) = web.records.accept(&file, now, "test").await.unwrap() else { panic!("known already") };
    send_to_review(web, said, doubts).await;
    file
}

/// The next job ends with a question.
async fn send_to_review(web: &TestWeb, said: &DossierCode, doubts: &[u32]) {
    let now: Timestamp = "2023-06-15T01:10:00Z".parse().unwrap();
    let lease = web.records.reserve("w", now, SignedDuration::from_mins(1), 3, None).await.unwrap().unwrap();
    let code = if doubts.is_empty() { "no-dossier" } else { "doubtful-split" };
    let part = Part {
        first: 1,
        last: 3,
        document: None,
        evidence: vec![DossierEvidence { source: EvidenceSource::DoubtfulText, code: said.clone(), page: Some(1) }],
        doubts: doubts.iter().map(|page| Doubt { page: *page, cues: vec![BoundaryCue::Title] }).collect(),
        code: Some(code.to_owned()),
        candidates: vec![Candidate {
            dossier: said.clone(),
            in_register: true,
            because: vec![EvidenceSource::DoubtfulText],
        }],
    };
    let review = Completion::Review {
        code: code.to_owned(),
        reason: "test".to_owned(),
        documents: Vec::new(),
        loose_pages: (1..=3).map(|n| (n, PageState::Kept)).collect(),
        parts: vec![part],
    };
    web.records.complete(&lease, &review, &[], now).await.unwrap();
}

/// A decision about what this page showed.
async fn decide(client: &Client<'_>, file: FileId, page: &Answer, form: &str) -> Answer {
    let seen = between(&page.text, "name=\"seen\" value=\"", "\"");
    client.post(&format!("/review/{}", file.0), &format!("{form}&seen={seen}")).await
}

async fn state(web: &TestWeb, file: FileId) -> FileState {
    web.records.file(file).await.unwrap().unwrap().state
}

#[tokio::test]
async fn the_queue_shows_the_own_agency_and_what_the_filter_lets_through() {
    let web = TestWeb::new().await;
    waiting(&web, "/scan/own", "one.pdf", &web.own.code, &[]).await;
    waiting(&web, "/scan/own", "two.pdf", &web.own.code, &[2]).await;
    waiting(&web, "/scan/other", "three.pdf", &web.other.code, &[]).await;
    let bound = web.user(Role::Archivist, OWN).await;
    let queue = bound.get("/review").await.text;
    assert!(queue.contains("one.pdf") && queue.contains("two.pdf") && !queue.contains("three.pdf"), "{queue}");
    assert!(queue.contains("Xử lý 2 việc"));
    let filtered = bound.get("/review?code=doubtful-split").await.text;
    assert!(!filtered.contains("one.pdf") && filtered.contains("two.pdf"), "{filtered}");
    let free = web.user(Role::Archivist, "").await;
    assert!(free.get("/review").await.text.contains("three.pdf"));
    let filtered = free.get("/review?agency=S%E1%BB%9F%20Th%E1%BB%AD%20nghi%E1%BB%87m").await.text;
    assert!(filtered.contains("three.pdf") && !filtered.contains("two.pdf"), "{OTHER}: {filtered}");
    assert!(free.get("/review?code=page-failed").await.text.contains("Không có việc nào như vậy"));
}

#[tokio::test]
async fn a_decision_leads_to_the_next_one_and_can_be_undone() {
    let web = TestWeb::new().await;
    let one = waiting(&web, "/scan/own", "one.pdf", &web.own.code, &[]).await;
    let two = waiting(&web, "/scan/own", "two.pdf", &web.own.code, &[]).await;
    let client = web.user(Role::Archivist, OWN).await;
    let page = client.get(&format!("/review/{}", one.0)).await;
    for words in [
        "Chưa rõ hồ sơ",
        "Việc 1 / 2",
        "Mã hồ sơ đọc chưa chắc (trang 1)",
        "data-key=\"1\"",
        "data-key=\"a\"",
        &format!("/files/{}/pages/1?side=1200", one.0),
        &format!("data-preload=\"/files/{}/pages/1?side=1200\"", two.0),
    ] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    // Nothing is chosen yet: it is said, and nothing is decided.
    let asked = decide(&client, one, &page, "action=assign").await;
    assert!(asked.text.contains("Hãy chọn một hồ sơ"), "{}", asked.text);
    assert_eq!(state(&web, one).await, FileState::Review);

    let form = format!("action=assign&dossier={0}&component={0}%20KQ", web.own.code);
    let next = decide(&client, one, &page, &form).await;
    assert_eq!(next.status, StatusCode::OK);
    assert!(!next.text.contains("<html") && next.text.contains("two.pdf"), "{}", next.text);
    assert!(next.text.contains("Việc 2 / 2"), "{}", next.text);
    assert_eq!(next.header("hx-push-url"), format!("/review/{}?done=1", two.0));
    let row = web.records.file(one).await.unwrap().unwrap();
    assert_eq!((row.state, row.dossier.as_ref()), (FileState::Pending, Some(&web.own.code)));
    assert_eq!(row.component.unwrap().as_str(), "KQ");
    let event = web.records.events_of_file(one).await.unwrap().into_iter().next_back().unwrap();
    assert_eq!((event.kind, event.agent.starts_with("archivist-")), (EventKind::Decided, true));

    // The way back stands on the next screen, and holds also when the file was processed meanwhile.
    send_to_review(&web, &web.own.code, &[]).await;
    let seen = between(&next.text, "value=\"undo\"><input type=\"hidden\" name=\"seen\" value=\"", "\"");
    let back = client.post(&format!("/review/{}", one.0), &format!("action=undo&done=1&seen={seen}")).await;
    assert!(back.text.contains("đã được hoàn tác") && back.text.contains("one.pdf"), "{}", back.text);
    assert!(back.text.contains("Việc 1 / 2"), "{}", back.text);
    assert_eq!(state(&web, one).await, FileState::Review);
}

#[tokio::test]
async fn what_somebody_else_decided_meanwhile_is_not_decided_again() {
    let web = TestWeb::new().await;
    let file = waiting(&web, "/scan/own", "one.pdf", &web.own.code, &[]).await;
    let (slow, fast) = (web.user(Role::Archivist, OWN).await, web.user(Role::Counter, OWN).await);
    let path = format!("/review/{}", file.0);
    let (seen_by_slow, seen_by_fast) = (slow.get(&path).await, fast.get(&path).await);
    decide(&fast, file, &seen_by_fast, "action=reject&reason=tr%C3%B9ng").await;
    assert_eq!(state(&web, file).await, FileState::Rejected);
    let events = web.events().await.len();
    let seen = between(&seen_by_slow.text, "name=\"seen\" value=\"", "\"");
    let standing = slow.get(&format!("{path}/standing?seen={seen}")).await.text;
    assert!(standing.contains("counter-1 đã quyết định"), "{standing}");
    let late = decide(&slow, file, &seen_by_slow, "action=retry").await;
    assert!(late.text.contains("counter-1 đã quyết định") && late.text.contains("không còn chờ"), "{}", late.text);
    assert_eq!((state(&web, file).await, web.events().await.len()), (FileState::Rejected, events));
}

#[tokio::test]
async fn pages_reasons_and_foreign_dossiers_are_looked_at() {
    let web = TestWeb::new().await;
    let file = waiting(&web, "/scan/own", "one.pdf", &web.other.code, &[2]).await;
    let client = web.user(Role::Counter, OWN).await;
    let page = client.get(&format!("/review/{}", file.0)).await;
    // The other agency's dossier is named on the paper; more of it is not told, and it cannot be chosen.
    assert!(page.text.contains("thuộc cơ quan khác") && page.text.contains(" disabled"), "{}", page.text);
    let refused = decide(&client, file, &page, &format!("action=assign&dossier={}", web.other.code)).await;
    assert!(refused.text.contains("Không tìm thấy hồ sơ này"), "{}", refused.text);
    for (form, lacking) in [
        ("action=split", "ít nhất một trang"),
        ("action=split&pages=1&pages=9", "ít nhất một trang"),
        ("action=reject&reason=", "Hãy ghi lý do"),
        ("action=assign&typed=H41.99", "Không tìm thấy hồ sơ này"),
    ] {
        let answer = decide(&client, file, &page, form).await;
        assert!(answer.text.contains(lacking), "{form}: {}", answer.text);
    }
    assert_eq!(state(&web, file).await, FileState::Review);
    assert_eq!(decide(&client, file, &page, "action=burn").await.status, StatusCode::BAD_REQUEST);
    decide(&client, file, &page, "action=split&pages=2&pages=3").await;
    let row = web.records.file(file).await.unwrap().unwrap();
    assert_eq!(row.layout.begins.into_iter().collect::<Vec<_>>(), [2, 3]);
}

#[tokio::test]
async fn dossiers_are_found_by_code_and_by_name_within_the_own_agency() {
    let web = TestWeb::new().await;
    let file = waiting(&web, "/scan/own", "one.pdf", &web.own.code, &[]).await;
    let client = web.user(Role::Counter, OWN).await;
    let found =
        async |typed: &str| client.get(&format!("/review/{}/dossiers?shown=1&typed={typed}", file.0)).await.text;
    let by_code = found("h41").await;
    assert!(by_code.contains(web.own.code.as_str()) && !by_code.contains(web.other.code.as_str()), "{by_code}");
    assert!(by_code.contains("data-key=\"2\""), "{by_code}");
    let by_name = found("tran%20thi%20bia").await;
    assert!(by_name.contains(web.own.code.as_str()) && !by_name.contains(web.other.code.as_str()), "{by_name}");
    assert!(found("h4").await.trim().is_empty());
    // What was typed is enough when it says which.
    let page = client.get(&format!("/review/{}", file.0)).await;
    decide(&client, file, &page, "action=assign&typed=h41.31-2306").await;
    assert_eq!(web.records.file(file).await.unwrap().unwrap().dossier, Some(web.own.code.clone()));
}

#[tokio::test]
async fn a_field_is_confirmed_and_its_value_stays_out_of_the_history() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    let first = client.get("/fields").await;
    let path = first.header("location").to_owned();
    assert_eq!(path, format!("/fields/{}/number.0", web.own.document));
    let page = client.get(&path).await.text;
    for words in
        ["1l3", "Số văn bản chỉ gồm chữ số", "viewBox=\"0 0 1000 1400\"", "x=\"100\" y=\"120\"", "còn 1 trường"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(client.post(&path, "action=confirm&value=+&seen=").await.text.contains("Hãy gõ giá trị"));
    let answer = client.post(&path, "action=confirm&value=20260113&seen=").await;
    assert!(
        answer.text.contains("Số: đã xác nhận giá trị được sửa") && answer.text.contains("Không còn trường nào"),
        "{}",
        answer.text
    );
    let event = web.events().await.into_iter().next_back().unwrap();
    assert_eq!((event.kind, event.document.as_ref()), (EventKind::FieldConfirmed, Some(&web.own.document)));
    let told = serde_json::to_string(&event).unwrap();
    assert!(told.contains("number") && !told.contains("20260113") && !told.contains("1l3"), "{told}");

    // Who looked before that is told.
    let late = client.post(&path, "action=confirm&value=118&seen=").await;
    assert!(late.text.contains("Người khác vừa xác nhận"), "{}", late.text);
    let archivist = web.user(Role::Archivist, OWN).await;
    let dossier = archivist.get(&format!("/dossiers/{}", web.own.code)).await.text;
    assert!(dossier.contains("<b>20260113</b>") && dossier.contains("counter-0 xác nhận lúc"), "{dossier}");
    // The name on the paper is masked for auditors, the number is not.
    let audit = web.user(Role::Auditor, OWN).await.get(&format!("/dossiers/{}", web.own.code)).await.text;
    assert!(audit.contains("<b>20260113</b>") && !audit.contains("Nguyễn Thị Mơ") && audit.contains("N•••"), "{audit}");

    let seen = between(&answer.text, "name=\"seen\" value=\"", "\"");
    let undone = client.post(&path, &format!("action=undo&done=1&seen={seen}")).await.text;
    assert!(undone.contains("lại chờ kiểm tra") && undone.contains("1l3"), "{undone}");
    assert_eq!(client.get("/fields").await.header("location"), path);
}
