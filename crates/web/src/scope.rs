//! Which dossiers the screens of coverage look at: the period and the filters of an address, as far as the user may see.

use jiff::civil::Date;
use serde::Deserialize;
use sohoa_domain::{Channel, local_day};
use sohoa_store::{CoverageBy, CoverageScope, StoreError};

use crate::app::App;
use crate::format;
use crate::labels;
use crate::messages::msg;
use crate::page::Page;
use crate::period::{self, day, written};
use crate::query::query;
use crate::visitor::Visitor;

/// What an address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// First and last day; an empty one leaves that end open, none at all asks for the usual period.
    from: Option<String>,
    to: Option<String>,
    /// `all`: no period.
    period: String,
    agency: String,
    counter: String,
    procedure: String,
    channel: String,
    /// What the figures are grouped by.
    by: String,
}

/// What was understood of it.
#[derive(Debug, Clone)]
pub(crate) struct Scoped {
    pub(crate) scope: CoverageScope,
    pub(crate) by: CoverageBy,
    /// The agency is the user's own and cannot be changed.
    pub(crate) own_agency: bool,
    /// What stands in the form.
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) procedure: String,
    /// What of it is wrong: field and key of the message.
    pub(crate) wrong: Vec<(&'static str, &'static str)>,
}

/// A choice of the form.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

impl Scoped {
    /// Reads an address. Without a period it is the month in which a dossier was received last, which is this one as long as the
    /// register is brought up to date.
    pub(crate) async fn read(app: &App, visitor: &Visitor, asked: Asked) -> Result<Self, StoreError> {
        let mut wrong = Vec::new();
        let mut end = |field, text: &str| {
            let read = day(text);
            if read.is_none() && !text.trim().is_empty() {
                wrong.push((field, msg!("period-wrong")));
            }
            read
        };
        let usual = asked.from.is_none() && asked.to.is_none() && asked.period != "all";
        let (from, to) = if usual {
            let (first, last) = usual_period(app).await?;
            (Some(first), Some(last))
        } else {
            (end("from", asked.from.as_deref().unwrap_or_default()), end("to", asked.to.as_deref().unwrap_or_default()))
        };
        if let (Some(first), Some(last)) = (from, to)
            && first > last
        {
            wrong.push(("to", msg!("period-backwards")));
        }
        let typed = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let procedure = typed(asked.procedure).map(|text| (text.parse().ok(), text));
        if let Some((None, _)) = procedure {
            wrong.push(("procedure", msg!("procedure-wrong")));
        }
        let (procedure, said) = procedure.unwrap_or_default();
        let own_agency = !visitor.user.agency.is_empty();
        let agency = if own_agency { Some(visitor.user.agency.clone()) } else { typed(asked.agency) };
        let by = asked.by.parse().unwrap_or(if agency.is_some() { CoverageBy::Counter } else { CoverageBy::Agency });
        let channel = Channel::parse(&asked.channel).ok();
        let scope = CoverageScope { from, to, agency, counter: typed(asked.counter), procedure, channel };
        let is_wrong = |field| wrong.iter().any(|(name, _)| *name == field);
        let from_text = if is_wrong("from") { asked.from.unwrap_or_default() } else { written(from) };
        let to_text = if is_wrong("to") { asked.to.unwrap_or_default() } else { written(to) };
        Ok(Self { scope, by, own_agency, from: from_text, to: to_text, procedure: said, wrong })
    }

    /// What is wrong with a field.
    pub(crate) fn error(&self, page: &Page, field: &str) -> Option<String> {
        self.wrong.iter().find(|(name, _)| *name == field).map(|(_, key)| page.t(key))
    }

