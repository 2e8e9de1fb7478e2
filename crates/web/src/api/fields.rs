//! What papers say of themselves: fields as they were read, and what people confirmed.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sohoa_domain::FieldKey;
use sohoa_store::{DoubtfulPage, FieldValue};
use utoipa::{IntoParams, ToSchema};

use super::responses::{Matching, Reading, Writing};
use super::{page_size, quoted, seen, tagged};
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::pages::fields::{Found, Word, place, say};
use crate::visitor::Visitor;

/// Tag of a field that nobody has confirmed.
const NOTHING: &str = "none";

/// Which fields.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The `next` of the answer before.
    #[serde(default)]
    after: Option<String>,
    /// At most so many, 1 to 200.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    most: Option<u32>,
}

/// A doubtful field that nobody has confirmed.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingField {
    document: String,
    dossier: String,
    /// Name and number, e.g. `number.0`.
    field: String,
    /// Page of the received file on which it stands.
    page: u32,
}

/// Doubtful fields.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingFields {
    fields: Vec<WaitingField>,
    /// What to ask with `after` for those that follow; none when these are the last.
    next: Option<String>,
}

/// Doubtful fields that nobody has confirmed.
#[utoipa::path(
    get, path = "/api/v1/fields", operation_id = "doubtful_fields", tag = "fields", params(Asked),
    responses((status = 200, body = WaitingFields), Reading)
)]
pub(crate) async fn waiting(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let most = page_size(asked.most)?;
    let cursor = |after: String| {
        let (document, position) = after.split_once('.')?;
        Some((document.parse().ok()?, position.parse().ok()?))
    };
    let after = asked.after.map(|after| cursor(after).ok_or(WebError::Invalid)).transpose()?;
    let page = DoubtfulPage { agency: visitor.user.agency, after, most: most as u32 + 1 };
    let mut found = app.records().doubtful_fields(&page).await?;
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|last| format!("{}.{}", last.document, last.position));
    let field = |f: sohoa_store::DoubtfulField| WaitingField {
        document: f.document.to_string(),
        dossier: f.dossier.to_string(),
        field: f.field.to_string(),
        page: f.page,
    };
    tagged(&headers, &WaitingFields { fields: found.into_iter().map(field).collect(), next })
}

/// A field of a document.
#[derive(Serialize, ToSchema)]
pub(crate) struct Field {
    /// Name and number, e.g. `number.0`.
    field: String,
    /// What was read.
    read: String,
    /// What a person said it is; empty: it is not on the paper. None while nobody said anything.
    confirmed: Option<String>,
    /// What to send in `If-Match` to confirm it or take that back.
    etag: String,
    /// Page of the received file on which it stands.
    page: u32,
    /// From 0 to 1.
    confidence: f32,
    /// It is not taken for granted: a person is asked.
    doubtful: bool,
}

/// Fields of a document, in the order of the paper.
#[derive(Serialize, ToSchema)]
pub(crate) struct Fields {
    fields: Vec<Field>,
}

/// The fields of a document.
#[utoipa::path(
    get, path = "/api/v1/documents/{document}/fields", operation_id = "fields", tag = "fields",
    params(("document" = String, Path, description = "Id of the document")),
    responses(
        (status = 200, body = Fields),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "its description cannot be read"),
        Reading,
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    Path(document): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let document = document.parse().map_err(|_| WebError::NotFound)?;
    let (row, description) = crate::pages::fields::described(&app, &document).await?;
    let confirmations = app.records().confirmations(&row.dossier).await?;
    let mut fields = Vec::new();
    for (key, field) in FieldKey::of(&description.fields) {
        let confirmation = confirmations.iter().find(|c| c.document == document && c.field == key);
        let said: Option<FieldValue> = match confirmation {
            Some(confirmation) => app.services.values.read(&confirmation.value).await?,
            None => None,
        };
        fields.push(Field {
            field: key.to_string(),
            read: field.value.clone(),
            confirmed: said.map(|said| said.value),
            etag: tag(confirmation.map(|c| &c.value)),
            page: field.page,
            confidence: field.confidence,
            doubtful: !field.confident,
        });
    }
    tagged(&headers, &Fields { fields })
}

fn tag(confirmed: Option<&sohoa_domain::Sha256Digest>) -> String {
    confirmed.map_or_else(|| quoted(NOTHING), quoted)
}

/// What a person says that a field is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    /// Its value; empty: it is not on the paper.
    #[schema(max_length = 2000)]
    value: String,
}

/// Say what a field is.
///
/// `If-Match` names what was confirmed when the person looked: when somebody else said something since, nothing is recorded.
#[utoipa::path(
    put, path = "/api/v1/documents/{document}/fields/{field}", operation_id = "confirm_field", tag = "fields",
    params(
        ("document" = String, Path, description = "Id of the document"),
        ("field" = String, Path, description = "Name and number, e.g. `number.0`"),
        ("If-Match" = String, Header, description = "`etag` of the field"),
    ),
    request_body = Said,
    responses(
        (status = 204, description = "it is on record; its ETag is the new one"),
        Matching,
        Writing,
    )
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    Path((document, field)): Path<(String, String)>,
    headers: HeaderMap,
    Json(said): Json<Said>,
) -> Result<Response, WebError> {
    word(&app, &visitor, (&document, &field), &headers, Some(&said.value)).await
}

/// Take back what was said of a field.
#[utoipa::path(
    delete, path = "/api/v1/documents/{document}/fields/{field}", operation_id = "take_back_field", tag = "fields",
    params(
        ("document" = String, Path, description = "Id of the document"),
        ("field" = String, Path, description = "Name and number, e.g. `number.0`"),
        ("If-Match" = String, Header, description = "`etag` of the field"),
    ),
    responses(
        (status = 204, description = "it is taken back"),
        Matching,
        Writing,
    )
)]
pub(crate) async fn take_back(
    State(app): State<App>,
    visitor: Visitor,
    Path((document, field)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    word(&app, &visitor, (&document, &field), &headers, None).await
}

async fn word(
    app: &App,
    visitor: &Visitor,
    (document, field): (&str, &str),
    headers: &HeaderMap,
    value: Option<&str>,
) -> Result<Response, WebError> {
    let (document, key) = place(document, field)?;
    let seen = match seen(headers)? {
        NOTHING => None,
        digest => Some(digest.parse().map_err(|_| WebError::Changed)?),
    };
    let word = match value {
        Some(value) => Word::parse(value).ok_or(WebError::Invalid)?,
        None => Word::TakenBack,
    };
    let found = Found::of(app, &document, &key).await?;
    let kept = say(app, visitor, &found, &key, word, seen).await?;
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, tag(kept.as_ref()))]).into_response())
}
