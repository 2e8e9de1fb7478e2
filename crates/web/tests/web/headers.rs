//! What every answer says to the browser.

use axum::http::StatusCode;
use sohoa_store::Role;

use crate::support::{OWN, TestWeb, between};

#[tokio::test]
async fn nothing_runs_inline_and_nothing_comes_from_elsewhere() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    for path in ["/", "/dossiers", &format!("/dossiers/{}", web.own.code), "/no/such", "/healthz", "/api/v1/dossiers"] {
        let answer = client.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && policy.contains("style-src 'self'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-request-id").len(), 16);
        for inline in ["<style", " style=", " onclick=", "javascript:", "http://", "https://"] {
            assert!(!answer.text.contains(inline), "{path}: {inline}");
        }
        // A script has an address and no text.
        for script in answer.text.split("<script").skip(1) {
            assert!(script.contains(" defer></script>"), "{path}: {script}");
        }
    }
}

#[tokio::test]
async fn assets_are_kept_for_good_under_their_digest() {
    let web = TestWeb::new().await;
    let page = web.nobody().get("/sign-in").await.text;
    let style = format!("/assets/{}", between(&page, "href=\"/assets/", "\""));
    let answer = web.nobody().get(&style).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    let wrong = style.replace("/assets/", "/assets/0");
    assert_eq!(web.nobody().get(&wrong).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_language_is_vietnamese_until_another_one_is_chosen() {
    let web = TestWeb::new().await;
    let mut nobody = web.nobody();
    assert!(nobody.get("/sign-in").await.text.contains("<html lang=\"vi\">"));
    let switched = nobody.post("/language", "language=en&next=%2Fsign-in").await;
    assert_eq!((switched.status, switched.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
    nobody.cookie = switched.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(nobody.get("/sign-in").await.text.contains("Sign in"));
    // A user's choice is the user's, whatever browser it is.
    let client = web.user(Role::Counter, OWN).await;
    assert!(client.get("/").await.text.contains("Xin chào"));
    client.post("/language", "language=en").await;
    assert!(client.get("/").await.text.contains("Hello"));
    assert_eq!(client.post("/language", "language=xx").await.status, StatusCode::BAD_REQUEST);
}
