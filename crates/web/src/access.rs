//! Every route of the application: who may use it, and to which agency what it shows belongs. The router is built from this table
//! and from nothing else, so a route without a rule cannot exist.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRequestParts as _;
use axum::extract::{RawPathParams, Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{
    MethodRouter, delete as on_delete, get as on_get, patch as on_patch, post as on_post, put as on_put,
};
use sohoa_domain::{DocumentId, DossierCode};
use sohoa_store::{BatchId, FileId, Role, Scope, User as Account, UserName};

use crate::app::App;
use crate::error::WebError;
use crate::visitor::{By, Visitor, address};
use crate::{api, assets, csrf, downloads, error, headers, live, observe, operations, pages, pictures};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody, signed in or not.
    Anyone,
    /// Who has signed in and has one of these roles.
    Roles(&'static [Role]),
}

/// How the agency is found that what a route shows belongs to. What belongs to another agency is not there for a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgencyOf {
    /// It belongs to none, or the handler shows only what belongs to the user's own.
    Nothing,
    /// It is of all agencies together: only for who may see all.
    All,
    /// That of the dossier `{code}`.
    Dossier,
    /// That of the scan folder or dossier of the file `{file}`.
    File,
    /// That of the dossier of the document `{document}`.
    Document,
    /// That of the folder that the batch `{batch}` came from.
    Batch,
    /// That of the user `{name}`.
    User,
}

/// The rule of one route.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Method.
    pub method: Method,
    /// Path, with parameters in braces.
    pub path: &'static str,
    /// Who may use it.
    pub who: Who,
    /// Whose it is.
    pub agency: AgencyOf,
}

struct Route {
    rule: Rule,
    handler: MethodRouter<App>,
}

fn get<H: Handler<T, App>, T: 'static>(path: &'static str, who: Who, agency: AgencyOf, handler: H) -> Route {
    Route { rule: Rule { method: Method::GET, path, who, agency }, handler: on_get(handler) }
}

fn post<H: Handler<T, App>, T: 'static>(path: &'static str, who: Who, agency: AgencyOf, handler: H) -> Route {
    Route { rule: Rule { method: Method::POST, path, who, agency }, handler: on_post(handler) }
}

fn put<H: Handler<T, App>, T: 'static>(path: &'static str, who: Who, agency: AgencyOf, handler: H) -> Route {
    Route { rule: Rule { method: Method::PUT, path, who, agency }, handler: on_put(handler) }
}

fn patch<H: Handler<T, App>, T: 'static>(path: &'static str, who: Who, agency: AgencyOf, handler: H) -> Route {
    Route { rule: Rule { method: Method::PATCH, path, who, agency }, handler: on_patch(handler) }
}

fn delete<H: Handler<T, App>, T: 'static>(path: &'static str, who: Who, agency: AgencyOf, handler: H) -> Route {
    Route { rule: Rule { method: Method::DELETE, path, who, agency }, handler: on_delete(handler) }
}

const ANYONE: Who = Who::Anyone;
const EVERYBODY: Who = Who::Roles(&Role::ALL);
/// Who works with papers.
const PAPERS: Who = Who::Roles(&[Role::Counter, Role::Archivist, Role::Auditor]);
/// Who decides what becomes of papers.
const DECIDES: Who = Who::Roles(&[Role::Counter, Role::Archivist]);
const COUNTER: Who = Who::Roles(&[Role::Counter]);
const ARCHIVIST: Who = Who::Roles(&[Role::Archivist]);
const AUDITOR: Who = Who::Roles(&[Role::Auditor]);
/// Who sees the history of a dossier.
const KEEPS: Who = Who::Roles(&[Role::Archivist, Role::Auditor]);
const CERTIFIES: Who = Who::Roles(&[Role::Auditor, Role::Admin]);
const ADMIN: Who = Who::Roles(&[Role::Admin]);

