//! The API: what it answers, how it says no, and that its description is complete.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use sohoa_store::Role;
use sohoa_web::access::rules;

use crate::support::{OTHER, OWN, PERSON, TestWeb};

#[tokio::test]
async fn what_goes_wrong_is_a_problem_with_a_stable_code() {
    let web = TestWeb::new().await;
    let refused = web.nobody().get("/api/v1/dossiers").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let problem = refused.json();
    assert_eq!((&problem["code"], &problem["status"]), (&"sign-in-needed".into(), &401.into()));
    assert_eq!(problem["type"], "/problems/sign-in-needed");
    assert_eq!(problem["request"], refused.header("x-request-id"));
    let client = web.user(Role::Auditor, OWN).await;
    for (path, status, code) in [
        (format!("/api/v1/dossiers/{}", web.other.code), 404, "not-found"),
        ("/api/v1/dossiers/nonsense".to_owned(), 404, "not-found"),
        ("/api/v1/dossiers?most=0".to_owned(), 400, "invalid"),
        ("/api/v1/dossiers?most=many".to_owned(), 400, "invalid"),
        ("/api/v1/dossiers?after=nonsense".to_owned(), 400, "invalid"),
    ] {
        let answer = client.get(&path).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (status, Some(code)), "{path}");
    }
}

#[tokio::test]
async fn dossiers_come_page_by_page() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Archivist, "").await;
    let first = client.get("/api/v1/dossiers?most=1").await.json();
    assert_eq!(first["dossiers"][0]["code"], web.other.code.as_str());
    assert_eq!(first["dossiers"][0]["agency"], OTHER);
    let next = first["next"].as_str().unwrap();
    let second = client.get(&format!("/api/v1/dossiers?most=1&after={next}")).await.json();
    assert_eq!((&second["dossiers"][0]["code"], &second["next"]), (&web.own.code.as_str().into(), &().into()));
    let begins = client.get("/api/v1/dossiers?begins=H41.3").await.json();
    assert_eq!(begins["dossiers"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_dossier_tells_what_is_missing_and_no_name() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    let answer = client.get(&format!("/api/v1/dossiers/{}", web.own.code)).await;
    let states: Vec<_> = answer.json()["components"].as_array().unwrap().iter().map(|c| c["state"].clone()).collect();
    assert_eq!(states, ["attached", "missing"]);
    assert_eq!(answer.json()["complete"], false);
    assert!(!answer.text.contains(PERSON));
    let documents = client.get(&format!("/api/v1/dossiers/{}/documents", web.own.code)).await.json();
    assert_eq!(documents["documents"][0]["id"], web.own.document.as_str());
}

#[tokio::test]
async fn who_has_the_same_already_gets_nothing_again() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    let picture = format!("/documents/{}/pages/1", web.own.document);
    for path in ["/api/v1/dossiers", &picture] {
        let first = client.get(path).await;
        assert_eq!(first.status, StatusCode::OK);
        let again = client.request(&Method::GET, path).header(header::IF_NONE_MATCH, first.header("etag"));
        let again = client.send(again.body(Body::empty()).unwrap()).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
    }
    assert_eq!(client.get(&format!("{picture}?side=999")).await.status, StatusCode::BAD_REQUEST);
    let none = client.get(&format!("/documents/{}/pages/2", web.own.document)).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn too_many_requests_have_to_wait() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    for _ in 0..200 {
        assert_eq!(client.get("/api/v1/openapi.json").await.status, StatusCode::OK);
    }
    let answer = client.get("/api/v1/dossiers").await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    web.pass(1);
    assert_eq!(client.get("/api/v1/dossiers").await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_route_of_the_api_is_described_and_nothing_else() {
    let web = TestWeb::new().await;
    let document = web.nobody().get("/api/v1/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        described.extend(methods.as_object().unwrap().keys().map(|m| format!("{} {path}", m.to_uppercase())));
    }
    let ours = rules().iter().filter(|r| r.path.starts_with("/api/") && r.path != "/api/v1/openapi.json");
    let ours: BTreeSet<_> = ours.map(|r| format!("{} {}", r.method, r.path)).collect();
    assert_eq!(described, ours);
}

#[tokio::test]
async fn the_explorer_shows_operations_and_tries_what_reads() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    let page = client.get("/api").await;
    for word in ["/api/v1/dossiers/{code}/uploads", "Push dossiers and changes of their state.", "uploads-full"] {
        assert_eq!(page.text.contains(word), word != "uploads-full", "{word}");
    }
    let tried = client.get("/api?operation=dossier&code=H41.31-230615-0001").await;
    assert_eq!(tried.header("location"), "/api/v1/dossiers/H41.31-230615-0001");
    let tried = client.get("/api?operation=dossiers&most=1&begins=H41+31&after=").await;
    assert_eq!(tried.header("location"), "/api/v1/dossiers?begins=H41%2031&most=1");
    // What changes something is only shown.
    assert_eq!(client.get("/api?operation=push_dossiers").await.status, StatusCode::OK);
}

#[tokio::test]
async fn operations_need_no_sign_in() {
    let web = TestWeb::new().await;
    assert_eq!(web.nobody().get("/healthz").await.text, "ok\n");
    let ready = web.nobody().get("/readyz").await;
    assert_eq!((ready.status, ready.json()["ready"].as_bool()), (StatusCode::OK, Some(true)));
    let metrics = web.nobody().get("/metrics").await.text;
    for line in [
        "sohoa_files{state=\"attached\"} 2",
        "sohoa_pages{state=\"kept\"} 2",
        "sohoa_jobs{state=\"open\"} 0",
        "sohoa_http_requests_total{method=\"GET\",route=\"/readyz\",status=\"200\"} 1",
        "sohoa_http_request_seconds_count{method=\"GET\",route=\"/healthz\"} 1",
    ] {
        assert!(metrics.lines().any(|l| l == line), "{line} in {metrics}");
    }
}
