//! The auditor's screens: figures with the dossiers behind them, only those of the own agency; history, certificates, samples, files.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use sohoa_domain::{EventKind, Outcome, Verdict};
use sohoa_store::{Records as _, Role};

use crate::services::{CERTIFICATE, certificate_root};
use crate::support::{Client, OTHER, OWN, PERSON, TestWeb, between};

/// The period of the dossiers of the tests.
const JUNE: &str = "from=2023-06-01&to=2023-06-30";

#[tokio::test]
async fn figures_lead_to_the_dossiers_behind_them() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Auditor, "").await;
    // Without a period it is the month of the last reception.
    let page = client.get("/coverage").await.text;
    for words in [
        "01/06/2023 – 30/06/2023",
        "0 trên 2 hồ sơ",
        "sổ tiếp nhận nạp lần cuối 15/06/2023 08:30",
        "trừ hồ sơ bị từ chối (3) và đã rút (7)",
        "Mọi thành phần và kết quả phải số hóa đều đã gắn.",
        "Có ít nhất một thành phần đã gắn",
        "<svg",
        OWN,
        OTHER,
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(!page.contains("style=") && !page.contains("<style"), "the policy refuses it: {page}");
    // A bar and a row lead to the dossiers of their group.
    let bar = between(&page, "<a href=\"/coverage/dossiers", "\"").replace("&amp;", "&").replace("&#38;", "&");
    let list = client.get(&format!("/coverage/dossiers{bar}")).await.text;
    let own = list.contains(web.own.code.as_str());
    assert!(own != list.contains(web.other.code.as_str()) || bar.contains("list=full"), "{bar}: {list}");

    let query = format!("{JUNE}&by=agency&group=S%E1%BB%9F%20Th%E1%BB%AD%20nghi%E1%BB%87m");
    let list = client.get(&format!("/coverage/dossiers?{query}")).await.text;
    assert!(list.contains(web.other.code.as_str()) && !list.contains(web.own.code.as_str()), "{list}");
    for words in ["KQ Giấy KQ", "Chưa quét", "từ 15/06/2023 08:30", "1/2"] {
        assert!(list.contains(words), "{words} in {list}");
    }
    for (list, there) in
        [("received", true), ("full", false), ("any", false), ("not-any", true), ("late", false), ("excluded", false)]
    {
        let page = client.get(&format!("/coverage/dossiers?{JUNE}&list={list}")).await.text;
        assert_eq!(page.contains(&format!("/dossiers/{}\"", web.own.code)), there, "{list}: {page}");
    }
    assert_eq!(client.get("/coverage/dossiers?list=none").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn lists_go_on_where_they_stopped() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Auditor, "").await;
    let first = client.get(&format!("/coverage/dossiers?{JUNE}&list=received")).await.text;
    let places = [&web.own.code, &web.other.code].map(|code| first.find(code.as_str()).unwrap());
    assert!(places[1] < places[0], "in order of reception and code");
    let behind = client.get(&format!("/coverage/dossiers?{JUNE}&list=received&after={}", web.other.code)).await.text;
    let row = |code: &str| behind.contains(&format!("/dossiers/{code}\""));
    assert!(row(web.own.code.as_str()) && !row(web.other.code.as_str()), "{behind}");
}