/// The table.
fn table() -> Vec<Route> {
    use AgencyOf::{All, Batch, Document, Dossier, File, Nothing, User};
    vec![
        // Before sign-in.
        get("/assets/{hash}/{name}", ANYONE, Nothing, assets::asset),
        get("/healthz", ANYONE, Nothing, operations::health),
        get("/readyz", ANYONE, Nothing, operations::ready),
        get("/metrics", ANYONE, Nothing, operations::metrics),
        get("/api/v1/openapi.json", ANYONE, Nothing, api::openapi_json),
        get("/sign-in", ANYONE, Nothing, pages::sign_in::form),
        post("/sign-in", ANYONE, Nothing, pages::sign_in::submit),
        get("/first-admin/{secret}", ANYONE, Nothing, pages::first_admin::form),
        post("/first-admin/{secret}", ANYONE, Nothing, pages::first_admin::submit),
        get("/password/{secret}", ANYONE, Nothing, pages::password::form),
        post("/password/{secret}", ANYONE, Nothing, pages::password::submit),
        post("/language", ANYONE, Nothing, pages::language::submit),
        // Everybody.
        get("/", EVERYBODY, Nothing, pages::home::page),
        post("/sign-out", EVERYBODY, Nothing, pages::sign_in::sign_out),
        // Dossiers.
        get("/dossiers", PAPERS, Nothing, pages::dossiers::page),
        get("/dossiers/{code}", PAPERS, Dossier, pages::dossier::page),
        get("/dossiers/{code}/contents", PAPERS, Dossier, pages::dossier::contents),
        post("/dossiers/{code}/unmask", AUDITOR, Dossier, pages::dossier::unmask),
        // Documents, and what is found in them.
        get("/documents/{document}", PAPERS, Document, pages::viewer::page),
        get("/documents/{document}/files/{kind}", PAPERS, Document, downloads::of_document),
        get("/search", PAPERS, Nothing, pages::search::page),
        post("/search/unmask", AUDITOR, Nothing, pages::search::unmask),
        // What waits for a person.
        get("/review", DECIDES, Nothing, pages::review::queue),
        get("/review/{file}", DECIDES, File, pages::review::item),
        post("/review/{file}", DECIDES, File, pages::review::decide),
        get("/review/{file}/standing", DECIDES, File, pages::review::standing),
        get("/review/{file}/dossiers", DECIDES, File, pages::review::dossiers),
        get("/fields", DECIDES, Nothing, pages::fields::first),
        get("/fields/{document}/{field}", DECIDES, Document, pages::fields::item),
        post("/fields/{document}/{field}", DECIDES, Document, pages::fields::confirm),
        // Counter.
        get("/counter", COUNTER, Nothing, pages::counter::page),
        post("/counter/desk", COUNTER, Nothing, pages::counter::sit_down),
        post("/counter/open", COUNTER, Nothing, pages::counter::open),
        post("/counter/close", COUNTER, Nothing, pages::counter::close),
        post("/dossiers/{code}/hand-over", COUNTER, Dossier, pages::counter_dossier::hand_over),
        post("/dossiers/{code}/files", DECIDES, Dossier, pages::upload::receive),
        get("/dossiers/{code}/cover-sheets", DECIDES, Dossier, pages::cover_sheets::print),
        get("/dossiers/{code}/files/{file}/pages/{page}", DECIDES, Dossier, pages::paper::page),
        post("/dossiers/{code}/files/{file}/decide", DECIDES, Dossier, pages::paper::decide),
        // Batches.
        get("/batches", ARCHIVIST, Nothing, pages::batches::page),
        post("/batches", ARCHIVIST, Nothing, pages::batches::start),
        get("/batches/{batch}", ARCHIVIST, Batch, pages::batch::page),
        get("/batches/{batch}/contents", ARCHIVIST, Batch, pages::batch::contents),
        post("/batches/{batch}/pause", ARCHIVIST, Batch, pages::batch::pause),
        post("/batches/{batch}/resume", ARCHIVIST, Batch, pages::batch::resume),
        get("/batches/{batch}/files", ARCHIVIST, Batch, pages::batch_files::page),
        post("/batches/{batch}/rerun", ARCHIVIST, Batch, pages::batch_files::rerun),
        post("/batches/{batch}/rerun/undo", ARCHIVIST, Batch, pages::batch_files::undo),
        get("/batches/{batch}/sample", ARCHIVIST, Batch, pages::batch_sample::page),
        post("/batches/{batch}/sample", ARCHIVIST, Batch, pages::batch_sample::draw),
        post("/batches/{batch}/sample/verdict", ARCHIVIST, Batch, pages::batch_sample::judge),
        get("/batches/{batch}/report", ARCHIVIST, Batch, pages::batch_report::page),
        get("/batches/{batch}/report/{form}", ARCHIVIST, Batch, pages::batch_report::file),
        // Pages as pictures.
        get("/files/{file}/pages/{page}", PAPERS, File, pictures::of_file),
        get("/documents/{document}/pages/{page}", PAPERS, Document, pictures::of_document),
        // Audit: figures and what is behind them, certificates, samples.
        get("/coverage", AUDITOR, Nothing, pages::coverage::page),
        get("/coverage/dossiers", AUDITOR, Nothing, pages::coverage_list::page),
        get("/coverage/export/{form}", AUDITOR, Nothing, pages::coverage::export),
        get("/reconciliation", AUDITOR, Nothing, pages::reconciliation::page),
        get("/report", AUDITOR, All, pages::report::page),
        get("/report/export/{form}", AUDITOR, All, pages::report::export),
        get("/fixity", AUDITOR, All, pages::fixity::page),
        get("/dossiers/{code}/history", KEEPS, Dossier, pages::history::page),
        post("/dossiers/{code}/verify", AUDITOR, Dossier, pages::history::verify),
        get("/certificates", CERTIFIES, All, pages::certificates::page),
        post("/certificates", CERTIFIES, All, pages::certificates::make),
        post("/certificates/check", CERTIFIES, All, pages::certificates::check),
        get("/certificates/key", CERTIFIES, All, pages::certificates::public_key),
        get("/certificates/{root}", CERTIFIES, All, pages::certificates::download),
        get("/samples", AUDITOR, All, pages::samples::page),
        post("/samples", AUDITOR, All, pages::samples::draw),
        get("/samples/{sample}", AUDITOR, All, pages::sample::page),
        get("/samples/{sample}/export/{form}", AUDITOR, All, pages::sample::export),
        get("/samples/{sample}/{document}", AUDITOR, All, pages::sample::item),
        post("/samples/{sample}/{document}", AUDITOR, All, pages::sample::compare),
        // Live changes.
        get("/live/dossiers/{code}", PAPERS, Dossier, live::dossier),
        get("/live/queue", DECIDES, Nothing, live::queue),
        get("/live/counters/{counter}", COUNTER, Nothing, live::counter),
        get("/live/batches", ARCHIVIST, Nothing, live::batches),
        get("/live/batches/{batch}", DECIDES, Batch, live::batch),
        // Administration.
        get("/admin/users", ADMIN, Nothing, pages::users::page),
        post("/admin/users", ADMIN, Nothing, pages::users::add),
        post("/admin/users/{name}/link", ADMIN, User, pages::users::link),
        post("/admin/users/{name}/disable", ADMIN, User, pages::users::disable),
        post("/admin/users/{name}/enable", ADMIN, User, pages::users::enable),
        get("/admin/webhooks", ADMIN, All, pages::webhooks::page),
        post("/admin/webhooks", ADMIN, All, pages::webhooks::add),
        get("/admin/webhooks/{webhook}", ADMIN, All, pages::webhook::page),
        post("/admin/webhooks/{webhook}/pause", ADMIN, All, pages::webhook::pause),
        post("/admin/webhooks/{webhook}/resume", ADMIN, All, pages::webhook::resume),
        post("/admin/webhooks/{webhook}/resend", ADMIN, All, pages::webhook::resend_all),
        post("/admin/webhooks/messages/{message}/resend", ADMIN, All, pages::webhook::resend),
        post("/admin/webhooks/{webhook}/remove", ADMIN, All, pages::webhook::remove),
        // For programs, and who writes them.
        get("/api", EVERYBODY, Nothing, pages::explorer::page),
        get("/api/v1/status", PAPERS, All, api::status::get),
        get("/api/v1/coverage", PAPERS, Nothing, api::coverage::figures),
        get("/api/v1/coverage/missing", PAPERS, Nothing, api::coverage::missing),
        get("/api/v1/search", PAPERS, Nothing, api::search::search),
        get("/api/v1/dossiers", PAPERS, Nothing, api::dossiers::list),
        post("/api/v1/dossiers", ARCHIVIST, All, api::register::push),
        get("/api/v1/dossiers/{code}", PAPERS, Dossier, api::dossiers::get),
        get("/api/v1/dossiers/{code}/documents", PAPERS, Dossier, api::dossiers::documents),
        get("/api/v1/dossiers/{code}/events", PAPERS, Dossier, api::events::list),
        get("/api/v1/dossiers/{code}/files", PAPERS, Dossier, api::files::list),
        post("/api/v1/dossiers/{code}/files", DECIDES, Dossier, api::files::upload),
        post("/api/v1/dossiers/{code}/hand-over", COUNTER, Dossier, api::hand_over::submit),
        post("/api/v1/dossiers/{code}/uploads", DECIDES, Dossier, api::resumable::begin),
        get("/api/v1/dossiers/{code}/uploads/{upload}", DECIDES, Dossier, api::resumable::get),
        patch("/api/v1/dossiers/{code}/uploads/{upload}", DECIDES, Dossier, api::resumable::append),
        delete("/api/v1/dossiers/{code}/uploads/{upload}", DECIDES, Dossier, api::resumable::end),
        get("/api/v1/documents/{document}", PAPERS, Document, api::documents::get),
        get("/api/v1/documents/{document}/renditions/{rendition}", PAPERS, Document, api::documents::rendition),
        get("/api/v1/documents/{document}/fields", DECIDES, Document, api::fields::list),
        put("/api/v1/documents/{document}/fields/{field}", DECIDES, Document, api::fields::confirm),
        delete("/api/v1/documents/{document}/fields/{field}", DECIDES, Document, api::fields::take_back),
        get("/api/v1/files/{file}", PAPERS, File, api::files::get),
        get("/api/v1/review", DECIDES, Nothing, api::review::list),
        get("/api/v1/review/{file}", DECIDES, File, api::review::get),
        post("/api/v1/review/{file}/decisions", DECIDES, File, api::review::decide),
        get("/api/v1/fields", DECIDES, Nothing, api::fields::waiting),
        get("/api/v1/backlog", ARCHIVIST, Nothing, api::batches::backlog),
        get("/api/v1/batches", ARCHIVIST, Nothing, api::batches::list),
        post("/api/v1/batches", ARCHIVIST, Nothing, api::batches::start),
        get("/api/v1/batches/{batch}", ARCHIVIST, Batch, api::batches::get),
        post("/api/v1/batches/{batch}/pause", ARCHIVIST, Batch, api::batches::pause),
        post("/api/v1/batches/{batch}/resume", ARCHIVIST, Batch, api::batches::resume),
        get("/api/v1/batches/{batch}/files", ARCHIVIST, Batch, api::batches::files),
        post("/api/v1/batches/{batch}/rerun", ARCHIVIST, Batch, api::batches::rerun),
        post("/api/v1/batches/{batch}/rerun/undo", ARCHIVIST, Batch, api::batches::undo),
        get("/api/v1/batches/{batch}/report/{form}", ARCHIVIST, Batch, api::batches::report),
        get("/api/v1/batches/{batch}/samples", ARCHIVIST, Batch, api::batch_samples::list),
        post("/api/v1/batches/{batch}/samples", ARCHIVIST, Batch, api::batch_samples::draw),
        get("/api/v1/batches/{batch}/samples/{sample}", ARCHIVIST, Batch, api::batch_samples::get),
        put(
            "/api/v1/batches/{batch}/samples/{sample}/documents/{document}",
            ARCHIVIST,
            Batch,
            api::batch_samples::compare,
        ),
    ]
}

