//! Tokens of programs.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use sohoa_store::{AccountError, Accounts as _, Role, Scope};
use sohoa_web::Secret;

use crate::support::{OWN, TestWeb};

fn with_token(method: Method, path: &str, token: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    request.header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_token_acts_as_its_user_within_its_scopes_and_only_for_the_api() {
    let web = TestWeb::new().await;
    web.add("portal", Role::Archivist, OWN, None).await;
    let (user, now) = ("portal".parse().unwrap(), "2023-06-15T01:30:00Z".parse().unwrap());
    let (reads, writes) = (Secret::new().unwrap(), Secret::new().unwrap());
    web.accounts.add_token(&reads.digest(), &user, "reads", &[Scope::Read], now).await.unwrap();
    web.accounts.add_token(&writes.digest(), &user, "writes", &[Scope::Write], now).await.unwrap();
    let again = web.accounts.add_token(&Secret::new().unwrap().digest(), &user, "reads", &[Scope::Read], now).await;
    assert!(matches!(again, Err(AccountError::Exists)), "{again:?}");
    let nobody = web.nobody();
    let status = async |path: &str, token: &str| nobody.send(with_token(Method::GET, path, token)).await.status;
    assert_eq!(status("/api/v1/dossiers", reads.reveal()).await, StatusCode::OK);
    assert_eq!(status(&format!("/api/v1/dossiers/{}", web.own.code), reads.reveal()).await, StatusCode::OK);
    assert_eq!(status(&format!("/api/v1/dossiers/{}", web.other.code), reads.reveal()).await, StatusCode::NOT_FOUND);
    assert_eq!(status("/api/v1/dossiers", writes.reveal()).await, StatusCode::FORBIDDEN);
    assert_eq!(status("/api/v1/dossiers", "no such token").await, StatusCode::UNAUTHORIZED);
    let page = nobody.send(with_token(Method::GET, "/dossiers", reads.reveal())).await;
    assert_eq!(page.header("location"), "/sign-in?next=/dossiers");
    web.accounts.remove_token(&user, "reads").await.unwrap();
    assert_eq!(status("/api/v1/dossiers", reads.reveal()).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn accounts_survive_in_a_copy_and_are_nobody_elses_to_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let web = TestWeb::new().await;
    web.add("clerk", Role::Counter, OWN, None).await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("accounts.db");
    web.accounts.copy_to(&copy).await.unwrap();
    let copied = sohoa_store::SqliteAccounts::open(&copy).await.unwrap();
    assert_eq!(copied.users().await.unwrap(), web.accounts.users().await.unwrap());
    let made = folder.path().join("new.db");
    sohoa_store::SqliteAccounts::open(&made).await.unwrap();
    assert_eq!(std::fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o600);
}
