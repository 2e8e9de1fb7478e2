//! `sohoa user`: who may sign in to the web application, and programs that act for them.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use clap::Subcommand;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use serde::Serialize;
use sohoa_domain::{Event, EventKind, Outcome};
use sohoa_store::{Accounts as _, Role, Scope, SqliteAccounts, User, UserName};
use sohoa_web::{LINK_LIFE, Secret, hash_password, password_path};

use super::review::Person;
use crate::exit::{Exit, NotReady};
use crate::home::{Home, block_on};
use crate::output::Output;

/// Holds the password of a new user.
const PASSWORD: &str = "SOHOA_PASSWORD";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add a user; prints a link to set the password unless $SOHOA_PASSWORD or the terminal gives one
    Add {
        /// Name to sign in with: a to z, 0 to 9, point, hyphen, underscore
        name: UserName,
        /// counter, archivist, auditor or admin
        #[arg(long)]
        role: Role,
        /// The only agency whose dossiers the user sees, as the register writes it
        #[arg(long, default_value = "")]
        agency: String,
        /// Ask for the password on the terminal
        #[arg(long)]
        prompt: bool,
        #[command(flatten)]
        by: Person,
    },
    /// All users
    List,
    /// End every session, link and token of a user, who cannot sign in any more
    Disable {
        /// Name
        name: UserName,
        #[command(flatten)]
        by: Person,
    },
    /// Let a user sign in again
    Enable {
        /// Name
        name: UserName,
        #[command(flatten)]
        by: Person,
    },
    /// A link by which a user sets the password, once
    Link {
        /// Name
        name: UserName,
        #[command(flatten)]
        by: Person,
    },
    /// A token with which a program uses the API as this user; it is printed once
    Token {
        /// Name of the user
        name: UserName,
        /// What the token is called, to end it by
        token: String,
        /// read, write or both
        #[arg(long, value_delimiter = ',', default_value = "read")]
        scope: Vec<Scope>,
        /// End the token of this name
        #[arg(long, conflicts_with = "scope")]
        drop: bool,
        #[command(flatten)]
        by: Person,
    },
}

#[derive(Serialize)]
struct Done {
    users: Vec<User>,
    /// Link to set a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// Secret of a new token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    let done = block_on(async {
        let home = Home::open(home).await?;
        let accounts = home.accounts().await?;
        let mut done = Done { users: Vec::new(), link: None, token: None };
        match command {
            Command::List => {}
            Command::Add { name, role, agency, prompt, by } => {
                let password = new_password(*prompt)?.map(|p| hash_password(&p)).transpose()?;
                let user = User {
                    name: name.clone(),
                    role: *role,
                    agency: agency.clone(),
                    language: String::new(),
                    disabled: false,
                    password,
                };
                accounts.add_user(&user, home.clock.now()).await?;
                tell(&home, by, format!("user {name} added, role {role}")).await?;
                if user.password.is_none() {
                    done.link = Some(link(&home, &accounts, name).await?);
                }
            }
            Command::Disable { name, by } => {
                accounts.set_disabled(name, true).await?;
                tell(&home, by, format!("user {name} switched off")).await?;
            }
            Command::Enable { name, by } => {
                accounts.set_disabled(name, false).await?;
                tell(&home, by, format!("user {name} switched on")).await?;
            }
            Command::Link { name, by } => {
                done.link = Some(link(&home, &accounts, name).await?);
                tell(&home, by, format!("user {name}: link to set a password")).await?;
            }
            Command::Token { name, token, drop: true, by, .. } => {
                accounts.remove_token(name, token).await?;
                tell(&home, by, format!("user {name}: token ended")).await?;
            }
            Command::Token { name, token, scope, by, .. } => {
                let secret = Secret::new()?;
                accounts.add_token(&secret.digest(), name, token, scope, home.clock.now()).await?;
                tell(&home, by, format!("user {name}: token made")).await?;
                done.token = Some(secret.reveal().to_owned());
            }
        }
        done.users = accounts.users().await?;
        Ok(done)
    })?;
    output.print(&done, text)?;
    Ok(Exit::Done)
}

fn text(done: &Done) -> String {
    let line = |u: &User| {
        let agency = if u.agency.is_empty() { "all agencies" } else { &u.agency };
        let state = match (u.disabled, &u.password) {
            (true, _) => "  switched off",
            (false, None) => "  no password yet",
            (false, Some(_)) => "",
        };
        format!("{}  {}  {agency}{state}\n", u.name, u.role)
    };
    let mut text: String = done.users.iter().map(line).collect();
    if let Some(link) = &done.link {
        text += &format!("to set the password, once, within {} hours: {link}\n", LINK_LIFE.as_hours());
    }
    if let Some(token) = &done.token {
        text += &format!("token, shown only now: {token}\n");
    }
    if text.is_empty() { "no users yet; `sohoa serve` prints a link to make the first".to_owned() } else { text }
}

/// A link to set the password, at the address of the settings.
async fn link(home: &Home, accounts: &SqliteAccounts, name: &UserName) -> anyhow::Result<String> {
    let path = password_path(accounts, home.clock.now(), name).await?;
    let web = &home.config.web;
    let scheme = if web.tls(&home.path).is_some() { "https" } else { "http" };
    let own = format!("{scheme}://{}", web.listen);
    Ok(format!("{}{path}", if web.public_url.is_empty() { &own } else { &web.public_url }))
}

/// Puts on record that somebody changed who may see what.
pub(super) async fn tell(home: &Home, by: &Person, detail: String) -> anyhow::Result<()> {
    let event = Event {
        at: home.clock.now(),
        kind: EventKind::UserChanged,
        outcome: Outcome::Success,
        agent: by.name(),
        source: None,
        dossier: None,
        document: None,
        detail,
        file: None,
        change: None,
    };
    home.records.tell(&[event]).await?;
    home.seal().await
}

/// The password of a new user: from the environment, or typed.
fn new_password(prompt: bool) -> anyhow::Result<Option<String>> {
    if prompt {
        return typed().map(Some);
    }
    Ok(std::env::var(PASSWORD).ok().filter(|p| !p.is_empty()))
}

/// Asks on the terminal, which does not show what is typed.
fn typed() -> anyhow::Result<String> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Err(NotReady(format!("there is no terminal to ask on; {PASSWORD} can hold the password")).into());
    }
    eprint!("password: ");
    std::io::stderr().flush()?;
    let shown = tcgetattr(&input).context("cannot read how the terminal is set")?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&input, OptionalActions::Flush, &hidden).context("cannot set the terminal")?;
    let mut line = String::new();
    let read = input.lock().read_line(&mut line);
    tcsetattr(&input, OptionalActions::Flush, &shown).context("cannot set the terminal")?;
    eprintln!();
    read?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