/// The rules of all routes.
pub fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| table().into_iter().map(|route| route.rule).collect());
    &RULES
}

/// Whether a page is there and this user may open it.
pub(crate) fn may_open(user: &Account, path: &str) -> bool {
    let allows = |rule: &Rule| {
        let of_role = matches!(rule.who, Who::Roles(roles) if roles.contains(&user.role));
        of_role && (rule.agency != AgencyOf::All || user.agency.is_empty())
    };
    rules().iter().any(|rule| rule.method == Method::GET && rule.path == path && allows(rule))
}

/// The router of the table.
pub(crate) fn router(app: App) -> Router {
    let mut router = Router::new();
    for Route { rule, handler } in table() {
        let path = rule.path;
        let guarded = handler.route_layer(from_fn_with_state((app.clone(), rule), check));
        router = router.route(path, guarded);
    }
    router
        .fallback(nowhere)
        .layer(from_fn(error::render))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(from_fn_with_state(app.clone(), observe::observe))
        .with_state(app)
}

/// What is not in the table: who has not signed in does not learn that.
async fn nowhere(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let error = match Visitor::identify(&app, &parts).await {
        Ok(Some(visitor)) => {
            let mut response = WebError::NotFound.into_response();
            response.extensions_mut().insert(visitor);
            return response;
        }
        Ok(None) => WebError::SignInNeeded,
        Err(error) => error,
    };
    error.into_response()
}

