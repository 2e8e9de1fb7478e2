//! Batches as other systems see them: how far, paused, run again, sampled, reported.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use sohoa_store::{BatchId, Records as _, Role, Scope};

use crate::batches::batch;
use crate::support::{Answer, Client, OTHER, OWN, TestWeb};

const BOTH: [Scope; 2] = [Scope::Read, Scope::Write];

async fn send(client: &Client<'_>, method: Method, path: &str, body: &Value) -> Answer {
    let request = client.request(&method, path).header(header::CONTENT_TYPE, "application/json");
    client.send(request.body(Body::from(body.to_string())).unwrap()).await
}

fn outcome(answer: &Answer) -> (u16, &str) {
    let code = answer.text.split("\"code\":\"").nth(1).unwrap_or_default();
    (answer.status.as_u16(), code.split('"').next().unwrap_or_default())
}

#[tokio::test]
async fn batches_of_the_own_agency_come_page_by_page() {
    let web = TestWeb::new().await;
    let (own, other) = (batch(&web, OWN, &["no-dossier"]).await, batch(&web, OTHER, &[]).await);
    let (bound, free) = (web.program(Role::Archivist, OWN, &BOTH).await, web.program(Role::Archivist, "", &BOTH).await);
    let ids = |answer: &Answer| -> Vec<i64> {
        answer.json()["batches"].as_array().unwrap().iter().map(|batch| batch["batch"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(&bound.get("/api/v1/batches").await), [own.0, web.own.batch.0]);
    let first = free.get("/api/v1/batches?most=3").await;
    assert_eq!(ids(&first), [other.0, own.0, web.other.batch.0]);
    let next = first.json()["next"].as_i64().unwrap();
    let last = free.get(&format!("/api/v1/batches?most=3&after={next}")).await;
    assert_eq!((ids(&last), &last.json()["next"]), (vec![web.own.batch.0], &Value::Null));
    assert_eq!(ids(&free.get("/api/v1/batches?kind=ingest").await), [other.0, own.0]);
    for wrong in ["kind=counter", "most=0", "after=x"] {
        assert_eq!(outcome(&free.get(&format!("/api/v1/batches?{wrong}")).await), (400, "invalid"), "{wrong}");
    }
    let reader = web.program(Role::Archivist, OWN, &[Scope::Read]).await;
    let refused = send(&reader, Method::POST, &format!("/api/v1/batches/{}/pause", own.0), &Value::Null).await;
    assert_eq!(outcome(&refused), (403, "scope-missing"));
}

#[tokio::test]
async fn a_batch_tells_how_far_it_is_and_is_paused() {
    let web = TestWeb::new().await;
    let id = batch(&web, OWN, &["no-dossier", "encrypted", "no-dossier"]).await;
    let program = web.program(Role::Archivist, OWN, &BOTH).await;
    let path = format!("/api/v1/batches/{}", id.0);
    let answer = program.get(&path).await;
    let told = answer.json();
    assert_eq!((&told["state"], &told["kind"], &told["agency"]), (&"running".into(), &"ingest".into(), &OWN.into()));
    let files = json!({"seen": 4, "pending": 1, "attached": 0, "review": 2, "rejected": 1, "duplicate": 0});
    assert_eq!((&told["files"], &told["pages"]["blank"]), (&files, &2.into()));
    let reason = |state: &str, code: &str, files: u64| json!({"state": state, "code": code, "files": files});
    assert_eq!(told["reasons"], json!([reason("review", "no-dossier", 2), reason("rejected", "encrypted", 1)]));
    let same = program.request(&Method::GET, &path).header(header::IF_NONE_MATCH, answer.header("etag"));
    assert_eq!(program.send(same.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_MODIFIED);
    let pause = send(&program, Method::POST, &format!("{path}/pause"), &Value::Null).await;
    assert_eq!(pause.status, StatusCode::NO_CONTENT);
    let paused = program.get(&path).await.json();
    assert_eq!((&paused["state"], paused["paused_at"].is_string()), (&"paused".into(), true));
    send(&program, Method::POST, &format!("{path}/resume"), &Value::Null).await;
    assert_eq!(program.get(&path).await.json()["state"], "running");
    let inbox = format!("/api/v1/batches/{}/pause", web.own.batch.0);
    assert_eq!(outcome(&send(&program, Method::POST, &inbox, &Value::Null).await), (409, "conflict"));
}

#[tokio::test]
async fn files_that_went_wrong_are_listed_run_again_and_taken_back() {
    let web = TestWeb::new().await;
    let id = batch(&web, OWN, &["no-dossier", "encrypted", "no-dossier"]).await;
    let program = web.program(Role::Archivist, OWN, &BOTH).await;
    let path = format!("/api/v1/batches/{}", id.0);
    let first = program.get(&format!("{path}/files?state=review&most=1")).await.json();
    assert_eq!(
        (&first["files"][0]["reason_code"], first["files"].as_array().unwrap().len()),
        (&"no-dossier".into(), 1)
    );
    let second = program.get(&format!("{path}/files?state=review&most=1&after={}", first["next"])).await.json();
    assert_eq!((&second["next"], first["files"] == second["files"]), (&Value::Null, false));
    assert_eq!(outcome(&program.get(&format!("{path}/files?state=lost")).await), (400, "invalid"));
    let state = async || {
        let files = web.records.batch(id).await.unwrap().unwrap().files;
        (files.pending, files.review, files.rejected)
    };
    let rerun = format!("{path}/rerun");
    for wrong in [json!({"state": "attached"}), json!({}), json!({"state": "review", "more": 1})] {
        assert_eq!(outcome(&send(&program, Method::POST, &rerun, &wrong).await), (400, "invalid"), "{wrong}");
    }
    let none = send(&program, Method::POST, &rerun, &json!({"state": "review", "code": "other"})).await;
    assert_eq!(none.json(), json!({"files": 0, "events": null}));
    let done = send(&program, Method::POST, &rerun, &json!({"state": "review", "code": "no-dossier"})).await.json();
    assert_eq!((&done["files"], state().await), (&2.into(), (3, 0, 1)));
    let undone = send(&program, Method::POST, &format!("{rerun}/undo"), &done["events"]).await;
    assert_eq!((undone.json(), state().await), (json!({"files": 2}), (1, 2, 1)));
}

#[tokio::test]
async fn a_batch_is_started_of_what_is_offered() {
    let web = TestWeb::new().await;
    let program = web.program(Role::Archivist, OWN, &BOTH).await;
    let offered = program.get("/api/v1/backlog").await.json();
    assert_eq!(offered, json!({"folders": [{"folder": "1/kho nhà 2011", "name": "kho nhà / kho nhà 2011"}]}));
    let folder = json!({"folder": offered["folders"][0]["folder"]});
    let started = send(&program, Method::POST, "/api/v1/batches", &folder).await;
    assert_eq!(started.status, StatusCode::CREATED);
    let batch = BatchId(started.json()["batch"].as_i64().unwrap());
    assert_eq!(web.records.batch(batch).await.unwrap().unwrap().agency, OWN);
    assert_eq!(program.get(started.header("location")).await.json()["state"], "ended");
    for elsewhere in ["0/kho khác 2011", "1/..", "x"] {
        let refused = send(&program, Method::POST, "/api/v1/batches", &json!({"folder": elsewhere})).await;
        assert_eq!(outcome(&refused), (409, "conflict"), "{elsewhere}");
    }
}

#[tokio::test]
async fn a_sample_is_drawn_and_compared() {
    let web = TestWeb::new().await;
    let program = web.program(Role::Archivist, OWN, &BOTH).await;
    let path = format!("/api/v1/batches/{}/samples", web.own.batch.0);
    for wrong in
        [json!({"count": 0, "seed": "x"}), json!({"count": 501, "seed": "x"}), json!({"count": 1, "seed": " "})]
    {
        assert_eq!(outcome(&send(&program, Method::POST, &path, &wrong).await), (400, "invalid"), "{wrong}");
    }
    let empty = batch(&web, OWN, &[]).await;
    let draw = json!({"count": 5, "seed": "48213"});
    let elsewhere = format!("/api/v1/batches/{}/samples", empty.0);
    assert_eq!(outcome(&send(&program, Method::POST, &elsewhere, &draw).await), (409, "conflict"));
    let drawn = send(&program, Method::POST, &path, &draw).await;
    assert_eq!((drawn.status, drawn.json()), (StatusCode::CREATED, json!({"sample": 1})));
    let sample = drawn.header("location").to_owned();
    let document = web.own.document.as_str();
    let item = |verdict: Value, note: Value| json!([{"document": document, "verdict": verdict, "note": note}]);
    assert_eq!(program.get(&sample).await.json()["items"], item(Value::Null, Value::Null));
    let compare = format!("{sample}/documents/{document}");
    let wrong = send(&program, Method::PUT, &compare, &json!({"verdict": "fine"})).await;
    assert_eq!(outcome(&wrong), (400, "invalid"));
    let said = json!({"verdict": "missing-page", "note": "trang 2"});
    assert_eq!(send(&program, Method::PUT, &compare, &said).await.status, StatusCode::NO_CONTENT);
    let told = program.get(&sample).await.json();
    assert_eq!(told["items"], item("missing-page".into(), "trang 2".into()));
    assert_eq!((&told["compared"], &told["wrong"], &told["seed"]), (&1.into(), &1.into(), &"48213".into()));
    assert_eq!(program.get(&path).await.json()["samples"].as_array().unwrap().len(), 1);
    // The sample of one batch is none of another, and a document that was not drawn is none of the sample.
    assert_eq!(program.get(&format!("{elsewhere}/1")).await.status, StatusCode::NOT_FOUND);
    let foreign = format!("{sample}/documents/{}", web.other.document);
    assert_eq!(send(&program, Method::PUT, &foreign, &said).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_report_is_a_file() {
    let web = TestWeb::new().await;
    let id = batch(&web, OWN, &["no-dossier"]).await;
    let program = web.program(Role::Archivist, OWN, &BOTH).await;
    let path = format!("/api/v1/batches/{}/report", id.0);
    let csv = program.get(&format!("{path}/csv")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.text.contains("Tệp nhận được,2"), "{}", csv.text);
    let same = program.request(&Method::GET, &format!("{path}/csv")).header(header::IF_NONE_MATCH, csv.header("etag"));
    assert_eq!(program.send(same.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(outcome(&program.get(&format!("{path}/tar")).await), (404, "not-found"));
}
