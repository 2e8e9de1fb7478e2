//! One webhook: what it was told, what waits, what it did not take, and whether it is told more.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Redirect};
use serde::Deserialize;
use sohoa_store::{Delivery, DeliveryPage, DeliveryState, Webhook};

use super::html;
use super::webhooks::{messages, told, topics};
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::labels::{self, Badge};
use crate::messages::msg;
use crate::page::Page;
use crate::query::query;
use crate::visitor::Visitor;

/// Messages on a screen.
const MOST: u32 = 50;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Asked {
    /// `dead`, `waiting` or `delivered`; without one the first in which there are any.
    state: String,
    /// The last one of the screen before.
    before: Option<i64>,
    /// So many were just put among those that wait.
    resent: Option<u64>,
}

#[derive(Template)]
#[template(path = "webhook.html")]
struct Screen {
    page: Page,
    webhook: Webhook,
    added: String,
    badge: Badge,
    topics: Vec<&'static str>,
    tabs: Vec<Tab>,
    /// Those are shown that were given up, or that were taken.
    given_up: bool,
    taken: bool,
    dead: u64,
    /// The key of what the time of a message says.
    when: &'static str,
    lines: Vec<Line>,
    resent: Option<u64>,
    first: String,
    next: String,
}

struct Tab {
    path: String,
    name: &'static str,
    count: u64,
    current: bool,
}

struct Line {
    id: i64,
    topic: &'static str,
    dossier: String,
    when: String,
    attempts: u32,
    /// Why it was not taken: in words of the page, or as the program says it.
    answered: String,
    failed: String,
}

impl Line {
    fn of(page: &Page, message: &Delivery) -> Self {
        let body: serde_json::Value = serde_json::from_str(&message.body).unwrap_or_default();
        let answered = message.last_error.strip_prefix("it answered ");
        Self {
            id: message.id,
            topic: labels::topic(message.topic),
            dossier: body["data"]["dossier"].as_str().unwrap_or_default().to_owned(),
            when: format::instant(message.next_at),
            attempts: message.attempts,
            answered: answered.map(|status| page.t1("message-answered", "status", status)).unwrap_or_default(),
            failed: if answered.is_some() { String::new() } else { message.last_error.clone() },
        }
    }
}

async fn find(app: &App, id: i64) -> Result<Webhook, WebError> {
    let webhooks = app.services.programs.webhooks().await?;
    webhooks.into_iter().find(|webhook| webhook.id == id).ok_or(WebError::NotFound)
}

fn path(id: i64, pairs: &[(&str, &str)]) -> String {
    format!("/admin/webhooks/{id}{}", query(pairs))
}

/// `/admin/webhooks/{webhook}?state=`.
pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, WebError> {
    let webhook = find(&app, id).await?;
    let counts = messages(&app).await?.remove(&id).unwrap_or_default();
    let states = [
        (DeliveryState::Dead, msg!("messages-dead"), counts.dead),
        (DeliveryState::Waiting, msg!("messages-waiting"), counts.waiting),
        (DeliveryState::Delivered, msg!("messages-delivered"), counts.delivered),
    ];
    let first_with_any = states.iter().find(|(_, _, count)| *count > 0).map(|(state, ..)| *state);
    let state = DeliveryState::parse(&asked.state).or(first_with_any).unwrap_or(DeliveryState::Waiting);
    let wanted = DeliveryPage { webhook: Some(id), state: Some(state), before: asked.before, most: MOST + 1 };
    let mut found = app.services.programs.deliveries(&wanted).await?;
    let more = found.len() > MOST as usize;
    found.truncate(MOST as usize);
    let tab = |(of, name, count): (DeliveryState, &'static str, u64)| Tab {
        path: path(id, &[("state", of.as_str())]),
        name,
        count,
        current: of == state,
    };
    let behind = |before: &str| path(id, &[("state", state.as_str()), ("before", before)]);
    html(&Screen {
        added: format::instant(webhook.added_at),
        badge: labels::webhook(webhook.paused_at.is_some()),
        topics: topics(&webhook),
        tabs: states.map(tab).into(),
        given_up: state == DeliveryState::Dead,
        taken: state == DeliveryState::Delivered,
        dead: counts.dead,
        when: match state {
            DeliveryState::Waiting => msg!("message-next"),
            DeliveryState::Delivered => msg!("message-taken"),
            DeliveryState::Dead => msg!("message-last"),
        },
        lines: found.iter().map(|message| Line::of(&page, message)).collect(),
        resent: asked.resent,
        first: asked.before.map(|_| behind("")).unwrap_or_default(),
        next: found.last().filter(|_| more).map(|last| behind(&last.id.to_string())).unwrap_or_default(),
        webhook,
        page,
    })
}

/// Sends it nothing for now: its messages wait.
pub(crate) async fn pause(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Redirect, WebError> {
    app.services.programs.pause_webhook(id, Some(app.now())).await?;
    told(&app, &visitor, id, "paused").await?;
    Ok(Redirect::to(&path(id, &[])))
}

/// Sends it what has waited, and goes on.
pub(crate) async fn resume(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Result<Redirect, WebError> {
    app.services.programs.pause_webhook(id, None).await?;
    told(&app, &visitor, id, "resumed").await?;
    Ok(Redirect::to(&path(id, &[])))
}

/// Tells it nothing more; its messages are forgotten.
pub(crate) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Result<Redirect, WebError> {
    app.services.programs.remove_webhook(id).await?;
    told(&app, &visitor, id, "removed").await?;
    Ok(Redirect::to("/admin/webhooks?removed=true"))
}

/// Sends everything again that it did not take.
pub(crate) async fn resend_all(State(app): State<App>, Path(id): Path<i64>) -> Result<Redirect, WebError> {
    find(&app, id).await?;
    let resent = app.services.programs.resend_dead(id, app.now()).await?;
    Ok(Redirect::to(&path(id, &[("state", "waiting"), ("resent", &resent.to_string())])))
}

/// Sends one message again.
pub(crate) async fn resend(State(app): State<App>, Path(message): Path<i64>) -> Result<Redirect, WebError> {
    let id = app.services.programs.resend(message, app.now()).await?;
    Ok(Redirect::to(&path(id, &[("state", "dead"), ("resent", "1")])))
}
