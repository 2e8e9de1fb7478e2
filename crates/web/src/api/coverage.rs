//! Coverage: digitized against received, and the papers that lack.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use sohoa_domain::Channel;
use sohoa_report::{Coverage, CoverageReport};
use sohoa_store::{CoverageBy, CoverageScope, LateAfter, MissingPapers};
use utoipa::{IntoParams, ToSchema};

use super::responses::Reading;
use super::{page_size, tagged};
use crate::app::App;
use crate::error::WebError;
use crate::visitor::Visitor;

/// Which dossiers are looked at: all conditions hold.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Scope {
    /// First day of reception.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// Last day of reception.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Date>,
    /// Agency, as the register writes it. Users of one agency see only that.
    agency: Option<String>,
    /// Receiving counter, as the register writes it.
    counter: Option<String>,
    /// Procedure code.
    procedure: Option<String>,
    /// `counter`, `online` or `post`.
    channel: Option<String>,
}

impl Scope {
    fn of(self, visitor: &Visitor) -> Result<CoverageScope, WebError> {
        let own = &visitor.user.agency;
        let agency = if own.is_empty() { self.agency } else { Some(own.clone()) };
        let procedure = self.procedure.map(|code| code.parse()).transpose().map_err(|_| WebError::Invalid)?;
        let channel = self.channel.map(|word| Channel::parse(&word)).transpose().map_err(|_| WebError::Invalid)?;
        Ok(CoverageScope { from: self.from, to: self.to, agency, counter: self.counter, procedure, channel })
    }
}

/// What figures are grouped by.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Grouped {
    /// `agency`, `counter`, `day`, `month`, `quarter`, `procedure` or `channel`.
    by: Option<String>,
}

/// Figures of a set of dossiers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Figures {
    /// Dossiers in scope; those that were refused (3) or withdrawn (7) are not.
    received: u64,
    excluded: u64,
    /// With a component there and, where a result is due, a result (index 4.2 of Quyết định 766/QĐ-TTg).
    digitized_any: u64,
    /// `digitized_any` of `received`, two decimals; `n/a` when nothing was received.
    any_percent: String,
    /// With every due component and result there.
    digitized_full: u64,
    full_percent: String,
    /// Components and results that are exempt with a reason.
    exempt: u64,
    /// Components and results that are due.
    due: u64,
    /// Those of them that are there.
    there: u64,
    results_due: u64,
    results_there: u64,
    /// Dossiers with a paper that was reused from another one.
    reused: u64,
    /// Digitized dossiers of which documents went to another system.
    handed_over: u64,
    /// Dossiers with a paper that was scanned too late after reception.
    late: u64,
}

impl From<Coverage> for Figures {
    fn from(coverage: Coverage) -> Self {
        let c = coverage.counts;
        Self {
            received: c.received,
            excluded: c.excluded,
            digitized_any: c.digitized_any,
            any_percent: coverage.any_percent,
            digitized_full: c.digitized_full,
            full_percent: coverage.full_percent,
            exempt: c.exempt,
            due: c.due,
            there: c.there,
            results_due: c.results_due,
            results_there: c.results_there,
            reused: c.reused,
            handed_over: c.handed_over,
            late: c.late,
        }
    }
}

/// Figures of a group.
#[derive(Serialize, ToSchema)]
pub(crate) struct Group {
    /// What its dossiers have in common; empty when the register does not say.
    key: String,
    figures: Figures,
}

/// Figures of a scope.
#[derive(Serialize, ToSchema)]
pub(crate) struct Report {
    figures: Figures,
    /// Group by group, when they were asked for.
    groups: Vec<Group>,
    /// A scan is late so many hours after reception.
    late_hours: i64,
    /// When a register was imported last; UTC, ISO 8601.
    register_at: Option<String>,
}

