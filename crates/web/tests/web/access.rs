//! Who may see what: every route × every role × own and other agency.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use sohoa_domain::StratumBy;
use sohoa_report::{SampleRequest, SampleSize};
use sohoa_store::{Accounts as _, DeliveryPage, NewDelivery, NewWebhook, Programs as _, Records as _, Role, Topic};
use sohoa_web::access::{AgencyOf, Rule, Who, rules};

use crate::services::certificate_root;
use crate::support::{Client, Holdings, OTHER, OWN, TestWeb};

/// What an agency has beside its holdings: a webhook with a message, and a sample of its batch.
struct Things {
    webhook: i64,
    message: i64,
    sample: i64,
}

async fn things(web: &TestWeb, of: &Holdings) -> Things {
    let now = "2023-06-15T01:30:00Z".parse().unwrap();
    let webhook = NewWebhook {
        address: "http://receiver.test/".to_owned(),
        secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        agency: String::new(),
        topics: Topic::ALL.to_vec(),
        seen: 0,
    };
    let webhook = web.programs.add_webhook(&webhook, now).await.unwrap();
    web.programs.pause_webhook(webhook, Some(now)).await.unwrap();
    let body = NewDelivery { event: 1, topic: Topic::DossierComplete, body: "{}".to_owned() };
    web.programs.look_at(webhook, 1, &[body], &[], now).await.unwrap();
    let page = DeliveryPage { webhook: Some(webhook), most: 1, ..DeliveryPage::default() };
    let message = web.programs.deliveries(&page).await.unwrap()[0].id;
    let day = jiff::civil::date(2023, 6, 15);
    let request = SampleRequest {
        name: String::new(),
        seed: "matrix".to_owned(),
        from: day,
        to: day,
        batch: Some(of.batch),
        size: SampleSize::Count(1),
        by: StratumBy::None,
    };
    let population = web.records.batch_population(of.batch).await.unwrap();
    let sample = web.records.add_sample(&request.draw(&population), now, "test").await.unwrap();
    Things { webhook, message, sample }
}

/// The path of a rule, its parameters filled in with what belongs to an agency.
fn path(rule: &Rule, of: &Holdings, things: &Things, user: &str) -> String {
    // Samples of all agencies have screens of their own.
    let sample = if rule.path.contains("{batch}") { things.sample } else { 1 };
    let filled = rule
        .path
        .replace("{code}", of.code.as_str())
        .replace("{file}", &of.file.0.to_string())
        .replace("{document}", of.document.as_str())
        .replace("{counter}", "Qu%E1%BA%A7y%201")
        .replace("{batch}", &of.batch.0.to_string())
        .replace("{form}", "csv")
        .replace("{root}", &certificate_root().to_string())
        .replace("{sample}", &sample.to_string())
        .replace("{webhook}", &things.webhook.to_string())
        .replace("{message}", &things.message.to_string())
        .replace("{page}", "1")
        .replace("{field}", "number.0")
        .replace("{upload}", "none")
        .replace("{rendition}", "pdf")
        .replace("{kind}", "metadata")
        .replace("{secret}", "none")
        .replace("{hash}", "none");
    filled.replace("{name}", user)
}

