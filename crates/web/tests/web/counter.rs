//! The counter's day: a dossier opened by its code, files as they come, what a clerk says of their pages, handing over.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use jiff::SignedDuration;
use sohoa_domain::{Desk, DossierStatus, EventKind, FileState, Outcome, PageState, Part, Rotation, Sha256Digest};
use sohoa_dossier::SheetMark;
use sohoa_store::{Accepted, Completion, FileId, NewFile, Records as _, Role};

use crate::services::MOST_BYTES;
use crate::support::{OTHER, OWN, TestWeb};

fn desk() -> Desk {
    Desk { agency: OWN.to_owned(), counter: "Quầy 1".to_owned() }
}

/// A file that the counter scans for its dossier.
async fn scan(web: &TestWeb, name: &str) -> FileId {
    let now = "2023-06-15T01:30:00Z".parse().unwrap();
    let batch = web.records.open_batch("inbox", "/scan/own", "", now).await.unwrap();
    let file = NewFile {
        batch,
        origin: format!("/scan/own/{name}"),
        relative: name.to_owned(),
        inode: 9,
        modified_ns: 1,
        digest: Sha256Digest::of(name.as_bytes()),
        bytes: 10,
        dossier: Some(web.own.code.clone()),
        desk: None,
    };
    let Accepted::New(file) = web.records.accept(&file, now, "test").await.unwrap() else { panic!("known already") };
    file
}

/// It turns out to be two documents of which nobody knows the dossier, of one page and of so many.
async fn waits(web: &TestWeb, second: u32) {
    let now = "2023-06-15T01:30:00Z".parse().unwrap();
    let lease = web.records.reserve("w", now, SignedDuration::from_mins(1), 3, None).await.unwrap().unwrap();
    let part = |first, last| Part {
        first,
        last,
        document: None,
        evidence: Vec::new(),
        doubts: Vec::new(),
        code: Some("dossier-conflict".to_owned()),
        candidates: Vec::new(),
    };
    let completion = Completion::Review {
        code: "dossier-conflict".to_owned(),
        reason: "two".to_owned(),
        documents: Vec::new(),
        loose_pages: (1..=1 + second).map(|page| (page, PageState::Kept)).collect(),
        parts: vec![part(1, 1), part(2, 1 + second)],
    };
    web.records.complete(&lease, &completion, &[], now).await.unwrap();
}

#[tokio::test]
async fn behind_the_first_pages_of_a_long_paper_the_others_can_be_opened() {
    let web = TestWeb::new().await;
    let clerk = web.user(Role::Counter, OWN).await;
    let file = scan(&web, "SCAN0002.pdf").await;
    waits(&web, 30).await;
    let page = clerk.get(&format!("/dossiers/{}/contents", web.own.code)).await;
    assert_eq!(page.text.matches(&format!("id=\"page-{}-", file.0)).count(), 1 + 12, "{}", page.text);
    let more = crate::support::between(&page.text, &format!("id=\"more-{}-14\"", file.0), "</button>");
    assert!(more.contains("/pages/14") && more.contains("và 18 trang nữa"), "{more}");
}

async fn open_here(web: &TestWeb) -> Option<String> {
    let open = web.records.open_sessions().await.unwrap();
    open.into_iter().find(|session| session.desk == desk()).map(|session| session.dossier.to_string())
}

