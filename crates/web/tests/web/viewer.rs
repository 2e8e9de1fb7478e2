//! The viewer: a page with its words, and files that can be taken.

use axum::http::StatusCode;
use sohoa_domain::EventKind;
use sohoa_store::Role;

use crate::support::{OWN, TestWeb};

#[tokio::test]
async fn words_lie_over_the_picture_and_hits_are_marked() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Archivist, OWN).await;
    let path = format!("/documents/{}", web.own.document);
    let page = client.get(&format!("{path}?q=cua")).await.text;
    for words in [
        "Giấy TP1",
        "viewBox=\"0 0 1000 1400\"",
        &format!("href=\"{path}/pages/1?side=1200&#38;turn=90&#38;v=1\""),
        "<rect class=\"hit\" x=\"200\" y=\"200\" width=\"70\" height=\"30\"/>",
        "<text font-size=\"30\"><tspan x=\"100\" y=\"224\" textLength=\"100\" lengthAdjust=\"spacingAndGlyphs\">Đơn </tspan>",
        "&#60;con&#62;\n</tspan></text>",
        "1 từ trên trang này; có ở 1 trang.",
        &format!("href=\"/dossiers/{}\"", web.own.code),
        // Of the paper, at 120 dpi.
        "data-paper=\"800\"",
        "Nguyễn Thị Mơ",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert_eq!(page.matches("class=\"hit\"").count(), 1);
    // Nothing is inline.
    assert!(!page.contains(" style=") && !page.contains("<style"));
    let part = client.request(&axum::http::Method::GET, &path).header("hx-request", "true");
    let part = client.send(part.body(axum::body::Body::empty()).unwrap()).await.text;
    assert!(part.contains("id=\"sheet\"") && !part.contains("<html"), "{part}");
    for page in ["0", "2", "x"] {
        let answer = client.get(&format!("{path}?page={page}")).await.status;
        assert!(answer.is_client_error(), "{page}: {answer}");
    }
    let picture = client.get(&format!("{path}/pages/1?side=1200&turn=90&v=1")).await;
    assert_eq!(picture.header("cache-control"), "private, max-age=31536000, immutable");
    // For auditors what is personal is masked in texts.
    let masked = web.user(Role::Auditor, OWN).await.get(&path).await.text;
    assert!(masked.contains("N••• T••• M•••") && !masked.contains("Nguyễn Thị Mơ"), "{masked}");
}

#[tokio::test]
async fn who_takes_a_file_is_on_record() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    let path = format!("/documents/{}/files", web.own.document);
    let text = client.get(&format!("{path}/text")).await;
    assert_eq!((text.status, text.text.as_str()), (StatusCode::OK, "Đơn của bà Trần Thị Bịa & <con>"));
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(text.header("content-disposition"), format!("attachment; filename=\"{}.1.txt\"", web.own.code));
    let event = web.events().await.into_iter().next_back().unwrap();
    assert_eq!((event.kind, event.detail.as_str()), (EventKind::Downloaded, "text"));
    assert_eq!((event.dossier.as_ref(), event.document.as_ref()), (Some(&web.own.code), Some(&web.own.document)));
    assert!(event.agent.starts_with("counter-"));
    let before = web.events().await.len();
    for wrong in ["original", "pdf?version=1", "nothing"] {
        assert_eq!(client.get(&format!("{path}/{wrong}")).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(web.events().await.len(), before);
}
