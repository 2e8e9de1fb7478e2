//! Signing in, staying signed in, and not getting in.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use sohoa_domain::{EventKind, Outcome};
use sohoa_store::{Accounts as _, Role};

use crate::support::{Client, OWN, TestWeb, between};

const PASSWORD: &str = "mười hai con giáp";
const RIGHT: &str = "name=clerk&password=m%C6%B0%E1%BB%9Di+hai+con+gi%C3%A1p";

async fn with_clerk() -> TestWeb {
    let web = TestWeb::new().await;
    web.add("clerk", Role::Counter, OWN, Some(PASSWORD)).await;
    web
}

/// The session of a sign-in that succeeded.
fn signed_in<'a>(web: &'a TestWeb, answer: &crate::support::Answer) -> Client<'a> {
    let mut client = web.nobody();
    client.cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    client
}

#[tokio::test]
async fn the_right_password_opens_a_session_and_sign_out_ends_it() {
    let web = with_clerk().await;
    let answer = web.nobody().post("/sign-in", &format!("{RIGHT}&next=%2Fdossiers")).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/dossiers"));
    let cookie = answer.header("set-cookie");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    let mut client = signed_in(&web, &answer);
    let home = client.get("/").await;
    assert_eq!(home.status, StatusCode::OK);
    client.csrf = between(&home.text, "data-csrf=\"", "\"").to_owned();
    assert_eq!(client.post("/sign-out", "").await.header("location"), "/sign-in");
    assert_eq!(client.get("/").await.header("location"), "/sign-in");
    let kinds: Vec<_> = web.events().await.iter().rev().take(2).map(|e| (e.kind, e.agent.clone())).collect();
    assert_eq!(kinds, [(EventKind::SignedOut, "clerk".to_owned()), (EventKind::SignedIn, "clerk".to_owned())]);
}

#[tokio::test]
async fn sign_in_leads_to_no_other_site() {
    let web = with_clerk().await;
    for next in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example"] {
        let answer = web.nobody().post("/sign-in", &format!("{RIGHT}&next={next}")).await;
        assert_eq!(answer.header("location"), "/");
    }
}

