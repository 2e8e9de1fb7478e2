//! Webhooks: what is told, to whom, how often, and that nothing is lost.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use sohoa_domain::Clock as _;
use sohoa_store::{DeliveryState, NewWebhook, Programs as _, Records as _, Topic};

use crate::support::{OTHER, OWN, TestWeb};

const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async fn subscribe(web: &TestWeb, agency: &str, topics: &[Topic]) -> i64 {
    let webhook = NewWebhook {
        address: format!("http://{}.test/", topics.len()),
        secret: SECRET.to_owned(),
        agency: agency.to_owned(),
        topics: topics.to_vec(),
        seen: web.records.last_event_number().await.unwrap(),
    };
    web.programs.add_webhook(&webhook, web.clock.now()).await.unwrap()
}

/// Waits until this holds.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not within half a minute: {what}");
}

async fn all_seen(web: &TestWeb) {
    let last = web.records.last_event_number().await.unwrap();
    let seen = async || web.programs.webhooks().await.unwrap().iter().all(|webhook| webhook.seen == last);
    until("every event is looked at", seen).await;
}

async fn waiting(web: &TestWeb) -> usize {
    web.programs.deliveries(Some(DeliveryState::Waiting), 100).await.unwrap().len()
}

#[tokio::test]
async fn who_wants_to_know_is_told_once_and_signed() {
    let web = TestWeb::new().await;
    subscribe(&web, OWN, &Topic::ALL).await;
    subscribe(&web, OTHER, &[Topic::DocumentAttached]).await;
    // The result comes and the dossier is complete; a second copy of it makes it no more so.
    let result = web.attach(&web.own.code, "KQ", "/scan/own/result").await;
    web.attach(&web.own.code, "KQ", "/scan/own/copy").await;
    all_seen(&web).await;
    until("all is sent", async || waiting(&web).await == 0).await;
    let told = web.systems.told.lock().unwrap().clone();
    let bodies: Vec<Value> = told.iter().map(|(_, _, body)| serde_json::from_str(body).unwrap()).collect();
    let topics: Vec<_> = bodies.iter().map(|body| body["type"].as_str().unwrap()).collect();
    assert_eq!(topics, ["document.attached", "dossier.complete", "document.attached"]);
    assert_eq!(bodies[0]["data"]["document"], result.as_str());
    assert_eq!(
        (&bodies[0]["data"]["component"], &bodies[1]["data"]["dossier"]),
        (&"KQ".into(), &web.own.code.as_str().into())
    );
    for (address, headers, _) in &told {
        assert_eq!(address, "http://2.test/");
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["webhook-id", "webhook-timestamp", "webhook-signature"]);
        assert!(headers[2].1.starts_with("v1,"), "{}", headers[2].1);
    }
}

#[tokio::test]
async fn what_nobody_takes_is_given_up_and_can_be_sent_again() {
    let web = TestWeb::new().await;
    web.systems.deaf.store(true, Ordering::Relaxed);
    let webhook = subscribe(&web, "", &[Topic::DocumentAttached]).await;
    web.attach(&web.own.code, "TP1", "/scan/own/more").await;
    all_seen(&web).await;
    let attempts = async |n: u32| {
        let reached = async || web.programs.deliveries(None, 1).await.unwrap()[0].attempts == n;
        until(&format!("attempt {n}"), reached).await;
    };
    for n in 1..=10 {
        attempts(n).await;
        web.pass(6 * 3600);
    }
    let dead = web.programs.deliveries(Some(DeliveryState::Dead), 10).await.unwrap();
    assert_eq!((dead.len(), dead[0].last_error.as_str(), dead[0].webhook), (1, "it answered 503", webhook));
    web.systems.deaf.store(false, Ordering::Relaxed);
    web.programs.resend(dead[0].id, web.clock.now()).await.unwrap();
    until("it is sent", async || web.systems.told.lock().unwrap().len() == 1).await;
    assert_eq!(web.systems.told.lock().unwrap()[0].2, dead[0].body);
    until("it is noted", async || waiting(&web).await == 0).await;
    web.programs.remove_webhook(webhook).await.unwrap();
    assert_eq!(web.programs.deliveries(None, 10).await.unwrap(), []);
    assert!(web.programs.remove_webhook(webhook).await.is_err());
}
