//! Files that wait for a person, and decisions about them.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sohoa_domain::{ComponentId, DossierCode};
use sohoa_dossier::{choices, pages_in_question};
use sohoa_store::{Decision, FileId};
use utoipa::{IntoParams, ToSchema};

use super::responses::{Matching, Reading, Writing};
use super::{json_type, page_size, quoted, seen, tagged, tagged_as};
use crate::app::App;
use crate::error::WebError;
use crate::pages::review_item::part_in_question;
use crate::queue::{Filter, Queue, Waiting};
use crate::visitor::Visitor;

/// Which files.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Stable code why they wait.
    #[serde(default)]
    code: String,
    /// Number of their batch.
    #[serde(default)]
    batch: String,
    /// The `next` of the answer before.
    #[serde(default)]
    after: i64,
    /// At most so many, 1 to 200.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    most: Option<u32>,
}

/// A file that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingFile {
    file: i64,
    /// Stable code why it waits.
    code: String,
    batch: i64,
    /// Empty when it is not known.
    agency: String,
    /// Dossier that it was sent for, or that was open at its counter.
    dossier: Option<String>,
    /// UTC, ISO 8601.
    accepted_at: String,
}

/// Files that wait, the oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingFiles {
    files: Vec<WaitingFile>,
    /// All that the filter lets through.
    count: usize,
    /// What to ask with `after` for those that follow; none when these are the last.
    next: Option<i64>,
}

/// Files that wait for a person.
#[utoipa::path(
    get, path = "/api/v1/review", operation_id = "review", tag = "review", params(Asked),
    responses((status = 200, body = WaitingFiles), Reading)
)]
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let most = page_size(asked.most)?;
    let filter = Filter { code: asked.code, batch: asked.batch, ..Filter::default() };
    let wanted = Queue::of(&app, &visitor, &filter).await?.wanted;
    let count = wanted.len();
    let mut behind = wanted.into_iter().filter(|waiting| waiting.line.file.0 > asked.after);
    let files = behind.by_ref().take(most).map(|Waiting { line, agency }| WaitingFile {
        file: line.file.0,
        code: line.code,
        batch: line.batch.0,
        agency,
        dossier: line.dossier.map(|code| code.to_string()),
        accepted_at: line.accepted_at.to_string(),
    });
    let files: Vec<WaitingFile> = files.collect();
    let next = behind.next().and(files.last()).map(|last| last.file);
    tagged(&headers, &WaitingFiles { files, count, next })
}

/// What has to be decided about a file. Its ETag is what a decision names in `If-Match`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Question {
    file: i64,
    /// `pending`, `attached`, `review`, `rejected` or `duplicate`.
    state: &'static str,
    /// Stable code why it waits.
    code: Option<String>,
    /// Pages of the file, 0 while that is not known.
    pages: u32,
    /// Pages at which something has to be decided.
    pages_in_question: Vec<u32>,
    /// First page of the document that an assignment is about; none: the whole file.
    part: Option<u32>,
    /// Dossiers that it may belong to, the likeliest first, of those that the caller may see.
    choices: Vec<Choice>,
}

/// A dossier that a file may belong to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Choice {
    dossier: String,
    /// What points to it, e.g. `sticker`.
    points_to: Vec<&'static str>,
    /// What points to another one.
    against: Vec<&'static str>,
}

/// What has to be decided about a file.
#[utoipa::path(
    get, path = "/api/v1/review/{file}", operation_id = "question", tag = "review",
    params(("file" = i64, Path, description = "Number of the file")),
    responses((status = 200, body = Question), Reading)
)]
pub(crate) async fn get(
    State(app): State<App>,
    visitor: Visitor,
    Path(file): Path<i64>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let file = FileId(file);
    let seen = app.records().last_event_of_file(file).await?;
    let row = app.records().file(file).await?.ok_or(WebError::NotFound)?;
    let part = row.parts.iter().find(|part| part.document.is_none());
    let mut shown = Vec::new();
    for choice in part.map(|part| choices(&part.candidates, &part.evidence)).unwrap_or_default() {
        if may_choose(&app, &visitor, &choice.dossier).await? {
            let words =
                |evidence: &[sohoa_domain::DossierEvidence]| evidence.iter().map(|e| e.source.as_str()).collect();
            let (points_to, against) = (words(&choice.points_to), words(&choice.against));
            shown.push(Choice { dossier: choice.dossier.to_string(), points_to, against });
        }
    }
    let question = Question {
        file: file.0,
        state: row.state.as_str(),
        code: row.reason_code.clone(),
        pages: app.records().pages_of_file(file).await?,
        pages_in_question: pages_in_question(&row.parts),
        part: part_in_question(&row),
        choices: shown,
    };
    let body = serde_json::to_vec(&question).map_err(|_| WebError::Defect)?;
    tagged_as(&headers, &quoted(seen), (json_type(), body))
}

