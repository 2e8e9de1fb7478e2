//! Other systems are told of what happens: a message to each webhook that wants to know, signed, sent again until it is taken, and kept
//! when nobody takes it.
//!
//! Messages follow from the events of the records by number. How far a webhook's events were looked at is kept together with the
//! messages that follow from them, so a process that ends at any time loses none and makes none twice. A receiver may see a message
//! twice, with the same id, when the process ends between its answer and the note of it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use ring::hmac;
use serde::Serialize;
use sohoa_domain::{AttachmentState, Change, DossierCode, Event};
use sohoa_store::{Delivery, NewDelivery, StoreError, Topic, Webhook};
use tokio::sync::watch;

use crate::app::App;
use crate::checklist::Holdings;
use crate::secret::Secret;

/// How often it is looked whether there is something to tell.
const LOOK: Duration = Duration::from_secs(1);
/// Events of a webhook that are looked at together.
const TOGETHER: u32 = 500;
/// Messages that are sent between two looks.
const AT_ONCE: u32 = 100;
/// Pause before the second attempt; each further one is four times as long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// Longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(6);
/// After so many attempts, about a day, a message is given up until a person has it sent again.
const MOST_ATTEMPTS: u32 = 10;
/// How long messages that were taken are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is sent: codes and ids, and nothing about people.
#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    topic: Topic,
    /// When it happened.
    timestamp: jiff::Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    dossier: &'a DossierCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<&'a str>,
}

