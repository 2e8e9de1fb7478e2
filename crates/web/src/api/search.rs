//! Full-text search.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sohoa_store::{Role, SearchHit, SearchQuery, SnippetPart};
use utoipa::{IntoParams, ToSchema};

use super::responses::Reading;
use super::{page_size, tagged};
use crate::app::App;
use crate::error::WebError;
use crate::visitor::Visitor;

/// Longest question, characters.
const LONGEST: usize = 200;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Words, with or without accents; a dossier code; the name of a file; number and symbol of a paper.
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
    /// Text around the words, which stand between `[` and `]`; none when the name of the file or a number was found. For auditors,
    /// for whom names are masked, texts are not searched.
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
    let wanted = SearchQuery {
        words: asked.words,
        agency: visitor.user.agency.clone(),
        // For auditors names are masked, also as something to search for.
        impersonal: visitor.user.role == Role::Auditor,
        most: most as u32,
        ..SearchQuery::default()
    };
    let found = app.records().search(&wanted).await?;
    let more = found.more || found.counted as usize > found.documents.len();
    tagged(&headers, &Hits { hits: found.documents.into_iter().map(shown).collect(), more })
}

fn shown(hit: SearchHit) -> Hit {
    let part = |part: &SnippetPart| if part.hit { format!("[{}]", part.text) } else { part.text.clone() };
    Hit {
        document: hit.document.to_string(),
        dossier: hit.dossier.to_string(),
        snippet: (!hit.snippet.is_empty()).then(|| hit.snippet.iter().map(part).collect()),
        exact: hit.exact,
    }
}
