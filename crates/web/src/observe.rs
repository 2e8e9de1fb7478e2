//! Every request has a number, is logged in one line without personal data, and counted.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use crate::app::App;

/// Number of a request: it stands in the log, in the answer's header and on error pages.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Gives the request its number, and logs and counts it when it is answered. Of the address only the route is told: codes and
/// search words are nobody's business in a log.
pub(crate) async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let mut bytes = [0; 8];
    let id = match getrandom::fill(&mut bytes) {
        Ok(()) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
        Err(_) => "0".to_owned(),
    };
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id = %id, %method, route);
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let elapsed = begun.elapsed();
    let status = response.status().as_u16();
    app.metrics.count(&method, &route, status, elapsed);
    span.in_scope(|| tracing::debug!(status, milliseconds = elapsed.as_millis(), "answered"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}