#[tokio::test]
async fn a_scanned_code_opens_the_dossier_at_the_counter_and_nobody_elses() {
    let web = TestWeb::new().await;
    let clerk = web.user(Role::Counter, OWN).await;
    let screen = clerk.get("/counter").await.text;
    assert!(screen.contains("Quầy 1") && screen.contains("autofocus") && !screen.contains(OTHER), "{screen}");
    let answer = clerk.post("/counter/open", &format!("code=+{}", web.own.code.as_str().to_lowercase())).await;
    assert_eq!(answer.header("location"), format!("/dossiers/{}", web.own.code));
    assert_eq!(open_here(&web).await.as_deref(), Some(web.own.code.as_str()));
    // Opened again it goes on as it was.
    let events = web.events().await.len();
    let sheet = SheetMark { dossier: web.own.code.clone(), component: None }.encode().replace('/', "%2F");
    assert_eq!(clerk.post("/counter/open", &format!("code={sheet}")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(web.events().await.len(), events);
    let page = clerk.get(&format!("/dossiers/{}", web.own.code)).await.text;
    assert!(page.contains("Đang mở tại Quầy 1") && page.contains("Còn thiếu 1 thành phần"), "{page}");
    // One of another agency is unknown, like one that does not exist.
    for code in [web.other.code.as_str(), "H41.31-230615-9999"] {
        let answer = clerk.post("/counter/open", &format!("code={code}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("Không có hồ sơ mang mã này") && answer.text.contains(code), "{}", answer.text);
    }
    assert!(clerk.post("/counter/open", "code=H41").await.text.contains("không phải mã hồ sơ"));
    clerk.post("/counter/close", "").await;
    assert_eq!(open_here(&web).await, None);
}

#[tokio::test]
async fn results_that_are_due_and_were_not_scanned_are_listed_where_they_belong() {
    let web = TestWeb::new().await;
    let clerk = web.user(Role::Counter, OWN).await;
    let due = "Kết quả chưa được số hóa";
    assert!(!clerk.get("/counter").await.text.contains(due));
    let mut entries = Vec::new();
    for code in [&web.own.code, &web.other.code] {
        let mut entry = web.records.dossier(code).await.unwrap().unwrap();
        entry.status = Some(DossierStatus::new(9).unwrap());
        entry.finished = Some(jiff::civil::date(2023, 6, 15).at(9, 0, 0, 0));
        entries.push(entry);
    }
    let now = "2023-06-15T03:00:00Z".parse().unwrap();
    web.records.import_register(&Sha256Digest::of(b"later"), &entries, now, "test").await.unwrap();
    let shown = clerk.get("/counter").await.text;
    assert!(shown.contains(due) && shown.contains(web.own.code.as_str()) && shown.contains("Giấy KQ"), "{shown}");
    assert!(
        shown.contains("xong từ \u{2068}15/06/2023 09:00\u{2069}") || shown.contains("xong từ 15/06/2023 09:00"),
        "{shown}"
    );
    assert!(!shown.contains(web.other.code.as_str()), "{shown}");
}

#[tokio::test]
async fn a_counter_is_chosen_once_and_only_among_the_own() {
    let web = TestWeb::new().await;
    let mut clerk = web.user(Role::Counter, "").await;
    let choose = |text: &str| text.split("<option value=\"").skip(1).map(|o| o[..16].to_owned()).collect::<Vec<_>>();
    let ids = choose(&clerk.get("/counter").await.text);
    assert_eq!(ids.len(), 2);
    let answer = clerk.post("/counter/open", &format!("code={}", web.own.code)).await;
    assert!(answer.text.contains("Hãy chọn quầy"), "{}", answer.text);
    let answer = clerk.post("/counter/desk", &format!("desk={}", ids[1])).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    clerk.cookie = format!("{}; {cookie}", clerk.cookie);
    assert_eq!(clerk.post("/counter/open", &format!("code={}", web.own.code)).await.status, StatusCode::SEE_OTHER);
    // A clerk of one agency does not sit down at another's counter, whatever the browser remembers.
    let mut bound = web.user(Role::Counter, OTHER).await;
    let foreign = ids.iter().find(|id| **id == sohoa_web::desk_id(&desk())).unwrap();
    assert_eq!(bound.post("/counter/desk", &format!("desk={foreign}")).await.status, StatusCode::BAD_REQUEST);
    bound.cookie = format!("{}; sohoa_desk={foreign}", bound.cookie);
    let screen = bound.get("/counter").await.text;
    assert!(screen.contains(OTHER) && !screen.contains(OWN), "{screen}");
}

#[tokio::test]
async fn files_show_while_they_come_with_what_to_do_about_them() {
    let web = TestWeb::new().await;
    let clerk = web.user(Role::Counter, OWN).await;
    let contents = format!("/dossiers/{}/contents", web.own.code);
    let file = scan(&web, "SCAN0002.pdf").await;
    let shown = clerk.get(&contents).await.text;
    for words in ["SCAN0002.pdf", "Đã nhận", &format!("src=\"/files/{}/pages/1\"", file.0), "every 2s"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    waits(&web, 3).await;
    let shown = clerk.get(&contents).await.text;
    for words in ["Cần xem lại", "Có thể nhầm hồ sơ", "Trang 2 đến 4", &format!("/files/{}/pages/4\"", file.0)]
    {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    assert!(!shown.contains("every 2s"));
    // What hangs there is shown with its component.
    assert!(shown.contains("Giấy TP1") && shown.contains("Đã gắn"), "{shown}");
}

#[tokio::test]
async fn what_a_clerk_says_of_pages_is_on_record_and_can_be_taken_back() {
    let web = TestWeb::new().await;
    let clerk = web.user(Role::Counter, OWN).await;
    let file = scan(&web, "SCAN0002.pdf").await;
    waits(&web, 3).await;
    let base = format!("/dossiers/{}/files/{}", web.own.code, file.0);
    let row = async || web.records.file(file).await.unwrap().unwrap();
    let page = clerk.get(&format!("{base}/pages/3")).await.text;
    assert!(page.contains("trang 2/3") && page.contains("Văn bản mới từ trang này"), "{page}");
    assert_eq!(clerk.get(&format!("{base}/pages/5")).await.status, StatusCode::NOT_FOUND);

    // Within its document only.
    assert_eq!(clerk.post(&format!("{base}/decide"), "what=earlier&page=2").await.status, StatusCode::CONFLICT);
    let answer = clerk.post(&format!("{base}/decide"), "what=later&page=2").await;
    assert_eq!((answer.status, answer.header("hx-trigger")), (StatusCode::NO_CONTENT, "decided"));
    assert_eq!((row().await.layout.pages.order, row().await.state), (vec![1, 3, 2, 4], FileState::Pending));
    clerk.post(&format!("{base}/decide"), "what=undo").await;
    assert!(row().await.layout.is_empty());
    assert_eq!(row().await.state, FileState::Review);

    clerk.post(&format!("{base}/decide"), "what=turn-right&page=1").await;
    waits(&web, 3).await;
    clerk.post(&format!("{base}/decide"), "what=turn-right&page=1").await;
    waits(&web, 3).await;
    clerk.post(&format!("{base}/decide"), "what=blank&page=4").await;
    waits(&web, 3).await;
    let said = row().await.layout.pages;
    assert_eq!((said.turned.get(&1), said.blank.get(&4)), (Some(&Rotation::Half), Some(&true)));
    let shown = clerk.get(&format!("/dossiers/{}/contents", web.own.code)).await.text;
    assert!(shown.contains(&format!("/files/{}/pages/1?turn=180\"", file.0)), "{shown}");

    let told: Vec<_> = web.events().await.into_iter().filter(|e| e.kind == EventKind::Decided).collect();
    assert!(told.iter().all(|event| event.agent.starts_with("counter-")), "{told:?}");
    assert_eq!(told.last().unwrap().detail, "page 4 is blank");

    // A page scanned again takes the place of one; nothing else was scanned with it, so it is no paper of its own.
    let again = scan(&web, "SCAN0003.pdf").await;
    let page = clerk.get(&format!("{base}/pages/2")).await.text;
    assert!(page.contains(&format!("value=\"{}:1\"", again.0)) && page.contains("SCAN0003.pdf"), "{page}");
    let foreign = format!("what=replace&page=2&substitute={}:1", web.other.file.0);
    assert_eq!(clerk.post(&format!("{base}/decide"), &foreign).await.status, StatusCode::NOT_FOUND);
    clerk.post(&format!("{base}/decide"), &format!("what=replace&page=2&substitute={}:1", again.0)).await;
    assert_eq!(row().await.layout.pages.replaced[&2].file, again.0);
    waits(&web, 3).await;
    let shown = clerk.get(&format!("/dossiers/{}/contents", web.own.code)).await.text;
    assert!(shown.contains(&format!("/files/{}/pages/2?by={}-1\"", file.0, again.0)), "{shown}");

    clerk.post(&format!("{base}/decide"), "what=assign&page=2&component=TP1").await;
    let assigned = row().await.layout.assigned;
    assert_eq!(assigned.get(&2).map(|to| to.dossier.clone()), Some(web.own.code.clone()));
    waits(&web, 3).await;
    assert_eq!(clerk.post(&format!("{base}/decide"), "what=reject&reason=").await.status, StatusCode::BAD_REQUEST);
    clerk.post(&format!("{base}/decide"), "what=reject&reason=qu%C3%A9t+nh%E1%BA%A7m").await;
    assert_eq!(row().await.state, FileState::Rejected);
    assert!(clerk.get(&format!("{base}/pages/1")).await.text.contains("đã bị bỏ"));

    // Nobody puts papers on a dossier that they cannot see, nor touches files of others by way of an own dossier.
    let to_other = format!("what=assign&dossier={}", web.other.code);
    assert_eq!(clerk.post(&format!("{base}/decide"), &to_other).await.status, StatusCode::NOT_FOUND);
    let foreign = format!("/dossiers/{}/files/{}", web.own.code, web.other.file.0);
    assert_eq!(clerk.get(&format!("{foreign}/pages/1")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(clerk.post(&format!("{foreign}/decide"), "what=retry").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_that_is_sent_goes_to_the_intake_with_its_dossier() {
    let web = TestWeb::new().await;
    let clerk = web.user(Role::Counter, OWN).await;
    let send = async |name: &str, bytes: usize, csrf: &str| {
        let path = format!("/dossiers/{}/files?name={name}", web.own.code);
        let request = clerk.request(&Method::POST, &path).header("x-csrf-token", csrf).header("hx-request", "true");
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        clerk.send(request.body(Body::from(vec![0; bytes])).unwrap()).await
    };
    let answer = send("..%2F%C4%91%C6%A1n.pdf", 40, &clerk.csrf).await;
    assert_eq!((answer.status, &answer.json()["file"]), (StatusCode::ACCEPTED, &1.into()));
    let too_large = send("a.pdf", MOST_BYTES + 1, &clerk.csrf).await;
    assert_eq!((too_large.status, &too_large.json()["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &"too-large".into()));
    assert_eq!(send("a.pdf", 1, "wrong").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send("", 1, &clerk.csrf).await.status, StatusCode::BAD_REQUEST);
    let sent = web.counter.0.lock().unwrap().clone();
    let [(name, dossier, counter, by, bytes)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(
        (name.as_str(), dossier.as_str(), counter.as_str(), *bytes),
        ("đơn.pdf", web.own.code.as_str(), "Quầy 1", 40)
    );
    assert!(by.starts_with("counter-"));
}

#[tokio::test]
async fn cover_sheets_are_for_the_dossier_and_its_components() {
    let web = TestWeb::new().await;
    let clerk = web.user(Role::Counter, OWN).await;
    let path = format!("/dossiers/{}/cover-sheets", web.own.code);
    let all = clerk.get(&path).await;
    assert_eq!(
        (all.header("content-type"), all.text.as_str()),
        ("application/pdf", format!("{} all TP1 KQ", web.own.code).as_str())
    );
    assert_eq!(clerk.get(&format!("{path}?component=KQ")).await.text, format!("{} KQ", web.own.code));
    assert_eq!(clerk.get(&format!("{path}?component=NO")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn handing_over_asks_for_a_reason_while_something_is_missing_and_closes_the_dossier() {
    let web = TestWeb::new().await;
    let clerk = web.user(Role::Counter, OWN).await;
    let path = format!("/dossiers/{}/hand-over", web.own.code);
    let handed = async || web.events().await.into_iter().filter(|e| e.kind == EventKind::HandedOn).collect::<Vec<_>>();
    clerk.post("/counter/open", &format!("code={}", web.own.code)).await;
    // The result is not due yet, but a file is in work.
    let file = scan(&web, "SCAN0002.pdf").await;
    let refused = clerk.post(&path, "").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("Chưa bàn giao được") && refused.text.contains("Đang xử lý 1 tệp"),
        "{}",
        refused.text
    );
    assert!(handed().await.is_empty() && open_here(&web).await.is_some());
    let answer = clerk.post(&path, "reason=m%C3%A1y+qu%C3%A9t+h%E1%BB%8Fng").await;
    assert_eq!(answer.header("location"), format!("/counter?handed={}", web.own.code));
    let event = handed().await.pop().unwrap();
    assert_eq!((event.outcome, event.detail.as_str()), (Outcome::Warning, "1 lacking: máy quét hỏng"));
    assert_eq!((event.dossier.as_ref(), open_here(&web).await), (Some(&web.own.code), None));
    assert!(clerk.get(answer.header("location")).await.text.contains("Đã bàn giao hồ sơ"));

    let decide = format!("/dossiers/{}/files/{}/decide", web.own.code, file.0);
    clerk.post(&decide, "what=reject&reason=tr%C3%B9ng").await;
    assert_eq!(clerk.post(&path, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(handed().await.pop().unwrap().outcome, Outcome::Success);
}

#[tokio::test]
async fn pages_that_are_missing_and_edges_that_are_cut_are_told_at_the_counter() {
    let web = TestWeb::new().await;
    let clerk = web.user(Role::Counter, OWN).await;
    let contents = format!("/dossiers/{}/contents", web.own.code);
    let before = clerk.get(&contents).await.text;
    assert!(!before.contains("Có thể thiếu trang") && !before.contains("bị cắt"), "{before}");
    web.describe(|document| {
        document["missing_numbers"] = serde_json::json!([2, 3, 5]);
        document["warnings"] = serde_json::json!([{"rule": "page-missing", "pages": [2], "source": "TT"}]);
        // It lay on its side: what is left on the glass is the upper edge for who reads it.
        document["pages"][0]["inspection"]["rotation"] = 90.into();
        document["pages"][0]["inspection"]["cut_off"] = serde_json::json!(["left"]);
    });
    let after = clerk.get(&contents).await.text;
    assert!(after.contains("Có thể thiếu trang 2–3, 5 (theo số trang in)"), "{after}");
    assert!(after.contains("Trang 1: chữ bị cắt ở mép trên"), "{after}");
    assert!(!after.contains("có trang bị thiếu ở trước"), "said once: {after}");
}
