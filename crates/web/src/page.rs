//! What every screen is made with: language, user, navigation, addresses of assets. Templates use its methods.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sohoa_domain::ProfileWarning;

use crate::app::App;
use crate::assets;
use crate::labels;
use crate::language::Language;
use crate::messages::{Arg, message};
use crate::nav::{self, Entry, Tab};
use crate::visitor::{By, Visitor, cookie};

/// The frame of a screen.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) language: Language,
    pub(crate) visitor: Option<Visitor>,
    /// Path and query of the request.
    pub(crate) path: String,
    chosen: Option<Language>,
}

impl Page {
    /// Of somebody of whom nothing is known but the language.
    pub(crate) fn before_sign_in(parts: &Parts) -> Self {
        let chosen = cookie(&parts.headers, Language::COOKIE).and_then(Language::parse);
        let path = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        Self { language: chosen.unwrap_or_default(), visitor: None, path, chosen }
    }

    /// Of this visitor.
    pub(crate) fn of(self, visitor: Visitor) -> Self {
        let cookie = self.chosen.map(Language::as_str);
        Self { language: Language::of(Some(&visitor.user), cookie), visitor: Some(visitor), ..self }
    }

    /// A message.
    pub(crate) fn t(&self, key: &str) -> String {
        message(self.language, key, &[])
    }

    /// A message with something in it.
    pub(crate) fn t1(&self, key: &str, name: &str, value: impl Arg) -> String {
        message(self.language, key, &[(name, &value)])
    }

    /// A message with two things in it.
    pub(crate) fn t2(&self, key: &str, one: &str, first: impl Arg, two: &str, second: impl Arg) -> String {
        message(self.language, key, &[(one, &first), (two, &second)])
    }

    /// What a warning about a document says.
    pub(crate) fn warning(&self, warning: &ProfileWarning) -> String {
        labels::warning(self, warning)
    }

    /// Address of an asset.
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// `lang` of the page.
    pub(crate) fn lang(&self) -> &'static str {
        self.language.as_str()
    }

    /// What forms send along; empty before sign-in.
    pub(crate) fn csrf(&self) -> &str {
        match &self.visitor {
            Some(Visitor { by: By::Session { csrf, .. }, .. }) => csrf,
            _ => "",
        }
    }

    /// Name of the user, empty before sign-in.
    pub(crate) fn user(&self) -> &str {
        self.visitor.as_ref().map_or("", |v| v.user.name.as_str())
    }

    /// What the user does and for which agency.
    pub(crate) fn user_role(&self) -> String {
        let Some(Visitor { user, .. }) = &self.visitor else { return String::new() };
        let role = self.t(labels::role(user.role));
        if user.agency.is_empty() { role } else { format!("{role}, {}", user.agency) }
    }

    /// The auditor's screens that this user may open.
    pub(crate) fn audit_nav(&self) -> Vec<Tab> {
        self.visitor.as_ref().map(|v| nav::audit_tabs(&v.user, &self.path)).unwrap_or_default()
    }

    /// The agency that the user is bound to, empty when there is none.
    pub(crate) fn user_agency(&self) -> &str {
        self.visitor.as_ref().map_or("", |v| v.user.agency.as_str())
    }

    /// The screens that this user may open.
    pub(crate) fn nav(&self) -> Vec<Entry> {
        self.visitor.as_ref().map(|v| nav::entries(&v.user, &self.path)).unwrap_or_default()
    }
}

impl FromRequestParts<App> for Page {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let page = Self::before_sign_in(parts);
        Ok(match parts.extensions.get::<Visitor>() {
            Some(visitor) => page.of(visitor.clone()),
            None => page,
        })
    }
}