/// Digitized against received, by both definitions, as `sohoa coverage` counts it.
#[utoipa::path(
    get, path = "/api/v1/coverage", operation_id = "coverage", tag = "coverage", params(Scope, Grouped),
    responses((status = 200, body = Report), Reading)
)]
pub(crate) async fn figures(
    State(app): State<App>,
    visitor: Visitor,
    Query(scope): Query<Scope>,
    Query(grouped): Query<Grouped>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let scope = scope.of(&visitor)?;
    let by = grouped.by.map(|by| by.parse::<CoverageBy>()).transpose().map_err(|_| WebError::Invalid)?;
    let late = LateAfter::from_hours(app.services.settings.late_hours);
    let CoverageReport { coverage, groups, late_hours, data_time, .. } =
        sohoa_report::coverage(app.records(), &scope, by, late).await?;
    let group = |g: sohoa_report::Group| Group { key: g.key, figures: g.coverage.into() };
    let report = Report {
        figures: coverage.into(),
        groups: groups.unwrap_or_default().into_iter().map(group).collect(),
        late_hours,
        register_at: data_time.register.map(|at| at.to_string()),
    };
    tagged(&headers, &report)
}

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// The `next` of the answer before.
    after: Option<String>,
    /// At most so many, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    most: Option<u32>,
}

/// A paper that lacks.
#[derive(Serialize, ToSchema)]
pub(crate) struct Lacking {
    component: String,
    name: String,
    /// `component` or `result`.
    kind: &'static str,
    /// Why: `incomplete`, `awaiting_register`, `in_review`, `pending`, `unassigned`, `rejected` or `not_scanned`.
    #[schema(value_type = String)]
    reason: sohoa_store::MissingReason,
}

/// A dossier that is not full.
#[derive(Serialize, ToSchema)]
pub(crate) struct Missing {
    dossier: String,
    agency: String,
    counter: String,
    /// Local time, ISO 8601.
    received: Option<String>,
    papers: Vec<Lacking>,
}

/// Dossiers that are not full, in order of reception.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllMissing {
    missing: Vec<Missing>,
    /// What to ask with `after` for those that follow; none when these are the last.
    next: Option<String>,
}

/// Dossiers of a scope that are not full, and what each of them lacks.
#[utoipa::path(
    get, path = "/api/v1/coverage/missing", operation_id = "missing", tag = "coverage", params(Scope, Page),
    responses((status = 200, body = AllMissing), Reading)
)]
pub(crate) async fn missing(
    State(app): State<App>,
    visitor: Visitor,
    Query(scope): Query<Scope>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let mut scope = scope.of(&visitor)?;
    let most = page_size(page.most)?;
    let after = page.after.map(|after| Place::parse(&after).ok_or(WebError::Invalid)).transpose()?;
    // They come in order of reception: what was received on an earlier day need not be read again.
    if let Some(day) = after.as_ref().and_then(|place| place.received).map(DateTime::date) {
        scope.from = Some(scope.from.map_or(day, |from| from.max(day)));
    }
    let mut found = Vec::new();
    let mut each = |dossier: MissingPapers| {
        if after.as_ref().is_none_or(|after| *after < Place::of(&dossier)) {
            found.push(dossier);
        }
        found.len() <= most
    };
    app.records().missing(&scope, None, &mut each).await?;
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|last| Place::of(last).text());
    tagged(&headers, &AllMissing { missing: found.into_iter().map(shown).collect(), next })
}

fn shown(dossier: MissingPapers) -> Missing {
    let lacking = |p: sohoa_store::MissingPaper| Lacking {
        component: p.component.to_string(),
        name: p.name,
        kind: p.kind.as_str(),
        reason: p.reason,
    };
    Missing {
        dossier: dossier.dossier.to_string(),
        agency: dossier.agency,
        counter: dossier.counter,
        received: dossier.received.map(|at| at.to_string()),
        papers: dossier.papers.into_iter().map(lacking).collect(),
    }
}

/// Where a dossier stands in order of reception.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    received: Option<DateTime>,
    dossier: String,
}

impl Place {
    fn of(dossier: &MissingPapers) -> Self {
        Self { received: dossier.received, dossier: dossier.dossier.to_string() }
    }

    fn text(&self) -> String {
        let received = self.received.map(|at| at.to_string()).unwrap_or_default();
        format!("{received}~{}", self.dossier)
    }

    fn parse(text: &str) -> Option<Self> {
        let (received, dossier) = text.split_once('~')?;
        let received = if received.is_empty() { None } else { Some(received.parse().ok()?) };
        Some(Self { received, dossier: dossier.to_owned() })
    }
}