/// Lets a request through to its handler, or not. What a user may not see is answered like what is not there.
async fn check(State((app, rule)): State<(App, Rule)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = match Visitor::identify(&app, &parts).await {
        Ok(visitor) => visitor,
        Err(error) => return error.into_response(),
    };
    let mut response = match admit(&app, &rule, &mut parts, body, visitor.as_ref()).await {
        Ok(body) => {
            if let Some(visitor) = &visitor {
                parts.extensions.insert(visitor.clone());
            }
            next.run(Request::from_parts(parts, body)).await
        }
        Err(error) => error.into_response(),
    };
    // An error page is made further out, and is this user's too.
    if let Some(visitor) = visitor {
        response.extensions_mut().insert(visitor);
    }
    response
}

/// The body of a request that may pass.
async fn admit(
    app: &App,
    rule: &Rule,
    parts: &mut Parts,
    body: Body,
    visitor: Option<&Visitor>,
) -> Result<Body, WebError> {
    if rule.path.starts_with("/api/") {
        let caller = visitor.map_or_else(|| address(app, parts), Visitor::caller);
        app.throttle.take(&caller, app.now()).map_err(WebError::TooMany)?;
    }
    let by_token = matches!(visitor, Some(Visitor { by: By::Token { .. }, .. }));
    let changes = csrf::is_unsafe(&parts.method);
    if changes && !by_token && !csrf::is_from_here(app, &parts.headers) {
        return Err(WebError::NotOurs);
    }
    let Who::Roles(roles) = rule.who else { return Ok(body) };
    let visitor = visitor.ok_or(WebError::SignInNeeded)?;
    if !roles.contains(&visitor.user.role) || !is_of_own_agency(app, rule.agency, parts, visitor).await? {
        return Err(WebError::NotFound);
    }
    match &visitor.by {
        By::Token { scopes, .. } => {
            let needed = if changes { Scope::Write } else { Scope::Read };
            if scopes.contains(&needed) { Ok(body) } else { Err(WebError::ScopeMissing) }
        }
        By::Session { csrf, .. } if changes => csrf::check(parts, body, csrf).await,
        By::Session { .. } => Ok(body),
    }
}