async fn status(client: &Client<'_>, rule: &Rule, path: &str) -> StatusCode {
    let mut request = client.request(&rule.method, path);
    if rule.method != Method::GET {
        request = request.header("x-csrf-token", &client.csrf);
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    // Streams have no end: what they say is not read.
    let response = client.start(request.body(Body::empty()).unwrap()).await;
    let headers = response.headers();
    let to_sign_in = headers.get(header::LOCATION).is_some_and(|to| to.as_bytes().starts_with(b"/sign-in"));
    // Who signs out is sent there too, and the cookie taken away.
    if to_sign_in && !headers.contains_key(header::SET_COOKIE) { StatusCode::UNAUTHORIZED } else { response.status() }
}

#[tokio::test]
async fn every_route_for_every_role_and_agency() {
    let web = TestWeb::new().await;
    web.add("clerk-own", Role::Counter, OWN, None).await;
    web.add("clerk-other", Role::Counter, OTHER, None).await;
    // Somebody has to be left who keeps users.
    web.add("root", Role::Admin, "", None).await;
    web.sample("matrix").await;
    let (own_things, other_things) = (things(&web, &web.own).await, things(&web, &web.other).await);
    let mut sessions = Vec::new();
    for role in Role::ALL {
        for (kind, agency) in [("bound", OWN), ("free", "")] {
            let name = format!("{kind}-{role}");
            web.add(&name, role, agency, None).await;
            sessions.push(web.session(&name).await);
        }
    }
    let mut asked = 0;
    for rule in rules() {
        let own = path(rule, &web.own, &own_things, "clerk-own");
        let other = path(rule, &web.other, &other_things, "clerk-other");
        let Who::Roles(roles) = rule.who else {
            let answer = status(&web.nobody(), rule, &own).await;
            assert_ne!(answer, StatusCode::UNAUTHORIZED, "{} {own}", rule.method);
            continue;
        };
        assert_eq!(status(&web.nobody(), rule, &own).await, StatusCode::UNAUTHORIZED, "{own}: nobody");
        for (role, sessions) in Role::ALL.iter().zip(sessions.chunks(2)) {
            for (kind, client, path, sees) in [
                ("bound", &sessions[0], &own, rule.agency != AgencyOf::All),
                ("bound", &sessions[0], &other, rule.agency == AgencyOf::Nothing),
                ("free", &sessions[1], &own, true),
                ("free", &sessions[1], &other, true),
            ] {
                let answer = if rule.path == "/sign-out" {
                    status(&web.session(&format!("{kind}-{role}")).await, rule, path).await
                } else {
                    status(client, rule, path).await
                };
                let told = format!("{} {path}: {role}, {kind} to an agency, gets {answer}", rule.method);
                if roles.contains(role) && sees {
                    let refusals = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
                    assert!(!answer.is_server_error() && !refusals.contains(&answer), "{told}");
                } else {
                    assert_eq!(answer, StatusCode::NOT_FOUND, "{told}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 200, "{asked}");
}

#[tokio::test]
async fn what_is_in_no_table_is_nowhere() {
    let web = TestWeb::new().await;
    assert_eq!(web.nobody().get("/no/such").await.header("location"), "/sign-in?next=/no/such");
    assert_eq!(web.nobody().get("/api/v1/no").await.status, StatusCode::UNAUTHORIZED);
    let client = web.user(Role::Auditor, OWN).await;
    assert_eq!(client.get("/no/such").await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.post("/dossiers", "").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn lists_show_only_the_own_agency() {
    let web = TestWeb::new().await;
    let (own, other) = (web.own.code.as_str(), web.other.code.as_str());
    for path in ["/dossiers", "/api/v1/dossiers"] {
        let bound = web.user(Role::Counter, OWN).await.get(path).await.text;
        assert!(bound.contains(own) && !bound.contains(other), "{bound}");
        let free = web.user(Role::Archivist, "").await.get(path).await.text;
        assert!(free.contains(own) && free.contains(other), "{free}");
    }
    // A whole code of another agency leads nowhere.
    let client = web.user(Role::Counter, OWN).await;
    assert_eq!(client.get(&format!("/dossiers?code={other}")).await.status, StatusCode::OK);
    assert_eq!(client.get(&format!("/dossiers?code={own}")).await.header("location"), format!("/dossiers/{own}"));
}

#[tokio::test]
async fn an_administrator_of_an_agency_keeps_its_users_only() {
    let web = TestWeb::new().await;
    web.add("clerk-other", Role::Counter, OTHER, None).await;
    let admin = web.user(Role::Admin, OWN).await;
    let users = admin.post("/admin/users", "name=new-clerk&role=counter&agency=S%E1%BB%9F").await;
    assert_eq!(users.status, StatusCode::OK);
    assert!(!users.text.contains("clerk-other"), "{}", users.text);
    let added = web.accounts.user(&"new-clerk".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(added.agency, OWN);
}
