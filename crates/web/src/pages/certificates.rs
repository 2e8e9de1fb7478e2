//! Certificates of coverage: made, taken along, checked. What they prove and what not is in docs/AUDIT.md.

use askama::Template;
use axum::Form;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sohoa_domain::Sha256Digest;
use sohoa_report::render::percentage;
use sohoa_report::{CheckReport, Finding, Made, Statement, number};
use sohoa_store::CoverageScope;

use super::html;
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::labels::{Badge, badge};
use crate::messages::msg;
use crate::page::Page;
use crate::period::{day, written};
use crate::scope::usual_period;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "certificates.html")]
struct Screen {
    page: Page,
    form: Period,
    error: Option<String>,
    made: Option<JustMade>,
    certificates: Vec<Line>,
}

#[derive(Template)]
#[template(path = "certificate_check.html")]
struct Checked {
    page: Page,
    /// `None` when a file is no certificate.
    line: Option<Line>,
    readable: bool,
    right: bool,
    findings: Vec<ShownFinding>,
}

/// What is asked for in the form.
#[derive(Deserialize)]
pub(crate) struct Period {
    from: String,
    to: String,
}

/// A certificate that was just made.
struct JustMade {
    root: String,
    period: String,
    time_stamp: bool,
    /// Earlier ones that it does not continue, and that the home has lost.
    not_continued: usize,
    lost: usize,
}

struct Line {
    root: String,
    period: String,
    made: String,
    received: String,
    full: String,
    full_percent: String,
    any: String,
    any_percent: String,
    events: String,
}

struct ShownFinding {
    badge: Badge,
    name: &'static str,
    /// In the language of the certificate.
    detail: String,
}

/// `/certificates`: those that this home has made.
pub(crate) async fn page(State(app): State<App>, page: Page) -> Result<Response, WebError> {
    let (from, to) = usual_period(&app).await?;
    let form = Period { from: written(Some(from)), to: written(Some(to)) };
    screen(&app, page, form, None, None).await
}

async fn screen(
    app: &App,
    page: Page,
    form: Period,
    error: Option<&'static str>,
    made: Option<JustMade>,
) -> Result<Response, WebError> {
    let certificates = app.services.certificates.list().await?.iter().map(|s| line(&page, s)).collect();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let error = error.map(|key| page.t(key));
    Ok((status, html(&Screen { form, error, made, certificates, page })?).into_response())
}

/// Makes one.
pub(crate) async fn make(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Form(form): Form<Period>,
) -> Result<Response, WebError> {
    let (from, to) = match (day(&form.from), day(&form.to)) {
        (Some(from), Some(to)) if from > to => {
            return screen(&app, page, form, Some(msg!("period-backwards")), None).await;
        }
        (Some(from), Some(to)) => (from, to),
        _ => return screen(&app, page, form, Some(msg!("period-needed")), None).await,
    };
    let scope = CoverageScope { from: Some(from), to: Some(to), ..CoverageScope::default() };
    if app.records().coverage(&scope, None, app.services.settings.late).await?.is_empty() {
        return screen(&app, page, form, Some(msg!("certificate-nothing")), None).await;
    }
    let made = app.services.certificates.make(from, to, visitor.user.name.as_str()).await?;
    let Made { statement, time_stamp, not_continued, lost, .. } = made;
    let made = JustMade {
        root: statement.root.to_string(),
        period: period(&page, &statement),
        time_stamp,
        not_continued: not_continued.len(),
        lost: lost.len(),
    };
    screen(&app, page, form, None, Some(made)).await
}

fn period(page: &Page, statement: &Statement) -> String {
    page.t2("period-from-to", "from", written(Some(statement.from)), "to", written(Some(statement.to)))
}

fn line(page: &Page, statement: &Statement) -> Line {
    let f = &statement.figures;
    Line {
        root: statement.root.to_string(),
        period: period(page, statement),
        made: format::instant(statement.data_time),
        received: number(f.received),
        full: number(f.full),
        full_percent: percentage(f.full, f.received),
        any: number(f.any),
        any_percent: percentage(f.any, f.received),
        events: number(statement.events),
    }
}

