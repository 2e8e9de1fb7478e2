//! Webhooks: what is told, to whom, how often, and that nothing is lost.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;
use sohoa_domain::Clock as _;
use sohoa_store::{
    Delivery, DeliveryPage, DeliveryState, NewDelivery, NewWebhook, Programs as _, Records as _, Role, Topic,
};

use crate::support::{OTHER, OWN, TestWeb, between};

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

async fn deliveries(web: &TestWeb, state: Option<DeliveryState>) -> Vec<Delivery> {
    web.programs.deliveries(&DeliveryPage { state, most: 100, ..DeliveryPage::default() }).await.unwrap()
}

async fn waiting(web: &TestWeb) -> usize {
    deliveries(web, Some(DeliveryState::Waiting)).await.len()
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
        let reached = async || deliveries(&web, None).await[0].attempts == n;
        until(&format!("attempt {n}"), reached).await;
    };
    for n in 1..=10 {
        attempts(n).await;
        web.pass(6 * 3600);
    }
    let dead = deliveries(&web, Some(DeliveryState::Dead)).await;
    assert_eq!((dead.len(), dead[0].last_error.as_str(), dead[0].webhook), (1, "it answered 503", webhook));
    web.systems.deaf.store(false, Ordering::Relaxed);
    web.programs.resend(dead[0].id, web.clock.now()).await.unwrap();
    until("it is sent", async || web.systems.told.lock().unwrap().len() == 1).await;
    assert_eq!(web.systems.told.lock().unwrap()[0].2, dead[0].body);
    until("it is noted", async || waiting(&web).await == 0).await;
    web.programs.remove_webhook(webhook).await.unwrap();
    assert_eq!(deliveries(&web, None).await, []);
    assert!(web.programs.remove_webhook(webhook).await.is_err());
}

#[tokio::test]
async fn an_administrator_adds_a_receiver_pauses_it_and_removes_it() {
    let web = TestWeb::new().await;
    let admin = web.user(Role::Admin, "").await;
    let path = "/admin/webhooks";
    assert!(admin.get(path).await.text.contains("Chưa báo tin cho hệ thống nào"));
    for (form, status, said) in [
        ("address=ftp://receiver.test/&topic=document.attached", 422, "Địa chỉ phải bắt đầu bằng"),
        ("address=http://receiver.test/", 422, "Hãy chọn ít nhất một việc"),
        ("address=http://receiver.test/&topic=document.attached&agency=a%00", 422, "Tên cơ quan dài quá"),
        ("address=http://receiver.test/&topic=nonsense", 400, ""),
    ] {
        let answer = admin.post(path, form).await;
        assert_eq!(answer.status.as_u16(), status, "{form}");
        assert!(answer.text.contains(said), "{form}: {}", answer.text);
    }
    assert_eq!(web.programs.webhooks().await.unwrap(), []);
    let form = "address=+http://receiver.test/?key=hidden+&agency=&topic=document.attached";
    let added = admin.post(path, form).await.text;
    let webhook = web.programs.webhooks().await.unwrap().remove(0);
    assert_eq!(
        (webhook.address.as_str(), webhook.topics.as_slice()),
        ("http://receiver.test/?key=hidden", &Topic::ALL[..1])
    );
    assert_eq!(between(&added, "value=\"whsec_", "\""), webhook.secret);
    // The secret is shown once, and what may be secret in the address is in no event.
    let list = admin.get(path).await.text;
    assert!(list.contains("http://receiver.test/?key=hidden") && !list.contains(&webhook.secret), "{list}");
    let one = format!("{path}/{}", webhook.id);
    assert_eq!(admin.post(&format!("{one}/pause"), "").await.header("location"), one);
    assert!(admin.get(&one).await.text.contains("/resume\""));
    // What happens meanwhile waits.
    web.attach(&web.own.code, "TP1", "/scan/own/more").await;
    all_seen(&web).await;
    assert_eq!((waiting(&web).await, web.programs.due(web.clock.now(), 10).await.unwrap()), (1, Vec::new()));
    assert!(admin.get(path).await.text.contains("1 tin đang chờ"));
    admin.post(&format!("{one}/resume"), "").await;
    until("it is sent", async || web.systems.told.lock().unwrap().len() == 1).await;
    until("it is noted", async || waiting(&web).await == 0).await;
    let told = admin.get(&one).await.text;
    assert!(told.contains(web.own.code.as_str()) && told.contains("/pause\""), "{told}");
    let removed = admin.post(&format!("{one}/remove"), "").await;
    assert!(admin.get(removed.header("location")).await.text.contains("Đã xóa nơi nhận"));
    for gone in [&one, &format!("{path}/none")] {
        assert_ne!(admin.get(gone).await.status, StatusCode::OK, "{gone}");
    }
    let events = web.events().await.into_iter().filter(|event| event.agent.starts_with("admin-"));
    let said = ["added", "paused", "resumed", "removed"].map(|what| format!("webhook {} {what}", webhook.id));
    assert_eq!(events.map(|event| event.detail).collect::<Vec<_>>(), said);
}