/// Whether a file may be put on this dossier: one of another agency is not there, one that nobody knows yet waits for the register.
async fn may_choose(app: &App, visitor: &Visitor, code: &DossierCode) -> Result<bool, WebError> {
    let agency = app.agency_of_dossier(code).await?;
    Ok(agency.is_none() || visitor.sees(agency.as_deref()))
}

/// A decision about a file.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Decided {
    /// It belongs on this dossier, as this component when one is named.
    Assign {
        /// Dossier code.
        #[schema(example = "H41.20-230615-0001")]
        dossier: String,
        component: Option<String>,
    },
    /// Documents begin at these pages too, from 2.
    Split {
        #[schema(min_items = 1, minimum = 2)]
        pages: Vec<u32>,
    },
    /// These pages, from 2, go on with the document before them.
    Merge {
        #[schema(min_items = 1, minimum = 2)]
        pages: Vec<u32>,
    },
    /// It is no paper, or not ours. The bytes stay.
    Reject {
        /// One clause, without personal data.
        #[schema(min_length = 1, max_length = 200)]
        reason: String,
    },
    /// It is processed once more.
    Retry {},
    /// The last decision about it is taken back.
    Undo {},
}

/// How a file stands after the decision.
#[derive(Serialize, ToSchema)]
pub(crate) struct Outcome {
    file: i64,
    /// `pending`, `attached`, `review`, `rejected` or `duplicate`.
    state: &'static str,
}

/// Decide about a file.
///
/// `If-Match` names what was seen of it: when something happened to it since, nothing is decided.
#[utoipa::path(
    post, path = "/api/v1/review/{file}/decisions", operation_id = "decide", tag = "review",
    params(
        ("file" = i64, Path, description = "Number of the file"),
        ("If-Match" = String, Header, description = "ETag of the question"),
    ),
    request_body = Decided,
    responses(
        (status = 200, body = Outcome),
        Matching,
        Writing,
    )
)]
pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(file): Path<i64>,
    headers: HeaderMap,
    Json(decided): Json<Decided>,
) -> Result<Response, WebError> {
    let file = FileId(file);
    let seen: i64 = seen(&headers)?.parse().map_err(|_| WebError::Changed)?;
    let row = app.records().file(file).await?.ok_or(WebError::NotFound)?;
    let last = app.records().pages_of_file(file).await?;
    let decision = match decided {
        Decided::Assign { dossier, component } => {
            let dossier: DossierCode = dossier.parse().map_err(|_| WebError::Invalid)?;
            if !may_choose(&app, &visitor, &dossier).await? {
                return Err(WebError::Invalid);
            }
            let component = component.map(|id| id.parse::<ComponentId>()).transpose().map_err(|_| WebError::Invalid)?;
            Decision::Assign { dossier, component, part: part_in_question(&row) }
        }
        Decided::Split { pages } => Decision::Split { pages: own_pages(pages, last)? },
        Decided::Merge { pages } => Decision::Merge { pages: own_pages(pages, last)? },
        Decided::Reject { reason } => {
            let reason = crate::reason::reason(&reason).ok_or(WebError::Invalid)?;
            Decision::Reject { reason: reason.to_owned() }
        }
        Decided::Retry {} => Decision::Retry,
        Decided::Undo {} => Decision::Undo,
    };
    let state = app.records().decide_as_seen(file, seen, &decision, app.now(), visitor.user.name.as_str()).await?;
    let tag = quoted(app.records().last_event_of_file(file).await?);
    Ok(([(header::ETAG, tag)], Json(Outcome { file: file.0, state: state.as_str() })).into_response())
}

/// Pages of the file behind its first, in order.
fn own_pages(mut pages: Vec<u32>, last: u32) -> Result<Vec<u32>, WebError> {
    pages.sort_unstable();
    pages.dedup();
    let own = !pages.is_empty() && pages.iter().all(|page| (2..=last).contains(page));
    if own { Ok(pages) } else { Err(WebError::Invalid) }
}
