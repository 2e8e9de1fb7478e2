//! Screens: what a dossier shows, and to whom.

use axum::http::StatusCode;
use sohoa_domain::{Desk, EventKind};
use sohoa_store::{Records as _, Role};

use crate::support::{OWN, PERSON, TestWeb};

#[tokio::test]
async fn a_dossier_shows_what_is_there_and_what_is_missing() {
    let web = TestWeb::new().await;
    // Counters see the files in the order of arrival instead (counter.rs).
    let client = web.user(Role::Archivist, OWN).await;
    let page = client.get(&format!("/dossiers/{}", web.own.code)).await.text;
    for words in [
        "Còn thiếu 1 thành phần",
        "1/2 thành phần đã số hóa",
        "Đã có",
        "15/06/2023 08:30",
        "Trang 1",
        PERSON,
        &format!("/documents/{}/pages/1", web.own.document),
        &format!("sse-connect=\"/live/dossiers/{}?since=", web.own.code),
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let contents = client.get(&format!("/dossiers/{}/contents", web.own.code)).await.text;
    assert!(contents.contains("Còn thiếu 1 thành phần") && !contents.contains("<html"), "{contents}");
    assert_eq!(client.get("/dossiers/H41.31-230615-9999").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn names_are_masked_for_auditors_unless_a_reason_is_given_which_is_on_record() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Auditor, OWN).await;
    let path = format!("/dossiers/{}", web.own.code);
    let page = client.get(&path).await.text;
    assert!(page.contains("T••• T••• B•••") && !page.contains(PERSON), "{page}");
    assert_eq!(client.post(&format!("{path}/unmask"), "reason=").await.status, StatusCode::BAD_REQUEST);
    assert!(web.events().await.iter().all(|e| e.kind != EventKind::Unmasked));
    let shown = client.post(&format!("{path}/unmask"), "reason=khi%E1%BA%BFu+n%E1%BA%A1i").await.text;
    assert!(shown.contains(PERSON));
    let event = web.events().await.into_iter().next_back().unwrap();
    assert_eq!((event.kind, event.dossier.as_ref()), (EventKind::Unmasked, Some(&web.own.code)));
    assert_eq!(event.detail, "khiếu nại");
}

#[tokio::test]
async fn each_role_finds_its_own_screens() {
    let web = TestWeb::new().await;
    for (role, dossiers, users) in [
        (Role::Counter, true, false),
        (Role::Archivist, true, false),
        (Role::Auditor, true, false),
        (Role::Admin, false, true),
    ] {
        let home = web.user(role, OWN).await.get("/").await.text;
        let shown = (home.contains("href=\"/dossiers\""), home.contains("href=\"/admin/users\""));
        assert_eq!(shown, (dossiers, users), "{role}");
    }
}

#[tokio::test]
async fn the_home_page_shows_what_is_open_at_the_own_counters() {
    let web = TestWeb::new().await;
    let desk = |agency: &str| Desk { agency: agency.to_owned(), counter: "Quầy 1".to_owned() };
    let now = "2023-06-15T01:30:00Z".parse().unwrap();
    web.records.switch_session(&desk(OWN), Some(&web.own.code), now, "test").await.unwrap();
    web.records.switch_session(&desk("another"), Some(&web.other.code), now, "test").await.unwrap();
    let home = web.user(Role::Counter, OWN).await.get("/").await.text;
    assert!(home.contains(web.own.code.as_str()) && home.contains("từ 15/06/2023 08:30"), "{home}");
    assert!(!home.contains(web.other.code.as_str()));
}