/// Whether what is asked for belongs to the visitor's agency, or the visitor sees all.
async fn is_of_own_agency(app: &App, agency: AgencyOf, parts: &mut Parts, visitor: &Visitor) -> Result<bool, WebError> {
    if agency == AgencyOf::Nothing || visitor.user.agency.is_empty() {
        return Ok(true);
    }
    let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| WebError::Invalid)?;
    let param = |wanted: &str| params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned());
    let of = match agency {
        AgencyOf::Nothing => return Ok(true),
        AgencyOf::All => None,
        AgencyOf::Dossier => match param("code").and_then(|p| p.parse::<DossierCode>().ok()) {
            Some(code) => app.agency_of_dossier(&code).await?,
            None => None,
        },
        AgencyOf::File => {
            let file = match param("file").and_then(|p| p.parse().ok()) {
                Some(id) => app.records().file(FileId(id)).await?,
                None => None,
            };
            match file {
                Some(file) => app.agency_of_file(&file).await?,
                None => None,
            }
        }
        AgencyOf::Document => {
            let document = match param("document").and_then(|p| p.parse::<DocumentId>().ok()) {
                Some(id) => app.records().document(&id).await?,
                None => None,
            };
            match document {
                Some(document) => app.agency_of_dossier(&document.dossier).await?,
                None => None,
            }
        }
        AgencyOf::Batch => match param("batch").and_then(|p| p.parse().ok()) {
            Some(id) => app.records().batch(BatchId(id)).await?.map(|batch| batch.agency).filter(|of| !of.is_empty()),
            None => None,
        },
        AgencyOf::User => match param("name").and_then(|p| p.parse::<UserName>().ok()) {
            Some(name) => app.accounts().user(&name).await?.map(|user| user.agency),
            None => None,
        },
    };
    Ok(visitor.sees(of.as_deref()))
}
