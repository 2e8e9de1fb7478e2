//! Search: what is found, by whom, and what is never shown.

use axum::http::StatusCode;
use sohoa_domain::EventKind;
use sohoa_store::Role;

use crate::support::{OTHER, OWN, PERSON, TestWeb};

/// `/search` for these words, and more of the query.
fn search(words: &str, more: &str) -> String {
    let escaped: String = words.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/search?q={escaped}{more}")
}

#[tokio::test]
async fn what_is_found_is_shown_where_it_stands() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Archivist, OWN).await;
    assert!(client.get("/search").await.text.contains("Tìm trong mọi giấy tờ đã số hóa"));
    let found = client.get(&search("don cua", "")).await.text;
    for words in [
        "1 giấy tờ",
        "<mark>Đơn</mark> <mark>của</mark> bà Trần Thị Bịa &#38; &#60;con&#62;",
        "khác dấu",
        &format!("/documents/{}?q=don%20cua", web.own.document),
        &format!("href=\"/dossiers/{}\"", web.own.code),
    ] {
        assert!(found.contains(words), "{words} in {found}");
    }
    assert!(!client.get(&search("đơn của", "")).await.text.contains("khác dấu"));
    // By the name of the applicant: the dossier, and the paper on which it stands.
    let by_name = client.get(&search("tran thi bia", "")).await.text;
    assert!(by_name.contains(&format!("<td>{PERSON}</td>")) && by_name.contains("<mark>Bịa</mark>"), "{by_name}");
    // A whole code leads to its dossier, and its beginning to those that begin so.
    let code = web.own.code.as_str();
    assert_eq!(client.get(&search(&code.to_lowercase(), "")).await.header("location"), format!("/dossiers/{code}"));
    assert!(client.get(&search("h41.31", "")).await.text.contains(&format!("href=\"/dossiers/{code}\"")));
    // What is typed is shown as it is, and means nothing.
    let nothing = client.get(&search("<b>\"x\" OR *", "")).await.text;
    assert!(nothing.contains("Không tìm thấy “&#60;b&#62;&#34;x&#34; OR *”"), "{nothing}");
}

#[tokio::test]
async fn results_come_alone_while_one_types_and_filters_are_kept_to() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Archivist, "").await;
    let request = client.request(&axum::http::Method::GET, &search("đơn", "")).header("hx-request", "true");
    let part = client.send(request.body(axum::body::Body::empty()).unwrap()).await.text;
    assert!(part.contains("2 giấy tờ") && !part.contains("<html"), "{part}");
    let agency: String = OTHER.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for (filter, found) in [
        (format!("&agency={agency}"), "1 giấy tờ"),
        ("&kind=component".to_owned(), "2 giấy tờ"),
        ("&kind=result".to_owned(), "Không tìm thấy"),
        ("&register=no".to_owned(), "Không tìm thấy"),
        ("&from=15/06/2023&to=15/06/2023".to_owned(), "2 giấy tờ"),
        ("&from=16/06/2023".to_owned(), "Không tìm thấy"),
        ("&from=2023-06-16".to_owned(), "Hãy viết ngày như 31/12/2025"),
    ] {
        let page = client.get(&search("đơn", &filter)).await.text;
        assert!(page.contains(found), "{filter}: {page}");
    }
}

#[tokio::test]
async fn nobody_finds_what_is_of_another_agency() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    let (own, other) = (web.own.code.as_str(), web.other.code.as_str());
    for words in ["đơn của", PERSON, "SCAN0001.pdf", "H41", other] {
        let page = client.get(&search(words, "")).await;
        assert_eq!(page.status, StatusCode::OK);
        let hidden = [other.to_owned(), web.other.document.to_string(), OTHER.to_owned()];
        let told = page.text.replace(&format!("value=\"{other}\""), "").replace(&format!("“{other}”"), "");
        let told = told.split_once("id=\"results\"").unwrap().1;
        assert!(hidden.iter().all(|hidden| !told.contains(hidden)), "{words}: {told}");
        assert_eq!(told.contains(own), words != other, "{words}: {told}");
    }
    // Asking for the other agency changes nothing.
    let page = client.get(&search("đơn", "&agency=S%E1%BB%9F%20Th%E1%BB%AD%20nghi%E1%BB%87m")).await.text;
    assert!(page.contains(own) && !page.contains(other), "{page}");
}

#[tokio::test]
async fn auditors_find_no_names_unless_a_reason_is_given_which_is_on_record() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Auditor, OWN).await;
    for words in [PERSON, "đơn của"] {
        let page = client.get(&search(words, "")).await.text;
        let told = page.split_once("id=\"results\"").unwrap().1;
        assert!(told.contains("Không tìm thấy") && !told.contains(web.own.code.as_str()), "{words}: {told}");
    }
    let by_code = client.get(&search("H41.31", "")).await.text;
    assert!(by_code.contains("T••• T••• B•••") && !by_code.contains(PERSON), "{by_code}");
    assert!(client.get(&search("SCAN0001", "")).await.text.contains(web.own.document.as_str()));

    let form = "q=tran+thi+bia&reason=";
    assert_eq!(client.post("/search/unmask", form).await.status, StatusCode::BAD_REQUEST);
    let shown = client.post("/search/unmask", &format!("{form}khi%E1%BA%BFu+n%E1%BA%A1i")).await.text;
    assert!(shown.contains(&format!("<td>{PERSON}</td>")) && shown.contains("<mark>Trần</mark>"), "{shown}");
    assert!(!shown.contains(web.other.code.as_str()));
    let event = web.events().await.into_iter().next_back().unwrap();
    assert_eq!((event.kind, event.detail.as_str()), (EventKind::Unmasked, "search: khiếu nại"));
}