/// Tells webhooks what happens, until it is stopped.
pub(crate) async fn follow(app: App, mut stopped: watch::Receiver<bool>) {
    let followed = async {
        let mut failing = false;
        loop {
            let told = tell(&app).await;
            if let Err(error) = &told
                && !failing
            {
                tracing::warn!(%error, "webhooks cannot be told; tried again");
            }
            failing = told.is_err();
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::select! {
        () = followed => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

/// Makes messages of what happened and sends what is due.
async fn tell(app: &App) -> Result<(), StoreError> {
    let programs = &app.services.programs;
    let webhooks = programs.webhooks().await?;
    for webhook in &webhooks {
        look(app, webhook).await?;
    }
    if webhooks.is_empty() {
        return Ok(());
    }
    for delivery in programs.due(app.now(), AT_ONCE).await? {
        if let Some(webhook) = webhooks.iter().find(|webhook| webhook.id == delivery.webhook) {
            send(app, webhook, &delivery).await?;
        }
    }
    programs.forget_delivered(app.now() - KEPT).await
}

/// Makes messages of the next events.
async fn look(app: &App, webhook: &Webhook) -> Result<(), StoreError> {
    let programs = &app.services.programs;
    let lines = app.records().event_lines(webhook.seen, TOGETHER).await?;
    let Some(last) = lines.last().map(|line| line.number) else {
        // Records that were made anew may have fewer events.
        let last = app.records().last_event_number().await?;
        if last < webhook.seen {
            programs.look_at(webhook.id, last, &[], &[], app.now()).await?;
        }
        return Ok(());
    };
    let mut found = Found { app, webhook, deliveries: Vec::new(), complete: Vec::new() };
    for line in &lines {
        if let Ok(event) = serde_json::from_str::<Event>(&line.text) {
            found.take(line.number, &event).await?;
        }
    }
    programs.look_at(webhook.id, last, &found.deliveries, &found.complete, app.now()).await
}

/// What was found in some events.
struct Found<'a> {
    app: &'a App,
    webhook: &'a Webhook,
    deliveries: Vec<NewDelivery>,
    complete: Vec<(DossierCode, bool)>,
}

impl Found<'_> {
    async fn take(&mut self, number: i64, event: &Event) -> Result<(), StoreError> {
        let Some(dossier) = &event.dossier else { return Ok(()) };
        let attachment = match &event.change {
            Some(Change::Attachment { state, component }) => Some((*state, component)),
            Some(Change::Reused { .. }) => None,
            _ => return Ok(()),
        };
        let (webhook, app) = (self.webhook, self.app);
        let own = webhook.agency.is_empty() || app.agency_of_dossier(dossier).await?.as_ref() == Some(&webhook.agency);
        if !own {
            return Ok(());
        }
        let wants = |topic| webhook.topics.contains(&topic);
        if let (Some((AttachmentState::Attached, component)), Some(document)) = (attachment, &event.document)
            && wants(Topic::DocumentAttached)
        {
            let (document, component) = (Some(document.as_str()), component.as_ref().map(|id| id.as_str()));
            self.add(number, event, Topic::DocumentAttached, Data { dossier, document, component })?;
        }
        if wants(Topic::DossierComplete) {
            let is = Holdings::read(app.records(), dossier).await?.is_some_and(|holdings| holdings.is_complete());
            let told = self.complete.iter().rev().find(|(code, _)| code == dossier).map(|(_, complete)| *complete);
            let was = match told {
                Some(was) => was,
                None => app.services.programs.was_complete(webhook.id, dossier).await?,
            };
            if is && !was {
                self.add(number, event, Topic::DossierComplete, Data { dossier, document: None, component: None })?;
            }
            if is != was {
                self.complete.push((dossier.clone(), is));
            }
        }
        Ok(())
    }

    fn add(&mut self, number: i64, event: &Event, topic: Topic, data: Data<'_>) -> Result<(), StoreError> {
        let body = serde_json::to_string(&Message { topic, timestamp: event.at, data })
            .map_err(|e| StoreError::Other(format!("a message: {e}")))?;
        self.deliveries.push(NewDelivery { event: number, topic, body });
        Ok(())
    }
}

async fn send(app: &App, webhook: &Webhook, delivery: &Delivery) -> Result<(), StoreError> {
    let programs = &app.services.programs;
    let id = format!("sohoa-{}", delivery.id);
    let timestamp = app.now().as_second().to_string();
    let signature = signature(&webhook.secret, &id, &timestamp, &delivery.body)?;
    let headers = [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)];
    match app.services.messenger.post(&webhook.address, &headers, &delivery.body).await {
        Ok(()) => programs.delivered(delivery.id, app.now()).await,
        Err(why) => {
            tracing::warn!(webhook = webhook.id, delivery = delivery.id, why, "a message was not taken");
            let next = pause(delivery.attempts + 1).map(|pause| app.now() + pause);
            programs.failed(delivery.id, &why, next, app.now()).await
        }
    }
}

/// How long to wait after so many attempts; `None` when that was the last.
fn pause(attempts: u32) -> Option<SignedDuration> {
    if attempts >= MOST_ATTEMPTS {
        return None;
    }
    let pause = 4i32.checked_pow(attempts.saturating_sub(1)).and_then(|times| FIRST_PAUSE.checked_mul(times));
    Some(pause.map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE)))
}

/// What messages of a new webhook are signed with: as it is stored, and as its receiver is given it, once.
///
/// # Errors
/// When the system has no random bytes to give.
pub fn signing_secret() -> std::io::Result<(String, String)> {
    let key = STANDARD.encode(Secret::new()?.digest().as_bytes());
    let shown = format!("whsec_{key}");
    Ok((key, shown))
}

/// The signature as standardwebhooks.com has it: HMAC-SHA256 over id, time and body, with what the secret says in Base64.
fn signature(secret: &str, id: &str, timestamp: &str, body: &str) -> Result<String, StoreError> {
    let key = STANDARD.decode(secret).map_err(|_| StoreError::Corrupt("the secret of a webhook".to_owned()))?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let signed = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(signed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_a_message_is_given_up() {
        let pauses: Vec<_> = (1..).map_while(pause).map(|pause| pause.as_secs()).collect();
        assert_eq!(pauses, [10, 40, 160, 640, 2560, 10240, 21600, 21600, 21600]);
    }

    #[test]
    fn a_signature_is_that_of_the_published_example() {
        // github.com/standard-webhooks/standard-webhooks, spec: the example of its libraries.
        let (secret, body) = ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", r#"{"test": 2432232314}"#);
        let signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