/// Messages to a webhook that is paused, all of them given up.
async fn given_up(web: &TestWeb, count: i64) -> i64 {
    let (webhook, now) = (subscribe(web, "", &Topic::ALL).await, web.clock.now());
    web.programs.pause_webhook(webhook, Some(now)).await.unwrap();
    let body = |event| NewDelivery {
        event,
        topic: Topic::DossierComplete,
        body: format!(r#"{{"data": {{"dossier": "H41.31-230615-{event:04}"}}}}"#),
    };
    let seen = web.records.last_event_number().await.unwrap();
    let made: Vec<_> = (1..=count).map(body).collect();
    web.programs.look_at(webhook, seen, &made, &[], now).await.unwrap();
    let page = DeliveryPage { webhook: Some(webhook), most: 100, ..DeliveryPage::default() };
    for message in web.programs.deliveries(&page).await.unwrap() {
        let why = if message.event == 1 { "it cannot be reached" } else { "it answered 503" };
        web.programs.failed(message.id, why, None, now).await.unwrap();
    }
    webhook
}

#[tokio::test]
async fn what_was_given_up_is_told_and_sent_again_one_or_all() {
    let web = TestWeb::new().await;
    let (webhook, another) = (given_up(&web, 52).await, given_up(&web, 3).await);
    let admin = web.user(Role::Admin, "").await;
    let list = admin.get("/admin/webhooks").await.text;
    assert!(list.contains("52 tin đã thôi gửi") && list.contains("3 tin đã thôi gửi"), "{list}");
    let path = format!("/admin/webhooks/{webhook}");
    let shown = admin.get(&path).await.text;
    let rows = |text: &str| text.matches("Gửi lại tin ").count();
    assert_eq!(rows(&shown), 50);
    for said in ["Gửi lại cả 52 tin", "Nơi nhận trả lời 503", "H41.31-230615-0052", "15/06/2023 08:30"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let dead = async |webhook| {
        let state = Some(DeliveryState::Dead);
        web.programs.deliveries(&DeliveryPage { webhook: Some(webhook), state, before: None, most: 100 }).await.unwrap()
    };
    let last = dead(webhook).await[49].id;
    let next = admin.get(&format!("{path}?state=dead&before={last}")).await.text;
    assert!(rows(&next) == 2 && next.contains("<span lang=\"en\">it cannot be reached</span>"), "{next}");
    let sent = admin.post(&format!("/admin/webhooks/messages/{last}/resend"), "").await;
    assert_eq!(sent.header("location"), format!("{path}?state=dead&resent=1"));
    assert!(admin.get(sent.header("location")).await.text.contains("1 tin được gửi lại"));
    assert_eq!((dead(webhook).await.len(), waiting(&web).await), (51, 1));
    let sent = admin.post(&format!("{path}/resend"), "").await;
    assert_eq!(sent.header("location"), format!("{path}?state=waiting&resent=51"));
    assert_eq!((dead(webhook).await.len(), dead(another).await.len(), waiting(&web).await), (0, 3, 52));
    let unknown = admin.post("/admin/webhooks/messages/9999/resend", "").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.post("/admin/webhooks/9999/resend", "").await.status, StatusCode::NOT_FOUND);
}