#[tokio::test]
async fn what_the_form_gets_wrong_is_said() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Auditor, "").await;
    for (query, words) in [
        ("from=31/02/2023&to=", "Hãy viết ngày như 31/12/2025."),
        ("from=02/06/2023&to=01/06/2023", "Ngày cuối đứng trước ngày đầu."),
        ("period=all&procedure=%C4%91", "Đây không phải mã thủ tục."),
    ] {
        let page = client.get(&format!("/coverage?{query}")).await.text;
        assert!(page.contains(words) && !page.contains("<svg xmlns"), "{query}: {page}");
    }
    let empty = client.get("/coverage?from=01/01/2020&to=31/01/2020").await.text;
    assert!(empty.contains("Không có hồ sơ nào trong phạm vi này"), "{empty}");
    assert!(client.get("/report?from=01/06/2023&to=").await.text.contains("Hãy ghi ngày"));
    assert_eq!(client.get("/report/export/csv?period=all").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.get("/coverage/export/doc").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn auditors_of_an_agency_see_that_agency_whatever_they_ask_for() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Auditor, OWN).await;
    let other = "agency=S%E1%BB%9F%20Th%E1%BB%AD%20nghi%E1%BB%87m";
    for path in ["/coverage", "/coverage/dossiers", "/coverage/export/csv", "/reconciliation"] {
        let page = client.get(&format!("{path}?{JUNE}&{other}&list=received")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.text.contains(web.other.code.as_str()) && !page.text.contains(OTHER), "{path}: {}", page.text);
    }
    let page = client.get(&format!("/coverage?{JUNE}&{other}")).await.text;
    assert!(page.contains("0 trên 1 hồ sơ"), "{page}");
    // Sums over all agencies are not in the navigation either.
    assert!(!page.contains("href=\"/report\"") && !page.contains("href=\"/certificates\""), "{page}");
}

#[tokio::test]
async fn every_file_and_every_sum_is_reconciled() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Auditor, "").await;
    let page = client.get(&format!("/reconciliation?{JUNE}")).await.text;
    for words in ["Không có hồ sơ nào như vậy", "Không có giấy tờ nào được miễn", "Khớp", "Đã nhận"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
    let report = client.get(&format!("/report?{JUNE}")).await.text;
    for words in ["Mọi phép đối chiếu đều khớp", "Tiếp nhận mới", "Đang giải quyết, trong hạn", "100,00 %"]
    {
        assert!(report.contains(words), "{words} in {report}");
    }
}

#[tokio::test]
async fn reports_are_taken_along_as_files() {
    let web = TestWeb::new().await;
    let number = web.sample("seed").await;
    let client = web.user(Role::Auditor, "").await;
    let sample = format!("/samples/{number}/export/");
    for (path, words) in [
        ("/coverage/export/", "BÁO CÁO TỶ LỆ SỐ HÓA HỒ SƠ"),
        ("/report/export/", "BÁO CÁO TIẾP NHẬN"),
        (sample.as_str(), "PHIẾU ĐỐI CHIẾU MẪU"),
    ] {
        let csv = client.get(&format!("{path}csv?{JUNE}")).await;
        assert!(csv.text.contains(words) && !csv.text.contains(PERSON), "{path}: {}", csv.text);
        assert!(csv.header("content-disposition").ends_with(".csv\""), "{path}");
        for (form, begins) in [("xlsx", b"PK".as_slice()), ("pdf", b"%PDF-1.7")] {
            let request = client.request(&Method::GET, &format!("{path}{form}?{JUNE}")).body(Body::empty()).unwrap();
            let response = client.start(request).await;
            let bytes = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
            assert!(bytes.starts_with(begins), "{path}{form}");
        }
    }
}

