//! Quality samples of batches: drawn with a seed, and what the comparison of each document with its paper found.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sohoa_domain::{DocumentId, Verdict};
use sohoa_report::SampleFigures;
use sohoa_store::SampleRow;
use utoipa::ToSchema;

use super::responses::{Reading, Writing};
use super::tagged;
use crate::app::App;
use crate::batch::find;
use crate::batch_samples::{self, NotDrawn};
use crate::error::WebError;
use crate::visitor::Visitor;

/// A sample and how far its comparison has come.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sample {
    /// Number.
    sample: i64,
    name: String,
    /// With the same seed the same documents are drawn.
    seed: String,
    /// UTC, ISO 8601.
    drawn_at: String,
    /// Who drew it.
    drawn_by: String,
    /// Documents that it was drawn from.
    documents: u64,
    drawn: u64,
    /// Those that were compared.
    compared: u64,
    /// Those of them that are not as their paper.
    wrong: u64,
    /// Upper bound of the share of wrong ones among all documents (95 %), percent with two decimals; `n/a` before the first comparison.
    upper_bound: String,
}

impl From<SampleRow> for Sample {
    fn from(row: SampleRow) -> Self {
        let SampleFigures { sample, wrong, upper_bound, .. } = row.into();
        Self {
            sample: sample.number,
            name: sample.name,
            seed: sample.seed,
            drawn_at: sample.drawn_at.to_string(),
            drawn_by: sample.agent,
            documents: sample.documents,
            drawn: sample.drawn,
            compared: sample.compared,
            wrong: wrong.count,
            upper_bound,
        }
    }
}

/// Samples of a batch, in order.
#[derive(Serialize, ToSchema)]
pub(crate) struct Samples {
    samples: Vec<Sample>,
}

/// The samples that were drawn of a batch.
#[utoipa::path(
    get, path = "/api/v1/batches/{batch}/samples", operation_id = "samples_of_batch", tag = "batches",
    params(("batch" = i64, Path, description = "Number of the batch")),
    responses((status = 200, body = Samples), Reading)
)]
pub(crate) async fn list(
    State(app): State<App>,
    Path(batch): Path<i64>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let row = find(&app, batch).await?;
    let samples = batch_samples::of(&app, &row).await?;
    tagged(&headers, &Samples { samples: samples.into_iter().map(Sample::from).collect() })
}

/// What is drawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draw {
    /// So many documents, or all when there are fewer.
    #[schema(minimum = 1, maximum = 500)]
    count: u64,
    /// Whatever the caller likes; it is kept, so that anyone can draw the same again.
    #[schema(min_length = 1, max_length = 200)]
    seed: String,
}

/// A sample that was drawn.
#[derive(Serialize, ToSchema)]
pub(crate) struct DrawnSample {
    /// Its number.
    sample: i64,
}

/// Draw a sample of the documents of a batch.
///
/// 409: no document of the batch is attached yet.
#[utoipa::path(
    post, path = "/api/v1/batches/{batch}/samples", operation_id = "draw_sample", tag = "batches",
    params(("batch" = i64, Path, description = "Number of the batch")),
    request_body = Draw,
    responses((status = 201, body = DrawnSample, headers(("Location" = String))), Writing)
)]
pub(crate) async fn draw(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
    Json(sent): Json<Draw>,
) -> Result<Response, WebError> {
    let row = find(&app, batch).await?;
    let sample = batch_samples::draw(&app, &visitor, &row, sent.count, &sent.seed).await?;
    let sample = sample.map_err(|why| match why {
        NotDrawn::Seed | NotDrawn::Count => WebError::Invalid,
        NotDrawn::Documents => WebError::Conflict,
    })?;
    let place = [(header::LOCATION, format!("/api/v1/batches/{batch}/samples/{sample}"))];
    Ok((StatusCode::CREATED, place, Json(DrawnSample { sample })).into_response())
}

/// A document of a sample.
#[derive(Serialize, ToSchema)]
pub(crate) struct DrawnDocument {
    document: String,
    /// What was found last: `match`, `differs`, `missing-paper`, `missing-page`, `unreadable`; none before the first comparison.
    verdict: Option<&'static str>,
    note: Option<String>,
}

/// One sample.
#[derive(Serialize, ToSchema)]
pub(crate) struct OneSample {
    #[serde(flatten)]
    sample: Sample,
    /// In the order in which they were drawn.
    items: Vec<DrawnDocument>,
}

/// One sample of a batch: its documents and what was found.
#[utoipa::path(
    get, path = "/api/v1/batches/{batch}/samples/{sample}", operation_id = "sample_of_batch", tag = "batches",
    params(
        ("batch" = i64, Path, description = "Number of the batch"),
        ("sample" = i64, Path, description = "Number of the sample"),
    ),
    responses((status = 200, body = OneSample), Reading)
)]
pub(crate) async fn get(
    State(app): State<App>,
    Path((batch, sample)): Path<(i64, i64)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let sample = batch_samples::find(&app, &find(&app, batch).await?, sample).await?;
    let items = app.records().sample_items(sample.number).await?.into_iter();
    let items = items.map(|item| DrawnDocument {
        document: item.document.to_string(),
        verdict: item.result.as_ref().map(|said| said.verdict.as_str()),
        note: item.result.map(|said| said.note),
    });
    tagged(&headers, &OneSample { items: items.collect(), sample: sample.into() })
}

/// What the comparison of a document with its paper found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    verdict: FoundVerdict,
    /// One clause, without personal data.
    #[serde(default)]
    #[schema(max_length = 200)]
    note: String,
}

/// What was found.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FoundVerdict {
    Match,
    Differs,
    MissingPaper,
    MissingPage,
    Unreadable,
}

impl From<FoundVerdict> for Verdict {
    fn from(found: FoundVerdict) -> Self {
        match found {
            FoundVerdict::Match => Self::Match,
            FoundVerdict::Differs => Self::Differs,
            FoundVerdict::MissingPaper => Self::MissingPaper,
            FoundVerdict::MissingPage => Self::MissingPage,
            FoundVerdict::Unreadable => Self::Unreadable,
        }
    }
}

/// Put on record what the comparison of a document with its paper found.
///
/// A later one takes the place of an earlier one.
#[utoipa::path(
    put, path = "/api/v1/batches/{batch}/samples/{sample}/documents/{document}", operation_id = "compare", tag = "batches",
    params(
        ("batch" = i64, Path, description = "Number of the batch"),
        ("sample" = i64, Path, description = "Number of the sample"),
        ("document" = String, Path, description = "Id of the document"),
    ),
    request_body = Found,
    responses((status = 204, description = "it is on record"), Writing)
)]
pub(crate) async fn compare(
    State(app): State<App>,
    visitor: Visitor,
    Path((batch, sample, document)): Path<(i64, i64, String)>,
    Json(found): Json<Found>,
) -> Result<StatusCode, WebError> {
    let document: DocumentId = document.parse().map_err(|_| WebError::NotFound)?;
    let row = find(&app, batch).await?;
    batch_samples::compare(&app, &visitor, &row, sample, &document, (found.verdict.into(), &found.note)).await?;
    Ok(StatusCode::NO_CONTENT)
}
