//! Files that are sent to a dossier: dropped on its page, or chosen there.

use std::io;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sohoa_domain::DossierCode;
use tokio_stream::StreamExt as _;

use crate::app::App;
use crate::desk::desk;
use crate::error::WebError;
use crate::stores::{Received, Upload};
use crate::visitor::Visitor;

/// Longest name, bytes: that of most file systems.
const LONGEST_NAME: usize = 255;

#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
}

#[derive(Serialize)]
struct Taken {
    file: i64,
}

/// The body is the file itself, however large: it is written as it comes.
pub(crate) async fn receive(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    Query(named): Query<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let name = plain_name(&named.name).ok_or(WebError::Invalid)?;
    let desk = desk(&app, &visitor, &headers);
    let upload = Upload { name, dossier: &code, desk: desk.as_ref(), by: visitor.user.name.as_str() };
    let bytes =
        body.into_data_stream().map(|chunk| chunk.map_err(|e| io::Error::new(io::ErrorKind::ConnectionAborted, e)));
    match app.services.uploads.receive(upload, Box::pin(bytes)).await? {
        Received::Accepted(file) => Ok((StatusCode::ACCEPTED, Json(Taken { file: file.0 })).into_response()),
        Received::Refused(code) => Err(WebError::Refused(code)),
    }
}

/// The name without folders, when it can be one.
pub(crate) fn plain_name(name: &str) -> Option<&str> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let usable =
        !name.is_empty() && name.len() <= LONGEST_NAME && !name.starts_with('.') && !name.contains(char::is_control);
    usable.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_name_leads_out_of_no_folder() {
        assert_eq!(plain_name("C:\\scan\\đơn đề nghị.pdf"), Some("đơn đề nghị.pdf"));
        assert_eq!(plain_name("../../etc/passwd"), Some("passwd"));
        for none in ["", "..", "a/", "a\n.pdf", ".hidden", &"x".repeat(256)] {
            assert_eq!(plain_name(none), None, "{none}");
        }
    }
}
