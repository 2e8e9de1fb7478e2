//! Reports as files to be taken along.

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse as _, Response};
use sohoa_report::render::{Format, Report, bytes};

use crate::error::WebError;

/// Type and name of a file, as headers.
pub(crate) type Described = [(HeaderName, String); 2];

/// Forms that are offered: the word in the address, which is the ending of the file too, and its media type.
const FORMS: [(&str, Format, &str); 3] = [
    ("xlsx", Format::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pdf", Format::Pdf, "application/pdf"),
    ("csv", Format::Csv, "text/csv; charset=utf-8"),
];

/// The report in the form of this word, to be saved under this name.
pub(crate) async fn download(report: Report, form: &str, name: &str) -> Result<Response, WebError> {
    Ok(file(report, form, name).await?.into_response())
}

/// The same, with what its headers say.
pub(crate) async fn file(report: Report, form: &str, name: &str) -> Result<(Described, Vec<u8>), WebError> {
    let (ending, format, kind) = FORMS.into_iter().find(|(word, ..)| *word == form).ok_or(WebError::NotFound)?;
    // Setting a long report takes seconds.
    let made = tokio::task::spawn_blocking(move || bytes(&report, &serde_json::Value::Null, format));
    let made = made.await.map_err(std::io::Error::other)?.map_err(|error| {
        tracing::error!(%error, "a report could not be made");
        WebError::Defect
    })?;
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], made))
}
