//! Webhooks: other systems that are told of what happens, and a new one. A message leaves this machine for any address inside the building
//! that is named here, so they are kept by administrators of all agencies.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sohoa_domain::{EventKind, Outcome};
use sohoa_report::Address;
use sohoa_store::{DeliveryState, NewWebhook, Topic, Webhook};

use super::html;
use super::users::agencies;
use crate::app::App;
use crate::error::WebError;
use crate::events::tell;
use crate::labels::{self, Badge};
use crate::page::Page;
use crate::visitor::Visitor;
use crate::webhooks::signing_secret;

/// Longest address and name of an agency, characters.
const LONGEST_ADDRESS: usize = 500;
const LONGEST_AGENCY: usize = 200;

#[derive(Template)]
#[template(path = "webhooks.html")]
struct Webhooks {
    page: Page,
    webhooks: Vec<Line>,
    /// Agencies of the scan folders, to choose from.
    agencies: Vec<String>,
    topics: Vec<(&'static str, &'static str, bool)>,
    form: Typed,
    errors: Errors,
    /// One that was just added: its address, and what its messages are signed with.
    made: Option<(String, String)>,
    /// One was just removed.
    removed: bool,
}

struct Line {
    id: i64,
    address: String,
    topics: Vec<&'static str>,
    agency: String,
    badge: Badge,
    messages: Messages,
}

/// How many messages to a webhook are in which state.
#[derive(Clone, Copy, Default)]
pub(super) struct Messages {
    pub(super) waiting: u64,
    pub(super) delivered: u64,
    pub(super) dead: u64,
}

/// What was typed about a new one.
#[derive(Default)]
struct Typed {
    address: String,
    agency: String,
    topics: Vec<Topic>,
}

#[derive(Default)]
struct Errors {
    address: Option<String>,
    topics: Option<String>,
    agency: Option<String>,
}

#[derive(Deserialize, Default)]
pub(crate) struct Asked {
    #[serde(default)]
    removed: bool,
}

/// How many messages each webhook has.
pub(super) async fn messages(app: &App) -> Result<BTreeMap<i64, Messages>, WebError> {
    let mut all: BTreeMap<i64, Messages> = BTreeMap::new();
    for (webhook, state, count) in app.services.programs.count_deliveries().await? {
        let of = all.entry(webhook).or_default();
        match state {
            DeliveryState::Waiting => of.waiting = count,
            DeliveryState::Delivered => of.delivered = count,
            DeliveryState::Dead => of.dead = count,
        }
    }
    Ok(all)
}

/// The keys of the words for what a webhook is told of.
pub(super) fn topics(webhook: &Webhook) -> Vec<&'static str> {
    webhook.topics.iter().map(|topic| labels::topic(*topic)).collect()
}

async fn screen(
    app: &App,
    page: Page,
    (form, errors): (Typed, Errors),
    made: Option<(String, String)>,
    removed: bool,
) -> Result<Response, WebError> {
    let messages = messages(app).await?;
    let line = |webhook: Webhook| Line {
        id: webhook.id,
        topics: topics(&webhook),
        badge: labels::webhook(webhook.paused_at.is_some()),
        messages: messages.get(&webhook.id).copied().unwrap_or_default(),
        address: webhook.address,
        agency: webhook.agency,
    };
    let wrong = errors.address.is_some() || errors.topics.is_some() || errors.agency.is_some();
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let screen = Webhooks {
        webhooks: app.services.programs.webhooks().await?.into_iter().map(line).collect(),
        agencies: agencies(app),
        topics: Topic::ALL.map(|topic| (topic.as_str(), labels::topic(topic), form.topics.contains(&topic))).to_vec(),
        form,
        errors,
        made,
        removed,
        page,
    };
    Ok((status, html(&screen)?).into_response())
}

/// `/admin/webhooks`.
pub(crate) async fn page(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let form = Typed { topics: Topic::ALL.to_vec(), ..Typed::default() };
    screen(&app, page, (form, Errors::default()), None, asked.removed).await
}

/// Adds one, which is told of what happens from now on. Fields `address`, `agency`, and `topic` once for each.
pub(crate) async fn add(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let field = |wanted: &str| sent.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.trim().to_owned());
    let chosen = sent.iter().filter(|(name, _)| name == "topic");
    let form = Typed {
        address: field("address").unwrap_or_default(),
        agency: field("agency").unwrap_or_default(),
        topics: chosen.map(|(_, topic)| topic.parse()).collect::<Result<_, _>>().map_err(|_| WebError::Invalid)?,
    };
    let reachable = form.address.chars().count() <= LONGEST_ADDRESS && Address::try_from(form.address.clone()).is_ok();
    let agency_fits = form.agency.chars().count() <= LONGEST_AGENCY && !form.agency.contains(char::is_control);
    let errors = Errors {
        address: (!reachable).then(|| page.t("webhook-address-wrong")),
        topics: form.topics.is_empty().then(|| page.t("webhook-topics-wrong")),
        agency: (!agency_fits).then(|| page.t("user-agency-wrong")),
    };
    if !reachable || form.topics.is_empty() || !agency_fits {
        return screen(&app, page, (form, errors), None, false).await;
    }
    let (secret, shown) = signing_secret()?;
    let Typed { address, agency, topics } = form;
    let seen = app.records().last_event_number().await?;
    let webhook = NewWebhook { address: address.clone(), secret, agency, topics, seen };
    let id = app.services.programs.add_webhook(&webhook, app.now()).await?;
    told(&app, &visitor, id, "added").await?;
    let form = Typed { topics: Topic::ALL.to_vec(), ..Typed::default() };
    screen(&app, page, (form, Errors::default()), Some((address, shown)), false).await
}

/// Puts on record what an administrator did to a webhook, by its number: what is secret in an address stays out of it.
pub(super) async fn told(app: &App, visitor: &Visitor, id: i64, what: &str) -> Result<(), WebError> {
    let (agent, detail) = (visitor.user.name.as_str(), format!("webhook {id} {what}"));
    Ok(tell(app, EventKind::UserChanged, Outcome::Success, agent, None, &detail).await?)
}
