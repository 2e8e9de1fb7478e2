//! `sohoa webhook`: other systems that are told of what happens, and the messages that they did not take.

use std::path::Path;

use clap::Subcommand;
use serde::Serialize;
use sohoa_domain::{InputError, RefusalCode};
use sohoa_report::Address;
use sohoa_store::{Delivery, DeliveryPage, DeliveryState, NewWebhook, Programs as _, Topic, Webhook};
use sohoa_web::signing_secret;

use super::review::Person;
use super::user::tell;
use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

/// Messages that are listed.
const LISTED: u32 = 1000;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Tell an address of what happens from now on; prints the secret that messages are signed with, once
    Add {
        /// Where to: https://… or http://…
        address: String,
        /// Of what: document.attached, dossier.complete
        #[arg(long, value_delimiter = ',', required = true)]
        topic: Vec<Topic>,
        /// Only of dossiers of this agency, as the register writes it
        #[arg(long, default_value = "")]
        agency: String,
        #[command(flatten)]
        by: Person,
    },
    /// All webhooks
    List,
    /// Send it nothing for now; its messages wait
    Pause {
        /// Number
        webhook: i64,
        #[command(flatten)]
        by: Person,
    },
    /// Send it what has waited, and go on
    Resume {
        /// Number
        webhook: i64,
        #[command(flatten)]
        by: Person,
    },
    /// Tell it nothing more; its messages are forgotten
    Remove {
        /// Number
        webhook: i64,
        #[command(flatten)]
        by: Person,
    },
    /// The latest messages, those first that were made last
    Messages {
        /// Only those that were given up
        #[arg(long)]
        dead: bool,
    },
    /// Send a message again
    Resend {
        /// Number of the message
        message: i64,
    },
}

#[derive(Serialize)]
struct Done {
    webhooks: Vec<Webhook>,
    /// What messages of a new webhook are signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    block_on(async {
        let home = Home::open(home).await?;
        let programs = home.programs().await?;
        let mut secret = None;
        match command {
            Command::Messages { dead } => {
                let state = dead.then_some(DeliveryState::Dead);
                let page = DeliveryPage { state, most: LISTED, ..DeliveryPage::default() };
                let messages = programs.deliveries(&page).await?;
                output.print(&messages, |messages| messages.iter().map(line).collect())?;
                return Ok(Exit::Done);
            }
            Command::Resend { message } => {
                programs.resend(*message, home.clock.now()).await?;
                output.print(&serde_json::json!({ "message": message }), |_| "it is sent again".to_owned())?;
                return Ok(Exit::Done);
            }
            Command::List => {}
            Command::Add { address, topic, agency, by } => {
                Address::try_from(address.clone()).map_err(|error| InputError::file(RefusalCode::Malformed, error))?;
                let (key, shown) = signing_secret()?;
                let webhook = NewWebhook {
                    address: address.clone(),
                    secret: key,
                    agency: agency.clone(),
                    topics: topic.clone(),
                    seen: home.records.last_event_number().await?,
                };
                let id = programs.add_webhook(&webhook, home.clock.now()).await?;
                tell(&home, by, format!("webhook {id} added")).await?;
                secret = Some(shown);
            }
            Command::Pause { webhook, by } => {
                programs.pause_webhook(*webhook, Some(home.clock.now())).await?;
                tell(&home, by, format!("webhook {webhook} paused")).await?;
            }
            Command::Resume { webhook, by } => {
                programs.pause_webhook(*webhook, None).await?;
                tell(&home, by, format!("webhook {webhook} resumed")).await?;
            }
            Command::Remove { webhook, by } => {
                programs.remove_webhook(*webhook).await?;
                tell(&home, by, format!("webhook {webhook} removed")).await?;
            }
        }
        output.print(&Done { webhooks: programs.webhooks().await?, secret }, text)?;
        Ok(Exit::Done)
    })
}

fn text(done: &Done) -> String {
    let line = |webhook: &Webhook| {
        let agency = if webhook.agency.is_empty() { "all agencies" } else { &webhook.agency };
        let topics: Vec<&str> = webhook.topics.iter().map(|topic| topic.as_str()).collect();
        let paused = if webhook.paused_at.is_some() { ", paused" } else { "" };
        format!("{}  {}  {}  {agency}{paused}\n", webhook.id, webhook.address, topics.join(", "))
    };
    let mut text: String = done.webhooks.iter().map(line).collect();
    if let Some(secret) = &done.secret {
        text += &format!("secret, shown only now: {secret}\n");
    }
    if text.is_empty() { "no webhooks".to_owned() } else { text }
}

fn line(message: &Delivery) -> String {
    let Delivery { id, webhook, topic, state, attempts, last_error, .. } = message;
    let error = if last_error.is_empty() { String::new() } else { format!(": {last_error}") };
    format!("{id}  webhook {webhook}  {topic}  {}, {attempts} attempts{error}\n", state.as_str())
}
