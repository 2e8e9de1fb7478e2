//! Changes as they happen, none lost while a listener is away.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use sohoa_domain::{DossierCode, Event, EventKind, Outcome};
use sohoa_store::{Records as _, Role};
use tokio_stream::StreamExt as _;

use crate::support::{Client, OWN, TestWeb};

fn event(dossier: &DossierCode, detail: &str) -> Event {
    Event {
        at: "2023-06-15T01:30:00Z".parse().unwrap(),
        kind: EventKind::Converted,
        outcome: Outcome::Success,
        agent: "test".to_owned(),
        source: None,
        dossier: Some(dossier.clone()),
        document: None,
        detail: detail.to_owned(),
        file: None,
        change: None,
    }
}

async fn tell(web: &TestWeb, dossier: &DossierCode, detail: &str) {
    web.records.tell(&[event(dossier, detail)]).await.unwrap();
}

/// A stream and what it has said.
struct Stream {
    body: axum::body::BodyDataStream,
    said: String,
}

impl Stream {
    async fn open(client: &Client<'_>, path: &str, last: Option<i64>) -> Self {
        let mut request = client.request(&Method::GET, path);
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let response = client.start(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        let mut stream = Self { body: response.into_body().into_data_stream(), said: String::new() };
        stream.until("event: open").await;
        stream
    }

    /// Reads on until it has said this.
    async fn until(&mut self, text: &str) {
        while !self.said.contains(text) {
            let next = tokio::time::timeout(Duration::from_secs(5), self.body.next()).await;
            let next = next.unwrap_or_else(|_| panic!("no {text} in {}", self.said)).unwrap().unwrap();
            self.said.push_str(std::str::from_utf8(&next).unwrap());
        }
    }

    /// Numbers of the changes so far.
    fn changes(&self) -> Vec<i64> {
        let blocks = self.said.split("\n\n").filter(|b| b.contains("event: change"));
        blocks.map(|b| b.lines().find_map(|l| l.strip_prefix("id: ")).unwrap().parse().unwrap()).collect()
    }
}

#[tokio::test]
async fn a_listener_hears_of_its_dossier_only_and_no_names() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    let mut stream = Stream::open(&client, &format!("/live/dossiers/{}", web.own.code), None).await;
    tell(&web, &web.other.code, "of another dossier").await;
    tell(&web, &web.own.code, "of this dossier").await;
    let last = web.records.last_event_number().await.unwrap();
    stream.until(&format!("id: {last}\n")).await;
    stream.until("event: change").await;
    assert_eq!(stream.changes(), [last]);
    assert!(!stream.said.contains("of this dossier") && !stream.said.contains("H41"), "{}", stream.said);
}

#[tokio::test]
async fn who_was_away_gets_what_was_missed_and_nothing_twice() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    let path = format!("/live/dossiers/{}", web.own.code);
    let before = web.records.last_event_number().await.unwrap();
    for n in 0..3 {
        tell(&web, &web.own.code, &n.to_string()).await;
    }
    // All that was missed is one change.
    let mut stream = Stream::open(&client, &path, Some(before + 1)).await;
    stream.until(&format!("id: {}\nevent: change", before + 3)).await;
    tell(&web, &web.own.code, "3").await;
    stream.until(&format!("id: {}\nevent: change", before + 4)).await;
    assert_eq!(stream.changes(), [before + 3, before + 4]);
    // A page says up to which event it was made; the browser, which comes back, knows better.
    let path = |since: i64| format!("{path}?since={since}");
    let mut stream = Stream::open(&client, &path(before + 2), None).await;
    stream.until("event: change").await;
    assert_eq!(stream.changes(), [before + 4]);
    let mut stream = Stream::open(&client, &path(0), Some(before + 4)).await;
    tell(&web, &web.own.code, "4").await;
    stream.until("event: change").await;
    assert_eq!(stream.changes(), [before + 5]);
    // A number that is not there yet is of another database: everything is to be loaded anew.
    let mut other = Stream::open(&client, &path(0), Some(before + 1000)).await;
    other.until("event: reload").await;
}

#[tokio::test]
async fn the_queue_of_an_agency_is_its_own() {
    let web = TestWeb::new().await;
    let (bound, free) = (web.user(Role::Counter, OWN).await, web.user(Role::Archivist, "").await);
    let (mut bound, mut free) =
        (Stream::open(&bound, "/live/queue", Some(0)).await, Stream::open(&free, "/live/queue", Some(0)).await);
    let files =
        |stream: &Stream| -> Vec<i64> { (1..=2).filter(|n| stream.said.contains(&format!("\"file\":{n},"))).collect() };
    free.until("event: change").await;
    bound.until("event: change").await;
    // What came last, of all and of the own agency.
    assert_eq!(files(&free), [web.other.file.0]);
    assert_eq!(files(&bound), [web.own.file.0]);
}

#[tokio::test]
async fn who_watches_a_batch_hears_of_many_changes_together_and_of_the_last() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Archivist, OWN).await;
    for path in [format!("/live/batches/{}", web.own.batch.0), "/live/batches".to_owned()] {
        let mut stream = Stream::open(&client, &path, None).await;
        for _ in 0..20 {
            for file in [web.own.file, web.other.file] {
                let event = Event { file: Some(file.0), ..event(&web.own.code, "of a file") };
                web.records.tell(&[Event { dossier: None, ..event }]).await.unwrap();
            }
        }
        let last = web.records.last_event_number().await.unwrap() - 1;
        stream.until(&format!("id: {last}\n")).await;
        stream.until("event: change").await;
        let changes = stream.changes();
        // How fast they come is the machine's; that they come one by one would be as many as there are.
        assert!(changes.last() == Some(&last) && changes.len() < 20, "{changes:?}");
    }
}

#[tokio::test]
async fn a_user_has_so_many_streams_and_they_end_when_the_program_does() {
    let web = TestWeb::new().await;
    let client = web.user(Role::Counter, OWN).await;
    let mut streams = Vec::new();
    for _ in 0..12 {
        streams.push(Stream::open(&client, "/live/queue", None).await);
    }
    assert_eq!(client.get("/live/queue").await.status, StatusCode::TOO_MANY_REQUESTS);
    web.web.stop();
    for mut stream in streams {
        let ended = tokio::time::timeout(Duration::from_secs(2), async { while stream.body.next().await.is_some() {} });
        assert!(ended.await.is_ok());
    }
}