#[tokio::test]
async fn the_history_of_a_dossier_says_who_did_what() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Auditor, OWN).await;
    let path = format!("/dossiers/{}", web.own.code);
    assert!(client.get(&path).await.text.contains(&format!("href=\"{path}/history\"")));
    client.post(&format!("{path}/unmask"), "reason=thanh+tra").await;
    let verified = client.post(&format!("{path}/verify"), "").await;
    assert_eq!(
        (verified.status, verified.header("location")),
        (StatusCode::SEE_OTHER, format!("{path}/history").as_str())
    );
    let event = web.events().await.into_iter().next_back().unwrap();
    assert_eq!(
        (event.kind, event.outcome, &event.dossier),
        (EventKind::FixityChecked, Outcome::Failure, &Some(web.own.code.clone()))
    );
    assert_eq!(event.detail, "3 checked, 1 problems: mismatch");

    let history = client.get(&format!("{path}/history")).await.text;
    for words in [
        "15/06/2023",
        "Nhận tệp quét",
        "SCAN0001.pdf",
        "Hiện tên người nộp",
        "thanh tra",
        "Có sai lệch",
        "đã kiểm tra 3 mục, 1 sai lệch: nội dung khác mã băm",
        "auditor-0",
        "riêng hồ sơ này",
    ] {
        assert!(history.contains(words), "{words} in {history}");
    }
    let unmasked = history.find("Hiện tên người nộp").unwrap();
    assert!(history.rfind("Kiểm tra toàn vẹn").unwrap() < unmasked, "the latest first: {history}");
    // Before the first event there is nothing.
    assert!(client.get(&format!("{path}/history?before=1")).await.text.contains("Chưa có sự kiện nào"));
    let fixity = web.user(Role::Auditor, "").await.get("/fixity").await.text;
    for words in ["1 hồ sơ có sai lệch", web.own.code.as_str(), "Chưa có lần kiểm tra toàn bộ nào"] {
        assert!(fixity.contains(words), "{words} in {fixity}");
    }
}

#[tokio::test]
async fn long_histories_come_stretch_by_stretch() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Auditor, OWN).await;
    let path = format!("/dossiers/{}", web.own.code);
    for n in 0..120 {
        client.post(&format!("{path}/unmask"), &format!("reason=lan-{n}-")).await;
    }
    let first = client.get(&format!("{path}/history")).await.text;
    assert!(first.contains("lan-119-") && first.contains("lan-20-") && !first.contains("lan-19-"), "{first}");
    let next = between(&first, &format!("href=\"{path}/history?before="), "\"");
    let second = client.get(&format!("{path}/history?before={next}")).await.text;
    assert!(second.contains("lan-19-") && second.contains("lan-0-") && !second.contains("lan-20-"), "{second}");
    assert!(second.contains("Về đầu danh sách"));
}

