//! Styles and scripts, embedded in the program. Their addresses hold a digest of their bytes, so a browser may keep them for good.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sohoa_domain::Sha256Digest;

use crate::error::WebError;

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Name, kind, bytes. Of others: htmx, its extension for events, and idiomorph, which changes a part of a page without taking away what
/// has the focus (all 0BSD, `htmx.LICENSE`).
const ASSETS: [(&str, &str, &[u8]); 9] = [
    ("app.css", CSS, include_bytes!("../assets/app.css")),
    ("app.js", SCRIPT, include_bytes!("../assets/app.js")),
    ("counter.js", SCRIPT, include_bytes!("../assets/counter.js")),
    ("htmx.min.js", SCRIPT, include_bytes!("../assets/htmx.min.js")),
    ("htmx-sse.min.js", SCRIPT, include_bytes!("../assets/htmx-sse.min.js")),
    ("idiomorph.min.js", SCRIPT, include_bytes!("../assets/idiomorph.min.js")),
    ("review.js", SCRIPT, include_bytes!("../assets/review.js")),
    ("viewer.js", SCRIPT, include_bytes!("../assets/viewer.js")),
    ("icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
];

/// Digits of the digest that stand in an address.
const DIGITS: usize = 16;

static DIGESTS: LazyLock<[String; ASSETS.len()]> = LazyLock::new(|| {
    ASSETS.map(|(_, _, bytes)| {
        let mut digest = Sha256Digest::of(bytes).to_string();
        digest.truncate(DIGITS);
        digest
    })
});

/// Address of an asset. One that does not exist has an address too, at which nothing is.
pub(crate) fn address(name: &str) -> String {
    let place = ASSETS.iter().position(|asset| asset.0 == name);
    format!("/assets/{}/{name}", place.map_or("none", |i| DIGESTS[i].as_str()))
}

/// `/assets/{hash}/{name}`.
pub(crate) async fn asset(Path((hash, name)): Path<(String, String)>) -> Result<Response, WebError> {
    let place = ASSETS.iter().position(|asset| asset.0 == name).filter(|i| DIGESTS[*i] == hash);
    let (_, kind, bytes) = ASSETS[place.ok_or(WebError::NotFound)?];
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, bytes).into_response())
}
