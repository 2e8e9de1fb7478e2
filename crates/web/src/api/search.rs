//! Full-text search.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sohoa_store::{Role, SearchHit};
use utoipa::{IntoParams, ToSchema};

use super::responses::Reading;
use super::{page_size, tagged};
use crate::app::App;
use crate::error::WebError;
use crate::visitor::Visitor;

/// Longest question, characters.
const LONGEST: usize = 200;
/// Hits that are looked through for those of the caller's agency.
const LOOKED_AT: u32 = 1000;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Words, with or without accents; a dossier code; the name of a file.
    #[param(min_length = 1, max_length = 200)]
    words: String,
    /// At most so many, 1 to 200.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    most: Option<u32>,
}

/// A document with these words.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hit {
    document: String,
    dossier: String,
    /// Text around the words, which stand between `[` and `]`. Auditors, for whom names in texts are masked, get none.
    snippet: Option<String>,
    /// The words were found with exactly these accents.
    exact: bool,
}

/// Documents, the best first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hits {
    hits: Vec<Hit>,
    /// There may be more than these.
    more: bool,
}

/// Documents of the caller's agency with these words; hits with the very accents come first.
#[utoipa::path(
    get, path = "/api/v1/search", operation_id = "search", tag = "search", params(Asked),
    responses((status = 200, body = Hits), Reading)
)]
pub(crate) async fn search(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let most = page_size(asked.most)?;
    if asked.words.trim().is_empty() || asked.words.chars().count() > LONGEST {
        return Err(WebError::Invalid);
    }
    let of_all = visitor.user.agency.is_empty();
    let wanted = if of_all { most as u32 + 1 } else { LOOKED_AT };
    let found = app.records().search(&asked.words, wanted).await?;
    let capped = found.len() as u32 == LOOKED_AT;
    let mut hits = Vec::new();
    let mut more = capped;
    for hit in found {
        if !of_all && !visitor.sees(app.agency_of_dossier(&hit.dossier).await?.as_deref()) {
            continue;
        }
        if hits.len() == most {
            more = true;
            break;
        }
        hits.push(shown(hit, visitor.user.role));
    }
    tagged(&headers, &Hits { hits, more })
}

fn shown(hit: SearchHit, role: Role) -> Hit {
    Hit {
        document: hit.document.to_string(),
        dossier: hit.dossier.to_string(),
        snippet: (role != Role::Auditor).then_some(hit.snippet),
        exact: hit.exact,
    }
}
