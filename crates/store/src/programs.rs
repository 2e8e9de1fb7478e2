//! What is kept for programs that use the API: answers to requests that may be repeated, webhooks and their messages. The trait that
//! SQLite implements.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use sohoa_domain::{DossierCode, Sha256Digest};

use crate::accounts::{UnknownWord, UserName};
use crate::records::StoreError;

/// What was answered to a request with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Digest of what was asked.
    pub request: Sha256Digest,
    /// Body of the answer.
    pub body: String,
}

/// What a webhook is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Topic {
    /// A document was attached to its dossier.
    #[serde(rename = "document.attached")]
    DocumentAttached,
    /// Nothing that is due is missing any more.
    #[serde(rename = "dossier.complete")]
    DossierComplete,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 2] = [Self::DocumentAttached, Self::DossierComplete];

    /// As stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DocumentAttached => "document.attached",
            Self::DossierComplete => "dossier.complete",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Topic {
    type Err = UnknownWord;
    fn from_str(s: &str) -> Result<Self, UnknownWord> {
        let known = Self::ALL.into_iter().find(|topic| topic.as_str() == s);
        known.ok_or(UnknownWord("document.attached, dossier.complete"))
    }
}

/// Whom to tell of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Address, `https://…` or `http://…`.
    pub address: String,
    /// What messages are signed with, base64.
    pub secret: String,
    /// Only of dossiers of this agency; empty: of all.
    pub agency: String,
    /// Of what.
    pub topics: Vec<Topic>,
    /// Of what comes behind this event.
    pub seen: i64,
}

/// Somebody who is told of what happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// Number.
    pub id: i64,
    /// Address. What is secret in it is shown to administrators only.
    pub address: String,
    /// What messages are signed with, base64.
    #[serde(skip)]
    pub secret: String,
    /// Only of dossiers of this agency; empty: of all.
    pub agency: String,
    /// Of what.
    pub topics: Vec<Topic>,
    /// Number of the last event that was looked at.
    pub seen: i64,
    /// When it was added.
    pub added_at: Timestamp,
    /// Since when it is sent nothing, so that its messages wait; `None` when it is not paused.
    pub paused_at: Option<Timestamp>,
}

/// A message that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Number of the event that it follows from.
    pub event: i64,
    /// Of what it tells.
    pub topic: Topic,
    /// JSON.
    pub body: String,
}

/// How it stands with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// To be sent, or sent again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It was tried for the last time; a person can send it again.
    Dead,
}

impl DeliveryState {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The stored form back.
    pub fn parse(s: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Dead].into_iter().find(|state| state.as_str() == s)
    }
}

/// A message to a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Number.
    pub id: i64,
    /// To whom.
    pub webhook: i64,
    /// Number of the event that it follows from.
    pub event: i64,
    /// Of what it tells.
    pub topic: Topic,
    /// JSON, the same with each attempt.
    pub body: String,
    /// How it stands with it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is to be tried next, or was tried last.
    pub next_at: Timestamp,
    /// Why the last attempt failed; empty when none did.
    pub last_error: String,
}

/// Which messages are asked for, those first that were made last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryPage {
    /// To this webhook.
    pub webhook: Option<i64>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// Made before this one.
    pub before: Option<i64>,
    /// At most so many.
    pub most: u32,
}

/// What is kept for programs. Every method is one transaction.
#[async_trait]
pub trait Programs: Send + Sync {
    /// What was answered to a user's request with this key.
    async fn answer(&self, user: &UserName, key: &str) -> Result<Option<KeptAnswer>, StoreError>;

    /// Keeps an answer. Those given before `stale` are forgotten.
    async fn keep_answer(
        &self,
        user: &UserName,
        key: &str,
        answer: &KeptAnswer,
        now: Timestamp,
        stale: Timestamp,
    ) -> Result<(), StoreError>;

    /// Adds a webhook; returns its number.
    async fn add_webhook(&self, webhook: &NewWebhook, now: Timestamp) -> Result<i64, StoreError>;

    /// All webhooks in order of number.
    async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError>;

    /// Removes a webhook with all its messages.
    async fn remove_webhook(&self, id: i64) -> Result<(), StoreError>;

    /// Sends a webhook nothing from this time on, or lets it go on.
    async fn pause_webhook(&self, id: i64, paused: Option<Timestamp>) -> Result<(), StoreError>;

    /// Whether a webhook was told that a dossier is complete, and it was not incomplete since.
    async fn was_complete(&self, webhook: i64, dossier: &DossierCode) -> Result<bool, StoreError>;

    /// Notes that a webhook's events were looked at up to `seen`, with the messages that follow from them and what was found of
    /// dossiers: complete or not. A message that is there already is not made twice.
    async fn look_at(
        &self,
        webhook: i64,
        seen: i64,
        deliveries: &[NewDelivery],
        complete: &[(DossierCode, bool)],
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Messages that are to be sent now, the longest due first, at most so many; none to webhooks that are paused.
    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<Delivery>, StoreError>;

    /// Notes that a message was taken.
    async fn delivered(&self, id: i64, now: Timestamp) -> Result<(), StoreError>;

    /// Notes that a message was not taken; it is tried again at `next`, or not any more.
    async fn failed(&self, id: i64, why: &str, next: Option<Timestamp>, now: Timestamp) -> Result<(), StoreError>;

    /// Messages, a page of them.
    async fn deliveries(&self, page: &DeliveryPage) -> Result<Vec<Delivery>, StoreError>;

    /// How many messages of each webhook are in each state in which there are any.
    async fn count_deliveries(&self) -> Result<Vec<(i64, DeliveryState, u64)>, StoreError>;

    /// Has a message sent again, with all its attempts. Returns the number of its webhook.
    async fn resend(&self, id: i64, now: Timestamp) -> Result<i64, StoreError>;

    /// Has all messages to a webhook that were given up sent again, with all their attempts. Returns how many.
    async fn resend_dead(&self, webhook: i64, now: Timestamp) -> Result<u64, StoreError>;

    /// Forgets messages that were taken before this time.
    async fn forget_delivered(&self, before: Timestamp) -> Result<(), StoreError>;

    /// Writes a copy that holds together to a file that is not there yet.
    async fn copy_to(&self, path: &Path) -> Result<(), StoreError>;
}
