//! The API as other systems write to it: pushes, files, decisions, fields, hand-over.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use sohoa_store::{Role, Scope};

use crate::services::MOST_BYTES;
use crate::support::{Answer, Client, OTHER, OWN, PDF, TEXT, TestWeb};

const BOTH: [Scope; 2] = [Scope::Read, Scope::Write];

async fn ask(client: &Client<'_>, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = client.request(&method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn send_json(client: &Client<'_>, method: Method, path: &str, if_match: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", if_match)];
    ask(client, method, path, &headers[..1 + usize::from(!if_match.is_empty())], &body.to_string()).await
}

fn outcome(answer: &Answer) -> (u16, Option<String>) {
    (answer.status.as_u16(), answer.json()["code"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn dossiers_are_pushed_whole_and_wrong_places_are_named() {
    let web = TestWeb::new().await;
    let portal = web.program(Role::Archivist, "", &BOTH).await;
    let path = "/api/v1/dossiers";
    let right = r#"[{"MaHoSo": "H41.31-230615-0009", "TrangThaiHoSo": 4}]"#;
    let previewed = ask(&portal, Method::POST, &format!("{path}?dry_run=true"), &[], right).await;
    assert_eq!((previewed.status, &previewed.json()["dry_run"]), (StatusCode::OK, &true.into()));
    assert!(web.systems.pushed.lock().unwrap().is_empty());
    assert_eq!(ask(&portal, Method::POST, path, &[], right).await.status, StatusCode::OK);
    assert_eq!(web.systems.pushed.lock().unwrap()[0].0, right);
    let wrong = r#"[{"MaHoSo": "H41.31-230615-0009"}, {"MaHoSo": "H41.31-230615-0010", "TrangThaiHoSo": 11}]"#;
    let refused = ask(&portal, Method::POST, path, &[], wrong).await;
    assert_eq!(outcome(&refused), (422, Some("malformed".to_owned())));
    let place = json!({"unit": "dossier", "number": 2, "what": "field TrangThaiHoSo: must be a number from 1 to 10"});
    assert_eq!(refused.json()["errors"], json!([place]));
    assert_eq!(web.systems.pushed.lock().unwrap().len(), 1);
    for (role, agency) in [(Role::Archivist, OWN), (Role::Counter, ""), (Role::Admin, "")] {
        let other = web.program(role, agency, &BOTH).await;
        assert_eq!(ask(&other, Method::POST, path, &[], right).await.status, StatusCode::NOT_FOUND);
    }
    let reader = web.program(Role::Archivist, "", &[Scope::Read]).await;
    let refused = ask(&reader, Method::POST, path, &[], right).await;
    assert_eq!(outcome(&refused), (403, Some("scope-missing".to_owned())));
}

#[tokio::test]
async fn a_file_that_is_sent_again_with_its_key_is_taken_once() {
    let web = TestWeb::new().await;
    let portal = web.program(Role::Counter, OWN, &BOTH).await;
    let path = format!("/api/v1/dossiers/{}/files?name=don.pdf", web.own.code);
    let key = [("idempotency-key", "a-1")];
    let first = ask(&portal, Method::POST, &path, &key, "a paper").await;
    assert_eq!((first.status, first.json()), (StatusCode::ACCEPTED, json!({"file": 1})));
    let again = ask(&portal, Method::POST, &path, &key, "a paper").await;
    assert_eq!((again.status, again.text), (first.status, first.text));
    let other = ask(&portal, Method::POST, &path, &key, "another paper").await;
    assert_eq!(outcome(&other), (422, Some("key-reused".to_owned())));
    let named = path.replace("don.pdf", "khac.pdf");
    let other = ask(&portal, Method::POST, &named, &key, "a paper").await;
    assert_eq!(outcome(&other), (422, Some("key-reused".to_owned())));
    assert_eq!(web.counter.0.lock().unwrap().len(), 1);
    // Somebody else's keys are others, and without one nothing is remembered.
    let another = web.program(Role::Counter, OWN, &BOTH).await;
    assert_eq!(ask(&another, Method::POST, &path, &key, "b").await.status, StatusCode::ACCEPTED);
    assert_eq!(ask(&portal, Method::POST, &path, &[], "a paper").await.status, StatusCode::ACCEPTED);
    assert_eq!(web.counter.0.lock().unwrap().len(), 3);
    let large = "x".repeat(MOST_BYTES + 1);
    let refused = ask(&portal, Method::POST, &path, &[("idempotency-key", "a-2")], &large).await;
    assert_eq!(outcome(&refused), (413, Some("too-large".to_owned())));
    for (name, key) in [("", "k"), ("..", "k"), ("a.pdf", ""), ("a.pdf", &"k".repeat(201))] {
        let path = format!("/api/v1/dossiers/{}/files?name={name}", web.own.code);
        let answer = ask(&portal, Method::POST, &path, &[("idempotency-key", key)], "a").await;
        assert_eq!(outcome(&answer), (400, Some("invalid".to_owned())), "{name} {key}");
    }
    let files = portal.get(&format!("/api/v1/dossiers/{}/files", web.own.code)).await.json();
    assert_eq!((&files["files"][0]["file"], &files["files"][0]["state"]), (&web.own.file.0.into(), &"attached".into()));
}

#[tokio::test]
async fn a_large_file_comes_in_parts() {
    let web = TestWeb::new().await;
    let portal = web.program(Role::Counter, OWN, &BOTH).await;
    let path = format!("/api/v1/dossiers/{}/uploads", web.own.code);
    let begin = |length: &'static str, name: &'static str| {
        let headers = [("tus-resumable", "1.0.0"), ("upload-length", length), ("upload-metadata", name)];
        let (portal, path) = (&portal, &path);
        async move { ask(portal, Method::POST, path, &headers, "").await }
    };
    let name = "filetype aW1hZ2U=, filename xJHGoW4ucGRm";
    let begun = begin("10", name).await;
    assert_eq!((begun.status, begun.header("upload-offset")), (StatusCode::CREATED, "0"));
    let place = begun.header("location").to_owned();
    assert_eq!(begin("1001", name).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    for (length, name) in [("-1", name), ("ten", name), ("10", "filename !"), ("10", "name YQ==")] {
        assert_eq!(begin(length, name).await.status, StatusCode::BAD_REQUEST, "{length} {name}");
    }
    let add = |offset: &'static str, bytes: &'static str| {
        let headers = [("content-type", "application/offset+octet-stream"), ("upload-offset", offset)];
        let (portal, place) = (&portal, &place);
        async move { ask(portal, Method::PATCH, place, &headers, bytes).await }
    };
    let added = add("0", "0123").await;
    assert_eq!((added.status, added.header("upload-offset")), (StatusCode::NO_CONTENT, "4"));
    assert_eq!(outcome(&add("0", "0123").await), (409, Some("wrong-offset".to_owned())));
    assert_eq!(add("4", "4567890").await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let head = ask(&portal, Method::HEAD, &place, &[], "").await;
    assert_eq!((head.header("upload-offset"), head.header("upload-length")), ("4", "10"));
    let plain = ask(&portal, Method::PATCH, &place, &[("upload-offset", "4")], "456789").await;
    assert_eq!(plain.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let old = ask(&portal, Method::PATCH, &place, &[("tus-resumable", "0.2.2")], "456789").await;
    assert_eq!((old.status, old.header("tus-version")), (StatusCode::PRECONDITION_FAILED, "1.0.0"));
    assert_eq!(add("4", "456789").await.status, StatusCode::NO_CONTENT);
    assert_eq!(portal.get(&place).await.json(), json!({"offset": 10, "length": 10, "file": 1, "refused": null}));
    assert_eq!(web.systems.uploads.lock().unwrap()[0].0.name, "đơn.pdf");
    // Nobody else's, not of another dossier, not for ever.
    let another = web.program(Role::Counter, OWN, &BOTH).await;
    assert_eq!(outcome(&another.get(&place).await), (410, Some("upload-gone".to_owned())));
    assert_eq!(begin("10", name).await.status, StatusCode::CREATED);
    let second = place.replace("upload-0", "upload-1");
    assert_eq!(ask(&portal, Method::DELETE, &second, &[], "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(portal.get(&second).await.status, StatusCode::GONE);
    web.pass(3600);
    assert_eq!(portal.get(&place).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_decision_is_about_what_was_seen() {
    let web = TestWeb::new().await;
    let file = crate::review::waiting(&web, "/scan/own", "one.pdf", &web.own.code, &[]).await;
    let person = web.program(Role::Archivist, OWN, &BOTH).await;
    let waiting = person.get("/api/v1/review?code=no-dossier").await.json();
    assert_eq!((&waiting["count"], &waiting["files"][0]["file"]), (&1.into(), &file.0.into()));
    assert_eq!(person.get("/api/v1/review?code=other").await.json()["count"], 0);
    let path = format!("/api/v1/review/{}", file.0);
    let question = person.get(&path).await;
    assert_eq!(question.json()["state"], "review");
    let seen = question.header("etag").to_owned();
    let decisions = format!("{path}/decisions");
    let reject = json!({"action": "reject", "reason": "quét nhầm"});
    let blind = send_json(&person, Method::POST, &decisions, "", &reject).await;
    assert_eq!(outcome(&blind), (428, Some("if-match-needed".to_owned())));
    for wrong in [
        json!({"action": "split", "pages": [1]}),
        json!({"action": "merge", "pages": []}),
        json!({"action": "reject", "reason": ""}),
        json!({"action": "assign", "dossier": web.other.code.as_str()}),
        json!({"action": "assign", "dossier": "nonsense"}),
        json!({"action": "burn"}),
        json!({"action": "retry", "more": 1}),
    ] {
        let answer = send_json(&person, Method::POST, &decisions, &seen, &wrong).await;
        assert_eq!(outcome(&answer), (400, Some("invalid".to_owned())), "{wrong}");
    }
    let decided = send_json(&person, Method::POST, &decisions, &seen, &reject).await;
    assert_eq!(decided.json(), json!({"file": file.0, "state": "rejected"}));
    let late = send_json(&person, Method::POST, &decisions, &seen, &json!({"action": "retry"})).await;
    assert_eq!(outcome(&late), (412, Some("changed".to_owned())));
    let undone = send_json(&person, Method::POST, &decisions, decided.header("etag"), &json!({"action": "undo"})).await;
    assert_eq!(undone.json()["state"], "review", "{}", undone.text);
    let foreign = web.program(Role::Archivist, OTHER, &BOTH).await;
    assert_eq!(foreign.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_field_is_confirmed_as_it_was_seen() {
    let web = TestWeb::new().await;
    let person = web.program(Role::Counter, OWN, &BOTH).await;
    let waiting = person.get("/api/v1/fields").await.json();
    assert_eq!(waiting["fields"].as_array().unwrap().len(), 1, "{waiting}");
    let list = format!("/api/v1/documents/{}/fields", web.own.document);
    let number = |fields: &Value| fields["fields"][0].clone();
    let read = number(&person.get(&list).await.json());
    assert_eq!((&read["read"], &read["confirmed"], &read["etag"]), (&"1l3".into(), &Value::Null, &"\"none\"".into()));
    let field = format!("{list}/number.0");
    let said = send_json(&person, Method::PUT, &field, "\"none\"", &json!({"value": " 113 "})).await;
    assert_eq!(said.status, StatusCode::NO_CONTENT, "{}", said.text);
    let confirmed = number(&person.get(&list).await.json());
    assert_eq!((&confirmed["confirmed"], &confirmed["etag"]), (&"113".into(), &said.header("etag").into()));
    assert_eq!(person.get("/api/v1/fields").await.json()["fields"], json!([]));
    let late = send_json(&person, Method::PUT, &field, "\"none\"", &json!({"value": "114"})).await;
    assert_eq!(outcome(&late), (412, Some("changed".to_owned())));
    let long = json!({"value": "x".repeat(2001)});
    assert_eq!(
        send_json(&person, Method::PUT, &field, said.header("etag"), &long).await.status,
        StatusCode::BAD_REQUEST
    );
    let none = send_json(&person, Method::PUT, &format!("{list}/nothing.0"), "\"none\"", &json!({"value": "1"})).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let back = ask(&person, Method::DELETE, &field, &[("if-match", said.header("etag"))], "").await;
    assert_eq!((back.status, back.header("etag")), (StatusCode::NO_CONTENT, "\"none\""));
}

#[tokio::test]
async fn a_dossier_that_lacks_something_is_handed_on_with_a_reason() {
    let web = TestWeb::new().await;
    let clerk = web.program(Role::Counter, OWN, &BOTH).await;
    let path = format!("/api/v1/dossiers/{}/hand-over", web.own.code);
    web.register(&web.own.code, OWN, &["TP1", "TP2"]).await;
    let refused = send_json(&clerk, Method::POST, &path, "", &json!({})).await;
    assert_eq!(outcome(&refused), (409, Some("lacking".to_owned())));
    let reason = json!({"reason": "công dân bổ sung sau"});
    assert_eq!(send_json(&clerk, Method::POST, &path, "", &reason).await.status, StatusCode::NO_CONTENT);
    let events = clerk.get(&format!("/api/v1/dossiers/{}/events?most=200", web.own.code)).await.json();
    let last = events["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["outcome"]), (&"handed_on".into(), &"warning".into()));
    assert_eq!(last["number"], events["next"]);
    let behind = clerk.get(&format!("/api/v1/dossiers/{}/events?after={}", web.own.code, events["next"])).await.json();
    assert_eq!(behind["events"], json!([]));
}

#[tokio::test]
async fn documents_are_found_and_fetched() {
    let web = TestWeb::new().await;
    let clerk = web.program(Role::Counter, OWN, &[Scope::Read]).await;
    let auditor = web.program(Role::Auditor, OWN, &[Scope::Read]).await;
    let path = format!("/api/v1/documents/{}", web.own.document);
    let document = clerk.get(&path).await.json();
    let kinds: Vec<_> = document["renditions"].as_array().unwrap().iter().map(|r| r["kind"].clone()).collect();
    assert_eq!(kinds, ["pdf", "alto", "text"]);
    let pdf = clerk.get(&format!("{path}/renditions/pdf")).await;
    assert_eq!((pdf.text.as_str(), pdf.header("content-type")), (PDF, "application/pdf"));
    assert_eq!(pdf.header("etag"), format!("\"{}\"", document["renditions"][0]["digest"].as_str().unwrap()));
    assert_eq!(clerk.get(&format!("{path}/renditions/text")).await.text, TEXT);
    for none in ["original", "metadata", "nonsense"] {
        assert_eq!(clerk.get(&format!("{path}/renditions/{none}")).await.status, StatusCode::NOT_FOUND, "{none}");
    }
    assert_eq!(auditor.get(&format!("{path}/renditions/pdf")).await.status, StatusCode::OK);
    assert_eq!(auditor.get(&format!("{path}/renditions/text")).await.status, StatusCode::NOT_FOUND);
    let hits = clerk.get("/api/v1/search?words=c%E1%BB%A7a").await.json();
    let found: Vec<_> = hits["hits"].as_array().unwrap().iter().map(|hit| hit["document"].clone()).collect();
    assert_eq!(found, [web.own.document.as_str()]);
    assert_eq!(hits["hits"][0]["snippet"], "Đơn [của] bà Trần Thị Bịa & <con>");
    // Names are masked for auditors: what they would find by words of the paper they do not find.
    assert_eq!(auditor.get("/api/v1/search?words=cua").await.json()["hits"], json!([]));
}

#[tokio::test]
async fn coverage_is_of_the_own_agency() {
    let web = TestWeb::new().await;
    let clerk = web.program(Role::Counter, OWN, &[Scope::Read]).await;
    let all = web.program(Role::Auditor, "", &[Scope::Read]).await;
    let own = clerk.get("/api/v1/coverage?agency=other&by=month").await.json();
    assert_eq!((&own["figures"]["received"], &own["groups"][0]["key"]), (&1.into(), &"2023-06".into()), "{own}");
    let sums = all.get("/api/v1/coverage?from=2023-06-15&to=2023-06-15").await.json();
    assert_eq!((&sums["figures"]["received"], &sums["figures"]["full_percent"]), (&2.into(), &"0.00".into()));
    let path = "/api/v1/coverage/missing?most=1";
    let first = all.get(path).await.json();
    assert_eq!(first["missing"][0]["papers"][0]["component"], "KQ");
    let second = all.get(&format!("{path}&after={}", first["next"].as_str().unwrap())).await.json();
    assert_ne!(first["missing"][0]["dossier"], second["missing"][0]["dossier"]);
    assert_eq!(second["next"], Value::Null);
    for wrong in ["?from=june", "?by=colour", "?channel=fax", "/missing?after=x", "/missing?most=0"] {
        let answer = all.get(&format!("/api/v1/coverage{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn each_token_has_a_limit_of_its_own() {
    let web = TestWeb::with(|settings| (settings.api_per_second, settings.api_at_once) = (1, 2)).await;
    let first = web.program(Role::Counter, OWN, &BOTH).await;
    let second = web.program(Role::Counter, OWN, &BOTH).await;
    for _ in 0..2 {
        assert_eq!(first.get("/api/v1/dossiers").await.status, StatusCode::OK);
    }
    let refused = first.get("/api/v1/dossiers").await;
    assert_eq!((refused.status, refused.header(header::RETRY_AFTER.as_str())), (StatusCode::TOO_MANY_REQUESTS, "1"));
    assert_eq!(second.get("/api/v1/dossiers").await.status, StatusCode::OK);
}