#[tokio::test]
async fn wrong_passwords_lock_the_user_out_for_longer_and_longer() {
    let web = with_clerk().await;
    for _ in 0..5 {
        let answer = web.nobody().post("/sign-in", "name=clerk&password=wrong").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // Now the right one does not help either, until the time is over.
    assert_eq!(web.nobody().post("/sign-in", RIGHT).await.status, StatusCode::TOO_MANY_REQUESTS);
    web.pass(14);
    assert_eq!(web.nobody().post("/sign-in", RIGHT).await.status, StatusCode::TOO_MANY_REQUESTS);
    web.pass(1);
    assert_eq!(
        web.nobody().post("/sign-in", "name=clerk&password=wrong").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    web.pass(29);
    assert_eq!(web.nobody().post("/sign-in", RIGHT).await.status, StatusCode::TOO_MANY_REQUESTS);
    web.pass(1);
    assert_eq!(web.nobody().post("/sign-in", RIGHT).await.status, StatusCode::SEE_OTHER);
    // What was wrong before is forgotten.
    assert_eq!(
        web.nobody().post("/sign-in", "name=clerk&password=wrong").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let failed = web.events().await.into_iter().filter(|e| e.kind == EventKind::SignInFailed);
    assert_eq!(failed.filter(|e| e.outcome == Outcome::Failure && e.agent == "clerk").count(), 7);
}

#[tokio::test]
async fn an_address_is_locked_out_whatever_names_it_tries() {
    let web = with_clerk().await;
    for n in 0..20 {
        let form = format!("name=nobody-{n}&password=wrong");
        assert_eq!(web.nobody().post("/sign-in", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(web.nobody().post("/sign-in", RIGHT).await.status, StatusCode::TOO_MANY_REQUESTS);
    // A name that does not exist is in no event: it may be a password.
    let events = serde_json::to_string(&web.events().await).unwrap();
    assert!(!events.contains("nobody-"), "{events}");
}

#[tokio::test]
async fn a_session_ends_when_idle_and_when_old() {
    let web = with_clerk().await;
    let client = web.session("clerk").await;
    for _ in 0..3 {
        web.pass(29 * 60);
        assert_eq!(client.get("/").await.status, StatusCode::OK);
    }
    web.pass(30 * 60);
    assert_eq!(client.get("/").await.header("location"), "/sign-in");
    let client = web.session("clerk").await;
    for _ in 0..35 {
        web.pass(20 * 60);
        assert_eq!(client.get("/").await.status, StatusCode::OK);
    }
    web.pass(20 * 60);
    assert_eq!(client.get("/").await.header("location"), "/sign-in");
}

#[tokio::test]
async fn who_is_switched_off_is_out_at_once() {
    let web = with_clerk().await;
    let client = web.session("clerk").await;
    web.accounts.set_disabled(&"clerk".parse().unwrap(), true).await.unwrap();
    assert_eq!(client.get("/").await.header("location"), "/sign-in");
    assert_eq!(web.nobody().post("/sign-in", RIGHT).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_change_needs_our_origin_and_the_secret_of_the_session() {
    let web = with_clerk().await;
    let client = web.session("clerk").await;
    let post = |origin: Option<(&str, &str)>, csrf: &str| {
        let mut request = axum::http::Request::post("/sign-out").header(header::HOST, "sohoa.test");
        request = request.header(header::COOKIE, &client.cookie);
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some((name, value)) = origin {
            request = request.header(name, value);
        }
        request.body(Body::from(format!("csrf={csrf}"))).unwrap()
    };
    let (ours, right) = (Some(("origin", "http://sohoa.test")), client.csrf.as_str());
    for (origin, csrf) in [
        (None, right),
        (Some(("origin", "http://evil.example")), right),
        (Some(("origin", "null")), right),
        (Some(("sec-fetch-site", "cross-site")), right),
        (Some(("sec-fetch-site", "same-site")), right),
        (ours, ""),
        (ours, &"0".repeat(64)),
    ] {
        let answer = client.send(post(origin, csrf)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?} {csrf}");
    }
    // The secret of another session is none of this one's.
    let other = web.session("clerk").await;
    assert_eq!(client.send(post(ours, &other.csrf)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(client.send(post(Some(("sec-fetch-site", "same-origin")), right)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_first_administrator_is_made_once_by_the_link() {
    let web = TestWeb::new().await;
    let old = web.web.first_admin_path().await.unwrap().unwrap();
    let path = web.web.first_admin_path().await.unwrap().unwrap();
    assert_eq!(web.nobody().get(&old).await.status, StatusCode::NOT_FOUND);
    assert_eq!(web.nobody().get(&path).await.status, StatusCode::OK);
    let short = web.nobody().post(&path, "name=chief&password=short&again=short").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = "name=chief&password=long+enough+it+is&again=long+enough+it+is";
    let made = web.nobody().post(&path, form).await;
    assert_eq!((made.status, made.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(signed_in(&web, &made).get("/admin/users").await.status, StatusCode::OK);
    assert_eq!(web.nobody().get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(web.nobody().post(&path, form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(web.web.first_admin_path().await.unwrap(), None);
}

#[tokio::test]
async fn a_new_user_sets_the_password_by_a_link_that_works_once_and_not_for_long() {
    let web = TestWeb::new().await;
    let admin = web.user(Role::Admin, "").await;
    let link = |text: &str| between(text, "value=\"http://sohoa.test", "\"").to_owned();
    let first = link(&admin.post("/admin/users", "name=clerk&role=counter&agency=").await.text);
    let taken = admin.post("/admin/users", "name=clerk&role=auditor").await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    let second = link(&admin.post("/admin/users/clerk/link", "").await.text);
    assert_eq!(web.nobody().get(&first).await.status, StatusCode::NOT_FOUND);
    let differs = web.nobody().post(&second, "password=long+enough+it+is&again=long+enough+it+isn").await;
    assert_eq!(differs.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = "password=long+enough+it+is&again=long+enough+it+is";
    assert_eq!(web.nobody().post(&second, form).await.header("location"), "/sign-in");
    assert_eq!(web.nobody().post(&second, form).await.status, StatusCode::NOT_FOUND);
    let signed_in = web.nobody().post("/sign-in", "name=clerk&password=long+enough+it+is").await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    let late = link(&admin.post("/admin/users/clerk/link", "").await.text);
    web.pass(73 * 3600);
    assert_eq!(web.nobody().get(&late).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_last_administrator_cannot_be_switched_off() {
    let web = TestWeb::new().await;
    web.add("root", Role::Admin, "", None).await;
    let admin = web.user(Role::Admin, "").await;
    assert_eq!(admin.post("/admin/users/root/disable", "").await.status, StatusCode::SEE_OTHER);
    let own = web.accounts.users().await.unwrap().into_iter().find(|u| !u.disabled).unwrap().name;
    assert_eq!(admin.post(&format!("/admin/users/{own}/disable"), "").await.status, StatusCode::CONFLICT);
    assert_eq!(admin.get("/admin/users").await.status, StatusCode::OK);
}

#[tokio::test]
async fn behind_a_proxy_with_tls_cookies_are_secure_and_addresses_the_clients() {
    let web = TestWeb::with(|s| s.behind_proxy = true).await;
    web.add("clerk", Role::Counter, OWN, Some(PASSWORD)).await;
    let nobody = web.nobody();
    let send = |address: &str, form: String| {
        let request = nobody.request(&Method::POST, "/sign-in").header("x-forwarded-proto", "https");
        let request = request.header("x-forwarded-for", format!("10.9.9.9, {address}"));
        nobody.send(
            request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(form)).unwrap(),
        )
    };
    for n in 0..20 {
        send("10.0.0.1", format!("name=no-{n}&password=wrong")).await;
    }
    assert_eq!(send("10.0.0.1", RIGHT.to_owned()).await.status, StatusCode::TOO_MANY_REQUESTS);
    let answer = send("10.0.0.2", RIGHT.to_owned()).await;
    assert!(answer.header("set-cookie").ends_with("; Secure"), "{}", answer.header("set-cookie"));
}