/// `/certificates/{root}`: the file of one.
pub(crate) async fn download(State(app): State<App>, Path(root): Path<String>) -> Result<Response, WebError> {
    let root: Sha256Digest = root.parse().map_err(|_| WebError::NotFound)?;
    let bytes = app.services.certificates.read(&root).await?.ok_or(WebError::NotFound)?;
    let mut short = root.to_string();
    short.truncate(12);
    Ok(attachment(&format!("giay-chung-nhan-{short}.txt"), bytes))
}

/// `/certificates/key`: the public key with which everybody can check them.
pub(crate) async fn public_key(State(app): State<App>) -> Result<Response, WebError> {
    Ok(attachment("sohoa.pub", app.services.certificates.public_key().await?.into_bytes()))
}

fn attachment(name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, bytes).into_response()
}

/// Checks one that is sent, also against an earlier one: the home's own or another that is sent.
pub(crate) async fn check(State(app): State<App>, page: Page, mut form: Multipart) -> Result<Response, WebError> {
    let (mut certificate, mut against) = (None, None);
    while let Some(field) = form.next_field().await.map_err(refused)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(refused)?;
        match name.as_str() {
            // A field in which no file was chosen comes empty.
            _ if bytes.is_empty() => {}
            "certificate" => certificate = Some(bytes.to_vec()),
            "against" => against = Some(bytes.to_vec()),
            "against_root" => {
                let root = std::str::from_utf8(&bytes).ok().and_then(|text| text.parse::<Sha256Digest>().ok());
                let kept = app.services.certificates.read(&root.ok_or(WebError::Invalid)?).await?;
                against = against.or(kept);
            }
            _ => {}
        }
    }
    let certificate = certificate.ok_or(WebError::Invalid)?;
    let report = app.services.certificates.check(certificate, against).await?;
    let checked = match report {
        Some(report) => Checked {
            line: report.certificate.as_ref().map(|statement| line(&page, statement)),
            readable: true,
            right: report.problems.is_empty(),
            findings: findings(&report),
            page,
        },
        None => Checked { line: None, readable: false, right: false, findings: Vec::new(), page },
    };
    Ok(html(&checked)?.into_response())
}

fn refused(error: MultipartError) -> WebError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { WebError::TooLarge } else { WebError::Invalid }
}

/// What is wrong first, then what is right, what is worth knowing, and what nobody has looked at.
fn findings(report: &CheckReport) -> Vec<ShownFinding> {
    let groups = [
        (&report.problems, badge(msg!("check-wrong"), "missing", "bad")),
        (&report.checked, badge(msg!("check-right"), "check", "good")),
        (&report.notes, badge(msg!("check-note"), "warning", "wait")),
        (&report.unchecked, badge(msg!("check-unchecked"), "dash", "quiet")),
    ];
    let shown = |badge: Badge, finding: &Finding| ShownFinding {
        badge,
        name: subject(finding.code),
        // What was not looked at is named after options of the command line.
        detail: if badge.tone == "quiet" { String::new() } else { finding.detail.clone() },
    };
    groups.into_iter().flat_map(|(findings, badge)| findings.iter().map(move |f| shown(badge, f))).collect()
}

/// What a finding is about.
fn subject(code: &str) -> &'static str {
    match code {
        "signature" => msg!("check-signature"),
        "figures" => msg!("check-figures"),
        "time_stamp" => msg!("check-time-stamp"),
        "time_stamp_authority" => msg!("check-time-stamp-authority"),
        "time_stamp_revocation" => msg!("check-time-stamp-revocation"),
        "snapshot" => msg!("check-snapshot"),
        "proof" | "package" | "refuted" => msg!("check-proof"),
        "against" => msg!("check-against"),
        "history" => msg!("check-history"),
        "changed" => msg!("check-changed"),
        "register_changed" => msg!("check-register-changed"),
        _ => msg!("check-form"),
    }
}