/// A form with files as browsers send it.
async fn sends(client: &Client<'_>, path: &str, fields: &[(&str, &[u8])]) -> String {
    let mut body = Vec::new();
    for (name, bytes) in fields {
        let head = format!("--here\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n");
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend(b"--here--\r\n");
    let request = client.request(&Method::POST, path).header("x-csrf-token", &client.csrf);
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=here");
    client.send(request.body(Body::from(body)).unwrap()).await.text
}

#[tokio::test]
async fn certificates_are_made_taken_along_and_checked() {
    let web = TestWeb::new().await;
    for role in [Role::Auditor, Role::Admin] {
        let client = web.user(role, "").await;
        let root = certificate_root();
        let page = client.get("/certificates").await.text;
        assert!(page.contains("01/05/2023 – 31/05/2023") && page.contains(&root.to_string()), "{page}");
        let made = client.post("/certificates", "from=01/06/2023&to=30/06/2023").await;
        assert_eq!(made.status, StatusCode::OK);
        assert!(made.text.contains("Đã lập giấy chứng nhận kỳ 01/06/2023 – 30/06/2023"), "{}", made.text);
        for (form, words) in [
            ("from=&to=30/06/2023", "Hãy ghi ngày"),
            ("from=01/07/2023&to=30/06/2023", "Ngày cuối đứng trước"),
            ("from=01/07/2020&to=30/07/2020", "sổ không có hồ sơ nào"),
        ] {
            let refused = client.post("/certificates", form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text.contains(words), "{form}: {}", refused.text);
        }
        let file = client.get(&format!("/certificates/{root}")).await;
        assert_eq!((file.text.as_bytes(), file.header("content-type")), (CERTIFICATE, "text/plain; charset=utf-8"));
        assert_eq!(client.get("/certificates/00").await.status, StatusCode::NOT_FOUND);
        assert_eq!(client.get("/certificates/key").await.text, "the key");

        let own = root.to_string();
        for (fields, there, not_there) in [
            (&[("certificate", CERTIFICATE), ("against", b"".as_slice())][..], "Không thấy sai lệch", "nối tiếp"),
            (&[("certificate", CERTIFICATE), ("against", CERTIFICATE)], "nối tiếp", "Có sai lệch"),
            (&[("certificate", CERTIFICATE), ("against_root", own.as_bytes())], "nối tiếp", "Có sai lệch"),
            (&[("certificate", b"another")], "Có sai lệch", "Không thấy sai lệch"),
            (&[("certificate", b"no certificate")], "không phải giấy chứng nhận", "Chữ ký"),
        ] {
            let checked = sends(&client, "/certificates/check", fields).await;
            assert!(checked.contains(there) && !checked.contains(not_there), "{fields:?}: {checked}");
        }
    }
}

#[tokio::test]
async fn a_sample_is_drawn_and_compared_document_by_document() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Auditor, "").await;
    let form = "from=01/06/2023&to=30/06/2023&size=2&unit=documents&seed=xuc+xac+4+2&by=none&name=Th%C3%A1ng+6";
    for (wrong, words) in [
        (form.replace("size=2", "size=0"), "Hãy ghi một số lớn hơn 0"),
        (form.replace("seed=xuc+xac+4+2", "seed="), "Hãy ghi hạt giống"),
        (form.replace("2023", "2020"), "chưa có văn bản nào đã gắn"),
        (form.replace("unit=documents", "unit=percent").replace("size=2", "size=101"), "tỷ lệ đến 100"),
    ] {
        let refused = client.post("/samples", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(refused.text.contains(words), "{wrong}: {}", refused.text);
    }
    let drawn = client.post("/samples", form).await;
    assert_eq!((drawn.status, drawn.header("location")), (StatusCode::SEE_OTHER, "/samples/1"));
    let twice = client.post("/samples", form).await;
    assert!(twice.text.contains("Đã có mẫu mang tên này"), "{}", twice.text);
    let event = web.events().await.into_iter().next_back().unwrap();
    assert_eq!((event.kind, event.agent.as_str()), (EventKind::Sampled, "auditor-0"));

    let page = client.get("/samples/1").await.text;
    for words in
        ["Tháng 6", "Đã so 0 / 2 văn bản", "xuc xac 4 2", web.own.document.as_str(), web.other.document.as_str()]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
    let first = between(&page, "button primary\" href=\"", "\"").to_owned();
    let item = client.get(&first).await.text;
    let document = first.rsplit('/').next().unwrap();
    assert!(
        item.contains(&format!("/documents/{document}/pages/1?side=1200")) && item.contains("TP1 Giấy TP1"),
        "{item}"
    );
    assert!(!item.contains(PERSON));
    // The next one that nobody has compared comes of itself; at the end the sample as a whole.
    let second = client.post(&first, "verdict=match&note=").await.header("location").to_owned();
    assert!(second.starts_with("/samples/1/") && second != first, "{second}");
    assert_eq!(client.post(&second, "verdict=perhaps").await.status, StatusCode::BAD_REQUEST);
    let end = client.post(&second, "verdict=missing-page&note=thi%E1%BA%BFu+trang+2").await;
    assert_eq!(end.header("location"), "/samples/1");
    let page = client.get("/samples/1").await.text;
    for words in ["Đã so hết mẫu này", "thiếu trang 2", "Thiếu trang", "50,00 %"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let items = web.records.sample_items(1).await.unwrap();
    let found: Vec<Verdict> = items.iter().map(|item| item.result.as_ref().unwrap().verdict).collect();
    assert!(found.contains(&Verdict::Match) && found.contains(&Verdict::MissingPage), "{found:?}");
    assert_eq!(client.get("/samples/2").await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.get("/samples/1/000000000000000000000000").await.status, StatusCode::NOT_FOUND);
}