    /// Id of the list of suggestions: that of the field which the groups can fill.
    pub(crate) fn suggested(&self) -> &'static str {
        match self.by {
            CoverageBy::Agency => "agencies",
            CoverageBy::Counter => "counters",
            CoverageBy::Procedure => "procedures",
            _ => "suggestions",
        }
    }

    /// The query part of an address with this scope, and more.
    pub(crate) fn query(&self, more: &[(&str, &str)]) -> String {
        let iso = |day: Option<Date>| day.map(|d| d.to_string()).unwrap_or_default();
        let scope = &self.scope;
        let (from, to) = (iso(scope.from), iso(scope.to));
        let all = if scope.from.is_none() && scope.to.is_none() { "all" } else { "" };
        let procedure = scope.procedure.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut pairs = vec![
            ("from", from.as_str()),
            ("to", to.as_str()),
            ("period", all),
            ("agency", if self.own_agency { "" } else { scope.agency.as_deref().unwrap_or_default() }),
            ("counter", scope.counter.as_deref().unwrap_or_default()),
            ("procedure", &procedure),
            ("channel", scope.channel.map(Channel::as_str).unwrap_or_default()),
        ];
        pairs.extend_from_slice(more);
        query(&pairs)
    }

    /// The word of what figures are grouped by.
    pub(crate) fn by_word(&self) -> &'static str {
        CoverageBy::ALL.into_iter().find(|(by, _)| *by == self.by).map_or("", |(_, word)| word)
    }

    /// The usual periods with the same filters: name, query, whether it is the one that is shown.
    pub(crate) fn presets(&self, app: &App, page: &Page) -> Vec<Choice> {
        let with = |from, to| {
            let scope = CoverageScope { from, to, ..self.scope.clone() };
            (
                Self { scope, ..self.clone() }.query(&[("by", self.by_word())]),
                self.scope.from == from && self.scope.to == to,
            )
        };
        let usual = period::usual(local_day(app.now())).map(|(key, from, to)| (key, Some(from), Some(to)));
        let all = usual.into_iter().chain([(msg!("period-all"), None, None)]);
        all.map(|(key, from, to)| {
            let (value, chosen) = with(from, to);
            Choice { value, name: page.t(key), chosen }
        })
        .collect()
    }

    /// The ways to file, and what figures can be grouped by, as choices.
    pub(crate) fn channels(&self, page: &Page) -> Vec<Choice> {
        let choice = |channel: Channel| Choice {
            value: channel.as_str().to_owned(),
            name: page.t(labels::channel(channel)),
            chosen: self.scope.channel == Some(channel),
        };
        [Channel::Counter, Channel::Online, Channel::Post].map(choice).into()
    }

    pub(crate) fn groupings(&self, page: &Page) -> Vec<Choice> {
        let choice = |(by, word): (CoverageBy, &str)| Choice {
            value: word.to_owned(),
            name: page.t(labels::grouping(by)),
            chosen: self.by == by,
        };
        CoverageBy::ALL.map(choice).into()
    }

    /// The period in words.
    pub(crate) fn period(&self, page: &Page) -> String {
        let (from, to) = (written(self.scope.from), written(self.scope.to));
        match (from.is_empty(), to.is_empty()) {
            (true, true) => page.t("period-all"),
            (false, true) => page.t1("period-from", "from", from),
            (true, false) => page.t1("period-to", "to", to),
            (false, false) => page.t2("period-from-to", "from", from, "to", to),
        }
    }

    /// What narrows it beside the period, as words.
    pub(crate) fn filters(&self, page: &Page) -> String {
        let scope = &self.scope;
        let filters = [
            (page.t("dossier-agency"), scope.agency.clone()),
            (page.t("dossier-counter"), scope.counter.clone()),
            (page.t("dossier-procedure"), scope.procedure.as_ref().map(ToString::to_string)),
            (page.t("dossier-channel"), scope.channel.map(|channel| page.t(labels::channel(channel)))),
        ];
        let said = filters.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?)));
        said.collect::<Vec<_>>().join("; ")
    }

    /// A group's key in words.
    pub(crate) fn group(&self, page: &Page, key: &str) -> String {
        let (year, rest) = key.split_once('-').unwrap_or((key, ""));
        match self.by {
            _ if key.is_empty() => page.t("group-unsaid"),
            CoverageBy::Day => key.parse().map_or_else(|_| key.to_owned(), sohoa_report::day),
            CoverageBy::Month => format!("{rest}/{year}"),
            CoverageBy::Quarter => page.t2("group-quarter", "quarter", rest.trim_start_matches('Q'), "year", year),
            CoverageBy::Channel => Channel::parse(key).map_or_else(|_| key.to_owned(), |c| page.t(labels::channel(c))),
            // The agency goes without saying when it is the only one.
            CoverageBy::Counter => {
                let agency = self.scope.agency.as_ref().map(|agency| format!("{agency}, "));
                agency.and_then(|agency| key.strip_prefix(&agency)).unwrap_or(key).to_owned()
            }
            CoverageBy::Agency | CoverageBy::Procedure => key.to_owned(),
        }
    }
}

/// The month in which a dossier was received last, until today.
pub(crate) async fn usual_period(app: &App) -> Result<(Date, Date), StoreError> {
    let today = local_day(app.now());
    let last = app.records().last_reception(today).await?.unwrap_or(today);
    Ok(period::month(last))
}

/// How old the figures are, in words.
pub(crate) fn data_time(page: &Page, time: &sohoa_store::DataTime) -> String {
    let when = |at: Option<jiff::Timestamp>| at.map_or_else(|| page.t("data-time-never"), format::instant);
    page.t2("data-time", "register", when(time.register), "event", when(time.event))
}
